package web

import (
	"testing"
	"time"

	"parley/scheduling"
)

// asMember is the Cookie header of a member who came by private link at noon.
func asMember(tb testing.TB, a scheduling.Access, n scheduling.NegotiationID, id scheduling.MemberID) string {
	tb.Helper()
	return sessionOf(tb, a, scheduling.Token{Negotiation: n, Member: id}, noon)
}

// asAccount is the Cookie header of somebody who signed in at noon.
func asAccount(tb testing.TB, a scheduling.Access, id scheduling.AccountID) string {
	tb.Helper()
	return sessionOf(tb, a, scheduling.Token{Account: id}, noon)
}

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
