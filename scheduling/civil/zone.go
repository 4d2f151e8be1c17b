package civil

import (
	"errors"
	"fmt"
	"sync"
	"time"
	_ "time/tzdata" // the zone database travels with the program
)

// A Zone is the name of a time zone in the IANA database, such as
// Europe/Zurich. A Zone from outside the program goes through ParseZone first.
type Zone string

// UTC is Coordinated Universal Time.
const UTC Zone = "UTC"

// ErrNoSuchTime means that a time on the wall does not exist on its day: the
// clocks go forward past it.
var ErrNoSuchTime = errors.New("civil: no such local time on that day")

// ErrTwice means that a time on the wall occurs twice on its day, since the
// clocks go back over it, and nobody has said which of the two is meant.
var ErrTwice = errors.New("civil: local time occurs twice on that day")

// Occurrence says which of two instants a time on the wall means on a day when
// the clocks go back.
type Occurrence string

// The occurrences. Unsaid is right for every time that occurs once.
const (
	Unsaid Occurrence = ""
	First  Occurrence = "first"
	Second Occurrence = "second"
)

var locations sync.Map // Zone to *time.Location

// ParseZone reads the name of a zone. An empty name, "Local", and a name that
// the embedded database does not know are errors.
func ParseZone(name string) (Zone, error) {
	z := Zone(name)
	if _, err := z.load(); err != nil {
		return "", err
	}
	return z, nil
}

// Location is z for use with package time. It panics when z did not come
// through ParseZone and is unknown.
func (z Zone) Location() *time.Location {
	l, err := z.load()
	if err != nil {
		panic(err)
	}
	return l
}

func (z Zone) load() (*time.Location, error) {
	if l, ok := locations.Load(z); ok {
		return l.(*time.Location), nil
	}
	if z == "" || z == "Local" {
		return nil, fmt.Errorf("civil: parse zone %q: want a name such as Europe/Zurich", string(z))
	}
	l, err := time.LoadLocation(string(z))
	if err != nil {
		return nil, fmt.Errorf("civil: parse zone %q: %w", string(z), err)
	}
	locations.Store(z, l)
	return l, nil
}

// UnmarshalText is ParseZone; empty text is no zone.
func (z *Zone) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*z = ""
		return nil
	}
	parsed, err := ParseZone(string(b))
	if err != nil {
		return err
	}
	*z = parsed
	return nil
}

// Instant is the instant, in z's location, at which clocks in z show t on d.
// 24:00 is midnight at the start of the next day. It is ErrNoSuchTime when
// they never do, and ErrTwice when they do twice and which is Unsaid.
//
// time.Date never complains: it moves 02:30 on a spring-forward day to 03:30
// and takes either of the two in autumn. So the zone is asked on both sides.
func Instant(d Date, t TimeOfDay, z Zone, which Occurrence) (time.Time, error) {
	loc := z.Location()
	wall := time.Date(d.Year, d.Month, d.Day, 0, int(t), 0, 0, time.UTC)
	var found []time.Time
	// Every offset in force within a day of the wall time is a candidate.
	for _, probe := range []time.Duration{-30 * time.Hour, -3 * time.Hour, 0, 3 * time.Hour, 30 * time.Hour} {
		_, offset := wall.Add(probe).In(loc).Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(loc)
		_, actual := at.Zone()
		if actual == offset && (len(found) == 0 || !found[len(found)-1].Equal(at)) {
			found = append(found, at)
		}
	}
	switch {
	case len(found) == 0:
		return time.Time{}, fmt.Errorf("%w: %s %s %s", ErrNoSuchTime, d, t, string(z))
	case len(found) == 1:
		return found[0], nil
	}
	first, second := found[0], found[len(found)-1]
	if second.Before(first) {
		first, second = second, first
	}
	switch which {
	case First:
		return first, nil
	case Second:
		return second, nil
	case Unsaid:
	}
	return time.Time{}, fmt.Errorf("%w: %s %s %s", ErrTwice, d, t, string(z))
}

// Midnight is the first instant of d in z. Where the clocks skip midnight the
// day begins later than 00:00, and that instant is given; where midnight
// occurs twice, the first is.
func Midnight(d Date, z Zone) time.Time {
	at, err := Instant(d, 0, z, First)
	if err == nil {
		return at
	}
	// The day begins at the change of the clocks: look for it from the day before.
	probe := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Add(-36 * time.Hour).In(z.Location())
	for {
		_, change := probe.ZoneBounds()
		if change.IsZero() || !DateOf(change).Before(d) {
			return change
		}
		probe = change
	}
}
