package scheduling

import (
	"strings"
	"time"

	"parley/scheduling/civil"
)

// A Conference is what the conference office has to know to make a meeting
// possible: the fields of a room request. The office fills it in; Scope says
// who beside the neutral staff may read it.
type Conference struct {
	NeedsRoom    bool // no slot is confirmed without a room; all parties know of it
	Participants int
	Public       bool   // a public meeting, not a private one
	Languages    string // of interpretation
	Services     string
	Organiser    string
	Contact      string
	Note         string
	Scope        Scope
	By           MemberID
	At           time.Time
}

// MaxParticipants is how many people a conference may be for.
const MaxParticipants = 100_000

// Visible reports whether to may read the sheet, apart from NeedsRoom, which
// everybody at the table may.
func (c Conference) Visible(to Audience) bool { return Text{Scope: c.Scope}.Visible(to) }

// CancellationDays is how long before the first day of a meeting services that
// cost money can still be cancelled without paying for them.
const CancellationDays = 14

// CancelBy is the last local date at the venue on which services for the slot
// can be cancelled without cost.
func (s *Slot) CancelBy() civil.Date { return s.Days[0].Add(-CancellationDays) }

// SetConference replaces the sheet. By and At of c are ignored. The scope is
// OwnParty, the neutral staff, or AllParties.
func (r *Round) SetConference(a Act, c Conference) error {
	if err := r.officer(a.By); err != nil {
		return err
	}
	r.advance(a.At)
	switch {
	case r.Status == Cancelled || r.Status == Lapsed || r.Status == Held:
		return r.closed()
	case c.Participants < 0 || c.Participants > MaxParticipants:
		return refuse(ErrInvalid, "participants_invalid").at("participants")
	case c.Scope != OwnParty && c.Scope != AllParties:
		return refuse(ErrInvalid, "choice_unknown").at("readers")
	}
	for field, text := range map[string]*string{
		"languages": &c.Languages, "services": &c.Services, "organiser": &c.Organiser, "contact": &c.Contact, "note": &c.Note,
	} {
		*text = strings.TrimSpace(*text)
		if tooLong(Text{Body: *text}, MaxNote) {
			return refuse(ErrInvalid, "reason_too_long").at(field)
		}
	}
	c.By, c.At = r.Conference.By, r.Conference.At
	if c == r.Conference {
		return nil
	}
	need := c.NeedsRoom != r.Conference.NeedsRoom
	scope := OwnParty
	if c.Scope == AllParties || r.Conference.Scope == AllParties {
		scope = AllParties
	}
	c.By, c.At = a.By, a.At
	before := r.Conference
	r.Conference = c
	if need {
		kind := RoomNotNeeded
		if c.NeedsRoom {
			kind = RoomNeeded
		}
		r.record(Event{Kind: kind, At: a.At, By: a.By, Scope: AllParties})
	}
	before.NeedsRoom, before.By, before.At = c.NeedsRoom, c.By, c.At
	if before != c {
		r.record(Event{Kind: ConferenceChanged, At: a.At, By: a.By, Scope: scope})
	}
	return nil
}
