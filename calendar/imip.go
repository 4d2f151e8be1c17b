package calendar

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message"
)

// A Message is a mail to one person, with or without a calendar object in it
// (RFC 5322, RFC 6047).
type Message struct {
	From Mailbox
	To   Mailbox
	// ReplyTo is left out when its address is empty.
	ReplyTo Mailbox
	Subject string
	// MessageID is id@domain, without angle brackets. It stays the same when
	// the message is sent again, and all of the message with it.
	MessageID string
	Date      time.Time // to the second
	Text      string    // plain text, lines ended by LF
	HTML      string    // the same as HTML; may be empty
	// Calendar is nil for a mail without one. Its organizer must be From and
	// its attendee To: clients show no buttons, or distrust, anything else.
	Calendar Object
	// Headers are further header fields of unstructured text by name, such as
	// In-Reply-To. They cannot replace those of the message itself.
	Headers map[string]string
}

// attachmentName is what the calendar is called as a file.
const attachmentName = "invite.ics"

// Encode is the message as it goes over the wire: CRLF, 7-bit, header and body.
// The same message gives the same bytes. It fails with ErrAddress, and for
// what the program got wrong: a calendar for somebody else, a bad Message-ID,
// the name of a header field.
func (m Message) Encode() ([]byte, error) {
	fields, err := m.header()
	if err != nil {
		return nil, err
	}
	body := m.alternatives()
	if m.Calendar != nil {
		if body, err = m.invitation(body); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	w, err := message.CreateWriter(&b, body.header(fields))
	if err == nil {
		err = body.write(w)
	}
	if err != nil {
		return nil, fmt.Errorf("calendar: encode message %s: %w", m.MessageID, err)
	}
	return b.Bytes(), nil
}

// messageID is the form that needs no quoting anywhere (RFC 5322 section 3.6.4).
var messageID = regexp.MustCompile(`^[A-Za-z0-9._+=-]+@[A-Za-z0-9.-]+$`)

var headerName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)

// header is the header fields in the order in which they are written.
func (m Message) header() ([][2]string, error) {
	if len(m.MessageID) > 250 || !messageID.MatchString(m.MessageID) {
		return nil, fmt.Errorf("calendar: message id %q: want id@domain", m.MessageID)
	}
	if m.Date.IsZero() {
		return nil, fmt.Errorf("calendar: message %s: no date", m.MessageID)
	}
	fields := [][2]string{
		{"Date", m.Date.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700")},
		{"Message-ID", "<" + m.MessageID + ">"},
	}
	boxes := []struct {
		field string
		box   Mailbox
	}{{"From", m.From}, {"To", m.To}, {"Reply-To", m.ReplyTo}}
	for _, b := range boxes {
		if b.field == "Reply-To" && b.box.Address == "" {
			continue
		}
		if err := b.box.check(); err != nil {
			return nil, fmt.Errorf("calendar: message %s: %s: %w", m.MessageID, b.field, err)
		}
		fields = append(fields, [2]string{b.field, b.box.String()})
	}
	fields = append(fields,
		[2]string{"Subject", unstructured(m.Subject)},
		// No out-of-office answers to a machine (RFC 3834 section 5).
		[2]string{"Auto-Submitted", "auto-generated"},
	)
	own := map[string]bool{"Mime-Version": true}
	for _, f := range fields {
		own[textproto.CanonicalMIMEHeaderKey(f[0])] = true
	}
	for _, name := range slices.Sorted(maps.Keys(m.Headers)) {
		key := textproto.CanonicalMIMEHeaderKey(name)
		if own[key] || strings.HasPrefix(key, "Content-") || !headerName.MatchString(name) || len(name) > 60 {
			return nil, fmt.Errorf("calendar: message %s: header field %q is taken or has no proper name", m.MessageID, name)
		}
		own[key] = true
		fields = append(fields, [2]string{name, unstructured(m.Headers[name])})
	}
	return fields, nil
}

// String is m as a header field has it: the name quoted or in encoded words,
// the address in angle brackets.
func (m Mailbox) String() string {
	address := mail.Address{Address: m.Address}
	name := headerText(m.Name)
	if needsEncoding(name) {
		return encodedWords(name) + " " + address.String()
	}
	address.Name = name
	return address.String()
}

// headerText is s for a header field: one line, in which nothing looks like an
// encoded word already.
func headerText(s string) string { return strings.ReplaceAll(oneLine(s), "=?", "= ?") }

// unstructured is s as unstructured header text (RFC 5322 section 3.2.5).
func unstructured(s string) string {
	if s = headerText(s); needsEncoding(s) {
		return encodedWords(s)
	}
	return s
}

// needsEncoding reports whether s is more than ASCII, or has a word that does
// not fit a line of 998 octets.
func needsEncoding(s string) bool {
	word := 0
	for _, r := range s {
		if word++; r == ' ' {
			word = 0
		}
		if r > unicode.MaxASCII || word > 900 {
			return true
		}
	}
	return false
}

// encodedWords is s in encoded words (RFC 2047 section 2) of whole characters,
// short enough for one to follow the name of its field on a line of 76 octets;
// those that package mime makes are not.
func encodedWords(s string) string {
	const most = 30 // octets of text in a word
	var words []string
	for s != "" {
		cut := min(len(s), most)
		for cut < len(s) && !utf8.RuneStart(s[cut]) {
			cut--
		}
		words = append(words, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:cut]))+"?=")
		s = s[cut:]
	}
	return strings.Join(words, " ")
}

// alternatives is the text of m, and its HTML if there is any.
func (m Message) alternatives() part {
	text := textPart("text/plain", m.Text)
	if m.HTML == "" && m.Calendar == nil {
		return text
	}
	alternatives := m.multipart("alternative", text)
	if m.HTML != "" {
		alternatives.parts = append(alternatives.parts, textPart("text/html", m.HTML))
	}
	return alternatives
}

// invitation adds the calendar, once as the last and best alternative, which
// clients act on (RFC 6047 section 2.4), and once as a file, which people can
// open where clients do not. Both are the same bytes.
func (m Message) invitation(alternatives part) (part, error) {
	organizer, attendee := m.Calendar.people()
	if !organizer.same(m.From) || !attendee.same(m.To) {
		return part{}, errors.New("calendar: message " + m.MessageID + ": its calendar is not from its sender to its recipient")
	}
	calendar, err := m.Calendar.Encode()
	if err != nil {
		return part{}, err
	}
	alternatives.parts = append(alternatives.parts, part{
		mediaType: "text/calendar",
		params:    map[string]string{"charset": "UTF-8", "method": m.Calendar.method()},
		encoding:  "base64",
		body:      calendar,
	})
	file := part{
		mediaType: "application/ics",
		params:    map[string]string{"name": attachmentName},
		encoding:  "base64",
		file:      attachmentName,
		body:      calendar,
	}
	return m.multipart("mixed", alternatives, file), nil
}

// A part is a MIME part: a body, or more parts.
type part struct {
	mediaType string
	params    map[string]string
	encoding  string
	file      string // name of an attachment
	body      []byte
	parts     []part
}

func textPart(mediaType, text string) part {
	return part{
		mediaType: mediaType,
		params:    map[string]string{"charset": "utf-8"},
		encoding:  "quoted-printable",
		body:      []byte(clean(text)),
	}
}

// multipart has a boundary that follows from the Message-ID, so that a message
// sent again has the same bytes. "=_" stands in no encoded body.
func (m Message) multipart(subtype string, parts ...part) part {
	sum := sha256.Sum256([]byte(subtype + " " + m.MessageID))
	return part{
		mediaType: "multipart/" + subtype,
		params:    map[string]string{"boundary": "=_" + hex.EncodeToString(sum[:16])},
		parts:     parts,
	}
}

// header is the header of p after the given fields.
func (p part) header(fields [][2]string) message.Header {
	if fields != nil {
		fields = append(fields, [2]string{"MIME-Version", "1.0"})
	}
	fields = append(fields, [2]string{"Content-Type", mime.FormatMediaType(p.mediaType, p.params)})
	if p.encoding != "" {
		fields = append(fields, [2]string{"Content-Transfer-Encoding", p.encoding})
	}
	if p.file != "" {
		fields = append(fields, [2]string{"Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.file})})
	}
	var h message.Header
	for _, f := range slices.Backward(fields) { // Add puts a field before the others
		h.Add(f[0], f[1])
	}
	return h
}

// write writes the body of p, and closes w.
func (p part) write(w *message.Writer) error {
	for _, q := range p.parts {
		part, err := w.CreatePart(q.header(nil))
		if err != nil {
			return err
		}
		if err := q.write(part); err != nil {
			return err
		}
	}
	if _, err := w.Write(p.body); err != nil {
		return err
	}
	return w.Close()
}
