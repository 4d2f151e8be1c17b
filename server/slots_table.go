package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// The most that cells hold on a line, so that the table fits into 78 columns
// wherever words can be broken so.
const (
	dateWidth  = 22
	placeWidth = 12
	utcWidth   = 13
)

const columns = 6

// A cell is the lines of one cell.
type cell []string

// slotTable is the slots as a table that can be cabled: letters of ASCII where
// a name is written in Latin ones, no tabs, no rules.
func slotTable(candidates []scheduling.Candidate, noticeDays int) string {
	rows := [][columns]cell{{{"Slot"}, {"Date"}, {"Place"}, {"Local hours"}, {"UTC"}, {"Decide by"}}}
	var labels scheduling.Labels
	var venues []scheduling.Venue
	for _, c := range candidates {
		rows = append(rows, [columns]cell{
			{string(labels.Next(c.Venue.Name))},
			wrap(dateCell(c.Days), dateWidth),
			wrap(strings.Fields(cable(c.Venue.Name)), placeWidth),
			localCell(c),
			utcCell(c),
			{decideByCell(c.Days[0], noticeDays)},
		})
		if !slices.ContainsFunc(venues, func(v scheduling.Venue) bool { return v.Name == c.Venue.Name && v.Zone == c.Venue.Zone }) {
			venues = append(venues, c.Venue)
		}
	}
	var b strings.Builder
	width := widths(rows)
	for _, row := range rows {
		writeRow(&b, row, width)
	}
	b.WriteString("\nDates are those of the place, decide-by dates too.\n")
	for _, v := range venues {
		name := cable(v.Name)
		if v.Place != "" {
			name += ", " + cable(v.Place)
		}
		fmt.Fprintf(&b, "%s: %s, %s.\n", name, string(v.Zone), offsets(candidates, v))
	}
	return b.String()
}

func widths(rows [][columns]cell) (width [columns]int) {
	for _, row := range rows {
		for i, c := range row {
			for _, line := range c {
				width[i] = max(width[i], utf8.RuneCountInString(line))
			}
		}
	}
	return width
}

func writeRow(b *strings.Builder, row [columns]cell, width [columns]int) {
	lines := 1
	for _, c := range row {
		lines = max(lines, len(c))
	}
	for n := range lines {
		var line strings.Builder
		for i, c := range row {
			text := ""
			if n < len(c) {
				text = c[n]
			}
			line.WriteString(text)
			line.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(text)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
}

// wrap sets words on lines of at most width, longer words on lines of their
// own.
func wrap(words []string, width int) cell {
	var lines cell
	for _, w := range words {
		if n := len(lines); n > 0 && utf8.RuneCountInString(lines[n-1])+1+utf8.RuneCountInString(w) <= width {
			lines[n-1] += " " + w
			continue
		}
		lines = append(lines, w)
	}
	return lines
}

// dateCell is the days of a slot in pieces between which a line may break:
// "Wed 18 Nov 2026", "Wed-Thu 18-19 Nov 2026", "Mon 30 Nov - Wed 2 Dec 2026",
// and runs of days joined by commas where days between are without meetings.
func dateCell(days []civil.Date) []string {
	var pieces []string
	for len(days) > 0 {
		n := 1
		for n < len(days) && days[n] == days[n-1].Add(1) {
			n++
		}
		first, last := days[0], days[n-1]
		switch {
		case n == 1:
			pieces = append(pieces, weekdayName(first)+" "+cableDate(first))
		case first.Month == last.Month && first.Year == last.Year:
			pieces = append(pieces, fmt.Sprintf("%s-%s %d-%s", weekdayName(first), weekdayName(last), first.Day, cableDate(last)))
		case first.Year == last.Year:
			pieces = append(pieces, fmt.Sprintf("%s %d %s -", weekdayName(first), first.Day, first.Month.String()[:3]), weekdayName(last)+" "+cableDate(last))
		default:
			pieces = append(pieces, weekdayName(first)+" "+cableDate(first)+" -", weekdayName(last)+" "+cableDate(last))
		}
		if days = days[n:]; len(days) > 0 {
			pieces[len(pieces)-1] += ","
		}
	}
	return pieces
}

// decideByCell is the last date to decide: Sun 8 Nov, with the year where it is
// not that of the slot.
func decideByCell(first civil.Date, noticeDays int) string {
	d := scheduling.DecideBy(first, noticeDays)
	if d.Year != first.Year {
		return weekdayName(d) + " " + cableDate(d)
	}
	return fmt.Sprintf("%s %d %s", weekdayName(d), d.Day, d.Month.String()[:3])
}

func localCell(c scheduling.Candidate) cell {
	if c.DateOnly {
		return cell{"all day"}
	}
	return cell{c.Hours.String()}
}

// utcCell is the hours in UTC on the first day, and on each day from which
// they differ since the clocks have changed.
func utcCell(c scheduling.Candidate) cell {
	var lines cell
	previous := ""
	for i, d := range c.Days {
		one := c
		one.Days = []civil.Date{d}
		start, end := one.Start().UTC(), one.End().UTC()
		hours := start.Format("15:04") + "-" + end.Format("15:04")
		if hours == previous {
			continue
		}
		if previous = hours; i > 0 {
			lines = append(lines, fmt.Sprintf("from %d %s:", d.Day, d.Month.String()[:3]))
		}
		lines = append(lines, hours)
		note := shift(civil.DateOf(start).DaysSince(d), lastMinute(end).DaysSince(d))
		lines = append(lines, wrap(strings.Fields(note), utcWidth)...)
	}
	return lines
}

// lastMinute is the day on which what ends at end still goes on.
func lastMinute(end time.Time) civil.Date { return civil.DateOf(end.Add(-time.Minute)) }

// shift says on which days, counted from the local one, hours in UTC begin and
// end.
func shift(begin, end int) string {
	switch {
	case begin == 0 && end == 0:
		return ""
	case begin > 0:
		return "the next day"
	case end > 0:
		return "ends next day"
	case end < 0:
		return "the day before"
	}
	return "begins the day before"
}

func weekdayName(d civil.Date) string { return d.Weekday().String()[:3] }

// cableDate is 18 Nov 2026.
func cableDate(d civil.Date) string {
	return fmt.Sprintf("%d %s %d", d.Day, d.Month.String()[:3], d.Year)
}

// cable is a name without the accents that a cable drops.
func cable(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFD.String(printable(name)))
}
