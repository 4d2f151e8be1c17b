package scheduling

import (
	"slices"
	"time"

	"parley/scheduling/civil"
)

// A Venue is where a round may take place, and the facts of the place that
// remove slots for everybody: its weekend, its closed dates, its hours. All
// dates and times of a venue are local to its Zone.
type Venue struct {
	// Name is the city. It heads the labels of the venue's slots.
	Name string
	// Place is the building, if it is known: Palais des Nations.
	Place string
	// Zone is the city's time zone.
	Zone civil.Zone
	// Country is the ISO 3166-1 alpha-2 code, such as CH, or empty.
	Country string
	// Weekend is the weekly days without meetings. None means that every day
	// of the week is a working day.
	Weekend []time.Weekday
	// Day is the usual hours of a day of meetings. The zero Span stands for
	// UsualDay.
	Day civil.Span
	// Sittings are the stretches of a day in which a meeting of some hours may
	// lie. Without any, it may lie anywhere in Day.
	Sittings []civil.Span
	// ExtraSittings are used besides Sittings, such as an evening sitting that
	// this round may have. Meetings of whole days do not use either.
	ExtraSittings []civil.Span
	// Closed is the dates on which the venue is not available.
	Closed []civil.Date
}

// UsualDay is the hours of a day of meetings where a venue states none.
var UsualDay = civil.Span{From: civil.Clock(10, 0), To: civil.Clock(18, 0)}

// UsualSittings are the two sittings of a day that conference centres keep.
func UsualSittings() []civil.Span {
	return []civil.Span{
		{From: civil.Clock(10, 0), To: civil.Clock(13, 0)},
		{From: civil.Clock(15, 0), To: civil.Clock(18, 0)},
	}
}

// MeetingDay reports whether the venue can be used on d: it is not closed
// then, and it is not a weekend day unless weekends are allowed.
func (v Venue) MeetingDay(d civil.Date, weekends bool) bool {
	return (weekends || !slices.Contains(v.Weekend, d.Weekday())) && !slices.Contains(v.Closed, d)
}

// hours is Day, or UsualDay where the venue states none.
func (v Venue) hours() civil.Span {
	if v.Day == (civil.Span{}) {
		return UsualDay
	}
	return v.Day
}

// sittings is the stretches in which a meeting of some hours may lie.
func (v Venue) sittings() []civil.Span {
	usual := v.Sittings
	if len(usual) == 0 {
		usual = []civil.Span{v.hours()}
	}
	return slices.Concat(usual, v.ExtraSittings)
}
