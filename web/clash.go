package web

import (
	"fmt"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/clash"
	"parley/web/locale"
)

// overrideField is the box to tick for going on although a date clashes.
const overrideField = "override"

// engagements is what the viewer's party has to be at besides r. Observers have
// nothing to agree to, and so no clashes.
func (s *Server) engagements(c *gin.Context, r *scheduling.Round, v viewer) (*scheduling.Engagements, error) {
	var own *scheduling.Engagements
	var err error
	switch {
	case v.Member != nil:
		own, err = scheduling.OwnEngagements(c.Request.Context(), s.store, r.Negotiation, r.ID.Number, v.Member)
	case v.Account != nil: // who opens talks is no member of them yet
		own, err = scheduling.AccountEngagements(c.Request.Context(), s.store, v.Account.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("web: engagements: %w", err)
	}
	return own, nil
}

// bindingAct is the act of a viewer whose party commits itself: it is refused
// where it clashes, unless the box was ticked.
func (s *Server) bindingAct(c *gin.Context, r *scheduling.Round, v viewer) (scheduling.Act, error) {
	own, err := s.engagements(c, r, v)
	a := s.act(c, v)
	a.Own, a.Override = own, s.form(c).Checked(overrideField)
	return a, err
}

// A clashView is the data of partials "clashes" and "override": what a party
// cannot keep beside some dates. Nobody else is shown it.
type clashView struct {
	*locale.Printer
	Lines []string
	Firm  bool // one of them stands, so that the box has to be ticked
	Tick  bool // it was
	Error string
}

// newClashes says what clashes with the slots; each line names its slot when
// there are several.
func newClashes(c *gin.Context, p *locale.Printer, v viewer, own *scheduling.Engagements, problems []Problem, slots ...*scheduling.Slot) *clashView {
	view := &clashView{Printer: p, Tick: c.PostForm(overrideField) == "yes"}
	for _, s := range slots {
		for _, k := range own.Clashes(s) {
			line := clashText(p, v, k)
			if len(slots) > 1 {
				line = p.T("clash.at", "slot", slotName(p, s), "text", line)
			}
			view.Lines, view.Firm = append(view.Lines, line), view.Firm || k.Firm
		}
	}
	if len(view.Lines) == 0 {
		return nil
	}
	for _, problem := range problems {
		if problem.Field == overrideField {
			view.Error = problem.Text
		}
	}
	return view
}

// clashText says what cannot be kept, and why, to the party whose it is.
func clashText(p *locale.Printer, v viewer, k scheduling.Clash) string {
	why := "clash.why.busy"
	if k.Reason == clash.Travel {
		why = "clash.why.travel"
	}
	if k.Commitment != nil {
		return p.T("clash.commitment", "name", k.Person.Name, "city", k.Commitment.City,
			"days", daysText(p, k.Commitment.First, k.Commitment.Last), "why", p.T(why, "n", k.Days))
	}
	to := v.Audience
	if m := k.Round.Negotiation.MemberOf(v.account()); m != nil { // of other talks, too
		to = m.Audience()
	}
	key := "clash.offered"
	if k.Firm {
		key = "clash.meeting"
	}
	return p.T(key, "round", roundTitle(p, k.Round, to), "city", k.Slot.Venue.Name, "days", slotDays(p, k.Slot), "why", p.T(why, "n", k.Days))
}

// hints say who of the key persons is in the city of the slot on its days, as
// far as the viewer may be told.
func hints(p *locale.Printer, n *scheduling.Negotiation, present []scheduling.Presence, s *scheduling.Slot) []string {
	var said []string
	for _, who := range present {
		if who.On(s) {
			said = append(said, p.T("clash.present."+string(who.Function), "party", partyName(p, n, who.Party), "city", who.City))
		}
	}
	return said
}

// presences are what the viewer may be told of key persons. Observers see how
// the talks stand, and nothing of single parties.
func (s *Server) presences(c *gin.Context, r *scheduling.Round, v viewer) ([]scheduling.Presence, error) {
	if v.Observer {
		return nil, nil
	}
	present, err := s.store.Presences(c.Request.Context(), r.ID.Negotiation, v.Audience)
	if err != nil {
		return nil, fmt.Errorf("web: presences: %w", err)
	}
	return present, nil
}

// A hintLine is a presence, and the dates on which it helps.
type hintLine struct{ Text, Slots string }

// hintLines gathers the hints of all slots on the table: each once, with its
// slots.
func hintLines(p *locale.Printer, r *scheduling.Round, present []scheduling.Presence) []hintLine {
	var lines []hintLine
	at := make(map[string]int)
	slots := make(map[string][]string)
	for _, s := range r.Offered() {
		for _, text := range hints(p, r.Negotiation, present, s) {
			if _, ok := at[text]; !ok {
				at[text] = len(lines)
				lines = append(lines, hintLine{Text: text})
			}
			slots[text] = append(slots[text], string(s.Label))
		}
	}
	for i := range lines {
		lines[i].Slots = p.And(slots[lines[i].Text]...)
	}
	return lines
}
