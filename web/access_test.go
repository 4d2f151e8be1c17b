package web

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// house is a site with a store in memory and a clock that tests can set.
type house struct {
	*schedulingtest.MemoryStore
	http.Handler
	server *Server
	now    time.Time
}

// newHouse is a house at schedulingtest.Now in which the talks are held that
// adjust describes, with a confirmed meeting.
func newHouse(tb testing.TB, adjust ...schedulingtest.Adjustment) *house {
	tb.Helper()
	h := &house{now: schedulingtest.Now.Add(24 * time.Hour)}
	o := options(nil)
	h.MemoryStore = schedulingtest.NewMemoryStore(postman{})
	o.Now = func() time.Time { return h.now }
	o.Register = h.MemoryStore
	o.Store, o.Access, o.Retainer, o.Programs = h.MemoryStore, h.MemoryStore, h.MemoryStore, h.MemoryStore
	o.Ledger, o.Key = h.MemoryStore, schedulingtest.RecordKey()
	s, err := New(o)
	if err != nil {
		tb.Fatal(err)
	}
	h.server, h.Handler = s, s.Handler()
	n, r := schedulingtest.Confirmed(adjust...)
	if _, err := h.Create(tb.Context(), scheduling.Once{}, n, r); err != nil {
		tb.Fatal(err)
	}
	return h
}

// postman sends the links that are asked for and nothing else. The secret of a
// link is mailedLink with the number of the message's second.
type postman struct{}

func (postman) Compose(n *scheduling.Negotiation, _ *scheduling.Round, events []scheduling.Event) (messages []scheduling.Message, links []scheduling.Token) {
	for _, e := range events {
		if e.Kind != scheduling.MemberLinkAsked {
			continue
		}
		m := n.Member(e.Member)
		t := scheduling.Token{Hash: hashToken(mailedLink(e.At)), Purpose: scheduling.ForLink, Negotiation: n.ID, Member: m.ID, Party: m.Party, CreatedAt: e.At}
		messages = append(messages, scheduling.Message{
			ID: scheduling.MessageID("link-" + t.Hash), Negotiation: n.ID, Member: m.ID, Party: m.Party, Kind: scheduling.LinkMessage,
			To: m.Email, Name: m.Name, LinkHash: t.Hash, CreatedAt: e.At, State: scheduling.MessageQueued, NextAt: e.At,
		})
		links = append(links, t)
	}
	return messages, links
}

func mailedLink(at time.Time) string {
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%032d", at.Unix()))
}

func (h *house) member(tb testing.TB, id scheduling.MemberID) string {
	tb.Helper()
	return sessionOf(tb, h, scheduling.Token{Negotiation: "talks", Member: id}, h.now)
}

// account makes an account with the passphrase goodPassphrase, and gives the
// Cookie header of a session of it.
func (h *house) account(tb testing.TB, a scheduling.Account) string {
	tb.Helper()
	hash, err := h.server.hashers.hash(tb.Context(), goodPassphrase)
	if err != nil {
		tb.Fatal(err)
	}
	a.Passphrase, a.CreatedAt = hash, h.now
	if a.Email == "" {
		a.Email = string(a.ID) + "@office.example"
	}
	if err := h.CreateAccount(tb.Context(), a); err != nil {
		tb.Fatal(err)
	}
	return sessionOf(tb, h, scheduling.Token{Account: a.ID}, h.now)
}

const goodPassphrase = "four words of no sense"

// token saves a good token and gives its secret.
func (h *house) token(tb testing.TB, t scheduling.Token) string {
	tb.Helper()
	secret, hash := newToken()
	t.Hash, t.CreatedAt = hash, h.now
	if err := h.SaveToken(tb.Context(), t); err != nil {
		tb.Fatal(err)
	}
	return secret
}

// cookies are the cookies that rec sets, as a Cookie header; those that it
// removes are left out.
func cookies(rec *httptest.ResponseRecorder) string {
	var pairs []string
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge >= 0 {
			pairs = append(pairs, c.Name+"="+c.Value)
		}
	}
	return strings.Join(pairs, "; ")
}

func sessionIn(rec *httptest.ResponseRecorder) *http.Cookie {
	for _, c := range rec.Result().Cookies() {
		if c.Name == "__Host-"+sessionCookie && c.MaxAge >= 0 && c.Value != "" {
			return c
		}
	}
	return nil
}

func wantStatus(tb testing.TB, what string, rec *httptest.ResponseRecorder, want int) {
	tb.Helper()
	if rec.Code != want {
		tb.Fatalf("%s: status %d (to %q), want %d\n%s", what, rec.Code, rec.Header().Get("Location"), want, wordsOf(rec))
	}
}

var markup = regexp.MustCompile(`<[^>]*>|\s+`)

func wordsOf(rec *httptest.ResponseRecorder) string {
	body := rec.Body.String()
	if _, after, found := strings.Cut(body, "<main"); found {
		body = after
	}
	return markup.ReplaceAllString(body, " ")
}

const membersURL = "/n/talks/members"

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		steps []time.Duration // between requests
		want  int             // of the last
	}{
		"used at once":             {[]time.Duration{0}, 200},
		"idle for a night":         {[]time.Duration{11*time.Hour + 59*time.Minute}, 200},
		"idle for half a day":      {[]time.Duration{12 * time.Hour}, 303},
		"used all day":             {[]time.Duration{6 * time.Hour, 6 * time.Hour, 6 * time.Hour}, 200},
		"used all week, and again": {slicesOf(28, 6*time.Hour), 303},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			cookie := h.member(t, schedulingtest.AlphaHead)
			var rec *httptest.ResponseRecorder
			for _, step := range tc.steps {
				h.now = h.now.Add(step)
				rec = get(t, h, membersURL, "Cookie", cookie)
			}
			wantStatus(t, "members", rec, tc.want)
		})
	}
}

func slicesOf(n int, d time.Duration) []time.Duration {
	all := make([]time.Duration, n)
	for i := range all {
		all[i] = d
	}
	return all
}

// counting counts what a page asks of the access store.
type counting struct {
	scheduling.Access
	tokens, accounts, seen int
}

func (c *counting) Token(ctx context.Context, hash string, p scheduling.Purpose) (scheduling.Token, error) {
	c.tokens++
	return c.Access.Token(ctx, hash, p)
}

func (c *counting) Account(ctx context.Context, id scheduling.AccountID) (scheduling.Account, error) {
	c.accounts++
	return c.Access.Account(ctx, id)
}

func (c *counting) SeeToken(ctx context.Context, hash string, now, expires time.Time) error {
	c.seen++
	return c.Access.SeeToken(ctx, hash, now, expires)
}

// An ordinary page looks up the session and nothing more, and notes the visit
// every five minutes at most.
func TestOneLookUpPerPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithAccount(schedulingtest.AlphaHead, "ann"))
	c := &counting{Access: h.MemoryStore}
	h.server.access = c
	cookie := h.account(t, scheduling.Account{ID: "ann", Name: "Ann"})
	for range 3 {
		wantStatus(t, "overview", get(t, h, "/n/talks/1", "Cookie", cookie), 200)
	}
	h.now = h.now.Add(5 * time.Minute)
	for range 3 {
		wantStatus(t, "overview", get(t, h, "/n/talks/1", "Cookie", cookie), 200)
	}
	if c.tokens != 6 || c.accounts != 0 || c.seen != 1 {
		t.Errorf("six pages took %d looks at tokens, %d at accounts and %d notes; want 6, 0 and 1", c.tokens, c.accounts, c.seen)
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.account(t, scheduling.Account{ID: "ann", Name: "Ann"})
	rec := post(t, h, "/sign-in", url.Values{"email": {"ANN@office.example"}, "passphrase": {goodPassphrase}})
	wantStatus(t, "sign in", rec, 303)
	c := sessionIn(rec)
	if c == nil {
		t.Fatal("no session cookie")
	}
	if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
		t.Errorf("cookie %+v", c)
	}
	if !isToken(c.Value) {
		t.Errorf("value %q is no token of ours", c.Value)
	}
	if all, _ := h.Tokens(t.Context(), scheduling.TokenFilter{Purpose: scheduling.ForSession}); strings.Contains(all[0].Hash, c.Value) || all[0].Hash != hashToken(c.Value) {
		t.Errorf("kept as %q", all[0].Hash)
	}

	again := post(t, h, "/sign-in", url.Values{"email": {"ann@office.example"}, "passphrase": {goodPassphrase}}, "Cookie", cookies(rec))
	if next := sessionIn(again); next == nil || next.Value == c.Value {
		t.Error("a second sign-in keeps the session of the first")
	}
	wantStatus(t, "with the session of before", get(t, h, "/account", "Cookie", cookies(rec)), 303)
	wantStatus(t, "with the new one", get(t, h, "/account", "Cookie", cookies(again)), 200)
	wantStatus(t, "sign out", post(t, h, "/sign-out", nil, "Cookie", cookies(again)), 303)
	wantStatus(t, "after signing out", get(t, h, "/account", "Cookie", cookies(again)), 303)
}

func TestPlainCookieWithoutHTTPS(t *testing.T) {
	t.Parallel()
	o := options(nil)
	o.BaseURL = "http://127.0.0.1:8080"
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	secret, hash := newToken()
	err = o.Access.SaveToken(t.Context(), scheduling.Token{Hash: hash, Purpose: scheduling.ForSetup, CreatedAt: noon})
	if err != nil {
		t.Fatal(err)
	}
	rec := post(t, s.Handler(), "/setup/"+secret, url.Values{"name": {"Ann"}, "email": {"ann@office.example"}, "passphrase": {goodPassphrase}})
	wantStatus(t, "set up", rec, 303)
	for _, c := range rec.Result().Cookies() {
		if c.Name == sessionCookie && !c.Secure && c.HttpOnly {
			return
		}
	}
	t.Errorf("cookies %q: want a plain one that a loopback browser takes", rec.Header()["Set-Cookie"])
}

// An unknown address, a wrong passphrase, a disabled account and one without a
// passphrase get the same page.
func TestSignInTellsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.account(t, scheduling.Account{ID: "ann", Name: "Ann"})
	h.account(t, scheduling.Account{ID: "bob", Name: "Bob", Disabled: true})
	if err := h.CreateAccount(t.Context(), scheduling.Account{ID: "new", Name: "New", Email: "new@office.example"}); err != nil {
		t.Fatal(err)
	}
	random := regexp.MustCompile(`value="[^"]*"`)
	var first string
	for name, form := range map[string]url.Values{
		"unknown address":      {"email": {"eve@office.example"}, "passphrase": {goodPassphrase}},
		"wrong passphrase":     {"email": {"ann@office.example"}, "passphrase": {goodPassphrase + "x"}},
		"disabled":             {"email": {"bob@office.example"}, "passphrase": {goodPassphrase}},
		"no passphrase yet":    {"email": {"new@office.example"}, "passphrase": {goodPassphrase}},
		"no passphrase, dummy": {"email": {"new@office.example"}, "passphrase": {"x"}},
		"very long":            {"email": {"ann@office.example"}, "passphrase": {strings.Repeat("x", 100_000)}},
	} {
		rec := post(t, h, "/sign-in", form)
		wantStatus(t, name, rec, 422)
		body := random.ReplaceAllString(rec.Body.String(), "")
		if first == "" {
			first = body
		}
		if body != first {
			t.Errorf("%s: the page differs from the others", name)
		}
		if strings.Contains(rec.Body.String(), goodPassphrase) {
			t.Errorf("%s: the passphrase comes back", name)
		}
	}
}

func TestGuessing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.account(t, scheduling.Account{ID: "ann", Name: "Ann"})
	guess := func(email, from string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/sign-in", strings.NewReader(url.Values{"email": {email}, "passphrase": {"wrong"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from + ":1234"
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Code
	}
	for i := range 10 {
		if got := guess("ann@office.example", "192.0.2.1"); got != 422 {
			t.Fatalf("guess %d: %d, want 422", i+1, got)
		}
	}
	for what, got := range map[string]int{
		"the eleventh guess":            guess("ann@office.example", "192.0.2.1"),
		"in other letters":              guess("Ann@Office.example", "192.0.2.1"),
		"from the same network":         guess("ann@office.example", "192.0.2.99"),
		"of an address that is unknown": guess10(guess, "eve@office.example", "192.0.2.1"),
	} {
		if got != 429 {
			t.Errorf("%s: %d, want 429", what, got)
		}
	}
	if got := guess("ann@office.example", "198.51.100.1"); got != 422 {
		t.Errorf("the owner elsewhere: %d, want 422", got)
	}
	h.now = h.now.Add(15 * time.Minute)
	if got := guess("ann@office.example", "192.0.2.1"); got != 422 {
		t.Errorf("a quarter of an hour later: %d, want 422", got)
	}
}

// guess10 is the answer to the eleventh guess.
func guess10(guess func(string, string) int, email, from string) int {
	for range 10 {
		guess(email, from)
	}
	return guess(email, from)
}

func TestSignInLeadsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.account(t, scheduling.Account{ID: "ann", Name: "Ann"})
	rec := get(t, h, "/n/talks/1/reply?lang=fr")
	if want := "/sign-in?return=%2Fn%2Ftalks%2F1%2Freply%3Flang%3Dfr"; rec.Code == 303 && rec.Header().Get("Location") != want {
		t.Errorf("sent to %q, want %q", rec.Header().Get("Location"), want)
	}
	for back, want := range map[string]string{
		"/n/talks/1":              "/n/talks/1",
		"/n/talks/1?version=2":    "/n/talks/1?version=2",
		"":                        "/",
		"https://evil.example":    "/",
		"//evil.example":          "/",
		`/\evil.example`:          "/",
		"/ok\r\nSet-Cookie: a=b":  "/",
		"javascript:alert(1)":     "/",
		"https:/evil.example/x/y": "/",
	} {
		page := get(t, h, "/sign-in?return="+url.QueryEscape(back))
		if !strings.Contains(page.Body.String(), `name="return" value="`+strings.ReplaceAll(want, "&", "&amp;")+`"`) {
			t.Errorf("return %q: the page does not lead to %q", back, want)
		}
		rec := post(t, h, "/sign-in", url.Values{"email": {"ann@office.example"}, "passphrase": {goodPassphrase}, "return": {back}})
		if got := rec.Header().Get("Location"); rec.Code == 303 && got != want {
			t.Errorf("return %q leads to %q, want %q", back, got, want)
		}
		h.now = h.now.Add(15 * time.Minute)
	}
}

// A form that was filled in before the session ended is not lost.
func TestFormSurvivesSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sent := url.Values{
		"name": {`A <b>"new"</b> member`}, "email": {"x@alpha.example"}, "party": {"p.alpha"},
		"key": {newID()}, "some-passphrase": {"hush hush hush"}, "lang": {"fr"},
	}
	rec := post(t, h, membersURL, sent)
	wantStatus(t, "without a session", rec, 401)
	body := rec.Body.String()
	for _, want := range []string{
		`<form method="post" action="/n/talks/members"`, `name="name" value="A &lt;b&gt;&#34;new&#34;&lt;/b&gt; member"`,
		`name="email" value="x@alpha.example"`, `name="key" value="` + sent.Get("key") + `"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
	if strings.Contains(body, "hush") || strings.Contains(body, `type="hidden" name="lang"`) {
		t.Error("the page holds what must not be kept")
	}
	sent.Del("lang")
	wantStatus(t, "sent again, signed in", post(t, h, membersURL, sent, "Cookie", h.member(t, schedulingtest.AlphaHead)), 303)
	n, err := h.Negotiation(t.Context(), "talks")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(n.Members); got != 5 {
		t.Errorf("%d members, want 5", got)
	}
}

func TestSetUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link, err := NewSetupLink(t.Context(), h, "https://parley.example.org/", h.now)
	if err != nil {
		t.Fatal(err)
	}
	old := strings.TrimPrefix(link, "https://parley.example.org")
	if link, err = NewSetupLink(t.Context(), h, "https://parley.example.org", h.now); err != nil {
		t.Fatal(err)
	}
	path, ours := strings.CutPrefix(link, "https://parley.example.org")
	if !ours {
		t.Fatalf("link %q", link)
	}
	good := url.Values{"name": {"Ann"}, "email": {"ann@office.example"}, "passphrase": {goodPassphrase}}
	wantStatus(t, "a replaced link", get(t, h, old), 410)
	wantStatus(t, "a link made up", get(t, h, "/setup/"+tokenPrefix+strings.Repeat("A", 43)), 410)

	for name, change := range map[string]func(url.Values){
		"no name":          func(v url.Values) { v.Del("name") },
		"no address":       func(v url.Values) { v.Set("email", "ann") },
		"eleven runes":     func(v url.Values) { v.Set("passphrase", strings.Repeat("é", 11)) },
		"too many":         func(v url.Values) { v.Set("passphrase", strings.Repeat("é", 201)) },
		"only a language":  func(v url.Values) { v.Set("lang", "fr") },
		"no passphrase":    func(v url.Values) { v.Del("passphrase") },
		"eleven, composed": func(v url.Values) { v.Set("passphrase", strings.Repeat("e\u0301", 11)) },
	} {
		form := url.Values{}
		maps.Copy(form, good)
		change(form)
		rec := post(t, h, path, form)
		wantStatus(t, name, rec, 422)
		if strings.Contains(rec.Body.String(), goodPassphrase) {
			t.Errorf("%s: the passphrase comes back", name)
		}
	}

	var wg sync.WaitGroup
	codes := make([]int, 20)
	var winner *httptest.ResponseRecorder
	for i := range codes {
		wg.Go(func() {
			rec := post(t, h, path, good)
			codes[i] = rec.Code
			if rec.Code == 303 {
				winner = rec
			}
		})
	}
	wg.Wait()
	won := 0
	for _, code := range codes {
		switch code {
		case 303:
			won++
		case 410:
		default:
			t.Errorf("status %d", code)
		}
	}
	accounts, err := h.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || won != 1 {
		t.Fatalf("%d accounts and %d winners of 20 (%v), want 1 and 1", len(accounts), won, err)
	}
	if a := accounts[0]; !a.Admin || !a.Opens || a.Email != "ann@office.example" || strings.Contains(a.Passphrase, goodPassphrase) {
		t.Errorf("account %+v", a)
	}
	wantStatus(t, "accounts, signed in", get(t, h, "/accounts", "Cookie", cookies(winner)), 200)
	if _, err := NewSetupLink(t.Context(), h, "https://parley.example.org", h.now); err == nil {
		t.Error("a second set-up is offered")
	}
}

func TestSetUpLinkLastsADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	link, err := NewSetupLink(t.Context(), h, "https://parley.example.org", h.now)
	if err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(link, "https://parley.example.org")
	h.now = h.now.Add(24*time.Hour - time.Second)
	wantStatus(t, "before", get(t, h, path), 200)
	h.now = h.now.Add(time.Second)
	wantStatus(t, "after", get(t, h, path), 410)
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.account(t, scheduling.Account{ID: "ann", Name: "Ann", Admin: true})
	form := url.Values{"name": {"Bob <b>"}, "email": {"bob@office.example"}, "opens": {"yes"}, "key": {newID()}}
	rec := post(t, h, "/accounts", form, "Cookie", admin)
	wantStatus(t, "add", rec, 303)
	page := get(t, h, "/accounts", "Cookie", admin+"; "+cookies(rec))
	link := regexp.MustCompile(`https://parley\.example\.org(/passphrase/parley_[\w-]{43})"`).FindStringSubmatch(page.Body.String())
	if link == nil {
		t.Fatalf("no link on the page:\n%s", wordsOf(page))
	}
	if strings.Contains(get(t, h, "/accounts", "Cookie", admin).Body.String(), "/passphrase/parley_") {
		t.Error("the link is shown twice")
	}

	again := post(t, h, "/accounts", form, "Cookie", admin)
	wantStatus(t, "the form again", again, 303)
	wantStatus(t, "the first link then", get(t, h, link[1]), 410)
	form.Set("key", newID())
	wantStatus(t, "the same address", post(t, h, "/accounts", form, "Cookie", admin), 409)
	if all, _ := h.Accounts(t.Context()); len(all) != 2 {
		t.Fatalf("%d accounts, want 2", len(all))
	}

	bob, err := h.AccountByEmail(t.Context(), "bob@office.example")
	if err != nil || !bob.Opens || bob.Admin {
		t.Fatalf("%+v, %v", bob, err)
	}
	page = get(t, h, "/accounts", "Cookie", admin+"; "+cookies(again))
	link = regexp.MustCompile(`https://parley\.example\.org(/passphrase/parley_[\w-]{43})"`).FindStringSubmatch(page.Body.String())
	wantStatus(t, "choosing badly", post(t, h, link[1], url.Values{"passphrase": {"short"}}), 422)
	chosen := post(t, h, link[1], url.Values{"passphrase": {goodPassphrase}})
	wantStatus(t, "choosing", chosen, 303)
	wantStatus(t, "choosing twice", post(t, h, link[1], url.Values{"passphrase": {goodPassphrase}}), 410)
	wantStatus(t, "signed in", get(t, h, "/account", "Cookie", cookies(chosen)), 200)
	wantStatus(t, "not an administrator", get(t, h, "/accounts", "Cookie", cookies(chosen)), 403)

	status := "/accounts/" + string(bob.ID) + "/status"
	wantStatus(t, "disable", post(t, h, status, url.Values{"do": {"disable"}}, "Cookie", admin), 303)
	wantStatus(t, "disabled", get(t, h, "/account", "Cookie", cookies(chosen)), 303)
	wantStatus(t, "a link for it", post(t, h, "/accounts/"+string(bob.ID)+"/passphrase", nil, "Cookie", admin), 409)
	wantStatus(t, "enable", post(t, h, status, url.Values{"do": {"enable"}}, "Cookie", admin), 303)
	wantStatus(t, "the session of before", get(t, h, "/account", "Cookie", cookies(chosen)), 303)
	wantStatus(t, "one's own", post(t, h, "/accounts/ann/status", url.Values{"do": {"disable"}}, "Cookie", admin), 409)
	wantStatus(t, "nonsense", post(t, h, status, url.Values{"do": {"explode"}}, "Cookie", admin), 422)
	wantStatus(t, "unknown", post(t, h, "/accounts/zed/status", url.Values{"do": {"disable"}}, "Cookie", admin), 404)
}

func TestOwnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	here := h.account(t, scheduling.Account{ID: "ann", Name: "Ann"})
	elsewhere := sessionOf(t, h, scheduling.Token{Account: "ann"}, h.now)
	form := url.Values{"do": {"particulars"}, "name": {"Anne"}, "language": {"fr"}}
	wantStatus(t, "change", post(t, h, "/account", form, "Cookie", here), 303)
	page := get(t, h, "/account", "Cookie", here)
	if !strings.Contains(page.Body.String(), `<html lang="fr"`) || !strings.Contains(page.Body.String(), `value="Anne"`) {
		t.Error("name and language are not the new ones")
	}
	form.Set("language", "tlh")
	wantStatus(t, "an unknown language", post(t, h, "/account", form, "Cookie", here), 422)

	next := "five other words of none"
	change := url.Values{"do": {"passphrase"}, "current-passphrase": {"wrong wrong wrong"}, "passphrase": {next}}
	wantStatus(t, "without the present one", post(t, h, "/account", change, "Cookie", here), 422)
	change.Set("current-passphrase", goodPassphrase)
	rec := post(t, h, "/account", change, "Cookie", here)
	wantStatus(t, "change passphrase", rec, 303)
	wantStatus(t, "here", get(t, h, "/account", "Cookie", cookies(rec)), 200)
	wantStatus(t, "elsewhere", get(t, h, "/account", "Cookie", elsewhere), 303)
	wantStatus(t, "the old passphrase", post(t, h, "/sign-in", url.Values{"email": {"ann@office.example"}, "passphrase": {goodPassphrase}}), 422)
	wantStatus(t, "the new one", post(t, h, "/sign-in", url.Values{"email": {"ann@office.example"}, "passphrase": {next}}), 303)
}
