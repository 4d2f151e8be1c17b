package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// An openerAt is somebody with an account at a site that is empty otherwise.
type openerAt struct {
	visitTo
	cookie string
}

func opener(tb testing.TB) openerAt {
	tb.Helper()
	n, r := schedulingtest.Talks()
	site := talksAt(tb, schedulingtest.At(2026, 10, 6, 12, 0), n, r)
	a := scheduling.Account{ID: "opener", Name: "A. Opener", Email: "opener@alpha.example", Language: "en", Opens: true}
	if err := site.store.CreateAccount(tb.Context(), a); err != nil {
		tb.Fatal(err)
	}
	return openerAt{site, sessionOf(tb, site.store, scheduling.Token{Account: a.ID}, *site.now)}
}

func (o openerAt) at(path string) *httptest.ResponseRecorder {
	o.Helper()
	return get(o.TB, o.site, path, "Cookie", o.cookie)
}

func (o openerAt) sends(path string, values url.Values) *httptest.ResponseRecorder {
	o.Helper()
	return post(o.TB, o.site, path, values, "Cookie", o.cookie)
}

// opened are the talks that the opener takes part in, newest first.
func (o openerAt) opened() []*scheduling.Negotiation {
	o.Helper()
	ns, err := o.store.OfAccount(o.Context(), "opener", 10)
	if err != nil {
		o.Fatal(err)
	}
	return ns
}

func (o openerAt) first(id scheduling.NegotiationID) *scheduling.Round {
	o.Helper()
	r, err := o.store.Round(o.Context(), scheduling.RoundID{Negotiation: id, Number: 1})
	if err != nil {
		o.Fatal(err)
	}
	return r
}

// with is a copy of values with names and values in turn set on it.
func with(values url.Values, set ...string) url.Values {
	out := url.Values{}
	for name, v := range values {
		out[name] = slices.Clone(v)
	}
	for i := 0; i+1 < len(set); i += 2 {
		out.Set(set[i], set[i+1])
	}
	return out
}

func dateValues(field string, day, month, year int) []string {
	return []string{field + "-d", strconv.Itoa(day), field + "-m", strconv.Itoa(month), field + "-y", strconv.Itoa(year)}
}

// theCase is the form of the real case but for its dates, which stand in
// inWords or inFields.
func theCase(tb testing.TB, page string) url.Values {
	tb.Helper()
	return with(filled(tb, page, "/new"), slices.Concat([]string{
		"title", "Alpha and Bravo", "reference", "PST/3", "round", "First round",
		"d0-name", "Alpha", "d0-short", "ALP", "d0-city", "Washington",
		"d1-name", "Bravo", "d1-short", "BRA", "d1-city", "Moscow", "d1-head", "B. Head", "d1-email", "head@bravo.example",
		"self", "p.p1", "contact", "A. Head",
		"agenda", "Verification", "agenda-to", "all", "not_on_agenda", "Missile defence", "note", "The minister prefers Geneva.",
		"reply-city", "Washington",
	}, dateValues("reply", 9, 11, 2026))...)
}

func inWords(values url.Values) url.Values {
	return with(values, "words", "one day in Geneva on 18, 19 or 20 November; alternatively in Washington on 8, 9 or 10 December")
}

func inFields(values url.Values) url.Values {
	return with(values, slices.Concat([]string{"length", "1", "o0-city", "Geneva", "o1-city", "Washington"},
		dateValues("o0-r0-from", 18, 11, 2026), dateValues("o0-r0-to", 20, 11, 2026),
		dateValues("o1-r0-from", 8, 12, 2026), dateValues("o1-r0-to", 10, 12, 2026))...)
}

func TestOpenTalks(t *testing.T) {
	t.Parallel()
	for name, dates := range map[string]func(url.Values) url.Values{"in words": inWords, "in fields": inFields} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := opener(t)
			form := dates(theCase(t, o.at("/new").Body.String()))
			checked := o.sends("/new", with(form, "do", "check"))
			if checked.Code != http.StatusOK {
				t.Fatalf("check: status %d:\n%s", checked.Code, text(checked.Body.String()))
			}
			page := checked.Body.String()
			has(t, page, "6 dates go on the table", "G1 Wednesday 18 November 2026", "W3 Thursday 10 December 2026",
				"10:00–18:00 Geneva time", "12:00–20:00", "Verification", "PST/3/", "Stays with your own party: Expressly not on the agenda and Internal note.")
			paper, _, _ := strings.Cut(page, `<form method="post" action="/new"`)
			hasNot(t, paper, "Missile defence", "The minister prefers")
			if got := len(o.opened()); got != 0 {
				t.Fatalf("looking at an offer opened %d negotiations", got)
			}

			send := with(filled(t, page, "/new"), "do", "send")
			first, second := o.sends("/new", send), o.sends("/new", send)
			if first.Code != http.StatusSeeOther || first.Header().Get("Location") != second.Header().Get("Location") {
				t.Fatalf("sent: %d to %q, again: %d to %q:\n%s", first.Code, first.Header().Get("Location"), second.Code, second.Header().Get("Location"), text(first.Body.String()))
			}
			talks := o.opened()
			if len(talks) != 1 {
				t.Fatalf("sent twice: %d negotiations", len(talks))
			}
			r := o.first(talks[0].ID)
			var labels []string
			for _, s := range r.Offered() {
				labels = append(labels, string(s.Label)+" "+s.Days[0].String()+" "+s.Hours.String()+" "+string(s.Order))
			}
			want := []string{
				"G1 2026-11-18 10:00-18:00 preferred", "G2 2026-11-19 10:00-18:00 preferred", "G3 2026-11-20 10:00-18:00 preferred",
				"W1 2026-12-08 10:00-18:00 alternative", "W2 2026-12-09 10:00-18:00 alternative", "W3 2026-12-10 10:00-18:00 alternative",
			}
			if !slices.Equal(labels, want) {
				t.Errorf("on the table: %v", labels)
			}
			p := r.Proposal(1)
			if p == nil || p.By != "p1" || !strings.Contains(page, escaped(p.Paper.Text)) {
				t.Error("the delivered paper is not the one that was checked")
			}
			n := r.Negotiation
			if len(n.Members) != 2 || n.MemberOf("opener").Rights != schedulingtest.AllRights || n.MemberOf("opener").Party != "p1" {
				t.Errorf("members: %+v", n.Members)
			}
			if b := n.Members[1]; b.Party != "p2" || b.Email != "head@bravo.example" || b.Rights != schedulingtest.AllRights || !b.Invitations {
				t.Errorf("first contact of the other side: %+v", b)
			}
			if n.Party("p1").Zone != "America/New_York" || n.Party("p2").Zone != "Europe/Moscow" {
				t.Errorf("seats: %+v", n.Parties)
			}
		})
	}
}

// escaped is text as it stands in a page.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "'", "&#39;", `"`, "&#34;", "<", "&lt;", ">", "&gt;", "+", "&#43;").Replace(text)
}

// Whatever is refused, everything typed is still there, and the summary leads
// to an input of the page.
func TestRefusedOffersKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	o := opener(t)
	form := inFields(theCase(t, o.at("/new").Body.String()))
	for name, tc := range map[string]struct {
		set  []string
		want string
		at   string
	}{
		"no title":              {[]string{"title", ""}, "Fill in this field.", "title"},
		"acting for nobody":     {[]string{"self", ""}, "Fill in this field.", "self"},
		"one delegation":        {[]string{"d1-name", "", "d1-short", "", "d1-city", "", "d1-head", "", "d1-email", ""}, "at least two delegations", "d0-name"},
		"two of one name":       {[]string{"d1-name", "alpha"}, "Two delegations are named", "d1-name"},
		"unknown seat":          {[]string{"d1-city", "Atlantis"}, "not in the table of cities", "d1-zone"},
		"visa":                  {[]string{"d1-visa", "Switzerland"}, "is no lead time", "d1-visa"},
		"mail":                  {[]string{"d1-email", "nobody"}, "Write an e-mail address", "d1-email"},
		"no length":             {[]string{"length", ""}, "Say how long the meeting is", "length"},
		"a day too long":        {[]string{"length", "61"}, "from 1 to 60", "length"},
		"odd hours":             {[]string{"length", "x", "unit", "hours"}, "Write the hours as", "length"},
		"unknown city":          {[]string{"o0-city", "Atlantis"}, "not in the table of cities", "o0-zone"},
		"31 November":           {dateValues("o0-r0-from", 31, 11, 2026), "This date does not exist", "o0-r0-from-d"},
		"reversed":              {dateValues("o0-r0-to", 17, 11, 2026), "ends before it begins", "o0-r0-to-d"},
		"past":                  {dateValues("o0-r0-from", 5, 10, 2026), "has passed", "o0-r0-from-d"},
		"over 60 days":          {dateValues("o0-r0-to", 17, 1, 2027), "at most 60 days", "o0-r0-to-d"},
		"weekend alone":         {slices.Concat([]string{"o1-city", ""}, dateValues("o0-r0-from", 21, 11, 2026), dateValues("o0-r0-to", 22, 11, 2026), []string{"o1-r0-from-d", "", "o1-r0-from-m", "", "o1-r0-from-y", "", "o1-r0-to-d", "", "o1-r0-to-m", "", "o1-r0-to-y", ""}), "there is no day for meetings", "o0-r0-to-d"},
		"no dates":              {[]string{"o1-r0-from-d", "", "o1-r0-from-m", "", "o1-r0-from-y", "", "o1-r0-to-d", "", "o1-r0-to-m", "", "o1-r0-to-y", ""}, "at least one window or date", "o1-r0-from-d"},
		"no start":              {[]string{"o1-r0-from-d", "", "o1-r0-from-m", "", "o1-r0-from-y", ""}, "Give the first day, too", "o1-r0-from-d"},
		"hours":                 {[]string{"o0-from", "18:00", "o0-until", "10:00"}, "are no hours of one day", "o0-until"},
		"sittings":              {[]string{"o0-sittings", "mornings"}, "is no sitting", "o0-sittings"},
		"closed":                {[]string{"o0-closed", "31 November 2026"}, "is no date that exists", "o0-closed"},
		"country":               {[]string{"o0-country", "Switzerland"}, "two letters", "o0-country"},
		"wrong weekday":         {[]string{"words", "one day in Geneva on Monday 18 November 2026"}, "not a Monday", "words"},
		"word":                  {[]string{"words", "one day in Geneva on 18 Novembre or thereabouts"}, "", "words"},
		"many dates in words":   {[]string{"words", "one day in Geneva on " + everyOtherDay}, "at most 40 dates", "words"},
		"reply-by past":         {dateValues("reply", 5, 10, 2026), "This time has passed", "reply-d"},
		"reply on a lost clock": {[]string{"reply-city", "Atlantis"}, "whose clock is meant", "reply-city"},
		"lapses without a day":  {[]string{"lapses", "yes", "reply-d", "", "reply-m", "", "reply-y", ""}, "at which the offer lapses", "reply-d"},
		"a time of no day":      {[]string{"deadline-time", "18:00"}, "Give the day, the month and the year.", "deadline-d"},
		"a clock of no day":     {[]string{"deadline-city", "Geneva"}, "Give the day, the month and the year.", "deadline-d"},
		"no contact":            {[]string{"contact", ""}, "Fill in this field.", "contact"},
		"long text":             {[]string{"agenda", strings.Repeat("x", scheduling.MaxText+1)}, "Shorten this", "agenda"},
		"deadline past":         {dateValues("deadline", 5, 10, 2026), "This time has passed", "deadline-d"},
		"confirmer unsaid":      {[]string{"confirmation", "by_confirmer"}, "Fill in this field.", "confirmer"},
	} {
		values := with(form, append(tc.set, "do", "check")...)
		rec := o.sends("/new", values)
		page := rec.Body.String()
		if rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d:\n%s", name, rec.Code, text(page))
			continue
		}
		if !strings.Contains(page, "<title>Error: ") || !strings.Contains(text(page), tc.want) ||
			!strings.Contains(page, `<a href="#`+tc.at+`"`) || !strings.Contains(page, `id="`+tc.at+`"`) {
			_, summary, _ := strings.Cut(page, `class="summary"`)
			summary, _, _ = strings.Cut(summary, "</ul>")
			t.Errorf("%s: want %q at #%s, got %s", name, tc.want, tc.at, summary)
		}
		back := filled(t, page, "/new")
		for field, typed := range values {
			if field != "do" && back.Get(field) != typed[0] {
				t.Errorf("%s: %s was %q and comes back as %q", name, field, typed[0], back.Get(field))
			}
		}
	}
	if got := len(o.opened()); got != 0 {
		t.Errorf("refused forms opened %d negotiations", got)
	}
}

var everyOtherDay = func() string {
	var days []string
	for d := schedulingtest.Date(2027, 1, 1); len(days) < 41; d = d.Add(2) {
		days = append(days, d.String())
	}
	return strings.Join(days, ", ")
}()

// The buttons that make room, and the Enter key.
func TestRoomInTheForm(t *testing.T) {
	t.Parallel()
	o := opener(t)
	page := o.at("/new").Body.String()
	form := theCase(t, page)
	if enter := strings.Index(page, `value="check"`); enter < 0 || enter > strings.Index(page, `value="words"`) {
		t.Error("the main button is not the first of the form")
	}
	for name, tc := range map[string]struct{ do, there string }{
		"delegation":  {"add-delegation", "d2-name"},
		"option":      {"add-option", "o2-city"},
		"date":        {"add-dates-1", "o1-r1-from-d"},
		"odd date":    {"add-dates-x", "title"},
		"far date":    {"add-dates-99999999999999999999", "title"},
		"change mind": {"change", "title"},
	} {
		rec := o.sends("/new", with(form, "do", tc.do))
		if !strings.Contains(rec.Body.String(), `name="`+tc.there+`"`) {
			t.Errorf("%s: no input %s on the page (status %d)", name, tc.there, rec.Code)
		}
		if back := filled(t, rec.Body.String(), "/new"); back.Get("title") != "Alpha and Bravo" || back.Get("key") != form.Get("key") {
			t.Errorf("%s: what was typed is lost", name)
		}
	}
	words := o.sends("/new", with(inWords(form), "do", "words"))
	if back := filled(t, words.Body.String(), "/new"); words.Code != http.StatusOK || back.Get("o1-city") != "Washington" || back.Get("o1-r0-to-d") != "10" || back.Get("length") != "1" {
		t.Errorf("words do not fill in the fields: %v", back)
	} else {
		// What is mended in the fields afterwards stands.
		rec := o.sends("/new", with(back, "o1-r0-to-d", "9", "do", "check"))
		has(t, rec.Body.String(), "5 dates go on the table")
	}
}

func TestOfferInAnotherLanguage(t *testing.T) {
	t.Parallel()
	o := opener(t)
	form := inFields(theCase(t, o.at("/new").Body.String()))
	french := o.sends("/new", with(form, "lang", "fr"))
	if back := filled(t, french.Body.String(), "/new"); !strings.Contains(french.Body.String(), `lang="fr"`) || back.Get("o0-city") != "Geneva" {
		t.Error("the form does not come back in French with what was typed")
	}
	checked := o.sends("/new", with(form, "do", "check"))
	french = o.sends("/new", with(filled(t, checked.Body.String(), "/new"), "lang", "fr"))
	has(t, french.Body.String(), "6 dates sur la table", "mercredi 18 novembre 2026")
	if got := len(o.opened()); got != 0 {
		t.Errorf("a language button opened %d negotiations", got)
	}
}

func TestOpenTalksAsStaff(t *testing.T) {
	t.Parallel()
	o := opener(t)
	form := inFields(theCase(t, o.at("/new").Body.String()))
	checked := o.sends("/new", with(form, "self", "staff", "d0-email", "head@alpha.example", "confirmation", "by_confirmer", "confirmer", "staff", "do", "check"))
	sent := o.sends("/new", with(filled(t, checked.Body.String(), "/new"), "do", "send"))
	if sent.Code != http.StatusSeeOther {
		t.Fatalf("status %d:\n%s", sent.Code, text(sent.Body.String()))
	}
	n := o.opened()[0]
	me := n.MemberOf("opener")
	if me.Party != "" || me.Rights.Has(scheduling.RightConsent) || !me.Rights.Has(scheduling.RightConvene) || len(n.Members) != 3 {
		t.Errorf("members: %+v", n.Members)
	}
	if r := o.first(n.ID); r.Convener != "" || r.Rule.Confirmation != scheduling.ByConfirmer || len(r.Offered()) != 6 {
		t.Errorf("round: convener %q, rule %+v, %d slots", r.Convener, r.Rule, len(r.Offered()))
	}
}

func TestNewPages(t *testing.T) {
	t.Parallel()
	o := opener(t)
	empty := o.at("/new").Body.String()
	golden(t, "offers/new", empty)
	form := inFields(theCase(t, empty))
	golden(t, "offers/new-refused", o.sends("/new", with(form, "o0-r0-from-d", "31", "d1-city", "Atlantis", "do", "check")).Body.String())
	golden(t, "offers/new-check", o.sends("/new", with(form, "do", "check")).Body.String())
}

func FuzzOfferForm(f *testing.F) {
	for _, seed := range []string{
		"options=2&o0-city=Geneva&o0-rows=1&o0-r0-from-d=18&o0-r0-from-m=11&o0-r0-from-y=2026&length=1",
		"options=-9&delegations=1e9&o0-rows=99999999999999999999&o0-sittings=,;-&o0-weekend=..&reply-d=1",
		"words=one+day+in+Geneva+on+18+November&o-=x&=&5-x=y&do=add-dates-5&unit=hours&length=NaN&o0-closed=1er+d%C3%A9cembre+2026",
		"d0-name=%F0%9F&d0-visa=CH&self=p.&confirmation=by_confirmer&confirmer=p.p1&o1-place=x&o1-which=second&o1-format=hybrid",
	} {
		f.Add(seed)
	}
	s, err := newServer(options(nil))
	if err != nil {
		f.Fatal(err)
	}
	a := &scheduling.Account{ID: "opener", Name: "A. Opener"}
	f.Fuzz(func(t *testing.T, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		for _, tag := range []string{"en", "fr"} {
			form := s.newOfferForm(s.catalogs.Printer(tag), values)
			form.addRows()
			r, act := s.readNew(form, a, "id")
			content := form.content(false)
			form.talksFields()
			form.openingFields(true)
			form.fields()
			if r == nil || len(form.Problems) > 0 {
				continue
			}
			// What was read reads the same from the fields that show it.
			again := s.newOfferForm(s.catalogs.Printer(tag), contentValues(form.Printer, content))
			again.seats = form.seats
			if got := again.content(false); len(again.Problems) == 0 && !slices.Equal(slotsOf(r, act, got), slotsOf(r, act, content)) {
				t.Errorf("%q: %v, read again %v", body, slotsOf(r, act, content), slotsOf(r, act, got))
			}
		}
	})
}

func slotsOf(r *scheduling.Round, act scheduling.Act, c scheduling.Content) []string {
	candidates, _ := r.Candidates(c, act.At)
	var slots []string
	for _, cand := range candidates {
		slots = append(slots, cand.Start().String()+cand.End().String()+cand.Venue.Name)
	}
	return slots
}

// A draft may lack what an offer must have, and nothing of it is delivered.
func TestKeepDraftOfNewTalks(t *testing.T) {
	t.Parallel()
	o := opener(t)
	form := with(theCase(t, o.at("/new").Body.String()), "o0-city", "Geneva", "contact", "", "do", "draft")
	if rec := o.sends("/new", with(form, "o0-city", "Atlantis")); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("a draft with a city that nobody could read later: status %d", rec.Code)
	}
	for range 2 {
		if rec := o.sends("/new", form); rec.Code != http.StatusSeeOther {
			t.Fatalf("status %d:\n%s", rec.Code, text(rec.Body.String()))
		}
	}
	talks := o.opened()
	if len(talks) != 1 {
		t.Fatalf("%d negotiations", len(talks))
	}
	r := o.first(talks[0].ID)
	draft := r.DraftBy("p1")
	if r.Status != scheduling.Preparing || len(r.Slots) != 0 || draft == nil || draft.Terms.Options[0].Venue.Name != "Geneva" || draft.Note.Body != "The minister prefers Geneva." {
		t.Errorf("round %s with %d slots, draft %+v", r.Status, len(r.Slots), draft)
	}
	page := o.at(roundPath(r.ID) + "/proposals/new").Body.String()
	if back := filled(t, page, roundPath(r.ID)+"/proposals/new"); back.Get("o0-city") != "Geneva" || back.Get("agenda-to") != "all" || back.Get("reply-d") != "9" {
		t.Errorf("the draft comes back as %v", back)
	}
}

func TestReadHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"3": 180, "1.5": 90, "1,5": 90, "1:30": 90, "0:45": 45, "24": 1440,
		"": 0, "x": 0, "NaN": 0, "Inf": 0, "-1": 0, "25": 0, "1:75": 0, "0.001": 0, "1:2:3": 0,
	} {
		if got := readMinutes(text); got != want {
			t.Errorf("%q: %d minutes, want %d", text, got, want)
		}
	}
}

// A form that claims to have more than a form can have is answered all the
// same, and with a page of bounded size.
func TestLargestForm(t *testing.T) {
	t.Parallel()
	o := opener(t)
	values := url.Values{"options": {"99999"}, "delegations": {"99999"}, "do": {"check"}}
	for i := range mostOptions + 5 {
		values.Set(option(i)+"rows", "99999")
		for j := range mostRows + 5 {
			values.Set(row(i, j)+"-from-d", "31")
			values.Set(row(i, j)+"-from-m", "11")
			values.Set(row(i, j)+"-from-y", "2026")
		}
	}
	rec := o.sends("/new", values)
	if rec.Code != http.StatusRequestEntityTooLarge && rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("status %d", rec.Code)
	}
	if size := rec.Body.Len(); size > 4<<20 {
		t.Errorf("the page has %d bytes, want at most 4 MB", size)
	}
	values = url.Values{"options": {"99999"}, "delegations": {"99999"}}
	for i := range mostOptions {
		values.Set(option(i)+"rows", "99999")
	}
	if rec := o.sends("/new", values); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("counts alone: status %d", rec.Code)
	}
}
