package scheduling

import (
	"slices"

	"parley/scheduling/civil"
)

// A spokenOption is a city and the dates said for it.
type spokenOption struct {
	venue     Venue
	dates     []*saidDate
	preferred bool
}

// A group is what belongs together in a clause: each of the cities with all of
// the dates.
type group struct {
	cities    []Venue
	dates     [][]*saidDate // by phrase
	preferred bool
}

func (g group) options() []spokenOption {
	var out []spokenOption
	for i, v := range g.cities {
		out = append(out, spokenOption{venue: v, dates: slices.Concat(g.dates...), preferred: g.preferred && i == 0})
	}
	return out
}

// arrange makes options of the phrases of a text, clause by clause, which is
// what stands between two breaks. A clause with dates alone is about the cities
// before it, one with cities alone about the dates before them.
func arrange(phrases []phrase) ([]spokenOption, error) {
	var options, before []spokenOption
	var clause []phrase
	for _, ph := range append(phrases, phrase{last: true}) {
		if !ph.last {
			clause = append(clause, ph)
			continue
		}
		groups, err := grouped(clause)
		if err != nil {
			return nil, err
		}
		var made []spokenOption
		for _, g := range groups {
			switch {
			case len(g.dates) == 0 && len(before) > 0:
				g.dates = [][]*saidDate{before[len(before)-1].dates}
			case len(g.cities) == 0:
				for _, o := range before {
					g.cities = append(g.cities, o.venue)
				}
			}
			if len(g.dates) > 0 {
				made = append(made, g.options()...)
			}
		}
		if len(made) == 0 {
			continue // the clause goes on: "Geneva; 18-20 November"
		}
		options, before, clause = append(options, made...), made, nil
	}
	for _, ph := range clause {
		if ph.city != nil {
			return nil, unclear("dates_missing", "city", ph.city.Name)
		}
	}
	if len(options) == 0 || slices.ContainsFunc(clause, func(ph phrase) bool { return ph.dates != nil }) {
		return nil, unclear("city_missing")
	}
	return options, nil
}

// grouped joins cities and dates of a clause. Dates belong to the cities before
// them, or, where the clause begins with dates, to those after them.
func grouped(clause []phrase) ([]group, error) {
	var groups []group
	var g group
	preferred, datesFirst := false, false
	for _, ph := range clause {
		switch {
		case ph.first:
			preferred = true
			continue
		case len(groups) == 0 && g.cities == nil && g.dates == nil:
			datesFirst = ph.dates != nil
		case datesFirst && ph.dates != nil && g.cities != nil, !datesFirst && ph.city != nil && g.dates != nil:
			groups, g = append(groups, g), group{}
		}
		if ph.city != nil {
			g.cities = append(g.cities, *ph.city)
		} else {
			g.dates = append(g.dates, ph.dates)
		}
		g.preferred, preferred = g.preferred || preferred, false
	}
	if g.cities == nil && g.dates == nil {
		return nil, nil
	}
	groups = append(groups, g)
	if len(groups) == 1 {
		return groups, nil
	}
	// What is left over at the end: "… or on 8 December in Washington" after a
	// city and its dates, or "… or on 24 November" after dates and their city.
	prev, last := &groups[len(groups)-2], &groups[len(groups)-1]
	switch n := len(prev.dates); {
	case last.cities == nil:
		prev.dates = append(prev.dates, last.dates...)
		groups = groups[:len(groups)-1]
	case last.dates == nil && n > 1:
		last.dates, prev.dates = prev.dates[n-1:], prev.dates[:n-1]
	case last.dates == nil:
		return nil, unclear("dates_missing", "city", last.cities[0].Name)
	}
	return groups, nil
}

// windows is the dates of an option as ParseWords says.
func windows(o spokenOption, t Terms) (ws []Window, dates []civil.Date) {
	var single []civil.Date
	for i, d := range o.dates {
		switch {
		case d.until:
			ws = append(ws, Window{From: o.dates[i-1].date, To: d.date})
		case i+1 < len(o.dates) && o.dates[i+1].until:
		case d.day == 0:
			ws = append(ws, Window{From: d.date, To: d.lastDay()})
		default:
			single = append(single, d.date)
		}
	}
	slices.SortFunc(single, civil.Date.Compare)
	single = slices.Compact(single)
	var runs []Window
	for _, d := range single {
		if n := len(runs); n > 0 && runs[n-1].To.Add(1) == d {
			runs[n-1].To = d
			continue
		}
		runs = append(runs, Window{From: d, To: d})
	}
	long := t.Duration.Days > 1
	whole := func(d civil.Date) bool { return o.venue.MeetingDay(d, t.Weekends) }
	switch {
	case len(runs) == len(single), !long && len(runs) > 1, !long && !all(single, whole):
		return ws, single
	}
	return append(ws, runs...), nil
}

func all(days []civil.Date, is func(civil.Date) bool) bool {
	return !slices.ContainsFunc(days, func(d civil.Date) bool { return !is(d) })
}
