package scheduling

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"parley/scheduling/civil"
)

// MaxTermsJSON is the size in bytes of the longest JSON form of terms.
const MaxTermsJSON = 1 << 20

// ParseTermsJSON reads the JSON form of terms:
//
//	{"duration_days": 1, "weekends": false, "bridging": 0, "notice_days": 0,
//	 "options": [{"order": "preferred",
//	   "venue": {"name": "Geneva", "zone": "Europe/Zurich", "country": "CH",
//	     "weekend": ["Sat", "Sun"], "day": ["10:00", "18:00"],
//	     "sittings": [["10:00", "13:00"], ["15:00", "18:00"]],
//	     "extra_sittings": [], "closed": ["2026-12-25"]},
//	   "windows": [{"from": "2026-11-18", "to": "2026-11-20"}]}]}
//
// Instead of duration_days there may be duration_hours (1.5 is 90 minutes)
// with grid_minutes, instead of windows or beside them dates; an option may
// say format and occurrence ("first" or "second", for times that occur twice),
// the terms date_only.
//
// What a venue leaves out is filled in: zone, country and weekend from the
// table of cities; the weekend of an unknown city is Saturday and Sunday, and
// its zone must be said. Without day and sittings it has UsualDay and
// UsualSittings; with a day alone a sitting may lie anywhere in it. Without
// order the first option is preferred and the others are alternatives.
//
// It is strict: a member that is unknown, stands twice or has the wrong type is
// an ErrInvalid whose Field is its path, such as options[0].venue.zone.
// Whether the terms make sense is for Candidates to say.
func ParseTermsJSON(r io.Reader) (Terms, error) {
	text, err := io.ReadAll(io.LimitReader(r, MaxTermsJSON+1))
	if err != nil {
		return Terms{}, fmt.Errorf("scheduling: read terms: %w", err)
	}
	if len(text) > MaxTermsJSON {
		return Terms{}, refuse(ErrInvalid, "json_too_long", "limit", fmt.Sprint(MaxTermsJSON))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	value, err := readJSON(d, "", 0)
	if err != nil {
		return Terms{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Terms{}, refuse(ErrInvalid, "json_malformed", "offset", fmt.Sprint(d.InputOffset()))
	}
	var rd reader
	t := rd.terms(node{value: value})
	if rd.err != nil {
		return Terms{}, rd.err
	}
	return t, nil
}

// UnmarshalJSON is ParseTermsJSON.
func (t *Terms) UnmarshalJSON(b []byte) error {
	parsed, err := ParseTermsJSON(bytes.NewReader(b))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

type (
	optionJSON struct {
		Order      Order            `json:"order,omitempty"`
		Venue      venueJSON        `json:"venue"`
		Windows    []windowJSON     `json:"windows,omitempty"`
		Dates      []civil.Date     `json:"dates,omitempty"`
		Format     Format           `json:"format,omitempty"`
		Occurrence civil.Occurrence `json:"occurrence,omitempty"`
	}
	venueJSON struct {
		Name          string               `json:"name"`
		Place         string               `json:"place,omitempty"`
		Zone          civil.Zone           `json:"zone"`
		Country       *string              `json:"country"`
		Weekend       []string             `json:"weekend"`
		Day           [2]civil.TimeOfDay   `json:"day"`
		Sittings      [][2]civil.TimeOfDay `json:"sittings"`
		ExtraSittings [][2]civil.TimeOfDay `json:"extra_sittings,omitempty"`
		Closed        []civil.Date         `json:"closed,omitempty"`
	}
	windowJSON struct {
		From civil.Date `json:"from"`
		To   civil.Date `json:"to"`
	}
)

// MarshalJSON is the form that ParseTermsJSON reads. It says the defaults too,
// so that what is read back does not depend on the table of cities.
func (t Terms) MarshalJSON() ([]byte, error) {
	form := struct {
		Days     int          `json:"duration_days,omitempty"`
		Hours    float64      `json:"duration_hours,omitempty"`
		Grid     int          `json:"grid_minutes,omitempty"`
		Weekends bool         `json:"weekends"`
		Bridging int          `json:"bridging"`
		Notice   int          `json:"notice_days"`
		DateOnly bool         `json:"date_only,omitempty"`
		Options  []optionJSON `json:"options"`
	}{
		Days: t.Duration.Days, Hours: float64(t.Duration.Minutes) / 60, Grid: t.Duration.Grid,
		Weekends: t.Weekends, Bridging: t.Bridging, Notice: t.NoticeDays, DateOnly: t.DateOnly, Options: []optionJSON{},
	}
	for _, o := range t.Options {
		v := o.Venue
		out := optionJSON{Order: o.Order, Dates: o.Dates, Format: o.Format, Occurrence: o.Which, Venue: venueJSON{
			Name: v.Name, Place: v.Place, Zone: v.Zone, Country: &v.Country, Weekend: []string{}, Closed: v.Closed,
			Day: pair(v.hours()), Sittings: pairs(v.Sittings), ExtraSittings: pairs(v.ExtraSittings),
		}}
		for _, d := range v.Weekend {
			out.Venue.Weekend = append(out.Venue.Weekend, d.String()[:3])
		}
		for _, w := range o.Windows {
			out.Windows = append(out.Windows, windowJSON(w))
		}
		form.Options = append(form.Options, out)
	}
	return json.Marshal(form)
}

func pair(s civil.Span) [2]civil.TimeOfDay { return [2]civil.TimeOfDay{s.From, s.To} }

func pairs(spans []civil.Span) [][2]civil.TimeOfDay {
	out := [][2]civil.TimeOfDay{}
	for _, s := range spans {
		out = append(out, pair(s))
	}
	return out
}
