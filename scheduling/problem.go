package scheduling

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"parley/scheduling/civil"
)

// A Problem is a message for the author of terms: why they give no slots, or
// fewer than one might expect. Code names the message in the catalogs of
// web/locale; Params are its values (dates as 2026-11-18, times as 09:30).
type Problem struct {
	Code string
	// Option is the index of the option at fault, -1 for the terms as a whole.
	Option int
	// Venue is the name of that option's venue.
	Venue string
	// Field is the path of the field at fault in the JSON form of terms, such
	// as options[0].windows[1].
	Field  string
	Params map[string]string
}

// check collects what is wrong with terms before any slot is made of them.
type check struct {
	problems []Problem
	option   int
	venue    string
}

func (c *check) add(code, field string, params ...string) {
	p := Problem{Code: code, Option: c.option, Venue: c.venue, Field: field}
	if c.option >= 0 {
		p.Field = fmt.Sprintf("options[%d]", c.option)
		if field != "" {
			p.Field += "." + field
		}
	}
	for i := 0; i+1 < len(params); i += 2 {
		if p.Params == nil {
			p.Params = map[string]string{}
		}
		p.Params[params[i]] = params[i+1]
	}
	c.problems = append(c.problems, p)
}

// terms reports whether t, apart from its options, can give slots.
func (c *check) terms(t Terms) bool {
	before := len(c.problems)
	d := t.Duration
	switch {
	case d.Days == 0 && d.Minutes == 0:
		c.add("duration_missing", "duration_days")
	case d.Days != 0 && d.Minutes != 0:
		c.add("duration_twice", "duration_hours")
	case d.Days < 0 || d.Minutes < 0:
		c.add("duration_invalid", "duration_days")
	case d.Days > MaxDurationDays:
		c.add("duration_too_long", "duration_days", "days", strconv.Itoa(d.Days), "limit", strconv.Itoa(MaxDurationDays))
	case d.Minutes > int(civil.EndOfDay):
		c.add("sitting_too_long", "duration_hours", "minutes", strconv.Itoa(d.Minutes), "limit", strconv.Itoa(int(civil.EndOfDay)))
	case d.Minutes > 0 && t.DateOnly:
		c.add("date_only_hours", "date_only")
	}
	if d.Grid < 0 || d.Grid > int(civil.EndOfDay) {
		c.add("grid_invalid", "grid_minutes", "limit", strconv.Itoa(int(civil.EndOfDay)))
	}
	if t.Bridging < 0 || t.Bridging > MaxBridging {
		c.add("bridging_invalid", "bridging", "limit", strconv.Itoa(MaxBridging))
	}
	if t.NoticeDays < 0 || t.NoticeDays > MaxNoticeDays {
		c.add("notice_invalid", "notice_days", "limit", strconv.Itoa(MaxNoticeDays))
	}
	switch {
	case len(t.Options) == 0:
		c.add("no_options", "options")
	case len(t.Options) > MaxOptions:
		c.add("too_many_options", "options", "limit", strconv.Itoa(MaxOptions))
	}
	return len(c.problems) == before
}

// optionSound reports whether the option apart from its dates can give slots.
func (c *check) optionSound(o Option) bool {
	before := len(c.problems)
	switch o.Order {
	case "", OrderPreferred, OrderAlternative:
	default:
		c.add("order_unknown", "order", "order", string(o.Order))
	}
	switch o.Format {
	case "", InPerson, Remote, Hybrid:
	default:
		c.add("format_unknown", "format", "format", string(o.Format))
	}
	switch o.Which {
	case civil.Unsaid, civil.First, civil.Second:
	default:
		c.add("occurrence_unknown", "occurrence", "occurrence", string(o.Which))
	}
	c.venueSound(o.Venue)
	switch {
	case len(o.Windows) == 0 && len(o.Dates) == 0:
		c.add("option_without_dates", "windows")
	case len(o.Windows) > MaxWindows:
		c.add("too_many_windows", "windows", "limit", strconv.Itoa(MaxWindows))
	case len(o.Dates) > MaxDates:
		c.add("too_many_dates", "dates", "limit", strconv.Itoa(MaxDates))
	}
	return len(c.problems) == before
}

// maxName is the length of a venue's name or place in characters.
const maxName = 200

func (c *check) venueSound(v Venue) {
	switch {
	case plainName(v.Name) == "":
		c.add("venue_missing", "venue.name")
	case utf8.RuneCountInString(v.Name) > maxName:
		c.add("name_too_long", "venue.name", "limit", strconv.Itoa(maxName))
	case utf8.RuneCountInString(v.Place) > maxName:
		c.add("name_too_long", "venue.place", "limit", strconv.Itoa(maxName))
	}
	if v.Zone == "" {
		c.add("zone_missing", "venue.zone")
	} else if _, err := civil.ParseZone(string(v.Zone)); err != nil {
		c.add("zone_unknown", "venue.zone", "zone", string(v.Zone))
	}
	if !countryCode(v.Country) {
		c.add("country_invalid", "venue.country", "country", v.Country)
	}
	for i, d := range v.Weekend {
		if d < time.Sunday || d > time.Saturday {
			c.add("weekday_unknown", fmt.Sprintf("venue.weekend[%d]", i), "weekday", strconv.Itoa(int(d)))
		}
	}
	if !v.hours().Valid() {
		c.add("hours_invalid", "venue.day", "hours", v.Day.String())
	}
	c.sittingsSound(v.Sittings, "venue.sittings")
	c.sittingsSound(v.ExtraSittings, "venue.extra_sittings")
	if len(v.Closed) > MaxClosed {
		c.add("too_many_dates", "venue.closed", "limit", strconv.Itoa(MaxClosed))
	}
}

func (c *check) sittingsSound(sittings []civil.Span, field string) {
	if len(sittings) > MaxSittings {
		c.add("too_many_sittings", field, "limit", strconv.Itoa(MaxSittings))
		return
	}
	for i, s := range sittings {
		if !s.Valid() {
			c.add("hours_invalid", fmt.Sprintf("%s[%d]", field, i), "hours", s.String())
		}
	}
}

// windowSound reports whether w is a window at all.
func (c *check) windowSound(w Window, field string) bool {
	switch {
	case !c.dateSound(w.From, field+".from") || !c.dateSound(w.To, field+".to"):
		return false
	case w.To.Before(w.From):
		c.add("window_reversed", field, "from", w.From.String(), "to", w.To.String())
		return false
	case w.Days() > MaxWindowDays:
		c.add("window_too_long", field, "from", w.From.String(), "to", w.To.String(),
			"days", strconv.Itoa(w.Days()), "limit", strconv.Itoa(MaxWindowDays))
		return false
	}
	return true
}

func (c *check) dateSound(d civil.Date, field string) bool {
	switch {
	case !d.Valid():
		c.add("date_invalid", field, "date", d.String())
		return false
	case d.Year < MinYear || d.Year > MaxYear:
		c.add("year_out_of_range", field, "date", d.String(), "from", strconv.Itoa(MinYear), "to", strconv.Itoa(MaxYear))
		return false
	}
	return true
}

// countryCode reports whether s has the form of an ISO 3166-1 alpha-2 code, or
// is empty.
func countryCode(s string) bool {
	return s == "" || len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}
