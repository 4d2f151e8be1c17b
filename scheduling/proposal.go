package scheduling

import (
	"cmp"
	"slices"
	"strconv"
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

// proposalMoves is the state table of one version of a proposal. One that was
// declined is as good as delivered: who declined it may think again.
var proposalMoves = map[ProposalStatus][]ProposalStatus{
	DraftProposal:     {Delivered},
	Delivered:         {Superseded, ProposalWithdrawn, ProposalLapsed, Accepted, Declined},
	Superseded:        nil,
	ProposalWithdrawn: nil,
	ProposalLapsed:    nil,
	Accepted:          nil,
	Declined:          {Delivered, Superseded, ProposalWithdrawn, ProposalLapsed, Accepted},
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
	Answers         int  // number of the proposal of another party that it counters; 0 is none
	// Firm gives the author's consent in advance to every slot of the offer,
	// until FirmUntil. Otherwise the offer is indicative: its author has still to
	// consent to what the others choose.
	Firm         bool
	FirmUntil    Deadline
	Contact      Contact
	Agenda       Text
	NotOnAgenda  Text // what is expressly not on it
	References   Text // earlier rounds and agreements
	Papers       Text // what each side is asked to bring
	Distribution Text
	Note         Text // internal: why the offer is as it is
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
	EndedAt     time.Time // when its status became one from which it does not stand any more; zero while it does
	Paper       *Paper

	// Of a draft alone.
	Amends    int       // number of the proposal that it would replace; 0 makes a new one
	Waiting   bool      // written to the end, and waiting for a second person to send it
	DraftedAt time.Time // when it was written as it is
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

// end records that a proposal has got a status in which it is off the table,
// or settled.
func (p *Proposal) end(s ProposalStatus, at time.Time) { p.Status, p.EndedAt = s, at }

// stands reports whether a proposal is on the table: delivered, whoever may
// have declined it since.
func (p *Proposal) stands() bool { return p.Status == Delivered || p.Status == Declined }

// Answerable lists the proposals that the party may counter: those of others
// that are on the table, by number.
func (r *Round) Answerable(party PartyID) []*Proposal {
	var found []*Proposal
	for _, p := range r.Proposals {
		if p.stands() && p.By != party && p.Number > 0 {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b *Proposal) int { return cmp.Compare(a.Number, b.Number) })
	return found
}

// answerable refuses an offer that counters what is not on the table, or an
// offer of its author's own. What an amendment takes over stays as it was.
func (r *Round) answerable(party PartyID, c Content, before *Proposal) error {
	if c.Answers == 0 || before != nil && before.Answers == c.Answers {
		return nil
	}
	p := r.Proposal(c.Answers)
	switch {
	case p == nil:
		return refuse(ErrNotFound, "proposal_unknown").at("answers")
	case p.By == party:
		return refuse(ErrConflict, "own_proposal_countered", "n", strconv.Itoa(c.Answers)).at("answers")
	case !p.stands():
		return refuse(ErrConflict, "countered_off_table", "n", strconv.Itoa(c.Answers)).at("answers")
	}
	return nil
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
	r.discard(m.Party)
	r.Proposals = append(r.Proposals, &Proposal{
		Content: c.ownedBy(m.Party), By: m.Party, Status: DraftProposal, AuthoredBy: a.By, DraftedAt: a.At,
	})
	r.record(Event{Kind: ProposalDrafted, At: a.At, By: a.By, Party: m.Party, Scope: OwnParty})
	return nil
}

// Discard drops the draft of the actor's party, if there is one and the actor
// may convene.
func (r *Round) Discard(a Act) {
	if m, err := r.convener(a.By); err == nil {
		r.discard(m.Party)
	}
}

func (r *Round) discard(party PartyID) {
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
	if err := r.answerable(m.Party, c, nil); err != nil {
		return err
	}
	if err := r.firmable(m, c, a.At); err != nil {
		return err
	}
	r.discard(m.Party)
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
	case OnTheTable, AgreedAdReferendum, Stalled, Lapsed, Held, Cancelled:
	}
	for _, cand := range candidates {
		r.offer(a, p, cand)
	}
	r.order()
	if err := r.heed(a, m.Party, r.offeredIn(p.Number)...); err != nil {
		return err
	}
	r.record(Event{Kind: ProposalDelivered, At: a.At, By: a.By, Party: m.Party, Proposal: p.Number, Version: p.Version, Digest: paper.Digest, Scope: AllParties})
	r.tellFirm(a, p)
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
	candidates, err := r.deliverable(c, paper, a.At)
	if err != nil {
		return err
	}
	if err := r.answerable(m.Party, c, old); err != nil {
		return err
	}
	if err := r.firmable(m, c, a.At); err != nil {
		return err
	}
	old.end(Superseded, a.At)
	p := &Proposal{
		Content: c.ownedBy(m.Party), Number: number, Version: old.Version + 1, By: m.Party,
		Status: Delivered, AuthoredBy: a.By, DeliveredAt: a.At, Paper: &paper,
	}
	r.Proposals = append(r.Proposals, p)
	if r.Status == Confirmed {
		r.pend(a, m.Party)
	}
	r.replace(a, p, candidates)
	r.order()
	if err := r.heed(a, m.Party, r.offeredIn(number)...); err != nil {
		return err
	}
	r.record(Event{Kind: ProposalAmended, At: a.At, By: a.By, Party: m.Party, Proposal: number, Version: p.Version, Digest: paper.Digest, Scope: AllParties})
	r.tellFirm(a, p)
	r.loosen()
	r.settle(a.At)
	return nil
}

// offeredIn lists the slots on the table that stand in the numbered proposal.
func (r *Round) offeredIn(number int) []*Slot {
	return slices.DeleteFunc(r.Offered(), func(s *Slot) bool { return !s.offeredBy(number) })
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
	p.end(ProposalWithdrawn, a.At)
	r.record(Event{Kind: ProposalHasWithdrawn, At: a.At, By: a.By, Party: m.Party, Proposal: number, Version: p.Version, Scope: AllParties})
	r.retract(number)
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
	case tooLong(reason, MaxNote):
		return refuse(ErrInvalid, "reason_too_long").at("reason")
	case r.Sealing(), r.Rule.Kind == SealedMinimal:
		return refuse(ErrConflict, "sealed_decline")
	}
	if err := r.sealable(a, party); err != nil {
		return err
	}
	for _, s := range r.Slots {
		if s.Status == Offered && s.offeredBy(number) {
			if err := r.sealedLate(party, Answer{Slot: s.Label, Level: LevelNotPossible}); err != nil {
				return err
			}
		}
	}
	for _, s := range r.Slots {
		if s.Status == Offered && s.offeredBy(number) {
			r.answer(a, party, Answer{Slot: s.Label, SlotVersion: s.Version, Level: LevelNotPossible, Reason: reason})
		}
	}
	p.end(Declined, a.At)
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
	if s := r.Confirmed(); s != nil { // the date in force is no news
		candidates = slices.DeleteFunc(candidates, s.is)
	}
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
	case !p.stands():
		return nil, refuse(ErrConflict, "proposal_"+string(p.Status))
	}
	return p, nil
}
