package scheduling_test

import (
	"slices"
	"testing"
	"time"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// TestUninvited: who has been invited and is no longer wanted is told, with a
// sequence that calendars heed, whether members are brought in line or the
// meeting moves first.
func TestUninvited(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		sequence int // of the meeting, which all parties see
		act      func(t *testing.T, r *scheduling.Round)
	}{
		"brought in line": {0, func(_ *testing.T, r *scheduling.Round) { r.UpdateInvited(By(BravoHead, later(300))) }},
		"the meeting moves": {1, func(t *testing.T, r *scheduling.Round) {
			t.Helper()
			do(t, r.Reoffer(By(AlphaHead, later(300)), []scheduling.Label{"G3"}))
			do(t, r.Consent(By(AlphaHead, later(300)), "G3", 2))
			do(t, r.Consent(By(BravoHead, later(300)), "G3", 2))
			do(t, r.Confirm(By(AlphaHead, later(300)), "G3", 2))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, r := Confirmed()
			n.Member(BravoHead).Invitations = false
			r.TakeEvents()
			tc.act(t, r)
			if !slices.Equal(r.Meeting.Invited, []scheduling.MemberID{AlphaHead}) || r.Meeting.Sequence != tc.sequence {
				t.Errorf("invited are %v, sequence %d", r.Meeting.Invited, r.Meeting.Sequence)
			}
			told := 0
			for _, e := range r.TakeEvents() {
				if e.Kind == scheduling.MemberUninvited {
					told++
					if e.Member != BravoHead || e.Sequence != 1 || e.Visible(scheduling.PartyAudience(Alpha)) {
						t.Errorf("got event %+v", e)
					}
				}
			}
			if told != 1 {
				t.Errorf("told %d times, want once", told)
			}
		})
	}
}

func TestPostpone(t *testing.T) {
	t.Parallel()
	alone := WithRule(func(ru *scheduling.Rule) { ru.ConvenerPostpones = true })
	for name, tc := range map[string]struct {
		adjust []Adjustment
		by     []scheduling.MemberID
		want   scheduling.RoundStatus
	}{
		"one party asks":             {nil, []scheduling.MemberID{AlphaHead}, scheduling.Confirmed},
		"one party asks twice":       {nil, []scheduling.MemberID{AlphaHead, AlphaHead}, scheduling.Confirmed},
		"all agree":                  {nil, []scheduling.MemberID{BravoHead, AlphaHead}, scheduling.OnTheTable},
		"the convener alone":         {[]Adjustment{alone}, []scheduling.MemberID{AlphaHead}, scheduling.OnTheTable},
		"another alone":              {[]Adjustment{alone}, []scheduling.MemberID{BravoHead}, scheduling.Confirmed},
		"staff that opened it alone": {[]Adjustment{alone, WithStaff(), With(func(_ *scheduling.Negotiation, r *scheduling.Round) { r.Rule.ConvenerPostpones = true })}, []scheduling.MemberID{Secretary}, scheduling.OnTheTable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Confirmed(append(tc.adjust, With(func(_ *scheduling.Negotiation, r *scheduling.Round) {
				r.Deadline = scheduling.Deadline{Date: Date(2009, 11, 3), At: 0, Zone: "UTC"}
			}))...)
			if tc.by[0] == Secretary {
				r.Convener = ""
			}
			for _, by := range tc.by {
				do(t, r.Postpone(By(by, At(2009, 11, 4, 9, 0)), scheduling.Text{Body: "elections"}))
			}
			if r.Status != tc.want {
				t.Fatalf("the round is %s, want %s", r.Status, tc.want)
			}
			if tc.want == scheduling.Confirmed {
				if r.Postponement == nil || r.Confirmed() == nil {
					t.Error("the date is gone, or the request")
				}
				do(t, r.RefusePostponement(By(BravoHead, At(2009, 11, 4, 10, 0))))
				if r.Postponement != nil || r.Meeting.Sequence != 0 {
					t.Errorf("after a refusal %+v is asked, sequence %d", r.Postponement, r.Meeting.Sequence)
				}
				return
			}
			if m := r.Meeting; m.Status != scheduling.MeetingPostponed || m.Sequence != 1 || len(m.Invited) > 0 || r.Slot("G2").Status != scheduling.Vacated {
				t.Errorf("got meeting %+v, and G2 is %s", m, r.Slot("G2").Status)
			}
			if r.Tick(At(2009, 11, 4, 9, 0)) {
				t.Errorf("the deadline that was kept makes the round %s", r.Status)
			}
			do(t, r.Reoffer(By(AlphaHead, At(2009, 11, 5, 9, 0)), []scheduling.Label{"G2"}))
			do(t, r.Consent(By(AlphaHead, At(2009, 11, 5, 9, 0)), "G2", 2))
			do(t, r.Consent(By(BravoHead, At(2009, 11, 5, 9, 0)), "G2", 2))
			do(t, r.Confirm(By(AlphaHead, At(2009, 11, 5, 9, 0)), "G2", 2))
			if m := r.Meeting; m.Status != scheduling.MeetingFixed || m.Sequence != 2 || m.UID != r.UID || r.Postponed {
				t.Errorf("got meeting %+v", m)
			}
		})
	}
}

// Who asks and who agrees are two things on the record, and the reason is of
// who asked.
func TestPostponementIsAskedAndAgreed(t *testing.T) {
	t.Parallel()
	third := func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Parties[2].Role = scheduling.RoleRequired }
	_, r := Delivered(WithObserver(), WithStaff(), With(third))
	for i, by := range []scheduling.MemberID{AlphaHead, BravoHead, CharlieHead} {
		do(t, r.Consent(By(by, Now.Add(time.Duration(i)*time.Minute)), "G2", 1))
	}
	do(t, r.Confirm(By(AlphaHead, Now.Add(time.Hour)), "G2", 1))
	r.TakeEvents()
	do(t, r.Postpone(By(BravoHead, At(2009, 11, 4, 9, 0)), scheduling.Text{Body: "elections"}))
	do(t, r.Postpone(Reported(Secretary, Charlie, At(2009, 11, 4, 10, 0)), scheduling.Text{}))
	events := r.TakeEvents()
	if len(events) != 2 {
		t.Fatalf("%d events, want 2", len(events))
	}
	if asked := events[0]; asked.Kind != scheduling.PostponementAsked || asked.Text.Body != "elections" {
		t.Errorf("asked: %+v", asked)
	}
	if agreed := events[1]; agreed.Kind != scheduling.PostponementAgreed || agreed.Party != Charlie || agreed.Text.Body != "" || agreed.Evidence == nil {
		t.Errorf("agreed: %+v", agreed)
	}
	if r.Status != scheduling.Confirmed {
		t.Errorf("the round is %s before all have agreed", r.Status)
	}
}
