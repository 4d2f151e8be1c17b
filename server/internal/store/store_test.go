package store_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/record"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/store"
	"parley/server/internal/store/storetest"
)

// engines are the databases that every test of this package runs on.
var engines = map[string]func(testing.TB) string{
	"SQLite":     storetest.SQLite,
	"PostgreSQL": storetest.PostgreSQL,
}

// open opens and migrates a database, and closes it at the end of the test.
func open(tb testing.TB, database string, c scheduling.Composer) *store.Store {
	tb.Helper()
	return openSigning(tb, database, c, record.Key{})
}

// openSigning is a store whose heads are signed.
func openSigning(tb testing.TB, database string, c scheduling.Composer, key record.Key) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), store.Options{
		Database: database, Now: time.Now, Composer: c, Key: key, Log: slog.New(slog.DiscardHandler), SealKey: make([]byte, store.SealKeySize),
	})
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	if err := s.Migrate(tb.Context()); err != nil {
		tb.Fatalf("migrate: %v", err)
	}
	return s
}

// cold is a store that remembers nothing, so that what it gives was in the
// database.
type cold struct{ *store.Store }

func (s cold) Round(ctx context.Context, id scheduling.RoundID) (*scheduling.Round, error) {
	s.Forget()
	return s.Store.Round(ctx, id)
}

func (s cold) Update(ctx context.Context, id scheduling.RoundID, form scheduling.Once, change func(*scheduling.Round) error) error {
	s.Forget()
	return s.Store.Update(ctx, id, form, change)
}

func TestStore(t *testing.T) {
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schedulingtest.TestStore(t, func(t *testing.T, c scheduling.Composer) schedulingtest.Full {
				t.Helper()
				return open(t, database(t), c)
			})
		})
		t.Run(name+", cold", func(t *testing.T) {
			t.Parallel()
			schedulingtest.TestStore(t, func(t *testing.T, c scheduling.Composer) schedulingtest.Full {
				t.Helper()
				return cold{open(t, database(t), c)}
			})
		})
	}
}

func TestRecord(t *testing.T) {
	t.Parallel()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schedulingtest.TestRecord(t, func(t *testing.T, c scheduling.Composer) schedulingtest.Full {
				t.Helper()
				return cold{openSigning(t, database(t), c, schedulingtest.RecordKey())}
			})
		})
	}
}
