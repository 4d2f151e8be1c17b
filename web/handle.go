package web

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// Kinds of refusal that concern the web alone. Together with the four kinds of
// package scheduling they are every answer but a fault of ours.
var (
	// ErrGone is a link or a thing that was there and is no more.
	ErrGone = errors.New("gone")
	// ErrTooMany is one attempt too many in a short time.
	ErrTooMany = errors.New("too many attempts")
	// ErrUnavailable is a service that is closed for a while.
	ErrUnavailable = errors.New("unavailable")

	errNoPage      = errors.New("no such page")
	errMethod      = errors.New("method not allowed")
	errTooLarge    = errors.New("request too large")
	errMedia       = errors.New("media type not supported")
	errUnreadable  = errors.New("form cannot be parsed")
	errCrossOrigin = errors.New("form from another site")
)

// statusOf is the status of each kind. What is not here is a fault: 500.
var statusOf = []struct {
	kind   error
	status int
	words  string // under refused in the catalogs
}{
	{scheduling.ErrInvalid, http.StatusUnprocessableEntity, "422"},
	{scheduling.ErrForbidden, http.StatusForbidden, "403"},
	{scheduling.ErrNotFound, http.StatusNotFound, "404"},
	{scheduling.ErrConflict, http.StatusConflict, "409"},
	{ErrGone, http.StatusGone, "410"},
	{ErrTooMany, http.StatusTooManyRequests, "429"},
	{ErrUnavailable, http.StatusServiceUnavailable, "503"},
	{errNoPage, http.StatusNotFound, "404"},
	{errMethod, http.StatusMethodNotAllowed, "405"},
	{errTooLarge, http.StatusRequestEntityTooLarge, "413"},
	{errMedia, http.StatusUnsupportedMediaType, "415"},
	{errUnreadable, http.StatusUnprocessableEntity, "422"},
	{errCrossOrigin, http.StatusForbidden, "403_cross"},
}

var errorPage = declarePage("error")

type errorView struct {
	Page
	Status  int
	Text    string
	Unsaved bool   // a form was sent, and nobody knows whether it was saved
	ID      string // of the request, shown with a fault
}

// handle adapts a handler that returns an error.
func (s *Server) handle(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			s.fail(c.Writer, c.Request, err)
		}
	}
}

// fail is the one place where an error becomes a response.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	v := visitOf(r)
	if v.out.status != 0 {
		// The response has begun: there is no page left to show.
		s.log.ErrorContext(r.Context(), "response broken off", "request", v.id, "route", v.route, "err", err)
		return
	}
	if errors.Is(err, errSignIn) {
		s.askToSignIn(w, r)
		return
	}
	status, words := http.StatusInternalServerError, "500"
	for _, m := range statusOf {
		if errors.Is(err, m.kind) {
			status, words = m.status, m.words
			break
		}
	}
	if forProgram(r) {
		s.failProgram(w, r, status, err)
		return
	}
	page := s.pageOf(r)
	view := errorView{Page: page, Status: status, Text: page.T("refused." + words + ".text")}
	view.Title = page.T("refused." + words + ".title")
	switch status {
	case http.StatusInternalServerError:
		level := slog.LevelError
		if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
			level = slog.LevelInfo // the visitor went away
		}
		s.log.Log(r.Context(), level, "request failed", "request", v.id, "route", v.route, "err", err)
		view.ID, view.Unsaved = v.id, r.Method == http.MethodPost
	case http.StatusServiceUnavailable:
		view.Unsaved = r.Method == http.MethodPost
		w.Header().Set("Retry-After", "120")
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "120")
	case http.StatusNotFound:
		// The same words for what does not exist and for what is not shown.
	default:
		if refusal, ok := errors.AsType[*scheduling.Error](err); ok {
			view.Text = refusalText(page.Printer, refusal, view.Text)
		}
	}
	if err := s.write(w, r, status, errorPage, view); err != nil {
		s.log.ErrorContext(r.Context(), "error page failed", "request", v.id, "err", err)
		http.Error(w, http.StatusText(status), status)
	}
}

// refusalText is what a refusal says, or otherwise when the catalogs have no
// text for its code.
func refusalText(p *locale.Printer, refusal *scheduling.Error, otherwise string) string {
	key := "error." + refusal.Code
	if !p.Has(key) {
		return otherwise
	}
	args := make([]any, 0, 2*len(refusal.Params))
	for name, value := range refusal.Params {
		args = append(args, name, sayParam(p, name, value))
	}
	return p.T(key, args...)
}

// guard is around everything else: it names the request, sets headers and
// limits, logs, and turns a panic into a 500.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.now()
		out := &response{ResponseWriter: w}
		v := &visit{id: rand.Text()[:12], out: out}
		r = r.WithContext(context.WithValue(r.Context(), visitKey{}, v))
		s.setHeaders(out, r)
		defer func() {
			if fault := recover(); fault != nil {
				if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(fault)
				}
				s.log.ErrorContext(r.Context(), "panic", "request", v.id, "route", v.route, "fault", fault, "stack", string(debug.Stack()))
				s.fail(out, r, errPanic)
			}
			// The route as it stands in the table: a path may hold a token.
			s.log.InfoContext(r.Context(), "request",
				"request", v.id, "method", methodForLog(r.Method), "route", v.route, "status", out.status,
				"bytes", out.bytes, "ms", s.now().Sub(began).Milliseconds())
		}()
		next.ServeHTTP(out, r)
	})
}

var errPanic = errors.New("panic, logged before")

// methodForLog keeps a client from writing its own words into the log.
func methodForLog(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

type visitKey struct{}

// A visit is what is known of one request beyond the request itself.
type visit struct {
	id       string // random, for the log and the visitor
	route    string // the path of the route as the table has it
	language string // of the signed-in person, "" when nobody is or has chosen
	switched string // the language chosen with a button inside a form
	out      *response

	// What access.go has found out for this request, zero before it was asked.
	session     scheduling.Token
	viewer      viewer
	negotiation *scheduling.Negotiation
	round       *scheduling.Round

	upload *upload // the file that came with the form
}

// visitOf is the visit of r. Requests that did not come through guard, as in
// tests of one handler, have an empty one.
func visitOf(r *http.Request) *visit {
	if v, ok := r.Context().Value(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{out: &response{}}
}

// A response remembers what was sent.
type response struct {
	http.ResponseWriter
	status int
	bytes  int
}

// WriteHeader sends the status.
func (r *response) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write sends part of the body.
func (r *response) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// sayParam gives a parameter of a refusal the form that the catalogs need: n
// is a count, and a date in ISO form is said in full.
func sayParam(p *locale.Printer, name, value string) any {
	if n, err := strconv.Atoi(value); err == nil && name == "n" {
		return n
	}
	if d, err := civil.ParseDate(value); err == nil {
		return p.Date(d)
	}
	return value
}
