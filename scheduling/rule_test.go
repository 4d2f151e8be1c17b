package scheduling_test

import (
	"slices"
	"testing"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

var (
	// lastConsent is a rule that differs from the one of Talks.
	lastConsent = scheduling.Rule{Kind: scheduling.Unanimity, Confirmation: scheduling.OnLastConsent, Reporting: scheduling.ReportConsents}
	// silenceEnds is Thursday 5 November 2009, 17:00 in Geneva: 16:00 UTC.
	silenceEnds = scheduling.Deadline{Date: Date(2009, 11, 5), At: civil.Clock(17, 0), Zone: "Europe/Zurich", City: "Geneva"}
)

// withRequired makes Charlie and Delta required parties, with heads charlie-head
// and delta-head.
func withRequired() Adjustment {
	return With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		for _, id := range []scheduling.PartyID{Charlie, "delta"} {
			n.Parties = append(n.Parties, scheduling.Party{ID: id, Name: string(id), City: "Vienna", Zone: "Europe/Vienna", Role: scheduling.RoleRequired})
			n.Members = append(n.Members, scheduling.Member{ID: scheduling.MemberID(id + "-head"), Party: id, Name: string(id) + " head", Email: string(id) + "@example.org", Rights: AllRights})
		}
	})
}

// give adds a right to a member.
func give(id scheduling.MemberID, right scheduling.Rights) Adjustment {
	return With(func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Member(id).Rights |= right })
}

// took counts the events of a kind since they were last taken.
func took(events []scheduling.Event, kind scheduling.EventKind) int {
	count := 0
	for _, e := range events {
		if e.Kind == kind {
			count++
		}
	}
	return count
}

func TestRuleCheck(t *testing.T) {
	t.Parallel()
	past := scheduling.Deadline{Date: Date(2009, 11, 1), At: civil.EndOfDay, Zone: "UTC"}
	for name, tc := range map[string]struct {
		change func(*scheduling.Rule)
		want   string
	}{
		"an unknown kind":           {func(ru *scheduling.Rule) { ru.Kind = "majority" }, "rule_unknown"},
		"an unknown ranking":        {func(ru *scheduling.Rule) { ru.Ranking = "borda" }, "ranking_unknown"},
		"a quorum of one":           {func(ru *scheduling.Rule) { ru.Kind, ru.Quorum = scheduling.Quorum, 1 }, "quorum_too_small"},
		"more than there are":       {func(ru *scheduling.Rule) { ru.Kind, ru.Quorum = scheduling.Quorum, 5 }, "quorum_out_of_range"},
		"a core that is not there":  {func(ru *scheduling.Rule) { ru.Kind, ru.Core = scheduling.Quorum, []scheduling.PartyID{"echo", Alpha} }, "core_unknown"},
		"a core with a party twice": {func(ru *scheduling.Rule) { ru.Kind, ru.Core = scheduling.Quorum, []scheduling.PartyID{Alpha, Alpha} }, "core_unknown"},
		"a chair that nobody is":    {func(ru *scheduling.Rule) { ru.Kind = scheduling.ChairDecides }, "chair_missing"},
		"a chair of another side":   {func(ru *scheduling.Rule) { ru.Kind, ru.Confirmer = scheduling.ChairDecides, Alpha }, "chair_missing"},
		"a consultation that is over": {func(ru *scheduling.Rule) {
			ru.Kind, ru.Confirmer, ru.Consultation = scheduling.ChairDecides, Bravo, past
		}, "deadline_past"},
		"core and some more": {func(ru *scheduling.Rule) {
			ru.Kind, ru.Core, ru.Quorum = scheduling.Quorum, []scheduling.PartyID{Bravo}, 2
		}, ""},
		"a chair of Bravo":                    {func(ru *scheduling.Rule) { ru.Kind, ru.Confirmer = scheduling.ChairDecides, Bravo }, ""},
		"a silence procedure":                 {func(ru *scheduling.Rule) { ru.Kind, ru.Confirmer = scheduling.SilenceProcedure, "" }, ""},
		"what another kind reads is left out": {func(ru *scheduling.Rule) { ru.Core, ru.Consultation = []scheduling.PartyID{"echo"}, past }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, opened := Talks(withRequired(), WithStaff(), give(BravoHead, scheduling.RightPreside))
			r := &scheduling.Round{ID: opened.ID, Negotiation: n, Name: opened.Name, UID: "uid-2", Rule: opened.Rule}
			tc.change(&r.Rule)
			if tc.want == "" {
				do(t, r.Open(AlphaHead, Now))
				return
			}
			refused(t, r, scheduling.ErrInvalid, tc.want, func() error { return clone(r).Open(AlphaHead, Now) })
		})
	}
}

// clone lets an act that is to be refused spoil a copy: Open works on rounds
// that nobody has stored yet.
func clone(r *scheduling.Round) *scheduling.Round {
	c := *r
	return &c
}

// Alpha and two of the three others have to consent.
func TestQuorum(t *testing.T) {
	t.Parallel()
	quorum := func(t *testing.T, change func(*scheduling.Rule)) *scheduling.Round {
		t.Helper()
		_, r := Delivered(withRequired(), WithRule(func(ru *scheduling.Rule) {
			ru.Kind, ru.Core, ru.Quorum = scheduling.Quorum, []scheduling.PartyID{Alpha}, 2
			change(ru)
		}))
		return r
	}
	same := func(*scheduling.Rule) {}
	t.Run("core and quorum", func(t *testing.T) {
		t.Parallel()
		r := quorum(t, same)
		s := r.Slot("G2")
		for _, m := range []scheduling.MemberID{BravoHead, "charlie-head", "delta-head"} {
			do(t, r.Consent(By(m, later(1)), "G2", 1))
		}
		if lacks := r.Needed(s); !slices.Equal(lacks.Each, []scheduling.PartyID{Alpha}) || lacks.More != 0 {
			t.Errorf("got %+v, want Alpha alone", lacks)
		}
		refused(t, r, scheduling.ErrConflict, "consent_missing", func() error { return r.Confirm(By(AlphaHead, later(2)), "G2", 1) })
		do(t, r.WithdrawConsent(By("delta-head", later(3)), "G2"))
		do(t, r.WithdrawConsent(By("charlie-head", later(3)), "G2"))
		do(t, r.Consent(By(AlphaHead, later(4)), "G2", 1))
		if lacks := r.Needed(s); len(lacks.Each) != 0 || lacks.More != 1 || !slices.Equal(lacks.Among, []scheduling.PartyID{Charlie, "delta"}) {
			t.Errorf("got %+v, want one of Charlie and Delta", lacks)
		}
		if scheduling.Agreed(r.Standings()) != nil {
			t.Error("a slot is agreed without its quorum")
		}
		refused(t, r, scheduling.ErrConflict, "consent_missing", func() error { return r.Confirm(By(AlphaHead, later(5)), "G2", 1) })
		do(t, r.Consent(By("delta-head", later(6)), "G2", 1))
		if a := scheduling.Agreed(r.Standings()); a == nil || a.Slot != s {
			t.Error("the slot with core and quorum is not agreed")
		}
		do(t, r.Confirm(By(AlphaHead, later(7)), "G2", 1))
	})
	t.Run("the last consent that is needed confirms", func(t *testing.T) {
		t.Parallel()
		r := quorum(t, func(ru *scheduling.Rule) { ru.Confirmation = scheduling.OnLastConsent })
		for _, m := range []scheduling.MemberID{AlphaHead, "charlie-head", "delta-head"} {
			do(t, r.Consent(By(m, later(1)), "G2", 1))
		}
		if r.Status != scheduling.Confirmed {
			t.Errorf("the round is %s, want confirmed", r.Status)
		}
	})
	t.Run("a refusal stalls only when the rest is too few", func(t *testing.T) {
		t.Parallel()
		r := quorum(t, same)
		do(t, r.Decline(By(BravoHead, later(1)), 1, scheduling.Text{}))
		if r.Status != scheduling.OnTheTable {
			t.Errorf("one of three others refuses: the round is %s, want on the table", r.Status)
		}
		do(t, r.TakePositions(By("charlie-head", later(2)), levels(r, scheduling.LevelNotPossible, "G1", "G2", "G3", "W1", "W2", "W3")))
		if r.Status != scheduling.Stalled {
			t.Errorf("two of three others refuse: the round is %s, want stalled", r.Status)
		}
		do(t, r.TakePositions(By("charlie-head", later(3)), level("G1", scheduling.LevelAvailable)))
		if r.Status != scheduling.OnTheTable {
			t.Errorf("the round is %s, want on the table again", r.Status)
		}
		do(t, r.TakePositions(By(AlphaHead, later(4)), level("G1", scheduling.LevelNotPossible)))
		if r.Status != scheduling.Stalled {
			t.Errorf("the core refuses: the round is %s, want stalled", r.Status)
		}
	})
	t.Run("a postponement takes as much", func(t *testing.T) {
		t.Parallel()
		r := quorum(t, func(ru *scheduling.Rule) { ru.Confirmation = scheduling.OnLastConsent })
		for _, m := range []scheduling.MemberID{AlphaHead, "charlie-head", "delta-head"} {
			do(t, r.Consent(By(m, later(1)), "G2", 1))
		}
		for _, m := range []scheduling.MemberID{BravoHead, "charlie-head"} {
			do(t, r.Postpone(By(m, later(2)), scheduling.Text{}))
		}
		if r.Status != scheduling.Confirmed {
			t.Fatal("postponed without the core")
		}
		do(t, r.Postpone(By(AlphaHead, later(3)), scheduling.Text{}))
		if r.Status != scheduling.OnTheTable {
			t.Errorf("the round is %s, want on the table", r.Status)
		}
	})
}

func TestChairDecides(t *testing.T) {
	t.Parallel()
	// The consultation ends on Thursday 5 November 2009 at 16:00 UTC.
	before, after := At(2009, 11, 5, 15, 59), At(2009, 11, 5, 16, 0)
	chaired := func(override bool) *scheduling.Round {
		_, r := Delivered(WithStaff(), WithObserver(), give(Secretary, scheduling.RightPreside), give(BravoHead, scheduling.RightPreside), WithRule(func(ru *scheduling.Rule) {
			ru.Kind, ru.Confirmer, ru.Consultation, ru.Override = scheduling.ChairDecides, "", silenceEnds, override
		}))
		return r
	}
	decide := func(r *scheduling.Round, a scheduling.Act, reasons string) func() error {
		return func() error { return r.Decide(a, "G2", 1, scheduling.Text{Body: reasons}) }
	}
	t.Run("not before the parties were consulted", func(t *testing.T) {
		t.Parallel()
		r := chaired(false)
		refused(t, r, scheduling.ErrConflict, "consultation_open", decide(r, By(Secretary, before), ""))
		do(t, decide(r, By(Secretary, after), "")())
		d := r.Decided()
		if r.Status != scheduling.Confirmed || r.Confirmed().Label != "G2" || d == nil || d.By != Secretary {
			t.Errorf("the round is %s by %+v, want G2 by the chair", r.Status, d)
		}
		if len(r.Confirmed().Consents) != 0 {
			t.Error("a decision made consents up")
		}
		events := r.TakeEvents()
		if took(events, scheduling.DateDecided) != 1 || took(events, scheduling.MeetingConfirmed) != 1 {
			t.Errorf("got events %v", events)
		}
		refused(t, r, scheduling.ErrConflict, "already_confirmed", func() error { return r.Decide(By(Secretary, after), "G3", 1, scheduling.Text{}) })
	})
	t.Run("earlier when all have answered", func(t *testing.T) {
		t.Parallel()
		r := chaired(false)
		do(t, r.TakePositions(By(BravoOfficer, later(1)), levels(r, scheduling.LevelAvailable, "G1", "G2", "G3", "W1", "W2")))
		refused(t, r, scheduling.ErrConflict, "consultation_open", decide(r, By(Secretary, later(2)), ""))
		do(t, r.TakePositions(By(BravoOfficer, later(3)), levels(r, scheduling.LevelAvailable, "W3")))
		do(t, decide(r, By(Secretary, later(4)), "")())
	})
	t.Run("what came on the table later waits for answers", func(t *testing.T) {
		t.Parallel()
		r := chaired(false)
		do(t, r.ChangeSlot(By(AlphaHead, after), "G2", 1, scheduling.SlotTerms{Hours: span(14, 18), Place: "Palais des Nations"}))
		late := func() error { return r.Decide(By(Secretary, after), "G2", 2, scheduling.Text{}) }
		refused(t, r, scheduling.ErrConflict, "consultation_open", late)
		do(t, r.TakePositions(By(BravoHead, after), []scheduling.Answer{{Slot: "G2", SlotVersion: 2, Level: scheduling.LevelAvailable}}))
		do(t, late())
	})
	t.Run("a refusal stands unless the rule lets the chair override it", func(t *testing.T) {
		t.Parallel()
		r := chaired(false)
		do(t, r.TakePositions(By(BravoHead, later(1)), level("G2", scheduling.LevelNotPossible)))
		refused(t, r, scheduling.ErrConflict, "slot_ruled_out", decide(r, By(Secretary, after), "because"))
		r = chaired(true)
		do(t, r.TakePositions(By(BravoHead, later(1)), levels(r, scheduling.LevelNotPossible, "G1", "G2", "G3", "W1", "W2", "W3")))
		if r.Status != scheduling.OnTheTable {
			t.Errorf("the round is %s, want on the table: the chair may override", r.Status)
		}
		refused(t, r, scheduling.ErrInvalid, "reasons_missing", decide(r, By(Secretary, after), " "))
		do(t, decide(r, By(Secretary, after), "No other week is free.")())
		if reasons := r.Decided().Reasons; reasons.Scope != scheduling.AllParties || reasons.For(scheduling.PartyAudience(Bravo)) == "" {
			t.Errorf("the reasons %+v do not reach Bravo", reasons)
		}
	})
	t.Run("nobody else decides, confirms or consents", func(t *testing.T) {
		t.Parallel()
		r := chaired(true)
		for _, m := range []scheduling.MemberID{AlphaHead, BravoHead, CharlieHead, "nobody"} {
			refused(t, r, scheduling.ErrForbidden, "not_the_chair", decide(r, By(m, after), "because"))
		}
		refused(t, r, scheduling.ErrConflict, "chair_decides", func() error { return r.Consent(By(BravoHead, after), "G2", 1) })
		refused(t, r, scheduling.ErrForbidden, "chair_decides", func() error { return r.Confirm(By(Secretary, after), "G2", 1) })
	})
	t.Run("not while the talks are suspended", func(t *testing.T) {
		t.Parallel()
		r := chaired(true)
		do(t, r.Negotiation.Suspend(AlphaHead, scheduling.Text{}, later(1)))
		refused(t, r, scheduling.ErrConflict, "negotiation_suspended", decide(r, By(Secretary, after), "because"))
	})
	t.Run("the chair postpones, the others ask", func(t *testing.T) {
		t.Parallel()
		r := chaired(true)
		do(t, decide(r, By(Secretary, after), "")())
		for _, m := range []scheduling.MemberID{AlphaHead, BravoHead} {
			if m == BravoHead { // all parties together still do not decide
				do(t, r.Postpone(By(m, after), scheduling.Text{}))
				continue
			}
			do(t, r.Postpone(By(m, after), scheduling.Text{}))
		}
		if r.Status != scheduling.Confirmed {
			t.Fatal("postponed without the chair")
		}
		do(t, r.Postpone(By(Secretary, after), scheduling.Text{}))
		if r.Status != scheduling.OnTheTable || r.Decided() != nil && r.Meeting.Status == scheduling.MeetingFixed {
			t.Errorf("the round is %s, want on the table", r.Status)
		}
	})
}

func TestRuleChange(t *testing.T) {
	t.Parallel()
	alpha, bravo := By(AlphaHead, later(1)), By(BravoHead, later(2))
	ends := scheduling.Deadline{Date: Date(2009, 11, 30), At: civil.EndOfDay, Zone: "UTC"}
	t.Run("unanimity takes everybody", func(t *testing.T) {
		t.Parallel()
		_, r := Delivered(WithStaff())
		do(t, r.ProposeRule(By(Secretary, later(1)), lastConsent, ends, scheduling.Text{Body: "time presses", Scope: scheduling.AllParties}))
		refused(t, r, scheduling.ErrConflict, "rule_change_pending", func() error { return r.ProposeRule(bravo, lastConsent, ends, scheduling.Text{}) })
		do(t, r.AgreeRule(alpha))
		if r.RuleChange == nil || r.Rule.Confirmation == scheduling.OnLastConsent {
			t.Fatal("the rule changed without Bravo")
		}
		if lacks := r.Undecided(); !slices.Equal(lacks.Each, []scheduling.PartyID{Bravo}) {
			t.Errorf("got %+v, want Bravo", lacks)
		}
		refused(t, r, scheduling.ErrForbidden, "no_party", func() error { return r.AgreeRule(By(Secretary, later(2))) })
		refused(t, r, scheduling.ErrForbidden, "consent_right_missing", func() error { return r.AgreeRule(By(BravoOfficer, later(2))) })
		do(t, r.AgreeRule(bravo))
		if r.RuleChange != nil || r.Rule.Confirmation != scheduling.OnLastConsent || r.Deadline != ends {
			t.Errorf("got rule %+v and deadline %v", r.Rule, r.Deadline)
		}
		if events := r.TakeEvents(); took(events, scheduling.RuleChanged) != 1 {
			t.Errorf("got events %v", events)
		}
	})
	t.Run("one refusal is enough against unanimity", func(t *testing.T) {
		t.Parallel()
		_, r := Delivered()
		do(t, r.ProposeRule(alpha, lastConsent, ends, scheduling.Text{}))
		do(t, r.RefuseRule(bravo))
		if r.RuleChange != nil || r.Rule.Confirmation != scheduling.ByConfirmer {
			t.Errorf("got %+v, want no change", r.RuleChange)
		}
		do(t, r.ProposeRule(alpha, lastConsent, ends, scheduling.Text{}))
		do(t, r.RefuseRule(alpha)) // taken back
		if r.RuleChange != nil {
			t.Error("a proposal that was taken back stands")
		}
	})
	t.Run("a quorum takes core and quorum", func(t *testing.T) {
		t.Parallel()
		_, r := Delivered(withRequired(), WithRule(func(ru *scheduling.Rule) {
			ru.Kind, ru.Core, ru.Quorum = scheduling.Quorum, []scheduling.PartyID{Alpha}, 2
		}))
		do(t, r.ProposeRule(bravo, lastConsent, ends, scheduling.Text{}))
		do(t, r.RefuseRule(By("delta-head", later(2))))
		if r.RuleChange == nil {
			t.Fatal("one of three others dropped the change")
		}
		do(t, r.AgreeRule(By("charlie-head", later(3))))
		do(t, r.AgreeRule(By(AlphaHead, later(4))))
		if r.Rule.Kind != scheduling.Unanimity {
			t.Error("core and quorum did not change the rule")
		}
	})
	t.Run("the chair changes the rule of a chair", func(t *testing.T) {
		t.Parallel()
		_, r := Delivered(give(BravoHead, scheduling.RightPreside), WithRule(func(ru *scheduling.Rule) {
			ru.Kind, ru.Confirmer, ru.Consultation = scheduling.ChairDecides, Bravo, silenceEnds
		}))
		later := r.Rule
		later.Consultation.Date = Date(2009, 11, 6)
		do(t, r.ProposeRule(alpha, later, ends, scheduling.Text{}))
		if r.RuleChange == nil {
			t.Fatal("a party alone changed the chair's rule")
		}
		do(t, r.RefuseRule(bravo))
		do(t, r.ProposeRule(bravo, later, ends, scheduling.Text{}))
		if r.RuleChange != nil || r.Rule.Consultation != later.Consultation {
			t.Errorf("got %+v, want the chair's word to do", r.Rule)
		}
	})
	t.Run("no chair is left: all parties", func(t *testing.T) {
		t.Parallel()
		n, r := Delivered(give(BravoHead, scheduling.RightPreside), WithRule(func(ru *scheduling.Rule) {
			ru.Kind, ru.Confirmer = scheduling.ChairDecides, Bravo
		}))
		n.Member(BravoHead).Rights &^= scheduling.RightPreside
		do(t, r.ProposeRule(alpha, lastConsent, ends, scheduling.Text{}))
		if lacks := r.Undecided(); !slices.Equal(lacks.Each, []scheduling.PartyID{Bravo}) {
			t.Errorf("got %+v, want Bravo", lacks)
		}
		do(t, r.AgreeRule(bravo))
		if r.Rule.Kind != scheduling.Unanimity {
			t.Errorf("the rule is %s, want unanimity", r.Rule.Kind)
		}
	})
	t.Run("what would not hold is refused", func(t *testing.T) {
		t.Parallel()
		_, r := Delivered()
		past := scheduling.Deadline{Date: Date(2009, 11, 1), At: civil.EndOfDay, Zone: "UTC"}
		refused(t, r, scheduling.ErrInvalid, "deadline_past", func() error { return r.ProposeRule(alpha, lastConsent, past, scheduling.Text{}) })
		soon := scheduling.Deadline{Date: Date(2009, 11, 2), At: civil.Clock(9, 5), Zone: "UTC"}
		do(t, r.ProposeRule(alpha, lastConsent, soon, scheduling.Text{}))
		refused(t, r, scheduling.ErrInvalid, "deadline_past", func() error { return r.AgreeRule(By(BravoHead, later(5))) })
	})
}
