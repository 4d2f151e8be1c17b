package scheduling

import (
	"context"
	"slices"

	"parley/scheduling/clash"
)

// An Engagement is what keeps a party from being elsewhere: a commitment of a
// key person, or a date of another round in which it takes part.
type Engagement struct {
	Commitment *Commitment // with its Person
	Person     *KeyPerson
	Round      *Round // with its Slot
	Slot       *Slot
	// Firm is what stands; a date that is merely on the table of another round
	// is not.
	Firm bool

	stay clash.Stay
}

// Engagements is everything that a party has to be at, as far as whoever acts
// for it may see. It is private: no rule about the common slots reads it.
type Engagements struct {
	table clash.Table
	list  []Engagement
}

// NewEngagements gathers the commitments of a diary, which may be nil, and the
// dates of other rounds: the date in force, and those on the table.
func NewEngagements(t Travel, d *Diary, others []*Round) *Engagements {
	e := &Engagements{table: t.table()}
	if d != nil {
		for i := range d.Commitments {
			c := &d.Commitments[i]
			if p := d.Person(c.Person); p != nil && c.Kind == CommitmentBusy {
				e.list = append(e.list, Engagement{Commitment: c, Person: p, Firm: true, stay: c.stay()})
			}
		}
	}
	for _, r := range others {
		if s := r.Confirmed(); s != nil && r.Status == Confirmed {
			e.list = append(e.list, Engagement{Round: r, Slot: s, Firm: true, stay: s.stay()})
		}
		if !r.open() {
			continue
		}
		for _, s := range r.Offered() {
			e.list = append(e.list, Engagement{Round: r, Slot: s, stay: s.stay()})
		}
	}
	return e
}

// mostTalks is the number of negotiations of one account that are looked
// through for engagements.
const mostTalks = 50

// OwnEngagements gathers what the party of a member has to be at besides the
// numbered round of n (0 is a round to come), as far as that member may see: the
// party's diary, the other rounds, and the rounds of the other talks in which
// the holder of the account takes part. Observers have none.
func OwnEngagements(ctx context.Context, st Store, n *Negotiation, number int, m *Member) (*Engagements, error) {
	if n.observes(m.Party) {
		return &Engagements{}, nil
	}
	travel, err := st.Travel(ctx)
	if err != nil {
		return nil, err
	}
	var d *Diary
	if m.Party != "" {
		if d, err = st.Diary(ctx, n.ID, m.Party); err != nil {
			return nil, err
		}
	}
	others, err := st.Rounds(ctx, n.ID)
	if err != nil {
		return nil, err
	}
	others = slices.DeleteFunc(others, func(r *Round) bool { return r.ID.Number == number })
	elsewhere, err := roundsElsewhere(ctx, st, n.ID, m.Account)
	if err != nil {
		return nil, err
	}
	return NewEngagements(travel, d, append(others, elsewhere...)), nil
}

// AccountEngagements is the same for talks that are not there yet: the dates of
// all talks in which the holder of an account takes part.
func AccountEngagements(ctx context.Context, st Store, account AccountID) (*Engagements, error) {
	travel, err := st.Travel(ctx)
	if err != nil {
		return nil, err
	}
	rounds, err := roundsElsewhere(ctx, st, "", account)
	if err != nil {
		return nil, err
	}
	return NewEngagements(travel, nil, rounds), nil
}

// roundsElsewhere are the rounds of all talks but n in which the holder of the
// account takes part, and does not merely observe.
func roundsElsewhere(ctx context.Context, st Store, n NegotiationID, account AccountID) ([]*Round, error) {
	if account == "" {
		return nil, nil
	}
	talks, err := st.OfAccount(ctx, account, mostTalks)
	if err != nil {
		return nil, err
	}
	var all []*Round
	for _, t := range talks {
		if t.ID == n || t.Status == Concluded || t.observes(t.MemberOf(account).Party) {
			continue
		}
		rounds, err := st.Rounds(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, rounds...)
	}
	return all, nil
}

// A Clash is an engagement that cannot be kept beside a slot, and why.
type Clash struct {
	Engagement
	Reason clash.Reason
	Days   int // whole days of travel from the one to the other
}

// Class is the kind of reason that a party would state for it.
func (c Clash) Class() ReasonClass {
	if c.Reason == clash.Travel {
		return ReasonTravel
	}
	return ReasonKeyPerson
}

// Clashes are the engagements that cannot be kept beside the slot: firm ones
// first, and of those the ones that take its days before those that are too
// far.
func (e *Engagements) Clashes(s *Slot) []Clash {
	if e == nil {
		return nil
	}
	var found []Clash
	for _, g := range e.list {
		remote := s.Format == Remote || g.Slot != nil && g.Slot.Format == Remote // nobody travels for it
		if reason := e.table.Between(g.stay, s.stay()); reason != clash.Free && !(remote && reason == clash.Travel) {
			from, to := g.stay, s.stay()
			if to.First.Before(from.First) {
				from, to = to, from
			}
			found = append(found, Clash{g, reason, e.table.Days(from.City, to.City)})
		}
	}
	weight := func(c Clash) int {
		w := 0
		if !c.Firm {
			w += 2
		}
		if c.Reason == clash.Travel {
			w++
		}
		return w
	}
	slices.SortStableFunc(found, func(a, b Clash) int { return weight(a) - weight(b) })
	return found
}

// Bar is the firm engagement that keeps the party from the slot, or nil.
func (e *Engagements) Bar(s *Slot) *Clash {
	if found := e.Clashes(s); len(found) > 0 && found[0].Firm {
		return &found[0]
	}
	return nil
}

// heed refuses an act by which a party commits itself to slots that it cannot
// keep beside a firm engagement of its own, unless the actor overrides that.
// What is overridden is recorded for the party alone.
func (r *Round) heed(a Act, party PartyID, slots ...*Slot) error {
	if a.Own == nil || a.Evidence != nil {
		return nil
	}
	for _, s := range slots {
		bar := a.Own.Bar(s)
		if bar == nil {
			continue
		}
		if !a.Override {
			return refuse(ErrConflict, "clash_open", "slot", string(s.Label)).at("override")
		}
		r.record(Event{
			Kind: ClashOverridden, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version,
			Text: Text{Body: bar.name(), Owner: party}, Scope: OwnParty,
		})
	}
	return nil
}

// name is the engagement for the record of the party. Of another round it says
// no more than place and days, since colleagues may not know of those talks.
func (c Clash) name() string {
	days := c.stay.First.String()
	if c.stay.Last != c.stay.First {
		days += " – " + c.stay.Last.String()
	}
	if c.Commitment != nil {
		return c.Person.Name + ", " + c.Commitment.City + ", " + days
	}
	return c.Slot.Venue.Name + ", " + days
}
