package scheduling

import "time"

// MessageID names an outgoing message. It is random, made when the message is
// composed, and becomes part of its Message-ID: however often the message is
// sent, it is the same one.
type MessageID string

// MessageKind says what a message is for.
type MessageKind string

// The kinds of messages.
const (
	NoticeMessage     MessageKind = "notice"     // something happened
	ReceiptMessage    MessageKind = "receipt"    // what you sent was recorded
	LinkMessage       MessageKind = "link"       // your private link
	InvitationMessage MessageKind = "invitation" // calendar: METHOD:REQUEST
	CancelMessage     MessageKind = "cancel"     // calendar: METHOD:CANCEL
)

// MessageState is how far a message has come.
type MessageState string

// The states of a message.
const (
	MessageQueued     MessageState = "queued"
	MessageSent       MessageState = "sent"
	MessageFailed     MessageState = "failed"     // given up; a person has to look
	MessageSuperseded MessageState = "superseded" // a newer one went out in its place
)

// A Message is one notice to one person, composed in the transaction that
// caused it and sent later. Its content never changes.
type Message struct {
	ID          MessageID
	Negotiation NegotiationID
	Round       int // number; 0 is about the negotiation as a whole
	Member      MemberID
	Party       PartyID // of the recipient; others may not know of the message
	Kind        MessageKind
	To          string // address
	Name        string // of the recipient
	Language    string
	Subject     string
	Text        string // may hold LinkPlace
	HTML        string // may hold LinkPlace
	Method      string // REQUEST or CANCEL when Calendar is set
	Calendar    []byte // one VCALENDAR
	UID         string // of the meeting that Calendar is about
	Sequence    int    // of Calendar
	Head        Head   // of the shared record once what the message tells of is in it; set by the store
	LinkHash    string // of the private link that stands for LinkPlace; "" is none
	CreatedAt   time.Time

	State    MessageState
	Attempts int
	NextAt   time.Time // earliest next attempt
	SentAt   time.Time
	Problem  string // of the last attempt, for the outgoing-mail page
}

// LinkPlace stands in a message where the recipient's private link goes when
// it is sent. Links are kept as hashes alone. It is an address, so that it
// passes unchanged wherever an address may stand.
const LinkPlace = "https://private-link.invalid/"

// An Outcome is what became of an attempt to send a message.
type Outcome struct {
	State   MessageState // MessageQueued tries again at NextAt
	At      time.Time
	NextAt  time.Time
	Problem string
}
