// Package civil holds calendar values that are not instants: days, times on
// the wall, zones, and the one function that turns them into an instant.
package civil

import (
	"fmt"
	"time"
)

// A Date is a day on the calendar (proleptic Gregorian), in no zone. The zero
// Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads the ISO 8601 form 2026-11-30. A day that does not exist,
// such as 2026-11-31, is an error.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("civil: parse date %q: %w", s, err)
	}
	return DateOf(t), nil
}

// DateOf is the day that t falls on in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Valid reports whether d is a day that exists.
func (d Date) Valid() bool {
	return d == DateOf(d.midnight()) && !d.IsZero()
}

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Add is the day n days later; n may be negative.
func (d Date) Add(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// DaysSince is the number of days from earlier to d, negative when d is first.
func (d Date) DaysSince(earlier Date) int {
	return int(d.midnight().Sub(earlier.midnight()) / (24 * time.Hour))
}

// Compare is -1, 0 or +1 as d is before, on, or after e.
func (d Date) Compare(e Date) int { return d.midnight().Compare(e.midnight()) }

// Before reports whether d is an earlier day than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is a later day than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// String is the ISO 8601 form 2026-11-30, and "" for no day.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText is String, so that dates stand in JSON as ISO text.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDate; empty text is no day.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// midnight stands for d in arithmetic. UTC has no gaps, so a difference in
// days is always a multiple of 24 hours there.
func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
