package web

import (
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// Whoever has consented to a date is not waited for, whatever was said of the
// other dates.
func TestNobodyAwaitsAReplyOfWhoHasConsented(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Delivered(inEnglish(), schedulingtest.WithStaff())
	at := schedulingtest.Now.Add(2 * time.Hour)
	alpha := schedulingtest.By(schedulingtest.AlphaHead, at)
	if err := r.TakePositions(alpha, []scheduling.Answer{{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelAvailable}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Consent(alpha, "G1", 1); err != nil {
		t.Fatal(err)
	}
	k := keep(t, at, n, r)
	if page := k.as(schedulingtest.Secretary).opens(""); !strings.Contains(page, "Awaiting the reply of Bravo.") {
		t.Errorf("the page does not wait for Bravo alone:\n%s", page)
	}
}
