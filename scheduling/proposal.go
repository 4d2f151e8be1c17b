package scheduling

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

// ProposalStatus is where a proposal stands. Stored and sent as its text.
type ProposalStatus string

// The statuses of a proposal.
const (
	DraftProposal     ProposalStatus = "draft" // seen by its own party alone
	Delivered         ProposalStatus = "delivered"
	Superseded        ProposalStatus = "superseded" // a later version was delivered
	ProposalWithdrawn ProposalStatus = "withdrawn"
	ProposalLapsed    ProposalStatus = "lapsed"
	Accepted          ProposalStatus = "accepted" // one of its slots was confirmed
	Declined          ProposalStatus = "declined" // another required party ruled out all of it
)

// proposalMoves is the state table of one version of a proposal.
var proposalMoves = map[ProposalStatus][]ProposalStatus{
	DraftProposal:     {Delivered},
	Delivered:         {Superseded, ProposalWithdrawn, ProposalLapsed, Accepted, Declined},
	Superseded:        nil,
	ProposalWithdrawn: nil,
	ProposalLapsed:    nil,
	Accepted:          nil,
	Declined:          {Superseded, ProposalWithdrawn},
}

// MayBecome reports whether a proposal may move from s to next.
func (s ProposalStatus) MayBecome(next ProposalStatus) bool {
	return slices.Contains(proposalMoves[s], next)
}

// A Deadline is the end of a local date, or a wall time on it, in a named
// zone. It is the instant from which one is late: "until 9 November" ends at
// 00:00 on the 10th.
type Deadline struct {
	Date civil.Date
	At   civil.TimeOfDay // civil.EndOfDay for the whole day
	Zone civil.Zone
	City string // whose clock is meant, in words
}

// IsZero reports whether d is no deadline.
func (d Deadline) IsZero() bool { return d.Date.IsZero() }

// Instant is the first instant that is too late, in UTC. Where the wall time
// does not exist, the clocks' change is meant; where it occurs twice, the second.
func (d Deadline) Instant() time.Time {
	at, err := civil.Instant(d.Date, d.At, d.Zone, civil.Second)
	if err != nil {
		// A skipped wall time: time.Date moves it past the gap.
		at = time.Date(d.Date.Year, d.Date.Month, d.Date.Day, 0, int(d.At), 0, 0, d.Zone.Location())
	}
	return at.UTC()
}

// A Contact is the person who receives the answer and makes arrangements.
type Contact struct {
	Name, Phone, Email string
}

// A Paper is the delivered copy of a proposal: what the other side was handed,
// frozen. It is never changed afterwards.
type Paper struct {
	Language string
	Text     string // plain text, ready for a cable or a mail
	Document string // the same in parts, for print; JSON of the package that wrote it
	Digest   string // SHA-256 of Text in hexadecimal
}

// Content is what the author of a proposal writes.
type Content struct {
	Terms           Terms
	ReplyBy         Deadline
	LapsesAtReplyBy bool // otherwise the reply-by is a reminder only
	Contact         Contact
	Agenda          Text
	NotOnAgenda     Text // what is expressly not on it
	References      Text // earlier rounds and agreements
	Papers          Text // what each side is asked to bring
	Distribution    Text
	Note            Text // internal: why the offer is as it is
}

// A Proposal is one version of an offer by a party. Number and Version are 0
// while it is a draft, so that nobody can count drafts.
type Proposal struct {
	Content
	Number      int // in the round, from 1
	Version     int // from 1; amending makes the next
	By          PartyID
	Status      ProposalStatus
	AuthoredBy  MemberID
	DeliveredAt time.Time
	Paper       *Paper
}

// Proposal is the newest version of the numbered proposal, or nil.
func (r *Round) Proposal(number int) *Proposal {
	var newest *Proposal
	for _, p := range r.Proposals {
		if p.Number == number && number > 0 && (newest == nil || p.Version > newest.Version) {
			newest = p
		}
	}
	return newest
}

// DraftBy is the draft of a party, or nil.
func (r *Round) DraftBy(party PartyID) *Proposal {
	i := slices.IndexFunc(r.Proposals, func(p *Proposal) bool { return p.Status == DraftProposal && p.By == party })
	if i < 0 {
		return nil
	}
	return r.Proposals[i]
}

// NextProposal is the number that the next delivered proposal gets.
func (r *Round) NextProposal() int {
	n := 0
	for _, p := range r.Proposals {
		n = max(n, p.Number)
	}
	return n + 1
}

// Draft keeps an unfinished offer of the actor's party, in place of the one it
// had. It may be incomplete; Deliver checks it.
func (r *Round) Draft(a Act, c Content) error {
	m, err := r.convener(a.By)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	if r.Status == Held || r.Status == Cancelled || r.Status == Lapsed {
		return r.closed()
	}
	r.Discard(a)
	r.Proposals = append(r.Proposals, &Proposal{
		Content: c.ownedBy(m.Party), By: m.Party, Status: DraftProposal, AuthoredBy: a.By,
	})
	r.record(Event{Kind: ProposalDrafted, At: a.At, By: a.By, Party: m.Party, Scope: OwnParty})
	return nil
}

// Discard drops the draft of the actor's party, if there is one.
func (r *Round) Discard(a Act) {
	party := r.Negotiation.partyOf(a.By)
	r.Proposals = slices.DeleteFunc(r.Proposals, func(p *Proposal) bool {
		return p.Status == DraftProposal && p.By == party
	})
}

func (c Content) ownedBy(party PartyID) Content {
	for _, t := range []*Text{&c.Agenda, &c.NotOnAgenda, &c.References, &c.Papers, &c.Distribution, &c.Note} {
		t.Owner = party
	}
	return c
}

// Candidates are the slots that c would put on the table at now, and the
// reasons for which its author gets none or fewer than expected. Slots whose
// decide-by has passed are left out with a problem.
func (r *Round) Candidates(c Content, now time.Time) ([]Candidate, []Problem) {
	candidates, problems := c.Terms.Candidates()
	kept := candidates[:0:0]
	for _, cand := range candidates {
		s := Slot{Candidate: cand, NoticeDays: c.Terms.NoticeDays}
		if !now.Before(s.DecisionEnds(r.Negotiation.Parties)) {
			problems = append(problems, Problem{
				Code: "decide_by_passed", Option: cand.Option, Venue: cand.Venue.Name,
				Params: map[string]string{
					"date": cand.Days[0].String(), "decide_by": s.DecideBy(r.Negotiation.Parties).String(),
				},
			})
			continue
		}
		kept = append(kept, cand)
	}
	return kept, problems
}

// Deliver puts an offer of the actor's party on the table: its slots are
// offered, and the order of its options becomes the party's own positions.
// The paper is the copy that the other side gets, made from the same content.
//
// While the round has a confirmed date the offer is for a new one, and the old
// date stays in force until that is agreed.
//
// ErrInvalid when no slot comes of it (no_slots), without a point of contact,
// or with a reply-by that has passed.
func (r *Round) Deliver(a Act, c Content, paper Paper) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	candidates, err := r.deliverable(c, paper, a.At)
	if err != nil {
		return err
	}
	r.Discard(a)
	p := &Proposal{
		Content: c.ownedBy(m.Party), Number: r.NextProposal(), Version: 1, By: m.Party,
		Status: Delivered, AuthoredBy: a.By, DeliveredAt: a.At, Paper: &paper,
	}
	r.Proposals = append(r.Proposals, p)
	switch r.Status {
	case Preparing:
		r.Status = OnTheTable
	case Confirmed:
		r.pend(a, m.Party)
	case OnTheTable, Stalled, Lapsed, Held, Cancelled:
	}
	for _, cand := range candidates {
		r.offer(a, p, cand)
	}
	r.order()
	r.record(Event{Kind: ProposalDelivered, At: a.At, By: a.By, Party: m.Party, Proposal: p.Number, Version: p.Version, Digest: paper.Digest, Scope: AllParties})
	r.settle(a.At)
	return nil
}

// Amend replaces a delivered proposal of the actor's party by a new version.
// Only slots whose terms change get a new version of their own; the others
// keep positions and consents. Slots that it no longer offers leave the table,
// unless another proposal offers them.
func (r *Round) Amend(a Act, number int, c Content, paper Paper) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	old, err := r.standing(number, m.Party)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(r.Slots, func(s *Slot) bool { return s.Status == SlotConfirmed && s.offeredBy(number) }) {
		return refuse(ErrConflict, "proposal_accepted")
	}
	candidates, err := r.deliverable(c, paper, a.At)
	if err != nil {
		return err
	}
	old.Status = Superseded
	p := &Proposal{
		Content: c.ownedBy(m.Party), Number: number, Version: old.Version + 1, By: m.Party,
		Status: Delivered, AuthoredBy: a.By, DeliveredAt: a.At, Paper: &paper,
	}
	r.Proposals = append(r.Proposals, p)
	var before []*Slot // what the old version offered and is not yet matched by the new one
	for _, s := range r.Slots {
		if s.offeredBy(number) {
			before = append(before, s)
			s.Offers = slices.DeleteFunc(s.Offers, func(o Source) bool { return o.Proposal == number })
		}
	}
	take := func(match func(*Slot) bool) *Slot {
		i := slices.IndexFunc(before, match)
		if i < 0 {
			return nil
		}
		s := before[i]
		before = slices.Delete(before, i, i+1)
		return s
	}
	var changed []Candidate
	for _, cand := range candidates {
		s := take(func(s *Slot) bool {
			return s.Candidate.Same(cand) && s.Format == cand.Format && s.Venue.Place == cand.Venue.Place
		})
		if s == nil {
			changed = append(changed, cand)
			continue
		}
		r.offer(a, p, cand)
	}
	for _, cand := range changed {
		s := take(func(s *Slot) bool {
			return len(s.Offers) == 0 && s.Venue.Name == cand.Venue.Name && slices.Equal(s.Days, cand.Days)
		})
		if s == nil {
			r.offer(a, p, cand)
			continue
		}
		r.alter(a, s, cand)
		s.Offers = append(s.Offers, Source{Proposal: number, Option: cand.Option})
	}
	r.sweep()
	r.order()
	r.record(Event{Kind: ProposalAmended, At: a.At, By: a.By, Party: m.Party, Proposal: number, Version: p.Version, Digest: paper.Digest, Scope: AllParties})
	r.settle(a.At)
	return nil
}

// Withdraw takes a proposal of the actor's party back, from the moment it is
// recorded. Slots that nobody else offers leave the table.
func (r *Round) Withdraw(a Act, number int) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	p, err := r.standing(number, m.Party)
	if err != nil {
		return err
	}
	if s := r.Confirmed(); s != nil && s.offeredBy(number) {
		return refuse(ErrConflict, "proposal_accepted")
	}
	p.Status = ProposalWithdrawn
	r.record(Event{Kind: ProposalHasWithdrawn, At: a.At, By: a.By, Party: m.Party, Proposal: number, Version: p.Version, Scope: AllParties})
	r.retract(number)
	r.sweep()
	r.settle(a.At)
	return nil
}

// Decline rules out every slot of another party's proposal at once, with a
// reason if its author likes.
func (r *Round) Decline(a Act, number int, reason Text) error {
	party, err := r.speaker(a, RightAnswer)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	p := r.Proposal(number)
	switch {
	case p == nil:
		return refuse(ErrNotFound, "proposal_unknown")
	case p.Status != Delivered:
		return refuse(ErrConflict, "proposal_"+string(p.Status))
	case p.By == party:
		return refuse(ErrConflict, "own_proposal")
	case !r.open():
		return r.closed()
	}
	for _, s := range r.Slots {
		if s.Status == Offered && s.offeredBy(number) {
			r.answer(a, party, Answer{Slot: s.Label, SlotVersion: s.Version, Level: LevelNotPossible, Reason: reason})
		}
	}
	p.Status = Declined
	reason.Owner = party
	r.record(Event{Kind: ProposalDeclined, At: a.At, By: a.By, Party: party, Proposal: number, Version: p.Version, Text: reason, Evidence: a.Evidence, Scope: AllParties})
	r.settle(a.At)
	return nil
}

// deliverer is the convening member who may put offers on this table now.
func (r *Round) deliverer(a Act) (*Member, error) {
	m, err := r.convener(a.By)
	if err != nil {
		return nil, err
	}
	if p := r.Negotiation.Party(m.Party); p != nil && p.Role != RoleRequired {
		return nil, refuse(ErrForbidden, "observers_follow")
	}
	r.advance(a.At)
	switch {
	case r.Negotiation.Status != Active:
		return nil, refuse(ErrConflict, "negotiation_"+string(r.Negotiation.Status))
	case r.Status == Lapsed || r.Status == Held || r.Status == Cancelled:
		return nil, r.closed()
	}
	return m, nil
}

// deliverable is what the content puts on the table, or why it cannot.
func (r *Round) deliverable(c Content, paper Paper, now time.Time) ([]Candidate, error) {
	switch {
	case strings.TrimSpace(c.Contact.Name) == "":
		return nil, refuse(ErrInvalid, "contact_missing").at("contact")
	case !c.ReplyBy.IsZero() && !c.ReplyBy.Instant().After(now):
		return nil, refuse(ErrInvalid, "reply_by_past").at("reply_by")
	case c.LapsesAtReplyBy && c.ReplyBy.IsZero():
		return nil, refuse(ErrInvalid, "reply_by_missing").at("reply_by")
	case paper.Text == "" || paper.Digest == "":
		return nil, refuse(ErrInvalid, "paper_missing")
	}
	candidates, _ := r.Candidates(c, now)
	switch {
	case len(candidates) == 0:
		return nil, refuse(ErrInvalid, "no_slots").at("options")
	case len(candidates) > MaxSlots || len(r.Slots)+len(candidates) > 4*MaxSlots:
		return nil, refuse(ErrInvalid, "too_many_slots").at("options")
	}
	return candidates, nil
}

// MaxSlots is the number of slots that one proposal may put on the table.
const MaxSlots = 120

// standing is the newest version of a proposal that its party may still amend
// or withdraw.
func (r *Round) standing(number int, party PartyID) (*Proposal, error) {
	p := r.Proposal(number)
	switch {
	case p == nil:
		return nil, refuse(ErrNotFound, "proposal_unknown")
	case p.By != party:
		return nil, refuse(ErrForbidden, "not_your_proposal")
	case p.Status != Delivered && p.Status != Declined:
		return nil, refuse(ErrConflict, "proposal_"+string(p.Status))
	}
	return p, nil
}

// offer puts one candidate on the table: as a new slot, as a further source of
// a slot that is there, or as a new version of one that had left.
func (r *Round) offer(a Act, p *Proposal, cand Candidate) {
	sources := make([]Source, 0, len(cand.Sources))
	for _, option := range cand.Sources {
		sources = append(sources, Source{Proposal: p.Number, Option: option})
	}
	i := slices.IndexFunc(r.Slots, func(s *Slot) bool { return s.Candidate.Same(cand) && s.Format == cand.Format })
	if i < 0 {
		s := &Slot{
			Candidate: cand, Label: r.nextLabel(cand.Venue.Name), Version: 1, Status: Offered,
			NoticeDays: p.Terms.NoticeDays, Offers: sources,
			Positions: map[PartyID]Position{}, Consents: map[PartyID]Consent{}, RevisedAt: a.At,
		}
		r.Slots = append(r.Slots, s)
		r.imply(a, p.By, s)
		return
	}
	s := r.Slots[i]
	s.Offers = append(s.Offers, sources...)
	switch s.Status {
	case SlotConfirmed:
		return
	case Offered:
		s.NoticeDays = max(s.NoticeDays, p.Terms.NoticeDays)
	case Expired, Withdrawn, Released, Vacated:
		s.NoticeDays = p.Terms.NoticeDays
		s.Offers = sources
		s.renew(a.At)
	}
	r.imply(a, p.By, s)
}

// imply states the position that a party's own offer implies, unless it has
// stated one of its own.
func (r *Round) imply(a Act, party PartyID, s *Slot) {
	if _, stated := s.Position(party); stated || party == "" {
		return
	}
	level := LevelAvailable
	if s.Order == OrderPreferred {
		level = LevelPreferred
	}
	s.Positions[party] = Position{
		Level: level, SlotVersion: s.Version, By: a.By, At: a.At, Implied: true, Reason: Text{Owner: party},
	}
}

// alter gives a slot new terms under its old label. That is a material change:
// the version rises, and with it every position goes stale and every consent
// is void.
func (r *Round) alter(a Act, s *Slot, cand Candidate) {
	s.Candidate = cand
	s.renew(a.At)
	r.imply(a, r.Negotiation.partyOf(a.By), s)
	r.record(Event{Kind: SlotChanged, At: a.At, By: a.By, Party: r.Negotiation.partyOf(a.By), Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
}

// retract takes the slots of a proposal off the table unless another offers them.
func (r *Round) retract(number int) {
	for _, s := range r.Slots {
		s.Offers = slices.DeleteFunc(s.Offers, func(o Source) bool { return o.Proposal == number })
	}
	r.sweep()
}

// sweep withdraws what is on the table and offered by nobody.
func (r *Round) sweep() {
	for _, s := range r.Slots {
		if s.Status == Offered && len(s.Offers) == 0 {
			s.Status = Withdrawn
		}
	}
}

// orders lists the orders of options, first to last.
var orders = []Order{OrderPreferred, OrderAlternative}

// nextLabel is a label that no slot of the round has or had.
func (r *Round) nextLabel(venue string) Label {
	var labels Labels
	for _, s := range r.Slots {
		labels.Use(s.Label, s.Venue.Name)
	}
	return labels.Next(venue)
}

// order keeps slots as the paper lists them: by proposal, then its options'
// order, then start, end and venue.
func (r *Round) order() {
	slices.SortStableFunc(r.Slots, func(a, b *Slot) int {
		return cmp.Or(
			cmp.Compare(slices.Index(orders, a.Order), slices.Index(orders, b.Order)),
			a.Start().Compare(b.Start()),
			a.End().Compare(b.End()),
			cmp.Compare(a.Venue.Name, b.Venue.Name),
			cmp.Compare(a.Label, b.Label),
		)
	})
}

// SlotTerms are what the party that offers a slot may change about it.
type SlotTerms struct {
	Hours  civil.Span
	Place  string
	Format Format
	Room   string
}

// ChangeSlot changes one slot that the actor's party offers. New hours, another
// place or format make a new version, which voids what was said of the old; a
// new room within the venue does not.
func (r *Round) ChangeSlot(a Act, label Label, version int, t SlotTerms) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	s := r.Slot(label)
	switch {
	case s == nil:
		return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	case !slices.ContainsFunc(s.Offers, func(o Source) bool { return r.Proposal(o.Proposal).By == m.Party }):
		return refuse(ErrForbidden, "not_your_slot", "slot", string(label))
	case !t.Hours.Valid():
		return refuse(ErrInvalid, "hours_invalid").at("hours")
	}
	if err := r.agreeable(s, version); err != nil {
		return err
	}
	next := s.Candidate
	next.Venue.Place, next.Format, next.Hours = t.Place, t.Format, t.Hours
	for _, d := range next.Days {
		for _, t := range []civil.TimeOfDay{next.Hours.From, next.Hours.To} {
			if _, err := civil.Instant(d, t, next.Venue.Zone, next.Which); err != nil {
				return refuse(ErrInvalid, "hours_do_not_exist", "date", d.String(), "time", t.String()).at("hours")
			}
		}
	}
	if slices.ContainsFunc(r.Slots, func(o *Slot) bool { return o != s && o.Candidate.Same(next) && o.Format == next.Format }) {
		return refuse(ErrConflict, "slot_twice").at("hours")
	}
	if t.Room != s.Room {
		s.Room, s.RevisedAt = t.Room, a.At
		r.record(Event{Kind: RoomChanged, At: a.At, By: a.By, Party: m.Party, Slot: label, SlotVersion: s.Version, Scope: AllParties})
	}
	if next.Hours != s.Hours || next.Venue.Place != s.Venue.Place || next.Format != s.Format {
		r.alter(a, s, next)
		r.order()
		r.settle(a.At)
	}
	return nil
}

// Reoffer puts slots that had left the table back on it, as new versions. With
// a confirmed date in force it opens a change of date.
func (r *Round) Reoffer(a Act, labels []Label) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	if r.Status == Preparing || len(labels) == 0 {
		return refuse(ErrInvalid, "slots_missing").at("slots")
	}
	now := a.At
	for _, label := range labels {
		s := r.Slot(label)
		switch {
		case s == nil:
			return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
		case !s.Status.MayBecome(Offered):
			return refuse(ErrConflict, "slot_on_the_table", "slot", string(label)).at("slots")
		case !now.Before(s.DecisionEnds(r.Negotiation.Parties)):
			return refuse(ErrConflict, "slot_expired", "slot", string(label), "date", s.DecideBy(r.Negotiation.Parties).String()).at("slots")
		}
	}
	if r.Status == Confirmed {
		r.pend(a, m.Party)
	}
	for _, label := range labels {
		s := r.Slot(label)
		s.renew(a.At)
		if len(s.Offers) == 0 {
			s.Offers = []Source{{Proposal: 0}}
		}
		r.imply(a, m.Party, s)
		r.record(Event{Kind: SlotReoffered, At: now, By: a.By, Party: m.Party, Slot: label, SlotVersion: s.Version, Scope: AllParties})
	}
	r.settle(now)
	return nil
}
