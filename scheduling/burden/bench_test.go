package burden

import (
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkRank1000x30 ranks 1,000 slots of 30 parties.
func BenchmarkRank1000x30(b *testing.B) { benchmark(b, 1_000, 30) }

// BenchmarkRank100000x200 is the same of 100,000 slots and 200 parties.
func BenchmarkRank100000x200(b *testing.B) { benchmark(b, 100_000, 200) }

// benchmark measures the comparison beside one pass over the same matrix in
// the same run, the least that it can take, and gives the ratio of the two.
// Where nobody refuses anything all slots are ranked, and most are tied by
// their levels, so that every step has to be taken.
func benchmark(b *testing.B, slots, parties int) {
	b.Helper()
	open := random(slots, parties)
	var pass float64
	b.Run("pass", func(b *testing.B) {
		seen := tally(0)
		for b.Loop() {
			for slot := range slots {
				seen += count(open.row(slot))
			}
		}
		if seen == 0 {
			b.Fatal("nothing was seen")
		}
		pass = perRun(b)
	})
	against := func(name string, run func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
			if pass > 0 {
				b.ReportMetric(perRun(b)/pass, "passes")
			}
		})
	}
	against("levels", func() { // what is set apart, and the first step
		c := comparison{Profile: open, weight: make([]weight, slots)}
		c.byLevels(c.sift())
	})
	against("every step", func() { open.Compare() })

	refused := random(slots, parties)
	for i := range refused.Levels { // so that about a third of the slots is left
		if rand.IntN(parties) == 0 { //nolint:gosec // test data
			refused.Levels[i] = NotPossible
		}
	}
	against("with refusals", func() { refused.Compare() })

	ranked := random(slots, parties)
	for range ranked.Levels {
		ranked.Ranks = append(ranked.Ranks, rand.Uint32N(10)) //nolint:gosec // test data
	}
	against("own ranks", func() { ranked.Compare() })

	same := random(slots, parties)
	for i := range same.Levels {
		same.Levels[i] = IfNeedBe
	}
	against("all alike", func() { same.Compare() })
}

// perRun is how long one run took, in nanoseconds.
func perRun(b *testing.B) float64 {
	b.Helper()
	return float64(b.Elapsed()/time.Nanosecond) / float64(b.N)
}

// random is a profile in which nobody refuses anything.
func random(slots, parties int) *Profile {
	p := &Profile{Parties: parties, Must: parties, Levels: make([]Level, slots*parties), Order: make([]uint32, slots)}
	for i := range p.Levels {
		p.Levels[i] = Level(rand.IntN(3)) //nolint:gosec // test data
	}
	for i := range p.Order {
		p.Order[i] = uint32(i)
	}
	return p
}
