package schedulingtest

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"parley/scheduling"
	"parley/scheduling/record"
)

var _ scheduling.Retainer = (*MemoryStore)(nil)

// Purge is scheduling.Retainer's. Marks of forms carry no date here, and stay.
func (s *MemoryStore) Purge(ctx context.Context, keep scheduling.Retention, now time.Time) (scheduling.Purged, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var done scheduling.Purged
	if err := ctx.Err(); err != nil {
		return done, err
	}
	over := func(at time.Time, span time.Duration) bool {
		return span > 0 && !at.IsZero() && !at.After(now.Add(-span))
	}
	messages, tokens := len(s.messages), len(s.tokens)
	s.messages = slices.DeleteFunc(s.messages, func(m *posted) bool {
		return m.State != scheduling.MessageQueued && (over(m.CreatedAt, keep.Mail) || s.erased(m.Negotiation, m.Member))
	})
	s.tokens = slices.DeleteFunc(s.tokens, func(t scheduling.Token) bool {
		return over(t.ExpiresAt, keep.Tokens) || over(t.RevokedAt, keep.Tokens) || over(t.UsedAt, keep.Tokens)
	})
	done.Messages, done.Tokens = messages-len(s.messages), tokens-len(s.tokens)
	for id, k := range s.talks {
		ended := slices.ContainsFunc(k.history, func(e scheduling.Recorded) bool {
			return e.Kind == scheduling.NegotiationConcluded && over(e.At, keep.Concluded)
		})
		gone := slices.ContainsFunc(k.history, func(e scheduling.Recorded) bool { return e.Kind == scheduling.TextsErased })
		if !ended || gone {
			continue
		}
		n := Clone(k.negotiation)
		n.EraseTexts(now)
		s.commit(k, n)
		k.each(scheduling.EraseWords)
		k.erase(scheduling.EraseWords, record.KeptLongEnough)
		s.drop(id, "")
		maps.DeleteFunc(s.diaries, func(key diaryKey, _ *scheduling.Diary) bool { return key.negotiation == id })
		done.Negotiations = append(done.Negotiations, id)
	}
	slices.SortFunc(done.Negotiations, cmp.Compare[scheduling.NegotiationID])
	return done, nil
}

// EraseMember is scheduling.Retainer's.
func (s *MemoryStore) EraseMember(ctx context.Context, id scheduling.NegotiationID, form scheduling.Once, member scheduling.MemberID, as string, change func(*scheduling.Negotiation) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	k := s.talks[id]
	if k == nil {
		return notFound("negotiation_unknown")
	}
	at := slices.IndexFunc(k.negotiation.Members, func(m scheduling.Member) bool { return m.ID == member })
	if at < 0 {
		return notFound("member_unknown")
	}
	if _, ok := s.done(form); ok {
		return nil
	}
	mask := scheduling.NewMask(as, k.negotiation.Members[at].Name, k.negotiation.Members[at].Email)
	n := Clone(k.negotiation)
	if err := change(n); err != nil {
		return err
	}
	s.mark(form, scheduling.RoundID{Negotiation: id})
	s.commit(k, n)
	words := func(v any) { scheduling.Redact(v, mask) }
	k.each(words)
	k.erase(words, record.PersonErased)
	s.drop(id, member)
	for key, d := range s.diaries {
		next := Clone(d)
		if words(next); key.negotiation == id && !reflect.DeepEqual(next, d) {
			next.Version++
			s.diaries[key] = next
		}
	}
	for _, m := range s.messages {
		if m.Negotiation == id && m.Member != member {
			m.Calendar = []byte(mask(strings.ReplaceAll(string(m.Calendar), "\r\n ", "")))
			m.Subject, m.Text, m.HTML, m.Problem = mask(m.Subject), mask(m.Text), mask(m.HTML), mask(m.Problem)
		}
	}
	return nil
}

// commit keeps a negotiation that was changed, with what it recorded.
func (s *MemoryStore) commit(k *kept, n *scheduling.Negotiation) {
	shared, events := n.Shared(), n.TakeEvents()
	next := Clone(n)
	next.ID, next.Version, next.Revision = k.negotiation.ID, k.negotiation.Version+1, k.negotiation.Revision
	if shared {
		next.Revision++
	}
	k.negotiation = next
	s.record(k, nil, events)
}

// each lets words act on everything that is kept of a negotiation.
func (k *kept) each(words func(any)) {
	words(k.negotiation)
	for i, r := range k.rounds {
		next := Clone(r)
		words(next)
		next.Version++
		k.rounds[i] = next
	}
	for i := range k.history {
		words(&k.history[i])
	}
}

func (s *MemoryStore) erased(id scheduling.NegotiationID, member scheduling.MemberID) bool {
	return slices.ContainsFunc(s.talks[id].negotiation.Members, func(m scheduling.Member) bool { return m.ID == member && m.Erased })
}

// drop removes what went to a member of a negotiation, or to any of its
// members when none is named, and all that opened something to them.
func (s *MemoryStore) drop(id scheduling.NegotiationID, member scheduling.MemberID) {
	s.messages = slices.DeleteFunc(s.messages, func(m *posted) bool {
		last := member != "" && m.State == scheduling.MessageQueued && m.Method == "CANCEL"
		return m.Negotiation == id && (member == "" || m.Member == member) && !last
	})
	s.tokens = slices.DeleteFunc(s.tokens, func(t scheduling.Token) bool {
		return t.Negotiation == id && (member == "" || t.Member == member)
	})
}
