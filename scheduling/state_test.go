package scheduling_test

import (
	"fmt"
	"slices"
	"testing"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

var (
	roundStatuses = []scheduling.RoundStatus{
		scheduling.Preparing, scheduling.OnTheTable, scheduling.AgreedAdReferendum, scheduling.Stalled, scheduling.Lapsed, scheduling.Confirmed,
		scheduling.Held, scheduling.Cancelled,
	}
	slotStatuses = []scheduling.SlotStatus{
		scheduling.Offered, scheduling.Expired, scheduling.Withdrawn, scheduling.SlotConfirmed, scheduling.Released, scheduling.Vacated,
	}
	proposalStatuses = []scheduling.ProposalStatus{
		scheduling.DraftProposal, scheduling.Delivered, scheduling.Superseded, scheduling.ProposalWithdrawn,
		scheduling.ProposalLapsed, scheduling.Accepted, scheduling.Declined,
	}
)

// inStatus are talks whose round stands in each status, got there by acts.
var inStatus = map[scheduling.RoundStatus]func(t *testing.T) *scheduling.Round{
	scheduling.Preparing:  func(*testing.T) *scheduling.Round { _, r := Talks(); return r },
	scheduling.OnTheTable: func(*testing.T) *scheduling.Round { _, r := Agreed(); return r },
	scheduling.Stalled: func(t *testing.T) *scheduling.Round {
		t.Helper()
		_, r := Delivered()
		do(t, r.Decline(By(BravoHead, later(100)), 1, scheduling.Text{}))
		return r
	},
	scheduling.Lapsed: func(t *testing.T) *scheduling.Round {
		t.Helper()
		_, r := Delivered(With(func(_ *scheduling.Negotiation, r *scheduling.Round) {
			r.Deadline = scheduling.Deadline{Date: Date(2009, 11, 2), At: 11 * 60, Zone: "UTC"}
		}))
		if !r.Tick(later(120)) {
			t.Fatal("the round does not lapse")
		}
		return r
	},
	scheduling.Confirmed: func(*testing.T) *scheduling.Round { _, r := Confirmed(); return r },
	scheduling.Held: func(t *testing.T) *scheduling.Round {
		t.Helper()
		_, r := Confirmed()
		do(t, r.MarkHeld(By(BravoHead, At(2009, 11, 19, 17, 0))))
		return r
	},
	scheduling.Cancelled: func(t *testing.T) *scheduling.Round {
		t.Helper()
		_, r := Confirmed()
		do(t, r.Cancel(By(AlphaHead, later(200)), scheduling.Text{}))
		return r
	},
}

// TestRoundEvents tries every act in every status: what leads where, and what
// is refused and changes nothing.
func TestRoundEvents(t *testing.T) {
	t.Parallel()
	const (
		no   = scheduling.RoundStatus("refused")
		same = scheduling.RoundStatus("")
	)
	now := later(300)
	alpha, bravo := By(AlphaHead, now), By(BravoHead, now)
	for name, tc := range map[string]struct {
		act  func(*scheduling.Round) error
		want map[scheduling.RoundStatus]scheduling.RoundStatus // all others refuse
	}{
		"deliver": {
			func(r *scheduling.Round) error { return r.Deliver(bravo, P1(), Paper("P1")) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{
				scheduling.Preparing: scheduling.OnTheTable, scheduling.OnTheTable: same, scheduling.Stalled: same, scheduling.Confirmed: same,
			},
		},
		"draft": {
			func(r *scheduling.Round) error { return r.Draft(bravo, scheduling.Content{}) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{
				scheduling.Preparing: same, scheduling.OnTheTable: same, scheduling.Stalled: same, scheduling.Confirmed: same,
			},
		},
		"amend": {
			func(r *scheduling.Round) error { return r.Amend(alpha, 1, P1(), Paper("P1")) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: same, scheduling.Stalled: same},
		},
		"withdraw": {
			func(r *scheduling.Round) error { return r.Withdraw(alpha, 1) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: scheduling.Stalled, scheduling.Stalled: same},
		},
		"decline": {
			func(r *scheduling.Round) error { return r.Decline(bravo, 1, scheduling.Text{}) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: scheduling.Stalled},
		},
		"answer": {
			func(r *scheduling.Round) error { return r.TakePositions(bravo, level("G1", scheduling.LevelAvailable)) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: same, scheduling.Stalled: scheduling.OnTheTable},
		},
		"keep a draft": {
			func(r *scheduling.Round) error { return r.KeepDraft(bravo, level("G1", scheduling.LevelAvailable)) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: same, scheduling.Stalled: same},
		},
		"consent": {
			func(r *scheduling.Round) error { return r.Consent(alpha, "G3", 1) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: same, scheduling.Stalled: same},
		},
		"withdraw consent": {
			func(r *scheduling.Round) error { return r.WithdrawConsent(alpha, "G2") },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: same, scheduling.Stalled: same},
		},
		"confirm": {
			func(r *scheduling.Round) error { return r.Confirm(alpha, "G2", 1) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: scheduling.Confirmed},
		},
		"change slot": {
			func(r *scheduling.Round) error {
				return r.ChangeSlot(alpha, "G1", 1, scheduling.SlotTerms{Hours: span(14, 18), Place: "Palais des Nations"})
			},
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.OnTheTable: same, scheduling.Stalled: scheduling.OnTheTable},
		},
		"offer again": {
			func(r *scheduling.Round) error { return r.Reoffer(bravo, []scheduling.Label{"G1"}) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.Confirmed: same},
		},
		"postpone": {
			func(r *scheduling.Round) error {
				if err := r.Postpone(alpha, scheduling.Text{}); err != nil {
					return err
				}
				return r.Postpone(bravo, scheduling.Text{})
			},
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.Confirmed: scheduling.OnTheTable},
		},
		"refuse a postponement": {func(r *scheduling.Round) error { return r.RefusePostponement(alpha) }, nil},
		"abandon a change":      {func(r *scheduling.Round) error { return r.AbandonChange(alpha) }, nil},
		"change the meeting": {
			func(r *scheduling.Round) error { return r.ChangeMeeting(alpha, "XX", "") },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.Confirmed: same},
		},
		"release": {
			func(r *scheduling.Round) error { return r.ReleaseToPublic(alpha, "Talks") },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.Confirmed: same},
		},
		"propose another rule, for Bravo": {
			func(r *scheduling.Round) error {
				return r.ProposeRule(bravo, lastConsent, scheduling.Deadline{}, scheduling.Text{})
			},
			map[scheduling.RoundStatus]scheduling.RoundStatus{
				scheduling.Preparing: same, scheduling.OnTheTable: same, scheduling.Stalled: same, scheduling.Confirmed: same,
			},
		},
		"propose the rule that holds": {
			func(r *scheduling.Round) error { return r.ProposeRule(bravo, r.Rule, r.Deadline, scheduling.Text{}) }, nil,
		},
		"agree to no rule":   {func(r *scheduling.Round) error { return r.AgreeRule(bravo) }, nil},
		"refuse no rule":     {func(r *scheduling.Round) error { return r.RefuseRule(bravo) }, nil},
		"accept no silence":  {func(r *scheduling.Round) error { return r.AcceptRule(bravo) }, nil},
		"break no silence":   {func(r *scheduling.Round) error { return r.BreakSilence(bravo, "G1", 1, scheduling.Text{}) }, nil},
		"silence by nobody":  {func(r *scheduling.Round) error { return r.ProposeUnderSilence(alpha, "G1", 1, silenceEnds) }, nil},
		"decide as no chair": {func(r *scheduling.Round) error { return r.Decide(alpha, "G1", 1, scheduling.Text{}) }, nil},
		"object": {
			func(r *scheduling.Round) error { return r.Object(bravo, scheduling.Text{Body: "no"}) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.Confirmed: same},
		},
		"held too early": {func(r *scheduling.Round) error { return r.MarkHeld(By(AlphaHead, At(2009, 11, 19, 16, 59))) }, nil},
		"held": {
			func(r *scheduling.Round) error { return r.MarkHeld(By(AlphaHead, At(2009, 11, 19, 17, 0))) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{scheduling.Confirmed: scheduling.Held},
		},
		"cancel": {
			func(r *scheduling.Round) error { return r.Cancel(alpha, scheduling.Text{}) },
			map[scheduling.RoundStatus]scheduling.RoundStatus{
				scheduling.Preparing: scheduling.Cancelled, scheduling.OnTheTable: scheduling.Cancelled, scheduling.Stalled: scheduling.Cancelled,
				scheduling.Lapsed: scheduling.Cancelled, scheduling.Confirmed: scheduling.Cancelled,
			},
		},
	} {
		for from, talks := range inStatus {
			t.Run(fmt.Sprintf("%s/%s", name, from), func(t *testing.T) {
				t.Parallel()
				r := talks(t)
				if r.Status != from {
					t.Fatalf("the round is %s, want %s", r.Status, from)
				}
				r.TakeEvents()
				before := Clone(r)
				want, legal := tc.want[from]
				err := tc.act(r)
				switch {
				case !legal:
					if diff := Diff(before, Clone(r)); err == nil || diff != "" {
						t.Errorf("got %v, want a refusal that changes nothing:\n%s", err, diff)
					}
					return
				case err != nil:
					t.Fatalf("refused: %v", err)
				case want == same:
					want = from
				}
				if r.Status != want {
					t.Errorf("the round is %s, want %s", r.Status, want)
				}
			})
		}
	}
}

// TestRights tries acts by everybody: who may, and who is refused and changes
// nothing.
func TestRights(t *testing.T) {
	t.Parallel()
	everybody := []scheduling.MemberID{AlphaHead, AlphaReader, BravoHead, BravoOfficer, CharlieHead, Secretary, "nobody"}
	now := later(300)
	type round = *scheduling.Round
	for name, tc := range map[string]struct {
		act func(round, scheduling.MemberID) error
		may []scheduling.MemberID
	}{
		"deliver": {func(r round, m scheduling.MemberID) error { return r.Deliver(By(m, now), P1(), Paper("P1")) }, []scheduling.MemberID{AlphaHead, BravoHead, Secretary}},
		"draft":   {func(r round, m scheduling.MemberID) error { return r.Draft(By(m, now), P1()) }, []scheduling.MemberID{AlphaHead, BravoHead, Secretary}},
		"amend":   {func(r round, m scheduling.MemberID) error { return r.Amend(By(m, now), 1, P1(), Paper("P1")) }, []scheduling.MemberID{AlphaHead}},
		"withdraw": {
			func(r round, m scheduling.MemberID) error { return r.Withdraw(By(m, now), 1) }, []scheduling.MemberID{AlphaHead},
		},
		"decline": {
			func(r round, m scheduling.MemberID) error { return r.Decline(By(m, now), 1, scheduling.Text{}) },
			[]scheduling.MemberID{BravoHead, BravoOfficer},
		},
		"answer": {
			func(r round, m scheduling.MemberID) error {
				return r.TakePositions(By(m, now), level("G1", scheduling.LevelAvailable))
			},
			[]scheduling.MemberID{AlphaHead, BravoHead, BravoOfficer},
		},
		"report Bravo's answer, who has spoken for itself": {
			func(r round, m scheduling.MemberID) error {
				return r.TakePositions(Reported(m, Bravo, now), level("G1", scheduling.LevelAvailable))
			},
			[]scheduling.MemberID{BravoHead, BravoOfficer, Secretary},
		},
		"consent": {
			func(r round, m scheduling.MemberID) error { return r.Consent(By(m, now), "G1", 1) },
			[]scheduling.MemberID{AlphaHead, BravoHead},
		},
		"withdraw consent": {
			func(r round, m scheduling.MemberID) error { return r.WithdrawConsent(By(m, now), "G2") },
			[]scheduling.MemberID{AlphaHead, BravoHead},
		},
		"confirm": {func(r round, m scheduling.MemberID) error { return r.Confirm(By(m, now), "G2", 1) }, []scheduling.MemberID{AlphaHead}},
		"change slot": {func(r round, m scheduling.MemberID) error {
			return r.ChangeSlot(By(m, now), "G1", 1, scheduling.SlotTerms{Hours: span(14, 18)})
		}, []scheduling.MemberID{AlphaHead}},
		"cancel": {
			func(r round, m scheduling.MemberID) error { return r.Cancel(By(m, now), scheduling.Text{}) },
			[]scheduling.MemberID{AlphaHead, Secretary},
		},
		"record a delivery": {
			func(r round, m scheduling.MemberID) error {
				return r.RecordDelivery(By(m, now), scheduling.Delivery{Proposal: 1, Form: scheduling.DeliveredByHand, By: "A", To: "B", Date: Date(2009, 11, 2)})
			},
			[]scheduling.MemberID{AlphaHead, Secretary},
		},
		"keep a draft": {
			func(r round, m scheduling.MemberID) error { return r.KeepDraft(By(m, now), nil) },
			[]scheduling.MemberID{AlphaHead, BravoHead, BravoOfficer},
		},
	} {
		for _, m := range everybody {
			t.Run(fmt.Sprintf("%s/%s", name, m), func(t *testing.T) {
				t.Parallel()
				_, r := Agreed(WithObserver(), WithStaff())
				r.TakeEvents()
				before := Clone(r)
				err := tc.act(r, m)
				switch may := slices.Contains(tc.may, m); {
				case may && err != nil:
					t.Errorf("refused: %v", err)
				case !may && err == nil:
					t.Error("allowed")
				case !may:
					if diff := Diff(before, Clone(r)); diff != "" {
						t.Errorf("%v changed the round:\n%s", err, diff)
					}
				}
			})
		}
	}
}
