package scheduling_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
	"parley/scheduling/civil"
)

func TestLookupCity(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Geneva": "Geneva", "GENEVA": "Geneva", "Genève": "Geneva", "Geneve": "Geneva", "Genf": "Geneva", "Женева": "Geneva", "ЖЕНЕВА": "Geneva",
		"Washington": "Washington", "Washington, D.C.": "Washington", "washington dc": "Washington", "NYC": "New York",
		"Den  Haag": "The Hague", "the hague": "The Hague", "Zürich": "Zurich", "Zu\u0308rich": "Zurich", "İstanbul": "Istanbul",
		"St. Petersburg": "Saint Petersburg", "port au prince": "Port-au-Prince", "N’Djamena": "N'Djamena", "København": "Copenhagen",
		"Straßburg": "Strasbourg", "北京": "Beijing",
	} {
		if got, ok := scheduling.LookupCity(name); !ok || got.Name != want {
			t.Errorf("LookupCity(%q) = %q, %v; want %q", name, got.Name, ok, want)
		}
	}
	for _, name := range []string{"", "Gotham", " ", "Gene va", "Switzerland"} {
		if got, ok := scheduling.LookupCity(name); ok {
			t.Errorf("LookupCity(%q) = %q, want none", name, got.Name)
		}
	}
}

func TestCities(t *testing.T) {
	t.Parallel()
	names := scheduling.Cities()
	if len(names) < 140 {
		t.Errorf("only %d cities", len(names))
	}
	for _, name := range names {
		v, ok := scheduling.LookupCity(name)
		if !ok || v.Name != name {
			t.Fatalf("%s is looked up as %q", name, v.Name)
		}
		if _, err := civil.ParseZone(string(v.Zone)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(v.Country) != 2 || len(v.Weekend) == 0 || len(v.Weekend) > 2 || !v.Day.Valid() || len(v.Sittings) != 2 {
			t.Errorf("%s: %+v", name, v)
		}
		terms := at(v, oneDay, window("2027-06-09", "2027-06-16"))
		if cs, problems := terms.Candidates(); len(cs) < 5 || problems != nil {
			t.Errorf("%s: %d slots in a week, problems %v", name, len(cs), problems)
		}
	}
}

func TestWeekendsOfCities(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]time.Weekday{
		"Geneva": satSun, "Dubai": satSun, "Riyadh": {time.Friday, time.Saturday}, "Cairo": {time.Friday, time.Saturday},
		"Tehran": {time.Friday}, "Bandar Seri Begawan": {time.Friday, time.Sunday}, "Kathmandu": {time.Saturday},
	} {
		v, _ := scheduling.LookupCity(name)
		if diff := cmp.Diff(want, v.Weekend); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A venue is the caller's own: to change it changes no other.
func TestLookupCityGivesACopy(t *testing.T) {
	t.Parallel()
	v, _ := scheduling.LookupCity("Lugano")
	v.Weekend[0], v.Sittings[0] = time.Monday, civil.Span{}
	again, _ := scheduling.LookupCity("Lugano")
	if !slices.Equal(again.Weekend, satSun) || again.Sittings[0] == (civil.Span{}) {
		t.Errorf("the table was changed through a venue: %+v", again)
	}
}
