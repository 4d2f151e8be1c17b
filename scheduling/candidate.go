package scheduling

import (
	"slices"
	"time"

	"parley/scheduling/civil"
)

// A Candidate is one concrete meeting that terms give: a venue, its session
// days, and the hours on each of them.
type Candidate struct {
	Venue  Venue
	Format Format
	Order  Order
	// Option is the index of the option it comes from; of several, the one
	// that stands first: preferred ones before alternatives, then by index.
	Option int
	// Sources are the indexes of all options that give it, rising.
	Sources []int
	// Days are the session days, rising, local to the venue. Days between them
	// are without meetings.
	Days []civil.Date
	// Hours are the hours on each session day; zero when DateOnly.
	Hours civil.Span
	// Which says which instant is meant where a time of the candidate occurs
	// twice, and is Unsaid where none does.
	Which    civil.Occurrence
	DateOnly bool
}

// Start is the instant, in the venue's location, at which the first session
// day begins: at Hours.From, or with the day itself when DateOnly.
func (c Candidate) Start() time.Time {
	if c.DateOnly {
		return civil.Midnight(c.Days[0], c.Venue.Zone)
	}
	return c.instant(c.Days[0], c.Hours.From)
}

// End is the instant, in the venue's location, at which the last session day
// ends: at Hours.To, or with the day itself when DateOnly.
func (c Candidate) End() time.Time {
	last := c.Days[len(c.Days)-1]
	if c.DateOnly {
		return civil.Midnight(last.Add(1), c.Venue.Zone)
	}
	return c.instant(last, c.Hours.To)
}

// instant is the instant of a time of c. Candidates gives out only times that
// exist and are certain; a change of the zone's rules can undo that for one
// kept since, and then the nearest reading stands: the first of two, or as far
// after the gap as the time is in it.
func (c Candidate) instant(d civil.Date, t civil.TimeOfDay) time.Time {
	which := c.Which
	if which == civil.Unsaid {
		which = civil.First
	}
	at, err := civil.Instant(d, t, c.Venue.Zone, which)
	if err != nil {
		return time.Date(d.Year, d.Month, d.Day, 0, int(t), 0, 0, c.Venue.Zone.Location())
	}
	return at
}

// Same reports whether c and d are one slot: the same venue, session days and
// times. Their sources, order and format do not count.
func (c Candidate) Same(d Candidate) bool {
	return c.Venue.Name == d.Venue.Name && c.Venue.Zone == d.Venue.Zone &&
		c.Hours == d.Hours && c.DateOnly == d.DateOnly && c.Which == d.Which &&
		slices.Equal(c.Days, d.Days)
}

// DecideBy is the last date, at the venue, on which a slot that begins on
// first can still be decided: as many days before as the longest of the notice
// and the visa lead times of those who must travel.
func DecideBy(first civil.Date, noticeDays int, leadDays ...int) civil.Date {
	return first.Add(-max(0, noticeDays, slices.Max(append([]int{0}, leadDays...))))
}
