package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

type talksOf = func(...schedulingtest.Adjustment) (*scheduling.Negotiation, *scheduling.Round)

// Every act on a meeting: who may, in which state, and what it answers.
func TestMeetingActs(t *testing.T) {
	t.Parallel()
	const a, b, bo, ar, c = schedulingtest.AlphaHead, schedulingtest.BravoHead, schedulingtest.BravoOfficer, schedulingtest.AlphaReader, schedulingtest.CharlieHead
	reoffered := func(r *scheduling.Round, at time.Time) error {
		return r.Reoffer(schedulingtest.By(a, at), []scheduling.Label{"G3"})
	}
	asked := func(r *scheduling.Round, at time.Time) error {
		return r.Postpone(schedulingtest.By(b, at), scheduling.Text{Body: "elections", Scope: scheduling.AllParties})
	}
	over := schedulingtest.At(2009, time.November, 19, 17, 0)
	for name, tc := range map[string]struct {
		talks  talksOf
		before func(r *scheduling.Round, at time.Time) error
		now    time.Time
		by     scheduling.MemberID
		path   string
		form   url.Values
		want   int
		check  func(r *scheduling.Round) bool
	}{
		"offers again":                {by: b, path: "/reschedule", form: url.Values{"slot": {"G3", "W1"}}, want: 303, check: func(r *scheduling.Round) bool { return r.Meeting.ChangePending && len(r.Offered()) == 2 }},
		"offers nothing again":        {by: a, path: "/reschedule", want: 422},
		"offers an unknown slot":      {by: a, path: "/reschedule", form: url.Values{"slot": {"X9"}}, want: 404},
		"offers what is on the table": {before: reoffered, by: a, path: "/reschedule", form: url.Values{"slot": {"G3"}}, want: 409},
		"offers what is too late":     {now: schedulingtest.At(2009, time.November, 21, 9, 0), by: a, path: "/reschedule", form: url.Values{"slot": {"G3"}}, want: 409},
		"offers without the right":    {by: bo, path: "/reschedule", form: url.Values{"slot": {"G3"}}, want: 403},

		"abandons a change": {before: reoffered, by: b, path: "/reschedule/abandonment", want: 303, check: func(r *scheduling.Round) bool {
			return !r.Meeting.ChangePending && r.Slot("G3").Status == scheduling.Released
		}},
		"abandons no change":       {by: a, path: "/reschedule/abandonment", want: 409},
		"abandons, as an observer": {before: reoffered, by: c, path: "/reschedule/abandonment", want: 403},
		"asks for postponement": {by: a, path: "/postponement", form: url.Values{"reason": {"elections"}}, want: 303, check: func(r *scheduling.Round) bool {
			return r.Postponement.By == schedulingtest.Alpha && r.Status == scheduling.Confirmed
		}},
		"agrees to postpone": {before: asked, by: a, path: "/postponement", want: 303, check: func(r *scheduling.Round) bool { return r.Postponed && r.Status == scheduling.OnTheTable }},
		"asks twice": {before: asked, by: b, path: "/postponement", want: 303, check: func(r *scheduling.Round) bool {
			return r.Status == scheduling.Confirmed && len(r.Postponement.Agreed) == 1
		}},
		"postpones no meeting":      {talks: schedulingtest.Delivered, by: a, path: "/postponement", form: url.Values{"reason": {"kept words"}}, want: 409},
		"postpones at length":       {by: a, path: "/postponement", form: url.Values{"reason": {strings.Repeat("x", 301)}}, want: 422},
		"postpones without right":   {by: bo, path: "/postponement", want: 403},
		"refuses to postpone":       {before: asked, by: a, path: "/postponement/refusal", want: 303, check: func(r *scheduling.Round) bool { return r.Postponement == nil && r.Status == scheduling.Confirmed }},
		"takes it back":             {before: asked, by: b, path: "/postponement/refusal", want: 303, check: func(r *scheduling.Round) bool { return r.Postponement == nil }},
		"refuses what nobody asks":  {by: a, path: "/postponement/refusal", want: 409},
		"cancels":                   {by: a, path: "/cancellation", form: url.Values{"reason": {"fire"}, "readers": {"all_parties"}}, want: 303, check: func(r *scheduling.Round) bool { return r.Status == scheduling.Cancelled }},
		"cancels, not the convener": {by: b, path: "/cancellation", form: url.Values{"reason": {"kept words"}}, want: 403},
		"cancels as a reader":       {by: ar, path: "/cancellation", want: 403},
		"changes the room":          {by: b, path: "/meeting/change", form: url.Values{"room": {" Room  XX "}}, want: 303, check: func(r *scheduling.Round) bool { return r.Meeting.Room == "Room XX" && r.Meeting.Sequence == 1 }},
		"changes nothing":           {by: b, path: "/meeting/change", want: 303, check: func(r *scheduling.Round) bool { return r.Meeting.Sequence == 0 }},
		"gives an unsafe link":      {by: b, path: "/meeting/change", form: url.Values{"room": {"kept words"}, "link": {"http://meet.example"}}, want: 422},
		"gives a script":            {by: b, path: "/meeting/change", form: url.Values{"room": {"kept words"}, "link": {"javascript:alert(1)"}}, want: 422},
		"gives a link of two lines": {by: b, path: "/meeting/change", form: url.Values{"room": {"kept words"}, "link": {"https://meet.example/ x"}}, want: 422},
		"gives a link to nowhere":   {by: b, path: "/meeting/change", form: url.Values{"room": {"kept words"}, "link": {"https://"}}, want: 422},
		"changes an endless room":   {by: b, path: "/meeting/change", form: url.Values{"room": {strings.Repeat("kept words", 13)}}, want: 422},
		"changes no meeting":        {talks: schedulingtest.Delivered, by: a, path: "/meeting/change", form: url.Values{"room": {"kept words"}}, want: 409},
		"held":                      {now: over, by: b, path: "/meeting/held", want: 303, check: func(r *scheduling.Round) bool { return r.Status == scheduling.Held }},
		"held before its end":       {now: over.Add(-time.Second), by: a, path: "/meeting/held", want: 409},
		"releases":                  {by: b, path: "/release", form: url.Values{"text": {"Talks, Geneva"}}, want: 303, check: func(r *scheduling.Round) bool { return r.Release.Text == "Talks, Geneva" && r.Public() == nil }},
		"releases no words":         {by: b, path: "/release", form: url.Values{"text": {"  "}}, want: 422},
		"releases too many words":   {by: b, path: "/release", form: url.Values{"text": {strings.Repeat("kept words ", 30)}}, want: 422},
		"releases too early":        {talks: schedulingtest.Agreed, by: b, path: "/release", form: url.Values{"text": {"kept words"}}, want: 409},
		"releases, as an observer":  {by: c, path: "/release", form: url.Values{"text": {"kept words"}}, want: 403},
		"objects":                   {by: bo, path: "/objection", form: url.Values{"text": {"The hall is too small."}}, want: 303, check: func(r *scheduling.Round) bool { return len(r.Objections) == 1 }},
		"objects in no words":       {by: bo, path: "/objection", want: 422},
		"objects too early":         {talks: schedulingtest.Agreed, by: b, path: "/objection", form: url.Values{"text": {"kept words"}}, want: 409},
		"objects as a reader":       {by: ar, path: "/objection", form: url.Values{"text": {"kept words"}}, want: 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			talks, now := tc.talks, tc.now
			if talks == nil {
				talks = schedulingtest.Confirmed
			}
			if now.IsZero() {
				now = schedulingtest.Now.Add(24 * time.Hour)
			}
			n, r := talks(inEnglish(), schedulingtest.WithObserver())
			k := keep(t, now, n, r)
			if tc.before != nil {
				k.change(func(r *scheduling.Round) error { return tc.before(r, now.Add(-time.Hour)) })
			}
			before := k.round()
			v := k.as(tc.by)
			rec := v.post(tc.path, tc.form)
			if rec.Code != tc.want {
				t.Fatalf("status %d, want %d:\n%s", rec.Code, tc.want, text(rec.Body.String()))
			}
			after := k.round()
			switch {
			case tc.want == 303 && (rec.Header().Get("Location") != roundPath(k.id) || tc.check != nil && !tc.check(after)):
				t.Errorf("leads to %s, round %+v", rec.Header().Get("Location"), after)
			case tc.want != 303 && after.Version != before.Version:
				t.Error("a refused act changed the round")
			case tc.want == 422 || tc.want == 409 && strings.Count(tc.path, "/") == 1:
				page := rec.Body.String()
				if !strings.Contains(page, "<title>Error: ") || !strings.Contains(page, `class="errors"`) && !strings.Contains(page, "role=\"alert\"") {
					t.Errorf("the page does not say what is wrong:\n%s", page)
				}
				for field, values := range tc.form {
					if field != "slot" && !strings.Contains(page, values[0]) {
						t.Errorf("what was typed as %s is gone", field)
					}
				}
			}
		})
	}
}

// The pages of acts, as each side sees them in each state.
func TestMeetingPages(t *testing.T) {
	t.Parallel()
	const a, b = schedulingtest.AlphaHead, schedulingtest.BravoHead
	now := schedulingtest.Now.Add(24 * time.Hour)
	n, r := schedulingtest.Confirmed(inEnglish())
	k := keep(t, now, n, r)
	alpha, bravo := k.as(a), k.as(b)
	for _, path := range []string{"/reschedule", "/postponement", "/cancellation", "/meeting/change", "/release", "/objection"} {
		golden(t, "meeting"+strings.ReplaceAll(path, "/", "-"), bravo.opens(path))
	}
	bravo.sends("/postponement", url.Values{"reason": {"the minister is ill"}})
	has(t, alpha.opens("/postponement"), "Bravo asks to postpone the meeting without a new date.", "Agree: postpone", "Do not agree: the date stays")
	hasNot(t, alpha.opens("/postponement"), "the minister is ill")
	has(t, bravo.opens("/postponement"), "Your party has agreed to a postponement", "Take it back: the date stays")
	hasNot(t, bravo.opens("/postponement"), "Agree: postpone")
	alpha.sends("/postponement", nil)
	has(t, bravo.opens(""), "The meeting is postponed and has no date.")

	n, r = schedulingtest.Confirmed(inEnglish(), schedulingtest.WithRule(func(ru *scheduling.Rule) { ru.ConvenerPostpones = true }))
	k = keep(t, now, n, r)
	has(t, k.as(a).opens("/postponement"), "The rule of this round lets your party postpone alone.")
	hasNot(t, k.as(b).opens("/postponement"), "postpone alone")
}

// Sending the same form twice acts once.
func TestMeetingActTwice(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	bravo := k.as(schedulingtest.BravoHead)
	form := filled(t, bravo.opens("/objection"), roundPath(k.id)+"/objection")
	form.Set("text", "The hall is too small.")
	if one, two := bravo.sends("/objection", form), bravo.sends("/objection", form); one != two || len(k.round().Objections) != 1 {
		t.Errorf("%d objections, and it leads to %s and %s", len(k.round().Objections), one, two)
	}
}
