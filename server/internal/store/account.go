package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"parley/scheduling"
)

type accountRow struct {
	ID         string `gorm:"primaryKey"`
	Version    int
	Name       string
	Email      string
	EmailKey   string // the address in lower case: one account each
	Language   string
	Passphrase string
	Admin      bool
	Opens      bool
	Rooms      bool
	Disabled   bool
	CreatedAt  int64 `gorm:"autoCreateTime:false"`
}

func (accountRow) TableName() string { return "accounts" }

func newAccountRow(a scheduling.Account) accountRow {
	return accountRow{
		ID: string(a.ID), Name: a.Name, Email: a.Email, EmailKey: strings.ToLower(a.Email), Language: a.Language,
		Passphrase: a.Passphrase, Admin: a.Admin, Opens: a.Opens, Rooms: a.Rooms, Disabled: a.Disabled, CreatedAt: seconds(a.CreatedAt),
	}
}

func (row accountRow) build() scheduling.Account {
	return scheduling.Account{
		ID: scheduling.AccountID(row.ID), Name: row.Name, Email: row.Email, Language: row.Language,
		Passphrase: row.Passphrase, Admin: row.Admin, Opens: row.Opens, Rooms: row.Rooms, Disabled: row.Disabled,
		CreatedAt: instant(row.CreatedAt),
	}
}

// CreateAccount is scheduling.Access's.
func (s *Store) CreateAccount(ctx context.Context, a scheduling.Account) error {
	row := newAccountRow(a)
	row.Version = 1
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			switch err := tx.WithContext(ctx).Create(&row).Error; {
			case errors.Is(err, gorm.ErrDuplicatedKey):
				return conflict("account_exists")
			case err != nil:
				return fmt.Errorf("store: add account %s: %w", a.ID, err)
			}
			return nil
		})
	})
}

// Account is scheduling.Access's.
func (s *Store) Account(ctx context.Context, id scheduling.AccountID) (scheduling.Account, error) {
	return s.account(ctx, accountRow{ID: string(id)})
}

// AccountByEmail is scheduling.Access's.
func (s *Store) AccountByEmail(ctx context.Context, email string) (scheduling.Account, error) {
	return s.account(ctx, accountRow{EmailKey: strings.ToLower(email)})
}

// account finds an account by one of its keys.
func (s *Store) account(ctx context.Context, key accountRow) (a scheduling.Account, err error) {
	err = s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		row, err := findAccount(ctx, db, key)
		a = row.build()
		return err
	})
	return a, err
}

func findAccount(ctx context.Context, db *gorm.DB, key accountRow) (accountRow, error) {
	rows, err := find(ctx, gorm.G[accountRow](db).Where(
		"(id = ? AND id <> '') OR (email_key = ? AND email_key <> '')", key.ID, key.EmailKey))
	switch {
	case err != nil:
		return accountRow{}, err
	case len(rows) == 0:
		return accountRow{}, notFound("account_unknown")
	}
	return rows[0], nil
}

// Accounts is scheduling.Access's.
func (s *Store) Accounts(ctx context.Context) ([]scheduling.Account, error) {
	var rows []accountRow
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) (err error) {
		rows, err = gorm.G[accountRow](tx).Order("name, id").Find(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: accounts: %w", err)
	}
	return convert(rows, accountRow.build), nil
}

// UpdateAccount is scheduling.Access's.
func (s *Store) UpdateAccount(ctx context.Context, id scheduling.AccountID, change func(*scheduling.Account) error) error {
	return s.retry(ctx, func(bool) error {
		return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
			old, err := findAccount(ctx, tx, accountRow{ID: string(id)})
			if err != nil {
				return err
			}
			a := old.build()
			if err := change(&a); err != nil {
				return err
			}
			a.ID = id
			next := newAccountRow(a)
			next.Version = old.Version + 1
			saved, err := gorm.G[accountRow](tx).Where("id = ? AND version = ?", old.ID, old.Version).
				Select("*").Updates(ctx, next)
			switch {
			case errors.Is(err, gorm.ErrDuplicatedKey):
				return conflict("account_exists")
			case err != nil:
				return fmt.Errorf("store: save account %s: %w", id, err)
			case saved == 0:
				return errLost
			}
			return nil
		})
	})
}
