package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
)

var (
	negotiationsPage = declarePage("negotiations")
	guestsPage       = declarePage("guests")
)

// A Guest is somebody whom the start page of a demonstration lets in by a
// press of a button, without a link of their own.
type Guest struct {
	Name, Party, Role string
	Link              string // path of the private link
}

type guestsView struct {
	Page
	Guests []Guest
}

type negotiationsView struct {
	Page
	Opens bool
	Items []negotiationItem
}

type negotiationItem struct {
	Title, Href, State, Note string
}

// mostNegotiations is how many negotiations the start page lists.
const mostNegotiations = 100

// showStart handles GET /: the negotiations of an account, the talks of whoever
// came by private link, and for everybody else the way in.
func (s *Server) showStart(c *gin.Context) error {
	t, err := s.session(c.Request)
	switch {
	case errors.Is(err, errSignIn) && len(s.guests) > 0:
		view := guestsView{Page: s.page(c), Guests: s.guests}
		view.Title = view.T("guests.title")
		return s.render(c, http.StatusOK, guestsPage, view)
	case errors.Is(err, errSignIn):
		c.Redirect(http.StatusSeeOther, "/sign-in")
		return nil
	case err != nil:
		return err
	case t.Account == "":
		c.Redirect(http.StatusSeeOther, "/n/"+string(t.Negotiation))
		return nil
	}
	return s.showNegotiations(c)
}

func (s *Server) showNegotiations(c *gin.Context) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	negotiations, err := s.store.OfAccount(c.Request.Context(), a.ID, mostNegotiations)
	if err != nil {
		return fmt.Errorf("web: list negotiations: %w", err)
	}
	view := negotiationsView{Page: s.page(c), Opens: a.Opens}
	view.Title = view.T("start.title")
	for _, n := range negotiations {
		rounds, err := s.store.Rounds(c.Request.Context(), n.ID)
		if err != nil {
			return fmt.Errorf("web: list rounds: %w", err)
		}
		if m := n.MemberOf(a.ID); m != nil && len(rounds) > 0 {
			view.Items = append(view.Items, s.negotiationItem(view.Page, rounds[len(rounds)-1], m.Audience()))
		}
	}
	return s.render(c, http.StatusOK, negotiationsPage, view)
}

// negotiationItem says where the newest round of a negotiation stands.
func (s *Server) negotiationItem(p Page, r *scheduling.Round, to scheduling.Audience) negotiationItem {
	item := negotiationItem{
		Title: roundTitle(p.Printer, r, to), Href: roundPath(r.ID), State: p.T("start.state." + string(r.Status)),
	}
	if slot := r.Confirmed(); slot != nil {
		item.State = p.T("start.confirmed", "slot", slotName(p.Printer, slot))
	}
	if d := replyBy(r, s.now()); !d.IsZero() && r.Confirmed() == nil {
		today := civil.DateOf(s.now().In(d.Zone.Location()))
		item.Note = p.T("start.replies_due", "date", p.ShortDateYear(d.Date), "in", p.In(d.Date.DaysSince(today)))
	}
	return item
}

// showNewestRound handles GET /n/:negotiation: on to its newest round.
func (s *Server) showNewestRound(c *gin.Context) error {
	n, _, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	rounds, err := s.store.Rounds(c.Request.Context(), n.ID)
	if err != nil {
		return fmt.Errorf("web: newest round: %w", err)
	}
	if len(rounds) == 0 {
		return errNoPage
	}
	c.Redirect(http.StatusSeeOther, roundPath(rounds[len(rounds)-1].ID))
	return nil
}

// live handles GET /healthz: the program runs and answers.
func (s *Server) live(c *gin.Context) error {
	c.String(http.StatusOK, "ok\n")
	return nil
}

// readiness is how long the database may take to answer.
const readiness = 2 * time.Second

// readyz handles GET /readyz: the database answers, so requests can be served.
func (s *Server) readyz(c *gin.Context) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), readiness)
	defer cancel()
	if err := s.ready(ctx); err != nil {
		s.log.WarnContext(ctx, "not ready", "err", err)
		return ErrUnavailable
	}
	c.String(http.StatusOK, "ok\n")
	return nil
}
