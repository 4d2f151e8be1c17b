package store

import (
	"context"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"parley/scheduling"
)

// cacheSize is how many rounds are kept in memory.
const cacheSize = 64

// A cache keeps the rows of rounds as they were last loaded or saved. Whoever
// uses them asks the database for the versions first: rows of a version never
// change, so that nothing has to be told when they become old, whichever
// server made them so.
type cache struct {
	mu     sync.Mutex
	rounds map[scheduling.RoundID]kept
}

// kept are a round and its negotiation as rows, which nobody changes.
type kept struct {
	negotiation negotiationRows
	round       roundRows
}

func (c *cache) get(id scheduling.RoundID) (kept, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.rounds[id]
	return k, ok
}

// put keeps k, and when there are too many drops another one, whichever.
func (c *cache) put(id scheduling.RoundID, k kept) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rounds == nil {
		c.rounds = map[scheduling.RoundID]kept{}
	}
	c.rounds[id] = k
	for other := range c.rounds {
		if len(c.rounds) <= cacheSize {
			break
		}
		if other != id {
			delete(c.rounds, other)
		}
	}
}

// fresh gives the rows of a round from the cache if they are what the database
// holds now, in one query. It is ErrNotFound when there is no such round, and
// errUsed when the form has had its effect.
func (s *Store) fresh(ctx context.Context, db *gorm.DB, id scheduling.RoundID, form scheduling.Once) (kept, bool, error) {
	var now []struct {
		Round, Negotiation, Revision int
		Used                         bool
		Head                         string
	}
	err := db.Raw(
		`SELECT r.version AS round, n.version AS negotiation, n.revision AS revision, n.head AS head,
		EXISTS (SELECT 1 FROM form_keys WHERE actor = ? AND form = ? AND digest = ?) AS used
		FROM rounds r JOIN negotiations n ON n.id = r.negotiation WHERE r.id = ?`,
		form.Actor, form.Key, form.Digest, id.String()).Scan(&now).Error
	switch {
	case err != nil:
		return kept{}, false, fmt.Errorf("store: versions of round %s: %w", id, err)
	case len(now) == 0:
		if _, used, err := formResult(ctx, db, form); err != nil {
			return kept{}, false, err
		} else if used {
			return kept{}, false, errUsed // by a round that there is
		}
		return kept{}, false, notFound("round_unknown")
	case now[0].Used:
		return kept{}, false, errUsed
	}
	k, ok := s.cache.get(id)
	k.negotiation.negotiation.Revision, k.negotiation.negotiation.Head = now[0].Revision, now[0].Head
	return k, ok && k.round.round.Version == now[0].Round && k.negotiation.negotiation.Version == now[0].Negotiation, nil
}

// load gives the rows of a round in a transaction, whatever the cache holds.
func (s *Store) load(ctx context.Context, tx *gorm.DB, id scheduling.RoundID) (k kept, err error) {
	rounds, err := find(ctx, gorm.G[roundRow](tx).Where("id = ?", id.String()))
	switch {
	case err != nil:
		return k, err
	case len(rounds) == 0:
		return k, notFound("round_unknown")
	}
	rows, err := withChildren(ctx, tx, rounds)
	if err != nil {
		return k, err
	}
	k.round = rows[0]
	if k.negotiation, err = loadNegotiation(ctx, tx, id.Negotiation); err != nil {
		return k, err
	}
	s.cache.put(id, k)
	return k, nil
}

// round gives the rows of a round as of now.
func (s *Store) round(ctx context.Context, id scheduling.RoundID, form scheduling.Once) (k kept, err error) {
	var ok bool
	err = s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		k, ok, err = s.fresh(ctx, db, id, form)
		return err
	})
	if err != nil || ok {
		return k, err
	}
	err = s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		k, err = s.load(ctx, tx, id)
		return err
	})
	return k, err
}

// build makes a round of its rows. Every call makes another one, which shares
// nothing with the rows or with other rounds.
func (k kept) build() (*scheduling.Round, error) {
	n, err := k.negotiation.build()
	if err != nil {
		return nil, err
	}
	return k.round.build(n)
}
