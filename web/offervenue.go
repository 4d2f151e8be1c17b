package web

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// formats lists the formats of a meeting, the usual one first.
var formats = []scheduling.Format{scheduling.InPerson, scheduling.Remote, scheduling.Hybrid}

// venue reads a venue. What is left blank is as usual in that city.
func (f *offerForm) venue(i int) scheduling.Venue {
	name := option(i)
	city := f.LineUpTo(name+"city", scheduling.MaxName)
	v, known := scheduling.LookupCity(city)
	if !known {
		v = scheduling.Venue{Name: city, Weekend: []time.Weekday{time.Saturday, time.Sunday}, Day: scheduling.UsualDay, Sittings: scheduling.UsualSittings()}
	}
	f.Require(name + "city")
	v.Place = f.LineUpTo(name+"place", scheduling.MaxName)
	if zone, said := f.zone(name + "zone"); said {
		v.Zone = zone
	} else if !known && city != "" {
		f.Fail(name+"zone", "error.zone_missing")
	}
	if country := strings.ToUpper(f.Line(name + "country")); country != "" {
		v.Country = country
		if len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			f.Fail(name+"country", "error.country_invalid", "country", country)
		}
	}
	if weekend, said := readWeekend(f.Line(name + "weekend")); said {
		v.Weekend = weekend
	}
	if from, until := name+"from", name+"until"; f.Has(from) || f.Has(until) {
		f.Require(from, until)
		day := civil.Span{From: f.Time(from), To: f.Time(until)}
		if !day.Valid() && !f.bad(from, until) {
			f.Fail(until, "error.hours_invalid", "hours", f.Hours(day))
		}
		if day != v.Day {
			v.Day, v.Sittings = day, nil
		}
	}
	if spans := f.spans(name + "sittings"); spans != nil {
		v.Sittings = spans
	}
	v.ExtraSittings = f.spans(name + "extra")
	for text := range strings.FieldsFuncSeq(f.TextUpTo(name+"closed", scheduling.MaxText), func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		d, ok := f.day(text)
		if !ok {
			f.Fail(name+"closed", "error.day_unreadable", "text", text)
			break
		}
		v.Closed = append(v.Closed, d)
	}
	return v
}

// zone reads a time zone; said is false when the field is blank.
func (f *Form) zone(field string) (zone civil.Zone, said bool) {
	text := f.Line(field)
	if text == "" {
		return "", false
	}
	zone, err := civil.ParseZone(text)
	if err != nil {
		f.Fail(field, "error.zone_unknown", "zone", text)
	}
	return zone, true
}

// readWeekend reads the numbers of weekdays, such as 5.6 for Friday and
// Saturday, or none; "" is as usual in the city.
func readWeekend(s string) (days []time.Weekday, said bool) {
	if s == "none" {
		return nil, true
	}
	for part := range strings.SplitSeq(s, ".") {
		d, err := strconv.Atoi(part)
		if err != nil || d < 0 || d > 6 || slices.Contains(days, time.Weekday(d)) {
			return nil, false
		}
		days = append(days, time.Weekday(d))
	}
	return days, true
}

func weekendValue(days []time.Weekday) string {
	if len(days) == 0 {
		return "none"
	}
	parts := make([]string, 0, len(days))
	for _, d := range days {
		parts = append(parts, strconv.Itoa(int(d)))
	}
	return strings.Join(parts, ".")
}

// spans reads hours such as "10:00–13:00, 15:00–18:00".
func (f *Form) spans(field string) []civil.Span {
	var spans []civil.Span
	for text := range strings.FieldsFuncSeq(f.Line(field), func(r rune) bool { return r == ',' || r == ';' }) {
		from, to, _ := strings.Cut(strings.NewReplacer("–", "-", "—", "-").Replace(text), "-")
		start, errFrom := readTime(from)
		end, errTo := readTime(to)
		span := civil.Span{From: start, To: end}
		if errFrom != nil || errTo != nil || !span.Valid() || len(spans) == scheduling.MaxSittings {
			f.Fail(field, "error.sittings_unreadable", "text", strings.TrimSpace(text))
			return nil
		}
		spans = append(spans, span)
	}
	return spans
}

// day reads a day such as 25 December 2026, in a language that there is, or
// 2026-12-25.
func (f *offerForm) day(text string) (civil.Date, bool) {
	if d, err := civil.ParseDate(text); err == nil {
		return d, true
	}
	parts := strings.Fields(strings.ToLower(text))
	if len(parts) != 3 {
		return civil.Date{}, false
	}
	day, errD := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(parts[0], "er"), "."))
	year, errY := strconv.Atoi(parts[2])
	d := civil.Date{Year: year, Month: f.months[parts[1]], Day: day}
	return d, errD == nil && errY == nil && d.Valid() && year >= firstYear && year <= lastYear
}
