package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	sqlitedriver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// readers is how many connections read at once. More would only keep the
// writer waiting for the processor.
const readers = 8

// sqlite is one file with one writer. Readers see the last commit and never
// wait for the writer.
type sqlite struct {
	writer *gorm.DB // one connection, so that writers queue here and not in SQLite
	reader *gorm.DB
}

// openSQLite opens the file at path, which only its owner may read. A commit
// is on the disk before it is answered (synchronous FULL), and what is deleted
// is overwritten.
func openSQLite(ctx context.Context, path string) (*sqlite, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	pragmas := []string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
		"trusted_schema(0)",
	}
	writer, err := openSQLitePool(ctx, path, 1, pragmas, url.Values{"_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	reader, err := openSQLitePool(ctx, path, readers, append(pragmas, "query_only(1)"), nil)
	if err != nil {
		return nil, errors.Join(err, closePool(writer))
	}
	return &sqlite{writer: writer, reader: reader}, nil
}

func openSQLitePool(ctx context.Context, path string, size int, pragmas []string, query url.Values) (*gorm.DB, error) {
	query = url.Values{"_txlock": query["_txlock"], "_pragma": pragmas}
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + query.Encode()
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(size)
	pool.SetMaxIdleConns(size)
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), pool.Close())
	}
	db, err := gorm.Open(sqliteDialector{&gormsqlite.Dialector{DriverName: "sqlite", Conn: pool}}, settings())
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// sqliteDialector is gorm's dialect on the driver in Go, whose errors gorm's
// own does not know.
type sqliteDialector struct{ *gormsqlite.Dialector }

// Translate makes gorm's errors of the driver's.
func (d sqliteDialector) Translate(err error) error {
	e, ok := errors.AsType[*sqlitedriver.Error](err)
	if !ok {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("%w: %w", gorm.ErrForeignKeyViolated, err)
	}
	return err
}

func (s *sqlite) read(ctx context.Context, f func(tx *gorm.DB) error) error {
	return s.reader.WithContext(ctx).Transaction(f)
}

func (s *sqlite) query(ctx context.Context, f func(db *gorm.DB) error) error {
	return f(s.reader.WithContext(ctx))
}

func (s *sqlite) write(ctx context.Context, f func(tx *gorm.DB) error) error {
	return s.writer.WithContext(ctx).Transaction(f)
}

// again: another process may hold the file, such as a backup.
func (s *sqlite) again(err error) bool {
	e, ok := errors.AsType[*sqlitedriver.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

func (s *sqlite) migrate(ctx context.Context, log *slog.Logger) error {
	return migrate(ctx, s.writer, log)
}

func (s *sqlite) ping(ctx context.Context) error {
	var one int
	return s.reader.WithContext(ctx).Raw("SELECT 1").Scan(&one).Error
}

func (s *sqlite) close() error {
	return errors.Join(closePool(s.reader), closePool(s.writer))
}

func closePool(db *gorm.DB) error {
	pool, err := db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}
