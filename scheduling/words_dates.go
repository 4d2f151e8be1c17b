package scheduling

import (
	"slices"
	"strconv"
	"time"

	"parley/scheduling/civil"
)

// A said date is a day as a text says it: the month may be said once for
// several, the year not at all.
type saidDate struct {
	day        int // 0: the whole month
	month      time.Month
	year       int
	weekday    time.Weekday
	hasWeekday bool
	monthFirst bool // November 18: further days of the list are in November
	inList     bool // it is not the first of its list
	until      bool // it ends a range that the date before it begins
	date       civil.Date
}

// dates reads a list of dates, as far as it goes: "18, 19 or 20 November",
// "30 November to 2 December 2026", "November 18-20". between says that an
// "and" joins the two ends of a range.
func (c *cursor) dates(between bool) ([]saidDate, error) {
	first, ok, err := c.date()
	if !ok || err != nil {
		return nil, err
	}
	list := []saidDate{first}
	for {
		start := c.at
		until := c.take("-", "to", "until", "till", "through", "thru") || between && len(list) == 1 && c.take("and")
		for !until && c.take(",", "or", "and", "&", "/") {
			continue
		}
		if c.at == start {
			return list, nil
		}
		next, ok, err := c.date()
		if err != nil {
			return nil, err
		}
		if !ok || next.day == 0 && until {
			c.at = start
			return list, nil
		}
		next.inList, next.until = true, until
		list = append(list, next)
	}
}

// date reads one date. A number with a unit behind it is none.
func (c *cursor) date() (saidDate, bool, error) {
	start := c.at
	var d saidDate
	if t := c.peek(0); t.kind == isWord {
		if day, ok := weekday(t.text); ok {
			d.weekday, d.hasWeekday = day, true
			c.at++
			c.take(".")
			c.take(",")
		}
	}
	c.take("the")
	t := c.peek(0)
	switch m, isMonth := month(t); {
	case t.kind == isISODate || t.kind == isDotted:
		c.at++
		return c.wholeDate(d, t)
	case t.kind == isSlashed:
		return d, false, refuse(ErrInvalid, "date_ambiguous", "text", t.text).at("text")
	case t.kind == isNumber && 1 <= t.number && t.number <= 31 && !c.unitFollows() && !c.clockFollows():
		d.day = t.number
		c.at++
		c.take("of")
		if d.month, isMonth = month(c.peek(0)); isMonth {
			c.at++
			c.take(".")
		} else if next := c.peek(0); next.kind == isWord {
			if m, near := misspeltMonth(next.text); near {
				return d, false, refuse(ErrInvalid, "month_unknown", "word", c.raw(next, next), "suggestion", m.String()).at("text")
			}
		}
	case isMonth:
		d.month, d.monthFirst = m, true
		c.at++
		c.take(".")
		c.take("the")
		if t := c.peek(0); t.kind == isNumber && 1 <= t.number && t.number <= 31 && !c.unitFollows() && !c.clockFollows() {
			d.day = t.number
			c.at++
		} else if d.hasWeekday {
			c.at = start
			return d, false, nil
		}
	default:
		c.at = start
		return d, false, nil
	}
	c.year(&d)
	if inside := c.peek(1); c.peek(0).text == "(" && c.peek(2).text == ")" && !d.hasWeekday {
		if day, ok := weekday(inside.text); ok { // 18 November (Wednesday)
			d.weekday, d.hasWeekday = day, true
			c.at += 3
		}
	}
	return d, true, nil
}

// year reads the year after a day or month, with or without a comma.
func (c *cursor) year(d *saidDate) {
	start := c.at
	c.take(",")
	if t := c.peek(0); t.kind == isNumber && MinYear <= t.number && t.number <= MaxYear {
		d.year = t.number
		c.at++
		return
	}
	c.at = start
}

func (c *cursor) wholeDate(d saidDate, t token) (saidDate, bool, error) {
	layout := time.DateOnly
	if t.kind == isDotted {
		layout = "2.1.2006"
	}
	at, err := time.Parse(layout, t.text)
	if err != nil {
		return d, false, refuse(ErrInvalid, "date_invalid", "date", t.text).at("text")
	}
	date := civil.DateOf(at)
	d.day, d.month, d.year = date.Day, date.Month, date.Year
	return d, true, nil
}

// clockFollows reports whether the number here is the hour of a time.
func (c *cursor) clockFollows() bool { return c.peek(1).text == ":" && c.peek(2).kind == isNumber }

// unitFollows reports whether the number here counts days or hours.
func (c *cursor) unitFollows() bool {
	ahead := 1
	if c.peek(ahead).text == "-" {
		ahead++
	}
	for slices.Contains(measured, c.peek(ahead).text) {
		ahead++
	}
	_, ok := units[c.peek(ahead).text]
	return ok && c.peek(ahead).kind == isWord
}

// resolve gives the dates of a text, in the order said, their months and
// years.
//
// A day without a month has that of its list if the month stands first
// (November 18 and 19), else of the next date that has one, else of the last.
// A date without a year takes it from the next date that says one, else from
// the date before: the same year, unless that turns their order round and the
// year before or after brings them closer (30 December or 2 January 2027).
// Where no year is said the first date is its next occurrence, today or later,
// and no other is before today. A range ends in the year it begins, or the
// next where its months run over New Year.
func resolve(said []*saidDate, today civil.Date) error {
	for i, d := range said {
		if d.month == 0 {
			d.month, d.monthFirst = monthOf(said, i)
		}
		if d.month == 0 {
			return refuse(ErrInvalid, "month_missing", "day", strconv.Itoa(d.day)).at("text")
		}
	}
	explicit := slices.ContainsFunc(said, func(d *saidDate) bool { return d.year != 0 })
	given := make([]bool, len(said))
	for i, d := range said {
		given[i] = d.year != 0
	}
	for i, d := range said {
		switch next := nextGiven(given, i); {
		case given[i]:
		case d.until:
			d.year = said[i-1].year
			if d.month < said[i-1].month {
				d.year++
			}
		case i+1 < len(said) && said[i+1].until && given[i+1]:
			d.year = closest(d, said[i+1], -1)
		case next > i:
			d.year = closest(d, said[next], -1)
		case i > 0:
			d.year = closest(d, said[i-1], +1)
			if !explicit && d.on(d.year).Before(today) {
				d.year++
			}
		default:
			d.year = today.Year
			for range 8 { // 29 February may be as far as that
				if on := d.on(d.year); on.Valid() && !on.Before(today) {
					break
				}
				d.year++
			}
		}
		d.date = d.on(d.year)
		if !d.date.Valid() {
			return refuse(ErrInvalid, "date_invalid", "date", spoken(d.date)).at("text")
		}
		if is := d.date.Weekday(); d.hasWeekday && d.day != 0 && is != d.weekday {
			return refuse(ErrInvalid, "weekday_wrong", "date", spoken(d.date), "said", d.weekday.String(), "is", is.String()).at("text")
		}
		if d.until && d.date.Before(said[i-1].date) {
			return refuse(ErrInvalid, "window_reversed", "from", said[i-1].date.String(), "to", d.date.String()).at("text")
		}
	}
	return nil
}

// on is d in a year; of a whole month, its first day.
func (d *saidDate) on(year int) civil.Date {
	return civil.Date{Year: year, Month: d.month, Day: max(1, d.day)}
}

// lastDay is d itself, or the last day of the month that d is.
func (d *saidDate) lastDay() civil.Date {
	if d.day != 0 {
		return d.date
	}
	return civil.DateOf(time.Date(d.year, d.month+1, 0, 0, 0, 0, 0, time.UTC))
}

func monthOf(said []*saidDate, i int) (m time.Month, monthFirst bool) {
	if d := said[i]; i > 0 && (d.inList && said[i-1].monthFirst || d.until && said[i-1].month != 0) {
		return said[i-1].month, said[i-1].monthFirst
	}
	for _, later := range said[i:] {
		if later.month != 0 {
			return later.month, false
		}
	}
	if i > 0 {
		return said[i-1].month, false
	}
	return 0, false
}

func nextGiven(given []bool, i int) int {
	if n := slices.Index(given[i:], true); n >= 0 {
		return i + n
	}
	return -1
}

// closest is the year of d beside other, which stands after it in the text
// (shift -1) or before it (+1).
func closest(d, other *saidDate, shift int) int {
	same, shifted, beside := d.on(other.year), d.on(other.year+shift), other.on(other.year)
	apart := same.DaysSince(beside) * shift
	if apart >= 0 || -apart <= shifted.DaysSince(beside)*shift {
		return other.year
	}
	return other.year + shift
}

func spoken(d civil.Date) string {
	return strconv.Itoa(d.Day) + " " + d.Month.String() + " " + strconv.Itoa(d.Year)
}
