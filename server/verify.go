package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"parley/scheduling/record"
)

// stringsFlag collects a flag that may be given several times.
type stringsFlag []string

func (f *stringsFlag) String() string     { return strings.Join(*f, ", ") }
func (f *stringsFlag) Set(v string) error { *f = append(*f, v); return nil }

// verify checks exports of negotiations, offline, with the public key alone.
func verify(_ context.Context, args []string, p process) int {
	flags := flag.NewFlagSet("parley verify", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	key := flags.String("key", "", "public `key` of the installation, or a file that holds it")
	var heads stringsFlag
	flags.Var(&heads, "head", "`file` with a head that you hold, such as a mail; may be given several times")
	flags.Usage = func() {
		fmt.Fprint(p.stderr, "Usage: parley verify [-key KEY] [-head FILE] export.zip...\n\nChecks that exports of a negotiation are whole and unchanged. Several exports\nof one negotiation are held against each other.\n\n")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() == 0:
		flags.Usage()
		return exitUsage
	}
	var held []string
	for _, name := range heads {
		text, err := os.ReadFile(name)
		found := record.FindHeads(string(text))
		if err != nil || len(found) == 0 {
			fmt.Fprintf(p.stderr, "parley verify: %s: there is no head in it (%v)\n", name, err)
			return exitUsage
		}
		held = append(held, found...)
	}
	var others []string
	if flags.NArg() > 1 {
		for _, name := range flags.Args() {
			report, err := verifyFile(name, *key, nil, nil, p)
			if err != nil {
				fmt.Fprintf(p.stderr, "parley verify: %v\n", err)
				return exitFailed
			}
			others = append(others, report.Signed...)
		}
	}
	status := exitOK
	for _, name := range flags.Args() {
		report, err := verifyFile(name, *key, held, others, p)
		if err != nil {
			fmt.Fprintf(p.stderr, "parley verify: %v\n", err)
			return exitFailed
		}
		if len(report.Faults) > 0 {
			status = exitFailed
		}
		tell(p, name, report)
	}
	return status
}

func verifyFile(name, key string, held, others []string, p process) (record.Report, error) {
	export, err := os.ReadFile(name)
	if err != nil {
		return record.Report{}, err
	}
	if text, err := os.ReadFile(key); key != "" && err == nil {
		key = string(text)
	}
	if key == "" {
		if key, err = record.OwnKey(export); err != nil {
			return record.Report{}, fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(p.stderr, "Warning: no -key was given, so the key that came with the export is used. Compare it\nwith the key of the installation that you know from elsewhere:\n%s\n\n", key)
	}
	verifier, err := record.NewVerifier(key)
	if err != nil {
		return record.Report{}, err
	}
	return record.Verify(export, verifier, held, others), nil
}

// tell prints what was found.
func tell(p process, name string, r record.Report) {
	for _, f := range r.Faults {
		fmt.Fprintf(p.stdout, "%s: FAULT in %s\n", name, f)
	}
	for _, gone := range r.Removed {
		fmt.Fprintf(p.stdout, "%s: log %s, entry %d: %s removed on %s, by rule %s\n", name, gone.Log, gone.Entry, gone.Part, gone.At, gone.Rule)
	}
	if len(r.Faults) > 0 {
		fmt.Fprintf(p.stdout, "%s: NOT verified.\n", name)
		return
	}
	for _, log := range r.Logs {
		fmt.Fprintf(p.stdout, "%s: log %s: %d entries, root %s, held against %d heads\n", name, log.Log, log.Size, log.Root, log.Heads)
	}
	fmt.Fprintf(p.stdout, "%s: verified.\n", name)
}
