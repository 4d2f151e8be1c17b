package schedulingtest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/scheduling"
)

// posted is a message with its lease.
type posted struct {
	scheduling.Message
	owner string
	until time.Time
}

func (s *MemoryStore) find(id scheduling.MessageID) *posted {
	i := slices.IndexFunc(s.messages, func(m *posted) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return s.messages[i]
}

// Messages is scheduling.Store's.
func (s *MemoryStore) Messages(ctx context.Context, id scheduling.NegotiationID, limit int) ([]scheduling.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []scheduling.Message
	for _, m := range slices.Backward(s.messages) {
		if m.Negotiation == id {
			found = append(found, Clone(m.Message))
		}
	}
	slices.SortStableFunc(found, func(a, b scheduling.Message) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return first(found, limit), nil
}

// Claim is scheduling.Outbox's.
func (s *MemoryStore) Claim(ctx context.Context, owner string, now, until time.Time, limit int) ([]scheduling.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var due []*posted
	for _, m := range s.messages {
		if m.State == scheduling.MessageQueued && !m.NextAt.After(now) && !m.until.After(now) {
			due = append(due, m)
		}
	}
	slices.SortStableFunc(due, func(a, b *posted) int { return cmp.Or(a.NextAt.Compare(b.NextAt)) })
	var claimed []scheduling.Message
	for _, m := range first(due, limit) {
		m.owner, m.until = owner, until
		claimed = append(claimed, Clone(m.Message))
	}
	return claimed, nil
}

// Settle is scheduling.Outbox's.
func (s *MemoryStore) Settle(ctx context.Context, id scheduling.MessageID, owner string, o scheduling.Outcome) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	m := s.find(id)
	if m == nil || m.owner != owner || owner == "" {
		return false, nil
	}
	m.owner, m.until = "", time.Time{}
	m.State, m.Problem = o.State, o.Problem
	m.Attempts++
	switch o.State {
	case scheduling.MessageQueued:
		m.NextAt = o.NextAt
	case scheduling.MessageSent:
		m.SentAt = o.At
	case scheduling.MessageFailed, scheduling.MessageSuperseded:
	}
	return true, nil
}

// Newer is scheduling.Outbox's.
func (s *MemoryStore) Newer(ctx context.Context, m scheduling.Message) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return m.UID != "" && slices.ContainsFunc(s.messages, func(o *posted) bool {
		return o.UID == m.UID && o.Member == m.Member &&
			(o.Sequence > m.Sequence || o.Sequence == m.Sequence && o.CreatedAt.After(m.CreatedAt))
	}), nil
}

// Resend is scheduling.Outbox's.
func (s *MemoryStore) Resend(ctx context.Context, id scheduling.NegotiationID, message scheduling.MessageID, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	m := s.find(message)
	switch {
	case m == nil || m.Negotiation != id:
		return notFound("message_unknown")
	case m.State != scheduling.MessageFailed:
		return conflict("message_not_failed")
	}
	m.State, m.NextAt = scheduling.MessageQueued, now
	return nil
}
