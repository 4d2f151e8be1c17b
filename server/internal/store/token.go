package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"parley/scheduling"
)

type tokenRow struct {
	Hash        string `gorm:"primaryKey"`
	Purpose     string
	Account     string
	Negotiation string
	Member      string
	Party       string
	Level       string
	Whole       bool
	Name        string
	Scope       string
	CreatedAt   int64 `gorm:"autoCreateTime:false"`
	ExpiresAt   int64
	SeenAt      int64
	UsedAt      int64
	RevokedAt   int64
}

func (tokenRow) TableName() string { return "tokens" }

func newTokenRow(t scheduling.Token) tokenRow {
	return tokenRow{
		Hash: t.Hash, Purpose: string(t.Purpose), Account: string(t.Account), Negotiation: string(t.Negotiation),
		Member: string(t.Member), Party: string(t.Party), Level: string(t.Level), Whole: t.Whole,
		Name: t.Name, Scope: t.Scope.String(),
		CreatedAt: seconds(t.CreatedAt), ExpiresAt: seconds(t.ExpiresAt), SeenAt: seconds(t.SeenAt),
		UsedAt: seconds(t.UsedAt), RevokedAt: seconds(t.RevokedAt),
	}
}

func (row tokenRow) build() scheduling.Token {
	// A right that this version does not know is none.
	scope, err := scheduling.ParseRights(row.Scope)
	if err != nil {
		scope = 0
	}
	return scheduling.Token{
		Hash: row.Hash, Purpose: scheduling.Purpose(row.Purpose), Account: scheduling.AccountID(row.Account),
		Negotiation: scheduling.NegotiationID(row.Negotiation), Member: scheduling.MemberID(row.Member),
		Party: scheduling.PartyID(row.Party), Level: scheduling.FeedLevel(row.Level), Whole: row.Whole,
		Name: row.Name, Scope: scope,
		CreatedAt: instant(row.CreatedAt), ExpiresAt: instant(row.ExpiresAt), SeenAt: instant(row.SeenAt),
		UsedAt: instant(row.UsedAt), RevokedAt: instant(row.RevokedAt),
	}
}

// SaveToken is scheduling.Access's.
func (s *Store) SaveToken(ctx context.Context, t scheduling.Token) error {
	row := newTokenRow(t)
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error { return tx.WithContext(ctx).Create(&row).Error })
	})
	if err != nil {
		return fmt.Errorf("store: save token: %w", err)
	}
	return nil
}

// Token is scheduling.Access's. It is one query, since every request of a
// signed-in browser makes it.
func (s *Store) Token(ctx context.Context, hash string, purpose scheduling.Purpose) (scheduling.Token, error) {
	var rows []tokenRow
	err := s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) (err error) {
		rows, err = find(ctx, gorm.G[tokenRow](db).Where("hash = ? AND purpose = ?", hash, string(purpose)))
		return err
	})
	switch {
	case err != nil:
		return scheduling.Token{}, err
	case len(rows) == 0:
		return scheduling.Token{}, notFound("token_unknown")
	}
	return rows[0].build(), nil
}

// FeedToken is scheduling.Access's: one query by two primary keys. Versions
// only rise and rounds are never deleted, so their sum is a stamp. The row is
// read by hand, since calendar programs ask for nothing as often.
func (s *Store) FeedToken(ctx context.Context, hash string) (scheduling.Token, int, error) {
	var t tokenRow
	var stamp int
	err := s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		return db.WithContext(ctx).Raw(
			`SELECT t.hash, t.purpose, t.account, t.negotiation, t.member, t.party, t.level, t.whole, t.name,
			t.scope, t.created_at, t.expires_at, t.seen_at, t.used_at, t.revoked_at,
			n.version + (SELECT COALESCE(SUM(r.version), 0) FROM rounds r WHERE r.negotiation = n.id)
			FROM tokens t JOIN negotiations n ON n.id = t.negotiation WHERE t.hash = ? AND t.purpose = ?`,
			hash, string(scheduling.ForFeed)).Row().Scan(&t.Hash, &t.Purpose, &t.Account, &t.Negotiation, &t.Member, &t.Party,
			&t.Level, &t.Whole, &t.Name, &t.Scope, &t.CreatedAt, &t.ExpiresAt, &t.SeenAt, &t.UsedAt, &t.RevokedAt, &stamp)
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return scheduling.Token{}, 0, notFound("token_unknown")
	case err != nil:
		return scheduling.Token{}, 0, fmt.Errorf("store: feed token: %w", err)
	}
	return t.build(), stamp, nil
}

// UseToken is scheduling.Access's: the condition of the update decides who is
// first.
func (s *Store) UseToken(ctx context.Context, hash string, purpose scheduling.Purpose, now time.Time) (t scheduling.Token, err error) {
	err = s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			used, err := gorm.G[tokenRow](tx).Where(
				"hash = ? AND purpose = ? AND used_at = 0 AND revoked_at = 0 AND (expires_at = 0 OR expires_at > ?)",
				hash, string(purpose), now.Unix()).Update(ctx, "used_at", now.Unix())
			if err != nil {
				return fmt.Errorf("store: use token: %w", err)
			}
			rows, err := find(ctx, gorm.G[tokenRow](tx).Where("hash = ? AND purpose = ?", hash, string(purpose)))
			switch {
			case err != nil:
				return err
			case len(rows) == 0:
				return notFound("token_unknown")
			case used > 0:
				t = rows[0].build()
				return nil
			case rows[0].UsedAt != 0:
				return conflict("token_used")
			}
			return conflict("token_expired")
		})
	})
	return t, err
}

// SeeToken is scheduling.Access's.
func (s *Store) SeeToken(ctx context.Context, hash string, now, expires time.Time) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			seen, err := gorm.G[tokenRow](tx).Where("hash = ?", hash).Select("seen_at", "expires_at").
				Updates(ctx, tokenRow{SeenAt: seconds(now), ExpiresAt: seconds(expires)})
			switch {
			case err != nil:
				return fmt.Errorf("store: see token: %w", err)
			case seen == 0:
				return notFound("token_unknown")
			}
			return nil
		})
	})
}

// Tokens is scheduling.Access's.
func (s *Store) Tokens(ctx context.Context, f scheduling.TokenFilter) ([]scheduling.Token, error) {
	var rows []tokenRow
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		return matching(tx.WithContext(ctx), f).Order("created_at DESC, hash").Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("store: tokens: %w", err)
	}
	return convert(rows, tokenRow.build), nil
}

// Revoke is scheduling.Access's.
func (s *Store) Revoke(ctx context.Context, f scheduling.TokenFilter, now time.Time) error {
	err := s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			return matching(tx.WithContext(ctx), f).Where("revoked_at = 0").Update("revoked_at", now.Unix()).Error
		})
	})
	if err != nil {
		return fmt.Errorf("store: revoke tokens: %w", err)
	}
	return nil
}

// matching selects the tokens that a filter names.
func matching(db *gorm.DB, f scheduling.TokenFilter) *gorm.DB {
	db = db.Model(&tokenRow{}).Where("purpose = ?", string(f.Purpose))
	if f.Account != "" {
		db = db.Where("account = ?", string(f.Account))
	}
	if f.Negotiation != "" {
		db = db.Where("negotiation = ?", string(f.Negotiation))
	}
	if f.Member != "" {
		db = db.Where("member = ?", string(f.Member))
	}
	if f.Party != nil {
		db = db.Where("party = ?", string(*f.Party))
	}
	if f.Level != "" {
		db = db.Where("level = ?", string(f.Level))
	}
	if f.Hash != "" {
		db = db.Where("hash = ?", f.Hash)
	}
	if !f.Before.IsZero() {
		db = db.Where("created_at < ?", f.Before.Unix())
	}
	return db
}
