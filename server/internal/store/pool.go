package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// A pool hands out connections to an SQLite file, each to one user at a time.
type pool struct {
	db   *sql.DB
	gorm *gorm.DB
	idle chan *connection // closed with the pool

	closing sync.Once
	closed  error
}

// statements is how many prepared statements a connection keeps: more than
// there are queries, except where the number of rows makes their text.
const statements = 256

// A connection keeps the statements that were prepared on it. Parsing SQL
// would otherwise take longer than most queries. It is a gorm.ConnPool.
type connection struct {
	*sql.Conn
	prepared map[string]*sql.Stmt
}

func openPool(ctx context.Context, dsn string, size int) (*pool, error) {
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	p := &pool{db: db, idle: make(chan *connection, size)}
	for range size {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		p.idle <- &connection{Conn: conn, prepared: map[string]*sql.Stmt{}}
	}
	db.SetMaxIdleConns(0) // but those, which stay in use
	p.gorm, err = gorm.Open(sqliteDialector{&gormsqlite.Dialector{DriverName: "sqlite", Conn: db}}, settings())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p, nil
}

// use runs f on a connection, which it waits for.
func (p *pool) use(ctx context.Context, f work) (err error) {
	var c *connection
	select {
	case c = <-p.idle:
		if c == nil {
			return errClosed
		}
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { p.idle <- c }()
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.Conn == nil {
		if c.Conn, err = p.db.Conn(ctx); err != nil {
			return err
		}
	}
	ctx = context.WithoutCancel(ctx)
	db := p.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	db.Statement.ConnPool = c
	err = f(ctx, db)
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		_ = c.Conn.Close() // it is of no use any more
		*c = connection{prepared: map[string]*sql.Stmt{}}
	}
	return err
}

var errClosed = errors.New("store: closed")

// close waits for those who use a connection.
func (p *pool) close() error {
	p.closing.Do(func() {
		for range cap(p.idle) {
			if c := <-p.idle; c.Conn != nil {
				p.closed = errors.Join(p.closed, c.forget(), c.Conn.Close())
			}
		}
		close(p.idle)
		p.closed = errors.Join(p.closed, p.db.Close())
	})
	return p.closed
}

// statement is the query prepared on the connection.
func (c *connection) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.prepared[query]; s != nil {
		return s, nil
	}
	if len(c.prepared) == statements {
		if err := c.forget(); err != nil {
			return nil, err
		}
	}
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.prepared[query] = s
	return s, nil
}

func (c *connection) forget() error {
	var failed []error
	for _, s := range c.prepared {
		failed = append(failed, s.Close())
	}
	clear(c.prepared)
	return errors.Join(failed...)
}

// ExecContext is gorm.ConnPool's.
func (c *connection) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.statement(ctx, query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

// QueryContext is gorm.ConnPool's.
func (c *connection) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.statement(ctx, query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// QueryRowContext is gorm.ConnPool's.
func (c *connection) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := c.statement(ctx, query) //nolint:sqlclosecheck // it is kept for the next time
	if err != nil {
		return c.Conn.QueryRowContext(ctx, query, args...) // which fails in the same way, and can say so
	}
	return s.QueryRowContext(ctx, args...)
}
