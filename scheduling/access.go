package scheduling

import "time"

// An Account is a person who signs in with a passphrase. What the person may
// do in a negotiation follows from the membership there, not from the account.
type Account struct {
	ID         AccountID
	Name       string
	Email      string // unique, compared without case
	Language   string
	Passphrase string // argon2id in PHC form; "" cannot sign in yet
	Admin      bool   // may add accounts
	Opens      bool   // may open negotiations
	Rooms      bool   // may keep the register of venues, rooms and holidays
	Disabled   bool
	CreatedAt  time.Time
}

// Purpose is what a token is good for. A token serves one purpose only.
type Purpose string

// The purposes of tokens.
const (
	ForSetup      Purpose = "setup"      // the first account; once
	ForPassphrase Purpose = "passphrase" // choosing a passphrase; once
	ForLink       Purpose = "link"       // a member's private link; until revoked
	ForSession    Purpose = "session"    // a signed-in browser
	ForFeed       Purpose = "feed"       // a calendar subscription; until replaced
	ForAPI        Purpose = "api"        // a program that acts for a member or an account
)

// FeedLevel says what a subscription shows.
type FeedLevel string

// The levels of feeds.
const (
	MemberFeed FeedLevel = "member" // what the member may see, less what came by mail
	PartyFeed  FeedLevel = "party"  // what the party may see
	PublicFeed FeedLevel = "public" // what was released to the public
)

// A Token is a secret that somebody was given. Only its hash is kept.
type Token struct {
	Hash        string // SHA-256 of the secret in hexadecimal
	Purpose     Purpose
	Account     AccountID
	Negotiation NegotiationID
	Member      MemberID
	Party       PartyID
	Level       FeedLevel // of a feed
	Whole       bool      // a member's feed that also shows what came by mail
	Name        string    // of a program: what its owner calls it
	Scope       Rights    // of a program: at most these of its owner's rights
	CreatedAt   time.Time
	ExpiresAt   time.Time // zero is never
	SeenAt      time.Time // last use, to the nearest few minutes
	UsedAt      time.Time // of a token that works once
	RevokedAt   time.Time
}

// Good reports whether the token can be used at now.
func (t Token) Good(now time.Time) bool {
	return t.RevokedAt.IsZero() && t.UsedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// TokenFilter selects tokens to revoke or list: all that match every field
// that is set. Purpose is required.
type TokenFilter struct {
	Purpose     Purpose
	Account     AccountID
	Negotiation NegotiationID
	Member      MemberID
	Party       *PartyID
	Level       FeedLevel
	Hash        string
	Before      time.Time // made before this instant; zero is at any time
}
