package web

import (
	"net/http"
	"strings"
	"testing"

	"parley/scheduling/schedulingtest"
)

// Both sides file the same protocol, byte for byte, with nothing in it that one
// of them keeps to itself.
func TestProtocolIsTheSameForAll(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"offered", "confirmed"} {
		h := secretiveHouse(t, stage)
		for _, language := range []string{"en", "fr"} {
			text := func(cookie string) string {
				rec := get(t, h, "/n/talks/1/protocol.txt?in="+language, "Cookie", cookie)
				if rec.Code != http.StatusOK {
					t.Fatalf("status %d", rec.Code)
				}
				return rec.Body.String()
			}
			ours, theirs := text(h.member(t, schedulingtest.AlphaHead)), text(h.member(t, schedulingtest.BravoHead))
			if ours != theirs {
				t.Errorf("%s, %s: the protocols differ:\n%s\n\n%s", stage, language, ours, theirs)
			}
			for _, mark := range []string{textMark, peopleMark} {
				if strings.Contains(strings.ToLower(ours), mark) {
					t.Errorf("%s, %s: %q is in the protocol", stage, language, mark)
				}
			}
			for _, want := range []string{"Alpha", "Bravo", "SHA-256", "2009-11-02", "UTC"} {
				if !strings.Contains(ours, want) {
					t.Errorf("%s, %s: the protocol lacks %q:\n%s", stage, language, want, ours)
				}
			}
		}
	}
}

func TestObserversGetNoProtocol(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithObserver())
	for _, path := range []string{"/n/talks/1/protocol", "/n/talks/1/protocol.txt"} {
		if rec := get(t, h, path, "Cookie", h.member(t, schedulingtest.CharlieHead)); rec.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, rec.Code)
		}
	}
}
