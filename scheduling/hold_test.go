package scheduling_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// housed are talks in which Room I is held for G2, and Room II for G3, until one
// day after Now.
func housed(t *testing.T, adjust ...Adjustment) *scheduling.Round {
	t.Helper()
	_, r := Delivered(append(adjust, WithOfficer(), WithStaff())...)
	for slot, room := range map[scheduling.Label]scheduling.RoomID{"G2": "room-1", "G3": "room-2"} {
		terms := scheduling.RoomTerms{Room: room, Until: Now.Add(24 * time.Hour)}
		if err := r.HoldRoom(By(Officer, Now), slot, 1, Palais(), terms); err != nil {
			t.Fatal(err)
		}
	}
	r.TakeEvents()
	return r
}

func statusOf(r *scheduling.Round, label scheduling.Label) scheduling.HoldStatus {
	if h := r.Slot(label).Hold; h != nil {
		return h.Status
	}
	return ""
}

func agree(t *testing.T, r *scheduling.Round, label scheduling.Label, at time.Time) {
	t.Helper()
	for _, by := range []scheduling.MemberID{AlphaHead, BravoHead} {
		if err := r.Consent(By(by, at), label, r.Slot(label).Version); err != nil {
			t.Fatal(err)
		}
	}
}

func wantRefusal(t *testing.T, err, kind error, code string) {
	t.Helper()
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if !ok || !errors.Is(err, kind) || refusal.Code != code {
		t.Errorf("got %v, want %v with code %s", err, kind, code)
	}
}

// I10: confirming consumes the hold of the chosen slot and releases all others
// of the round, in one step.
func TestConfirmingConsumesTheHold(t *testing.T) {
	t.Parallel()
	r := housed(t)
	agree(t, r, "G2", Now.Add(time.Hour))
	if err := r.Confirm(By(AlphaHead, Now.Add(time.Hour)), "G2", 1); err != nil {
		t.Fatal(err)
	}
	claims := r.Claims()
	if len(claims) != 1 || !claims[0].Booked || claims[0].Room != "room-1" || !claims[0].Until.IsZero() {
		t.Errorf("claims %+v, want the one booking", claims)
	}
	events := r.TakeEvents()
	kinds := map[scheduling.EventKind]scheduling.Label{}
	for _, e := range events {
		kinds[e.Kind] = e.Slot
	}
	if kinds[scheduling.RoomBooked] != "G2" || kinds[scheduling.RoomReleased] != "G3" {
		t.Errorf("events %v, want the room of G2 booked and that of G3 released", kinds)
	}
	if statusOf(r, "G2") != scheduling.HoldBooked || statusOf(r, "G3") != scheduling.HoldReleased || r.Meeting.Room != "Room I" {
		t.Errorf("G2 is %s, G3 %s, the meeting in %q", statusOf(r, "G2"), statusOf(r, "G3"), r.Meeting.Room)
	}
}

// Whatever takes a slot off the table, or its date, lets its room go at once.
func TestHoldsEndWithTheirSlots(t *testing.T) {
	t.Parallel()
	at := Now.Add(2 * time.Hour)
	confirmed := func(t *testing.T, r *scheduling.Round) {
		t.Helper()
		agree(t, r, "G2", at)
		if err := r.Confirm(By(AlphaHead, at), "G2", 1); err != nil {
			t.Fatal(err)
		}
		r.TakeEvents()
	}
	for name, act := range map[string]func(t *testing.T, r *scheduling.Round) error{
		"withdrawn": func(_ *testing.T, r *scheduling.Round) error { return r.Withdraw(By(AlphaHead, at), 1) },
		"cancelled": func(_ *testing.T, r *scheduling.Round) error {
			return r.Cancel(By(AlphaHead, at), scheduling.Text{})
		},
		"past deciding": func(_ *testing.T, r *scheduling.Round) error {
			r.Tick(At(2009, time.December, 1, 0, 0))
			return nil
		},
		"cancelled after confirming": func(t *testing.T, r *scheduling.Round) error {
			t.Helper()
			confirmed(t, r)
			return r.Cancel(By(AlphaHead, at), scheduling.Text{})
		},
		"postponed": func(t *testing.T, r *scheduling.Round) error {
			t.Helper()
			confirmed(t, r)
			return errors.Join(r.Postpone(By(AlphaHead, at), scheduling.Text{}), r.Postpone(By(BravoHead, at), scheduling.Text{}))
		},
		"rescheduled": func(t *testing.T, r *scheduling.Round) error {
			t.Helper()
			confirmed(t, r)
			if err := r.Reoffer(By(AlphaHead, at), []scheduling.Label{"G1"}); err != nil {
				return err
			}
			agree(t, r, "G1", at)
			return r.Confirm(By(AlphaHead, at), "G1", 2)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := housed(t)
			if err := act(t, r); err != nil {
				t.Fatal(err)
			}
			if claims := r.Claims(); len(claims) > 0 {
				t.Errorf("claims %+v, want none", claims)
			}
			told := slices.ContainsFunc(r.TakeEvents(), func(e scheduling.Event) bool {
				return (e.Kind == scheduling.RoomReleased || e.Kind == scheduling.RoomHoldExpired) && e.Slot == "G2"
			})
			if !told {
				t.Error("nobody is told that the room of G2 is free")
			}
		})
	}
}

// A hold lapses by the clock, at its instant and not before, once.
func TestHoldExpires(t *testing.T) {
	t.Parallel()
	r := housed(t)
	until := Now.Add(24 * time.Hour)
	if due := r.NextDue(); !due.Equal(until) {
		t.Errorf("due at %v, want %v", due, until)
	}
	if r.Tick(until.Add(-time.Second)) || !r.Tick(until) || r.Tick(until) {
		t.Error("the clock acts before the hold ends, or not, or twice")
	}
	if statusOf(r, "G2") != scheduling.HoldExpired || len(r.Claims()) > 0 {
		t.Errorf("G2 is %s, claims %v", statusOf(r, "G2"), r.Claims())
	}
}

// A round that needs a room confirms no date without one; a hold that has
// lapsed is taken anew by confirming.
func TestRoomNeeded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		slot  scheduling.Label
		after time.Duration
		code  string
		anew  bool
	}{
		"held":    {slot: "G2", after: time.Hour},
		"lapsed":  {slot: "G2", after: 24 * time.Hour, anew: true},
		"none":    {slot: "G1", after: time.Hour, code: "room_missing"},
		"refused": {slot: "W1", after: time.Hour, code: "room_refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := housed(t)
			err := errors.Join(
				r.SetConference(By(Officer, Now), scheduling.Conference{NeedsRoom: true}),
				r.RefuseRoom(By(Officer, Now), "W1", 1, scheduling.Text{Body: "none large enough"}))
			if err != nil {
				t.Fatal(err)
			}
			at := Now.Add(tc.after)
			agree(t, r, tc.slot, at)
			if got := r.RoomAnew(r.Slot(tc.slot)); got != tc.anew {
				t.Errorf("taken anew: got %v, want %v", got, tc.anew)
			}
			err = r.Confirm(By(AlphaHead, at), tc.slot, 1)
			if tc.code != "" {
				wantRefusal(t, err, scheduling.ErrConflict, tc.code)
				return
			}
			if err != nil || statusOf(r, tc.slot) != scheduling.HoldBooked {
				t.Errorf("got %v and %s, want booked", err, statusOf(r, tc.slot))
			}
		})
	}
}

// Where the last consent confirms, it waits for a room that is needed.
func TestLastConsentWaitsForTheRoom(t *testing.T) {
	t.Parallel()
	r := housed(t, WithRule(func(ru *scheduling.Rule) { ru.Confirmation = scheduling.OnLastConsent }))
	if err := r.SetConference(By(Officer, Now), scheduling.Conference{NeedsRoom: true}); err != nil {
		t.Fatal(err)
	}
	agree(t, r, "G1", Now)
	if r.Status != scheduling.OnTheTable {
		t.Errorf("the round is %s without a room", r.Status)
	}
	agree(t, r, "G2", Now)
	if r.Status != scheduling.Confirmed || statusOf(r, "G2") != scheduling.HoldBooked {
		t.Errorf("the round is %s, G2's room %s", r.Status, statusOf(r, "G2"))
	}
}

// A material change keeps the room where the hold covers the new times, and
// asks the office again where it does not.
func TestChangedSlotRechecksTheHold(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		hours civil.Span
		place string
		want  scheduling.HoldStatus
	}{
		"shorter":        {civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, "Palais des Nations", scheduling.HoldPlaced},
		"longer":         {civil.Span{From: civil.Clock(10, 0), To: civil.Clock(20, 0)}, "Palais des Nations", scheduling.HoldAsked},
		"somewhere else": {civil.Span{From: civil.Clock(10, 0), To: civil.Clock(18, 0)}, "CICG", scheduling.HoldAsked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := housed(t)
			if err := r.ChangeSlot(By(AlphaHead, Now.Add(time.Hour)), "G2", 1, scheduling.SlotTerms{Hours: tc.hours, Place: tc.place}); err != nil {
				t.Fatal(err)
			}
			r.TakeEvents()
			h := r.Slot("G2").Standing()
			if h == nil || h.Status != tc.want || h.SlotVersion != 2 {
				t.Errorf("hold %+v, want %s for version 2", h, tc.want)
			}
			wantClaims := 1 // of G3
			if tc.want == scheduling.HoldPlaced {
				wantClaims = 2
			}
			if got := len(r.Claims()); got != wantClaims {
				t.Errorf("%d claims, want %d", got, wantClaims)
			}
		})
	}
}

func TestHoldingIsRefused(t *testing.T) {
	t.Parallel()
	closed := Palais()
	closed.Venue.Closed = []civil.Date{Date(2009, time.November, 18)}
	retired := Palais()
	retired.Rooms[0].Retired = true
	until := Now.Add(time.Hour)
	room := scheduling.RoomTerms{Room: "room-1", Until: until}
	for name, tc := range map[string]struct {
		by    scheduling.MemberID
		slot  scheduling.Label
		venue scheduling.RegisteredVenue
		terms scheduling.RoomTerms
		kind  error
		code  string
	}{
		"a party":          {AlphaHead, "G1", Palais(), room, scheduling.ErrForbidden, "rooms_right_missing"},
		"staff without":    {Secretary, "G1", Palais(), room, scheduling.ErrForbidden, "rooms_right_missing"},
		"another city":     {Officer, "W1", Palais(), room, scheduling.ErrInvalid, "room_elsewhere"},
		"unknown room":     {Officer, "G1", Palais(), scheduling.RoomTerms{Room: "x", Until: until}, scheduling.ErrInvalid, "room_unknown"},
		"retired room":     {Officer, "G1", retired, room, scheduling.ErrInvalid, "room_unknown"},
		"closed":           {Officer, "G1", closed, room, scheduling.ErrConflict, "venue_closed"},
		"over already":     {Officer, "G1", Palais(), scheduling.RoomTerms{Room: "room-1", Until: Now}, scheduling.ErrInvalid, "hold_until_past"},
		"beyond the date":  {Officer, "G1", Palais(), scheduling.RoomTerms{Room: "room-1", Until: Now.AddDate(1, 0, 0)}, scheduling.ErrInvalid, "hold_until_late"},
		"without a reason": {Officer, "G1", Palais(), scheduling.RoomTerms{Room: "room-1", Until: until, Override: true}, scheduling.ErrInvalid, "override_reason_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered(WithOfficer(), WithStaff())
			wantRefusal(t, r.HoldRoom(By(tc.by, Now), tc.slot, 1, tc.venue, tc.terms), tc.kind, tc.code)
			if r.Slot(tc.slot).Hold != nil {
				t.Error("the refusal left a hold")
			}
		})
	}
}

// Booking a room after the date is confirmed tells the invited, and so does
// giving it up.
func TestRoomOfAConfirmedDate(t *testing.T) {
	t.Parallel()
	_, r := Confirmed(WithOfficer())
	at := Now.Add(5 * time.Hour)
	if err := r.HoldRoom(By(Officer, at), "G2", 1, Palais(), scheduling.RoomTerms{Room: "room-2"}); err != nil {
		t.Fatal(err)
	}
	if r.Meeting.Room != "Room II" || r.Meeting.Sequence != 1 || statusOf(r, "G2") != scheduling.HoldBooked {
		t.Errorf("meeting %+v, hold %s", r.Meeting, statusOf(r, "G2"))
	}
	if err := r.ReleaseRoom(By(Officer, at), "G2", scheduling.Text{Body: "flooded"}); err != nil {
		t.Fatal(err)
	}
	if r.Meeting.Room != "" || r.Meeting.Sequence != 2 || r.Status != scheduling.Confirmed || len(r.Claims()) > 0 {
		t.Errorf("meeting %+v, claims %v", r.Meeting, r.Claims())
	}
}

// Holidays flag slots for those who keep them, and may fall a day off.
func TestFeasts(t *testing.T) {
	t.Parallel()
	day := Date(2009, time.November, 19)
	list := func(l scheduling.HolidayList, first, last civil.Date, shift bool) scheduling.HolidayList {
		l.Name, l.Source = "list", "source"
		l.Days = []scheduling.Holiday{{First: first, Last: last, Name: "day", MayShift: shift}}
		return l
	}
	parties := []scheduling.Party{{ID: Alpha, Country: "US"}, {ID: Bravo, Country: "RU"}, {ID: Charlie}}
	for name, tc := range map[string]struct {
		list    scheduling.HolidayList
		none    bool
		parties []scheduling.PartyID
		host    bool
		all     bool
		near    bool
	}{
		"of the host":          {list: list(scheduling.HolidayList{Countries: []string{"CH"}}, day, day, false), host: true},
		"of a party":           {list: list(scheduling.HolidayList{Countries: []string{"RU", "BY"}}, day, day, false), parties: []scheduling.PartyID{Bravo}},
		"of nobody here":       {list: list(scheduling.HolidayList{Countries: []string{"JP"}}, day, day, false), none: true},
		"tied to no country":   {list: list(scheduling.HolidayList{}, day.Add(-1), day.Add(1), false), all: true},
		"the day before":       {list: list(scheduling.HolidayList{Countries: []string{"CH"}}, day.Add(-1), day.Add(-1), false), none: true},
		"may shift to it":      {list: list(scheduling.HolidayList{Countries: []string{"CH"}}, day.Add(-1), day.Add(-1), true), host: true, near: true},
		"too far to shift":     {list: list(scheduling.HolidayList{Countries: []string{"CH"}}, day.Add(2), day.Add(2), true), none: true},
		"a summit anywhere":    {list: list(scheduling.HolidayList{Kind: scheduling.PublicEvents, Countries: []string{"JP"}, City: "Tokyo"}, day, day, false)},
		"shifts and is it too": {list: list(scheduling.HolidayList{Countries: []string{"US"}}, day, day, true), parties: []scheduling.PartyID{Alpha}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := scheduling.Candidate{Venue: Geneva(), Days: []civil.Date{day}}
			got := scheduling.Feasts([]scheduling.HolidayList{tc.list}, c, parties)
			if tc.none {
				if len(got) > 0 {
					t.Errorf("got %+v, want none", got)
				}
				return
			}
			if len(got) != 1 || !slices.Equal(got[0].Parties, tc.parties) || got[0].Host != tc.host || got[0].All != tc.all || got[0].Near != tc.near {
				t.Errorf("got %+v, want %+v", got, tc)
			}
		})
	}
}
