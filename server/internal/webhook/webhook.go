// Package webhook calls the addresses that members have registered with the
// events that they may know of. It reads the history that was written with each
// change and notes how far it has told it, so that nothing is lost when it dies
// anywhere; what was told just before it died is told again under the same id.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"parley/scheduling"
	"parley/server/internal/safefetch"
)

// How the caller keeps time.
const (
	poll       = 2 * time.Second
	lease      = 5 * time.Minute
	batch      = 2  // webhooks a claim
	events     = 20 // events a claim: with a deadline of ten seconds each they fit into the lease
	firstRetry = 30 * time.Second
	lastRetry  = 6 * time.Hour
	// Patience is how many calls may fail in a row, over about a day and a half,
	// before a webhook is given up.
	Patience = 14
)

// Store is what the caller needs of one.
type Store interface {
	scheduling.Programs
	Negotiation(ctx context.Context, id scheduling.NegotiationID) (*scheduling.Negotiation, error)
}

// A Caller calls webhooks. All fields must be set.
type Caller struct {
	Store  Store
	Client *http.Client
	// Notice is what a webhook is told of an event; false when its owner may not
	// know of it.
	Notice func(*scheduling.Negotiation, scheduling.Webhook, scheduling.Recorded) ([]byte, bool)
	// Secret is the key of the signature of a webhook.
	Secret func(scheduling.WebhookID) string
	Owner  string // names this caller among replicas; random
	Now    func() time.Time
	Log    *slog.Logger
}

// Run works until ctx is done, and returns when the call in hand is settled.
func (c *Caller) Run(ctx context.Context) {
	for ctx.Err() == nil {
		told, err := c.Deliver(ctx)
		if err != nil && ctx.Err() == nil {
			c.Log.ErrorContext(ctx, "webhooks failed", "err", err)
		}
		if told > 0 && err == nil {
			continue // there may be more
		}
		select {
		case <-ctx.Done():
		case <-time.After(poll):
		}
	}
}

// Deliver claims webhooks with something to tell, and tells each the next
// events in their order until one fails. It reports how many it claimed.
func (c *Caller) Deliver(ctx context.Context) (int, error) {
	now := c.now()
	hooks, err := c.Store.ClaimWebhooks(ctx, c.Owner, now, now.Add(lease), batch)
	if err != nil {
		return 0, fmt.Errorf("webhook: claim: %w", err)
	}
	for _, w := range hooks {
		outcome, err := c.tell(ctx, w)
		if err != nil {
			return len(hooks), err
		}
		// What was told must be noted even when the program is being stopped.
		settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		held, err := c.Store.SettleWebhook(settling, w.ID, c.Owner, outcome)
		cancel()
		if err != nil {
			return len(hooks), fmt.Errorf("webhook: settle %s: %w", w.ID, err)
		}
		if !held {
			c.Log.WarnContext(ctx, "lease lost while calling", "webhook", w.ID)
		}
	}
	return len(hooks), nil
}

// tell calls a webhook with what it has not been told. The error is for faults
// of the store alone.
func (c *Caller) tell(ctx context.Context, w scheduling.Webhook) (scheduling.WebhookOutcome, error) {
	o := scheduling.WebhookOutcome{State: w.State, Done: w.Done, Attempts: w.Attempts, NextAt: c.now(), SentAt: w.SentAt}
	n, err := c.Store.Negotiation(ctx, w.Negotiation)
	if err != nil {
		return o, fmt.Errorf("webhook: negotiation of %s: %w", w.ID, err)
	}
	if m := n.Member(w.Member); m == nil || !m.Rights.Has(scheduling.RightConvene) {
		o.State = scheduling.WebhookEnded
		return o, nil
	}
	recorded, err := c.Store.HistorySince(ctx, w.Negotiation, w.Done, events)
	if err != nil {
		return o, fmt.Errorf("webhook: history for %s: %w", w.ID, err)
	}
	for _, e := range recorded {
		if body, ok := c.Notice(n, w, e); ok {
			if problem := c.post(ctx, w, body); problem != "" {
				return c.failed(ctx, w, o, problem), nil
			}
			o.Attempts, o.SentAt = 0, c.now()
		}
		o.Done = e.Seq
	}
	return o, nil
}

// failed is the outcome of a call that failed.
func (c *Caller) failed(ctx context.Context, w scheduling.Webhook, o scheduling.WebhookOutcome, problem string) scheduling.WebhookOutcome {
	if ctx.Err() != nil {
		return o // we are being stopped: that says nothing of the other side
	}
	o.Attempts++
	o.Problem, o.NextAt = problem, c.now().Add(backoff(o.Attempts))
	if o.Attempts >= Patience {
		o.State = scheduling.WebhookGivenUp
	}
	c.Log.WarnContext(ctx, "webhook failed", "webhook", w.ID, "attempts", o.Attempts, "problem", problem, "state", o.State)
	return o
}

// post makes one call, and says what was wrong: "" for nothing, and otherwise
// address, timeout, connection or status. What the other side answers is shown
// to nobody.
func (c *Caller) post(ctx context.Context, w scheduling.Webhook, body []byte) string {
	if safefetch.CheckURL(w.URL) != nil {
		return "address"
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return "address"
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Parley")
	r.Header.Set("Parley-Signature", Sign(c.Secret(w.ID), c.now(), body))
	response, err := c.Client.Do(r)
	if err != nil {
		late, isNet := errors.AsType[net.Error](err)
		switch {
		case errors.Is(err, safefetch.ErrAddress):
			return "address"
		case isNet && late.Timeout():
			return "timeout"
		}
		return "connection"
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // so that the other side can finish writing
	_ = response.Body.Close()                                         // nothing is left to read
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return "status"
	}
	return ""
}

// Sign is the signature of a body at an instant: "t=<Unix seconds>,v1=<hex
// HMAC-SHA256 of t.body>".
func Sign(secret string, now time.Time, body []byte) string {
	at := strconv.FormatInt(now.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return "t=" + at + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// backoff is how long to wait after so many failures, with jitter.
func backoff(attempts int) time.Duration {
	wait := lastRetry
	if attempts < 12 {
		wait = min(wait, firstRetry<<(attempts-1))
	}
	return (wait/2 + rand.N(wait/2)).Truncate(time.Second)
}

func (c *Caller) now() time.Time { return c.Now().UTC().Truncate(time.Second) }
