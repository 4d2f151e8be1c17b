package main

import (
	"strings"
	"testing"
)

// clashWith runs parley clash on text.
func clashWith(t *testing.T, text string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	status = decideClashes(t.Context(), args, process{stdin: strings.NewReader(text), stdout: &out, stderr: &errs})
	return status, out.String(), errs.String()
}

// clashInstance is two meetings of one person, two time-slots apart.
func clashInstance(slots string) string {
	return "NumberOfMeetings = 2\nNumberOfAgents = 1\nDomainSize = " + slots +
		"\nAgents Meetings:\n Agents (0): 0 1\nBetween Meetings Distance:\n     0  1\n 0:  0  1\n 1:  1  0\n"
}

func TestClash(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text           string
		args           []string
		status         int
		stdout, stderr string
	}{
		"satisfiable":   {text: clashInstance("3"), stdout: "satisfiable\nMeeting 0 scheduled at time 0\nMeeting 1 scheduled at time 2\nverified\n"},
		"unsatisfiable": {text: clashInstance("2"), status: 1, stdout: "unsatisfiable\n"},
		"many": {
			text:   "**Instance #1**\n\n" + clashInstance("3") + "__Instance #2__\n" + clashInstance("2"),
			status: 1, stdout: "Instance #1: satisfiable [0 2], verified\nInstance #2: unsatisfiable\n",
		},
		"given up":    {text: clashInstance("3"), args: []string{"-tries", "1"}, status: 1, stdout: "undecided\n"},
		"bad input":   {text: strings.Replace(clashInstance("3"), "0:  0  1", "0:  0", 1), status: 2, stderr: "parley clash: line 8: 1 distances for 2 meetings\n"},
		"no input":    {status: 2, stderr: "parley clash: line 1: no instance: one begins with NumberOfMeetings = and a number\n"},
		"an argument": {args: []string{"file"}, status: 2, stderr: "parley clash: instances are read from standard input, not from the argument \"file\".\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := clashWith(t, tc.text, tc.args...)
			if status != tc.status || stdout != tc.stdout || stderr != tc.stderr {
				t.Errorf("got %d\n%s%s\nwant %d\n%s%s", status, stdout, stderr, tc.status, tc.stdout, tc.stderr)
			}
		})
	}
	if status, _, help := clashWith(t, "", "-h"); status != 0 || !strings.Contains(help, "100 instances of 200 meetings, 1000 agents and 500 time-slots, in 4 MiB") {
		t.Errorf("help: status %d\n%s", status, help)
	}
}
