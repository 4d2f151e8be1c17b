package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

func TestStart(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithAccount(schedulingtest.AlphaHead, "ann"))
	for name, tc := range map[string]struct{ cookie, want string }{
		"nobody":       {"", "/sign-in"},
		"a member":     {h.member(t, schedulingtest.BravoHead), "/n/talks"},
		"a dead link":  {"__Host-session=x", "/sign-in"},
		"a wrong word": {"__Host-session=" + tokenPrefix + strings.Repeat("A", 43), "/sign-in"},
	} {
		rec := get(t, h, "/", "Cookie", tc.cookie)
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != tc.want {
			t.Errorf("%s: status %d to %s, want %s", name, rec.Code, rec.Header().Get("Location"), tc.want)
		}
	}
	if to := get(t, h, "/n/talks", "Cookie", h.member(t, schedulingtest.BravoHead)).Header().Get("Location"); to != "/n/talks/1" {
		t.Errorf("the talks lead to %s", to)
	}
	rec := get(t, h, "/", "Cookie", h.account(t, scheduling.Account{ID: "ann", Name: "Ann"}))
	wantStatus(t, "the list", rec, 200)
	has(t, rec.Body.String(), "Alpha and Bravo, First round", "Confirmed: G2, Thu 19 November 2009, Geneva")
	hasNot(t, rec.Body.String(), "New negotiation")
	rec = get(t, h, "/", "Cookie", h.account(t, scheduling.Account{ID: "bob", Name: "Bob", Opens: true}))
	has(t, rec.Body.String(), "No negotiations yet", "New negotiation")
	hasNot(t, rec.Body.String(), "Alpha")
}

// The guests of a demonstration stand on its start page, and on no other's.
func TestGuests(t *testing.T) {
	t.Parallel()
	o := options(nil)
	o.Guests = []Guest{{Name: "B. Berg", Party: "Bravo", Role: "head", Link: "/d/parley_x"}}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	rec := get(t, s.Handler(), "/")
	wantStatus(t, "guests", rec, 200)
	has(t, rec.Body.String(), "A sample negotiation", "B. Berg")
	if !strings.Contains(rec.Body.String(), `href="/d/parley_x"`) {
		t.Error("no link takes the visitor to it")
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	o := options(nil)
	var fault error
	asked := time.Duration(0)
	o.Ready = func(ctx context.Context) error {
		deadline, _ := ctx.Deadline()
		asked = time.Until(deadline)
		return fault
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	check := func(path string, want int) {
		t.Helper()
		if rec := get(t, s.Handler(), path); rec.Code != want || rec.Code == 200 && rec.Body.String() != "ok\n" || strings.Contains(rec.Body.String(), "disk") {
			t.Errorf("%s: status %d, want %d: %s", path, rec.Code, want, rec.Body)
		}
	}
	check("/healthz", 200)
	check("/readyz", 200)
	if asked <= 0 || asked > readiness {
		t.Errorf("the database has %v to answer", asked)
	}
	fault = errors.New("disk gone")
	check("/healthz", 200)
	check("/readyz", 503)
}
