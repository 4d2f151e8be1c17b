package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/scheduling"
)

type messageRow struct {
	ID            string `gorm:"primaryKey"`
	Negotiation   string
	Number        int64 // in the negotiation, in the order of composition
	Round         int
	Member        string
	Party         string
	Kind          string
	Recipient     string
	RecipientName string
	Language      string
	Subject       string
	BodyText      string
	BodyHTML      string
	Method        string
	Calendar      []byte
	UID           string
	Sequence      int
	LinkHash      string
	CreatedAt     int64 `gorm:"autoCreateTime:false"`
	State         string
	Attempts      int
	NextAt        int64
	SentAt        int64
	Problem       string
	LeaseOwner    string
	LeaseUntil    int64
	Head          string
}

func (messageRow) TableName() string { return "messages" }

func newMessageRow(m scheduling.Message) messageRow {
	return messageRow{
		ID: string(m.ID), Negotiation: string(m.Negotiation), Round: m.Round, Member: string(m.Member),
		Party: string(m.Party), Kind: string(m.Kind), Recipient: m.To, RecipientName: m.Name, Language: m.Language,
		Subject: m.Subject, BodyText: m.Text, BodyHTML: m.HTML, Method: m.Method, Calendar: m.Calendar, UID: m.UID,
		Sequence: m.Sequence, LinkHash: m.LinkHash, CreatedAt: seconds(m.CreatedAt), State: string(m.State),
		Attempts: m.Attempts, NextAt: seconds(m.NextAt), SentAt: seconds(m.SentAt), Problem: m.Problem,
	}
}

func (row messageRow) build() scheduling.Message {
	return scheduling.Message{
		ID: scheduling.MessageID(row.ID), Negotiation: scheduling.NegotiationID(row.Negotiation), Round: row.Round,
		Member: scheduling.MemberID(row.Member), Party: scheduling.PartyID(row.Party),
		Kind: scheduling.MessageKind(row.Kind), To: row.Recipient, Name: row.RecipientName, Language: row.Language,
		Subject: row.Subject, Text: row.BodyText, HTML: row.BodyHTML, Method: row.Method, Calendar: row.Calendar,
		UID: row.UID, Sequence: row.Sequence, LinkHash: row.LinkHash, Head: decodeHead(row.Head), CreatedAt: instant(row.CreatedAt),
		State: scheduling.MessageState(row.State), Attempts: row.Attempts, NextAt: instant(row.NextAt),
		SentAt: instant(row.SentAt), Problem: row.Problem,
	}
}

// Messages is scheduling.Store's.
func (s *Store) Messages(ctx context.Context, id scheduling.NegotiationID, limit int) ([]scheduling.Message, error) {
	var rows []messageRow
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		rows, err = gorm.G[messageRow](tx).Where("negotiation = ?", string(id)).
			Order("created_at DESC, number DESC").Limit(limit).Find(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: messages of %s: %w", id, err)
	}
	return convert(rows, messageRow.build), nil
}

// Claim is scheduling.Outbox's. Workers that claim at the same time pass over
// each other's messages instead of waiting for them.
func (s *Store) Claim(ctx context.Context, owner string, now, until time.Time, limit int) ([]scheduling.Message, error) {
	var rows []messageRow
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			due, err := gorm.G[messageRow](tx, clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).
				Where("state = ? AND next_at <= ? AND lease_until <= ?", string(scheduling.MessageQueued), now.Unix(), now.Unix()).
				Order("next_at, created_at, number").Limit(limit).Find(ctx)
			if err != nil || len(due) == 0 {
				return err
			}
			ids := make([]string, len(due))
			for i, row := range due {
				ids[i] = row.ID
			}
			_, err = gorm.G[messageRow](tx).Where("id IN ?", ids).Select("lease_owner", "lease_until").
				Updates(ctx, messageRow{LeaseOwner: owner, LeaseUntil: until.Unix()})
			rows = due
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("store: claim messages: %w", err)
	}
	return convert(rows, messageRow.build), nil
}

// Settle is scheduling.Outbox's.
func (s *Store) Settle(ctx context.Context, id scheduling.MessageID, owner string, o scheduling.Outcome) (bool, error) {
	set := map[string]any{
		"state": string(o.State), "problem": o.Problem, "attempts": gorm.Expr("attempts + 1"),
		"lease_owner": "", "lease_until": 0,
	}
	switch o.State {
	case scheduling.MessageQueued:
		set["next_at"] = seconds(o.NextAt)
	case scheduling.MessageSent:
		set["sent_at"] = seconds(o.At)
	case scheduling.MessageFailed, scheduling.MessageSuperseded:
	}
	var settled int64
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			done := tx.WithContext(ctx).Model(&messageRow{}).
				Where("id = ? AND lease_owner = ? AND lease_owner <> ''", string(id), owner).Updates(set)
			settled = done.RowsAffected
			return done.Error
		})
	})
	if err != nil {
		return false, fmt.Errorf("store: settle message %s: %w", id, err)
	}
	return settled > 0, nil
}

// Newer is scheduling.Outbox's.
func (s *Store) Newer(ctx context.Context, m scheduling.Message) (bool, error) {
	if m.UID == "" {
		return false, nil
	}
	var newer bool
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		return tx.WithContext(ctx).Raw(
			`SELECT EXISTS (SELECT 1 FROM messages WHERE uid = ? AND member = ?
			AND (sequence > ? OR sequence = ? AND created_at > ?))`,
			m.UID, string(m.Member), m.Sequence, m.Sequence, m.CreatedAt.Unix()).Scan(&newer).Error
	})
	if err != nil {
		return false, fmt.Errorf("store: messages newer than %s: %w", m.ID, err)
	}
	return newer, nil
}

// Resend is scheduling.Outbox's.
func (s *Store) Resend(ctx context.Context, id scheduling.NegotiationID, message scheduling.MessageID, now time.Time) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			const mine = "id = ? AND negotiation = ?"
			queued, err := gorm.G[messageRow](tx).
				Where(mine+" AND state = ?", string(message), string(id), string(scheduling.MessageFailed)).
				Select("state", "next_at").
				Updates(ctx, messageRow{State: string(scheduling.MessageQueued), NextAt: seconds(now)})
			if err != nil || queued > 0 {
				return err
			}
			found, err := gorm.G[messageRow](tx).Where(mine, string(message), string(id)).Count(ctx, "id")
			switch {
			case err != nil:
				return err
			case found == 0:
				return notFound("message_unknown")
			}
			return conflict("message_not_failed")
		})
	})
}
