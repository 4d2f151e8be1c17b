package api

import (
	"fmt"

	"parley/scheduling"
)

// A Ranking is how the slots on the table compare by the rule of the round. It
// confirms nothing.
type Ranking struct {
	Method     string       `json:"method" enum:"least_burden,most_support,chairs_list,cumulative"`
	Sealed     bool         `json:"sealed,omitempty" doc:"Answers are sealed: nobody has a ranking"`
	Slots      []RankedSlot `json:"slots" doc:"Best first"`
	Waiting    []string     `json:"waiting" doc:"Slots that lack answers and that nobody has ruled out"`
	Impossible []string     `json:"impossible" doc:"Slots that are ruled out"`
	Hosted     []Hosted     `json:"hosted,omitempty" doc:"Meetings of earlier rounds by the party that hosted them"`
}

// A RankedSlot is a slot in its place.
type RankedSlot struct {
	Slot  string `json:"slot"`
	Host  string `json:"host,omitempty" doc:"The party in whose country it is"`
	Ahead *Ahead `json:"ahead,omitempty" doc:"Why it stands before the next"`
}

// Ahead is the step that put a slot before the next, and what it compared.
type Ahead struct {
	Step  string `json:"step" enum:"support,burden,balance,rank,conditions,host,earlier,label"`
	Level string `json:"level,omitempty" enum:"preferred,if_need_be,not_possible" doc:"Where the burdens differ"`
	This  int    `json:"this"`
	Next  int    `json:"next"`
}

// Hosted is how often a party has hosted.
type Hosted struct {
	Party string `json:"party"`
	Times int    `json:"times"`
}

type askInput struct {
	RoundPath
	Seen
	Body struct {
		Slots []string `json:"slots" minItems:"1" maxItems:"500" doc:"Labels of slots that others have ruled out"`
		Note  *Text    `json:"note,omitempty" doc:"At most 300 characters; those who are asked alone read it"`
	}
}

func (a *API) rankings() {
	get(a, oneRound+"/ranking", "read-ranking", "How the slots on the table compare, and what decided", Read,
		func(c *call, _ *RoundPath) (Ranking, error) { return shownRanking(c) })
	roundAct[askInput, Round]{
		operation: operation{
			path: oneRound + "/reconsideration", id: "ask-blockers", policy: Write,
			summary: "Ask those parties alone that have ruled a slot out to think again",
		},
		show: shownRound[askInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *askInput) error {
			note, err := in.Body.Note.note("note")
			if err != nil {
				return err
			}
			labels := make([]scheduling.Label, len(in.Body.Slots))
			for i, label := range in.Body.Slots {
				labels[i] = scheduling.Label(label)
			}
			return r.AskBlockers(a, labels, note)
		},
	}.mount(a)
}

func shownRanking(c *call) (Ranking, error) {
	r := c.round
	if !r.Ranks() || !agreeing(r) {
		return Ranking{}, &scheduling.Error{Kind: scheduling.ErrNotFound, Code: "no_ranking"}
	}
	rounds, err := c.api.Store.Rounds(c.request.Context(), r.ID.Negotiation)
	if err != nil {
		return Ranking{}, fmt.Errorf("api: %w", err)
	}
	ra := r.Rank(rounds, c.now)
	out := Ranking{
		Method: string(ra.Method), Sealed: ra.Sealed, Slots: []RankedSlot{},
		Waiting: labelsOf(ra.Waiting), Impossible: labelsOf(ra.Impossible),
	}
	for _, s := range ra.Slots {
		ranked := RankedSlot{Slot: string(s.Slot.Label), Host: string(s.Host)}
		if why := s.Ahead; why.Step != "" {
			ranked.Ahead = &Ahead{string(why.Step), string(why.Level), why.This, why.Next}
		}
		out.Slots = append(out.Slots, ranked)
	}
	for _, h := range r.Hostings(rounds) {
		out.Hosted = append(out.Hosted, Hosted{string(h.Party), h.Times})
	}
	return out, nil
}

func labelsOf(all []scheduling.Standing) []string {
	labels := []string{}
	for _, st := range all {
		labels = append(labels, string(st.Slot.Label))
	}
	return labels
}
