package scheduling

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

// maxDepth is how deep JSON may nest; terms need five levels.
const maxDepth = 16

// readJSON reads one value: map[string]any, []any, string, json.Number, bool
// or nil. encoding/json by itself lets the last of two equal members win and
// takes Weekends for weekends, so that a slip would change an offer in silence.
func readJSON(d *json.Decoder, path string, depth int) (any, error) {
	malformed := func() error {
		return refuse(ErrInvalid, "json_malformed", "offset", fmt.Sprint(d.InputOffset())).at(path)
	}
	token, err := d.Token()
	if err != nil || depth > maxDepth {
		return nil, malformed()
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, malformed()
			}
			name, ok := key.(string)
			if !ok {
				return nil, malformed()
			}
			at := strings.TrimPrefix(path+"."+name, ".")
			if _, twice := object[name]; twice {
				return nil, refuse(ErrInvalid, "field_twice").at(at)
			}
			if object[name], err = readJSON(d, at, depth+1); err != nil {
				return nil, err
			}
		}
		if _, err := d.Token(); err != nil {
			return nil, malformed()
		}
		return object, nil
	case json.Delim('['):
		array := []any{}
		for d.More() {
			v, err := readJSON(d, fmt.Sprintf("%s[%d]", path, len(array)), depth+1)
			if err != nil {
				return nil, err
			}
			array = append(array, v)
		}
		if _, err := d.Token(); err != nil {
			return nil, malformed()
		}
		return array, nil
	}
	return token, nil
}

// node is a value of the JSON form and where it stands. A member that is left
// out is a node that is not there; null counts as left out.
type node struct {
	value any
	path  string
}

func (n node) there() bool { return n.value != nil }

// reader turns nodes into terms and keeps the first fault.
type reader struct{ err error }

func (r *reader) fault(n node, code string, params ...string) {
	if r.err == nil {
		r.err = refuse(ErrInvalid, code, params...).at(n.path)
	}
}

// object is the members of n, of which all must be among the known ones.
func (r *reader) object(n node, known ...string) func(name string) node {
	object, ok := n.value.(map[string]any)
	if !n.there() {
		r.fault(n, "field_missing")
	} else if !ok {
		r.fault(n, "field_not_object")
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(known, name) {
			r.fault(node{path: strings.TrimPrefix(n.path+"."+name, ".")}, "field_unknown", "known", strings.Join(known, ", "))
		}
	}
	return func(name string) node {
		return node{object[name], strings.TrimPrefix(n.path+"."+name, ".")}
	}
}

func (r *reader) list(n node) []node {
	array, ok := n.value.([]any)
	if n.there() && !ok {
		r.fault(n, "field_not_list")
	}
	var nodes []node
	for i, v := range array {
		nodes = append(nodes, node{v, fmt.Sprintf("%s[%d]", n.path, i)})
	}
	return nodes
}

func (r *reader) text(n node) string {
	s, ok := n.value.(string)
	if n.there() && !ok {
		r.fault(n, "field_not_text")
	}
	return strings.TrimSpace(s)
}

func (r *reader) yes(n node) bool {
	b, ok := n.value.(bool)
	if n.there() && !ok {
		r.fault(n, "field_not_bool")
	}
	return b
}

// number is the number n times factor, which must be whole.
func (r *reader) number(n node, factor float64) int {
	if !n.there() {
		return 0
	}
	s, ok := n.value.(json.Number)
	if !ok {
		r.fault(n, "field_not_number")
		return 0
	}
	f, err := s.Float64()
	f *= factor
	if err != nil || math.Abs(f) > math.MaxInt32 || math.Abs(f-math.Round(f)) > 1e-6 {
		r.fault(n, "number_not_whole", "number", s.String())
		return 0
	}
	return int(math.Round(f))
}

func (r *reader) terms(n node) Terms {
	get := r.object(n, "duration_days", "duration_hours", "grid_minutes", "weekends", "bridging", "notice_days", "date_only", "options")
	t := Terms{
		Duration: Duration{
			Days: r.number(get("duration_days"), 1), Minutes: r.number(get("duration_hours"), 60), Grid: r.number(get("grid_minutes"), 1),
		},
		Weekends: r.yes(get("weekends")), Bridging: r.number(get("bridging"), 1), NoticeDays: r.number(get("notice_days"), 1),
		DateOnly: r.yes(get("date_only")),
	}
	for i, o := range r.list(get("options")) {
		t.Options = append(t.Options, r.option(o, i == 0))
		if r.err != nil {
			break
		}
	}
	return t
}

func (r *reader) option(n node, first bool) Option {
	get := r.object(n, "order", "venue", "windows", "dates", "format", "occurrence")
	o := Option{
		Order: Order(r.text(get("order"))), Format: cmp.Or(Format(r.text(get("format"))), InPerson),
		Which: civil.Occurrence(r.text(get("occurrence"))), Venue: r.venue(get("venue")),
	}
	switch {
	case o.Order != "":
	case first:
		o.Order = OrderPreferred
	default:
		o.Order = OrderAlternative
	}
	for _, w := range r.list(get("windows")) {
		from := r.object(w, "from", "to")
		o.Windows = append(o.Windows, Window{From: r.date(from("from")), To: r.date(from("to"))})
	}
	for _, d := range r.list(get("dates")) {
		o.Dates = append(o.Dates, r.date(d))
	}
	return o
}

func (r *reader) venue(n node) Venue {
	get := r.object(n, "name", "place", "zone", "country", "weekend", "day", "sittings", "extra_sittings", "closed")
	v := Venue{Name: r.text(get("name")), Place: r.text(get("place"))}
	if v.Name == "" {
		r.fault(get("name"), "field_missing")
	}
	usual, known := LookupCity(v.Name)
	v.Zone = r.zone(get("zone"), usual)
	if !known || v.Zone != usual.Zone { // another city, if perhaps of a known name
		usual = Venue{Weekend: []time.Weekday{time.Saturday, time.Sunday}}
	}
	v.Country, v.Weekend = usual.Country, usual.Weekend
	if c := get("country"); c.there() {
		v.Country = r.text(c)
	}
	if days := get("weekend"); days.there() {
		v.Weekend = nil
		for _, d := range r.list(days) {
			day, ok := weekday(r.text(d))
			if !ok {
				r.fault(d, "weekday_unknown", "weekday", r.text(d))
			}
			v.Weekend = append(v.Weekend, day)
		}
	}
	day, sittings := get("day"), get("sittings")
	v.Day = UsualDay
	if day.there() {
		v.Day = r.span(day)
	}
	if sittings.there() {
		v.Sittings = r.spans(sittings)
	} else if !day.there() {
		v.Sittings = UsualSittings()
	}
	v.ExtraSittings = r.spans(get("extra_sittings"))
	for _, d := range r.list(get("closed")) {
		v.Closed = append(v.Closed, r.date(d))
	}
	return v
}

func (r *reader) zone(n node, usual Venue) civil.Zone {
	name := r.text(n)
	if name == "" {
		if usual.Zone == "" {
			r.fault(n, "zone_missing")
		}
		return usual.Zone
	}
	zone, err := civil.ParseZone(name)
	if err != nil {
		r.fault(n, "zone_unknown", "zone", name)
	}
	return zone
}

func (r *reader) date(n node) civil.Date {
	s := r.text(n)
	d, err := civil.ParseDate(s)
	if err != nil {
		r.fault(n, "date_invalid", "date", s)
	}
	return d
}

func (r *reader) spans(n node) []civil.Span {
	var spans []civil.Span
	for _, s := range r.list(n) {
		spans = append(spans, r.span(s))
	}
	return spans
}

func (r *reader) span(n node) civil.Span {
	times := r.list(n)
	if len(times) != 2 {
		r.fault(n, "field_not_times")
		return civil.Span{}
	}
	s := civil.Span{From: r.time(times[0]), To: r.time(times[1])}
	if !s.Valid() {
		r.fault(n, "hours_invalid", "hours", s.String())
	}
	return s
}

func (r *reader) time(n node) civil.TimeOfDay {
	s := r.text(n)
	t, err := civil.ParseTimeOfDay(s)
	if err != nil {
		r.fault(n, "time_invalid", "time", s)
	}
	return t
}
