package main

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestKill kills the process in the middle of a stream of replies: every reply
// that was acknowledged is there after the next start, with the session.
func TestKill(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short: it builds the product")
	}
	path, data, addr := binary(t), t.TempDir(), "127.0.0.1:0"
	acknowledged := 0
	var v *reader
	for life := range 5 {
		c := startChild(t, path, data, addr)
		addr = strings.TrimPrefix(c.base, "http://")
		if v == nil {
			v = newReader(t, c.base)
			enter(v, "B. Berg")
		}
		v.Open("/n/sample/1/reply")
		if got := v.Value("G1", "Reason or condition"); acknowledged > 0 && got != "Reply "+strconv.Itoa(acknowledged) && got != "Reply "+strconv.Itoa(acknowledged+1) {
			t.Errorf("after life %d the answer is %q, acknowledged was %d", life, got, acknowledged)
		}
		dies := time.AfterFunc(time.Duration(80+60*life)*time.Millisecond, func() { _ = c.cmd.Process.Kill() })
		for reply(v, "Reply "+strconv.Itoa(acknowledged+1)) {
			acknowledged++
		}
		dies.Stop()
		c.kill()
	}
	if acknowledged < 5 {
		t.Errorf("only %d replies were acknowledged in 5 lives", acknowledged)
	}
	t.Logf("%d acknowledged replies", acknowledged)
}

// reply sends a reply, and reports whether it was acknowledged.
func reply(v *reader, reason string) bool {
	v.Helper()
	if v.try(v.get("/n/sample/1/reply")) != nil {
		return false
	}
	v.Choose("G1", "If need be")
	v.Fill("G1", "Reason or condition", reason)
	return v.try(v.submit(v.button("Send reply"))) == nil && strings.Contains(v.Text(), "Reply recorded")
}
