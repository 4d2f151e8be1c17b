package mailertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"parley/server/internal/mailer"
)

// Sample is a complete message with what is hard to carry: lines that begin
// with a dot, a line at the limit of 998 octets, and a word in UTF-8.
func Sample(id string) []byte {
	return []byte(strings.ReplaceAll(fmt.Sprintf(`From: Office <office@parley.test>
To: <ann@north.test>
Message-ID: <%s@parley.test>
Date: Sun, 22 Nov 2026 12:00:00 +0000
Subject: Dates
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

.one dot
..two dots
.
%s
Genève
`, id, strings.Repeat("x", 998)), "\n", "\r\n"))
}

// TestProvider checks what holds for every provider. Received returns the
// messages that have arrived where p sends them.
func TestProvider(t *testing.T, p mailer.Provider, received func() [][]byte) {
	t.Helper()
	const from, to = "office@parley.test", "ann@north.test"
	count := func(message []byte) (n int) {
		for _, r := range received() {
			if bytes.Equal(r, message) {
				n++
			}
		}
		return n
	}

	t.Run("carries every byte", func(t *testing.T) {
		message := Sample("bytes")
		if err := p.Send(t.Context(), from, to, message); err != nil {
			t.Fatal(err)
		}
		if count(message) != 1 {
			t.Errorf("received %q, want %q", received(), message)
		}
	})

	t.Run("takes a message again", func(t *testing.T) {
		message := Sample("again")
		for range 2 {
			if err := p.Send(t.Context(), from, to, message); err != nil {
				t.Fatal(err)
			}
		}
		if count(message) == 0 {
			t.Error("the message is gone")
		}
	})

	t.Run("keeps different messages apart", func(t *testing.T) {
		messages := [][]byte{Sample("a/b"), Sample("a:b"), Sample("a_b"), Sample(strings.Repeat("long", 60) + "1"), Sample(strings.Repeat("long", 60) + "2")}
		for _, m := range messages {
			if err := p.Send(t.Context(), from, to, m); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range messages {
			if count(m) != 1 {
				t.Errorf("received %d copies, want 1, of %.120q", count(m), m)
			}
		}
	})

	t.Run("stops with its context, to be tried again", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		message := Sample("cancelled")
		failed, ok := errors.AsType[*mailer.Error](p.Send(ctx, from, to, message))
		if !ok || !failed.Temporary || !errors.Is(failed, context.Canceled) {
			t.Errorf("error = %#v, want a temporary mailer.Error because of context.Canceled", failed)
		}
		if count(message) != 0 {
			t.Error("the message was sent all the same")
		}
	})

	t.Run("refuses hostile addresses for good", func(t *testing.T) {
		before := received()
		for _, address := range []string{"", "ann", "@north.test", "ann@", "ann@north.test> BODY=8BITMIME", "ann@north.test\r\nRCPT TO:<eve@south.test>", "Ann <ann@north.test>", "ann@north.test,eve@south.test", "a@b@c"} {
			for _, pair := range [][2]string{{from, address}, {address, to}} {
				failed, ok := errors.AsType[*mailer.Error](p.Send(t.Context(), pair[0], pair[1], Sample("hostile")))
				if !ok || failed.Temporary || failed.Stage != mailer.Envelope {
					t.Errorf("%q: error = %v, want a final one about the envelope", pair, failed)
				}
			}
		}
		if after := received(); !slices.EqualFunc(before, after, bytes.Equal) {
			t.Errorf("%d messages were sent", len(after)-len(before))
		}
	})
}
