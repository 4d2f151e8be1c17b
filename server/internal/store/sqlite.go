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
	dsn    string
	writer *pool // one connection, so that writers queue here and not in SQLite
	reader *pool
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
	query := url.Values{"_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "secure_delete(1)",
		"trusted_schema(0)",
	}}
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	s := &sqlite{dsn: file + query.Encode()}
	if s.writer, err = openPool(ctx, s.dsn, 1); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	query.Add("_pragma", "query_only(1)")
	if s.reader, err = openPool(ctx, file+query.Encode(), readers); err != nil {
		return nil, errors.Join(err, s.writer.close())
	}
	return s, nil
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

// read and write run on a connection of their own, and begin and end their
// transactions there, because only so do prepared statements outlive a
// transaction. They are short, so that a caller who is gone is not worth an
// interruption, and a commit has only two outcomes.

func (s *sqlite) read(ctx context.Context, f work) error {
	return s.reader.use(ctx, func(ctx context.Context, db *gorm.DB) error { return transact(ctx, db, "BEGIN", f) })
}

func (s *sqlite) query(ctx context.Context, f work) error { return s.reader.use(ctx, f) }

func (s *sqlite) write(ctx context.Context, f work) error {
	return s.writer.use(ctx, func(ctx context.Context, db *gorm.DB) error { return transact(ctx, db, "BEGIN IMMEDIATE", f) })
}

func transact(ctx context.Context, db *gorm.DB, begin string, f work) (err error) {
	c := db.Statement.ConnPool
	if _, err := c.ExecContext(ctx, begin); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			if _, failed := c.ExecContext(ctx, "ROLLBACK"); failed != nil {
				err = errors.Join(err, failed)
			}
		}
	}()
	if err := f(ctx, db); err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	done = err == nil
	return err
}

// again: another process may hold the file, such as a backup.
func (s *sqlite) again(err error) bool {
	e, ok := errors.AsType[*sqlitedriver.Error](err)
	return ok && e.Code()&0xff == sqlite3.SQLITE_BUSY
}

// migrate uses a connection of its own, since goose knows only pools.
func (s *sqlite) migrate(ctx context.Context, log *slog.Logger) error {
	db, err := sql.Open("sqlite", s.dsn+"&_txlock=immediate")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	return errors.Join(migrate(ctx, db, false, log), db.Close())
}

// scrub moves the log into the file, where deleted content has been
// overwritten, and empties the log. Readers of an older snapshot keep it from
// that; they are short, and it is tried again with the next purge.
func (s *sqlite) scrub(ctx context.Context) error {
	return s.writer.use(ctx, func(ctx context.Context, db *gorm.DB) error {
		_, err := db.Statement.ConnPool.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
		return err
	})
}

// backup makes the file first, because VACUUM INTO fills an empty one and
// would give a new one to everybody to read.
func (s *sqlite) backup(ctx context.Context, file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	err = s.writer.use(ctx, func(ctx context.Context, db *gorm.DB) error {
		_, err := db.Statement.ConnPool.ExecContext(ctx, "VACUUM INTO ?", file)
		return err
	})
	if err != nil {
		return errors.Join(err, os.Remove(file))
	}
	return nil
}

func (s *sqlite) ping(ctx context.Context) error {
	return s.query(ctx, func(ctx context.Context, db *gorm.DB) error {
		_, err := db.Statement.ConnPool.ExecContext(ctx, "SELECT 1")
		return err
	})
}

func (s *sqlite) close() error { return errors.Join(s.reader.close(), s.writer.close()) }
