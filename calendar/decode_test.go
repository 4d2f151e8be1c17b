package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/emersion/go-ical"
)

// decode reads one iCalendar stream with go-ical, which panics on some input
// and takes quadratic time on other: so it is kept from both.
func decode(stream []byte) (cal *ical.Component, err error) {
	unfolded := bytes.ReplaceAll(stream, []byte("\r\n "), nil)
	depth := 0
	for line := range bytes.Lines(unfolded) {
		switch {
		case len(line) > 1<<20:
			return nil, errors.New("line too long")
		case bytes.HasPrefix(line, []byte("BEGIN:")):
			depth++
		case bytes.HasPrefix(line, []byte("END:")):
			depth--
		}
		if depth > 3 {
			return nil, errors.New("nested too deep")
		}
	}
	defer func() {
		if r := recover(); r != nil {
			cal, err = nil, fmt.Errorf("go-ical panicked: %v", r)
		}
	}()
	d := ical.NewDecoder(bytes.NewReader(unfolded))
	first, err := d.Decode()
	if err != nil {
		return nil, err
	}
	if _, err := d.Decode(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("more after the calendar: %w", err)
	}
	return first.Component, nil
}

// A failer is a test: one of package testing or of rapid.
type failer interface {
	Helper()
	Fatalf(string, ...any)
}

// mustDecode checks what holds for every stream (RFC 5545 section 3.1) and
// decodes it.
func mustDecode(t failer, stream []byte) *ical.Component {
	t.Helper()
	if !bytes.HasPrefix(stream, []byte("BEGIN:VCALENDAR\r\n")) || !bytes.HasSuffix(stream, []byte("\r\nEND:VCALENDAR\r\n")) {
		t.Fatalf("stream is not one VCALENDAR:\n%s", stream)
	}
	if !utf8.Valid(stream) {
		t.Fatalf("stream is not UTF-8:\n%q", stream)
	}
	for line := range bytes.Lines(stream) {
		text, ok := bytes.CutSuffix(line, []byte("\r\n"))
		switch {
		case !ok || bytes.ContainsAny(text, "\r\n"):
			t.Fatalf("line %q does not end with CRLF alone", line)
		case len(text) > 75 || len(text) == 0:
			t.Fatalf("line %q has %d octets", line, len(text))
		case !utf8.Valid(text):
			t.Fatalf("line %q is folded within a character", line)
		}
	}
	cal, err := decode(stream)
	if err != nil {
		t.Fatalf("decode: %v\n%s", err, stream)
	}
	return cal
}

// children are the components of cal with the given name.
func children(cal *ical.Component, name string) []*ical.Component {
	var list []*ical.Component
	for _, c := range cal.Children {
		if c.Name == name {
			list = append(list, c)
		}
	}
	return list
}

// text is the TEXT of a property, and "" without it.
func text(t failer, c *ical.Component, name string) string {
	t.Helper()
	p := c.Props.Get(name)
	if p == nil {
		return ""
	}
	list, err := p.TextList()
	if err != nil || len(list) != 1 {
		t.Fatalf("%s is no single text: %q, %v", name, list, err)
	}
	return list[0]
}

// outline is the names of all components and properties of c, without the
// values.
func outline(c *ical.Component) string {
	var b strings.Builder
	var walk func(*ical.Component, string)
	walk = func(c *ical.Component, indent string) {
		fmt.Fprintf(&b, "%s%s\n", indent, c.Name)
		names := make(map[string]int)
		for name, props := range c.Props {
			names[name] += len(props)
		}
		fmt.Fprintf(&b, "%s  %v\n", indent, names)
		for _, child := range c.Children {
			walk(child, indent+"  ")
		}
	}
	walk(c, "")
	return b.String()
}

func TestDecodeIsGuarded(t *testing.T) {
	t.Parallel()
	for name, stream := range map[string]string{
		"panic of go-ical": "BEGIN:VCALENDAR\r\n0;0=\r\nEND:VCALENDAR\r\n",
		"nested":           strings.Repeat("BEGIN:A\r\n", 1000),
		"cut off":          "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
		"two calendars":    strings.Repeat("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n", 2),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if cal, err := decode([]byte(stream)); err == nil {
				t.Errorf("decoded to %v, want an error", cal)
			}
		})
	}
}
