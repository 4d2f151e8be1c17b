package locale

import (
	"testing"
	"time"

	"parley/scheduling/civil"
)

func open(tb testing.TB) *Catalogs {
	tb.Helper()
	c, err := Open()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func day(y int, m time.Month, d int) civil.Date { return civil.Date{Year: y, Month: m, Day: d} }

func TestDates(t *testing.T) {
	t.Parallel()
	c := open(t)
	en, fr := c.Printer("en"), c.Printer("fr")
	wed := day(2026, 11, 18)
	first := day(2026, 12, 1)
	for name, tc := range map[string]struct{ got, want string }{
		"full":                              {en.Date(wed), "Wednesday 18 November 2026"},
		"full, fr":                          {fr.Date(wed), "mercredi 18 novembre 2026"},
		"leap day":                          {en.Date(day(2028, 2, 29)), "Tuesday 29 February 2028"},
		"first, en":                         {en.Date(first), "Tuesday 1 December 2026"},
		"first, fr":                         {fr.Date(first), "mardi 1er décembre 2026"},
		"sunday":                            {en.ShortDate(day(2026, 11, 22)), "Sun 22 November"},
		"no year":                           {fr.DateNoYear(first), "mardi 1er décembre"},
		"short":                             {en.ShortDate(wed), "Wed 18 November"},
		"short, fr":                         {fr.ShortDate(wed), "mer. 18 novembre"},
		"short year":                        {en.ShortDateYear(wed), "Wed 18 November 2026"},
		"day month":                         {fr.DayMonth(first), "1er décembre"},
		"month year":                        {fr.MonthYear(wed), "novembre 2026"},
		"range, month":                      {en.DateRange(wed, day(2026, 11, 20)), "18–20 November 2026"},
		"range, year":                       {en.DateRange(wed, day(2026, 12, 8)), "18 November – 8 December 2026"},
		"range, years":                      {fr.DateRange(wed, day(2027, 1, 1)), "18 novembre 2026 – 1er janvier 2027"},
		"range, same month of another year": {en.DateRange(wed, day(2027, 11, 18)), "18 November 2026 – 18 November 2027"},
		"range, one day":                    {en.DateRange(wed, wed), "18 November 2026"},
		"from to":                           {en.FromTo(wed, day(2026, 11, 20)), "from 18 to 20 November 2026"},
		"from to, fr":                       {fr.FromTo(first, day(2026, 12, 3)), "du 1er au 3 décembre 2026"},
		"from to, fr, months":               {fr.FromTo(wed, first), "du 18 novembre au 1er décembre 2026"},
		"days":                              {en.Dates("or", []civil.Date{wed, wed.Add(1), wed.Add(2)}), "18, 19 or 20 November 2026"},
		"days, fr":                          {fr.Dates("or", []civil.Date{wed, wed.Add(1), wed.Add(2)}), "18, 19 ou 20 novembre 2026"},
		"days, months":                      {en.Dates("and", []civil.Date{wed, day(2026, 11, 30), first}), "18, 30 November and 1 December 2026"},
		"days, years":                       {en.Dates("or", []civil.Date{day(2026, 12, 31), day(2027, 1, 1)}), "31 December 2026 or 1 January 2027"},
		"days, none":                        {en.Dates("or", nil), ""},
		"hours":                             {en.Hours(civil.Span{From: civil.Clock(10, 0), To: civil.Clock(18, 30)}), "10:00–18:30"},
		"hours, fr":                         {fr.Hours(civil.Span{From: civil.Clock(9, 5), To: civil.EndOfDay}), "09\u00a0h\u00a005\u00a0–\u00a024\u00a0h\u00a000"},
		"weekday":                           {en.Weekday(time.Sunday), "Sunday"},
		"short weekday":                     {fr.ShortWeekday(time.Monday), "lun."},
		"month":                             {fr.Month(time.August), "août"},
		"short month":                       {en.ShortMonth(time.September), "Sep"},
		"today":                             {en.In(0), "today"},
		"tomorrow":                          {en.In(1), "tomorrow"},
		"in 3":                              {en.In(3), "in 3 days"},
		"ago, fr":                           {fr.In(-2), "il y a 2 jours"},
		"yesterday":                         {fr.In(-1), "hier"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %q, want %q", name, tc.got, tc.want)
		}
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	en, fr := open(t).Printer("en"), open(t).Printer("fr")
	at := func(zone civil.Zone) time.Time {
		return time.Date(2026, 10, 9, 16, 0, 0, 0, time.UTC).In(zone.Location())
	}
	for name, tc := range map[string]struct{ got, want string }{
		"geneva":         {en.DateTime(at("Europe/Zurich")), "Friday 9 October 2026, 18:00"},
		"geneva, fr":     {fr.ShortDateTime(at("Europe/Zurich")), "ven. 9 octobre 2026, 18\u00a0h\u00a000"},
		"next day":       {en.DateTime(at("Pacific/Auckland")), "Saturday 10 October 2026, 05:00"},
		"summer time":    {en.Offset(at("Europe/Zurich")), "UTC+2"},
		"west":           {en.Offset(at("America/New_York")), "UTC−4"},
		"half hour":      {en.Offset(at("Asia/Kolkata")), "UTC+5:30"},
		"half hour west": {en.Offset(at("America/St_Johns")), "UTC−2:30"},
		"quarter hour":   {en.Offset(at("Asia/Kathmandu")), "UTC+5:45"},
		"none":           {en.Offset(at(civil.UTC)), "UTC"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %q, want %q", name, tc.got, tc.want)
		}
	}
}

func TestListsAndNumbers(t *testing.T) {
	t.Parallel()
	en, fr := open(t).Printer("en"), open(t).Printer("fr")
	for name, tc := range map[string]struct{ got, want string }{
		"none":           {en.And(), ""},
		"one":            {en.Or("18"), "18"},
		"two":            {en.And("Norway", "United States"), "Norway and United States"},
		"three":          {en.Or("18", "19", "20"), "18, 19 or 20"},
		"three, fr":      {fr.Or("18", "19", "20"), "18, 19 ou 20"},
		"word":           {en.Number(4), "four"},
		"word, fr":       {fr.Number(10), "dix"},
		"eleven":         {en.Number(11), "11"},
		"minus":          {en.Number(-1), "−1"},
		"plural one":     {en.T("field.limit", "n", 1), "At most 1 character."},
		"plural other":   {en.T("field.limit", "n", 300), "At most 300 characters."},
		"french zero":    {fr.T("field.limit", "n", 0), "0 caractère au maximum."},
		"missing key":    {en.T("no.such"), "[no.such]"},
		"missing value":  {en.T("refused.reference"), "Reference: {id}"},
		"braces in data": {en.T("refused.reference", "id", "{id}"), "Reference: {id}"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %q, want %q", name, tc.got, tc.want)
		}
	}
	parts := en.Parts("shell.signed_in", "name", "<b>Ann</b>")
	if len(parts) != 2 || parts[1] != (Part{Text: "<b>Ann</b>", Name: "name"}) {
		t.Errorf("Parts() = %+v", parts)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	c := open(t)
	for name, tc := range map[string]struct{ accept, want string }{
		"nothing said":     {"", ""},
		"plain":            {"fr", "fr"},
		"region":           {"fr-CH, en;q=0.5", "fr"},
		"weights":          {"en;q=0.3, fr;q=0.8", "fr"},
		"first of equals":  {"en, fr", "en"},
		"unknown":          {"tlh", ""},
		"refused":          {"fr;q=0", ""},
		"not a number":     {"fr;q=NaN", ""},
		"too much":         {"fr;q=7, en;q=0.1", "en"},
		"nonsense":         {"\x00\xff;;;,,,=q", ""},
		"capital letters":  {"FR-fr", "fr"},
		"path":             {"../../etc/passwd", ""},
		"beyond the bound": {string(make([]byte, 600)) + ",fr", ""},
	} {
		if got := c.Match(tc.accept); got != tc.want {
			t.Errorf("%s: Match(%q) = %q, want %q", name, tc.accept, got, tc.want)
		}
	}
	if got := c.Printer("tlh").Tag(); got != Default {
		t.Errorf("unknown language speaks %q, want %q", got, Default)
	}
}

func BenchmarkT(b *testing.B) {
	p := open(b).Printer("fr")
	b.ReportAllocs()
	for b.Loop() {
		p.T("error.too_long", "n", 300)
	}
}

func BenchmarkDate(b *testing.B) {
	p, d := open(b).Printer("fr"), day(2026, 11, 18)
	b.ReportAllocs()
	for b.Loop() {
		p.Date(d)
	}
}
