package calendar

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/scheduling/civil"
)

// What a parser understands of a stream.
type understood struct {
	Method string      `json:"method"`
	Name   string      `json:"name"`
	Events []readEvent `json:"events"`
}

type readEvent struct {
	UID         string   `json:"uid"`
	Start       string   `json:"start"` // a date, or an instant in UTC
	End         string   `json:"end"`
	Summary     string   `json:"summary"`
	Location    string   `json:"location"`
	Description string   `json:"description"`
	Status      string   `json:"status"`
	Transp      string   `json:"transp"`
	Sequence    int      `json:"sequence"`
	Attendees   []string `json:"attendees"`
}

// A parser is a program that others wrote to read calendars. Each is a command
// that takes a stream and prints JSON.
type parser struct {
	command []string
	// missing is why the parser cannot run here, or nil.
	missing func(*testing.T) error
	// backslashes says that the parser gets them right in text.
	backslashes bool
}

func parsers(t *testing.T) map[string]parser {
	t.Helper()
	tools := os.Getenv("PARLEY_TEST_TOOLS")
	if tools == "" {
		tools = filepath.Join("..", ".tools", "test")
	}
	tools, err := filepath.Abs(tools)
	if err != nil {
		t.Fatal(err)
	}
	// A python that is first on the path for other reasons may lack the
	// modules that the system's packages install.
	python := "/usr/bin/python3"
	if _, err := os.Stat(python); err != nil {
		python = "python3"
	}
	return map[string]parser{
		"ical.js": {
			command: []string{"node", filepath.Join("testdata", "parsers", "read_icaljs.mjs"), tools},
			missing: func(*testing.T) error {
				_, err := os.Stat(filepath.Join(tools, "node_modules", "ical.js"))
				return err
			},
			backslashes: true,
		},
		"icalendar for Python": {
			command: []string{python, filepath.Join("testdata", "parsers", "read_icalendar.py")},
			missing: func(t *testing.T) error {
				t.Helper()
				return exec.CommandContext(t.Context(), python, "-c", "import icalendar").Run()
			},
		},
	}
}

// read skips the test when p is missing, except on CI, where it must be there.
func (p parser) read(t *testing.T, stream []byte) understood {
	t.Helper()
	_, err := exec.LookPath(p.command[0])
	if err == nil {
		err = p.missing(t)
	}
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatalf("not installed: %v", err)
	case err != nil:
		t.Skipf("not installed: %v", err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), p.command[0], p.command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stream), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, stderr.Bytes(), stream)
	}
	var u understood
	if err := json.Unmarshal(stdout.Bytes(), &u); err != nil {
		t.Fatalf("%v in %q", err, stdout.Bytes())
	}
	return u
}

// meant is what a reader should understand of e. Instants come from the zone
// database, not from what was written.
func meant(e Event) readEvent {
	r := readEvent{
		UID: e.UID, Summary: oneLine(e.Summary), Location: oneLine(e.Location), Description: clean(e.Description),
		Status: string(e.Status), Transp: "OPAQUE", Sequence: e.Sequence, Attendees: []string{},
	}
	if e.Transparent || e.Status == StatusCancelled {
		r.Transp = "TRANSPARENT"
	}
	switch w := e.When.(type) {
	case Days:
		r.Start, r.End = w.First.String(), w.Last.Add(1).String()
	case Hours:
		start, end := w.instants()
		r.Start, r.End = start.UTC().Format(time.RFC3339), end.UTC().Format(time.RFC3339)
	}
	return r
}

// zoneFeed is hours in each season in zones all over the world, and across the
// changes of their clocks.
func zoneFeed() Feed {
	var events []Event
	names := strings.Fields(allZones)
	for i := 0; i < len(names); i += 9 {
		zone, err := civil.ParseZone(names[i])
		if err != nil || !strings.Contains(names[i], "/") {
			continue
		}
		for n, d := range []civil.Date{day(2026, 1, 15), day(2026, 3, 8), day(2026, 3, 29), day(2026, 7, 1), day(2026, 10, 25), day(2026, 11, 19), day(2027, 12, 31)} {
			events = append(events, with(func(e *Event) {
				e.UID = fmt.Sprintf("zone-%d-%d@parley", i, n)
				e.When = Hours{Date: d, Span: hours("00:30", "24:00"), Zone: zone}
			}))
		}
	}
	return feed(events...)
}

// Parsers that share no code with this package understand what was meant.
func TestParsersUnderstand(t *testing.T) {
	t.Parallel()
	words := with(func(e *Event) {
		e.Summary = "Переговоры; третий раунд, «Женева»: 日内瓦 / جنيف"
		e.Location = strings.Repeat("万国宫", 60) + ", зал XIX"
		e.Description = strings.Repeat("one; two, three: \"four\"\n", 20) + strings.Repeat("🕊️", 80)
	})
	full := []Event{
		words,
		hold("slot-g1@parley", "Geneva", Hours{Date: day(2009, time.November, 19), Span: hours("10:00", "18:00"), Zone: geneva}),
		hold("slot-w1@parley", "Washington", Hours{Date: day(2026, time.December, 8), Span: hours("09:00", "17:00"), Zone: washington}),
		hold("slot-w2@parley", "Washington", Days{First: day(2026, time.December, 9), Last: day(2026, time.December, 10)}),
		with(func(e *Event) { e.UID, e.Status, e.Sequence = "gone@parley", StatusCancelled, 4 }),
		with(func(e *Event) {
			e.UID, e.When = "utc@parley", Hours{Date: day(2026, time.March, 3), Span: hours("10:00", "18:00"), Zone: "Africa/Casablanca"}
		}),
		with(func(e *Event) {
			e.UID, e.When = "twice@parley", Hours{Date: day(2026, time.October, 25), Span: hours("02:30", "05:00"), Zone: geneva, Which: civil.Second}
		}),
	}
	nasty := with(func(e *Event) { e.Summary, e.Location, e.Description = hostile, hostile, hostile+` \n \, C:\new` })
	invited := request(1)
	invited.Attendee.Name = "O'Hara, Anna; Dr."
	cancelled := Cancel{Event: request(2).Event, Organizer: secretariat, Attendee: invited.Attendee, At: sent}
	attended := func(e Event) []readEvent {
		r := meant(e)
		r.Attendees = []string{"O'Hara, Anna; Dr. mailto:anna@bravo.example"}
		return []readEvent{r}
	}
	all := func(events []Event) []readEvent {
		list := []readEvent{}
		for _, e := range events {
			list = append(list, meant(e))
		}
		return list
	}
	gone := cancelled.Event
	gone.Status = StatusCancelled
	for name, row := range map[string]struct {
		encode      func() ([]byte, error)
		want        understood
		backslashes bool
	}{
		"empty feed": {feed().Encode, understood{Name: feed().Name, Events: []readEvent{}}, false},
		"full feed":  {feed(full...).Encode, understood{Name: feed().Name, Events: all(full)}, false},
		"zones":      {zoneFeed().Encode, understood{Name: feed().Name, Events: all(zoneFeed().Events)}, false},
		"hostile":    {feed(nasty).Encode, understood{Name: feed().Name, Events: all([]Event{nasty})}, true},
		"request":    {invited.Encode, understood{Method: "REQUEST", Events: attended(invited.Event)}, false},
		"cancel":     {cancelled.Encode, understood{Method: "CANCEL", Events: attended(gone)}, false},
	} {
		stream, err := row.encode()
		if err != nil {
			t.Fatal(err)
		}
		for by, p := range parsers(t) {
			if row.backslashes && !p.backslashes {
				continue // version 4 takes an escaped backslash and n for a line break
			}
			t.Run(name+" by "+by, func(t *testing.T) {
				t.Parallel()
				if d := cmp.Diff(row.want, p.read(t, stream)); d != "" {
					t.Errorf("understood differently (-meant +understood):\n%s", d)
				}
			})
		}
	}
}
