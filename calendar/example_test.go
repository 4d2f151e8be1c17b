package calendar_test

import (
	"fmt"
	"strings"
	"time"

	"parley/calendar"
	"parley/scheduling/civil"
)

// A meeting of one day at a venue, in the words of its reader.
func meeting() calendar.Event {
	return calendar.Event{
		UID:      "x7c1kq2mfsd4v8hw@parley",
		Sequence: 0,
		When: calendar.Hours{
			Date: civil.Date{Year: 2026, Month: time.November, Day: 19},
			Span: civil.Span{From: civil.Clock(10, 0), To: civil.Clock(18, 0)},
			Zone: "Europe/Zurich",
		},
		Summary:     "Talks, Geneva",
		Location:    "Palais des Nations, Room XIX",
		Description: "Thursday 19 November 2026, 10:00 to 18:00 in Geneva.",
		URL:         "https://parley.example/negotiations/42/meeting",
		Status:      calendar.StatusConfirmed,
		Created:     time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC),
		Revised:     time.Date(2026, time.November, 6, 16, 30, 0, 0, time.UTC),
	}
}

// A feed of a meeting of two days, which is a bar over both of them with the
// daily hours in words, and of a slot that is held.
func ExampleFeed() {
	talks := meeting()
	talks.When = calendar.Days{
		First: civil.Date{Year: 2026, Month: time.November, Day: 18},
		Last:  civil.Date{Year: 2026, Month: time.November, Day: 19},
	}
	talks.Description = "Daily 10:00 to 18:00 in Geneva."

	hold := meeting()
	hold.UID = "slot-4kd82m@parley"
	hold.Summary = "HOLD: " + hold.Summary
	hold.Status, hold.Transparent = calendar.StatusTentative, true

	feed := calendar.Feed{
		Name:   "Talks: delegation of Bravo",
		URL:    "https://parley.example/feeds/4f1d7a9c2b.ics",
		Events: []calendar.Event{talks, hold},
	}
	stream, err := feed.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(stream)) {
		if strings.HasPrefix(line, "SUMMARY") || strings.HasPrefix(line, "DTSTART;") || strings.HasPrefix(line, "DTEND;") {
			fmt.Println(strings.TrimSpace(line))
		}
	}
	// Output:
	// DTEND;VALUE=DATE:20261120
	// DTSTART;VALUE=DATE:20261118
	// SUMMARY:Talks\, Geneva
	// DTEND;TZID=Europe/Zurich:20261119T180000
	// DTSTART;TZID=Europe/Zurich:20261119T100000
	// SUMMARY:HOLD: Talks\, Geneva
}

// An invitation to one person. Sent again, it has the same bytes.
func ExampleMessage() {
	secretariat := calendar.Mailbox{Name: "Secretariat of the talks", Address: "talks@parley.example"}
	anna := calendar.Mailbox{Name: "Anna Bravo", Address: "anna@bravo.example"}
	at := time.Date(2026, time.November, 6, 16, 30, 5, 0, time.UTC)

	message := calendar.Message{
		From:      secretariat,
		To:        anna,
		Subject:   "Invitation: Talks, Geneva, Thursday 19 November 2026",
		MessageID: "x7c1kq2mfsd4v8hw.0.m3@parley.example",
		Date:      at,
		Text:      "The talks take place on Thursday 19 November 2026.\n",
		HTML:      "<p>The talks take place on Thursday 19 November 2026.</p>\n",
		Calendar: calendar.Request{
			Event:     meeting(),
			Organizer: secretariat,
			Attendee:  calendar.Attendee{Mailbox: anna, RSVP: true},
			At:        at,
		},
	}
	raw, err := message.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "To:") || strings.HasPrefix(line, "Content-Type: ") {
			kind, _, _ := strings.Cut(strings.TrimSpace(line), "; boundary")
			fmt.Println(strings.TrimSuffix(kind, ";"))
		}
	}
	// Output:
	// To: "Anna Bravo" <anna@bravo.example>
	// Content-Type: multipart/mixed
	// Content-Type: multipart/alternative
	// Content-Type: text/plain; charset=utf-8
	// Content-Type: text/html; charset=utf-8
	// Content-Type: text/calendar; charset=UTF-8; method=REQUEST
	// Content-Type: application/ics; name=invite.ics
}
