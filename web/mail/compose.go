// Package mail writes the messages that go out: what happened, to each person
// who should know, in that person's language and never with more than that
// person's side may see. It sends nothing.
package mail

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/record"
	"parley/web/diary"
	"parley/web/locale"
)

// LinkLife is how long the private link in a message works unless it is
// revoked before.
const LinkLife = 180 * 24 * time.Hour

// Options are what a Writer is made of.
type Options struct {
	Catalogs *locale.Catalogs
	Base     string           // public address of the site, without a slash at the end
	From     calendar.Mailbox // sender of every message and organizer of every invitation
	Office   string           // name of the office, for the last line; may be empty
	Language string           // of people who have not chosen one
	Secret   []byte           // key from which private links are derived; at least 32 bytes
	// NewID names a message: random and new each time. Nil is 128 random bits
	// and more.
	NewID func() scheduling.MessageID
}

// A Writer composes messages inside the transaction that causes them, and
// renders them for sending later. It implements [scheduling.Composer].
type Writer struct{ Options }

// New makes a Writer.
func New(o Options) *Writer {
	if o.NewID == nil {
		o.NewID = func() scheduling.MessageID { return scheduling.MessageID(rand.Text()) }
	}
	return &Writer{o}
}

// Compose writes at most one message to each member: an invitation or a
// cancellation where the calendar of that member is concerned, otherwise a
// notice of what happened, or to whoever did it a receipt.
func (w *Writer) Compose(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
	var messages []scheduling.Message
	var links []scheduling.Token
	for _, m := range n.Members {
		l := letter{Writer: w, n: n, r: r, to: m, reader: diary.Reader{
			Printer: w.printer(m.Language), Audience: m.Audience(), Base: w.Base,
		}}
		for _, e := range events {
			if l.concerns(e) {
				l.events = append(l.events, e)
			}
		}
		message, ok := l.write()
		if !ok {
			continue
		}
		if strings.Contains(message.Text, scheduling.LinkPlace) {
			message.LinkHash = hash(w.token(message.ID))
			links = append(links, scheduling.Token{
				Hash: message.LinkHash, Purpose: scheduling.ForLink, Negotiation: n.ID, Member: m.ID, Party: m.Party,
				CreatedAt: message.CreatedAt, ExpiresAt: message.CreatedAt.Add(LinkLife),
			})
		}
		messages = append(messages, message)
	}
	return messages, links
}

func (w *Writer) printer(tag string) *locale.Printer {
	if tag == "" {
		tag = w.Language
	}
	return w.Catalogs.Printer(tag)
}

// token is the secret of the private link in a message. It is derived, so that
// a message that is sent twice is the same both times and the database never
// holds the secret.
func (w *Writer) token(id scheduling.MessageID) string {
	mac := hmac.New(sha256.New, w.Secret)
	mac.Write([]byte("private link\x00" + id))
	return "parley_" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Render is a message as it goes over the wire: the same bytes each time.
func (w *Writer) Render(m scheduling.Message) ([]byte, error) {
	link := w.Base + "/d/" + w.token(m.ID)
	to := calendar.Mailbox{Name: m.Name, Address: m.To}
	_, host, _ := strings.Cut(w.From.Address, "@")
	message := calendar.Message{
		From: w.From, To: to, Subject: m.Subject, MessageID: string(m.ID) + "@" + host, Date: m.CreatedAt,
		Text: strings.ReplaceAll(m.Text, scheduling.LinkPlace, link),
		HTML: strings.ReplaceAll(m.HTML, scheduling.LinkPlace, link),
	}
	if !m.Head.IsZero() {
		about, note := w.printer(m.Language).T("record.mail"), record.FormatHead(record.Origin(m.Negotiation, record.Shared), m.Head)
		message.Text = withHead(message.Text, about, note)
		message.HTML = withHeadHTML(message.HTML, about, note)
	}
	if m.Method != "" {
		message.Calendar = calendar.Stored{Method: m.Method, Stream: m.Calendar, Organizer: w.From, Attendee: to}
	}
	raw, err := message.Encode()
	if err != nil {
		return nil, fmt.Errorf("mail: render message %s: %w", m.ID, err)
	}
	return raw, nil
}

// A letter is one message in the making.
type letter struct {
	*Writer
	n      *scheduling.Negotiation
	r      *scheduling.Round // nil when the talks as a whole are concerned
	to     scheduling.Member
	reader diary.Reader
	events []scheduling.Event // that the recipient may know of
}

// headlines lists what people are written about, the weightiest first: a
// message is named after the first of these that happened.
var headlines = []scheduling.EventKind{
	scheduling.MeetingConfirmed, scheduling.MeetingRescheduled, scheduling.RoundCancelled, scheduling.MeetingSineDie,
	scheduling.MeetingChanged, scheduling.MemberInvited, scheduling.MemberUninvited, scheduling.MemberLinkAsked,
	scheduling.SilenceBroken, scheduling.SilenceEnded, scheduling.SilenceProposed, scheduling.RuleChanged, scheduling.RuleProposed,
	scheduling.ProposalDelivered, scheduling.ProposalAmended, scheduling.ProposalHasWithdrawn, scheduling.ProposalHasLapsed,
	scheduling.ProposalDeclined, scheduling.ChangeProposed, scheduling.ChangeDropped, scheduling.SlotChanged, scheduling.SlotReoffered,
	scheduling.ReconsiderAsked, scheduling.ReplyReminder, scheduling.ReplyOverdue, scheduling.ReplyOutstanding,
	scheduling.FirmOfferEnded, scheduling.RoundAgreedAdReferendum, scheduling.ConsentApproved, scheduling.ApprovalRefused, scheduling.ConsentLapsed, scheduling.ConsentGivenAdReferendum,
	scheduling.PostponementAsked, scheduling.PostponementAgreed, scheduling.PostponementRefused, scheduling.ConsentGiven, scheduling.ConsentWithdrawn,
	scheduling.SealsOpened, scheduling.SealsCompared, scheduling.SealsDestroyed, scheduling.PositionsSealed,
	scheduling.PositionsResealed, scheduling.SealStale,
	scheduling.ConditionWasFailed, scheduling.ConditionWasMet, scheduling.PositionTaken, scheduling.ObjectionMade,
	scheduling.RuleChangeDropped, scheduling.RuleRefused, scheduling.RuleAgreed, scheduling.RuleAccepted,
	scheduling.ReleaseProposed, scheduling.ReleasedToPublic, scheduling.RoundLapsed, scheduling.RoundStalled,
	scheduling.NegotiationSuspended, scheduling.NegotiationResumed, scheduling.NegotiationConcluded, scheduling.MeetingWasHeld,
	scheduling.RoomRefused, scheduling.RoomBooked, scheduling.RoomReleased, scheduling.RoomHoldExpired, scheduling.RoomAsked,
}

// forOfficers lists what conference officers alone are written about: the
// parties read it on the pages.
var forOfficers = []scheduling.EventKind{
	scheduling.RoomAsked, scheduling.RoomBooked, scheduling.RoomReleased, scheduling.RoomHoldExpired,
}

// forParty lists what a whole party is written about, and nobody else.
var forParty = []scheduling.EventKind{
	scheduling.ReplyReminder, scheduling.ReplyOverdue, scheduling.ReplyOutstanding,
	scheduling.ReconsiderAsked, scheduling.PositionsResealed, scheduling.SealStale,
}

// forReaders lists what also reaches members who only read.
var forReaders = []scheduling.EventKind{
	scheduling.MeetingConfirmed, scheduling.MeetingRescheduled, scheduling.RoundCancelled, scheduling.MeetingSineDie,
	scheduling.MeetingChanged, scheduling.MemberInvited, scheduling.MemberUninvited, scheduling.MemberLinkAsked,
}

// concerns reports whether the recipient may know of e. Those who follow
// without a say are told of meetings and not of single parties' answers or
// papers, and who has been removed of the own invitation alone.
func (l *letter) concerns(e scheduling.Event) bool {
	switch {
	case slices.Contains(e.Invited, l.to.ID):
		return true
	case slices.Contains(forOfficers, e.Kind) && !l.to.Rights.Has(scheduling.RightRooms):
		return false
	case e.Kind == scheduling.ReplyOverdue && !l.to.Rights.Has(scheduling.RightConsent),
		e.Kind == scheduling.ReplyOutstanding && !l.to.Rights.Has(scheduling.RightConvene) && !l.to.Rights.Has(scheduling.RightPreside):
		return false
	case l.to.Removed, l.observer() && !slices.Contains(forReaders, e.Kind):
		return false
	}
	return e.Visible(l.to.Audience())
}

// headline is the event after which the message is named.
func (l *letter) headline() (scheduling.Event, bool) {
	for _, kind := range headlines {
		for _, e := range l.events {
			switch {
			case e.Kind != kind:
			case e.Scope == scheduling.OwnParty && e.Member != l.to.ID && !slices.Contains(forParty, e.Kind): // of one colleague alone
			case l.to.Rights == scheduling.RightObserve && !slices.Contains(forReaders, kind):
			default:
				return e, true
			}
		}
	}
	return scheduling.Event{}, false
}

func (l *letter) write() (scheduling.Message, bool) {
	head, ok := l.headline()
	invited := slices.IndexFunc(l.events, func(e scheduling.Event) bool { return slices.Contains(e.Invited, l.to.ID) })
	if invited >= 0 {
		head, ok = l.events[invited], true
	}
	if !ok || l.to.Email == "" || l.to.Removed && invited < 0 {
		return scheduling.Message{}, false
	}
	m := scheduling.Message{
		ID: l.NewID(), Negotiation: l.n.ID, Member: l.to.ID, Party: l.to.Party,
		Kind: scheduling.NoticeMessage, To: l.to.Email, Name: l.to.Name, Language: l.reader.Tag(),
		Subject: l.subject(head), CreatedAt: head.At, State: scheduling.MessageQueued, NextAt: head.At,
	}
	if l.r != nil {
		m.Round = l.r.ID.Number
	}
	switch {
	case invited >= 0:
		if err := l.attach(&m, head); err != nil {
			m.State, m.Problem = scheduling.MessageFailed, err.Error()
		}
	case head.Kind == scheduling.MemberLinkAsked:
		m.Kind = scheduling.LinkMessage
	case head.By == l.to.ID:
		m.Kind = scheduling.ReceiptMessage
	}
	m.Text, m.HTML = l.body(head, m)
	return m, true
}

// attach adds the calendar part to a message.
func (l *letter) attach(m *scheduling.Message, e scheduling.Event) error {
	role := calendar.RoleRequired
	if p := l.n.Party(l.to.Party); p == nil || p.Role == scheduling.RoleObserver {
		role = calendar.RoleObserver
	}
	entry := l.reader.Meeting(l.r)
	entry.Sequence = e.Sequence
	attendee := calendar.Attendee{Mailbox: calendar.Mailbox{Name: l.to.Name, Address: l.to.Email}, Role: role, RSVP: true}
	var object calendar.Object = calendar.Request{Event: entry, Organizer: l.From, Attendee: attendee, At: e.At}
	m.Kind, m.Method = scheduling.InvitationMessage, "REQUEST"
	if uninvited := e.Kind == scheduling.MemberUninvited; uninvited || entry.Status == calendar.StatusCancelled {
		object = calendar.Cancel{Event: entry, Organizer: l.From, Attendee: attendee, Uninvited: uninvited, At: e.At}
		m.Kind, m.Method = scheduling.CancelMessage, "CANCEL"
	}
	stream, err := object.Encode()
	if err != nil {
		m.Method = ""
		return fmt.Errorf("mail: invite %s: %w", l.to.ID, err)
	}
	m.Calendar, m.UID, m.Sequence = stream, entry.UID, entry.Sequence
	return nil
}

// subject says as little as it can: subjects are read over shoulders and kept
// in logs. The reference is the one that the convener chose.
func (l *letter) subject(e scheduling.Event) string {
	text := l.reader.T("mail.subject."+string(e.Kind), "date", l.replyBy(e))
	if l.n.Reference == "" {
		return text
	}
	return l.reader.T("mail.subject.reference", "reference", l.n.Reference, "text", text)
}
