package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/record"
	"parley/web/locale"
)

// Options are what a Server is made of. Now, Log, Store and Access must be
// given.
type Options struct {
	// Now is the clock.
	Now func() time.Time
	// Log receives one line a request, and every fault.
	Log *slog.Logger
	// Store keeps negotiations, Access accounts and tokens.
	Store  scheduling.Store
	Access scheduling.Access
	// Programs keeps what programs need; nil answers none.
	Programs scheduling.Programs
	// Ledger keeps the records of negotiations, and Key signs what is taken
	// away of them; without the two nothing can be.
	Ledger record.Ledger
	Key    record.Key
	// Outbox sends messages again that were given up.
	Outbox scheduling.Outbox
	// Retainer takes the name of a person out of what is kept.
	Retainer scheduling.Retainer
	// Register keeps what negotiations share: venues, rooms, holidays.
	Register scheduling.Register
	// Secret is the key from which the secrets of feeds are derived; at least 32
	// bytes.
	Secret []byte
	// BaseURL is the public address, such as https://talks.example.org. Links
	// in mails and feeds begin with it; the Host header is never asked. An
	// https address turns on Secure cookies and HSTS.
	BaseURL string
	// OfficeName and OfficeContact tell people whom to turn to: the name of
	// the secretariat, and its mail address or telephone number.
	OfficeName, OfficeContact string
	// Language is of visitors who have chosen none and whose browser asks for
	// none that there is; "" is English.
	Language string
	// Ready reports whether the database answers; nil always does.
	Ready func(context.Context) error
	// Guests are listed on the start page of a demonstration. None elsewhere:
	// whoever opens that page can take their part.
	Guests []Guest
	// TrustedProxies are the addresses or CIDR ranges whose X-Forwarded-For is
	// believed. None by default.
	TrustedProxies []string
}

// A Server answers HTTP requests. It is ready when New returns and has no
// goroutines of its own.
type Server struct {
	now       func() time.Time
	log       *slog.Logger
	store     scheduling.Store
	access    scheduling.Access
	outbox    scheduling.Outbox
	programs  scheduling.Programs
	retainer  scheduling.Retainer
	register  scheduling.Register
	secret    []byte
	feeds     feedCache
	ledger    record.Ledger
	key       record.Key
	ready     func(context.Context) error
	guests    []Guest
	base      *url.URL
	office    string
	contact   string
	catalogs  *locale.Catalogs
	languages []language
	usual     string // tag of the language of who has chosen none
	templates templates
	assets    *assets
	hashers   hashers
	guesses   guesses
	calls     *limiter // of programs, by token
	strangers *limiter // with tokens that are no good, by network
	handler   http.Handler
}

// New builds the server. Faults in the program, such as a route without a
// policy, a page without a template, or a catalog that cannot be read, are
// errors here and never later.
func New(o Options) (*Server, error) {
	if o.Store == nil || o.Access == nil {
		return nil, errors.New("web: no store")
	}
	s, err := newServer(o)
	if err != nil {
		return nil, err
	}
	return s, s.mount(o.TrustedProxies, s.routes())
}

// newServer is all of New but the routes.
func newServer(o Options) (*Server, error) {
	if o.Now == nil || o.Log == nil {
		return nil, errors.New("web: no clock or no log")
	}
	base, err := url.Parse(strings.TrimSuffix(o.BaseURL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("web: base URL %q: want an address such as https://talks.example.org", o.BaseURL)
	}
	s := &Server{ledger: o.Ledger, key: o.Key, now: o.Now, log: o.Log, store: o.Store, access: o.Access, outbox: o.Outbox, programs: o.Programs, retainer: o.Retainer, secret: o.Secret, ready: o.Ready, guests: o.Guests, usual: o.Language, base: base, office: o.OfficeName, contact: o.OfficeContact}
	s.register = o.Register
	if s.ready == nil {
		s.ready = func(context.Context) error { return nil }
	}
	s.hashers, s.guesses = newHashers(), s.newGuesses()
	s.calls, s.strangers = s.limit(programCalls, programEvery), s.limit(badTokens, programEvery)
	if s.catalogs, err = locale.Open(); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	for _, tag := range s.catalogs.Tags() {
		p := s.catalogs.Printer(tag)
		s.languages = append(s.languages, language{Tag: tag, Name: p.Name(), Dir: p.Dir()})
	}
	if s.assets, err = openAssets(); err != nil {
		return nil, err
	}
	if s.templates, err = parseTemplates(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler is the whole site.
func (s *Server) Handler() http.Handler { return s.handler }

// Address is the public address of a path on this site, with the path as it
// stands: Address("/feed/x.ics").
func (s *Server) Address(path string) string { return s.base.String() + path }

var quietGin = sync.OnceFunc(func() { gin.SetMode(gin.ReleaseMode) })

// mount puts routes behind everything that guards them.
func (s *Server) mount(trustedProxies []string, routes []route) error {
	quietGin()
	engine := gin.New()
	engine.HandleMethodNotAllowed = true
	// gin builds the redirects of these two from request headers.
	engine.RedirectTrailingSlash = false
	engine.RedirectFixedPath = false
	// gin trusts every proxy unless told otherwise.
	if err := engine.SetTrustedProxies(trustedProxies); err != nil {
		return fmt.Errorf("web: trusted proxies: %w", err)
	}
	engine.NoRoute(s.handle(func(*gin.Context) error { return errNoPage }))
	engine.NoMethod(s.handle(func(*gin.Context) error { return errMethod }))
	if err := s.mountInterface(engine); err != nil {
		return err
	}
	for _, r := range routes {
		if err := s.add(engine, r); err != nil {
			return err
		}
	}

	origin := http.NewCrossOriginProtection()
	if err := origin.AddTrustedOrigin(s.base.Scheme + "://" + s.base.Host); err != nil {
		return fmt.Errorf("web: base URL: %w", err)
	}
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, errCrossOrigin)
	}))
	s.handler = s.guard(origin.Handler(engine))
	return nil
}

// HTTPServer is an http.Server for handler on addr, with limits on how long a
// client may take and how much it may send ahead of the body.
func HTTPServer(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
	}
}
