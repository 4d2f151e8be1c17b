// Package clash says whether one person can keep two engagements: they must not
// fall on the same days, and between two cities there must be time to travel.
// It also holds the outside proof of that rule: problem 046 of CSPLib, meeting
// scheduling, is read, decided and checked with the same code.
package clash

import "parley/scheduling/civil"

// A Stay is the days that somebody has to be in a city, both ends included,
// local to the city.
type Stay struct {
	City        string
	First, Last civil.Date
	// Hours is the stretch of each of the days that is taken. The zero Span is
	// the whole day.
	Hours civil.Span
}

// Covers reports whether s is in the city of t on all of its days.
func (s Stay) Covers(t Stay) bool {
	return s.City == t.City && !t.First.Before(s.First) && !t.Last.After(s.Last)
}

// Reason is why two stays cannot both be kept.
type Reason string

// The reasons. Free is none.
const (
	Free   Reason = ""
	Busy   Reason = "busy"   // both take the same day
	Travel Reason = "travel" // not enough whole days between them to travel
)

// MissingDays is the travel time, in whole days, between two different cities
// of which a table says nothing.
const MissingDays = 1

// A Leg is a line of a travel table: how many whole days are needed between
// the last day in one city and the first in the other. It holds in both
// directions unless OneWay.
type Leg struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Days   int    `json:"days"`
	OneWay bool   `json:"one_way,omitempty"`
}

// A Table is travel times between cities. The zero Table has MissingDays
// between any two.
type Table struct {
	days map[[2]string]int
}

// NewTable is the table of legs. A leg of one direction is stronger than one
// of both; of two that say the same thing, the later counts.
func NewTable(legs []Leg) Table {
	t := Table{days: make(map[[2]string]int, 2*len(legs))}
	for _, oneWay := range []bool{false, true} {
		for _, l := range legs {
			if l.OneWay != oneWay {
				continue
			}
			t.days[[2]string{l.From, l.To}] = l.Days
			if !oneWay {
				t.days[[2]string{l.To, l.From}] = l.Days
			}
		}
	}
	return t
}

// Days is the whole days of travel from one city to another: none within a
// city, and MissingDays where the table says nothing.
func (t Table) Days(from, to string) int {
	if from == to {
		return 0
	}
	if n, ok := t.days[[2]string{from, to}]; ok {
		return n
	}
	return MissingDays
}

// Between is why a and b cannot both be kept, whichever comes first. The later
// one must begin at least one day and the travel time after the last day of the
// earlier one. In one city two meetings may also share a day at different
// hours.
func (t Table) Between(a, b Stay) Reason {
	if a.City == b.City && a.Hours.Valid() && b.Hours.Valid() && (a.Hours.To <= b.Hours.From || b.Hours.To <= a.Hours.From) {
		return Free
	}
	if b.First.Before(a.First) {
		a, b = b, a
	}
	switch free := b.First.DaysSince(a.Last) - 1; {
	case free < 0:
		return Busy
	case free < t.Days(a.City, b.City):
		return Travel
	}
	return Free
}
