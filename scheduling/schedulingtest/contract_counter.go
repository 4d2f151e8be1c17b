package schedulingtest

import (
	"testing"

	"parley/scheduling"
)

// counters has both parties deliver at once what each has written in answer to
// the other: nothing is lost, and each gets a number of its own.
func (s suite) counters(t *testing.T) {
	store, id := s.delivered(t, nil)
	update(t, store, id, func(r *scheduling.Round) error { return r.Deliver(By(BravoHead, later(1)), P1(), Paper("C1")) })
	authors := []scheduling.MemberID{AlphaHead, BravoHead}
	for i, err := range together(len(authors), func(i int) error {
		return store.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
			c := P1()
			c.Answers = 2 - i
			c.Terms.Options[0].Windows[0].To = Date(2009, 11, 24)
			return r.Deliver(By(authors[i], later(2)), c, Paper(string(authors[i])))
		})
	}) {
		if err != nil {
			t.Errorf("delivery by %s: %v", authors[i], err)
		}
	}
	r := load(t, store, id)
	third, fourth := r.Proposal(3), r.Proposal(4)
	if third == nil || fourth == nil || third.By == fourth.By || third.Answers+fourth.Answers != 3 {
		t.Fatalf("offers 3 and 4: %+v and %+v", third, fourth)
	}
	for _, p := range r.Proposals {
		if p.Status != scheduling.Delivered {
			t.Errorf("offer %d is %s", p.Number, p.Status)
		}
	}
	for label, offers := range map[scheduling.Label]int{"G1": 4, "G5": 2, "W3": 4} {
		if slot := r.Slot(label); slot == nil || len(slot.Offers) != offers {
			t.Errorf("%s: %+v, want one slot with %d sources", label, slot, offers)
		}
	}
}
