package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// scripts are the migrations for one dialect: NNNN_name.sql, or in its place
// NNNN_name.postgres.sql where PostgreSQL needs another text.
type scripts struct {
	embed.FS
	postgres bool
}

// ReadDir leaves out what is not for the dialect.
func (s scripts) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := s.FS.ReadDir(name)
	own := func(e fs.DirEntry) bool { return strings.HasSuffix(e.Name(), ".postgres.sql") }
	return slices.DeleteFunc(slices.Clone(entries), func(e fs.DirEntry) bool {
		if own(e) || !s.postgres {
			return own(e)
		}
		stem := strings.TrimSuffix(e.Name(), ".sql")
		return slices.ContainsFunc(entries, func(o fs.DirEntry) bool { return o.Name() == stem+".postgres.sql" })
	}), err
}

// migrate applies what has not been applied yet, each script in a transaction.
func migrate(ctx context.Context, pool *sql.DB, postgres bool, log *slog.Logger) error {
	dialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // tries each second, for five minutes
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	files, err := fs.Sub(scripts{FS: migrations, postgres: postgres}, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, pool, files, options...)
	if err != nil {
		return err
	}
	applied, err := provider.Up(ctx)
	if err != nil {
		return fmt.Errorf("apply: %w", err)
	}
	for _, m := range applied {
		log.InfoContext(ctx, "migration applied", "version", m.Source.Version, "took", m.Duration)
	}
	return nil
}
