package scheduling

import (
	"strings"
	"time"
)

// ConsentKind says in what way a party consents.
type ConsentKind string

// The kinds of consent.
const (
	FullConsent  ConsentKind = ""
	AdReferendum ConsentKind = "ad_referendum" // subject to the approval of the party's authority
	Tacit        ConsentKind = "tacit"         // by silence, under a rule that the party accepted beforehand
	Firm         ConsentKind = "firm"          // given in advance with a firm offer
)

// A Consent binds a party to one version of one slot. A party consents to one
// slot of a round at a time.
type Consent struct {
	Kind        ConsentKind
	Until       Deadline // ad referendum: for approval; firm: end of the offer
	SlotVersion int
	By          MemberID
	At          time.Time
	Reported    *Evidence // set when somebody else recorded it
}

// Consent binds the actor's party to a slot as the actor saw it. An earlier
// consent of the party to another slot is withdrawn by it. Where the rule
// confirms on the last consent and this was the last, the slot is confirmed in
// the same step.
//
// It is ErrConflict when the slot has changed since (slot_changed), is past
// its decide-by (slot_expired) or off the table, when the party itself has
// ruled the slot out, or has left a condition on it open.
func (r *Round) Consent(a Act, label Label, version int) error {
	party, s, err := r.consenting(a, label, version, true)
	if err != nil {
		return err
	}
	if c, ok := s.Consent(party); !ok || c.Kind != FullConsent || c.Reported != nil && a.Evidence == nil {
		if err := r.heed(a, party, s); err != nil {
			return err
		}
		r.consent(a, party, s, FullConsent, Deadline{})
	} // otherwise said already: no news
	r.complete(a, s)
	return nil
}

// consenting is the party that wants to consent, and the slot. A full consent
// cannot stand beside a condition that is open.
func (r *Round) consenting(a Act, label Label, version int, full bool) (PartyID, *Slot, error) {
	party, err := r.speaker(a, RightConsent)
	if err != nil {
		return "", nil, err
	}
	if err := r.writable(); err != nil {
		return "", nil, err
	}
	r.advance(a.At)
	s := r.Slot(label)
	switch {
	case s == nil:
		return "", nil, refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	case r.Rule.Kind == ChairDecides:
		return "", nil, refuse(ErrConflict, "chair_decides")
	case !r.open():
		return "", nil, r.closed()
	}
	if r.Sealing() {
		return "", nil, refuse(ErrConflict, "sealed_consent")
	}
	if err := r.agreeable(s, version); err != nil {
		return "", nil, err
	}
	if p, ok := s.Position(party); ok {
		switch {
		case p.Level == LevelNotPossible:
			return "", nil, refuse(ErrConflict, "position_not_possible", "slot", string(label))
		case full && p.Condition == ConditionOpen:
			return "", nil, refuse(ErrConflict, "condition_open", "slot", string(label))
		}
	}
	return party, s, nil
}

// complete confirms the slot where the rule confirms on the last consent and
// none is lacking.
func (r *Round) complete(a Act, s *Slot) {
	if r.Rule.Confirmation == OnLastConsent && len(r.Missing(s)) == 0 && r.Negotiation.Status == Active && r.roomSure(s) {
		r.confirm(a, s)
		return
	}
	r.settle(a.At)
}

// consent records the consent of a party, which it gives to one slot at a time;
// what it has offered firmly stands beside that.
func (r *Round) consent(a Act, party PartyID, s *Slot, kind ConsentKind, until Deadline) {
	for _, other := range r.Slots {
		if c, ok := other.Consent(party); ok && other != s && other.Status == Offered && c.Kind != Firm {
			r.dropConsent(a, party, other)
		}
	}
	s.Consents[party] = Consent{SlotVersion: s.Version, By: a.By, At: a.At, Reported: a.Evidence, Kind: kind, Until: until}
	given := ConsentGiven
	if kind == AdReferendum {
		given = ConsentGivenAdReferendum
	}
	r.record(Event{
		Kind: given, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version,
		Evidence: a.Evidence, Scope: AllParties,
	})
}

// agreeable refuses a slot that cannot be consented to or confirmed as the
// actor saw it.
func (r *Round) agreeable(s *Slot, version int) error {
	switch {
	case s.Status == Expired:
		return refuse(ErrConflict, "slot_expired", "slot", string(s.Label), "date", s.DecideBy(r.Negotiation.Parties).String())
	case s.Status != Offered:
		return refuse(ErrConflict, "slot_not_offered", "slot", string(s.Label))
	case s.Version != version:
		return refuse(ErrConflict, "slot_changed", "slot", string(s.Label))
	}
	return nil
}

// WithdrawConsent takes a party's consent back before the slot is confirmed.
func (r *Round) WithdrawConsent(a Act, label Label) error {
	party, err := r.speaker(a, RightConsent)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	s := r.Slot(label)
	if s == nil {
		return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	}
	switch s.Status {
	case SlotConfirmed:
		return refuse(ErrConflict, "already_confirmed", "slot", string(label))
	case Expired, Withdrawn, Released, Vacated:
		return refuse(ErrConflict, "slot_not_offered", "slot", string(label))
	case Offered:
	}
	if _, ok := s.Consent(party); !ok {
		return nil // nothing to withdraw
	}
	r.dropConsent(a, party, s)
	r.settle(a.At)
	return nil
}

// dropConsent voids a consent. What stays of it, for version 0 of the slot, is
// that the party has once spoken for itself.
func (r *Round) dropConsent(a Act, party PartyID, s *Slot) {
	reported := a.Evidence
	if s.Consents[party].Reported == nil {
		reported = nil
	}
	s.Consents[party] = Consent{By: a.By, At: a.At, Reported: reported}
	r.record(Event{
		Kind: ConsentWithdrawn, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version,
		Evidence: a.Evidence, Scope: AllParties,
	})
	r.heard(a, party, s)
}

// MayConfirm refuses a member who is not the confirmer named by the rule. Where
// the last consent confirms, any convener may do what it could not, because the
// talks were suspended. Where the chair decides, nobody confirms otherwise.
func (r *Round) MayConfirm(by MemberID) error {
	m, err := r.convener(by)
	switch {
	case err != nil:
		return err
	case r.Rule.Kind == ChairDecides:
		return refuse(ErrForbidden, "chair_decides")
	case r.Rule.Confirmation == ByConfirmer && m.Party != r.Rule.Confirmer:
		return refuse(ErrForbidden, "not_the_confirmer")
	}
	return nil
}

// Confirm fixes a slot to which all have consented whose consent the rule
// demands, in the version that the confirmer saw. All other slots on the table are released.
// When the round already has a date, the meeting moves to the new one under
// the same identity.
//
// It is ErrConflict with consent_missing, naming the parties, while a consent
// lacks; with already_confirmed when another slot won.
func (r *Round) Confirm(a Act, label Label, version int) error {
	if err := r.MayConfirm(a.By); err != nil {
		return err
	}
	r.advance(a.At)
	s := r.Slot(label)
	switch {
	case s == nil:
		return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	case r.Negotiation.Status != Active:
		return refuse(ErrConflict, "negotiation_"+string(r.Negotiation.Status))
	case !r.open() && r.Confirmed() != nil:
		return refuse(ErrConflict, "already_confirmed", "slot", string(r.Confirmed().Label))
	case !r.open():
		return r.closed()
	}
	if err := r.agreeable(s, version); err != nil {
		return err
	}
	if missing := r.Missing(s); len(missing) > 0 {
		return refuse(ErrConflict, "consent_missing", "slot", string(label),
			"parties", strings.Join(r.Negotiation.Names(missing), "|"))
	}
	if err := r.roomFor(s); err != nil {
		return err
	}
	if err := r.heed(a, r.Negotiation.partyOf(a.By), s); err != nil {
		return err
	}
	r.confirm(a, s)
	return nil
}

// confirm is the one step in which a slot becomes the date of the round.
func (r *Round) confirm(a Act, s *Slot) {
	kind := MeetingConfirmed
	for _, other := range r.Slots {
		switch {
		case other == s:
		case other.Status == SlotConfirmed:
			other.Status = Vacated
		case other.Status == Offered:
			other.Status = Released
		}
	}
	r.consume(a, s)
	s.Status = SlotConfirmed
	for _, p := range r.Proposals {
		if p.Status.MayBecome(Accepted) && s.offeredBy(p.Number) {
			p.end(Accepted, a.At)
		}
	}
	var before []MemberID
	if r.Meeting == nil {
		r.Meeting = &Meeting{UID: r.UID}
	} else {
		kind = MeetingRescheduled
		r.Meeting.Sequence++
		before = r.Meeting.Invited
	}
	r.Meeting.fix(s, a, r.wanting())
	r.uninvite(a, before, r.Meeting.Invited, r.Meeting.Sequence)
	r.Status, r.Postponed, r.Postponement, r.Release, r.Silence = Confirmed, false, nil, nil, nil
	r.record(Event{
		Kind: kind, At: a.At, By: a.By, Party: r.Negotiation.partyOf(a.By), Slot: s.Label, SlotVersion: s.Version,
		Sequence: r.Meeting.Sequence, Invited: r.Meeting.Invited, Scope: AllParties,
	})
}

// wanting lists the members who want invitations by mail.
func (r *Round) wanting() []MemberID {
	var ids []MemberID
	for _, m := range r.Negotiation.Members {
		if !m.Removed && m.Invitations && m.Email != "" {
			ids = append(ids, m.ID)
		}
	}
	return ids
}
