package scheduling

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

// HolidayListID names a list of holidays in the register.
type HolidayListID string

// HolidayKind says what the days of a list are.
type HolidayKind string

// The kinds of lists.
const (
	Holidays     HolidayKind = "holidays" // national holidays, or the feasts of a religion
	PublicEvents HolidayKind = "events"   // summits, general conferences
)

// A Holiday is one entry of a list: a day, or several in a row.
type Holiday struct {
	First, Last civil.Date // local, inclusive
	Name        string
	Country     string // ISO 3166-1 alpha-2; "" is as the list says
	MayShift    bool   // announced shortly before, and may fall a day earlier or later
}

// A HolidayList is what somebody has imported from one file. It is public
// knowledge: a flag for everybody, which removes no slot.
type HolidayList struct {
	ID         HolidayListID
	Kind       HolidayKind
	Name       string   // "Public holidays of Switzerland"
	Source     string   // who says so: a file, an office, a page
	Countries  []string // that keep the days; none is a feast not tied to a country
	City       string   // of public events, or ""
	Days       []Holiday
	ImportedAt time.Time
	ImportedBy AccountID
}

// MaxHolidays is how many entries a list may have.
const MaxHolidays = 2000

// Check refuses a list that cannot be kept: ErrInvalid with the field at fault.
func (l *HolidayList) Check() error {
	switch {
	case l.Kind != Holidays && l.Kind != PublicEvents:
		return refuse(ErrInvalid, "choice_unknown").at("kind")
	case strings.TrimSpace(l.Name) == "":
		return refuse(ErrInvalid, "list_nameless").at("name")
	case strings.TrimSpace(l.Source) == "":
		return refuse(ErrInvalid, "source_missing").at("source")
	case len(l.Days) == 0:
		return refuse(ErrInvalid, "list_empty").at("file")
	case len(l.Days) > MaxHolidays:
		return refuse(ErrInvalid, "list_too_long").at("file")
	}
	for _, d := range l.Days {
		if !d.First.Valid() || !d.Last.Valid() || d.Last.Before(d.First) || strings.TrimSpace(d.Name) == "" {
			return refuse(ErrInvalid, "list_day_invalid", "name", d.Name).at("file")
		}
	}
	return nil
}

// Span is the first and the last day of the list, inclusive, with the day more
// on either side by which a holiday may shift.
func (l *HolidayList) Span() (first, last civil.Date) {
	for i, d := range l.Days {
		from, to := d.reach()
		if i == 0 || from.Before(first) {
			first = from
		}
		if i == 0 || last.Before(to) {
			last = to
		}
	}
	return first, last
}

// reach is the first and the last day on which the holiday can fall.
func (h Holiday) reach() (first, last civil.Date) {
	if h.MayShift {
		return h.First.Add(-1), h.Last.Add(1)
	}
	return h.First, h.Last
}

// A Feast is a holiday or public event that touches the days of a meeting.
type Feast struct {
	Holiday
	Kind    HolidayKind
	City    string    // of a public event
	Source  string    // name of the list, and who says so
	Parties []PartyID // whose country keeps it, in protocol order
	Host    bool      // the country of the venue keeps it
	All     bool      // it is tied to no country
	Near    bool      // it touches the meeting only if it shifts by a day
}

// Feasts lists what the lists say of the days of a meeting at a venue: the
// holidays of the host and of every party, feasts tied to no country, and
// public events anywhere. By first day, then name.
func Feasts(lists []HolidayList, c Candidate, parties []Party) []Feast {
	var feasts []Feast
	for _, l := range lists {
		for _, h := range l.Days {
			first, last := h.reach()
			touches := func(from, to civil.Date) bool {
				return slices.ContainsFunc(c.Days, func(d civil.Date) bool { return !d.Before(from) && !to.Before(d) })
			}
			if !touches(first, last) {
				continue
			}
			f := Feast{Holiday: h, Kind: l.Kind, City: l.City, Source: l.Source, Near: !touches(h.First, h.Last)}
			countries := l.Countries
			if h.Country != "" {
				countries = []string{h.Country}
			}
			keeps := func(country string) bool { return country != "" && slices.Contains(countries, country) }
			for _, p := range parties {
				if keeps(p.Country) {
					f.Parties = append(f.Parties, p.ID)
				}
			}
			f.Host, f.All = keeps(c.Venue.Country), len(countries) == 0
			if f.Host || f.All || len(f.Parties) > 0 || l.Kind == PublicEvents {
				feasts = append(feasts, f)
			}
		}
	}
	slices.SortStableFunc(feasts, func(a, b Feast) int {
		return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Name, b.Name))
	})
	return feasts
}
