package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"parley/server/internal/store"
)

// backup copies the SQLite database into a file. The server may go on working.
func backup(ctx context.Context, args []string, p process) int {
	var to string
	c, status, ok := settings("backup", args, p, func(f *flag.FlagSet) {
		f.StringVar(&to, "to", "", "file to write, which must not exist yet")
	})
	if !ok {
		return status
	}
	if to == "" {
		fmt.Fprintln(p.stderr, "parley backup: say where to: parley backup -to FILE")
		return exitUsage
	}
	database := c.SQLiteFile()
	if c.PostgreSQL() {
		database = c.Database.Reveal()
	} else if _, err := os.Stat(database); err != nil { // opening would make it
		fmt.Fprintf(p.stderr, "parley backup: %v\n", err)
		return exitFailed
	}
	s, err := store.Open(ctx, store.Options{Database: database, Now: p.now, Log: newLog(c, p.stderr)})
	if err == nil {
		err = errors.Join(s.Backup(ctx, to), s.Close())
	}
	if err != nil {
		fmt.Fprintf(p.stderr, "parley backup: %v\n", err)
		return exitFailed
	}
	fmt.Fprintf(p.stdout, "The database is copied into %s. Keep it apart from the key.\n", to)
	return exitOK
}
