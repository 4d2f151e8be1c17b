package web

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/scheduling"
)

// ruleForm is the form of a page about the rule of a round, whose deadlines are
// read as on the form of an offer.
func (s *Server) ruleForm(f *Form, r *scheduling.Round, party scheduling.PartyID) *offerForm {
	return &offerForm{Form: f, now: s.instant(), months: map[string]time.Month{}, seats: ownFirst(r.Negotiation.Parties, party)}
}

// everySide lists the parties and the neutral staff, to choose from.
func everySide(p Page, n *scheduling.Negotiation) []Choice {
	choices := []Choice{{Value: "", Label: p.T("new.choose")}}
	for _, party := range n.Parties {
		choices = append(choices, Choice{Value: sideValue(party.ID), Label: party.Name})
	}
	return append(choices, Choice{Value: staffValue, Label: p.T("new.staff")})
}

// slotPicks are the dates on the table to choose one from, each with the
// version that is seen.
func slotPicks(f *Form, p Page, r *scheduling.Round, note func(*scheduling.Slot) string) Picks {
	var choices []Choice
	for _, slot := range r.Offered() {
		choices = append(choices, Choice{
			Value: string(slot.Label) + "." + strconv.Itoa(slot.Version), Label: slotName(p.Printer, slot), Note: note(slot),
		})
	}
	return f.Picks("slot", p.T("rule.slot"), "", choices...)
}

// pickedSlot reads what slotPicks has offered.
func pickedSlot(f *Form) (scheduling.Label, int) {
	label, version, _ := strings.Cut(f.Line("slot"), ".")
	n, _ := strconv.Atoi(version)
	return scheduling.Label(label), n
}

// decision is GET, POST R/decision: the chair fixes a date after consulting the
// parties.
func (s *Server) decision() anAct {
	return anAct{
		path: "/decision", done: "decided",
		in: func(r *scheduling.Round, v viewer) error { return r.MayPreside(v.Member.ID) },
		page: func(r *scheduling.Round, _ viewer, f *Form, view *actView) {
			view.Title, view.Lede, view.Submit = view.T("decision.title"), view.T("decision.lede"), view.T("decision.do")
			now, ready := s.instant(), false
			view.Picks = append(view.Picks, slotPicks(f, view.Page, r, func(slot *scheduling.Slot) string {
				refusals := 0
				for _, id := range r.Negotiation.Required() {
					if pos, ok := slot.Position(id); ok && pos.Level == scheduling.LevelNotPossible {
						refusals++
					}
				}
				switch {
				case !r.Consulted(slot, now):
					return view.T("decision.not_consulted")
				case refusals > 0 && !r.Rule.Override:
					return view.T("decision.ruled_out", "n", refusals)
				case refusals > 0:
					ready = true
					return view.T("decision.overrides", "n", refusals)
				}
				ready = true
				return ""
			}))
			reasons := f.Field("reasons", view.T("decision.reasons"), view.T("decision.reasons_hint"))
			reasons.Optional, reasons.Max, reasons.Rows = true, scheduling.MaxText, 5
			view.Areas = []Field{reasons}
			if !ready {
				view.Submit = ""
				view.Notes = append(view.Notes, view.T("decision.none"))
			}
		},
		read: func(f *Form) {
			f.Require("slot")
			f.TextUpTo("reasons", scheduling.MaxText)
		},
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			label, version := pickedSlot(f)
			return r.Decide(a, label, version, scheduling.Text{Body: f.Text("reasons")})
		},
	}
}

// silence is GET, POST R/silence: the chair puts one date under silence, until
// an exact instant.
func (s *Server) silence() anAct {
	return anAct{
		path: "/silence", done: "silence_proposed",
		in: func(r *scheduling.Round, v viewer) error { return r.MayPreside(v.Member.ID) },
		page: func(r *scheduling.Round, v viewer, f *Form, view *actView) {
			view.Title, view.Lede, view.Submit = view.T("silence.title"), view.T("silence.lede"), view.T("silence.do")
			if open := r.Unaccepted(); len(open) > 0 {
				view.Notes, view.Submit = append(view.Notes, view.T("rule.unaccepted", "who", someNames(view.Printer, r, open, true))), ""
			}
			now := s.instant()
			view.Picks = append(view.Picks, slotPicks(f, view.Page, r, func(slot *scheduling.Slot) string {
				return decideBy(view.Printer, r, slot, now)
			}))
			view.Deadlines = append(view.Deadlines, s.ruleForm(f, r, v.Member.Party).deadlineFields("expiry", "silence.ends", "silence.ends_hint"))
		},
		read:  func(f *Form) { f.Require("slot") },
		parse: func(r *scheduling.Round, v viewer, f *Form) { s.ruleForm(f, r, v.Member.Party).deadline("expiry") },
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			label, version := pickedSlot(f)
			ends := s.ruleForm(f, r, confirmerOf(r.Negotiation, a.By)).deadline("expiry")
			return atInput(r.ProposeUnderSilence(a, label, version, ends))
		},
	}
}

// atInput is a refusal at the input that its field stands for.
func atInput(err error) error {
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if !ok || offerFieldOf[refusal.Field] == "" {
		return err
	}
	at := *refusal
	at.Field = offerFieldOf[refusal.Field]
	return &at
}

// silenceAcceptance is GET, POST R/silence/acceptance: a party says beforehand
// that its silence counts as consent in this round.
func (s *Server) silenceAcceptance() anAct {
	return anAct{
		path: "/silence/acceptance", done: "rule_accepted",
		page: func(r *scheduling.Round, v viewer, _ *Form, view *actView) {
			view.Title, view.Lede = view.T("acceptance.title"), ruleSentence(view.Printer, r, s.instant())
			view.Notes = append(view.Notes, view.T("acceptance.effect"))
			if v.Party != nil && r.Rule.Kind == scheduling.SilenceProcedure {
				if _, ok := r.Accepted[v.Party.ID]; !ok {
					view.Submit = view.T("rule.accept")
					return
				}
				view.Notes = []string{view.T("acceptance.done")}
			}
		},
		do: func(r *scheduling.Round, a scheduling.Act, _ *Form) error { return r.AcceptRule(a) },
	}
}

// silenceObjection is GET, POST R/silence/objection: a party breaks the silence.
func (s *Server) silenceObjection() anAct {
	return anAct{
		path: "/silence/objection", done: "silence_broken",
		page: func(r *scheduling.Round, _ viewer, f *Form, view *actView) {
			view.Title, view.Lede = view.T("silence_objection.title"), view.T("silence_objection.over")
			silence := r.Silence
			if silence == nil {
				return
			}
			view.Lede = view.T("rule.silence_runs", "slot", slotName(view.Printer, r.Slot(silence.Slot)), "deadline", deadline(view.Printer, silence.Ends, s.instant()))
			view.Notes = append(view.Notes, view.T("silence_objection.effect"))
			view.Submit = view.T("rule.object")
			view.Hidden = append(view.Hidden, hiddenValue{"slot", string(silence.Slot) + "." + strconv.Itoa(silence.SlotVersion)})
			text := f.Field("text", view.T("silence_objection.text"), "")
			text.Optional, text.Max, text.Rows = true, scheduling.MaxText, 5
			view.Areas = []Field{text}
			view.Readers = readers(f, view.Page)
		},
		read: func(f *Form) { f.TextUpTo("text", scheduling.MaxText) },
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			label, version := pickedSlot(f)
			return r.BreakSilence(a, label, version, textFor(f, "text"))
		},
	}
}

// ruleChange is GET, POST R/rule: to propose another rule or deadline; or, when
// one is proposed, to see what would change and to agree or refuse.
func (s *Server) ruleChange() anAct {
	return anAct{
		path: "/rule", done: "rule_proposed", in: mayProposeRule,
		page: func(r *scheduling.Round, v viewer, f *Form, view *actView) {
			view.Title, view.Lede = view.T("rule.change_title"), view.T("rule.change_lede")
			if c := r.RuleChange; c != nil {
				s.renderRuleChange(r, v, view)
				return
			}
			if f.values.Get("confirmation") == "" {
				f = newForm(f.Printer, url.Values{})
				setRule(f.values, r.Rule)
				setDeadline(f.values, "deadline", r.Deadline)
				setDeadline(f.values, "consultation", r.Rule.Consultation)
				setDeadline(f.values, "reveal", r.Rule.Reveal)
			}
			fields := s.ruleForm(f, r, v.Member.Party).ruleFields(everySide(view.Page, r.Negotiation))
			view.Rule = &fields
			view.Areas, view.Readers = []Field{reasonField(f, view.Page)}, readers(f, view.Page)
			view.Submit = view.T("rule.propose")
		},
		read: readReason,
		parse: func(r *scheduling.Round, v viewer, f *Form) {
			o := s.ruleForm(f, r, v.Member.Party)
			o.rule(r.Negotiation.Parties)
			o.deadline("deadline")
		},
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			o := s.ruleForm(f, r, confirmerOf(r.Negotiation, a.By))
			rule, ends := o.rule(r.Negotiation.Parties), o.deadline("deadline")
			return atInput(r.ProposeRule(a, rule, ends, textFor(f, "reason")))
		},
	}
}

// renderRuleChange shows what is proposed, old beside new.
func (s *Server) renderRuleChange(r *scheduling.Round, v viewer, view *actView) {
	c := r.RuleChange
	view.Lede = view.T("rule.change_proposed", "party", partyName(view.Printer, r.Negotiation, c.By))
	if reason := c.Reason.For(v.Audience); reason != "" {
		view.Notes = append(view.Notes, view.T("act.said", "text", reason))
	}
	view.Compared = ruleLines(view.Printer, r.Negotiation, r.Rule, c.Rule, r.Deadline, c.Deadline)
	chair := r.MayPreside(v.Member.ID) == nil && r.Rule.Kind == scheduling.ChairDecides
	switch lacks := r.Undecided(); {
	case lacks.Done():
		view.Notes = append(view.Notes, view.T("rule.chair_agrees"))
	default:
		view.Notes = append(view.Notes, view.T("rule.takes", "who", neededText(view.Printer, r, lacks, true)))
	}
	own := c.By == v.Member.Party
	for _, id := range c.Agreed {
		own = own || v.Party != nil && id == v.Party.ID
	}
	if chair || v.Party != nil && v.May(scheduling.RightConsent) && !own {
		view.Action, view.Submit = roundPath(r.ID)+"/rule/agreement", view.T("rule.agree")
	}
	switch refusal := roundPath(r.ID) + "/rule/refusal"; {
	case own:
		view.Other = &secondAct{refusal, view.T("rule.take_back")}
	case view.Submit != "":
		view.Other = &secondAct{refusal, view.T("rule.refuse")}
	}
}

// ruleAgreement is POST R/rule/agreement, ruleRefusal POST R/rule/refusal.
func (s *Server) ruleAgreement() anAct {
	return anAct{done: "rule_agreed", in: mayProposeRule, do: func(r *scheduling.Round, a scheduling.Act, _ *Form) error { return r.AgreeRule(a) }}
}

func (s *Server) ruleRefusal() anAct {
	return anAct{done: "rule_refused", in: mayProposeRule, do: func(r *scheduling.Round, a scheduling.Act, _ *Form) error { return r.RefuseRule(a) }}
}
