package scheduling

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

type (
	// VenueID names a venue in the register of the installation.
	VenueID string
	// RoomID names a room. It is unique in the whole installation.
	RoomID string
)

// A Room is one room of a registered venue. It is never deleted, since rounds
// go on naming it; a room that can no longer be had is Retired.
type Room struct {
	ID        RoomID
	Name      string // "Room XX"
	Seats     int    // 0 is not known
	Booths    int    // for interpreters
	Languages string // that can be interpreted there: "English, French"
	Retired   bool
}

// A RegisteredVenue is a venue that the conference office knows, with its
// rooms. All negotiations of the installation share the register. Offers take a
// copy of Venue as it then is.
type RegisteredVenue struct {
	ID    VenueID
	Venue Venue
	Rooms []Room // in the order in which the office lists them
}

// MaxRooms is how many rooms a venue may have, and MaxSeats how many seats a
// room.
const (
	MaxRooms = 200
	MaxSeats = 100_000
)

// Room is the room with that id, or nil.
func (v *RegisteredVenue) Room(id RoomID) *Room {
	i := slices.IndexFunc(v.Rooms, func(r Room) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &v.Rooms[i]
}

// Check refuses a venue that a register cannot hold: ErrInvalid with the field
// at fault. Names are cities and rooms; two rooms have different names.
func (v *RegisteredVenue) Check() error {
	switch _, err := civil.ParseZone(string(v.Venue.Zone)); {
	case v.ID == "":
		return refuse(ErrInvalid, "venue_unknown")
	case strings.TrimSpace(v.Venue.Name) == "":
		return refuse(ErrInvalid, "city_missing").at("city")
	case err != nil:
		return refuse(ErrInvalid, "zone_missing").at("zone")
	case len(v.Rooms) > MaxRooms:
		return refuse(ErrInvalid, "too_many_rooms")
	}
	names := map[string]bool{}
	for _, r := range v.Rooms {
		name := strings.ToLower(strings.TrimSpace(r.Name))
		switch {
		case name == "":
			return refuse(ErrInvalid, "room_nameless").at("room")
		case names[name]:
			return refuse(ErrInvalid, "room_twice", "room", r.Name).at("room")
		case r.Seats < 0 || r.Seats > MaxSeats:
			return refuse(ErrInvalid, "seats_invalid").at("seats")
		}
		names[name] = true
	}
	return nil
}

// At reports whether the venue is where the slot takes place: in the same city.
func (v *RegisteredVenue) At(s *Slot) bool { return plainName(v.Venue.Name) == plainName(s.Venue.Name) }

// A Claim is a room taken for one stretch of time, [From, To) in UTC, by a slot
// of a round. Rounds have claims while they hold or have booked a room.
type Claim struct {
	Room     RoomID
	Slot     Label
	From, To time.Time
	Booked   bool      // the slot is confirmed
	Second   bool      // waits behind other claims, and keeps nobody from the room
	Override bool      // was made beside other claims, by an explicit act
	Until    time.Time // has no effect from then on; zero lasts
	At       time.Time // when it was made or last changed
}

// Overlaps reports whether c and d take the same room at the same time.
func (c Claim) Overlaps(d Claim) bool {
	return c.Room == d.Room && c.From.Before(d.To) && d.From.Before(c.To)
}

// Yields reports whether c has to give way to other, a claim of another slot
// that is stored: both are for the same room at the same time, other has not
// lapsed at c.At, and neither waits behind the other. A claim that overrides
// gives way to none. Before is c as it was stored, or nil when it is new: what
// stood before gives way to nobody who overrode it.
func (c Claim) Yields(other Claim, before *Claim) bool {
	stood := before != nil && !before.Second && before.Room == c.Room && before.From.Equal(c.From) && before.To.Equal(c.To)
	switch {
	case !c.Overlaps(other), c.Second, other.Second, c.Override:
		return false
	case !other.Until.IsZero() && !c.At.Before(other.Until):
		return false
	}
	return !stood || !other.Override
}

// RoomUse is a claim with the round that makes it.
type RoomUse struct {
	Claim
	Round RoundID
}

// A Register keeps what all negotiations of an installation share: venues with
// their rooms, who uses them, and lists of holidays. What Store.Update saves of
// a round includes its claims: it is ErrConflict with room_taken, naming the
// round's own slot and nothing of the other user, when a claim has to give way,
// and with room_unknown when the register has no such room. Of many who claim a
// room at the same time one succeeds.
type Register interface {
	// AddVenue stores a venue that Check accepts; ErrConflict with venue_exists.
	AddVenue(ctx context.Context, v RegisteredVenue) error
	// UpdateVenue saves what change does, except to ID; an error from change
	// saves nothing and comes back as it is. Rooms that change leaves out are
	// retired. ErrNotFound.
	UpdateVenue(ctx context.Context, id VenueID, change func(*RegisteredVenue) error) error
	Venue(ctx context.Context, id VenueID) (RegisteredVenue, error) // ErrNotFound
	Venues(ctx context.Context) ([]RegisteredVenue, error)          // by city, place and id
	// Uses lists the claims on rooms that overlap [from, to), lapsed ones too,
	// by start, round, slot and room.
	Uses(ctx context.Context, rooms []RoomID, from, to time.Time) ([]RoomUse, error)

	// AddHolidays stores a list that Check accepts. A list with the same ID is
	// left as it was.
	AddHolidays(ctx context.Context, l HolidayList) error
	// RemoveHolidays is ErrNotFound when there is no such list.
	RemoveHolidays(ctx context.Context, id HolidayListID) error
	// Holidays loads the lists that have a day from first to last, both
	// inclusive, with all their days; zero dates are no limit. By name and id.
	Holidays(ctx context.Context, first, last civil.Date) ([]HolidayList, error)
}

// Retire keeps the rooms of before that v has lost, as retired ones.
func (v *RegisteredVenue) Retire(before []Room) {
	for _, r := range before {
		if v.Room(r.ID) == nil {
			r.Retired = true
			v.Rooms = append(v.Rooms, r)
		}
	}
}

// CompareVenues orders a register: by city, place and id.
func CompareVenues(a, b RegisteredVenue) int {
	return cmp.Or(cmp.Compare(a.Venue.Name, b.Venue.Name), cmp.Compare(a.Venue.Place, b.Venue.Place), cmp.Compare(a.ID, b.ID))
}
