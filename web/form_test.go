package web

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

func english(tb testing.TB) *locale.Printer {
	tb.Helper()
	c, err := locale.Open()
	if err != nil {
		tb.Fatal(err)
	}
	return c.Printer("en")
}

func TestCleanText(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want string }{
		"plain":             {"One day in Geneva", "One day in Geneva"},
		"composed":          {"Gene\u0300ve", "Genève"},
		"windows breaks":    {"a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		"overrides":         {"evil\u202Egnp.exe\u202C", "evilgnp.exe"},
		"isolates":          {"\u2067abc\u2069", "abc"},
		"controls":          {"a\x00b\x1b[31mc\x7f\u0081", "ab[31mc"},
		"byte order mark":   {"\uFEFFa", "a"},
		"arabic mark stays": {"محادثات\u200F", "محادثات\u200F"},
		"joiner stays":      {"می\u200Cشود", "می\u200Cشود"},
		"smart quotes stay": {"“no” – l’autre", "“no” – l’autre"},
		"broken UTF-8":      {"a\xff\xfeb", "a\uFFFDb"},
		"tab stays":         {"a\tb", "a\tb"},
	} {
		if got := cleanText(tc.in); got != tc.want {
			t.Errorf("%s: cleanText(%q) = %q, want %q", name, tc.in, got, tc.want)
		}
		if again := cleanText(cleanText(tc.in)); again != tc.want {
			t.Errorf("%s: cleaning twice gives %q, want %q", name, again, tc.want)
		}
	}
}

func TestFormDate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		day, month, year string
		want             civil.Date
		problem          string
	}{
		"a day":             {"18", "11", "2026", civil.Date{Year: 2026, Month: 11, Day: 18}, ""},
		"leading zeros":     {"08", "02", "2027", civil.Date{Year: 2027, Month: 2, Day: 8}, ""},
		"leap day":          {"29", "2", "2028", civil.Date{Year: 2028, Month: 2, Day: 29}, ""},
		"no leap day":       {"29", "2", "2027", civil.Date{}, "This date does not exist. Check the day and the month."},
		"31 November":       {"31", "11", "2026", civil.Date{}, "This date does not exist. Check the day and the month."},
		"nothing":           {"", "", "", civil.Date{}, ""},
		"month missing":     {"18", "", "2026", civil.Date{}, "Give the day, the month and the year."},
		"short year":        {"18", "11", "26", civil.Date{}, "Give the year with four digits, between 2000 and 2199."},
		"month of thirteen": {"18", "13", "2026", civil.Date{}, "This date does not exist. Check the day and the month."},
		"words":             {"next", "11", "2026", civil.Date{}, "This date does not exist. Check the day and the month."},
		"minus":             {"-1", "11", "2026", civil.Date{}, "This date does not exist. Check the day and the month."},
		"space around":      {" 18 ", "11", "2026 ", civil.Date{Year: 2026, Month: 11, Day: 18}, ""},
	} {
		f := newForm(english(t), url.Values{"from-d": {tc.day}, "from-m": {tc.month}, "from-y": {tc.year}})
		if got := f.Date("from"); got != tc.want {
			t.Errorf("%s: Date() = %v, want %v", name, got, tc.want)
		}
		view := f.DateField("from", "First day", "")
		if view.Error != tc.problem {
			t.Errorf("%s: problem = %q, want %q", name, view.Error, tc.problem)
		}
		if view.Day != tc.day || view.Year != tc.year {
			t.Errorf("%s: shows %q %q, want what was typed", name, view.Day, view.Year)
		}
	}
}

func TestFormValues(t *testing.T) {
	t.Parallel()
	f := newForm(english(t), url.Values{
		"title": {"  Polar \r\n Shipping\tTalks "}, "text": {"\r\na\r\n\r\nb\r\n"}, "long": {strings.Repeat("é", 11)},
		"time": {"9 h 30"}, "late": {"25:00"}, "n": {"7"}, "many": {"99"}, "vis": {"open"}, "odd": {"<b>"}, "yes": {"yes"},
	})
	if got := f.Line("title"); got != "Polar Shipping Talks" {
		t.Errorf("Line() = %q", got)
	}
	if got := f.Text("text"); got != "a\n\nb" {
		t.Errorf("Text() = %q", got)
	}
	if got := f.Time("time"); got != civil.Clock(9, 30) {
		t.Errorf("Time() = %v, want 09:30", got)
	}
	if got := f.Int("n", 1, 10); got != 7 {
		t.Errorf("Int() = %d, want 7", got)
	}
	if got := f.Choice("vis", "open", "sealed"); got != "open" {
		t.Errorf("Choice() = %q, want open", got)
	}
	if !f.Checked("yes") || f.Checked("vis") {
		t.Error("Checked() takes any value, want only yes")
	}
	f.LineUpTo("long", 11)
	f.Require("title")
	if len(f.Problems) != 0 {
		t.Errorf("problems with good values: %v", f.Problems)
	}

	f.LineUpTo("long", 10)
	f.Time("late")
	f.Int("many", 1, 10)
	f.Choice("odd", "open")
	f.Require("absent", "late")
	f.Refuse(&scheduling.Error{Kind: scheduling.ErrInvalid, Code: "no_such_code", Field: "title"})
	want := []Problem{
		{Field: "long", Text: "Shorten this to at most 10 characters."},
		{Field: "late", Text: "Write the time with hours and minutes, such as 09:30."},
		{Field: "many", Text: "Write a whole number from 1 to 10."},
		{Field: "odd", Text: "Choose one of the answers on the page."},
		{Field: "absent", Text: "Fill in this field."},
		{Field: "title", Text: "Something in the form is missing or not right. Nothing was saved. Go back and check your answers."},
	}
	if len(f.Problems) != len(want) {
		t.Fatalf("problems = %v, want %v", f.Problems, want)
	}
	for i := range want {
		if f.Problems[i] != want[i] {
			t.Errorf("problem %d = %v, want %v", i, f.Problems[i], want[i])
		}
	}
	f.Field("long", "Title", "")
	if got := f.Problems[0].Label; got != "Title" {
		t.Errorf("the summary names %q, want Title", got)
	}
}

func TestFormEmail(t *testing.T) {
	t.Parallel()
	for address, good := range map[string]bool{
		"desk@norway.example":                   true,
		"first.last+talks@mission.un.example":   true,
		"":                                      true,
		"désk@norvège.example":                  true,
		"desk":                                  false,
		"desk@":                                 false,
		"desk@norway":                           false,
		"Ann <desk@norway.example>":             false,
		"a@norway.example, b@norway.example":    false,
		"desk@[192.0.2.1]":                      false,
		`"a b"@norway.example`:                  false,
		"desk@norway.example\nBcc: x@y.example": false,
		strings.Repeat("a", 250) + "@b.example": false,
		strings.Repeat("(", 200) + "@b.example": false,
	} {
		f := newForm(english(t), url.Values{"mail": {address}})
		f.Email("mail")
		if got := len(f.Problems) == 0; got != good {
			t.Errorf("Email(%q): good = %v, want %v", address, got, good)
		}
	}
}

func TestFormKey(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	first, second := formKey(r), formKey(r)
	if first == second || !validFormKey(first) {
		t.Errorf("keys %q and %q, want two different valid ones", first, second)
	}
	r.PostForm = url.Values{"key": {first}}
	if got := formKey(r); got != first {
		t.Errorf("a form that comes back has key %q, want %q", got, first)
	}
	r.PostForm = url.Values{"key": {"<script>"}}
	if got := formKey(r); !validFormKey(got) {
		t.Errorf("a malformed key is kept: %q", got)
	}
	if got := newForm(english(t), r.PostForm).Key(); got != "" {
		t.Errorf("Key() = %q for a malformed one, want none", got)
	}
}
