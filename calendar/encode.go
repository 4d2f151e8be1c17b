package calendar

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-ical"

	"parley/scheduling/civil"
)

// productID names the program that wrote the calendar (RFC 5545 section
// 3.7.3). It has no version, so that a new release changes no feed.
const productID = "-//Parley//Parley//EN"

// placeholder is a component of no meaning that stands in for the events of an
// empty calendar while go-ical, which refuses one, encodes it.
const placeholder = "X-PLACEHOLDER"

// newObject is a VCALENDAR that holds events and the VTIMEZONEs they use. It
// refuses events that cannot be written, and two with one UID.
func newObject(events []Event) (*ical.Component, error) {
	seen := make(map[string]bool, len(events))
	for _, e := range events {
		if err := e.check(); err != nil {
			return nil, err
		}
		if seen[e.UID] {
			return nil, fmt.Errorf("calendar: two events with the UID %s", e.UID)
		}
		seen[e.UID] = true
	}
	cal := ical.NewComponent(ical.CompCalendar)
	setText(cal, ical.PropProductID, productID)
	setRaw(cal, ical.PropVersion, "2.0")
	setRaw(cal, ical.PropCalendarScale, "GREGORIAN")
	zones := timezonesOf(events)
	cal.Children = zones.components()
	for _, e := range events {
		cal.Children = append(cal.Children, e.component(zones))
	}
	return cal, nil
}

// encode is cal as an iCalendar stream (RFC 5545 section 3.1): CRLF, UTF-8,
// folded lines.
func encode(cal *ical.Component) ([]byte, error) {
	empty := len(cal.Children) == 0
	if empty {
		cal.Children = []*ical.Component{ical.NewComponent(placeholder)}
	}
	var b bytes.Buffer
	if err := ical.NewEncoder(&b).Encode(&ical.Calendar{Component: cal}); err != nil {
		return nil, fmt.Errorf("calendar: encode: %w", err)
	}
	out := b.Bytes()
	if empty {
		// No text holds these lines: a line break in text is escaped.
		out = bytes.Replace(out, []byte("BEGIN:"+placeholder+"\r\nEND:"+placeholder+"\r\n"), nil, 1)
	}
	return fold(out), nil
}

// maxLine is the longest line in octets, its line break not counted (RFC 5545
// section 3.1).
const maxLine = 75

// fold breaks lines that are longer than maxLine, never within a character.
func fold(stream []byte) []byte {
	out := make([]byte, 0, len(stream)+len(stream)/16)
	for line := range bytes.Lines(stream) {
		room := maxLine
		for len(bytes.TrimSuffix(line, []byte("\r\n"))) > room {
			cut := room
			for !utf8.RuneStart(line[cut]) {
				cut--
			}
			out = append(out, line[:cut]...)
			out = append(out, "\r\n "...)
			line, room = line[cut:], maxLine-1 // the space that continues a line counts
		}
		out = append(out, line...)
	}
	return out
}

// clean is s as text that every reader takes the same way: valid UTF-8, lines
// ended by LF, without control characters other than tab and LF, byte order
// marks, and the invisible characters that reorder text (bidirectional
// embeddings, overrides and isolates). It does not trim.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r), r == '\uFEFF',
			'\u202A' <= r && r <= '\u202E', '\u2066' <= r && r <= '\u2069':
			return -1
		}
		return r
	}, s)
}

// oneLine is clean text on one line: spaces, tabs and line breaks are one
// space between words, and a backslash is a slash, since some readers take an
// escaped backslash before n for a line break (python-icalendar 4, node-ical).
func oneLine(s string) string {
	words := strings.FieldsFunc(clean(s), func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' })
	return strings.ReplaceAll(strings.Join(words, " "), `\`, "/")
}

// paramText is s for the value of a parameter, where nothing can be escaped:
// a quotation mark is an apostrophe, and the caret, which begins an escape in
// RFC 6868, is left out.
func paramText(s string) string {
	return oneLine(strings.NewReplacer(`"`, "'", "^", "").Replace(s))
}

// The setters put a fresh property in place of whatever was there. Names are
// always constants; values are made safe here and nowhere else.

func setText(c *ical.Component, name, value string) {
	p := ical.NewProp(name)
	p.SetText(clean(value))
	p.Params.Del(ical.ParamValue) // go-ical says VALUE=TEXT of names it does not know, which old clients trip over
	c.Props.Set(p)
}

// setRaw sets a value of our own making that is not TEXT.
func setRaw(c *ical.Component, name, value string) *ical.Prop {
	p := ical.NewProp(name)
	p.Value = value
	c.Props.Set(p)
	return c.Props.Get(name)
}

func setInstant(c *ical.Component, name string, t time.Time) {
	setRaw(c, name, t.UTC().Format("20060102T150405Z"))
}

func setDate(c *ical.Component, name string, d civil.Date) {
	p := setRaw(c, name, fmt.Sprintf("%04d%02d%02d", d.Year, int(d.Month), d.Day))
	p.Params.Set(ical.ParamValue, string(ical.ValueDate))
}

func setLocal(c *ical.Component, name string, t time.Time, zone civil.Zone) {
	p := setRaw(c, name, t.Format("20060102T150405"))
	p.Params.Set(ical.ParamTimezoneID, string(zone))
}

// setURL sets an absolute http or https address, with all that a URI cannot
// hold escaped, and leaves anything else out.
func setURL(c *ical.Component, name, address string) {
	u, err := url.Parse(strings.TrimSpace(clean(address)))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return
	}
	// String escapes the path, and leaves the query as it was typed.
	var b strings.Builder
	for _, o := range []byte(u.String()) {
		if o <= ' ' || o > '~' || strings.IndexByte("\"<>\\^`{|}", o) >= 0 {
			fmt.Fprintf(&b, "%%%02X", o)
		} else {
			b.WriteByte(o)
		}
	}
	setRaw(c, name, b.String())
}
