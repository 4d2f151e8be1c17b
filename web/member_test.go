package web

import (
	"maps"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

func (h *house) negotiation(tb testing.TB) *scheduling.Negotiation {
	tb.Helper()
	n, err := h.Negotiation(tb.Context(), "talks")
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func (h *house) invited(tb testing.TB) []scheduling.MemberID {
	tb.Helper()
	r, err := h.Round(tb.Context(), scheduling.RoundID{Negotiation: "talks", Number: 1})
	if err != nil {
		tb.Fatal(err)
	}
	return r.Meeting.Invited
}

// links are the good private links of a member.
func (h *house) links(tb testing.TB, id scheduling.MemberID) (good int) {
	tb.Helper()
	all, err := h.Tokens(tb.Context(), scheduling.TokenFilter{Purpose: scheduling.ForLink, Negotiation: "talks", Member: id})
	if err != nil {
		tb.Fatal(err)
	}
	for _, t := range all {
		if t.Good(h.now) {
			good++
		}
	}
	return good
}

func memberOf(n *scheduling.Negotiation, email string) *scheduling.Member {
	for i := range n.Members {
		if n.Members[i].Email == email {
			return &n.Members[i]
		}
	}
	return nil
}

func TestWhoSeesWhom(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithObserver(), schedulingtest.WithStaff(), withMoreMembers)
	_, cookie := actors(t, h)
	alpha := []string{"A. Head", "head@alpha.example", "A. Reader"}
	bravo := []string{"B. Head", "officer@bravo.example"}
	charlie := []string{"C. Head"}
	staff := []string{"S. Ecretary"}
	for who, sees := range map[string][][]string{
		"head": {alpha}, "reader": {alpha}, "rival head": {bravo}, "rival reader": {bravo}, "observer": {charlie},
		"staff": {staff, alpha, bravo, charlie},
	} {
		page := wordsOf(get(t, h, membersURL+"?lang=en", "Cookie", cookie[who]))
		for _, group := range [][]string{alpha, bravo, charlie, staff} {
			want := false
			for _, s := range sees {
				want = want || s[0] == group[0]
			}
			for _, name := range group {
				if got := strings.Contains(page, name); got != want {
					t.Errorf("%s sees %s: %t, want %t", who, name, got, want)
				}
			}
		}
		// Who has left shows to those alone who can have the name erased.
		if got, want := strings.Contains(page, "A. Gone"), who == "head" || who == "staff"; got != want {
			t.Errorf("%s sees a removed member: %t, want %t", who, got, want)
		}
		if got, want := strings.Contains(page, "Add a member"), who == "head" || who == "rival head" || who == "observer" || who == "staff"; got != want {
			t.Errorf("%s may add members: %t, want %t", who, got, want)
		}
	}
}

func TestAddMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.member(t, schedulingtest.AlphaHead)
	form := url.Values{
		"party": {"p.alpha"}, "name": {"N. Ew"}, "email": {"new@alpha.example"}, "language": {"fr"},
		"right-answer": {"yes"}, "invitations": {"yes"}, "mail": {"yes"}, "key": {newID()},
	}
	for name, change := range map[string]func(url.Values){
		"no name":                     func(v url.Values) { v.Del("name") },
		"a bad address":               func(v url.Values) { v.Set("email", "new") },
		"a link to no address":        func(v url.Values) { v.Del("email"); v.Del("invitations") },
		"invitations to no address":   func(v url.Values) { v.Del("email"); v.Del("mail") },
		"an unknown language":         func(v url.Values) { v.Set("language", "tlh") },
		"a party that is not theirs":  func(v url.Values) { v.Set("party", "p.bravo") },
		"staff, by a party":           func(v url.Values) { v.Set("party", "staff") },
		"no party":                    func(v url.Values) { v.Del("party") },
		"only another language":       func(v url.Values) { v.Set("lang", "fr") },
		"a very long name":            func(v url.Values) { v.Set("name", strings.Repeat("x", 121)) },
		"an address with a line more": func(v url.Values) { v.Set("email", "a@b.example\r\nBcc: c@d.example") },
	} {
		v := url.Values{}
		maps.Copy(v, form)
		change(v)
		rec := post(t, h, membersURL, v, "Cookie", head)
		wantStatus(t, name, rec, 422)
		if v.Get("name") == "N. Ew" && !strings.Contains(rec.Body.String(), `value="N. Ew"`) {
			t.Errorf("%s: what was typed is gone", name)
		}
	}
	if got := len(h.negotiation(t).Members); got != 4 {
		t.Fatalf("%d members after refusals, want 4", got)
	}
	for range 2 { // sent twice
		rec := post(t, h, membersURL, form, "Cookie", head)
		wantStatus(t, "add", rec, 303)
		if to := rec.Header().Get("Location"); to != membersURL {
			t.Errorf("leads to %q", to)
		}
	}
	n := h.negotiation(t)
	m := memberOf(n, "new@alpha.example")
	if len(n.Members) != 5 || m == nil || m.Party != schedulingtest.Alpha || m.Rights != scheduling.RightAnswer || m.Language != "fr" || !m.Invitations || m.Account != "" {
		t.Fatalf("%d members, the new one %+v", len(n.Members), m)
	}
	if got := h.invited(t); len(got) != 3 {
		t.Errorf("invited to the meeting: %v, want the new one, too", got)
	}
	messages, err := h.Messages(t.Context(), "talks", 10)
	if err != nil || len(messages) != 1 || messages[0].To != "new@alpha.example" || messages[0].Kind != scheduling.LinkMessage {
		t.Errorf("messages %+v, %v", messages, err)
	}
	form.Set("key", newID())
	wantStatus(t, "the same address again", post(t, h, membersURL, form, "Cookie", head), 409)
}

// Whoever opens the talks names the first person of the other side, and can
// have the link sent to that address; once that person has come, no more.
func TestNamingTheOtherSide(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithObserver(), schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Members = n.Members[:4] // nobody of Charlie
	}))
	head := h.member(t, schedulingtest.AlphaHead)
	form := url.Values{"party": {"p.charlie"}, "name": {"C. First"}, "email": {"first@charlie.example"}, "right-convene": {"yes"}, "mail": {"yes"}, "key": {newID()}}
	wantStatus(t, "name", post(t, h, membersURL, form, "Cookie", head), 303)
	page := get(t, h, membersURL, "Cookie", head)
	if strings.Contains(page.Body.String(), "C. First") || strings.Contains(page.Body.String(), "first@charlie") {
		t.Error("the other side goes on seeing whom it named")
	}
	id := memberOf(h.negotiation(t), "first@charlie.example").ID
	link := memberPath("talks", id) + "/link"
	if !strings.Contains(page.Body.String(), link) {
		t.Error("no way to send the link again")
	}
	wantStatus(t, "being shown the link", post(t, h, link, url.Values{"do": {"show"}}, "Cookie", head), 403)
	first := mailedLink(h.now)
	h.now = h.now.Add(1e9)
	wantStatus(t, "sending it again", post(t, h, link, url.Values{"do": {"mail"}, "key": {newID()}}, "Cookie", head), 303)
	wantStatus(t, "the first link", post(t, h, "/d/"+first, nil), 303)
	wantStatus(t, "sending it once more", post(t, h, link, url.Values{"do": {"mail"}, "key": {newID()}}, "Cookie", head), 404)
	form.Set("email", "second@charlie.example")
	wantStatus(t, "naming a second", post(t, h, membersURL, form, "Cookie", head), 422)
	wantStatus(t, "removing the first", post(t, h, memberPath("talks", id)+"/removal", nil, "Cookie", head), 404)
}

func TestChangeMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.member(t, schedulingtest.AlphaHead)
	own, other := memberPath("talks", schedulingtest.AlphaHead), memberPath("talks", schedulingtest.AlphaReader)
	seen := func(path, cookie string) string {
		page := get(t, h, path, "Cookie", cookie)
		wantStatus(t, path, page, 200)
		return regexp.MustCompile(`name="seen" value="([0-9a-f]+)"`).FindStringSubmatch(page.Body.String())[1]
	}
	stale := seen(other, head)
	form := func(change ...string) url.Values {
		v := url.Values{"name": {"A. Reader"}, "email": {"reader@alpha.example"}, "key": {newID()}}
		for i := 0; i < len(change); i += 2 {
			v.Set(change[i], change[i+1])
		}
		return v
	}
	wantStatus(t, "more rights", post(t, h, other, form("right-answer", "yes", "invitations", "yes", "seen", stale), "Cookie", head), 303)
	m := h.negotiation(t).Member(schedulingtest.AlphaReader)
	if !m.Rights.Has(scheduling.RightAnswer) || !m.Invitations || len(h.invited(t)) != 3 {
		t.Errorf("member %+v, invited %v", m, h.invited(t))
	}
	rec := post(t, h, other, form("name", "Other", "seen", stale), "Cookie", head)
	wantStatus(t, "on a stale page", rec, 409)
	if !strings.Contains(rec.Body.String(), `value="Other"`) || !strings.Contains(wordsOf(rec), "As it stands now") {
		t.Error("a stale form does not come back with what changed")
	}
	wantStatus(t, "the last convener steps down", post(t, h, own, form("email", "head@alpha.example", "invitations", "yes"), "Cookie", head), 303)

	reader := h.member(t, schedulingtest.AlphaReader)
	mine := form("name", "A. Reader-Smith", "right-consent", "yes", "seen", seen(other, reader))
	wantStatus(t, "one's own name", post(t, h, other, mine, "Cookie", reader), 303)
	if m := h.negotiation(t).Member(schedulingtest.AlphaReader); m.Name != "A. Reader-Smith" || m.Rights.Has(scheduling.RightConsent) {
		t.Errorf("member %+v: want the new name and the old rights", m)
	}
	wantStatus(t, "a colleague's name", post(t, h, own, form(), "Cookie", reader), 403)
	wantStatus(t, "a rival's name", post(t, h, other, form(), "Cookie", h.member(t, schedulingtest.BravoHead)), 404)
}

func TestRemoveMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.member(t, schedulingtest.BravoHead)
	officer := h.member(t, schedulingtest.BravoOfficer)
	link := h.token(t, scheduling.Token{Purpose: scheduling.ForLink, Negotiation: "talks", Member: schedulingtest.BravoOfficer})
	feed := h.token(t, scheduling.Token{Purpose: scheduling.ForFeed, Negotiation: "talks", Member: schedulingtest.BravoOfficer, Level: scheduling.MemberFeed})
	path := memberPath("talks", schedulingtest.BravoOfficer) + "/removal"
	wantStatus(t, "by a rival", post(t, h, path, nil, "Cookie", h.member(t, schedulingtest.AlphaHead)), 404)
	form := url.Values{"key": {newID()}}
	for range 2 {
		wantStatus(t, "remove", post(t, h, path, form, "Cookie", head), 303)
	}
	wantStatus(t, "the removed member", get(t, h, membersURL, "Cookie", officer), 303)
	wantStatus(t, "by the link", post(t, h, "/d/"+link, nil), 410)
	if k, err := h.Token(t.Context(), hashToken(feed), scheduling.ForFeed); err != nil || k.Good(h.now) {
		t.Errorf("the calendar of the removed member goes on: %+v, %v", k, err)
	}
	if h.negotiation(t).Member(schedulingtest.BravoOfficer) != nil {
		t.Error("the member is still there")
	}
}

var shownLink = regexp.MustCompile(`value="https://parley\.example\.org(/d/parley_[\w-]{43})"`)

func TestLinksOfMembers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithStaff(), withMoreMembers)
	head, staff := h.member(t, schedulingtest.AlphaHead), h.member(t, schedulingtest.Secretary)
	path := memberPath("talks", schedulingtest.AlphaReader)
	ask := func(cookie, do string) *httptest.ResponseRecorder {
		return post(t, h, path+"/link", url.Values{"do": {do}, "key": {newID()}}, "Cookie", cookie)
	}
	rec := ask(head, "show")
	wantStatus(t, "show", rec, 303)
	page := get(t, h, rec.Header().Get("Location"), "Cookie", head+"; "+cookies(rec))
	shown := shownLink.FindStringSubmatch(page.Body.String())
	if shown == nil {
		t.Fatalf("no link on the page:\n%s", wordsOf(page))
	}
	if rec := get(t, h, path, "Cookie", head); shownLink.MatchString(rec.Body.String()) {
		t.Error("the link is shown twice")
	}
	if rec := get(t, h, memberPath("talks", alphaOfficer), "Cookie", head+"; "+cookies(rec)); shownLink.MatchString(rec.Body.String()) {
		t.Error("the link is shown on another member's page")
	}
	in := post(t, h, shown[1], nil)
	wantStatus(t, "by the link", in, 303)
	if page := wordsOf(get(t, h, path, "Cookie", head)); !strings.Contains(page, "One sign-in so far") {
		t.Errorf("the page does not tell of the sign-in: %s", page)
	}

	h.now = h.now.Add(1e9)
	rec = ask(head, "show")
	again := shownLink.FindStringSubmatch(get(t, h, path, "Cookie", head+"; "+cookies(rec)).Body.String())
	wantStatus(t, "the replaced link", get(t, h, shown[1]), 410)
	wantStatus(t, "what it had opened", get(t, h, membersURL, "Cookie", cookies(in)), 303)
	wantStatus(t, "the new link", get(t, h, again[1]), 200)

	wantStatus(t, "shown to staff", ask(staff, "show"), 403)
	wantStatus(t, "asked for by a rival", ask(h.member(t, schedulingtest.BravoHead), "mail"), 404)
	wantStatus(t, "asked for by the reader", ask(h.member(t, schedulingtest.AlphaReader), "mail"), 403)
	wantStatus(t, "neither", ask(head, "sing"), 422)

	h.now = h.now.Add(1e9)
	form := url.Values{"do": {"mail"}, "key": {newID()}}
	for range 2 { // sent twice, a second apart
		rec := post(t, h, path+"/link", form, "Cookie", staff)
		wantStatus(t, "mailed by staff", rec, 303)
		if strings.Contains(strings.Join(rec.Header()["Set-Cookie"], " "), tokenPrefix) {
			t.Error("staff are given the link")
		}
		wantStatus(t, "the mailed link", get(t, h, "/d/"+mailedLink(schedulingtest.Now.Add(24*3600e9+2e9))), 200)
		h.now = h.now.Add(1e9)
	}
	wantStatus(t, "the link of before", get(t, h, again[1]), 410)
	if got := h.links(t, schedulingtest.AlphaReader); got != 1 {
		t.Errorf("%d good links, want one", got)
	}
	messages, _ := h.Messages(t.Context(), "talks", 10)
	if len(messages) != 1 || messages[0].To != "reader@alpha.example" {
		t.Errorf("messages %+v, want one to the registered address", messages)
	}

	wantStatus(t, "revoked by a rival", post(t, h, path+"/links/revocation", nil, "Cookie", h.member(t, schedulingtest.BravoHead)), 404)
	wantStatus(t, "revoked", post(t, h, path+"/links/revocation", nil, "Cookie", head), 303)
	if got := h.links(t, schedulingtest.AlphaReader); got != 0 {
		t.Errorf("%d good links after they were ended", got)
	}
}

// A link that is renewed by its own holder does not throw the holder out.
func TestOwnLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	head := h.member(t, schedulingtest.AlphaHead)
	path := memberPath("talks", schedulingtest.AlphaHead)
	wantStatus(t, "a new link", post(t, h, path+"/link", url.Values{"do": {"show"}}, "Cookie", head), 303)
	wantStatus(t, "still in", get(t, h, path, "Cookie", head), 200)
}

func TestMembersPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithObserver(), schedulingtest.WithStaff(), withMoreMembers)
	seen := regexp.MustCompile(`(name="seen" value=")[^"]+`)
	page := func(name, path, cookie string) {
		rec := get(t, h, path, "Cookie", cookie)
		wantStatus(t, path, rec, 200)
		_, main, _ := strings.Cut(rec.Body.String(), "<main")
		main, _, _ = strings.Cut(main, "</main>")
		golden(t, name, "<main"+seen.ReplaceAllString(main, "${1}SEEN")+"</main>\n")
	}
	head := h.member(t, schedulingtest.AlphaHead)
	h.token(t, scheduling.Token{Purpose: scheduling.ForLink, Negotiation: "talks", Member: schedulingtest.AlphaReader})
	page("members/own", membersURL, head)
	page("members/staff", membersURL+"?lang=fr", h.member(t, schedulingtest.Secretary))
	page("members/one", memberPath("talks", schedulingtest.AlphaReader), head)
}
