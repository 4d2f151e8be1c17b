package store

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"parley/scheduling"
	"parley/scheduling/record"
	"parley/scheduling/schedulingtest"
)

// A database from before there was a record gets one when it is migrated, once.
func TestOldEventsAreEntered(t *testing.T) {
	t.Parallel()
	for name, database := range insideEngines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openInside(t, database(t), nil)
			n, r := schedulingtest.Delivered()
			if _, err := s.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
				t.Fatal(err)
			}
			for _, row := range []any{&recordEntryRow{}, &recordLogRow{}} {
				if err := s.engine.write(t.Context(), func(_ context.Context, tx *gorm.DB) error {
					return tx.Where("negotiation = ?", string(n.ID)).Delete(row).Error
				}); err != nil {
					t.Fatal(err)
				}
			}
			var roots []string
			for range 2 {
				if err := s.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				kept, err := s.Record(t.Context(), n.ID, record.Shared)
				if err != nil || len(kept) != 3 {
					t.Fatalf("got %d entries and error %v, want 3", len(kept), err)
				}
				var tree record.Tree
				for i, k := range kept {
					if err := k.Check(int64(i)); err != nil {
						t.Errorf("entry %d: %v", i, err)
					}
					tree.Append(k.Entry)
				}
				roots = append(roots, tree.Root())
			}
			if roots[0] != roots[1] {
				t.Error("the second migration made another record")
			}
		})
	}
}
