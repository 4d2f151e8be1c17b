package scheduling

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// RoundID names a round: its negotiation and its number there, from 1.
type RoundID struct {
	Negotiation NegotiationID
	Number      int
}

// String is the form n3k9/2, for logs and keys.
func (id RoundID) String() string { return fmt.Sprintf("%s/%d", id.Negotiation, id.Number) }

// RoundStatus is where a round stands. Stored and sent as its text.
type RoundStatus string

// The statuses of a round.
const (
	Preparing  RoundStatus = "preparing"    // nothing delivered yet
	OnTheTable RoundStatus = "on_the_table" // slots are offered
	// AgreedAdReferendum is agreed by all, by some subject to approval; other slots stay open.
	AgreedAdReferendum RoundStatus = "agreed_ad_referendum"
	Stalled            RoundStatus = "stalled"   // no slot is left that nobody has ruled out
	Lapsed             RoundStatus = "lapsed"    // its deadline passed
	Confirmed          RoundStatus = "confirmed" // a slot is fixed; a change of date may be pending
	Held               RoundStatus = "held"      // the meeting took place
	Cancelled          RoundStatus = "cancelled"
)

// roundMoves is the state table of a round.
var roundMoves = map[RoundStatus][]RoundStatus{
	Preparing:          {OnTheTable, Cancelled},
	OnTheTable:         {AgreedAdReferendum, Stalled, Lapsed, Confirmed, Cancelled},
	AgreedAdReferendum: {OnTheTable, Confirmed, Cancelled},
	Stalled:            {OnTheTable, Lapsed, Confirmed, Cancelled},
	Lapsed:             {Cancelled},
	Confirmed:          {OnTheTable, Held, Cancelled},
	Held:               nil,
	Cancelled:          nil,
}

// MayBecome reports whether a round may move from s to next.
func (s RoundStatus) MayBecome(next RoundStatus) bool { return slices.Contains(roundMoves[s], next) }

// A Round is one planned meeting for which one date and place must be fixed.
// It is the aggregate: everything that one transaction may change, and every
// rule about it is one of its methods.
type Round struct {
	ID      RoundID
	Version int // of the stored aggregate, for optimistic locking
	// Negotiation is what the round belongs to, as loaded with it. Methods of
	// Round read it and never change it.
	Negotiation *Negotiation

	Name         Text
	UID          string // of the meeting in every calendar; random, fixed when the round is opened
	Status       RoundStatus
	Postponed    bool    // on the table again after a postponement sine die
	Convener     PartyID // who opened the round; "" is the neutral staff
	Rule         Rule
	Deadline     Deadline // the round lapses then; zero is never
	Proposals    []*Proposal
	Slots        []*Slot
	Drafts       map[PartyID]Draft
	Meeting      *Meeting
	Postponement *Postponement          // asked for and not yet agreed
	Accepted     map[PartyID]Acceptance // SilenceProcedure: the parties whose silence counts
	Silence      *Silence               // running now
	Decision     *Decision              // ChairDecides: the last one
	RuleChange   *RuleChange            // proposed and not yet agreed
	Release      *Release               // what the public may be told
	Deliveries   []Delivery
	Objections   []Objection
	Conference   Conference // what the conference office has to know
	OpenedAt     time.Time

	Reminders    map[PartyID]Reminder // of parties that the clock has reminded
	Linked       []LinkedDate         // in the order in which they were set
	NoticeChange *NoticeChange        // asked for and not yet agreed
	PublicDrafts map[PartyID]PublicDraft

	Seals      map[PartyID]Seal // who has answered under seal
	RevealedAt time.Time        // when the sealed answers were opened, or compared; zero is not
	UnopenedAt time.Time        // when they were destroyed unopened; zero is not
	Outcome    *SealedOutcome   // of comparing them, under the rule that opens none

	vault  Vault // what is sealed; nil where nothing can be
	fault  error
	events []Event
}

// An Act is who does something, for which party, when, and on what evidence.
type Act struct {
	By       MemberID
	For      PartyID   // a party that By answers for; "" is By's own
	Evidence *Evidence // required when For is another party
	At       time.Time // instant, UTC, whole seconds
	// Own is what the actor's party has to be at elsewhere, when whoever calls
	// has looked; nil is not known. What cannot be kept beside it is refused
	// with clash_open, unless Override says that the party will do it all the
	// same. It is not read for what is reported of another party.
	Own      *Engagements
	Override bool
	Nonce    []byte // NonceSize random bytes made for this act; read where it seals something
	Sealed   bool   // By believes that answers go under seal: refused once they would not
}

// Open records the opening of a round. UID must be random and new.
func (r *Round) Open(by MemberID, now time.Time) error {
	m := r.Negotiation.Member(by)
	switch {
	case m == nil || !m.Rights.Has(RightConvene):
		return refuse(ErrForbidden, "convene_missing")
	case r.Negotiation.Status != Active:
		return refuse(ErrConflict, "negotiation_"+string(r.Negotiation.Status))
	case strings.TrimSpace(r.Name.Body) == "":
		return refuse(ErrInvalid, "round_nameless").at("round")
	case r.UID == "":
		return refuse(ErrInvalid, "uid_missing")
	case !r.Deadline.IsZero() && !r.Deadline.Instant().After(now):
		return refuse(ErrInvalid, "deadline_past").at("deadline")
	}
	r.Rule = r.Rule.plain()
	if err := r.Rule.check(r.Negotiation, Rule{}, now); err != nil {
		return err
	}
	r.Status, r.Convener, r.OpenedAt = Preparing, m.Party, now
	r.record(Event{Kind: RoundOpened, At: now, By: by, Party: m.Party, Scope: AllParties})
	return nil
}

// Slot is the slot with that label, or nil.
func (r *Round) Slot(label Label) *Slot {
	i := slices.IndexFunc(r.Slots, func(s *Slot) bool { return s.Label == label })
	if i < 0 {
		return nil
	}
	return r.Slots[i]
}

// Confirmed is the slot that stands confirmed, or nil.
func (r *Round) Confirmed() *Slot {
	i := slices.IndexFunc(r.Slots, func(s *Slot) bool { return s.Status == SlotConfirmed })
	if i < 0 {
		return nil
	}
	return r.Slots[i]
}

// Offered lists the slots on the table, in the order of the paper.
func (r *Round) Offered() []*Slot {
	return slices.DeleteFunc(slices.Clone(r.Slots), func(s *Slot) bool { return s.Status != Offered })
}

// HoldUID is the identity of a slot in calendar feeds. It is derived one way
// from the meeting's, so that neither tells the other.
func (r *Round) HoldUID(label Label) string { return derivedUID(r.UID, "hold", string(label)) }

// PublicUID is the identity of the meeting in public feeds, which cannot be
// joined with the parties' own.
func (r *Round) PublicUID() string { return derivedUID(r.UID, "public", "") }

// speaker is the party for which a speaks with the given right.
//
// Members speak for their own party. For another party they report, with
// evidence, as far as the round's rule allows; and a party that has spoken for
// itself in this round is not spoken for by the other side.
func (r *Round) speaker(a Act, need Rights) (PartyID, error) {
	m := r.Negotiation.Member(a.By)
	if m == nil {
		return "", refuse(ErrForbidden, "not_a_member")
	}
	party := a.For
	if party == "" {
		party = m.Party
	}
	p := r.Negotiation.Party(party)
	switch {
	case p == nil:
		return "", refuse(ErrForbidden, "no_party")
	case m.Party != "" && r.Negotiation.Party(m.Party).Role != RoleRequired:
		return "", refuse(ErrForbidden, "observers_follow")
	case party == m.Party && a.Evidence == nil:
		if !m.Rights.Has(need) {
			return "", refuse(ErrForbidden, need.String()+"_right_missing")
		}
		return party, r.mayAnswer(p)
	case !m.Rights.Has(RightConvene) && !m.Rights.Has(need):
		return "", refuse(ErrForbidden, "convene_missing")
	case r.Rule.Reporting == ReportNothing, need.Has(RightConsent) && r.Rule.Reporting != ReportConsents:
		return "", refuse(ErrForbidden, "reporting_not_allowed")
	case a.Evidence == nil:
		return "", refuse(ErrInvalid, "evidence_missing").at("form")
	case m.Party != "" && m.Party != party && r.spokeForItself(party):
		return "", refuse(ErrForbidden, "speaks_for_itself", "party", p.Name)
	}
	if err := a.Evidence.check(); err != nil {
		return "", err
	}
	a.Evidence.Note.Owner = m.Party
	return party, r.mayAnswer(p)
}

// mayAnswer refuses observers: they follow, and no count includes them.
func (r *Round) mayAnswer(p *Party) error {
	if p.Role != RoleRequired {
		return refuse(ErrForbidden, "observers_follow")
	}
	return nil
}

// spokeForItself reports whether a party has made an offer or answered in this
// round by a member of its own.
func (r *Round) spokeForItself(party PartyID) bool {
	if slices.ContainsFunc(r.Proposals, func(p *Proposal) bool { return p.By == party && p.Number > 0 }) {
		return true
	}
	if seal, ok := r.Seals[party]; ok && seal.Reported == nil {
		return true
	}
	for _, s := range r.Slots {
		if p, ok := s.Positions[party]; ok && p.Reported == nil && r.Negotiation.partyOf(p.By) == party && !p.Implied {
			return true
		}
		if c, ok := s.Consents[party]; ok && c.Reported == nil && c.Kind != Tacit {
			return true
		}
	}
	return false
}

// convener refuses a member without the right to convene, or of a party that
// observes, and gives the member.
func (r *Round) convener(by MemberID) (*Member, error) {
	m := r.Negotiation.Member(by)
	if m == nil || !m.Rights.Has(RightConvene) {
		return nil, refuse(ErrForbidden, "convene_missing")
	}
	if p := r.Negotiation.Party(m.Party); p != nil && p.Role != RoleRequired {
		return nil, refuse(ErrForbidden, "observers_follow")
	}
	return m, nil
}

// writable refuses changes when the negotiation is over.
func (r *Round) writable() error {
	if r.Negotiation.Status == Concluded {
		return refuse(ErrConflict, "negotiation_concluded")
	}
	return nil
}

// open reports whether slots are being agreed: on the table for the first
// time, or for a new date while the old one stays in force.
func (r *Round) open() bool {
	switch r.Status {
	case OnTheTable, AgreedAdReferendum, Stalled:
		return true
	case Confirmed:
		return r.Meeting.ChangePending
	case Preparing, Lapsed, Held, Cancelled:
	}
	return false
}

func (r *Round) closed() error {
	return refuse(ErrConflict, "round_"+string(r.Status))
}

// advance lets the clock act first: what has lapsed by now is gone before
// anybody's act is looked at. A silence that has ended is adopted as things
// stood at its end, however much later the clock is looked at.
func (r *Round) advance(now time.Time) {
	if s := r.Silence; s != nil && !now.Before(s.Ends.Instant()) {
		r.lapse(s.Ends.Instant().Add(-time.Second)) // what ended before it
		if r.Silence != nil {
			r.adopt()
		}
	}
	r.lapse(now)
}

// lapse ends what the clock has ended by now.
func (r *Round) lapse(now time.Time) {
	for _, s := range r.Slots {
		if s.Status == Offered && !now.Before(s.DecisionEnds(r.Negotiation.Parties)) {
			s.Status = Expired
			r.record(Event{Kind: SlotLapsed, At: now, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
		}
	}
	for _, p := range r.Proposals {
		if r.lapses(p) && !now.Before(p.ReplyBy.Instant()) {
			p.end(ProposalLapsed, now)
			r.record(Event{Kind: ProposalHasLapsed, At: now, Party: p.By, Proposal: p.Number, Scope: AllParties})
			r.retract(p.Number)
		}
	}
	r.unseal(now)
	r.lapseConsents(now)
	r.refer(now)
	if (r.Status == OnTheTable || r.Status == Stalled) && !r.Deadline.IsZero() && !now.Before(r.Deadline.Instant()) {
		r.Status = Lapsed
		for _, s := range r.Slots {
			if s.Status == Offered {
				s.Status = Withdrawn
			}
		}
		r.record(Event{Kind: RoundLapsed, At: now, Scope: AllParties})
	}
	if m := r.Meeting; m != nil && m.fades() && !now.Before(m.RevisedAt.Add(CancelledShown)) {
		m.Faded = true
		r.record(Event{Kind: MeetingFaded, At: now, Slot: m.Slot, SlotVersion: m.SlotVersion, Sequence: m.Sequence, Scope: AllParties})
	}
	r.settle(now)
	r.expireHolds(now)
}

// lapses reports whether the clock ends the proposal at its reply-by.
func (r *Round) lapses(p *Proposal) bool {
	return (p.Status == Delivered || p.Status == Declined) && p.LapsesAtReplyBy && !p.ReplyBy.IsZero() &&
		(r.Status == OnTheTable || r.Status == AgreedAdReferendum || r.Status == Stalled || r.Status == Confirmed)
}

// settle follows from what is left on the table: a round without a slot that
// can be agreed under its rule is stalled, and one that has such a slot again
// is not.
func (r *Round) settle(now time.Time) {
	r.hush(now)
	r.settleSeals(now)
	r.refer(now)
	offered := r.Offered()
	alive := slices.ContainsFunc(offered, r.mayStillAgree)
	switch {
	case r.Status == OnTheTable && !alive && !(r.Postponed && len(offered) == 0):
		r.Status = Stalled
		r.record(Event{Kind: RoundStalled, At: now, Scope: AllParties})
	case r.Status == Stalled && alive:
		r.Status = OnTheTable
		r.record(Event{Kind: RoundRevived, At: now, Scope: AllParties})
	case r.Status == Confirmed && r.Meeting.ChangePending && len(offered) == 0:
		r.Meeting.ChangePending = false
		r.record(Event{Kind: ChangeDropped, At: now, Slot: r.Meeting.Slot, Scope: AllParties})
	}
}

// Tick lets the clock act and nobody else: lapses are recorded at now, and a
// worker calls it when NextDue has come. It reports whether anything changed.
func (r *Round) Tick(now time.Time) bool {
	if r.Negotiation.Status == Concluded {
		return false
	}
	before := len(r.events)
	r.advance(now)
	r.remind(now)
	return len(r.events) != before
}

// NextDue is the next instant at which the clock alone changes something, and
// the zero time when it never does.
func (r *Round) NextDue() time.Time {
	var next time.Time
	at := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	if r.Negotiation.Status == Concluded {
		return next
	}
	for _, s := range r.Offered() {
		at(s.DecisionEnds(r.Negotiation.Parties))
	}
	for _, s := range r.Slots {
		if h := s.Standing(); h != nil && h.Status == HoldPlaced {
			at(h.Until)
		}
	}
	for _, p := range r.Proposals {
		if r.lapses(p) {
			at(p.ReplyBy.Instant())
		}
	}
	if (r.Status == OnTheTable || r.Status == Stalled) && !r.Deadline.IsZero() {
		at(r.Deadline.Instant())
	}
	for _, t := range slices.Concat(r.consentsEnd(), r.remindersDue()) {
		at(t)
	}
	if s := r.Silence; s != nil {
		at(s.Ends.Instant())
	}
	if m := r.Meeting; m != nil && m.fades() {
		at(m.RevisedAt.Add(CancelledShown))
	}
	if r.Sealing() && !r.Rule.Reveal.IsZero() && !r.over() {
		at(r.Rule.Reveal.Instant())
	}
	return next
}

// Cancel ends the round for a reason. Invitees are told once, and the meeting
// stays in feeds as cancelled for CancelledShown.
func (r *Round) Cancel(a Act, reason Text) error {
	m, err := r.convener(a.By)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	switch {
	case m.Party != r.Convener && m.Party != "":
		return refuse(ErrForbidden, "not_the_convener")
	case !r.Status.MayBecome(Cancelled):
		return r.closed()
	}
	for _, s := range r.Slots {
		switch s.Status {
		case Offered:
			s.Status = Released
		case SlotConfirmed:
			s.Status = Vacated
		case Expired, Withdrawn, Released, Vacated:
		}
	}
	r.Status, r.Postponement, r.Release, r.RuleChange = Cancelled, nil, nil, nil
	r.settleSeals(a.At)
	reason.Owner = m.Party
	e := Event{Kind: RoundCancelled, At: a.At, By: a.By, Party: m.Party, Text: reason, Scope: AllParties}
	if r.Meeting != nil {
		r.Meeting.cancel(a.At)
		e.Slot, e.SlotVersion, e.Sequence, e.Invited = r.Meeting.Slot, r.Meeting.SlotVersion, r.Meeting.Sequence, r.Meeting.dismiss()
	}
	r.record(e)
	r.hush(a.At)
	return nil
}

func (r *Round) record(e Event) { r.events = append(r.events, e) }

// TakeEvents hands over what happened since the last call, with what followed
// from it: slots that left the table let their rooms go.
func (r *Round) TakeEvents() []Event {
	r.dropHolds()
	es := r.events
	r.events = nil
	return es
}
