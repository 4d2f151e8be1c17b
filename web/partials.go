package web

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"parley/web/locale"
)

// The data of the partials in templates/partials, in the order of the site:
// what each looks like stands there.

// Field is the data of partials "field" and "textarea".
type Field struct {
	*locale.Printer
	ID, Label, Hint, Error string
	Type                   string // text, email, url, password, ...; text when made by Form
	Value                  string
	Max                    int // characters; 0 is no limit
	Optional               bool
	Autocomplete           string // as in HTML; "off" where the browser cannot know
	Rows                   int    // of a textarea
	Width                  string // a class: w-2, w-4, w-mon
	Code                   bool   // an address or a code: written left to right in every language
}

// Describes are the ids that describe the input, for aria-describedby.
func (f Field) Describes() string { return describes(f.ID, f.hints(), f.Error != "") }

// Said is the hint, with the limit.
func (f Field) Said() string {
	if f.Max == 0 {
		return f.Hint
	}
	limit := f.T("field.limit", "n", f.Max)
	if f.Hint == "" {
		return limit
	}
	return f.Hint + " " + limit
}

func (f Field) hints() bool { return f.Said() != "" }

// DateField is the data of partial "date". Its inputs are <ID>-d, -m and -y.
type DateField struct {
	*locale.Printer
	ID, Label, Hint, Error string
	Day, Year              string
	Months                 []Choice
}

// Describes are the ids that describe the inputs.
func (f DateField) Describes() string { return describes(f.ID, f.Hint != "", f.Error != "") }

// Picks is the data of partials "picks" (radio buttons, each with an
// explanation) and "select".
type Picks struct {
	*locale.Printer
	ID, Label, Hint, Error string
	Choices                []Choice
}

// Describes are the ids that describe the group.
func (f Picks) Describes() string { return describes(f.ID, f.Hint != "", f.Error != "") }

// A Choice is one value among several.
type Choice struct {
	Value, Label, Note string
	Chosen             bool
}

func describes(id string, hint, failed bool) string {
	switch {
	case hint && failed:
		return id + "-hint " + id + "-error"
	case hint:
		return id + "-hint"
	case failed:
		return id + "-error"
	}
	return ""
}

// Chip is the data of partial "chip": an answer as mark and word. Level is the
// class: pref, ok, ifn, no, none.
type Chip struct{ Level, Word string }

// Times is the data of partial "times": the hours of one date in each city,
// the venue first.
type Times struct {
	*locale.Printer
	Caption string
	Rows    []TimesRow
}

// TimesRow is a city. The bar shows its day from 0 to 240: ten units an hour.
type TimesRow struct {
	City, Hours, Offset string
	Note                string // "ends the next day"
	Host                bool
	From, Width         int // of the meeting on the bar
	From2, Width2       int // of its rest, when it passes midnight
}

// Meta is the data of partial "meta": facts under a heading.
type Meta []MetaItem

// MetaItem is a fact; the strong words come first.
type MetaItem struct{ Strong, Text string }

// Panel is the data of partial "panel": the one thing to know or to do.
type Panel struct {
	Eyebrow, Big, Text string
	Action             *Link // the main act of the page
	More               *Link
}

// Empty is the data of partial "empty": what will be here, and one thing to do.
type Empty struct {
	Title, Text string
	Action      *Link
}

// Copy is the data of partial "copy": a line to copy. With Open, a button
// beside it leads there.
type Copy struct {
	*locale.Printer
	ID, Label, Hint, Value string
	Open                   *Calendar
}

// Calendar is an address that a calendar program opens.
type Calendar struct{ href, Text string }

// Href is the address. html/template drops the scheme webcal from a string; it
// is safe here, since only webcal makes one, from the address of this site.
func (c Calendar) Href() template.URL { return template.URL(c.href) }

// webcal is the address path of this site for calendar programs.
func (s *Server) webcal(path, text string) *Calendar {
	u := url.URL{Scheme: "webcal", Host: s.base.Host, Path: s.base.Path + path}
	return &Calendar{href: u.String(), Text: text}
}

// An htmlBuilder writes HTML by hand, for the few places that are so large
// that a template would take most of the time of a page. What it writes is
// either a constant of this source or escaped.
type htmlBuilder struct{ b []byte }

// A constant is text that stands in this source: no variable becomes one
// without a conversion, and there is none.
type constant string

func (m *htmlBuilder) write(s constant) { m.b = append(m.b, s...) }

// text writes s as text or as the value of an attribute in quotes.
func (m *htmlBuilder) text(s string) {
	if strings.ContainsAny(s, "&<>\"'\x00") {
		s = template.HTMLEscapeString(s)
	}
	m.b = append(m.b, s...)
}

func (m *htmlBuilder) number(n int) { m.b = strconv.AppendInt(m.b, int64(n), 10) }

// handmade is what an htmlBuilder wrote: templates take it as it is.
type handmade = template.HTML

// HTML is what was written.
func (m *htmlBuilder) HTML() handmade { return handmade(m.b) }
