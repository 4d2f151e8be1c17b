package web

import (
	"net/url"
	"slices"
	"strconv"

	"parley/scheduling"
)

// ruleFields are the inputs about a rule and the deadline of a round.
type ruleFields struct {
	*Form
	Kind                    Picks
	Confirmation            Picks
	Confirmer               Picks
	Reporting               Picks
	Postpones               checkbox
	Core                    []Choice // checkboxes named core
	Quorum                  Field
	Consultation            deadlineFields
	Override                checkbox
	Sealing                 bool // sealed rules can be chosen
	Reveal                  deadlineFields
	AtDeadline, Mediator    checkbox
	Ranking                 Picks
	Balance                 checkbox
	Deadline                deadlineFields
	QuorumOpen, ChairOpen   bool
	SealedOpen, RankingOpen bool
	Open                    bool // a deadline is given
}

// values of a choice, as they stand in a form.
func values[T ~string](all []T) []string {
	list := make([]string, len(all))
	for i, v := range all {
		list[i] = string(v)
	}
	return list
}

// rule reads how a round is to decide. What the kind does not read is left out
// by the domain.
func (f *offerForm) rule(parties []scheduling.Party) scheduling.Rule {
	ru := scheduling.Rule{
		Kind:              scheduling.Unanimity,
		Confirmation:      scheduling.Confirmation(f.Choice("confirmation", string(scheduling.OnLastConsent), string(scheduling.ByConfirmer))),
		Reporting:         scheduling.Reporting(f.Choice("reporting", string(scheduling.ReportNothing), string(scheduling.ReportPositions), string(scheduling.ReportConsents))),
		ConvenerPostpones: f.Checked("postpones"),
		Override:          f.Checked("override"), RevealAtDeadline: f.Checked("reveal_at_deadline"), MediatorSees: f.Checked("mediator_sees"),
		Balance: f.Checked("balance"),
	}
	if f.Has("kind") {
		ru.Kind = scheduling.RuleKind(f.Choice("kind", values(scheduling.RuleKinds)...))
	}
	if f.Has("ranking") {
		ru.Ranking = scheduling.RankingMethod(f.Choice("ranking", values(scheduling.RankingMethods)...))
	}
	if ru.Confirmation == scheduling.ByConfirmer || ru.Chaired() {
		ru.Confirmer = f.side("confirmer", parties)
	}
	switch ru.Kind {
	case scheduling.Quorum:
		ru.Quorum = f.Int("quorum", 0, scheduling.MaxParties)
		for _, side := range f.values["core"] {
			for _, p := range parties {
				if sideValue(p.ID) == side && !slices.Contains(ru.Core, p.ID) {
					ru.Core = append(ru.Core, p.ID)
				}
			}
		}
	case scheduling.ChairDecides:
		ru.Consultation = f.deadline("consultation")
	case scheduling.SealedSimultaneous, scheduling.SealedMinimal:
		ru.Reveal = f.deadline("reveal")
	case scheduling.Unanimity, scheduling.SilenceProcedure:
	}
	return ru
}

// setRule fills a form with a rule.
func setRule(values url.Values, ru scheduling.Rule) {
	values.Set("kind", string(ru.Kind))
	values.Set("confirmation", string(ru.Confirmation))
	values.Set("reporting", string(ru.Reporting))
	values.Set("ranking", string(ru.Ranking))
	setYes(values, "postpones", ru.ConvenerPostpones)
	setYes(values, "override", ru.Override)
	setYes(values, "reveal_at_deadline", ru.RevealAtDeadline)
	setYes(values, "mediator_sees", ru.MediatorSees)
	setYes(values, "balance", ru.Balance)
	if ru.Confirmation == scheduling.ByConfirmer || ru.Chaired() {
		values.Set("confirmer", sideValue(ru.Confirmer))
	}
	if ru.Kind == scheduling.Quorum {
		values.Set("quorum", strconv.Itoa(ru.Quorum))
		for _, id := range ru.Core {
			values.Add("core", sideValue(id))
		}
	}
}

// ruleFields are the inputs with what was typed. Sides are who may confirm or
// preside; the first of them stands for no choice.
func (f *offerForm) ruleFields(sides []Choice) ruleFields {
	v := ruleFields{Form: f.Form}
	var kinds []Choice
	for _, k := range scheduling.RuleKinds {
		kinds = append(kinds, Choice{Value: string(k), Label: f.T("rule.kind." + string(k)), Note: f.T("rule.kind_note." + string(k))})
		v.Sealing = v.Sealing || scheduling.Rule{Kind: k}.Sealed()
	}
	if !f.Has("kind") {
		f.values.Set("kind", string(scheduling.Unanimity))
	}
	v.Kind = f.Picks("kind", f.T("rule.kind_label"), "", kinds...)
	kind := scheduling.RuleKind(f.Line("kind"))
	v.Confirmation = f.Picks("confirmation", f.T("new.confirmation"), "",
		Choice{Value: string(scheduling.OnLastConsent), Label: f.T("new.on_last_consent"), Note: f.T("new.on_last_consent_note")},
		Choice{Value: string(scheduling.ByConfirmer), Label: f.T("new.by_confirmer"), Note: f.T("new.by_confirmer_note")})
	v.Confirmer = f.Picks("confirmer", f.T("new.confirmer"), f.T("new.confirmer_hint"), sides...)
	v.Reporting = f.Picks("reporting", f.T("new.reporting"), f.T("new.reporting_hint"),
		Choice{Value: string(scheduling.ReportNothing), Label: f.T("new.report_nothing")},
		Choice{Value: string(scheduling.ReportPositions), Label: f.T("new.report_positions")},
		Choice{Value: string(scheduling.ReportConsents), Label: f.T("new.report_consents")})
	tick := func(name, label string) checkbox {
		return checkbox{Name: name, Label: f.T(label), Checked: f.Checked(name)}
	}
	v.Postpones = tick("postpones", "new.postpones")
	for _, side := range sides {
		if side.Value != "" && side.Value != staffValue {
			side.Chosen = slices.Contains(f.values["core"], side.Value)
			v.Core = append(v.Core, side)
		}
	}
	v.Quorum = f.lineField("quorum", "rule.quorum_label", "rule.quorum_hint")
	v.Consultation = f.deadlineFields("consultation", "rule.consultation", "rule.consultation_hint")
	v.Override = tick("override", "rule.override")
	v.Reveal = f.deadlineFields("reveal", "rule.reveal_label", "rule.reveal_hint")
	v.AtDeadline, v.Mediator = tick("reveal_at_deadline", "rule.at_deadline"), tick("mediator_sees", "rule.mediator")
	var methods []Choice
	for _, m := range scheduling.RankingMethods {
		methods = append(methods, Choice{Value: string(m), Label: f.T("rule.ranking." + rankingKey(m))})
	}
	v.Ranking = f.Picks("ranking", f.T("rule.ranking_label"), f.T("rule.ranking_hint"), methods...)
	v.Balance = tick("balance", "rule.balance")
	v.Deadline = f.deadlineFields("deadline", "new.deadline", "new.deadline_hint")
	v.Open = f.hasDate("deadline") || f.badWithin("deadline")
	v.QuorumOpen = kind == scheduling.Quorum || f.bad("quorum", "core")
	v.ChairOpen = kind == scheduling.ChairDecides || f.badWithin("consultation")
	v.SealedOpen = (scheduling.Rule{Kind: kind}).Sealed() || f.badWithin("reveal")
	v.RankingOpen = f.Has("ranking") || f.Checked("balance") || f.bad("ranking")
	return v
}
