package web

import (
	"time"

	"parley/scheduling/civil"
	"parley/web/locale"
)

// A City is a place whose clock matters to somebody.
type City struct {
	Name string
	Zone civil.Zone
}

// newTimes says when a sitting from one instant to another takes place at its
// venue and, below, in other cities. A sitting is shorter than a day.
func newTimes(p *locale.Printer, caption string, from, to time.Time, venue City, others ...City) Times {
	t := Times{Printer: p, Caption: caption, Rows: make([]TimesRow, 0, 1+len(others))}
	day := civil.DateOf(from.In(venue.Zone.Location()))
	row := timesRow(p, venue, from, to, day)
	row.Host = true
	t.Rows = append(t.Rows, row)
	for _, city := range others {
		t.Rows = append(t.Rows, timesRow(p, city, from, to, day))
	}
	return t
}

// timesRow is one city; day is the day at the venue.
func timesRow(p *locale.Printer, city City, from, to time.Time, day civil.Date) TimesRow {
	from, to = from.In(city.Zone.Location()), to.In(city.Zone.Location())
	span := civil.Span{From: clock(from), To: clock(to)}
	begins, ends := civil.DateOf(from).DaysSince(day), civil.DateOf(to).DaysSince(day)
	if span.To == 0 && ends > begins { // midnight still belongs to the day before
		span.To, ends = civil.EndOfDay, ends-1
	}
	row := TimesRow{City: city.Name, Hours: p.Hours(span), Offset: p.Offset(from), From: units(span.From)}
	switch {
	case begins > 0:
		row.Note = p.T("times.next_day")
	case ends < 0:
		row.Note = p.T("times.previous_day")
	case begins < 0:
		row.Note = p.T("times.begins_previous_day")
	case ends > 0:
		row.Note = p.T("times.ends_next_day")
	}
	if ends > begins {
		row.Width, row.Width2 = units(civil.EndOfDay)-row.From, units(span.To)
	} else {
		row.Width = units(span.To) - row.From
	}
	return row
}

func clock(t time.Time) civil.TimeOfDay { return civil.Clock(t.Hour(), t.Minute()) }

// units are those of the bar, ten an hour.
func units(t civil.TimeOfDay) int { return int(t) / 6 }
