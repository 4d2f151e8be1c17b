package scheduling

import "slices"

// Blockers lists, in protocol order, the required parties other than one that
// have ruled a slot out, as its positions show. Of sealed positions nobody
// learns whose they are, so that there are none.
func (r *Round) Blockers(s *Slot, other PartyID) []PartyID {
	if r.Rule.Sealed() {
		return nil
	}
	return slices.DeleteFunc(r.Negotiation.Required(), func(id PartyID) bool {
		p, ok := s.Position(id)
		return id == other || !ok || p.Level != LevelNotPossible
	})
}

// MayAskBlockers refuses a member who neither convenes nor presides, or whose
// party observes.
func (r *Round) MayAskBlockers(by MemberID) error {
	m := r.Negotiation.Member(by)
	switch {
	case m == nil || !m.Rights.Has(RightConvene) && !m.Rights.Has(RightPreside):
		return refuse(ErrForbidden, "convene_missing")
	case r.Negotiation.observes(m.Party):
		return refuse(ErrForbidden, "observers_follow")
	}
	return nil
}

// AskBlockers asks those parties alone that have ruled out one of the slots to
// think again, or to offer other dates. Each learns that it is asked, by whom
// and about which slot, and nothing of anybody else; the asking party keeps
// note of whom it asked. Nobody else learns that anything happened.
//
// ErrConflict where replies are sealed, and where nobody else has ruled a slot
// out.
func (r *Round) AskBlockers(a Act, labels []Label, note Text) error {
	if err := r.MayAskBlockers(a.By); err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	asker := r.Negotiation.partyOf(a.By)
	switch {
	case !r.open():
		return r.closed()
	case r.Rule.Sealed():
		return refuse(ErrConflict, "positions_sealed")
	case len(labels) == 0:
		return refuse(ErrInvalid, "slots_missing").at("slots")
	case tooLong(note, MaxNote):
		return refuse(ErrInvalid, "note_too_long").at("note")
	}
	for _, label := range labels {
		s := r.Slot(label)
		switch {
		case s == nil:
			return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
		case s.Status != Offered:
			return refuse(ErrConflict, "slot_not_offered", "slot", string(label))
		case len(r.Blockers(s, asker)) == 0:
			return refuse(ErrConflict, "nobody_blocks", "slot", string(label)).at("slots")
		}
	}
	for _, label := range slices.Compact(slices.Sorted(slices.Values(labels))) {
		s := r.Slot(label)
		asked := r.Blockers(s, asker)
		e := Event{At: a.At, By: a.By, Slot: s.Label, SlotVersion: s.Version, Scope: OwnParty}
		for _, party := range asked {
			e.Kind, e.Party = ReconsiderAsked, party
			e.Text = Text{Body: note.Body, Owner: asker, Scope: NamedParties, Named: []PartyID{party}}
			r.record(e)
		}
		e.Kind, e.Party = BlockersAsked, asker
		e.Text = Text{Body: note.Body, Owner: asker, Named: asked}
		r.record(e)
	}
	return nil
}
