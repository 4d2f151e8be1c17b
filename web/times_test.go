package web

import (
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	t.Parallel()
	p := english(t)
	at := func(hour int) time.Time { return time.Date(2026, 11, 19, hour, 0, 0, 0, time.UTC) }
	geneva := City{"Geneva", "Europe/Zurich"}
	for name, tc := range map[string]struct {
		from, to time.Time
		city     City
		want     TimesRow
	}{
		"venue":               {at(9), at(16), geneva, TimesRow{City: "Geneva", Hours: "10:00–17:00", Offset: "UTC+1", From: 100, Width: 70}},
		"west":                {at(9), at(16), City{"Ottawa", "America/Toronto"}, TimesRow{City: "Ottawa", Hours: "04:00–11:00", Offset: "UTC−5", From: 40, Width: 70}},
		"over midnight":       {at(9), at(16), City{"Auckland", "Pacific/Auckland"}, TimesRow{City: "Auckland", Hours: "22:00–05:00", Offset: "UTC+13", Note: "ends the next day", From: 220, Width: 20, Width2: 50}},
		"all the next day":    {at(14), at(16), City{"Auckland", "Pacific/Auckland"}, TimesRow{City: "Auckland", Hours: "03:00–05:00", Offset: "UTC+13", Note: "the next day", From: 30, Width: 20}},
		"from the day before": {at(9), at(12), City{"Honolulu", "Pacific/Honolulu"}, TimesRow{City: "Honolulu", Hours: "23:00–02:00", Offset: "UTC−10", Note: "begins the previous day", From: 230, Width: 10, Width2: 20}},
		"all the day before":  {at(7), at(9), City{"Honolulu", "Pacific/Honolulu"}, TimesRow{City: "Honolulu", Hours: "21:00–23:00", Offset: "UTC−10", Note: "the previous day", From: 210, Width: 20}},
		"until midnight":      {at(16), at(23), geneva, TimesRow{City: "Geneva", Hours: "17:00–24:00", Offset: "UTC+1", From: 170, Width: 70}},
		"half hours":          {at(9), at(16), City{"Delhi", "Asia/Kolkata"}, TimesRow{City: "Delhi", Hours: "14:30–21:30", Offset: "UTC+5:30", From: 145, Width: 70}},
	} {
		got := newTimes(p, "", tc.from, tc.to, geneva, tc.city).Rows[1]
		if got != tc.want {
			t.Errorf("%s: got %+v, want %+v", name, got, tc.want)
		}
	}
	if rows := newTimes(p, "", at(9), at(16), geneva).Rows; len(rows) != 1 || !rows[0].Host {
		t.Errorf("the venue is not the first row: %+v", rows)
	}
}
