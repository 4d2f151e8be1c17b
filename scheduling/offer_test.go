package scheduling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// offerGeneva is an offer of Geneva alone, on these days of November 2009.
func offerGeneva(from, to int) scheduling.Content {
	c := P1()
	c.Terms.Options = c.Terms.Options[:1]
	c.Terms.Options[0].Windows = []scheduling.Window{{From: Date(2009, 11, from), To: Date(2009, 11, to)}}
	return c
}

// table writes down the slots: label, version, status, day, hours, and who
// offers it.
func table(r *scheduling.Round) string {
	var b strings.Builder
	for _, s := range r.Slots {
		fmt.Fprintf(&b, "%s v%d %s %d %s", s.Label, s.Version, s.Status, s.Days[0].Day, s.Hours)
		for _, o := range s.Offers {
			if o.Proposal > 0 {
				fmt.Fprintf(&b, " P%d", o.Proposal)
			} else {
				fmt.Fprintf(&b, " %s", o.By)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestOffers(t *testing.T) {
	t.Parallel()
	now := later(300)
	alpha, bravo := By(AlphaHead, now), By(BravoHead, now)
	paper := Paper("paper")
	hours := func(c scheduling.Content, from int) scheduling.Content {
		c.Terms.Options[0].Venue.Day.From = civil.Clock(from, 0)
		return c
	}
	for name, tc := range map[string]struct {
		acts []func(*scheduling.Round) error // after Alpha has offered Geneva, 18 and 19 November, 10 to 18
		want string
	}{
		"a counter-offer merges what is the same": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Deliver(bravo, offerGeneva(19, 20), paper) },
			},
			"G1 v1 offered 18 10:00-18:00 P1\nG2 v1 offered 19 10:00-18:00 P1 P2\nG3 v1 offered 20 10:00-18:00 P2\n",
		},
		"withdrawing leaves what another offers": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Deliver(bravo, offerGeneva(19, 20), paper) },
				func(r *scheduling.Round) error { return r.Withdraw(alpha, 1) },
			},
			"G1 v1 withdrawn 18 10:00-18:00\nG2 v1 offered 19 10:00-18:00 P2\nG3 v1 offered 20 10:00-18:00 P2\n",
		},
		"amending keeps the version of what stays": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Amend(alpha, 1, offerGeneva(19, 20), paper) },
			},
			"G1 v1 withdrawn 18 10:00-18:00\nG2 v1 offered 19 10:00-18:00 P1\nG3 v1 offered 20 10:00-18:00 P1\n",
		},
		"amending the hours changes the slots under their labels": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Amend(alpha, 1, hours(offerGeneva(18, 19), 14), paper) },
			},
			"G1 v2 offered 18 14:00-18:00 P1\nG2 v2 offered 19 14:00-18:00 P1\n",
		},
		"amending the hours leaves what another offers as it was": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Deliver(bravo, offerGeneva(19, 19), paper) },
				func(r *scheduling.Round) error { return r.Amend(alpha, 1, hours(offerGeneva(18, 19), 14), paper) },
			},
			"G1 v2 offered 18 14:00-18:00 P1\nG2 v1 offered 19 10:00-18:00 P2\nG3 v1 offered 19 14:00-18:00 P1\n",
		},
		"amending to what another offers merges with it": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Deliver(bravo, hours(offerGeneva(18, 18), 14), paper) },
				func(r *scheduling.Round) error { return r.Amend(alpha, 1, hours(offerGeneva(18, 18), 14), paper) },
			},
			"G1 v1 withdrawn 18 10:00-18:00\nG3 v1 offered 18 14:00-18:00 P2 P1\nG2 v1 withdrawn 19 10:00-18:00\n",
		},
		"what was withdrawn comes back under its label": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Withdraw(alpha, 1) },
				func(r *scheduling.Round) error { return r.Deliver(bravo, offerGeneva(18, 18), paper) },
			},
			"G1 v2 offered 18 10:00-18:00 P2\nG2 v1 withdrawn 19 10:00-18:00\n",
		},
		"a slot that two offer is changed for one of them alone": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Deliver(bravo, offerGeneva(19, 19), paper) },
				func(r *scheduling.Round) error {
					return r.ChangeSlot(alpha, "G2", 1, scheduling.SlotTerms{Hours: span(14, 18), Place: "Palais des Nations"})
				},
			},
			"G1 v1 offered 18 10:00-18:00 P1\nG2 v1 offered 19 10:00-18:00 P2\nG3 v1 offered 19 14:00-18:00 P1\n",
		},
		"whoever offers a withdrawn slot again may change it": {
			[]func(*scheduling.Round) error{
				func(r *scheduling.Round) error { return r.Withdraw(alpha, 1) },
				func(r *scheduling.Round) error { return r.Reoffer(bravo, []scheduling.Label{"G1"}) },
				func(r *scheduling.Round) error {
					return r.ChangeSlot(bravo, "G1", 2, scheduling.SlotTerms{Hours: span(14, 18), Place: "Palais des Nations"})
				},
			},
			"G1 v3 offered 18 14:00-18:00 bravo\nG2 v1 withdrawn 19 10:00-18:00\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Talks()
			do(t, r.Deliver(By(AlphaHead, Now), offerGeneva(18, 19), Paper("P1")))
			for _, act := range tc.acts {
				do(t, act(r))
			}
			if got := table(r); got != tc.want {
				t.Errorf("got\n%swant\n%s", got, tc.want)
			}
		})
	}
}

func TestChangeSlotRefusesItsDouble(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	c := offerGeneva(18, 18)
	c.Terms.Options[0].Venue.Day.From = civil.Clock(14, 0)
	do(t, r.Deliver(By(AlphaHead, later(1)), c, Paper("P2")))
	place := "Palais des Nations"
	for name, tc := range map[string]struct {
		kind  error
		code  string
		at    time.Time
		terms scheduling.SlotTerms
	}{
		"what another slot is":   {scheduling.ErrConflict, "slot_twice", later(2), scheduling.SlotTerms{Hours: span(14, 18), Place: place}},
		"no hours":               {scheduling.ErrInvalid, "hours_invalid", later(2), scheduling.SlotTerms{Place: place}},
		"an unknown format":      {scheduling.ErrInvalid, "format_unknown", later(2), scheduling.SlotTerms{Hours: span(14, 18), Format: "dance"}},
		"hours that have passed": {scheduling.ErrConflict, "slot_expired", At(2009, 11, 18, 8, 59), scheduling.SlotTerms{Hours: span(9, 18), Place: place}},
	} {
		t.Run(name, func(t *testing.T) {
			r := Clone(r)
			refused(t, r, tc.kind, tc.code, func() error { return r.ChangeSlot(By(AlphaHead, tc.at), "G1", 1, tc.terms) })
		})
	}
}

// TestWithdrawnOfferTakesItsPosition: a position that follows from an offer
// does not outlive it; one that was stated does.
func TestWithdrawnOfferTakesItsPosition(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.TakePositions(By(AlphaHead, later(1)), levels(r, scheduling.LevelIfNeedBe, "G2")))
	do(t, r.Deliver(By(BravoHead, later(2)), P1(), Paper("P2")))
	do(t, r.Withdraw(By(AlphaHead, later(3)), 1))
	if p, ok := r.Slot("G1").Position(Alpha); ok {
		t.Errorf("Alpha, which no longer offers G1, still says %+v", p)
	}
	if p, ok := r.Slot("G2").Position(Alpha); !ok || p.Level != scheduling.LevelIfNeedBe {
		t.Errorf("what Alpha said of G2 is %+v, %t", p, ok)
	}
}

func TestDeclinedOfferIsReconsidered(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.Decline(By(BravoHead, later(1)), 1, scheduling.Text{Body: "elections", Scope: scheduling.AllParties}))
	if p := r.Proposal(1); p.Status != scheduling.Declined || r.Status != scheduling.Stalled {
		t.Fatalf("the proposal is %s and the round %s", p.Status, r.Status)
	}
	do(t, r.TakePositions(By(BravoHead, later(2)), levels(r, scheduling.LevelAvailable, "G2")))
	if p := r.Proposal(1); p.Status != scheduling.Delivered || r.Status != scheduling.OnTheTable {
		t.Errorf("the proposal is %s and the round %s", p.Status, r.Status)
	}
	do(t, r.Consent(By(BravoHead, later(3)), "G2", 1))
	do(t, r.Consent(By(AlphaHead, later(3)), "G2", 1))
	do(t, r.Confirm(By(AlphaHead, later(3)), "G2", 1))
	if p := r.Proposal(1); p.Status != scheduling.Accepted {
		t.Errorf("the proposal is %s, want accepted", p.Status)
	}
}

// TestAmendWhileConfirmed: an offer that was left over is a change of date when
// it is amended.
func TestAmendWhileConfirmed(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.Deliver(By(BravoHead, later(1)), offerGeneva(23, 23), Paper("P2")))
	for _, by := range []scheduling.MemberID{AlphaHead, BravoHead} {
		do(t, r.Consent(By(by, later(2)), "G2", 1))
	}
	do(t, r.Confirm(By(AlphaHead, later(3)), "G2", 1))
	do(t, r.Amend(By(BravoHead, later(4)), 2, offerGeneva(23, 24), Paper("P2, again")))
	if !r.Meeting.ChangePending || r.Confirmed().Label != "G2" || len(r.Offered()) != 2 {
		t.Errorf("a change is pending: %t, with %d slots on the table", r.Meeting.ChangePending, len(r.Offered()))
	}
	refused(t, r, scheduling.ErrInvalid, "no_slots", func() error {
		return r.Deliver(By(BravoHead, later(5)), offerGeneva(19, 19), Paper("P3")) // the date in force is no news
	})
	do(t, r.Withdraw(By(BravoHead, later(6)), 2))
	if r.Meeting.ChangePending || r.Confirmed().Label != "G2" {
		t.Errorf("after the change was withdrawn it is pending: %t", r.Meeting.ChangePending)
	}
}

func TestDeliverRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code   string
		change func(*scheduling.Content)
	}{
		"nobody to ask":           {"contact_missing", func(c *scheduling.Content) { c.Contact = scheduling.Contact{Phone: "1"} }},
		"a reply-by that is over": {"reply_by_past", func(c *scheduling.Content) { c.ReplyBy.Date = Date(2009, 11, 1) }},
		"a lapse at no time": {"reply_by_missing", func(c *scheduling.Content) {
			c.ReplyBy, c.LapsesAtReplyBy = scheduling.Deadline{}, true
		}},
		"windows that are too short": {"no_slots", func(c *scheduling.Content) { c.Terms.Duration.Days = 4 }},
		"a notice that is too long":  {"no_slots", func(c *scheduling.Content) { c.Terms.NoticeDays = 60 }},
		"more than anybody can answer": {"too_many_slots", func(c *scheduling.Content) {
			c.Terms.Options[0].Windows[0].To = Date(2010, 11, 1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Talks()
			do(t, r.Draft(By(AlphaHead, Now), P1()))
			c := P1()
			tc.change(&c)
			refused(t, r, scheduling.ErrInvalid, tc.code, func() error { return r.Deliver(By(AlphaHead, Now), c, Paper("P1")) })
			if r.DraftBy(Alpha) == nil {
				t.Error("the draft is lost")
			}
		})
	}
}

func TestDraftsAreTheirPartys(t *testing.T) {
	t.Parallel()
	_, r := Talks()
	do(t, r.Draft(By(AlphaHead, Now), P1()))
	do(t, r.Draft(By(BravoHead, Now), offerGeneva(18, 18)))
	do(t, r.Draft(By(AlphaHead, Now), offerGeneva(19, 19)))
	r.Discard(By(AlphaReader, Now)) // may not
	if len(r.Proposals) != 2 || r.DraftBy(Alpha).Terms.Options[0].Windows[0].From.Day != 19 || r.Proposal(0) != nil || r.NextProposal() != 1 {
		t.Errorf("got %d proposals, next is %d", len(r.Proposals), r.NextProposal())
	}
	for _, e := range r.TakeEvents() {
		if e.Kind == scheduling.ProposalDrafted && slices.ContainsFunc([]scheduling.PartyID{Alpha, Bravo, Charlie, ""}, func(p scheduling.PartyID) bool {
			return p != e.Party && e.Visible(scheduling.PartyAudience(p))
		}) {
			t.Errorf("others see the draft of %s", e.Party)
		}
	}
	do(t, r.Deliver(By(AlphaHead, Now), P1(), Paper("P1")))
	if r.DraftBy(Alpha) != nil || r.DraftBy(Bravo) == nil || r.Proposal(1) == nil {
		t.Error("delivering drops one's own draft and no other")
	}
}
