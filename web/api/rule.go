package api

import (
	"time"

	"parley/scheduling"
)

// A RuleChange is another rule or deadline that somebody proposes.
type RuleChange struct {
	Rule     Rule      `json:"rule"`
	Deadline *Deadline `json:"deadline,omitempty"`
	Party    string    `json:"party,omitempty"`
	At       time.Time `json:"at"`
	Reason   *Text     `json:"reason,omitempty"`
	Agreed   []string  `json:"agreed"`
	Refused  []string  `json:"refused"`
}

// A Silence is a slot that is agreed unless somebody objects in time.
type Silence struct {
	Slot        string    `json:"slot"`
	SlotVersion int       `json:"slot_version"`
	Ends        *Deadline `json:"ends"`
	Party       string    `json:"party,omitempty"`
	At          time.Time `json:"at"`
}

// A Decision is the chair's, with its reasons.
type Decision struct {
	Slot        string    `json:"slot"`
	SlotVersion int       `json:"slot_version"`
	Party       string    `json:"party,omitempty"`
	At          time.Time `json:"at"`
	Reasons     *Text     `json:"reasons,omitempty"`
}

// readable is t for those who may read it.
func readable(t scheduling.Text, to scheduling.Audience) *Text {
	if !t.Visible(to) {
		return nil
	}
	return newText(t)
}

// ruled adds what follows from the rule of the round.
func (out *Round) ruled(v Viewer, r *scheduling.Round) {
	if c := r.RuleChange; c != nil {
		out.RuleChange = &RuleChange{
			Rule: newRule(c.Rule), Deadline: newDeadline(c.Deadline), Party: string(c.By), At: c.At,
			Reason: readable(c.Reason, v.Audience), Agreed: ids(c.Agreed), Refused: ids(c.Refused),
		}
	}
	if s := r.Silence; s != nil {
		out.Silence = &Silence{Slot: string(s.Slot), SlotVersion: s.SlotVersion, Ends: newDeadline(s.Ends), Party: string(s.Party), At: s.At}
	}
	for _, id := range r.Negotiation.Required() {
		if _, ok := r.Accepted[id]; ok {
			out.Accepted = append(out.Accepted, string(id))
		}
	}
	if d := r.Decided(); d != nil {
		out.Decision = &Decision{
			Slot: string(d.Slot), SlotVersion: d.SlotVersion, Party: string(d.Party), At: d.At, Reasons: readable(d.Reasons, v.Audience),
		}
	}
}

type decideInput struct {
	SlotPath
	Seen
	Body struct {
		Reasons string `json:"reasons,omitempty" maxLength:"4000" doc:"Go to all parties"`
	}
}

type silenceInput struct {
	SlotPath
	Seen
	Body struct {
		Ends Deadline `json:"ends"`
	}
}

type breakInput struct {
	SlotPath
	Seen
	Body struct {
		Objection *Text `json:"objection,omitempty"`
	}
}

type ruleInput struct {
	RoundPath
	Seen
	Body struct {
		Rule     Rule      `json:"rule"`
		Deadline *Deadline `json:"deadline,omitempty" doc:"Of the round; nothing is none"`
		Reason   *Text     `json:"reason,omitempty" doc:"At most 300 characters"`
	}
}

// rules are the acts that the rule of a round asks for, and those that change it.
func (a *API) rules() {
	roundAct[decideInput, Slot]{
		operation: operation{method: "PUT", path: oneSlot + "/decision", id: "decide", policy: Write, summary: "Fix a slot as the chair"},
		show:      shownSlot[decideInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *decideInput) error {
			return r.Decide(a, in.label(), r.Slot(in.label()).Version, scheduling.Text{Body: in.Body.Reasons})
		},
	}.mount(a)
	roundAct[silenceInput, Slot]{
		operation: operation{method: "PUT", path: oneSlot + "/silence", id: "propose-under-silence", policy: Write, summary: "Put a slot under silence, as the chair"},
		show:      shownSlot[silenceInput],
		do: func(_ *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *silenceInput) error {
			ends, err := in.Body.Ends.deadline("ends", v.Party)
			if err != nil {
				return err
			}
			return r.ProposeUnderSilence(a, in.label(), r.Slot(in.label()).Version, ends)
		},
	}.mount(a)
	roundAct[breakInput, Slot]{
		operation: operation{path: oneSlot + "/silence/objection", id: "break-silence", policy: Answer, summary: "Object to the slot under silence"},
		show:      shownSlot[breakInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *breakInput) error {
			return r.BreakSilence(a, in.label(), r.Slot(in.label()).Version, in.Body.Objection.text())
		},
	}.mount(a)
	onRound(a, "rule/acceptance", "accept-rule", "Accept that the own party's silence counts as consent", Consent, func(r *scheduling.Round, a scheduling.Act, _ *roundInput) error {
		return r.AcceptRule(a)
	})
	roundAct[ruleInput, Round]{
		operation: operation{method: "PUT", path: oneRound + "/rule/proposal", id: "propose-rule", policy: Write, summary: "Propose another rule or deadline"},
		show:      shownRound[ruleInput],
		do: func(_ *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *ruleInput) error {
			rule, err := in.Body.Rule.rule(v.Party, func(id string) scheduling.PartyID { return scheduling.PartyID(id) })
			if err != nil {
				return err
			}
			deadline, err := in.Body.Deadline.deadline("deadline", v.Party)
			if err != nil {
				return err
			}
			return r.ProposeRule(a, rule, deadline, in.Body.Reason.text())
		},
	}.mount(a)
	onRound(a, "rule/proposal/agreement", "agree-rule", "Agree to the rule that is proposed", Write, func(r *scheduling.Round, a scheduling.Act, _ *roundInput) error {
		return r.AgreeRule(a)
	})
	onRound(a, "rule/proposal/refusal", "refuse-rule", "Refuse the rule that is proposed, or take one's own proposal back", Write, func(r *scheduling.Round, a scheduling.Act, _ *roundInput) error {
		return r.RefuseRule(a)
	})
}
