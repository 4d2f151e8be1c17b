package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"parley/scheduling/civil"
)

// Why a calendar of somebody else is not read.
var (
	// ErrTooLarge is a stream beyond the limits: 2 MB, 20,000 lines, 64 KB in one
	// line, four components within each other, 2,000 events.
	ErrTooLarge = errors.New("calendar: stream too large")
	// ErrUnreadable is no whole iCalendar stream in UTF-8.
	ErrUnreadable = errors.New("calendar: stream unreadable")
)

// The limits of what is read from others.
const (
	longestStream = 2 << 20
	longestLine   = 64 << 10
	mostLines     = 20_000
	mostParams    = 200
	deepest       = 4
	mostEvents    = 2000
	mostDates     = 500  // in one EXDATE or RDATE
	mostOfRule    = 1000 // occurrences
	mostDays      = 5000 // in one stream
	longestStay   = 366  // days
	firstYear     = 1970
	lastYear      = 2100
	longestText   = 2000 // runes
)

// A Day is an event of somebody else's calendar by its local dates alone: from
// First to Last, inclusive, as the file writes them.
type Day struct {
	First, Last civil.Date
	Summary     string
}

// ReadDays reads the events of an iCalendar stream as days. Yearly rules are
// followed from first to last, both inclusive; events that stand alone are
// given whenever they are. Skipped counts events that cannot be read: other
// rules, dates from before 1970 or after 2100, no summary. Cancelled events are
// left out and not counted.
//
// The stream is not trusted: it is ErrTooLarge or ErrUnreadable before it costs
// much. It is read by hand, since go-ical panics on some input and takes
// quadratic time on other.
func ReadDays(stream []byte, first, last civil.Date) (days []Day, skipped int, err error) {
	lines, err := contentLines(stream)
	if err != nil {
		return nil, 0, err
	}
	var open []string
	var event dayEvent
	events, calendars := 0, 0
	for _, line := range lines {
		name, value, err := property(line)
		if err != nil {
			return nil, 0, err
		}
		switch component := strings.ToUpper(strings.TrimSpace(value)); name {
		case "BEGIN":
			if open = append(open, component); len(open) > deepest {
				return nil, 0, fmt.Errorf("%w: nested too deep", ErrTooLarge)
			}
			if component == "VEVENT" {
				if events++; events > mostEvents {
					return nil, 0, fmt.Errorf("%w: too many events", ErrTooLarge)
				}
				event = dayEvent{}
			}
		case "END":
			if len(open) == 0 || open[len(open)-1] != component {
				return nil, 0, fmt.Errorf("%w: components cross", ErrUnreadable)
			}
			open = open[:len(open)-1]
			if component == "VCALENDAR" {
				calendars++
			}
			if component != "VEVENT" || event.cancelled {
				continue
			}
			found, ok := event.days(first, last)
			if !ok {
				skipped++
			}
			if days = append(days, found...); len(days) > mostDays {
				return nil, 0, fmt.Errorf("%w: too many days", ErrTooLarge)
			}
		default:
			if len(open) > 0 && open[len(open)-1] == "VEVENT" {
				event.take(name, value)
			}
		}
	}
	if len(open) > 0 || calendars == 0 {
		return nil, 0, fmt.Errorf("%w: not a whole calendar", ErrUnreadable)
	}
	return days, skipped, nil
}

// contentLines are the lines of a stream, unfolded (RFC 5545 section 3.1).
func contentLines(stream []byte) ([]string, error) {
	switch {
	case len(stream) > longestStream:
		return nil, fmt.Errorf("%w: %d octets", ErrTooLarge, len(stream))
	case !utf8.Valid(stream):
		return nil, fmt.Errorf("%w: not UTF-8", ErrUnreadable)
	}
	stream = bytes.TrimPrefix(stream, []byte("\ufeff"))
	var lines []string
	var line []byte
	end := func() error {
		if len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, string(line))
		}
		line = line[:0]
		if len(lines) > mostLines {
			return fmt.Errorf("%w: too many lines", ErrTooLarge)
		}
		return nil
	}
	for raw := range bytes.Lines(stream) {
		raw = bytes.TrimRight(raw, "\r\n")
		if len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') {
			raw = raw[1:]
		} else if err := end(); err != nil {
			return nil, err
		}
		if line = append(line, raw...); len(line) > longestLine {
			return nil, fmt.Errorf("%w: a line too long", ErrTooLarge)
		}
	}
	return lines, end()
}

// property takes a content line apart. Parameters do not matter here, but may
// hold colons in quotation marks.
func property(line string) (name, value string, err error) {
	quoted, params := false, 0
	for i := range len(line) {
		switch c := line[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == ';':
			if params++; params > mostParams {
				return "", "", fmt.Errorf("%w: too many parameters", ErrTooLarge)
			}
			if name == "" {
				name = line[:i]
			}
		case c == ':':
			if name == "" {
				name = line[:i]
			}
			return strings.ToUpper(strings.TrimSpace(name)), line[i+1:], nil
		}
	}
	return "", "", fmt.Errorf("%w: a line without a colon", ErrUnreadable)
}

// A dayEvent is what is read of one VEVENT.
type dayEvent struct {
	start, end  civil.Date
	endsBefore  bool // the end is exclusive: a date, or midnight
	length      int  // days, by DURATION
	summary     string
	rule        string
	without     []civil.Date
	also        []civil.Date
	cancelled   bool
	unreadable  bool
	hasEnd      bool
	hasDuration bool
}

func (e *dayEvent) take(name, value string) {
	var ok bool
	switch name {
	case "DTSTART":
		e.start, _, ok = dateOf(value)
	case "DTEND":
		e.end, e.endsBefore, ok = dateOf(value)
		e.hasEnd = true
	case "DURATION":
		e.length, ok = daysOf(value)
		e.hasDuration = true
	case "SUMMARY":
		e.summary, ok = textOf(value), true
	case "STATUS":
		e.cancelled, ok = strings.EqualFold(strings.TrimSpace(value), "CANCELLED"), true
	case "RRULE":
		ok = e.rule == ""
		e.rule = value
	case "EXDATE":
		e.without, ok = datesOf(e.without, value)
	case "RDATE":
		e.also, ok = datesOf(e.also, value)
	case "RECURRENCE-ID": // a change of one occurrence, which would count twice
	default:
		return
	}
	e.unreadable = e.unreadable || !ok
}

// dateOf reads the date of a DATE or DATE-TIME value; before reports that it
// names the beginning of the day.
func dateOf(value string) (d civil.Date, before, ok bool) {
	value = strings.TrimSpace(value)
	day, clock, timed := strings.Cut(value, "T")
	t, err := time.Parse("20060102", day)
	if err != nil || timed && len(clock) != 6 && !(len(clock) == 7 && clock[6] == 'Z') {
		return civil.Date{}, false, false
	}
	d = civil.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
	return d, !timed || strings.HasPrefix(clock, "000000"), d.Year >= firstYear && d.Year <= lastYear
}

func datesOf(to []civil.Date, value string) ([]civil.Date, bool) {
	for part := range strings.SplitSeq(value, ",") {
		d, _, ok := dateOf(part)
		if !ok || len(to) == mostDates {
			return to, false
		}
		to = append(to, d)
	}
	return to, true
}

// daysOf reads a duration of whole days or weeks; hours are part of a day.
func daysOf(value string) (int, bool) {
	value = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(value)), "+")
	rest, ok := strings.CutPrefix(value, "P")
	if !ok {
		return 0, false
	}
	rest, clock, _ := strings.Cut(rest, "T")
	if rest == "" {
		return 1, clock != ""
	}
	n, err := strconv.Atoi(rest[:len(rest)-1])
	switch {
	case err != nil || n < 0 || n > longestStay:
		return 0, false
	case rest[len(rest)-1] == 'W':
		n *= 7
	case rest[len(rest)-1] != 'D':
		return 0, false
	}
	return max(1, n), n <= longestStay
}

// textOf undoes the escapes of TEXT, whatever stands behind a backslash.
func textOf(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		if value[i] == '\\' && i+1 < len(value) {
			if i++; value[i] == 'n' || value[i] == 'N' {
				b.WriteByte(' ')
				continue
			}
		}
		b.WriteByte(value[i])
	}
	text := oneLine(b.String())
	if runes := []rune(text); len(runes) > longestText {
		text = string(runes[:longestText])
	}
	return text
}

// days are the occurrences of the event; false when it cannot be read.
func (e *dayEvent) days(first, last civil.Date) ([]Day, bool) {
	if e.unreadable || e.start.IsZero() || e.summary == "" {
		return nil, false
	}
	length := 1
	switch {
	case e.hasEnd:
		length = e.end.DaysSince(e.start) + 1
		if e.endsBefore && length > 1 {
			length--
		}
	case e.hasDuration:
		length = e.length
	}
	if length < 1 || length > longestStay {
		return nil, false
	}
	starts := []civil.Date{e.start}
	if e.rule != "" {
		var ok bool
		if starts, ok = yearly(e.rule, e.start, first, last); !ok {
			return nil, false
		}
	}
	starts = append(starts, e.also...)
	slices.SortFunc(starts, civil.Date.Compare)
	starts = slices.Compact(starts)
	var days []Day
	for _, d := range starts {
		if !slices.Contains(e.without, d) {
			days = append(days, Day{First: d, Last: d.Add(length - 1), Summary: e.summary})
		}
	}
	return days, true
}

// yearly lists the occurrences from first to last of a rule that repeats a day
// each year, or every so many: the same date, or such as the fourth Thursday of
// November. False for every other rule.
func yearly(rule string, start, first, last civil.Date) ([]civil.Date, bool) {
	parts := map[string]string{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(rule)), ";") {
		key, value, _ := strings.Cut(part, "=")
		parts[key] = value
	}
	on := func(year int) civil.Date { return civil.Date{Year: year, Month: start.Month, Day: start.Day} }
	interval, count, until := 1, 0, civil.Date{}
	month, weekday := int(start.Month), ""
	for key, value := range parts {
		n, err := strconv.Atoi(value)
		ok := err == nil
		switch key {
		case "FREQ":
			ok = value == "YEARLY"
		case "INTERVAL":
			interval, ok = n, ok && n > 0 && n <= 100
		case "COUNT":
			count, ok = n, ok && n > 0
		case "UNTIL":
			until, _, ok = dateOf(value)
		case "BYMONTH":
			month, ok = n, ok && n >= 1 && n <= 12
		case "BYMONTHDAY":
			ok = ok && n == start.Day
		case "BYDAY":
			weekday, ok = value, true
		case "WKST", "":
			ok = true
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
	}
	switch nth, day, ok := nthWeekday(weekday); {
	case parts["FREQ"] == "", weekday == "" && month != int(start.Month):
		return nil, false
	case weekday == "":
	case !ok || parts["BYMONTHDAY"] != "":
		return nil, false
	default:
		on = func(year int) civil.Date { return nthOf(year, time.Month(month), nth, day) }
	}
	var dates []civil.Date
	for year, n := start.Year, 0; year <= min(last.Year, lastYear) && len(dates) < mostOfRule; year += interval {
		d := on(year)
		if !d.Valid() || d.Before(start) {
			continue
		}
		if n++; count > 0 && n > count || !until.IsZero() && until.Before(d) {
			break
		}
		if !d.Before(first) && !last.Before(d) {
			dates = append(dates, d)
		}
	}
	return dates, true
}

// nthWeekday reads a BYDAY such as 4TH or -1MO.
func nthWeekday(s string) (nth int, day time.Weekday, ok bool) {
	if len(s) < 3 {
		return 0, 0, false
	}
	names := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	i := slices.Index(names, s[len(s)-2:])
	nth, err := strconv.Atoi(s[:len(s)-2])
	return nth, time.Weekday(i), err == nil && i >= 0 && nth != 0 && nth >= -5 && nth <= 5
}

// nthOf is the nth weekday of a month, from its end when nth is negative; not a
// valid date when the month has none.
func nthOf(year int, month time.Month, nth int, day time.Weekday) civil.Date {
	d := civil.Date{Year: year, Month: month, Day: 1}
	if nth > 0 {
		d = d.Add((int(day)-int(d.Weekday())+7)%7 + 7*(nth-1))
	} else {
		d = civil.DateOf(time.Date(year, month+1, 0, 12, 0, 0, 0, time.UTC))
		d = d.Add(-((int(d.Weekday())-int(day)+7)%7 + 7*(-nth-1)))
	}
	if d.Month != month {
		return civil.Date{}
	}
	return d
}
