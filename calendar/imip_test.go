package calendar

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// A leaf is a MIME part that is no multipart, with its body decoded.
type leaf struct {
	within    string // the types of the parts around it
	mediaType string
	params    map[string]string
	file      string
	body      string
}

// readMail reads a message with the standard library, which had no part in
// writing it.
func readMail(t failer, raw []byte) (mail.Header, []leaf) {
	t.Helper()
	for line := range bytes.Lines(raw) {
		text, ok := bytes.CutSuffix(line, []byte("\r\n"))
		if !ok || bytes.ContainsAny(text, "\r\n") || len(text) > 998 || bytes.ContainsFunc(text, func(r rune) bool { return r >= 0x7f || r < ' ' && r != '\t' }) {
			t.Fatalf("line %q is not one line of 7-bit text", line)
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("read message: %v\n%s", err, raw)
	}
	var leaves []leaf
	var walk func(within, contentType, encoding, disposition string, body io.Reader)
	walk = func(within, contentType, encoding, disposition string, body io.Reader) {
		mediaType, params, err := mime.ParseMediaType(contentType)
		if err != nil {
			t.Fatalf("content type %q: %v", contentType, err)
		}
		if strings.HasPrefix(mediaType, "multipart/") {
			r := multipart.NewReader(body, params["boundary"])
			for {
				p, err := r.NextRawPart()
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					t.Fatalf("part of %s: %v\n%s", mediaType, err, raw)
				}
				walk(within+mediaType+" ", p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.Header.Get("Content-Disposition"), p)
			}
		}
		l := leaf{within: strings.TrimSpace(within), mediaType: mediaType, params: params}
		switch encoding {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		default:
			t.Fatalf("encoding %q", encoding)
		}
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatalf("body of %s: %v", mediaType, err)
		}
		l.body = string(b)
		if disposition != "" {
			_, params, err := mime.ParseMediaType(disposition)
			if err != nil {
				t.Fatalf("disposition %q: %v", disposition, err)
			}
			l.file = params["filename"]
		}
		leaves = append(leaves, l)
	}
	walk("", m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body)
	return m.Header, leaves
}

func crlf(s string) string { return strings.ReplaceAll(clean(s), "\n", "\r\n") }

func TestInvitationParts(t *testing.T) {
	t.Parallel()
	called := Cancel{Event: request(1).Event, Organizer: secretariat, Attendee: delegate, At: sent}
	for method, o := range map[string]Object{"REQUEST": request(0), "CANCEL": called} {
		m := mailOf(o)
		raw, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		calendar, err := o.Encode()
		if err != nil {
			t.Fatal(err)
		}
		header, got := readMail(t, raw)
		in := "multipart/mixed multipart/alternative"
		want := []leaf{
			{in, "text/plain", map[string]string{"charset": "utf-8"}, "", crlf(m.Text)},
			{in, "text/html", map[string]string{"charset": "utf-8"}, "", crlf(m.HTML)},
			{in, "text/calendar", map[string]string{"charset": "UTF-8", "method": method}, "", string(calendar)},
			{"multipart/mixed", "application/ics", map[string]string{"name": "invite.ics"}, "invite.ics", string(calendar)},
		}
		if d := cmp.Diff(want, got, cmp.AllowUnexported(leaf{})); d != "" {
			t.Errorf("%s: parts differ (-want +got):\n%s", method, d)
		}
		for name, want := range map[string]string{
			"Date": "Fri, 06 Nov 2026 16:30:05 +0000", "Message-Id": "<inv-42-0-anna@parley.example>", "Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
			"From": `"Secretariat of the talks" <talks@parley.example>`, "To": `"Anna Bravo" <anna@bravo.example>`, "Subject": m.Subject,
		} {
			if got := header[name]; len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q, want %q", method, name, got, want)
			}
		}
	}
}

func TestMailWithoutCalendar(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*Message)
		want   []string
	}{
		"text and HTML":       {func(*Message) {}, []string{"multipart/alternative text/plain", "multipart/alternative text/html"}},
		"text":                {func(m *Message) { m.HTML = "" }, []string{" text/plain"}},
		"text and invitation": {func(m *Message) { m.HTML, m.Calendar = "", request(0) }, []string{"multipart/mixed multipart/alternative text/plain", "multipart/mixed multipart/alternative text/calendar", "multipart/mixed application/ics"}},
	} {
		m := mailOf(nil)
		row.change(&m)
		raw, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		_, leaves := readMail(t, raw)
		for _, l := range leaves {
			got = append(got, l.within+" "+l.mediaType)
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: parts %q, want %q", name, got, row.want)
		}
	}
}

func TestMailsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Message){
		"no message id":          func(m *Message) { m.MessageID = "" },
		"message id in brackets": func(m *Message) { m.MessageID = "<a@b>" },
		"message id with break":  func(m *Message) { m.MessageID = "a@b\r\nBcc: eve@evil.example" },
		"no date":                func(m *Message) { m.Date = time.Time{} },
		"two recipients":         func(m *Message) { m.To.Address = "anna@bravo.example, eve@evil.example" },
		"reply to nobody":        func(m *Message) { m.ReplyTo.Address = "desk" },
		"to somebody else":       func(m *Message) { m.To.Address = "eve@evil.example" },
		"from somebody else":     func(m *Message) { m.From.Address = "eve@evil.example" },
		"cancelled":              func(m *Message) { r := request(0); r.Event.Status = StatusCancelled; m.Calendar = r },
		"own header":             func(m *Message) { m.Headers = map[string]string{"subject": "x"} },
		"own header, MIME":       func(m *Message) { m.Headers = map[string]string{"content-type": "text/html"} },
		"own header, encoding": func(m *Message) {
			m.HTML, m.Calendar, m.Headers = "", nil, map[string]string{"Content-Transfer-Encoding": "8bit"}
		},
		"header twice":        func(m *Message) { m.Headers = map[string]string{"X-A": "1", "x-a": "2"} },
		"header with break":   func(m *Message) { m.Headers = map[string]string{"X-A: b\r\nBcc": "eve@evil.example"} },
		"header without name": func(m *Message) { m.Headers = map[string]string{"": "x"} },
	} {
		m := mailOf(request(0))
		change(&m)
		if raw, err := m.Encode(); err == nil {
			t.Errorf("%s: encoded, want an error:\n%s", name, raw)
		}
	}
}

// Whatever people type, the message has the header fields that were written
// and no others, its texts come back, and it has the same bytes each time.
func checkMail(t failer, name, subject, body, extra string) {
	t.Helper()
	m := mailOf(nil)
	m.From.Name, m.To.Name, m.Subject, m.Text, m.HTML = name, subject, subject, body, body
	m.Headers = map[string]string{"X-Note": extra}
	raw, err := m.Encode()
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	if again, err := m.Encode(); err != nil || !bytes.Equal(raw, again) {
		t.Fatalf("other bytes the second time, or %v", err)
	}
	header, leaves := readMail(t, raw)
	wantFields := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To", "X-Note"}
	if got := slices.Sorted(maps.Keys(header)); body != "" && !slices.Equal(got, wantFields) {
		t.Fatalf("header fields %q, want %q", got, wantFields)
	}
	for field, want := range map[string]string{"Subject": headerText(subject), "X-Note": headerText(extra)} {
		if got, err := new(mime.WordDecoder).DecodeHeader(header.Get(field)); err != nil || got != want {
			t.Fatalf("%s comes back as %q, %v, want %q", field, got, err, want)
		}
	}
	for field, want := range map[string]mail.Address{
		"From": {Name: headerText(name), Address: m.From.Address}, "To": {Name: headerText(subject), Address: m.To.Address},
	} {
		if got, err := header.AddressList(field); err != nil || len(got) != 1 || *got[0] != want {
			t.Fatalf("%s comes back as %v, %v, want %v\n%s", field, got, err, want, raw)
		}
	}
	for _, l := range leaves {
		if l.body != crlf(body) {
			t.Fatalf("%s comes back as %q, want %q", l.mediaType, l.body, crlf(body))
		}
	}
}

func FuzzMail(f *testing.F) {
	f.Add("Anna", "Talks in Geneva", "Dear all,\n\nsee you there.\n", "<a@b>")
	f.Add("Bravo\r\nBcc: eve@evil.example", "=?utf-8?q?x?=\r\n\r\n<html>", "--=_8522ce149ee9e2dde10a61b0d6d70ea0--\r\n.\r\n", "\r\n")
	f.Add(`"quoted\" <eve@evil.example>,`, strings.Repeat("Переговоры ", 30), " trailing \t\n=3D", strings.Repeat("a", 3000))
	f.Add(hostile, hostile, hostile, hostile)
	f.Add("=?", "=", "==?", strings.Repeat("=? ", 300))
	f.Fuzz(func(t *testing.T, name, subject, body, extra string) { checkMail(t, name, subject, body, extra) })
}

func TestMailReadsBack(t *testing.T) {
	t.Parallel()
	words := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,300}`), rapid.StringMatching(`[а-я =?"\\\r\n]{0,300}`))
	rapid.Check(t, func(t *rapid.T) {
		checkMail(t, words.Draw(t, "name"), words.Draw(t, "subject"), words.Draw(t, "body"), words.Draw(t, "extra"))
	})
}
