package web

import (
	"net/http"
	"strings"
	"testing"
)

// Whoever has many pages open tells them apart by their titles.
func TestTitlesAreUnique(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"offered", "confirmed"} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			h := secretiveHouse(t, stage)
			_, cookie := actors(t, h)
			for _, who := range []string{"head", "rival head", "staff", "observer", "admin"} {
				at := make(map[string]string)
				for path, page := range h.crawl(t, cookie[who]) {
					_, rest, found := strings.Cut(page, "<title>")
					title, _, _ := strings.Cut(rest, "</title>")
					if !found || strings.Contains(path, "?") || get(t, h, path, "Cookie", cookie[who]).Code != http.StatusOK {
						continue
					}
					if other, twice := at[title]; twice {
						t.Errorf("%s: %s and %s have the title %q", who, other, path, title)
					}
					at[title] = path
				}
				if who == "head" && len(at) < 20 {
					t.Errorf("only %d pages", len(at))
				}
			}
		})
	}
}
