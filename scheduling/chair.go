package scheduling

import (
	"slices"
	"strings"
	"time"
)

// A Decision is the date that the chair fixed after consulting the parties,
// and why.
type Decision struct {
	Slot        Label
	SlotVersion int
	By          MemberID
	Party       PartyID // of the chair; "" is the neutral staff
	At          time.Time
	Reasons     Text // to all parties; may be empty unless a party had ruled the slot out
}

// chairs lists the members who preside under the rule: those of the side named
// as Confirmer who have the right, and under a silence procedure the conveners
// of the neutral staff where these are named. That a side gives the right to a
// person of its own makes it preside over nothing by itself.
func (ru Rule) chairs(n *Negotiation) []Member {
	var all []Member
	for _, m := range n.Members {
		presides := m.Rights.Has(RightPreside) || ru.Kind == SilenceProcedure && m.Party == "" && m.Rights.Has(RightConvene)
		if presides && !m.Removed && m.Party == ru.Confirmer {
			all = append(all, m)
		}
	}
	return all
}

// Chairs lists the members who preside over the round; none where the rule
// leaves nothing to a chair.
func (r *Round) Chairs() []Member {
	if !r.Rule.Chaired() {
		return nil
	}
	return r.Rule.chairs(r.Negotiation)
}

// MayPreside refuses a member who does not preside over the round.
func (r *Round) MayPreside(by MemberID) error {
	if !slices.ContainsFunc(r.Chairs(), func(m Member) bool { return m.ID == by }) {
		return refuse(ErrForbidden, "not_the_chair")
	}
	return nil
}

// Consulted reports whether the parties have been consulted on the slot by now:
// all have answered on every slot on the table; or the consultation is over,
// and the slot was offered before its end or all have answered on it.
func (r *Round) Consulted(s *Slot, now time.Time) bool {
	required := r.Negotiation.Required()
	answered := func(s *Slot) bool {
		return !slices.ContainsFunc(required, func(p PartyID) bool { _, ok := s.Position(p); return !ok })
	}
	over := !r.Rule.Consultation.IsZero() && !now.Before(r.Rule.Consultation.Instant())
	return !slices.ContainsFunc(r.Offered(), func(s *Slot) bool { return !answered(s) }) ||
		over && (answered(s) || s.RevisedAt.Before(r.Rule.Consultation.Instant()))
}

// Decide fixes a slot by the chair's own word, in the version that the chair
// saw, once the parties have been consulted on it. No consent is needed. Where
// a party has ruled the slot out, the rule must let the chair override that,
// and reasons have to be given, which go to all parties.
func (r *Round) Decide(a Act, label Label, version int, reasons Text) error {
	if r.Rule.Kind != ChairDecides {
		return refuse(ErrConflict, "chair_does_not_decide")
	}
	if err := r.MayPreside(a.By); err != nil {
		return err
	}
	if err := r.writable(); err != nil {
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
	refused := slices.ContainsFunc(r.Negotiation.Required(), func(id PartyID) bool {
		p, ok := s.Position(id)
		return ok && p.Level == LevelNotPossible
	})
	switch {
	case !r.Consulted(s, a.At):
		return refuse(ErrConflict, "consultation_open", "slot", string(label))
	case refused && !r.Rule.Override:
		return refuse(ErrConflict, "slot_ruled_out", "slot", string(label))
	case refused && strings.TrimSpace(reasons.Body) == "":
		return refuse(ErrInvalid, "reasons_missing", "slot", string(label)).at("reasons")
	case tooLong(reasons, MaxText):
		return refuse(ErrInvalid, "reason_too_long", "slot", string(label)).at("reasons")
	}
	party := r.Negotiation.partyOf(a.By)
	reasons.Owner, reasons.Scope, reasons.Named = party, AllParties, nil
	r.Decision = &Decision{Slot: s.Label, SlotVersion: s.Version, By: a.By, Party: party, At: a.At, Reasons: reasons}
	r.record(Event{
		Kind: DateDecided, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version, Text: reasons, Scope: AllParties,
	})
	r.confirm(a, s)
	return nil
}

// Decided is the chair's decision on the date in force, or nil when parties
// agreed on it.
func (r *Round) Decided() *Decision {
	d, m := r.Decision, r.Meeting
	if d == nil || m == nil || d.Slot != m.Slot || d.SlotVersion != m.SlotVersion || !d.At.Equal(m.ConfirmedAt) {
		return nil
	}
	return d
}
