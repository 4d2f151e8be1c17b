package scheduling

import (
	"context"
	"time"
)

// Once marks a change as the effect of one submitted form, so that sending the
// form again does nothing. A form was already used when a change was saved
// under the same Actor, Key and Digest; a change that was refused leaves no
// mark. Without a Key nothing is marked.
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
//
// What is stored shares nothing with the caller. A stored aggregate begins with
// Version 1, and its Version rises with every change that is saved; a change
// that did nothing need not be saved, but its form is marked. The Revision of a
// negotiation rises by one with every change of which the negotiation or the
// round says that it is Shared, and by no other. The store alone sets Version
// and Revision. Lists are empty, not an error, when nothing is found.
type Store interface {
	// Create stores a new negotiation with its first round, which gets number
	// 1, and composes messages from the events of the negotiation, then of the
	// round. Both are one step: Revision rises once. When form was already used
	// it stores nothing, and gives the negotiation of that time. Neither n nor r
	// is to be used afterwards.
	Create(ctx context.Context, form Once, n *Negotiation, r *Round) (NegotiationID, error)

	// AddRound stores a further round; Number in its ID is ignored, and the next
	// one given. ErrNotFound without the negotiation. When form was already used
	// it gives the round of that time. r is not to be used afterwards.
	AddRound(ctx context.Context, form Once, r *Round) (RoundID, error)

	// Update loads a round with its negotiation, lets change act on it, and
	// saves it, except for its Negotiation, which change must leave alone.
	// Nil without calling change when form was already used, for whatever round;
	// otherwise ErrNotFound when there is none.
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
	// entries with a Seq below before (0 is from the newest). Seq rises in the
	// order in which the events were recorded.
	History(ctx context.Context, id NegotiationID, before int64, limit int) ([]Recorded, error)

	// Messages lists the outgoing messages of a negotiation, newest first, at
	// most limit.
	Messages(ctx context.Context, id NegotiationID, limit int) ([]Message, error)

	Diaries

	// Due lists rounds whose NextDue is not after now, the longest due first, at
	// most limit. Concluded talks have none: the clock does nothing there.
	Due(ctx context.Context, now time.Time, limit int) ([]RoundID, error)
}

// Diaries keep what parties keep to themselves, and the travel table. Nothing
// in them changes a negotiation: neither its version nor its revision, and no
// stamp of a feed.
type Diaries interface {
	// Diary is the diary of a party; an empty one, with Version 0, when nothing
	// has been stored. ErrNotFound without the negotiation or the party.
	Diary(ctx context.Context, id NegotiationID, party PartyID) (*Diary, error)

	// Presences are what those in to may be told of the key persons of all
	// parties, by party in protocol order. It is the one way in which anything
	// of a diary reaches another party.
	Presences(ctx context.Context, id NegotiationID, to Audience) ([]Presence, error)

	// UpdateDiary lets change act on a diary and saves it; see Store.Update for
	// forms and errors. The negotiation is for change to read.
	UpdateDiary(ctx context.Context, id NegotiationID, party PartyID, form Once, change func(*Negotiation, *Diary) error) error

	// Travel is the travel table of the installation; with Version 0 when
	// nothing has been stored.
	Travel(ctx context.Context) (Travel, error)

	// UpdateTravel lets change act on it and saves it; a form works once.
	UpdateTravel(ctx context.Context, form Once, change func(*Travel) error) error
}

// Recorded is an event in the history of a negotiation. Round is 0 for what
// concerns the negotiation as a whole.
type Recorded struct {
	Event
	Seq   int64
	Round int
}

// A Composer writes the messages that events give rise to. It runs inside the
// transaction, so it must not wait for anything; it is called when there are
// events, with the aggregate as it is saved, and changes nothing of it. Round
// is nil for events of the negotiation itself. Tokens are the hashes of the
// links that messages carry. A message whose ID is stored already is left as
// it was.
type Composer interface {
	Compose(n *Negotiation, r *Round, events []Event) (messages []Message, links []Token)
}

// An Outbox hands messages to the worker that sends them. Claims are leases:
// a worker that dies loses its claim, and the message goes out again under the
// same identity. Owners are random and new for every claim or worker.
type Outbox interface {
	// Claim leases up to limit messages to owner until then, longest due first:
	// those that are queued, with NextAt not after now, and without a lease that
	// lasts beyond now.
	Claim(ctx context.Context, owner string, now, until time.Time, limit int) ([]Message, error)

	// Settle records the outcome of an attempt, counts it in Attempts, and ends
	// the lease. MessageQueued moves NextAt, MessageSent sets SentAt. It does
	// nothing, and reports false, when owner no longer holds the lease, because
	// it was settled or somebody else has claimed the message since.
	Settle(ctx context.Context, id MessageID, owner string, o Outcome) (bool, error)

	// Newer reports whether a message about the same meeting (UID) to the same
	// member exists, sent or not, with a higher Sequence, or with the same one
	// and composed later: who is uninvited and invited again gets messages of
	// one Sequence.
	Newer(ctx context.Context, m Message) (bool, error)

	// Resend queues a message that was given up, once more at now; Attempts
	// goes on from where it was. ErrNotFound when the negotiation has no such
	// message; ErrConflict with message_not_failed when it was not given up.
	Resend(ctx context.Context, id NegotiationID, message MessageID, now time.Time) error
}

// Access keeps accounts and tokens.
type Access interface {
	// CreateAccount is ErrConflict with account_exists when the address is
	// taken, in whatever case.
	CreateAccount(ctx context.Context, a Account) error
	Account(ctx context.Context, id AccountID) (Account, error)        // ErrNotFound
	AccountByEmail(ctx context.Context, email string) (Account, error) // ErrNotFound
	Accounts(ctx context.Context) ([]Account, error)                   // by name
	// UpdateAccount saves what change does, except to ID; an error from change
	// saves nothing and comes back as it is. ErrNotFound; ErrConflict with
	// account_exists when the new address is taken by another account.
	UpdateAccount(ctx context.Context, id AccountID, change func(*Account) error) error

	SaveToken(ctx context.Context, t Token) error
	// Token finds a token by hash and purpose, good or not; ErrNotFound.
	Token(ctx context.Context, hash string, purpose Purpose) (Token, error)
	// UseToken spends a token that works once. Of many calls at the same time
	// one succeeds; the others are ErrConflict with token_used. One that has
	// expired or been revoked is ErrConflict with token_expired. ErrNotFound.
	UseToken(ctx context.Context, hash string, purpose Purpose, now time.Time) (Token, error)
	// SeeToken notes a use at now and moves the expiry (zero is never).
	// ErrNotFound.
	SeeToken(ctx context.Context, hash string, now, expires time.Time) error
	// Tokens lists tokens, newest first.
	Tokens(ctx context.Context, f TokenFilter) ([]Token, error)
	// Revoke ends all tokens that match and have not been revoked before.
	Revoke(ctx context.Context, f TokenFilter, now time.Time) error
	// FeedToken finds the token of a feed, good or not, and the stamp of its
	// negotiation in one look-up; ErrNotFound when it is no feed's. The stamp
	// rises with every stored change of the negotiation or of its rounds, also
	// with those that one party alone may know of. It is for caches and must
	// not be shown to anybody.
	FeedToken(ctx context.Context, hash string) (Token, int, error)
}
