// Package store keeps negotiations, outgoing messages, accounts and tokens in
// SQLite or PostgreSQL. Row structs are private to it: everybody else sees
// only what scheduling.Store, scheduling.Outbox and scheduling.Access say.
package store

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"parley/scheduling"
	"parley/scheduling/record"
)

// Options say where the data are and what the store works with.
type Options struct {
	// Database is the address of a PostgreSQL database, postgres://…, or the
	// path of an SQLite file, which is made when it is not there.
	Database string
	// Now is the clock; it dates the marks of forms and nothing else.
	Now func() time.Time
	// SealKey is the key that sealed answers are encrypted with, at least
	// SealKeySize bytes. Without it nothing can be sealed, or what is sealed read.
	SealKey []byte
	// Composer writes the messages that events give rise to; nil writes none.
	Composer scheduling.Composer
	// Key signs the heads of the shared records; without it there are none.
	Key record.Key
	// Salt gives the salts of the record; nil are random ones.
	Salt record.Salt
	// Log gets what an operator should know; nil is slog.Default.
	Log *slog.Logger
}

// A Store is a scheduling.Store, a scheduling.Outbox, a scheduling.Access, a
// scheduling.Programs and a record.Ledger on one database. It is safe for use
// by many goroutines, and several stores may share a PostgreSQL database.
type Store struct {
	engine   engine
	now      func() time.Time
	composer scheduling.Composer
	book     record.Book
	log      *slog.Logger
	sealer   cipher.AEAD
	cache    cache
}

var (
	_ scheduling.Store  = (*Store)(nil)
	_ scheduling.Outbox = (*Store)(nil)
	_ scheduling.Access = (*Store)(nil)

	_ scheduling.Programs = (*Store)(nil)
	_ record.Ledger       = (*Store)(nil)
)

// work is what is done in a transaction. It uses the context that it is given,
// and no other.
type work = func(ctx context.Context, tx *gorm.DB) error

// An engine is one of the two databases: how transactions are opened there.
type engine interface {
	// read runs f on one snapshot of the data. What f writes is refused.
	read(ctx context.Context, f work) error
	// query runs f, which makes one query and so needs no transaction.
	query(ctx context.Context, f work) error
	// write runs f in a transaction of its own, which an error from f or a
	// panic rolls back.
	write(ctx context.Context, f work) error
	// again reports whether a transaction failed for no fault of its own, so
	// that it can be tried again.
	again(err error) bool
	// scrub makes sure that what was deleted can be read in no file any more,
	// as far as the engine can.
	scrub(ctx context.Context) error
	backup(ctx context.Context, file string) error
	migrate(ctx context.Context, log *slog.Logger) error
	ping(ctx context.Context) error
	close() error
}

// Open opens the database without changing it; see Migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	s := &Store{now: o.Now, composer: o.Composer, book: record.Book{Salt: o.Salt, Key: o.Key}, log: o.Log}
	if s.book.Salt == nil {
		s.book.Salt = randomSalt
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if o.Now == nil || o.Database == "" {
		return nil, errors.New("store: open: a database and a clock are needed")
	}
	var err error
	if s.sealer, err = newSealer(o.SealKey); err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	if strings.HasPrefix(o.Database, "postgres://") || strings.HasPrefix(o.Database, "postgresql://") {
		s.engine, err = openPostgres(o.Database)
	} else {
		s.engine, err = openSQLite(ctx, o.Database)
	}
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	if err := s.Ping(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Migrate brings the tables up to date. Of several servers that start at once
// one does it and the others wait.
func (s *Store) Migrate(ctx context.Context) error {
	if err := s.engine.migrate(ctx, s.log); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	if err := s.enterOld(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	return nil
}

// Backup copies an SQLite database, as it is at one instant, into a new file
// that only its owner may read. Others may go on using the database. With
// PostgreSQL it is an error: pg_dump does that.
func (s *Store) Backup(ctx context.Context, file string) error {
	if err := s.engine.backup(ctx, file); err != nil {
		return fmt.Errorf("store: back up: %w", err)
	}
	return nil
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.engine.ping(ctx); err != nil {
		return fmt.Errorf("store: ping: %w", err)
	}
	return nil
}

// Close closes the database once what is under way has ended.
func (s *Store) Close() error {
	if err := s.engine.close(); err != nil {
		return fmt.Errorf("store: close: %w", err)
	}
	return nil
}

// settings are how gorm is used with either database: every query names its
// columns, and every transaction is the store's own.
func settings() *gorm.Config {
	return &gorm.Config{
		Logger:                 logger.Discard,
		NowFunc:                func() time.Time { return time.Time{} }, // no column is filled by gorm
		TranslateError:         true,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		QueryFields:            true,
	}
}

func notFound(code string) error {
	return &scheduling.Error{Kind: scheduling.ErrNotFound, Code: code}
}

func conflict(code string) error {
	return &scheduling.Error{Kind: scheduling.ErrConflict, Code: code}
}
