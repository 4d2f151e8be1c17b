package main

import (
	"context"
	"fmt"
)

// recordCommand prints the public key with which exports and heads of the
// record are checked, for the office to make known by other ways than this
// server.
func recordCommand(_ context.Context, args []string, p process) int {
	if len(args) == 0 || args[0] != "key" {
		fmt.Fprint(p.stderr, "Usage: parley record key [flags]\n\nPrints the public key that signs the records of this installation.\n")
		return exitUsage
	}
	c, status, ok := settings("record", args[1:], p, nil)
	if !ok {
		return status
	}
	key, err := recordKey(&c)
	if err != nil {
		fmt.Fprintf(p.stderr, "parley record: %v\n", err)
		return exitFailed
	}
	fmt.Fprintln(p.stdout, key.Public())
	return exitOK
}
