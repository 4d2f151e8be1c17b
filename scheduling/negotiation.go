package scheduling

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NegotiationID names a negotiation. It is random and says nothing.
type NegotiationID string

// NegotiationStatus is where a negotiation stands.
type NegotiationStatus string

// The statuses of a negotiation.
const (
	Active    NegotiationStatus = "active"
	Suspended NegotiationStatus = "suspended" // no new confirmations; meetings stay
	Concluded NegotiationStatus = "concluded" // over: nothing changes any more
)

// negotiationMoves is the state table of a negotiation.
var negotiationMoves = map[NegotiationStatus][]NegotiationStatus{
	Active:    {Suspended, Concluded},
	Suspended: {Active, Concluded},
	Concluded: nil,
}

// MayBecome reports whether talks may move from s to next.
func (s NegotiationStatus) MayBecome(next NegotiationStatus) bool {
	return slices.Contains(negotiationMoves[s], next)
}

// A Negotiation is a continuing matter between two or more parties. It holds
// what its rounds share. A round's own changes are made on the Round.
type Negotiation struct {
	ID        NegotiationID
	Version   int // of the stored aggregate, for optimistic locking
	Revision  int // rises with every change that others than one party can see, in the negotiation or its rounds
	Status    NegotiationStatus
	Title     Text
	Reference string // heads papers: "PST/3"; may be empty
	Parties   []Party
	Members   []Member
	CreatedAt time.Time
	// SuspendedAt is when the talks were last suspended, resumed since or not;
	// zero is never.
	SuspendedAt time.Time
	Head        Head // of the shared record as it was stored last; the store alone sets it

	events []Event
}

// Limits on what one negotiation holds.
const (
	MaxParties = 60
	MaxMembers = 600
	MaxName    = 120 // runes in a name or title
	MaxText    = 4000
	MaxNote    = 300 // runes in a reason or condition
)

// Check refuses a negotiation that cannot be opened: fewer than two required
// parties, a nameless or doubled party, or a member of no known party.
func (n *Negotiation) Check() error {
	if strings.TrimSpace(n.Title.Body) == "" {
		return refuse(ErrInvalid, "title_missing").at("title")
	}
	if len(n.Parties) > MaxParties {
		return refuse(ErrInvalid, "too_many_parties").at("parties")
	}
	required := 0
	seen := map[string]bool{}
	for _, p := range n.Parties {
		name := strings.ToLower(p.Name)
		switch {
		case strings.TrimSpace(p.Name) == "":
			return refuse(ErrInvalid, "party_nameless").at("parties")
		case seen[name] || seen[string(p.ID)] || p.ID == "":
			return refuse(ErrInvalid, "party_twice", "party", p.Name).at("parties")
		}
		seen[name], seen[string(p.ID)] = true, true
		if p.Role == RoleRequired {
			required++
		}
	}
	if required < 2 {
		return refuse(ErrInvalid, "too_few_parties").at("parties")
	}
	for _, m := range n.Members {
		if m.Party != "" && n.Party(m.Party) == nil {
			return refuse(ErrInvalid, "party_unknown").at("members")
		}
		if err := n.checkRights(m.Party, m.Rights); err != nil {
			return err
		}
	}
	return nil
}

// Open records the opening of the talks. The store keeps what Check accepts.
func (n *Negotiation) Open(by MemberID, now time.Time) error {
	if err := n.Check(); err != nil {
		return err
	}
	n.Status, n.CreatedAt = Active, now
	n.record(Event{Kind: NegotiationOpened, At: now, By: by, Party: n.partyOf(by), Scope: AllParties})
	for _, m := range n.Members {
		n.announce(by, m, 0, m.Rights, now)
	}
	return nil
}

// Party is the party with that id, or nil.
func (n *Negotiation) Party(id PartyID) *Party {
	i := slices.IndexFunc(n.Parties, func(p Party) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &n.Parties[i]
}

// Member is the member with that id who has not been removed, or nil.
func (n *Negotiation) Member(id MemberID) *Member {
	i := slices.IndexFunc(n.Members, func(m Member) bool { return m.ID == id && !m.Removed })
	if i < 0 {
		return nil
	}
	return &n.Members[i]
}

// MemberOf is the member through whom an account takes part, or nil.
func (n *Negotiation) MemberOf(id AccountID) *Member {
	i := slices.IndexFunc(n.Members, func(m Member) bool { return m.Account == id && id != "" && !m.Removed })
	if i < 0 {
		return nil
	}
	return &n.Members[i]
}

// Required lists the parties whose consent a round needs, in protocol order.
func (n *Negotiation) Required() []PartyID {
	var ids []PartyID
	for _, p := range n.Parties {
		if p.Role == RoleRequired {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// partyOf is the party of a member, removed or not.
func (n *Negotiation) partyOf(id MemberID) PartyID {
	for _, m := range n.Members {
		if m.ID == id {
			return m.Party
		}
	}
	return ""
}

// MayManage refuses a member who may not change the members of a party. That
// is for its own conveners and for neutral conveners; and for any convener of a
// party that has to agree as long as the party has never had anybody, so that
// somebody can be named for it at all. Nobody steps into the place of people
// who have left. Neutral staff are named by neutral staff alone, since they
// manage everybody.
func (n *Negotiation) MayManage(by MemberID, party PartyID) error {
	m := n.Member(by)
	empty := !slices.ContainsFunc(n.Members, func(o Member) bool { return o.Party == party })
	switch {
	case m == nil || !m.Rights.Has(RightConvene):
	case m.Party == party || m.Party == "", empty && party != "" && !n.observes(m.Party):
		return nil
	}
	return refuse(ErrForbidden, "not_your_party")
}

// observes reports whether a party only follows the talks.
func (n *Negotiation) observes(id PartyID) bool {
	p := n.Party(id)
	return p != nil && p.Role == RoleObserver
}

// AddMember lets a person act for a party.
func (n *Negotiation) AddMember(by MemberID, m Member, now time.Time) error {
	if err := n.MayManage(by, m.Party); err != nil {
		return err
	}
	switch {
	case n.Status == Concluded:
		return refuse(ErrConflict, "negotiation_concluded")
	case strings.TrimSpace(m.Name) == "":
		return refuse(ErrInvalid, "member_nameless").at("name")
	case m.Party != "" && n.Party(m.Party) == nil:
		return refuse(ErrInvalid, "party_unknown").at("party")
	case len(n.Members) >= MaxMembers:
		return refuse(ErrInvalid, "too_many_members")
	case n.hasAddress(m.Party, m.ID, m.Email):
		return refuse(ErrConflict, "member_twice", "email", m.Email).at("email")
	}
	if err := n.checkRights(m.Party, m.Rights); err != nil {
		return err
	}
	n.Members = append(n.Members, m)
	n.record(Event{Kind: MemberAdded, At: now, By: by, Party: m.Party, Member: m.ID, Scope: OwnParty})
	n.announce(by, m, 0, m.Rights, now)
	return nil
}

// hasAddress reports whether another member of the party than id has the
// address.
func (n *Negotiation) hasAddress(party PartyID, id MemberID, email string) bool {
	return email != "" && slices.ContainsFunc(n.Members, func(o Member) bool {
		return !o.Removed && o.Party == party && o.ID != id && strings.EqualFold(o.Email, email)
	})
}

// ChangeMember replaces the name, address, language, rights and wishes of a
// member. The party and the account stay.
func (n *Negotiation) ChangeMember(by MemberID, m Member, now time.Time) error {
	old := n.Member(m.ID)
	if old == nil {
		return refuse(ErrNotFound, "member_unknown")
	}
	own := by == m.ID && m.Rights == old.Rights // everybody may mend their own particulars
	if err := n.MayManage(by, old.Party); err != nil && !own {
		return err
	}
	switch {
	case n.Status == Concluded:
		return refuse(ErrConflict, "negotiation_concluded")
	case strings.TrimSpace(m.Name) == "":
		return refuse(ErrInvalid, "member_nameless").at("name")
	case n.hasAddress(old.Party, old.ID, m.Email):
		return refuse(ErrConflict, "member_twice", "email", m.Email).at("email")
	case old.Rights.Has(RightConvene) && !m.Rights.Has(RightConvene) && n.lastConvener(old.ID):
		return refuse(ErrConflict, "last_convener").at("rights")
	}
	if err := n.checkRights(old.Party, m.Rights); err != nil {
		return err
	}
	before := old.Rights
	m.Party, m.Account, m.Removed = old.Party, old.Account, false
	*old = m
	n.record(Event{Kind: MemberChanged, At: now, By: by, Party: m.Party, Member: m.ID, Scope: OwnParty})
	n.announce(by, m, before, m.Rights, now)
	return nil
}

// RemoveMember ends a person's part in the talks; what was done stays done.
func (n *Negotiation) RemoveMember(by, id MemberID, now time.Time) error {
	m := n.Member(id)
	if m == nil {
		return refuse(ErrNotFound, "member_unknown")
	}
	if err := n.MayManage(by, m.Party); err != nil {
		return err
	}
	if n.lastConvener(id) {
		return refuse(ErrConflict, "last_convener")
	}
	m.Removed = true
	n.record(Event{Kind: MemberRemoved, At: now, By: by, Party: m.Party, Member: id, Scope: OwnParty})
	n.announce(by, *m, m.Rights, 0, now)
	return nil
}

// MayAskLink refuses a member who may not have a private link sent to another.
// Whoever manages the party's members may; and so may every convener as long as
// the party has one member alone: the one whom the other side named, who has to
// be reached somehow.
func (n *Negotiation) MayAskLink(by, id MemberID) error {
	m := n.Member(id)
	if m == nil {
		return refuse(ErrNotFound, "member_unknown")
	}
	err := n.MayManage(by, m.Party)
	if err == nil {
		return nil
	}
	asker := n.Member(by)
	alone := !slices.ContainsFunc(n.Members, func(o Member) bool { return o.Party == m.Party && o.ID != id && !o.Removed })
	if asker != nil && asker.Rights.Has(RightConvene) && !n.observes(asker.Party) && m.Party != "" && alone {
		return nil
	}
	return err
}

// AskLink asks that a private link be sent to the registered address of a
// member, and nowhere else.
func (n *Negotiation) AskLink(by, id MemberID, now time.Time) error {
	if err := n.MayAskLink(by, id); err != nil {
		return err
	}
	m := n.Member(id)
	if m.Email == "" {
		return refuse(ErrInvalid, "member_without_address").at("email")
	}
	n.record(Event{Kind: MemberLinkAsked, At: now, By: by, Party: m.Party, Member: id, Scope: OwnParty})
	return nil
}

// lastConvener reports whether nobody could convene any more without id.
func (n *Negotiation) lastConvener(id MemberID) bool {
	return !slices.ContainsFunc(n.Members, func(m Member) bool {
		return m.ID != id && !m.Removed && m.Rights.Has(RightConvene)
	})
}

// Suspend stops new confirmations for a reason of its author's choosing;
// meetings that stand are untouched.
func (n *Negotiation) Suspend(by MemberID, reason Text, now time.Time) error {
	return n.move(by, Suspended, NegotiationSuspended, reason, now)
}

// Resume undoes Suspend. What lapsed meanwhile stays lapsed.
func (n *Negotiation) Resume(by MemberID, now time.Time) error {
	return n.move(by, Active, NegotiationResumed, Text{}, now)
}

// Conclude ends the matter: nothing in it changes any more. Rounds are all of
// its rounds, by number. It is for neutral conveners and for the side that
// opened the newest round, since no other party can undo it. While a round has
// a meeting ahead it is ErrConflict, naming the round: that meeting has to be
// held or cancelled first.
func (n *Negotiation) Conclude(by MemberID, rounds []*Round, now time.Time) error {
	if m := n.Member(by); m != nil && m.Party != "" && len(rounds) > 0 && m.Party != rounds[len(rounds)-1].Convener {
		return refuse(ErrForbidden, "not_the_opener")
	}
	for _, r := range rounds {
		if s := r.Confirmed(); r.Status == Confirmed && s != nil && now.Before(s.End()) {
			return refuse(ErrConflict, "meeting_ahead", "round", strconv.Itoa(r.ID.Number), "slot", string(s.Label))
		}
	}
	return n.move(by, Concluded, NegotiationConcluded, Text{}, now)
}

func (n *Negotiation) move(by MemberID, to NegotiationStatus, kind EventKind, reason Text, now time.Time) error {
	m := n.Member(by)
	if m == nil || !m.Rights.Has(RightConvene) {
		return refuse(ErrForbidden, "convene_missing")
	}
	if p := n.Party(m.Party); p != nil && p.Role != RoleRequired {
		return refuse(ErrForbidden, "observers_follow")
	}
	if !n.Status.MayBecome(to) {
		return refuse(ErrConflict, "negotiation_"+string(n.Status))
	}
	n.Status = to
	if to == Suspended {
		n.SuspendedAt = now
	}
	reason.Owner = m.Party
	n.record(Event{Kind: kind, At: now, By: by, Party: m.Party, Text: reason, Scope: AllParties})
	return nil
}

// Names lists the names of parties in protocol order, for messages.
func (n *Negotiation) Names(ids []PartyID) []string {
	ids = slices.SortedFunc(slices.Values(ids), func(a, b PartyID) int { return cmp.Compare(n.order(a), n.order(b)) })
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		if p := n.Party(id); p != nil {
			names = append(names, p.Name)
		}
	}
	return names
}

func (n *Negotiation) order(id PartyID) int {
	return slices.IndexFunc(n.Parties, func(p Party) bool { return p.ID == id })
}

func (n *Negotiation) record(e Event) { n.events = append(n.events, e) }

// TakeEvents hands over what happened since the last call.
func (n *Negotiation) TakeEvents() []Event {
	es := n.events
	n.events = nil
	return es
}
