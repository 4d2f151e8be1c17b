package web

import (
	"net/http"
	"strings"
	"testing"

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
