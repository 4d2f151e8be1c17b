package scheduling

import (
	"maps"
	"slices"
)

// Preview is what a proposal would put on the table if the actor delivered it
// now: its slots with the labels and versions that they would have, in the
// order of the paper. Number is 0 for a new proposal, and that of the proposal
// which an amendment would replace. The round itself does not change.
//
// It runs the delivery itself on a copy, so it is refused as that would be.
func (r *Round) Preview(a Act, number int, c Content) ([]*Slot, error) {
	trial := r.clone()
	a.Own = nil // what it would be does not depend on what the actor has to be at
	stand := Paper{Text: "preview", Digest: "preview"}
	var err error
	if number == 0 {
		number = trial.NextProposal()
		err = trial.Deliver(a, c, stand)
	} else {
		err = trial.Amend(a, number, c, stand)
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(trial.Slots, func(s *Slot) bool { return s.Status != Offered || !s.offeredBy(number) }), nil
}

// clone copies what methods of Round change. Values that are only ever
// replaced, such as papers and evidence, are shared.
func (r *Round) clone() *Round {
	c := *r
	c.events = nil
	c.Proposals = make([]*Proposal, len(r.Proposals))
	for i, p := range r.Proposals {
		proposal := *p
		c.Proposals[i] = &proposal
	}
	c.Slots = make([]*Slot, len(r.Slots))
	for i, s := range r.Slots {
		slot := *s
		slot.Offers = slices.Clone(s.Offers)
		slot.Positions, slot.Consents = maps.Clone(s.Positions), maps.Clone(s.Consents)
		c.Slots[i] = &slot
	}
	c.Drafts, c.Accepted = maps.Clone(r.Drafts), maps.Clone(r.Accepted)
	r.cloneSeals(&c)
	c.Deliveries, c.Objections = slices.Clone(r.Deliveries), slices.Clone(r.Objections)
	c.Reminders, c.PublicDrafts = maps.Clone(r.Reminders), maps.Clone(r.PublicDrafts)
	if r.Meeting != nil {
		m := *r.Meeting
		c.Meeting = &m
	}
	return &c
}
