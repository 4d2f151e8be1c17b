package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"parley/scheduling"
)

// This file is the only one that reads or writes what is sealed, and that
// knows the key. Elsewhere in the package a sealedRow is a row like any other,
// whose content means nothing.

// SealKeySize is the least length of Options.SealKey, in bytes.
const SealKeySize = 32

type sealedRow struct {
	Round   string `gorm:"primaryKey"`
	Party   string `gorm:"primaryKey"`
	Name    string `gorm:"primaryKey"`
	Content string
}

func (sealedRow) TableName() string { return "sealed_positions" }

func (r sealedRow) key() string { return r.Party + "/" + r.Name }

// bound is what the content cannot be taken away from.
func (r sealedRow) bound() []byte { return []byte(r.Round + "\x00" + r.Party + "\x00" + r.Name) }

// newSealer is the cipher under a key, or nil without one.
func newSealer(key []byte) (cipher.AEAD, error) {
	switch {
	case len(key) == 0:
		return nil, nil //nolint:nilnil // without a key nothing is sealed
	case len(key) < SealKeySize:
		return nil, fmt.Errorf("the key for sealed answers has %d bytes, want at least %d", len(key), SealKeySize)
	}
	derived, err := hkdf.Key(sha256.New, key, nil, "parley sealed answers", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func loadSealed(ctx context.Context, tx *gorm.DB, rounds []string) ([]sealedRow, error) {
	if len(rounds) == 0 {
		return nil, nil
	}
	return find(ctx, gorm.G[sealedRow](tx).Where("round IN ?", rounds))
}

// CheckSealed reports an error if there is something sealed that the key does
// not open.
func (s *Store) CheckSealed(ctx context.Context) error {
	return s.engine.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		rows, err := find(ctx, gorm.G[sealedRow](db).Limit(1))
		if err != nil || len(rows) == 0 {
			return err
		}
		_, err = newVault(s.sealer, rows[0].Round, rows).Read(scheduling.PartyID(rows[0].Party), rows[0].Name)
		return err
	})
}

// A vault is what is sealed in one round. It decrypts only what is read.
type vault struct {
	sealer cipher.AEAD
	round  string
	rows   map[string]sealedRow
}

var errNoSealKey = errors.New("store: there is no key for sealed answers")

func newVault(sealer cipher.AEAD, round string, rows []sealedRow) *vault {
	v := &vault{sealer: sealer, round: round, rows: make(map[string]sealedRow, len(rows))}
	for _, row := range rows {
		v.rows[row.key()] = row
	}
	return v
}

func (v *vault) row(party scheduling.PartyID, name string) sealedRow {
	return sealedRow{Round: v.round, Party: string(party), Name: name}
}

// Read is scheduling.Vault's.
func (v *vault) Read(party scheduling.PartyID, name string) ([]byte, error) {
	row, ok := v.rows[v.row(party, name).key()]
	switch {
	case !ok:
		return nil, nil
	case v.sealer == nil:
		return nil, errNoSealKey
	}
	sealed, err := base64.RawStdEncoding.DecodeString(row.Content)
	if err != nil {
		return nil, fmt.Errorf("store: sealed answer in round %s: %w", v.round, err)
	}
	content, err := v.sealer.Open(nil, nil, sealed, row.bound())
	if err != nil {
		return nil, fmt.Errorf("store: sealed answer in round %s: the key does not open it: %w", v.round, err)
	}
	return content, nil
}

// Write is scheduling.Vault's.
func (v *vault) Write(party scheduling.PartyID, name string, content []byte) error {
	if v.sealer == nil {
		return errNoSealKey
	}
	row := v.row(party, name)
	row.Content = base64.RawStdEncoding.EncodeToString(v.sealer.Seal(nil, nil, content, row.bound()))
	v.rows[row.key()] = row
	return nil
}

// Erase is scheduling.Vault's.
func (v *vault) Erase(party scheduling.PartyID, name string) {
	delete(v.rows, v.row(party, name).key())
}

// Fork is scheduling.Vault's.
func (v *vault) Fork() scheduling.Vault {
	return &vault{sealer: v.sealer, round: v.round, rows: maps.Clone(v.rows)}
}

// all are the rows as they are to be stored.
func (v *vault) all() []sealedRow {
	return slices.SortedFunc(maps.Values(v.rows), func(a, b sealedRow) int { return slices.Compare([]byte(a.key()), []byte(b.key())) })
}
