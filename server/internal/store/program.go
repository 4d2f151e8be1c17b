package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"parley/scheduling"
)

type webhookRow struct {
	ID          string `gorm:"primaryKey"`
	Negotiation string
	Member      string
	Party       string
	URL         string
	CreatedAt   int64 `gorm:"autoCreateTime:false"`
	State       string
	Done        int64
	Attempts    int
	NextAt      int64
	SentAt      int64
	Problem     string
	LeaseOwner  string
	LeaseUntil  int64
}

func (webhookRow) TableName() string { return "webhooks" }

func newWebhookRow(w scheduling.Webhook) webhookRow {
	return webhookRow{
		ID: string(w.ID), Negotiation: string(w.Negotiation), Member: string(w.Member), Party: string(w.Party), URL: w.URL,
		CreatedAt: seconds(w.CreatedAt), State: string(w.State), Done: w.Done, Attempts: w.Attempts,
		NextAt: seconds(w.NextAt), SentAt: seconds(w.SentAt), Problem: w.Problem,
	}
}

func (row webhookRow) build() scheduling.Webhook {
	return scheduling.Webhook{
		ID: scheduling.WebhookID(row.ID), Negotiation: scheduling.NegotiationID(row.Negotiation),
		Member: scheduling.MemberID(row.Member), Party: scheduling.PartyID(row.Party), URL: row.URL,
		CreatedAt: instant(row.CreatedAt), State: scheduling.WebhookState(row.State), Done: row.Done,
		Attempts: row.Attempts, NextAt: instant(row.NextAt), SentAt: instant(row.SentAt), Problem: row.Problem,
	}
}

// BindKey is scheduling.Programs's. The row stands beside those of the acts,
// which have a digest; of two calls at the same time the second waits for the
// first and then reads what it wrote.
func (s *Store) BindKey(ctx context.Context, form scheduling.Once) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			bound := tx.WithContext(ctx).Exec(
				"INSERT INTO form_keys (actor, form, digest, result, at) VALUES (?, ?, '', ?, ?) ON CONFLICT DO NOTHING",
				form.Actor, form.Key, form.Digest, seconds(s.now()))
			if bound.Error != nil || bound.RowsAffected > 0 {
				return bound.Error
			}
			rows, err := find(ctx, gorm.G[formRow](tx).Where("actor = ? AND form = ? AND digest = ''", form.Actor, form.Key))
			if err == nil && (len(rows) == 0 || rows[0].Result != form.Digest) {
				err = conflict("key_reused")
			}
			return err
		})
	})
}

// SaveWebhook is scheduling.Programs's. The lock keeps the count and the end of
// the history still.
func (s *Store) SaveWebhook(ctx context.Context, w scheduling.Webhook) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			if err := lockNegotiation(ctx, tx, w.Negotiation); err != nil {
				return err
			}
			n, err := find(ctx, gorm.G[negotiationRow](tx).Where("id = ?", string(w.Negotiation)))
			switch {
			case err != nil:
				return err
			case len(n) == 0:
				return notFound("negotiation_unknown")
			}
			rows, err := find(ctx, gorm.G[webhookRow](tx).Where("id = ? OR negotiation = ? AND member = ?", string(w.ID), string(w.Negotiation), string(w.Member)))
			if err != nil {
				return err
			}
			for _, row := range rows {
				if row.ID == string(w.ID) {
					return nil
				}
			}
			if len(rows) >= scheduling.MaxWebhooks {
				return conflict("too_many_webhooks")
			}
			row := newWebhookRow(w)
			row.Done = n[0].LastEvent
			return tx.WithContext(ctx).Create(&row).Error
		})
	})
}

// Webhooks is scheduling.Programs's.
func (s *Store) Webhooks(ctx context.Context, id scheduling.NegotiationID) ([]scheduling.Webhook, error) {
	var rows []webhookRow
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		rows, err = find(ctx, gorm.G[webhookRow](tx).Where("negotiation = ?", string(id)).Order("created_at, id"))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: webhooks of %s: %w", id, err)
	}
	return convert(rows, webhookRow.build), nil
}

// DeleteWebhook is scheduling.Programs's.
func (s *Store) DeleteWebhook(ctx context.Context, id scheduling.NegotiationID, webhook scheduling.WebhookID) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			gone, err := gorm.G[webhookRow](tx).Where("id = ? AND negotiation = ?", string(webhook), string(id)).Delete(ctx)
			if err == nil && gone == 0 {
				err = notFound("webhook_unknown")
			}
			return err
		})
	})
}

// ResumeWebhook is scheduling.Programs's.
func (s *Store) ResumeWebhook(ctx context.Context, id scheduling.NegotiationID, webhook scheduling.WebhookID, now time.Time) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			const mine = "id = ? AND negotiation = ?"
			resumed, err := gorm.G[webhookRow](tx).
				Where(mine+" AND state = ?", string(webhook), string(id), string(scheduling.WebhookGivenUp)).
				Select("state", "attempts", "next_at").
				Updates(ctx, webhookRow{State: string(scheduling.WebhookActive), NextAt: seconds(now)})
			if err != nil || resumed > 0 {
				return err
			}
			found, err := gorm.G[webhookRow](tx).Where(mine, string(webhook), string(id)).Count(ctx, "id")
			switch {
			case err != nil:
				return err
			case found == 0:
				return notFound("webhook_unknown")
			}
			return conflict("webhook_not_given_up")
		})
	})
}

// ClaimWebhooks is scheduling.Programs's.
func (s *Store) ClaimWebhooks(ctx context.Context, owner string, now, until time.Time, limit int) ([]scheduling.Webhook, error) {
	var rows []webhookRow
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			due, err := gorm.G[webhookRow](tx, clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}).
				Where(`state = ? AND next_at <= ? AND lease_until <= ?
					AND done < (SELECT n.last_event FROM negotiations n WHERE n.id = webhooks.negotiation)`,
					string(scheduling.WebhookActive), now.Unix(), now.Unix()).
				Order("next_at, id").Limit(limit).Find(ctx)
			if err != nil || len(due) == 0 {
				rows = nil
				return err
			}
			ids := make([]string, len(due))
			for i, row := range due {
				ids[i] = row.ID
			}
			_, err = gorm.G[webhookRow](tx).Where("id IN ?", ids).Select("lease_owner", "lease_until").
				Updates(ctx, webhookRow{LeaseOwner: owner, LeaseUntil: until.Unix()})
			rows = due
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("store: claim webhooks: %w", err)
	}
	return convert(rows, webhookRow.build), nil
}

// SettleWebhook is scheduling.Programs's.
func (s *Store) SettleWebhook(ctx context.Context, id scheduling.WebhookID, owner string, o scheduling.WebhookOutcome) (bool, error) {
	settled := 0
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
			settled, err = gorm.G[webhookRow](tx).Where("id = ? AND lease_owner = ? AND lease_owner <> ''", string(id), owner).
				Select("state", "done", "attempts", "next_at", "sent_at", "problem", "lease_owner", "lease_until").
				Updates(ctx, webhookRow{
					State: string(o.State), Done: o.Done, Attempts: o.Attempts, NextAt: seconds(o.NextAt),
					SentAt: seconds(o.SentAt), Problem: o.Problem,
				})
			return err
		})
	})
	if err != nil {
		return false, fmt.Errorf("store: settle webhook %s: %w", id, err)
	}
	return settled > 0, nil
}

// HistorySince is scheduling.Programs's.
func (s *Store) HistorySince(ctx context.Context, id scheduling.NegotiationID, after int64, limit int) ([]scheduling.Recorded, error) {
	var rows []eventRow
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		rows, err = gorm.G[eventRow](tx).Where("negotiation = ? AND seq > ?", string(id), after).Order("seq").Limit(limit).Find(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: history of %s: %w", id, err)
	}
	events := make([]scheduling.Recorded, len(rows))
	for i, row := range rows {
		if events[i], err = row.build(); err != nil {
			return nil, err
		}
	}
	return events, nil
}
