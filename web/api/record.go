package api

import (
	"time"

	"parley/scheduling"
)

const (
	// historyShown is how many entries are shown when nothing is said.
	historyShown = 50
	// longestHistory is how far into the past one can skip.
	longestHistory = 100_000
)

// Told is an event in words.
type Told struct {
	Sentence string
	Text     string
	Details  []string
}

// A History is what happened, newest first.
type History struct {
	Entries []Entry `json:"entries"`
	More    bool    `json:"more" doc:"There are older entries: go on with skip"`
}

// An Entry is one thing that happened, as far as its reader may know it.
type Entry struct {
	At          time.Time `json:"at"`
	Kind        string    `json:"kind" example:"position_taken"`
	Party       string    `json:"party,omitempty"`
	By          string    `json:"by,omitempty" doc:"Name of the member, to the member's own side"`
	Slot        string    `json:"slot,omitempty"`
	SlotVersion int       `json:"slot_version,omitempty"`
	Level       string    `json:"level,omitempty"`
	Proposal    int       `json:"proposal,omitempty"`
	Version     int       `json:"version,omitempty"`
	Sequence    int       `json:"sequence,omitempty"`
	SHA256      string    `json:"sha256,omitempty"`
	Sentence    string    `json:"sentence" doc:"In the language asked for"`
	Text        string    `json:"text,omitempty"`
	Details     []string  `json:"details,omitempty"`
}

type historyInput struct {
	RoundPath
	Skip  int `query:"skip" minimum:"0" maximum:"100000" doc:"Entries of the reader's own view to pass over"`
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

// A Table says how every slot on the table stands.
type Table struct {
	Best      string      `json:"best,omitempty"`
	Standings []TableLine `json:"standings"`
}

// A TableLine is how one slot stands.
type TableLine struct {
	Slot string `json:"slot"`
	Standing
}

func (a *API) records() {
	get(a, oneRound+"/history", "read-history", "What happened in the round and to the talks, newest first", Read, (*call).history)
	get(a, oneRound+"/standing", "read-standing", "How each slot on the table stands, in the order of the paper", Read, func(c *call, _ *RoundPath) (Table, error) {
		out := Table{Best: best(c.round), Standings: []TableLine{}}
		all := standings(c.round)
		for _, s := range c.round.Offered() {
			if st := all[s.Label]; st != nil {
				out.Standings = append(out.Standings, TableLine{string(s.Label), *newSlot(c.viewer, c.round, s, st).Standing})
			}
		}
		return out, nil
	})
}

// history reads on until there are enough entries that the viewer may know.
func (c *call) history(in *historyInput) (History, error) {
	out := History{Entries: []Entry{}}
	before, passed := int64(0), 0
	size := max(in.Limit, historyShown)
	for {
		batch, err := c.api.Store.History(c.ctx(), c.negotiation.ID, before, size)
		if err != nil {
			return out, err
		}
		for _, e := range batch {
			before = e.Seq
			if e.Round != 0 && e.Round != c.round.ID.Number || !c.api.Pages.MayKnow(c.viewer, e.Event) {
				continue
			}
			if passed++; passed <= in.Skip {
				continue
			}
			if len(out.Entries) == in.Limit {
				out.More = true
				return out, nil
			}
			out.Entries = append(out.Entries, c.entry(e))
		}
		if len(batch) < size || passed > longestHistory {
			return out, nil
		}
	}
}

func (c *call) entry(e scheduling.Recorded) Entry {
	told := c.api.Pages.Tell(c.tag, c.round, c.viewer, e)
	out := Entry{
		At: e.At.UTC(), Kind: string(e.Kind), Party: string(e.Party), By: c.api.Pages.PersonName(c.negotiation, c.viewer, e.By),
		Slot: string(e.Slot), SlotVersion: e.SlotVersion, Level: string(e.Level), Proposal: e.Proposal, Version: e.Version,
		Sequence: e.Sequence, Sentence: told.Sentence, Text: told.Text, Details: told.Details,
	}
	if !c.viewer.Observer {
		out.SHA256 = e.Digest
	}
	return out
}
