package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// postponing are talks with neutral staff whose meeting Alpha asks to postpone.
func postponing(tb testing.TB, adjust ...schedulingtest.Adjustment) visitTo {
	tb.Helper()
	n, r := schedulingtest.Confirmed(append(adjust, inEnglish(), schedulingtest.WithStaff(), schedulingtest.WithObserver())...)
	at := schedulingtest.At(2009, time.November, 3, 9, 0)
	v := talksAt(tb, at, n, r)
	v.change(func(r *scheduling.Round) error {
		return r.Postpone(schedulingtest.By(schedulingtest.AlphaHead, at), reason("Elections.", scheduling.AllParties))
	})
	return v
}

// said is the form in which staff records what Bravo says to the postponement.
func (v visitor) said(choice string) url.Values {
	v.Helper()
	return with(filled(v.TB, v.opens("/answers/new?party=bravo"), roundPath(v.id)+"/answers/new"),
		"form", "by_note", "date-d", "3", "date-m", "11", "date-y", "2009", "from", "Counsellor Ivanov", "to", "S. Ecretary",
		"reference", "NV 12/2009", "postponement", choice, "do", "send")
}

// A party that does not sign in agrees, or does not, by what is recorded for
// it on evidence.
func TestPostponementIsAnsweredElsewhere(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		choice string
		status scheduling.RoundStatus
		says   string
	}{
		"agrees":         {"agree.1257238800", scheduling.OnTheTable, "was postponed without a new date."},
		"does not agree": {"refuse.1257238800", scheduling.Confirmed, "Bravo did not agree to a postponement"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := postponing(t)
			staff := v.as(schedulingtest.Secretary)
			page := staff.opens("/postponement")
			has(t, page, "Alpha asks to postpone the meeting without a new date.", "Record the answer of Bravo")
			for page, link := range map[string]string{staff.opens(""): "/answers/new", page: "/answers/new?party=bravo"} {
				if !strings.Contains(page, `href="`+roundPath(v.id)+link+`"`) {
					t.Errorf("nothing leads to %s:\n%s", link, text(page))
				}
			}
			hasNot(t, page, "head of your delegation", "Agree: postpone", "Record the answer of Alpha")
			form := staff.opens("/answers/new?party=bravo")
			has(t, form, "Agrees to the postponement", "Does not agree to the postponement", "How it was given")
			hasNot(t, form, "Consent of Bravo", "level-G", "Who may read")

			withStatus(t, staff.post("/answers/new", staff.said("")), http.StatusUnprocessableEntity)
			nothing := staff.said(tc.choice)
			nothing.Set("from", "")
			kept := withStatus(t, staff.post("/answers/new", nothing), http.StatusUnprocessableEntity)
			if got := filled(t, kept, roundPath(v.id)+"/answers/new").Get("postponement"); got != tc.choice {
				t.Errorf("the choice is %q after a fault", got)
			}
			staff.sends("/answers/new", staff.said(tc.choice))
			if r := v.round(); r.Status != tc.status || r.Postponement != nil {
				t.Errorf("the round is %s, and %+v is asked", r.Status, r.Postponement)
			}
			has(t, text(v.as(schedulingtest.AlphaHead).opens("/history")), tc.says, "Alpha asked for a postponement without a new date.",
				"Recorded for Bravo by the secretariat, on evidence: by note NV 12/2009")
		})
	}
}

// What was said to one request is not taken for an answer to another, nor for
// a request.
func TestPostponementAnsweredTooLate(t *testing.T) {
	t.Parallel()
	v := postponing(t)
	staff := v.as(schedulingtest.Secretary)
	form := staff.said("agree.1257238800")
	at := v.now.Add(time.Hour)
	v.change(func(r *scheduling.Round) error {
		return r.RefusePostponement(schedulingtest.By(schedulingtest.AlphaHead, at))
	})
	withStatus(t, staff.post("/answers/new", form), http.StatusConflict)
	v.change(func(r *scheduling.Round) error {
		return r.Postpone(schedulingtest.By(schedulingtest.AlphaHead, at), scheduling.Text{})
	})
	has(t, withStatus(t, staff.post("/answers/new", form), http.StatusConflict), "Nobody asks for")
	if r := v.round(); r.Postponement == nil || len(r.Postponement.Agreed) != 1 {
		t.Errorf("asked: %+v", r.Postponement)
	}
}

// Who cannot agree, and cannot record it, is told why.
func TestWhoAnswersPostponement(t *testing.T) {
	t.Parallel()
	v := postponing(t, schedulingtest.WithRule(func(r *scheduling.Rule) { r.Reporting = scheduling.ReportPositions }))
	page := v.as(schedulingtest.Secretary).opens("/postponement")
	has(t, page, "nobody can record an agreement for a party")
	hasNot(t, page, "Record the answer of", "Ask for a postponement")
	hasNot(t, v.as(schedulingtest.Secretary).opens(""), "Record an answer")
	withStatus(t, v.as(schedulingtest.Secretary).get("/answers/new?party=bravo"), http.StatusConflict)
	withStatus(t, v.as(schedulingtest.Secretary).post("/postponement", nil), http.StatusForbidden)
	withStatus(t, v.as(schedulingtest.CharlieHead).get("/postponement"), http.StatusForbidden)
	withStatus(t, v.as(schedulingtest.BravoOfficer).get("/postponement"), http.StatusForbidden)

	n, r := schedulingtest.Confirmed(inEnglish(), schedulingtest.WithStaff())
	r.Convener, r.Rule.ConvenerPostpones = "", true
	v = talksAt(t, *v.now, n, r)
	staff := v.as(schedulingtest.Secretary)
	has(t, staff.opens("/postponement"), "lets your party postpone alone", "Reason")
	staff.sends("/postponement", url.Values{"reason": {"Fire."}})
	if r := v.round(); !r.Postponed {
		t.Errorf("the round is %s", r.Status)
	}
}
