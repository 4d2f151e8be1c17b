package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"

	"github.com/jackc/pgx/v5/pgconn"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// connections is how many connections one server opens at most.
const connections = 16

// postgres is a database that several servers may share. Transactions that
// write are READ COMMITTED: versions and unique keys decide between them.
type postgres struct{ db *gorm.DB }

func openPostgres(address string) (*postgres, error) {
	db, err := gorm.Open(gormpostgres.Open(address), settings())
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	return &postgres{db: db}, nil
}

func (p *postgres) read(ctx context.Context, f work) error {
	return p.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return f(ctx, tx) }, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
}

func (p *postgres) query(ctx context.Context, f work) error {
	return f(ctx, p.db.WithContext(ctx))
}

func (p *postgres) write(ctx context.Context, f work) error {
	return p.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return f(ctx, tx) }, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
}

// again: serialization_failure and deadlock_detected.
func (p *postgres) again(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code == "40001" || e.Code == "40P01")
}

// scrub leaves the files to the database's own cleaning: what was deleted is
// overwritten there in time, and at once by VACUUM FULL, which the operating
// guide describes because it keeps everybody waiting.
func (p *postgres) scrub(context.Context) error { return nil }

func (p *postgres) backup(context.Context, string) error {
	return errors.New("this is a PostgreSQL database: back it up with pg_dump")
}

func (p *postgres) migrate(ctx context.Context, log *slog.Logger) error {
	pool, err := p.db.DB()
	if err != nil {
		return err
	}
	return migrate(ctx, pool, true, log)
}

func (p *postgres) ping(ctx context.Context) error {
	pool, err := p.db.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}

func (p *postgres) close() error {
	pool, err := p.db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}
