package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var confirmationPage = declarePage("confirmation")

// confirmationView is the last look before a date is fixed.
type confirmationView struct {
	Page
	Heading  string
	Facts    []fact
	Times    *Times
	Released string
	Own      []string // who is invited on the viewer's side, by name
	Others   []string // how many on each other side
	Failed   []string // mail that did not arrive
	Mail     string
	Changed  string
	Clashes  *clashView
	Missing  string // whose consent lacks
	Version  int
	Was      string
	Action   string
	Overview string
}

// showConfirmation handles GET /n/:negotiation/:round/confirmation/:slot: what
// would be confirmed, and who would be told.
func (s *Server) showConfirmation(c *gin.Context) error {
	r, v, slot, err := s.confirming(c)
	if err != nil {
		return err
	}
	return s.renderConfirmation(c, http.StatusOK, r, v, slot, nil)
}

// createConfirmation handles POST /n/:negotiation/:round/confirmation/:slot.
func (s *Server) createConfirmation(c *gin.Context) error {
	r, v, slot, err := s.confirming(c)
	if err != nil {
		return err
	}
	version, _ := strconv.Atoi(s.form(c).Line("version"))
	act, err := s.bindingAct(c, r, v)
	if err != nil {
		return err
	}
	err = s.update(c, r, v, func(r *scheduling.Round) error { return r.Confirm(act, slot.Label, version) })
	if err == nil {
		return s.done(c, roundPath(r.ID), "confirmed")
	}
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if !ok || !errors.Is(err, scheduling.ErrConflict) {
		return err
	}
	fresh, err := s.store.Round(c.Request.Context(), r.ID)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	p := s.printer(c.Request)
	problem := Problem{Field: refusal.Field, Text: refusalText(p, refusal, p.T("refused.409.text"))}
	if refusal.Code == "consent_missing" {
		problem.Text = p.T("confirmation.missing", "who", someNames(p, fresh, fresh.Missing(fresh.Slot(slot.Label)), true), "slot", string(slot.Label))
	}
	return s.renderConfirmation(c, http.StatusConflict, fresh, v, fresh.Slot(slot.Label), []Problem{problem})
}

// confirming is the slot in the path, for the confirmer.
func (s *Server) confirming(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Slot, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, viewer{}, nil, err
	}
	if err := r.MayConfirm(v.Member.ID); err != nil {
		return nil, viewer{}, nil, err
	}
	slot := r.Slot(scheduling.Label(c.Param("slot")))
	if slot == nil {
		return nil, viewer{}, nil, hidden()
	}
	return r, v, slot, nil
}

// mailLooked is how many of the newest messages are looked through for failures.
const mailLooked = 1000

func (s *Server) renderConfirmation(c *gin.Context, status int, r *scheduling.Round, v viewer, slot *scheduling.Slot, problems []Problem) error {
	view := confirmationView{Page: s.subPage(c, r, v), Version: slot.Version, Overview: roundPath(r.ID), Mail: roundPath(r.ID) + "/mail"}
	p := view.Printer
	view.Problems = problems
	view.Heading = p.T("confirmation.title", "date", p.T("consent.date", "when", slotDays(p, slot), "city", slot.Venue.Name))
	view.Title = view.Heading
	view.Times, view.Was = slotTimes(p, r, slot), slotTerms(p, slot)
	var err error
	if view.Facts, err = s.flagged(c, p, r, slot, slotFacts(p, r, v, slot, s)); err != nil {
		return err
	}
	if was := c.PostForm("was"); was != "" && c.PostForm("version") != strconv.Itoa(slot.Version) {
		view.Changed = p.T("reply.changed", "was", cleanText(was), "now", view.Was)
	}
	missing := r.Missing(slot)
	switch {
	case slot.Status != scheduling.Offered || !agreeing(r):
		view.Missing = p.T("confirmation.closed")
	case r.Negotiation.Status != scheduling.Active:
		view.Missing = p.T("overview.suspended")
	case len(missing) > 0:
		view.Missing = p.T("confirmation.missing", "who", someNames(p, r, missing, true), "slot", string(slot.Label))
	default:
		view.Action = roundPath(r.ID) + "/confirmation/" + string(slot.Label)
		own, err := s.engagements(c, r, v)
		if err != nil {
			return err
		}
		view.Clashes = newClashes(c, p, v, own, problems, slot)
		view.Released = p.T("confirmation.released", "n", len(r.Offered())-1)
		if len(r.Offered()) == 1 {
			view.Released = p.T("confirmation.released_none")
		}
	}
	view.invited(p, r, v)
	messages, err := s.store.Messages(c.Request.Context(), r.ID.Negotiation, mailLooked)
	if err != nil {
		return fmt.Errorf("web: messages: %w", err)
	}
	view.failed(p, r, v, messages)
	return s.render(c, status, confirmationPage, view)
}

// invited names whom the confirmation invites on the viewer's side. Whom the
// others have named, and how many, is theirs to know.
func (view *confirmationView) invited(p *locale.Printer, r *scheduling.Round, v viewer) {
	for _, m := range r.Negotiation.Members {
		if m.Party == v.Member.Party && !m.Removed && m.Invitations && m.Email != "" {
			view.Own = append(view.Own, m.Name)
		}
	}
	for _, party := range r.Negotiation.Parties {
		if party.ID != v.Member.Party {
			view.Others = append(view.Others, p.T("confirmation.others", "party", party.Name))
		}
	}
}

// failed lists mail that was given up: to the viewer's own side, and to all
// for the neutral staff, who look after everybody's.
func (view *confirmationView) failed(p *locale.Printer, r *scheduling.Round, v viewer, messages []scheduling.Message) {
	seen := make(map[scheduling.MemberID]bool)
	for _, m := range messages {
		if m.State != scheduling.MessageFailed || seen[m.Member] || m.Party != v.Member.Party && v.Party != nil {
			continue
		}
		seen[m.Member] = true
		view.Failed = append(view.Failed, p.T("confirmation.failed", "name", m.Name, "party", partyName(p, r.Negotiation, m.Party)))
	}
}
