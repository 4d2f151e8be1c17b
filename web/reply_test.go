package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
)

// replyForm is the reply form of a member as a browser would send it.
func (v visitor) replyForm() url.Values {
	v.Helper()
	return filled(v.TB, v.opens("/reply"), roundPath(v.id)+"/reply")
}

func withStatus(tb testing.TB, rec *httptest.ResponseRecorder, status int) string {
	tb.Helper()
	if rec.Code != status {
		tb.Errorf("status %d, want %d:\n%s", rec.Code, status, text(rec.Body.String()))
	}
	return rec.Body.String()
}

func TestReplyPages(t *testing.T) {
	t.Parallel()
	v := answered(t)
	bravo := v.as(schedulingtest.BravoHead)
	golden(t, "dates/reply", bravo.opens("/reply"))
	golden(t, "dates/receipt", bravo.opens("/reply/receipt"))
	form := bravo.replyForm()
	form.Set("level-W3", "if_need_be")
	form.Set("level-W2", "if_need_be")
	form.Set("why-W2", "")
	form.Set("do", "send")
	golden(t, "dates/reply-error", withStatus(t, bravo.post("/reply", form), http.StatusUnprocessableEntity))
	golden(t, "dates/consent", bravo.opens("/consent/G2"))
	golden(t, "dates/condition", bravo.opens("/consent/G1"))
	golden(t, "dates/history", bravo.opens("/history"))
	alpha := v.as(schedulingtest.AlphaHead)
	bravo.consents("G2")
	alpha.consents("G2")
	golden(t, "dates/confirmation", alpha.opens("/confirmation/G2"))
	golden(t, "dates/answer", v.as(schedulingtest.AlphaHead).opens("/answers/new?party=bravo"))
}

func TestReplyErrors(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoHead)
	form := bravo.replyForm()
	form.Set("do", "send")
	page := withStatus(t, bravo.post("/reply", form), http.StatusUnprocessableEntity)
	has(t, page, "Error: Reply for Bravo", "Mark at least one date before you send the reply.")

	form.Set("level-G1", "preferred")
	form.Set("level-G2", "if_need_be")
	form.Set("level-W1", "if_need_be")
	form.Set("why-W1", "Visas \u202egnip\u202c are <needed>.")
	form.Set("level-W2", "if_need_be")
	page = withStatus(t, bravo.post("/reply", form), http.StatusUnprocessableEntity)
	has(t, page, "Say on what condition G2 would be possible.", "Say on what condition W2 would be possible.")
	for _, want := range []string{`href="#why-G2"`, `href="#why-W2"`, `autofocus`, `aria-describedby="why-G2-error"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	kept := filled(t, page, roundPath(v.id)+"/reply")
	for _, name := range []string{"level-G1", "level-G2", "level-W1", "key"} {
		if kept.Get(name) != form.Get(name) {
			t.Errorf("%s = %q came back as %q", name, form.Get(name), kept.Get(name))
		}
	}
	if _, ok := v.round().Slot("G1").Positions[schedulingtest.Bravo]; ok {
		t.Error("a refused reply recorded part of itself")
	}
	form.Set("why-G2", strings.Repeat("x", scheduling.MaxNote+1))
	form.Del("level-W2")
	has(t, withStatus(t, bravo.post("/reply", form), http.StatusUnprocessableEntity), "Shorten this to at most 300 characters.")
}

func TestPartialReplyLeavesTheRestOpen(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoOfficer)
	form := bravo.replyForm()
	form.Set("level-G2", "preferred")
	form.Set("do", "send")
	bravo.sends("/reply", form)
	has(t, bravo.opens("/reply/receipt"), "Bravo has replied for 1 of 6 dates.")
	if _, ok := v.round().Slot("G1").Position(schedulingtest.Bravo); ok {
		t.Error("an unmarked date counts as an answer")
	}
	*v.now = v.now.Add(time.Hour)
	form = bravo.replyForm()
	if form.Get("level-G2") != "preferred" {
		t.Errorf("the form begins with %q for G2", form.Get("level-G2"))
	}
	form.Set("level-G1", "not_possible") // no reason needed
	form.Set("do", "send")
	bravo.sends("/reply", form)
	has(t, bravo.opens("/reply/receipt"), "2 of 6 dates", "Version 2 of this reply.")
}

func TestFillMarksBlanksOnlyAndSavesNothing(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoHead)
	form := bravo.replyForm()
	form.Set("level-G2", "not_possible")
	form.Set("why-W1", "typed already")
	form.Set("do", "fill:Geneva")
	page := withStatus(t, bravo.post("/reply", form), http.StatusOK)
	got := filled(t, page, roundPath(v.id)+"/reply")
	for name, want := range map[string]string{
		"level-G1": "available", "level-G2": "not_possible", "level-G3": "available", "level-W1": "", "why-W1": "typed already",
	} {
		if got.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, got.Get(name), want)
		}
	}
	if _, ok := v.round().Slot("G1").Positions[schedulingtest.Bravo]; ok {
		t.Error("filling in recorded answers")
	}
	got.Set("do", "send")
	bravo.sends("/reply", got)
	if p, _ := v.round().Slot("G3").Position(schedulingtest.Bravo); p.Level != scheduling.LevelAvailable {
		t.Errorf("G3 = %q after sending, want available", p.Level)
	}
}

func TestLanguageMenuKeepsTheAnswers(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoHead)
	form := bravo.replyForm()
	form.Set("level-G2", "preferred")
	form.Set("lang", "fr")
	page := withStatus(t, bravo.post("/reply", form), http.StatusOK)
	has(t, page, "Réponse au nom de Bravo")
	if got := filled(t, page, roundPath(v.id)+"/reply"); got.Get("level-G2") != "preferred" {
		t.Errorf("G2 = %q after the switch", got.Get("level-G2"))
	}
	if _, ok := v.round().Slot("G2").Positions[schedulingtest.Bravo]; ok {
		t.Error("switching the language sent the reply")
	}
}

func TestDoubleSubmitHasOneEffect(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoHead)
	form := bravo.replyForm()
	form.Set("level-G2", "preferred")
	form.Set("do", "send")
	first := bravo.sends("/reply", form)
	version := v.round().Version
	if again := bravo.sends("/reply", form); again != first || v.round().Version != version {
		t.Errorf("sent again: to %s and version %d, want %s and %d", again, v.round().Version, first, version)
	}
	consent := filled(t, bravo.opens("/consent/G2"), roundPath(v.id)+"/consent/G2")
	bravo.sends("/consent/G2", consent)
	version = v.round().Version
	bravo.sends("/consent/G2", consent)
	if v.round().Version != version {
		t.Error("the same consent sent again changed the round")
	}
}

func TestStaleReplyKeepsAnswersAndShowsTheChange(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		meanwhile func(v visitTo, r *scheduling.Round) error
		answer    string
		status    int
		says      []string
	}{
		"the slot has changed": {
			meanwhile: func(v visitTo, r *scheduling.Round) error {
				return r.ChangeSlot(schedulingtest.By(schedulingtest.AlphaHead, *v.now), "G2", 1,
					scheduling.SlotTerms{Hours: civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, Place: "Palais des Nations", Format: r.Slot("G2").Format})
			},
			answer: "preferred", status: http.StatusConflict,
			says: []string{"G2 has changed in the meantime", "You saw: Thu 19 November 2009, 10:00–18:00 Geneva time, Palais des Nations, Geneva, in person.", "Now: Thu 19 November 2009, 14:00–18:00 Geneva time"},
		},
		"the offer was withdrawn": {
			meanwhile: func(v visitTo, r *scheduling.Round) error {
				return r.Amend(schedulingtest.By(schedulingtest.AlphaHead, *v.now), 1, withoutGeneva(), schedulingtest.Paper("P1, 2"))
			},
			answer: "preferred", status: http.StatusConflict,
			says: []string{"G2 is no longer on the table.", "Your answer on it, “Preferred”, was not recorded."},
		},
		"a colleague has answered": {
			meanwhile: func(v visitTo, r *scheduling.Round) error {
				return r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, *v.now),
					[]scheduling.Answer{{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelNotPossible}})
			},
			answer: "preferred", status: http.StatusConflict,
			says: []string{"Somebody of your party has answered on G2 in the meantime.", "Somebody of your party has meanwhile answered “Not possible” here."},
		},
		"a colleague has answered the same": {
			meanwhile: func(v visitTo, r *scheduling.Round) error {
				return r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, *v.now),
					[]scheduling.Answer{{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelPreferred}})
			},
			answer: "preferred", status: http.StatusSeeOther,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := delivered(t)
			bravo := v.as(schedulingtest.BravoOfficer)
			form := bravo.replyForm()
			form.Set("level-G2", tc.answer)
			form.Set("level-W1", "available")
			form.Set("why-W1", "Typed with care.")
			form.Set("do", "send")
			*v.now = v.now.Add(time.Hour)
			v.change(func(r *scheduling.Round) error { return tc.meanwhile(v, r) })
			page := withStatus(t, bravo.post("/reply", form), tc.status)
			if tc.status == http.StatusSeeOther {
				return
			}
			has(t, page, tc.says...)
			kept := filled(t, page, roundPath(v.id)+"/reply")
			if kept.Get("level-W1") != "available" || kept.Get("why-W1") != "Typed with care." {
				t.Errorf("the answers on W1 are lost: %v", kept)
			}
			if _, ok := v.round().Slot("W1").Positions[schedulingtest.Bravo]; ok {
				t.Error("a refused reply recorded part of itself")
			}
			kept.Set("do", "send") // what was shown has now been seen
			if to := bravo.sends("/reply", kept); !strings.HasSuffix(to, "/receipt") {
				t.Errorf("sending it again leads to %s", to)
			}
		})
	}
}

// withoutGeneva is P1 with its alternative alone.
func withoutGeneva() scheduling.Content {
	c := schedulingtest.P1()
	c.Terms.Options = c.Terms.Options[1:]
	return c
}

func TestReasonsCrossTheTableOnlyByChoice(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	form := bravo.replyForm()
	if form.Get("audience") != "own" {
		t.Errorf("reasons go by default to %q", form.Get("audience"))
	}
	form.Set("level-G2", "if_need_be")
	form.Set("why-G2", "If the plane lands.")
	form.Set("do", "send")
	bravo.sends("/reply", form)
	hasNot(t, alpha.opens(""), "If the plane lands.")
	has(t, alpha.opens(""), "One condition")
	has(t, bravo.opens(""), "If the plane lands.")

	form = bravo.replyForm()
	form.Set("audience", "all_parties")
	form.Set("do", "send")
	bravo.sends("/reply", form)
	has(t, alpha.opens(""), "If the plane lands.")
	if got := bravo.replyForm().Get("audience"); got != "all_parties" {
		t.Errorf("the form begins with %q after that", got)
	}
}

func TestDraftIsKeptAndLateReplyIsMarked(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	form := bravo.replyForm()
	form.Set("level-G2", "if_need_be") // a draft may be incomplete
	form.Set("do", "draft")
	if to := bravo.sends("/reply", form); to != roundPath(v.id)+"/reply" {
		t.Errorf("the draft leads to %s", to)
	}
	if got := bravo.replyForm().Get("level-G2"); got != "if_need_be" {
		t.Errorf("the draft begins with %q", got)
	}
	has(t, alpha.opens(""), "Awaiting Bravo")

	*v.now = schedulingtest.At(2009, time.November, 10, 12, 0)
	has(t, bravo.opens("/reply"), "The reply-by has passed")
	form = bravo.replyForm()
	form.Set("level-G2", "available")
	form.Set("do", "send")
	bravo.sends("/reply", form)
	has(t, alpha.opens(""), "Late")
	hasNot(t, bravo.opens("/reply"), "This is the draft")
}

func TestWhoMayReply(t *testing.T) {
	t.Parallel()
	v := delivered(t, schedulingtest.WithStaff())
	for id, status := range map[scheduling.MemberID]int{
		schedulingtest.AlphaHead: 200, schedulingtest.AlphaReader: 403, schedulingtest.BravoOfficer: 200, schedulingtest.Secretary: 403,
	} {
		if rec := v.as(id).get("/reply"); rec.Code != status {
			t.Errorf("%s: status %d, want %d", id, rec.Code, status)
		}
	}
	rec := v.as(schedulingtest.BravoOfficer).post("/consent/G2", url.Values{"version": {"1"}})
	if rec.Code != http.StatusForbidden {
		t.Errorf("consent by an officer without the right: status %d, want 403", rec.Code)
	}
	rec = v.as(schedulingtest.BravoHead).get("/confirmation/G2")
	if rec.Code != http.StatusForbidden {
		t.Errorf("confirmation by another than the confirmer: status %d, want 403", rec.Code)
	}
	if rec := get(t, v.site, roundPath(v.id)+"/reply"); rec.Code == http.StatusOK {
		t.Error("the reply form opens for strangers")
	}
}
