package web

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

// newDesk is where talks are opened.
func (s *Server) newDesk(c *gin.Context) (offerDesk, error) {
	a, err := s.accountOf(c)
	if err != nil {
		return offerDesk{}, err
	}
	p := s.page(c)
	p.Title = p.T("new.title")
	p.Back = &Link{Href: "/", Text: p.T("round.all")}
	once := onceBy(c, string(a.ID))
	d := offerDesk{
		page: p, heading: p.T("new.title"), lede: p.T("new.lede"), post: "/new",
		talks: true, opening: true, drafts: true, start: newDefaults(a),
	}
	d.open = func(f *offerForm) (*scheduling.Round, scheduling.Act) { return s.readNew(f, a, idOf(once)) }
	d.send = func(f *offerForm, r *scheduling.Round, act scheduling.Act, content scheduling.Content, draft bool) error {
		if err := deliver(f.Printer, r, act, 0, content, draft); err != nil {
			return err
		}
		if !draft {
			if err := linkObservers(r.Negotiation, act); err != nil {
				return err
			}
		}
		id, err := s.store.Create(c.Request.Context(), once, r.Negotiation, r)
		if err != nil {
			return fmt.Errorf("web: open talks: %w", err)
		}
		return s.sent(c, r.Negotiation, scheduling.RoundID{Negotiation: id, Number: 1}, act, draft, "offer_sent")
	}
	return d, nil
}

// linkObservers asks for the private links of observers, who get no offers and
// so no mail that would bring one.
func linkObservers(n *scheduling.Negotiation, act scheduling.Act) error {
	for _, m := range n.Members {
		if p := n.Party(m.Party); p == nil || p.Role != scheduling.RoleObserver || m.Email == "" || m.ID == act.By {
			continue
		}
		if err := n.AskLink(act.By, m.ID, act.At); err != nil {
			return fmt.Errorf("web: link of observer: %w", err)
		}
	}
	return nil
}

// newDefaults are the values with which the form begins: the account is the
// point of contact.
func newDefaults(a *scheduling.Account) url.Values {
	values := offerDefaults()
	values.Set("delegations", "2")
	values.Set("confirmation", string(scheduling.OnLastConsent))
	values.Set("reporting", string(scheduling.ReportNothing))
	values.Set("contact", a.Name)
	values.Set("contact-email", a.Email)
	return values
}

// readNew reads new talks with their first round, and opens both. The account
// that opens them becomes a member, of the side that it acts for.
func (s *Server) readNew(f *offerForm, a *scheduling.Account, id string) (*scheduling.Round, scheduling.Act) {
	f.Require("title")
	n := &scheduling.Negotiation{
		ID:        scheduling.NegotiationID(id),
		Title:     scheduling.Text{Body: f.LineUpTo("title", scheduling.MaxName), Scope: scheduling.AllParties},
		Reference: f.LineUpTo("reference", maxReference),
	}
	n.Parties, n.Members = f.parties(id)
	me := scheduling.Member{
		ID: scheduling.MemberID(id + "-0"), Account: a.ID, Name: a.Name, Email: a.Email, Language: a.Language, Invitations: a.Email != "",
		Party:  f.side("self", n.Parties),
		Rights: scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene | scheduling.RightObserve,
	}
	if me.Party == "" {
		me.Rights &^= scheduling.RightConsent
	}
	n.Title.Owner = me.Party
	n.Members = slices.DeleteFunc(n.Members, func(m scheduling.Member) bool {
		return m.Party == me.Party && (strings.EqualFold(m.Email, me.Email) || m.Email == "" && m.Name == me.Name)
	})
	n.Members = slices.Insert(n.Members, 0, me)
	f.seats = ownFirst(n.Parties, me.Party)
	r := f.opening(n.Parties)
	nameChair(n, r.Rule)
	r.Negotiation, r.ID = n, scheduling.RoundID{Negotiation: n.ID, Number: 1}
	r.Name.Owner = me.Party
	act := scheduling.Act{By: me.ID, At: f.now}
	if len(f.Problems) > 0 {
		return nil, act
	}
	if f.accepts(n.Open(me.ID, f.now)) && f.accepts(r.Open(me.ID, f.now)) {
		return r, act
	}
	return nil, act
}

// nameChair gives the first member of the side that is to preside the right to
// do so. Later it is for that side to name another.
func nameChair(n *scheduling.Negotiation, ru scheduling.Rule) {
	if !ru.Chaired() {
		return
	}
	for i, m := range n.Members {
		if m.Party == ru.Confirmer {
			n.Members[i].Rights |= scheduling.RightPreside
			return
		}
	}
}

// accepts notes a refusal to open something at its input.
func (f *offerForm) accepts(err error) bool {
	refusal, refused := errors.AsType[*scheduling.Error](err)
	if refused {
		at := *refusal
		at.Field = f.fieldOf(refusal.Field)
		f.Refuse(&at)
	}
	return !refused
}

// showNew handles GET /new.
func (s *Server) showNew(c *gin.Context) error {
	d, err := s.newDesk(c)
	if err != nil {
		return err
	}
	return s.showOffer(c, d)
}

// createNegotiation handles POST /new: talks with their first round and its
// first offer, in one step.
func (s *Server) createNegotiation(c *gin.Context) error {
	d, err := s.newDesk(c)
	if err != nil {
		return err
	}
	return s.takeOffer(c, d)
}

// nextRoundDesk is where a further round of the same talks is opened.
func (s *Server) nextRoundDesk(c *gin.Context) (offerDesk, error) {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return offerDesk{}, err
	}
	rounds, err := s.store.Rounds(c.Request.Context(), n.ID)
	if err != nil {
		return offerDesk{}, fmt.Errorf("web: %w", err)
	}
	if v.Observer {
		return offerDesk{}, forbidden("observers_follow")
	}
	p := s.page(c)
	p.Title = p.T("new.round_title", "talks", n.Title.For(v.Audience))
	p.Back = &Link{Href: "/n/" + string(n.ID), Text: n.Title.For(v.Audience)}
	d := offerDesk{
		page: p, heading: p.T("new.round_heading"), lede: p.T("new.round_lede"), post: "/n/" + string(n.ID) + "/rounds/new",
		opening: true, drafts: true, seats: ownFirst(n.Parties, v.Member.Party), start: offerDefaults(),
	}
	d.start.Set("confirmation", string(scheduling.OnLastConsent))
	d.start.Set("reporting", string(scheduling.ReportNothing))
	if len(rounds) > 0 {
		s.setEarlier(p, d.start, rounds[len(rounds)-1], v)
	}
	next := &scheduling.Round{Negotiation: n, ID: scheduling.RoundID{Negotiation: n.ID, Number: len(rounds) + 1}}
	d.hosts = hostings(p.Printer, next, rounds)
	once := s.once(c, v)
	d.open = func(f *offerForm) (*scheduling.Round, scheduling.Act) {
		r, act := f.opening(n.Parties), s.act(c, v)
		r.Negotiation, r.ID = n, scheduling.RoundID{Negotiation: n.ID, Number: len(rounds) + 1}
		r.Name.Owner = v.Member.Party
		if len(f.Problems) > 0 || !f.accepts(r.Open(v.Member.ID, act.At)) {
			return nil, act
		}
		return r, act
	}
	d.send = func(f *offerForm, r *scheduling.Round, act scheduling.Act, content scheduling.Content, draft bool) error {
		if err := deliver(f.Printer, r, act, 0, content, draft); err != nil {
			return err
		}
		id, err := s.store.AddRound(c.Request.Context(), once, r)
		if err != nil {
			return fmt.Errorf("web: open round: %w", err)
		}
		return s.sent(c, n, id, act, draft, "offer_sent")
	}
	d.parties = []Choice{{Value: "", Label: p.T("new.choose")}}
	for _, party := range n.Parties {
		d.parties = append(d.parties, Choice{Value: sideValue(party.ID), Label: party.Name})
	}
	d.parties = append(d.parties, Choice{Value: staffValue, Label: p.T("new.staff")})
	return d, nil
}

// setEarlier begins the form with the rule of the last round, and a reference
// to its meeting.
func (s *Server) setEarlier(p Page, values url.Values, last *scheduling.Round, v viewer) {
	setRule(values, last.Rule)
	name := last.Name.For(v.Audience)
	if slot := last.Confirmed(); slot != nil && name != "" {
		values.Set("references", p.T("new.earlier", "round", name, "when", slotDays(p.Printer, slot), "city", slot.Venue.Name))
		values.Set("references-to", "all")
	}
	for _, own := range slices.Backward(last.Proposals) {
		if own.By == v.Member.Party && own.Number > 0 {
			values.Set("contact", own.Contact.Name)
			values.Set("contact-phone", own.Contact.Phone)
			values.Set("contact-email", own.Contact.Email)
			return
		}
	}
}

// newRoundLink leads to where a further round is opened; nil for who may not.
func newRoundLink(p *locale.Printer, r *scheduling.Round, v viewer) *Link {
	if !v.May(scheduling.RightConvene) || v.Observer || r.Negotiation.Status != scheduling.Active {
		return nil
	}
	return &Link{Href: "/n/" + string(r.ID.Negotiation) + "/rounds/new", Text: p.T("new.round_heading")}
}

// showNextRound handles GET /n/:negotiation/rounds/new.
func (s *Server) showNextRound(c *gin.Context) error {
	d, err := s.nextRoundDesk(c)
	if err != nil {
		return err
	}
	return s.showOffer(c, d)
}

// createRound handles POST /n/:negotiation/rounds/new.
func (s *Server) createRound(c *gin.Context) error {
	d, err := s.nextRoundDesk(c)
	if err != nil {
		return err
	}
	return s.takeOffer(c, d)
}
