package scheduling_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/scheduling"
	"parley/scheduling/civil"
)

const p1JSON = `{"duration_days":1,"weekends":false,"bridging":0,"notice_days":0,"options":[{"order":"preferred","venue":{"name":"Geneva","zone":"Europe/Zurich","country":"CH","weekend":["Sat","Sun"],"day":["10:00","18:00"],"sittings":[["10:00","13:00"],["15:00","18:00"]],"closed":["2026-12-25"]},"windows":[{"from":"2026-11-18","to":"2026-11-20"}]}]}`

func TestParseTermsJSON(t *testing.T) {
	t.Parallel()
	got, err := scheduling.ParseTermsJSON(strings.NewReader(p1JSON))
	if err != nil {
		t.Fatal(err)
	}
	g := geneva()
	g.Closed = []civil.Date{day("2026-12-25")}
	want := scheduling.Terms{Duration: oneDay, Options: []scheduling.Option{{
		Order: scheduling.OrderPreferred, Format: scheduling.InPerson, Venue: g, Windows: []scheduling.Window{window("2026-11-18", "2026-11-20")},
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestParseTermsJSONFillsIn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		venue string
		want  func(*scheduling.Venue)
	}{
		"a known city":    {`{"name":"Geneva"}`, func(*scheduling.Venue) {}},
		"by another name": {`{"name":"Genève"}`, func(v *scheduling.Venue) { v.Name = "Genève" }},
		"another weekend": {`{"name":"Geneva","weekend":["sunday"]}`, func(v *scheduling.Venue) { v.Weekend = []time.Weekday{time.Sunday} }},
		"no weekend":      {`{"name":"Geneva","weekend":[]}`, func(v *scheduling.Venue) { v.Weekend = nil }},
		"an unknown city": {`{"name":"Gotham","zone":"America/New_York"}`, func(v *scheduling.Venue) {
			v.Name, v.Zone, v.Country = "Gotham", "America/New_York", ""
		}},
		"a city of a known name elsewhere": {`{"name":"Cairo","zone":"America/Chicago"}`, func(v *scheduling.Venue) {
			v.Name, v.Zone, v.Country = "Cairo", "America/Chicago", ""
		}},
		"a day without sittings": {`{"name":"Geneva","day":["9:00","17:00"]}`, func(v *scheduling.Venue) {
			v.Day, v.Sittings = hours("09:00", "17:00"), nil
		}},
		"sittings without a day": {`{"name":"Geneva","sittings":[["09:00","12:00"]]}`, func(v *scheduling.Venue) {
			v.Sittings = []civil.Span{hours("09:00", "12:00")}
		}},
		"null is left out": {`{"name":"Geneva","zone":null,"day":null,"weekend":null,"sittings":null,"closed":null}`, func(*scheduling.Venue) {}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms, err := scheduling.ParseTermsJSON(strings.NewReader(
				`{"duration_days":1,"options":[{"venue":` + tc.venue + `,"dates":["2026-11-18"]},{"venue":{"name":"Bern"},"dates":["2026-11-18"]}]}`))
			if err != nil {
				t.Fatal(err)
			}
			want := geneva()
			tc.want(&want)
			if diff := cmp.Diff(want, terms.Options[0].Venue); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if terms.Options[0].Order != scheduling.OrderPreferred || terms.Options[1].Order != scheduling.OrderAlternative {
				t.Errorf("orders %q, %q", terms.Options[0].Order, terms.Options[1].Order)
			}
		})
	}
}

func TestParseTermsJSONRefuses(t *testing.T) {
	t.Parallel()
	venue := func(v string) string {
		return `{"duration_days":1,"options":[{"venue":` + v + `,"dates":["2026-11-18"]}]}`
	}
	for name, tc := range map[string]struct {
		text        string
		code, field string
	}{
		"nothing":                {``, "json_malformed", ""},
		"null":                   {`null`, "field_missing", ""},
		"a list":                 {`[]`, "field_not_object", ""},
		"cut short":              {p1JSON[:100], "json_malformed", "options[0]"},
		"something after":        {p1JSON + `{}`, "json_malformed", ""},
		"unknown member":         {`{"durations_days":1}`, "field_unknown", "durations_days"},
		"member in capitals":     {`{"Duration_days":1}`, "field_unknown", "Duration_days"},
		"member twice":           {`{"duration_days":1,"duration_days":2}`, "field_twice", "duration_days"},
		"deep member twice":      {venue(`{"name":"Geneva","name":"Bern"}`), "field_twice", "options[0].venue.name"},
		"number as text":         {`{"duration_days":"1"}`, "field_not_number", "duration_days"},
		"half a day":             {`{"duration_days":1.5}`, "number_not_whole", "duration_days"},
		"hours of odd seconds":   {`{"duration_hours":1.501}`, "number_not_whole", "duration_hours"},
		"a number beyond all":    {`{"duration_days":1e400}`, "number_not_whole", "duration_days"},
		"yes as text":            {`{"weekends":"yes"}`, "field_not_bool", "weekends"},
		"options as object":      {`{"options":{}}`, "field_not_list", "options"},
		"no venue":               {`{"options":[{"dates":[]}]}`, "field_missing", "options[0].venue"},
		"venue as text":          {venue(`"Geneva"`), "field_not_object", "options[0].venue"},
		"no name":                {venue(`{"zone":"Europe/Zurich"}`), "field_missing", "options[0].venue.name"},
		"unknown member there":   {venue(`{"name":"Geneva","timezone":"Europe/Zurich"}`), "field_unknown", "options[0].venue.timezone"},
		"unknown zone":           {venue(`{"name":"Geneva","zone":"Europe/Geneva"}`), "zone_unknown", "options[0].venue.zone"},
		"the machine's zone":     {venue(`{"name":"Geneva","zone":"Local"}`), "zone_unknown", "options[0].venue.zone"},
		"unknown city, no zone":  {venue(`{"name":"Genva"}`), "zone_missing", "options[0].venue.zone"},
		"weekend day":            {venue(`{"name":"Geneva","weekend":["Sat","Caturday"]}`), "weekday_unknown", "options[0].venue.weekend[1]"},
		"day of one time":        {venue(`{"name":"Geneva","day":["10:00"]}`), "field_not_times", "options[0].venue.day"},
		"day reversed":           {venue(`{"name":"Geneva","day":["18:00","10:00"]}`), "hours_invalid", "options[0].venue.day"},
		"time that is none":      {venue(`{"name":"Geneva","sittings":[["10:00","13:75"]]}`), "time_invalid", "options[0].venue.sittings[0][1]"},
		"closed on no day":       {venue(`{"name":"Geneva","closed":["2027-02-29"]}`), "date_invalid", "options[0].venue.closed[0]"},
		"date with a time":       {`{"options":[{"venue":{"name":"Geneva"},"dates":["2026-11-18T10:00:00Z"]}]}`, "date_invalid", "options[0].dates[0]"},
		"window without its end": {`{"options":[{"venue":{"name":"Geneva"},"windows":[{"from":"2026-11-18"}]}]}`, "date_invalid", "options[0].windows[0].to"},
		"deep nesting":           {strings.Repeat("[", 100_000), "json_malformed", strings.Repeat("[0]", 17)},
		"too long":               {`{"x":"` + strings.Repeat("x", scheduling.MaxTermsJSON) + `"}`, "json_too_long", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := scheduling.ParseTermsJSON(strings.NewReader(tc.text))
			refusal, ok := errors.AsType[*scheduling.Error](err)
			if !ok || !errors.Is(err, scheduling.ErrInvalid) {
				t.Fatalf("error %v, want a refusal", err)
			}
			if refusal.Code != tc.code || refusal.Field != tc.field {
				t.Errorf("got %s at %q, want %s at %q", refusal.Code, refusal.Field, tc.code, tc.field)
			}
		})
	}
}

func TestParseTermsJSONHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]scheduling.Duration{
		`{"duration_hours":3,"grid_minutes":60}`: {Minutes: 180, Grid: 60},
		`{"duration_hours":1.5}`:                 {Minutes: 90},
		`{"duration_hours":0.25}`:                {Minutes: 15},
		`{"duration_hours":1.6666666666666667}`:  {Minutes: 100},
	} {
		got, err := scheduling.ParseTermsJSON(strings.NewReader(text))
		if err != nil || got.Duration != want {
			t.Errorf("%s: got %+v, %v; want %+v", text, got.Duration, err, want)
		}
	}
}

// anyTerms draws sound terms with each field in use.
func anyTerms() *rapid.Generator[scheduling.Terms] {
	return rapid.Custom(func(t *rapid.T) scheduling.Terms {
		terms := scheduling.Terms{
			Weekends: rapid.Bool().Draw(t, "weekends"), Bridging: rapid.IntRange(0, 4).Draw(t, "bridging"),
			NoticeDays: rapid.IntRange(0, 30).Draw(t, "notice"),
		}
		if rapid.Bool().Draw(t, "whole days") {
			terms.Duration.Days = rapid.IntRange(1, 6).Draw(t, "days")
			terms.DateOnly = rapid.Bool().Draw(t, "date only")
		} else {
			terms.Duration.Minutes = rapid.IntRange(75, 300).Draw(t, "minutes")
			terms.Duration.Grid = rapid.SampledFrom([]int{0, 45, 60}).Draw(t, "grid")
		}
		start := day("2026-03-01")
		date := rapid.Custom(func(t *rapid.T) civil.Date { return start.Add(rapid.IntRange(0, 400).Draw(t, "day")) })
		for range rapid.IntRange(1, 4).Draw(t, "options") {
			v, _ := scheduling.LookupCity(rapid.SampledFrom([]string{"Geneva", "Washington", "Riyadh", "Cairo", "Apia", "Havana", "Tehran"}).Draw(t, "city"))
			v.Place = rapid.SampledFrom([]string{"", "Palais des Nations"}).Draw(t, "place")
			v.Day = rapid.SampledFrom([]civil.Span{hours("10:00", "18:00"), hours("00:00", "24:00"), hours("01:30", "03:30")}).Draw(t, "day hours")
			if rapid.Bool().Draw(t, "no sittings") {
				v.Sittings = nil
			}
			if rapid.Bool().Draw(t, "extra sitting") {
				v.ExtraSittings = []civil.Span{hours("02:00", "05:00")}
			}
			if n := rapid.IntRange(0, 5).Draw(t, "closed"); n > 0 {
				v.Closed = rapid.SliceOfN(date, n, n).Draw(t, "closed dates")
			}
			o := scheduling.Option{
				Venue: v, Order: rapid.SampledFrom([]scheduling.Order{scheduling.OrderPreferred, scheduling.OrderAlternative}).Draw(t, "order"),
				Format: rapid.SampledFrom([]scheduling.Format{scheduling.InPerson, scheduling.Remote, scheduling.Hybrid}).Draw(t, "format"),
				Which:  rapid.SampledFrom([]civil.Occurrence{civil.Unsaid, civil.First, civil.Second}).Draw(t, "which"),
			}
			for range rapid.IntRange(0, 3).Draw(t, "windows") {
				from := date.Draw(t, "from")
				o.Windows = append(o.Windows, scheduling.Window{From: from, To: from.Add(rapid.IntRange(0, 12).Draw(t, "length"))})
			}
			if n := rapid.IntRange(0, 3).Draw(t, "dates"); n > 0 {
				o.Dates = rapid.SliceOfN(date, n, n).Draw(t, "dates listed")
			}
			terms.Options = append(terms.Options, o)
		}
		return terms
	})
}

// TestTermsJSONRoundTrip: what is written is read back as it was.
func TestTermsJSONRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := anyTerms().Draw(t, "terms")
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got scheduling.Terms
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s\nby way of %s", diff, text)
		}
	})
}

func FuzzParseTermsJSON(f *testing.F) {
	for _, s := range []string{
		p1JSON, ``, `null`, `{}`, `{"duration_hours":1e308}`, `{"options":[{"venue":{"name":"Geneva"},"dates":["2026-11-18"]}]}`,
		`{"duration_hours":0.5,"grid_minutes":1,"options":[{"venue":{"name":"Rome","sittings":[["00:00","24:00"]]},"windows":[{"from":"2026-01-01","to":"2026-12-31"}]}]}`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		terms, err := scheduling.ParseTermsJSON(strings.NewReader(s))
		if err != nil {
			if _, ok := errors.AsType[*scheduling.Error](err); !ok {
				t.Fatalf("%q gives an error that nobody can act on: %v", s, err)
			}
			return
		}
		if got, _ := terms.Candidates(); len(got) > scheduling.MaxCandidates {
			t.Fatalf("%d slots", len(got))
		}
		text, err := json.Marshal(terms)
		if err != nil {
			t.Fatal(err)
		}
		again, err := scheduling.ParseTermsJSON(strings.NewReader(string(text)))
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if diff := cmp.Diff(terms, again); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}
