package web

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

func TestPrivateLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := "/d/" + h.token(t, scheduling.Token{Purpose: scheduling.ForLink, Negotiation: "talks", Member: schedulingtest.BravoHead, Party: schedulingtest.Bravo})
	page := get(t, h, path)
	wantStatus(t, "the link", page, 200)
	for _, hushed := range []string{"Alpha", "Bravo", "Head", "PST", "talks", "round", "bravo"} {
		if strings.Contains(wordsOf(page), hushed) {
			t.Errorf("the page names %q:\n%s", hushed, page.Body.String())
		}
	}
	if got := strings.Count(page.Body.String(), `<button class="btn"`); got != 1 {
		t.Errorf("%d buttons, want one", got)
	}
	rec := post(t, h, path, nil)
	wantStatus(t, "Continue", rec, 303)
	if to := rec.Header().Get("Location"); to != "/n/talks" {
		t.Errorf("leads to %q, want /n/talks", to)
	}
	wantStatus(t, "signed in", get(t, h, membersURL, "Cookie", cookies(rec)), 200)
	wantStatus(t, "another browser", post(t, h, path, nil), 303)
	if again := post(t, h, path, nil, "Cookie", cookies(rec)); sessionIn(again) != nil {
		t.Error("the same browser gets a second session")
	}
}

func TestPrivateLinkThatIsGone(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*house) error{
		"revoked": func(h *house) error {
			return h.Revoke(t.Context(), scheduling.TokenFilter{Purpose: scheduling.ForLink, Member: schedulingtest.BravoHead}, h.now)
		},
		"expired": func(h *house) error { h.now = h.now.Add(time.Hour); return nil },
		"member removed": func(h *house) error {
			return h.UpdateNegotiation(t.Context(), "talks", scheduling.Once{}, func(n *scheduling.Negotiation) error {
				n.Member(schedulingtest.BravoHead).Removed = true
				return nil
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			path := "/d/" + h.token(t, scheduling.Token{
				Purpose: scheduling.ForLink, Negotiation: "talks", Member: schedulingtest.BravoHead, ExpiresAt: h.now.Add(time.Hour),
			})
			before := post(t, h, path, nil)
			wantStatus(t, "before", before, 303)
			if err := end(h); err != nil {
				t.Fatal(err)
			}
			rec := post(t, h, path, nil)
			wantStatus(t, "after", rec, 410)
			if sessionIn(rec) != nil {
				t.Error("signs in")
			}
			if name == "member removed" {
				wantStatus(t, "the session of before", get(t, h, membersURL, "Cookie", cookies(before)), 404)
			}
		})
	}
	h := newHouse(t)
	for what, path := range map[string]string{
		"made up":         "/d/" + tokenPrefix + strings.Repeat("A", 43),
		"cut off":         "/d/" + tokenPrefix + "AAAA",
		"another purpose": "/d/" + h.token(t, scheduling.Token{Purpose: scheduling.ForFeed, Negotiation: "talks", Member: schedulingtest.BravoHead}),
	} {
		wantStatus(t, what, get(t, h, path), 410)
		wantStatus(t, what, post(t, h, path, nil), 410)
	}
}

// Filters and previews open every link, some several times. It changes nothing.
func TestOpeningLinksChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	setup, err := NewSetupLink(t.Context(), h, "", h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.account(t, scheduling.Account{ID: "ann", Name: "Ann"})
	link := h.token(t, scheduling.Token{Purpose: scheduling.ForLink, Negotiation: "talks", Member: schedulingtest.BravoHead})
	choose := h.token(t, scheduling.Token{Purpose: scheduling.ForPassphrase, Account: "ann", ExpiresAt: h.now.Add(time.Hour)})
	all := func() (tokens [][]scheduling.Token) {
		for _, p := range []scheduling.Purpose{scheduling.ForSetup, scheduling.ForPassphrase, scheduling.ForLink, scheduling.ForSession, scheduling.ForFeed} {
			list, err := h.Tokens(t.Context(), scheduling.TokenFilter{Purpose: p})
			if err != nil {
				t.Fatal(err)
			}
			tokens = append(tokens, list)
		}
		return tokens
	}
	before := all()
	h.now = h.now.Add(10 * time.Minute)
	for _, path := range []string{setup, "/d/" + link, "/passphrase/" + choose} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet, http.MethodHead, http.MethodGet, http.MethodHead} {
			rec := ask(t, h, method, path, nil)
			wantStatus(t, method+" "+path, rec, 200)
			if len(rec.Header()["Set-Cookie"]) != 0 {
				t.Errorf("%s %s sets %q", method, path, rec.Header()["Set-Cookie"])
			}
			if method == http.MethodHead && rec.Body.Len() != 0 {
				t.Errorf("HEAD %s has a body", path)
			}
		}
	}
	if after := all(); !reflect.DeepEqual(before, after) {
		t.Errorf("tokens were\n%+v\nand are\n%+v", before, after)
	}
	wantStatus(t, "Continue, after all that", post(t, h, "/d/"+link, nil), 303)
	wantStatus(t, "choosing, after all that", post(t, h, "/passphrase/"+choose, url.Values{"passphrase": {goodPassphrase}}), 303)
}
