package schedulingtest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

func (s *MemoryStore) venue(id scheduling.VenueID) *scheduling.RegisteredVenue {
	i := slices.IndexFunc(s.venues, func(v scheduling.RegisteredVenue) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return &s.venues[i]
}

// AddVenue is scheduling.Register's.
func (s *MemoryStore) AddVenue(ctx context.Context, v scheduling.RegisteredVenue) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := cmp.Or(ctx.Err(), v.Check()); err != nil {
		return err
	}
	if s.venue(v.ID) != nil {
		return conflict("venue_exists")
	}
	s.venues = append(s.venues, Clone(v))
	return nil
}

// UpdateVenue is scheduling.Register's.
func (s *MemoryStore) UpdateVenue(ctx context.Context, id scheduling.VenueID, change func(*scheduling.RegisteredVenue) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	old := s.venue(id)
	if old == nil {
		return notFound("venue_unknown")
	}
	next := Clone(*old)
	if err := change(&next); err != nil {
		return err
	}
	next.ID = id
	next.Retire(old.Rooms)
	if err := next.Check(); err != nil {
		return err
	}
	*old = Clone(next)
	return nil
}

// Venue is scheduling.Register's.
func (s *MemoryStore) Venue(ctx context.Context, id scheduling.VenueID) (scheduling.RegisteredVenue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return scheduling.RegisteredVenue{}, err
	}
	v := s.venue(id)
	if v == nil {
		return scheduling.RegisteredVenue{}, notFound("venue_unknown")
	}
	return Clone(*v), nil
}

// Venues is scheduling.Register's.
func (s *MemoryStore) Venues(ctx context.Context) ([]scheduling.RegisteredVenue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return slices.SortedFunc(slices.Values(Clone(s.venues)), scheduling.CompareVenues), nil
}

// Uses is scheduling.Register's.
func (s *MemoryStore) Uses(ctx context.Context, rooms []scheduling.RoomID, from, to time.Time) ([]scheduling.RoomUse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	found := s.uses(func(c scheduling.Claim) bool {
		return slices.Contains(rooms, c.Room) && c.From.Before(to) && from.Before(c.To)
	})
	slices.SortFunc(found, func(a, b scheduling.RoomUse) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Round.String(), b.Round.String()), cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.Room, b.Room))
	})
	return found, nil
}

// uses are the claims of all rounds that match.
func (s *MemoryStore) uses(match func(scheduling.Claim) bool) []scheduling.RoomUse {
	var found []scheduling.RoomUse
	for _, k := range s.talks {
		for _, r := range k.rounds {
			for _, c := range r.Claims() {
				if match(c) {
					found = append(found, scheduling.RoomUse{Claim: c, Round: r.ID})
				}
			}
		}
	}
	return found
}

// claim refuses the claims of next, which was old before or is new, when one of
// them has to give way to another round's.
func (s *MemoryStore) claim(old, next *scheduling.Round) error {
	var before []scheduling.Claim
	if old != nil {
		before = old.Claims()
	}
	for _, c := range next.Claims() {
		if slices.Contains(before, c) {
			continue
		}
		if !slices.ContainsFunc(s.venues, func(v scheduling.RegisteredVenue) bool { return v.Room(c.Room) != nil }) {
			return conflict("room_unknown")
		}
		var stood *scheduling.Claim
		if i := slices.IndexFunc(before, func(b scheduling.Claim) bool { return b.Slot == c.Slot && b.From.Equal(c.From) }); i >= 0 {
			stood = &before[i]
		}
		taken := s.uses(func(other scheduling.Claim) bool { return c.Yields(other, stood) })
		if slices.ContainsFunc(taken, func(u scheduling.RoomUse) bool { return u.Round != next.ID }) {
			return &scheduling.Error{
				Kind: scheduling.ErrConflict, Code: "room_taken", Field: "room", Params: map[string]string{"slot": string(c.Slot)},
			}
		}
	}
	return nil
}

// AddHolidays is scheduling.Register's.
func (s *MemoryStore) AddHolidays(ctx context.Context, l scheduling.HolidayList) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := cmp.Or(ctx.Err(), l.Check()); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.holidays, func(o scheduling.HolidayList) bool { return o.ID == l.ID }) {
		s.holidays = append(s.holidays, Clone(l))
	}
	return nil
}

// RemoveHolidays is scheduling.Register's.
func (s *MemoryStore) RemoveHolidays(ctx context.Context, id scheduling.HolidayListID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	had := len(s.holidays)
	s.holidays = slices.DeleteFunc(s.holidays, func(l scheduling.HolidayList) bool { return l.ID == id })
	if len(s.holidays) == had {
		return notFound("list_unknown")
	}
	return nil
}

// Holidays is scheduling.Register's.
func (s *MemoryStore) Holidays(ctx context.Context, first, last civil.Date) ([]scheduling.HolidayList, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []scheduling.HolidayList
	for _, l := range s.holidays {
		from, to := l.Span()
		if (first.IsZero() || !to.Before(first)) && (last.IsZero() || !last.Before(from)) {
			found = append(found, Clone(l))
		}
	}
	slices.SortFunc(found, func(a, b scheduling.HolidayList) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}
