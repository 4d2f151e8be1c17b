package api

import (
	"cmp"
	"strings"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// A Text is what somebody writes, with its readers.
type Text struct {
	Text     string `json:"text" maxLength:"4000"`
	Audience string `json:"audience,omitempty" enum:"own,all" doc:"Who may read it: the own party, which is meant when nothing is said, or all parties"`
}

func (t *Text) text() scheduling.Text {
	if t == nil {
		return scheduling.Text{}
	}
	text := scheduling.Text{Body: t.Text}
	if t.Audience == "all" {
		text.Scope = scheduling.AllParties
	}
	return text
}

// note is a text of at most scheduling.MaxNote characters.
func (t *Text) note(field string) (scheduling.Text, error) {
	text := t.text()
	return text, short(text.Body, scheduling.MaxNote, field)
}

// short refuses what is longer than the pages take.
func short(s string, limit int, field string) error {
	if len([]rune(s)) > limit {
		return invalid("reason_too_long", field)
	}
	return nil
}

func newText(t scheduling.Text) *Text {
	if t.Body == "" {
		return nil
	}
	if t.Scope == scheduling.AllParties || t.Scope == scheduling.Public {
		return &Text{t.Body, "all"}
	}
	return &Text{t.Body, "own"}
}

// line is a text on one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }

// A Deadline is the end of a day, or a time on it, in a zone.
type Deadline struct {
	Date string `json:"date" format:"date" example:"2026-11-09"`
	Time string `json:"time,omitempty" example:"18:00" doc:"The first time that is too late; nothing is the end of the day"`
	Zone string `json:"zone,omitempty" example:"Europe/Zurich" doc:"IANA name; nothing is that of the city"`
	City string `json:"city,omitempty" maxLength:"120" doc:"Whose clock is meant, in words; nothing is the author's own seat"`
	// The instant is derived.
	Instant *time.Time `json:"instant,omitempty" readOnly:"true" doc:"The first instant that is too late"`
}

// deadline reads d. Without a city or zone, seat is meant.
func (d *Deadline) deadline(field string, seat *scheduling.Party) (scheduling.Deadline, error) {
	if d == nil {
		return scheduling.Deadline{}, nil
	}
	date, err := readDate(d.Date, field+".date")
	if err != nil {
		return scheduling.Deadline{}, err
	}
	out := scheduling.Deadline{Date: date, At: civil.EndOfDay, City: line(d.City)}
	if d.Time != "" {
		if out.At, err = civil.ParseTimeOfDay(d.Time); err != nil {
			return out, invalid("time_unreadable", field+".time")
		}
	}
	switch city, known := scheduling.LookupCity(out.City); {
	case d.Zone != "":
		if out.Zone, err = civil.ParseZone(d.Zone); err != nil {
			return out, invalid("clock_unknown", field+".zone")
		}
		out.City = cmp.Or(out.City, d.Zone)
	case known && out.City != "":
		out.City, out.Zone = city.Name, city.Zone
	case out.City == "" && seat != nil && seat.Zone != "":
		out.City, out.Zone = seat.City, seat.Zone
	default:
		return out, invalid("clock_unknown", field+".zone")
	}
	return out, nil
}

func newDeadline(d scheduling.Deadline) *Deadline {
	if d.IsZero() {
		return nil
	}
	at := d.Instant()
	out := &Deadline{Date: d.Date.String(), Zone: string(d.Zone), City: d.City, Instant: &at}
	if d.At != civil.EndOfDay {
		out.Time = d.At.String()
	}
	return out
}

// readDate reads a date within the years that the pages take.
func readDate(s, field string) (civil.Date, error) {
	d, err := civil.ParseDate(s)
	if err != nil || d.Year < 2000 || d.Year > 2199 {
		return civil.Date{}, invalid("date_impossible", field)
	}
	return d, nil
}

// moment is t, or nothing for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// An Evidence is on what a reported answer rests.
type Evidence struct {
	Form      string `json:"form" enum:"orally,by_telephone,by_note,by_mail"`
	Date      string `json:"date" format:"date"`
	From      string `json:"from" maxLength:"120"`
	To        string `json:"to" maxLength:"120"`
	Reference string `json:"reference,omitempty" maxLength:"120" doc:"Number of the note; needed for by_note"`
	Note      string `json:"note,omitempty" maxLength:"300" doc:"For the own party alone"`
}

func (e Evidence) evidence() (*scheduling.Evidence, error) {
	date, err := readDate(e.Date, "evidence.date")
	return &scheduling.Evidence{
		Form: scheduling.EvidenceForm(e.Form), Date: date, From: line(e.From), To: line(e.To), Reference: line(e.Reference),
		Note: scheduling.Text{Body: e.Note},
	}, err
}

func newEvidence(e *scheduling.Evidence, to scheduling.Audience) *Evidence {
	if e == nil {
		return nil
	}
	return &Evidence{
		Form: string(e.Form), Date: e.Date.String(), From: e.From, To: e.To, Reference: e.Reference, Note: e.Note.For(to),
	}
}
