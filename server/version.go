package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

// release is set by the linker for a build from a tree without version
// control: -ldflags "-X main.release=1.0.0".
var release string

// version prints what this binary is made of. The zone database is part of it:
// the law of a country may move a meeting by an hour.
func version(_ context.Context, _ []string, p process) int {
	info, _ := debug.ReadBuildInfo()
	fmt.Fprintf(p.stdout, "parley %s\n%s %s/%s\ntime zones %s\n",
		describe(info), runtime.Version(), runtime.GOOS, runtime.GOARCH, zones(p.getenv))
	return exitOK
}

// describe is the version of the build, and its revision where it is known.
func describe(info *debug.BuildInfo) string {
	if info == nil {
		return cmp.Or(release, "(unknown)")
	}
	setting := map[string]string{}
	for _, s := range info.Settings {
		setting[s.Key] = s.Value
	}
	text := cmp.Or(release, info.Main.Version, "(devel)")
	if revision := setting["vcs.revision"]; revision != "" {
		text += " " + revision[:min(len(revision), 12)]
		if setting["vcs.modified"] == "true" {
			text += " with changes"
		}
		if at := setting["vcs.time"]; at != "" {
			text += " of " + at
		}
	}
	return text
}

// zones says where the zone rules come from. Go takes those of the system when
// there are any, and else the copy in this binary.
func zones(getenv func(string) string) string {
	if source := getenv("ZONEINFO"); source != "" {
		return "of " + source
	}
	const system = "/usr/share/zoneinfo"
	if f, err := os.Open(system + "/tzdata.zi"); err == nil {
		defer func() { _ = f.Close() }()
		if v := zoneVersion(f); v != "" {
			return v + " of " + system
		}
	}
	if _, err := os.Stat(system + "/Europe/Zurich"); err == nil {
		return "of " + system
	}
	return "embedded, of " + runtime.Version()
}

// zoneVersion reads the first line of tzdata.zi, "# version 2026a".
func zoneVersion(r io.Reader) string {
	line, _ := bufio.NewReader(io.LimitReader(r, 100)).ReadString('\n')
	v, ok := strings.CutPrefix(strings.TrimSpace(line), "# version ")
	if !ok {
		return ""
	}
	return v
}
