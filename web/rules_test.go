package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
)

// ruled are talks with neutral staff who preside, and an observer.
func ruled(tb testing.TB, at time.Time, change func(*scheduling.Rule)) visitTo {
	tb.Helper()
	n, r := schedulingtest.Delivered(inEnglish(), schedulingtest.WithStaff(), schedulingtest.WithObserver(),
		schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
			n.Member(schedulingtest.Secretary).Rights |= scheduling.RightPreside
		}), schedulingtest.WithRule(change))
	return talksAt(tb, at, n, r)
}

// leads fails unless a link of the page leads to path.
func leads(tb testing.TB, page, path string) {
	tb.Helper()
	if !strings.Contains(page, `href="`+path+`"`) {
		tb.Errorf("nothing leads to %s:\n%s", path, text(page))
	}
}

func untilThursday() scheduling.Deadline {
	return scheduling.Deadline{Date: schedulingtest.Date(2009, time.November, 5), At: civil.Clock(17, 0), Zone: "Europe/Zurich", City: "Geneva"}
}

func TestChairDecidesOnThePages(t *testing.T) {
	t.Parallel()
	v := ruled(t, schedulingtest.At(2009, time.November, 6, 9, 0), func(ru *scheduling.Rule) {
		ru.Kind, ru.Confirmer, ru.Override, ru.Consultation = scheduling.ChairDecides, "", true, untilThursday()
	})
	v.change(func(r *scheduling.Round) error {
		return r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, schedulingtest.Now), []scheduling.Answer{{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelNotPossible}})
	})
	bravo, chair := v.as(schedulingtest.BravoHead), v.as(schedulingtest.Secretary)
	page := bravo.opens("")
	has(t, page, "The chair, of the secretariat, fixes the date after consulting the parties", "Presiding: the secretariat.", "only with reasons, given to all")
	hasNot(t, page, roundPath(v.id)+"/consent/", roundPath(v.id)+"/decision")
	withStatus(t, bravo.post("/decision", url.Values{"slot": {"G2.1"}}), http.StatusForbidden)
	has(t, withStatus(t, bravo.post("/consent/G1", url.Values{"version": {"1"}}), http.StatusConflict), "the chair decides on the date")

	leads(t, chair.opens(""), roundPath(v.id)+"/decision")
	has(t, chair.opens(""), "Presiding: S. Ecretary (the secretariat).")
	form := filled(t, chair.opens("/decision"), roundPath(v.id)+"/decision")
	has(t, chair.opens("/decision"), "Ruled out by one party: give reasons.")
	has(t, withStatus(t, chair.post("/decision", with(form, "slot", "G2.1")), http.StatusUnprocessableEntity), "Give reasons: a party has ruled G2 out.")
	chair.sends("/decision", with(form, "slot", "G2.1", "reasons", "No other week is free."))
	has(t, bravo.opens(""), "Decided by the chair after consultation", "Decided by the chair, of the secretariat", "No other week is free.")
	has(t, text(bravo.opens("/history")), "decided on G2", "No other week is free.")
	observer := v.as(schedulingtest.CharlieHead)
	has(t, observer.opens(""), "Decided by the chair after consultation")
	hasNot(t, observer.opens("")+observer.opens("/history"), "No other week is free.")
}

func TestSilenceOnThePages(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) visitTo {
		t.Helper()
		v := ruled(t, schedulingtest.Now.Add(time.Hour), func(ru *scheduling.Rule) { ru.Kind, ru.Confirmer = scheduling.SilenceProcedure, "" })
		chair := v.as(schedulingtest.Secretary)
		has(t, chair.opens("/silence"), "Awaiting the acceptance of Alpha and Bravo.")
		for _, m := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.BravoHead} {
			party := v.as(m)
			leads(t, party.opens(""), roundPath(v.id)+"/silence/acceptance")
			has(t, party.opens(""), "Accept the silence procedure")
			party.sends("/silence/acceptance", filled(t, party.opens("/silence/acceptance"), roundPath(v.id)+"/silence/acceptance"))
		}
		form := filled(t, chair.opens("/silence"), roundPath(v.id)+"/silence")
		has(t, withStatus(t, chair.post("/silence", with(form, "slot", "G2.1")), http.StatusUnprocessableEntity), "Say when the date is adopted.")
		form = with(form, "slot", "G2.1", "expiry-d", "5", "expiry-m", "11", "expiry-y", "2009", "expiry-time", "17:00", "expiry-city", "Geneva")
		late := with(form, "expiry-d", "20")
		has(t, withStatus(t, chair.post("/silence", late), http.StatusUnprocessableEntity), "has to be decided by")
		chair.sends("/silence", with(form, "expiry-d", "5"))
		return v
	}
	t.Run("broken", func(t *testing.T) {
		t.Parallel()
		v := start(t)
		bravo := v.as(schedulingtest.BravoOfficer)
		has(t, text(bravo.opens("")), "Under silence: G2", "It is adopted on Thu 5 November 2009, 17:00")
		bravo.sends("/silence/objection", with(filled(t, bravo.opens("/silence/objection"), roundPath(v.id)+"/silence/objection"), "text", "The minister travels."))
		alpha := v.as(schedulingtest.AlphaHead)
		has(t, text(alpha.opens("/history")), "Bravo broke the silence on G2")
		hasNot(t, alpha.opens("/history")+alpha.opens(""), "The minister travels.", "Under silence")
		has(t, alpha.opens("/silence/objection"), "No date is under silence any more.")
	})
	t.Run("adopted", func(t *testing.T) {
		t.Parallel()
		v := start(t)
		v.change(func(r *scheduling.Round) error {
			r.Tick(untilThursday().Instant())
			return nil
		})
		alpha := v.as(schedulingtest.AlphaHead)
		has(t, text(alpha.opens("")), "Adopted by silence on")
		has(t, text(alpha.opens("/history")), "Bravo consented to G2", "by its silence", "was confirmed: the silence was not broken")
		hasNot(t, text(alpha.opens("/history")), "The secretariat confirmed")
	})
	t.Run("ended by a suspension, told at once", func(t *testing.T) {
		t.Parallel()
		v := start(t)
		alpha := v.as(schedulingtest.AlphaHead)
		if rec := post(t, v.site, "/n/talks/suspension", url.Values{}, "Cookie", alpha.cookie()); rec.Code != http.StatusSeeOther {
			t.Fatalf("status %d", rec.Code)
		}
		if r := v.round(); r.Silence != nil {
			t.Errorf("%+v runs on", r.Silence)
		}
		has(t, text(v.as(schedulingtest.BravoHead).opens("/history")), "The silence on G2", "ended")
	})
}

func TestRuleChangeOnThePages(t *testing.T) {
	t.Parallel()
	v := ruled(t, schedulingtest.Now.Add(time.Hour), func(*scheduling.Rule) {})
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	form := filled(t, alpha.opens("/rule"), roundPath(v.id)+"/rule")
	has(t, withStatus(t, alpha.post("/rule", form), http.StatusUnprocessableEntity), "That is what holds already.")
	has(t, withStatus(t, alpha.post("/rule", with(form, "kind", "quorum", "quorum", "1")), http.StatusUnprocessableEntity), "At least two parties have to consent.")
	alpha.sends("/rule", with(form, "kind", "silence", "confirmer", "staff", "reason", "time presses", "readers", "all_parties",
		"deadline-d", "30", "deadline-m", "11", "deadline-y", "2009"))
	page := text(bravo.opens("/rule"))
	has(t, page, "Alpha proposes another rule or deadline", "time presses", "Now", "Proposed",
		"Every party must consent to the same date", "The chair, of the secretariat, proposes one date", "Mon 30 November 2009", "None",
		"it takes the agreement of Bravo")
	withStatus(t, v.as(schedulingtest.CharlieHead).post("/rule/agreement", url.Values{}), http.StatusForbidden)
	withStatus(t, v.as(schedulingtest.BravoOfficer).post("/rule/agreement", url.Values{}), http.StatusForbidden)
	bravo.sends("/rule/agreement", filled(t, bravo.opens("/rule"), roundPath(v.id)+"/rule/agreement"))
	if r := v.round(); r.Rule.Kind != scheduling.SilenceProcedure || r.Deadline.IsZero() || r.RuleChange != nil {
		t.Errorf("the rule is %+v until %v", r.Rule, r.Deadline)
	}
	has(t, text(alpha.opens("/history")), "The rule or deadline that Alpha proposed is in force.")
}

// Whoever opens talks chooses the rule, with what it needs.
func TestOpenTalksUnderARule(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fields []string
		core   []string
		fault  string
		want   func(scheduling.Rule) bool
	}{
		"the two of us and nobody else": {fields: []string{"kind", "quorum"}, core: []string{"p.p1", "p.p2"}, want: func(ru scheduling.Rule) bool {
			return ru.Kind == scheduling.Quorum && len(ru.Core) == 2 && ru.Quorum == 0
		}},
		"a quorum":              {fields: []string{"kind", "quorum", "quorum", "2"}, want: func(ru scheduling.Rule) bool { return ru.Quorum == 2 && len(ru.Core) == 0 }},
		"a quorum of nobody":    {fields: []string{"kind", "quorum"}, fault: "At least two parties have to consent."},
		"a quorum that is text": {fields: []string{"kind", "quorum", "quorum", "many"}, fault: "There is a problem"},
		"our own chair": {
			fields: append([]string{"kind", "chair_decides", "confirmer", "p.p1", "override", "yes", "consultation-time", "17:00"}, dateValues("consultation", 10, 11, 2026)...),
			want: func(ru scheduling.Rule) bool {
				return ru.Kind == scheduling.ChairDecides && ru.Confirmer == "p1" && ru.Override && ru.Consultation.City == "Washington" && ru.Consultation.At == civil.Clock(17, 0)
			},
		},
		"a chair that is not said":    {fields: []string{"kind", "chair_decides"}, fault: "Who confirms, or presides"},
		"a secretariat without staff": {fields: []string{"kind", "silence", "confirmer", "staff"}, fault: "Nobody of that side may preside."},
		"a ranking": {fields: []string{"ranking", "least_burden", "balance", "yes"}, want: func(ru scheduling.Rule) bool {
			return ru.Kind == scheduling.Unanimity && ru.Ranking == scheduling.LeastBurden && ru.Balance
		}},
		"a kind that nobody knows": {fields: []string{"kind", "majority"}, fault: "There is a problem"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := opener(t)
			form := with(inFields(theCase(t, o.at("/new").Body.String())), append(tc.fields, "do", "send")...)
			if tc.core != nil {
				form["core"] = tc.core
			}
			rec := o.sends("/new", form)
			if tc.fault != "" {
				has(t, withStatus(t, rec, http.StatusUnprocessableEntity), tc.fault)
				return
			}
			withStatus(t, rec, http.StatusSeeOther)
			r := o.first(o.opened()[0].ID)
			if !tc.want(r.Rule) {
				t.Errorf("the rule is %+v", r.Rule)
			}
			if r.Rule.Chaired() && len(r.Chairs()) != 1 {
				t.Errorf("presiding: %+v", r.Chairs())
			}
		})
	}
}

// A party that gives the right to preside tells all, and gets no power that the
// rule did not give it; mediators are neutral.
func TestOfficesOnTheMembersPage(t *testing.T) {
	t.Parallel()
	v := ruled(t, schedulingtest.Now.Add(time.Hour), func(ru *scheduling.Rule) { ru.Kind, ru.Confirmer = scheduling.ChairDecides, "" })
	bravo := v.as(schedulingtest.BravoHead)
	const officer = "/n/talks/members/bravo-officer"
	change := func(set ...string) int {
		page := get(t, v.site, officer, "Cookie", bravo.cookie()).Body.String()
		return post(t, v.site, officer, with(filled(t, page, officer), set...), "Cookie", bravo.cookie()).Code
	}
	if code := change("right-mediate", "yes"); code != http.StatusUnprocessableEntity {
		t.Errorf("a party's mediator: status %d", code)
	}
	if code := change("right-preside", "yes", "right-rooms", "yes"); code != http.StatusSeeOther {
		t.Fatalf("status %d", code)
	}
	if m := v.round().Negotiation.Member(schedulingtest.BravoOfficer); m.Rights != scheduling.RightAnswer|scheduling.RightPreside|scheduling.RightRooms {
		t.Errorf("rights %s", m.Rights)
	}
	withStatus(t, v.as(schedulingtest.BravoOfficer).get("/decision"), http.StatusForbidden)
	history := text(v.as(schedulingtest.AlphaHead).opens("/history"))
	has(t, history, "A member of Bravo may preside from now on.")
	hasNot(t, history, "B. Officer")
}
