package scheduling_test

import (
	"errors"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// Talks end when no meeting of theirs lies ahead, and then nothing changes.
func TestConclude(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		by     scheduling.MemberID
		before func(*scheduling.Negotiation, time.Time) error
		want   error
	}{
		"active": {by: "alpha-head"},
		"suspended": {by: "alpha-head", before: func(n *scheduling.Negotiation, now time.Time) error {
			return n.Suspend("alpha-head", scheduling.Text{}, now)
		}},
		"twice":    {by: "alpha-head", before: func(n *scheduling.Negotiation, now time.Time) error { return n.Conclude("alpha-head", nil, now) }, want: scheduling.ErrConflict},
		"a reader": {by: "alpha-reader", want: scheduling.ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, _ := schedulingtest.Talks()
			now := n.CreatedAt.Add(time.Hour)
			if tc.before != nil {
				if err := tc.before(n, now); err != nil {
					t.Fatal(err)
				}
			}
			before := n.Status
			err := n.Conclude(tc.by, nil, now)
			if !errors.Is(err, tc.want) {
				t.Fatalf("Conclude() = %v, want %v", err, tc.want)
			}
			if err != nil && n.Status != before {
				t.Errorf("status = %s after a refusal, want %s", n.Status, before)
			}
			if err == nil && n.Status != scheduling.Concluded {
				t.Errorf("status = %s, want concluded", n.Status)
			}
		})
	}
}

// A meeting that lies ahead keeps the talks open; one that is over does not.
func TestConcludeWaitsForTheMeeting(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed()
	end := r.Confirmed().End()
	if err := n.Conclude("alpha-head", []*scheduling.Round{r}, end.Add(-time.Second)); !errors.Is(err, scheduling.ErrConflict) || n.Status != scheduling.Active {
		t.Errorf("Conclude() before the end = %v and status %s, want a conflict and active", err, n.Status)
	}
	if err := n.Conclude("alpha-head", []*scheduling.Round{r}, end); err != nil || n.Status != scheduling.Concluded {
		t.Errorf("Conclude() at the end = %v and status %s, want none and concluded", err, n.Status)
	}
}

// The other side cannot end the talks for good; who opened the round can.
func TestConcludeIsForTheOpener(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Delivered()
	now := n.CreatedAt.Add(time.Hour)
	if err := n.Conclude("bravo-head", []*scheduling.Round{r}, now); !errors.Is(err, scheduling.ErrForbidden) || n.Status != scheduling.Active {
		t.Errorf("Conclude() by the other side = %v and status %s, want forbidden and active", err, n.Status)
	}
	if err := n.Conclude("alpha-head", []*scheduling.Round{r}, now); err != nil {
		t.Errorf("Conclude() by the opener = %v, want none", err)
	}
}
