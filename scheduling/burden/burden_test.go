package burden

import (
	"slices"
	"testing"
)

// profile reads a matrix: a line a slot, a letter a party, p, a, i, n or -, and
// behind the letter its rank, if any.
func profile(slots ...string) *Profile {
	level := map[byte]Level{'p': Preferred, 'a': Available, 'i': IfNeedBe, 'n': NotPossible, '-': NoAnswer}
	p := &Profile{}
	for i, line := range slots {
		for _, cell := range []byte(line) {
			if cell >= '0' && cell <= '9' {
				p.Ranks[len(p.Ranks)-1] = uint32(cell - '0')
				continue
			}
			p.Levels = append(p.Levels, level[cell])
			p.Ranks = append(p.Ranks, 0)
		}
		p.Order = append(p.Order, uint32(i))
	}
	if len(slots) > 0 {
		p.Parties = len(p.Levels) / len(slots)
	}
	p.Must = p.Parties
	return p
}

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		p       *Profile
		change  func(*Profile)
		ranked  []int
		decided []Step
		waiting []int
		out     []int
	}{
		"nothing on the table": {p: profile()},
		"A10": {
			p:      profile("pi", "pn", "pn", "ap", "aa", "aa"),
			ranked: []int{3, 4, 5, 0}, decided: []Step{Burden, Order, Burden}, out: []int{1, 2},
		},
		"one answer missing": {p: profile("p-", "ii"), ranked: []int{1}, waiting: []int{0}},
		"missing and refused": {
			p: profile("n-", "-n", "--"), waiting: []int{2}, out: []int{0, 1},
		},
		"the worst off counts first": {
			p: profile("ppi", "aaa"), ranked: []int{1, 0}, decided: []Step{Burden},
		},
		"then the next": {
			p: profile("iap", "ipp"), ranked: []int{1, 0}, decided: []Step{Burden},
		},
		"own order inside a level": {
			p: profile("a2a2", "a1a1"), ranked: []int{1, 0}, decided: []Step{Rank},
		},
		"no rank is behind all ranks": {
			p: profile("aa", "a5a"), ranked: []int{1, 0}, decided: []Step{Rank},
		},
		"open conditions": {
			p: profile("ai", "ai"), change: func(p *Profile) { p.Conditions = []uint32{1, 0} },
			ranked: []int{1, 0}, decided: []Step{Conditions},
		},
		"whose turn it is": {
			p: profile("aa", "aa"), change: func(p *Profile) { p.Turns = []uint32{2, 1} },
			ranked: []int{1, 0}, decided: []Step{Host},
		},
		"earlier rounds": {
			p: profile("pa", "ap"), change: func(p *Profile) { p.Burdens = []uint32{0, 1} },
			ranked: []int{1, 0}, decided: []Step{Balance},
		},
		"earlier rounds come after the levels": {
			p: profile("pi", "aa"), change: func(p *Profile) { p.Burdens = []uint32{3, 0} },
			ranked: []int{1, 0}, decided: []Step{Burden},
		},
		"and before them where that is asked for": {
			p: profile("pi", "aa"), change: func(p *Profile) { p.Burdens, p.Cumulative = []uint32{3, 0}, true },
			ranked: []int{0, 1}, decided: []Step{Balance},
		},
		"a quorum does without one": {
			p: profile("pna", "ppn", "pnn", "npp"), change: func(p *Profile) { p.Must, p.Enough = 1, 1 },
			ranked: []int{1, 0}, decided: []Step{Burden}, out: []int{2, 3},
		},
		"and awaits as many as it takes": {
			p: profile("p-a", "p--", "pn-"), change: func(p *Profile) { p.Must, p.Enough = 1, 1 },
			ranked: []int{0}, waiting: []int{1, 2},
		},
		"most support before the least burden": {
			p: profile("piia", "pnaa"), change: func(p *Profile) { p.Must, p.Enough, p.Support = 1, 2, true },
			ranked: []int{1, 0}, decided: []Step{Support},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tc.change != nil {
				tc.change(tc.p)
			}
			got := tc.p.Compare()
			if !slices.Equal(got.Ranked, tc.ranked) || !slices.Equal(got.Decided, tc.decided) ||
				!slices.Equal(got.Waiting, tc.waiting) || !slices.Equal(got.Impossible, tc.out) {
				t.Errorf("got %+v, want ranked %v by %v, waiting %v, impossible %v", got, tc.ranked, tc.decided, tc.waiting, tc.out)
			}
		})
	}
}

// TestStrictCountIsMonotone is the example that dense ranks do not survive: A
// comes to like the winner as much as its favourite, and with dense ranks that
// lifts the other slot from A's third place to its second, and to the top.
func TestStrictCountIsMonotone(t *testing.T) {
	t.Parallel()
	const x, y = 0, 1
	//                  A B
	before := profile("a2a3", "a3a2", "a1n", "na1") // x is (A2, B3), y is (A3, B2)
	after := profile("a1a3", "a3a2", "a1n", "na1")
	for name, p := range map[string]*Profile{"before": before, "after": after} {
		if got := p.Compare(); !slices.Equal(got.Ranked, []int{x, y}) {
			t.Errorf("%s: got %v, want %v", name, got.Ranked, []int{x, y})
		}
	}
	if got := before.Compare().Decided; !slices.Equal(got, []Step{Order}) {
		t.Errorf("before: decided by %v, want a tie", got)
	}
	if slices.Compare(dense(before, x), dense(before, y)) != 0 || slices.Compare(dense(after, y), dense(after, x)) >= 0 {
		t.Errorf("dense ranks: %v and %v, then %v and %v: this is no counter-example", dense(before, x), dense(before, y), dense(after, x), dense(after, y))
	}
}

// dense is the vector of places without gaps, worst first.
func dense(p *Profile, slot int) []int {
	places := make([]int, p.Parties)
	for party := range places {
		better := map[uint32]bool{}
		for other := range p.slots() {
			if i := other*p.Parties + party; p.Levels[i] < NotPossible && prefers(p, party, other, slot) {
				better[p.Ranks[i]] = true
			}
		}
		places[party] = 1 + len(better)
	}
	slices.Sort(places)
	slices.Reverse(places)
	return places
}
