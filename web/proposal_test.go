package web

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// moscow is Bravo's offer of two days in Moscow, as a form that begins empty.
func moscow(tb testing.TB, page, action string) url.Values {
	tb.Helper()
	return with(filled(tb, page, action), slices.Concat([]string{"length", "1", "o0-city", "Moscow", "contact", "B. Head", "note", "Only if they insist."},
		dateValues("o0-r0-from", 24, 11, 2009), dateValues("o0-r0-to", 25, 11, 2009))...)
}

var steady = regexp.MustCompile(`name="key" value="[^"]*"|/static/[0-9a-f]{16}/`)

// A draft is its party's alone: what the rival sees is the same, byte for byte,
// as if there were none.
func TestDraftIsPrivate(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	look := func() map[string]string {
		pages := map[string]string{}
		for _, page := range []string{"", "/history", "/history.csv", "/mail", "/paper/1", "/proposals/new", "/reply", "/subscribe"} {
			pages[page] = steady.ReplaceAllString(alpha.opens(page), "")
		}
		return pages
	}
	before := look()
	action := roundPath(v.id) + "/proposals/new"
	bravo.sends("/proposals/new", with(moscow(t, bravo.opens("/proposals/new"), action), "do", "draft"))
	for page, was := range before {
		if now := look()[page]; now != was {
			t.Errorf("%s shows the rival that there is a draft", page)
		}
	}
	for _, page := range []string{"/paper/2", "/paper/0", "/proposals/2/decline", "/proposals/0/decline", "/slots/M1/amendment"} {
		if rec := alpha.get(page); rec.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", page, rec.Code)
		}
	}
	if r := v.round(); len(r.Offered()) != 6 || r.NextProposal() != 2 {
		t.Error("a draft put something on the table")
	}
	mine := bravo.opens("/proposals/new")
	has(t, mine, "This is the draft of your party")
	if back := filled(t, mine, action); back.Get("o0-city") != "Moscow" || back.Get("o0-r0-to-d") != "25" || back.Get("note") != "Only if they insist." {
		t.Errorf("the draft comes back as %v", back)
	}
	// The officer of the same party reads no drafts: only who convenes writes offers.
	if rec := v.as(schedulingtest.BravoOfficer).get("/proposals/new"); rec.Code != http.StatusForbidden {
		t.Errorf("officer: status %d", rec.Code)
	}
}

func TestFurtherOffer(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoHead)
	action := roundPath(v.id) + "/proposals/new"
	form := with(moscow(t, bravo.opens("/proposals/new"), action), slices.Concat([]string{"o1-city", "Geneva", "o1-place", "Palais des Nations", "o1-from", "10:00", "o1-until", "18:00"},
		dateValues("o1-r0-from", 19, 11, 2009))...)
	checked := bravo.post("/proposals/new", with(form, "do", "check"))
	has(t, checked.Body.String(), "M1 Tuesday 24 November 2009", "M2 Wednesday 25 November 2009", "G2 Thursday 19 November 2009")
	send := with(filled(t, checked.Body.String(), action), "do", "send")
	for range 2 {
		bravo.sends("/proposals/new", send)
	}
	r := v.round()
	if len(r.Offered()) != 8 || r.NextProposal() != 3 || r.Slot("G2").Version != 1 || !offers(r.Slot("G2"), 1) || !offers(r.Slot("G2"), 2) {
		t.Errorf("%d slots, next proposal %d, G2 %+v", len(r.Offered()), r.NextProposal(), r.Slot("G2").Offers)
	}
	hasNot(t, v.as(schedulingtest.AlphaHead).opens("/paper/2"), "Only if they insist.")
}

// What is said after an offer is true of every party: who has no mail has to
// be handed the paper, and the author's side alone is told so.
func TestOfferIsServedOnPaper(t *testing.T) {
	t.Parallel()
	noMail := schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Members = slices.DeleteFunc(n.Members, func(m scheduling.Member) bool { return m.Party == schedulingtest.Bravo })
		n.Members = append(n.Members, scheduling.Member{ID: schedulingtest.BravoOfficer, Party: schedulingtest.Bravo, Name: "B. Officer", Rights: scheduling.RightConvene})
	})
	for name, tc := range map[string]struct {
		adjust []schedulingtest.Adjustment
		flash  string
		says   bool
	}{
		"all have mail": {nil, "offer_amended", false},
		"one has none":  {[]schedulingtest.Adjustment{noMail}, "offer_amended_on_paper", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := delivered(t, tc.adjust...)
			alpha, action := v.as(schedulingtest.AlphaHead), roundPath(v.id)+"/proposals/1/amendment"
			form := with(filled(t, alpha.opens("/proposals/1/amendment"), action), "o0-from", "14:00", "do", "check")
			send := with(filled(t, alpha.post("/proposals/1/amendment", form).Body.String(), action), "do", "send")
			for range 2 {
				rec := alpha.post("/proposals/1/amendment", send)
				if got := strings.Join(rec.Header().Values("Set-Cookie"), "\n"); !strings.Contains(got, "flash="+tc.flash+";") {
					t.Errorf("status %d, and what is said comes from %q", rec.Code, got)
				}
			}
			const handOver = "Nobody could be written to about offer 1 on the side of Bravo. Hand over the paper, then record the delivery."
			for _, page := range []string{"", "/paper/1"} {
				if got := strings.Contains(text(alpha.opens(page)), handOver); got != tc.says {
					t.Errorf("%s names Bravo: %t", page, got)
				}
			}
			hasNot(t, v.as(schedulingtest.BravoOfficer).opens("/paper/1"), "Nobody could be written to")
			hasNot(t, alpha.opens("/paper/1?version=1"), "Nobody could be written to")
			v.change(func(r *scheduling.Round) error {
				return r.RecordDelivery(schedulingtest.By(schedulingtest.AlphaHead, *v.now), scheduling.Delivery{
					Proposal: 1, Form: scheduling.DeliveredByHand, By: "Embassy", To: "Ministry", Date: schedulingtest.Date(2009, 11, 2),
				})
			})
			hasNot(t, alpha.opens("")+alpha.opens("/paper/1"), "Nobody could be written to")
		})
	}
}

func TestAmendment(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	bravo.consents("G2")
	alpha.consents("W1")
	action := roundPath(v.id) + "/proposals/1/amendment"
	if rec := bravo.get("/proposals/1/amendment"); rec.Code != http.StatusForbidden {
		t.Errorf("the other side amends: status %d", rec.Code)
	}
	page := alpha.opens("/proposals/1/amendment")
	has(t, page, "Withdraw the offer")
	form := filled(t, page, action)
	// As it is, the form changes nothing.
	has(t, alpha.post("/proposals/1/amendment", with(form, "do", "check")).Body.String(), "As before, with positions and consents. G1, Wed 18 November 2009, Geneva")

	checked := alpha.post("/proposals/1/amendment", with(form, slices.Concat([]string{"o0-from", "14:00", "do", "check"}, dateValues("o1-r0-to", 9, 12, 2009))...))
	has(t, checked.Body.String(), "Changed. All positions and consents given so far become void. G1 was:", "14:00–18:00",
		"Off the table, with all that was said of it. W3,", "As before, with positions and consents. W1,")
	send := with(filled(t, checked.Body.String(), action), "do", "send")
	for range 2 {
		alpha.sends("/proposals/1/amendment", send)
	}
	r := v.round()
	_, genevaStands := r.Slot("G2").Consent(schedulingtest.Bravo)
	_, washingtonStands := r.Slot("W1").Consent(schedulingtest.Alpha)
	if p := r.Proposal(1); p.Version != 2 || r.Slot("G2").Version != 2 || genevaStands || !washingtonStands || r.Slot("W3").Status != scheduling.Withdrawn {
		t.Errorf("proposal version %d, G2 version %d, consent to G2 %v, to W1 %v, W3 %s", p.Version, r.Slot("G2").Version, genevaStands, washingtonStands, r.Slot("W3").Status)
	}

	// Somebody who still has the first version before them is told, and keeps what they wrote.
	late := alpha.post("/proposals/1/amendment", with(form, "agenda", "Late thoughts", "key", "AAAAAAAAAAAAAAAAAAAAAA", "do", "check"))
	if late.Code != http.StatusConflict {
		t.Fatalf("a stale amendment: status %d", late.Code)
	}
	has(t, late.Body.String(), "A newer version of this offer was delivered meanwhile")
	back := filled(t, late.Body.String(), action)
	if back.Get("agenda") != "Late thoughts" || back.Get("seen") != "2" {
		t.Errorf("what was written comes back as %q, seen %q", back.Get("agenda"), back.Get("seen"))
	}
	if again := alpha.post("/proposals/1/amendment", with(back, "do", "check")); again.Code != http.StatusOK {
		t.Errorf("sent again after reading: status %d", again.Code)
	}
}

func TestWithdrawal(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha := v.as(schedulingtest.AlphaHead)
	page := alpha.opens("/proposals/1/withdrawal")
	has(t, page, "These 6 dates leave the table:", "G1, Wed 18 November 2009, Geneva")
	form := filled(t, page, roundPath(v.id)+"/proposals/1/withdrawal")
	if rec := v.as(schedulingtest.BravoHead).post("/proposals/1/withdrawal", form); rec.Code != http.StatusForbidden {
		t.Errorf("the other side withdraws: status %d", rec.Code)
	}
	if rec := alpha.post("/proposals/1/withdrawal", with(form, "seen", "9")); rec.Code != http.StatusConflict {
		t.Errorf("another version: status %d", rec.Code)
	}
	for range 2 {
		alpha.sends("/proposals/1/withdrawal", form)
	}
	if r := v.round(); len(r.Offered()) != 0 || r.Proposal(1).Status != scheduling.ProposalWithdrawn {
		t.Errorf("%d slots, proposal %s", len(r.Offered()), r.Proposal(1).Status)
	}
}

func TestDecline(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	if rec := alpha.get("/proposals/1/decline"); rec.Code != http.StatusForbidden {
		t.Errorf("one's own offer: status %d", rec.Code)
	}
	action := roundPath(v.id) + "/proposals/1/decline"
	page := bravo.opens("/proposals/1/decline")
	has(t, page, "Your answer to all 6 dates of this offer becomes “not possible”")
	long := bravo.post("/proposals/1/decline", with(filled(t, page, action), "reason", strings.Repeat("x", scheduling.MaxNote+1)))
	if long.Code != http.StatusUnprocessableEntity {
		t.Errorf("a long reason: status %d", long.Code)
	}
	bravo.sends("/proposals/1/decline", with(filled(t, page, action), "reason", "The minister travels."))
	r := v.round()
	if p, _ := r.Slot("W3").Position(schedulingtest.Bravo); p.Level != scheduling.LevelNotPossible || r.Proposal(1).Status != scheduling.Declined {
		t.Errorf("W3 %s, proposal %s", p.Level, r.Proposal(1).Status)
	}
	for _, page := range []string{"", "/history"} {
		hasNot(t, alpha.opens(page), "The minister travels.")
	}
}

// A changed slot voids consent; another room does not.
func TestSlotChange(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	alpha.consents("G2")
	bravo.consents("G2")
	action := roundPath(v.id) + "/slots/G2/amendment"
	if rec := bravo.get("/slots/G2/amendment"); rec.Code != http.StatusForbidden {
		t.Errorf("the other side changes the slot: status %d", rec.Code)
	}
	page := alpha.opens("/slots/G2/amendment")
	has(t, page, "become void and everybody is asked again", "Consent was given by Alpha and Bravo.", "Another room in the same building makes nothing void.")
	form := filled(t, page, action)
	for name, set := range map[string][]string{
		"no hours":       {"from", ""},
		"reversed hours": {"from", "19:00"},
		"odd hours":      {"until", "late"},
		"format":         {"format", "by pigeon"},
	} {
		rec := alpha.post("/slots/G2/amendment", with(form, append(set, "room", "Room XIX")...))
		if rec.Code != http.StatusUnprocessableEntity || filled(t, rec.Body.String(), action).Get("room") != "Room XIX" {
			t.Errorf("%s: status %d", name, rec.Code)
		}
	}
	alpha.sends("/slots/G2/amendment", with(form, "room", "Room XIX"))
	if r := v.round(); r.Slot("G2").Version != 1 || len(r.Missing(r.Slot("G2"))) != 0 {
		t.Fatal("another room voids consents")
	}
	bravoForm := filled(t, bravo.opens("/consent/G2"), roundPath(v.id)+"/consent/G2/withdrawal") // carries the version that was read
	form = filled(t, alpha.opens("/slots/G2/amendment"), action)
	alpha.sends("/slots/G2/amendment", with(form, "from", "14:00"))
	r := v.round()
	if s := r.Slot("G2"); s.Version != 2 || len(r.Missing(s)) != 2 || s.Start().UTC().Hour() != 13 || s.End().UTC().Hour() != 17 {
		t.Errorf("G2 is version %d, %v to %v, awaiting %v", s.Version, s.Start().UTC(), s.End().UTC(), r.Missing(s))
	}
	if rec := alpha.post("/slots/G2/amendment", with(form, "from", "15:00", "key", "AAAAAAAAAAAAAAAAAAAAAA")); rec.Code != http.StatusConflict {
		t.Errorf("a change of the version before: status %d", rec.Code)
	}
	stale := url.Values{"key": {bravoForm.Get("key")}, "version": {"1"}}
	if rec := bravo.post("/consent/G2", stale); rec.Code != http.StatusConflict {
		t.Errorf("consent to version 1: status %d", rec.Code)
	}
	if rec := alpha.post("/confirmation/G2", url.Values{"version": {"2"}}); rec.Code < 400 {
		t.Errorf("confirmation without consents: status %d", rec.Code)
	}
	alpha.consents("G2")
	bravo.consents("G2")
	alpha.confirms("G2")
	if s := v.round().Confirmed(); s == nil || s.Label != "G2" || s.Version != 2 {
		t.Errorf("confirmed: %+v", s)
	}
}

func TestRecordDelivery(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha := v.as(schedulingtest.AlphaHead)
	action := roundPath(v.id) + "/paper/1/delivery"
	form := filled(t, alpha.opens("/paper/1/delivery"), action)
	if rec := v.as(schedulingtest.BravoHead).get("/paper/1/delivery"); rec.Code != http.StatusForbidden {
		t.Errorf("the other side: status %d", rec.Code)
	}
	good := with(form, slices.Concat([]string{"form", "by_note", "by", "Embassy of Alpha", "to", "Ministry of Bravo", "time", "14:30", "reference", "12/09"}, dateValues("date", 2, 11, 2009))...)
	for name, tc := range map[string]struct {
		set []string
		at  string
	}{
		"no form":    {[]string{"form", ""}, "form"},
		"by nobody":  {[]string{"by", ""}, "by"},
		"to nobody":  {[]string{"to", ""}, "to"},
		"no date":    {[]string{"date-d", "", "date-m", "", "date-y", ""}, "date-d"},
		"to come":    {dateValues("date", 9, 11, 2009), "date-d"},
		"impossible": {dateValues("date", 31, 11, 2009), "date-d"},
	} {
		rec := alpha.post("/paper/1/delivery", with(good, tc.set...))
		if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), `<a href="#`+tc.at+`"`) || filled(t, rec.Body.String(), action).Get("reference") != "12/09" {
			t.Errorf("%s: status %d\n%s", name, rec.Code, text(rec.Body.String()))
		}
	}
	for range 2 {
		alpha.sends("/paper/1/delivery", good)
	}
	want := "Monday 2 November 2009, 14:30 (UTC−5): sent by note verbale (12/09), Embassy of Alpha to Ministry of Bravo"
	for who, viewer := range map[string]visitor{"alpha": alpha, "bravo": v.as(schedulingtest.BravoHead)} {
		page := viewer.opens("/paper/1")
		if n := strings.Count(text(page), want); n != 1 {
			t.Errorf("%s reads it %d times:\n%s", who, n, text(page))
		}
		history := text(viewer.opens("/history"))
		if strings.Count(history, want) != 1 || strings.Count(history, "Embassy of Alpha") != 1 {
			t.Errorf("%s reads in the history:\n%s", who, history)
		}
		if record := viewer.get("/history.csv").Body.String(); strings.Count(record, want) != 1 {
			t.Errorf("%s has on record:\n%s", who, record)
		}
	}
}

func TestFurtherRound(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish())
	v := talksAt(t, schedulingtest.Now, n, r)
	*v.now = schedulingtest.At(2009, 11, 3, 9, 0)
	alpha := v.as(schedulingtest.AlphaHead)
	const action = "/n/talks/rounds/new"
	page := get(t, v.site, action, "Cookie", alpha.cookie()).Body.String()
	form := filled(t, page, action)
	if form.Get("references") != "First round: Thursday 19 November 2009, Geneva" || form.Get("confirmation") != "by_confirmer" || form.Get("confirmer") != "p.alpha" {
		t.Errorf("begins with %v", form)
	}
	form = with(form, slices.Concat([]string{"round", "Second round", "length", "2", "o0-city", "Vienna"}, dateValues("o0-r0-from", 1, 2, 2010), dateValues("o0-r0-to", 5, 2, 2010))...)
	checked := post(t, v.site, action, with(form, "do", "check"), "Cookie", alpha.cookie()).Body.String()
	has(t, checked, "4 dates go on the table", "PST/3/2/PROP.1", "V1 1–2 February 2010", "First round: Thursday 19 November 2009, Geneva")
	send := with(filled(t, checked, action), "do", "send")
	for range 2 {
		if rec := post(t, v.site, action, send, "Cookie", alpha.cookie()); rec.Header().Get("Location") != "/n/talks/2" {
			t.Fatalf("status %d to %q:\n%s", rec.Code, rec.Header().Get("Location"), text(rec.Body.String()))
		}
	}
	rounds, err := v.store.Rounds(t.Context(), "talks")
	if err != nil || len(rounds) != 2 || len(rounds[1].Offered()) != 4 || rounds[0].Confirmed() == nil {
		t.Errorf("%d rounds, %v", len(rounds), err)
	}
}

func TestOfferPages(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	bravo.consents("G2")
	for name, page := range map[string]string{
		"amendment": alpha.opens("/proposals/1/amendment"), "withdrawal": alpha.opens("/proposals/1/withdrawal"), "decline": bravo.opens("/proposals/1/decline"),
		"slot-change": alpha.opens("/slots/G2/amendment"), "delivery": alpha.opens("/paper/1/delivery"),
	} {
		golden(t, "offers/"+name, page)
	}
	form := filled(t, alpha.opens("/proposals/1/amendment"), roundPath(v.id)+"/proposals/1/amendment")
	golden(t, "offers/amendment-check", alpha.post("/proposals/1/amendment", with(form, "o0-from", "14:00", "o1-r0-to-d", "9", "do", "check")).Body.String())
}
