package scheduling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
	"parley/scheduling/civil"
)

func day(s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func hours(from, to string) civil.Span {
	a, errA := civil.ParseTimeOfDay(from)
	b, errB := civil.ParseTimeOfDay(to)
	if errA != nil || errB != nil {
		panic("hours " + from + " " + to)
	}
	return civil.Span{From: a, To: b}
}

func window(from, to string) scheduling.Window {
	return scheduling.Window{From: day(from), To: day(to)}
}

var satSun = []time.Weekday{time.Saturday, time.Sunday}

func geneva() scheduling.Venue {
	return scheduling.Venue{
		Name: "Geneva", Zone: "Europe/Zurich", Country: "CH", Weekend: satSun,
		Day: hours("10:00", "18:00"), Sittings: []civil.Span{hours("10:00", "13:00"), hours("15:00", "18:00")},
	}
}

func washington() scheduling.Venue {
	return scheduling.Venue{
		Name: "Washington", Zone: "America/New_York", Country: "US", Weekend: satSun,
		Day: hours("09:30", "17:30"), Sittings: []civil.Span{hours("10:00", "13:00"), hours("15:00", "18:00")},
	}
}

func riyadh() scheduling.Venue {
	return scheduling.Venue{
		Name: "Riyadh", Zone: "Asia/Riyadh", Country: "SA", Weekend: []time.Weekday{time.Friday, time.Saturday},
		Day: hours("10:00", "18:00"),
	}
}

// p1 is the offer of the paper: Geneva, alternatively Washington.
func p1(d scheduling.Duration) scheduling.Terms {
	return scheduling.Terms{Duration: d, Options: []scheduling.Option{
		{Order: scheduling.OrderPreferred, Venue: geneva(), Windows: []scheduling.Window{window("2009-11-18", "2009-11-20")}},
		{Order: scheduling.OrderAlternative, Venue: washington(), Windows: []scheduling.Window{window("2009-12-08", "2009-12-10")}},
	}}
}

// at is terms of one option.
func at(v scheduling.Venue, d scheduling.Duration, w ...scheduling.Window) scheduling.Terms {
	return scheduling.Terms{Duration: d, Options: []scheduling.Option{{Venue: v, Windows: w}}}
}

var (
	oneDay    = scheduling.Duration{Days: 1}
	threeDays = scheduling.Duration{Days: 3}
)

// labelled is the candidates as lines such as "G1 Wed 18 Nov 2009 10:00-18:00",
// a day or a run of days each.
func labelled(cs []scheduling.Candidate) []string {
	var labels scheduling.Labels
	var lines []string
	for _, c := range cs {
		days := c.Days[0].String()[5:]
		if n := len(c.Days); n > 1 {
			days = c.Days[0].Weekday().String()[:3] + " " + days + " to " + c.Days[n-1].Weekday().String()[:3] + " " + c.Days[n-1].String()[5:]
		} else {
			days = c.Days[0].Weekday().String()[:3] + " " + days
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", labels.Next(c.Venue.Name), days, c.Hours))
	}
	return lines
}

func said(ps []scheduling.Problem) []string {
	var lines []string
	for _, p := range ps {
		var params []string
		for k, v := range p.Params {
			if k == "n" && v == p.Params["available"] {
				continue // the same again, for plural forms
			}
			params = append(params, k+"="+v)
		}
		slices.Sort(params)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s", p.Code, p.Field, strings.Join(params, " "))))
	}
	return lines
}

func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04Z") }

func in(zone civil.Zone, t time.Time) string {
	return t.In(zone.Location()).Format("Mon 2 Jan 15:04")
}

// TestCandidates has the rows of the rules' worked examples, and the edges of
// each rule.
func TestCandidates(t *testing.T) {
	t.Parallel()
	with := func(terms scheduling.Terms, change func(*scheduling.Terms)) scheduling.Terms {
		change(&terms)
		return terms
	}
	for name, tc := range map[string]struct {
		terms    scheduling.Terms
		want     []string
		problems []string
	}{
		"one day": {terms: p1(oneDay), want: []string{
			"G1 Wed 11-18 10:00-18:00", "G2 Thu 11-19 10:00-18:00", "G3 Fri 11-20 10:00-18:00",
			"W1 Tue 12-08 09:30-17:30", "W2 Wed 12-09 09:30-17:30", "W3 Thu 12-10 09:30-17:30",
		}},
		"two days": {terms: p1(scheduling.Duration{Days: 2}), want: []string{
			"G1 Wed 11-18 to Thu 11-19 10:00-18:00", "G2 Thu 11-19 to Fri 11-20 10:00-18:00",
			"W1 Tue 12-08 to Wed 12-09 09:30-17:30", "W2 Wed 12-09 to Thu 12-10 09:30-17:30",
		}},
		"three days": {terms: p1(threeDays), want: []string{
			"G1 Wed 11-18 to Fri 11-20 10:00-18:00", "W1 Tue 12-08 to Thu 12-10 09:30-17:30",
		}},
		"four days": {terms: p1(scheduling.Duration{Days: 4}), problems: []string{
			"window_too_short options[0].windows[0] available=3 days=3 from=2009-11-18 needed=4 to=2009-11-20",
			"window_too_short options[1].windows[0] available=3 days=3 from=2009-12-08 needed=4 to=2009-12-10",
		}},
		"one sitting of three hours": {terms: p1(scheduling.Duration{Minutes: 180}), want: []string{
			"G1 Wed 11-18 10:00-13:00", "G2 Wed 11-18 15:00-18:00", "G3 Thu 11-19 10:00-13:00",
			"G4 Thu 11-19 15:00-18:00", "G5 Fri 11-20 10:00-13:00", "G6 Fri 11-20 15:00-18:00",
			"W1 Tue 12-08 10:00-13:00", "W2 Tue 12-08 15:00-18:00", "W3 Wed 12-09 10:00-13:00",
			"W4 Wed 12-09 15:00-18:00", "W5 Thu 12-10 10:00-13:00", "W6 Thu 12-10 15:00-18:00",
		}},
		"two hours by the hour": {
			terms: at(geneva(), scheduling.Duration{Minutes: 120, Grid: 60}, window("2026-11-18", "2026-11-18")),
			want:  []string{"G1 Wed 11-18 10:00-12:00", "G2 Wed 11-18 11:00-13:00", "G3 Wed 11-18 15:00-17:00", "G4 Wed 11-18 16:00-18:00"},
		},
		"two and a half hours on the usual grid": {
			terms: at(geneva(), scheduling.Duration{Minutes: 150}, window("2026-11-18", "2026-11-18")),
			want:  []string{"G1 Wed 11-18 10:00-12:30", "G2 Wed 11-18 10:30-13:00", "G3 Wed 11-18 15:00-17:30", "G4 Wed 11-18 15:30-18:00"},
		},
		"hours anywhere in the day where there are no sittings": {
			terms: at(riyadh(), scheduling.Duration{Minutes: 420, Grid: 60}, window("2027-06-13", "2027-06-13")),
			want:  []string{"R1 Sun 06-13 10:00-17:00", "R2 Sun 06-13 11:00-18:00"},
		},
		"an evening sitting besides": {
			terms: with(at(geneva(), scheduling.Duration{Minutes: 180}, window("2026-11-18", "2026-11-18")), func(t *scheduling.Terms) {
				t.Options[0].Venue.ExtraSittings = []civil.Span{hours("21:00", "24:00"), hours("10:00", "13:00")}
			}),
			want: []string{"G1 Wed 11-18 10:00-13:00", "G2 Wed 11-18 15:00-18:00", "G3 Wed 11-18 21:00-24:00"},
		},
		"extra sittings do not concern whole days": {
			terms: with(at(geneva(), oneDay, window("2026-11-18", "2026-11-18")), func(t *scheduling.Terms) {
				t.Options[0].Venue.ExtraSittings = []civil.Span{hours("21:00", "24:00")}
			}),
			want: []string{"G1 Wed 11-18 10:00-18:00"},
		},
		"no sitting is long enough": {
			terms:    at(geneva(), scheduling.Duration{Minutes: 240}, window("2026-11-18", "2026-11-18")),
			problems: []string{"sitting_too_short options[0].venue.sittings available=180 needed=240"},
		},
		"Riyadh, three days": {
			terms: at(riyadh(), threeDays, window("2027-06-09", "2027-06-16")),
			want:  []string{"R1 Sun 06-13 to Tue 06-15 10:00-18:00", "R2 Mon 06-14 to Wed 06-16 10:00-18:00"},
		},
		"Geneva, three days": {
			terms: at(geneva(), threeDays, window("2027-06-09", "2027-06-16")),
			want:  []string{"G1 Wed 06-09 to Fri 06-11 10:00-18:00", "G2 Mon 06-14 to Wed 06-16 10:00-18:00"},
		},
		"a weekend bridged": {
			terms: with(at(geneva(), threeDays, window("2027-06-10", "2027-06-15")), func(t *scheduling.Terms) { t.Bridging = 2 }),
			want:  []string{"G1 Thu 06-10 to Mon 06-14 10:00-18:00", "G2 Fri 06-11 to Tue 06-15 10:00-18:00"},
		},
		"a weekend too long for the bridge": {
			terms: with(at(geneva(), threeDays, window("2027-06-10", "2027-06-15")), func(t *scheduling.Terms) { t.Bridging = 1 }),
			problems: []string{
				"window_interrupted options[0].windows[0] available=2 days=4 from=2027-06-10 needed=3 to=2027-06-15",
			},
		},
		"two bridges in one session": {
			terms: with(at(geneva(), scheduling.Duration{Days: 4}, window("2027-06-10", "2027-06-15")), func(t *scheduling.Terms) {
				t.Options[0].Venue.Closed = []civil.Date{day("2027-06-14")}
				t.Options[0].Windows[0].To = day("2027-06-16")
				t.Bridging = 3
			}),
			want: []string{"G1 Thu 06-10 to Wed 06-16 10:00-18:00"},
		},
		"a closed date": {
			terms: with(at(geneva(), oneDay, window("2026-12-24", "2026-12-28")), func(t *scheduling.Terms) {
				t.Options[0].Venue.Closed = []civil.Date{day("2026-12-25")}
			}),
			want: []string{"G1 Thu 12-24 10:00-18:00", "G2 Mon 12-28 10:00-18:00"},
		},
		"weekends allowed, but not closed dates": {
			terms: with(at(geneva(), oneDay, window("2026-11-20", "2026-11-22")), func(t *scheduling.Terms) {
				t.Weekends = true
				t.Options[0].Venue.Closed = []civil.Date{day("2026-11-22")}
			}),
			want: []string{"G1 Fri 11-20 10:00-18:00", "G2 Sat 11-21 10:00-18:00"},
		},
		"a window that is a weekend": {
			terms:    at(geneva(), oneDay, window("2026-11-21", "2026-11-22")),
			problems: []string{"no_meeting_day options[0].windows[0] available=0 days=0 from=2026-11-21 needed=1 to=2026-11-22"},
		},
		"one window good, one too short": {
			terms: at(geneva(), scheduling.Duration{Days: 2}, window("2026-11-18", "2026-11-18"), window("2026-11-24", "2026-11-25")),
			want:  []string{"G1 Tue 11-24 to Wed 11-25 10:00-18:00"},
			problems: []string{
				"window_too_short options[0].windows[0] available=1 days=1 from=2026-11-18 needed=2 to=2026-11-18",
			},
		},
		"dates": {
			terms: with(at(geneva(), oneDay), func(t *scheduling.Terms) {
				t.Options[0].Dates = []civil.Date{day("2026-11-24"), day("2026-11-18"), day("2026-11-21")}
			}),
			want:     []string{"G1 Wed 11-18 10:00-18:00", "G2 Tue 11-24 10:00-18:00"},
			problems: []string{"date_on_weekend options[0].dates[2] date=2026-11-21"},
		},
		"dates on which two days begin": {
			terms: with(at(geneva(), scheduling.Duration{Days: 2}), func(t *scheduling.Terms) {
				t.Options[0].Dates = []civil.Date{day("2026-11-18"), day("2026-11-20"), day("2026-11-24")}
				t.Options[0].Venue.Closed = []civil.Date{day("2026-11-24")}
			}),
			want: []string{"G1 Wed 11-18 to Thu 11-19 10:00-18:00"},
			problems: []string{
				"date_too_short options[0].dates[1] available=1 date=2026-11-20 needed=2",
				"date_closed options[0].dates[2] date=2026-11-24",
			},
		},
		"a date from which the weekend is bridged": {
			terms: with(at(geneva(), scheduling.Duration{Days: 2}), func(t *scheduling.Terms) {
				t.Options[0].Dates, t.Bridging = []civil.Date{day("2026-11-20")}, 2
			}),
			want: []string{"G1 Fri 11-20 to Mon 11-23 10:00-18:00"},
		},
		"29 February": {
			terms: at(geneva(), scheduling.Duration{Days: 2}, window("2028-02-28", "2028-03-01")),
			want:  []string{"G1 Mon 02-28 to Tue 02-29 10:00-18:00", "G2 Tue 02-29 to Wed 03-01 10:00-18:00"},
		},
		"29 February in a common year": {
			terms: with(at(geneva(), oneDay), func(t *scheduling.Terms) {
				t.Options[0].Dates = []civil.Date{{Year: 2027, Month: 2, Day: 29}}
			}),
			problems: []string{"date_invalid options[0].dates[0] date=2027-02-29"},
		},
		"over New Year": {
			terms: at(geneva(), scheduling.Duration{Days: 2}, window("2026-12-30", "2027-01-01")),
			want:  []string{"G1 Wed 12-30 to Thu 12-31 10:00-18:00", "G2 Thu 12-31 to Fri 01-01 10:00-18:00"},
		},
		"preferred option second": {
			terms: with(p1(threeDays), func(t *scheduling.Terms) {
				t.Options[0].Order, t.Options[1].Order = scheduling.OrderAlternative, scheduling.OrderPreferred
			}),
			want: []string{"W1 Tue 12-08 to Thu 12-10 09:30-17:30", "G1 Wed 11-18 to Fri 11-20 10:00-18:00"},
		},
		"order by instant, not by clock": {
			// Two alternatives keep the order of options even so.
			terms: scheduling.Terms{Duration: oneDay, Options: []scheduling.Option{
				{Venue: washington(), Windows: []scheduling.Window{window("2026-11-18", "2026-11-18")}},
				{Venue: riyadh(), Windows: []scheduling.Window{window("2026-11-18", "2026-11-18")}},
				{Venue: geneva(), Windows: []scheduling.Window{window("2026-11-17", "2026-11-17")}},
			}},
			want: []string{"W1 Wed 11-18 09:30-17:30", "R1 Wed 11-18 10:00-18:00", "G1 Tue 11-17 10:00-18:00"},
		},
		"reversed window": {
			terms:    at(geneva(), oneDay, window("2026-11-20", "2026-11-18")),
			problems: []string{"window_reversed options[0].windows[0] from=2026-11-20 to=2026-11-18"},
		},
		"a year, and a day more": {
			terms: with(at(geneva(), scheduling.Duration{Days: 60}, window("2027-01-01", "2028-01-01"), window("2027-01-01", "2028-01-02")), func(t *scheduling.Terms) {
				t.Weekends = true
				t.Options[0].Windows[0].From = day("2027-11-03")
			}),
			want:     []string{"G1 Wed 11-03 to Sat 01-01 10:00-18:00"},
			problems: []string{"window_too_long options[0].windows[1] days=367 from=2027-01-01 limit=366 to=2028-01-02"},
		},
		"date only": {
			terms: with(at(geneva(), oneDay, window("2026-11-18", "2026-11-18")), func(t *scheduling.Terms) { t.DateOnly = true }),
			want:  []string{"G1 Wed 11-18 00:00-00:00"},
		},
		"date only on a day that Samoa left out": {
			terms: with(at(scheduling.Venue{Name: "Apia", Zone: "Pacific/Apia"}, oneDay, window("2011-12-29", "2011-12-31")), func(t *scheduling.Terms) { t.DateOnly = true }),
			want:  []string{"A1 Thu 12-29 00:00-00:00", "A2 Sat 12-31 00:00-00:00"},
			problems: []string{
				"day_does_not_exist options[0].windows[0] date=2011-12-30 zone=Pacific/Apia",
			},
		},
		"hours on a day that Samoa left out": {
			terms: at(scheduling.Venue{Name: "Apia", Zone: "Pacific/Apia"}, scheduling.Duration{Days: 2}, window("2011-12-28", "2012-01-01")),
			want:  []string{"A1 Wed 12-28 to Thu 12-29 10:00-18:00", "A2 Sat 12-31 to Sun 01-01 10:00-18:00"},
			problems: []string{
				"time_does_not_exist options[0].windows[0] date=2011-12-30 time=10:00 zone=Pacific/Apia",
				"time_does_not_exist options[0].windows[0] date=2011-12-30 time=18:00 zone=Pacific/Apia",
			},
		},
		"a day from 00:00 where midnight does not exist": {
			terms: with(at(scheduling.Venue{Name: "Beirut", Zone: "Asia/Beirut", Day: hours("00:00", "06:00")}, oneDay, window("2027-03-27", "2027-03-29")), func(*scheduling.Terms) {}),
			want:  []string{"B1 Sat 03-27 00:00-06:00", "B2 Mon 03-29 00:00-06:00"},
			problems: []string{
				"time_does_not_exist options[0].windows[0] date=2027-03-28 time=00:00 zone=Asia/Beirut",
			},
		},
		"a day until 24:00 where the next midnight does not exist": {
			terms: at(scheduling.Venue{Name: "Beirut", Zone: "Asia/Beirut", Day: hours("18:00", "24:00")}, oneDay, window("2027-03-26", "2027-03-27")),
			want:  []string{"B1 Fri 03-26 18:00-24:00"},
			problems: []string{
				"time_does_not_exist options[0].windows[0] date=2027-03-27 time=24:00 zone=Asia/Beirut",
			},
		},
		"no options":    {terms: scheduling.Terms{Duration: oneDay}, problems: []string{"no_options options"}},
		"no duration":   {terms: p1(scheduling.Duration{}), problems: []string{"duration_missing duration_days"}},
		"two durations": {terms: p1(scheduling.Duration{Days: 1, Minutes: 60}), problems: []string{"duration_twice duration_hours"}},
		"days below nought": {
			terms: p1(scheduling.Duration{Days: -1}), problems: []string{"duration_invalid duration_days"},
		},
		"days beyond reason": {
			terms: p1(scheduling.Duration{Days: 1 << 40}), problems: []string{"duration_too_long duration_days days=1099511627776 limit=60"},
		},
		"hours beyond a day": {
			terms: p1(scheduling.Duration{Minutes: 1441}), problems: []string{"sitting_too_long duration_hours limit=1440 minutes=1441"},
		},
		"faults of an option, all at once": {
			terms: scheduling.Terms{Duration: oneDay, Options: []scheduling.Option{{
				Order: "perhaps", Format: "smoke signals", Which: "third",
				Venue: scheduling.Venue{Zone: "Mars/Olympus", Country: "Switzerland", Weekend: []time.Weekday{9}, Day: hours("18:00", "10:00"), Sittings: []civil.Span{{}}},
			}}},
			problems: []string{
				"order_unknown options[0].order order=perhaps",
				"format_unknown options[0].format format=smoke signals",
				"occurrence_unknown options[0].occurrence occurrence=third",
				"venue_missing options[0].venue.name",
				"zone_unknown options[0].venue.zone zone=Mars/Olympus",
				"country_invalid options[0].venue.country country=Switzerland",
				"weekday_unknown options[0].venue.weekend[0] weekday=9",
				"hours_invalid options[0].venue.day hours=18:00-10:00",
				"hours_invalid options[0].venue.sittings[0] hours=00:00-00:00",
				"option_without_dates options[0].windows",
			},
		},
		"a faulty option does not take the others with it": {
			terms: with(p1(threeDays), func(t *scheduling.Terms) { t.Options[0].Venue.Zone = "" }),
			want:  []string{"W1 Tue 12-08 to Thu 12-10 09:30-17:30"},
			problems: []string{
				"zone_missing options[0].venue.zone",
			},
		},
		"years out of range": {
			terms: with(at(geneva(), oneDay, window("0201-11-18", "2026-11-18")), func(t *scheduling.Terms) {
				t.Options[0].Dates = []civil.Date{{Year: 20260, Month: 1, Day: 2}}
			}),
			problems: []string{
				"year_out_of_range options[0].windows[0].from date=0201-11-18 from=1900 to=2200",
				"year_out_of_range options[0].dates[0] date=20260-01-02 from=1900 to=2200",
			},
		},
		"numbers below nought": {
			terms: with(p1(scheduling.Duration{Days: 1, Grid: -30}), func(t *scheduling.Terms) { t.Bridging, t.NoticeDays = -1, 100_000 }),
			problems: []string{
				"grid_invalid grid_minutes limit=1440", "bridging_invalid bridging limit=60", "notice_invalid notice_days limit=731",
			},
		},
		"too many slots": {
			terms:    at(geneva(), scheduling.Duration{Minutes: 10, Grid: 1}, window("2026-01-01", "2026-12-31")),
			problems: []string{"too_many_slots options limit=10000"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, problems := tc.terms.Candidates()
			if diff := cmp.Diff(tc.want, labelled(got)); diff != "" {
				t.Errorf("slots (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tc.problems, said(problems)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestA1OneDayWindows(t *testing.T) {
	t.Parallel()
	got, problems := p1(oneDay).Candidates()
	want := []string{
		"G1 Wed 11-18 10:00-18:00", "G2 Thu 11-19 10:00-18:00", "G3 Fri 11-20 10:00-18:00",
		"W1 Tue 12-08 09:30-17:30", "W2 Wed 12-09 09:30-17:30", "W3 Thu 12-10 09:30-17:30",
	}
	if diff := cmp.Diff(want, labelled(got)); diff != "" || problems != nil {
		t.Fatalf("slots (-want +got):\n%s\nproblems %v", diff, problems)
	}
	g1, w1 := got[0], got[3]
	for what, pair := range map[string][2]string{
		"G1 starts in UTC":          {utc(g1.Start()), "2009-11-18T09:00Z"},
		"G1 ends in UTC":            {utc(g1.End()), "2009-11-18T17:00Z"},
		"G1 starts in Moscow":       {in("Europe/Moscow", g1.Start()), "Wed 18 Nov 12:00"},
		"G1 ends in Moscow":         {in("Europe/Moscow", g1.End()), "Wed 18 Nov 20:00"},
		"G1 starts in Washington":   {in("America/New_York", g1.Start()), "Wed 18 Nov 04:00"},
		"G1 ends in Washington":     {in("America/New_York", g1.End()), "Wed 18 Nov 12:00"},
		"G1 is said in Geneva time": {g1.Start().Format(time.RFC3339), "2009-11-18T10:00:00+01:00"},
		"W1 starts in UTC":          {utc(w1.Start()), "2009-12-08T14:30Z"},
		"W1 ends in UTC":            {utc(w1.End()), "2009-12-08T22:30Z"},
		"W1 ends in Moscow":         {in("Europe/Moscow", w1.End()), "Wed 9 Dec 01:30"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %s, want %s", what, pair[0], pair[1])
		}
	}
	if g1.Order != scheduling.OrderPreferred || w1.Order != scheduling.OrderAlternative || g1.Option != 0 || w1.Option != 1 {
		t.Errorf("orders %q and %q of options %d and %d", g1.Order, w1.Order, g1.Option, w1.Option)
	}
}

func TestA2OtherDurations(t *testing.T) {
	t.Parallel()
	for days, want := range map[int]int{1: 6, 2: 4, 3: 2, 4: 0} {
		got, problems := p1(scheduling.Duration{Days: days}).Candidates()
		if len(got) != want {
			t.Errorf("%d days: %d slots, want %d: %v", days, len(got), want, labelled(got))
		}
		if days < 4 {
			continue
		}
		if len(problems) != 2 || problems[0].Venue != "Geneva" || problems[1].Venue != "Washington" {
			t.Fatalf("4 days: problems %+v, want one of each window", problems)
		}
		for _, p := range problems {
			if p.Code != "window_too_short" || p.Params["available"] != "3" || p.Params["needed"] != "4" {
				t.Errorf("4 days: problem %+v, want 3 available, 4 needed", p)
			}
		}
	}
}

func TestA7ClockChanges(t *testing.T) {
	t.Parallel()
	w := washington()
	w.Day = hours("09:00", "17:00")
	for date, tc := range map[string]struct {
		venue scheduling.Venue
		want  map[civil.Zone]string
	}{
		"2026-10-27": {geneva(), map[civil.Zone]string{"UTC": "Tue 27 Oct 09:00", "America/New_York": "Tue 27 Oct 05:00", "Europe/Moscow": "Tue 27 Oct 12:00"}},
		"2026-11-03": {geneva(), map[civil.Zone]string{"UTC": "Tue 3 Nov 09:00", "America/New_York": "Tue 3 Nov 04:00", "Europe/Moscow": "Tue 3 Nov 12:00"}},
		"2027-03-16": {w, map[civil.Zone]string{"UTC": "Tue 16 Mar 13:00", "Europe/Zurich": "Tue 16 Mar 14:00"}},
		"2027-03-30": {w, map[civil.Zone]string{"UTC": "Tue 30 Mar 13:00", "Europe/Zurich": "Tue 30 Mar 15:00"}},
	} {
		got, problems := at(tc.venue, oneDay, window(date, date)).Candidates()
		if len(got) != 1 || problems != nil {
			t.Fatalf("%s: %v, problems %v", date, labelled(got), problems)
		}
		for zone, want := range tc.want {
			if start := in(zone, got[0].Start()); start != want {
				t.Errorf("%s starts %s in %s, want %s", date, start, zone, want)
			}
		}
	}
}

func TestA8WeekendsDiffer(t *testing.T) {
	t.Parallel()
	w := window("2027-06-09", "2027-06-16")
	got, _ := at(riyadh(), threeDays, w).Candidates()
	want := []string{"R1 Sun 06-13 to Tue 06-15 10:00-18:00", "R2 Mon 06-14 to Wed 06-16 10:00-18:00"}
	if diff := cmp.Diff(want, labelled(got)); diff != "" {
		t.Fatalf("Riyadh (-want +got):\n%s", diff)
	}
	if start := utc(got[0].Start()); start != "2027-06-13T07:00Z" {
		t.Errorf("Sun 13 at 10:00 is %s, want 07:00Z", start)
	}
	got, _ = at(geneva(), threeDays, w).Candidates()
	want = []string{"G1 Wed 06-09 to Fri 06-11 10:00-18:00", "G2 Mon 06-14 to Wed 06-16 10:00-18:00"}
	if diff := cmp.Diff(want, labelled(got)); diff != "" {
		t.Errorf("Geneva (-want +got):\n%s", diff)
	}
	for _, v := range []scheduling.Venue{riyadh(), geneva()} {
		terms := at(v, threeDays, w)
		terms.Weekends = true
		got, _ := terms.Candidates()
		var first []int
		for _, c := range got {
			first = append(first, c.Days[0].Day)
		}
		if diff := cmp.Diff([]int{9, 10, 11, 12, 13, 14}, first); diff != "" {
			t.Errorf("%s with weekends, first days (-want +got):\n%s", v.Name, diff)
		}
	}
}

func TestDecideBy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		first  string
		notice int
		leads  []int
		want   string
	}{
		"no notice":                       {"2009-11-18", 0, nil, "2009-11-18"},
		"10 days, G1":                     {"2009-11-18", 10, nil, "2009-11-08"},
		"10 days, G2":                     {"2009-11-19", 10, nil, "2009-11-09"},
		"10 days, G3":                     {"2009-11-20", 10, nil, "2009-11-10"},
		"visas of 15 days, W1":            {"2009-12-08", 0, []int{15}, "2009-11-23"},
		"visas of 15 days, W2":            {"2009-12-09", 0, []int{0, 15}, "2009-11-24"},
		"visas of 15 days, W3":            {"2009-12-10", 10, []int{15, 3}, "2009-11-25"},
		"notice longer than visas":        {"2009-12-08", 20, []int{15}, "2009-11-18"},
		"over 29 February":                {"2028-03-10", 10, nil, "2028-02-29"},
		"a number below nought is nought": {"2009-11-18", -5, []int{-3}, "2009-11-18"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := scheduling.DecideBy(day(tc.first), tc.notice, tc.leads...); got != day(tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}
