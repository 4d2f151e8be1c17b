package calendar

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"

	"parley/scheduling/civil"
)

// allZones is every name in the zone database.
//
//go:embed testdata/zones.txt
var allZones string

// The case that the product is for (and the year in which it took place).
func TestGenevaInNovember(t *testing.T) {
	t.Parallel()
	for _, year := range []int{2009, 2026} {
		h := Hours{Date: day(year, time.November, 19), Span: hours("10:00", "18:00"), Zone: geneva}
		if got, want := h.Date.Weekday(), time.Thursday; got != want {
			t.Errorf("19 November %d is a %v, want %v", year, got, want)
		}
		start, end := h.instants()
		if got, want := start.UTC(), time.Date(year, time.November, 19, 9, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("starts at %v, want %v", got, want)
		}
		if got, want := end.UTC(), time.Date(year, time.November, 19, 17, 0, 0, 0, time.UTC); !got.Equal(want) {
			t.Errorf("ends at %v, want %v", got, want)
		}
		out, err := File(with(func(e *Event) { e.When = h }))
		if err != nil {
			t.Fatal(err)
		}
		cal := mustDecode(t, out)
		if got := observed(t, cal.Children[0], year, start); got != 3600 {
			t.Errorf("VTIMEZONE gives the offset %d, want 3600", got)
		}
		for name, want := range map[string]string{"DTSTART": "20091119T100000", "DTEND": "20091119T180000"} {
			p := cal.Children[1].Props.Get(name)
			if want = strings.Replace(want, "2009", fmt.Sprint(year), 1); p.Value != want || p.Params.Get("TZID") != string(geneva) {
				t.Errorf("%s is %v, want %s in %s", name, p, want, geneva)
			}
		}
	}
}

// An observance of a VTIMEZONE as a reader has it, with onsets up to a year.
type observedTime struct {
	onsets []time.Time
	to     int
}

// readTimezone reads the observances of tz with rrule-go, which had no part in
// writing them.
func readTimezone(t *testing.T, tz *ical.Component, last int) []observedTime {
	t.Helper()
	var list []observedTime
	for _, c := range tz.Children {
		start, err := time.Parse("20060102T150405", c.Props.Get("DTSTART").Value)
		if err != nil {
			t.Fatal(err)
		}
		from, to := parseOffset(t, c, "TZOFFSETFROM"), parseOffset(t, c, "TZOFFSETTO")
		walls := []time.Time{start}
		if p := c.Props.Get("RRULE"); p != nil {
			option, err := rrule.StrToROption(p.Value)
			if err != nil {
				t.Fatal(err)
			}
			option.Dtstart = start
			rule, err := rrule.NewRRule(*option)
			if err != nil {
				t.Fatal(err)
			}
			walls = rule.Between(start, time.Date(last+1, time.January, 1, 0, 0, 0, 0, time.UTC), true)
			if len(walls) == 0 || !walls[0].Equal(start) {
				t.Fatalf("DTSTART %v is not the first of %s", start, p.Value)
			}
		}
		o := observedTime{to: to}
		for _, wall := range walls {
			o.onsets = append(o.onsets, wall.Add(-time.Duration(from)*time.Second))
		}
		list = append(list, o)
	}
	return list
}

func parseOffset(t *testing.T, c *ical.Component, name string) int {
	t.Helper()
	text := c.Props.Get(name).Value
	layout := "-0700"
	if len(text) == 7 {
		layout = "-070000"
	}
	at, err := time.Parse(layout, text)
	if err != nil {
		t.Fatal(err)
	}
	_, offset := at.Zone()
	return offset
}

// offsetAt is the offset in force at an instant: that of the latest onset.
func offsetAt(list []observedTime, at time.Time) (offset int, ok bool) {
	var latest time.Time
	for _, o := range list {
		for _, onset := range o.onsets {
			if !onset.After(at) && onset.After(latest) {
				latest, offset, ok = onset, o.to, true
			}
		}
	}
	return offset, ok
}

func observed(t *testing.T, tz *ical.Component, year int, at time.Time) int {
	t.Helper()
	offset, ok := offsetAt(readTimezone(t, tz, year), at)
	if !ok {
		t.Fatalf("no observance at %v in:\n%s", at, outline(tz))
	}
	return offset
}

// For every zone and every range of years from 2009 to 2035, either there is
// no VTIMEZONE, and UTC is written, or it gives at all instants of those years
// what the zone database gives.
func TestTimezonesMatchTheDatabase(t *testing.T) {
	t.Parallel()
	type span struct{ first, last int }
	spans := []span{{2009, 2035}, {2020, 2030}}
	for year := 2009; year <= 2035; year++ {
		spans = append(spans, span{year, year}, span{year, year + 1})
	}
	written, inUTC := 0, make(map[string]int)
	for name := range strings.FieldsSeq(allZones) {
		zone, err := civil.ParseZone(name)
		if err != nil {
			continue // the machine's own database may lack old names
		}
		loc := zone.Location()
		for _, s := range spans {
			tz, ok := newTimezone(zone, s.first, s.last)
			if !ok {
				if s == (span{2026, 2026}) {
					inUTC[name]++
				}
				continue
			}
			written++
			observances := readTimezone(t, tz, s.last)
			for _, at := range samples(loc, s.first, s.last) {
				_, want := at.Zone()
				if got, ok := offsetAt(observances, at); !ok || got != want {
					t.Errorf("%s in %d-%d: offset %d at %v, want %d", name, s.first, s.last, got, at, want)
					break
				}
			}
		}
	}
	if written < 30_000 {
		t.Errorf("%d VTIMEZONEs were compared, want most of 33,488", written)
	}
	// These go by the moon.
	for _, name := range []string{"Africa/Casablanca", "Africa/El_Aaiun"} {
		if inUTC[name] != 1 {
			t.Errorf("%s has a VTIMEZONE for 2026, want UTC", name)
		}
	}
	if len(inUTC) > 12 {
		t.Errorf("%d zones are written in UTC for 2026: %v", len(inUTC), inUTC)
	}
}

// samples are instants in the local years first to last: the middle of each
// month, and the seconds around each change of the clocks, which are found
// here by asking for every day.
func samples(loc *time.Location, first, last int) []time.Time {
	var list []time.Time
	from, to := time.Date(first, time.January, 1, 0, 0, 0, 0, loc), time.Date(last, time.December, 31, 23, 59, 59, 0, loc)
	list = append(list, from, to)
	step := 4 * 24 * time.Hour
	for at := from; at.Before(to); at = at.Add(step) {
		list = append(list, at)
		_, a := at.Zone()
		if _, b := at.Add(step).Zone(); a != b {
			lo, hi := at, at.Add(step)
			for hi.Sub(lo) > time.Second {
				mid := lo.Add(hi.Sub(lo) / 2).Truncate(time.Second)
				if _, m := mid.Zone(); m == a {
					lo = mid
				} else {
					hi = mid
				}
			}
			list = append(list, lo, hi)
		}
	}
	return slices.DeleteFunc(list, func(at time.Time) bool { return at.Year() < first || at.Year() > last })
}

func TestForm(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		when       Hours
		start, end string // with the zone, or Z
	}{
		"two rules":                {Hours{day(2026, 11, 19), hours("10:00", "18:00"), geneva, ""}, "20261119T100000 Europe/Zurich", "20261119T180000 Europe/Zurich"},
		"two rules, south":         {Hours{day(2026, 1, 19), hours("10:00", "18:00"), "Australia/Sydney", ""}, "20260119T100000 Australia/Sydney", "20260119T180000 Australia/Sydney"},
		"no change":                {Hours{day(2026, 11, 19), hours("10:00", "18:00"), "Asia/Kolkata", ""}, "20261119T100000 Asia/Kolkata", "20261119T180000 Asia/Kolkata"},
		"a year with one change":   {Hours{day(2016, 11, 19), hours("10:00", "18:00"), "Europe/Istanbul", ""}, "20161119T070000Z", "20161119T150000Z"},
		"the year after":           {Hours{day(2017, 11, 19), hours("10:00", "18:00"), "Europe/Istanbul", ""}, "20171119T100000 Europe/Istanbul", "20171119T180000 Europe/Istanbul"},
		"by the moon":              {Hours{day(2026, 11, 19), hours("10:00", "18:00"), "Africa/Casablanca", ""}, "20261119T090000Z", "20261119T170000Z"},
		"UTC":                      {Hours{day(2026, 11, 19), hours("10:00", "18:00"), civil.UTC, ""}, "20261119T100000Z", "20261119T180000Z"},
		"until midnight":           {Hours{day(2026, 11, 19), hours("10:00", "24:00"), geneva, ""}, "20261119T100000 Europe/Zurich", "20261120T000000 Europe/Zurich"},
		"across the change":        {Hours{day(2026, 10, 25), hours("01:30", "04:00"), geneva, ""}, "20261025T013000 Europe/Zurich", "20261025T040000 Europe/Zurich"},
		"starts in the first hour": {Hours{day(2026, 10, 25), hours("02:30", "04:00"), geneva, civil.First}, "20261025T003000Z", "20261025T030000Z"},
		"starts in the second":     {Hours{day(2026, 10, 25), hours("02:30", "04:00"), geneva, civil.Second}, "20261025T013000Z", "20261025T030000Z"},
		"ends in the first hour":   {Hours{day(2026, 10, 25), hours("01:00", "02:00"), geneva, ""}, "20261024T230000Z", "20261025T000000Z"},
		"ends as it is over":       {Hours{day(2026, 10, 25), hours("01:00", "03:00"), geneva, ""}, "20261025T010000 Europe/Zurich", "20261025T030000 Europe/Zurich"},
		"starts in the gap":        {Hours{day(2026, 3, 29), hours("02:30", "05:00"), geneva, ""}, "20260329T033000 Europe/Zurich", "20260329T050000 Europe/Zurich"},
		"all of it in the gap":     {Hours{day(2026, 3, 29), hours("02:00", "03:00"), geneva, ""}, "20260329T030000 Europe/Zurich", "20260329T040000 Europe/Zurich"},
		"midnight is skipped":      {Hours{day(2026, 3, 28), hours("20:00", "24:00"), "Asia/Beirut", ""}, "20260328T200000 Asia/Beirut", "20260329T010000 Asia/Beirut"},
		"29 February":              {Hours{day(2028, 2, 29), hours("10:00", "24:00"), geneva, ""}, "20280229T100000 Europe/Zurich", "20280301T000000 Europe/Zurich"},
		"end of a far leap year":   {Hours{day(2040, 12, 31), hours("10:00", "24:00"), geneva, ""}, "20401231T100000 Europe/Zurich", "20410101T000000 Europe/Zurich"},
		"west of the date line":    {Hours{day(2026, 11, 19), hours("00:00", "06:00"), "Pacific/Kiritimati", ""}, "20261119T000000 Pacific/Kiritimati", "20261119T060000 Pacific/Kiritimati"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := File(with(func(e *Event) { e.When = row.when }))
			if err != nil {
				t.Fatal(err)
			}
			cal := mustDecode(t, out)
			event := children(cal, "VEVENT")[0]
			for name, want := range map[string]string{"DTSTART": row.start, "DTEND": row.end} {
				p := event.Props.Get(name)
				if got := strings.TrimSpace(p.Value + " " + p.Params.Get("TZID")); got != want {
					t.Errorf("%s is %s, want %s", name, got, want)
				}
			}
			zones := children(cal, "VTIMEZONE")
			if got, want := len(zones) == 1, !strings.HasSuffix(row.start, "Z"); got != want {
				t.Errorf("has %d VTIMEZONEs", len(zones))
			}
		})
	}
}

// A time occurs twice when an hour more or less shows it again.
func TestOccursTwice(t *testing.T) {
	t.Parallel()
	for name, zone := range map[string]struct {
		zone civil.Zone
		back time.Time // when the clocks go back
		by   time.Duration
	}{
		"an hour":        {geneva, time.Date(2026, time.October, 25, 1, 0, 0, 0, time.UTC), time.Hour},
		"half an hour":   {"Australia/Lord_Howe", time.Date(2026, time.April, 4, 15, 0, 0, 0, time.UTC), 30 * time.Minute},
		"far future":     {geneva, time.Date(2040, time.October, 28, 1, 0, 0, 0, time.UTC), time.Hour},
		"a day relived":  {"Pacific/Kwajalein", time.Date(1969, time.September, 30, 13, 0, 0, 0, time.UTC), 23 * time.Hour},
		"before winters": {"Africa/Casablanca", time.Date(2026, time.February, 15, 2, 0, 0, 0, time.UTC), time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc := zone.zone.Location()
			for after, want := range map[time.Duration]bool{
				-zone.by - time.Minute: false, -zone.by: true, -time.Minute: true, 0: true, zone.by - time.Minute: true, zone.by: false,
			} {
				at := zone.back.Add(after).In(loc)
				if got := occursTwice(at); got != want {
					t.Errorf("%v occurs twice: %v, want %v", at, got, want)
				}
			}
		})
	}
	// What package time says of the last day of a leap year must not matter.
	at := time.Date(2040, time.December, 31, 12, 0, 0, 0, geneva.Location())
	if occursTwice(at) {
		t.Errorf("%v occurs twice", at)
	}
}
