package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"parley/scheduling"
)

// Create is scheduling.Store's.
func (s *Store) Create(ctx context.Context, form scheduling.Once, n *scheduling.Negotiation, r *scheduling.Round) (scheduling.NegotiationID, error) {
	opened, first := *n, *r
	opened.Version, opened.Revision = 1, n.Revision
	first.ID = scheduling.RoundID{Negotiation: n.ID, Number: 1}
	first.Version, first.Negotiation = 1, &opened
	var to news
	shared := n.Shared() || r.Shared()
	if shared {
		opened.Revision++
	}
	if err := s.add(&to, &opened, nil, shared, n.TakeEvents()); err != nil {
		return "", err
	}
	if err := s.add(&to, &opened, &first, shared, r.TakeEvents()); err != nil {
		return "", err
	}
	nRows, err := newNegotiationRows(&opened)
	if err != nil {
		return "", err
	}
	nRows.negotiation.Revision = n.Revision // touch raises it
	rRows, err := newRoundRows(&first)
	if err != nil {
		return "", err
	}
	result, err := s.once(ctx, form, func(ctx context.Context, tx *gorm.DB) (string, error) {
		if err := s.mark(ctx, tx, form, first.ID.String()); err != nil {
			return "", err
		}
		switch err := tx.WithContext(ctx).Create(&nRows.negotiation).Error; {
		case errors.Is(err, gorm.ErrDuplicatedKey):
			return "", conflict("negotiation_exists")
		case err != nil:
			return "", fmt.Errorf("store: add negotiation %s: %w", n.ID, err)
		}
		for _, w := range []writer{diff(nil, nRows.parties), diff(nil, nRows.members)} {
			if err := w.write(ctx, tx); err != nil {
				return "", err
			}
		}
		if err := to.touch(ctx, tx, n.ID, 1); err != nil {
			return "", err
		}
		return first.ID.String(), s.addRound(ctx, tx, rRows, &to)
	})
	return parseRoundID(result).Negotiation, err
}

// AddRound is scheduling.Store's.
func (s *Store) AddRound(ctx context.Context, form scheduling.Once, r *scheduling.Round) (scheduling.RoundID, error) {
	shared, events := r.Shared(), r.TakeEvents()
	result, err := s.once(ctx, form, func(ctx context.Context, tx *gorm.DB) (string, error) {
		if err := lockNegotiation(ctx, tx, r.ID.Negotiation); err != nil {
			return "", err
		}
		loaded, err := loadNegotiation(ctx, tx, r.ID.Negotiation)
		if err != nil {
			return "", err
		}
		n, err := loaded.build()
		if err != nil {
			return "", err
		}
		var last int
		err = tx.WithContext(ctx).Raw("SELECT COALESCE(MAX(number), 0) FROM rounds WHERE negotiation = ?", string(n.ID)).Scan(&last).Error
		if err != nil {
			return "", fmt.Errorf("store: number round of %s: %w", n.ID, err)
		}
		next := *r
		next.ID = scheduling.RoundID{Negotiation: n.ID, Number: last + 1}
		next.Version, next.Negotiation = 1, n
		if shared {
			n.Revision++
		}
		rows, err := newRoundRows(&next)
		if err != nil {
			return "", err
		}
		var to news
		if err := s.add(&to, n, &next, shared, events); err != nil {
			return "", err
		}
		if err := s.mark(ctx, tx, form, next.ID.String()); err != nil {
			return "", err
		}
		if err := to.touch(ctx, tx, n.ID, 0); err != nil {
			return "", err
		}
		return next.ID.String(), s.addRound(ctx, tx, rows, &to)
	})
	return parseRoundID(result), err
}

// once runs a transaction that adds something, and gives what it added; or
// what the same form added before.
func (s *Store) once(ctx context.Context, form scheduling.Once, add func(ctx context.Context, tx *gorm.DB) (string, error)) (result string, err error) {
	err = s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			var used bool
			if result, used, err = formResult(ctx, tx, form); err != nil || used {
				return err
			}
			result, err = add(ctx, tx)
			return err
		})
	})
	if errors.Is(err, errUsed) {
		err = s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
			result, _, err = formResult(ctx, tx, form)
			return err
		})
	}
	if err != nil {
		return "", err
	}
	return result, nil
}

func (s *Store) addRound(ctx context.Context, tx *gorm.DB, rows roundRows, to *news) error {
	if err := tx.WithContext(ctx).Create(&rows.round).Error; err != nil {
		return fmt.Errorf("store: add round %s: %w", rows.round.ID, err)
	}
	for _, w := range changes(roundRows{}, rows) {
		if err := w.write(ctx, tx); err != nil {
			return err
		}
	}
	return s.write(ctx, tx, to)
}

// A roundChange is a change of a round on its way from what was loaded to what
// is to be written.
type roundChange struct {
	before  kept
	after   kept
	writers []writer
	news    news
}

// Update is scheduling.Store's.
func (s *Store) Update(ctx context.Context, id scheduling.RoundID, form scheduling.Once, change func(*scheduling.Round) error) error {
	err := s.retry(ctx, func(locked bool) error {
		if locked {
			return s.updateLocked(ctx, id, form, change)
		}
		before, err := s.round(ctx, id, form)
		if err != nil {
			return err
		}
		c, err := s.act(before, change)
		if err != nil || c.idle() && form.Key == "" {
			return err
		}
		err = s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error { return s.save(ctx, tx, c, form) })
		if err == nil {
			s.cache.put(id, c.after)
		}
		return err
	})
	if errors.Is(err, errUsed) {
		return nil
	}
	return err
}

// updateLocked is an update that nobody can overtake.
func (s *Store) updateLocked(ctx context.Context, id scheduling.RoundID, form scheduling.Once, change func(*scheduling.Round) error) error {
	return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
		if err := lockNegotiation(ctx, tx, id.Negotiation); err != nil {
			return err
		}
		before, ok, err := s.fresh(ctx, tx, id, form)
		if err == nil && !ok {
			before, err = s.load(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		c, err := s.act(before, change)
		if err != nil {
			return err
		}
		return s.save(ctx, tx, c, form)
	})
}

// act lets change act and works out what has to be written.
func (s *Store) act(before kept, change func(*scheduling.Round) error) (*roundChange, error) {
	r, err := before.build()
	if err != nil {
		return nil, err
	}
	sealed := newVault(s.sealer, before.round.round.ID, before.round.sealed)
	r.UseVault(sealed)
	n := *r.Negotiation
	id, version := r.ID, r.Version
	if err := change(r); err != nil {
		return nil, err
	}
	if err := r.Fault(); err != nil {
		return nil, err
	}
	shared, events := r.Shared(), r.TakeEvents()
	r.ID, r.Version, r.Negotiation = id, version, &n
	c := &roundChange{before: before, after: before}
	if c.after.round, err = newRoundRows(r); err != nil {
		return nil, err
	}
	c.after.round.sealed = sealed.all()
	c.writers = changes(before.round, c.after.round)
	if c.idle() && len(events) == 0 {
		return c, nil
	}
	c.after.round.round.Version++
	r.Version++
	if shared {
		n.Revision++
	}
	return c, s.add(&c.news, &n, r, shared, events)
}

// idle reports whether there is nothing to write but the mark of the form.
func (c *roundChange) idle() bool {
	return c.before.round.round == c.after.round.round && len(c.writers) == 0
}

// save writes a change, or is errLost when somebody saved since it was loaded.
func (s *Store) save(ctx context.Context, tx *gorm.DB, c *roundChange, form scheduling.Once) error {
	if c.idle() {
		return s.mark(ctx, tx, form, c.before.round.round.ID)
	}
	if err := c.news.touch(ctx, tx, scheduling.NegotiationID(c.before.negotiation.negotiation.ID), c.before.negotiation.negotiation.Version); err != nil {
		return err
	}
	if err := s.mark(ctx, tx, form, c.before.round.round.ID); err != nil {
		return err
	}
	if err := saveRound(ctx, tx, c.before.round.round, c.after.round.round); err != nil {
		return err
	}
	for _, w := range c.writers {
		if err := w.write(ctx, tx); err != nil {
			return err
		}
	}
	return s.write(ctx, tx, &c.news)
}

// saveRound writes the row of a round, unless its version is not the one that
// was loaded. Most changes leave all of it but the version and the due date.
func saveRound(ctx context.Context, tx *gorm.DB, before, after roundRow) error {
	tx = tx.WithContext(ctx)
	var saved *gorm.DB
	before.DueAt, before.Version = after.DueAt, after.Version
	if before == after {
		saved = tx.Exec("UPDATE rounds SET version = ?, due_at = ? WHERE id = ? AND version = ?",
			after.Version, after.DueAt, after.ID, after.Version-1)
	} else {
		saved = tx.Model(&roundRow{}).Where("id = ? AND version = ?", after.ID, after.Version-1).
			Select("*").Updates(&after)
	}
	switch {
	case saved.Error != nil:
		return fmt.Errorf("store: save round %s: %w", after.ID, saved.Error)
	case saved.RowsAffected == 0:
		return errLost
	}
	return nil
}

// UpdateNegotiation is scheduling.Store's.
func (s *Store) UpdateNegotiation(ctx context.Context, id scheduling.NegotiationID, form scheduling.Once, change func(*scheduling.Negotiation) error) error {
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error { return s.updateNegotiation(ctx, tx, id, form, change) })
	})
	if errors.Is(err, errUsed) {
		return nil
	}
	return err
}

// updateNegotiation always works under the lock: it is rare.
func (s *Store) updateNegotiation(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, form scheduling.Once, change func(*scheduling.Negotiation) error) error {
	if err := lockNegotiation(ctx, tx, id); err != nil {
		return err
	}
	if _, used, err := formResult(ctx, tx, form); err != nil {
		return err
	} else if used {
		return errUsed
	}
	before, err := loadNegotiation(ctx, tx, id)
	if err != nil {
		return err
	}
	n, err := before.build()
	if err != nil {
		return err
	}
	if err := change(n); err != nil {
		return err
	}
	shared, events := n.Shared(), n.TakeEvents()
	n.ID, n.Version, n.Revision = id, before.negotiation.Version, before.negotiation.Revision
	after, err := newNegotiationRows(n)
	if err != nil {
		return err
	}
	after.negotiation.LastEvent, after.negotiation.LastMessage = before.negotiation.LastEvent, before.negotiation.LastMessage
	after.negotiation.Head = before.negotiation.Head
	if err := s.mark(ctx, tx, form, scheduling.RoundID{Negotiation: id}.String()); err != nil {
		return err
	}
	parties, members := diff(before.parties, after.parties), diff(before.members, after.members)
	if len(events) == 0 && before.negotiation == after.negotiation && parties.empty() && members.empty() {
		return nil
	}
	n.Version++
	if shared {
		n.Revision++
	}
	var to news
	if err := s.add(&to, n, nil, shared, events); err != nil {
		return err
	}
	if err := to.touch(ctx, tx, id, before.negotiation.Version); err != nil {
		return err
	}
	saved, err := gorm.G[negotiationRow](tx).Where("id = ? AND version = ?", string(id), before.negotiation.Version).
		Select("version", "status", "title", "reference", "created_at", "suspended_at").
		Updates(ctx, negotiationRow{
			Version: n.Version, Status: after.negotiation.Status, Title: after.negotiation.Title,
			Reference: after.negotiation.Reference, CreatedAt: after.negotiation.CreatedAt, SuspendedAt: after.negotiation.SuspendedAt,
		})
	switch {
	case err != nil:
		return fmt.Errorf("store: save negotiation %s: %w", id, err)
	case saved == 0:
		return errLost
	}
	for _, w := range []writer{parties, members} {
		if err := w.write(ctx, tx); err != nil {
			return err
		}
	}
	return s.write(ctx, tx, &to)
}
