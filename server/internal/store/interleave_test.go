package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/store"
)

// interleaved opens talks with both consents given, on each engine.
func interleaved(t *testing.T, test func(t *testing.T, s *store.Store, id scheduling.RoundID)) {
	t.Helper()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, database(t), nil)
			n, r := schedulingtest.Agreed()
			if _, err := s.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
				t.Fatal(err)
			}
			test(t, s, scheduling.RoundID{Negotiation: n.ID, Number: 1})
		})
	}
}

var later = schedulingtest.Now.Add(3 * time.Hour)

// Somebody saves between another's loading and saving: whoever was overtaken
// acts again, on what is there then. Both touch rows of their own, so that
// only the version shows it.
func TestOvertakenByTheSameRound(t *testing.T) {
	t.Parallel()
	interleaved(t, func(t *testing.T, s *store.Store, id scheduling.RoundID) {
		t.Helper()
		consent := func(label scheduling.Label) func(*scheduling.Round) error {
			return func(r *scheduling.Round) error {
				return r.Consent(schedulingtest.By(schedulingtest.BravoHead, later), label, 1)
			}
		}
		calls := 0
		err := s.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
			if calls++; calls == 1 {
				if err := s.Update(t.Context(), id, scheduling.Once{}, consent("G1")); err != nil {
					t.Errorf("the one who overtakes: %v", err)
				}
			}
			return consent("G3")(r)
		})
		if err != nil || calls != 2 {
			t.Errorf("the one who was overtaken: %v after %d calls, want 2", err, calls)
		}
		s.Forget()
		r, err := s.Round(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, slot := range r.Slots {
			if _, ok := slot.Consent(schedulingtest.Bravo); ok != (slot.Label == "G3") {
				t.Errorf("consent to %s: %t; a party consents to one slot at a time", slot.Label, ok)
			}
		}
	})
}

// A round is not confirmed when its negotiation was suspended meanwhile.
func TestOvertakenByTheNegotiation(t *testing.T) {
	t.Parallel()
	interleaved(t, func(t *testing.T, s *store.Store, id scheduling.RoundID) {
		t.Helper()
		calls := 0
		err := s.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
			if calls++; calls == 1 {
				if err := s.UpdateNegotiation(t.Context(), id.Negotiation, scheduling.Once{}, func(n *scheduling.Negotiation) error {
					return n.Suspend(schedulingtest.BravoHead, scheduling.Text{}, later)
				}); err != nil {
					t.Errorf("suspend: %v", err)
				}
			}
			return r.Confirm(schedulingtest.By(schedulingtest.AlphaHead, later), "G2", 1)
		})
		if refusal, ok := errors.AsType[*scheduling.Error](err); !ok || refusal.Code != "negotiation_suspended" {
			t.Errorf("got %v after %d calls, want negotiation_suspended", err, calls)
		}
	})
}

// One form that is sent to two rounds at once has its effect in one of them.
func TestFormOvertakenElsewhere(t *testing.T) {
	t.Parallel()
	interleaved(t, func(t *testing.T, s *store.Store, id scheduling.RoundID) {
		t.Helper()
		n, r := schedulingtest.Agreed(schedulingtest.WithID("other"))
		if _, err := s.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
			t.Fatal(err)
		}
		other := scheduling.RoundID{Negotiation: n.ID, Number: 1}
		form := scheduling.Once{Actor: "alpha-head", Key: "key", Digest: "digest"}
		confirm := func(r *scheduling.Round) error {
			return r.Confirm(schedulingtest.By(schedulingtest.AlphaHead, later), "G2", 1)
		}
		calls := 0
		err := s.Update(t.Context(), id, form, func(r *scheduling.Round) error {
			if calls++; calls == 1 {
				if err := s.Update(t.Context(), other, form, confirm); err != nil {
					t.Errorf("the one who overtakes: %v", err)
				}
			}
			return confirm(r)
		})
		if err != nil {
			t.Errorf("the one who was overtaken: %v", err)
		}
		s.Forget()
		for id, want := range map[scheduling.RoundID]scheduling.RoundStatus{id: scheduling.OnTheTable, other: scheduling.Confirmed} {
			if r, err := s.Round(t.Context(), id); err != nil || r.Status != want {
				t.Errorf("round %s is %s (%v), want %s", id, r.Status, err, want)
			}
		}
	})
}

// One form that creates talks many times at once creates them once, and
// everybody is told the same ones.
func TestCreateTogether(t *testing.T) {
	t.Parallel()
	interleaved(t, func(t *testing.T, s *store.Store, _ scheduling.RoundID) {
		t.Helper()
		const clients = 8
		form := scheduling.Once{Actor: "a", Key: "key", Digest: "digest"}
		var ids [clients]scheduling.NegotiationID
		var wg sync.WaitGroup
		for i := range clients {
			wg.Go(func() {
				n, r := schedulingtest.Talks(schedulingtest.WithID(scheduling.NegotiationID(rune('a' + i))))
				var err error
				if ids[i], err = s.Create(t.Context(), form, n, r); err != nil {
					t.Errorf("create: %v", err)
				}
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] || id == "" {
				t.Fatalf("got %q, want all the same", ids)
			}
		}
		for i := range clients {
			id := scheduling.NegotiationID(rune('a' + i))
			if _, err := s.Negotiation(t.Context(), id); (err == nil) != (id == ids[0]) {
				t.Errorf("negotiation %s: %v, want only %s", id, err, ids[0])
			}
		}
	})
}
