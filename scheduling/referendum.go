package scheduling

import (
	"slices"
	"time"
)

// binds reports whether a consent is enough to confirm: one ad referendum is
// not, until it is approved.
func (c Consent) binds() bool { return c.Kind != AdReferendum }

// ConsentAdReferendum consents to a slot as the actor saw it, subject to the
// approval of the party's authority, which has to come before the instant of
// until. An earlier consent of the party to another slot is withdrawn by it.
// The other slots stay on the table, and nobody is invited.
//
// It is refused as Consent is, except that a condition may be open; ErrInvalid
// without a deadline, with one that has passed, or with one after the slot's
// own decide-by, and ErrConflict when the party has consented fully
// (consented_fully).
func (r *Round) ConsentAdReferendum(a Act, label Label, version int, until Deadline) error {
	party, s, err := r.consenting(a, label, version, false)
	if err != nil {
		return err
	}
	switch {
	case until.IsZero():
		return refuse(ErrInvalid, "approval_deadline_missing").at("until")
	case !until.Instant().After(a.At):
		return refuse(ErrInvalid, "until_past").at("until")
	case until.Instant().After(s.DecisionEnds(r.Negotiation.Parties)):
		return refuse(ErrInvalid, "approval_after_decide_by", "slot", string(label), "date", s.DecideBy(r.Negotiation.Parties).String()).at("until")
	}
	c, ok := s.Consent(party)
	switch {
	case ok && c.binds():
		return refuse(ErrConflict, "consented_fully", "slot", string(label))
	case ok && c.Until == until && (c.Reported == nil || a.Evidence != nil):
		return nil // said already: no news
	}
	if err := r.heed(a, party, s); err != nil {
		return err
	}
	r.consent(a, party, s, AdReferendum, until)
	r.settle(a.At)
	return nil
}

// Approve makes the party's consent ad referendum to a slot a full one. Where
// the rule confirms on the last consent and this was what lacked, the slot is
// confirmed in the same step.
//
// It is ErrConflict when no approval is awaited (no_approval_awaited), because
// its deadline has passed or it has been given, and while a condition of the
// party is open.
func (r *Round) Approve(a Act, label Label) error {
	party, s, err := r.approving(a, label)
	if err != nil {
		return err
	}
	if p, ok := s.Position(party); ok && p.Condition == ConditionOpen {
		return refuse(ErrConflict, "condition_open", "slot", string(label))
	}
	s.Consents[party] = Consent{SlotVersion: s.Version, By: a.By, At: a.At, Reported: a.Evidence}
	r.record(Event{
		Kind: ConsentApproved, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version,
		Evidence: a.Evidence, Scope: AllParties,
	})
	r.complete(a, s)
	return nil
}

// RefuseApproval ends the party's consent ad referendum to a slot: its
// authority does not approve. The round is back on the table.
func (r *Round) RefuseApproval(a Act, label Label, reason Text) error {
	party, s, err := r.approving(a, label)
	if err != nil {
		return err
	}
	if tooLong(reason, MaxNote) {
		return refuse(ErrInvalid, "reason_too_long", "slot", string(label)).at("reason")
	}
	reason.Owner = party
	s.void(party)
	r.record(Event{
		Kind: ApprovalRefused, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version,
		Text: reason, Evidence: a.Evidence, Scope: AllParties,
	})
	r.settle(a.At)
	return nil
}

// approving is the party that speaks of an approval, and the slot on which it
// is awaited.
func (r *Round) approving(a Act, label Label) (PartyID, *Slot, error) {
	party, err := r.speaker(a, RightConsent)
	if err != nil {
		return "", nil, err
	}
	if err := r.writable(); err != nil {
		return "", nil, err
	}
	r.advance(a.At)
	s := r.Slot(label)
	if s == nil {
		return "", nil, refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	}
	if c, ok := s.Consent(party); !ok || c.Kind != AdReferendum || s.Status != Offered {
		return "", nil, refuse(ErrConflict, "no_approval_awaited", "slot", string(label))
	}
	return party, s, nil
}

// AwaitingApproval is the slot to which all have consented whose consent the
// rule demands, some of them ad referendum; nil when there is none.
func (r *Round) AwaitingApproval() *Slot {
	if r.Rule.Kind == ChairDecides {
		return nil
	}
	for _, s := range r.Slots {
		if s.Status != Offered || r.Needed(s).Done() {
			continue
		}
		given := r.Rule.needed(r.Negotiation, func(p PartyID) bool { _, ok := s.Consent(p); return ok })
		if given.Done() {
			return s
		}
	}
	return nil
}

// Subject lists the required parties whose consent to the slot is subject to
// approval, in protocol order.
func (r *Round) Subject(s *Slot) []PartyID {
	return slices.DeleteFunc(r.Negotiation.Required(), func(p PartyID) bool {
		c, ok := s.Consent(p)
		return !ok || c.binds()
	})
}

// refer brings the status in line with what is agreed ad referendum.
func (r *Round) refer(now time.Time) {
	s := r.AwaitingApproval()
	switch {
	case r.Status == OnTheTable && s != nil:
		r.Status = AgreedAdReferendum
		r.record(Event{Kind: RoundAgreedAdReferendum, At: now, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	case r.Status == AgreedAdReferendum && s == nil:
		r.Status = OnTheTable
	}
}

// void ends a consent. What stays of it, for version 0 of the slot, is that the
// party has once spoken for itself.
func (s *Slot) void(party PartyID) {
	c := s.Consents[party]
	s.Consents[party] = Consent{By: c.By, At: c.At, Reported: c.Reported}
}

// lapseConsents ends what was given until an instant that has passed: consents
// that nobody approved, and firm offers.
func (r *Round) lapseConsents(now time.Time) {
	for _, s := range r.Slots {
		if s.Status != Offered {
			continue
		}
		for _, party := range r.Negotiation.Required() {
			if c, ok := s.Consent(party); ok && c.Kind == AdReferendum && !now.Before(c.Until.Instant()) {
				s.void(party)
				r.record(Event{Kind: ConsentLapsed, At: now, Party: party, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
			}
		}
	}
	for _, p := range r.Proposals {
		if p.Firm && p.stands() && !now.Before(p.FirmUntil.Instant()) {
			p.Firm = false
			r.record(Event{Kind: FirmOfferEnded, At: now, Party: p.By, Proposal: p.Number, Version: p.Version, Scope: AllParties})
		}
	}
	r.loosen()
}

// consentsEnd lists the instants at which the clock ends a consent.
func (r *Round) consentsEnd() []time.Time {
	var ends []time.Time
	for _, s := range r.Slots {
		for party, c := range s.Consents {
			if _, ok := s.Consent(party); ok && s.Status == Offered && c.Kind == AdReferendum {
				ends = append(ends, c.Until.Instant())
			}
		}
	}
	for _, p := range r.Proposals {
		if p.Firm && p.stands() {
			ends = append(ends, p.FirmUntil.Instant())
		}
	}
	return ends
}
