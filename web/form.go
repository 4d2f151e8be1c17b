package web

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/unicode/norm"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// formKeyField is the hidden field that makes a second submit harmless.
const formKeyField = "key"

// formKey is the key in the posted form, so that a form that comes back keeps
// it, or else a new one: 128 random bits.
func formKey(r *http.Request) string {
	if key := r.PostForm.Get(formKeyField); validFormKey(key) {
		return key
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, as crypto/rand says
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func validFormKey(key string) bool {
	b, err := base64.RawURLEncoding.DecodeString(key)
	return err == nil && len(b) == 16
}

// A Form reads what was posted, and gathers what is wrong with it. Values are
// cleaned: NFC, no controls, no direction overrides, line breaks as LF. A
// handler reads all fields, then looks at Problems; the same Form gives the
// fields of the page back with what was typed.
type Form struct {
	*locale.Printer
	Problems []Problem
	values   url.Values
	limits   map[string]int
}

// form is what the visitor posted.
func (s *Server) form(c *gin.Context) *Form {
	return newForm(s.printer(c.Request), c.Request.PostForm)
}

// newForm reads values; on a GET, they are what the form begins with.
func newForm(p *locale.Printer, values url.Values) *Form {
	return &Form{Printer: p, values: values, limits: make(map[string]int)}
}

// Key is the idempotency key of the form, "" when it is missing or malformed.
func (f *Form) Key() string {
	if key := f.values.Get(formKeyField); validFormKey(key) {
		return key
	}
	return ""
}

// Has reports whether field has a value.
func (f *Form) Has(field string) bool { return f.Line(field) != "" }

// Do is the value of the button that was pressed.
func (f *Form) Do() string { return f.Line("do") }

// Line is a value on one line, without space around it.
func (f *Form) Line(field string) string {
	return strings.Join(strings.Fields(cleanText(f.values.Get(field))), " ")
}

// Text is a value of several lines.
func (f *Form) Text(field string) string {
	return strings.TrimSpace(cleanText(f.values.Get(field)))
}

// LineUpTo is Line with at most limit characters; more is a problem. Say the
// limit in the hint, too.
func (f *Form) LineUpTo(field string, limit int) string {
	return f.upTo(field, f.Line(field), limit)
}

// TextUpTo is Text with at most limit characters; more is a problem.
func (f *Form) TextUpTo(field string, limit int) string {
	return f.upTo(field, f.Text(field), limit)
}

func (f *Form) upTo(field, value string, limit int) string {
	f.limits[field] = limit
	if utf8.RuneCountInString(value) > limit {
		f.Fail(field, "error.too_long", "n", limit)
	}
	return value
}

// Require makes it a problem when field is empty.
func (f *Form) Require(fields ...string) {
	for _, field := range fields {
		if !f.Has(field) {
			f.Fail(field, "error.required")
		}
	}
}

// The years that a date in a form may have.
const (
	firstYear = 2000
	lastYear  = 2199
)

// Date reads the fields <field>-d, -m and -y. Nothing in all three is no date
// and no problem; see Require with <field>-d. A part missing, or a day that
// does not exist, is a problem.
func (f *Form) Date(field string) civil.Date {
	day, month, year := f.Line(field+"-d"), f.Line(field+"-m"), f.Line(field+"-y")
	if day == "" && month == "" && year == "" {
		return civil.Date{}
	}
	if day == "" || month == "" || year == "" {
		f.Fail(field+"-d", "error.date_incomplete")
		return civil.Date{}
	}
	d, errD := strconv.Atoi(day)
	m, errM := strconv.Atoi(month)
	y, errY := strconv.Atoi(year)
	date := civil.Date{Year: y, Month: time.Month(m), Day: d}
	switch {
	case errY != nil || y < firstYear || y > lastYear:
		f.Fail(field+"-y", "error.date_year", "first", firstYear, "last", lastYear)
	case errD != nil || errM != nil || !date.Valid():
		f.Fail(field+"-d", "error.date_impossible")
	default:
		return date
	}
	return civil.Date{}
}

// Time reads a time such as 9:30, also written 9.30 or 9 h 30. Nothing is
// 00:00 and no problem; see Has.
func (f *Form) Time(field string) civil.TimeOfDay {
	value := f.Line(field)
	if value == "" {
		return 0
	}
	t, err := readTime(value)
	if err != nil {
		f.Fail(field, "error.time_unreadable")
	}
	return t
}

func readTime(value string) (civil.TimeOfDay, error) {
	return civil.ParseTimeOfDay(strings.NewReplacer(" ", "", ".", ":", "h", ":", "H", ":").Replace(value))
}

// Int reads a whole number from first to last. Nothing is first.
func (f *Form) Int(field string, first, last int) int {
	value := f.Line(field)
	if value == "" {
		return first
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < first || n > last {
		f.Fail(field, "error.number_unreadable", "first", first, "last", last)
		return first
	}
	return n
}

// Choice reads one of the allowed values; nothing, and anything else, is a
// problem.
func (f *Form) Choice(field string, allowed ...string) string {
	value := f.Line(field)
	if !slices.Contains(allowed, value) {
		f.Fail(field, "error.choice_unknown")
		return ""
	}
	return value
}

// Checked reports whether a checkbox with value "yes" is ticked.
func (f *Form) Checked(field string) bool { return f.Line(field) == "yes" }

// longestAddress is the most characters that a mail address can have on its
// way (RFC 5321 §4.5.3.1.3).
const longestAddress = 254

// Email reads a bare mail address (RFC 5322 addr-spec) at a domain with a dot
// in it. Nothing is no problem.
func (f *Form) Email(field string) string {
	value := f.Line(field)
	if value != "" && !validAddress(value) {
		f.Fail(field, "error.email_invalid")
	}
	return value
}

func validAddress(value string) bool {
	if len(value) > longestAddress {
		return false // before net/mail, which takes long over hostile input
	}
	parsed, err := mail.ParseAddress(value)
	if err != nil || parsed.Name != "" || parsed.Address != value {
		return false
	}
	local, domain, _ := strings.Cut(value, "@")
	return !strings.ContainsAny(local, `" `) && strings.Contains(strings.Trim(domain, "."), ".") && !strings.HasPrefix(domain, "[")
}

// Fail notes that field is wrong, in the words of a message. The first problem
// of a field counts.
func (f *Form) Fail(field, key string, args ...any) {
	f.note(field, f.T(key, args...))
}

// Refuse notes a refusal of the domain at its field.
func (f *Form) Refuse(refusal *scheduling.Error) {
	f.note(refusal.Field, refusalText(f.Printer, refusal, f.T("refused.422.text")))
}

func (f *Form) note(field, text string) {
	if field == "" || f.problem(field) == "" {
		f.Problems = append(f.Problems, Problem{Field: field, Text: text})
	}
}

func (f *Form) problem(field string) string {
	for _, p := range f.Problems {
		if p.Field == field {
			return p.Text
		}
	}
	return ""
}

// labelled is the problem of the first of the fields that has one. The summary
// names the input from here on: two dates may have the same problem.
func (f *Form) labelled(label string, fields ...string) string {
	text := ""
	for i, p := range f.Problems {
		if p.Field != "" && slices.Contains(fields, p.Field) {
			f.Problems[i].Label = label
			if text == "" {
				text = p.Text
			}
		}
	}
	return text
}

// Field is the view of an input, with what was typed and what is wrong.
func (f *Form) Field(field, label, hint string) Field {
	return Field{
		Printer: f.Printer, ID: field, Label: label, Hint: hint, Type: "text",
		Value: f.values.Get(field), Error: f.labelled(label, field), Max: f.limits[field],
	}
}

// DateField is the view of a date input, with what was typed.
func (f *Form) DateField(field, label, hint string) DateField {
	v := DateField{
		Printer: f.Printer, ID: field, Label: label, Hint: hint,
		Day: f.values.Get(field + "-d"), Year: f.values.Get(field + "-y"),
	}
	chosen := f.Line(field + "-m")
	for m := time.January; m <= time.December; m++ {
		value := strconv.Itoa(int(m))
		v.Months = append(v.Months, Choice{Value: value, Label: f.Month(m), Chosen: chosen == value})
	}
	v.Error = f.labelled(label, field, field+"-d", field+"-m", field+"-y")
	return v
}

// Picks is the view of radio buttons, with the one that was chosen.
func (f *Form) Picks(field, legend, hint string, choices ...Choice) Picks {
	chosen := f.Line(field)
	for i := range choices {
		choices[i].Chosen = choices[i].Value == chosen
	}
	return Picks{Printer: f.Printer, ID: field, Label: legend, Hint: hint, Choices: choices, Error: f.labelled(legend, field)}
}

// SetDate puts d into values under the names that Form.Date reads.
func SetDate(values url.Values, field string, d civil.Date) {
	if !d.IsZero() {
		values.Set(field+"-d", strconv.Itoa(d.Day))
		values.Set(field+"-m", strconv.Itoa(int(d.Month)))
		values.Set(field+"-y", strconv.Itoa(d.Year))
	}
}

var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n")

// cleanText makes text of people safe to show and to compare: NFC, line breaks
// as LF, without controls, and without the characters that turn the direction
// of the text after them. The marks that Arabic and Hebrew need, and the
// joiners of Persian and Hindi, stay.
func cleanText(s string) string {
	s = norm.NFC.String(lineBreaks.Replace(strings.ToValidUTF8(s, "\uFFFD")))
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069', r == '\uFEFF':
			return -1
		}
		return r
	}, s)
}
