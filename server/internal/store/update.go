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
	return to.write(ctx, tx)
}

// A roundChange is a change of a round on its way from what was loaded to what
// is to be written.
type roundChange struct {
	used        bool // the form has had its effect
	negotiation *scheduling.Negotiation
	before      roundRows
	after       roundRows
	writers     []writer
	news        news
}

// Update is scheduling.Store's.
func (s *Store) Update(ctx context.Context, id scheduling.RoundID, form scheduling.Once, change func(*scheduling.Round) error) error {
	err := s.retry(ctx, func(locked bool) error {
		var c *roundChange
		if locked {
			return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
				if err := lockNegotiation(ctx, tx, id.Negotiation); err != nil {
					return err
				}
				if c, err = loadChange(ctx, tx, id, form); err != nil {
					return err
				}
				if err := s.act(c, change); err != nil {
					return err
				}
				return s.save(ctx, tx, c, form)
			})
		}
		err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
			c, err = loadChange(ctx, tx, id, form)
			return err
		})
		if err != nil {
			return err
		}
		if err := s.act(c, change); err != nil {
			return err
		}
		if c.idle() && form.Key == "" {
			return nil
		}
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error { return s.save(ctx, tx, c, form) })
	})
	if errors.Is(err, errUsed) {
		return nil
	}
	return err
}

func loadChange(ctx context.Context, tx *gorm.DB, id scheduling.RoundID, form scheduling.Once) (*roundChange, error) {
	if _, used, err := formResult(ctx, tx, form); err != nil {
		return nil, err
	} else if used {
		return nil, errUsed
	}
	n, rows, err := loadRound(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return &roundChange{negotiation: n, before: rows}, nil
}

// act lets change act and works out what has to be written.
func (s *Store) act(c *roundChange, change func(*scheduling.Round) error) error {
	r, err := c.before.build(c.negotiation)
	if err != nil {
		return err
	}
	if s := r.Confirmed(); s != nil {
		// What follows from other rows was not loaded.
		if err := c.before.addMeeting(c.before.round.ID, r); err != nil {
			return err
		}
	}
	id, version := r.ID, r.Version
	if err := change(r); err != nil {
		return err
	}
	shared, events := r.Shared(), r.TakeEvents()
	r.ID, r.Version, r.Negotiation = id, version, c.negotiation
	if c.after, err = newRoundRows(r); err != nil {
		return err
	}
	c.writers = changes(c.before, c.after)
	if c.idle() && len(events) == 0 {
		return nil
	}
	c.after.round.Version++
	r.Version++
	if shared {
		c.negotiation.Revision++
	}
	return s.add(&c.news, c.negotiation, r, shared, events)
}

// idle reports whether there is nothing to write but the mark of the form.
func (c *roundChange) idle() bool {
	return c.before.round == c.after.round && len(c.writers) == 0
}

// save writes a change, or is errLost when somebody saved since it was loaded.
func (s *Store) save(ctx context.Context, tx *gorm.DB, c *roundChange, form scheduling.Once) error {
	if c.idle() {
		return s.mark(ctx, tx, form, c.before.round.ID)
	}
	if err := c.news.touch(ctx, tx, c.negotiation.ID, c.negotiation.Version); err != nil {
		return err
	}
	if err := s.mark(ctx, tx, form, c.before.round.ID); err != nil {
		return err
	}
	saved, err := gorm.G[roundRow](tx).Where("id = ? AND version = ?", c.before.round.ID, c.before.round.Version).
		Select("*").Updates(ctx, c.after.round)
	switch {
	case err != nil:
		return fmt.Errorf("store: save round %s: %w", c.before.round.ID, err)
	case saved == 0:
		return errLost
	}
	for _, w := range c.writers {
		if err := w.write(ctx, tx); err != nil {
			return err
		}
	}
	return c.news.write(ctx, tx)
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
		Select("version", "status", "title", "reference", "created_at").
		Updates(ctx, negotiationRow{
			Version: n.Version, Status: after.negotiation.Status, Title: after.negotiation.Title,
			Reference: after.negotiation.Reference, CreatedAt: after.negotiation.CreatedAt,
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
	return to.write(ctx, tx)
}
