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
	venuesPage = declarePage("venues")
	venuePage  = declarePage("venue")
)

// venuesView is the register of venues, and the form of another one.
type venuesView struct {
	Page
	Venues []venueLine
	Fields optionFields
}

type venueLine struct {
	Href, Name, Rooms string
}

// venueView is one venue of the register: who uses its rooms, its rooms, and
// its particulars.
type venueView struct {
	Page
	Path   string
	Weeks  []Link // other stretches of days
	From   string
	Days   []dayLine
	NoUse  string
	Rooms  []roomFields
	New    roomFields
	Fields optionFields
}

// A dayLine is a day on which rooms of a venue are in use.
type dayLine struct {
	ISO, Date string
	Uses      []useLine
}

type useLine struct {
	Room, Hours, State, Of, Href string
	Clash                        bool
}

// roomFields are the inputs of one room.
type roomFields struct {
	*locale.Printer
	ID, Room          string // Room is its name; "" is a new one
	NameField, Seats  Field
	Booths, Languages Field
	Retired           bool
}

const roomsAhead = 28 // days that the view of a venue shows

// showVenues handles GET /venues.
func (s *Server) showVenues(c *gin.Context) error {
	return s.renderVenues(c, http.StatusOK, s.newOfferForm(s.printer(c.Request), nil))
}

func (s *Server) renderVenues(c *gin.Context, status int, f *offerForm) error {
	venues, err := s.register.Venues(c.Request.Context())
	if err != nil {
		return fmt.Errorf("web: venues: %w", err)
	}
	view := venuesView{Page: s.page(c), Fields: f.optionFields(0)}
	view.Title = view.T("rooms.register")
	view.Back = &Link{Href: "/", Text: view.T("account.start")}
	for _, v := range venues {
		open := slices.DeleteFunc(slices.Clone(v.Rooms), func(r scheduling.Room) bool { return r.Retired })
		view.Venues = append(view.Venues, venueLine{
			Href: "/venues/" + string(v.ID), Name: venueName(v), Rooms: view.T("rooms.count", "n", len(open)),
		})
	}
	view.Problems = f.Problems
	return s.render(c, status, venuesPage, view)
}

// venueName is "Palais des Nations, Geneva", or the city alone.
func venueName(v scheduling.RegisteredVenue) string {
	if v.Venue.Place == "" {
		return v.Venue.Name
	}
	return v.Venue.Place + ", " + v.Venue.Name
}

// createVenue handles POST /venues. The form sent twice makes one venue.
func (s *Server) createVenue(c *gin.Context) error {
	self, err := s.accountOf(c)
	if err != nil {
		return err
	}
	f := s.newOfferForm(s.printer(c.Request), c.Request.PostForm)
	v := scheduling.RegisteredVenue{ID: scheduling.VenueID(idOf(onceBy(c, string(self.ID)))), Venue: f.venue(0)}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderVenues(c, http.StatusUnprocessableEntity, f)
	}
	err = s.register.AddVenue(c.Request.Context(), v)
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && errors.Is(err, scheduling.ErrInvalid) {
		f.Refuse(refusal)
		return s.renderVenues(c, http.StatusUnprocessableEntity, f)
	} else if err != nil && (!ok || refusal.Code != "venue_exists") {
		return fmt.Errorf("web: add venue: %w", err)
	}
	return s.done(c, "/venues/"+string(v.ID), "venue_added")
}

// showVenue handles GET /venues/:venue: what is held and booked in its rooms in
// the weeks from ?from= on, its rooms and its particulars.
func (s *Server) showVenue(c *gin.Context) error {
	v, err := s.register.Venue(c.Request.Context(), scheduling.VenueID(c.Param("venue")))
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	p := s.printer(c.Request)
	values := url.Values{}
	setVenue(values, p, option(0), v.Venue)
	for _, r := range v.Rooms {
		id := "r-" + string(r.ID) + "-"
		values.Set(id+"name", r.Name)
		values.Set(id+"seats", number(r.Seats))
		values.Set(id+"booths", number(r.Booths))
		values.Set(id+"languages", r.Languages)
		if r.Retired {
			values.Set(id+"retired", "yes")
		}
	}
	return s.renderVenue(c, http.StatusOK, v, s.newOfferForm(p, values))
}

// number is n, and nothing for 0.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (s *Server) renderVenue(c *gin.Context, status int, v scheduling.RegisteredVenue, f *offerForm) error {
	view := venueView{Page: s.page(c), Path: "/venues/" + string(v.ID), Fields: f.optionFields(0)}
	view.Title = venueName(v)
	view.Back = &Link{Href: "/venues", Text: view.T("rooms.register")}
	for _, r := range v.Rooms {
		view.Rooms = append(view.Rooms, f.roomFields("r-"+string(r.ID)+"-", r.Name))
	}
	view.New = f.roomFields("new-", "")
	view.KeepForm, view.KeepDo = "venue", "save"
	view.Wide = true
	if err := s.addUses(c, v, &view); err != nil {
		return err
	}
	view.Problems = f.Problems
	return s.render(c, status, venuePage, view)
}

func (f *offerForm) roomFields(id, name string) roomFields {
	return roomFields{
		Printer: f.Printer, ID: id, Room: name, NameField: f.lineField(id+"name", "rooms.name", ""), Seats: f.narrow(id+"seats", "rooms.seats", ""),
		Booths: f.narrow(id+"booths", "rooms.booths", ""), Languages: f.lineField(id+"languages", "rooms.languages", ""),
		Retired: f.Checked(id + "retired"),
	}
}

// addUses lists what is held and booked, day by day. A use by talks in which the
// viewer takes part is named; all others are only taken.
func (s *Server) addUses(c *gin.Context, v scheduling.RegisteredVenue, view *venueView) error {
	zone := v.Venue.Zone
	now := s.instant()
	from := civil.DateOf(now.In(zone.Location()))
	if d, err := civil.ParseDate(c.Query("from")); err == nil && d.Year >= firstYear && d.Year <= lastYear {
		from = d
	}
	step := func(days int, key string) {
		view.Weeks = append(view.Weeks, Link{Href: view.Path + "?from=" + from.Add(days).String(), Text: view.T(key)})
	}
	step(-roomsAhead, "rooms.earlier")
	step(roomsAhead, "rooms.later")
	view.From = view.T("rooms.from_to", "dates", view.DateRange(from, from.Add(roomsAhead-1)))
	view.NoUse = view.T("rooms.no_use")
	rooms := make([]scheduling.RoomID, len(v.Rooms))
	for i, r := range v.Rooms {
		rooms[i] = r.ID
	}
	uses, err := s.register.Uses(c.Request.Context(), rooms, civil.Midnight(from, zone), civil.Midnight(from.Add(roomsAhead), zone))
	if err != nil {
		return fmt.Errorf("web: uses of rooms: %w", err)
	}
	uses = slices.DeleteFunc(uses, func(u scheduling.RoomUse) bool { return lapsed(u.Claim, now) })
	of, err := s.ownTalks(c)
	if err != nil {
		return err
	}
	for _, u := range uses {
		day := civil.DateOf(u.From.In(zone.Location()))
		if last := len(view.Days) - 1; last < 0 || view.Days[last].ISO != day.String() {
			view.Days = append(view.Days, dayLine{ISO: day.String(), Date: view.Date(day)})
		}
		line := useLine{Room: v.Room(u.Room).Name, Hours: useHours(view.Page, u.Claim, zone), State: useState(view.Page, u.Claim, zone), Of: view.T("rooms.others")}
		if n := of[u.Round.Negotiation]; n != nil {
			line.Of = view.T("rooms.of", "talks", n.Title.For(n.MemberOf(s.self(c)).Audience()), "slot", string(u.Slot))
			line.Href = roundPath(u.Round) + "/conference/" + string(u.Slot)
		}
		line.Clash = !u.Second && slices.ContainsFunc(uses, func(o scheduling.RoomUse) bool {
			return !o.Second && (o.Round != u.Round || o.Slot != u.Slot) && o.Overlaps(u.Claim) && (o.Override || u.Override)
		})
		view.Days[len(view.Days)-1].Uses = append(view.Days[len(view.Days)-1].Uses, line)
	}
	return nil
}

func lapsed(c scheduling.Claim, now time.Time) bool { return !c.Until.IsZero() && !now.Before(c.Until) }

// self is the account that is signed in.
func (s *Server) self(c *gin.Context) scheduling.AccountID {
	if a := visitOf(c.Request).viewer.Account; a != nil {
		return a.ID
	}
	return ""
}

// mostTalks is how many negotiations of one account are looked through.
const mostTalks = 1000

// ownTalks are the negotiations in which the account takes part, by id.
func (s *Server) ownTalks(c *gin.Context) (map[scheduling.NegotiationID]*scheduling.Negotiation, error) {
	list, err := s.store.OfAccount(c.Request.Context(), s.self(c), mostTalks)
	if err != nil {
		return nil, fmt.Errorf("web: talks of the account: %w", err)
	}
	of := make(map[scheduling.NegotiationID]*scheduling.Negotiation, len(list))
	for _, n := range list {
		of[n.ID] = n
	}
	return of, nil
}

func useHours(p Page, c scheduling.Claim, zone civil.Zone) string {
	from, to := c.From.In(zone.Location()), c.To.In(zone.Location())
	if civil.DateOf(from) != civil.DateOf(to) {
		return p.T("rooms.whole_day")
	}
	return p.Hours(civil.Span{From: civil.Clock(from.Hour(), from.Minute()), To: civil.Clock(to.Hour(), to.Minute())})
}

func useState(p Page, c scheduling.Claim, zone civil.Zone) string {
	switch until := p.ShortDateTime(c.Until.In(zone.Location())); {
	case c.Booked:
		return p.T("rooms.is_booked")
	case c.Second:
		return p.T("rooms.is_second", "when", until)
	default:
		return p.T("rooms.is_held", "when", until)
	}
}

// changeVenue handles POST /venues/:venue: the particulars and all rooms. A room
// with a new name is added; rooms are retired and never lost.
func (s *Server) changeVenue(c *gin.Context) error {
	id := scheduling.VenueID(c.Param("venue"))
	before, err := s.register.Venue(c.Request.Context(), id)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	self, err := s.accountOf(c)
	if err != nil {
		return err
	}
	f := s.newOfferForm(s.printer(c.Request), c.Request.PostForm)
	venue := f.venue(0)
	var rooms []scheduling.Room
	for _, r := range before.Rooms {
		rooms = append(rooms, f.room("r-"+string(r.ID)+"-", r.ID))
	}
	if f.Has("new-name") {
		rooms = append(rooms, f.room("new-", scheduling.RoomID(idOf(onceBy(c, string(self.ID))))))
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderVenue(c, http.StatusUnprocessableEntity, before, f)
	}
	err = s.register.UpdateVenue(c.Request.Context(), id, func(v *scheduling.RegisteredVenue) error {
		v.Venue, v.Rooms = venue, rooms
		return nil
	})
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && errors.Is(err, scheduling.ErrInvalid) {
		f.Problems = append(f.Problems, Problem{Text: refusalText(f.Printer, refusal, f.T("refused.422.text"))})
		return s.renderVenue(c, http.StatusUnprocessableEntity, before, f)
	} else if err != nil {
		return fmt.Errorf("web: change venue: %w", err)
	}
	return s.done(c, "/venues/"+string(id), "venue_changed")
}

func (f *offerForm) room(prefix string, id scheduling.RoomID) scheduling.Room {
	f.Require(prefix + "name")
	return scheduling.Room{
		ID: id, Name: f.LineUpTo(prefix+"name", scheduling.MaxName), Seats: f.Int(prefix+"seats", 0, scheduling.MaxSeats),
		Booths: f.Int(prefix+"booths", 0, 100), Languages: f.LineUpTo(prefix+"languages", scheduling.MaxName), Retired: f.Checked(prefix + "retired"),
	}
}
