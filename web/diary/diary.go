// Package diary says meetings and slots as calendar entries, in the words of
// the person whose calendar they stand in. Mails, feeds and files to download
// all take their entries from here, so that one meeting is told alike.
package diary

import (
	"fmt"
	"strings"
	"time"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// A Reader is for whom entries are written: the language, what may be seen,
// and the address of this site that entries link to.
type Reader struct {
	*locale.Printer
	Audience scheduling.Audience
	Base     string // https://talks.example.org
}

// Title is the name of the talks and the round, as far as the reader may know.
func (rd Reader) Title(r *scheduling.Round) string {
	title, name := r.Negotiation.Title.For(rd.Audience), r.Name.For(rd.Audience)
	switch {
	case title == "":
		return rd.T("diary.untitled")
	case name == "":
		return title
	}
	return rd.T("diary.title", "talks", title, "round", name)
}

// Page is the address of the round's page.
func (rd Reader) Page(r *scheduling.Round) string {
	return fmt.Sprintf("%s/n/%s/%d", rd.Base, r.ID.Negotiation, r.ID.Number)
}

// Meeting is the entry of the round's meeting. A postponed or cancelled one is
// a cancelled entry at its last date, and says in words which it is. There must
// be a meeting.
func (rd Reader) Meeting(r *scheduling.Round) calendar.Event {
	m := r.Meeting
	s := r.Slot(m.Slot)
	e := calendar.Event{
		UID: m.UID, Sequence: m.Sequence, When: when(s), Summary: rd.Title(r), Location: rd.place(s, m.Room),
		Description: rd.describe(r, s), URL: rd.Page(r), Status: calendar.StatusConfirmed, Class: calendar.ClassPrivate,
		Created: m.ConfirmedAt, Revised: m.RevisedAt,
	}
	switch m.Status {
	case scheduling.MeetingCancelled:
		e.Status, e.Summary = calendar.StatusCancelled, rd.T("diary.cancelled", "title", e.Summary)
	case scheduling.MeetingPostponed:
		e.Status, e.Summary = calendar.StatusCancelled, rd.T("diary.postponed", "title", e.Summary)
	case scheduling.MeetingFixed, scheduling.MeetingHeld:
	}
	return e
}

// Hold is the entry of a slot on the table: tentative, and leaving the time
// free. Its words say that it is a hold, since most clients do not show it.
func (rd Reader) Hold(r *scheduling.Round, s *scheduling.Slot) calendar.Event {
	return calendar.Event{
		UID: r.HoldUID(s.Label), Sequence: s.Version - 1, When: when(s),
		Summary:  rd.T("diary.hold", "title", rd.Title(r), "label", string(s.Label)),
		Location: rd.place(s, s.Room), Description: rd.describe(r, s), URL: rd.Page(r),
		Status: calendar.StatusTentative, Transparent: true, Class: calendar.ClassPrivate,
		Created: s.RevisedAt, Revised: s.RevisedAt,
	}
}

// Public is the entry that the public may see: the released words on the days
// of the meeting, and nothing else. There must be a release that stands.
func Public(r *scheduling.Round) calendar.Event {
	s, release := r.Slot(r.Meeting.Slot), r.Public()
	return calendar.Event{
		UID: r.PublicUID(), When: days(s), Summary: release.Text, Status: calendar.StatusConfirmed,
		Transparent: true, // an announcement takes up nobody's day
		Revised:     release.At,
	}
}

// Feed lists the entries of one round in a subscription: the meeting while
// there is something to tell of it, and the slots on the table for those who
// answer. Observers follow meetings only.
func (rd Reader) Feed(r *scheduling.Round) []calendar.Event {
	var events []calendar.Event
	if m := r.Meeting; m != nil && !m.Faded {
		events = append(events, rd.Meeting(r))
	}
	if p := r.Negotiation.Party(rd.Audience.Party); p != nil && p.Role == scheduling.RoleObserver {
		return events
	}
	switch r.Status {
	case scheduling.OnTheTable, scheduling.AgreedAdReferendum, scheduling.Stalled, scheduling.Confirmed:
		for _, s := range r.Offered() {
			events = append(events, rd.Hold(r, s))
		}
	case scheduling.Preparing, scheduling.Lapsed, scheduling.Held, scheduling.Cancelled:
	}
	return events
}

// when is the time of a slot: hours on one day, or whole days.
func when(s *scheduling.Slot) calendar.When {
	if len(s.Days) > 1 || s.DateOnly {
		return days(s)
	}
	return calendar.Hours{Date: s.Days[0], Span: s.Hours, Zone: s.Venue.Zone, Which: s.Which}
}

func days(s *scheduling.Slot) calendar.Days {
	return calendar.Days{First: s.Days[0], Last: s.Days[len(s.Days)-1]}
}

func (rd Reader) place(s *scheduling.Slot, room string) string {
	parts := make([]string, 0, 3)
	for _, part := range []string{room, s.Venue.Place, s.Venue.Name} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, rd.T("list.comma"))
}

// When says a slot in one line: the days, the hours and whose clock, with the
// offset from UTC of that date.
func (rd Reader) When(s *scheduling.Slot) string {
	first, last := s.Days[0], s.Days[len(s.Days)-1]
	date := rd.Date(first)
	if first != last {
		date = rd.DateRange(first, last)
	}
	if s.DateOnly {
		return rd.T("diary.days", "date", date, "city", s.Venue.Name)
	}
	return rd.T("diary.when", "date", date, "hours", rd.Hours(s.Hours), "city", s.Venue.Name, "offset", rd.Offset(s.Start()))
}

// Abroad says the hours of a slot's first day on the clock of another city,
// and in words when they fall on another day there.
func (rd Reader) Abroad(s *scheduling.Slot, city string, zone civil.Zone) string {
	start := s.Start().In(zone.Location())
	end := s.Start().Add(firstDay(s)).In(zone.Location())
	text := rd.T("diary.abroad", "city", city, "from", rd.Time(clock(start)), "to", rd.Time(clock(end)))
	first, last := civil.DateOf(start), civil.DateOf(end.Add(-time.Second)) // midnight ends the day before it
	switch day := s.Days[0]; {
	case last.Before(day):
		return rd.T("diary.day_before", "text", text)
	case first.Before(day):
		return rd.T("diary.previous_day", "text", text)
	case first.After(day):
		return rd.T("diary.day_after", "text", text)
	case last.After(day):
		return rd.T("diary.next_day", "text", text)
	}
	return text
}

// firstDay is how long the first session day lasts.
func firstDay(s *scheduling.Slot) time.Duration {
	day := s.Candidate
	day.Days = day.Days[:1]
	return day.End().Sub(day.Start())
}

func clock(t time.Time) civil.TimeOfDay { return civil.Clock(t.Hour(), t.Minute()) }

// describe is what the entry says beyond its time and place: the hours at the
// venue and at home in words, what is and what is not on the agenda, where to
// turn, and how to take part from afar.
func (rd Reader) describe(r *scheduling.Round, s *scheduling.Slot) string {
	lines := []string{rd.When(s)}
	if home := r.Negotiation.Party(rd.Audience.Party); home != nil && !s.DateOnly && home.Zone != "" && home.Zone != s.Venue.Zone {
		lines = append(lines, rd.Abroad(s, home.City, home.Zone))
	}
	if p := offerOf(r, s); p != nil {
		for _, item := range []struct{ key, text string }{
			{"diary.agenda", p.Agenda.For(rd.Audience)},
			{"diary.not_on_agenda", p.NotOnAgenda.For(rd.Audience)},
			{"diary.contact", contact(p.Contact)},
		} {
			if item.text != "" {
				lines = append(lines, rd.T(item.key, "text", item.text))
			}
		}
	}
	if m := r.Meeting; m != nil && m.Link != "" && m.Slot == s.Label {
		lines = append(lines, rd.T("diary.link", "address", m.Link))
	}
	return strings.Join(lines, "\n")
}

// offerOf is the proposal that a slot comes from, or nil.
func offerOf(r *scheduling.Round, s *scheduling.Slot) *scheduling.Proposal {
	for _, o := range s.Offers {
		if p := r.Proposal(o.Proposal); p != nil {
			return p
		}
	}
	return nil
}

// contact leaves the mail address out: an entry travels further than the paper
// that gives it, and carries no address of the other side's people.
func contact(c scheduling.Contact) string {
	if c.Phone == "" {
		return c.Name
	}
	return c.Name + ", " + c.Phone
}
