package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/scheduling"
	"parley/scheduling/civil"
)

type holidayListRow struct {
	ID         string `gorm:"primaryKey"`
	Kind       string
	Name       string
	Source     string
	Countries  string
	City       string
	FirstDay   string
	LastDay    string
	Days       string
	ImportedAt int64
	ImportedBy string
}

func (holidayListRow) TableName() string { return "holiday_lists" }

type holidayValue struct {
	First    civil.Date `json:"first"`
	Last     civil.Date `json:"last"`
	Name     string     `json:"name"`
	Country  string     `json:"country,omitempty"`
	MayShift bool       `json:"may_shift,omitempty"`
}

func newHolidayListRow(l scheduling.HolidayList) (holidayListRow, error) {
	first, last := l.Span()
	row := holidayListRow{
		ID: string(l.ID), Kind: string(l.Kind), Name: l.Name, Source: l.Source, City: l.City,
		FirstDay: first.String(), LastDay: last.String(), ImportedAt: seconds(l.ImportedAt), ImportedBy: string(l.ImportedBy),
	}
	var err error
	if row.Countries, err = encodeList(l.Countries); err != nil {
		return row, err
	}
	row.Days, err = encodeList(convert(l.Days, func(h scheduling.Holiday) holidayValue { return holidayValue(h) }))
	return row, err
}

func (row holidayListRow) build() (scheduling.HolidayList, error) {
	l := scheduling.HolidayList{
		ID: scheduling.HolidayListID(row.ID), Kind: scheduling.HolidayKind(row.Kind), Name: row.Name, Source: row.Source,
		City: row.City, ImportedAt: instant(row.ImportedAt), ImportedBy: scheduling.AccountID(row.ImportedBy),
	}
	if err := decode(row.Countries, &l.Countries); err != nil {
		return l, err
	}
	var days []holidayValue
	err := decode(row.Days, &days)
	l.Days = convert(days, func(v holidayValue) scheduling.Holiday { return scheduling.Holiday(v) })
	return l, err
}

// AddHolidays is scheduling.Register's.
func (s *Store) AddHolidays(ctx context.Context, l scheduling.HolidayList) error {
	if err := l.Check(); err != nil {
		return err
	}
	row, err := newHolidayListRow(l)
	if err != nil {
		return err
	}
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			if err := tx.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
				return fmt.Errorf("store: add holidays %s: %w", l.ID, err)
			}
			return nil
		})
	})
}

// RemoveHolidays is scheduling.Register's.
func (s *Store) RemoveHolidays(ctx context.Context, id scheduling.HolidayListID) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			switch gone, err := gorm.G[holidayListRow](tx).Where("id = ?", string(id)).Delete(ctx); {
			case err != nil:
				return fmt.Errorf("store: remove holidays %s: %w", id, err)
			case gone == 0:
				return notFound("list_unknown")
			}
			return nil
		})
	})
}

// Holidays is scheduling.Register's.
func (s *Store) Holidays(ctx context.Context, first, last civil.Date) (lists []scheduling.HolidayList, err error) {
	from, to := "", "9999-12-31"
	if !first.IsZero() {
		from = first.String()
	}
	if !last.IsZero() {
		to = last.String()
	}
	err = s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		rows, err := find(ctx, gorm.G[holidayListRow](db).Where("last_day >= ? AND first_day <= ?", from, to).Order("name, id"))
		if err != nil {
			return err
		}
		for _, row := range rows {
			l, err := row.build()
			if err != nil {
				return err
			}
			lists = append(lists, l)
		}
		return nil
	})
	return lists, err
}
