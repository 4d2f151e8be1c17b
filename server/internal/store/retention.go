package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"parley/scheduling"
	"parley/scheduling/record"
)

var _ scheduling.Retainer = (*Store)(nil)

// Purge is scheduling.Retainer's.
func (s *Store) Purge(ctx context.Context, keep scheduling.Retention, now time.Time) (scheduling.Purged, error) {
	var done scheduling.Purged
	before := func(d time.Duration) int64 { return now.Add(-d).Unix() }
	remove := func(span time.Duration, what string, exec func(tx *gorm.DB) *gorm.DB) (int, error) {
		if span == 0 {
			return 0, nil
		}
		var gone int64
		err := s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			deleted := exec(tx.WithContext(ctx))
			gone = deleted.RowsAffected
			return deleted.Error
		})
		if err != nil {
			return 0, fmt.Errorf("store: purge %s: %w", what, err)
		}
		return int(gone), nil
	}
	const queued = string(scheduling.MessageQueued)
	old, err := remove(keep.Mail, "messages", func(tx *gorm.DB) *gorm.DB {
		return tx.Exec("DELETE FROM messages WHERE state <> ? AND created_at <= ?", queued, before(keep.Mail))
	})
	if err != nil {
		return done, err
	}
	erased, err := remove(1, "messages", func(tx *gorm.DB) *gorm.DB {
		return tx.Exec(`DELETE FROM messages WHERE state <> ? AND EXISTS (SELECT 1 FROM members m
			WHERE m.negotiation = messages.negotiation AND m.id = messages.member AND m.erased)`, queued)
	})
	if err != nil {
		return done, err
	}
	done.Messages = old + erased
	if done.Forms, err = remove(keep.Forms, "forms", func(tx *gorm.DB) *gorm.DB {
		return tx.Exec("DELETE FROM form_keys WHERE at <= ?", before(keep.Forms))
	}); err != nil {
		return done, err
	}
	if done.Tokens, err = remove(keep.Tokens, "tokens", func(tx *gorm.DB) *gorm.DB {
		ended := before(keep.Tokens)
		return tx.Exec(`DELETE FROM tokens WHERE (expires_at > 0 AND expires_at <= ?)
			OR (revoked_at > 0 AND revoked_at <= ?) OR (used_at > 0 AND used_at <= ?)`, ended, ended, ended)
	}); err != nil {
		return done, err
	}
	if keep.Concluded > 0 {
		if done.Negotiations, err = s.purgeConcluded(ctx, before(keep.Concluded), now); err != nil {
			return done, err
		}
	}
	if done.Messages+done.Forms+done.Tokens+len(done.Negotiations) > 0 {
		return done, s.engine.scrub(ctx)
	}
	return done, nil
}

// purgeConcluded erases what people wrote in talks that were concluded before
// an instant.
func (s *Store) purgeConcluded(ctx context.Context, before int64, now time.Time) ([]scheduling.NegotiationID, error) {
	var due []scheduling.NegotiationID
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		return tx.WithContext(ctx).Raw(
			`SELECT negotiation FROM events e WHERE kind = ? AND at <= ?
			AND NOT EXISTS (SELECT 1 FROM events x WHERE x.negotiation = e.negotiation AND x.kind = ?) ORDER BY negotiation`,
			string(scheduling.NegotiationConcluded), before, string(scheduling.TextsErased)).Scan(&due).Error
	})
	if err != nil {
		return nil, fmt.Errorf("store: find concluded negotiations: %w", err)
	}
	for i, id := range due {
		err := s.erase(ctx, id, scheduling.Once{}, erasure{
			change: func(n *scheduling.Negotiation) error {
				n.EraseTexts(now)
				return nil
			},
			words:   func(v any) { scheduling.EraseWords(v) },
			message: func(*messageRow) bool { return false },
			tokens:  scheduling.TokenFilter{Negotiation: id},
			rule:    record.KeptLongEnough,
		})
		if err != nil {
			return due[:i], err
		}
	}
	return due, nil
}

// EraseMember is scheduling.Retainer's.
func (s *Store) EraseMember(ctx context.Context, id scheduling.NegotiationID, form scheduling.Once, member scheduling.MemberID, as string, change func(*scheduling.Negotiation) error) error {
	n, err := s.Negotiation(ctx, id)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(n.Members, func(m scheduling.Member) bool { return m.ID == member })
	if at < 0 {
		return notFound("member_unknown")
	}
	mask := scheduling.NewMask(as, n.Members[at].Name, n.Members[at].Email)
	err = s.erase(ctx, id, form, erasure{
		change: change,
		words:  func(v any) { scheduling.Redact(v, mask) },
		message: func(m *messageRow) bool {
			if m.Member == string(member) {
				return m.State == string(scheduling.MessageQueued) && m.Method == "CANCEL" // the last thing to be told; see Purge
			}
			calendar := strings.ReplaceAll(string(m.Calendar), "\r\n ", "")
			if masked := mask(calendar); masked != calendar {
				m.Calendar = []byte(masked)
			}
			for _, text := range []*string{&m.Subject, &m.BodyText, &m.BodyHTML, &m.Problem} {
				*text = mask(*text)
			}
			return true
		},
		tokens: scheduling.TokenFilter{Negotiation: id, Member: member},
		rule:   record.PersonErased,
	})
	if err != nil {
		return err
	}
	return s.engine.scrub(ctx)
}

// An erasure says what is to go from a negotiation.
type erasure struct {
	change  func(*scheduling.Negotiation) error
	words   func(any)              // from what was loaded
	message func(*messageRow) bool // reports whether the message stays
	tokens  scheduling.TokenFilter // all of whose purposes go
	rule    string                 // by which; the record says it in place of what went
}

// erase takes words out of a negotiation, its rounds, its history and its
// messages, in one transaction under the lock.
func (s *Store) erase(ctx context.Context, id scheduling.NegotiationID, form scheduling.Once, e erasure) error {
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			err := s.updateNegotiation(ctx, tx, id, form, func(n *scheduling.Negotiation) error {
				if err := e.change(n); err != nil {
					return err
				}
				e.words(n)
				return nil
			})
			if err != nil {
				return err
			}
			for _, part := range []func(context.Context, *gorm.DB, scheduling.NegotiationID, erasure) error{eraseRounds, eraseEvents, eraseRecord, eraseDiaries, eraseMessages, eraseTokens} {
				if err := part(ctx, tx, id, e); err != nil {
					return err
				}
			}
			return nil
		})
	})
	switch {
	case errors.Is(err, errUsed):
		return nil
	case err != nil:
		return fmt.Errorf("store: erase in negotiation %s: %w", id, err)
	}
	return nil
}

func eraseRounds(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, e erasure) error {
	loaded, err := loadNegotiation(ctx, tx, id)
	if err != nil {
		return err
	}
	rows, err := find(ctx, gorm.G[roundRow](tx).Where("negotiation = ?", string(id)).Order("number"))
	if err != nil || len(rows) == 0 {
		return err
	}
	all, err := withChildren(ctx, tx, rows)
	if err != nil {
		return err
	}
	for _, before := range all {
		n, err := loaded.build()
		if err != nil {
			return err
		}
		r, err := before.build(n)
		if err != nil {
			return err
		}
		e.words(r)
		after, err := newRoundRows(r)
		if err != nil {
			return err
		}
		after.round.Version++ // what is kept of the old version must not be shown
		if err := saveRound(ctx, tx, before.round, after.round); err != nil {
			return err
		}
		for _, w := range changes(before, after) {
			if err := w.write(ctx, tx); err != nil {
				return err
			}
		}
	}
	return nil
}

func eraseEvents(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, e erasure) error {
	rows, err := find(ctx, gorm.G[eventRow](tx).Where("negotiation = ?", string(id)).Order("seq"))
	if err != nil {
		return err
	}
	for _, row := range rows {
		recorded, err := row.build()
		if err != nil {
			return err
		}
		e.words(&recorded)
		after, err := newEventRow(id, row.Round, recorded.Event)
		if err != nil {
			return err
		}
		if after.Seq = row.Seq; after == row {
			continue
		}
		if _, err := gorm.G[eventRow](tx).Where("negotiation = ? AND seq = ?", row.Negotiation, row.Seq).
			Select("body", "evidence").Updates(ctx, after); err != nil {
			return fmt.Errorf("store: erase event %d: %w", row.Seq, err)
		}
	}
	return nil
}

// eraseDiaries takes words out of the diaries of the parties. With the words of
// everybody the diaries go: nothing in them is needed for the record.
func eraseDiaries(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, e erasure) error {
	if e.tokens.Member == "" {
		if _, err := gorm.G[diaryRow](tx).Where("negotiation = ?", string(id)).Delete(ctx); err != nil {
			return fmt.Errorf("store: erase diaries: %w", err)
		}
		return nil
	}
	rows, err := find(ctx, gorm.G[diaryRow](tx).Where("negotiation = ?", string(id)))
	if err != nil {
		return err
	}
	for _, row := range rows {
		d, err := row.build()
		if err != nil {
			return err
		}
		e.words(d)
		after, err := newDiaryRow(d)
		if err != nil {
			return err
		}
		if after == row {
			continue
		}
		after.Version++
		saved, err := gorm.G[diaryRow](tx).Where("negotiation = ? AND party = ? AND version = ?", row.Negotiation, row.Party, row.Version).
			Select("*").Updates(ctx, after)
		if err := lostIfNone(saved, err); err != nil {
			return err
		}
	}
	return nil
}

func eraseMessages(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, e erasure) error {
	rows, err := find(ctx, gorm.G[messageRow](tx).Where("negotiation = ?", string(id)).Order("number"))
	if err != nil {
		return err
	}
	var gone []string
	for _, row := range rows {
		after := row
		if !e.message(&after) {
			gone = append(gone, row.ID)
			continue
		}
		if _, err := gorm.G[messageRow](tx).Where("id = ?", row.ID).
			Select("subject", "body_text", "body_html", "calendar", "problem").Updates(ctx, after); err != nil {
			return fmt.Errorf("store: erase message %s: %w", row.ID, err)
		}
	}
	for ids := range slices.Chunk(gone, batch) {
		if _, err := gorm.G[messageRow](tx).Where("id IN ?", ids).Delete(ctx); err != nil {
			return fmt.Errorf("store: erase messages: %w", err)
		}
	}
	return nil
}

func eraseTokens(ctx context.Context, tx *gorm.DB, _ scheduling.NegotiationID, e erasure) error {
	q := gorm.G[tokenRow](tx).Where("negotiation = ?", string(e.tokens.Negotiation))
	if e.tokens.Member != "" {
		q = q.Where("member = ?", string(e.tokens.Member))
	}
	if _, err := q.Delete(ctx); err != nil {
		return fmt.Errorf("store: erase tokens: %w", err)
	}
	return nil
}
