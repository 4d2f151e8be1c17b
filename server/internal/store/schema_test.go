package store

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"parley/scheduling"
	"parley/server/internal/store/storetest"
)

// openInside is an open, migrated store whose engine the test can reach.
func openInside(tb testing.TB, database string, c scheduling.Composer) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), Options{Database: database, Now: time.Now, Composer: c, Log: slog.New(slog.DiscardHandler), SealKey: make([]byte, SealKeySize)})
	if err != nil {
		tb.Fatalf("open: %v", err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(tb.Context()); err != nil {
		tb.Fatalf("migrate: %v", err)
	}
	return s
}

// insideEngines are the databases of the tests that look into the store.
var insideEngines = map[string]func(testing.TB) string{
	"SQLite":     storetest.SQLite,
	"PostgreSQL": storetest.PostgreSQL,
}

// What a row struct lacks would silently never be stored.
func TestRowsHaveTheColumnsOfTheirTables(t *testing.T) {
	t.Parallel()
	rows := []any{
		&negotiationRow{}, &partyRow{}, &memberRow{}, &roundRow{}, &proposalRow{}, &venueRow{}, &slotRow{},
		&positionRow{}, &consentRow{}, &draftRow{}, &sealedRow{}, &confirmationRow{}, &meetingRow{}, &deliveryRow{},
		&objectionRow{}, &eventRow{}, &formRow{}, &messageRow{}, &accountRow{}, &tokenRow{}, &webhookRow{}, &diaryRow{}, &travelRow{},
		&recordLogRow{}, &recordEntryRow{},
		&registeredVenueRow{}, &roomRow{}, &claimRow{}, &holidayListRow{},
	}
	for name, database := range insideEngines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openInside(t, database(t), nil)
			tables := []string{"goose_db_version"}
			for _, row := range rows {
				parsed, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
				if err != nil {
					t.Fatal(err)
				}
				tables = append(tables, parsed.Table)
				if diff := cmp.Diff(sorted(columns(t, s, parsed.Table)), sorted(parsed.DBNames)); diff != "" {
					t.Errorf("table %s differs from its row (-migrated +row):\n%s", parsed.Table, diff)
				}
			}
			if diff := cmp.Diff(sorted(tablesOf(t, s)), sorted(tables)); diff != "" {
				t.Errorf("tables differ (-migrated +rows):\n%s", diff)
			}
		})
	}
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

func columns(t *testing.T, s *Store, table string) (names []string) {
	t.Helper()
	err := s.engine.query(t.Context(), func(_ context.Context, db *gorm.DB) error {
		if db.Name() == "postgres" {
			return db.Raw("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = ?", table).Scan(&names).Error
		}
		return db.Raw("SELECT name FROM pragma_table_info(?)", table).Scan(&names).Error
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("columns of %s: %v and error %v", table, names, err)
	}
	return names
}

func tablesOf(t *testing.T, s *Store) (names []string) {
	t.Helper()
	err := s.engine.query(t.Context(), func(_ context.Context, db *gorm.DB) error {
		if db.Name() == "postgres" {
			return db.Raw("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'").Scan(&names).Error
		}
		return db.Raw("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").Scan(&names).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// Several servers that start at once migrate once, and a second migration
// changes nothing.
func TestMigrateTogether(t *testing.T) {
	t.Parallel()
	for name, database := range insideEngines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := database(t)
			const servers = 3
			stores := make([]*Store, servers)
			for i := range stores {
				s, err := Open(t.Context(), Options{Database: address, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = s.Close() })
				stores[i] = s
				if name == "SQLite" {
					break // belongs to one server
				}
			}
			var wg sync.WaitGroup
			for _, s := range stores {
				if s != nil {
					wg.Go(func() {
						if err := s.Migrate(t.Context()); err != nil {
							t.Errorf("migrate: %v", err)
						}
					})
				}
			}
			wg.Wait()
			if err := stores[0].Migrate(t.Context()); err != nil {
				t.Errorf("migrate again: %v", err)
			}
			var applied int
			err := stores[0].engine.query(t.Context(), func(_ context.Context, db *gorm.DB) error {
				return db.Raw("SELECT COUNT(*) FROM goose_db_version WHERE version_id > 0").Scan(&applied).Error
			})
			entries, readErr := migrations.ReadDir("migrations")
			if err != nil || readErr != nil || applied != len(entries) {
				t.Errorf("%d migrations applied, want %d (%v, %v)", applied, len(entries), err, readErr)
			}
		})
	}
}

// What SQLite promises hangs on settings that nothing else would show.
func TestSQLiteSettings(t *testing.T) {
	t.Parallel()
	s := openInside(t, storetest.SQLite(t), nil)
	db := s.engine.(*sqlite)
	for name, p := range map[string]*pool{"writer": db.writer, "reader": db.reader} {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1", "busy_timeout": "5000",
			"query_only": map[string]string{"writer": "0", "reader": "1"}[name],
		} {
			var got string
			err := p.use(t.Context(), func(_ context.Context, db *gorm.DB) error {
				return db.Raw("PRAGMA " + pragma).Scan(&got).Error //nolint:gosec // a constant of the test
			})
			if err != nil || got != want {
				t.Errorf("%s: %s is %q (%v), want %q", name, pragma, got, err, want)
			}
		}
	}
}
