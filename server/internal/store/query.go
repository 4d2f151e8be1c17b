package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"parley/scheduling"
)

// Negotiation is scheduling.Store's.
func (s *Store) Negotiation(ctx context.Context, id scheduling.NegotiationID) (*scheduling.Negotiation, error) {
	var rows negotiationRows
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		rows, err = loadNegotiation(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rows.build()
}

// Round is scheduling.Store's.
func (s *Store) Round(ctx context.Context, id scheduling.RoundID) (*scheduling.Round, error) {
	k, err := s.round(ctx, id, scheduling.Once{})
	if err != nil {
		return nil, err
	}
	r, err := k.build()
	if err != nil {
		return nil, err
	}
	r.UseVault(newVault(s.sealer, k.round.round.ID, k.round.sealed))
	return r, nil
}

// Rounds is scheduling.Store's. The rounds share one negotiation.
func (s *Store) Rounds(ctx context.Context, id scheduling.NegotiationID) ([]*scheduling.Round, error) {
	var (
		negotiation negotiationRows
		all         []roundRows
	)
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		if negotiation, err = loadNegotiation(ctx, tx, id); err != nil {
			return err
		}
		rounds, err := find(ctx, gorm.G[roundRow](tx).Where("negotiation = ?", string(id)).Order("number"))
		if err != nil {
			return err
		}
		all, err = withChildren(ctx, tx, rounds)
		return err
	})
	if err != nil {
		return nil, err
	}
	n, err := negotiation.build()
	if err != nil {
		return nil, err
	}
	rounds := make([]*scheduling.Round, len(all))
	for i, rows := range all {
		if rounds[i], err = rows.build(n); err != nil {
			return nil, err
		}
	}
	return rounds, nil
}

// OfAccount is scheduling.Store's.
func (s *Store) OfAccount(ctx context.Context, id scheduling.AccountID, limit int) ([]*scheduling.Negotiation, error) {
	var (
		ids []string
		all map[string]negotiationRows
	)
	if id == "" {
		return nil, nil
	}
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		err = tx.WithContext(ctx).Raw(
			`SELECT id FROM negotiations
			WHERE id IN (SELECT negotiation FROM members WHERE account = ? AND NOT removed)
			ORDER BY created_at DESC, id LIMIT ?`, string(id), limit).Scan(&ids).Error
		if err != nil {
			return fmt.Errorf("store: negotiations of account %s: %w", id, err)
		}
		all, err = loadNegotiations(ctx, tx, ids...)
		return err
	})
	if err != nil {
		return nil, err
	}
	negotiations := make([]*scheduling.Negotiation, len(ids))
	for i, id := range ids {
		if negotiations[i], err = all[id].build(); err != nil {
			return nil, err
		}
	}
	return negotiations, nil
}

// History is scheduling.Store's.
func (s *Store) History(ctx context.Context, id scheduling.NegotiationID, before int64, limit int) ([]scheduling.Recorded, error) {
	var rows []eventRow
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		rows, err = gorm.G[eventRow](tx).Where("negotiation = ? AND (seq < ? OR ? = 0)", string(id), before, before).
			Order("seq DESC").Limit(limit).Find(ctx)
		if err != nil {
			return fmt.Errorf("store: history of %s: %w", id, err)
		}
		if len(rows) == 0 {
			_, err = loadNegotiation(ctx, tx, id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	events := make([]scheduling.Recorded, len(rows))
	for i, row := range rows {
		if events[i], err = row.build(); err != nil {
			return nil, err
		}
	}
	return events, nil
}

// Due is scheduling.Store's.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]scheduling.RoundID, error) {
	var keys []string
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		return tx.WithContext(ctx).Raw(
			"SELECT rounds.id FROM rounds JOIN negotiations ON negotiations.id = rounds.negotiation "+
				"WHERE due_at > 0 AND due_at <= ? AND negotiations.status <> ? ORDER BY due_at, rounds.id LIMIT ?",
			now.Unix(), string(scheduling.Concluded), limit).
			Scan(&keys).Error
	})
	if err != nil {
		return nil, fmt.Errorf("store: due rounds: %w", err)
	}
	return convert(keys, parseRoundID), nil
}
