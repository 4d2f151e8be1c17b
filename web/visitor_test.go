package web

import (
	"testing"
	"time"

	"parley/scheduling"
)

// sessionOf is the Cookie header of a session that began then, of the account
// or the member that t names.
func sessionOf(tb testing.TB, a scheduling.Access, t scheduling.Token, began time.Time) string {
	tb.Helper()
	secret, hash := newToken()
	t.Hash, t.Purpose = hash, scheduling.ForSession
	t.CreatedAt, t.SeenAt, t.ExpiresAt = began, began, sessionEnds(began, began)
	if err := a.SaveToken(tb.Context(), t); err != nil {
		tb.Fatal(err)
	}
	return "__Host-" + sessionCookie + "=" + secret
}
