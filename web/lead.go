package web

import (
	"slices"

	"parley/scheduling"
	"parley/web/locale"
)

// A leadView says the one thing to know of a round without a date, and what
// the viewer is to do next.
type leadView struct {
	Eyebrow   string
	Big       string
	City, ISO string // of the date that Big is; empty when Big is a sentence
	Text      string
	Next      string
	Action    *Link
	More      *Link
	Times     *Times
}

// newLead is the lead of a round in which a date is being looked for, or that
// has ended without one.
func newLead(p *locale.Printer, r *scheduling.Round, v viewer, all []scheduling.Standing, ra *scheduling.Ranking) *leadView {
	plain := func(key string) *leadView {
		return &leadView{Big: p.T("lead." + key), Text: p.T("lead." + key + "_text")}
	}
	base := roundPath(r.ID)
	switch r.Status {
	case scheduling.Preparing:
		l := plain("preparing")
		if v.May(scheduling.RightConvene) && !v.Observer {
			l.Action = &Link{Href: base + "/proposals/new", Text: p.T("overview.act.propose")}
		}
		return l
	case scheduling.Lapsed, scheduling.Cancelled:
		l := plain(string(r.Status))
		l.Action = newRoundLink(p, r, v)
		return l
	case scheduling.Stalled:
		l := plain("stalled")
		if r.Outcome != nil && r.Outcome.Slot == "" {
			l = &leadView{Big: p.T("sealed.lead.none"), Text: p.T("sealed.lead.none_text")}
		}
		if v.May(scheduling.RightConvene) && !v.Observer {
			l.Action = &Link{Href: base + "/proposals/new", Text: p.T("overview.act.new_options")}
		}
		return l
	case scheduling.OnTheTable, scheduling.AgreedAdReferendum, scheduling.Confirmed, scheduling.Held:
	}
	if len(all) == 0 { // postponed, and nothing offered yet
		l := plain("postponed")
		if v.May(scheduling.RightConvene) && !v.Observer {
			l.Action = &Link{Href: base + "/reschedule", Text: p.T("overview.act.reschedule")}
		}
		return l
	}
	if r.Hides() {
		return sealedLead(p, r, v, all)
	}
	return tableLead(p, r, v, all, ra)
}

// tableLead names the date that all have consented to, or the best so far, or
// what stands in the way of the nearest.
func tableLead(p *locale.Printer, r *scheduling.Round, v viewer, all []scheduling.Standing, ra *scheduling.Ranking) *leadView {
	l := &leadView{More: &Link{Href: "#dates", Text: p.T("lead.compare")}}
	if s := r.AwaitingApproval(); s != nil {
		l.referendum(p, r, v, s)
		return l
	}
	agreed, best := scheduling.Agreed(all), bestOf(all, ra)
	switch {
	case agreed != nil:
		l.date(p, r, agreed.Slot)
		l.Eyebrow, l.Text = p.T("lead.agreed"), join(consentParts(p, r, agreed, !v.Observer))
	case best != nil && ra != nil:
		l.date(p, r, best.Slot)
		l.Eyebrow, l.Text = p.T("ranking.recommended"), whyTop(p, ra)
		l.More = &Link{Href: roundPath(r.ID) + "/ranking", Text: p.T("ranking.link")}
	case best != nil:
		l.date(p, r, best.Slot)
		l.Eyebrow, l.Text = p.T("lead.best"), bestText(p, r, best)
	default:
		near := scheduling.Nearest(all)
		l.Big = p.T("lead.none")
		l.Text = p.T("lead.nearest", "slot", slotName(p, near.Slot), "standing", join(standingParts(p, r, near, !v.Observer)))
	}
	l.step(p, r, v, all, agreed, best)
	return l
}

func (l *leadView) date(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot) {
	l.Big, l.City, l.ISO = slotDays(p, s), s.Venue.Name, s.Days[0].String()
	l.Times = slotTimes(p, r, s)
}

// bestText says why a date is the best so far: the rule in the case at hand.
func bestText(p *locale.Printer, r *scheduling.Round, st *scheduling.Standing) string {
	preferred := "lead.preferred_by"
	if st.Count(scheduling.LevelPreferred) == 0 {
		preferred = "lead.preferred_by_none"
	}
	conditions := "overview.no_conditions"
	if st.Conditions > 0 {
		conditions = "overview.conditions"
	}
	return p.T("lead.best_text", "standing", join(standingParts(p, r, st, true)),
		"preferred", p.T(preferred, "n", st.Count(scheduling.LevelPreferred)),
		"conditions", p.T(conditions, "n", st.Conditions))
}

// step is the next step of this viewer: confirm, consent, reply, or wait, and
// for whom.
func (l *leadView) step(p *locale.Printer, r *scheduling.Round, v viewer, all []scheduling.Standing, agreed, best *scheduling.Standing) {
	base := roundPath(r.ID)
	if agreed != nil {
		l.confirm(p, r, v, agreed)
		return
	}
	if v.Observer {
		l.Next = p.T("lead.observe")
		return
	}
	if !byConsent(r) && (v.Party == nil || r.MayPreside(v.Member.ID) == nil) {
		l.preside(p, r, v)
		return
	}
	if v.Party == nil {
		l.wait(p, r, all)
		return
	}
	own, bound := v.Party.ID, committed(all, v.Party.ID)
	if bound != nil {
		l.Next = p.T("lead.waiting_consent", "slot", slotName(p, bound.Slot), "others", neededText(p, r, r.Needed(bound.Slot), true))
		return
	}
	at := slices.Index(r.Negotiation.Required(), own)
	offered := slices.IndexFunc(all, func(s scheduling.Standing) bool {
		return len(s.Consents) > 0 && s.Levels[at] != scheduling.LevelNotPossible
	})
	if s := subjectTo(r, own); s != nil {
		l.approve(p, r, v, s)
		return
	}
	open := 0
	for _, s := range all {
		if s.Levels[at] == "" {
			open++
		}
	}
	reply := &Link{Href: base + "/reply", Text: p.T("overview.act.reply")}
	switch {
	case offered >= 0 && v.May(scheduling.RightConsent):
		st := &all[offered]
		key := "lead.others_consented"
		if len(st.Consents) > 1 {
			key = "lead.many_consented"
		}
		l.Next = p.T(key, "who", someNames(p, r, st.Consents, true), "slot", slotName(p, st.Slot))
		l.Action = consentLink(p, r, st.Slot)
		if open > 0 {
			l.More = reply
		}
	case open > 0 && v.May(scheduling.RightAnswer):
		l.Next, l.Action = p.T("lead.reply", "n", open), reply
	case !byConsent(r):
		l.preside(p, r, v)
	case best != nil && v.May(scheduling.RightConsent):
		l.Next, l.Action = p.T("lead.consent"), consentLink(p, r, best.Slot)
	default:
		l.wait(p, r, all)
	}
}

func consentLink(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot) *Link {
	return &Link{
		Href: roundPath(r.ID) + "/consent/" + string(s.Label),
		Text: p.T("lead.consent_to", "label", string(s.Label), "when", slotShort(p, s, false)),
	}
}

// preside is the step of a round in which the chair decides.
func (l *leadView) preside(p *locale.Printer, r *scheduling.Round, v viewer) {
	l.Next = p.T("lead.waiting_chair", "who", partyName(p, r.Negotiation, r.Rule.Confirmer))
	if r.MayPreside(v.Member.ID) == nil {
		l.Next, l.Action = p.T("lead.preside"), &Link{Href: roundPath(r.ID) + "/decision", Text: p.T("decision.do")}
	}
}

// confirm is the step once all have consented.
func (l *leadView) confirm(p *locale.Printer, r *scheduling.Round, v viewer, agreed *scheduling.Standing) {
	switch {
	case r.Negotiation.Status != scheduling.Active:
		l.Next = p.T("lead.waiting_resumption")
	case r.Rule.Confirmation == scheduling.ByConfirmer && r.MayConfirm(v.Member.ID) == nil && !v.Observer:
		l.Next = p.T("lead.confirm")
		l.Action = &Link{Href: roundPath(r.ID) + "/confirmation/" + string(agreed.Slot.Label), Text: p.T("lead.confirm_this")}
	default:
		l.Next = p.T("lead.waiting_confirmation", "who", partyName(p, r.Negotiation, r.Rule.Confirmer))
	}
}

// wait says whose answers are missing, or else that consents are. Who has
// consented to a date has answered.
func (l *leadView) wait(p *locale.Printer, r *scheduling.Round, all []scheduling.Standing) {
	var silent []scheduling.PartyID
	for i, id := range r.Negotiation.Required() {
		if committed(all, id) == nil && slices.ContainsFunc(all, func(s scheduling.Standing) bool { return s.Levels[i] == "" }) {
			silent = append(silent, id)
		}
	}
	if len(silent) > 0 {
		l.Next = p.T("lead.waiting_reply", "who", someNames(p, r, silent, true))
		return
	}
	l.Next = p.T("lead.waiting_consents")
}

// committed is the slot that a party has consented to, or nil.
func committed(all []scheduling.Standing, party scheduling.PartyID) *scheduling.Standing {
	i := slices.IndexFunc(all, func(s scheduling.Standing) bool { return slices.Contains(s.Consents, party) })
	if i < 0 {
		return nil
	}
	return &all[i]
}
