package scheduling

import "parley/scheduling/civil"

// An Order says how an option stands among the others of its offer.
type Order string

// The orders of an option.
const (
	OrderPreferred   Order = "preferred"
	OrderAlternative Order = "alternative"
)

// A Format says how delegations come together.
type Format string

// The formats of a meeting.
const (
	InPerson Format = "in_person"
	Remote   Format = "remote"
	Hybrid   Format = "hybrid"
)

// A Window is a stretch of days at a venue, both ends included, inside which
// the whole meeting must lie.
type Window struct{ From, To civil.Date }

// Days is the number of days in w, none when it is reversed.
func (w Window) Days() int { return max(0, w.To.DaysSince(w.From)+1) }

// An Option is one venue with the dates offered there: windows, or a list of
// dates on which the meeting may begin.
type Option struct {
	Order   Order
	Venue   Venue
	Windows []Window
	// Dates are first days. A meeting of several days that begins on one of
	// them goes on over the meeting days that follow, listed or not.
	Dates  []civil.Date
	Format Format
	// Which answers for local times that occur twice.
	Which civil.Occurrence
}

// A Duration is how long the meeting lasts: a number of session Days, or one
// sitting of some Minutes. The other is zero.
type Duration struct {
	Days    int
	Minutes int
	// Grid is the step in minutes between two possible starts in a sitting,
	// counted from the sitting's start. Zero stands for UsualGrid.
	Grid int
}

// UsualGrid is the step between two possible starts, in minutes.
const UsualGrid = 30

// Terms are what an offer says of time and place. Candidates turns them into
// slots.
type Terms struct {
	Duration Duration
	// Weekends allows meetings on the venue's weekend days.
	Weekends bool
	// Bridging is how many days without meetings a session of several days may
	// span in all.
	Bridging int
	// NoticeDays is how many days before the first day a slot must have been
	// decided.
	NoticeDays int
	// DateOnly leaves the hours open: slots are days.
	DateOnly bool
	Options  []Option
}

// Limits of what one offer can hold. They are far above what any offer needs,
// and keep the work for one bounded.
const (
	// MaxOptions is the number of options in an offer.
	MaxOptions = 100
	// MaxWindows is the number of windows in an option, and MaxDates of dates.
	MaxWindows = 100
	MaxDates   = 1000
	// MaxWindowDays is the length of a window: a year.
	MaxWindowDays = 366
	// MaxDurationDays is the longest meeting in session days.
	MaxDurationDays = 60
	// MaxBridging is the number of days without meetings in one session.
	MaxBridging = 60
	// MaxNoticeDays is the longest notice: two years.
	MaxNoticeDays = 731
	// MaxSittings is the number of sittings of a venue in a day.
	MaxSittings = 24
	// MaxClosed is the number of closed dates of a venue.
	MaxClosed = 1000
	// MinYear and MaxYear bound the dates of an offer.
	MinYear = 1900
	MaxYear = 2200
	// MaxCandidates is the number of slots that an offer may give: a year of
	// windows at 20 venues passes.
	MaxCandidates = 10_000
)
