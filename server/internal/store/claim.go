package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/scheduling"
)

type claimRow struct {
	Round    string `gorm:"primaryKey"`
	Slot     string `gorm:"primaryKey"`
	FromAt   int64  `gorm:"primaryKey;autoIncrement:false"`
	ToAt     int64
	Room     string
	Booked   bool
	Second   bool
	Override bool
	UntilAt  int64
	At       int64
}

func (claimRow) TableName() string { return "room_claims" }

func (row claimRow) build() scheduling.Claim {
	return scheduling.Claim{
		Room: scheduling.RoomID(row.Room), Slot: scheduling.Label(row.Slot), From: instant(row.FromAt), To: instant(row.ToAt),
		Booked: row.Booked, Second: row.Second, Override: row.Override, Until: instant(row.UntilAt), At: instant(row.At),
	}
}

// addClaims adds what the round takes of rooms.
func (rows *roundRows) addClaims(round string, claims []scheduling.Claim) {
	for _, c := range claims {
		rows.claims = append(rows.claims, claimRow{
			Round: round, Slot: string(c.Slot), FromAt: seconds(c.From), ToAt: seconds(c.To), Room: string(c.Room),
			Booked: c.Booked, Second: c.Second, Override: c.Override, UntilAt: seconds(c.Until), At: seconds(c.At),
		})
	}
}

// claimChanges writes the claims of a round, unless one of them has to give way.
type claimChanges struct {
	difference[claimRow]
	before []claimRow
}

func (d claimChanges) write(ctx context.Context, tx *gorm.DB) error {
	taken := slices.Concat(d.added, d.changed)
	rooms := make([]string, len(taken))
	for i, c := range taken {
		rooms[i] = c.Room
	}
	slices.Sort(rooms)
	rooms = slices.Compact(rooms)
	if len(rooms) > 0 {
		// Whoever claims one of these rooms at the same time waits here.
		locked, err := find(ctx, gorm.G[roomRow](tx, clause.Locking{Strength: "UPDATE"}).Where("id IN ?", rooms).Order("id"))
		switch {
		case err != nil:
			return err
		case len(locked) < len(rooms):
			return conflict("room_unknown")
		}
	}
	for _, c := range taken {
		others, err := find(ctx, gorm.G[claimRow](tx).Where(
			"room = ? AND from_at < ? AND to_at > ? AND round <> ?", c.Room, c.ToAt, c.FromAt, c.Round))
		if err != nil {
			return fmt.Errorf("store: look for other claims: %w", err)
		}
		before := d.stood(c)
		for _, other := range others {
			if c.build().Yields(other.build(), before) {
				return roomTaken(c)
			}
		}
	}
	return d.difference.write(ctx, tx)
}

// stood is the claim as it was stored, or nil.
func (d claimChanges) stood(c claimRow) *scheduling.Claim {
	for _, b := range d.before {
		if b.key() == c.key() {
			claim := b.build()
			return &claim
		}
	}
	return nil
}

func roomTaken(c claimRow) error {
	return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "room_taken", Field: "room", Params: map[string]string{"slot": c.Slot}}
}
