package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// counters lets Bravo answer Alpha's offer with one of its own, through the
// form, and gives the page of the check.
func counters(tb testing.TB, bravo visitor) string {
	tb.Helper()
	action := roundPath(bravo.id) + "/proposals/new"
	page := bravo.opens("/proposals/new?answers=1")
	form := with(moscow(tb, page, action), slices.Concat([]string{"o1-city", "Geneva", "o1-place", "Palais des Nations", "o1-from", "10:00", "o1-until", "18:00"},
		dateValues("o1-r0-from", 19, 11, 2009))...)
	if got := form.Get("answers"); got != "1" {
		tb.Errorf("the form begins as an answer to offer %q", got)
	}
	checked := bravo.post("/proposals/new", with(form, "do", "check")).Body.String()
	bravo.sends("/proposals/new", with(filled(tb, checked, action), "do", "send"))
	return checked
}

// The thread reads as a story: who offered what, in answer to what, and what
// became of it.
func TestThreadOfOffers(t *testing.T) {
	t.Parallel()
	v := delivered(t, schedulingtest.WithObserver())
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	checked := counters(t, bravo)
	const answers = "This offer answers offer 1 of Alpha (PST/3/1/PROP.1). That offer is not affected by it."
	has(t, text(checked), answers)
	has(t, text(alpha.opens("/paper/2")), answers)
	has(t, alpha.opens("/history"), "In answer to offer 1 of Alpha.")

	*v.now = v.now.Add(time.Hour)
	action := roundPath(v.id) + "/proposals/1/amendment"
	form := with(filled(t, alpha.opens("/proposals/1/amendment"), action), slices.Concat([]string{"do", "check"}, dateValues("o1-r0-to", 9, 12, 2009))...)
	alpha.sends("/proposals/1/amendment", with(filled(t, alpha.post("/proposals/1/amendment", form).Body.String(), action), "do", "send"))
	*v.now = v.now.Add(time.Hour)
	alpha.sends("/proposals/2/decline", with(filled(t, alpha.opens("/proposals/2/decline"), roundPath(v.id)+"/proposals/2/decline"), "reason", "Too far."))

	page := text(bravo.opens("/offers"))
	at := -1
	for _, part := range []string{
		"Offer 1 of Alpha", "Replaced by version 2, Mon 2 November 2009, 13:00 Moscow time.",
		"Offer 2 of Bravo", "In answer to offer 1 of Alpha.", "also in offer 1", "Declined Mon 2 November 2009, 14:00 Moscow time.",
		"Offer 1 of Alpha, version 2", "On the table.",
	} {
		next := strings.Index(page[at+1:], part)
		if next < 0 {
			t.Fatalf("%q is not there, or not in its place:\n%s", part, page)
		}
		at += 1 + next
	}
	hasNot(t, page, "Too far.", "Only if they insist.")
	golden(t, "offers/thread", bravo.opens("/offers"))

	seen := v.as(schedulingtest.CharlieHead).opens("/offers")
	has(t, text(seen), "Offer 2 of Bravo", "Replaced by version 2")
	hasNot(t, text(seen), "Declined", "Read the paper", "Make a counter-offer")
}

func TestCounterIsRefused(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, action := v.as(schedulingtest.BravoHead), roundPath(v.id)+"/proposals/new"
	form := moscow(t, bravo.opens("/proposals/new"), action)
	v.change(func(r *scheduling.Round) error {
		return r.Deliver(schedulingtest.By(schedulingtest.BravoHead, *v.now), schedulingtest.P1(), schedulingtest.Paper("x"))
	})
	for answers, status := range map[string]int{"2": http.StatusConflict, "9": http.StatusNotFound, "one": http.StatusUnprocessableEntity} {
		withStatus(t, bravo.post("/proposals/new", with(form, "answers", answers, "do", "check")), status)
	}
	if page := v.as(schedulingtest.AlphaHead).opens("/proposals/new"); filled(t, page, action).Get("answers") != "2" {
		t.Error("an offer does not begin as an answer to the newest of the other side")
	}
}

// A draft is in its own party's thread alone.
func TestDraftInTheThread(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	before := steady.ReplaceAllString(alpha.opens("/offers"), "")
	action := roundPath(v.id) + "/proposals/new"
	bravo.sends("/proposals/new", with(moscow(t, bravo.opens("/proposals/new"), action), "do", "draft"))
	has(t, bravo.opens("/offers"), "Your party has a draft. Nobody else sees it.")
	if now := steady.ReplaceAllString(alpha.opens("/offers"), ""); now != before {
		t.Error("the rival sees that there is a draft")
	}
}
