package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// A row of a table, compared by value with what was loaded. Its key tells it
// from the other rows of the aggregate.
type row interface {
	comparable
	key() string
}

func (r partyRow) key() string        { return r.ID }
func (r memberRow) key() string       { return r.ID }
func (r proposalRow) key() string     { return fmt.Sprint(r.Number, "/", r.Version, "/", r.Party) }
func (r venueRow) key() string        { return r.Digest }
func (r slotRow) key() string         { return r.Label }
func (r positionRow) key() string     { return r.Slot + "/" + r.Party }
func (r consentRow) key() string      { return r.Slot + "/" + r.Party }
func (r draftRow) key() string        { return r.Party }
func (r meetingRow) key() string      { return "" }
func (r confirmationRow) key() string { return "" }
func (r deliveryRow) key() string     { return fmt.Sprint(r.Place) }
func (r objectionRow) key() string    { return fmt.Sprint(r.Place) }
func (r roomRow) key() string         { return r.ID }
func (r claimRow) key() string        { return fmt.Sprint(r.Slot, "/", r.FromAt) }

// A difference is what has to be written to make the rows of a table what they
// are to be.
type difference[R row] struct{ added, changed, gone []R }

func diff[R row](before, after []R) difference[R] {
	var d difference[R]
	old := make(map[string]R, len(before))
	for _, r := range before {
		old[r.key()] = r
	}
	for _, r := range after {
		was, ok := old[r.key()]
		switch {
		case !ok:
			d.added = append(d.added, r)
		case was != r:
			d.changed = append(d.changed, r)
		}
		delete(old, r.key())
	}
	for _, r := range before {
		if _, ok := old[r.key()]; ok {
			d.gone = append(d.gone, r)
		}
	}
	return d
}

func (d difference[R]) empty() bool { return len(d.added)+len(d.changed)+len(d.gone) == 0 }

// batch is how many rows one statement inserts: SQLite takes 32,766 values.
const batch = 500

// write writes a difference, in few statements however many rows there are. A
// row to be added that is there already means that somebody else was first.
func (d difference[R]) write(ctx context.Context, tx *gorm.DB) error {
	tx = tx.WithContext(ctx)
	for rows := range slices.Chunk(d.gone, batch) {
		if err := tx.Delete(&rows).Error; err != nil {
			return fmt.Errorf("store: delete %T: %w", *new(R), err)
		}
	}
	for rows := range slices.Chunk(d.changed, batch) {
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error; err != nil {
			return fmt.Errorf("store: change %T: %w", *new(R), err)
		}
	}
	for rows := range slices.Chunk(d.added, batch) {
		switch err := tx.Create(&rows).Error; {
		case errors.Is(err, gorm.ErrDuplicatedKey):
			return fmt.Errorf("store: add %T: %w: %w", *new(R), errLost, err)
		case err != nil:
			return fmt.Errorf("store: add %T: %w", *new(R), err)
		}
	}
	return nil
}

// A writer is a difference of any table.
type writer interface {
	empty() bool
	write(ctx context.Context, tx *gorm.DB) error
}

// changes are the differences of all tables of a round but its own, those that
// others refer to first.
func changes(before, after roundRows) []writer {
	all := []writer{
		diff(before.venues, after.venues),
		diff(before.proposals, after.proposals),
		diff(before.slots, after.slots),
		diff(before.positions, after.positions),
		diff(before.consents, after.consents),
		diff(before.drafts, after.drafts),
		diff(before.sealed, after.sealed),
		diff(before.confirmations, after.confirmations),
		diff(before.meetings, after.meetings),
		diff(before.deliveries, after.deliveries),
		diff(before.objections, after.objections),
		claimChanges{diff(before.claims, after.claims), before.claims},
	}
	var some []writer
	for _, w := range all {
		if !w.empty() {
			some = append(some, w)
		}
	}
	return some
}
