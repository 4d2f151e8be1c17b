package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// Another language asked for on the way carries nothing out, also where an act
// has no page of its own.
func TestActInAnotherLanguage(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/reschedule", "/reschedule/abandonment", "/postponement", "/postponement/refusal",
		"/cancellation", "/meeting/change", "/meeting/held", "/release", "/objection",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			n, r := schedulingtest.Confirmed(inEnglish())
			k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
			before := k.round().Version
			rec := k.as(schedulingtest.AlphaHead).post(path, url.Values{"lang": {"fr"}, "text": {"x"}})
			if rec.Code != http.StatusOK && rec.Code != http.StatusSeeOther {
				t.Errorf("status %d", rec.Code)
			}
			if k.round().Version != before {
				t.Error("the act was carried out")
			}
		})
	}
}

// The language menu belongs to the form of the page only while there is one.
func TestLanguageMenuOfAPageWithoutForm(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	alpha := k.as(schedulingtest.AlphaHead)
	if page := alpha.get("/postponement").Body.String(); !strings.Contains(page, `form="act"`) {
		t.Error("the menu does not keep what was typed")
	}
	alpha.sends("/postponement", nil)
	if page := alpha.get("/postponement").Body.String(); strings.Contains(page, `form="act"`) && !strings.Contains(page, `id="act"`) {
		t.Error("the menu belongs to a form that is not there")
	}
}

// What single parties ask for is not for observers, whatever their rights.
func TestActPagesAreNotForObservers(t *testing.T) {
	t.Parallel()
	now := schedulingtest.Now.Add(24 * time.Hour)
	n, r := schedulingtest.Confirmed(inEnglish(), schedulingtest.WithObserver())
	n.Member(schedulingtest.CharlieHead).Rights = scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene
	k := keep(t, now, n, r)
	bravo, charlie := k.as(schedulingtest.BravoHead), k.as(schedulingtest.CharlieHead)
	bravo.sends("/release", url.Values{"text": {"Words not agreed"}})
	bravo.sends("/postponement", url.Values{"reason": {"Reason of Bravo"}, "readers": {"all_parties"}})
	for _, path := range []string{"/reschedule", "/postponement", "/cancellation", "/meeting/change", "/release", "/objection"} {
		for _, rec := range []string{charlie.get(path).Body.String(), charlie.post(path, url.Values{"lang": {"fr"}}).Body.String()} {
			if strings.Contains(rec, "Words not agreed") || strings.Contains(rec, "Reason of Bravo") || strings.Contains(rec, "<h1>Postpone") {
				t.Errorf("%s shows an observer what Bravo asks for", path)
			}
		}
		if code := charlie.get(path).Code; code != http.StatusForbidden {
			t.Errorf("GET %s: status %d for an observer", path, code)
		}
	}
}
