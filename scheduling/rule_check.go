package scheduling

import (
	"slices"
	"time"
)

// Chaired reports whether the rule leaves something to a chair: the side named
// as Confirmer presides.
func (ru Rule) Chaired() bool { return ru.Kind == ChairDecides || ru.Kind == SilenceProcedure }

// check refuses a rule under which the round could not be decided. Deadlines
// that differ from those of the rule before have to lie ahead of now.
func (ru Rule) check(n *Negotiation, before Rule, now time.Time) error {
	past := func(d, was Deadline) bool { return d != was && !d.IsZero() && !d.Instant().After(now) }
	switch {
	case !slices.Contains(RuleKinds, ru.Kind):
		return refuse(ErrInvalid, "rule_unknown").at("rule")
	case ru.Confirmation != ByConfirmer && ru.Confirmation != OnLastConsent:
		return refuse(ErrInvalid, "confirmation_unknown").at("confirmation")
	case ru.Reporting != ReportNothing && ru.Reporting != ReportPositions && ru.Reporting != ReportConsents:
		return refuse(ErrInvalid, "reporting_unknown").at("reporting")
	case ru.Confirmer != "" && n.Party(ru.Confirmer) == nil:
		return refuse(ErrInvalid, "party_unknown").at("confirmer")
	case ru.Confirmer != "" && n.Party(ru.Confirmer).Role != RoleRequired:
		return refuse(ErrInvalid, "observers_follow").at("confirmer")
	case !slices.Contains(RankingMethods, ru.Ranking):
		return refuse(ErrInvalid, "ranking_unknown").at("ranking")
	case ru.Chaired() && len(ru.chairs(n)) == 0:
		return refuse(ErrInvalid, "chair_missing").at("chair")
	case past(ru.Consultation, before.Consultation):
		return refuse(ErrInvalid, "deadline_past").at("consultation")
	case past(ru.Reveal, before.Reveal):
		return refuse(ErrInvalid, "deadline_past").at("reveal")
	case ru.RevealAtDeadline && ru.Reveal.IsZero():
		return refuse(ErrInvalid, "reveal_missing").at("reveal")
	case ru.Kind == Quorum:
		return ru.checkQuorum(n)
	}
	return nil
}

func (ru Rule) checkQuorum(n *Negotiation) error {
	required := n.Required()
	for i, p := range ru.Core {
		if !slices.Contains(required, p) || slices.Contains(ru.Core[:i], p) {
			return refuse(ErrInvalid, "core_unknown").at("core")
		}
	}
	switch others := len(required) - len(ru.Core); {
	case ru.Quorum < 0 || ru.Quorum > others:
		return refuse(ErrInvalid, "quorum_out_of_range").at("quorum")
	case len(ru.Core)+ru.Quorum < 2:
		return refuse(ErrInvalid, "quorum_too_small").at("quorum")
	}
	return nil
}

// plain is the rule without what only other kinds read, so that what a form
// left over from another choice is neither kept nor shown.
func (ru Rule) plain() Rule {
	if ru.Kind != Quorum {
		ru.Core, ru.Quorum = nil, 0
	}
	if ru.Kind != ChairDecides {
		ru.Consultation, ru.Override = Deadline{}, false
	}
	if !ru.Sealed() {
		ru.Reveal, ru.RevealAtDeadline, ru.MediatorSees = Deadline{}, false, false
	}
	if ru.Confirmation == OnLastConsent && !ru.Chaired() {
		ru.Confirmer = ""
	}
	return ru
}

// equal reports whether two rules say the same.
func (ru Rule) equal(o Rule) bool {
	a, b := ru.plain(), o.plain()
	core := slices.Equal(slices.Sorted(slices.Values(a.Core)), slices.Sorted(slices.Values(b.Core)))
	return core && a.Kind == b.Kind && a.Confirmation == b.Confirmation && a.Confirmer == b.Confirmer &&
		a.Reporting == b.Reporting && a.ConvenerPostpones == b.ConvenerPostpones && a.Quorum == b.Quorum &&
		a.Consultation == b.Consultation && a.Override == b.Override && a.Reveal == b.Reveal &&
		a.RevealAtDeadline == b.RevealAtDeadline && a.MediatorSees == b.MediatorSees &&
		a.Ranking == b.Ranking && a.Balance == b.Balance
}
