package main

import (
	"context"
	"errors"
	"fmt"

	"parley/scheduling"
	"parley/web"
)

// serve runs the product until it is told to stop. At the first start, when
// nobody has an account yet, it prints the address at which the first one is
// made.
func serve(ctx context.Context, args []string, p process) int {
	c, status, ok := settings("serve", args, p, nil)
	if !ok {
		return status
	}
	s, err := openSite(ctx, c, p)
	if err != nil {
		fmt.Fprintf(p.stderr, "parley serve cannot start: %v\n", err)
		return exitFailed
	}
	link, err := web.NewSetupLink(ctx, s.store, s.config.BaseURL, p.now())
	if err != nil && !errors.Is(err, scheduling.ErrConflict) { // a conflict: there are accounts
		fmt.Fprintf(p.stderr, "parley serve cannot start: %v\n", err)
		return exitFailed
	}
	fmt.Fprintf(p.stdout, "Parley listens on %s\n", s.config.BaseURL)
	if link != "" {
		fmt.Fprintf(p.stdout, "Nobody has an account yet. Make the first one here, within a day:\n%s\n", link)
	}
	if s.config.SMTP.Host == "" {
		fmt.Fprintf(p.stdout, "No mail server is set (PARLEY_SMTP): mails are written to %s\n", s.config.MailFolder())
	}
	if err := s.run(ctx, nil); err != nil {
		fmt.Fprintf(p.stderr, "parley serve: %v\n", err)
		return exitFailed
	}
	return exitOK
}
