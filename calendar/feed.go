package calendar

import (
	"fmt"
	"regexp"
	"time"

	"github.com/emersion/go-ical"
)

// A Feed is a calendar to subscribe to (RFC 5545, RFC 7986). It names nobody:
// feeds have neither ORGANIZER nor ATTENDEE, and no METHOD.
type Feed struct {
	// Name is what clients call the calendar; Description may be empty.
	Name        string
	Description string
	// URL is the address of the feed itself, http or https.
	URL string
	// Color is a CSS3 colour name such as "teal", or empty. Other forms, which
	// RFC 7986 section 5.9 does not know, are left out.
	Color string
	// Refresh is how often clients should ask, to the minute; 0 is an hour.
	// Google asks about once a day whatever it says.
	Refresh time.Duration
	// Events are written in this order. None at all is a valid feed.
	Events []Event
}

var colorName = regexp.MustCompile(`^[a-z]+$`)

// Encode is the feed as an iCalendar stream in UTF-8. It fails only for events
// that the program got wrong, such as two with one UID.
func (f Feed) Encode() ([]byte, error) {
	cal, err := newObject(f.Events)
	if err != nil {
		return nil, err
	}
	// Each of these is written twice: as RFC 7986 has it, and as the clients
	// read it that came before it.
	name := oneLine(f.Name)
	setText(cal, ical.PropName, name)
	setText(cal, "X-WR-CALNAME", name)
	if d := clean(f.Description); d != "" {
		setText(cal, ical.PropDescription, d)
		setText(cal, "X-WR-CALDESC", d)
	}
	refresh := durationText(f.Refresh)
	setRaw(cal, ical.PropRefreshInterval, refresh).Params.Set(ical.ParamValue, string(ical.ValueDuration))
	setRaw(cal, "X-PUBLISHED-TTL", refresh)
	if setURL(cal, ical.PropSource, f.URL); cal.Props.Get(ical.PropSource) != nil {
		cal.Props.Get(ical.PropSource).Params.Set(ical.ParamValue, string(ical.ValueURI))
	}
	if colorName.MatchString(f.Color) {
		setRaw(cal, ical.PropColor, f.Color)
	}
	return encode(cal)
}

// File is an iCalendar file of the given events to download and keep. It
// follows no feed and asks for no answer: it has no METHOD.
func File(events ...Event) ([]byte, error) {
	cal, err := newObject(events)
	if err != nil {
		return nil, err
	}
	return encode(cal)
}

// durationText is d in whole minutes, as PT1H, PT30M or PT1H30M (RFC 5545
// section 3.3.6), and an hour for less than a minute.
func durationText(d time.Duration) string {
	if d < time.Minute {
		d = time.Hour
	}
	hours, minutes := int(d.Hours()), int(d.Minutes())%60
	switch {
	case minutes == 0:
		return fmt.Sprintf("PT%dH", hours)
	case hours == 0:
		return fmt.Sprintf("PT%dM", minutes)
	}
	return fmt.Sprintf("PT%dH%dM", hours, minutes)
}
