package web

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

func TestErasePerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.member(t, schedulingtest.BravoHead)
	officer := h.member(t, schedulingtest.BravoOfficer)
	name := h.negotiation(t).Member(schedulingtest.BravoOfficer).Name
	path := memberPath("talks", schedulingtest.BravoOfficer) + "/erasure"

	for who, cookie := range map[string]string{"a rival": h.member(t, schedulingtest.AlphaHead), "a colleague who does not manage": officer} {
		rec := post(t, h, path, nil, "Cookie", cookie)
		if rec.Code != 404 && rec.Code != 403 {
			t.Errorf("%s erases: status %d", who, rec.Code)
		}
	}
	own := memberPath("talks", schedulingtest.BravoHead) + "/erasure"
	wantStatus(t, "oneself", post(t, h, own, url.Values{"key": {newID()}}, "Cookie", head), 403)
	if m := h.negotiation(t).Member(schedulingtest.BravoOfficer); m == nil || m.Name != name {
		t.Fatal("a refused erasure changed the member")
	}

	page := wordsOf(get(t, h, path+"?lang=en", "Cookie", head))
	for _, want := range []string{name, "cannot be undone", "What stays"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	form := url.Values{"key": {newID()}}
	for range 2 {
		wantStatus(t, "erase", post(t, h, path, form, "Cookie", head), 303)
	}
	wantStatus(t, "the erased member", get(t, h, membersURL, "Cookie", officer), 303)
	n := h.negotiation(t)
	m := n.Members[slices.IndexFunc(n.Members, func(m scheduling.Member) bool { return m.ID == schedulingtest.BravoOfficer })]
	if !m.Erased || !strings.HasSuffix(m.Name, "Delegate 4") && !strings.HasSuffix(m.Name, "Délégué 4") || m.Email != "" {
		t.Errorf("the member is %+v", m)
	}
	for _, page := range []string{membersURL, "/n/talks/1/history"} {
		if body := wordsOf(get(t, h, page, "Cookie", head)); strings.Contains(body, name) {
			t.Errorf("%s still names %s", page, name)
		}
	}
	if body := wordsOf(get(t, h, "/n/talks/1/history?lang=en", "Cookie", head)); !strings.Contains(body, "had the name and address of a member erased") {
		t.Error("the history does not say so")
	}
	if body := wordsOf(get(t, h, "/n/talks/1/history?lang=en", "Cookie", h.member(t, schedulingtest.AlphaHead))); strings.Contains(body, "erased") {
		t.Error("the other side learns of it")
	}
}

func TestFormerMembersCanBeErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.member(t, schedulingtest.BravoHead)
	member := memberPath("talks", schedulingtest.BravoOfficer)
	wantStatus(t, "remove", post(t, h, member+"/removal", url.Values{"key": {newID()}}, "Cookie", head), 303)
	link := `href="` + member + `/erasure"`
	if body := get(t, h, membersURL, "Cookie", head).Body.String(); !strings.Contains(body, link) {
		t.Error("who has left cannot be erased")
	}
	if body := get(t, h, membersURL, "Cookie", h.member(t, schedulingtest.AlphaHead)).Body.String(); strings.Contains(body, link) {
		t.Error("the other side learns who has left")
	}
	wantStatus(t, "erase", post(t, h, member+"/erasure", url.Values{"key": {newID()}}, "Cookie", head), 303)
	if body := get(t, h, membersURL, "Cookie", head).Body.String(); strings.Contains(body, link) {
		t.Error("who was erased can be erased again")
	}
}

func TestDataOfAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := memberPath("talks", schedulingtest.BravoOfficer) + "/data.json"
	wantStatus(t, "a rival", get(t, h, path, "Cookie", h.member(t, schedulingtest.AlphaHead)), 404)
	for who, id := range map[string]scheduling.MemberID{"the person": schedulingtest.BravoOfficer, "the head": schedulingtest.BravoHead} {
		rec := get(t, h, path, "Cookie", h.member(t, id))
		wantStatus(t, who, rec, 200)
		var data memberData
		if err := json.Unmarshal(rec.Body.Bytes(), &data); err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		m := h.negotiation(t).Member(schedulingtest.BravoOfficer)
		if data.Name != m.Name || data.Email != m.Email || len(data.Access) == 0 {
			t.Errorf("%s gets %+v", who, data)
		}
	}
	colleague := memberPath("talks", schedulingtest.BravoHead) + "/data.json"
	wantStatus(t, "a colleague", get(t, h, colleague, "Cookie", h.member(t, schedulingtest.BravoOfficer)), 404)
}
