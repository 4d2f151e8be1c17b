package scheduling_test

import (
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// noonFriday is noon in Moscow on Friday 6 November 2009: 09:00 UTC.
var (
	noonFriday = scheduling.Deadline{Date: Date(2009, time.November, 6), At: civil.Clock(12, 0), Zone: "Europe/Moscow", City: "Moscow"}
	fridayEnd  = At(2009, time.November, 6, 9, 0)
)

func onLastConsent() Adjustment {
	return WithRule(func(r *scheduling.Rule) { r.Confirmation = scheduling.OnLastConsent })
}

// agreedAdReferendum are talks in which both have consented to G2, Bravo ad
// referendum until Friday.
func agreedAdReferendum(t *testing.T, adjust ...Adjustment) *scheduling.Round {
	t.Helper()
	_, r := Delivered(adjust...)
	do(t, r.Consent(By(AlphaHead, later(60)), "G2", 1))
	do(t, r.ConsentAdReferendum(By(BravoHead, later(61)), "G2", 1, noonFriday))
	r.TakeEvents()
	return r
}

func TestAdReferendum(t *testing.T) {
	t.Parallel()
	type step = func(*scheduling.Round) error
	approve := func(at time.Time) step {
		return func(r *scheduling.Round) error { return r.Approve(By(BravoHead, at), "G2") }
	}
	for name, tc := range map[string]struct {
		adjust []Adjustment
		acts   []step
		want   scheduling.RoundStatus
		bound  bool // Bravo's consent to G2 counts
		event  scheduling.EventKind
	}{
		"agreed": {nil, nil, scheduling.AgreedAdReferendum, false, ""},
		"approved, the confirmer has still to act": {nil, []step{approve(later(90))}, scheduling.OnTheTable, true, scheduling.ConsentApproved},
		"approved, which confirms":                 {[]Adjustment{onLastConsent()}, []step{approve(later(90))}, scheduling.Confirmed, true, scheduling.MeetingConfirmed},
		"approved in the last second":              {[]Adjustment{onLastConsent()}, []step{approve(fridayEnd.Add(-time.Second))}, scheduling.Confirmed, true, scheduling.MeetingConfirmed},
		"refused": {nil, []step{func(r *scheduling.Round) error {
			return r.RefuseApproval(By(BravoHead, later(90)), "G2", scheduling.Text{Body: "elections"})
		}}, scheduling.OnTheTable, false, scheduling.ApprovalRefused},
		"lapsed": {nil, []step{func(r *scheduling.Round) error { r.Tick(fridayEnd); return nil }}, scheduling.OnTheTable, false, scheduling.ConsentLapsed},
		"reported approval": {nil, []step{func(r *scheduling.Round) error {
			return r.Consent(By(BravoHead, later(90)), "G2", 1)
		}}, scheduling.OnTheTable, true, scheduling.ConsentGiven},
		"withdrawn by the other side": {nil, []step{func(r *scheduling.Round) error {
			return r.WithdrawConsent(By(AlphaHead, later(90)), "G2")
		}}, scheduling.OnTheTable, false, scheduling.ConsentWithdrawn},
		"the slot changes": {nil, []step{func(r *scheduling.Round) error {
			return r.ChangeSlot(By(AlphaHead, later(90)), "G2", 1, scheduling.SlotTerms{Hours: civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, Place: "Palais des Nations"})
		}}, scheduling.OnTheTable, false, scheduling.SlotChanged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := agreedAdReferendum(t, tc.adjust...)
			for _, act := range tc.acts {
				do(t, act(r))
			}
			c, ok := r.Slot("G2").Consent(Bravo)
			if r.Status != tc.want || (ok && c.Kind == scheduling.FullConsent) != tc.bound {
				t.Errorf("the round is %s, Bravo's consent %+v", r.Status, c)
			}
			if tc.want != scheduling.Confirmed && (r.Slot("G1").Status != scheduling.Offered || r.Meeting != nil) {
				t.Error("other slots have left the table, or there is a meeting")
			}
			found := tc.event == ""
			for _, e := range r.TakeEvents() {
				found = found || e.Kind == tc.event && e.Scope == scheduling.AllParties
			}
			if !found {
				t.Errorf("nobody is told: %s", tc.event)
			}
		})
	}
}

// The clock ends a consent at its instant, once, and knows when.
func TestAdReferendumLapsesOnce(t *testing.T) {
	t.Parallel()
	r := agreedAdReferendum(t)
	if due := r.NextDue(); !due.Equal(fridayEnd) {
		t.Errorf("next due %v, want %v", due, fridayEnd)
	}
	if r.Tick(fridayEnd.Add(-time.Second)) {
		t.Error("it lapses before its deadline")
	}
	if !r.Tick(fridayEnd) || r.Tick(fridayEnd) {
		t.Error("it does not lapse once")
	}
	refused(t, r, scheduling.ErrConflict, "no_approval_awaited", func() error { return r.Approve(By(BravoHead, fridayEnd), "G2") })
	refused(t, r, scheduling.ErrConflict, "consent_missing", func() error { return r.Confirm(By(AlphaHead, fridayEnd), "G2", 1) })
}

func TestAdReferendumIsRefused(t *testing.T) {
	t.Parallel()
	past := noonFriday
	past.Date = Date(2009, 11, 1)
	afterwards := noonFriday
	afterwards.Date = Date(2009, 11, 20)
	for name, tc := range map[string]struct {
		until scheduling.Deadline
		by    scheduling.MemberID
		kind  error
		code  string
	}{
		"without a deadline":   {scheduling.Deadline{}, BravoHead, scheduling.ErrInvalid, "approval_deadline_missing"},
		"too late":             {past, BravoHead, scheduling.ErrInvalid, "until_past"},
		"beyond the decide-by": {afterwards, BravoHead, scheduling.ErrInvalid, "approval_after_decide_by"},
		"without the right":    {noonFriday, BravoOfficer, scheduling.ErrForbidden, "consent_right_missing"},
		"after a full one":     {noonFriday, AlphaHead, scheduling.ErrConflict, "consented_fully"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered()
			do(t, r.Consent(By(AlphaHead, later(1)), "G2", 1))
			refused(t, r, tc.kind, tc.code, func() error { return r.ConsentAdReferendum(By(tc.by, later(10)), "G2", 1, tc.until) })
		})
	}
	r := agreedAdReferendum(t)
	refused(t, r, scheduling.ErrConflict, "consent_missing", func() error { return r.Confirm(By(AlphaHead, later(70)), "G2", 1) })
	refused(t, r, scheduling.ErrForbidden, "consent_right_missing", func() error { return r.Approve(By(BravoOfficer, later(70)), "G2") })
}

// firmOffer is P1, firm until Friday.
func firmOffer() scheduling.Content {
	c := P1()
	c.Firm, c.FirmUntil = true, noonFriday
	return c
}

func TestFirmOffer(t *testing.T) {
	t.Parallel()
	open := func(t *testing.T, adjust ...Adjustment) *scheduling.Round {
		t.Helper()
		_, r := Talks(adjust...)
		do(t, r.Deliver(By(AlphaHead, Now), firmOffer(), Paper("P1")))
		return r
	}
	firm := func(r *scheduling.Round) (n int) {
		for _, s := range r.Offered() {
			if c, ok := s.Consent(Alpha); ok && c.Kind == scheduling.Firm {
				n++
			}
		}
		return n
	}
	t.Run("acceptance confirms", func(t *testing.T) {
		t.Parallel()
		r := open(t, onLastConsent())
		do(t, r.Consent(By(BravoHead, later(10)), "W2", 1))
		if r.Status != scheduling.Confirmed || r.Meeting.Slot != "W2" {
			t.Errorf("the round is %s", r.Status)
		}
	})
	t.Run("a full consent elsewhere leaves it firm", func(t *testing.T) {
		t.Parallel()
		r := open(t)
		do(t, r.Consent(By(AlphaHead, later(10)), "G2", 1))
		if firm(r) != 5 {
			t.Errorf("%d slots are firm, want 5", firm(r))
		}
	})
	t.Run("it ends by the clock, once", func(t *testing.T) {
		t.Parallel()
		r := open(t)
		if firm(r) != 6 || !r.NextDue().Equal(fridayEnd) {
			t.Errorf("%d slots are firm, next due %v", firm(r), r.NextDue())
		}
		r.TakeEvents()
		if !r.Tick(fridayEnd) || r.Tick(fridayEnd) || firm(r) != 0 || r.Proposal(1).Status != scheduling.Delivered {
			t.Errorf("%d slots are firm, offer %s", firm(r), r.Proposal(1).Status)
		}
		if events := r.TakeEvents(); len(events) != 1 || events[0].Kind != scheduling.FirmOfferEnded {
			t.Errorf("told: %+v", events)
		}
	})
	t.Run("an amendment may take it back", func(t *testing.T) {
		t.Parallel()
		r := open(t)
		do(t, r.Amend(By(AlphaHead, later(10)), 1, P1(), Paper("P1 indicative")))
		if firm(r) != 0 {
			t.Errorf("%d slots are firm", firm(r))
		}
	})
	t.Run("a changed slot stays firm", func(t *testing.T) {
		t.Parallel()
		r := open(t)
		do(t, r.ChangeSlot(By(AlphaHead, later(10)), "G2", 1, scheduling.SlotTerms{Hours: civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, Place: "Palais des Nations"}))
		if c, ok := r.Slot("G2").Consent(Alpha); !ok || c.SlotVersion != 2 {
			t.Errorf("consent %+v", c)
		}
	})
	_, r := Talks(WithStaff())
	refused(t, r, scheduling.ErrConflict, "firm_needs_consent", func() error { return r.Deliver(By(Secretary, Now), firmOffer(), Paper("P1")) })
	refused(t, r, scheduling.ErrInvalid, "firm_until_missing", func() error {
		c := firmOffer()
		c.FirmUntil = scheduling.Deadline{}
		return r.Deliver(By(AlphaHead, Now), c, Paper("P1"))
	})
}
