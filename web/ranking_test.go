package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

func TestReasonClassTravelsAsFarAsTheReason(t *testing.T) {
	t.Parallel()
	v := delivered(t, schedulingtest.WithObserver())
	bravo := v.as(schedulingtest.BravoHead)
	form := bravo.replyForm()
	form.Set("level-G1", "not_possible")
	form.Set("class-G1", "security")
	form.Set("level-G2", "available")
	form.Set("class-G2", "policy") // belongs to what is not possible alone
	form.Set("do", "send")
	bravo.sends("/reply", form)

	if p, _ := v.round().Slot("G1").Position(schedulingtest.Bravo); p.ReasonClass != scheduling.ReasonSecurity {
		t.Errorf("the class of G1 is %q, want security", p.ReasonClass)
	}
	if p, _ := v.round().Slot("G2").Position(schedulingtest.Bravo); p.ReasonClass != scheduling.NoReasonClass {
		t.Errorf("the class of G2, which is available, is %q", p.ReasonClass)
	}
	if got := bravo.replyForm().Get("class-G1"); got != "security" {
		t.Errorf("the form begins with %q", got)
	}
	has(t, bravo.opens("/reply/receipt"), "Not possible security")
	has(t, bravo.opens(""), "G1 Wed 18 November, Not possible, security")
	hasNot(t, v.as(schedulingtest.AlphaHead).opens(""), "security")

	form = bravo.replyForm()
	form.Set("audience", string(scheduling.AllParties))
	form.Set("do", "send")
	bravo.sends("/reply", form)
	has(t, v.as(schedulingtest.AlphaHead).opens(""), "G1 Wed 18 November, Not possible, security")
	hasNot(t, v.as(schedulingtest.CharlieHead).opens(""), "security")

	form = bravo.replyForm()
	form.Set("class-G1", strings.Repeat("x", 40))
	form.Set("do", "send")
	has(t, withStatus(t, bravo.post("/reply", form), http.StatusUnprocessableEntity), "Choose one of the kinds of reasons for G1, or none.")
}

// answersA10 is what Bravo says in A10: G1 if need be, the rest of Geneva not
// possible, W1 preferred, the rest of Washington available.
func (v visitor) answersA10() {
	v.Helper()
	form := v.replyForm()
	for label, level := range map[string]string{
		"G1": "if_need_be", "G2": "not_possible", "G3": "not_possible", "W1": "preferred", "W2": "available", "W3": "available",
	} {
		form.Set("level-"+label, level)
	}
	form.Set("why-G1", "subject to flights")
	form.Set("do", "send")
	v.sends("/reply", form)
}

func leastBurden() schedulingtest.Adjustment {
	return schedulingtest.WithRule(func(r *scheduling.Rule) { r.Ranking = scheduling.LeastBurden })
}

func TestA10LeastBurden(t *testing.T) {
	t.Parallel()
	pages := map[string]string{}
	for name, turn := range map[string]func(*scheduling.Negotiation, *scheduling.Round){
		"as entered":          func(*scheduling.Negotiation, *scheduling.Round) {},
		"the other way round": func(n *scheduling.Negotiation, _ *scheduling.Round) { slices.Reverse(n.Parties) },
	} {
		v := delivered(t, leastBurden(), schedulingtest.With(turn))
		bravo := v.as(schedulingtest.BravoHead)
		bravo.answersA10()
		page := bravo.opens("/ranking")
		inOrder(t, page,
			"Recommended", "Tuesday 8 December 2009", "No party has to go below “Available”, and one prefers it.",
			"In order", "W1, Tue 8 December 2009, Washington", "W1 is preferred by more parties than W2: 1 against 0.",
			"W2, Wed 9 December 2009", "W2 and W3 are equal for all parties; W2 is earlier.",
			"W3, Thu 10 December 2009", "W3 leaves no party at “If need be”; G1 would leave one there.",
			"G1, Wed 18 November 2009", "Not possible", "G2, Thu 19 November 2009", "Not possible for Bravo", "G3, Fri 20 November 2009",
		)
		has(t, page, "A recommendation confirms nothing and binds nobody", "Consent to W1, Tue 8 December")
		overview := bravo.opens("")
		has(t, overview, "Recommended", "Tuesday 8 December 2009", "No party has to go below “Available”, and one prefers it.",
			"In order: W1, W2, W3, G1. Not possible: G2, G3.", "How the dates compare", "Consent to W1")
		hasNot(t, overview, "Best date so far")
		if r := v.round(); r.Status != scheduling.OnTheTable || r.Meeting != nil {
			t.Errorf("%s: the ranking fixed something: %s", name, r.Status)
		}
		pages[name] = text(page)
	}
	if a, b := pages["as entered"], pages["the other way round"]; a != b {
		t.Errorf("the order of the parties shows:\n%s\n\n%s", a, b)
	}
}

// inOrder reports texts that a page does not have one after the other.
func inOrder(tb testing.TB, page string, texts ...string) {
	tb.Helper()
	rest := text(page)
	for _, want := range texts {
		_, after, found := strings.Cut(rest, want)
		if !found {
			tb.Errorf("%q does not follow in:\n%s", want, rest)
			return
		}
		rest = after
	}
}

func TestObserversLearnNoNamesFromTheRanking(t *testing.T) {
	t.Parallel()
	v := delivered(t, leastBurden(), schedulingtest.WithObserver(), schedulingtest.WithStaff())
	v.as(schedulingtest.BravoHead).answersA10()
	page := v.as(schedulingtest.CharlieHead).opens("/ranking")
	has(t, page, "Recommended", "Not possible for 1 party")
	hasNot(t, page, "for Bravo", "Consent to", "flights")
	has(t, v.as(schedulingtest.Secretary).opens("/ranking"), "Not possible for Bravo")
	has(t, v.as(schedulingtest.AlphaHead).opens("/ranking?lang=fr"), "Recommandée", "Consentir")
}

func TestThereIsARankingWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha := v.as(schedulingtest.AlphaHead)
	withStatus(t, alpha.get("/ranking"), http.StatusNotFound)
	has(t, alpha.opens(""), "The best date so far is one that every party has answered")
	big := bigTalks(t, 3, 4).as("p01-head")
	has(t, big.opens("/ranking"), "Least burden: whoever is worst off")
	has(t, big.opens(""), "How the dates compare")
}

func TestNobodySeesARankingOfSealedReplies(t *testing.T) {
	t.Parallel()
	v := delivered(t, leastBurden(), schedulingtest.WithStaff())
	v.as(schedulingtest.BravoHead).answersA10()
	v.change(func(r *scheduling.Round) error {
		r.Rule.Kind = scheduling.SealedSimultaneous
		return nil
	})
	for _, who := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.BravoHead, schedulingtest.Secretary} {
		page := v.as(who).opens("/ranking")
		has(t, page, "Until they are opened there is no ranking, for anybody.")
		hasNot(t, page, "W1", "In order")
	}
}

// Six dates and two parties: with two ruled out by each, a date is sure to be
// left, and with three it is not.
func TestAPartyIsWarnedOfLittleLeeway(t *testing.T) {
	t.Parallel()
	const tight = "You leave 3 of 6 dates open, and rule out 3."
	v := delivered(t, schedulingtest.WithObserver(), schedulingtest.WithStaff())
	bravo := v.as(schedulingtest.BravoHead)
	hasNot(t, bravo.opens("/reply"), "rule out", "ruled out 0")
	form := bravo.replyForm()
	form.Set("level-G1", "not_possible")
	form.Set("level-G2", "not_possible")
	form.Set("do", "send")
	bravo.sends("/reply", form)
	for _, page := range []string{bravo.opens("/reply/receipt"), bravo.opens("/reply")} {
		has(t, page, "You have ruled out 2 of 6 dates. This note is for your party alone.")
		hasNot(t, page, "usually stall")
	}
	form = bravo.replyForm()
	form.Set("level-W1", "not_possible")
	form.Set("do", "draft")
	bravo.sends("/reply", form)
	has(t, bravo.opens("/reply"), tight, "only if each party rules out at most 2")
	hasNot(t, bravo.opens("/reply/receipt"), tight) // a draft is no answer

	form = bravo.replyForm()
	form.Set("do", "send")
	bravo.sends("/reply", form)
	has(t, bravo.opens("/reply/receipt"), tight)
	for _, who := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.CharlieHead, schedulingtest.Secretary} {
		for _, page := range []string{"", "/history"} {
			hasNot(t, v.as(who).opens(page), "rule out", "ruled out 3")
		}
	}
	hasNot(t, v.as(schedulingtest.AlphaHead).opens("/reply"), "rule out", "You have ruled out")
	hasNot(t, v.as(schedulingtest.AlphaHead).opens("/answers/new?party=bravo"), "rule out", "You have ruled out")
}

// Who has hosted how often stands where the next offer is written.
func TestOffersAreWrittenInSightOfWhoHosted(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish(), schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Party(schedulingtest.Bravo).Country = "CH"
	}))
	v := talksAt(t, schedulingtest.Now.Add(4*time.Hour), n, r)
	alpha := v.as(schedulingtest.AlphaHead)
	has(t, get(t, v.site, "/n/talks/rounds/new", "Cookie", alpha.cookie()).Body.String(), "Earlier rounds, hosted: Alpha 0, Bravo 1.")
	hasNot(t, alpha.opens("/proposals/new"), "Earlier rounds, hosted")
}

// Alpha asks Bravo alone; Delta, which has said the same of another date, and
// everybody else learn nothing of it, not even that the talks have changed.
func TestOnlyTheBlockersAreAsked(t *testing.T) {
	t.Parallel()
	const delta, deltaHead = "delta", "delta-head"
	v := delivered(t, schedulingtest.WithObserver(), schedulingtest.WithStaff(), schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Parties = append(n.Parties, scheduling.Party{ID: delta, Name: "Delta", Zone: "Asia/Tokyo", Role: scheduling.RoleRequired})
		n.Members = append(n.Members, scheduling.Member{ID: deltaHead, Party: delta, Name: "D. Head", Email: "head@delta.example", Rights: schedulingtest.AllRights})
	}))
	for who, refused := range map[scheduling.MemberID][]string{schedulingtest.BravoHead: {"G1", "G2"}, deltaHead: {"G2", "G3", "W1", "W2", "W3"}} {
		form := v.as(who).replyForm()
		for _, label := range refused {
			form.Set("level-"+label, "not_possible")
		}
		form.Set("do", "send")
		v.as(who).sends("/reply", form)
	}
	others := []scheduling.MemberID{deltaHead, schedulingtest.CharlieHead, schedulingtest.Secretary}
	seen := map[scheduling.MemberID]string{}
	for _, who := range others {
		seen[who] = text(v.as(who).opens("")) + text(v.as(who).opens("/history"))
	}
	alpha := v.as(schedulingtest.AlphaHead)
	has(t, alpha.opens(""), "Ask only those who have ruled a date out")
	page := alpha.opens("/reconsideration")
	has(t, page, "G1, Wed 18 November 2009, Geneva Not possible for Bravo", "Not possible for Bravo and Delta")
	form := filled(t, page, roundPath(v.id)+"/reconsideration")
	form["slot"] = []string{"G1"}
	form.Set("note", "Could your visit move?")
	alpha.sends("/reconsideration", form)

	has(t, alpha.opens("/history"), "Alpha asked Bravo alone to think again about G1", "Could your visit move?")
	has(t, v.as(schedulingtest.BravoOfficer).opens("/history"), "Alpha asked Bravo to think again about G1", "Could your visit move?")
	for _, who := range others {
		if got := text(v.as(who).opens("")) + text(v.as(who).opens("/history")); got != seen[who] {
			t.Errorf("%s sees a difference:\n%s\n\n%s", who, seen[who], got)
		}
	}
	withStatus(t, v.as(schedulingtest.BravoOfficer).get("/reconsideration"), http.StatusForbidden)
	form["slot"] = nil
	form.Set("key", "AAAAAAAAAAAAAAAAAAAAAA")
	has(t, withStatus(t, alpha.post("/reconsideration", form), http.StatusUnprocessableEntity), "Choose at least one slot.")
}
