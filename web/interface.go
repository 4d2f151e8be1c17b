package web

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/api"
)

// pages is what the interface for programs shares with the pages: the same
// functions decide who may see what, and the same catalogs say it.
type pages struct{ s *Server }

var _ api.Pages = pages{}

// mountInterface puts the interface for programs on the engine.
func (s *Server) mountInterface(engine *gin.Engine) error {
	if s.programs == nil {
		return nil
	}
	engine.Use(func(c *gin.Context) {
		if strings.HasPrefix(c.FullPath(), api.Root+"/") {
			visitOf(c.Request).route = c.FullPath()
		}
	})
	_, err := api.Mount(engine, api.Options{
		Now: s.now, Store: s.store, Access: s.access, Programs: s.programs, Outbox: s.outbox, Pages: pages{s},
	})
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	return nil
}

// forProgram reports whether a request is one of a program, which is answered
// in its own form even where no operation was found.
func forProgram(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, api.Root+"/") }

// failProgram is fail for programs.
func (s *Server) failProgram(w http.ResponseWriter, r *http.Request, status int, err error) {
	code := map[int]string{
		http.StatusNotFound: "not_found", http.StatusMethodNotAllowed: "method_not_allowed", http.StatusForbidden: "cross_origin",
		http.StatusRequestEntityTooLarge: "body_too_large", http.StatusServiceUnavailable: "unavailable",
	}[status]
	p := api.StatusProblem(pages{s}, r, status, cmp.Or(code, "fault"))
	if status == http.StatusInternalServerError {
		p = api.NewProblem(pages{s}, r, err)
	}
	api.WriteProblem(w, p)
}

func viewerOf(v api.Viewer) viewer {
	return viewer{Member: v.Member, Party: v.Party, Audience: v.Audience, Observer: v.Observer}
}

// MayKnow is api.Pages's.
func (p pages) MayKnow(v api.Viewer, e scheduling.Event) bool { return mayKnow(viewerOf(v), e) }

// MaySee is api.Pages's.
func (p pages) MaySee(n *scheduling.Negotiation, v api.Viewer, party scheduling.PartyID) bool {
	return maySee(n, viewerOf(v), party)
}

// Tell is api.Pages's.
func (p pages) Tell(tag string, r *scheduling.Round, v api.Viewer, e scheduling.Recorded) api.Told {
	entry := newTeller(p.s.catalogs.Printer(tag), r, viewerOf(v)).entry(e)
	return api.Told{Sentence: join(entry.Sentence), Text: entry.Quote, Details: entry.Details}
}

// PersonName is api.Pages's.
func (p pages) PersonName(n *scheduling.Negotiation, v api.Viewer, id scheduling.MemberID) string {
	return personName(n, id, viewerOf(v))
}

// Paper is api.Pages's.
func (p pages) Paper(tag string, r *scheduling.Round, a scheduling.Act, number int, c scheduling.Content) (scheduling.Paper, error) {
	return NewPaper(p.s.catalogs.Printer(tag), r, a, number, c)
}

// OfferSentence is api.Pages's.
func (p pages) OfferSentence(tag string, t scheduling.Terms) string {
	return offerSentence(p.s.catalogs.Printer(cmp.Or(tag, p.s.usual)), t)
}

// LinkObservers is api.Pages's.
func (p pages) LinkObservers(n *scheduling.Negotiation, a scheduling.Act) error {
	return linkObservers(n, a)
}

// FollowMembers is api.Pages's.
func (p pages) FollowMembers(ctx context.Context, id scheduling.NegotiationID, a scheduling.Act) error {
	return p.s.followMembers(ctx, id, a)
}

// EndAccess is api.Pages's.
func (p pages) EndAccess(ctx context.Context, f scheduling.TokenFilter, purposes ...scheduling.Purpose) error {
	return p.s.endAccess(ctx, f, purposes...)
}

// HasSignedIn is api.Pages's.
func (p pages) HasSignedIn(ctx context.Context, id scheduling.NegotiationID, m scheduling.MemberID) (bool, error) {
	entries, err := p.s.entriesOf(ctx, id)
	return entries[m].signIns > 0, err
}

// FeedLevels is api.Pages's.
func (p pages) FeedLevels(v api.Viewer) []scheduling.FeedLevel { return feedLevels(viewerOf(v)) }

// Hash is api.Pages's.
func (p pages) Hash(secret string) (string, bool) { return hashToken(secret), isToken(secret) }

// Secret is api.Pages's.
func (p pages) Secret(parts ...string) string {
	if len(parts) == 0 {
		secret, _ := newToken()
		return secret
	}
	return p.s.derivedSecret(parts...)
}

// Nonce is api.Pages's.
func (p pages) Nonce() []byte { return newNonce() }

// WebhookSecret is api.Pages's.
func (p pages) WebhookSecret(id scheduling.WebhookID) string {
	return WebhookSecret(p.s.secret, id)
}

// WebhookSecret is the key under which what a webhook is told is signed. It
// follows from the server's own key, which is in no database and no backup.
func WebhookSecret(key []byte, id scheduling.WebhookID) string {
	return deriveSecret(key, "webhook", string(id))
}

// derivedSecret is a token that follows from what it is for.
func (s *Server) derivedSecret(parts ...string) string { return deriveSecret(s.secret, parts...) }

func deriveSecret(key []byte, parts ...string) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write([]byte(part + "\x00"))
	}
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// CheckHookURL is api.Pages's: https, or http to this machine while the site
// itself runs without TLS, which is for trying things out.
func (p pages) CheckHookURL(address string) error {
	bad := &scheduling.Error{Kind: scheduling.ErrInvalid, Code: "hook_url_bad", Field: "url"}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" || u.Fragment != "" || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return bad
	}
	host := u.Hostname()
	here := host == "localhost" || host == "127.0.0.1" || host == "::1"
	if u.Scheme == "https" || u.Scheme == "http" && here && !p.s.secure() {
		return nil
	}
	return bad
}

// Address is api.Pages's.
func (p pages) Address(path string) string { return p.s.Address(path) }

// Clean is api.Pages's.
func (p pages) Clean(text string) string { return cleanText(text) }

// ValidEmail is api.Pages's.
func (p pages) ValidEmail(address string) bool { return validAddress(address) }

// HasLanguage is api.Pages's.
func (p pages) HasLanguage(tag string) bool { return p.s.catalogs.Has(tag) }

// Language is api.Pages's: what the request asks for, or the usual one. There
// is no cookie to ask.
func (p pages) Language(r *http.Request) string {
	return cmp.Or(p.s.catalogs.Match(r.Header.Get("Accept-Language")), p.s.usual, "en")
}

// Words is api.Pages's.
func (p pages) Words(tag string, status int, refusal *scheduling.Error) (title, text string) {
	printer := p.s.catalogs.Printer(tag)
	key := "program.status." + strconv.Itoa(status)
	if !printer.Has(key + ".title") {
		key = "program.status.422"
	}
	text = printer.T(key + ".text")
	if refusal.Code != "" {
		text = refusalText(printer, refusal, text)
	}
	return printer.T(key + ".title"), text
}

// Fault is api.Pages's.
func (p pages) Fault(r *http.Request, err error) string {
	v := visitOf(r)
	if errors.Is(err, errPanic) {
		return v.id // it was logged
	}
	p.s.log.ErrorContext(r.Context(), "request failed", "request", v.id, "route", v.route, "err", err)
	return v.id
}

// How often programs may ask: a token, and networks from which bad tokens come.
const (
	programCalls = 600
	badTokens    = 60
	programEvery = time.Minute
)

// Allow is api.Pages's.
func (p pages) Allow(c *gin.Context, token string) bool {
	if token == "" {
		return p.s.strangers.may(network(c.ClientIP()))
	}
	return p.s.calls.allow(token)
}

// Failed is api.Pages's.
func (p pages) Failed(c *gin.Context) { p.s.strangers.allow(network(c.ClientIP())) }
