package web

import (
	"net/url"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// officed are talks with a conference office, and the palace in the register.
func officed(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	n, r := schedulingtest.Delivered(schedulingtest.WithID("table"), schedulingtest.WithOfficer(), schedulingtest.WithStaff(),
		schedulingtest.WithObserver(), schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
			n.Member(schedulingtest.Secretary).Account = "keeper"
		}))
	if _, err := h.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatal(err)
	}
	if err := h.AddVenue(t.Context(), schedulingtest.Palais()); err != nil {
		t.Fatal(err)
	}
	return h
}

// seated is the session of a member of these talks.
func seated(t *testing.T, h *house, m scheduling.MemberID) string {
	t.Helper()
	return sessionOf(t, h, scheduling.Token{Negotiation: "table", Member: m}, h.now)
}

func wantText(t *testing.T, what, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%s: no %q in the page", what, text)
		}
	}
}

// The officer holds a room for a date; all parties read until when, and none of
// them can do the same.
func TestRoomIsHeldOnThePages(t *testing.T) {
	t.Parallel()
	h := officed(t)
	officer, head := seated(t, h, schedulingtest.Officer), seated(t, h, schedulingtest.AlphaHead)
	const sheet, room = "/n/table/1/conference", "/n/table/1/conference/G2"
	wantStatus(t, "ask", post(t, h, room, url.Values{"do": {"ask"}, "version": {"1"}}, "Cookie", head), 303)
	page := get(t, h, room, "Cookie", officer)
	wantStatus(t, "page of the room", page, 200)
	wantText(t, "page of the room", page.Body.String(), "A room is asked for.", "Room I, Palais des Nations, Geneva", "free")
	form := url.Values{
		"do": {"hold"}, "version": {"1"}, "room": {"room-1"}, "way": {"first"},
		"until-d": {"12"}, "until-m": {"11"}, "until-y": {"2009"}, "at": {"18:00"},
	}
	wantStatus(t, "hold by a party", post(t, h, room, form, "Cookie", head), 403)
	wantStatus(t, "hold by the officer", post(t, h, room, form, "Cookie", officer), 303)
	held := "Room I held until"
	for what, rec := range map[string]string{
		"sheet of a party": sheet, "overview": "/n/table/1", "page of consent": "/n/table/1/consent/G2",
	} {
		page := get(t, h, rec, "Cookie", head)
		wantStatus(t, what, page, 200)
		wantText(t, what, page.Body.String(), held)
	}
	wantStatus(t, "sheet of an observer", get(t, h, sheet, "Cookie", seated(t, h, schedulingtest.CharlieHead)), 403)
	late := url.Values{"do": {"hold"}, "version": {"1"}, "room": {"room-2"}, "way": {"first"}, "until-d": {"12"}, "until-m": {"11"}, "until-y": {"2010"}, "at": {"18:00"}}
	wantStatus(t, "hold beyond the date", post(t, h, room, late, "Cookie", officer), 422)
	wantStatus(t, "release", post(t, h, room, url.Values{"do": {"release"}, "version": {"1"}}, "Cookie", officer), 303)
	if page := get(t, h, sheet, "Cookie", head); strings.Contains(page.Body.String(), held) {
		t.Error("the sheet still shows the room that was let go")
	}
}

// Another negotiation's room is taken, and nobody learns by whom.
func TestTakenRoomNamesNobody(t *testing.T) {
	t.Parallel()
	h := officed(t)
	n, r := schedulingtest.Delivered(schedulingtest.WithID("secret-talks"), schedulingtest.WithOfficer(),
		schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Title.Body = "Hidden matter" }))
	if _, err := h.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatal(err)
	}
	id := scheduling.RoundID{Negotiation: "secret-talks", Number: 1}
	if err := h.Update(t.Context(), id, scheduling.Once{}, schedulingtest.Hold(h.now, scheduling.RoomTerms{Room: "room-1"})); err != nil {
		t.Fatal(err)
	}
	officer := seated(t, h, schedulingtest.Officer)
	form := url.Values{
		"do": {"hold"}, "version": {"1"}, "room": {"room-1"}, "way": {"first"},
		"until-d": {"12"}, "until-m": {"11"}, "until-y": {"2009"}, "at": {"18:00"},
	}
	rec := post(t, h, "/n/table/1/conference/G2", form, "Cookie", officer)
	wantStatus(t, "hold", rec, 409)
	keeper := h.account(t, scheduling.Account{ID: "keeper", Name: "Keeper", Rooms: true})
	view := get(t, h, "/venues/palais?from=2009-11-16", "Cookie", keeper)
	wantStatus(t, "view of the venue", view, 200)
	wantText(t, "view of the venue", view.Body.String(), "Room I", "10:00", "taken")
	for what, body := range map[string]string{"refusal": rec.Body.String(), "view": view.Body.String()} {
		if strings.Contains(body, "Hidden matter") || strings.Contains(body, "secret-talks") {
			t.Errorf("the %s names the other user of the room", what)
		}
	}
	form.Set("way", "second")
	wantStatus(t, "second option", post(t, h, "/n/table/1/conference/G2", form, "Cookie", officer), 303)
	form.Set("way", "override")
	wantStatus(t, "override without a reason", post(t, h, "/n/table/1/conference/G2", form, "Cookie", officer), 422)
	form.Set("reason", "both agreed to share")
	wantStatus(t, "override", post(t, h, "/n/table/1/conference/G2", form, "Cookie", officer), 303)
	wantText(t, "view of the venue", get(t, h, "/venues/palais?from=2009-11-16", "Cookie", keeper).Body.String(),
		"Taken twice", "Alpha and Bravo: G2")
	if page := get(t, h, "/n/table/1/history", "Cookie", seated(t, h, schedulingtest.AlphaHead)); strings.Contains(page.Body.String(), "share") {
		t.Error("a party reads why the room was taken beside another use")
	}
}

// The sheet is the staff's own until it is opened to all parties.
func TestConferenceSheet(t *testing.T) {
	t.Parallel()
	h := officed(t)
	officer, head := seated(t, h, schedulingtest.Officer), seated(t, h, schedulingtest.AlphaHead)
	const sheet = "/n/table/1/conference"
	form := url.Values{
		"needs": {"yes"}, "participants": {"40"}, "languages": {"English, French"}, "services": {"recording"}, "readers": {"own"},
	}
	wantStatus(t, "by a party", post(t, h, sheet, form, "Cookie", head), 403)
	wantStatus(t, "by the officer", post(t, h, sheet, form, "Cookie", officer), 303)
	page := get(t, h, sheet, "Cookie", head).Body.String()
	wantText(t, "party", page, "A date is confirmed only with a room.", "Thu 5 November 2009")
	if strings.Contains(page, "recording") {
		t.Error("a party reads what the staff keeps to itself")
	}
	form.Set("readers", "all_parties")
	wantStatus(t, "opened", post(t, h, sheet, form, "Cookie", officer), 303)
	wantText(t, "party", get(t, h, sheet, "Cookie", head).Body.String(), "recording", "English, French", "40")
	form.Set("participants", "many")
	wantStatus(t, "no number", post(t, h, sheet, form, "Cookie", officer), 422)
}

// Who keeps the register adds venues and rooms; sending a form twice adds once.
func TestRegister(t *testing.T) {
	t.Parallel()
	h := officed(t)
	keeper := h.account(t, scheduling.Account{ID: "keeper", Name: "Keeper", Rooms: true})
	plain := h.account(t, scheduling.Account{ID: "plain", Name: "Plain"})
	wantStatus(t, "plain account", get(t, h, "/venues", "Cookie", plain), 403)
	form := url.Values{"o0-city": {"Vienna"}, "o0-place": {"Hofburg"}, "o0-closed": {"25 December 2026"}, "key": {strings.Repeat("A", 22)}}
	first := post(t, h, "/venues", form, "Cookie", keeper)
	wantStatus(t, "add", first, 303)
	wantStatus(t, "add again", post(t, h, "/venues", form, "Cookie", keeper), 303)
	where := first.Header().Get("Location")
	form = url.Values{"o0-city": {"Vienna"}, "o0-place": {"Hofburg"}, "new-name": {"Saal"}, "new-seats": {"80"}}
	wantStatus(t, "add a room", post(t, h, where, form, "Cookie", keeper), 303)
	venues, err := h.Venues(t.Context())
	if err != nil || len(venues) != 2 || len(venues[1].Rooms) != 1 || venues[1].Rooms[0].Seats != 80 || venues[1].Venue.Zone != "Europe/Vienna" {
		t.Errorf("venues %+v (%v)", venues, err)
	}
	wantText(t, "venue", get(t, h, where, "Cookie", keeper).Body.String(), `value="Saal"`)
	form.Set("new-name", " ")
	form.Set("o0-city", "")
	wantStatus(t, "without a city", post(t, h, where, form, "Cookie", keeper), 422)
}
