package civil_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/scheduling/civil"
)

func TestInstant(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		day   civil.Date
		time  civil.TimeOfDay
		zone  civil.Zone
		which civil.Occurrence
		want  string // RFC 3339 in UTC
		err   error
	}{
		"winter in Geneva":            {date(2026, 11, 18), civil.Clock(10, 0), "Europe/Zurich", "", "2026-11-18T09:00:00Z", nil},
		"summer in Geneva":            {date(2026, 7, 1), civil.Clock(10, 0), "Europe/Zurich", "", "2026-07-01T08:00:00Z", nil},
		"spring gap":                  {date(2027, 3, 28), civil.Clock(2, 30), "Europe/Zurich", "", "", civil.ErrNoSuchTime},
		"spring gap, first":           {date(2027, 3, 28), civil.Clock(2, 30), "Europe/Zurich", civil.First, "", civil.ErrNoSuchTime},
		"start of the gap":            {date(2027, 3, 28), civil.Clock(2, 0), "Europe/Zurich", "", "", civil.ErrNoSuchTime},
		"end of the gap":              {date(2027, 3, 28), civil.Clock(3, 0), "Europe/Zurich", "", "2027-03-28T01:00:00Z", nil},
		"before the gap":              {date(2027, 3, 28), civil.Clock(1, 59), "Europe/Zurich", "", "2027-03-28T00:59:00Z", nil},
		"autumn, unsaid":              {date(2026, 10, 25), civil.Clock(2, 30), "Europe/Zurich", "", "", civil.ErrTwice},
		"autumn, first":               {date(2026, 10, 25), civil.Clock(2, 30), "Europe/Zurich", civil.First, "2026-10-25T00:30:00Z", nil},
		"autumn, second":              {date(2026, 10, 25), civil.Clock(2, 30), "Europe/Zurich", civil.Second, "2026-10-25T01:30:00Z", nil},
		"autumn, fold begins":         {date(2026, 10, 25), civil.Clock(2, 0), "Europe/Zurich", "", "", civil.ErrTwice},
		"autumn, fold is over":        {date(2026, 10, 25), civil.Clock(3, 0), "Europe/Zurich", "", "2026-10-25T02:00:00Z", nil},
		"half-hour change":            {date(2026, 10, 4), civil.Clock(2, 15), "Australia/Lord_Howe", "", "", civil.ErrNoSuchTime},
		"half-hour fold, second":      {date(2027, 4, 4), civil.Clock(1, 45), "Australia/Lord_Howe", civil.Second, "2027-04-03T15:15:00Z", nil},
		"change in New York":          {date(2027, 3, 14), civil.Clock(2, 30), "America/New_York", "", "", civil.ErrNoSuchTime},
		"no midnight in Cairo":        {date(2027, 4, 30), 0, "Africa/Cairo", "", "", civil.ErrNoSuchTime},
		"no midnight in Beirut":       {date(2027, 3, 28), 0, "Asia/Beirut", "", "", civil.ErrNoSuchTime},
		"24:00 where midnight is not": {date(2027, 3, 27), civil.EndOfDay, "Asia/Beirut", "", "", civil.ErrNoSuchTime},
		"24:00":                       {date(2026, 12, 31), civil.EndOfDay, "Europe/Zurich", "", "2026-12-31T23:00:00Z", nil},
		"the day Samoa left out":      {date(2011, 12, 30), civil.Clock(10, 0), "Pacific/Apia", "", "", civil.ErrNoSuchTime},
		"the day after it":            {date(2011, 12, 31), civil.Clock(10, 0), "Pacific/Apia", "", "2011-12-30T20:00:00Z", nil},
		"the day before it":           {date(2011, 12, 29), civil.Clock(10, 0), "Pacific/Apia", "", "2011-12-29T20:00:00Z", nil},
		"the day Kwajalein left out":  {date(1993, 8, 21), civil.Clock(10, 0), "Pacific/Kwajalein", "", "", civil.ErrNoSuchTime},
		"Kiritimati":                  {date(2026, 11, 18), civil.Clock(1, 0), "Pacific/Kiritimati", "", "2026-11-17T11:00:00Z", nil},
		"Moscow in 2009":              {date(2009, 11, 18), civil.Clock(12, 0), "Europe/Moscow", "", "2009-11-18T09:00:00Z", nil},
		"Moscow in 2012":              {date(2012, 11, 18), civil.Clock(13, 0), "Europe/Moscow", "", "2012-11-18T09:00:00Z", nil},
		"Kathmandu":                   {date(2026, 11, 18), civil.Clock(10, 0), "Asia/Kathmandu", "", "2026-11-18T04:15:00Z", nil},
		"leap day":                    {date(2028, 2, 29), civil.Clock(10, 0), "Europe/Zurich", "", "2028-02-29T09:00:00Z", nil},
		"which where it is plain":     {date(2026, 11, 18), civil.Clock(10, 0), "Europe/Zurich", civil.Second, "2026-11-18T09:00:00Z", nil},
		"which that is no word":       {date(2026, 10, 25), civil.Clock(2, 30), "Europe/Zurich", "third", "", civil.ErrTwice},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := civil.Instant(tc.day, tc.time, tc.zone, tc.which)
			if !errors.Is(err, tc.err) {
				t.Fatalf("error %v, want %v", err, tc.err)
			}
			if tc.err == nil && got.UTC().Format(time.RFC3339) != tc.want {
				t.Errorf("got %v, want %v", got.UTC().Format(time.RFC3339), tc.want)
			}
		})
	}
}

// zones are those of the conference cities and those with the oddest clocks.
var zones = []civil.Zone{
	"Africa/Abidjan", "Africa/Addis_Ababa", "Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Johannesburg",
	"Africa/Juba", "Africa/Khartoum", "Africa/Lagos", "Africa/Monrovia", "Africa/Nairobi", "Africa/Tripoli", "Africa/Tunis",
	"Africa/Windhoek", "America/Anchorage", "America/Araguaina", "America/Argentina/Buenos_Aires", "America/Argentina/San_Luis",
	"America/Asuncion", "America/Bogota", "America/Caracas", "America/Chicago", "America/Danmarkshavn", "America/Goose_Bay",
	"America/Guatemala", "America/Havana", "America/Indiana/Knox", "America/Lima", "America/Los_Angeles", "America/Mexico_City",
	"America/Miquelon", "America/New_York", "America/Noronha", "America/Nuuk", "America/Panama", "America/Phoenix",
	"America/Port-au-Prince", "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns", "America/Toronto",
	"Antarctica/Casey", "Antarctica/Macquarie", "Antarctica/McMurdo", "Antarctica/Troll", "Asia/Almaty", "Asia/Amman", "Asia/Anadyr",
	"Asia/Baghdad", "Asia/Baku", "Asia/Bangkok", "Asia/Beirut", "Asia/Colombo", "Asia/Damascus", "Asia/Dhaka", "Asia/Dubai",
	"Asia/Famagusta", "Asia/Gaza", "Asia/Hong_Kong", "Asia/Hovd", "Asia/Irkutsk", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Kabul",
	"Asia/Kamchatka", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Magadan", "Asia/Manila", "Asia/Novosibirsk",
	"Asia/Pyongyang", "Asia/Qyzylorda", "Asia/Riyadh", "Asia/Sakhalin", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tbilisi",
	"Asia/Tehran", "Asia/Tokyo", "Asia/Ulaanbaatar", "Asia/Vladivostok", "Asia/Yangon", "Asia/Yerevan", "Atlantic/Azores",
	"Atlantic/Cape_Verde", "Atlantic/Reykjavik", "Atlantic/Stanley", "Australia/Adelaide", "Australia/Brisbane", "Australia/Eucla",
	"Australia/Lord_Howe", "Australia/Sydney", "Europe/Athens", "Europe/Chisinau", "Europe/Dublin", "Europe/Istanbul",
	"Europe/Kaliningrad", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Minsk", "Europe/Moscow",
	"Europe/Paris", "Europe/Samara", "Europe/Simferopol", "Europe/Vienna", "Europe/Volgograd", "Europe/Zurich", "Indian/Mauritius",
	"Indian/Maldives", "Pacific/Apia", "Pacific/Auckland", "Pacific/Bougainville", "Pacific/Chatham", "Pacific/Easter", "Pacific/Efate",
	"Pacific/Enderbury", "Pacific/Fakaofo", "Pacific/Fiji", "Pacific/Guam", "Pacific/Honolulu", "Pacific/Kiritimati",
	"Pacific/Kwajalein", "Pacific/Majuro", "Pacific/Marquesas", "Pacific/Norfolk", "Pacific/Noumea", "Pacific/Pago_Pago",
	"Pacific/Port_Moresby", "Pacific/Tongatapu", "UTC",
}

// shown is every instant at which clocks in loc show t on d, found by looking
// at each step around it.
func shown(d civil.Date, t civil.TimeOfDay, loc *time.Location, step time.Duration) []time.Time {
	var found []time.Time
	wall := time.Date(d.Year, d.Month, d.Day, 0, int(t), 0, 0, time.UTC)
	for at := wall.Add(-28 * time.Hour); at.Before(wall.Add(28 * time.Hour)); at = at.Add(step) {
		l := at.In(loc)
		if civil.DateOf(l) == civil.DateOf(wall) && l.Hour() == wall.Hour() && l.Minute() == wall.Minute() && l.Second() == 0 {
			found = append(found, at)
		}
	}
	return found
}

func agrees(tb interface {
	Helper()
	Fatalf(string, ...any)
}, d civil.Date, t civil.TimeOfDay, z civil.Zone, want []time.Time,
) {
	tb.Helper()
	for _, which := range []civil.Occurrence{civil.Unsaid, civil.First, civil.Second} {
		got, err := civil.Instant(d, t, z, which)
		switch {
		case len(want) == 0:
			if !errors.Is(err, civil.ErrNoSuchTime) {
				tb.Fatalf("%v %v %s %q: got %v, %v; want no such time", d, t, z, which, got, err)
			}
		case len(want) > 1 && which == civil.Unsaid:
			if !errors.Is(err, civil.ErrTwice) {
				tb.Fatalf("%v %v %s: got %v, %v; want twice %v", d, t, z, got, err, want)
			}
		case which == civil.Second:
			if err != nil || !got.Equal(want[len(want)-1]) {
				tb.Fatalf("%v %v %s second: got %v, %v; want %v", d, t, z, got, err, want)
			}
		default:
			if err != nil || !got.Equal(want[0]) {
				tb.Fatalf("%v %v %s %q: got %v, %v; want %v", d, t, z, which, got, err, want)
			}
		}
		if err == nil && got.Location() != z.Location() {
			tb.Fatalf("%v %v %s: in location %v", d, t, z, got.Location())
		}
	}
}

// TestInstantAtEveryChange compares Instant with a search by brute force around
// every change of the clocks since 1972 in all zones above: that is where it
// can go wrong, and in each of them it must be right.
func TestInstantAtEveryChange(t *testing.T) {
	t.Parallel()
	changes := 0
	for _, z := range zones {
		loc := z.Location()
		at := time.Date(1972, 6, 1, 0, 0, 0, 0, time.UTC).In(loc)
		for {
			_, end := at.ZoneBounds()
			if end.IsZero() || end.Year() > 2032 {
				break
			}
			changes++
			before := end.Add(-time.Second).In(loc)
			_, from := before.Zone()
			_, to := end.Zone()
			// Wall times from well before to well after the gap or fold, by the
			// quarter hour. All offsets of these years are multiples of 5 minutes.
			low := end.UTC().Add(time.Duration(min(from, to))*time.Second - 45*time.Minute)
			high := end.UTC().Add(time.Duration(max(from, to))*time.Second + 45*time.Minute)
			stride := 15 * time.Minute
			if high.Sub(low) > 6*time.Hour {
				stride = 3 * time.Hour // across the date line
			}
			for wall := low; wall.Before(high); wall = wall.Add(stride) {
				d, tod := civil.DateOf(wall), civil.Clock(wall.Hour(), wall.Minute())
				agrees(t, d, tod, z, shown(d, tod, loc, 5*time.Minute))
			}
			at = end
		}
	}
	if changes < 5000 {
		t.Errorf("only %d changes of clocks looked at", changes)
	}
}

// TestInstantAnywhere compares Instant with a search by the minute at times
// drawn at random, and Midnight with the first minute that lies in the day.
func TestInstantAnywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		d := date(1973, 1, 1).Add(rapid.IntRange(0, 24_000).Draw(t, "day"))
		tod := civil.TimeOfDay(rapid.IntRange(0, int(civil.EndOfDay)).Draw(t, "time"))
		agrees(t, d, tod, z, shown(d, tod, z.Location(), time.Minute))
	})
}

func TestMidnight(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		day  civil.Date
		zone civil.Zone
		want string
	}{
		"plain":                     {date(2026, 11, 18), "Europe/Zurich", "2026-11-18T00:00:00+01:00"},
		"Beirut skips it":           {date(2027, 3, 28), "Asia/Beirut", "2027-03-28T01:00:00+03:00"},
		"Cairo skips it":            {date(2027, 4, 30), "Africa/Cairo", "2027-04-30T01:00:00+03:00"},
		"Santiago skips it":         {date(2026, 9, 6), "America/Santiago", "2026-09-06T01:00:00-03:00"},
		"Santiago after the change": {date(2027, 4, 4), "America/Santiago", "2027-04-04T00:00:00-04:00"},
		"Havana has it twice":       {date(2026, 11, 1), "America/Havana", "2026-11-01T00:00:00-04:00"},
		"Azores has it twice":       {date(2026, 10, 25), "Atlantic/Azores", "2026-10-25T00:00:00Z"},
		"Samoa has no such day":     {date(2011, 12, 30), "Pacific/Apia", "2011-12-31T00:00:00+14:00"},
		"zone without changes":      {date(2026, 11, 18), "UTC", "2026-11-18T00:00:00Z"},
		"leap day":                  {date(2028, 2, 29), "Asia/Tokyo", "2028-02-29T00:00:00+09:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := civil.Midnight(tc.day, tc.zone).Format(time.RFC3339); got != tc.want {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// TestMidnightLaws: midnight is in its day unless the zone left the day out,
// the second before is not, and midnights rise with days.
func TestMidnightLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone")
		d := date(1972, 2, 1).Add(rapid.IntRange(0, 24_000).Draw(t, "day"))
		at := civil.Midnight(d, z)
		if civil.DateOf(at).Before(d) {
			t.Fatalf("midnight of %v in %s is %v", d, z, at)
		}
		if before := at.Add(-time.Second); !civil.DateOf(before).Before(d) {
			t.Fatalf("%v lies in %v before its midnight %v", before, d, at)
		}
		if next := civil.Midnight(d.Add(1), z); next.Before(at) || next.Sub(at) > 26*time.Hour {
			t.Fatalf("%v begins at %v, the next day at %v", d, at, next)
		}
	})
}

func BenchmarkInstant(b *testing.B) {
	for b.Loop() {
		if _, err := civil.Instant(date(2026, 11, 18), civil.Clock(10, 0), "Europe/Zurich", civil.Unsaid); err != nil {
			b.Fatal(err)
		}
	}
}
