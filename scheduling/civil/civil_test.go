package civil_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/scheduling/civil"
)

func date(y int, m time.Month, d int) civil.Date { return civil.Date{Year: y, Month: m, Day: d} }

func TestParseDate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want civil.Date
		fail bool
	}{
		"a day":                  {text: "2026-11-18", want: date(2026, 11, 18)},
		"leap day":               {text: "2028-02-29", want: date(2028, 2, 29)},
		"no leap day":            {text: "2027-02-29", fail: true},
		"no leap day in 1900":    {text: "1900-02-29", fail: true},
		"leap day in 2000":       {text: "2000-02-29", want: date(2000, 2, 29)},
		"31 November":            {text: "2026-11-31", fail: true},
		"one digit":              {text: "2026-1-1", fail: true},
		"with a time":            {text: "2026-11-18T10:00:00Z", fail: true},
		"blank":                  {text: "", fail: true},
		"space before":           {text: " 2026-11-18", fail: true},
		"day before month":       {text: "18-11-2026", fail: true},
		"month that is not one":  {text: "2026-13-01", fail: true},
		"the year after 9999":    {text: "10000-01-01", fail: true},
		"digits of other script": {text: "２０２６-11-18", fail: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := civil.ParseDate(tc.text)
			if (err != nil) != tc.fail || got != tc.want {
				t.Errorf("ParseDate(%q) = %v, %v; want %v, failure %v", tc.text, got, err, tc.want, tc.fail)
			}
		})
	}
}

func TestDateArithmetic(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		from civil.Date
		days int
		want civil.Date
	}{
		"into the next month":       {date(2026, 11, 30), 1, date(2026, 12, 1)},
		"into the next year":        {date(2026, 12, 31), 1, date(2027, 1, 1)},
		"over 29 February":          {date(2028, 2, 28), 2, date(2028, 3, 1)},
		"over the end of February":  {date(2027, 2, 28), 1, date(2027, 3, 1)},
		"back over a clock change":  {date(2026, 10, 26), -1, date(2026, 10, 25)},
		"four centuries":            {date(2000, 2, 29), 146097, date(2400, 2, 29)},
		"a day that is none, moved": {date(2027, 2, 29), 0, date(2027, 3, 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.from.Add(tc.days); got != tc.want {
				t.Errorf("%v.Add(%d) = %v, want %v", tc.from, tc.days, got, tc.want)
			}
		})
	}
	if d := date(2027, 2, 29); d.Valid() || (civil.Date{}).Valid() || !date(2028, 2, 29).Valid() {
		t.Errorf("Valid: 2027-02-29 %v, zero %v, 2028-02-29 %v", d.Valid(), (civil.Date{}).Valid(), date(2028, 2, 29).Valid())
	}
	if got := date(2026, 11, 18).Weekday(); got != time.Wednesday {
		t.Errorf("18 November 2026 is a %v", got)
	}
}

func anyDate() *rapid.Generator[civil.Date] {
	return rapid.Custom(func(t *rapid.T) civil.Date {
		return date(1900, 1, 1).Add(rapid.IntRange(0, 109_000).Draw(t, "days since 1900"))
	})
}

// TestDateLaws: adding and subtracting agree, the order is that of the text,
// and text and JSON keep the day.
func TestDateLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDate().Draw(t, "day"), rapid.IntRange(-50_000, 50_000).Draw(t, "n")
		e := d.Add(n)
		if got := e.DaysSince(d); got != n {
			t.Fatalf("%v is %d days after %v, want %d", e, got, d, n)
		}
		if back := e.Add(-n); back != d {
			t.Fatalf("%v.Add(%d).Add(%d) = %v", d, n, -n, back)
		}
		if d.Before(e) != (n > 0) || d.After(e) != (n < 0) || (d.Compare(e) == 0) != (n == 0) {
			t.Fatalf("order of %v and %v is wrong", d, e)
		}
		if want := time.Weekday(((int(d.Weekday())+n)%7 + 7) % 7); e.Weekday() != want {
			t.Fatalf("%v is a %v, want %v", e, e.Weekday(), want)
		}
		if d.Before(e) != (d.String() < e.String()) {
			t.Fatalf("text of %v and %v is in another order", d, e)
		}
		b, err := json.Marshal(map[string]civil.Date{"d": d, "none": {}})
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]civil.Date
		if err := json.Unmarshal(b, &back); err != nil || back["d"] != d || !back["none"].IsZero() {
			t.Fatalf("%s read back as %v, %v", b, back, err)
		}
	})
}

func TestParseTimeOfDay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want civil.TimeOfDay
		fail bool
	}{
		"morning":        {text: "09:30", want: civil.Clock(9, 30)},
		"one digit":      {text: "9:30", want: civil.Clock(9, 30)},
		"midnight":       {text: "00:00", want: 0},
		"end of day":     {text: "24:00", want: civil.EndOfDay},
		"after the end":  {text: "24:01", fail: true},
		"hour 25":        {text: "25:00", fail: true},
		"minute 60":      {text: "09:60", fail: true},
		"short minute":   {text: "09:3", fail: true},
		"no colon":       {text: "0930", fail: true},
		"seconds":        {text: "09:30:00", fail: true},
		"sign":           {text: "+9:30", fail: true},
		"blank":          {text: "", fail: true},
		"spaces":         {text: "09: 30", fail: true},
		"leading zeroes": {text: "009:30", fail: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := civil.ParseTimeOfDay(tc.text)
			if (err != nil) != tc.fail || got != tc.want {
				t.Errorf("ParseTimeOfDay(%q) = %v, %v; want %v, failure %v", tc.text, got, err, tc.want, tc.fail)
			}
		})
	}
}

func TestSpan(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		span    civil.Span
		valid   bool
		minutes int
	}{
		"a day of meetings": {civil.Span{From: civil.Clock(10, 0), To: civil.Clock(18, 0)}, true, 480},
		"to midnight":       {civil.Span{From: civil.Clock(22, 0), To: civil.EndOfDay}, true, 120},
		"empty":             {civil.Span{From: 600, To: 600}, false, 0},
		"reversed":          {civil.Span{From: 600, To: 540}, false, -60},
		"over midnight":     {civil.Span{From: 600, To: 1500}, false, 900},
		"before midnight":   {civil.Span{From: -1, To: 600}, false, 601},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.span.Valid(); got != tc.valid {
				t.Errorf("%v.Valid() = %v, want %v", tc.span, got, tc.valid)
			}
			if got := tc.span.Minutes(); got != tc.minutes {
				t.Errorf("%v.Minutes() = %d, want %d", tc.span, got, tc.minutes)
			}
		})
	}
}

func TestParseZone(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"Europe/Zurich": true, "UTC": true, "America/Argentina/Buenos_Aires": true,
		"": false, "Local": false, "Mars/Olympus": false, "../etc/passwd": false, "W. Europe Standard Time": false,
	} {
		z, err := civil.ParseZone(name)
		if (err == nil) != ok || ok && string(z) != name {
			t.Errorf("ParseZone(%q) = %q, %v; want known %v", name, z, err, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-11-18", "2027-02-29", "09:30", "24:00", "Europe/Zurich", "", "-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := civil.ParseDate(s); err == nil {
			// The year 0 is read, and its January 1 is not the zero Date.
			if d.String() != s || !d.Valid() {
				t.Errorf("ParseDate(%q) = %v, valid %v", s, d, d.Valid())
			}
		}
		if at, err := civil.ParseTimeOfDay(s); err == nil {
			if again, err := civil.ParseTimeOfDay(at.String()); err != nil || again != at {
				t.Errorf("ParseTimeOfDay(%q) = %v, which reads as %v, %v", s, at, again, err)
			}
		}
		if z, err := civil.ParseZone(s); err == nil {
			if z.Location() == time.Local {
				t.Errorf("ParseZone(%q) is the machine's zone", s)
			}
		}
		var d civil.Date
		if err := d.UnmarshalText([]byte(s)); err == nil && d.String() != s {
			t.Errorf("UnmarshalText(%q) gives %v", s, d)
		}
	})
}

func TestTextOfNoDay(t *testing.T) {
	t.Parallel()
	var got struct {
		D civil.Date
		T civil.TimeOfDay
		Z civil.Zone
	}
	if err := json.Unmarshal([]byte(`{"D":"","T":"09:30","Z":""}`), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(civil.Clock(9, 30), got.T); diff != "" || !got.D.IsZero() || got.Z != "" {
		t.Errorf("got %+v", got)
	}
	for _, bad := range []string{`{"D":"2026-02-30"}`, `{"T":"25:00"}`, `{"Z":"Nowhere"}`} {
		if err := json.Unmarshal([]byte(bad), &got); err == nil {
			t.Errorf("%s is read without error", bad)
		}
	}
}
