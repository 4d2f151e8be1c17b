package store

import "parley/scheduling"

type acceptanceValue struct {
	By       scheduling.MemberID `json:"by"`
	At       int64               `json:"at"`
	Reported *evidenceValue      `json:"reported,omitempty"`
}

type silenceValue struct {
	Slot        scheduling.Label    `json:"slot"`
	SlotVersion int                 `json:"slot_version"`
	Ends        deadlineValue       `json:"ends"`
	By          scheduling.MemberID `json:"by"`
	Party       scheduling.PartyID  `json:"party,omitempty"`
	At          int64               `json:"at"`
}

type decisionValue struct {
	Slot        scheduling.Label    `json:"slot"`
	SlotVersion int                 `json:"slot_version"`
	By          scheduling.MemberID `json:"by"`
	Party       scheduling.PartyID  `json:"party,omitempty"`
	At          int64               `json:"at"`
	Reasons     textValue           `json:"reasons,omitzero"`
}

type ruleChangeValue struct {
	Rule     ruleColumn           `json:"rule"`
	Deadline deadlineValue        `json:"deadline,omitzero"`
	By       scheduling.PartyID   `json:"by,omitempty"`
	At       int64                `json:"at"`
	Reason   textValue            `json:"reason,omitzero"`
	Agreed   []scheduling.PartyID `json:"agreed,omitempty"`
	Refused  []scheduling.PartyID `json:"refused,omitempty"`
}

// addRule adds what the rule of the round has brought about.
func (row *roundRow) addRule(r *scheduling.Round) (err error) {
	if row.Rule, err = encode(newRuleColumn(r.Rule)); err != nil {
		return err
	}
	if len(r.Accepted) > 0 {
		accepted := make(map[scheduling.PartyID]acceptanceValue, len(r.Accepted))
		for id, a := range r.Accepted {
			accepted[id] = acceptanceValue{By: a.By, At: seconds(a.At), Reported: newEvidenceValue(a.Reported)}
		}
		if row.Accepted, err = encode(accepted); err != nil {
			return err
		}
	}
	if s := r.Silence; s != nil {
		v := silenceValue{Slot: s.Slot, SlotVersion: s.SlotVersion, Ends: deadlineValue(s.Ends), By: s.By, Party: s.Party, At: seconds(s.At)}
		if row.Silence, err = encode(v); err != nil {
			return err
		}
	}
	if d := r.Decision; d != nil {
		v := decisionValue{Slot: d.Slot, SlotVersion: d.SlotVersion, By: d.By, Party: d.Party, At: seconds(d.At), Reasons: textValue(d.Reasons)}
		if row.Decision, err = encode(v); err != nil {
			return err
		}
	}
	if c := r.RuleChange; c != nil {
		v := ruleChangeValue{
			Rule: newRuleColumn(c.Rule), Deadline: deadlineValue(c.Deadline), By: c.By, At: seconds(c.At),
			Reason: textValue(c.Reason), Agreed: c.Agreed, Refused: c.Refused,
		}
		if row.RuleChange, err = encode(v); err != nil {
			return err
		}
	}
	return nil
}

// buildRule sets what addRule has kept.
func (row roundRow) buildRule(r *scheduling.Round) error {
	var (
		rule     ruleColumn
		accepted map[scheduling.PartyID]acceptanceValue
		silence  *silenceValue
		decision *decisionValue
		change   *ruleChangeValue
	)
	if err := decode(row.Rule, &rule); err != nil {
		return err
	}
	if err := decode(row.Accepted, &accepted); err != nil {
		return err
	}
	if err := decode(row.Silence, &silence); err != nil {
		return err
	}
	if err := decode(row.Decision, &decision); err != nil {
		return err
	}
	if err := decode(row.RuleChange, &change); err != nil {
		return err
	}
	r.Rule = rule.rule()
	for id, v := range accepted {
		if r.Accepted == nil {
			r.Accepted = make(map[scheduling.PartyID]scheduling.Acceptance, len(accepted))
		}
		r.Accepted[id] = scheduling.Acceptance{By: v.By, At: instant(v.At), Reported: v.Reported.evidence()}
	}
	if v := silence; v != nil {
		r.Silence = &scheduling.Silence{
			Slot: v.Slot, SlotVersion: v.SlotVersion, Ends: scheduling.Deadline(v.Ends), By: v.By, Party: v.Party, At: instant(v.At),
		}
	}
	if v := decision; v != nil {
		r.Decision = &scheduling.Decision{
			Slot: v.Slot, SlotVersion: v.SlotVersion, By: v.By, Party: v.Party, At: instant(v.At), Reasons: scheduling.Text(v.Reasons),
		}
	}
	if v := change; v != nil {
		r.RuleChange = &scheduling.RuleChange{
			Rule: v.Rule.rule(), Deadline: scheduling.Deadline(v.Deadline), By: v.By, At: instant(v.At),
			Reason: scheduling.Text(v.Reason), Agreed: v.Agreed, Refused: v.Refused,
		}
	}
	return nil
}
