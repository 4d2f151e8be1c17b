package main

import (
	"flag"
	"runtime/debug"
	"strings"
	"testing"
	"time"
)

// runWith runs a command line and returns its exit status and what it printed.
func runWith(t *testing.T, env map[string]string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	status = run(t.Context(), args, process{
		getenv: func(name string) string { return env[name] },
		stdin:  strings.NewReader(""),
		stdout: &out,
		stderr: &errs,
		now:    time.Now,
	})
	return status, out.String(), errs.String()
}

func TestRun(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		status int
		stdout string
		stderr string
	}{
		"help lists the commands":    {args: []string{"help"}, stdout: "  version   print the version"},
		"version":                    {args: []string{"version"}, stdout: "time zones "},
		"unknown, with the list":     {args: []string{"agree"}, status: 2, stderr: `no command "agree"`},
		"unknown, even before flags": {args: []string{"agree", "-h"}, status: 2, stderr: "  help      print this list"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := runWith(t, nil, tc.args...)
			if status != tc.status {
				t.Errorf("status = %d, want %d", status, tc.status)
			}
			if !strings.Contains(stdout, tc.stdout) || (stdout != "") != (tc.stdout != "") {
				t.Errorf("stdout = %q, want %q in it", stdout, tc.stdout)
			}
			if !strings.Contains(stderr, tc.stderr) || (stderr != "") != (tc.stderr != "") {
				t.Errorf("stderr = %q, want %q in it", stderr, tc.stderr)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args   []string
		status int
		ok     bool
		stderr []string
	}{
		"right": {ok: true},
		"help":  {args: []string{"-h"}, stderr: []string{"Usage: parley demo", "-fresh"}},
		"wrong twice": {
			args: []string{"-log-level", "loud", "-addr", "x"}, status: 2,
			stderr: []string{"parley demo cannot start:\n- -addr is \"x\"", "\n- -log-level is \"loud\"", "parley demo -h"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs strings.Builder
			p := process{getenv: func(string) string { return "" }, stderr: &errs}
			_, status, ok := settings("demo", tc.args, p, func(f *flag.FlagSet) { f.Bool("fresh", false, "begin anew") })
			if status != tc.status || ok != tc.ok {
				t.Errorf("status, ok = %d, %v, want %d, %v", status, ok, tc.status, tc.ok)
			}
			for _, want := range tc.stderr {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("stderr = %q, want %q in it", errs.String(), want)
				}
			}
		})
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		info *debug.BuildInfo
		want string
	}{
		"nothing known": {want: "(unknown)"},
		"no revision":   {info: &debug.BuildInfo{}, want: "(devel)"},
		"released":      {info: &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, want: "v1.2.3"},
		"changed": {
			info: &debug.BuildInfo{Settings: []debug.BuildSetting{
				{Key: "vcs.revision", Value: "0123456789abcdef0123"},
				{Key: "vcs.modified", Value: "true"},
				{Key: "vcs.time", Value: "2026-11-22T20:00:00Z"},
			}},
			want: "(devel) 0123456789ab with changes of 2026-11-22T20:00:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := describe(tc.info); got != tc.want {
				t.Errorf("describe() = %q, want %q", got, tc.want)
			}
		})
	}
}

func TestZoneVersion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"# version 2026a\n# This": "2026a", "": "", "Z Europe/Zurich": ""} {
		if got := zoneVersion(strings.NewReader(text)); got != want {
			t.Errorf("zoneVersion(%q) = %q, want %q", text, got, want)
		}
	}
	if got := zones(func(string) string { return "/z.zip" }); got != "of /z.zip" {
		t.Errorf("zones() = %q, want the source that Go was given", got)
	}
}
