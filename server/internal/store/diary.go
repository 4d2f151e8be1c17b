package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/clash"
)

type diaryRow struct {
	Negotiation string `gorm:"primaryKey"`
	Party       string `gorm:"primaryKey"`
	Version     int
	Persons     string // JSON
	Commitments string // JSON
}

func (diaryRow) TableName() string { return "diaries" }

type travelRow struct {
	ID      string `gorm:"primaryKey"`
	Version int
	Legs    string // JSON
}

func (travelRow) TableName() string { return "travel" }

// travelID is of the one row that there is.
const travelID = "installation"

type keyPersonValue struct {
	ID       string              `json:"id"`
	Name     string              `json:"name"`
	Function scheduling.Function `json:"function"`
}

type commitmentValue struct {
	ID      string                    `json:"id"`
	Person  string                    `json:"person"`
	Kind    scheduling.CommitmentKind `json:"kind"`
	City    string                    `json:"city"`
	First   civil.Date                `json:"first"`
	Last    civil.Date                `json:"last"`
	Note    string                    `json:"note,omitempty"`
	Readers scheduling.Scope          `json:"readers,omitempty"`
	Named   []scheduling.PartyID      `json:"named,omitempty"`
	Source  string                    `json:"source,omitempty"`
}

func newDiaryRow(d *scheduling.Diary) (diaryRow, error) {
	persons, err := json.Marshal(convert(d.Persons, func(p scheduling.KeyPerson) keyPersonValue { return keyPersonValue(p) }))
	if err != nil {
		return diaryRow{}, fmt.Errorf("store: encode key persons: %w", err)
	}
	commitments, err := json.Marshal(convert(d.Commitments, func(c scheduling.Commitment) commitmentValue { return commitmentValue(c) }))
	if err != nil {
		return diaryRow{}, fmt.Errorf("store: encode commitments: %w", err)
	}
	return diaryRow{
		Negotiation: string(d.Negotiation), Party: string(d.Party), Version: d.Version,
		Persons: string(persons), Commitments: string(commitments),
	}, nil
}

func (row diaryRow) build() (*scheduling.Diary, error) {
	d := &scheduling.Diary{Negotiation: scheduling.NegotiationID(row.Negotiation), Party: scheduling.PartyID(row.Party), Version: row.Version}
	var persons []keyPersonValue
	var commitments []commitmentValue
	if err := errors.Join(json.Unmarshal([]byte(row.Persons), &persons), json.Unmarshal([]byte(row.Commitments), &commitments)); err != nil {
		return nil, fmt.Errorf("store: decode diary of %s in %s: %w", row.Party, row.Negotiation, err)
	}
	d.Persons = convert(persons, func(v keyPersonValue) scheduling.KeyPerson { return scheduling.KeyPerson(v) })
	d.Commitments = convert(commitments, func(v commitmentValue) scheduling.Commitment { return scheduling.Commitment(v) })
	return d, nil
}

// Diary is scheduling.Diaries'.
func (s *Store) Diary(ctx context.Context, id scheduling.NegotiationID, party scheduling.PartyID) (d *scheduling.Diary, err error) {
	err = s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		_, d, err = loadDiary(ctx, tx, id, party)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// loadDiary is the negotiation and the diary of a party to it, empty when
// there is none.
func loadDiary(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, party scheduling.PartyID) (*scheduling.Negotiation, *scheduling.Diary, error) {
	loaded, err := loadNegotiation(ctx, tx, id)
	if err != nil {
		return nil, nil, err
	}
	n, err := loaded.build()
	if err != nil {
		return nil, nil, err
	}
	if n.Party(party) == nil {
		return nil, nil, notFound("party_unknown")
	}
	rows, err := find(ctx, gorm.G[diaryRow](tx).Where("negotiation = ? AND party = ?", string(id), string(party)))
	if err != nil {
		return nil, nil, err
	}
	if len(rows) == 0 {
		return n, &scheduling.Diary{Negotiation: id, Party: party}, nil
	}
	d, err := rows[0].build()
	return n, d, err
}

// Presences is scheduling.Diaries'.
func (s *Store) Presences(ctx context.Context, id scheduling.NegotiationID, to scheduling.Audience) ([]scheduling.Presence, error) {
	var rows []diaryRow
	var parties []partyRow
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		if parties, err = find(ctx, gorm.G[partyRow](tx).Where("negotiation = ?", string(id)).Order("place")); err != nil {
			return err
		}
		rows, err = find(ctx, gorm.G[diaryRow](tx).Where("negotiation = ?", string(id)))
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(parties) == 0: // there are always two
		return nil, notFound("negotiation_unknown")
	}
	diaries := make(map[string]diaryRow, len(rows))
	for _, row := range rows {
		diaries[row.Party] = row
	}
	var list []scheduling.Presence
	for _, p := range parties {
		row, ok := diaries[p.ID]
		if !ok {
			continue
		}
		d, err := row.build()
		if err != nil {
			return nil, err
		}
		list = append(list, d.Presences(to)...)
	}
	return list, nil
}

// UpdateDiary is scheduling.Diaries'. The condition on the version decides who
// was first; whoever was not tries again.
func (s *Store) UpdateDiary(ctx context.Context, id scheduling.NegotiationID, party scheduling.PartyID, form scheduling.Once, change func(*scheduling.Negotiation, *scheduling.Diary) error) error {
	return s.formed(ctx, form, func(ctx context.Context, tx *gorm.DB) error {
		n, d, err := loadDiary(ctx, tx, id, party)
		if err != nil {
			return err
		}
		before, err := newDiaryRow(d)
		if err != nil {
			return err
		}
		if err := change(n, d); err != nil {
			return err
		}
		d.Negotiation, d.Party, d.Version = id, party, before.Version
		after, err := newDiaryRow(d)
		if err != nil {
			return err
		}
		if err := s.mark(ctx, tx, form, scheduling.RoundID{Negotiation: id}.String()); err != nil || before == after {
			return err
		}
		after.Version++
		if before.Version == 0 {
			return lostIfThere(tx.WithContext(ctx).Create(&after).Error)
		}
		saved, err := gorm.G[diaryRow](tx).Where("negotiation = ? AND party = ? AND version = ?", string(id), string(party), before.Version).
			Select("*").Updates(ctx, after)
		return lostIfNone(saved, err)
	})
}

// Travel is scheduling.Diaries'.
func (s *Store) Travel(ctx context.Context) (t scheduling.Travel, err error) {
	err = s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		_, t, err = loadTravel(ctx, db)
		return err
	})
	return t, err
}

func loadTravel(ctx context.Context, tx *gorm.DB) (travelRow, scheduling.Travel, error) {
	rows, err := find(ctx, gorm.G[travelRow](tx).Where("id = ?", travelID))
	if err != nil {
		return travelRow{}, scheduling.Travel{}, err
	}
	if len(rows) == 0 {
		return travelRow{ID: travelID, Legs: "[]"}, scheduling.Travel{}, nil
	}
	t := scheduling.Travel{Version: rows[0].Version}
	if err := json.Unmarshal([]byte(rows[0].Legs), &t.Legs); err != nil {
		return travelRow{}, scheduling.Travel{}, fmt.Errorf("store: decode travel table: %w", err)
	}
	return rows[0], t, nil
}

// UpdateTravel is scheduling.Diaries'.
func (s *Store) UpdateTravel(ctx context.Context, form scheduling.Once, change func(*scheduling.Travel) error) error {
	return s.formed(ctx, form, func(ctx context.Context, tx *gorm.DB) error {
		before, t, err := loadTravel(ctx, tx)
		if err != nil {
			return err
		}
		if err := change(&t); err != nil {
			return err
		}
		if t.Legs == nil {
			t.Legs = []clash.Leg{}
		}
		legs, err := json.Marshal(t.Legs)
		if err != nil {
			return fmt.Errorf("store: encode travel table: %w", err)
		}
		if err := s.mark(ctx, tx, form, travelID); err != nil || string(legs) == before.Legs {
			return err
		}
		after := travelRow{ID: travelID, Version: before.Version + 1, Legs: string(legs)}
		if before.Version == 0 {
			return lostIfThere(tx.WithContext(ctx).Create(&after).Error)
		}
		saved, err := gorm.G[travelRow](tx).Where("id = ? AND version = ?", travelID, before.Version).Select("*").Updates(ctx, after)
		return lostIfNone(saved, err)
	})
}

// formed runs a change in a transaction of its own, once for each form.
func (s *Store) formed(ctx context.Context, form scheduling.Once, change work) error {
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			if _, used, err := formResult(ctx, tx, form); err != nil {
				return err
			} else if used {
				return errUsed
			}
			return change(ctx, tx)
		})
	})
	if errors.Is(err, errUsed) {
		return nil
	}
	return err
}

// lostIfThere is errLost when the row that was to be added is there by now.
func lostIfThere(err error) error {
	switch {
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return errLost
	case err != nil:
		return fmt.Errorf("store: add: %w", err)
	}
	return nil
}

// lostIfNone is errLost when no row had the version any more.
func lostIfNone(saved int, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("store: save: %w", err)
	case saved == 0:
		return errLost
	}
	return nil
}
