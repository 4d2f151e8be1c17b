package web

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// Consent, approval and refusal ad referendum, through the pages.
func TestAdReferendumOnThePages(t *testing.T) {
	t.Parallel()
	v := delivered(t, schedulingtest.WithRule(func(r *scheduling.Rule) { r.Confirmation = scheduling.OnLastConsent }), schedulingtest.WithObserver())
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	alpha.consents("G2")
	action := roundPath(v.id) + "/consent/G2"
	page := bravo.opens("/consent/G2")
	has(t, text(page), "ad referendum: subject to approval by its authorities")
	form := with(filled(t, page, action), "kind", "ad_referendum")
	has(t, withStatus(t, bravo.post("/consent/G2", form), http.StatusUnprocessableEntity), "Say by when the approval will be given.")
	has(t, withStatus(t, bravo.post("/consent/G2", with(form, dateValues("until", 25, 11, 2009)...)), http.StatusUnprocessableEntity), "the approval has to come before that")
	form = with(form, append(dateValues("until", 6, 11, 2009), "until-time", "12:00")...)
	bravo.sends("/consent/G2", form)

	for _, page := range []string{alpha.opens(""), bravo.opens("")} {
		has(t, text(page), "Agreed ad referendum", "The approval of the authorities of Bravo is awaited", "Consented ad referendum", "Ad referendum: to be approved")
	}
	has(t, text(v.as(schedulingtest.CharlieHead).opens("")), "Agreed ad referendum")
	has(t, text(bravo.opens("")), "Record approval or refusal")
	hasNot(t, text(alpha.opens("")), "Record approval or refusal")
	if r := v.round(); r.Status != scheduling.AgreedAdReferendum || r.Meeting != nil || len(r.Offered()) != 6 {
		t.Fatalf("the round is %s", r.Status)
	}
	withStatus(t, v.as(schedulingtest.BravoOfficer).post("/consent/G2/approval", nil), http.StatusForbidden)
	withStatus(t, alpha.post("/consent/G2/approval", nil), http.StatusConflict)
	approval := filled(t, bravo.opens("/consent/G2"), action+"/approval")
	bravo.sends("/consent/G2/approval", with(approval, "do", "approve"))
	if r := v.round(); r.Status != scheduling.Confirmed {
		t.Fatalf("the round is %s", r.Status)
	}
	has(t, alpha.opens("/history"), "The authorities of Bravo approved its consent to G2")
}

func TestRefusedApproval(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	bravo := v.as(schedulingtest.BravoHead)
	action := roundPath(v.id) + "/consent/G1"
	bravo.sends("/consent/G1", with(filled(t, bravo.opens("/consent/G1"), action), append(dateValues("until", 6, 11, 2009), "kind", "ad_referendum")...))
	bravo.sends("/consent/G1/approval", with(filled(t, bravo.opens("/consent/G1"), action+"/approval"), "do", "refuse", "reason", "Elections."))
	has(t, bravo.opens("/history"), "did not approve its consent to G1", "Elections.")
	hasNot(t, v.as(schedulingtest.AlphaHead).opens("/history"), "Elections.")
	if _, ok := v.round().Slot("G1").Consent(schedulingtest.Bravo); ok {
		t.Error("the consent stands")
	}
}

// Somebody else may record that a consent was given ad referendum.
func TestReportedAdReferendum(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, action := v.as(schedulingtest.AlphaHead), roundPath(v.id)+"/answers/new"
	form := with(filled(t, alpha.opens("/answers/new?party=bravo"), action), slices.Concat([]string{
		"form", "orally", "from", "Counsellor Ivanov", "to", "Mr Smith", "consent", "G2.1", "kind", "ad_referendum", "do", "send",
	}, dateValues("date", 2, 11, 2009), dateValues("until", 6, 11, 2009))...)
	alpha.sends("/answers/new", form)
	if c, _ := v.round().Slot("G2").Consent(schedulingtest.Bravo); c.Kind != scheduling.AdReferendum || c.Reported == nil {
		t.Errorf("consent %+v", c)
	}
}

// A firm offer says so in its paper, binds its author, and is over in time.
func TestFirmOfferOnThePages(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	alpha, bravo := v.as(schedulingtest.AlphaHead), v.as(schedulingtest.BravoHead)
	action := roundPath(v.id) + "/proposals/new"
	form := with(moscow(t, bravo.opens("/proposals/new"), action), "firm", "yes", "do", "check")
	has(t, withStatus(t, bravo.post("/proposals/new", form), http.StatusUnprocessableEntity), "Say until when the offer is firm.")
	checked := bravo.post("/proposals/new", with(form, dateValues("firm-until", 6, 11, 2009)...)).Body.String()
	has(t, text(checked), "Bravo consents in advance to each of these dates. The offer is firm")
	bravo.sends("/proposals/new", with(filled(t, checked, action), "do", "send"))
	has(t, text(alpha.opens("")), "Firm until Fri 6 November 2009", "Consented in advance (firm offer)")
	has(t, text(alpha.opens("/offers")), "Firm until Fri 6 November 2009")
	*v.now = v.now.Add(10 * 24 * time.Hour)
	v.change(func(r *scheduling.Round) error { r.Tick(*v.now); return nil })
	has(t, text(alpha.opens("/offers")), "It was firm until Fri 6 November 2009")
	has(t, alpha.opens("/history"), "Offer 2 of Bravo is no longer firm")
}
