package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

var (
	conferencePage = declarePage("conference")
	roomPage       = declarePage("room")
)

// conferenceView is the conference sheet of a round: what the conference office
// has to know, and the rooms.
type conferenceView struct {
	Page
	Heading string
	Need    string
	Facts   []fact // for those who may read the sheet
	Slots   []conferenceSlot
	Empty   string
	Form    *conferenceForm // for officers
	Action  string
}

type conferenceSlot struct {
	Label, When, Hours, Place, Room, CancelBy string
	Act                                       *Link
}

type conferenceForm struct {
	Needs, Public                     checkbox
	Participants, Languages, Services Field
	Organiser, Contact, Note          Field
	Readers                           Picks
}

// conferring is the round and the viewer, who is no observer.
func (s *Server) conferring(c *gin.Context) (*scheduling.Round, viewer, error) {
	r, v, err := s.roundOf(c)
	if err == nil && v.Observer {
		err = forbidden("observers_follow")
	}
	return r, v, err
}

// officer reports whether the viewer holds rooms.
func officer(v viewer) bool { return v.Party == nil && v.May(scheduling.RightRooms) }

// hasOffice reports whether the talks have a conference office to turn to.
func hasOffice(r *scheduling.Round) bool {
	return slices.ContainsFunc(r.Negotiation.Members, func(m scheduling.Member) bool {
		return m.Party == "" && !m.Removed && m.Rights.Has(scheduling.RightRooms)
	})
}

// showConference handles GET R/conference.
func (s *Server) showConference(c *gin.Context) error {
	r, v, err := s.conferring(c)
	if err != nil {
		return err
	}
	sheet := r.Conference
	values := url.Values{
		"participants": {number(sheet.Participants)}, "languages": {sheet.Languages}, "services": {sheet.Services},
		"organiser": {sheet.Organiser}, "contact": {sheet.Contact}, "note": {sheet.Note}, "readers": {"own"},
	}
	if sheet.Scope == scheduling.AllParties {
		values.Set("readers", string(scheduling.AllParties))
	}
	setYes(values, "needs", sheet.NeedsRoom)
	setYes(values, "public", sheet.Public)
	return s.renderConference(c, http.StatusOK, r, v, newForm(s.printer(c.Request), values))
}

func (s *Server) renderConference(c *gin.Context, status int, r *scheduling.Round, v viewer, f *Form) error {
	view := conferenceView{Page: s.roundPage(c, r, v, tabConference), Action: roundPath(r.ID) + "/conference"}
	p := view.Printer
	view.Heading = view.Title
	view.Title = p.T("conference.title", "round", view.Heading)
	view.Need = p.T("conference.need_not")
	if r.Conference.NeedsRoom {
		view.Need = p.T("conference.need")
	}
	if r.Conference.Visible(v.Audience) {
		view.Facts = conferenceFacts(p, r)
	}
	for _, slot := range r.Slots {
		if slot.Status != scheduling.Offered && slot.Status != scheduling.SlotConfirmed {
			continue
		}
		line := conferenceSlot{
			Label: string(slot.Label), When: slotDays(p, slot), Hours: slotHours(p, slot), Place: slotPlace(p, slot, ""),
			Room: roomStanding(p, slot), CancelBy: p.ShortDateYear(slot.CancelBy()),
		}
		if slot.Status == scheduling.SlotConfirmed {
			line.Label = p.T("conference.confirmed", "slot", line.Label)
		}
		if officer(v) || v.May(scheduling.RightConvene) {
			line.Act = &Link{Href: view.Action + "/" + string(slot.Label), Text: p.T("conference.room")}
		}
		view.Slots = append(view.Slots, line)
	}
	if len(view.Slots) == 0 {
		view.Empty = p.T("conference.no_slots")
	}
	if officer(v) {
		view.Form = newConferenceForm(f)
	}
	view.Problems = f.Problems
	return s.render(c, status, conferencePage, view)
}

func newConferenceForm(f *Form) *conferenceForm {
	form := &conferenceForm{
		Needs:        checkbox{Name: "needs", Label: f.T("conference.needs"), Checked: f.Checked("needs")},
		Public:       checkbox{Name: "public", Label: f.T("conference.public"), Checked: f.Checked("public")},
		Participants: f.narrow("participants", "conference.participants", ""),
		Languages:    f.lineField("languages", "conference.languages", "conference.languages_hint"),
		Services:     f.lineField("services", "conference.services", ""),
		Organiser:    f.lineField("organiser", "conference.organiser", ""),
		Contact:      f.lineField("contact", "conference.contact", ""),
		Note:         f.lineField("note", "conference.note", ""),
	}
	form.Readers = f.Picks("readers", f.T("conference.readers"), "",
		Choice{Value: "own", Label: f.T("conference.readers_own")},
		Choice{Value: string(scheduling.AllParties), Label: f.T("act.readers_all")})
	return form
}

// conferenceFacts are the fields of a room request.
func conferenceFacts(p *locale.Printer, r *scheduling.Round) []fact {
	sheet := r.Conference
	kind := p.T("conference.is_private")
	if sheet.Public {
		kind = p.T("conference.is_public")
	}
	facts := []fact{{Term: p.T("conference.kind"), Text: kind}}
	add := func(key, text string) {
		if text != "" {
			facts = append(facts, fact{Term: p.T(key), Text: text})
		}
	}
	add("conference.participants", number(sheet.Participants))
	formats := map[string]bool{}
	for _, slot := range r.Slots {
		if slot.Status == scheduling.Offered || slot.Status == scheduling.SlotConfirmed {
			formats[p.T("round.format."+format(slot))] = true
		}
	}
	names := make([]string, 0, len(formats))
	for name := range formats {
		names = append(names, name)
	}
	slices.Sort(names)
	add("conference.format", p.And(names...))
	add("conference.languages", sheet.Languages)
	add("conference.services", sheet.Services)
	add("conference.organiser", sheet.Organiser)
	add("conference.contact", sheet.Contact)
	add("conference.note", sheet.Note)
	return facts
}

// roomStanding says how it stands with the room of a slot, to all parties; ""
// when there is nothing to say.
func roomStanding(p *locale.Printer, s *scheduling.Slot) string {
	h := s.Hold
	if h == nil || h.SlotVersion != s.Version {
		return ""
	}
	until := p.T("round.at_city", "when", p.ShortDateTime(h.Until.In(s.Venue.Zone.Location())), "city", s.Venue.Name)
	switch h.Status {
	case scheduling.HoldAsked:
		return p.T("conference.asked")
	case scheduling.HoldPlaced:
		if h.Second {
			return p.T("conference.second", "room", h.RoomName)
		}
		return p.T("conference.held", "room", h.RoomName, "until", until)
	case scheduling.HoldRefused:
		return p.T("conference.refused")
	case scheduling.HoldBooked:
		return p.T("conference.booked", "room", h.RoomName)
	case scheduling.HoldExpired:
		return p.T("conference.expired", "room", h.RoomName)
	case scheduling.HoldReleased:
	}
	return ""
}

// roomAtConfirmation says what becomes of the room when the slot is confirmed.
func roomAtConfirmation(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot) string {
	switch standing := roomStanding(p, s); {
	case r.RoomAnew(s):
		return p.T("conference.anew", "room", s.Hold.RoomName)
	case r.NeedsRoom(s) && (s.Standing() == nil || s.Hold.Status == scheduling.HoldAsked):
		return p.T("conference.lacking")
	default:
		return standing
	}
}

// changeConference handles POST R/conference: the sheet.
func (s *Server) changeConference(c *gin.Context) error {
	r, v, err := s.conferring(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	sheet := scheduling.Conference{
		NeedsRoom: f.Checked("needs"), Public: f.Checked("public"), Participants: f.Int("participants", 0, scheduling.MaxParticipants),
		Languages: f.LineUpTo("languages", scheduling.MaxNote), Services: f.LineUpTo("services", scheduling.MaxNote),
		Organiser: f.LineUpTo("organiser", scheduling.MaxNote), Contact: f.LineUpTo("contact", scheduling.MaxNote),
		Note: f.LineUpTo("note", scheduling.MaxNote),
	}
	if f.Choice("readers", "own", string(scheduling.AllParties)) == string(scheduling.AllParties) {
		sheet.Scope = scheduling.AllParties
	}
	if switchedLanguage(c) {
		f.Problems = nil
		return s.renderConference(c, http.StatusOK, r, v, f)
	}
	if len(f.Problems) > 0 {
		return s.renderConference(c, http.StatusUnprocessableEntity, r, v, f)
	}
	a := s.act(c, v)
	err = s.update(c, r, v, func(r *scheduling.Round) error { return r.SetConference(a, sheet) })
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && !errors.Is(err, scheduling.ErrForbidden) {
		f.Refuse(refusal)
		return s.renderConference(c, refusalStatus(refusal), r, v, f)
	} else if err != nil {
		return err
	}
	return s.done(c, roundPath(r.ID)+"/conference", "conference_changed")
}

// roomView is the room of one slot: how it stands, and what the viewer may do.
type roomView struct {
	Page
	Heading, Standing string
	Action, Version   string
	Ask               bool
	Hold              *holdForm
	Refuse, Release   bool
	Reason            Field
	Readers           Picks
}

type holdForm struct {
	Rooms, Way Picks
	Until      DateField
	At         Field
	Reason     Field
	None       string // why there is nothing to choose
	Booked     bool   // the slot is confirmed: the room is booked for good
}

// roomOf is the slot in the path.
func (s *Server) roomOf(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Slot, error) {
	r, v, err := s.conferring(c)
	if err != nil {
		return nil, viewer{}, nil, err
	}
	slot := r.Slot(scheduling.Label(c.Param("slot")))
	if slot == nil {
		return nil, viewer{}, nil, hidden()
	}
	return r, v, slot, nil
}

// usualHold is how many days a hold lasts unless the officer says otherwise.
const usualHold = 14

// showRoom handles GET R/conference/:slot.
func (s *Server) showRoom(c *gin.Context) error {
	r, v, slot, err := s.roomOf(c)
	if err != nil {
		return err
	}
	until := civil.DateOf(s.instant().In(slot.Venue.Zone.Location())).Add(usualHold)
	if last := slot.Days[0].Add(-1); last.Before(until) {
		until = last
	}
	values := url.Values{"way": {"first"}, "at": {"18:00"}, "readers": {"own"}}
	if h := slot.Standing(); h != nil && h.Status == scheduling.HoldPlaced {
		values.Set("room", string(h.Room))
	}
	SetDate(values, "until", until)
	return s.renderRoom(c, http.StatusOK, r, v, slot, newForm(s.printer(c.Request), values))
}

func (s *Server) renderRoom(c *gin.Context, status int, r *scheduling.Round, v viewer, slot *scheduling.Slot, f *Form) error {
	view := roomView{
		Page: s.page(c), Action: roundPath(r.ID) + "/conference/" + string(slot.Label), Version: strconv.Itoa(slot.Version),
		Standing: roomStanding(f.Printer, slot),
	}
	p := view.Printer
	view.Heading = p.T("conference.room_of", "slot", slotName(p, slot))
	view.Title = view.Heading
	view.Back = &Link{Href: roundPath(r.ID) + "/conference", Text: p.T("conference.title", "round", roundTitle(p, r, v.Audience))}
	if view.Standing == "" {
		view.Standing = p.T("conference.none")
	}
	live := slot.Status == scheduling.Offered || slot.Status == scheduling.SlotConfirmed && r.Status == scheduling.Confirmed
	h := slot.Standing()
	view.Ask = live && h == nil && v.May(scheduling.RightConvene) && hasOffice(r)
	if officer(v) && live {
		hold, err := s.newHoldForm(c, r, slot, f)
		if err != nil {
			return err
		}
		view.Hold = hold
		view.Refuse = h == nil || h.Status == scheduling.HoldAsked
		view.Release = !view.Refuse
		view.Reason = f.lineField("why", "conference.why", "")
		view.Reason.Optional = true
		view.Readers = *readers(f, view.Page)
	}
	view.Problems = f.Problems
	return s.render(c, status, roomPage, view)
}

// newHoldForm lists the rooms in the slot's city, and which of them are free.
func (s *Server) newHoldForm(c *gin.Context, r *scheduling.Round, slot *scheduling.Slot, f *Form) (*holdForm, error) {
	venues, err := s.register.Venues(c.Request.Context())
	if err != nil {
		return nil, fmt.Errorf("web: venues: %w", err)
	}
	form := &holdForm{Booked: slot.Status == scheduling.SlotConfirmed}
	var choices []Choice
	for _, v := range venues {
		if !v.At(slot) {
			continue
		}
		for _, room := range v.Rooms {
			if room.Retired {
				continue
			}
			free, err := s.roomFree(c, r, slot, room.ID)
			if err != nil {
				return nil, err
			}
			choices = append(choices, Choice{Value: string(room.ID), Label: f.T("conference.choice", "room", room.Name, "venue", venueName(v)), Note: roomNote(f.Printer, r, room, free)})
		}
	}
	if len(choices) == 0 {
		form.None = f.T("conference.no_rooms", "city", slot.Venue.Name)
		return form, nil
	}
	form.Rooms = f.Picks("room", f.T("conference.room"), "", choices...)
	form.Until = f.DateField("until", f.T("conference.until"), f.T("conference.until_hint", "city", slot.Venue.Name))
	form.At = f.narrow("at", "conference.at", "")
	form.Way = f.Picks("way", f.T("conference.way"), "",
		Choice{Value: "first", Label: f.T("conference.way_first")},
		Choice{Value: "second", Label: f.T("conference.way_second"), Note: f.T("conference.way_second_note")},
		Choice{Value: "override", Label: f.T("conference.way_override"), Note: f.T("conference.way_override_note")})
	form.Reason = f.lineField("reason", "conference.override_reason", "")
	form.Reason.Optional = true
	return form, nil
}

// roomFree reports whether nobody else has the room when the slot takes place.
func (s *Server) roomFree(c *gin.Context, r *scheduling.Round, slot *scheduling.Slot, room scheduling.RoomID) (bool, error) {
	uses, err := s.register.Uses(c.Request.Context(), []scheduling.RoomID{room}, slot.Start(), slot.End())
	if err != nil {
		return false, fmt.Errorf("web: uses of a room: %w", err)
	}
	now := s.instant()
	return !slices.ContainsFunc(uses, func(u scheduling.RoomUse) bool {
		return u.Round != r.ID && !u.Second && !lapsed(u.Claim, now) && slices.ContainsFunc(slot.Days, func(d civil.Date) bool {
			day := slot.Candidate
			day.Days = []civil.Date{d}
			return u.From.Before(day.End()) && day.Start().Before(u.To)
		})
	}), nil
}

// roomNote says what there is to know of a room: free or taken, its size, and
// whether that is enough.
func roomNote(p *locale.Printer, r *scheduling.Round, room scheduling.Room, free bool) string {
	notes := []string{p.T("conference.taken")}
	if free {
		notes[0] = p.T("conference.free")
	}
	if room.Seats > 0 {
		notes = append(notes, p.T("conference.seats", "n", room.Seats))
		if room.Seats < r.Conference.Participants {
			notes = append(notes, p.T("conference.too_small"))
		}
	}
	if room.Booths > 0 {
		notes = append(notes, p.T("conference.booths", "n", room.Booths))
	}
	if room.Languages != "" {
		notes = append(notes, room.Languages)
	}
	return p.And(notes...)
}

// changeRoom handles POST R/conference/:slot: field do is ask, hold, refuse or
// release.
func (s *Server) changeRoom(c *gin.Context) error {
	r, v, slot, err := s.roomOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	a := s.act(c, v)
	version, _ := strconv.Atoi(f.Line("version"))
	why := scheduling.Text{Body: f.LineUpTo("why", scheduling.MaxNote)}
	if f.Line("readers") == string(scheduling.AllParties) {
		why.Scope = scheduling.AllParties
	}
	var change func(r *scheduling.Round) error
	done := "room_asked"
	switch f.Choice("do", "ask", "hold", "refuse", "release") {
	case "ask":
		change = func(r *scheduling.Round) error { return r.AskRoom(a, slot.Label, version) }
	case "hold":
		done = "room_held"
		if change, err = s.holding(c, f, a, slot, version); err != nil {
			return err
		}
	case "refuse":
		done = "room_refused"
		change = func(r *scheduling.Round) error { return r.RefuseRoom(a, slot.Label, version, why) }
	case "release":
		done = "room_released"
		change = func(r *scheduling.Round) error { return r.ReleaseRoom(a, slot.Label, why) }
	}
	if switchedLanguage(c) {
		f.Problems = nil
		return s.renderRoom(c, http.StatusOK, r, v, slot, f)
	}
	if len(f.Problems) > 0 {
		return s.renderRoom(c, http.StatusUnprocessableEntity, r, v, slot, f)
	}
	err = s.update(c, r, v, change)
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && (errors.Is(err, scheduling.ErrInvalid) || errors.Is(err, scheduling.ErrConflict)) {
		f.Refuse(refusal)
		return s.renderRoom(c, refusalStatus(refusal), r, v, slot, f)
	} else if err != nil {
		return err
	}
	return s.done(c, roundPath(r.ID)+"/conference", done)
}

// holding reads the form of a hold.
func (s *Server) holding(c *gin.Context, f *Form, a scheduling.Act, slot *scheduling.Slot, version int) (func(*scheduling.Round) error, error) {
	terms := scheduling.RoomTerms{Room: scheduling.RoomID(f.Line("room")), Reason: f.LineUpTo("reason", scheduling.MaxNote)}
	f.Require("room")
	switch f.Choice("way", "first", "second", "override") {
	case "second":
		terms.Second = true
	case "override":
		terms.Override = true
	}
	if slot.Status == scheduling.Offered {
		f.Require("until-d")
		if date, at := f.Date("until"), f.Time("at"); !date.IsZero() {
			until, err := civil.Instant(date, at, slot.Venue.Zone, civil.First)
			if err != nil {
				f.Fail("at", "error.time_unreadable")
			}
			terms.Until = until.UTC().Truncate(time.Second)
		}
	}
	venues, err := s.register.Venues(c.Request.Context())
	if err != nil {
		return nil, fmt.Errorf("web: venues: %w", err)
	}
	i := slices.IndexFunc(venues, func(v scheduling.RegisteredVenue) bool { return v.Room(terms.Room) != nil })
	if i < 0 {
		if f.Has("room") {
			f.Fail("room", "error.room_unknown")
		}
		return nil, nil //nolint:nilnil // a problem of the form, which is shown again
	}
	return func(r *scheduling.Round) error { return r.HoldRoom(a, slot.Label, version, venues[i], terms) }, nil
}
