package clash

import "math/bits"

// Verdict is what a search found out.
type Verdict string

// The verdicts.
const (
	Satisfiable   Verdict = "satisfiable"
	Unsatisfiable Verdict = "unsatisfiable"
	Undecided     Verdict = "undecided" // the search gave up
)

// Solve decides the instance exactly, trying at most limit assignments. The
// times, one a meeting, are nil unless it is Satisfiable. It backtracks over
// the meeting with the fewest times left in proportion to how often its
// constraints have failed (dom/wdeg), with forward checking.
func (in Instance) Solve(limit int) ([]int, Verdict) {
	s := newSearch(in)
	s.left = limit
	switch {
	case s.run(0):
		return s.times, Satisfiable
	case s.left < 0:
		return nil, Undecided
	}
	return nil, Unsatisfiable
}

// A search is a partial assignment of times to meetings.
type search struct {
	neighbours [][]int
	gap        [][]int // how long after i meeting j may be, where they share an agent
	weight     [][]int // failures of each constraint, plus one; symmetric
	words      int     // of the set of times of a meeting
	domains    []uint64
	saved      [][]uint64 // domains by depth
	times      []int      // -1 is open
	left       int
}

func newSearch(in Instance) *search {
	n := in.Meetings
	s := &search{neighbours: in.shared(), words: (in.Slots + 63) / 64, times: make([]int, n)}
	s.domains = make([]uint64, n*s.words)
	s.saved = make([][]uint64, n)
	s.gap, s.weight = make([][]int, n), make([][]int, n)
	table := in.table()
	for i := range n {
		s.times[i] = -1
		s.saved[i] = make([]uint64, len(s.domains))
		s.gap[i], s.weight[i] = make([]int, n), make([]int, n)
		for _, j := range s.neighbours[i] {
			s.gap[i][j], s.weight[i][j] = table.gap(i, j), 1
		}
		for t := range in.Slots {
			s.domain(i)[t/64] |= 1 << (t % 64)
		}
	}
	return s
}

// domain is the set of times that are left to a meeting.
func (s *search) domain(i int) []uint64 { return s.domains[i*s.words : (i+1)*s.words] }

func size(set []uint64) int {
	n := 0
	for _, w := range set {
		n += bits.OnesCount64(w)
	}
	return n
}

// run completes the assignment, of which depth meetings are done.
func (s *search) run(depth int) bool {
	if depth == len(s.times) {
		return true
	}
	i := s.pick()
	copy(s.saved[depth], s.domains)
	for w, word := range s.saved[depth][i*s.words : (i+1)*s.words] {
		for ; word != 0; word &= word - 1 {
			if s.left--; s.left < 0 {
				return false
			}
			s.times[i] = w*64 + bits.TrailingZeros64(word)
			if s.forward(i) && s.run(depth+1) {
				return true
			}
			s.times[i] = -1
			copy(s.domains, s.saved[depth])
		}
	}
	return false
}

// pick is the open meeting with the smallest ratio of times left to failures.
func (s *search) pick() int {
	best, bestSize, bestWeight := -1, 0, 0
	for i, t := range s.times {
		if t >= 0 {
			continue
		}
		n, weight := size(s.domain(i)), 1
		for _, j := range s.neighbours[i] {
			if s.times[j] < 0 {
				weight += s.weight[i][j]
			}
		}
		if best < 0 || n*bestWeight < bestSize*weight {
			best, bestSize, bestWeight = i, n, weight
		}
	}
	return best
}

// forward takes from the open neighbours of a meeting what its time rules out,
// and reports whether each has a time left.
func (s *search) forward(i int) bool {
	t := s.times[i]
	for _, j := range s.neighbours[i] {
		if s.times[j] >= 0 {
			continue
		}
		set := s.domain(j)
		empty := true
		for from, to := max(0, t-s.gap[j][i]+1), min(len(set)*64, t+s.gap[i][j]); from < to; from++ {
			set[from/64] &^= 1 << (from % 64)
		}
		for _, w := range set {
			empty = empty && w == 0
		}
		if empty {
			s.weight[i][j]++
			s.weight[j][i]++
			return false
		}
	}
	return true
}
