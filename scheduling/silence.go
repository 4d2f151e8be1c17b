package scheduling

import (
	"strings"
	"time"
)

// An Acceptance is a party's word, given beforehand, that its silence counts
// as consent in this round.
type Acceptance struct {
	By       MemberID
	At       time.Time
	Reported *Evidence // set when somebody else recorded it
}

// A Silence is one slot that is adopted at an exact instant unless a required
// party objects, or the slot is changed, strictly before it.
type Silence struct {
	Slot        Label
	SlotVersion int
	Ends        Deadline // adopted at its instant
	By          MemberID
	Party       PartyID // of the chair; "" is the neutral staff
	At          time.Time
}

// AcceptRule records that the silence of the actor's party counts as consent
// in this round. Nothing can be proposed under silence before every required
// party has said so.
func (r *Round) AcceptRule(a Act) error {
	party, err := r.speaker(a, RightConsent)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	switch r.Status {
	case Preparing, OnTheTable, AgreedAdReferendum, Stalled, Confirmed:
	case Lapsed, Held, Cancelled:
		return r.closed()
	}
	if r.Rule.Kind != SilenceProcedure {
		return refuse(ErrConflict, "no_silence_rule")
	}
	if _, ok := r.Accepted[party]; ok {
		return nil // said already: no news
	}
	if r.Accepted == nil {
		r.Accepted = map[PartyID]Acceptance{}
	}
	r.Accepted[party] = Acceptance{By: a.By, At: a.At, Reported: a.Evidence}
	r.record(Event{Kind: RuleAccepted, At: a.At, By: a.By, Party: party, Evidence: a.Evidence, Scope: AllParties})
	return nil
}

// Unaccepted lists the required parties whose silence does not count yet, in
// protocol order.
func (r *Round) Unaccepted() []PartyID {
	var ids []PartyID
	for _, p := range r.Negotiation.Required() {
		if _, ok := r.Accepted[p]; !ok {
			ids = append(ids, p)
		}
	}
	return ids
}

// ProposeUnderSilence puts one slot, in the version that the chair saw, under
// silence until the instant of ends. That lies before the slot's own
// decide-by, and before the deadline of the round.
//
// It is ErrConflict while another silence runs (silence_running), while a
// party has not accepted the rule (silence_not_accepted), has ruled the slot
// out, or has left a condition on it open.
func (r *Round) ProposeUnderSilence(a Act, label Label, version int, ends Deadline) error {
	if r.Rule.Kind != SilenceProcedure {
		return refuse(ErrConflict, "no_silence_rule")
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
		return refuse(ErrNotFound, "slot_unknown", "slot", string(label)).at("slot")
	case r.Negotiation.Status != Active:
		return refuse(ErrConflict, "negotiation_"+string(r.Negotiation.Status))
	case !r.open():
		return r.closed()
	case r.Silence != nil:
		return refuse(ErrConflict, "silence_running", "slot", string(r.Silence.Slot))
	}
	if err := r.agreeable(s, version); err != nil {
		return err
	}
	if open := r.Unaccepted(); len(open) > 0 {
		return refuse(ErrConflict, "silence_not_accepted", "parties", strings.Join(r.Negotiation.Names(open), "|"))
	}
	for _, id := range r.Negotiation.Required() {
		switch p, ok := s.Position(id); {
		case ok && p.Level == LevelNotPossible:
			return refuse(ErrConflict, "slot_ruled_out", "slot", string(label))
		case ok && p.Condition == ConditionOpen:
			return refuse(ErrConflict, "slot_conditional", "slot", string(label))
		}
	}
	if ends.IsZero() {
		return refuse(ErrInvalid, "expiry_missing").at("expiry")
	}
	end := ends.Instant()
	switch {
	case !end.After(a.At):
		return refuse(ErrInvalid, "deadline_past").at("expiry")
	case !end.Before(s.DecisionEnds(r.Negotiation.Parties)):
		return refuse(ErrInvalid, "expiry_after_decide_by", "slot", string(label), "date", s.DecideBy(r.Negotiation.Parties).String()).at("expiry")
	case r.Status != Confirmed && !r.Deadline.IsZero() && !end.Before(r.Deadline.Instant()):
		return refuse(ErrInvalid, "expiry_after_deadline").at("expiry")
	}
	party := r.Negotiation.partyOf(a.By)
	r.Silence = &Silence{Slot: label, SlotVersion: version, Ends: ends, By: a.By, Party: party, At: a.At}
	r.record(Event{Kind: SilenceProposed, At: a.At, By: a.By, Party: party, Slot: label, SlotVersion: version, Scope: AllParties})
	return nil
}

// BreakSilence is a required party's objection to the slot under silence. The
// round is back on the table, and all are told at once.
func (r *Round) BreakSilence(a Act, label Label, version int, objection Text) error {
	party, err := r.speaker(a, RightAnswer)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	switch {
	case r.Silence == nil || r.Silence.Slot != label || r.Silence.SlotVersion != version:
		return refuse(ErrConflict, "silence_over")
	case tooLong(objection, MaxText):
		return refuse(ErrInvalid, "reason_too_long", "slot", string(label)).at("text")
	}
	objection.Owner = party
	r.breakSilence(a, party, objection)
	r.settle(a.At)
	return nil
}

// breakSilence ends a silence by what a party has said.
func (r *Round) breakSilence(a Act, party PartyID, objection Text) {
	s := r.Silence
	r.Silence = nil
	r.record(Event{
		Kind: SilenceBroken, At: a.At, By: a.By, Party: party, Slot: s.Slot, SlotVersion: s.SlotVersion,
		Text: objection, Evidence: a.Evidence, Scope: AllParties,
	})
}

// heard breaks the silence on a slot when a party says something that cannot
// stand beside its tacit consent.
func (r *Round) heard(a Act, party PartyID, s *Slot) {
	if r.Silence != nil && r.Silence.Slot == s.Label {
		r.breakSilence(a, party, Text{Owner: party})
	}
}

// hush ends a silence whose slot is no longer what was proposed, or that the
// suspension of the talks has overtaken. What was on the table stays there.
func (r *Round) hush(now time.Time) {
	s := r.Silence
	if s == nil {
		return
	}
	slot := r.Slot(s.Slot)
	stands := slot != nil && slot.Status == Offered && slot.Version == s.SlotVersion && r.open()
	if stands && !r.suspendedDuring(s) {
		return
	}
	r.Silence = nil
	r.record(Event{Kind: SilenceEnded, At: now, Slot: s.Slot, SlotVersion: s.SlotVersion, Scope: AllParties})
}

// suspendedDuring reports whether the talks were suspended while the silence
// ran, whether or not they have been resumed since.
func (r *Round) suspendedDuring(s *Silence) bool {
	at := r.Negotiation.SuspendedAt
	return !at.IsZero() && !at.Before(s.At) && at.Before(s.Ends.Instant())
}

// adopt is what the clock does at the end of a silence that nobody broke: the
// parties that have not consented do so by their silence, and the slot is
// confirmed in the same step, as of the instant that was announced.
func (r *Round) adopt() {
	silence := r.Silence
	s, a := r.Slot(silence.Slot), Act{At: silence.Ends.Instant()}
	r.record(Event{Kind: SilenceAdopted, At: a.At, Party: silence.Party, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	for _, id := range r.Negotiation.Required() {
		if c, ok := s.Consent(id); ok && c.binds() {
			continue
		}
		s.Consents[id] = Consent{Kind: Tacit, SlotVersion: s.Version, At: a.At}
		r.record(Event{Kind: TacitConsent, At: a.At, Party: id, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	}
	r.confirm(a, s)
}
