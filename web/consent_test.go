package web

import (
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

func TestConsentReplacesAnEarlierOne(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoHead)
	bravo.consents("G1")
	has(t, bravo.opens("/consent/G1"), "You have consented to Wednesday 18 November 2009, Geneva", "Withdraw this consent")
	has(t, bravo.opens("/consent/G2"), "Your consent to G1, Wed 18 November 2009, Geneva is withdrawn by this")
	bravo.consents("G2")
	r := v.round()
	if _, ok := r.Slot("G1").Consent(schedulingtest.Bravo); ok {
		t.Error("the consent to G1 still stands")
	}
	page := bravo.opens("/consent/G2")
	bravo.sends("/consent/G2/withdrawal", filled(t, page, roundPath(v.id)+"/consent/G2/withdrawal"))
	if _, ok := v.round().Slot("G2").Consent(schedulingtest.Bravo); ok {
		t.Error("the consent to G2 was not withdrawn")
	}
	has(t, v.as(schedulingtest.AlphaHead).opens("/history"), "Bravo no longer consents to G2")
}

func TestOpenConditionStandsInTheWayOfConsent(t *testing.T) {
	t.Parallel()
	v := answered(t)
	bravo := v.as(schedulingtest.BravoHead)
	page := bravo.opens("/consent/G1")
	has(t, page, "Say first whether it is met", "Delegation lands at 12:20.")
	hasNot(t, page, "Consent to this date")
	has(t, withStatus(t, bravo.post("/consent/G1", url.Values{"version": {"1"}}), http.StatusConflict), "A condition on G1 is still open.")
	has(t, withStatus(t, bravo.post("/condition/G1", url.Values{}), http.StatusUnprocessableEntity), "Choose one of the answers on the page.")

	form := filled(t, page, roundPath(v.id)+"/condition/G1")
	form.Set("met", "yes")
	form.Set("note", "Flight booked.")
	if to := bravo.sends("/condition/G1", form); to != roundPath(v.id)+"/consent/G1" {
		t.Errorf("a met condition leads to %s", to)
	}
	bravo.consents("G1")
	hasNot(t, v.as(schedulingtest.AlphaHead).opens("/history"), "Flight booked.")
	has(t, bravo.opens("/history"), "Flight booked.", "the condition on G1")
}

func TestFailedConditionRulesTheDateOut(t *testing.T) {
	t.Parallel()
	v := answered(t)
	bravo := v.as(schedulingtest.BravoOfficer) // answers, and does not bind
	page := bravo.opens("/consent/G1")
	form := filled(t, page, roundPath(v.id)+"/condition/G1")
	form.Set("met", "no")
	bravo.sends("/condition/G1", form)
	if p, _ := v.round().Slot("G1").Position(schedulingtest.Bravo); p.Level != scheduling.LevelNotPossible {
		t.Errorf("G1 = %q, want not possible", p.Level)
	}
	has(t, v.as(schedulingtest.BravoHead).opens("/consent/G3"), "Change that answer first.")
}

func TestLastConsentConfirmsWhereTheRuleSaysSo(t *testing.T) {
	t.Parallel()
	v := delivered(t, schedulingtest.WithRule(func(r *scheduling.Rule) { r.Confirmation = scheduling.OnLastConsent }))
	v.as(schedulingtest.BravoHead).consents("G2")
	alpha := v.as(schedulingtest.AlphaHead)
	has(t, alpha.opens("/consent/G2"), "Yours is the last consent. With it the date is confirmed at once")
	hasNot(t, alpha.opens("/consent/G1"), "Yours is the last consent.")
	alpha.consents("G2")
	if v.round().Status != scheduling.Confirmed {
		t.Fatalf("round %s, want it confirmed", v.round().Status)
	}
	has(t, alpha.opens(""), "Confirmed by both parties")
}

func TestReportedAnswerIsShownAsReported(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	path := roundPath(v.id) + "/answers/new"
	has(t, alpha.opens("/answers/new"), "Choose the party", "Bravo")
	form := filled(t, alpha.opens("/answers/new?party=bravo"), path)
	form.Set("level-G2", "preferred")
	form.Set("do", "send")
	page := withStatus(t, alpha.post("/answers/new", form), http.StatusUnprocessableEntity)
	has(t, page, "How it was given", "Choose one of the answers on the page.", "Fill in this field.")
	if got := filled(t, page, path); got.Get("level-G2") != "preferred" {
		t.Error("the answer is lost")
	}
	form.Set("form", "by_note")
	form.Set("date-d", "5")
	form.Set("date-m", "11")
	form.Set("date-y", "2009")
	form.Set("from", "Counsellor Ivanov")
	form.Set("to", "Mr Smith")
	form.Set("note", "He sounded unsure.")
	form.Set("reference", "NV 12/2009")
	form.Set("consent", "G2.1")
	alpha.sends("/answers/new", form)

	for _, page := range []string{alpha.opens(""), bravo.opens("")} {
		has(t, page, "Reported. Consented (reported)", "Reported: by note NV 12/2009, 5 November 2009, from Counsellor Ivanov to Mr Smith")
		hasNot(t, page, "He sounded unsure.")
	}
	has(t, bravo.opens("/history"), "Recorded for Bravo by Alpha, on evidence: by note NV 12/2009")
	has(t, alpha.opens("/history"), "Recorded for Bravo by A. Head, Alpha, on evidence")
	hasNot(t, bravo.opens("/history"), "A. Head")
	alpha.consents("G2")
	has(t, alpha.opens("/confirmation/G2"), "Bravo, Mon 2 November 2009, 04:00 Washington time (reported: by note NV 12/2009")
}

func TestReportingFollowsTheRule(t *testing.T) {
	t.Parallel()
	evidence := url.Values{
		"party": {"bravo"}, "form": {"orally"}, "date-d": {"2"}, "date-m": {"11"}, "date-y": {"2009"}, "from": {"X"}, "to": {"Y"},
		"level-G2": {"preferred"}, "seen-G2": {"1.none"}, "do": {"send"},
	}
	positions := delivered(t, schedulingtest.WithRule(func(r *scheduling.Rule) { r.Reporting = scheduling.ReportPositions }))
	alpha := positions.as(schedulingtest.AlphaHead)
	hasNot(t, alpha.opens("/answers/new?party=bravo"), `name="consent"`)
	withConsent := url.Values{"consent": {"G2.1"}}
	maps.Copy(withConsent, evidence)
	has(t, withStatus(t, alpha.post("/answers/new", withConsent), http.StatusForbidden), "The rule of this round does not let anybody record this")
	if _, ok := positions.round().Slot("G2").Position(schedulingtest.Bravo); ok {
		t.Error("the position was recorded although its consent was refused")
	}
	alpha.sends("/answers/new", evidence)

	nothing := delivered(t, schedulingtest.WithRule(func(r *scheduling.Rule) { r.Reporting = scheduling.ReportNothing }))
	withStatus(t, nothing.as(schedulingtest.AlphaHead).get("/answers/new"), http.StatusForbidden)
	hasNot(t, nothing.as(schedulingtest.AlphaHead).opens(""), "Record an answer")

	spoken := answered(t)
	has(t, withStatus(t, spoken.as(schedulingtest.AlphaHead).post("/answers/new", evidence), http.StatusForbidden), "Bravo has answered for itself in this round")
}

func TestFailedMailIsShownBeforeConfirming(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Agreed(inEnglish())
	v := talksAt(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	alpha := v.as(schedulingtest.AlphaHead)
	page := alpha.opens("/confirmation/G2")
	has(t, page, "Alpha, Mon 2 November 2009, 06:00 Washington time.", "Nothing is sent until you press the button")
	view := confirmationView{}
	p := mustServer(t).catalogs.Printer("en")
	viewerOf := func(id scheduling.MemberID) viewer {
		m := n.Member(id)
		return viewer{Member: m, Party: n.Party(m.Party), Audience: m.Audience()}
	}
	view.failed(p, r, viewerOf(schedulingtest.AlphaHead), []scheduling.Message{
		{Member: schedulingtest.AlphaHead, Party: schedulingtest.Alpha, Name: "A. Head", State: scheduling.MessageFailed},
		{Member: schedulingtest.AlphaHead, Party: schedulingtest.Alpha, Name: "A. Head", State: scheduling.MessageFailed},
		{Member: schedulingtest.BravoHead, Party: schedulingtest.Bravo, Name: "B. Head", State: scheduling.MessageFailed},
		{Member: schedulingtest.AlphaReader, Party: schedulingtest.Alpha, Name: "A. Reader", State: scheduling.MessageSent},
	})
	if len(view.Failed) != 1 || view.Failed[0] != "Mail to A. Head (Alpha) did not arrive." {
		t.Errorf("failed = %q, want the own side's one address alone", view.Failed)
	}
}

func mustServer(tb testing.TB) *Server {
	tb.Helper()
	s, err := newServer(options(nil))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
