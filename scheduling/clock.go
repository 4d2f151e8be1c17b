package scheduling

import (
	"errors"
	"math"
	"time"

	"parley/scheduling/civil"
)

// clock turns local times of one zone into instants. It remembers the stretch
// around the last one in which the zone's offset stays the same, since nearly
// all times of an offer lie in two or three such stretches.
type clock struct {
	zone     civil.Zone
	offset   int64 // seconds east of UTC
	from, to int64 // local seconds between which the offset holds and each time occurs once
}

// margin keeps clear of a change of clocks: no zone ever changed by more than
// the day of the date line, so that a local time farther off occurs once.
const margin = 26 * 60 * 60

// instant is civil.Instant in Unix seconds; twice reports that the time occurs
// twice.
func (k *clock) instant(d civil.Date, t civil.TimeOfDay, which civil.Occurrence) (at int64, twice bool, err error) {
	wall := time.Date(d.Year, d.Month, d.Day, 0, int(t), 0, 0, time.UTC).Unix()
	if k.from <= wall && wall < k.to {
		return wall - k.offset, false, nil
	}
	instant, err := civil.Instant(d, t, k.zone, civil.Unsaid)
	if errors.Is(err, civil.ErrTwice) {
		instant, err = civil.Instant(d, t, k.zone, which)
		return instant.Unix(), true, err
	}
	if err != nil {
		return 0, false, err
	}
	_, offset := instant.Zone()
	start, end := instant.ZoneBounds()
	k.offset, k.from, k.to = int64(offset), math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		k.from = start.Unix() + k.offset + margin
	}
	if !end.IsZero() {
		k.to = end.Unix() + k.offset - margin
	}
	return instant.Unix(), false, nil
}
