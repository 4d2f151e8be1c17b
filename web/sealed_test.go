package web

import (
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
)

func underSeal(kind scheduling.RuleKind, atDeadline bool) schedulingtest.Adjustment {
	return schedulingtest.WithRule(func(ru *scheduling.Rule) {
		ru.Kind, ru.RevealAtDeadline = kind, atDeadline
		ru.Reveal = scheduling.Deadline{Date: schedulingtest.Date(2009, time.November, 6), At: civil.Clock(17, 0), Zone: "Europe/Zurich", City: "Geneva"}
	})
}

// replies sends the reply form with the given fields, and says where it leads.
func (v visitor) replies(fields ...string) string {
	v.Helper()
	form := v.sealedForm(fields...)
	return v.sends("/reply", form)
}

func (v visitor) sealedForm(fields ...string) url.Values {
	v.Helper()
	form := filled(v.TB, v.opens("/reply"), roundPath(v.id)+"/reply")
	for _, field := range fields {
		name, value, _ := strings.Cut(field, "=")
		form.Set(name, value)
	}
	form.Set("do", "send")
	return form
}

var sixtyFour = regexp.MustCompile(`[0-9a-f]{64}`)

func TestA9SealedPositionsThroughPages(t *testing.T) {
	t.Parallel()
	v := delivered(t, schedulingtest.WithObserver(), underSeal(scheduling.SealedSimultaneous, false))
	bravo, alpha, charlie := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead), v.as(schedulingtest.CharlieHead)

	*v.now = schedulingtest.At(2009, time.November, 3, 10, 0)
	has(t, bravo.opens("/reply"), "This reply is sealed.", "nothing is opened and the replies are destroyed", "Fri 6 November 2009, 17:00, Geneva time")
	if to := bravo.replies("level-G1=not_possible", "level-G2=preferred", "why-G1=platypus"); to != roundPath(v.id)+"/reply/receipt" {
		t.Errorf("the reply leads to %s", to)
	}
	first := bravo.opens("/reply/receipt")
	has(t, first, "Sealed reply of Bravo", "Only your own party can see this page.", "platypus", "openssl dgst -sha256 -mac HMAC -macopt hexkey:")
	*v.now = schedulingtest.At(2009, time.November, 4, 10, 0)
	form := bravo.sealedForm()
	if form.Get("level-G1") != "not_possible" || form.Get("level-G2") != "preferred" {
		t.Errorf("the form begins with %v, want what Bravo has sealed", form)
	}
	bravo.replies("level-G1=available", "why-G1=")
	receipt := bravo.opens("/reply/receipt")
	env, err := v.round().OwnEnvelope(schedulingtest.BravoHead)
	if err != nil {
		t.Fatal(err)
	}
	has(t, receipt, hex.EncodeToString(env.Nonce), "G1 version 1 available", "G2 version 1 preferred")

	for who, pages := range map[string]visitor{"Alpha": alpha, "an observer": charlie} {
		for _, page := range []string{"", "/history"} {
			text := pages.opens(page)
			hasNot(t, text, "platypus", hex.EncodeToString(env.Nonce), "Not possible for Bravo")
			if who == "Alpha" && page == "" {
				has(t, text, scheduling.SealCommitment(env.Nonce, env.Text))
			} else if who != "Alpha" && sixtyFour.MatchString(text) {
				t.Errorf("%s reads a commitment of a single party on %q", who, page)
			}
		}
	}
	has(t, alpha.opens(""), "Replies are sealed", "1 of 2 parties have answered.", "Has answered, Tue 3 November 2009", "Your reply is missing.")
	has(t, charlie.opens(""), "1 of 2 parties have answered.")
	has(t, bravo.opens(""), "Your party has answered.", "Replace your sealed reply")
	if rec := alpha.post("/consent/G2", url.Values{"version": {"1"}}); rec.Code != http.StatusConflict {
		t.Errorf("consent before the opening: status %d, want 409", rec.Code)
	}

	*v.now = schedulingtest.At(2009, time.November, 5, 9, 0)
	stale := bravo.sealedForm("level-G1=not_possible")
	alpha.replies("level-G1=available", "level-G2=available")
	for _, page := range []string{alpha.opens(""), bravo.opens("")} {
		has(t, page, "Thursday 19 November 2009", "Best date so far", "Acceptable to both. Preferred by one.")
		hasNot(t, page, "platypus", "Not possible for Bravo")
	}
	check := alpha.opens("/sealed")
	has(t, check, "The opened reply is the one that was committed to.", hex.EncodeToString(env.Nonce), scheduling.SealCommitment(env.Nonce, env.Text), "G1 version 1 available")
	hasNot(t, check, "not_possible", "platypus")
	file := alpha.get("/sealed/" + string(schedulingtest.Bravo))
	if file.Code != http.StatusOK || scheduling.SealCommitment(env.Nonce, file.Body.String()) != scheduling.SealCommitment(env.Nonce, env.Text) {
		t.Errorf("the file of Bravo's reply does not give its commitment: status %d", file.Code)
	}
	if rec := charlie.get("/sealed"); rec.Code != http.StatusNotFound {
		t.Errorf("an observer checks single parties: status %d", rec.Code)
	}
	rec := bravo.post("/reply", stale)
	if rec.Code != http.StatusConflict {
		t.Errorf("a reply that was meant to be sealed, after the opening: status %d, want 409", rec.Code)
	}
	has(t, rec.Body.String(), "The sealed replies have been opened meanwhile.")
}

func TestA9AtTheDeadlineThroughPages(t *testing.T) {
	t.Parallel()
	for name, atDeadline := range map[string]bool{"opened at the deadline": true, "never opened": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := delivered(t, underSeal(scheduling.SealedSimultaneous, atDeadline))
			bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
			*v.now = schedulingtest.At(2009, time.November, 3, 10, 0)
			bravo.replies("level-G2=preferred")
			late := alpha.sealedForm("level-G2=available")
			*v.now = schedulingtest.At(2009, time.November, 6, 16, 0)
			rec := alpha.post("/reply", late)
			if rec.Code != http.StatusConflict {
				t.Errorf("a reply at exactly 16:00:00Z: status %d, want 409", rec.Code)
			}
			has(t, rec.Body.String(), "This reply came too late.")
			v.change(func(r *scheduling.Round) error {
				r.Tick(*v.now)
				return nil
			})
			if atDeadline {
				has(t, alpha.opens(""), "Preferred", "Best date so far")
				has(t, alpha.opens("/sealed"), "The opened reply is the one that was committed to.", "No reply yet")
				return
			}
			has(t, alpha.opens(""), "The replies were not opened", "Next step: agree on a later time limit")
			has(t, alpha.opens("/sealed"), "Destroyed unopened.")
			if page := alpha.opens("/history.csv"); strings.Contains(page, "preferred") {
				t.Error("the record tells what was never opened")
			}
			if rec := bravo.get("/reply/receipt"); rec.Code != http.StatusNotFound {
				t.Errorf("the receipt of a destroyed reply: status %d", rec.Code)
			}
		})
	}
}

func TestSealedMinimalThroughPages(t *testing.T) {
	t.Parallel()
	v := delivered(t, underSeal(scheduling.SealedMinimal, false), schedulingtest.WithStaff(),
		schedulingtest.WithRule(func(ru *scheduling.Rule) { ru.MediatorSees = true }),
		schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
			n.Member(schedulingtest.Secretary).Rights |= scheduling.RightMediate
		}))
	bravo, alpha, mediator := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead), v.as(schedulingtest.Secretary)
	bravo.replies("level-G1=not_possible", "level-G2=if_need_be", "why-G2=platypus", "level-W1=preferred")
	alpha.replies("level-G1=preferred", "level-G2=preferred", "level-W1=available")
	for _, page := range []string{alpha.opens(""), bravo.opens("")} {
		has(t, page, "Tuesday 8 December 2009", "The date that suits all parties best", "Replies stay sealed")
		hasNot(t, page, "platypus", "Not possible for", "Preferred by")
	}
	has(t, bravo.opens("/reply/receipt"), "platypus")
	has(t, alpha.opens("/sealed"), "Replies stay sealed under this rule.")
	if rec := alpha.get("/sealed/" + string(schedulingtest.Bravo)); rec.Code != http.StatusNotFound {
		t.Errorf("Alpha reads Bravo's sealed text: status %d", rec.Code)
	}
	if rec := alpha.get("/sealed/reading"); rec.Code != http.StatusForbidden {
		t.Errorf("Alpha reads as a mediator: status %d", rec.Code)
	}
	page := mediator.opens("/sealed/reading")
	hasNot(t, page, "Not possible", "platypus")
	hasNot(t, alpha.opens("/history"), "A mediator has read the sealed replies.")
	rec := mediator.post("/sealed/reading", filled(t, page, roundPath(v.id)+"/sealed/reading"))
	has(t, rec.Body.String(), "Your reading is recorded", "Bravo", "Not possible")
	has(t, alpha.opens("/history"), "A mediator has read the sealed replies.")
	if to := alpha.consents("W1"); to != roundPath(v.id) {
		t.Errorf("the consent leads to %s", to)
	}
	has(t, bravo.opens(""), "Consented: Alpha")
}
