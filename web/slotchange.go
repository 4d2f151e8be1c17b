package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
)

var slotChangePage = declarePage("slot-change")

type slotChangeView struct {
	Page
	Heading, Post string
	Slot          string // as it stands now
	Seen          string
	Void          []string // what a change would make void
	DateOnly      bool
	Shared        bool // another party offers it, too
	From, Until   Field
	Place, Room   Field
	Format        Picks
}

// ownSlotOf is the slot in the path, when an offer of the viewer's own party
// has it on the table.
func (s *Server) ownSlotOf(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Slot, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, viewer{}, nil, err
	}
	slot := r.Slot(scheduling.Label(c.Param("slot")))
	if slot == nil || v.Observer {
		return nil, viewer{}, nil, hidden()
	}
	if !offeredFor(r, slot, func(party scheduling.PartyID) bool { return party == v.Member.Party }) {
		return nil, viewer{}, nil, forbidden("not_your_slot")
	}
	return r, v, slot, nil
}

// offeredFor reports whether the slot stands in an offer of a party that is.
func offeredFor(r *scheduling.Round, slot *scheduling.Slot, is func(scheduling.PartyID) bool) bool {
	return slices.ContainsFunc(slot.Offers, func(o scheduling.Source) bool {
		if p := r.Proposal(o.Proposal); p != nil {
			return is(p.By)
		}
		return is(o.By)
	})
}

// showSlotChange handles GET R/slots/:slot/amendment.
func (s *Server) showSlotChange(c *gin.Context) error {
	_, _, slot, err := s.ownSlotOf(c)
	if err != nil {
		return err
	}
	values := url.Values{
		"place": {slot.Venue.Place}, "room": {slot.Room}, "format": {format(slot)},
	}
	if !slot.DateOnly {
		values.Set("from", slot.Hours.From.String())
		values.Set("until", slot.Hours.To.String())
	}
	return s.renderSlotChange(c, http.StatusOK, newForm(s.printer(c.Request), values))
}

func (s *Server) renderSlotChange(c *gin.Context, status int, f *Form) error {
	r, v, slot, err := s.ownSlotOf(c)
	if err != nil {
		return err
	}
	view := slotChangeView{
		Page: s.subPage(c, r, v), Post: roundPath(r.ID) + "/slots/" + string(slot.Label) + "/amendment",
		Seen: strconv.Itoa(slot.Version), DateOnly: slot.DateOnly,
	}
	view.Slot = slotTerms(view.Printer, slot)
	view.Heading = view.T("proposal.slot_heading", "slot", slotName(view.Printer, slot))
	view.Title = view.T("proposal.slot_title", "label", string(slot.Label), "round", view.Back.Text)
	view.Void = spoken(view.Page, r, slot)
	view.Shared = offeredFor(r, slot, func(party scheduling.PartyID) bool { return party != v.Member.Party })
	view.From = f.narrow("from", "proposal.from", "")
	view.Until = f.narrow("until", "proposal.until", "")
	view.Place = f.lineField("place", "proposal.place", "")
	view.Place.Optional = true
	view.Room = f.lineField("room", "proposal.room", "proposal.room_hint")
	view.Room.Optional = true
	choices := make([]Choice, 0, len(formats))
	for _, format := range formats {
		choices = append(choices, Choice{Value: string(format), Label: f.T("round.format." + string(format))})
	}
	view.Format = f.Picks("format", f.T("proposal.format"), "", choices...)
	view.Problems, view.KeepForm, view.KeepDo = f.Problems, "slot-change", "change"
	return s.render(c, status, slotChangePage, view)
}

// spoken says which parties a change of the slot would ask again.
func spoken(p Page, r *scheduling.Round, slot *scheduling.Slot) []string {
	var positions, consents []scheduling.PartyID
	for _, party := range r.Negotiation.Parties {
		if position, ok := slot.Position(party.ID); ok && !position.Implied {
			positions = append(positions, party.ID)
		}
		if _, ok := slot.Consent(party.ID); ok {
			consents = append(consents, party.ID)
		}
	}
	var said []string
	if len(consents) > 0 {
		said = append(said, p.T("proposal.void_consents", "parties", p.And(r.Negotiation.Names(consents)...)))
	}
	if len(positions) > 0 {
		said = append(said, p.T("proposal.void_positions", "parties", p.And(r.Negotiation.Names(positions)...)))
	}
	return said
}

// changeSlot handles POST R/slots/:slot/amendment.
func (s *Server) changeSlot(c *gin.Context) error {
	r, v, slot, err := s.ownSlotOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	t := scheduling.SlotTerms{
		Hours: slot.Hours, Place: f.LineUpTo("place", scheduling.MaxName), Room: f.LineUpTo("room", scheduling.MaxName),
		Format: scheduling.Format(f.Choice("format", string(scheduling.InPerson), string(scheduling.Remote), string(scheduling.Hybrid))),
	}
	if !slot.DateOnly || f.Has("from") || f.Has("until") {
		f.Require("from", "until")
		t.Hours = civil.Span{From: f.Time("from"), To: f.Time("until")}
		if !t.Hours.Valid() && !f.bad("from", "until") {
			f.Fail("until", "error.hours_invalid", "hours", f.Hours(t.Hours))
		}
	}
	if switchedLanguage(c) {
		f.Problems = nil
		return s.renderSlotChange(c, http.StatusOK, f)
	}
	seen, err := strconv.Atoi(f.Line("seen"))
	if len(f.Problems) > 0 || err != nil {
		return s.renderSlotChange(c, http.StatusUnprocessableEntity, f)
	}
	act := s.act(c, v)
	err = s.update(c, r, v, func(r *scheduling.Round) error { return r.ChangeSlot(act, slot.Label, seen, t) })
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && !errors.Is(refusal, scheduling.ErrForbidden) {
		at := *refusal
		if at.Field == "hours" {
			at.Field = "from"
		}
		f.Refuse(&at)
		return s.renderSlotChange(c, refusalStatus(refusal), f)
	}
	if err != nil {
		return err
	}
	return s.done(c, roundPath(r.ID), "slot_changed")
}
