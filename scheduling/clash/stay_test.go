package clash_test

import (
	"testing"

	"pgregory.net/rapid"

	"parley/scheduling/civil"
	"parley/scheduling/clash"
)

func date(t interface{ Fatal(...any) }, s string) civil.Date {
	d, err := civil.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestBetween(t *testing.T) {
	t.Parallel()
	morning := civil.Span{From: civil.Clock(10, 0), To: civil.Clock(13, 0)}
	afternoon := civil.Span{From: civil.Clock(13, 0), To: civil.Clock(18, 0)}
	table := clash.NewTable([]clash.Leg{
		{From: "Geneva", To: "Canberra", Days: 2},
		{From: "Geneva", To: "Paris", Days: 0},
		{From: "Lima", To: "Geneva", Days: 3, OneWay: true},
		{From: "Geneva", To: "Lima", Days: 1},
	})
	talks := clash.Stay{City: "Geneva", First: date(t, "2009-11-16"), Last: date(t, "2009-11-20")}
	for name, tc := range map[string]struct {
		city, first, last string
		hours             civil.Span
		want              clash.Reason
	}{
		"same days, other city":                  {city: "Washington", first: "2009-11-20", last: "2009-11-20", want: clash.Busy},
		"same days, same city":                   {city: "Geneva", first: "2009-11-20", last: "2009-11-21", want: clash.Busy},
		"around all of them":                     {city: "Geneva", first: "2009-11-01", last: "2009-12-01", want: clash.Busy},
		"next day in the same city":              {city: "Geneva", first: "2009-11-21", last: "2009-11-21"},
		"day before in the same city":            {city: "Geneva", first: "2009-11-15", last: "2009-11-15"},
		"next day, a day of travel":              {city: "Washington", first: "2009-11-21", last: "2009-11-21", want: clash.Travel},
		"a day between, a day of travel":         {city: "Washington", first: "2009-11-22", last: "2009-11-22"},
		"day before, a day of travel":            {city: "Washington", first: "2009-11-14", last: "2009-11-15", want: clash.Travel},
		"a day between before":                   {city: "Washington", first: "2009-11-14", last: "2009-11-14"},
		"two days of travel, one between":        {city: "Canberra", first: "2009-11-22", last: "2009-11-22", want: clash.Travel},
		"two days of travel, two between":        {city: "Canberra", first: "2009-11-23", last: "2009-11-23"},
		"two days of travel, one before":         {city: "Canberra", first: "2009-11-13", last: "2009-11-14", want: clash.Travel},
		"two days of travel, two before":         {city: "Canberra", first: "2009-11-13", last: "2009-11-13"},
		"no day of travel":                       {city: "Paris", first: "2009-11-21", last: "2009-11-21"},
		"the way there is longer: three between": {city: "Lima", first: "2009-11-12", last: "2009-11-12"},
		"the way there is longer: two between":   {city: "Lima", first: "2009-11-13", last: "2009-11-13", want: clash.Travel},
		"the way back is shorter":                {city: "Lima", first: "2009-11-22", last: "2009-11-22"},
		"hours against a whole day":              {city: "Geneva", first: "2009-11-20", last: "2009-11-20", hours: morning, want: clash.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			other := clash.Stay{City: tc.city, First: date(t, tc.first), Last: date(t, tc.last), Hours: tc.hours}
			if got := table.Between(talks, other); got != tc.want {
				t.Errorf("Between(talks, other) = %q, want %q", got, tc.want)
			}
			if got := table.Between(other, talks); got != tc.want {
				t.Errorf("Between(other, talks) = %q, want %q", got, tc.want)
			}
		})
	}
	day := clash.Stay{City: "Geneva", First: date(t, "2009-11-20"), Last: date(t, "2009-11-20"), Hours: morning}
	later := day
	later.Hours = afternoon
	if got := table.Between(day, later); got != clash.Free {
		t.Errorf("two sittings of a day clash: %q", got)
	}
	later.City = "Paris"
	if got := table.Between(day, later); got != clash.Busy {
		t.Errorf("two sittings of a day in two cities are %q, want busy", got)
	}
}

// Whatever the table says: the verdict does not depend on the order of asking,
// and more days of travel never free anybody.
func TestBetweenLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cities := rapid.SampledFrom([]string{"A", "B", "C"})
		stay := func(name string) clash.Stay {
			first := date(t, "2024-02-20").Add(rapid.IntRange(0, 20).Draw(t, name))
			return clash.Stay{City: cities.Draw(t, name+" city"), First: first, Last: first.Add(rapid.IntRange(0, 4).Draw(t, name+" days"))}
		}
		a, b := stay("a"), stay("b")
		legs := []clash.Leg{{From: "A", To: "B", Days: rapid.IntRange(0, 5).Draw(t, "there")}, {From: "B", To: "A", Days: rapid.IntRange(0, 5).Draw(t, "back"), OneWay: true}}
		table := clash.NewTable(legs)
		got := table.Between(a, b)
		if back := table.Between(b, a); got != back {
			t.Fatalf("Between is %q, and %q the other way round", got, back)
		}
		legs[0].Days++
		legs[1].Days++
		if later := clash.NewTable(legs).Between(a, b); got != clash.Free && later == clash.Free {
			t.Fatalf("a longer way turns %q into free", got)
		}
		overlap := !a.Last.Before(b.First) && !b.Last.Before(a.First)
		if overlap != (got == clash.Busy) {
			t.Fatalf("overlap is %v, and Between says %q", overlap, got)
		}
	})
}
