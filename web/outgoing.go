package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var (
	outgoingPage = declarePage("outgoing")
	messagePage  = declarePage("message")
)

type outgoingView struct {
	Page
	Root     string
	Messages []messageRow
	Failed   int    // of other parties, which are counted and not shown
	Ago      string // how many messages are shown at most
}

// A messageRow is a message in the list.
type messageRow struct {
	Href, Subject, To, When, State, Kind string
	Failed                               bool
	Problem                              string
}

type messageView struct {
	Page
	Root     string
	Row      messageRow
	ID       string
	Lang     string
	Text     string
	Calendar string
}

// mostMessages is how many messages the list shows.
const mostMessages = 300

// showOutgoing handles GET R/mail: what was sent to whom, when, and what
// became of it. Each side sees its own messages, since one's list tells who
// one's people are; of the others it learns how many could not be delivered.
func (s *Server) showOutgoing(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	messages, err := s.store.Messages(c.Request.Context(), r.ID.Negotiation, mostMessages)
	if err != nil {
		return fmt.Errorf("web: list messages: %w", err)
	}
	view := outgoingView{Page: s.roundPage(c, r, v, tabMail), Root: roundPath(r.ID)}
	view.Ago = view.T("outgoing.newest", "n", mostMessages)
	clock := clockOf(r, v)
	for _, m := range messages {
		if m.Party == v.Member.Party {
			view.Messages = append(view.Messages, messageRowOf(view.Page, r, clock, m))
		} else if m.State == scheduling.MessageFailed {
			view.Failed++
		}
	}
	return s.render(c, http.StatusOK, outgoingPage, view)
}

func messageRowOf(p Page, r *scheduling.Round, clock clockFace, m scheduling.Message) messageRow {
	row := messageRow{
		Href: roundPath(r.ID) + "/mail/" + string(m.ID), Subject: m.Subject, To: p.T("outgoing.to", "name", m.Name, "address", m.To),
		Kind: p.T("outgoing.kind." + string(m.Kind)), Failed: m.State == scheduling.MessageFailed, Problem: m.Problem,
	}
	switch m.State {
	case scheduling.MessageSent:
		row.State, row.When = p.T("outgoing.state.sent"), clock.moment(p.Printer, m.SentAt)
	case scheduling.MessageQueued:
		row.State, row.When = p.T("outgoing.state.queued"), clock.moment(p.Printer, m.CreatedAt)
		if m.Attempts > 0 {
			row.State = p.T("outgoing.state.retrying", "n", m.Attempts, "when", clock.moment(p.Printer, m.NextAt))
		}
	case scheduling.MessageFailed, scheduling.MessageSuperseded:
		row.State, row.When = p.T("outgoing.state."+string(m.State)), clock.moment(p.Printer, m.CreatedAt)
	}
	return row
}

// showMessage handles GET R/mail/:message: a message as its recipient reads
// it, without the private link.
func (s *Server) showMessage(c *gin.Context) error {
	r, v, m, err := s.messageOf(c)
	if err != nil {
		return err
	}
	view := messageView{Page: s.subPage(c, r, v), Root: roundPath(r.ID), ID: string(m.ID), Lang: m.Language, Text: m.Text, Calendar: string(m.Calendar)}
	view.Title = m.Subject
	view.Row = messageRowOf(view.Page, r, clockOf(r, v), m)
	view.Window = view.T("outgoing.title", "subject", m.Subject, "name", m.Name, "when", view.Row.When)
	view.Back = &Link{Href: view.Root + "/mail", Text: view.T("outgoing.back")}
	return s.render(c, http.StatusOK, messagePage, view)
}

// resendMessage handles POST R/mail/:message/resend: one more attempt at a
// message that was given up.
func (s *Server) resendMessage(c *gin.Context) error {
	r, v, m, err := s.messageOf(c)
	if err != nil {
		return err
	}
	if m.State != scheduling.MessageFailed {
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "message_not_failed"}
	}
	if err := s.outbox.Resend(c.Request.Context(), r.ID.Negotiation, m.ID, s.act(c, v).At); err != nil {
		return fmt.Errorf("web: send message %s again: %w", m.ID, err)
	}
	return s.done(c, roundPath(r.ID)+"/mail", "message_resent")
}

// messageOf is the message in the path, for those whose side it was written to.
func (s *Server) messageOf(c *gin.Context) (*scheduling.Round, viewer, scheduling.Message, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, viewer{}, scheduling.Message{}, err
	}
	messages, err := s.store.Messages(c.Request.Context(), r.ID.Negotiation, mostMessages)
	if err != nil {
		return nil, viewer{}, scheduling.Message{}, fmt.Errorf("web: find message: %w", err)
	}
	i := slices.IndexFunc(messages, func(m scheduling.Message) bool {
		return string(m.ID) == c.Param("message") && m.Party == v.Member.Party
	})
	if i < 0 {
		return nil, viewer{}, scheduling.Message{}, hidden()
	}
	return r, v, messages[i], nil
}
