package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var talksPage = declarePage("talks")

type talksView struct {
	Page
	State   string
	Reason  Field
	Readers *Picks
	// Which of the three is offered.
	Suspend, Resume, Conclude bool
	Root                      string
}

// showTalks handles GET /n/:negotiation/state: whether the talks go on, and how
// to suspend, resume or conclude them.
func (s *Server) showTalks(c *gin.Context) error {
	return s.renderTalks(c, http.StatusOK, newForm(s.printer(c.Request), nil))
}

func (s *Server) renderTalks(c *gin.Context, status int, f *Form) error {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	view := talksView{Root: "/n/" + string(n.ID)}
	if view.Page, err = s.membersPage(c, n, v); err != nil {
		return err
	}
	view.Window = titled(view.Printer, view.T("talks.title"), view.Title)
	view.State = view.T("talks.is." + string(n.Status))
	view.Suspend, view.Resume = n.Status == scheduling.Active, n.Status == scheduling.Suspended
	rounds, err := s.store.Rounds(c.Request.Context(), n.ID)
	if err != nil {
		return fmt.Errorf("web: state of the talks: %w", err)
	}
	opened := len(rounds) == 0 || v.Party == nil || rounds[len(rounds)-1].Convener == v.Party.ID
	view.Conclude = n.Status != scheduling.Concluded && opened
	view.Reason, view.Readers = reasonField(f, view.Page), readers(f, view.Page)
	view.Problems = f.Problems
	return s.render(c, status, talksPage, view)
}

// suspendTalks handles POST /n/:negotiation/suspension.
func (s *Server) suspendTalks(c *gin.Context) error {
	return s.changeTalks(c, "talks_suspended", func(n *scheduling.Negotiation, a scheduling.Act, f *Form) error {
		return n.Suspend(a.By, textFor(f, "reason"), a.At)
	})
}

// endSilences lets the clock look at every round of the talks, so that a
// silence which their suspension has ended is told of at once.
func (s *Server) endSilences(c *gin.Context, id scheduling.NegotiationID) error {
	rounds, err := s.store.Rounds(c.Request.Context(), id)
	if err != nil {
		return fmt.Errorf("web: state of the talks: %w", err)
	}
	now := s.instant()
	for _, r := range rounds {
		if r.Silence == nil {
			continue
		}
		err := s.store.Update(c.Request.Context(), r.ID, scheduling.Once{}, func(r *scheduling.Round) error {
			r.Tick(now)
			return nil
		})
		if err != nil {
			return fmt.Errorf("web: end the silence of round %s: %w", r.ID, err)
		}
	}
	return nil
}

// resumeTalks handles POST /n/:negotiation/resumption.
func (s *Server) resumeTalks(c *gin.Context) error {
	return s.changeTalks(c, "talks_resumed", func(n *scheduling.Negotiation, a scheduling.Act, _ *Form) error {
		return n.Resume(a.By, a.At)
	})
}

// concludeTalks handles POST /n/:negotiation/conclusion.
func (s *Server) concludeTalks(c *gin.Context) error {
	rounds, err := s.store.Rounds(c.Request.Context(), scheduling.NegotiationID(c.Param("negotiation")))
	if err != nil {
		return fmt.Errorf("web: conclude: %w", err)
	}
	return s.changeTalks(c, "talks_concluded", func(n *scheduling.Negotiation, a scheduling.Act, _ *Form) error {
		return n.Conclude(a.By, rounds, a.At)
	})
}

func (s *Server) changeTalks(c *gin.Context, done string, change func(*scheduling.Negotiation, scheduling.Act, *Form) error) error {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	readReason(f)
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderTalks(c, http.StatusUnprocessableEntity, f)
	}
	a := s.act(c, v)
	err = s.store.UpdateNegotiation(c.Request.Context(), n.ID, s.once(c, v), func(n *scheduling.Negotiation) error { return change(n, a, f) })
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && errors.Is(err, scheduling.ErrConflict) {
		f.Refuse(refusal)
		return s.renderTalks(c, http.StatusConflict, f)
	} else if err != nil {
		return err
	}
	if err := s.endSilences(c, n.ID); err != nil {
		return err
	}
	return s.done(c, "/n/"+string(n.ID)+"/state", done)
}
