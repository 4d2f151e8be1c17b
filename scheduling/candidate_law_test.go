package scheduling_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// TestTimesThatOccurTwice: the author is asked, and the answer counts.
func TestTimesThatOccurTwice(t *testing.T) {
	t.Parallel()
	terms := func(which civil.Occurrence, span civil.Span, date string) scheduling.Terms {
		v := geneva()
		v.Weekend, v.Sittings = nil, []civil.Span{span}
		return scheduling.Terms{
			Duration: scheduling.Duration{Minutes: span.Minutes()},
			Options:  []scheduling.Option{{Venue: v, Which: which, Dates: []civil.Date{day(date)}}},
		}
	}
	for name, tc := range map[string]struct {
		which      civil.Occurrence
		span       civil.Span
		date       string
		start, end string
		kept       civil.Occurrence
		problems   []string
	}{
		"start twice, unsaid": {civil.Unsaid, hours("02:30", "05:00"), "2026-10-25", "", "", "", []string{
			"time_occurs_twice options[0].dates[0] date=2026-10-25 time=02:30 zone=Europe/Zurich",
		}},
		"end twice, unsaid": {civil.Unsaid, hours("01:00", "02:30"), "2026-10-25", "", "", "", []string{
			"time_occurs_twice options[0].dates[0] date=2026-10-25 time=02:30 zone=Europe/Zurich",
		}},
		"start twice, first":    {civil.First, hours("02:30", "05:00"), "2026-10-25", "2026-10-25T00:30Z", "2026-10-25T04:00Z", civil.First, nil},
		"start twice, second":   {civil.Second, hours("02:30", "05:00"), "2026-10-25", "2026-10-25T01:30Z", "2026-10-25T04:00Z", civil.Second, nil},
		"end twice, second":     {civil.Second, hours("01:00", "02:30"), "2026-10-25", "2026-10-24T23:00Z", "2026-10-25T01:30Z", civil.Second, nil},
		"both twice, first":     {civil.First, hours("02:00", "02:45"), "2026-10-25", "2026-10-25T00:00Z", "2026-10-25T00:45Z", civil.First, nil},
		"across, neither twice": {civil.Second, hours("01:00", "05:00"), "2026-10-25", "2026-10-24T23:00Z", "2026-10-25T04:00Z", civil.Unsaid, nil},
		"answered, not asked":   {civil.Second, hours("02:30", "05:00"), "2026-10-26", "2026-10-26T01:30Z", "2026-10-26T04:00Z", civil.Unsaid, nil},
		"start does not exist": {civil.First, hours("02:30", "05:00"), "2027-03-28", "", "", "", []string{
			"time_does_not_exist options[0].dates[0] date=2027-03-28 time=02:30 zone=Europe/Zurich",
		}},
		"end does not exist": {civil.Unsaid, hours("01:00", "02:59"), "2027-03-28", "", "", "", []string{
			"time_does_not_exist options[0].dates[0] date=2027-03-28 time=02:59 zone=Europe/Zurich",
		}},
		"across a gap": {civil.Unsaid, hours("01:00", "05:00"), "2027-03-28", "2027-03-28T00:00Z", "2027-03-28T03:00Z", civil.Unsaid, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems := terms(tc.which, tc.span, tc.date).Candidates()
			if diff := cmp.Diff(tc.problems, said(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if (len(got) == 1) != (tc.start != "") {
				t.Fatalf("%d slots", len(got))
			}
			if tc.start != "" && (utc(got[0].Start()) != tc.start || utc(got[0].End()) != tc.end || got[0].Which != tc.kept) {
				t.Errorf("%s to %s, %q; want %s to %s, %q", utc(got[0].Start()), utc(got[0].End()), got[0].Which, tc.start, tc.end, tc.kept)
			}
		})
	}
}

// The first and the second 02:30 of an autumn night are two slots, and both
// are offered; the first is not lost to the second.
func TestTwoOccurrencesAreTwoSlots(t *testing.T) {
	t.Parallel()
	v := geneva()
	v.Weekend, v.Day = nil, hours("02:30", "05:00")
	terms := at(v, oneDay, window("2026-10-25", "2026-10-26"))
	terms.Options = append(terms.Options, terms.Options[0])
	terms.Options[0].Which, terms.Options[1].Which = civil.Second, civil.First
	got, problems := terms.Candidates()
	if len(got) != 3 || problems != nil {
		t.Fatalf("%d slots, problems %v; want 3", len(got), problems)
	}
	if !slices.Equal(got[1].Sources, []int{0, 1}) || !slices.Equal(got[0].Sources, []int{0}) || !slices.Equal(got[2].Sources, []int{1}) {
		t.Errorf("sources %v, %v, %v", got[0].Sources, got[1].Sources, got[2].Sources)
	}
}

func TestMerging(t *testing.T) {
	t.Parallel()
	terms := scheduling.Terms{Duration: scheduling.Duration{Days: 2}, Options: []scheduling.Option{
		{Order: scheduling.OrderAlternative, Venue: geneva(), Windows: []scheduling.Window{window("2026-11-17", "2026-11-19")}},
		{Order: scheduling.OrderPreferred, Venue: geneva(), Format: scheduling.Hybrid, Windows: []scheduling.Window{window("2026-11-18", "2026-11-20"), window("2026-11-17", "2026-11-19")}},
		{Order: scheduling.OrderAlternative, Venue: washington(), Windows: []scheduling.Window{window("2026-11-18", "2026-11-19")}},
	}}
	terms.Options[1].Windows = terms.Options[1].Windows[:1]
	got, problems := terms.Candidates()
	type source struct {
		Venue   string
		First   int
		Order   scheduling.Order
		Format  scheduling.Format
		Option  int
		Sources []int
	}
	var rows []source
	for _, c := range got {
		rows = append(rows, source{c.Venue.Name, c.Days[0].Day, c.Order, c.Format, c.Option, c.Sources})
	}
	want := []source{
		{"Geneva", 18, scheduling.OrderPreferred, scheduling.Hybrid, 1, []int{0, 1}},
		{"Geneva", 19, scheduling.OrderPreferred, scheduling.Hybrid, 1, []int{1}},
		{"Geneva", 17, scheduling.OrderAlternative, scheduling.InPerson, 0, []int{0}},
		{"Washington", 18, scheduling.OrderAlternative, scheduling.InPerson, 2, []int{2}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"same_slot_other_format options[0].format date=2026-11-18 option=1"}, said(problems)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

// TestCandidateLaws holds for all terms: the same list for the same terms; each
// candidate on meeting days of its venue, within a window or begun on a date of
// each source, with as many days as asked and no more days between than may be
// bridged; no two the same; in order; and in instants that the clocks show.
func TestCandidateLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms().Draw(t, "terms")
		before, err := json.Marshal(terms)
		if err != nil {
			t.Fatal(err)
		}
		got, problems := terms.Candidates()
		again, problemsAgain := terms.Candidates()
		if diff := cmp.Diff(got, again) + cmp.Diff(problems, problemsAgain); diff != "" {
			t.Fatalf("the same terms give another list:\n%s", diff)
		}
		if after, _ := json.Marshal(terms); string(after) != string(before) {
			t.Fatalf("terms were changed")
		}
		for i, c := range got {
			if c.Option != rankFirst(terms, c.Sources) || !slices.IsSorted(c.Sources) {
				t.Fatalf("candidate of option %d has sources %v", c.Option, c.Sources)
			}
			for _, s := range c.Sources {
				if !allowed(terms, terms.Options[s], c) {
					t.Fatalf("option %d does not allow %v %v", s, c.Days, c.Hours)
				}
			}
			shows(t, c)
			for _, d := range got[i+1 : min(len(got), i+40)] {
				if c.Same(d) {
					t.Fatalf("%v %v twice", c.Days, c.Hours)
				}
			}
			if i > 0 && !inOrder(terms, got[i-1], c) {
				t.Fatalf("%v of option %d stands before %v of option %d", got[i-1].Days, got[i-1].Option, c.Days, c.Option)
			}
		}
	})
}

// TestMergingIsIdempotent: offering everything twice gives the same slots, with
// two sources each.
func TestMergingIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms().Draw(t, "terms")
		once, _ := terms.Candidates()
		twice := terms
		for i := range terms.Options {
			o := terms.Options[i]
			o.Windows, o.Dates = slices.Concat(o.Windows, o.Windows), slices.Concat(o.Dates, o.Dates)
			slices.Reverse(o.Windows)
			slices.Reverse(o.Dates)
			twice.Options = slices.Clone(twice.Options)
			twice.Options[i] = o
		}
		got, _ := twice.Candidates()
		if diff := cmp.Diff(summary(once), summary(got)); diff != "" {
			t.Fatalf("(-once +twice):\n%s", diff)
		}
		twice.Options = slices.Concat(terms.Options, terms.Options)
		got, _ = twice.Candidates()
		if len(got) != len(once) {
			t.Fatalf("%d slots once, %d twice", len(once), len(got))
		}
		for _, c := range got {
			if len(c.Sources)%2 != 0 {
				t.Fatalf("sources %v of %v", c.Sources, c.Days)
			}
		}
	})
}

func summary(cs []scheduling.Candidate) []scheduling.Candidate {
	out := slices.Clone(cs)
	for i := range out {
		out[i].Venue = scheduling.Venue{Name: out[i].Venue.Name}
	}
	return out
}

// rankFirst is the source that stands first.
func rankFirst(t scheduling.Terms, sources []int) int {
	for _, s := range sources {
		if t.Options[s].Order == scheduling.OrderPreferred {
			return s
		}
	}
	return sources[0]
}

func allowed(t scheduling.Terms, o scheduling.Option, c scheduling.Candidate) bool {
	needed := max(1, t.Duration.Days)
	first, last := c.Days[0], c.Days[len(c.Days)-1]
	if len(c.Days) != needed || last.DaysSince(first)+1-needed > t.Bridging || !slices.IsSortedFunc(c.Days, civil.Date.Compare) {
		return false
	}
	for d := first; !d.After(last); d = d.Add(1) {
		if o.Venue.MeetingDay(d, t.Weekends) != slices.Contains(c.Days, d) {
			return false
		}
	}
	switch {
	case t.DateOnly && c.Hours != (civil.Span{}), !t.DateOnly && t.Duration.Days > 0 && c.Hours != o.Venue.Day:
		return false
	case t.Duration.Minutes > 0:
		sittings := slices.Concat(o.Venue.Sittings, o.Venue.ExtraSittings)
		if len(o.Venue.Sittings) == 0 {
			sittings = append(sittings, o.Venue.Day)
		}
		grid := t.Duration.Grid
		if grid == 0 {
			grid = scheduling.UsualGrid
		}
		if c.Hours.Minutes() != t.Duration.Minutes || !slices.ContainsFunc(sittings, func(s civil.Span) bool {
			return s.From <= c.Hours.From && c.Hours.To <= s.To && int(c.Hours.From-s.From)%grid == 0
		}) {
			return false
		}
	}
	return slices.Contains(o.Dates, first) || slices.ContainsFunc(o.Windows, func(w scheduling.Window) bool {
		return !first.Before(w.From) && !last.After(w.To)
	})
}

// shows fails unless clocks at the venue show the candidate's times at its
// instants.
func shows(t *rapid.T, c scheduling.Candidate) {
	if c.DateOnly {
		return
	}
	start, end := c.Start(), c.End()
	last := c.Days[len(c.Days)-1]
	if c.Hours.To == civil.EndOfDay {
		last = last.Add(1)
	}
	if civil.DateOf(start) != c.Days[0] || start.Hour()*60+start.Minute() != int(c.Hours.From) ||
		civil.DateOf(end) != last || end.Hour()*60+end.Minute() != int(c.Hours.To)%int(civil.EndOfDay) || !start.Before(end) {
		t.Fatalf("%v %v in %s is from %v to %v", c.Days, c.Hours, c.Venue.Zone, start, end)
	}
}

func inOrder(t scheduling.Terms, a, b scheduling.Candidate) bool {
	rank := func(c scheduling.Candidate) int {
		if c.Order == scheduling.OrderPreferred {
			return c.Option
		}
		return c.Option + len(t.Options)
	}
	switch {
	case rank(a) != rank(b):
		return rank(a) < rank(b)
	case !a.Start().Equal(b.Start()):
		return a.Start().Before(b.Start())
	}
	return !a.End().After(b.End())
}

// yearAt20Venues is a year of windows at each of 20 cities.
func yearAt20Venues(cities int) scheduling.Terms {
	terms := scheduling.Terms{Duration: oneDay, Weekends: true}
	for i, name := range scheduling.Cities() {
		if i%13 == 0 && len(terms.Options) < cities {
			v, _ := scheduling.LookupCity(name)
			terms.Options = append(terms.Options, scheduling.Option{Venue: v, Windows: []scheduling.Window{window("2027-01-01", "2027-12-31")}})
		}
	}
	return terms
}

func TestCandidatesYear20Venues(t *testing.T) {
	t.Parallel()
	got, problems := yearAt20Venues(20).Candidates()
	if len(got) != 20*365 || problems != nil {
		t.Errorf("%d slots, problems %v; want %d", len(got), problems, 20*365)
	}
}

func BenchmarkCandidatesYear20Venues(b *testing.B) {
	for _, cities := range []int{5, 10, 20} {
		terms := yearAt20Venues(cities)
		b.Run(map[int]string{5: "5", 10: "10", 20: "20"}[cities], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got, _ := terms.Candidates(); len(got) != cities*365 {
					b.Fatal(len(got))
				}
			}
		})
	}
}
