package burden

import (
	"cmp"
	"slices"
)

// tied is one of several that their levels do not tell apart, with what
// does.
type tied struct {
	slot             int
	balance, ranking vector
}

// settle sorts slots that the steps before have left equal, of which the first
// stands at place from of the whole, and notes what told them apart.
func (c *comparison) settle(slots []int, from int) {
	if len(slots) < 2 {
		return
	}
	if c.rather.first == nil {
		c.rather = c.strictlyPreferred()
	}
	group := make([]tied, len(slots))
	vectors := len(slots)
	if c.Burdens != nil {
		vectors *= 2
	}
	values := make([]uint32, vectors*c.Parties)
	take := func() vector {
		v := vector{values: values[:c.Parties:c.Parties]}
		values = values[c.Parties:]
		return v
	}
	for i, slot := range slots {
		group[i] = tied{slot: slot, ranking: take()}
		c.rather.fill(group[i].ranking.values, c, slot)
		if c.Burdens != nil {
			group[i].balance = take()
			for party, l := range c.row(slot) {
				group[i].balance.values[party] = c.Burdens[party] + uint32(min(l, NotPossible))
			}
		}
	}
	order := make([]*tied, len(group))
	for i := range group {
		order[i] = &group[i]
	}
	slices.SortFunc(order, func(a, b *tied) int {
		_, n := c.tie(a, b)
		return n
	})
	for i, t := range order {
		slots[i] = t.slot
		if i > 0 {
			c.result.Decided[from+i-1], _ = c.tie(order[i-1], t)
		}
	}
}

// tie compares two slots by every step that is left.
func (c *comparison) tie(a, b *tied) (Step, int) {
	if c.Burdens != nil {
		if n := a.balance.compare(&b.balance); n != 0 {
			return Balance, n
		}
	}
	if c.Cumulative {
		if step, n := c.levels(a.slot, b.slot); n != 0 {
			return step, n
		}
	}
	if n := a.ranking.compare(&b.ranking); n != 0 {
		return Rank, n
	}
	if n := cmp.Compare(at(c.Conditions, a.slot), at(c.Conditions, b.slot)); n != 0 {
		return Conditions, n
	}
	if n := cmp.Compare(at(c.Turns, a.slot), at(c.Turns, b.slot)); n != 0 {
		return Host, n
	}
	return Order, c.byOrder(a.slot, b.slot)
}

// strictly tells for every party and place in its own order how many of its
// acceptable slots it strictly prefers to one in that place. Places are by
// level and then by own rank.
//
// The number strictly preferred, and not the place itself: if places were
// numbered densely, raising one slot could lift others past it, and a party
// could unseat the winner by liking it more.
type strictly struct {
	first []int    // by party, where its places begin in more
	ranks []uint32 // by party, the highest rank that it gives
	more  []uint32
}

func (c *comparison) strictlyPreferred() strictly {
	s := strictly{first: make([]int, c.Parties+1), ranks: make([]uint32, c.Parties)}
	for i, rank := range c.Ranks {
		party := i % c.Parties
		s.ranks[party] = max(s.ranks[party], rank)
	}
	for party, highest := range s.ranks {
		s.first[party+1] = s.first[party] + int(NotPossible)*(int(highest)+1) + 1
	}
	s.more = make([]uint32, s.first[c.Parties])
	for slot := range c.slots() {
		for party, l := range c.row(slot) {
			s.more[s.place(c, slot, party, l)]++
		}
	}
	for party := range c.Parties { // counts become the sums of all before
		sum := uint32(0)
		for i := s.first[party]; i < s.first[party+1]; i++ {
			s.more[i], sum = sum, sum+s.more[i]
		}
	}
	return s
}

// place is where a slot stands with a party. All that are not acceptable share
// the last place.
func (s *strictly) place(c *comparison, slot, party int, l Level) int {
	if c.Ranks == nil {
		return s.first[party] + int(min(l, NotPossible))
	}
	steps := s.ranks[party] + 1
	if l >= NotPossible {
		return s.first[party] + int(NotPossible)*int(steps)
	}
	rank := c.Ranks[slot*c.Parties+party]
	if rank == 0 {
		rank = steps
	}
	return s.first[party] + int(l)*int(steps) + int(rank-1)
}

func (s *strictly) fill(values []uint32, c *comparison, slot int) {
	for party, l := range c.row(slot) {
		values[party] = s.more[s.place(c, slot, party, l)]
	}
}

// A vector is compared from its largest value down. It is sorted only as far
// as that takes: the values at the end are sorted, and those before them are a
// heap. Most slots differ in the first few.
type vector struct {
	values []uint32
	heaped bool
	sorted int // how many stand in their place at the end
}

func (v *vector) compare(w *vector) int {
	for i := range v.values {
		if n := cmp.Compare(v.largest(i), w.largest(i)); n != 0 {
			return n
		}
	}
	return 0
}

// largest is the largest value but i.
func (v *vector) largest(i int) uint32 {
	n := len(v.values)
	if !v.heaped {
		for root := n/2 - 1; root >= 0; root-- {
			sink(v.values, root)
		}
		v.heaped = true
	}
	for v.sorted <= i {
		end := n - 1 - v.sorted
		v.values[0], v.values[end] = v.values[end], v.values[0]
		v.sorted++
		sink(v.values[:end], 0)
	}
	return v.values[n-1-i]
}

func sink(heap []uint32, root int) {
	for {
		child := 2*root + 1
		if child >= len(heap) {
			return
		}
		if child+1 < len(heap) && heap[child+1] > heap[child] {
			child++
		}
		if heap[root] >= heap[child] {
			return
		}
		heap[root], heap[child] = heap[child], heap[root]
		root = child
	}
}
