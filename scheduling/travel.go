package scheduling

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"parley/scheduling/clash"
)

// Travel is the travel table of the installation: how many whole days people
// need between two cities. What it does not name takes clash.MissingDays.
type Travel struct {
	Version int // of the stored aggregate; 0 is nothing stored yet
	Legs    []clash.Leg
}

// Limits on a travel table.
const (
	MaxLegs       = 2000
	MaxTravelDays = 30
)

// Set notes the days between two cities, in place of what was said of them. It
// holds in both directions unless the leg is of one way.
func (t *Travel) Set(l clash.Leg) error {
	for _, end := range []struct {
		field string
		city  *string
	}{{"from", &l.From}, {"to", &l.To}} {
		name := strings.Join(strings.Fields(*end.city), " ")
		switch {
		case name == "":
			return refuse(ErrInvalid, "city_missing").at(end.field)
		case utf8.RuneCountInString(name) > MaxName:
			return refuse(ErrInvalid, "too_long", "n", strconv.Itoa(MaxName)).at(end.field)
		}
		if v, known := LookupCity(name); known {
			name = v.Name
		}
		*end.city = name
	}
	switch {
	case TravelCity(l.From) == TravelCity(l.To):
		return refuse(ErrInvalid, "travel_same_city").at("to")
	case l.Days < 0 || l.Days > MaxTravelDays:
		return refuse(ErrInvalid, "travel_days", "n", strconv.Itoa(MaxTravelDays)).at("days")
	}
	t.Remove(l)
	if len(t.Legs) >= MaxLegs {
		return refuse(ErrConflict, "travel_full")
	}
	t.Legs = append(t.Legs, l)
	slices.SortFunc(t.Legs, func(a, b clash.Leg) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return nil
}

// Remove drops what is said of two cities in the way of the leg; its days do
// not count. What is not there is no news.
func (t *Travel) Remove(l clash.Leg) {
	from, to := TravelCity(l.From), TravelCity(l.To)
	t.Legs = slices.DeleteFunc(t.Legs, func(o clash.Leg) bool {
		a, b := TravelCity(o.From), TravelCity(o.To)
		return o.OneWay == l.OneWay && (a == from && b == to || !l.OneWay && a == to && b == from)
	})
}

// table is the table under the names by which stays know their cities.
func (t Travel) table() clash.Table {
	legs := make([]clash.Leg, len(t.Legs))
	for i, l := range t.Legs {
		l.From, l.To = TravelCity(l.From), TravelCity(l.To)
		legs[i] = l
	}
	return clash.NewTable(legs)
}
