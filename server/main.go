// The server command is Parley: it plans the date and place of a negotiation
// with everybody who has to agree to them. The pages, the database, the mails
// and the calendars are all in this one binary, which "make build" names parley.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"parley/server/internal/config"
)

// The exit statuses of every subcommand.
const (
	exitOK     = 0
	exitFailed = 1 // it ran, and did not succeed
	exitUsage  = 2 // it was not understood
)

func main() {
	// Two of the same signal: the first asks for an orderly end, and stop gives
	// the second back its usual force.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	status := run(ctx, os.Args[1:], process{
		getenv: os.Getenv,
		stdin:  os.Stdin,
		stdout: os.Stdout,
		stderr: os.Stderr,
		now:    time.Now,
	})
	stop()
	os.Exit(status)
}

// process is what a subcommand knows of the world around it.
type process struct {
	getenv func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	now    func() time.Time
}

// A command is one subcommand. Its run gets the arguments that follow the
// name, and returns the exit status.
type command struct {
	name    string
	summary string
	run     func(ctx context.Context, args []string, p process) int
}

// commands lists the subcommands in the order of the help. The first is the
// default.
func commands() []command {
	return []command{
		{"serve", "serve the product", serve},
		{"demo", "serve a sample negotiation, open to every visitor", runDemo},
		{"slots", "read an offer from standard input and print its slots", slots},
		{"clash", "decide meeting scheduling problems, and check the solutions", decideClashes},
		{"backup", "copy the SQLite database into a file while it is in use, and stop", backup},
		{"migrate", "bring the database up to date, and stop", migrate},
		{"verify", "check exports of a negotiation, offline", verify},
		{"record", "print the public key with which records are checked: parley record key", recordCommand},
		{"version", "print the version of this binary, of Go and of the time zones", version},
	}
}

// run picks the subcommand and returns its exit status.
func run(ctx context.Context, args []string, p process) int {
	all := commands()
	name := all[0].name
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	for _, c := range all {
		if c.name == name {
			return c.run(ctx, args, p)
		}
	}
	if name == "help" {
		fmt.Fprint(p.stdout, usage(all))
		return exitOK
	}
	fmt.Fprintf(p.stderr, "parley: there is no command %q.\n\n%s", name, usage(all))
	return exitUsage
}

// usage lists the subcommands.
func usage(all []command) string {
	var b strings.Builder
	b.WriteString("Usage: parley [command] [flags]\n\nCommands:\n")
	for i, c := range all {
		fmt.Fprintf(&b, "  %-8s  %s", c.name, c.summary)
		if i == 0 {
			b.WriteString(" (default)")
		}
		b.WriteByte('\n')
	}
	b.WriteString("  help      print this list\n\nThe flags of a command: parley <command> -h\n")
	return b.String()
}

// settings reads the configuration of a subcommand. When there is nothing to
// go on with, because help was asked for or a setting is wrong, it has said so
// on standard error and ok is false.
func settings(name string, args []string, p process, extra func(*flag.FlagSet)) (c config.Config, status int, ok bool) {
	c, err := config.Parse(name, args, p.getenv, p.stderr, extra)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return c, exitOK, false
	case err != nil:
		fmt.Fprintf(p.stderr, "parley %s cannot start:\n- %s\nAll settings: parley %s -h\n", name, strings.ReplaceAll(err.Error(), "\n", "\n- "), name)
		return c, exitUsage, false
	default:
		return c, exitOK, true
	}
}
