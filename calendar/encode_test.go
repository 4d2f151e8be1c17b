package calendar

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-ical"
	"pgregory.net/rapid"

	"parley/scheduling/civil"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, clean, oneLine, param string }{
		"plain":             {"Room XIX", "Room XIX", "Room XIX", "Room XIX"},
		"line breaks":       {"a\r\nb\rc\nd\u2028e\u2029f\u0085g", "a\nb\nc\nd\ne\nf\ng", "a b c d e f g", "a b c d e f g"},
		"tab":               {"a\tb", "a\tb", "a b", "a b"},
		"spaces":            {"  a   b ", "  a   b ", "a b", "a b"},
		"no-break space":    {"18\u00a0h", "18\u00a0h", "18\u00a0h", "18\u00a0h"},
		"controls":          {"a\x00\x07\x1b\x7f\u009bb", "ab", "ab", "ab"},
		"bidi overrides":    {"a\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069b", "ab", "ab", "ab"},
		"marks of rtl text": {"\u200fא\u200d", "\u200fא\u200d", "\u200fא\u200d", "\u200fא\u200d"},
		"byte order mark":   {"\ufeffa", "a", "a", "a"},
		"not UTF-8":         {"a\xffb", "a\ufffdb", "a\ufffdb", "a\ufffdb"},
		"backslash":         {`C:\new`, `C:\new`, "C:/new", "C:/new"},
		"quotes and caret":  {`"A" ^n`, `"A" ^n`, `"A" ^n`, "'A' n"},
		"empty":             {"", "", "", ""},
		"nothing but space": {" \r\n ", " \n ", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := clean(row.in); got != row.clean {
				t.Errorf("clean(%q) = %q, want %q", row.in, got, row.clean)
			}
			if got := oneLine(row.in); got != row.oneLine {
				t.Errorf("oneLine(%q) = %q, want %q", row.in, got, row.oneLine)
			}
			if got := paramText(row.in); got != row.param {
				t.Errorf("paramText(%q) = %q, want %q", row.in, got, row.param)
			}
		})
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want string }{
		"empty":                  {"", ""},
		"short":                  {"A:b\r\n", "A:b\r\n"},
		"75 octets":              {strings.Repeat("a", 75) + "\r\n", strings.Repeat("a", 75) + "\r\n"},
		"76 octets":              {strings.Repeat("a", 76) + "\r\n", strings.Repeat("a", 75) + "\r\n a\r\n"},
		"75 and 74":              {strings.Repeat("a", 149) + "\r\n", strings.Repeat("a", 75) + "\r\n " + strings.Repeat("a", 74) + "\r\n"},
		"75 and 75":              {strings.Repeat("a", 150) + "\r\n", strings.Repeat("a", 75) + "\r\n " + strings.Repeat("a", 74) + "\r\n a\r\n"},
		"character on the limit": {strings.Repeat("a", 74) + "é\r\n", strings.Repeat("a", 74) + "\r\n é\r\n"},
		"four octets":            {strings.Repeat("a", 72) + "🕊\r\nB:c\r\n", strings.Repeat("a", 72) + "\r\n 🕊\r\nB:c\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(fold([]byte(row.in))); got != row.want {
				t.Errorf("fold gives\n%q, want\n%q", got, row.want)
			}
		})
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ in, want string }{
		"plain":             {"https://parley.example/n/42?a=b,c;d#e", "https://parley.example/n/42?a=b,c;d#e"},
		"surrounded":        {" http://127.0.0.1:8080/x \n", "http://127.0.0.1:8080/x"},
		"other letters":     {"https://parley.example/Genève/日", "https://parley.example/Gen%C3%A8ve/%E6%97%A5"},
		"space and quote":   {`https://parley.example/a b"`, "https://parley.example/a%20b%22"},
		"other query":       {`https://parley.example/?q=ü`, "https://parley.example/?q=%C3%BC"},
		"space in query":    {`https://parley.example/?q=a b"`, "https://parley.example/?q=a%20b%22"},
		"line break":        {"https://parley.example/\r\nMETHOD:CANCEL", ""},
		"script":            {"javascript:alert(1)", ""},
		"relative":          {"/n/42", ""},
		"no host":           {"https:///n/42", ""},
		"words":             {"see the other room", ""},
		"empty":             {"", ""},
		"not a host at all": {"https://[::1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := ical.NewComponent(ical.CompEvent)
			setURL(c, ical.PropURL, row.in)
			got := ""
			if p := c.Props.Get(ical.PropURL); p != nil {
				got = p.Value
			}
			if got != row.want {
				t.Errorf("setURL(%q) writes %q, want %q", row.in, got, row.want)
			}
		})
	}
}

// What is wrong with an event is a mistake of the program; each is an error.
func TestEventsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Event){
		"no UID":           func(e *Event) { e.UID = "" },
		"UID with a break": func(e *Event) { e.UID = "a\r\nX:y" },
		"UID with a space": func(e *Event) { e.UID = "a b" },
		"long UID":         func(e *Event) { e.UID = strings.Repeat("a", 256) },
		"no time":          func(e *Event) { e.When = nil },
		"no status":        func(e *Event) { e.Status = "" },
		"unknown status":   func(e *Event) { e.Status = "confirmed" },
		"unknown class":    func(e *Event) { e.Class = "SECRET\r\n" },
		"sequence below 0": func(e *Event) { e.Sequence = -1 },
		"never revised":    func(e *Event) { e.Revised = time.Time{} },
		"no zone":          func(e *Event) { e.When = Hours{Date: day(2026, 11, 19), Span: hours("10:00", "18:00")} },
		"unknown zone": func(e *Event) {
			e.When = Hours{Date: day(2026, 11, 19), Span: hours("10:00", "18:00"), Zone: "Europe/Genf"}
		},
		"no such day":     func(e *Event) { e.When = Hours{Date: day(2026, 11, 31), Span: hours("10:00", "18:00"), Zone: geneva} },
		"no hours":        func(e *Event) { e.When = Hours{Date: day(2026, 11, 19), Zone: geneva} },
		"five digit year": func(e *Event) { e.When = Days{First: day(10000, 1, 1), Last: day(10000, 1, 1)} },
		"days backwards":  func(e *Event) { e.When = Days{First: day(2026, 11, 19), Last: day(2026, 11, 18)} },
		"no days":         func(e *Event) { e.When = Days{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := File(with(change)); err == nil {
				t.Errorf("encoded, want an error:\n%s", got)
			}
		})
	}
	if got, err := feed(meeting(), meeting()).Encode(); err == nil {
		t.Errorf("two events with one UID encoded, want an error:\n%s", got)
	}
}

// checkText encodes a feed and a request with the given texts everywhere, and
// checks that all of them come back, cleaned, and that nothing else does.
func checkText(t failer, summary, location, description, name, url string) {
	t.Helper()
	e := with(func(e *Event) { e.Summary, e.Location, e.Description, e.URL = summary, location, description, url })
	f := feed(e)
	f.Name, f.Description, f.URL, f.Color = name, description, url, summary
	out, err := f.Encode()
	if err != nil {
		t.Fatalf("feed: %v", err)
	}
	cal := mustDecode(t, out)
	for prop, want := range map[string]string{"NAME": oneLine(name), "X-WR-CALNAME": oneLine(name), "DESCRIPTION": clean(description), "X-WR-CALDESC": clean(description)} {
		if got := text(t, cal, prop); got != want {
			t.Fatalf("%s of the feed comes back as %q, want %q", prop, got, want)
		}
	}
	checkShape(t, cal, e, nil)

	r := Request{Event: e, Organizer: Mailbox{name, "talks@parley.example"}, Attendee: Attendee{Mailbox: Mailbox{summary, "anna@bravo.example"}}, At: sent}
	if out, err = r.Encode(); err != nil {
		t.Fatalf("request: %v", err)
	}
	cal = mustDecode(t, out)
	checkShape(t, cal, e, []string{"ATTENDEE", "ORGANIZER"})
	event := children(cal, "VEVENT")[0]
	for prop, want := range map[string][2]string{
		"ORGANIZER": {paramText(name), "mailto:talks@parley.example"},
		"ATTENDEE":  {paramText(summary), "mailto:anna@bravo.example"},
	} {
		p := event.Props.Get(prop)
		if got := [2]string{p.Params.Get("CN"), p.Value}; got != want || len(p.Params.Values("CN")) > 1 {
			t.Fatalf("%s comes back as %q, want %q", prop, got, want)
		}
	}
}

// checkShape checks that cal has the components and properties of one event,
// each once, and the texts of e.
func checkShape(t failer, cal *ical.Component, e Event, more []string) {
	t.Helper()
	allowed := map[string][]string{
		"VCALENDAR": {"CALSCALE", "COLOR", "DESCRIPTION", "METHOD", "NAME", "PRODID", "REFRESH-INTERVAL", "SOURCE", "VERSION", "X-PUBLISHED-TTL", "X-WR-CALDESC", "X-WR-CALNAME"},
		"VTIMEZONE": {"TZID"},
		"VEVENT": append([]string{
			"CREATED", "DESCRIPTION", "DTEND", "DTSTAMP", "DTSTART", "LAST-MODIFIED", "LOCATION", "SEQUENCE",
			"STATUS", "SUMMARY", "TRANSP", "UID", "URL", "X-MICROSOFT-CDO-BUSYSTATUS",
		}, more...),
	}
	check := func(c *ical.Component) {
		for name, props := range c.Props {
			if !slices.Contains(allowed[c.Name], name) || len(props) != 1 {
				t.Fatalf("%d of %s in %s:\n%s", len(props), name, c.Name, outline(cal))
			}
		}
	}
	check(cal)
	if len(cal.Children) != 2 || cal.Children[0].Name != "VTIMEZONE" || cal.Children[1].Name != "VEVENT" {
		t.Fatalf("not one VTIMEZONE and one VEVENT:\n%s", outline(cal))
	}
	zone, event := cal.Children[0], cal.Children[1]
	check(zone)
	check(event)
	if len(zone.Children) != 2 || len(event.Children) != 0 {
		t.Fatalf("more components than were written:\n%s", outline(cal))
	}
	for prop, want := range map[string]string{"SUMMARY": oneLine(e.Summary), "LOCATION": oneLine(e.Location), "DESCRIPTION": clean(e.Description)} {
		if got := text(t, event, prop); got != want {
			t.Fatalf("%s comes back as %q, want %q", prop, got, want)
		}
	}
}

// FuzzText: whatever people type, encoding succeeds, the stream parses, the
// texts come back after cleaning, and there is no property or component that
// was not written.
func FuzzText(f *testing.F) {
	f.Add("Talks", "Geneva", "a\nb", "Anna", "https://parley.example/")
	f.Add(hostile, hostile, hostile, hostile, "https://parley.example/"+hostile)
	f.Add("\r\nEND:VEVENT\r\nBEGIN:VEVENT", "BEGIN:X-PLACEHOLDER\r\nEND:X-PLACEHOLDER", "\\\\n\\,\\;", "\";CN=\"x\":mailto:eve@evil.example", "HTTP://a\tb")
	f.Add(strings.Repeat("日", 60), strings.Repeat("🕊️", 60), strings.Repeat(" \n", 99), "^n^'^^", "https://ü.example/%zz")
	f.Fuzz(func(t *testing.T, summary, location, description, name, url string) {
		if len(summary)+len(name) > 4000 {
			t.Skip("go-ical needs quadratic time to decode parameters")
		}
		checkText(t, summary, location, description, name, url)
		for _, s := range []string{summary, location, description, name} {
			if plain(s) && clean(s) != s {
				t.Fatalf("plain text %q is cleaned to %q", s, clean(s))
			}
			for _, r := range clean(s) {
				if r != '\n' && r != '\t' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) && r != '\u200e' && r != '\u200f' && r != '\u061c' {
					t.Fatalf("%q keeps %U", clean(s), r)
				}
			}
		}
	})
}

// plain reports whether s is letters, marks, numbers, punctuation, symbols and
// spaces, which cleaning must leave alone.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != ' ' && !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && !unicode.IsPunct(r) && !unicode.IsSymbol(r)
	})
}

var anyZone = rapid.SampledFrom([]civil.Zone{
	geneva, washington, "UTC", "Asia/Tokyo", "Asia/Kathmandu", "Africa/Casablanca", "America/Santiago", "Australia/Lord_Howe",
	"Europe/Dublin", "Africa/Cairo", "Asia/Gaza", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/St_Johns", "Asia/Tehran",
})

// anyEvent draws an event whose UID ends in n.
func anyEvent(n int) *rapid.Generator[Event] {
	return rapid.Custom(func(t *rapid.T) Event {
		first := day(rapid.IntRange(1990, 2060).Draw(t, "year"), 1, 1).Add(rapid.IntRange(0, 364).Draw(t, "day"))
		e := Event{
			UID:         fmt.Sprintf("%s-%d", rapid.StringMatching(`[a-z0-9]{8}@[a-z]{1,40}`).Draw(t, "uid"), n),
			Sequence:    rapid.IntRange(0, 1<<31-1).Draw(t, "sequence"),
			Summary:     rapid.String().Draw(t, "summary"),
			Location:    rapid.String().Draw(t, "location"),
			Description: rapid.String().Draw(t, "description"),
			Status:      rapid.SampledFrom([]Status{StatusTentative, StatusConfirmed, StatusCancelled}).Draw(t, "status"),
			Class:       rapid.SampledFrom([]Class{"", ClassPublic, ClassPrivate, ClassConfidential}).Draw(t, "class"),
			Transparent: rapid.Bool().Draw(t, "transparent"),
			Revised:     time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "revised"), 0),
		}
		if rapid.Bool().Draw(t, "whole days") {
			e.When = Days{First: first, Last: first.Add(rapid.IntRange(0, 30).Draw(t, "more days"))}
			return e
		}
		from := rapid.IntRange(0, int(civil.EndOfDay)-1).Draw(t, "from")
		e.When = Hours{
			Date:  first,
			Span:  civil.Span{From: civil.TimeOfDay(from), To: civil.TimeOfDay(rapid.IntRange(from+1, int(civil.EndOfDay)).Draw(t, "to"))},
			Zone:  anyZone.Draw(t, "zone"),
			Which: rapid.SampledFrom([]civil.Occurrence{civil.Unsaid, civil.First, civil.Second}).Draw(t, "which"),
		}
		return e
	})
}

// What was written is read again: decode(encode(events)) = events.
func TestFeedReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var events []Event
		for n := range rapid.IntRange(0, 4).Draw(t, "events") {
			events = append(events, anyEvent(n).Draw(t, "event"))
		}
		f := feed(events...)
		out, err := f.Encode()
		if err != nil {
			t.Fatalf("%v", err)
		}
		if again, err := f.Encode(); err != nil || !bytes.Equal(out, again) {
			t.Fatalf("other bytes the second time, or %v", err)
		}
		cal := mustDecode(t, out)
		zones := make(map[string]bool)
		for _, z := range children(cal, "VTIMEZONE") {
			zones[text(t, z, "TZID")] = false
		}
		read := children(cal, "VEVENT")
		if len(read) != len(events) {
			t.Fatalf("%d events come back, want %d", len(read), len(events))
		}
		for i, e := range events {
			checkEvent(t, read[i], e, zones)
		}
		for zone, used := range zones {
			if !used {
				t.Fatalf("VTIMEZONE %s is not used:\n%s", zone, out)
			}
		}
	})
}

func checkEvent(t *rapid.T, c *ical.Component, e Event, zones map[string]bool) {
	t.Helper()
	for name, want := range map[string]string{
		"UID": e.UID, "SUMMARY": oneLine(e.Summary), "LOCATION": oneLine(e.Location), "DESCRIPTION": clean(e.Description),
		"STATUS": string(e.Status), "CLASS": string(e.Class),
	} {
		if got := text(t, c, name); got != want {
			t.Fatalf("%s comes back as %q, want %q", name, got, want)
		}
	}
	if got, err := c.Props.Get("SEQUENCE").Int(); err != nil || got != e.Sequence {
		t.Fatalf("SEQUENCE comes back as %d, %v, want %d", got, err, e.Sequence)
	}
	if got, want := text(t, c, "TRANSP") == "TRANSPARENT", e.Transparent || e.Status == StatusCancelled; got != want {
		t.Fatalf("transparent: %v, want %v", got, want)
	}
	start, end := c.Props.Get("DTSTART"), c.Props.Get("DTEND")
	switch when := e.When.(type) {
	case Days:
		if got, want := start.Params.Get("VALUE")+end.Params.Get("VALUE"), "DATEDATE"; got != want {
			t.Fatalf("whole days have VALUE %q, want %q", got, want)
		}
		from, err := start.DateTime(time.UTC)
		if err != nil || civil.DateOf(from) != when.First {
			t.Fatalf("first day comes back as %v, %v, want %v", from, err, when.First)
		}
		to, err := end.DateTime(time.UTC)
		if err != nil || civil.DateOf(to).Add(-1) != when.Last {
			t.Fatalf("end comes back as %v, %v, want the day after %v", to, err, when.Last)
		}
	case Hours:
		for prop, tod := range map[*ical.Prop]civil.TimeOfDay{start: when.Span.From, end: when.Span.To} {
			which := when.Which
			if which == civil.Unsaid {
				which = civil.First
			}
			want, err := civil.Instant(when.Date, tod, when.Zone, which)
			if err != nil {
				continue // the clocks skip it; TestForm has rows for it
			}
			got, err := prop.DateTime(nil)
			if err != nil || !got.Equal(want) {
				t.Fatalf("%s:%s is read as %v, %v, want %v", prop.Name, prop.Value, got, err, want)
			}
		}
		if zone := start.Params.Get("TZID"); zone != "" {
			if _, ok := zones[zone]; !ok || zone != string(when.Zone) {
				t.Fatalf("TZID %s for the zone %s, with the VTIMEZONEs %v", zone, when.Zone, zones)
			}
			zones[zone] = true
		}
	}
}
