package web

import (
	"slices"

	"parley/scheduling"
	"parley/web/locale"
)

// reconsideration is GET, POST R/reconsideration: to ask those parties alone
// that have ruled out a date to think again, or to offer other dates. The dates
// that fewest stand in the way of come first, and are marked.
func (s *Server) reconsideration() anAct {
	return anAct{
		path: "/reconsideration", done: "blockers_asked", may: mayAskBlockers,
		page: func(r *scheduling.Round, v viewer, f *Form, view *actView) {
			view.Title, view.Lede = view.T("reconsider.title"), view.T("reconsider.lede")
			blocked := blockedSlots(r, v)
			if len(blocked) == 0 || !agreeing(r) {
				view.Lede = view.T("reconsider.none")
				return
			}
			fewest := len(r.Blockers(blocked[0], v.Member.Party))
			for _, slot := range blocked {
				who := r.Blockers(slot, v.Member.Party)
				chosen := slices.Contains(f.values["slot"], string(slot.Label))
				if f.Key() == "" {
					chosen = len(who) == fewest
				}
				view.Slots = append(view.Slots, Choice{
					Value: string(slot.Label), Label: slotName(view.Printer, slot), Chosen: chosen,
					Note: view.T("overview.standing.no", "who", someNames(view.Printer, r, who, true)),
				})
			}
			view.SlotsLabel = view.T("reconsider.slots")
			view.Areas = []Field{f.Field("note", view.T("reconsider.note"), view.T("reconsider.note_hint"))}
			view.Areas[0].Optional = true
			view.Submit = view.T("reconsider.do")
		},
		read: func(f *Form) {
			f.TextUpTo("note", scheduling.MaxNote)
			if len(f.values["slot"]) == 0 {
				f.Fail("slots", "error.slots_missing")
			}
		},
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			var labels []scheduling.Label
			for _, label := range f.values["slot"] {
				labels = append(labels, scheduling.Label(label))
			}
			return r.AskBlockers(a, labels, scheduling.Text{Body: f.Text("note")})
		},
	}
}

// mayAskBlockers lets conveners and the chair pass.
func mayAskBlockers(v viewer) error {
	if !v.May(scheduling.RightConvene) && !v.May(scheduling.RightPreside) {
		return forbidden("convene_missing")
	}
	return nil
}

// blockedSlots are the dates on the table that others than the viewer's party
// have ruled out, those with the fewest in the way first.
func blockedSlots(r *scheduling.Round, v viewer) []*scheduling.Slot {
	blocked := slices.DeleteFunc(r.Offered(), func(s *scheduling.Slot) bool { return len(r.Blockers(s, v.Member.Party)) == 0 })
	slices.SortStableFunc(blocked, func(a, b *scheduling.Slot) int {
		return len(r.Blockers(a, v.Member.Party)) - len(r.Blockers(b, v.Member.Party))
	})
	return blocked
}

// askLink leads to where the viewer asks those in the way of a date; nil where
// there is nobody to ask, or nobody who may.
func askLink(p *locale.Printer, r *scheduling.Round, v viewer) *Link {
	if v.Observer || mayAskBlockers(v) != nil || !agreeing(r) || r.Negotiation.Status == scheduling.Concluded || len(blockedSlots(r, v)) == 0 {
		return nil
	}
	return &Link{Href: roundPath(r.ID) + "/reconsideration", Text: p.T("reconsider.title")}
}
