package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"parley/scheduling/record"
	"parley/server/internal/store"
)

// migrate brings the database up to date and ends, for installations in which
// it is to be done once, before several servers start. The serve command does
// the same by itself.
func migrate(ctx context.Context, args []string, p process) int {
	c, status, ok := settings("migrate", args, p, nil)
	if !ok {
		return status
	}
	database := c.SQLiteFile()
	if c.PostgreSQL() {
		database = c.Database.Reveal()
	} else if err := os.MkdirAll(c.Data, 0o700); err != nil {
		fmt.Fprintf(p.stderr, "parley migrate: open the data folder: %v\n", err)
		return exitFailed
	}
	// Old events are entered into the record, whose heads are signed: the key is
	// the one that the servers have. With PostgreSQL it may not be at hand here;
	// heads come with the next event then.
	key, err := record.Key{}, error(nil)
	if !c.PostgreSQL() || c.Secret != "" || c.RecordSecret != "" {
		key, err = recordKey(&c)
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "parley migrate: %v\n", err)
		return exitFailed
	}
	s, err := store.Open(ctx, store.Options{Database: database, Now: p.now, Key: key, Log: newLog(c, p.stderr)})
	if err == nil {
		err = errors.Join(s.Migrate(ctx), s.Close())
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "parley migrate: %v\n", err)
		return exitFailed
	}
	fmt.Fprintln(p.stdout, "The database is up to date.")
	return exitOK
}
