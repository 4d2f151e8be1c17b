package web

import (
	"cmp"
	"slices"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// ruleSentence says how the round decides, and what may be recorded for a
// party that answers elsewhere.
func ruleSentence(p *locale.Printer, r *scheduling.Round, now time.Time) string {
	if r.Rule.Sealed() {
		return p.T("rule.and", "rule", sealedRule(p, r, now), "more", consentText(p, r.Negotiation, r.Rule))
	}
	return ruleText(p, r.Negotiation, r.Rule)
}

// consentText says that all have to consent, and who confirms.
func consentText(p *locale.Printer, n *scheduling.Negotiation, ru scheduling.Rule) string {
	return p.T("overview.rule."+string(ru.Confirmation)+"."+string(ru.Reporting), "confirmer", partyName(p, n, ru.Confirmer))
}

func ruleText(p *locale.Printer, n *scheduling.Negotiation, ru scheduling.Rule) string {
	if ru.Kind == scheduling.Unanimity {
		return consentText(p, n, ru)
	}
	text := kindText(p, n, ru)
	if ru.Reporting == scheduling.ReportNothing {
		return text
	}
	return p.T("rule.and", "rule", text, "more", p.T("rule.reporting."+string(ru.Reporting)))
}

// kindText is a rule other than unanimity in one sentence.
func kindText(p *locale.Printer, n *scheduling.Negotiation, ru scheduling.Rule) string {
	confirmer := partyName(p, n, ru.Confirmer)
	then := p.T("rule.then."+string(ru.Confirmation), "confirmer", confirmer)
	switch ru.Kind {
	case scheduling.Quorum:
		others := slices.DeleteFunc(n.Required(), func(id scheduling.PartyID) bool { return slices.Contains(ru.Core, id) })
		key := "rule.quorum.both"
		switch {
		case ru.Quorum == 0:
			key = "rule.quorum.core"
		case len(ru.Core) == 0:
			key = "rule.quorum.some"
		}
		return p.T(key, "core", p.And(n.Names(ru.Core)...), "n", ru.Quorum, "others", p.And(n.Names(others)...), "then", then)
	case scheduling.ChairDecides:
		override := "rule.chair.no_override"
		if ru.Override {
			override = "rule.chair.override"
		}
		if ru.Consultation.IsZero() {
			return p.T("rule.chair.answered", "chair", confirmer, "override", p.T(override))
		}
		return p.T("rule.chair.until", "chair", confirmer, "override", p.T(override), "deadline", plainDeadline(p, ru.Consultation))
	case scheduling.SilenceProcedure:
		return p.T("rule.silence", "chair", confirmer)
	case scheduling.SealedSimultaneous, scheduling.SealedMinimal:
		reveal := p.T("rule.reveal.all")
		switch {
		case ru.RevealAtDeadline:
			reveal = p.T("rule.reveal.deadline", "deadline", plainDeadline(p, ru.Reveal))
		case !ru.Reveal.IsZero():
			reveal = p.T("rule.reveal.all_by", "deadline", plainDeadline(p, ru.Reveal))
		}
		text := p.T("rule."+string(ru.Kind), "reveal", reveal, "then", then)
		if ru.MediatorSees {
			text = p.T("rule.and", "rule", text, "more", p.T("rule.mediator_sees"))
		}
		return text
	case scheduling.Unanimity:
	}
	return ruleText(p, n, ru)
}

// plainDeadline is a deadline without how far off it is, for what is read long
// afterwards.
func plainDeadline(p *locale.Printer, d scheduling.Deadline) string {
	when := p.ShortDateYear(d.Date)
	if d.At != civil.EndOfDay {
		when = p.T("time.date_time", "date", when, "time", p.Time(d.At))
	}
	return p.T("rule.instant", "when", when, "city", cmp.Or(d.City, string(d.Zone)))
}

// chairLine says who presides: the person to the person's own side, the party
// to all.
func chairLine(p *locale.Printer, r *scheduling.Round, v viewer) string {
	var who []string
	for _, m := range r.Chairs() {
		name := partyName(p, r.Negotiation, m.Party)
		if person := personName(r.Negotiation, m.ID, v); person != "" {
			name = p.T("rule.person", "name", person, "party", name)
		}
		if !slices.Contains(who, name) {
			who = append(who, name)
		}
	}
	switch {
	case !r.Rule.Chaired():
		return ""
	case len(who) == 0:
		return p.T("rule.nobody_presides")
	}
	return p.T("rule.presides", "who", p.And(who...))
}

// byConsent reports whether parties consent to dates in this round.
func byConsent(r *scheduling.Round) bool { return r.Rule.Kind != scheduling.ChairDecides }

// neededText says whose word lacks: each of some, and so many of others.
func neededText(p *locale.Printer, r *scheduling.Round, lacks scheduling.Needed, named bool) string {
	each, among := someNames(p, r, lacks.Each, named), someNames(p, r, lacks.Among, named)
	switch {
	case lacks.More == 0:
		return each
	case len(lacks.Each) == 0:
		return p.T("rule.needed.some", "n", lacks.More, "others", among)
	}
	return p.T("rule.needed.both", "who", each, "n", lacks.More, "others", among)
}

// ruleNotices are what the rule of the round asks for now: a silence that runs,
// the acceptance of the rule, a change of it.
func ruleNotices(p *locale.Printer, r *scheduling.Round, v viewer, now time.Time) []overviewNotice {
	var notices []overviewNotice
	base, binds := roundPath(r.ID), v.Party != nil && !v.Observer && v.May(scheduling.RightConsent)
	over := r.Status == scheduling.Lapsed || r.Status == scheduling.Held || r.Status == scheduling.Cancelled
	if over || r.Negotiation.Status == scheduling.Concluded {
		return nil
	}
	if s := r.Silence; s != nil {
		notice := overviewNotice{Text: p.T("rule.silence_runs", "slot", slotName(p, r.Slot(s.Slot)), "deadline", deadline(p, s.Ends, now))}
		if v.Party != nil && !v.Observer && v.May(scheduling.RightAnswer) {
			notice.Action = &Link{Href: base + "/silence/objection", Text: p.T("rule.object")}
		}
		notices = append(notices, notice)
	}
	if open := r.Unaccepted(); r.Rule.Kind == scheduling.SilenceProcedure && len(open) > 0 {
		notice := overviewNotice{Text: p.T("rule.unaccepted", "who", someNames(p, r, open, !v.Observer))}
		if binds && slices.Contains(open, v.Party.ID) {
			notice.Action = &Link{Href: base + "/silence/acceptance", Text: p.T("rule.accept")}
		}
		notices = append(notices, notice)
	}
	if c := r.RuleChange; c != nil {
		notice := overviewNotice{Text: p.T("rule.change_proposed", "party", partyName(p, r.Negotiation, c.By))}
		if !v.Observer {
			notice.Quote, notice.Action = c.Reason.For(v.Audience), &Link{Href: base + "/rule", Text: p.T("rule.see_change")}
		}
		notices = append(notices, notice)
	}
	return notices
}

// ruleActs are what the rule lets this viewer do with the dates as a whole.
func ruleActs(p *locale.Printer, r *scheduling.Round, v viewer) []Link {
	var acts []Link
	base := roundPath(r.ID)
	if agreeing(r) && len(r.Offered()) > 0 && r.MayPreside(v.Member.ID) == nil {
		switch {
		case r.Rule.Kind == scheduling.ChairDecides:
			acts = append(acts, Link{Href: base + "/decision", Text: p.T("decision.do")})
		case r.Rule.Kind == scheduling.SilenceProcedure && r.Silence == nil:
			acts = append(acts, Link{Href: base + "/silence", Text: p.T("silence.do")})
		}
	}
	return acts
}

// ruleLink leads to where another rule is proposed; nil for who may not.
func ruleLink(p *locale.Printer, r *scheduling.Round, v viewer) *Link {
	over := r.Status == scheduling.Lapsed || r.Status == scheduling.Held || r.Status == scheduling.Cancelled
	if over || r.Negotiation.Status == scheduling.Concluded || r.RuleChange != nil || mayProposeRule(r, v) != nil {
		return nil
	}
	return &Link{Href: roundPath(r.ID) + "/rule", Text: p.T("rule.propose")}
}

// mayProposeRule lets pass who binds a party, presides, or convenes for the
// neutral staff.
func mayProposeRule(r *scheduling.Round, v viewer) error {
	switch {
	case v.Observer:
		return forbidden("observers_follow")
	case r.MayPreside(v.Member.ID) == nil, v.Party == nil && v.May(scheduling.RightConvene):
		return nil
	case v.Party == nil:
		return forbidden("convene_missing")
	case !v.May(scheduling.RightConsent):
		return forbidden("consent_right_missing")
	}
	return nil
}

// ruleLines are what two rules and deadlines of a round say, side by side,
// where they differ.
func ruleLines(p *locale.Printer, n *scheduling.Negotiation, now, next scheduling.Rule, nowEnds, nextEnds scheduling.Deadline) []compared {
	yes := func(b bool) string {
		if b {
			return p.T("rule.yes")
		}
		return p.T("rule.no")
	}
	ends := func(d scheduling.Deadline) string {
		if d.IsZero() {
			return p.T("rule.none")
		}
		return plainDeadline(p, d)
	}
	var lines []compared
	for _, line := range []compared{
		{p.T("rule.line.rule"), ruleText(p, n, now), ruleText(p, n, next)},
		{p.T("rule.line.confirmer"), partyName(p, n, now.Confirmer), partyName(p, n, next.Confirmer)},
		{p.T("rule.line.postpones"), yes(now.ConvenerPostpones), yes(next.ConvenerPostpones)},
		{p.T("rule.line.ranking"), p.T("rule.ranking." + rankingKey(now.Ranking)), p.T("rule.ranking." + rankingKey(next.Ranking))},
		{p.T("rule.line.balance"), yes(now.Balance), yes(next.Balance)},
		{p.T("rule.line.deadline"), ends(nowEnds), ends(nextEnds)},
	} {
		if line.Now != line.Next {
			lines = append(lines, line)
		}
	}
	return lines
}

// compared is one line of what would change.
type compared struct{ Term, Now, Next string }

// rankingKey is a method of ranking in the catalogs; none has no name of its own.
func rankingKey(m scheduling.RankingMethod) string {
	if m == scheduling.NoRanking {
		return "none"
	}
	return string(m)
}
