package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/server/internal/mailer/mailertest"
)

// A letter is a mail as its reader takes it apart.
type letter struct {
	To      string // envelope recipient
	Subject string
	Text    string
	Event   *vevent // of the invitation, if it is one
	Whole   string  // everything in it, decoded
}

// A vevent is what a calendar object says of one event, with its METHOD.
type vevent struct {
	Method, UID, Status, Start, Location, Summary string
	Sequence                                      int
	Attendees                                     []string
}

// read takes a mail apart, and fails the test when it cannot be read.
func read(t *testing.T, m mailertest.Message) letter {
	t.Helper()
	if len(m.To) != 1 {
		t.Fatalf("a mail to %v: want one recipient", m.To)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	if err != nil {
		t.Fatalf("mail to %s: %v", m.To, err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	l := letter{To: m.To[0], Subject: subject, Whole: fmt.Sprint(parsed.Header)}
	l.part(t, parsed.Header.Get("Content-Type"), parsed.Header.Get("Content-Transfer-Encoding"), parsed.Body)
	return l
}

func (l *letter) part(t *testing.T, contentType, encoding string, body io.Reader) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatalf("Content-Type %q: %v", contentType, err)
	}
	if strings.HasPrefix(media, "multipart/") {
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			l.part(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	l.Whole += "\n" + string(content)
	switch media {
	case "text/plain":
		l.Text = strings.ReplaceAll(string(content), "\r\n", "\n")
	case "text/calendar":
		events := events(string(content))
		if len(events) != 1 || !strings.EqualFold(events[0].Method, params["method"]) {
			t.Fatalf("an invitation with %d events and method %q", len(events), params["method"])
		}
		l.Event = &events[0]
	}
}

// events reads the events of a calendar object.
func events(source string) []vevent {
	var found []vevent
	method, inside := "", false
	for line := range strings.SplitSeq(strings.NewReplacer("\r\n ", "", "\r\n\t", "").Replace(source), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch {
		case line == "BEGIN:VEVENT":
			inside = true
			found = append(found, vevent{Method: method})
			continue
		case line == "END:VEVENT":
			inside = false
		case name == "METHOD":
			method = value
		}
		if !inside {
			continue
		}
		e := &found[len(found)-1]
		switch name {
		case "UID":
			e.UID = value
		case "STATUS":
			e.Status = value
		case "DTSTART":
			e.Start = value
		case "LOCATION":
			e.Location = value
		case "SUMMARY":
			e.Summary = value
		case "SEQUENCE":
			e.Sequence, _ = strconv.Atoi(value)
		case "ATTENDEE":
			e.Attendees = append(e.Attendees, strings.TrimPrefix(value, "mailto:"))
		}
	}
	return found
}

// letterTo waits for the newest mail to somebody that want accepts.
func (p *product) letterTo(to string, want func(letter) bool) letter {
	p.t.Helper()
	for deadline := time.Now().Add(90 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		for _, m := range slices.Backward(p.mail.To(to)) {
			if l := read(p.t, m); want(l) {
				return l
			}
		}
	}
	p.t.Fatalf("the mail to %s did not come; these did: %q", to, subjects(p.t, p.mail.To(to)))
	return letter{}
}

func subjects(t *testing.T, messages []mailertest.Message) []string {
	t.Helper()
	var all []string
	for _, m := range messages {
		all = append(all, read(t, m).Subject)
	}
	return all
}

var privateLink = regexp.MustCompile(`(?m)^http://\S+/d/\S+$`)

// linkIn is the private link in a letter.
func linkIn(l letter) string { return privateLink.FindString(l.Text) }

// An invited set of people, each with the invitations that came so far: what
// they get must fit together.
type invited struct {
	p    *product
	uid  string
	last map[string]vevent // by address
}

// all waits for the invitation that each of the people gets after one change,
// and checks what holds of all: one mail each, to nobody else, with the same
// UID and a SEQUENCE above the last.
func (i *invited) all(method string, people ...string) vevent {
	i.p.t.Helper()
	newest := map[string]vevent{}
	for _, to := range people {
		l := i.p.letterTo(to, func(l letter) bool {
			before, had := i.last[to]
			return l.Event != nil && (!had || l.Event.Sequence > before.Sequence)
		})
		e := *l.Event
		newest[to] = e
		if i.uid == "" {
			i.uid = e.UID
		}
		if e.Method != method || e.UID != i.uid || !slices.Equal(e.Attendees, []string{to}) {
			i.p.t.Errorf("%s got %+v, want %s of %s for this person alone", to, e, method, i.uid)
		}
		if want := map[string]string{"REQUEST": "CONFIRMED", "CANCEL": "CANCELLED"}[method]; e.Status != want {
			i.p.t.Errorf("%s of %s has the status %s, want %s", method, to, e.Status, want)
		}
	}
	for to, e := range newest {
		if first := newest[people[0]]; e.Sequence != first.Sequence || e.Start != first.Start || e.Location != first.Location {
			i.p.t.Errorf("%s got %+v, %s got %+v", people[0], first, to, e)
		}
	}
	maps.Copy(i.last, newest)
	return newest[people[0]]
}

// check looks at everything that was ever sent: nobody got one state of the
// meeting twice, none of the other side's addresses, and no SEQUENCE that
// does not rise.
func (i *invited) check(sides ...string) {
	i.p.t.Helper()
	last := map[string]int{}
	for _, m := range i.p.mail.Messages() {
		l := read(i.p.t, m)
		for _, side := range sides {
			if !strings.HasSuffix(l.To, side) && strings.Contains(l.Whole, side) {
				i.p.t.Errorf("the mail %q to %s has an address of %s in it", l.Subject, l.To, side)
			}
		}
		if l.Event == nil {
			continue
		}
		if before, had := last[l.To]; had && l.Event.Sequence <= before {
			i.p.t.Errorf("%s got SEQUENCE %d after %d", l.To, l.Event.Sequence, before)
		}
		last[l.To] = l.Event.Sequence
	}
}

// outFolder is where mails and feeds of the journey are kept for other tools to
// check, when the environment says where.
const outFolder = "PARLEY_E2E_OUT"

// keep writes what came out into a folder of its own.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	folder := os.Getenv(outFolder)
	if folder == "" {
		return
	}
	file := filepath.Join(folder, strings.ReplaceAll(t.Name(), "/", "-"), name)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// waitForRetry waits until a mail could not be sent.
func (p *product) waitForRetry() {
	p.t.Helper()
	for deadline := time.Now().Add(90 * time.Second); !strings.Contains(p.logged.String(), "message not sent"); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("no mail was tried: %s", p.logged)
		}
	}
}

// settle waits until no mail comes any more.
func (p *product) settle() {
	count := -1
	for now := len(p.mail.Messages()); now != count; now = len(p.mail.Messages()) {
		count = now
		time.Sleep(2500 * time.Millisecond) // more than two looks into the outbox
	}
}
