// Package burden compares dates by the burden that they put on the parties: it
// makes whoever is worst off as well off as possible, then the next, and so on.
// It knows numbers alone: a matrix of levels with one row a slot and one column
// a party. What they stand for is the business of package scheduling.
//
// Neither the order of the columns nor that of the rows matters to any step
// but the last, which is declared.
package burden

import (
	"cmp"
	"slices"
)

// Level is what a party says of a slot; smaller is better.
type Level uint8

// The levels.
const (
	Preferred Level = iota
	Available
	IfNeedBe
	NotPossible
	NoAnswer
)

// Step is one comparison of two slots. The first that tells them apart decides.
type Step int

// The steps, in the order in which they are taken. Support is taken only where
// the profile asks for it. Balance comes before Burden where it is cumulative.
const (
	Support    Step = iota + 1 // more parties find it preferred or available
	Burden                     // levels of all parties, from the worst to the best
	Balance                    // the same with the burdens of earlier rounds added
	Rank                       // how many of its own slots each party would rather have, most first
	Conditions                 // fewer open conditions
	Host                       // whose turn it is to host
	Order                      // the order that the caller declares
)

// A Profile is what the parties say of the slots. Lists that are nil say
// nothing of anybody.
type Profile struct {
	Parties int     // columns, at most 65,535
	Levels  []Level // row by row
	// Must is how many of the parties, the first ones, have to be able to come;
	// of the others Enough have to.
	Must, Enough int

	Ranks      []uint32 // own order inside a level, 1 first, at most the number of slots; 0 is behind all of them. Row by row.
	Conditions []uint32 // open conditions by slot
	Turns      []uint32 // by slot, how long its host has to wait for a turn; 0 is next
	Order      []uint32 // by slot, all different: what decides when nothing else does

	Support    bool     // take step Support
	Burdens    []uint32 // of earlier rounds by party; nil leaves out step Balance
	Cumulative bool     // take step Balance before Burden
}

// A Result is how the slots compare; numbers are rows of the profile.
type Result struct {
	Ranked []int // slots that all who must can do, best first
	// Decided holds the step that put each slot of Ranked before the next one,
	// and is one shorter.
	Decided    []Step
	Waiting    []int // slots that lack answers and are not ruled out, in Order
	Impossible []int // slots that are ruled out, in Order
}

// Compare ranks the slots. It takes time in proportion to the matrix and to
// n log n in what is tied.
func (p *Profile) Compare() Result {
	c := comparison{Profile: p, weight: make([]weight, p.slots())}
	ranked := c.sift()
	slices.SortFunc(c.result.Waiting, c.byOrder)
	slices.SortFunc(c.result.Impossible, c.byOrder)
	c.result.Ranked = ranked
	if len(ranked) > 1 {
		c.result.Decided = make([]Step, len(ranked)-1)
		c.rank(ranked)
	}
	return c.result
}

func (p *Profile) slots() int {
	if p.Parties == 0 {
		return 0
	}
	return len(p.Levels) / p.Parties
}

// row is what is said of a slot.
func (p *Profile) row(slot int) []Level { return p.Levels[slot*p.Parties : (slot+1)*p.Parties] }

// A tally counts the levels of a slot in fields of 16 bits: available, if need
// be, not possible, no answer. The rest prefers it.
type tally uint64

// share is what one answer adds to a tally.
var share = [8]tally{Preferred: 0, Available: 1, IfNeedBe: 1 << 16, NotPossible: 1 << 32, NoAnswer: 1 << 48}

func count(levels []Level) (t tally) {
	for _, l := range levels {
		t += share[l&7]
	}
	return t
}

func (t tally) of(l Level) int { return int(t >> (16 * (l - Available)) & 0xffff) }

// A comparison is the work on one profile.
type comparison struct {
	*Profile
	weight []weight // by slot
	result Result
	rather strictly // built when a tie asks for it
}

// sift counts what is said of each slot, sets apart what cannot be ranked, and
// gives the rest.
func (c *comparison) sift() []int {
	n := c.slots()
	ranked := make([]int, 0, n)
	others := c.Parties - c.Must
	for slot := range n {
		row := c.row(slot)
		must, may := count(row[:c.Must]), count(row[c.Must:])
		c.weight[slot] = c.weigh(must + may)
		switch {
		case must.of(NotPossible) > 0, others-may.of(NotPossible) < c.Enough:
			c.result.Impossible = append(c.result.Impossible, slot)
		case must.of(NoAnswer) > 0, others-may.of(NotPossible)-may.of(NoAnswer) < c.Enough:
			c.result.Waiting = append(c.result.Waiting, slot)
		default:
			ranked = append(ranked, slot)
		}
	}
	return ranked
}

// rank sorts the slots: by counting as far as levels go, and then those that
// are tied by the rest.
func (c *comparison) rank(slots []int) {
	if c.Cumulative && c.Burdens != nil {
		c.settle(slots, 0)
		return
	}
	c.byLevels(slots)
	from := 0
	for i := 1; i <= len(slots); i++ {
		if i < len(slots) {
			step, order := c.levels(slots[i-1], slots[i])
			if order == 0 {
				continue
			}
			c.result.Decided[i-1] = step
		}
		c.settle(slots[from:i], from)
		from = i
	}
}

// byLevels sorts the slots by what is counted of them, one number after the
// other from the one that weighs least, with equal ones left as they stand.
func (c *comparison) byLevels(slots []int) {
	first := make([]int, c.Parties+2)
	other := make([]int, len(slots))
	for shift := 0; shift < 64; shift += 16 {
		clear(first)
		for _, slot := range slots {
			first[c.weight[slot]>>shift&0xffff+1]++
		}
		if slices.Contains(first, len(slots)) { // all have the same
			continue
		}
		for i := 1; i < len(first); i++ {
			first[i] += first[i-1]
		}
		for _, slot := range slots {
			n := c.weight[slot] >> shift & 0xffff
			other[first[n]] = slot
			first[n]++
		}
		copy(slots, other)
	}
}

// A weight is what is counted of a slot in fields of 16 bits, so that weights
// compare as the steps do: parties that do not support it, where that is asked
// for; that cannot come or have not said so, where the rule can do without
// them; at if need be; and at available.
type weight uint64

func (c *comparison) weigh(t tally) weight {
	out := t.of(NotPossible) + t.of(NoAnswer)
	w := weight(out)<<32 | weight(t.of(IfNeedBe))<<16 | weight(t.of(Available))
	if c.Support {
		w |= weight(out+t.of(IfNeedBe)) << 48
	}
	return w
}

// levels compares two slots by their weights alone.
func (c *comparison) levels(a, b int) (Step, int) {
	step, v, w := Burden, c.weight[a], c.weight[b]
	if v>>48 != w>>48 {
		step = Support
	}
	return step, cmp.Compare(v, w)
}

func (c *comparison) byOrder(a, b int) int { return cmp.Compare(at(c.Order, a), at(c.Order, b)) }

func at(list []uint32, i int) uint32 {
	if list == nil {
		return 0
	}
	return list[i]
}
