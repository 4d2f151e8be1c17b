package scheduling_test

import (
	"slices"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// told lists what the clock tells at an instant, as "kind party".
func told(t *testing.T, r *scheduling.Round, at time.Time) []string {
	t.Helper()
	r.TakeEvents()
	r.Tick(at)
	var all []string
	for _, e := range r.TakeEvents() {
		switch e.Kind {
		case scheduling.ReplyReminder, scheduling.ReplyOverdue, scheduling.ReplyOutstanding:
			all = append(all, string(e.Kind)+" "+string(e.Party))
			if e.Scope != scheduling.OwnParty {
				t.Errorf("%s is for %q", e.Kind, e.Scope)
			}
		default:
		}
	}
	return all
}

// The reply-by of P1 is 10 November, 05:00 UTC; the first decide-by is G1's,
// 18 November at midnight in Geneva at its end, or its start.
func TestReminders(t *testing.T) {
	t.Parallel()
	_, r := Delivered(WithStaff())
	first := At(2009, time.November, 8, 5, 0)
	if due := r.NextDue(); !due.Equal(first) {
		t.Fatalf("next due %v, want %v", due, first)
	}
	for _, step := range []struct {
		at   time.Time
		want []string
	}{
		{first.Add(-time.Second), nil},
		{first, []string{"reply_reminder bravo"}},
		{first, nil}, // a worker that starts again
		{At(2009, time.November, 10, 5, 0), []string{"reply_overdue bravo", "reply_outstanding "}},
		{At(2009, time.November, 10, 5, 1), nil},
		{At(2009, time.November, 16, 23, 0), []string{"reply_reminder bravo"}},
		{At(2009, time.November, 16, 23, 1), nil},
	} {
		if got := told(t, r, step.at); !slices.Equal(got, step.want) {
			t.Errorf("at %v: %q, want %q", step.at, got, step.want)
		}
		if due := r.NextDue(); !due.After(step.at) {
			t.Errorf("at %v it is due again at %v", step.at, due)
		}
	}
}

func TestWhoHasAnsweredIsNotReminded(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.Consent(By(BravoHead, later(5)), "G2", 1))
	if got := told(t, r, At(2009, time.November, 8, 6, 0)); got != nil {
		t.Errorf("after consent: %q", got)
	}
}

// Two days are two dates on the clock of the deadline, whatever the clocks do.
func TestReminderAcrossTheChangeOfClocks(t *testing.T) {
	t.Parallel()
	_, r := Talks(With(func(_ *scheduling.Negotiation, r *scheduling.Round) { r.Rule.Confirmer = Alpha }))
	c := P1()
	c.ReplyBy = scheduling.Deadline{Date: Date(2010, time.March, 15), At: civil.Clock(12, 0), Zone: "America/New_York", City: "Washington"}
	c.Terms.Options[0].Windows[0] = scheduling.Window{From: Date(2010, 4, 5), To: Date(2010, 4, 6)}
	c.Terms.Options = c.Terms.Options[:1]
	do(t, r.Deliver(By(AlphaHead, later(1)), c, Paper("P1")))
	if want, due := At(2010, time.March, 13, 17, 0), r.NextDue(); !due.Equal(want) {
		t.Errorf("reminded at %v, want %v", due, want)
	}
}
