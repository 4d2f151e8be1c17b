package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
)

// P1 stands on the table; the pages are read in English.
func delivered(tb testing.TB, adjust ...schedulingtest.Adjustment) visitTo {
	tb.Helper()
	n, r := schedulingtest.Delivered(append(adjust, inEnglish())...)
	return talksAt(tb, schedulingtest.Now, n, r)
}

func inEnglish() schedulingtest.Adjustment {
	return schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		for i := range n.Members {
			n.Members[i].Language = "en"
		}
	})
}

// consents opens the page of a slot and sends what is on it.
func (v visitor) consents(label string) string {
	v.Helper()
	page := v.opens("/consent/" + label)
	return v.sends("/consent/"+label, filled(v.TB, page, roundPath(v.id)+"/consent/"+label))
}

func (v visitor) confirms(label string) string {
	v.Helper()
	page := v.opens("/confirmation/" + label)
	return v.sends("/confirmation/"+label, filled(v.TB, page, roundPath(v.id)+"/confirmation/"+label))
}

func TestA3OfferChoiceConfirmation(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	path := roundPath(v.id)

	*v.now = schedulingtest.At(2009, time.November, 5, 9, 0)
	form := filled(t, bravo.opens("/reply"), path+"/reply")
	form.Set("level-G2", "preferred")
	form.Set("level-G1", "available")
	form.Set("level-G3", "available")
	for _, label := range []string{"W1", "W2", "W3"} {
		form.Set("level-"+label, "if_need_be")
		form.Set("why-"+label, "Head of delegation arrives on the day.")
	}
	form.Set("do", "send")
	if to := bravo.sends("/reply", form); to != path+"/reply/receipt" {
		t.Errorf("the reply leads to %s", to)
	}
	has(t, bravo.opens("/reply/receipt"), "Thank you. Bravo has replied for all 6 dates.", "Version 1 of this reply.", "Reply recorded, Thu 5 November 2009, 12:00 Moscow time")
	has(t, bravo.opens(""), "Thursday 19 November 2009", "Best date so far", "Acceptable to both. Preferred by two. No conditions.", "Next step: consent to this date.")

	if to := bravo.consents("G2"); to != path {
		t.Errorf("the consent leads to %s", to)
	}
	has(t, bravo.opens(""), "You have consented to G2, Thu 19 November 2009, Geneva. Awaiting consent of Alpha.")
	*v.now = schedulingtest.At(2009, time.November, 6, 9, 0)
	has(t, alpha.opens(""), "Bravo has consented to G2", "Consented: Bravo . Awaiting consent of Alpha")
	alpha.consents("G2")
	has(t, alpha.opens(""), "Agreed by all, not yet confirmed", "Confirm this date")
	has(t, bravo.opens(""), "Waiting for Alpha to confirm.")
	has(t, alpha.opens("/confirmation/G2"), "Confirm Thursday 19 November 2009, Geneva?", "A. Head", "Bravo: the people whom it has named", "5 other dates are released by this")
	hasNot(t, alpha.opens("/confirmation/G2"), "B. Head", "bravo.example")
	alpha.confirms("G2")

	r := v.round()
	if r.Status != scheduling.Confirmed || r.Confirmed().Label != "G2" || r.Meeting.Sequence != 0 || r.Meeting.UID != r.UID {
		t.Fatalf("round %s, meeting %+v, want G2 confirmed under its UID with sequence 0", r.Status, r.Meeting)
	}
	for _, page := range []string{alpha.opens(""), bravo.opens("")} {
		has(t, page, "Confirmed by both parties", "Thursday 19 November 2009", "10:00–18:00 Geneva time (UTC+1)", "5 other dates have been released")
		for _, label := range []string{"G1", "G3", "W1", "W2", "W3"} {
			has(t, page, label)
		}
		has(t, page, "Released: holds on it can be lifted.")
	}
	rec := alpha.post("/confirmation/G3", url.Values{"version": {"1"}})
	if rec.Code != http.StatusConflict {
		t.Errorf("confirming G3 afterwards: status %d, want 409", rec.Code)
	}
	has(t, rec.Body.String(), "A date is confirmed already: G2.")
	if after := v.round(); after.Version != r.Version {
		t.Errorf("a refused confirmation changed the round: version %d, then %d", r.Version, after.Version)
	}
}

func TestA4APositionIsNotConsent(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	form := filled(t, bravo.opens("/reply"), roundPath(v.id)+"/reply")
	form.Set("level-G1", "preferred")
	form.Set("do", "send")
	bravo.sends("/reply", form)
	alpha.consents("G1")

	page := alpha.opens("/confirmation/G1")
	has(t, page, "This date cannot be confirmed yet: Bravo has not consented to G1.")
	if strings.Contains(page, "Confirm and send invitations") {
		t.Error("the page offers to confirm without the consents")
	}
	before := v.round().Version
	rec := alpha.post("/confirmation/G1", url.Values{"version": {"1"}})
	if rec.Code != http.StatusConflict {
		t.Errorf("status %d, want 409", rec.Code)
	}
	has(t, rec.Body.String(), "Bravo has not consented to G1")
	if r := v.round(); r.Status != scheduling.OnTheTable || r.Meeting != nil || r.Version != before {
		t.Errorf("round %s, meeting %v: want it on the table as before", r.Status, r.Meeting)
	}
}

func TestA5ChangedSlotVoidsConsent(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo, alpha := v.as(schedulingtest.BravoHead), v.as(schedulingtest.AlphaHead)
	path := roundPath(v.id)
	old := filled(t, bravo.opens("/consent/G2"), path+"/consent/G2")
	bravo.consents("G2")
	alpha.consents("G2")
	confirmation := filled(t, alpha.opens("/confirmation/G2"), path+"/confirmation/G2")

	*v.now = v.now.Add(time.Hour)
	change := func(hours civil.Span, room string) {
		version := v.round().Slot("G2").Version
		v.change(func(r *scheduling.Round) error {
			return r.ChangeSlot(schedulingtest.By(schedulingtest.AlphaHead, *v.now), "G2", version,
				scheduling.SlotTerms{Hours: hours, Place: "Palais des Nations", Format: r.Slot("G2").Format, Room: room})
		})
	}
	change(civil.Span{From: civil.Clock(10, 0), To: civil.Clock(18, 0)}, "Room XX")
	if s := v.round().Slot("G2"); s.Version != 1 || len(v.round().Missing(s)) != 0 {
		t.Fatalf("another room: version %d, missing %v, want everything as it was", s.Version, v.round().Missing(s))
	}
	change(civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, "Room XX")

	has(t, bravo.opens(""), "Changed: version 2", "14:00–18:00 Geneva time")
	rec := alpha.post("/confirmation/G2", confirmation)
	if rec.Code != http.StatusConflict {
		t.Errorf("confirming the old version: status %d, want 409", rec.Code)
	}
	has(t, rec.Body.String(), "You saw: Thu 19 November 2009, 10:00–18:00 Geneva time", "Now: Thu 19 November 2009, 14:00–18:00 Geneva time")
	old.Set("key", "AAAAAAAAAAAAAAAAAAAAAA")
	rec = bravo.post("/consent/G2", old)
	if rec.Code != http.StatusConflict {
		t.Errorf("consent to version 1: status %d, want 409", rec.Code)
	}
	has(t, rec.Body.String(), "G2 has changed in the meantime", "Now: Thu 19 November 2009, 14:00–18:00 Geneva time")
	if s := v.round().Slot("G2"); len(v.round().Missing(s)) != 2 {
		t.Fatalf("missing %v, want both consents void", v.round().Missing(s))
	}
	bravo.consents("G2")
	alpha.consents("G2")
	alpha.confirms("G2")
	has(t, bravo.opens(""), "Confirmed by both parties", "14:00–18:00 Geneva time (UTC+1)", "Room XX")
}
