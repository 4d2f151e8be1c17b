package scheduling

import (
	"context"
	"time"
)

// WebhookID names a webhook. It is random.
type WebhookID string

// WebhookState is whether a webhook is called.
type WebhookState string

// The states of a webhook.
const (
	WebhookActive  WebhookState = "active"
	WebhookGivenUp WebhookState = "given_up" // it failed too often in a row; its owner has to look
	WebhookEnded   WebhookState = "ended"    // its owner may not convene any more
)

// MaxWebhooks is how many webhooks a member may have in a negotiation.
const MaxWebhooks = 5

// A Webhook is an address of a member's program that is called with every event
// that the member may know of, in the order of the history.
type Webhook struct {
	ID          WebhookID
	Negotiation NegotiationID
	Member      MemberID
	Party       PartyID
	URL         string
	CreatedAt   time.Time

	State    WebhookState
	Done     int64     // Seq up to which the history has been told; nobody is shown it
	Attempts int       // that failed, in a row
	NextAt   time.Time // earliest next attempt
	SentAt   time.Time // of the last call that was answered well
	Problem  string    // code of the last failure, "" when there is none
}

// A WebhookOutcome is what became of calling a webhook. It replaces the fields
// of the same name.
type WebhookOutcome struct {
	State    WebhookState
	Done     int64
	Attempts int
	NextAt   time.Time
	SentAt   time.Time
	Problem  string
}

// Programs keeps what programs need beside what people do.
type Programs interface {
	// BindKey ties form.Key of form.Actor to form.Digest for good. It is
	// ErrConflict with key_reused when the key was tied to another digest
	// before: one key stands for one act.
	BindKey(ctx context.Context, form Once) error

	// SaveWebhook adds a webhook, to be told what is recorded from then on; Done
	// is the store's to set. One with the same ID stays as it is. ErrNotFound
	// without the negotiation; ErrConflict with too_many_webhooks when the
	// member has MaxWebhooks there.
	SaveWebhook(ctx context.Context, w Webhook) error
	// Webhooks lists those of a negotiation, oldest first.
	Webhooks(ctx context.Context, id NegotiationID) ([]Webhook, error)
	// DeleteWebhook removes a webhook; ErrNotFound.
	DeleteWebhook(ctx context.Context, id NegotiationID, webhook WebhookID) error
	// ResumeWebhook lets a webhook that was given up be called again from now
	// on, beginning with what it has missed. ErrNotFound; ErrConflict with
	// webhook_not_given_up.
	ResumeWebhook(ctx context.Context, id NegotiationID, webhook WebhookID, now time.Time) error

	// ClaimWebhooks leases up to limit webhooks to owner until then, longest due
	// first: those that are active, with NextAt not after now, with events
	// recorded after Done, and without a lease that lasts beyond now.
	ClaimWebhooks(ctx context.Context, owner string, now, until time.Time, limit int) ([]Webhook, error)
	// SettleWebhook records an outcome and ends the lease. It does nothing, and
	// reports false, when owner no longer holds the lease.
	SettleWebhook(ctx context.Context, id WebhookID, owner string, o WebhookOutcome) (bool, error)
	// HistorySince lists what happened in a negotiation after Seq, oldest first,
	// at most limit entries.
	HistorySince(ctx context.Context, id NegotiationID, after int64, limit int) ([]Recorded, error)
}
