package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

var shownSecret = regexp.MustCompile(`id="secret" readonly value="([^"]+)"`)

// A token is made on a page, shown once, no stronger than its owner, and ends.
func TestProgramsPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withMoreMembers)
	site := h.server.Handler()
	cookie := h.member(t, alphaOfficer) // answers
	const page = "/n/talks/programs"
	form := url.Values{"name": {"Diary"}, "right-answer": {"yes"}, "right-consent": {"yes"}, "right-convene": {"yes"}, "life": {"30"}, "key": {"AAAAAAAAAAAAAAAAAAAAAA"}}
	first := post(t, site, page, form, "Cookie", cookie)
	wantStatus(t, "make", first, 200)
	again := post(t, site, page, form, "Cookie", cookie)
	secret := shownSecret.FindStringSubmatch(first.Body.String())
	if secret == nil || !strings.Contains(again.Body.String(), secret[1]) {
		t.Fatalf("no secret, or another one, when the form is sent again: %v", secret)
	}
	token, err := h.Token(t.Context(), hashToken(secret[1]), scheduling.ForAPI)
	if err != nil || token.Scope != scheduling.RightAnswer|scheduling.RightObserve || token.Member != alphaOfficer || !token.ExpiresAt.Equal(h.now.AddDate(0, 0, 30)) {
		t.Errorf("the token is %+v, %v", token, err)
	}
	if shown := get(t, site, page, "Cookie", cookie).Body.String(); strings.Contains(shown, secret[1]) || !strings.Contains(shown, "Diary") || !strings.Contains(shown, "Never used") {
		t.Error("the page shows the secret again, or not the token")
	}
	call(t, site, secret[1], "GET", talks1, nil).want(t, "read", 200)
	if shown := get(t, site, page, "Cookie", cookie).Body.String(); !strings.Contains(shown, "Last used") {
		t.Error("nothing says that the token was used")
	}
	if shown := get(t, site, page, "Cookie", h.member(t, schedulingtest.AlphaHead)).Body.String(); strings.Contains(shown, "Diary") {
		t.Error("a colleague sees the token")
	}
	wantStatus(t, "revoked by a colleague", post(t, site, page+"/revocation", url.Values{"program": {token.Hash}}, "Cookie", h.member(t, schedulingtest.AlphaHead)), 303)
	call(t, site, secret[1], "GET", talks1, nil).want(t, "after that", 200)
	wantStatus(t, "revoke", post(t, site, page+"/revocation", url.Values{"program": {token.Hash}}, "Cookie", cookie), 303)
	call(t, site, secret[1], "GET", talks1, nil).refused(t, "after revoking", 401, "token_bad")
	wantStatus(t, "the form once more", post(t, site, page, form, "Cookie", cookie), 409)
	wantStatus(t, "without a name", post(t, site, page, url.Values{"life": {"30"}}, "Cookie", cookie), 422)
	form.Set("life", "9999")
	wantStatus(t, "for ever", post(t, site, page, form, "Cookie", cookie), 422)
}

// What was given to a program ends with its owner's part in the talks, and on
// its day.
func TestProgramsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withMoreMembers)
	site := h.server.Handler()
	token := h.program(t, alphaOfficer, scheduling.RightAnswer)
	call(t, site, token, "GET", talks1, nil).want(t, "read", 200)
	rec := post(t, site, "/n/talks/members/"+string(alphaOfficer)+"/removal", nil, "Cookie", h.member(t, schedulingtest.AlphaHead))
	wantStatus(t, "remove", rec, 303)
	call(t, site, token, "GET", talks1, nil).refused(t, "after removal", 401, "token_bad")
	late := h.program(t, schedulingtest.AlphaHead, 0)
	h.now = h.now.AddDate(1, 0, 0)
	call(t, site, late, "GET", talks1, nil).refused(t, "after a year", 401, "token_bad")
}

func TestAccountPrograms(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithAccount(schedulingtest.AlphaHead, "opener"))
	site := h.server.Handler()
	cookie := h.account(t, scheduling.Account{ID: "opener", Name: "Opener", Opens: true})
	rec := post(t, site, "/account/programs", url.Values{"name": {"Office"}, "right-convene": {"yes"}, "life": {"90"}}, "Cookie", cookie)
	wantStatus(t, "make", rec, 200)
	secret := shownSecret.FindStringSubmatch(rec.Body.String())
	if secret == nil {
		t.Fatal("no secret")
	}
	list := call(t, site, secret[1], "GET", "/negotiations", nil).want(t, "list", 200)
	if list.at("negotiations.0.id") != "talks" || list.at("negotiations.0.you.member") != string(schedulingtest.AlphaHead) {
		t.Errorf("listed %s", list.raw)
	}
	err := h.UpdateAccount(t.Context(), "opener", func(a *scheduling.Account) error { a.Disabled = true; return nil })
	if err != nil {
		t.Fatal(err)
	}
	call(t, site, secret[1], "GET", "/negotiations", nil).refused(t, "of a disabled account", 401, "token_bad")
}

func TestWebhooksPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	site, cookie := h.server.Handler(), h.member(t, schedulingtest.AlphaHead)
	const page = "/n/talks/programs"
	wantStatus(t, "a bad address", post(t, site, page+"/webhooks", url.Values{"url": {"ftp://x.example/"}}, "Cookie", cookie), 422)
	rec := post(t, site, page+"/webhooks", url.Values{"url": {"https://alpha.example/hook"}}, "Cookie", cookie)
	wantStatus(t, "add", rec, 200)
	hooks, err := h.Webhooks(t.Context(), "talks")
	if err != nil || len(hooks) != 1 || !strings.Contains(rec.Body.String(), WebhookSecret(h.server.secret, hooks[0].ID)) {
		t.Fatalf("webhooks %+v, %v", hooks, err)
	}
	rival := h.member(t, schedulingtest.BravoHead)
	change := url.Values{"webhook": {string(hooks[0].ID)}, "do": {"remove"}}
	wantStatus(t, "removed by the other side", post(t, site, page+"/webhooks/change", change, "Cookie", rival), 404)
	if shown := get(t, site, page, "Cookie", rival).Body.String(); strings.Contains(shown, "alpha.example") {
		t.Error("the other side sees the address")
	}
	if err := h.UpdateNegotiation(t.Context(), "talks", scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.Suspend(schedulingtest.AlphaHead, scheduling.Text{}, h.now)
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ClaimWebhooks(t.Context(), "w", h.now, h.now.Add(time.Minute), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := h.SettleWebhook(t.Context(), hooks[0].ID, "w", scheduling.WebhookOutcome{State: scheduling.WebhookGivenUp, Attempts: 9, Problem: "status"}); err != nil {
		t.Fatal(err)
	}
	if shown := get(t, site, page, "Cookie", cookie).Body.String(); !strings.Contains(shown, "Given up") || !strings.Contains(shown, "Call it again") {
		t.Error("the page does not say that the webhook was given up")
	}
	wantStatus(t, "resume", post(t, site, page+"/webhooks/change", url.Values{"webhook": change["webhook"], "do": {"resume"}}, "Cookie", cookie), 303)
	wantStatus(t, "remove", post(t, site, page+"/webhooks/change", change, "Cookie", cookie), 303)
	if hooks, err = h.Webhooks(t.Context(), "talks"); err != nil || len(hooks) != 0 {
		t.Errorf("webhooks %+v, %v", hooks, err)
	}
}
