package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

// roundDesk is where an offer is written in a round that there is: a new one,
// or a version that replaces before.
func (s *Server) roundDesk(c *gin.Context, before *scheduling.Proposal) (offerDesk, *scheduling.Round, viewer, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return offerDesk{}, nil, viewer{}, err
	}
	if v.Observer {
		return offerDesk{}, nil, viewer{}, forbidden("observers_follow")
	}
	d := offerDesk{page: s.subPage(c, r, v), before: before, seats: ownFirst(r.Negotiation.Parties, v.Member.Party)}
	d.answerable = answerableChoices(d.page.Printer, r, v.Member.Party, before)
	if r.Confirmed() != nil {
		d.notice = d.page.T("proposal.change_of_date", "slot", slotName(d.page.Printer, r.Confirmed()))
	}
	rounds, err := s.rounds(c, r)
	if err != nil {
		return offerDesk{}, nil, viewer{}, err
	}
	d.hosts = hostings(d.page.Printer, r, rounds)
	d.open = func(*offerForm) (*scheduling.Round, scheduling.Act) { return r, s.act(c, v) }
	d.send = func(f *offerForm, _ *scheduling.Round, act scheduling.Act, content scheduling.Content, draft bool) error {
		number, key := 0, "offer_sent"
		if before != nil {
			number, key = before.Number, "offer_amended"
		}
		err := s.update(c, r, v, func(r *scheduling.Round) error {
			if p := r.Proposal(number); p != nil && strconv.Itoa(p.Version) != f.Line("seen") {
				return changedProposal(f.Printer, p)
			}
			return deliver(f.Printer, r, act, number, content, draft)
		})
		if err != nil {
			return err
		}
		return s.sent(c, r.Negotiation, r.ID, act, draft, key)
	}
	return d, r, v, nil
}

// changedProposal refuses an act on a version of p that is not the newest.
func changedProposal(printer *locale.Printer, p *scheduling.Proposal) error {
	return &scheduling.Error{
		Kind: scheduling.ErrConflict, Code: "proposal_changed", Params: map[string]string{"offer": offerSentence(printer, p.Terms)},
	}
}

// newOfferDesk is where a further offer of one's own party is written. It
// begins with the draft that was kept.
func (s *Server) newOfferDesk(c *gin.Context) (offerDesk, error) {
	d, r, v, err := s.roundDesk(c, nil)
	if err != nil {
		return offerDesk{}, err
	}
	d.page.Title = d.page.T("proposal.title", "round", d.page.Back.Text)
	d.heading, d.lede = d.page.T("proposal.heading"), d.page.T("proposal.lede")
	d.post, d.drafts = roundPath(r.ID)+"/proposals/new", true
	d.more = &Link{Href: "/n/" + string(r.ID.Negotiation) + "/rounds/new", Text: d.page.T("proposal.other_round")}
	d.start = offerDefaults()
	if draft := r.DraftBy(v.Member.Party); draft != nil {
		d.start = contentValues(d.page.Printer, draft.Content)
		d.lede = d.page.T("proposal.lede_draft")
	} else if v.Member != nil {
		d.start.Set("contact", v.Member.Name)
		d.start.Set("contact-email", v.Member.Email)
		d.start.Set("answers", answering(c, d.answerable))
	}
	return d, nil
}

// showNewOffer handles GET R/proposals/new.
func (s *Server) showNewOffer(c *gin.Context) error {
	d, err := s.newOfferDesk(c)
	if err != nil {
		return err
	}
	return s.showOffer(c, d)
}

// createOffer handles POST R/proposals/new.
func (s *Server) createOffer(c *gin.Context) error {
	d, err := s.newOfferDesk(c)
	if err != nil {
		return err
	}
	return s.takeOffer(c, d)
}

// proposalOf is the newest version of the proposal in the path, which every
// party has been handed.
func (s *Server) proposalOf(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Proposal, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, viewer{}, nil, err
	}
	number, err := strconv.Atoi(c.Param("proposal"))
	if err != nil {
		return nil, viewer{}, nil, hidden()
	}
	p := r.Proposal(number)
	if p == nil || v.Observer {
		return nil, viewer{}, nil, hidden()
	}
	return r, v, p, nil
}

// ownProposalOf is the same for a proposal of the viewer's own party.
func (s *Server) ownProposalOf(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Proposal, error) {
	r, v, p, err := s.proposalOf(c)
	if err == nil && p.By != v.Member.Party {
		err = forbidden("not_your_proposal")
	}
	return r, v, p, err
}

// amendmentDesk is where a new version of a delivered offer is written.
func (s *Server) amendmentDesk(c *gin.Context) (offerDesk, error) {
	_, _, p, err := s.ownProposalOf(c)
	if err != nil {
		return offerDesk{}, err
	}
	d, r, _, err := s.roundDesk(c, p)
	if err != nil {
		return offerDesk{}, err
	}
	d.page.Title = d.page.T("proposal.amend_title", "number", p.Number, "round", d.page.Back.Text)
	d.heading, d.lede = d.page.T("proposal.amend_heading", "number", p.Number), d.page.T("proposal.amend_lede")
	d.post = proposalPath(r, p) + "/amendment"
	d.start = contentValues(d.page.Printer, p.Content)
	d.more = &Link{Href: proposalPath(r, p) + "/withdrawal", Text: d.page.T("proposal.withdraw")}
	return d, nil
}

func proposalPath(r *scheduling.Round, p *scheduling.Proposal) string {
	return fmt.Sprintf("%s/proposals/%d", roundPath(r.ID), p.Number)
}

// showAmendment handles GET R/proposals/:proposal/amendment.
func (s *Server) showAmendment(c *gin.Context) error {
	d, err := s.amendmentDesk(c)
	if err != nil {
		return err
	}
	return s.showOffer(c, d)
}

// amendOffer handles POST R/proposals/:proposal/amendment.
func (s *Server) amendOffer(c *gin.Context) error {
	d, err := s.amendmentDesk(c)
	if err != nil {
		return err
	}
	return s.takeOffer(c, d)
}

var (
	withdrawalPage = declarePage("withdrawal")
	declinePage    = declarePage("decline")
)

// A proposalView is a page about one act on a proposal that stands.
type proposalView struct {
	Page
	Heading, Post string
	Offer         string // the offer in a sentence
	Slots         []string
	Stay          []string // slots that another offer keeps on the table
	Seen          string
	Reason        textFields
}

func (s *Server) proposalView(c *gin.Context, r *scheduling.Round, v viewer, p *scheduling.Proposal, act string) proposalView {
	view := proposalView{
		Page: s.subPage(c, r, v), Post: proposalPath(r, p) + "/" + act,
		Seen: strconv.Itoa(p.Version),
	}
	view.Offer = offerSentence(view.Printer, p.Terms)
	for _, slot := range r.Offered() {
		switch {
		case offers(slot, p.Number) && offers(slot, -p.Number):
			view.Stay = append(view.Stay, slotName(view.Printer, slot))
		case offers(slot, p.Number):
			view.Slots = append(view.Slots, slotName(view.Printer, slot))
		}
	}
	return view
}

// showWithdrawal handles GET R/proposals/:proposal/withdrawal.
func (s *Server) showWithdrawal(c *gin.Context) error {
	r, v, p, err := s.ownProposalOf(c)
	if err != nil {
		return err
	}
	view := s.proposalView(c, r, v, p, "withdrawal")
	view.Heading = view.T("proposal.withdraw_heading", "number", p.Number)
	view.Title = view.T("proposal.withdraw_title", "number", p.Number, "round", view.Back.Text)
	return s.render(c, http.StatusOK, withdrawalPage, view)
}

// withdrawOffer handles POST R/proposals/:proposal/withdrawal.
func (s *Server) withdrawOffer(c *gin.Context) error {
	r, v, p, err := s.ownProposalOf(c)
	if err != nil {
		return err
	}
	if switchedLanguage(c) {
		return s.showWithdrawal(c)
	}
	f, act := s.form(c), s.act(c, v)
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		if now := r.Proposal(p.Number); now != nil && f.Line("seen") != strconv.Itoa(now.Version) {
			return changedProposal(f.Printer, now)
		}
		return r.Withdraw(act, p.Number)
	})
	if err != nil {
		return err
	}
	return s.done(c, roundPath(r.ID), "offer_withdrawn")
}

// showDecline handles GET R/proposals/:proposal/decline.
func (s *Server) showDecline(c *gin.Context) error {
	return s.renderDecline(c, http.StatusOK, newForm(s.printer(c.Request), url.Values{}))
}

func (s *Server) renderDecline(c *gin.Context, status int, f *Form) error {
	r, v, p, err := s.proposalOf(c)
	if err != nil {
		return err
	}
	if p.By == v.Member.Party {
		return forbidden("own_proposal")
	}
	view := s.proposalView(c, r, v, p, "decline")
	view.Slots, view.Stay = append(view.Slots, view.Stay...), nil
	view.Heading = view.T("proposal.decline_heading", "number", p.Number, "party", partyName(view.Printer, r.Negotiation, p.By))
	view.Title = view.T("proposal.decline_title", "number", p.Number, "round", view.Back.Text)
	view.Reason = textFields{Text: f.lineField("reason", "proposal.decline_reason", "proposal.decline_reason_hint"), To: f.audiencePicks("reason")}
	view.Reason.Text.Optional, view.Reason.Text.Max, view.Reason.Text.Rows = true, scheduling.MaxNote, 3
	view.Problems, view.KeepForm, view.KeepDo = f.Problems, "decline", "decline"
	return s.render(c, status, declinePage, view)
}

// declineOffer handles POST R/proposals/:proposal/decline.
func (s *Server) declineOffer(c *gin.Context) error {
	r, v, p, err := s.proposalOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	reason := f.audienceText("reason")
	f.TextUpTo("reason", scheduling.MaxNote)
	if switchedLanguage(c) {
		return s.renderDecline(c, http.StatusOK, f)
	}
	if len(f.Problems) > 0 {
		return s.renderDecline(c, http.StatusUnprocessableEntity, f)
	}
	act := s.act(c, v)
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		if now := r.Proposal(p.Number); now != nil && f.Line("seen") != strconv.Itoa(now.Version) {
			return changedProposal(f.Printer, now)
		}
		return r.Decline(act, p.Number, reason)
	})
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && errors.Is(refusal, scheduling.ErrConflict) {
		f.Refuse(refusal)
		return s.renderDecline(c, http.StatusConflict, f)
	}
	if err != nil {
		return err
	}
	return s.done(c, roundPath(r.ID), "offer_declined")
}
