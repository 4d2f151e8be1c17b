package scheduling

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"parley/scheduling/civil"
)

// Candidates is every slot that t gives, the same found in several options
// merged into one, in the order of screen and paper: preferred options before
// alternatives, options in their order, then by start, end and name of the
// venue. Beside them stand the problems: all that kept a slot from being made.
// It is pure: the same terms give the same list.
//
// A meeting of n days begins on each meeting day from which n of them can be
// had inside the window with at most Bridging days without meetings among
// them. A meeting of some hours lies in a sitting of a meeting day, at each
// start on the grid. A local time that does not exist makes no slot; one that
// occurs twice makes none until Option.Which answers for it.
//
// Terms that would give more than MaxCandidates slots, counted before merging,
// give none.
func (t Terms) Candidates() ([]Candidate, []Problem) {
	m := maker{check: check{option: -1}, terms: t}
	if !m.check.terms(t) {
		return nil, m.problems
	}
	m.from = make([]Candidate, len(t.Options))
	for i, o := range t.Options {
		m.option, m.venue = i, o.Venue.Name
		if m.optionSound(o) {
			m.make(o)
		}
		if len(m.made) > MaxCandidates {
			m.option, m.venue = -1, ""
			m.add("too_many_slots", "options", "limit", strconv.Itoa(MaxCandidates))
			return nil, m.problems
		}
	}
	return m.merged(), m.problems
}

// made is what a candidate has of its own, with the instants it is ordered by,
// in Unix seconds. The rest it has from its option.
type made struct {
	start, end int64
	days       []civil.Date
	hours      civil.Span
	which      civil.Occurrence
	option     int
}

// maker makes the candidates of terms, option by option.
type maker struct {
	check
	terms Terms
	made  []made
	from  []Candidate // by option, what its candidates have in common

	// of the option in hand
	which   civil.Occurrence
	clock   clock
	weekend [7]bool
	closed  map[civil.Date]bool
	spans   []civil.Span // hours of a meeting on its days, one candidate each
	said    map[string]bool
}

func (m *maker) make(o Option) {
	from := Candidate{
		Venue: o.Venue, Format: cmp.Or(o.Format, InPerson), Order: o.Order,
		Option: m.option, DateOnly: m.terms.DateOnly,
	}
	if from.Order == "" {
		from.Order = OrderAlternative
		if m.option == 0 {
			from.Order = OrderPreferred
		}
	}
	m.from[m.option] = from
	m.which = o.Which
	m.clock = clock{zone: o.Venue.Zone}
	m.weekend, m.closed = [7]bool{}, nil
	if !m.terms.Weekends {
		for _, d := range o.Venue.Weekend {
			m.weekend[d] = true
		}
	}
	if len(o.Venue.Closed) > 0 {
		m.closed = make(map[civil.Date]bool, len(o.Venue.Closed))
		for _, d := range o.Venue.Closed {
			m.closed[d] = true
		}
	}
	m.said = map[string]bool{}
	if m.spans = m.hours(o.Venue); m.spans == nil {
		return
	}
	for i, w := range o.Windows {
		if field := fmt.Sprintf("windows[%d]", i); m.windowSound(w, field) {
			m.window(w, field)
		}
	}
	for i, d := range o.Dates {
		if field := fmt.Sprintf("dates[%d]", i); m.dateSound(d, field) {
			m.date(d, field)
		}
	}
}

// hours is the hours that a meeting can have on its days, nil when it fits in
// no sitting.
func (m *maker) hours(v Venue) []civil.Span {
	d := m.terms.Duration
	switch {
	case m.terms.DateOnly:
		return []civil.Span{{}}
	case d.Days > 0:
		return []civil.Span{v.hours()}
	}
	var spans []civil.Span
	longest, length := 0, civil.TimeOfDay(d.Minutes)
	for _, s := range v.sittings() {
		longest = max(longest, s.Minutes())
		for from := s.From; from+length <= s.To; from += civil.TimeOfDay(cmp.Or(d.Grid, UsualGrid)) {
			spans = append(spans, civil.Span{From: from, To: from + length})
		}
	}
	if spans == nil {
		m.add("sitting_too_short", "venue.sittings", "available", strconv.Itoa(longest), "needed", strconv.Itoa(d.Minutes))
	}
	slices.SortFunc(spans, func(a, b civil.Span) int { return cmp.Compare(a.From, b.From) })
	return slices.Compact(spans)
}

// window makes the candidates that lie in w.
func (m *maker) window(w Window, field string) {
	days := make([]civil.Date, 0, w.Days())
	for d := w.From; !w.To.Before(d); d = d.Add(1) {
		if m.meetingDay(d) {
			days = append(days, d)
		}
	}
	needed := max(1, m.terms.Duration.Days)
	available := 0
	for i := range days {
		n := m.run(days[i:], needed)
		if n == needed {
			m.session(days[i:i+n:i+n], field)
		}
		available = max(available, n)
	}
	code := "window_too_short"
	switch {
	case available == needed:
		return
	case len(days) == 0 && m.terms.Duration.Days <= 1:
		code = "no_meeting_day"
	case len(days) >= needed:
		code = "window_interrupted"
	}
	m.add(code, field, "from", w.From.String(), "to", w.To.String(), "days", strconv.Itoa(len(days)),
		"available", strconv.Itoa(available), "n", strconv.Itoa(available), "needed", strconv.Itoa(needed))
}

// run is how many of the days, up to needed, one session beginning on the
// first of them can have.
func (m *maker) run(days []civil.Date, needed int) int {
	n := 1
	for n < min(needed, len(days)) && days[n].DaysSince(days[0])-n <= m.terms.Bridging {
		n++
	}
	return n
}

// date makes the candidates that begin on d.
func (m *maker) date(d civil.Date, field string) {
	switch {
	case m.closed[d]:
		m.add("date_closed", field, "date", d.String())
		return
	case !m.meetingDay(d):
		m.add("date_on_weekend", field, "date", d.String())
		return
	}
	needed := max(1, m.terms.Duration.Days)
	days := make([]civil.Date, 0, needed)
	for i := 0; len(days) < needed && i-len(days) <= m.terms.Bridging; i++ {
		if next := d.Add(i); m.meetingDay(next) {
			days = append(days, next)
		}
	}
	if len(days) < needed {
		m.add("date_too_short", field, "date", d.String(), "available", strconv.Itoa(len(days)), "n", strconv.Itoa(len(days)), "needed", strconv.Itoa(needed))
		return
	}
	m.session(days, field)
}

func (m *maker) meetingDay(d civil.Date) bool { return !m.weekend[d.Weekday()] && !m.closed[d] }

// session makes a candidate of the days for each of the possible hours.
func (m *maker) session(days []civil.Date, field string) {
	for _, span := range m.spans {
		if len(m.made) > MaxCandidates {
			return
		}
		next := made{days: days, hours: span, option: m.option}
		ok := true
		for i, d := range days {
			start, end, fits := m.sitting(&next, d, field)
			ok = ok && fits
			if i == 0 {
				next.start = start
			}
			next.end = end
		}
		if ok {
			m.made = append(m.made, next)
		}
	}
}

// sitting is the instants at which c begins and ends on its session day d, or
// not ok with the reason noted.
func (m *maker) sitting(c *made, d civil.Date, field string) (start, end int64, ok bool) {
	if m.terms.DateOnly {
		begin := civil.Midnight(d, m.clock.zone)
		if civil.DateOf(begin) != d { // the zone moved across the date line over it
			m.once("day_does_not_exist", field, "date", d.String(), "zone", string(m.clock.zone))
			return 0, 0, false
		}
		return begin.Unix(), civil.Midnight(d.Add(1), m.clock.zone).Unix(), true
	}
	start, startFits := m.instant(c, d, c.hours.From, field)
	end, endFits := m.instant(c, d, c.hours.To, field)
	return start, end, startFits && endFits
}

func (m *maker) instant(c *made, d civil.Date, t civil.TimeOfDay, field string) (int64, bool) {
	at, twice, err := m.clock.instant(d, t, m.which)
	if twice {
		c.which = m.which
	}
	switch {
	case errors.Is(err, civil.ErrTwice):
		m.once("time_occurs_twice", field, "date", d.String(), "time", t.String(), "zone", string(m.clock.zone))
	case err != nil:
		m.once("time_does_not_exist", field, "date", d.String(), "time", t.String(), "zone", string(m.clock.zone))
	}
	return at, err == nil
}

// once is add, but says of each time and date of an option only once what is
// wrong with it, however many sessions and windows it falls in.
func (m *maker) once(code, field string, params ...string) {
	key := code + params[1] + params[3]
	if !m.said[key] {
		m.said[key] = true
		m.add(code, field, params...)
	}
}

// candidate is c with what it has from its option.
func (m *maker) candidate(c made) Candidate {
	out := m.from[c.option]
	out.Days, out.Hours, out.Which = c.days, c.hours, c.which
	return out
}

// merged is what was made, with equal slots merged, in order. A year at many
// venues is thousands of candidates, so that places in m.made are sorted rather
// than the candidates themselves.
func (m *maker) merged() []Candidate {
	places := make([]int, len(m.made))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int { return cmp.Or(m.slot(a, b), m.rank(a, b)) })
	kept := places[:0]
	sources := make(map[int][]int) // of those with more than one, by place
	for _, next := range places {
		n := len(kept)
		if n == 0 || m.slot(kept[n-1], next) != 0 {
			kept = append(kept, next)
			continue
		}
		first := kept[n-1]
		if sources[first] == nil {
			sources[first] = []int{m.made[first].option}
		}
		sources[first] = m.merge(first, next, sources[first])
	}
	slices.SortFunc(kept, func(a, b int) int { return cmp.Or(m.rank(a, b), m.slot(a, b)) })
	if len(kept) == 0 {
		return nil
	}
	out := make([]Candidate, len(kept))
	for i, place := range kept {
		out[i] = m.candidate(m.made[place])
		if out[i].Sources = sources[place]; out[i].Sources == nil {
			out[i].Sources = []int{out[i].Option}
		}
	}
	return out
}

// rank orders the candidates at two places as their options stand: preferred
// ones before alternatives, then by index.
func (m *maker) rank(a, b int) int {
	i, j := m.made[a].option, m.made[b].option
	if i == j {
		return 0
	}
	if first := m.from[i].Order == OrderPreferred; first != (m.from[j].Order == OrderPreferred) {
		if first {
			return -1
		}
		return +1
	}
	return cmp.Compare(i, j)
}

// slot orders the candidates at two places by start, end and name, and then by
// whatever else tells two slots apart: it is 0 for those that are the Same.
func (m *maker) slot(a, b int) int {
	c, d := &m.made[a], &m.made[b]
	if c.start != d.start {
		return cmp.Compare(c.start, d.start)
	}
	v, w := &m.from[c.option].Venue, &m.from[d.option].Venue
	return cmp.Or(
		cmp.Compare(c.end, d.end),
		cmp.Compare(v.Name, w.Name),
		cmp.Compare(v.Zone, w.Zone),
		cmp.Compare(c.hours.From, d.hours.From),
		cmp.Compare(c.hours.To, d.hours.To),
		cmp.Compare(c.which, d.which),
		slices.CompareFunc(c.days, d.days, civil.Date.Compare),
	)
}

// merge adds the source of next to those of first, which is the same slot and
// stands before it.
func (m *maker) merge(first, next int, sources []int) []int {
	c, d := &m.from[m.made[first].option], &m.from[m.made[next].option]
	if i, found := slices.BinarySearch(sources, d.Option); !found {
		sources = slices.Insert(sources, i, d.Option)
	}
	if c.Format != d.Format {
		m.option, m.venue = d.Option, d.Venue.Name
		m.add("same_slot_other_format", "format", "date", m.made[first].days[0].String(), "option", strconv.Itoa(c.Option))
	}
	return sources
}
