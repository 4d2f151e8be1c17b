package calendar

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/emersion/go-ical"
)

// Role is what an attendee is there for, ROLE in RFC 5545 section 3.2.16.
type Role string

// The roles of an attendee. The empty Role is RoleRequired.
const (
	RoleChair    Role = "CHAIR"
	RoleRequired Role = "REQ-PARTICIPANT"
	RoleOptional Role = "OPT-PARTICIPANT"
	RoleObserver Role = "NON-PARTICIPANT"
)

// PartStat is what an attendee has answered, PARTSTAT in RFC 5545 section
// 3.2.12.
type PartStat string

// The answers of an attendee. The empty PartStat is PartStatNeedsAction.
const (
	PartStatNeedsAction PartStat = "NEEDS-ACTION"
	PartStatAccepted    PartStat = "ACCEPTED"
	PartStatDeclined    PartStat = "DECLINED"
	PartStatTentative   PartStat = "TENTATIVE"
	PartStatDelegated   PartStat = "DELEGATED"
)

// ErrAddress means that a mail address cannot be used: it is not of the form
// name@domain in ASCII without quotes, comments and spaces.
var ErrAddress = errors.New("calendar: no usable mail address")

// A Mailbox is a mail address and the name shown with it, which may be empty.
type Mailbox struct {
	Name    string
	Address string
}

// An Attendee is a person who is invited.
type Attendee struct {
	Mailbox
	Role     Role
	PartStat PartStat
	// RSVP asks for an answer. Without it, or with an answer that is known
	// already, Thunderbird and others show no buttons.
	RSVP bool
}

// An Object is what the calendar part of a mail asks the client of its reader
// to do (RFC 5546): a Request or a Cancel.
type Object interface {
	// Encode is the object as an iCalendar stream in UTF-8.
	Encode() ([]byte, error)
	method() string
	people() (organizer, attendee Mailbox)
}

// A Request invites one attendee to an event, or tells of a change to it (RFC
// 5546 section 3.2.2). It names nobody but the organizer and this attendee.
type Request struct {
	Event     Event
	Organizer Mailbox
	Attendee  Attendee
	// At is when this message was made, to the second. It must be later in
	// each message about the event to this attendee.
	At time.Time
}

// A Cancel takes an event out of one attendee's calendar (RFC 5546 section
// 3.2.5). Its Event is the one last requested with a higher Sequence; the
// Status that Event has does not count.
type Cancel struct {
	Event     Event
	Organizer Mailbox
	Attendee  Attendee
	// Uninvited means that the event takes place without this attendee.
	Uninvited bool
	// At is when this message was made, to the second.
	At time.Time
}

// Encode is r as an iCalendar stream. It fails with ErrAddress, and for an
// event that the program got wrong, such as a cancelled one: clients remove
// nothing on a REQUEST.
func (r Request) Encode() ([]byte, error) {
	if r.Event.Status == StatusCancelled {
		return nil, fmt.Errorf("calendar: request of event %s: it is cancelled", r.Event.UID)
	}
	return encodeObject(r.Event, r.method(), r.Organizer, r.Attendee, r.At, nil)
}

// Encode is c as an iCalendar stream. It fails with ErrAddress, and for an
// event that the program got wrong.
func (c Cancel) Encode() ([]byte, error) {
	c.Event.Status = StatusCancelled
	c.Attendee.RSVP = false
	return encodeObject(c.Event, c.method(), c.Organizer, c.Attendee, c.At, func(event *ical.Component) {
		if c.Uninvited {
			// STATUS would say that nobody meets (RFC 5546 section 3.2.5).
			event.Props.Del(ical.PropStatus)
		}
	})
}

func (Request) method() string { return "REQUEST" }

func (Cancel) method() string { return "CANCEL" }

func (r Request) people() (organizer, attendee Mailbox) { return r.Organizer, r.Attendee.Mailbox }

func (c Cancel) people() (organizer, attendee Mailbox) { return c.Organizer, c.Attendee.Mailbox }

// encodeObject is a file of one event with what RFC 5546 section 3.2 adds to
// it; finish has the last word on the VEVENT.
func encodeObject(e Event, method string, organizer Mailbox, attendee Attendee, at time.Time, finish func(*ical.Component)) ([]byte, error) {
	if at.IsZero() {
		return nil, fmt.Errorf("calendar: %s of event %s: no time of the message", method, e.UID)
	}
	for _, m := range []Mailbox{organizer, attendee.Mailbox} {
		if err := m.check(); err != nil {
			return nil, fmt.Errorf("calendar: %s of event %s: %w", method, e.UID, err)
		}
	}
	cal, err := newObject([]Event{e})
	if err != nil {
		return nil, err
	}
	setRaw(cal, ical.PropMethod, method)
	event := cal.Children[len(cal.Children)-1]
	// With a METHOD, DTSTAMP is when the message was made (RFC 5545 section
	// 3.8.7.2): clients take the newest of two with one SEQUENCE.
	setInstant(event, ical.PropDateTimeStamp, at)
	setMailbox(event, ical.PropOrganizer, organizer)
	params := setMailbox(event, ical.PropAttendee, attendee.Mailbox).Params
	params.Set(ical.ParamCalendarUserType, "INDIVIDUAL")
	params.Set(ical.ParamRole, string(orElse(attendee.Role, RoleRequired)))
	params.Set(ical.ParamParticipationStatus, string(orElse(attendee.PartStat, PartStatNeedsAction)))
	if attendee.RSVP {
		params.Set(ical.ParamRSVP, "TRUE")
	}
	if finish != nil {
		finish(event)
	}
	return encode(cal)
}

// addrSpec is the addresses that every mail system and calendar takes: a
// dot-atom at a domain name (RFC 5321 section 4.1.2).
var addrSpec = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*" +
	`@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// check is ErrAddress when the address of m cannot be used.
func (m Mailbox) check() error {
	if len(m.Address) > 254 || !addrSpec.MatchString(m.Address) {
		return fmt.Errorf("%w: %q", ErrAddress, m.Address)
	}
	return nil
}

// same reports whether m and n are one mailbox. Case counts in neither half:
// no mail system in use tells two people apart by it.
func (m Mailbox) same(n Mailbox) bool { return strings.EqualFold(m.Address, n.Address) }

// uriEscaper escapes what an address may hold and the path of a URI may not
// (RFC 6068 section 2). Nothing else, since clients compare addresses as text.
var uriEscaper = strings.NewReplacer("%", "%25", "/", "%2F", "?", "%3F", "#", "%23", "^", "%5E", "`", "%60", "{", "%7B", "|", "%7C", "}", "%7D")

// setMailbox sets a CAL-ADDRESS with its name as CN.
func setMailbox(c *ical.Component, name string, m Mailbox) *ical.Prop {
	p := setRaw(c, name, "mailto:"+uriEscaper.Replace(m.Address))
	if cn := paramText(m.Name); cn != "" {
		p.Params.Set(ical.ParamCommonName, cn)
	}
	return p
}

func orElse[T ~string](value, otherwise T) T {
	if value == "" {
		return otherwise
	}
	return value
}
