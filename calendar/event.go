// Package calendar says meetings in iCalendar: subscription feeds, files to
// download, invitations and cancellations, and the mail messages around them.
//
// It holds no words of its own. Summaries, descriptions and the text of a mail
// come from the caller, in the language of whoever reads them; whatever a
// person typed is cleaned on the way out, so that no text can make encoding
// fail or add a property. The terms are those of RFC 5545 (iCalendar), RFC 5546
// (iTIP), RFC 6047 (iMIP) and RFC 7986.
//
// Output depends on the input alone: the same values give the same bytes, and
// no clock is read.
package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode"

	"github.com/emersion/go-ical"

	"parley/scheduling/civil"
)

// Status is whether an event takes place, STATUS in RFC 5545 section 3.8.1.11.
type Status string

// The statuses of an event. There is no default.
const (
	StatusTentative Status = "TENTATIVE"
	StatusConfirmed Status = "CONFIRMED"
	StatusCancelled Status = "CANCELLED"
)

// Class is how far an event may be shown to others who read the same calendar,
// CLASS in RFC 5545 section 3.8.1.3. Clients take it as advice: it protects
// nothing.
type Class string

// The classes of an event. The empty Class is left out, which means public.
const (
	ClassPublic       Class = "PUBLIC"
	ClassPrivate      Class = "PRIVATE"
	ClassConfidential Class = "CONFIDENTIAL"
)

// An Event is one VEVENT (RFC 5545 section 3.6.1): a meeting, or a slot held
// for one.
type Event struct {
	// UID never changes and is never used for anything else. It is the same in
	// feeds, mails and files: 1 to 255 printable ASCII characters without
	// spaces.
	UID string
	// Sequence rises with every change that matters to who attends, and never
	// falls. It is written even when 0.
	Sequence int
	When     When
	// Summary and Location are one line each: line breaks become spaces, and a
	// backslash becomes a slash, since readers disagree about it.
	Summary  string
	Location string
	// Description may have several lines.
	Description string
	// URL is the page of the event. Anything but an absolute http or https
	// address is left out.
	URL    string
	Status Status
	// Transparent leaves the time free in the reader's calendar. A cancelled
	// event always does.
	Transparent bool
	Class       Class
	// Created and Revised are when the event was made and last changed, to the
	// second. A zero Created is left out; Revised is needed.
	Created time.Time
	Revised time.Time
}

// When is the time of an event: Days or Hours.
type When interface {
	// write sets DTSTART and DTEND.
	write(*ical.Component, timezones)
	check() error
}

// Days are whole days from First to Last, both included, in no zone: the form
// for meetings of more than one day and for dates without hours.
type Days struct {
	First, Last civil.Date
}

// Hours are the hours of Span on Date, on the clocks of Zone. Which says which
// instant is meant where one of the two times occurs twice; Unsaid is the
// first. A time that the clocks skip is taken as far after the change as it is
// in the gap (RFC 5545 section 3.3.5).
type Hours struct {
	Date  civil.Date
	Span  civil.Span
	Zone  civil.Zone
	Which civil.Occurrence
}

func (d Days) check() error {
	if !writable(d.First) || !writable(d.Last) || d.Last.Before(d.First) {
		return fmt.Errorf("calendar: no days from %s to %s", d.First, d.Last)
	}
	return nil
}

// write writes an exclusive end: the day after the last (RFC 5545 section 3.6.1).
func (d Days) write(c *ical.Component, _ timezones) {
	setDate(c, ical.PropDateTimeStart, d.First)
	setDate(c, ical.PropDateTimeEnd, d.Last.Add(1))
}

func (h Hours) check() error {
	if _, err := civil.ParseZone(string(h.Zone)); err != nil {
		return fmt.Errorf("calendar: zone of an event: %w", err)
	}
	if !writable(h.Date) || !h.Span.Valid() {
		return fmt.Errorf("calendar: no hours %s on %s", h.Span, h.Date)
	}
	return nil
}

// write writes wall time with TZID where the file has a VTIMEZONE for the
// zone, and UTC where it has none or wall time would be ambiguous.
func (h Hours) write(c *ical.Component, zones timezones) {
	start, end := h.instants()
	if zones[h.Zone] == nil || h.inUTC() {
		setInstant(c, ical.PropDateTimeStart, start)
		setInstant(c, ical.PropDateTimeEnd, end)
		return
	}
	setLocal(c, ical.PropDateTimeStart, start, h.Zone)
	setLocal(c, ical.PropDateTimeEnd, end, h.Zone)
}

// instants are the start and the end in the location of the zone.
func (h Hours) instants() (start, end time.Time) {
	start, end = h.instant(h.Span.From), h.instant(h.Span.To)
	if !end.After(start) {
		// The zone's rules have changed since the hours were agreed, and now
		// the clocks skip them all.
		end = start.Add(time.Duration(h.Span.Minutes()) * time.Minute)
	}
	return start, end
}

func (h Hours) instant(t civil.TimeOfDay) time.Time {
	which := h.Which
	if which == civil.Unsaid {
		which = civil.First
	}
	at, err := civil.Instant(h.Date, t, h.Zone, which)
	if errors.Is(err, civil.ErrNoSuchTime) {
		return time.Date(h.Date.Year, h.Date.Month, h.Date.Day, 0, int(t), 0, 0, h.Zone.Location())
	}
	return at
}

// inUTC reports whether h is written in UTC whatever its zone: readers
// disagree on which of two equal wall times TZID means.
func (h Hours) inUTC() bool {
	start, end := h.instants()
	return h.Zone == civil.UTC || occursTwice(start) || occursTwice(end)
}

// writable reports whether d fits the four digits of a DATE, with room for a
// year on either side. Outlook refuses zone rules before 1601.
func writable(d civil.Date) bool { return d.Valid() && 1602 <= d.Year && d.Year <= 9998 }

// check says what is wrong with e. All of it is a mistake of the program: text
// that people type is cleaned, not refused.
func (e Event) check() error {
	switch {
	case !validUID(e.UID):
		return fmt.Errorf("calendar: UID %q: want 1 to 255 printable characters without spaces", e.UID)
	case e.When == nil:
		return fmt.Errorf("calendar: event %s: no time", e.UID)
	case e.Status != StatusTentative && e.Status != StatusConfirmed && e.Status != StatusCancelled:
		return fmt.Errorf("calendar: event %s: no status %q", e.UID, string(e.Status))
	case e.Class != "" && e.Class != ClassPublic && e.Class != ClassPrivate && e.Class != ClassConfidential:
		return fmt.Errorf("calendar: event %s: no class %q", e.UID, string(e.Class))
	case e.Sequence < 0 || e.Sequence > 1<<31-1:
		return fmt.Errorf("calendar: event %s: sequence %d", e.UID, e.Sequence)
	case e.Revised.IsZero():
		return fmt.Errorf("calendar: event %s: no time of its last revision", e.UID)
	}
	if err := e.When.check(); err != nil {
		return fmt.Errorf("calendar: event %s: %w", e.UID, err)
	}
	return nil
}

// component is e as a VEVENT with all that feeds and messages have in common.
// Without a METHOD, DTSTAMP is the last revision (RFC 5545 section 3.8.7.2).
func (e Event) component(zones timezones) *ical.Component {
	c := ical.NewComponent(ical.CompEvent)
	setText(c, ical.PropUID, e.UID)
	setRaw(c, ical.PropSequence, strconv.Itoa(e.Sequence))
	setInstant(c, ical.PropDateTimeStamp, e.Revised)
	setInstant(c, ical.PropLastModified, e.Revised)
	if !e.Created.IsZero() {
		setInstant(c, ical.PropCreated, e.Created)
	}
	e.When.write(c, zones)
	setText(c, ical.PropSummary, oneLine(e.Summary))
	if s := oneLine(e.Location); s != "" {
		setText(c, ical.PropLocation, s)
	}
	if s := clean(e.Description); s != "" {
		setText(c, ical.PropDescription, s)
	}
	setURL(c, ical.PropURL, e.URL)
	if e.Class != "" {
		setRaw(c, ical.PropClass, string(e.Class))
	}
	setRaw(c, ical.PropStatus, string(e.Status))
	transp, busy := "OPAQUE", "BUSY"
	if e.Transparent || e.Status == StatusCancelled {
		transp, busy = "TRANSPARENT", "FREE"
	}
	if e.Status == StatusTentative {
		busy = "TENTATIVE"
	}
	setRaw(c, ical.PropTransparency, transp)
	// Outlook takes whole days as free, and draws holds hatched, by this alone.
	setRaw(c, "X-MICROSOFT-CDO-BUSYSTATUS", busy)
	return c
}

func validUID(uid string) bool {
	for _, r := range uid {
		if r > unicode.MaxASCII || !unicode.IsGraphic(r) || unicode.IsSpace(r) {
			return false
		}
	}
	return 0 < len(uid) && len(uid) <= 255
}
