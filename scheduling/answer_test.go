package scheduling_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// TestConditionVoidsConsent: no party is bound to a slot on which it has left a
// condition open.
func TestConditionVoidsConsent(t *testing.T) {
	t.Parallel()
	for _, l := range []scheduling.Level{scheduling.LevelIfNeedBe, scheduling.LevelNotPossible} {
		_, r := Agreed()
		do(t, r.TakePositions(By(BravoOfficer, later(200)), levels(r, l, "G2")))
		if got := r.Missing(r.Slot("G2")); !slices.Equal(got, []scheduling.PartyID{Bravo}) {
			t.Errorf("after %s consents are missing from %v, want Bravo", l, got)
		}
		if r.Status == scheduling.OnTheTable && l == scheduling.LevelIfNeedBe {
			refused(t, r, scheduling.ErrConflict, "condition_open", func() error { return r.Consent(By(BravoHead, later(201)), "G2", 1) })
			do(t, r.SettleCondition(By(BravoHead, later(202)), "G2", true, scheduling.Text{}))
			do(t, r.Consent(By(BravoHead, later(203)), "G2", 1))
		}
	}
}

func TestFailedConditionRulesOut(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.TakePositions(By(BravoHead, later(1)), levels(r, scheduling.LevelIfNeedBe, "G2")))
	do(t, r.SettleCondition(By(BravoHead, later(2)), "G2", false, scheduling.Text{Body: "no visas"}))
	if p, _ := r.Slot("G2").Position(Bravo); p.Level != scheduling.LevelNotPossible || p.Condition != scheduling.ConditionFailed {
		t.Errorf("the position is %s with condition %s", p.Level, p.Condition)
	}
	refused(t, r, scheduling.ErrConflict, "condition_not_open", func() error {
		return r.SettleCondition(By(BravoHead, later(3)), "G2", true, scheduling.Text{})
	})
}

// TestSpeaksForItself: once a party has acted by its own people, the other side
// records nothing in its name, not even after it has taken a consent back.
func TestSpeaksForItself(t *testing.T) {
	t.Parallel()
	for name, spoken := range map[string]func(t *testing.T, r *scheduling.Round){
		"an answer": func(t *testing.T, r *scheduling.Round) {
			t.Helper()
			do(t, r.TakePositions(By(BravoOfficer, later(1)), levels(r, scheduling.LevelAvailable, "G1")))
		},
		"an offer": func(t *testing.T, r *scheduling.Round) {
			t.Helper()
			do(t, r.Deliver(By(BravoHead, later(1)), offerGeneva(23, 23), Paper("P2")))
		},
		"a consent taken back": func(t *testing.T, r *scheduling.Round) {
			t.Helper()
			do(t, r.Consent(By(BravoHead, later(1)), "G1", 1))
			do(t, r.WithdrawConsent(By(BravoHead, later(2)), "G1"))
		},
		"a consent moved": func(t *testing.T, r *scheduling.Round) {
			t.Helper()
			do(t, r.Consent(By(BravoHead, later(1)), "G1", 1))
			do(t, r.Consent(Reported(Secretary, Bravo, later(2)), "G3", 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered(WithStaff())
			do(t, Clone(r).Consent(Reported(AlphaHead, Bravo, later(9)), "G2", 1)) // as long as it has not spoken
			spoken(t, r)
			refused(t, r, scheduling.ErrForbidden, "speaks_for_itself", func() error {
				return r.Consent(Reported(AlphaHead, Bravo, later(9)), "G2", 1)
			})
		})
	}
}

func TestReporting(t *testing.T) {
	t.Parallel()
	answer := func(r *scheduling.Round, a scheduling.Act) error {
		return r.TakePositions(a, levels(r, scheduling.LevelAvailable, "G2"))
	}
	consent := func(r *scheduling.Round, a scheduling.Act) error { return r.Consent(a, "G2", 1) }
	by := func(m scheduling.MemberID) scheduling.Act { return Reported(m, Bravo, later(1)) }
	bare := by(AlphaHead)
	bare.Evidence = nil
	unnumbered := by(AlphaHead)
	unnumbered.Evidence.Form = scheduling.ByNote
	for name, tc := range map[string]struct {
		rule scheduling.Reporting
		act  scheduling.Act
		do   func(*scheduling.Round, scheduling.Act) error
		kind error
		code string // "" is allowed
	}{
		"a position":                      {scheduling.ReportPositions, by(AlphaHead), answer, nil, ""},
		"a consent":                       {scheduling.ReportConsents, by(AlphaHead), consent, nil, ""},
		"by staff":                        {scheduling.ReportConsents, by(Secretary), consent, nil, ""},
		"a consent, positions allowed":    {scheduling.ReportPositions, by(AlphaHead), consent, scheduling.ErrForbidden, "reporting_not_allowed"},
		"a position, nothing allowed":     {scheduling.ReportNothing, by(AlphaHead), answer, scheduling.ErrForbidden, "reporting_not_allowed"},
		"without evidence":                {scheduling.ReportConsents, bare, consent, scheduling.ErrInvalid, "evidence_missing"},
		"a note without its number":       {scheduling.ReportConsents, unnumbered, consent, scheduling.ErrInvalid, "evidence_reference_missing"},
		"by an observer":                  {scheduling.ReportConsents, by(CharlieHead), consent, scheduling.ErrForbidden, "observers_follow"},
		"by a reader":                     {scheduling.ReportConsents, by(AlphaReader), consent, scheduling.ErrForbidden, "convene_missing"},
		"an observer's":                   {scheduling.ReportConsents, Reported(AlphaHead, Charlie, later(1)), answer, scheduling.ErrForbidden, "observers_follow"},
		"a party's that is not there":     {scheduling.ReportConsents, Reported(AlphaHead, "delta", later(1)), answer, scheduling.ErrForbidden, "no_party"},
		"the reporter's own, with a note": {scheduling.ReportConsents, Reported(BravoHead, Bravo, later(1)), consent, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered(WithObserver(), WithStaff(), WithRule(func(ru *scheduling.Rule) { ru.Reporting = tc.rule }))
			act := tc.act
			if act.Evidence != nil {
				act.Evidence = new(*act.Evidence)
				act.Evidence.Note = scheduling.Text{Body: "friendly", Owner: Bravo}
			}
			if tc.code != "" {
				refused(t, r, tc.kind, tc.code, func() error { return tc.do(r, act) })
				return
			}
			do(t, tc.do(r, act))
			s := r.Slot("G2")
			p, answered := s.Position(Bravo)
			c, consented := s.Consent(Bravo)
			evidence := p.Reported
			if consented {
				evidence = c.Reported
			}
			if answered == consented || evidence == nil {
				t.Fatalf("got position %+v and consent %+v, want one of them, reported", p, c)
			}
			if author := partyOf(r, act.By); author != Bravo && evidence.Note.For(scheduling.PartyAudience(Bravo)) != "" {
				t.Error("the reporter's note shows to the party reported for")
			} else if evidence.Note.For(scheduling.PartyAudience(author)) == "" {
				t.Error("the reporter's note does not show to the reporter's own party")
			}
		})
	}
}

// TestOwnWordReplacesReport: what a party says itself is shown as its own.
func TestOwnWordReplacesReport(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.TakePositions(Reported(AlphaHead, Bravo, later(1)), levels(r, scheduling.LevelAvailable, "G2")))
	do(t, r.Consent(Reported(AlphaHead, Bravo, later(2)), "G2", 1))
	do(t, r.TakePositions(By(BravoHead, later(3)), levels(r, scheduling.LevelAvailable, "G2")))
	do(t, r.Consent(By(BravoHead, later(4)), "G2", 1))
	p, _ := r.Slot("G2").Position(Bravo)
	if c, _ := r.Slot("G2").Consent(Bravo); p.Reported != nil || c.Reported != nil || c.By != BravoHead {
		t.Errorf("still reported: position %v, consent %v", p.Reported, c.Reported)
	}
}

func TestLateIsBySlot(t *testing.T) {
	t.Parallel()
	_, r := Delivered() // reply by 9 November in Washington
	c := offerGeneva(23, 23)
	c.ReplyBy.Date.Day = 20
	do(t, r.Deliver(By(AlphaHead, later(1)), c, Paper("P2")))
	deadline := At(2009, 11, 10, 5, 0)
	for i, want := range []bool{false, true} {
		r := Clone(r)
		do(t, r.TakePositions(By(BravoHead, deadline.Add([]time.Duration{-time.Second, 0}[i])), levels(r, scheduling.LevelPreferred, "G1", "G4")))
		for label, late := range map[scheduling.Label]bool{"G1": want, "G4": false} {
			if p, _ := r.Slot(label).Position(Bravo); p.Late != late {
				t.Errorf("the answer on %s is late: %t, want %t", label, p.Late, late)
			}
		}
	}
}

func TestSameAnswerIsNoNews(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	answers := levels(r, scheduling.LevelIfNeedBe, "G1")
	do(t, r.TakePositions(By(BravoHead, later(1)), answers))
	do(t, r.SettleCondition(By(BravoHead, later(2)), "G1", true, scheduling.Text{}))
	r.TakeEvents()
	do(t, r.TakePositions(By(BravoOfficer, later(3)), answers))
	if p, _ := r.Slot("G1").Position(Bravo); len(r.TakeEvents()) > 0 || p.By != BravoHead || p.Condition != scheduling.ConditionMet {
		t.Errorf("the same answer made it %+v", p)
	}
}

func TestAnswersAllOrNone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		kind error
		code string
		bad  scheduling.Answer
	}{
		"unknown":        {scheduling.ErrNotFound, "slot_unknown", scheduling.Answer{Slot: "X1", Level: scheduling.LevelAvailable}},
		"stale":          {scheduling.ErrConflict, "slot_changed", scheduling.Answer{Slot: "G1", Level: scheduling.LevelAvailable}},
		"no level":       {scheduling.ErrInvalid, "level_unknown", scheduling.Answer{Slot: "G1", SlotVersion: 1, Level: "maybe"}},
		"no condition":   {scheduling.ErrInvalid, "condition_missing", scheduling.Answer{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelIfNeedBe}},
		"rank too high":  {scheduling.ErrInvalid, "rank_out_of_range", scheduling.Answer{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelAvailable, Rank: 7}},
		"rank below one": {scheduling.ErrInvalid, "rank_out_of_range", scheduling.Answer{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelAvailable, Rank: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered()
			answers := append(levels(r, scheduling.LevelPreferred, "G2"), tc.bad)
			refusal := refused(t, r, tc.kind, tc.code, func() error { return r.TakePositions(By(BravoHead, later(1)), answers) })
			if want := "slot-" + string(tc.bad.Slot); refusal.Field != want {
				t.Errorf("the field at fault is %q, want %q", refusal.Field, want)
			}
		})
	}
}

// TestLastConsentConfirms: at once, or when it is repeated after the talks
// were suspended.
func TestLastConsentConfirms(t *testing.T) {
	t.Parallel()
	for _, suspended := range []bool{false, true} {
		n, r := Delivered(WithRule(func(ru *scheduling.Rule) { ru.Confirmation = scheduling.OnLastConsent }))
		do(t, r.Consent(By(AlphaHead, later(1)), "G2", 1))
		if suspended {
			do(t, n.Suspend(AlphaHead, scheduling.Text{}, later(2)))
			do(t, r.Consent(By(BravoHead, later(3)), "G2", 1))
			if r.Status != scheduling.OnTheTable {
				t.Errorf("suspended talks are %s", r.Status)
			}
			do(t, n.Resume(AlphaHead, later(4)))
		}
		do(t, r.Consent(By(BravoHead, later(5)), "G2", 1))
		if r.Status != scheduling.Confirmed || r.Meeting.ConfirmedBy != BravoHead {
			t.Errorf("suspended %t: the round is %s", suspended, r.Status)
		}
	}
}

func TestConsentMoves(t *testing.T) {
	t.Parallel()
	_, r := Agreed()
	r.TakeEvents()
	do(t, r.Consent(By(BravoHead, later(200)), "G3", 1))
	if _, ok := r.Slot("G2").Consent(Bravo); ok {
		t.Error("Bravo has consented to two slots")
	}
	var kinds []scheduling.EventKind
	for _, e := range r.TakeEvents() {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, []scheduling.EventKind{scheduling.ConsentWithdrawn, scheduling.ConsentGiven}) {
		t.Errorf("got events %v", kinds)
	}
	do(t, r.WithdrawConsent(By(BravoHead, later(201)), "G2")) // nothing to withdraw
	if err := r.Confirm(By(AlphaHead, later(202)), "G2", 1); !errors.Is(err, scheduling.ErrConflict) {
		t.Errorf("confirmed all the same: %v", err)
	}
}
