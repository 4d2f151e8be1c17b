package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/scheduling"
)

var (
	// errLost is a change made on what somebody else has changed meanwhile.
	errLost = errors.New("store: changed meanwhile")
	// errUsed is a form that has had its effect already.
	errUsed = errors.New("store: form used already")
)

// tries is how often a change is tried. Only the first try can lose against
// another change, since all others hold the lock; the rest is for deadlocks
// and the like.
const tries = 8

// retry runs a change until it neither loses nor fails for no fault of its
// own. The first try reads without a lock, so that changes are worked out side
// by side and only their writing waits in line; whoever loses goes again under
// the lock, and so cannot lose twice.
func (s *Store) retry(ctx context.Context, try func(locked bool) error) error {
	for n := 0; ; n++ {
		err := try(n > 0)
		lost := errors.Is(err, errLost)
		switch {
		case err == nil || !lost && !s.engine.again(err):
			return err
		case n+1 == tries:
			return fmt.Errorf("store: gave up after %d tries: %w", tries, err)
		case lost && n == 0:
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(rand.N(10 * time.Millisecond << n)):
		}
	}
}

type formRow struct {
	Actor  string `gorm:"primaryKey"`
	Form   string `gorm:"primaryKey"`
	Digest string `gorm:"primaryKey"`
	Result string
	At     int64
}

func (formRow) TableName() string { return "form_keys" }

// formResult is what came of a form, or errUsed's absence: ok is false when it
// has had no effect yet.
func formResult(ctx context.Context, tx *gorm.DB, form scheduling.Once) (result string, ok bool, err error) {
	if form.Key == "" {
		return "", false, nil
	}
	rows, err := find(ctx, gorm.G[formRow](tx).Where("actor = ? AND form = ? AND digest = ?", form.Actor, form.Key, form.Digest))
	if err != nil || len(rows) == 0 {
		return "", false, err
	}
	return rows[0].Result, true, nil
}

// mark notes that a form has its effect in this transaction. Of two
// transactions with the same form the second waits here for the first, and
// gets errUsed.
func (s *Store) mark(ctx context.Context, tx *gorm.DB, form scheduling.Once, result string) error {
	if form.Key == "" {
		return nil
	}
	done := tx.WithContext(ctx).Exec(
		"INSERT INTO form_keys (actor, form, digest, result, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		form.Actor, form.Key, form.Digest, result, seconds(s.now()))
	switch {
	case done.Error != nil:
		return fmt.Errorf("store: mark form: %w", done.Error)
	case done.RowsAffected == 0:
		return errUsed
	}
	return nil
}

// news is what a change brings about beside the change itself.
type news struct {
	shared   bool
	of       *scheduling.Negotiation // to which it happened
	happened []scheduling.Event      // as events
	events   []eventRow
	messages []messageRow
	links    []tokenRow
}

// add adds what follows from events of a negotiation, or of its round.
func (s *Store) add(to *news, n *scheduling.Negotiation, r *scheduling.Round, shared bool, events []scheduling.Event) error {
	if len(events) == 0 {
		return nil
	}
	to.of, to.shared, to.happened = n, to.shared || shared, append(to.happened, events...)
	round := 0
	if r != nil {
		round = r.ID.Number
	}
	for _, e := range events {
		row, err := newEventRow(n.ID, round, e)
		if err != nil {
			return err
		}
		to.events = append(to.events, row)
	}
	if s.composer == nil {
		return nil
	}
	messages, links := s.composer.Compose(n, r, events)
	to.messages = append(to.messages, convert(messages, newMessageRow)...)
	to.links = append(to.links, convert(links, newTokenRow)...)
	return nil
}

// touch raises the counters of a negotiation by what is in the news, and keeps
// all other changes to it and its rounds waiting until the transaction ends.
// It gives the rows of the news their numbers. The negotiation must still have
// the version, unless that is 0; otherwise it is errLost.
func (to *news) touch(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, version int) error {
	var counters struct{ LastEvent, LastMessage int64 }
	rise := 0
	if to.shared {
		rise = 1
	}
	done := tx.WithContext(ctx).Raw(
		`UPDATE negotiations SET revision = revision + ?, last_event = last_event + ?, last_message = last_message + ?
		WHERE id = ? AND (version = ? OR ? = 0) RETURNING last_event, last_message`,
		rise, len(to.events), len(to.messages), string(id), version, version).Scan(&counters)
	switch {
	case done.Error != nil:
		return fmt.Errorf("store: touch negotiation %s: %w", id, done.Error)
	case done.RowsAffected == 0:
		return errLost
	}
	for i := range to.events {
		to.events[i].Seq = counters.LastEvent - int64(len(to.events)-1-i)
	}
	for i := range to.messages {
		to.messages[i].Number = counters.LastMessage - int64(len(to.messages)-1-i)
	}
	return nil
}

// write adds the news to history, record, outgoing mail and links. A message
// that was composed before, under the same identity, stays as it is.
func (s *Store) write(ctx context.Context, tx *gorm.DB, to *news) error {
	if err := s.enter(ctx, tx, to); err != nil {
		return err
	}
	tx = tx.WithContext(ctx)
	for rows := range slices.Chunk(to.events, batch) {
		if err := tx.Create(&rows).Error; err != nil {
			return fmt.Errorf("store: add events: %w", err)
		}
	}
	for rows := range slices.Chunk(to.messages, batch) {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
			return fmt.Errorf("store: add messages: %w", err)
		}
	}
	for rows := range slices.Chunk(to.links, batch) {
		if err := tx.Create(&rows).Error; err != nil {
			return fmt.Errorf("store: add links: %w", err)
		}
	}
	return nil
}

// lockNegotiation keeps everybody else from changing a negotiation and its
// rounds until the transaction ends. SQLite has no such lock and needs none.
func lockNegotiation(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID) error {
	_, err := find(ctx, gorm.G[negotiationRow](tx, clause.Locking{Strength: "UPDATE"}).Where("id = ?", string(id)))
	return err
}
