package civil

import (
	"fmt"
	"strconv"
	"strings"
)

// A TimeOfDay is a time on the wall clock in whole minutes, 00:00 to 24:00.
// 24:00 is only ever an end: the midnight that closes a day.
type TimeOfDay int

// EndOfDay is 24:00.
const EndOfDay TimeOfDay = 24 * 60

// Clock is the time of day with the given hour and minute.
func Clock(hour, minute int) TimeOfDay { return TimeOfDay(hour*60 + minute) }

// ParseTimeOfDay reads 09:30 or 24:00. Hours have one or two digits.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	h, m, ok := strings.Cut(s, ":")
	hour, errH := strconv.ParseUint(h, 10, 8)
	minute, errM := strconv.ParseUint(m, 10, 8)
	t := Clock(int(hour), int(minute))
	if !ok || errH != nil || errM != nil || len(m) != 2 || len(h) > 2 || minute > 59 || t > EndOfDay {
		return 0, fmt.Errorf("civil: parse time of day %q: want HH:MM from 00:00 to 24:00", s)
	}
	return t, nil
}

// Hour is the hour, 0 to 24.
func (t TimeOfDay) Hour() int { return int(t) / 60 }

// Minute is the minute within the hour, 0 to 59.
func (t TimeOfDay) Minute() int { return int(t) % 60 }

// String is the form 09:30.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", t.Hour(), t.Minute()) }

// MarshalText is String.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is ParseTimeOfDay.
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	parsed, err := ParseTimeOfDay(string(b))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

// A Span is a stretch of one day on the wall clock, half-open [From, To).
type Span struct {
	From TimeOfDay `json:"from"`
	To   TimeOfDay `json:"to"`
}

// Minutes is the length of s on the wall clock.
func (s Span) Minutes() int { return int(s.To - s.From) }

// Valid reports whether s is a stretch of at least a minute within one day.
func (s Span) Valid() bool { return 0 <= s.From && s.From < s.To && s.To <= EndOfDay }

// String is the form 10:00-18:00.
func (s Span) String() string { return s.From.String() + "-" + s.To.String() }
