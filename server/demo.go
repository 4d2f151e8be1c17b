package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"parley/server/internal/config"
	"parley/server/internal/demo"
)

// runDemo serves the product with a sample negotiation and lets everybody in
// from the start page. Without a data folder it uses one that is deleted at
// the end.
func runDemo(ctx context.Context, args []string, p process) int {
	c, status, ok := settings("demo", args, p, nil)
	if !ok {
		return status
	}
	if !c.Given("data") {
		folder, err := os.MkdirTemp("", "parley-demo-")
		if err != nil {
			fmt.Fprintf(p.stderr, "parley demo cannot start: %v\n", err)
			return exitFailed
		}
		defer func() { _ = os.RemoveAll(folder) }()
		c.Data = folder
	}
	if err := serveSample(ctx, c, p); err != nil {
		fmt.Fprintf(p.stderr, "parley demo: %v\n", err)
		return exitFailed
	}
	return exitOK
}

func serveSample(ctx context.Context, c config.Config, p process) error {
	s, err := openSite(ctx, c, p)
	if err != nil {
		return err
	}
	guests, err := demo.Sample(ctx, s.store, s.catalogs.Printer(c.Language.String()), s.key, p.now().UTC().Truncate(time.Second))
	if err != nil {
		_ = s.close() // the reason not to start is err
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Parley shows a sample negotiation on %s\n\nWhose side do you want to see?\n\n", s.config.BaseURL)
	for _, g := range guests {
		fmt.Fprintf(&b, "  %s, %s: %s\n  %s%s\n\n", g.Party, g.Name, g.Role, s.config.BaseURL, g.Link)
	}
	fmt.Fprintf(&b, "With an account, to open negotiations of your own:\n  %s/sign-in\n  %s, passphrase: %s\n\n", s.config.BaseURL, demo.Office, demo.OfficePassphrase)
	if s.config.SMTP.Host == "" {
		fmt.Fprintf(&b, "Mails are written to %s\n", s.config.MailFolder())
	}
	b.WriteString("Press Ctrl+C to end.\n")
	fmt.Fprint(p.stdout, b.String())
	return s.run(ctx, guests)
}
