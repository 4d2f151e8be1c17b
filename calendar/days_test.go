package calendar

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/scheduling/civil"
)

func calendarOf(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

func eventOf(lines ...string) string {
	return "BEGIN:VEVENT\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

var (
	windowFirst = civil.Date{Year: 2025, Month: time.January, Day: 1}
	windowLast  = civil.Date{Year: 2027, Month: time.December, Day: 31}
)

func TestReadDays(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lines   []string
		want    string
		skipped int
	}{
		"a day":                {[]string{eventOf("SUMMARY:National Day", "DTSTART;VALUE=DATE:20260801", "DTEND;VALUE=DATE:20260802")}, "2026-08-01..2026-08-01 National Day", 0},
		"without an end":       {[]string{eventOf("SUMMARY:Day", "DTSTART;VALUE=DATE:20260801")}, "2026-08-01..2026-08-01 Day", 0},
		"three days":           {[]string{eventOf("SUMMARY:Feast", "DTSTART;VALUE=DATE:20260320", "DTEND;VALUE=DATE:20260323")}, "2026-03-20..2026-03-22 Feast", 0},
		"by duration":          {[]string{eventOf("SUMMARY:Feast", "DTSTART;VALUE=DATE:20260320", "DURATION:P2D")}, "2026-03-20..2026-03-21 Feast", 0},
		"with hours":           {[]string{eventOf("SUMMARY:Summit", "DTSTART;TZID=X:20260320T090000", "DTEND;TZID=X:20260321T000000")}, "2026-03-20..2026-03-20 Summit", 0},
		"text, folded":         {[]string{eventOf(`SUMMARY:Fête\, du`, ` \; travail\n!`, "DTSTART:20260501")}, "2026-05-01..2026-05-01 Fête, du; travail !", 0},
		"colon in quotes":      {[]string{eventOf(`SUMMARY;ALTREP="http://x":Day`, "DTSTART:20260501")}, "2026-05-01..2026-05-01 Day", 0},
		"every year":           {[]string{eventOf("SUMMARY:D", "DTSTART:20000801", "RRULE:FREQ=YEARLY")}, "2025-08-01..2025-08-01 D, 2026-08-01..2026-08-01 D, 2027-08-01..2027-08-01 D", 0},
		"fourth Thursday":      {[]string{eventOf("SUMMARY:T", "DTSTART:20251127", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2")}, "2025-11-27..2025-11-27 T, 2026-11-26..2026-11-26 T", 0},
		"last Monday":          {[]string{eventOf("SUMMARY:M", "DTSTART:20260525", "RRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20261231")}, "2026-05-25..2026-05-25 M", 0},
		"29 February":          {[]string{eventOf("SUMMARY:L", "DTSTART:20240229", "RRULE:FREQ=YEARLY")}, "", 0},
		"less one, plus one":   {[]string{eventOf("SUMMARY:D", "DTSTART:20250801", "RRULE:FREQ=YEARLY;COUNT=2", "EXDATE:20260801", "RDATE:20260803")}, "2025-08-01..2025-08-01 D, 2026-08-03..2026-08-03 D", 0},
		"cancelled":            {[]string{eventOf("SUMMARY:D", "DTSTART:20260801", "STATUS:CANCELLED")}, "", 0},
		"weekly":               {[]string{eventOf("SUMMARY:D", "DTSTART:20260801", "RRULE:FREQ=WEEKLY")}, "", 1},
		"each second":          {[]string{eventOf("SUMMARY:D", "DTSTART:20260801", "RRULE:FREQ=SECONDLY;BYSETPOS=366;BYSECOND=1")}, "", 1},
		"no summary":           {[]string{eventOf("DTSTART:20260801")}, "", 1},
		"no start":             {[]string{eventOf("SUMMARY:D")}, "", 1},
		"no such day":          {[]string{eventOf("SUMMARY:D", "DTSTART:20260231")}, "", 1},
		"ends before it began": {[]string{eventOf("SUMMARY:D", "DTSTART:20260801", "DTEND:20260701")}, "", 1},
		"for ever":             {[]string{eventOf("SUMMARY:D", "DTSTART:20260801", "DTEND:20991231")}, "", 1},
		"of an alarm":          {[]string{eventOf("SUMMARY:D", "DTSTART:20260801", "BEGIN:VALARM", "DTSTART:20270101", "SUMMARY:A", "END:VALARM")}, "2026-08-01..2026-08-01 D", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			days, skipped, err := ReadDays(calendarOf(tc.lines...), windowFirst, windowLast)
			var got []string
			for _, d := range days {
				got = append(got, fmt.Sprintf("%s..%s %s", d.First, d.Last, d.Summary))
			}
			if err != nil || strings.Join(got, ", ") != tc.want || skipped != tc.skipped {
				t.Errorf("got %q, %d skipped (%v), want %q and %d", got, skipped, err, tc.want, tc.skipped)
			}
		})
	}
}

func TestReadDaysRefuses(t *testing.T) {
	t.Parallel()
	whole := string(calendarOf(eventOf("SUMMARY:D", "DTSTART:20260801")))
	many := make([]string, mostEvents+1)
	for i := range many {
		many[i] = eventOf("SUMMARY:D", "DTSTART:20260801")
	}
	for name, tc := range map[string]struct {
		stream string
		want   error
	}{
		"nothing":          {"", ErrUnreadable},
		"cut off":          {whole[:len(whole)-20], ErrUnreadable},
		"no calendar":      {"hello", ErrUnreadable},
		"crossed":          {"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\nEND:VEVENT\n", ErrUnreadable},
		"not UTF-8":        {whole + "\xff", ErrUnreadable},
		"too long":         {whole + strings.Repeat("X", longestStream), ErrTooLarge},
		"a line too long":  {"BEGIN:VCALENDAR\nX:" + strings.Repeat("x", longestLine) + "\nEND:VCALENDAR\n", ErrTooLarge},
		"folded too long":  {"BEGIN:VCALENDAR\nX:" + strings.Repeat("x\n ", longestLine) + "\nEND:VCALENDAR\n", ErrTooLarge},
		"too deep":         {strings.Repeat("BEGIN:VCALENDAR\n", deepest+1), ErrTooLarge},
		"too many lines":   {"BEGIN:VCALENDAR\n" + strings.Repeat("X:1\n", mostLines) + "END:VCALENDAR\n", ErrTooLarge},
		"too many events":  {string(calendarOf(many...)), ErrTooLarge},
		"many parameters":  {"BEGIN:VCALENDAR\nX" + strings.Repeat(";A=1", mostParams+1) + ":1\nEND:VCALENDAR\n", ErrTooLarge},
		"quote never ends": {"BEGIN:VCALENDAR\nX;A=\":1\nEND:VCALENDAR\n", ErrUnreadable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := ReadDays([]byte(tc.stream), windowFirst, windowLast); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// Whatever comes in, what comes out is sound, and reading ends.
func FuzzReadDays(f *testing.F) {
	f.Add(calendarOf(eventOf("SUMMARY:D", "DTSTART:20000801", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=2", "EXDATE:20260801", "DURATION:P2D")))
	f.Add([]byte("0;0=:"))
	f.Add([]byte("BEGIN:VCALENDAR\n \"\n:"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		days, _, err := ReadDays(stream, windowFirst, windowLast)
		if err != nil && len(days) > 0 {
			t.Error("days in spite of an error")
		}
		if len(days) > mostDays {
			t.Errorf("%d days", len(days))
		}
		for _, d := range days {
			if !d.First.Valid() || d.Last.Before(d.First) || d.Summary == "" || strings.ContainsAny(d.Summary, "\r\n\x00") {
				t.Errorf("day %+v", d)
			}
		}
	})
}
