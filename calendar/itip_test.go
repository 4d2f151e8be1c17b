package calendar

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"
)

// life is the messages that one attendee gets in the life of a meeting.
func life(t *testing.T) map[string]*ical.Component {
	t.Helper()
	moved := request(1)
	moved.Event.When = Hours{Date: day(2026, time.November, 20), Span: hours("10:00", "18:00"), Zone: geneva}
	moved.At = sent.Add(time.Hour)
	called := Cancel{Event: request(2).Event, Organizer: secretariat, Attendee: delegate, At: sent.Add(2 * time.Hour)}
	left := called
	left.Uninvited = true
	messages := make(map[string]*ical.Component)
	for name, o := range map[string]Object{"invited": request(0), "moved": moved, "cancelled": called, "uninvited": left} {
		out, err := o.Encode()
		if err != nil {
			t.Fatal(err)
		}
		messages[name] = mustDecode(t, out)
	}
	return messages
}

func TestMessagesOfAMeeting(t *testing.T) {
	t.Parallel()
	type row struct{ method, sequence, status, stamp, rsvp string }
	for name, want := range map[string]row{
		"invited":   {"REQUEST", "0", "CONFIRMED", "20261106T163005Z", "TRUE"},
		"moved":     {"REQUEST", "1", "CONFIRMED", "20261106T173005Z", "TRUE"},
		"cancelled": {"CANCEL", "2", "CANCELLED", "20261106T183005Z", ""},
		"uninvited": {"CANCEL", "2", "", "20261106T183005Z", ""},
	} {
		cal := life(t)[name]
		event := children(cal, "VEVENT")[0]
		attendee, organizer := event.Props.Values("ATTENDEE"), event.Props.Values("ORGANIZER")
		if len(attendee) != 1 || len(organizer) != 1 {
			t.Fatalf("%s: %d attendees and %d organizers", name, len(attendee), len(organizer))
		}
		got := row{text(t, cal, "METHOD"), event.Props.Get("SEQUENCE").Value, text(t, event, "STATUS"), event.Props.Get("DTSTAMP").Value, attendee[0].Params.Get("RSVP")}
		if got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if got, want := text(t, event, "UID"), meeting().UID; got != want {
			t.Errorf("%s: UID %s, want %s", name, got, want)
		}
		if got := event.Props.Get("LAST-MODIFIED").Value; got != "20261106T163000Z" {
			t.Errorf("%s: LAST-MODIFIED %s, want the revision of the data", name, got)
		}
		for _, prop := range []string{"DTSTART", "DTEND", "SUMMARY"} {
			if event.Props.Get(prop) == nil {
				t.Errorf("%s: no %s, which clients want", name, prop)
			}
		}
		for param, want := range map[string]string{"CN": "Anna Bravo", "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"} {
			if got := attendee[0].Params.Get(param); got != want {
				t.Errorf("%s: %s of the attendee is %q, want %q", name, param, got, want)
			}
		}
	}
}

// A feed must read the same however often it is asked for; DTSTAMP follows the
// data there, and nobody is named.
func TestFeedHasNoMessage(t *testing.T) {
	t.Parallel()
	out, err := feed(meeting()).Encode()
	if err != nil {
		t.Fatal(err)
	}
	cal := mustDecode(t, out)
	event := children(cal, "VEVENT")[0]
	if got, want := event.Props.Get("DTSTAMP").Value, event.Props.Get("LAST-MODIFIED").Value; got != want {
		t.Errorf("DTSTAMP %s is not LAST-MODIFIED %s", got, want)
	}
	for name, c := range map[string]*ical.Component{"METHOD": cal, "ATTENDEE": event, "ORGANIZER": event} {
		if c.Props.Get(name) != nil {
			t.Errorf("feed has %s", name)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"anna@bravo.example":                    "mailto:anna@bravo.example",
		"Anna.O'Hara+talks@bravo.example":       "mailto:Anna.O'Hara+talks@bravo.example",
		"bounce=anna@localhost":                 "mailto:bounce=anna@localhost",
		"50%/a?b#c@bravo.example":               "mailto:50%25%2Fa%3Fb%23c@bravo.example",
		"":                                      "",
		"anna":                                  "",
		"anna@":                                 "",
		"anna@bravo.example, eve@evil.org":      "",
		"Anna <anna@bravo.example>":             "",
		"anna @bravo.example":                   "",
		"anna@bravo.example\r\nX:y":             "",
		"anna@bravo.example\n":                  "",
		`"anna b"@bravo.example`:                "",
		"anna@[127.0.0.1]":                      "",
		"анна@bravo.example":                    "",
		"anna@bücher.example":                   "",
		".anna@bravo.example":                   "",
		"anna@-bravo.example":                   "",
		strings.Repeat("a", 250) + "@b.example": "",
	} {
		r := request(0)
		r.Attendee.Address = address
		out, err := r.Encode()
		if want == "" {
			if !errors.Is(err, ErrAddress) {
				t.Errorf("%q: error %v, want ErrAddress", address, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		if got := children(mustDecode(t, out), "VEVENT")[0].Props.Get("ATTENDEE").Value; got != want {
			t.Errorf("%q is written as %s, want %s", address, got, want)
		}
	}
}

func TestRequestsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Request){
		"cancelled event":     func(r *Request) { r.Event.Status = StatusCancelled },
		"no time":             func(r *Request) { r.At = time.Time{} },
		"organizer's address": func(r *Request) { r.Organizer.Address = "secretariat" },
		"event":               func(r *Request) { r.Event.UID = "" },
	} {
		r := request(0)
		change(&r)
		if out, err := r.Encode(); err == nil {
			t.Errorf("%s: encoded, want an error:\n%s", name, out)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "PT1H", time.Second: "PT1H", time.Minute: "PT1M", 90 * time.Second: "PT1M",
		time.Hour: "PT1H", 90 * time.Minute: "PT1H30M", 24 * time.Hour: "PT24H", -time.Hour: "PT1H",
	} {
		f := feed()
		f.Refresh = d
		out, err := f.Encode()
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"REFRESH-INTERVAL;VALUE=DURATION:", "X-PUBLISHED-TTL:"} {
			if !bytes.Contains(out, []byte("\r\n"+line+want+"\r\n")) {
				t.Errorf("%v: no %s%s in\n%s", d, line, want, out)
			}
		}
	}
}
