package calendar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-ical"

	"parley/scheduling/civil"
)

// timezones are the VTIMEZONEs of a file by zone. A zone that is not in it is
// written in UTC.
type timezones map[civil.Zone]*ical.Component

// timezonesOf gives a VTIMEZONE to each zone whose clocks, in all the years
// that events use, follow two yearly rules or never change.
func timezonesOf(events []Event) timezones {
	type years struct{ first, last int }
	used := make(map[civil.Zone]years)
	for _, e := range events {
		h, ok := e.When.(Hours)
		if !ok || h.inUTC() {
			continue
		}
		start, end := h.instants()
		y, ok := used[h.Zone]
		if !ok {
			y = years{start.Year(), end.Year()}
		}
		used[h.Zone] = years{min(y.first, start.Year()), max(y.last, end.Year())}
	}
	zones := make(timezones, len(used))
	for zone, y := range used {
		if c, ok := newTimezone(zone, y.first, y.last); ok {
			zones[zone] = c
		}
	}
	return zones
}

// components are the VTIMEZONEs by name.
func (z timezones) components() []*ical.Component {
	var list []*ical.Component
	for _, zone := range slices.Sorted(maps.Keys(z)) {
		list = append(list, z[zone])
	}
	return list
}

// afterwards is for how many years more a rule must hold. In a single year the
// clocks of Casablanca, which go by the moon, fit a rule too; clients that keep
// a zone for later events would be misled.
const afterwards = 2

// newTimezone is the VTIMEZONE of zone (RFC 5545 section 3.6.5) for local times
// of the years first to last, and false when yearly rules cannot say what the
// zone database says in each of them and a little longer. The rules are RRULEs:
// Outlook ignores observances by RDATE.
func newTimezone(zone civil.Zone, first, last int) (*ical.Component, bool) {
	last += afterwards
	loc := zone.Location()
	tz := ical.NewComponent(ical.CompTimezone)
	setText(tz, ical.PropTimezoneID, string(zone))
	changes := changesBetween(loc, first, last)
	if len(changes) == 0 {
		start := time.Date(first-1, time.January, 1, 0, 0, 0, 0, time.UTC)
		name, offset := time.Date(first, time.July, 1, 0, 0, 0, 0, loc).Zone()
		tz.Children = append(tz.Children, observance(ical.CompTimezoneStandard, start, offset, offset, name))
		return tz, true
	}
	var forward, back []change
	for _, c := range changes {
		if c.to > c.from {
			forward = append(forward, c)
		} else {
			back = append(back, c)
		}
	}
	daylight, ok := yearlyRule(forward, first, last)
	standard, ok2 := yearlyRule(back, first, last)
	if !ok || !ok2 {
		return nil, false
	}
	// The year before the first begins the rules, so that the first year's
	// January has an observance that it follows from.
	tz.Children = []*ical.Component{
		daylight.observance(ical.CompTimezoneDaylight, first-1),
		standard.observance(ical.CompTimezoneStandard, first-1),
	}
	return tz, true
}

// observance is a STANDARD or DAYLIGHT that begins at start on the clocks in
// force before it.
func observance(kind string, start time.Time, from, to int, name string) *ical.Component {
	c := ical.NewComponent(kind)
	setRaw(c, ical.PropDateTimeStart, start.Format("20060102T150405"))
	setRaw(c, ical.PropTimezoneOffsetFrom, offsetText(from))
	setRaw(c, ical.PropTimezoneOffsetTo, offsetText(to))
	setText(c, ical.PropTimezoneName, name)
	return c
}

// A change is a moment at which the clocks of a zone are put forward or back.
type change struct {
	wall     time.Time // what the clocks show just before, written in UTC
	from, to int       // offsets before and after, in seconds east of UTC
	name     string    // abbreviation of the time that begins
}

// changesBetween are the changes of loc from first to last, by the year that
// the clocks show just before.
func changesBetween(loc *time.Location, first, last int) []change {
	var changes []change
	at := time.Date(first, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -2).In(loc)
	for {
		_, from := at.Zone()
		_, next := at.ZoneBounds()
		if next.IsZero() {
			return changes
		}
		if !next.After(at) {
			// On 31 December of leap years after 2037, package time says that
			// what is in force ends with 30 December (Go 1.26).
			at = at.Add(24 * time.Hour)
			continue
		}
		name, to := next.Zone()
		wall := next.UTC().Add(time.Duration(from) * time.Second)
		if wall.Year() > last {
			return changes
		}
		if wall.Year() >= first && from != to { // else only the name changes
			changes = append(changes, change{wall, from, to, name})
		}
		at = next
	}
}

// A rule is a change that happens each year on the nth such weekday of a
// month; nth -1 is the last.
type rule struct {
	change // one of those it stands for
	nth    int
}

// yearlyRule is the rule that gives exactly changes, one in each year.
func yearlyRule(changes []change, first, last int) (rule, bool) {
	if len(changes) != last-first+1 {
		return rule{}, false
	}
	for _, nth := range []int{-1, 1, 2, 3, 4} {
		r := rule{changes[0], nth}
		fits := true
		for i, c := range changes {
			fits = fits && c.from == r.from && c.to == r.to && c.wall.Equal(r.onset(first+i))
		}
		if fits {
			return r, true
		}
	}
	return rule{}, false
}

// onset is the wall time, written in UTC, at which r takes effect in year.
func (r rule) onset(year int) time.Time {
	w := r.wall
	month := time.Date(year, w.Month(), 1, w.Hour(), w.Minute(), w.Second(), 0, time.UTC)
	if r.nth < 0 {
		end := month.AddDate(0, 1, -1)
		return end.AddDate(0, 0, -int(7+end.Weekday()-w.Weekday())%7)
	}
	return month.AddDate(0, 0, int(7+w.Weekday()-month.Weekday())%7+7*(r.nth-1))
}

// observance is the STANDARD or DAYLIGHT in which r holds from a year on.
func (r rule) observance(kind string, from int) *ical.Component {
	c := observance(kind, r.onset(from), r.from, r.to, r.name)
	setRaw(c, ical.PropRecurrenceRule, r.String())
	return c
}

// String is r as an RRULE.
func (r rule) String() string {
	day := strings.ToUpper(r.wall.Weekday().String()[:2])
	return fmt.Sprintf("FREQ=YEARLY;BYMONTH=%d;BYDAY=%d%s", int(r.wall.Month()), r.nth, day)
}

// offsetText is an offset in seconds as +0100, or as -003408 when it has
// seconds (RFC 5545 section 3.3.14).
func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	s := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		s += fmt.Sprintf("%02d", seconds%60)
	}
	return s
}

// occursTwice reports whether the clocks of t's location show the wall time of
// t at another instant too, since they go back around then.
func occursTwice(t time.Time) bool {
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	if !start.IsZero() {
		_, before := start.Add(-1).Zone()
		if t.Before(start.Add(time.Duration(before-offset) * time.Second)) {
			return true
		}
	}
	if !end.IsZero() {
		_, after := end.Zone()
		return after < offset && !t.Before(end.Add(time.Duration(after-offset)*time.Second))
	}
	return false
}
