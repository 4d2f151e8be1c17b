// Package outbox is the worker behind the pages: it sends the messages that
// were composed with each change, and lets the clock act on rounds whose time
// has come. It keeps no state of its own, so that it may die anywhere and any
// number of replicas may run it.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"parley/scheduling"
	"parley/server/internal/mailer"
)

// How the worker keeps time.
const (
	poll       = time.Second      // between two looks for messages
	deadlines  = 15 * time.Second // between two looks for rounds that are due
	purges     = 6 * time.Hour    // between two looks for what has been kept long enough
	lease      = 3 * time.Minute  // for how long a claim holds
	attempt    = time.Minute      // for one message, all of SMTP included
	batch      = 2                // messages a claim: together they fit into a lease
	firstRetry = time.Minute
	lastRetry  = time.Hour
	patience   = 5 * 24 * time.Hour // after which a message is given up
)

// Store is what the worker needs of one.
type Store interface {
	scheduling.Outbox
	Purge(ctx context.Context, keep scheduling.Retention, now time.Time) (scheduling.Purged, error)
	Due(ctx context.Context, now time.Time, limit int) ([]scheduling.RoundID, error)
	Update(ctx context.Context, id scheduling.RoundID, form scheduling.Once, change func(*scheduling.Round) error) error
}

// A Worker sends messages and runs deadlines. All fields must be set.
type Worker struct {
	Store  Store
	Mail   mailer.Provider
	From   string                                   // envelope sender
	Render func(scheduling.Message) ([]byte, error) // the message as it goes over the wire
	Keep   scheduling.Retention
	Owner  string // names this worker among replicas; random
	Now    func() time.Time
	Log    *slog.Logger
}

// Run works until ctx is done, and returns when the message in hand is settled.
func (w *Worker) Run(ctx context.Context) {
	var nextDeadlines, nextPurge time.Time
	for ctx.Err() == nil {
		if now := w.Now(); !now.Before(nextPurge) {
			nextPurge = now.Add(purges)
			if err := w.Purge(ctx); err != nil && ctx.Err() == nil {
				w.Log.ErrorContext(ctx, "purge failed", "err", err)
			}
		}
		if now := w.Now(); !now.Before(nextDeadlines) {
			nextDeadlines = now.Add(deadlines)
			if err := w.Tick(ctx); err != nil && ctx.Err() == nil {
				w.Log.ErrorContext(ctx, "deadlines failed", "err", err)
			}
		}
		sent, err := w.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			w.Log.ErrorContext(ctx, "outbox failed", "err", err)
		}
		if sent > 0 && err == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-time.After(poll):
		}
	}
}

// Tick lets the clock act on every round that is due. A round that somebody
// else is changing at the same time comes up again at the next look.
func (w *Worker) Tick(ctx context.Context) error {
	now := w.now()
	due, err := w.Store.Due(ctx, now, 100)
	if err != nil {
		return fmt.Errorf("outbox: find rounds that are due: %w", err)
	}
	var failed error
	for _, id := range due {
		err := w.Store.Update(ctx, id, scheduling.Once{}, func(r *scheduling.Round) error {
			r.Tick(now)
			return nil
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("outbox: deadlines of round %s: %w", id, err))
		}
	}
	return failed
}

// Purge removes what has been kept as long as it is to be kept.
func (w *Worker) Purge(ctx context.Context) error {
	done, err := w.Store.Purge(ctx, w.Keep, w.now())
	if err != nil {
		return fmt.Errorf("outbox: purge: %w", err)
	}
	if done.Messages+done.Forms+done.Tokens+len(done.Negotiations) > 0 {
		w.Log.InfoContext(ctx, "purged", "negotiations", len(done.Negotiations), "messages", done.Messages, "forms", done.Forms, "tokens", done.Tokens)
	}
	return nil
}

// Deliver claims messages that are due and tries each once. It reports how many
// it claimed.
func (w *Worker) Deliver(ctx context.Context) (int, error) {
	now := w.now()
	messages, err := w.Store.Claim(ctx, w.Owner, now, now.Add(lease), batch)
	if err != nil {
		return 0, fmt.Errorf("outbox: claim: %w", err)
	}
	for _, m := range messages {
		outcome, err := w.send(ctx, m)
		if err != nil {
			return len(messages), err
		}
		// What was sent must be noted even when the program is being stopped.
		settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		held, err := w.Store.Settle(settling, m.ID, w.Owner, outcome)
		cancel()
		if err != nil {
			return len(messages), fmt.Errorf("outbox: settle message %s: %w", m.ID, err)
		}
		if !held {
			w.Log.WarnContext(ctx, "lease lost while sending", "message", m.ID)
		}
	}
	return len(messages), nil
}

// send tries one message and says what became of it. The error is for faults
// of the store alone.
func (w *Worker) send(ctx context.Context, m scheduling.Message) (scheduling.Outcome, error) {
	if m.UID != "" {
		newer, err := w.Store.Newer(ctx, m)
		if err != nil {
			return scheduling.Outcome{}, fmt.Errorf("outbox: look for a newer message than %s: %w", m.ID, err)
		}
		if newer {
			return scheduling.Outcome{State: scheduling.MessageSuperseded, At: w.now()}, nil
		}
	}
	raw, err := w.Render(m)
	if err != nil {
		w.Log.ErrorContext(ctx, "message cannot be rendered", "message", m.ID, "err", err)
		return scheduling.Outcome{State: scheduling.MessageFailed, At: w.now(), Problem: err.Error()}, nil
	}
	sending, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	err = w.Mail.Send(sending, w.From, m.To, raw)
	now := w.now()
	if err == nil {
		return scheduling.Outcome{State: scheduling.MessageSent, At: now}, nil
	}
	o := scheduling.Outcome{State: scheduling.MessageQueued, At: now, NextAt: now.Add(backoff(m.Attempts)), Problem: err.Error()}
	refusal, ok := errors.AsType[*mailer.Error](err)
	if ok && !refusal.Temporary || now.Sub(m.CreatedAt) > patience {
		o.State = scheduling.MessageFailed
	}
	// The answer of a mail server may hold addresses: it stays on the page of
	// outgoing mail and out of the log.
	var stage mailer.Stage
	var code int
	if ok {
		stage, code = refusal.Stage, refusal.Code
	}
	w.Log.WarnContext(ctx, "message not sent", "message", m.ID, "state", o.State, "attempts", m.Attempts+1, "stage", stage, "code", code)
	return o, nil
}

// backoff is how long to wait after an attempt, in whole seconds as instants
// are stored, with jitter so that a server that comes back is not met by
// everything at once.
func backoff(attempts int) time.Duration {
	wait := lastRetry
	if attempts < 6 {
		wait = min(wait, firstRetry<<attempts)
	}
	return (wait/2 + rand.N(wait/2)).Truncate(time.Second)
}

func (w *Worker) now() time.Time { return w.Now().UTC().Truncate(time.Second) }
