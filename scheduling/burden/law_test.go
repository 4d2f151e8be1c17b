package burden

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// profilesEach is how many profiles one run of a check of rapid looks at; with
// its usual hundred runs they are more than a hundred thousand.
const profilesEach = 1010

// TestLaws holds the comparison of random profiles against the text, and
// against what the text promises.
func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		for i := range uint64(profilesEach) {
			p := draw(seed + i<<40)
			got := p.Compare()
			agrees(t, p, got)
			neverRefused(t, p, got)
			neverDominated(t, p, got)
			anonymous(t, p, got)
			neutral(t, p, got)
			monotone(t, p, got)
		}
	})
}

// draw makes a profile out of one number, so that a hundred thousand of them
// take no time.
func draw(n uint64) *Profile {
	next := func(below int) int { // the remainders of a generator of Steele and Vigna
		n += 0x9e3779b97f4a7c15
		z := (n ^ n>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return int((z ^ z>>31) % uint64(below))
	}
	parties, slots := 2+next(3), 2+next(5)
	p := &Profile{Parties: parties, Must: parties}
	ranks := 1 + next(slots)
	for range slots * parties {
		l := Level(next(3))
		switch next(12) {
		case 0:
			l = NotPossible
		case 1:
			l = NoAnswer
		}
		p.Levels = append(p.Levels, l)
		p.Ranks = append(p.Ranks, uint32(next(ranks)))
	}
	for i := range slots {
		p.Conditions = append(p.Conditions, uint32(next(2)))
		p.Turns = append(p.Turns, uint32(next(2)))
		p.Order = append(p.Order, uint32(i))
	}
	for i := range p.Order {
		j := next(i + 1)
		p.Order[i], p.Order[j] = p.Order[j], p.Order[i]
	}
	switch next(4) {
	case 0:
		p.Ranks = nil
	case 1:
		p.Support = true
	}
	if next(2) == 0 { // step 3, or with Cumulative in place of step 2
		for range parties {
			p.Burdens = append(p.Burdens, uint32(next(5)))
		}
		p.Cumulative = !p.Support && next(3) == 0
	}
	if next(4) == 0 {
		p.Must = next(parties + 1)
		p.Enough = next(parties - p.Must + 1)
	}
	return p
}

func (p *Profile) String() string {
	return fmt.Sprintf("%d parties, levels %v, ranks %v, conditions %v, turns %v, order %v, burdens %v, must %d, enough %d, support %v, cumulative %v",
		p.Parties, p.Levels, p.Ranks, p.Conditions, p.Turns, p.Order, p.Burdens, p.Must, p.Enough, p.Support, p.Cumulative)
}

// agrees compares with an implementation as plain as the text itself.
func agrees(t *rapid.T, p *Profile, got Result) {
	var want Result
	for slot := range p.slots() {
		no, silent, able, awaited := 0, 0, 0, 0
		for party, l := range p.row(slot) {
			switch {
			case party < p.Must && l == NotPossible:
				no++
			case party < p.Must && l == NoAnswer:
				silent++
			case party >= p.Must && l < NotPossible:
				able++
			case party >= p.Must && l == NoAnswer:
				awaited++
			}
		}
		switch {
		case no > 0 || able+awaited < p.Enough:
			want.Impossible = append(want.Impossible, slot)
		case silent > 0 || able < p.Enough:
			want.Waiting = append(want.Waiting, slot)
		default:
			want.Ranked = append(want.Ranked, slot)
		}
	}
	byOrder := func(a, b int) int { return cmp.Compare(p.Order[a], p.Order[b]) }
	slices.SortFunc(want.Impossible, byOrder)
	slices.SortFunc(want.Waiting, byOrder)
	slices.SortFunc(want.Ranked, func(a, b int) int { _, n := plainly(p, a, b); return n })
	for i := 1; i < len(want.Ranked); i++ {
		step, _ := plainly(p, want.Ranked[i-1], want.Ranked[i])
		want.Decided = append(want.Decided, step)
	}
	if !slices.Equal(got.Ranked, want.Ranked) || !slices.Equal(got.Decided, want.Decided) ||
		!slices.Equal(got.Waiting, want.Waiting) || !slices.Equal(got.Impossible, want.Impossible) {
		t.Fatalf("%v:\ngot  %v\nwant %v", p, got, want)
	}
}

// plainly compares two slots step by step.
func plainly(p *Profile, a, b int) (Step, int) {
	worstFirst := func(value func(party, slot int) int) int {
		vector := func(slot int) []int {
			v := make([]int, p.Parties)
			for party := range v {
				v[party] = value(party, slot)
			}
			slices.Sort(v)
			slices.Reverse(v)
			return v
		}
		return slices.Compare(vector(a), vector(b))
	}
	level := func(party, slot int) int { return int(min(p.Levels[slot*p.Parties+party], NotPossible)) }
	steps := []struct {
		step Step
		take bool
		by   func() int
	}{
		{Support, p.Support, func() int {
			support := func(slot int) (n int) {
				for _, l := range p.row(slot) {
					if l <= Available {
						n++
					}
				}
				return n
			}
			return cmp.Compare(support(b), support(a))
		}},
		{Balance, p.Burdens != nil && p.Cumulative, func() int {
			return worstFirst(func(party, slot int) int { return int(p.Burdens[party]) + level(party, slot) })
		}},
		{Burden, true, func() int { return worstFirst(level) }},
		{Balance, p.Burdens != nil, func() int {
			return worstFirst(func(party, slot int) int { return int(p.Burdens[party]) + level(party, slot) })
		}},
		{Rank, true, func() int {
			return worstFirst(func(party, slot int) int {
				n := 0
				for other := range p.slots() {
					if p.Levels[other*p.Parties+party] < NotPossible && prefers(p, party, other, slot) {
						n++
					}
				}
				return n
			})
		}},
		{Conditions, true, func() int { return cmp.Compare(p.Conditions[a], p.Conditions[b]) }},
		{Host, true, func() int { return cmp.Compare(p.Turns[a], p.Turns[b]) }},
		{Order, true, func() int { return cmp.Compare(p.Order[a], p.Order[b]) }},
	}
	for _, s := range steps {
		if !s.take {
			continue
		}
		if n := s.by(); n != 0 {
			return s.step, n
		}
	}
	return Order, 0
}

// prefers reports whether a party strictly prefers slot a to slot b.
func prefers(p *Profile, party, a, b int) bool {
	place := func(slot int) (Level, uint32) {
		i := slot*p.Parties + party
		switch l := p.Levels[i]; {
		case l >= NotPossible:
			return NotPossible, 0
		case p.Ranks == nil || p.Ranks[i] == 0:
			return l, 1000
		default:
			return l, p.Ranks[i]
		}
	}
	la, ra := place(a)
	lb, rb := place(b)
	return la < lb || la == lb && ra < rb
}

func neverRefused(t *rapid.T, p *Profile, got Result) {
	for _, slot := range got.Ranked {
		for party, l := range p.row(slot)[:p.Must] {
			if l >= NotPossible {
				t.Fatalf("%v: slot %d is ranked, and party %d says %d", p, slot, party, l)
			}
		}
	}
}

// neverDominated: whatever is at least as good for all and better for one comes
// first.
func neverDominated(t *rapid.T, p *Profile, got Result) {
	if p.Support { // counts two levels as one before all else
		return
	}
	for i, better := range got.Ranked {
		for _, worse := range got.Ranked[:i] {
			some, all := false, true
			for party := range p.Parties {
				some = some || prefers(p, party, better, worse)
				all = all && !prefers(p, party, worse, better)
			}
			if some && all {
				t.Fatalf("%v: slot %d stands before %d, which is better for some and worse for none", p, worse, better)
			}
		}
	}
}

// anonymous: who says it does not matter.
func anonymous(t *rapid.T, p *Profile, got Result) {
	q := *p
	q.Levels, q.Ranks = slices.Clone(p.Levels), slices.Clone(p.Ranks)
	q.Burdens = slices.Clone(p.Burdens)
	for slot := range p.slots() {
		reverse(q.row(slot), p.Must)
		if p.Ranks != nil {
			reverse(q.Ranks[slot*p.Parties:(slot+1)*p.Parties], p.Must)
		}
	}
	if p.Burdens != nil {
		reverse(q.Burdens, p.Must)
	}
	if again := q.Compare(); !slices.Equal(again.Ranked, got.Ranked) || !slices.Equal(again.Decided, got.Decided) {
		t.Fatalf("%v: %v, and with the parties in another order %v", p, got, again)
	}
}

// reverse turns round those who must and those who may, each by themselves.
func reverse[T any](list []T, must int) {
	slices.Reverse(list[:must])
	slices.Reverse(list[must:])
}

// neutral: which slot it is does not matter, except by the declared steps, of
// which what they compare goes with the slot.
func neutral(t *rapid.T, p *Profile, got Result) {
	q := *p
	q.Levels, q.Ranks, q.Conditions, q.Turns, q.Order = nil, nil, nil, nil, nil
	last := p.slots() - 1
	for slot := last; slot >= 0; slot-- {
		q.Levels = append(q.Levels, p.row(slot)...)
		if p.Ranks != nil {
			q.Ranks = append(q.Ranks, p.Ranks[slot*p.Parties:(slot+1)*p.Parties]...)
		}
		q.Conditions = append(q.Conditions, p.Conditions[slot])
		q.Turns = append(q.Turns, p.Turns[slot])
		q.Order = append(q.Order, p.Order[slot])
	}
	again := q.Compare()
	for i := range again.Ranked {
		again.Ranked[i] = last - again.Ranked[i]
	}
	if !slices.Equal(again.Ranked, got.Ranked) || !slices.Equal(again.Decided, got.Decided) {
		t.Fatalf("%v: %v, and with the slots in another order %v", p, got, again)
	}
}

// monotone: a party that comes to like the winner more does not unseat it.
func monotone(t *rapid.T, p *Profile, got Result) {
	if len(got.Ranked) < 2 {
		return
	}
	winner := got.Ranked[0]
	try := func(i int, l Level, rank uint32) {
		q := *p
		q.Levels, q.Ranks = slices.Clone(p.Levels), slices.Clone(p.Ranks)
		q.Levels[i] = l
		if p.Ranks != nil {
			q.Ranks[i] = rank
		}
		if again := q.Compare(); again.Ranked[0] != winner {
			t.Fatalf("%v: %d wins; once cell %d says level %d, rank %d instead, %d does", p, winner, i, l, rank, again.Ranked[0])
		}
	}
	for i := winner * p.Parties; i < (winner+1)*p.Parties; i++ {
		l := p.Levels[i]
		if l > Preferred {
			better := min(l, NotPossible) - 1
			try(i, better, 0)
			try(i, better, 1)
		}
		switch {
		case p.Ranks == nil || l >= NotPossible:
		case p.Ranks[i] == 0:
			try(i, l, 2)
		case p.Ranks[i] > 1:
			try(i, l, p.Ranks[i]-1)
		}
	}
}
