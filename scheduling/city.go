package scheduling

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/scheduling/civil"
)

//go:embed cities.csv
var citiesCSV string

// city is a line of the table of usual conference cities.
type city struct {
	name      string
	zone      civil.Zone
	country   string
	countries []string // names of the country, plain
	weekend   []time.Weekday
}

// venue is the city as a place for meetings, with the usual hours.
func (c city) venue() Venue {
	return Venue{
		Name: c.name, Zone: c.zone, Country: c.country, Weekend: slices.Clone(c.weekend),
		Day: UsualDay, Sittings: UsualSittings(),
	}
}

// gazetteer is the table of cities by plain name and alias.
var gazetteer = sync.OnceValue(func() map[string]city {
	byName := map[string]city{}
	if err := readCities(citiesCSV, byName); err != nil {
		panic(err) // the table is part of the program, and tested
	}
	return byName
})

func readCities(text string, byName map[string]city) error {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return fmt.Errorf("scheduling: read cities: %w", err)
	}
	for _, row := range rows[1:] {
		zone, err := civil.ParseZone(row[2])
		if err != nil {
			return fmt.Errorf("scheduling: read city %s: %w", row[0], err)
		}
		c := city{name: row[0], zone: zone, country: row[3]}
		for name := range strings.SplitSeq(row[4], "|") {
			if p := plainName(name); p != "" {
				c.countries = append(c.countries, p)
			}
		}
		for name := range strings.FieldsSeq(row[5]) {
			d, ok := weekday(name)
			if !ok {
				return fmt.Errorf("scheduling: read city %s: weekend day %q", row[0], name)
			}
			c.weekend = append(c.weekend, d)
		}
		for name := range strings.SplitSeq(row[0]+"|"+row[1], "|") {
			key := plainName(name)
			if key == "" {
				continue
			}
			if other, taken := byName[key]; taken && other.name != c.name {
				return fmt.Errorf("scheduling: read cities: %q is both %s and %s", name, other.name, c.name)
			}
			byName[key] = c
		}
	}
	return nil
}

// LookupCity is the venue of a usual conference city, with its zone, country,
// weekend and the usual hours and sittings. The name is one of those in use
// (Geneva, Genève, Genf), in any case, with or without accents.
func LookupCity(name string) (Venue, bool) {
	c, ok := gazetteer()[plainName(name)]
	if !ok {
		return Venue{}, false
	}
	return c.venue(), true
}

// Cities is the names of the cities that LookupCity knows, in order, without
// their other names.
func Cities() []string {
	var names []string
	for _, c := range gazetteer() {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// similarCities is up to three known names that are spelled nearly like name.
func similarCities(name string) []string {
	wanted := []rune(plainName(name))
	if len(wanted) > maxName {
		return nil
	}
	type near struct {
		name     string
		distance int
	}
	var found []near
	for key, c := range gazetteer() {
		limit := max(1, min(len(wanted), len([]rune(key)))/3)
		if d := distance(wanted, []rune(key)); d <= limit {
			found = append(found, near{c.name, d})
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		return strings.Compare(a.name, b.name)
	})
	var names []string
	for _, n := range found {
		if !slices.Contains(names, n.name) && len(names) < 3 {
			names = append(names, n.name)
		}
	}
	return names
}

// distance is how many letters must be changed, added or left out to make b
// of a (Levenshtein).
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range b {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// weekday reads Sat, Sat. or Saturday in any case.
func weekday(s string) (time.Weekday, bool) {
	s = plain(strings.TrimSuffix(s, "."))
	for d := time.Sunday; d <= time.Saturday; d++ {
		if name := strings.ToLower(d.String()); s == name || s == name[:3] {
			return d, true
		}
	}
	switch s {
	case "tues":
		return time.Tuesday, true
	case "weds":
		return time.Wednesday, true
	case "thur", "thurs":
		return time.Thursday, true
	}
	return 0, false
}
