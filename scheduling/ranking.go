package scheduling

import (
	"cmp"
	"slices"
	"time"

	"parley/scheduling/burden"
)

// RankingStep is the comparison that put one slot before another.
type RankingStep string

// The steps, in the order in which they are taken. The last three are declared
// tie-breaks: they do not treat all slots alike.
const (
	StepSupport    RankingStep = "support"    // MostSupport: preferred or available for more parties
	StepBurden     RankingStep = "burden"     // the parties that are worst off, then the next, are better off
	StepBalance    RankingStep = "balance"    // the same, with the burdens of earlier rounds added
	StepRank       RankingStep = "rank"       // higher in the parties' own orders
	StepConditions RankingStep = "conditions" // fewer open conditions
	StepHost       RankingStep = "host"       // its host has hosted less often, or longer ago
	StepEarlier    RankingStep = "earlier"    // it starts earlier
	StepLabel      RankingStep = "label"      // its label is smaller
)

// A Ranking is how the slots on the table compare by the rule of the round. It
// informs and decides nothing: what it puts first is what consent is asked for.
type Ranking struct {
	Method     RankingMethod
	Sealed     bool       // positions are sealed: there is no ranking, for nobody
	Slots      []Ranked   // that everybody who must can do, best first
	Waiting    []Standing // that lack answers and that nobody has ruled out, earliest first
	Impossible []Standing // that are ruled out, earliest first
}

// Top is the recommended slot, or nil.
func (ra Ranking) Top() *Slot {
	if len(ra.Slots) == 0 {
		return nil
	}
	return ra.Slots[0].Slot
}

// Ranked is a slot in its place.
type Ranked struct {
	Standing
	Host  PartyID // in whose country it is; "" is neutral ground
	Ahead Reason  // why it stands before the next; zero for the last
}

// A Reason is why one slot stands before the next: the step that decided, and
// what it compared.
type Reason struct {
	Step RankingStep
	// Level is where they differ, for StepBurden: LevelPreferred, LevelIfNeedBe
	// or LevelNotPossible, which includes parties that the rule can do without
	// and that have not answered.
	Level Level
	// This and Next are the numbers of parties at that level or in support, of
	// open conditions, or of rounds that the host has held.
	This, Next int
	// Alike reports whether every party says the same of both.
	Alike bool
}

// Ranks reports whether the round has a ranking: where its rule asks for one,
// or where more than two parties have to agree.
func (r *Round) Ranks() bool {
	return r.Rule.Ranking != NoRanking || len(r.Negotiation.Required()) > 2
}

// Rank compares the slots on the table that can still be decided at now, by
// least burden unless the rule names another method. Rounds are those of the
// negotiation; of them the ones before this count for the turn to host, and
// where all parties have agreed to it for the balance of burdens.
//
// The order of the parties does not matter.
func (r *Round) Rank(rounds []*Round, now time.Time) Ranking {
	ra := Ranking{Method: cmp.Or(r.Rule.Ranking, LeastBurden)}
	if r.Hides() {
		ra.Sealed = true
		return ra
	}
	all := slices.DeleteFunc(r.Standings(), func(s Standing) bool {
		return !now.Before(s.Slot.DecisionEnds(r.Negotiation.Parties))
	})
	c := newComparison(r, ra.Method, all, rounds)
	result := c.profile.Compare()
	for i, row := range result.Ranked {
		ranked := Ranked{Standing: all[row], Host: c.hosts[row].Party}
		if i < len(result.Decided) {
			ranked.Ahead = c.reason(result.Decided[i], row, result.Ranked[i+1])
		}
		ra.Slots = append(ra.Slots, ranked)
	}
	for _, row := range result.Waiting {
		ra.Waiting = append(ra.Waiting, all[row])
	}
	for _, row := range result.Impossible {
		ra.Impossible = append(ra.Impossible, all[row])
	}
	return ra
}

// comparison is the slots as numbers.
type comparison struct {
	all     []Standing
	profile burden.Profile
	starts  []time.Time // by slot
	hosts   []Hosting   // by slot; zero on neutral ground
}

var burdenLevels = map[Level]burden.Level{
	LevelPreferred: burden.Preferred, LevelAvailable: burden.Available, LevelIfNeedBe: burden.IfNeedBe,
	LevelNotPossible: burden.NotPossible, "": burden.NoAnswer,
}

func newComparison(r *Round, method RankingMethod, all []Standing, rounds []*Round) *comparison {
	required := r.Negotiation.Required()
	columns := make([]int, len(required)) // those without whom nothing goes come first
	for i := range columns {
		columns[i] = i
	}
	must := len(required)
	if r.Rule.Kind == Quorum {
		core := func(i int) int {
			if slices.Contains(r.Rule.Core, required[i]) {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(columns, func(a, b int) int { return core(a) - core(b) })
		must = len(r.Rule.Core)
	}
	c := &comparison{all: all, profile: burden.Profile{
		Parties: len(required), Must: must, Enough: min(r.Rule.Quorum, len(required)-must), Support: method == MostSupport,
	}}
	if r.Rule.Balance {
		burdens := r.burdens(rounds)
		for _, i := range columns {
			c.profile.Burdens = append(c.profile.Burdens, burdens[required[i]])
		}
		c.profile.Cumulative = method == CumulativeLeximin
	}
	for _, s := range all {
		for _, i := range columns {
			rank := uint32(0)
			if p, ok := s.Slot.Position(required[i]); ok {
				rank = uint32(min(max(p.Rank, 0), len(r.Slots))) //nolint:gosec // at most the number of slots
			}
			c.profile.Levels = append(c.profile.Levels, burdenLevels[s.Levels[i]])
			c.profile.Ranks = append(c.profile.Ranks, rank)
		}
		c.starts = append(c.starts, s.Slot.Start())
		c.profile.Conditions = append(c.profile.Conditions, uint32(s.Conditions)) //nolint:gosec // at most the number of parties
	}
	c.profile.Order = places(len(all), func(a, b int) int {
		return cmp.Or(c.starts[a].Compare(c.starts[b]), all[a].Slot.Label.compare(all[b].Slot.Label))
	})
	c.turns(r, rounds)
	return c
}

// turns orders the slots by whose turn it is to host: fewer rounds first, then
// longer ago. Neutral ground is nobody's, and nobody has ever hosted.
func (c *comparison) turns(r *Round, rounds []*Round) {
	hosted := map[PartyID]Hosting{}
	for _, h := range r.Hostings(rounds) {
		hosted[h.Party] = h
	}
	type place struct{ city, country string }
	known := map[place]Hosting{}
	for _, s := range c.all {
		at := place{s.Slot.Venue.Name, s.Slot.Venue.Country}
		h, ok := known[at]
		if !ok {
			party := r.Negotiation.Host(s.Slot.Venue)
			h = hosted[party]
			h.Party = party
			known[at] = h
		}
		c.hosts = append(c.hosts, h)
	}
	c.profile.Turns = places(len(c.hosts), func(a, b int) int {
		return cmp.Or(cmp.Compare(c.hosts[a].Times, c.hosts[b].Times), c.hosts[a].Last.Compare(c.hosts[b].Last))
	})
}

// places numbers n things by an order in which several may be equal.
func places(n int, compare func(a, b int) int) []uint32 {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, compare)
	at := make([]uint32, n)
	for i := 1; i < len(order); i++ {
		at[order[i]] = at[order[i-1]]
		if compare(order[i-1], order[i]) != 0 {
			at[order[i]]++
		}
	}
	return at
}

// burdens is what each party has borne in the rounds before this one: the
// level, from 0 for preferred to 3 for not possible, that it gave to the date
// that was fixed. Only positions that all parties see count; a party that gave
// none bore nothing.
func (r *Round) burdens(rounds []*Round) map[PartyID]uint32 {
	sum := map[PartyID]uint32{}
	for _, s := range r.fixedBefore(rounds) {
		for _, party := range r.Negotiation.Required() {
			if p, ok := s.Position(party); ok {
				sum[party] += uint32(burdenLevels[p.Level])
			}
		}
	}
	return sum
}

// fixedBefore lists the slots that rounds before this one were held in, or
// stand confirmed for.
func (r *Round) fixedBefore(rounds []*Round) []*Slot {
	var slots []*Slot
	for _, other := range rounds {
		s := other.Confirmed()
		if other.ID.Negotiation == r.ID.Negotiation && other.ID.Number < r.ID.Number && s != nil &&
			(other.Status == Held || other.Status == Confirmed) {
			slots = append(slots, s)
		}
	}
	return slots
}

// reason says what a step compared in two neighbours.
func (c *comparison) reason(step burden.Step, this, next int) Reason {
	a, b := &c.all[this], &c.all[next]
	out := func(s *Standing) int { return s.Count(LevelNotPossible) + s.Count("") }
	support := func(s *Standing) int { return s.Count(LevelPreferred) + s.Count(LevelAvailable) }
	why := Reason{Alike: slices.Equal(a.Levels, b.Levels)}
	switch step {
	case burden.Support:
		why.Step, why.This, why.Next = StepSupport, support(a), support(b)
	case burden.Burden:
		why.Step, why.Level = StepBurden, LevelPreferred
		switch {
		case out(a) != out(b):
			why.Level, why.This, why.Next = LevelNotPossible, out(a), out(b)
		case a.Count(LevelIfNeedBe) != b.Count(LevelIfNeedBe):
			why.Level, why.This, why.Next = LevelIfNeedBe, a.Count(LevelIfNeedBe), b.Count(LevelIfNeedBe)
		default:
			why.This, why.Next = a.Count(LevelPreferred), b.Count(LevelPreferred)
		}
	case burden.Balance:
		why.Step = StepBalance
	case burden.Rank:
		why.Step = StepRank
	case burden.Conditions:
		why.Step, why.This, why.Next = StepConditions, a.Conditions, b.Conditions
	case burden.Host:
		why.Step, why.This, why.Next = StepHost, c.hosts[this].Times, c.hosts[next].Times
	case burden.Order:
		why.Step = StepEarlier
		if c.starts[this].Equal(c.starts[next]) {
			why.Step = StepLabel
		}
	}
	return why
}
