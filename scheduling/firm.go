package scheduling

import "time"

// firmable refuses an offer that is to be firm and cannot be: its author has to
// be able to bind the party, and it has to end.
func (r *Round) firmable(m *Member, c Content, now time.Time) error {
	switch {
	case !c.Firm:
		return nil
	case m.Party == "" || !m.Rights.Has(RightConsent):
		return refuse(ErrConflict, "firm_needs_consent").at("firm")
	case r.Rule.Kind == ChairDecides:
		return refuse(ErrConflict, "chair_decides").at("firm")
	case c.FirmUntil.IsZero():
		return refuse(ErrInvalid, "firm_until_missing").at("firm_until")
	case !c.FirmUntil.Instant().After(now):
		return refuse(ErrInvalid, "until_past").at("firm_until")
	}
	return nil
}

// firm gives the consent of a party in advance to every slot of its offers that
// are firm. A consent that it has given otherwise stays, and so does what it
// has ruled out.
func (r *Round) firm(a Act, party PartyID) {
	m := r.Negotiation.Member(a.By)
	if m == nil || m.Party != party || !m.Rights.Has(RightConsent) {
		return
	}
	for _, s := range r.Slots {
		until, ok := r.firmUntil(party, s)
		if !ok || s.Status != Offered {
			continue
		}
		if p, ok := s.Position(party); ok && (p.Level == LevelNotPossible || p.Condition == ConditionOpen) {
			continue
		}
		if c, ok := s.Consent(party); ok && (c.Kind != Firm || c.Until == until) {
			continue
		}
		s.Consents[party] = Consent{SlotVersion: s.Version, By: a.By, At: a.At, Kind: Firm, Until: until}
	}
}

// firmUntil is how long the party offers the slot firmly; not ok when it does
// not.
func (r *Round) firmUntil(party PartyID, s *Slot) (until Deadline, ok bool) {
	for _, p := range r.Proposals {
		if p.Firm && p.stands() && p.By == party && s.offeredBy(p.Number) && (!ok || p.FirmUntil.Instant().After(until.Instant())) {
			until, ok = p.FirmUntil, true
		}
	}
	return until, ok
}

// loosen ends firm consents that no firm offer of their party stands behind any
// more.
func (r *Round) loosen() {
	for _, s := range r.Slots {
		for party, c := range s.Consents {
			if c.Kind != Firm || s.Status != Offered {
				continue
			}
			if _, ok := r.firmUntil(party, s); !ok {
				s.void(party)
			}
		}
	}
}

// tellFirm records that an offer is firm.
func (r *Round) tellFirm(a Act, p *Proposal) {
	r.firm(a, p.By)
	if p.Firm {
		r.record(Event{Kind: FirmOfferMade, At: a.At, By: a.By, Party: p.By, Proposal: p.Number, Version: p.Version, Scope: AllParties})
	}
}
