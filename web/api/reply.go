package api

import (
	"parley/scheduling"
)

// A Reply is what the own party has said of the slots on the table, and what it
// has drafted.
type Reply struct {
	Sealed bool         `json:"sealed,omitempty" doc:"Answers go under seal"`
	Slots  []ReplySlot  `json:"slots"`
	Draft  []SlotAnswer `json:"draft,omitempty"`
}

// A ReplySlot is a slot on the table with the own party's answer.
type ReplySlot struct {
	Label    string    `json:"label"`
	Version  int       `json:"version"`
	Position *Position `json:"position,omitempty"`
}

// A SlotAnswer is what a party wants to say of one slot.
type SlotAnswer struct {
	Slot   string `json:"slot" maxLength:"12"`
	Level  string `json:"level" enum:"preferred,available,if_need_be,not_possible"`
	Reason *Text  `json:"reason,omitempty" doc:"At most 300 characters; for if_need_be its condition"`
	Class  string `json:"reason_class,omitempty" enum:"key_person,travel,holiday,visa,security,policy" doc:"What kind of reason rules the slot out; read by whoever may read the reason"`
	Rank   int    `json:"rank,omitempty" minimum:"0" maximum:"500"`
}

// SlotAnswers are what a party wants to say.
type SlotAnswers struct {
	Answers []SlotAnswer `json:"answers" maxItems:"500" minItems:"1"`
}

type answersInput struct {
	RoundPath
	Seen
	Body SlotAnswers
}

type draftAnswersInput struct {
	RoundPath
	Seen
	Body struct {
		Answers []SlotAnswer `json:"answers" maxItems:"500"`
	}
}

// replying lets members pass who answer for a party.
func replying(v Viewer, r *scheduling.Round) error {
	switch {
	case v.Party == nil || v.Observer:
		return forbidden("observers_follow")
	case v.Member.Rights == scheduling.RightObserve:
		return forbidden("answer_right_missing")
	case !agreeing(r):
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "round_" + string(r.Status)}
	}
	return nil
}

func shownReply[I any](_ *call, v Viewer, r *scheduling.Round, _ *I) (Reply, error) {
	if err := replying(v, r); err != nil {
		return Reply{}, err
	}
	out := Reply{Sealed: r.Sealing(), Slots: []ReplySlot{}}
	own, err := r.OwnPositions(v.Member.ID)
	if err != nil {
		return out, err
	}
	draft, _, err := r.DraftOf(v.Member.ID)
	if err != nil {
		return out, err
	}
	for _, s := range r.Offered() {
		slot := ReplySlot{Label: string(s.Label), Version: s.Version}
		if p, ok := own[s.Label]; ok {
			said := newPosition(v, v.Party.ID, p)
			slot.Position = &said
		}
		out.Slots = append(out.Slots, slot)
	}
	for _, a := range draft.Answers {
		out.Draft = append(out.Draft, SlotAnswer{string(a.Slot), string(a.Level), newText(a.Reason), string(a.ReasonClass), a.Rank})
	}
	return out, nil
}

// read turns answers into those of the domain, about the slots as they are on
// the table of r: the author's ETag says that they are the ones that were seen.
func read(answers []SlotAnswer, r *scheduling.Round) []scheduling.Answer {
	out := make([]scheduling.Answer, len(answers))
	for i, a := range answers {
		out[i] = scheduling.Answer{Slot: scheduling.Label(a.Slot), Level: scheduling.Level(a.Level), Reason: a.Reason.text(), ReasonClass: scheduling.ReasonClass(a.Class), Rank: a.Rank}
		out[i].Reason.Body = line(out[i].Reason.Body)
		if s := r.Slot(out[i].Slot); s != nil {
			out[i].SlotVersion = s.Version
		}
	}
	return out
}

func (a *API) replies() {
	get(a, oneRound+"/reply", "read-reply", "What the own party has said and drafted", Write,
		func(c *call, in *RoundPath) (Reply, error) { return shownReply(c, c.viewer, c.round, in) })
	roundAct[answersInput, Reply]{
		operation: operation{
			method: "PUT", path: oneRound + "/reply", id: "answer", policy: Answer,
			summary:  "State positions on slots, all or none; slots left out keep what was said",
			examples: map[string]any{"answers": []any{map[string]any{"slot": "G2", "level": "preferred"}, map[string]any{"slot": "G1", "level": "not_possible", "reason": map[string]any{"text": "Parliament sits", "audience": "own"}}}},
		},
		show: shownReply[answersInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *answersInput) error {
			a.Sealed = r.Sealing() // as the reply said that was seen
			return r.TakePositions(a, read(in.Body.Answers, r))
		},
	}.mount(a)
	roundAct[draftAnswersInput, Reply]{
		operation: operation{method: "PUT", path: oneRound + "/reply/draft", id: "draft-answers", policy: Write, summary: "Keep an unfinished reply for the own party"},
		show:      shownReply[draftAnswersInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *draftAnswersInput) error {
			return r.KeepDraft(a, read(in.Body.Answers, r))
		},
	}.mount(a)
	roundAct[reportInput, Round]{
		operation: operation{
			path: oneRound + "/answers", id: "report", policy: Write,
			summary: "Record what a party has answered elsewhere, on its evidence: positions, a consent, what it says to a postponement",
			examples: map[string]any{
				"party": "p2", "evidence": map[string]any{"form": "by_note", "date": "2026-11-05", "from": "Counsellor Ivanov", "to": "Mr Smith", "reference": "No. 112"},
				"answers": []any{map[string]any{"slot": "G2", "level": "available"}}, "consent": "G2",
			},
		},
		show: shownRound[reportInput],
		do:   report,
	}.mount(a)
}

type reportInput struct {
	RoundPath
	Seen
	Body struct {
		Party        string       `json:"party" maxLength:"64"`
		Evidence     Evidence     `json:"evidence"`
		Answers      []SlotAnswer `json:"answers,omitempty" maxItems:"500"`
		Consent      string       `json:"consent,omitempty" maxLength:"12" doc:"Label of the slot consented to"`
		Postponement string       `json:"postponement,omitempty" enum:"agree,refuse"`
	}
}

// report records positions, and where the rule counts them a consent and what
// is said to a postponement, in one step and on one evidence.
func report(_ *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *reportInput) error {
	party := r.Negotiation.Party(scheduling.PartyID(in.Body.Party))
	switch {
	case v.Observer || !v.May(scheduling.RightConvene) && !v.May(scheduling.RightAnswer):
		return forbidden("answer_right_missing")
	case party == nil:
		return hidden()
	case len(in.Body.Answers) == 0 && in.Body.Consent == "" && in.Body.Postponement == "":
		return invalid("nothing_reported", "answers")
	}
	evidence, err := in.Body.Evidence.evidence()
	if err != nil {
		return err
	}
	a.For, a.Evidence, a.Sealed = party.ID, evidence, r.Sealing()
	if len(in.Body.Answers) > 0 {
		if err := r.TakePositions(a, read(in.Body.Answers, r)); err != nil {
			return err
		}
	}
	if label := scheduling.Label(in.Body.Consent); label != "" {
		version := 0
		if s := r.Slot(label); s != nil {
			version = s.Version
		}
		if err := r.Consent(a, label, version); err != nil {
			return err
		}
	}
	switch {
	case in.Body.Postponement == "":
		return nil
	case r.Postponement == nil:
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "no_postponement_asked"}
	case in.Body.Postponement == "agree":
		return r.Postpone(a, scheduling.Text{})
	}
	return r.RefusePostponement(a)
}
