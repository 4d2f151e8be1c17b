package web

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// What differs from run to run or with every change of the stylesheet.
var unsteady = []struct {
	pattern *regexp.Regexp
	steady  string
}{
	{regexp.MustCompile(`/static/[0-9a-f]{16}/`), "/static/HASH/"},
	{regexp.MustCompile(`(name="key" value=")[^"]+`), "${1}KEY"},
	{regexp.MustCompile(`<code>[A-Z2-7]{12}</code>`), "<code>REQUEST</code>"},
}

// golden compares a page with testdata/<name>.html; go test -update writes it.
func golden(tb testing.TB, name, got string) {
	tb.Helper()
	for _, u := range unsteady {
		got = u.pattern.ReplaceAllString(got, u.steady)
	}
	path := filepath.Join("testdata", name+".html")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		tb.Errorf("%s differs from its golden file (-want +got):\n%s", name, diff)
	}
}
