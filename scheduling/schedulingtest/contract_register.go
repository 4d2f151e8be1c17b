package schedulingtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

func (s suite) register(t *testing.T) {
	t.Helper()
	t.Run("a venue comes back whole", s.venueWhole)
	t.Run("rooms are retired and never lost", s.roomsRetired)
	t.Run("lists of holidays come back whole", s.holidaysWhole)
	t.Run("a room is taken once", s.roomTaken)
	t.Run("a room is taken once by many at the same time", s.roomTakenTogether)
	t.Run("a room that is let go is free in the same step", s.roomLetGo)
	t.Run("an override stands, and what stood before it stands too", s.roomOverridden)
}

func (s suite) venueWhole(t *testing.T) {
	store := s.open(t, nil)
	want := Palais()
	want.Venue.Closed = []civil.Date{Date(2009, time.December, 25)}
	want.Venue.ExtraSittings = []civil.Span{{From: civil.Clock(20, 0), To: civil.EndOfDay}}
	want.Rooms[1].Retired = true
	if fields := Unpopulated(want); len(fields) > 0 {
		t.Fatalf("the venue leaves fields zero that a comparison would not show: %v", fields)
	}
	other := scheduling.RegisteredVenue{ID: "annex", Venue: Washington()}
	for _, v := range []scheduling.RegisteredVenue{other, want} {
		if err := store.AddVenue(t.Context(), v); err != nil {
			t.Fatalf("add: %v", err)
		}
	}
	wantCode(t, store.AddVenue(t.Context(), other), scheduling.ErrConflict, "venue_exists")
	wantCode(t, store.AddVenue(t.Context(), scheduling.RegisteredVenue{ID: "x"}), scheduling.ErrInvalid, "city_missing")
	got, err := store.Venue(t.Context(), want.ID)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if diff := Diff(want, got); diff != "" {
		t.Errorf("venue differs (-stored +loaded):\n%s", diff)
	}
	all, err := store.Venues(t.Context())
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	if diff := Diff([]scheduling.RegisteredVenue{want, other}, all); diff != "" {
		t.Errorf("venues differ (-stored +loaded):\n%s", diff)
	}
	if _, err := store.Venue(t.Context(), "nowhere"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("an unknown venue: got %v, want ErrNotFound", err)
	}
}

func (s suite) roomsRetired(t *testing.T) {
	store := s.open(t, nil)
	if err := store.AddVenue(t.Context(), Palais()); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("no")
	for name, tc := range map[string]struct {
		change func(*scheduling.RegisteredVenue) error
		want   error
	}{
		"an error":      {func(v *scheduling.RegisteredVenue) error { v.Venue.Name = "Berne"; return refused }, refused},
		"what is wrong": {func(v *scheduling.RegisteredVenue) error { v.Rooms[0].Name = ""; return nil }, scheduling.ErrInvalid},
	} {
		if err := store.UpdateVenue(t.Context(), "palais", tc.change); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", name, err, tc.want)
		}
	}
	err := store.UpdateVenue(t.Context(), "palais", func(v *scheduling.RegisteredVenue) error {
		v.ID, v.Venue.Place = "other", "Annex"
		v.Rooms = []scheduling.Room{{ID: "room-3", Name: "Room III"}, v.Rooms[1]}
		v.Rooms[1].Seats = 14
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Palais()
	want.Venue.Place = "Annex"
	want.Rooms[1].Seats, want.Rooms[0].Retired = 14, true
	want.Rooms = []scheduling.Room{{ID: "room-3", Name: "Room III"}, want.Rooms[1], want.Rooms[0]}
	got, err := store.Venue(t.Context(), "palais")
	if diff := Diff(want, got); err != nil || diff != "" {
		t.Errorf("venue differs (-want +loaded), %v:\n%s", err, diff)
	}
	wantCode(t, store.UpdateVenue(t.Context(), "nowhere", func(*scheduling.RegisteredVenue) error { return nil }), scheduling.ErrNotFound, "venue_unknown")
}

func (s suite) holidaysWhole(t *testing.T) {
	store := s.open(t, nil)
	day := func(m time.Month, d int) civil.Date { return Date(2009, m, d) }
	swiss := scheduling.HolidayList{
		ID: "swiss", Kind: scheduling.Holidays, Name: "Switzerland", Source: "office", Countries: []string{"CH", "LI"}, City: "Geneva",
		ImportedAt: later(1), ImportedBy: "account", Days: []scheduling.Holiday{
			{First: day(time.August, 1), Last: day(time.August, 1), Name: "National Day"},
			{First: day(time.September, 10), Last: day(time.September, 11), Name: "Jeûne", Country: "CH", MayShift: true},
		},
	}
	if fields := Unpopulated(swiss); len(fields) > 0 {
		t.Fatalf("the list leaves fields zero that a comparison would not show: %v", fields)
	}
	summit := scheduling.HolidayList{
		ID: "summit", Kind: scheduling.PublicEvents, Name: "Summit", Source: "press", ImportedAt: later(2),
		Days: []scheduling.Holiday{{First: day(time.July, 8), Last: day(time.July, 10), Name: "Summit"}},
	}
	for _, l := range []scheduling.HolidayList{swiss, summit, {ID: "swiss", Kind: scheduling.Holidays, Name: "again", Source: "x", Days: swiss.Days}} {
		if err := store.AddHolidays(t.Context(), l); err != nil {
			t.Fatalf("add: %v", err)
		}
	}
	wantCode(t, store.AddHolidays(t.Context(), scheduling.HolidayList{ID: "x", Kind: scheduling.Holidays, Name: "x", Source: "x"}), scheduling.ErrInvalid, "list_empty")
	for name, tc := range map[string]struct {
		first, last civil.Date
		want        []scheduling.HolidayList
	}{
		"everything":              {want: []scheduling.HolidayList{summit, swiss}},
		"up to the summit":        {last: day(time.July, 8), want: []scheduling.HolidayList{summit}},
		"before the summit":       {last: day(time.July, 7)},
		"as far as it may shift":  {first: day(time.September, 12), want: []scheduling.HolidayList{swiss}},
		"after all":               {first: day(time.September, 13)},
		"between, within a list":  {first: day(time.August, 5), last: day(time.August, 6), want: []scheduling.HolidayList{swiss}},
		"the last day of another": {first: day(time.July, 10), last: day(time.July, 20), want: []scheduling.HolidayList{summit}},
	} {
		got, err := store.Holidays(t.Context(), tc.first, tc.last)
		if diff := Diff(tc.want, got); err != nil || diff != "" {
			t.Errorf("%s (-want +got), %v:\n%s", name, err, diff)
		}
	}
	if err := store.RemoveHolidays(t.Context(), "swiss"); err != nil {
		t.Fatal(err)
	}
	wantCode(t, store.RemoveHolidays(t.Context(), "swiss"), scheduling.ErrNotFound, "list_unknown")
}

// housed stores the palace, and so many talks that have G2 on the table.
func (s suite) housed(t *testing.T, talks int) (Full, []scheduling.RoundID) {
	t.Helper()
	store := s.open(t, nil)
	if err := store.AddVenue(t.Context(), Palais()); err != nil {
		t.Fatal(err)
	}
	ids := make([]scheduling.RoundID, talks)
	for i := range ids {
		ids[i] = create(t, store, WithID(scheduling.NegotiationID(fmt.Sprint("housed-", i))), WithOfficer())
	}
	return store, ids
}

// Hold is an act of Officer that holds a room of Palais for G2 until one day
// later.
func Hold(at time.Time, terms scheduling.RoomTerms) func(*scheduling.Round) error {
	terms.Until = at.Add(24 * time.Hour)
	return func(r *scheduling.Round) error {
		return r.HoldRoom(By(Officer, at), "G2", r.Slot("G2").Version, Palais(), terms)
	}
}

func hold(t *testing.T, store Full, id scheduling.RoundID, at time.Time, terms scheduling.RoomTerms) error {
	t.Helper()
	return store.Update(t.Context(), id, scheduling.Once{}, Hold(at, terms))
}

func (s suite) roomTaken(t *testing.T) {
	store, ids := s.housed(t, 3)
	first := scheduling.RoomTerms{Room: "room-1"}
	if err := hold(t, store, ids[0], later(1), first); err != nil {
		t.Fatal(err)
	}
	before := load(t, store, ids[1])
	wantCode(t, hold(t, store, ids[1], later(2), first), scheduling.ErrConflict, "room_taken")
	if diff := Diff(before, load(t, store, ids[1])); diff != "" {
		t.Errorf("the refusal changed the round:\n%s", diff)
	}
	if err := hold(t, store, ids[1], later(3), scheduling.RoomTerms{Room: "room-2"}); err != nil {
		t.Errorf("the other room: %v", err)
	}
	if err := hold(t, store, ids[2], later(4), scheduling.RoomTerms{Room: "room-1", Second: true}); err != nil {
		t.Errorf("a second option: %v", err)
	}
	// The first hold lapses a day later, by the clock of whoever comes.
	wantCode(t, hold(t, store, ids[2], later(1).Add(24*time.Hour-time.Second), first), scheduling.ErrConflict, "room_taken")
	if err := hold(t, store, ids[2], later(1).Add(24*time.Hour), first); err != nil {
		t.Errorf("after the hold has lapsed: %v", err)
	}
	uses, err := store.Uses(t.Context(), []scheduling.RoomID{"room-1", "room-2"}, Now, Now.AddDate(0, 1, 0))
	var got []string
	for _, u := range uses {
		got = append(got, fmt.Sprint(u.Round, " ", u.Slot, " ", u.Room, " ", u.From.Format(time.RFC3339)))
	}
	want := []string{
		"housed-0/1 G2 room-1 2009-11-19T09:00:00Z", "housed-1/1 G2 room-2 2009-11-19T09:00:00Z", "housed-2/1 G2 room-1 2009-11-19T09:00:00Z",
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("uses %v (%v), want %v", got, err, want)
	}
	if uses, err := store.Uses(t.Context(), []scheduling.RoomID{"room-1"}, Now, uses[0].From); err != nil || len(uses) != 0 {
		t.Errorf("uses before the first %v (%v), want none", uses, err)
	}
	palace := Palais()
	palace.Rooms[0].ID = "unheard-of"
	err = store.Update(t.Context(), ids[1], scheduling.Once{}, func(r *scheduling.Round) error {
		return r.HoldRoom(By(Officer, later(5)), "G1", 1, palace, scheduling.RoomTerms{Room: "unheard-of", Until: later(60)})
	})
	wantCode(t, err, scheduling.ErrConflict, "room_unknown")
}

func (s suite) roomTakenTogether(t *testing.T) {
	const talks = 6
	store, ids := s.housed(t, talks)
	winners := 0
	for _, err := range together(talks, func(i int) error {
		return store.Update(t.Context(), ids[i], scheduling.Once{}, Hold(later(1), scheduling.RoomTerms{Room: "room-1"}))
	}) {
		if err == nil {
			winners++
		} else {
			wantCode(t, err, scheduling.ErrConflict, "room_taken")
		}
	}
	if winners != 1 {
		t.Errorf("%d talks got the room, want one", winners)
	}
}

func (s suite) roomLetGo(t *testing.T) {
	store, ids := s.housed(t, 2)
	room := scheduling.RoomTerms{Room: "room-1"}
	if err := hold(t, store, ids[0], later(1), room); err != nil {
		t.Fatal(err)
	}
	// G1 is confirmed: G2 is released, and its room with it.
	update(t, store, ids[0], func(r *scheduling.Round) error {
		return errors.Join(r.Consent(By(AlphaHead, later(2)), "G1", 1), r.Consent(By(BravoHead, later(2)), "G1", 1), r.Confirm(By(AlphaHead, later(2)), "G1", 1))
	})
	if h := load(t, store, ids[0]).Slot("G2").Hold; h == nil || h.Status != scheduling.HoldReleased {
		t.Errorf("the hold of the slot that lost is %+v, want released", h)
	}
	if err := hold(t, store, ids[1], later(3), room); err != nil {
		t.Fatalf("the room that was let go: %v", err)
	}
	update(t, store, ids[1], func(r *scheduling.Round) error {
		return errors.Join(r.Consent(By(AlphaHead, later(4)), "G2", 1), r.Consent(By(BravoHead, later(4)), "G2", 1), r.Confirm(By(AlphaHead, later(4)), "G2", 1))
	})
	uses, err := store.Uses(t.Context(), []scheduling.RoomID{"room-1"}, Now, Now.AddDate(0, 1, 0))
	if err != nil || len(uses) != 1 || !uses[0].Booked || !uses[0].Until.IsZero() || uses[0].Round != ids[1] {
		t.Errorf("uses %+v (%v), want the one booking", uses, err)
	}
}

func (s suite) roomOverridden(t *testing.T) {
	store, ids := s.housed(t, 3)
	room := scheduling.RoomTerms{Room: "room-1"}
	if err := hold(t, store, ids[0], later(1), room); err != nil {
		t.Fatal(err)
	}
	if err := hold(t, store, ids[1], later(2), scheduling.RoomTerms{Room: "room-1", Override: true, Reason: "shared"}); err != nil {
		t.Fatalf("override: %v", err)
	}
	wantCode(t, hold(t, store, ids[2], later(3), room), scheduling.ErrConflict, "room_taken")
	for _, id := range ids[:2] { // both go on to confirm
		update(t, store, id, func(r *scheduling.Round) error {
			return errors.Join(r.Consent(By(AlphaHead, later(4)), "G2", 1), r.Consent(By(BravoHead, later(4)), "G2", 1), r.Confirm(By(AlphaHead, later(4)), "G2", 1))
		})
	}
	if n := kinds(history(t, store, ids[1].Negotiation))[scheduling.RoomOverridden]; n != 1 {
		t.Errorf("the override is recorded %d times, want once", n)
	}
}
