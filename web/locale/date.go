package locale

import (
	"strconv"
	"time"

	"parley/scheduling/civil"
)

// dateWords are the messages that dates and hours are made of. They stand in
// the catalogs, not in a library: diplomatic style differs from CLDR, and a
// library may change its mind between versions.
type dateWords struct {
	months, monthsShort     [13]string
	weekdays, weekdaysShort [7]string
	first                   string // the first of a month: 1, 1er
	comma                   string
	full, fullNoYear        form
	short, shortYear        form
	dayMonth, dayMonthYear  form
	monthYear               form
	span, spanInText        [3]form // same month, same year, other
	time, hours, dateTime   form
}

func (w *words) dates() dateWords {
	d := dateWords{
		first:        w.text("date.first"),
		comma:        w.text("list.comma"),
		full:         w.form("date.full"),
		fullNoYear:   w.form("date.full_no_year"),
		short:        w.form("date.short"),
		shortYear:    w.form("date.short_year"),
		dayMonth:     w.form("date.day_month"),
		dayMonthYear: w.form("date.day_month_year"),
		monthYear:    w.form("date.month_year"),
		time:         w.form("time.clock"),
		hours:        w.form("time.hours"),
		dateTime:     w.form("time.date_time"),
	}
	for i, which := range []string{"same_month", "same_year", "years"} {
		d.span[i] = w.form("date.range." + which)
		d.spanInText[i] = w.form("date.from_to." + which)
	}
	for m := time.January; m <= time.December; m++ {
		d.months[m] = w.text("date.month." + strconv.Itoa(int(m)))
		d.monthsShort[m] = w.text("date.month_short." + strconv.Itoa(int(m)))
	}
	for i := range d.weekdays { // ISO 8601: Monday is 1, Sunday 7
		iso := strconv.Itoa((i+6)%7 + 1)
		d.weekdays[i] = w.text("date.weekday." + iso)
		d.weekdaysShort[i] = w.text("date.weekday_short." + iso)
	}
	return d
}

// Date is "Wednesday 18 November 2026".
func (p *Printer) Date(d civil.Date) string { return p.date(p.dates.full, d) }

// DateNoYear is "Wednesday 18 November".
func (p *Printer) DateNoYear(d civil.Date) string { return p.date(p.dates.fullNoYear, d) }

// ShortDate is "Wed 18 November".
func (p *Printer) ShortDate(d civil.Date) string { return p.date(p.dates.short, d) }

// ShortDateYear is "Wed 18 November 2026".
func (p *Printer) ShortDateYear(d civil.Date) string { return p.date(p.dates.shortYear, d) }

// DayMonth is "18 November".
func (p *Printer) DayMonth(d civil.Date) string { return p.date(p.dates.dayMonth, d) }

// DayMonthYear is "18 November 2026".
func (p *Printer) DayMonthYear(d civil.Date) string { return p.date(p.dates.dayMonthYear, d) }

// MonthYear is "November 2026".
func (p *Printer) MonthYear(d civil.Date) string { return p.date(p.dates.monthYear, d) }

// Month is the name of m as it stands in dates: "November".
func (p *Printer) Month(m time.Month) string { return p.dates.months[m] }

// ShortMonth is "Nov".
func (p *Printer) ShortMonth(m time.Month) string { return p.dates.monthsShort[m] }

// Weekday is "Wednesday".
func (p *Printer) Weekday(w time.Weekday) string { return p.dates.weekdays[w] }

// ShortWeekday is "Wed".
func (p *Printer) ShortWeekday(w time.Weekday) string { return p.dates.weekdaysShort[w] }

// DateRange is the range for tables and headings, both days included:
// "18–20 November 2026". One day alone is DayMonthYear.
func (p *Printer) DateRange(first, last civil.Date) string {
	if first == last {
		return p.DayMonthYear(first)
	}
	return p.span(p.dates.span, first, last)
}

// FromTo is the range for sentences: "from 18 to 20 November 2026". One day
// alone is DayMonthYear.
func (p *Printer) FromTo(first, last civil.Date) string {
	if first == last {
		return p.DayMonthYear(first)
	}
	return p.span(p.dates.spanInText, first, last)
}

// Dates joins days with conjunction "and" or "or", each month and year said
// once: "18, 19 or 20 November 2026", "30 November, 1 or 2 December 2026". The
// days must be in order.
func (p *Printer) Dates(conjunction string, days []civil.Date) string {
	items := make([]string, len(days))
	for i, d := range days {
		last := i == len(days)-1
		switch {
		case last || days[i+1].Year != d.Year:
			items[i] = p.DayMonthYear(d)
		case days[i+1].Month != d.Month:
			items[i] = p.DayMonth(d)
		default:
			items[i] = p.day(d)
		}
	}
	return p.List(conjunction, items)
}

// Time is "10:00", in French "10 h 00". 24:00 stays 24:00.
func (p *Printer) Time(t civil.TimeOfDay) string {
	return string(p.appendTime(nil, t))
}

// Hours is "10:00–18:00". A span says no city: put it beside.
func (p *Printer) Hours(s civil.Span) string {
	var room [64]byte
	b := room[:0]
	for _, part := range p.dates.hours.parts {
		switch part.name {
		case "from":
			b = p.appendTime(b, s.From)
		case "to":
			b = p.appendTime(b, s.To)
		default:
			b = append(b, part.text...)
		}
	}
	return string(b)
}

// DateTime is "Friday 9 October 2026, 18:00", read from t in its location.
func (p *Printer) DateTime(t time.Time) string {
	return p.dateTime(p.Date(civil.DateOf(t)), t)
}

// ShortDateTime is "Fri 9 October 2026, 18:00", read from t in its location.
func (p *Printer) ShortDateTime(t time.Time) string {
	return p.dateTime(p.ShortDateYear(civil.DateOf(t)), t)
}

// Offset is the offset from UTC in force at t in its location: "UTC+1",
// "UTC−5", "UTC+5:30", and "UTC" for none. Seconds, which a few zones had long
// ago, are dropped.
func (p *Printer) Offset(t time.Time) string {
	_, seconds := t.Zone()
	minutes := seconds / 60
	if minutes == 0 {
		return "UTC"
	}
	b := append(make([]byte, 0, 12), "UTC+"...)
	if minutes < 0 {
		b, minutes = append(b[:3], "−"...), -minutes
	}
	b = strconv.AppendInt(b, int64(minutes/60), 10)
	if minutes%60 != 0 {
		b = append(b, ':', byte('0'+minutes%60/10), byte('0'+minutes%10))
	}
	return string(b)
}

// In says a distance in days: "today", "tomorrow", "in 3 days", "3 days ago".
func (p *Printer) In(days int) string {
	switch {
	case days == 0:
		return p.T("days.today")
	case days == 1:
		return p.T("days.tomorrow")
	case days == -1:
		return p.T("days.yesterday")
	case days > 0:
		return p.T("days.in", "n", days)
	default:
		return p.T("days.ago", "n", -days)
	}
}

// day is the day of the month as a date says it: "18", and in French "1er".
func (p *Printer) day(d civil.Date) string {
	if d.Day == 1 {
		return p.dates.first
	}
	return strconv.Itoa(d.Day)
}

func (p *Printer) date(f form, d civil.Date) string {
	var room [96]byte
	return string(p.appendDate(room[:0], f, d, d))
}

// span picks the pattern that says month and year once where they are equal.
func (p *Printer) span(patterns [3]form, first, last civil.Date) string {
	f := patterns[2]
	switch {
	case first.Year == last.Year && first.Month == last.Month:
		f = patterns[0]
	case first.Year == last.Year:
		f = patterns[1]
	}
	var room [96]byte
	return string(p.appendDate(room[:0], f, first, last))
}

// appendDate fills a date pattern. Names that end in 2 speak of last.
func (p *Printer) appendDate(b []byte, f form, first, last civil.Date) []byte {
	for _, part := range f.parts {
		name, d := part.name, first
		if len(name) > 0 && name[len(name)-1] == '2' {
			name, d = name[:len(name)-1], last
		}
		switch name {
		case "":
			b = append(b, part.text...)
		case "weekday":
			b = append(b, p.dates.weekdays[d.Weekday()]...)
		case "wd":
			b = append(b, p.dates.weekdaysShort[d.Weekday()]...)
		case "day":
			b = append(b, p.day(d)...)
		case "month":
			b = append(b, p.dates.months[d.Month]...)
		case "year":
			b = strconv.AppendInt(b, int64(d.Year), 10)
		}
	}
	return b
}

func (p *Printer) appendTime(b []byte, t civil.TimeOfDay) []byte {
	for _, part := range p.dates.time.parts {
		switch part.name {
		case "hour":
			b = append(b, byte('0'+t.Hour()/10), byte('0'+t.Hour()%10))
		case "minute":
			b = append(b, byte('0'+t.Minute()/10), byte('0'+t.Minute()%10))
		default:
			b = append(b, part.text...)
		}
	}
	return b
}

func (p *Printer) dateTime(date string, t time.Time) string {
	var room [112]byte
	b := room[:0]
	for _, part := range p.dates.dateTime.parts {
		switch part.name {
		case "date":
			b = append(b, date...)
		case "time":
			b = p.appendTime(b, civil.Clock(t.Hour(), t.Minute()))
		default:
			b = append(b, part.text...)
		}
	}
	return string(b)
}
