package scheduling

import (
	"context"
	"time"
)

// Once marks a change as the effect of one submitted form, so that sending the
// form again does nothing. The zero Once marks nothing.
type Once struct {
	Actor  string // who sent it
	Key    string // random, from the form
	Digest string // of what was sent: other content under the same key is another act
}

// A Store keeps negotiations and their rounds. Every change runs in one
// transaction: what the closure did, the events it recorded, the messages
// composed from them, and the mark of the form.
//
// A closure may run more than once, when somebody else saved in between, so it
// must not keep anything outside the aggregate. An error from it rolls
// everything back and comes back as it is.
type Store interface {
	// Create stores a new negotiation with its first round. When form was
	// already used it stores nothing, and gives the negotiation of that time.
	Create(ctx context.Context, form Once, n *Negotiation, r *Round) (NegotiationID, error)

	// AddRound stores a further round; Number in its ID is ignored and given.
	// When form was already used it gives the round of that time.
	AddRound(ctx context.Context, form Once, r *Round) (RoundID, error)

	// Update loads a round with its negotiation, lets change act on it, and
	// saves it. ErrNotFound when there is none; nil without calling change when
	// form was already used.
	Update(ctx context.Context, id RoundID, form Once, change func(*Round) error) error

	// UpdateNegotiation does the same for what rounds share. Rounds are not loaded.
	UpdateNegotiation(ctx context.Context, id NegotiationID, form Once, change func(*Negotiation) error) error

	// Negotiation is ErrNotFound when there is none with that id.
	Negotiation(ctx context.Context, id NegotiationID) (*Negotiation, error)

	// Round loads a round with its negotiation; ErrNotFound.
	Round(ctx context.Context, id RoundID) (*Round, error)

	// Rounds loads all rounds of a negotiation, by number.
	Rounds(ctx context.Context, id NegotiationID) ([]*Round, error)

	// OfAccount lists the negotiations in which an account takes part, newest
	// first, at most limit.
	OfAccount(ctx context.Context, id AccountID, limit int) ([]*Negotiation, error)

	// History lists what happened in a negotiation, newest first, at most limit
	// entries older than before (0 is from the newest). Seq numbers them.
	History(ctx context.Context, id NegotiationID, before int64, limit int) ([]Recorded, error)

	// Messages lists the outgoing messages of a negotiation, newest first.
	Messages(ctx context.Context, id NegotiationID, limit int) ([]Message, error)

	// Due lists rounds whose NextDue is not after now, at most limit.
	Due(ctx context.Context, now time.Time, limit int) ([]RoundID, error)
}

// Recorded is an event in the history of a negotiation. Round is 0 for what
// concerns the negotiation as a whole.
type Recorded struct {
	Event
	Seq   int64
	Round int
}

// A Composer writes the messages that events give rise to. It runs inside the
// transaction, so it must not wait for anything. Round is nil for events of the
// negotiation itself. Tokens are the hashes of the links that messages carry.
type Composer interface {
	Compose(n *Negotiation, r *Round, events []Event) (messages []Message, links []Token)
}

// An Outbox hands messages to the worker that sends them. Claims are leases:
// a worker that dies loses its claim, and the message goes out again under the
// same identity.
type Outbox interface {
	// Claim leases up to limit messages that are due at now to owner until then.
	Claim(ctx context.Context, owner string, now, until time.Time, limit int) ([]Message, error)

	// Settle records the outcome of an attempt. It does nothing, and reports
	// false, when owner no longer holds the lease.
	Settle(ctx context.Context, id MessageID, owner string, o Outcome) (bool, error)

	// Newer reports whether a message about the same meeting to the same member
	// with a higher Sequence exists.
	Newer(ctx context.Context, m Message) (bool, error)

	// Resend queues a message that was given up, once more at now.
	Resend(ctx context.Context, id NegotiationID, message MessageID, now time.Time) error
}

// Access keeps accounts and tokens.
type Access interface {
	// CreateAccount is ErrConflict with account_exists when the address is taken.
	CreateAccount(ctx context.Context, a Account) error
	Account(ctx context.Context, id AccountID) (Account, error)        // ErrNotFound
	AccountByEmail(ctx context.Context, email string) (Account, error) // ErrNotFound
	Accounts(ctx context.Context) ([]Account, error)                   // by name
	UpdateAccount(ctx context.Context, id AccountID, change func(*Account) error) error

	SaveToken(ctx context.Context, t Token) error
	// Token finds a token by hash and purpose, good or not; ErrNotFound.
	Token(ctx context.Context, hash string, purpose Purpose) (Token, error)
	// UseToken spends a token that works once. Of many calls at the same time
	// one succeeds; the others are ErrConflict with token_used.
	UseToken(ctx context.Context, hash string, purpose Purpose, now time.Time) (Token, error)
	// SeeToken notes a use at now and moves the expiry.
	SeeToken(ctx context.Context, hash string, now, expires time.Time) error
	// Tokens lists tokens, newest first.
	Tokens(ctx context.Context, f TokenFilter) ([]Token, error)
	// Revoke ends all tokens that match.
	Revoke(ctx context.Context, f TokenFilter, now time.Time) error
	// FeedToken finds the token of a feed and the revision of its negotiation
	// in one look-up; ErrNotFound.
	FeedToken(ctx context.Context, hash string) (Token, int, error)
}
