package scheduling_test

import (
	"testing"
	"time"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// underSilence are talks in which the secretary has put G2 under silence until
// silenceEnds, 16:00 UTC on 5 November, after both parties accepted the rule.
func underSilence(t *testing.T, adjust ...Adjustment) *scheduling.Round {
	t.Helper()
	r := beforeSilence(adjust...)
	for _, m := range []scheduling.MemberID{AlphaHead, BravoHead} {
		do(t, r.AcceptRule(By(m, later(1))))
	}
	do(t, r.ProposeUnderSilence(By(Secretary, later(2)), "G2", 1, silenceEnds))
	r.TakeEvents()
	return r
}

func beforeSilence(adjust ...Adjustment) *scheduling.Round {
	_, r := Delivered(append([]Adjustment{WithStaff(), WithObserver(), WithRule(func(ru *scheduling.Rule) {
		ru.Kind, ru.Confirmer = scheduling.SilenceProcedure, ""
	})}, adjust...)...)
	return r
}

func TestSilenceIsAdopted(t *testing.T) {
	t.Parallel()
	end := silenceEnds.Instant()
	for name, tc := range map[string]struct {
		adjust Adjustment
		at     time.Time
	}{
		"at its end":           {With(func(*scheduling.Negotiation, *scheduling.Round) {}), end},
		"when the clock slept": {With(func(*scheduling.Negotiation, *scheduling.Round) {}), end.Add(30 * 24 * time.Hour)}, // past the decide-by of G2
		"past the deadline of the round too": {With(func(_ *scheduling.Negotiation, r *scheduling.Round) {
			r.Deadline = scheduling.Deadline{Date: Date(2009, 11, 6), At: 0, Zone: "UTC"}
		}), end.Add(24 * time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := underSilence(t, tc.adjust)
			if !r.NextDue().Equal(end) {
				t.Errorf("next due %v, want %v", r.NextDue(), end)
			}
			if r.Tick(end.Add(-time.Second)) {
				t.Fatal("something happened before the end")
			}
			restarted := Clone(r) // as it comes back from a store
			if !restarted.Tick(tc.at) {
				t.Fatal("nothing happened at the end")
			}
			events := restarted.TakeEvents()
			if restarted.Status != scheduling.Confirmed || restarted.Confirmed().Label != "G2" || !restarted.Meeting.ConfirmedAt.Equal(end) {
				t.Fatalf("the round is %s with meeting %+v", restarted.Status, restarted.Meeting)
			}
			for _, p := range []scheduling.PartyID{Alpha, Bravo} {
				if c, ok := restarted.Slot("G2").Consent(p); !ok || c.Kind != scheduling.Tacit || c.By != "" {
					t.Errorf("%s has consented by %+v", p, c)
				}
			}
			if took(events, scheduling.SilenceAdopted) != 1 || took(events, scheduling.TacitConsent) != 2 || took(events, scheduling.MeetingConfirmed) != 1 {
				t.Errorf("got events %v", events)
			}
			if restarted.Tick(tc.at) || restarted.Silence != nil {
				t.Error("the clock acted twice")
			}
			refused(t, restarted, scheduling.ErrConflict, "silence_over", func() error {
				return restarted.BreakSilence(By(BravoHead, tc.at), "G2", 1, scheduling.Text{Body: "no"})
			})
		})
	}
}

// What breaks a silence strictly before its end, and at its end comes too late.
func TestSilenceIsBroken(t *testing.T) {
	t.Parallel()
	end := silenceEnds.Instant()
	terms := scheduling.SlotTerms{Hours: span(14, 18), Place: "Palais des Nations"}
	for name, tc := range map[string]struct {
		act  func(r *scheduling.Round, at time.Time) error
		kind scheduling.EventKind
	}{
		"an objection": {func(r *scheduling.Round, at time.Time) error {
			return r.BreakSilence(By(BravoOfficer, at), "G2", 1, scheduling.Text{Body: "The minister travels."})
		}, scheduling.SilenceBroken},
		"a reported objection": {func(r *scheduling.Round, at time.Time) error {
			return r.BreakSilence(Reported(Secretary, Bravo, at), "G2", 1, scheduling.Text{Body: "The minister travels."})
		}, scheduling.SilenceBroken},
		"not possible": {func(r *scheduling.Round, at time.Time) error {
			return r.TakePositions(By(BravoHead, at), level("G2", scheduling.LevelNotPossible))
		}, scheduling.SilenceBroken},
		"a condition": {func(r *scheduling.Round, at time.Time) error {
			return r.TakePositions(By(BravoHead, at), levels(r, scheduling.LevelIfNeedBe, "G2"))
		}, scheduling.SilenceBroken},
		"an amendment of the slot": {func(r *scheduling.Round, at time.Time) error {
			return r.ChangeSlot(By(AlphaHead, at), "G2", 1, terms)
		}, scheduling.SilenceEnded},
		"the offer withdrawn": {func(r *scheduling.Round, at time.Time) error {
			return r.Withdraw(By(AlphaHead, at), 1)
		}, scheduling.SilenceEnded},
		"the round cancelled": {func(r *scheduling.Round, at time.Time) error {
			return r.Cancel(By(AlphaHead, at), scheduling.Text{})
		}, scheduling.SilenceEnded},
		"the talks suspended and resumed": {func(r *scheduling.Round, at time.Time) error {
			if err := r.Negotiation.Suspend(AlphaHead, scheduling.Text{}, at); err != nil {
				return err
			}
			if err := r.Negotiation.Resume(AlphaHead, at); err != nil {
				return err
			}
			r.Tick(at)
			return nil
		}, scheduling.SilenceEnded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := underSilence(t)
			do(t, tc.act(r, end.Add(-time.Second)))
			if events := r.TakeEvents(); r.Silence != nil || took(events, tc.kind) != 1 {
				t.Errorf("silence %+v, events %v", r.Silence, events)
			}
			r.Tick(end)
			if r.Meeting != nil {
				t.Error("adopted in spite of it")
			}
		})
		if name == "the talks suspended and resumed" || name == "the round cancelled" {
			continue
		}
		t.Run(name+", too late", func(t *testing.T) {
			t.Parallel()
			r := underSilence(t)
			_ = tc.act(r, end) // refused, or about a round that is confirmed by then
			r.Tick(end)
			if r.Status != scheduling.Confirmed || r.Confirmed().Label != "G2" {
				t.Errorf("the round is %s, want G2 adopted", r.Status)
			}
		})
	}
}

func TestSilenceGuards(t *testing.T) {
	t.Parallel()
	propose := func(r *scheduling.Round, by scheduling.MemberID, ends scheduling.Deadline) func() error {
		return func() error { return r.ProposeUnderSilence(By(by, later(10)), "G2", 1, ends) }
	}
	accepted := func(t *testing.T, adjust ...Adjustment) *scheduling.Round {
		t.Helper()
		r := beforeSilence(adjust...)
		for _, m := range []scheduling.MemberID{AlphaHead, BravoHead} {
			do(t, r.AcceptRule(By(m, later(1))))
		}
		return r
	}
	t.Run("only under a rule that all have accepted", func(t *testing.T) {
		t.Parallel()
		r := beforeSilence()
		do(t, r.AcceptRule(By(AlphaHead, later(1))))
		refusal := refused(t, r, scheduling.ErrConflict, "silence_not_accepted", propose(r, Secretary, silenceEnds))
		if refusal.Params["parties"] != "Bravo" {
			t.Errorf("it names %q, want Bravo", refusal.Params["parties"])
		}
		refused(t, r, scheduling.ErrForbidden, "consent_right_missing", func() error { return r.AcceptRule(By(BravoOfficer, later(2))) })
	})
	t.Run("only by the chair", func(t *testing.T) {
		t.Parallel()
		r := accepted(t, give(AlphaHead, scheduling.RightPreside)) // of a side that does not preside
		for _, m := range []scheduling.MemberID{AlphaHead, BravoHead, CharlieHead} {
			refused(t, r, scheduling.ErrForbidden, "not_the_chair", propose(r, m, silenceEnds))
		}
	})
	t.Run("one at a time, and no other rule meanwhile", func(t *testing.T) {
		t.Parallel()
		r := underSilence(t)
		refused(t, r, scheduling.ErrConflict, "silence_running", propose(r, Secretary, silenceEnds))
		refused(t, r, scheduling.ErrConflict, "silence_running", func() error {
			return r.ProposeRule(By(AlphaHead, later(11)), lastConsent, scheduling.Deadline{}, scheduling.Text{})
		})
	})
	t.Run("not what somebody has ruled out, or made conditional", func(t *testing.T) {
		t.Parallel()
		r := accepted(t)
		do(t, r.TakePositions(By(BravoHead, later(2)), level("G2", scheduling.LevelNotPossible)))
		refused(t, r, scheduling.ErrConflict, "slot_ruled_out", propose(r, Secretary, silenceEnds))
		do(t, r.TakePositions(By(BravoHead, later(3)), levels(r, scheduling.LevelIfNeedBe, "G2")))
		refused(t, r, scheduling.ErrConflict, "slot_conditional", propose(r, Secretary, silenceEnds))
	})
	t.Run("an end before decide-by and deadline", func(t *testing.T) {
		t.Parallel()
		r := accepted(t, With(func(_ *scheduling.Negotiation, r *scheduling.Round) {
			r.Deadline = scheduling.Deadline{Date: Date(2009, 11, 10), At: 0, Zone: "UTC"}
		}))
		refused(t, r, scheduling.ErrInvalid, "expiry_missing", propose(r, Secretary, scheduling.Deadline{}))
		for date, want := range map[int]string{2: "deadline_past", 10: "expiry_after_deadline", 19: "expiry_after_decide_by"} {
			ends := scheduling.Deadline{Date: Date(2009, 11, date), At: 11 * 60, Zone: "UTC"}
			if date == 2 {
				ends.At = 9 * 60
			}
			refused(t, r, scheduling.ErrInvalid, want, propose(r, Secretary, ends))
		}
	})
	t.Run("an explicit consent stays what it is", func(t *testing.T) {
		t.Parallel()
		r := underSilence(t)
		do(t, r.Consent(By(BravoHead, later(20)), "G2", 1))
		r.Tick(silenceEnds.Instant())
		if c, _ := r.Slot("G2").Consent(Bravo); c.Kind != scheduling.FullConsent {
			t.Errorf("Bravo's consent is %q, want full", c.Kind)
		}
	})
	t.Run("a consent taken back speaks", func(t *testing.T) {
		t.Parallel()
		r := underSilence(t)
		do(t, r.Consent(By(BravoHead, later(20)), "G2", 1))
		do(t, r.Consent(By(BravoHead, later(21)), "G1", 1))
		if r.Silence != nil {
			t.Error("the silence goes on over a consent that moved to another date")
		}
	})
}
