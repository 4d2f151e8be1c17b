package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// postTo sends a form to a path of the site.
func (v visitor) postTo(path string, values url.Values) string {
	v.Helper()
	rec := post(v.TB, v.site, path, values, "Cookie", v.cookie())
	if rec.Code != http.StatusSeeOther {
		v.Fatalf("POST %s: status %d\n%s", path, rec.Code, text(rec.Body.String()))
	}
	return rec.Header().Get("Location")
}

// page opens a page of the site.
func (v visitor) page(path string) string {
	v.Helper()
	return withStatus(v.TB, get(v.TB, v.site, path, "Cookie", v.cookie()), http.StatusOK)
}

// weekendTalks are talks in which three Washington dates are on the table: W1
// on Saturday 21, W2 on Sunday 22 and W3 on Monday 23 November 2009.
func weekendTalks(tb testing.TB) visitTo {
	tb.Helper()
	n, r := schedulingtest.Talks(schedulingtest.WithObserver(), inEnglish())
	c := schedulingtest.P1()
	c.Terms.Weekends = true
	c.Terms.Options = c.Terms.Options[1:]
	c.Terms.Options[0].Order = scheduling.OrderPreferred
	c.Terms.Options[0].Windows = []scheduling.Window{{From: schedulingtest.Date(2009, time.November, 21), To: schedulingtest.Date(2009, time.November, 23)}}
	if err := r.Deliver(schedulingtest.By(schedulingtest.AlphaHead, schedulingtest.Now), c, schedulingtest.Paper("P1")); err != nil {
		tb.Fatal(err)
	}
	return talksAt(tb, schedulingtest.At(2009, time.November, 5, 9, 0), n, r)
}

// commits names Bravo's head of delegation and adds a commitment in Geneva,
// through the page.
func (v visitor) commits(values url.Values) {
	v.Helper()
	path := keyPersonsPath(v.id.Negotiation)
	form := filled(v.TB, v.page(path), path)
	form.Set("name", "Ivanov")
	form.Set("function", "head")
	v.postTo(path, form)
	form = filled(v.TB, v.page(path), path+"/commitments")
	for name := range values {
		form.Set(name, values.Get(name))
	}
	form.Set("city", "Genf")
	v.postTo(path+"/commitments", form)
}

var (
	busyUntilFriday = url.Values{
		"kind": {"busy"}, "note": {"other talks"},
		"first-d": {"16"}, "first-m": {"11"}, "first-y": {"2009"}, "last-d": {"20"}, "last-m": {"11"}, "last-y": {"2009"},
	}
	presentTillFriday = url.Values{
		"kind": {"present"}, "note": {"other talks"}, "readers": {"all"},
		"first-d": {"9"}, "first-m": {"11"}, "first-y": {"2009"}, "last-d": {"20"}, "last-m": {"11"}, "last-y": {"2009"},
	}
)

var formKeys = regexp.MustCompile(`name="key" value="[^"]*"`)

// withoutKeys is a page without what is random in it.
func withoutKeys(page string) string { return formKeys.ReplaceAllString(page, "") }

// firstDifference is the first line in which two texts differ.
func firstDifference(a, b string) string {
	other := strings.Split(b, "\n")
	for i, line := range strings.Split(a, "\n") {
		if i >= len(other) || line != other[i] {
			return line + "\n" + other[min(i, len(other)-1)]
		}
	}
	return "the second is longer"
}

// everyPage is every page of a round and all that can be downloaded from it, as
// a member gets it: the bodies with their headers.
func (v visitor) everyPage(labels ...string) string {
	v.Helper()
	pages := []string{"", "/reply", "/history", "/history.csv", "/subscribe", "/paper/1", "/answers/new?party=bravo", "/proposals/new"}
	for _, label := range labels {
		pages = append(pages, "/consent/"+label, "/slots/"+label+"/calendar.ics", "/slots/"+label+"/amendment")
	}
	var all strings.Builder
	add := func(path string) {
		rec := get(v.TB, v.site, path, "Cookie", v.cookie())
		all.WriteString(path + "\n" + rec.Header().Get("ETag") + rec.Header().Get("Content-Length") + "\n")
		all.WriteString(withoutKeys(rec.Body.String()) + "\n")
	}
	for _, page := range pages {
		add(roundPath(v.id) + page)
	}
	for _, path := range []string{"/", "/n/talks/members", "/n/talks/state"} {
		add(path)
	}
	return all.String()
}

// A13: travel of a key person pre-fills the own party's draft and touches
// nothing else.
func TestA13TravelOfAKeyPerson(t *testing.T) {
	t.Parallel()
	plain, v := weekendTalks(t), weekendTalks(t)
	bravo := v.as(schedulingtest.BravoHead)
	bravo.commits(busyUntilFriday)

	page := bravo.opens("/reply")
	form := filled(t, page, roundPath(v.id)+"/reply")
	for name, want := range map[string]string{
		"level-W1": "not_possible", "class-W1": "travel", "level-W2": "", "class-W2": "", "level-W3": "", "class-W3": "",
	} {
		if got := form.Get(name); got != want {
			t.Errorf("the reply begins with %s = %q, want %q", name, got, want)
		}
	}
	has(t, page, "Ivanov is committed in Geneva, 16–20 November 2009: 1 day of travel is needed in between.", "Nothing is sent before you send it")
	if r := v.round(); len(r.Drafts) > 0 || len(r.Slot("W1").Positions) > 1 {
		t.Errorf("something was kept without an act: drafts %v, positions %v", r.Drafts, r.Slot("W1").Positions)
	}

	for _, who := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.CharlieHead} {
		with, without := v.as(who).everyPage("W1", "W2", "W3"), plain.as(who).everyPage("W1", "W2", "W3")
		if with != without {
			t.Errorf("%s can tell that Bravo has a commitment:\n%s", who, firstDifference(without, with))
		}
		if strings.Contains(with, "Ivanov") || strings.Contains(with, "other talks") {
			t.Errorf("%s reads of Bravo's commitment", who)
		}
	}
	if got := get(t, v.site, "/n/talks/key-persons", "Cookie", v.as(schedulingtest.AlphaHead).cookie()); strings.Contains(got.Body.String(), "Ivanov") {
		t.Error("Alpha reads Bravo's diary")
	}
	withStatus(t, get(t, v.site, "/n/talks/key-persons", "Cookie", v.as(schedulingtest.CharlieHead).cookie()), http.StatusNotFound)

	// Sent as it begins, it is one answer; the others stay open.
	form.Set("do", "send")
	bravo.sends("/reply", form)
	pos, ok := v.round().Slot("W1").Position(schedulingtest.Bravo)
	if !ok || pos.Level != scheduling.LevelNotPossible || pos.ReasonClass != scheduling.ReasonTravel {
		t.Errorf("W1 is answered %+v", pos)
	}
	if _, ok := v.round().Slot("W2").Position(schedulingtest.Bravo); ok {
		t.Error("W2 was answered without an act")
	}
}

// A13, the other half: presence blocks nothing and shows to those who may know.
func TestA13PresenceOfAKeyPerson(t *testing.T) {
	t.Parallel()
	const hint = "Bravo’s head of delegation is in Geneva"
	v := delivered(t, schedulingtest.WithObserver())
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	before := alpha.everyPage("G1")
	bravo.commits(presentTillFriday)
	form := bravo.replyForm()
	for _, label := range []string{"G1", "G2", "G3", "W1"} {
		if got := form.Get("level-" + label); got != "" {
			t.Errorf("presence fills %s with %q", label, got)
		}
	}
	for _, who := range []visitor{alpha, bravo} {
		has(t, who.opens(""), hint, "G1, G2 and G3")
		if n := strings.Count(who.opens("/reply"), hint); n != 3 {
			t.Errorf("%s reads the hint at %d dates, want 3", who.member, n)
		}
	}
	if page := v.as(schedulingtest.CharlieHead).opens(""); strings.Contains(page, hint) {
		t.Error("an observer reads of a party's key person")
	}
	for _, secret := range []string{"Ivanov", "other talks"} {
		if strings.Contains(alpha.everyPage("G1"), secret) {
			t.Errorf("Alpha reads %q", secret)
		}
	}

	// Told to nobody, it changes nothing for anybody else.
	hidden := delivered(t, schedulingtest.WithObserver())
	values := url.Values{}
	for name := range presentTillFriday {
		values.Set(name, presentTillFriday.Get(name))
	}
	values.Set("readers", "own")
	hidden.as(schedulingtest.BravoHead).commits(values)
	if after := hidden.as(schedulingtest.AlphaHead).everyPage("G1"); after != before {
		t.Errorf("Alpha can tell that somebody is in Geneva:\n%s", firstDifference(before, after))
	}
	has(t, hidden.as(schedulingtest.BravoHead).opens("/reply"), hint)
}

// Whoever goes on although it clashes has to say so, at each of the acts; it is
// recorded for the own party alone.
func TestClashHasToBeOverridden(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	bravo.commits(busyUntilFriday)
	form := bravo.replyForm()
	if form.Get("level-G2") != "not_possible" || form.Get("class-G2") != "key_person" {
		t.Errorf("G2 begins as %q (%q), want not possible for a key person", form.Get("level-G2"), form.Get("class-G2"))
	}
	form.Set("level-G2", "available")
	form.Set("do", "send")
	page := withStatus(t, bravo.post("/reply", form), http.StatusConflict)
	has(t, page, "G2 clashes with something firm of your own party.")
	if !strings.Contains(page, `href="#override"`) {
		t.Error("the summary does not lead to the box")
	}
	if _, ok := v.round().Slot("G2").Position(schedulingtest.Bravo); ok {
		t.Fatal("a refused reply was recorded")
	}
	form.Set("override", "yes")
	bravo.sends("/reply", form)

	consent := filled(t, bravo.opens("/consent/G2"), roundPath(v.id)+"/consent/G2")
	has(t, withStatus(t, bravo.post("/consent/G2", consent), http.StatusConflict), "We go on although it clashes", "Ivanov is committed in Geneva")
	consent.Set("override", "yes")
	bravo.sends("/consent/G2", consent)
	alpha.consents("G2")
	alpha.confirms("G2")

	has(t, bravo.opens("/history"), "although it clashes with an engagement of its own", "Ivanov, Geneva, 2009-11-16 – 2009-11-20")
	if page := alpha.opens("/history"); strings.Contains(page, "clash") || strings.Contains(page, "Ivanov") {
		t.Error("Alpha reads of the override")
	}
}

// A meeting that stands binds the whole party in the next round, and a date that
// is merely on the table there is mentioned.
func TestClashWithAnotherRound(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	second := &scheduling.Round{
		ID: scheduling.RoundID{Negotiation: "talks"}, UID: "uid-2", Name: scheduling.Text{Body: "Experts", Scope: scheduling.AllParties},
		Rule: v.round().Rule, Negotiation: v.round().Negotiation,
	}
	if err := second.Open(schedulingtest.AlphaHead, *v.now); err != nil {
		t.Fatal(err)
	}
	if err := second.Deliver(schedulingtest.By(schedulingtest.AlphaHead, *v.now), schedulingtest.P1(), schedulingtest.Paper("P1")); err != nil {
		t.Fatal(err)
	}
	id, err := v.store.AddRound(t.Context(), scheduling.Once{}, second)
	if err != nil {
		t.Fatal(err)
	}
	has(t, bravo.opens("/consent/G2"), "Also on the table: Alpha and Bravo, Experts, Geneva")
	bravo.consents("G2")
	alpha.consents("G2")
	alpha.confirms("G2")

	// What is committed later shows on the page of the meeting, to its party.
	officer := v.as(schedulingtest.BravoOfficer)
	officer.commits(busyUntilFriday)
	has(t, bravo.opens(""), "This clashes with what your own party has to be at", "Ivanov is committed in Geneva")
	if page := alpha.opens(""); strings.Contains(page, "This clashes with") {
		t.Error("Alpha is told what Bravo cannot keep")
	}
	path := keyPersonsPath("talks")
	remove := regexp.MustCompile(path + `/[^/"]+/removal`).FindString(officer.page(path))
	officer.postTo(remove, filled(t, officer.page(path), remove))
	has(t, officer.page(path), "Nobody has been named yet.")

	bravo.id, alpha.id = id, id
	form := bravo.replyForm()
	for label, want := range map[string]string{"G1": "", "G2": "not_possible", "G3": "", "W1": ""} {
		if got := form.Get("level-" + label); got != want {
			t.Errorf("%s begins as %q, want %q", label, got, want)
		}
	}
	// The sender of an offer is warned before it goes out, and has to tick.
	path = roundPath(id) + "/proposals/new"
	offer := filled(t, alpha.page(path), path)
	offer.Set("words", "one day in Washington on 20 November 2009 and 24 November 2009")
	offer.Set("do", "words")
	offer = filled(t, withStatus(t, post(t, v.site, path, offer, "Cookie", alpha.cookie()), http.StatusOK), path)
	offer.Set("do", "check")
	page := withStatus(t, post(t, v.site, path, offer, "Cookie", alpha.cookie()), http.StatusOK)
	has(t, page, "This clashes with what your own party has to be at", "Meeting fixed: Alpha and Bravo, First round, Geneva, Thursday 19 November 2009: 1 day of travel is needed in between.")
	offer = filled(t, page, path)
	offer.Set("do", "send")
	has(t, withStatus(t, post(t, v.site, path, offer, "Cookie", alpha.cookie()), http.StatusConflict), "Tick the box if you go on all the same.")
	offer.Set("override", "yes")
	alpha.postTo(path, offer)
}

// Whoever opens talks is warned of what stands in other talks of the account;
// those who came by private link know of their own talks alone.
func TestClashAcrossTalks(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Delivered(inEnglish(), schedulingtest.WithAccount(schedulingtest.BravoHead, "b"))
	v := talksAt(t, schedulingtest.Now, n, r)
	other, fixed := schedulingtest.Confirmed(inEnglish(), schedulingtest.WithID("other"), schedulingtest.WithAccount(schedulingtest.AlphaHead, "b"), schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Title.Body = "Fisheries"
	}))
	if _, err := v.store.Create(t.Context(), scheduling.Once{}, other, fixed); err != nil {
		t.Fatal(err)
	}
	if err := v.store.CreateAccount(t.Context(), scheduling.Account{ID: "b", Name: "B. Head", Email: "b@bravo.example", Language: "en", Opens: true}); err != nil {
		t.Fatal(err)
	}
	account := sessionOf(t, v.store, scheduling.Token{Account: "b"}, *v.now)
	const clashing = "Meeting fixed: Fisheries, First round, Geneva, Thursday 19 November 2009: on the same days."
	page := get(t, v.site, roundPath(v.id)+"/reply", "Cookie", account).Body.String()
	has(t, page, clashing)
	if form := filled(t, page, roundPath(v.id)+"/reply"); form.Get("level-G2") != "not_possible" || form.Get("level-G1") != "" {
		t.Errorf("the reply begins with G1 %q and G2 %q", form.Get("level-G1"), form.Get("level-G2"))
	}
	if page := v.as(schedulingtest.BravoOfficer).opens("/reply"); strings.Contains(page, "Fisheries") {
		t.Error("a colleague reads of other talks of the head")
	}
	form := with(theCase(t, get(t, v.site, "/new", "Cookie", account).Body.String()), slices.Concat([]string{
		"words", "one day in Geneva on 19 November 2009", "do", "check",
	}, dateValues("reply", 9, 11, 2009))...)
	page = withStatus(t, post(t, v.site, "/new", form, "Cookie", account), http.StatusOK)
	has(t, page, clashing)
	send := with(filled(t, page, "/new"), "do", "send")
	withStatus(t, post(t, v.site, "/new", send, "Cookie", account), http.StatusConflict)
	withStatus(t, post(t, v.site, "/new", with(send, "override", "yes"), "Cookie", account), http.StatusSeeOther)
}

func TestTravelPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.account(t, scheduling.Account{ID: "admin", Name: "Admin", Admin: true})
	page := withStatus(t, get(t, h, "/travel", "Cookie", admin), http.StatusOK)
	has(t, page, "Between cities that are not listed it is 1 day")
	form := url.Values{"from": {"genf"}, "to": {"Canberra"}, "days": {"2"}, "do": {"set"}}
	if rec := post(t, h, "/travel", form, "Cookie", admin); rec.Code != http.StatusSeeOther {
		t.Fatalf("status %d:\n%s", rec.Code, text(rec.Body.String()))
	}
	has(t, get(t, h, "/travel", "Cookie", admin).Body.String(), "Geneva and Canberra: 2 days")
	form.Set("to", "Genève")
	has(t, withStatus(t, post(t, h, "/travel", form, "Cookie", admin), http.StatusUnprocessableEntity), "These are one city.")
	form = url.Values{"from": {"Canberra"}, "to": {"Geneva"}, "do": {"remove"}}
	if rec := post(t, h, "/travel", form, "Cookie", admin); rec.Code != http.StatusSeeOther {
		t.Fatalf("status %d", rec.Code)
	}
	if page := get(t, h, "/travel", "Cookie", admin).Body.String(); strings.Contains(page, "Canberra: 2 days") {
		t.Error("the line is still there")
	}
}

// Programs are refused as people are, and override by a header.
func TestClashForPrograms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	n, r := schedulingtest.Delivered(schedulingtest.WithID("more"))
	if _, err := h.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatal(err)
	}
	err := h.UpdateDiary(t.Context(), "more", schedulingtest.Bravo, scheduling.Once{}, func(n *scheduling.Negotiation, d *scheduling.Diary) error {
		d.Persons = []scheduling.KeyPerson{{ID: "p1", Name: "Ivanov", Function: scheduling.FunctionHead}}
		return d.AddCommitment(n, schedulingtest.BravoHead, scheduling.Commitment{
			ID: "c1", Person: "p1", Kind: scheduling.CommitmentBusy, City: "Geneva",
			First: schedulingtest.Date(2009, time.November, 19), Last: schedulingtest.Date(2009, time.November, 19),
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	token := h.token(t, scheduling.Token{
		Purpose: scheduling.ForAPI, Negotiation: "more", Member: schedulingtest.BravoHead, Scope: schedulingtest.AllRights,
		CreatedAt: h.now, ExpiresAt: h.now.AddDate(1, 0, 0),
	})
	const path = "/negotiations/more/rounds/1/reply"
	body := map[string]any{"answers": []any{map[string]any{"slot": "G2", "level": "available"}}}
	tag := call(t, h, token, "GET", path, nil).want(t, "read", http.StatusOK).tag
	call(t, h, token, "PUT", path, body, "If-Match", tag).refused(t, "a clash", http.StatusConflict, "clash_open")
	call(t, h, token, "PUT", path, body, "If-Match", tag, "Override-Clashes", "yes").want(t, "overridden", http.StatusOK)
}
