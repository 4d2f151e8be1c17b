package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"parley/scheduling/clash"
)

const clashUsage = `Usage: parley clash [-tries n] < instances

Reads instances of the meeting scheduling problem (CSPLib 046) on standard
input, in the text format in which they are published there, and decides each
with the rule by which Parley finds clashes: whoever attends two meetings needs
the travel time between them. One bare instance is read as well as a file of
many, each under a heading such as **Instance #1**.

Of one instance it prints the verdict, the time of every meeting, and what a
checker says that shares nothing with the search; of many, a line each.

Limits: %d instances of %d meetings, %d agents and %d time-slots, in %d MiB.

Exit status: 0 when all are satisfiable, 1 when one is not or was not decided,
2 when the input cannot be read.

Flags:
`

// decideClashes reads meeting scheduling problems and decides them.
func decideClashes(_ context.Context, args []string, p process) int {
	flags := flag.NewFlagSet("clash", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	flags.Usage = func() {
		fmt.Fprintf(p.stderr, clashUsage, clash.MaxInstances, clash.MaxMeetings, clash.MaxAgents, clash.MaxSlots, clash.MaxInput>>20)
		flags.PrintDefaults()
	}
	tries := flags.Int("tries", 50_000_000, "give up on an instance after `n` tries to place a meeting")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		fmt.Fprintf(p.stderr, "parley clash: instances are read from standard input, not from the argument %q.\n", flags.Arg(0))
		return exitUsage
	}
	instances, err := clash.Read(p.stdin)
	if err != nil {
		fmt.Fprintln(p.stderr, "parley clash:", printable(err.Error()))
		return exitUsage
	}
	status := exitOK
	for _, in := range instances {
		times, verdict := in.Solve(*tries)
		if verdict != clash.Satisfiable {
			status = exitFailed
		}
		checked := ""
		if verdict == clash.Satisfiable {
			checked = "verified"
			if err := in.Check(times); err != nil { // the search is wrong
				checked, status = "not a solution: "+err.Error(), exitFailed
			}
		}
		write := writeDecided
		if len(instances) > 1 {
			write = writeDecidedLine
		}
		if err := write(p.stdout, in, verdict, times, checked); err != nil {
			fmt.Fprintln(p.stderr, "parley clash:", err)
			return exitFailed
		}
	}
	return status
}

// writeDecided says of one instance what was found, a meeting a line.
func writeDecided(w io.Writer, in clash.Instance, verdict clash.Verdict, times []int, checked string) error {
	var b strings.Builder
	if in.Name != "" {
		b.WriteString(printable(in.Name) + "\n")
	}
	fmt.Fprintln(&b, verdict)
	for i, t := range times {
		fmt.Fprintf(&b, "Meeting %d scheduled at time %d\n", i, t)
	}
	if checked != "" {
		fmt.Fprintln(&b, checked)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeDecidedLine says the same in one line, with the times in the order of
// the meetings.
func writeDecidedLine(w io.Writer, in clash.Instance, verdict clash.Verdict, times []int, checked string) error {
	line := fmt.Sprintf("%s: %s", printable(in.Name), verdict)
	if times != nil {
		line += fmt.Sprintf(" %v, %s", times, checked)
	}
	_, err := fmt.Fprintln(w, line)
	return err
}
