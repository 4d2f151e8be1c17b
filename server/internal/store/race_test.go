package store

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

var races = flag.Int("races", 40, "rounds that 20 clients confirm at once")

const racers = 20

// race runs f for each of the racers at once and gives their errors.
func race(f func(i int) error) []error {
	errs := make([]error, racers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// Of many who confirm at once exactly one has confirmed, all others are told
// so, and there is one event, one meeting and one row to show for it.
func TestOneConfirmationWins(t *testing.T) {
	t.Parallel()
	for name, database := range insideEngines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openInside(t, database(t), nil)
			for round := range *races {
				n, r := schedulingtest.Agreed(schedulingtest.WithID(scheduling.NegotiationID(fmt.Sprint("talks-", round))))
				if _, err := s.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
					t.Fatal(err)
				}
				id := scheduling.RoundID{Negotiation: n.ID, Number: 1}
				winners := 0
				for i, err := range race(func(i int) error {
					act := schedulingtest.By(schedulingtest.AlphaHead, schedulingtest.Now.Add(3*time.Hour))
					form := scheduling.Once{Actor: "alpha-head", Key: fmt.Sprint(id, i)}
					return s.Update(t.Context(), id, form, func(r *scheduling.Round) error { return r.Confirm(act, "G2", 1) })
				}) {
					refusal, _ := errors.AsType[*scheduling.Error](err)
					switch {
					case err == nil:
						winners++
					case refusal == nil || refusal.Code != "already_confirmed":
						t.Errorf("client %d: got %v, want already_confirmed", i, err)
					}
				}
				if winners != 1 {
					t.Errorf("round %s has %d winners", id, winners)
				}
				var events, rows int
				err := s.engine.query(t.Context(), func(_ context.Context, db *gorm.DB) error {
					return errors.Join(
						db.Raw("SELECT COUNT(*) FROM events WHERE negotiation = ? AND kind = 'meeting_confirmed'", string(n.ID)).Scan(&events).Error,
						db.Raw("SELECT COUNT(*) FROM confirmations WHERE round = ?", id.String()).Scan(&rows).Error)
				})
				if err != nil || events != 1 || rows != 1 {
					t.Errorf("round %s has %d events and %d rows (%v), want one of each", id, events, rows, err)
				}
			}
		})
	}
}

// The key of the table decides even where every check before it has failed.
func TestOneConfirmationRowWins(t *testing.T) {
	t.Parallel()
	for name, database := range insideEngines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openInside(t, database(t), nil)
			for round := range *races {
				n, r := schedulingtest.Agreed(schedulingtest.WithID(scheduling.NegotiationID(fmt.Sprint("talks-", round))))
				if _, err := s.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
					t.Fatal(err)
				}
				id := scheduling.RoundID{Negotiation: n.ID, Number: 1}.String()
				winners := 0
				for i, err := range race(func(i int) error {
					return s.engine.write(t.Context(), func(ctx context.Context, tx *gorm.DB) error {
						row := confirmationRow{Round: id, Slot: fmt.Sprint("G", i+1), SlotVersion: 1}
						return diff(nil, []confirmationRow{row}).write(ctx, tx)
					})
				}) {
					switch {
					case err == nil:
						winners++
					case !errors.Is(err, errLost):
						t.Errorf("client %d: got %v, want errLost", i, err)
					}
				}
				if winners != 1 {
					t.Errorf("round %s has %d winners", id, winners)
				}
			}
		})
	}
}
