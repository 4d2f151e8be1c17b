package schedulingtest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/scheduling"
)

// hooked is a webhook with its lease.
type hooked struct {
	scheduling.Webhook
	owner string
	until time.Time
}

// BindKey is scheduling.Programs's.
func (s *MemoryStore) BindKey(ctx context.Context, form scheduling.Once) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	key := [2]string{form.Actor, form.Key}
	if bound, ok := s.bound[key]; ok && bound != form.Digest {
		return conflict("key_reused")
	}
	s.bound[key] = form.Digest
	return nil
}

// SaveWebhook is scheduling.Programs's.
func (s *MemoryStore) SaveWebhook(ctx context.Context, w scheduling.Webhook) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	k := s.talks[w.Negotiation]
	if k == nil {
		return notFound("negotiation_unknown")
	}
	of := 0
	for _, old := range s.webhooks {
		if old.ID == w.ID {
			return nil
		}
		if old.Negotiation == w.Negotiation && old.Member == w.Member {
			of++
		}
	}
	if of >= scheduling.MaxWebhooks {
		return conflict("too_many_webhooks")
	}
	w.Done = int64(len(k.history))
	s.webhooks = append(s.webhooks, &hooked{Webhook: w})
	return nil
}

// Webhooks is scheduling.Programs's.
func (s *MemoryStore) Webhooks(ctx context.Context, id scheduling.NegotiationID) ([]scheduling.Webhook, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []scheduling.Webhook
	for _, w := range s.webhooks {
		if w.Negotiation == id {
			found = append(found, w.Webhook)
		}
	}
	slices.SortStableFunc(found, func(a, b scheduling.Webhook) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

func (s *MemoryStore) webhook(match func(*hooked) bool) *hooked {
	if i := slices.IndexFunc(s.webhooks, match); i >= 0 {
		return s.webhooks[i]
	}
	return nil
}

// DeleteWebhook is scheduling.Programs's.
func (s *MemoryStore) DeleteWebhook(ctx context.Context, id scheduling.NegotiationID, webhook scheduling.WebhookID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	before := len(s.webhooks)
	s.webhooks = slices.DeleteFunc(s.webhooks, func(w *hooked) bool { return w.Negotiation == id && w.ID == webhook })
	if len(s.webhooks) == before {
		return notFound("webhook_unknown")
	}
	return nil
}

// ResumeWebhook is scheduling.Programs's.
func (s *MemoryStore) ResumeWebhook(ctx context.Context, id scheduling.NegotiationID, webhook scheduling.WebhookID, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	w := s.webhook(func(w *hooked) bool { return w.Negotiation == id && w.ID == webhook })
	switch {
	case w == nil:
		return notFound("webhook_unknown")
	case w.State != scheduling.WebhookGivenUp:
		return conflict("webhook_not_given_up")
	}
	w.State, w.Attempts, w.NextAt = scheduling.WebhookActive, 0, now
	return nil
}

// ClaimWebhooks is scheduling.Programs's.
func (s *MemoryStore) ClaimWebhooks(ctx context.Context, owner string, now, until time.Time, limit int) ([]scheduling.Webhook, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var due []*hooked
	for _, w := range s.webhooks {
		if w.State == scheduling.WebhookActive && !w.NextAt.After(now) && !w.until.After(now) &&
			int64(len(s.talks[w.Negotiation].history)) > w.Done {
			due = append(due, w)
		}
	}
	slices.SortStableFunc(due, func(a, b *hooked) int { return cmp.Or(a.NextAt.Compare(b.NextAt), cmp.Compare(a.ID, b.ID)) })
	var claimed []scheduling.Webhook
	for _, w := range first(due, limit) {
		w.owner, w.until = owner, until
		claimed = append(claimed, w.Webhook)
	}
	return claimed, nil
}

// SettleWebhook is scheduling.Programs's.
func (s *MemoryStore) SettleWebhook(ctx context.Context, id scheduling.WebhookID, owner string, o scheduling.WebhookOutcome) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	w := s.webhook(func(w *hooked) bool { return w.ID == id })
	if w == nil || w.owner != owner || owner == "" {
		return false, nil
	}
	w.owner, w.until = "", time.Time{}
	w.State, w.Done, w.Attempts, w.NextAt, w.SentAt, w.Problem = o.State, o.Done, o.Attempts, o.NextAt, o.SentAt, o.Problem
	return true, nil
}

// HistorySince is scheduling.Programs's.
func (s *MemoryStore) HistorySince(ctx context.Context, id scheduling.NegotiationID, after int64, limit int) ([]scheduling.Recorded, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []scheduling.Recorded
	if s.talks[id] == nil {
		return found, nil
	}
	for _, e := range s.talks[id].history {
		if e.Seq > after && len(found) < limit {
			found = append(found, Clone(e))
		}
	}
	return found, nil
}
