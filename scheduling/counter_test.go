package scheduling_test

import (
	"testing"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// counter is an offer of one day in Geneva on 19 November, which Alpha's first
// offer has too, or on 24 November 2009, in answer to that offer.
func counter(answers int) scheduling.Content {
	c := P1()
	c.Terms.Options = c.Terms.Options[:1]
	c.Terms.Options[0].Windows = nil
	c.Terms.Options[0].Dates = append(c.Terms.Options[0].Dates, Date(2009, 11, 19), Date(2009, 11, 24))
	c.Answers = answers
	return c
}

// A counter-proposal stands beside the offer that it answers, and a date of
// both is one slot with two sources.
func TestCounterProposal(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.Consent(By(AlphaHead, later(5)), "G2", 1))
	do(t, r.Deliver(By(BravoHead, later(10)), counter(1), Paper("C1")))
	p, c := r.Proposal(1), r.Proposal(2)
	if p.Status != scheduling.Delivered || c.Status != scheduling.Delivered || c.Answers != 1 {
		t.Errorf("offer %s, counter %s answers %d", p.Status, c.Status, c.Answers)
	}
	s := r.Slot("G2")
	if len(s.Offers) != 2 || s.Version != 1 || len(r.Offered()) != 7 {
		t.Errorf("G2 %+v of version %d, %d slots", s.Offers, s.Version, len(r.Offered()))
	}
	if _, ok := s.Consent(Alpha); !ok {
		t.Error("the counter-proposal voids a consent")
	}
	do(t, r.Withdraw(By(BravoHead, later(20)), 2))
	if s.Status != scheduling.Offered || r.Slot("G4").Status != scheduling.Withdrawn || !c.EndedAt.Equal(later(20)) || !p.EndedAt.IsZero() {
		t.Errorf("G2 %s, G4 %s, ended %v and %v", s.Status, r.Slot("G4").Status, c.EndedAt, p.EndedAt)
	}
}

func TestWhatACounterMayAnswer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		by      scheduling.MemberID
		answers int
		first   func(*scheduling.Round) error
		kind    error
		code    string
	}{
		"an offer of the other party": {BravoHead, 1, nil, nil, ""},
		"none":                        {BravoHead, 0, nil, nil, ""},
		"one that is not there":       {BravoHead, 7, nil, scheduling.ErrNotFound, "proposal_unknown"},
		"one's own":                   {AlphaHead, 1, nil, scheduling.ErrConflict, "own_proposal_countered"},
		"one that was withdrawn": {BravoHead, 1, func(r *scheduling.Round) error {
			return r.Withdraw(By(AlphaHead, later(1)), 1)
		}, scheduling.ErrConflict, "countered_off_table"},
		"one that was declined": {BravoHead, 1, func(r *scheduling.Round) error {
			return r.Decline(By(BravoHead, later(1)), 1, scheduling.Text{})
		}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered()
			if tc.first != nil {
				do(t, tc.first(r))
			}
			act := func() error { return r.Deliver(By(tc.by, later(10)), counter(tc.answers), Paper("C1")) }
			if tc.code == "" {
				do(t, act())
				return
			}
			refused(t, r, tc.kind, tc.code, act)
		})
	}
}

// What a counter answers may have left the table when it is amended.
func TestAmendedCounterKeepsWhatItAnswers(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.Deliver(By(BravoHead, later(10)), counter(1), Paper("C1")))
	do(t, r.Withdraw(By(AlphaHead, later(20)), 1))
	do(t, r.Amend(By(BravoHead, later(30)), 2, counter(1), Paper("C1, amended")))
	if p := r.Proposal(2); p.Version != 2 || p.Answers != 1 || !r.Proposals[1].EndedAt.Equal(later(30)) {
		t.Errorf("%+v", p)
	}
	refused(t, r, scheduling.ErrNotFound, "proposal_unknown", func() error {
		return r.Amend(By(BravoHead, later(40)), 2, counter(9), Paper("x"))
	})
}
