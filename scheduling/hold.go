package scheduling

import (
	"slices"
	"time"
	"unicode/utf8"

	"parley/scheduling/civil"
)

// HoldStatus is where the hold of a room stands. Stored and sent as its text.
type HoldStatus string

// The statuses of a hold.
const (
	HoldAsked    HoldStatus = "asked"  // the conference office has not answered
	HoldPlaced   HoldStatus = "placed" // the room is kept until an instant
	HoldRefused  HoldStatus = "refused"
	HoldBooked   HoldStatus = "booked" // its slot is confirmed
	HoldReleased HoldStatus = "released"
	HoldExpired  HoldStatus = "expired"
)

// A Hold is the provisional claim of a slot on a room. A slot has one at a
// time, and what remains of the last one.
//
// It stands as long as its slot, in its version, is on the table or confirmed:
// see Standing.
type Hold struct {
	Status      HoldStatus
	SlotVersion int
	Room        RoomID // "" while a room is only asked for
	RoomName    string // as the parties read it
	Second      bool   // waits behind another use of the room, in case that falls
	Override    bool   // stands beside another use of the room, which its officer knew of
	Until       time.Time
	Party       PartyID  // who asked, or "" for the neutral staff
	By          MemberID // of the last change; "" is the clock
	At          time.Time
}

// Standing is the hold of the slot that is asked for, placed or booked, or nil.
// Whatever takes the slot off the table, or changes it materially, ends it.
func (s *Slot) Standing() *Hold {
	h := s.Hold
	if h == nil || h.SlotVersion != s.Version || s.Status != Offered && s.Status != SlotConfirmed {
		return nil
	}
	switch h.Status {
	case HoldAsked, HoldPlaced, HoldBooked:
		return h
	case HoldRefused, HoldReleased, HoldExpired:
	}
	return nil
}

// claims are what the slot takes of a room, one for each session day.
func (s *Slot) claims() []Claim {
	h := s.Standing()
	if h == nil || h.Status == HoldAsked {
		return nil
	}
	claims := make([]Claim, 0, len(s.Days))
	for _, d := range s.Days {
		day := s.Candidate
		day.Days = []civil.Date{d}
		claims = append(claims, Claim{
			Room: h.Room, Slot: s.Label, From: day.Start().UTC(), To: day.End().UTC(),
			Booked: h.Status == HoldBooked, Second: h.Second, Override: h.Override, Until: h.Until, At: h.At,
		})
	}
	return claims
}

// Claims lists what the round takes of rooms now. The store keeps others from
// the same rooms at the same time.
func (r *Round) Claims() []Claim {
	var claims []Claim
	for _, s := range r.Slots {
		claims = append(claims, s.claims()...)
	}
	return claims
}

// officer refuses who is not a conference officer of the neutral staff.
func (r *Round) officer(by MemberID) error {
	if m := r.Negotiation.Member(by); m == nil || m.Party != "" || !m.Rights.Has(RightRooms) {
		return refuse(ErrForbidden, "rooms_right_missing")
	}
	return r.writable()
}

// holdable is the slot that a room can be asked or held for, in the version
// that the actor saw.
func (r *Round) holdable(a Act, label Label, version int) (*Slot, error) {
	r.advance(a.At)
	s := r.Slot(label)
	switch {
	case s == nil:
		return nil, refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	case s.Status == SlotConfirmed && r.Status == Confirmed:
	case s.Status != Offered:
		return nil, refuse(ErrConflict, "slot_not_offered", "slot", string(label))
	}
	if s.Version != version {
		return nil, refuse(ErrConflict, "slot_changed", "slot", string(label))
	}
	return s, nil
}

// AskRoom asks the conference office to hold a room for a slot. Any convener of
// a party that has to agree may, and the neutral staff.
func (r *Round) AskRoom(a Act, label Label, version int) error {
	m, err := r.convener(a.By)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	s, err := r.holdable(a, label, version)
	switch {
	case err != nil:
		return err
	case s.Standing() != nil:
		return nil // asked or held already
	}
	s.Hold = &Hold{Status: HoldAsked, SlotVersion: s.Version, Party: m.Party, By: a.By, At: a.At}
	r.record(Event{Kind: RoomAsked, At: a.At, By: a.By, Party: m.Party, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	return nil
}

// RoomTerms are how a room is held.
type RoomTerms struct {
	Room RoomID
	// Until is the instant at which the hold lapses: after now, and not after the
	// end of the slot. It is not read for a slot that is confirmed.
	Until time.Time
	// Second waits behind another use of the room. It keeps nobody from it.
	Second bool
	// Override takes the room although somebody else has it, or although the
	// venue is closed. Reason is required then, and stays with the staff.
	Override bool
	Reason   string
}

// HoldRoom holds a room of a registered venue for a slot, or changes the hold
// that there is. For a confirmed slot the room is booked at once.
//
// It is ErrInvalid with room_elsewhere for a venue in another city, and
// ErrConflict with venue_closed unless the officer overrides that. Whether the
// room is free is for the store to say: see Register.
func (r *Round) HoldRoom(a Act, label Label, version int, v RegisteredVenue, t RoomTerms) error {
	if err := r.officer(a.By); err != nil {
		return err
	}
	s, err := r.holdable(a, label, version)
	if err != nil {
		return err
	}
	room := v.Room(t.Room)
	booked := s.Status == SlotConfirmed
	closed := slices.IndexFunc(s.Days, func(d civil.Date) bool { return slices.Contains(v.Venue.Closed, d) })
	switch {
	case room == nil || room.Retired:
		return refuse(ErrInvalid, "room_unknown").at("room")
	case !v.At(s):
		return refuse(ErrInvalid, "room_elsewhere", "slot", string(label)).at("room")
	case !booked && !t.Until.After(a.At):
		return refuse(ErrInvalid, "hold_until_past").at("until")
	case !booked && t.Until.After(s.End()):
		return refuse(ErrInvalid, "hold_until_late").at("until")
	case t.Second && t.Override:
		return refuse(ErrInvalid, "hold_second_override").at("way")
	case t.Override && t.Reason == "":
		return refuse(ErrInvalid, "override_reason_missing").at("reason")
	case utf8.RuneCountInString(t.Reason) > MaxNote:
		return refuse(ErrInvalid, "reason_too_long").at("reason")
	case closed >= 0 && !t.Override:
		return refuse(ErrConflict, "venue_closed", "date", s.Days[closed].String()).at("room")
	}
	h := &Hold{
		Status: HoldPlaced, SlotVersion: s.Version, Room: room.ID, RoomName: room.Name, Second: t.Second, Override: t.Override,
		Until: t.Until, By: a.By, At: a.At,
	}
	if was := s.Standing(); was != nil {
		h.Party = was.Party
	}
	s.Hold = h
	if t.Override {
		r.record(Event{
			Kind: RoomOverridden, At: a.At, By: a.By, Slot: s.Label, SlotVersion: s.Version, Text: Text{Body: t.Reason}, Scope: OwnParty,
		})
	}
	if booked && !t.Second {
		r.book(a, s)
		r.moveMeeting(a, h.RoomName)
		return nil
	}
	if booked {
		h.Until = s.End().UTC()
	}
	kind := RoomHeld
	if t.Second {
		kind = RoomHeldSecond
	}
	r.record(Event{
		Kind: kind, At: a.At, By: a.By, Slot: s.Label, SlotVersion: s.Version,
		Text: Text{Body: room.Name, Scope: AllParties}, Scope: AllParties,
	})
	return nil
}

// RefuseRoom says that no room can be had for a slot, with a reason of its
// author's audience. A hold that stands is released by ReleaseRoom instead.
func (r *Round) RefuseRoom(a Act, label Label, version int, reason Text) error {
	if err := r.officer(a.By); err != nil {
		return err
	}
	s, err := r.holdable(a, label, version)
	switch {
	case err != nil:
		return err
	case tooLong(reason, MaxNote):
		return refuse(ErrInvalid, "reason_too_long").at("reason")
	}
	h := s.Standing()
	if h != nil && h.Status != HoldAsked {
		return refuse(ErrConflict, "room_held", "slot", string(label))
	}
	next := &Hold{Status: HoldRefused, SlotVersion: s.Version, By: a.By, At: a.At}
	if h != nil {
		next.Party = h.Party
	}
	s.Hold = next
	reason.Owner = ""
	r.record(Event{Kind: RoomRefused, At: a.At, By: a.By, Slot: s.Label, SlotVersion: s.Version, Text: reason, Scope: AllParties})
	return nil
}

// ReleaseRoom gives up the room of a slot, held or booked, with a reason of its
// author's audience. A confirmed slot stays confirmed, without the room.
func (r *Round) ReleaseRoom(a Act, label Label, reason Text) error {
	if err := r.officer(a.By); err != nil {
		return err
	}
	r.advance(a.At)
	s := r.Slot(label)
	switch {
	case s == nil:
		return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	case tooLong(reason, MaxNote):
		return refuse(ErrInvalid, "reason_too_long").at("reason")
	case s.Standing() == nil || s.Hold.Status == HoldAsked || r.Status == Held:
		return refuse(ErrConflict, "room_not_held", "slot", string(label))
	}
	booked := s.Hold.Status == HoldBooked
	reason.Owner = ""
	r.letGo(a, s, reason)
	if booked && r.Status == Confirmed {
		r.moveMeeting(a, "")
	}
	return nil
}

// letGo ends the hold of a slot.
func (r *Round) letGo(a Act, s *Slot, reason Text) {
	h := *s.Hold
	h.Status, h.Second, h.Until, h.By, h.At = HoldReleased, false, time.Time{}, a.By, a.At
	s.Hold = &h
	r.record(Event{
		Kind: RoomReleased, At: a.At, By: a.By, Slot: s.Label, SlotVersion: s.Version, Text: reason, Scope: AllParties,
	})
}

// book makes the hold of a slot the booking of its room.
func (r *Round) book(a Act, s *Slot) {
	h := *s.Hold
	h.Status, h.Second, h.Until, h.By, h.At = HoldBooked, false, time.Time{}, a.By, a.At
	s.Hold, s.Room = &h, h.RoomName
	r.record(Event{
		Kind: RoomBooked, At: a.At, By: a.By, Slot: s.Label, SlotVersion: s.Version,
		Text: Text{Body: h.RoomName, Scope: AllParties}, Scope: AllParties,
	})
}

// moveMeeting tells who is invited of another room. It needs no new consent.
func (r *Round) moveMeeting(a Act, room string) {
	m := r.Meeting
	if s := r.Confirmed(); s != nil {
		s.Room = room
	}
	if m == nil || m.Room == room {
		return
	}
	m.Room, m.RevisedAt = room, a.At
	m.Sequence++
	r.record(Event{
		Kind: MeetingChanged, At: a.At, By: a.By, Slot: m.Slot, SlotVersion: m.SlotVersion, Sequence: m.Sequence,
		Invited: m.Invited, Scope: AllParties,
	})
}

// NeedsRoom reports whether the slot can be confirmed only with a room.
func (r *Round) NeedsRoom(s *Slot) bool { return r.Conference.NeedsRoom && s.Format != Remote }

// roomFor refuses to confirm a slot that needs a room and has none. A hold that
// has expired, or waits behind another, is taken anew by confirming: the store
// says whether the room is free.
func (r *Round) roomFor(s *Slot) error {
	if !r.NeedsRoom(s) {
		return nil
	}
	h := s.Hold
	switch {
	case h != nil && h.SlotVersion == s.Version && h.Status == HoldRefused:
		return refuse(ErrConflict, "room_refused", "slot", string(s.Label))
	case h == nil || h.SlotVersion != s.Version || h.Status == HoldAsked || h.Status == HoldReleased:
		return refuse(ErrConflict, "room_missing", "slot", string(s.Label))
	}
	return nil
}

// RoomAnew reports whether confirming the slot has to take its room anew.
func (r *Round) RoomAnew(s *Slot) bool {
	return r.NeedsRoom(s) && r.roomFor(s) == nil && !s.holds()
}

// holds reports whether the slot has a room that confirming it consumes.
func (s *Slot) holds() bool {
	h := s.Standing()
	return h != nil && (h.Status == HoldPlaced || h.Status == HoldBooked) && !h.Second
}

// roomSure reports whether the slot can be confirmed without taking a room anew.
func (r *Round) roomSure(s *Slot) bool { return !r.NeedsRoom(s) || s.holds() }

// consume books the room that the slot holds, in the step that confirms it.
func (r *Round) consume(a Act, s *Slot) {
	if s.holds() || r.RoomAnew(s) {
		r.book(a, s)
	}
}

// recheck looks at the room of a slot whose terms have just changed from was. A
// hold that covers the new times goes on; otherwise the office is asked anew,
// since the room may be taken then.
func (r *Round) recheck(a Act, s *Slot, was *Hold, before Candidate) {
	if was == nil {
		return
	}
	h := *was
	h.SlotVersion = s.Version
	if !covers(before, s.Candidate) && h.Status != HoldAsked {
		h = Hold{Status: HoldAsked, SlotVersion: s.Version, Party: h.Party, By: a.By, At: a.At}
		r.record(Event{Kind: RoomAsked, At: a.At, By: a.By, Party: r.Negotiation.partyOf(a.By), Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	}
	s.Hold = &h
}

// covers reports whether a room held for before is held for all of after.
func covers(before, after Candidate) bool {
	if before.Venue.Name != after.Venue.Name || before.Venue.Place != after.Venue.Place || before.Venue.Zone != after.Venue.Zone {
		return false
	}
	if !before.DateOnly && (after.DateOnly || after.Hours.From < before.Hours.From || after.Hours.To > before.Hours.To) {
		return false
	}
	return !slices.ContainsFunc(after.Days, func(d civil.Date) bool { return !slices.Contains(before.Days, d) })
}

// expireHolds lets holds lapse whose time has come.
func (r *Round) expireHolds(now time.Time) {
	for _, s := range r.Slots {
		h := s.Standing()
		if h == nil || h.Status != HoldPlaced || now.Before(h.Until) {
			continue
		}
		next := *h
		next.Status, next.By, next.At = HoldExpired, "", now
		s.Hold = &next
		r.record(Event{Kind: RoomHoldExpired, At: now, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	}
}

// dropHolds ends the holds of slots that have left the table, whatever took
// them off: it follows from the last thing that happened.
func (r *Round) dropHolds() {
	if len(r.events) == 0 {
		return
	}
	last := r.events[len(r.events)-1]
	for _, s := range r.Slots {
		if h := s.Hold; h == nil || s.Standing() != nil {
			continue
		} else if h.Status == HoldPlaced || h.Status == HoldBooked {
			r.letGo(Act{By: last.By, At: last.At}, s, Text{})
		} else if h.Status == HoldAsked {
			s.Hold = nil // nothing was promised
		}
	}
}
