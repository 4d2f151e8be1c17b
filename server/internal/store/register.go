package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/scheduling"
)

type registeredVenueRow struct {
	ID      string `gorm:"primaryKey"`
	Content string
}

func (registeredVenueRow) TableName() string { return "registered_venues" }

type roomRow struct {
	ID        string `gorm:"primaryKey"`
	Venue     string
	Place     int
	Name      string
	Seats     int
	Booths    int
	Languages string
	Retired   bool
}

func (roomRow) TableName() string { return "rooms" }

// newVenueRows are the rows of a registered venue and its rooms.
func newVenueRows(v scheduling.RegisteredVenue) (registeredVenueRow, []roomRow, error) {
	content, err := encode(venueValue(v.Venue))
	if err != nil {
		return registeredVenueRow{}, nil, err
	}
	rooms := make([]roomRow, len(v.Rooms))
	for i, r := range v.Rooms {
		rooms[i] = roomRow{
			ID: string(r.ID), Venue: string(v.ID), Place: i, Name: r.Name, Seats: r.Seats, Booths: r.Booths,
			Languages: r.Languages, Retired: r.Retired,
		}
	}
	return registeredVenueRow{ID: string(v.ID), Content: content}, rooms, nil
}

func (row roomRow) build() scheduling.Room {
	return scheduling.Room{
		ID: scheduling.RoomID(row.ID), Name: row.Name, Seats: row.Seats, Booths: row.Booths,
		Languages: row.Languages, Retired: row.Retired,
	}
}

// loadVenues loads registered venues: one, or all for "".
func loadVenues(ctx context.Context, tx *gorm.DB, id scheduling.VenueID, locked ...clause.Expression) ([]scheduling.RegisteredVenue, error) {
	q := gorm.G[registeredVenueRow](tx, locked...).Where("id = ? OR ? = ''", string(id), string(id))
	venues, err := find(ctx, q)
	if err != nil {
		return nil, err
	}
	rooms, err := find(ctx, gorm.G[roomRow](tx).Where("venue = ? OR ? = ''", string(id), string(id)).Order("place"))
	if err != nil {
		return nil, err
	}
	var list []scheduling.RegisteredVenue
	for _, row := range venues {
		var v venueValue
		if err := decode(row.Content, &v); err != nil {
			return nil, err
		}
		list = append(list, scheduling.RegisteredVenue{
			ID: scheduling.VenueID(row.ID), Venue: scheduling.Venue(v),
			Rooms: convert(of(rooms, func(r roomRow) bool { return r.Venue == row.ID }), roomRow.build),
		})
	}
	slices.SortFunc(list, scheduling.CompareVenues)
	return list, nil
}

// AddVenue is scheduling.Register's.
func (s *Store) AddVenue(ctx context.Context, v scheduling.RegisteredVenue) error {
	if err := v.Check(); err != nil {
		return err
	}
	row, rooms, err := newVenueRows(v)
	if err != nil {
		return err
	}
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			switch err := tx.WithContext(ctx).Create(&row).Error; {
			case errors.Is(err, gorm.ErrDuplicatedKey):
				return conflict("venue_exists")
			case err != nil:
				return fmt.Errorf("store: add venue %s: %w", v.ID, err)
			}
			return diff(nil, rooms).write(ctx, tx)
		})
	})
}

// UpdateVenue is scheduling.Register's.
func (s *Store) UpdateVenue(ctx context.Context, id scheduling.VenueID, change func(*scheduling.RegisteredVenue) error) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			v, err := oneVenue(ctx, tx, id, clause.Locking{Strength: "UPDATE"})
			if err != nil {
				return err
			}
			_, before, err := newVenueRows(v)
			if err != nil {
				return err
			}
			had := slices.Clone(v.Rooms)
			if err := change(&v); err != nil {
				return err
			}
			v.ID = id
			v.Retire(had)
			if err := v.Check(); err != nil {
				return err
			}
			row, rooms, err := newVenueRows(v)
			if err != nil {
				return err
			}
			if _, err := gorm.G[registeredVenueRow](tx).Where("id = ?", row.ID).Select("*").Updates(ctx, row); err != nil {
				return fmt.Errorf("store: save venue %s: %w", id, err)
			}
			return diff(before, rooms).write(ctx, tx)
		})
	})
}

func oneVenue(ctx context.Context, tx *gorm.DB, id scheduling.VenueID, locked ...clause.Expression) (scheduling.RegisteredVenue, error) {
	if id == "" {
		return scheduling.RegisteredVenue{}, notFound("venue_unknown")
	}
	list, err := loadVenues(ctx, tx, id, locked...)
	switch {
	case err != nil:
		return scheduling.RegisteredVenue{}, err
	case len(list) == 0:
		return scheduling.RegisteredVenue{}, notFound("venue_unknown")
	}
	return list[0], nil
}

// Venue is scheduling.Register's.
func (s *Store) Venue(ctx context.Context, id scheduling.VenueID) (v scheduling.RegisteredVenue, err error) {
	err = s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		v, err = oneVenue(ctx, tx, id)
		return err
	})
	return v, err
}

// Venues is scheduling.Register's.
func (s *Store) Venues(ctx context.Context) (list []scheduling.RegisteredVenue, err error) {
	err = s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		list, err = loadVenues(ctx, tx, "")
		return err
	})
	return list, err
}

// Uses is scheduling.Register's.
func (s *Store) Uses(ctx context.Context, rooms []scheduling.RoomID, from, to time.Time) (uses []scheduling.RoomUse, err error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	err = s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		rows, err := find(ctx, gorm.G[claimRow](db).Where("room IN ? AND from_at < ? AND to_at > ?", rooms, to.Unix(), from.Unix()).
			Order("from_at, round, slot, room"))
		uses = convert(rows, func(row claimRow) scheduling.RoomUse {
			return scheduling.RoomUse{Claim: row.build(), Round: parseRoundID(row.Round)}
		})
		return err
	})
	return uses, err
}
