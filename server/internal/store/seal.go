package store

import (
	"strings"

	"parley/scheduling"
)

// sealsValue is what everybody may see of sealed answers, and what came of
// them.
type sealsValue struct {
	Seals    map[scheduling.PartyID]sealValue `json:"seals,omitempty"`
	Revealed int64                            `json:"revealed,omitempty"`
	Unopened int64                            `json:"unopened,omitempty"`
	Outcome  *outcomeValue                    `json:"outcome,omitempty"`
}

type sealValue struct {
	Commitment string                   `json:"commitment"`
	At         int64                    `json:"at"`
	By         scheduling.MemberID      `json:"by"`
	Reported   *evidenceValue           `json:"reported,omitempty"`
	Table      map[scheduling.Label]int `json:"table,omitempty"`
	Stale      bool                     `json:"stale,omitempty"`
	Nonce      []byte                   `json:"nonce,omitempty"`
	Text       string                   `json:"text,omitempty"`
}

type outcomeValue struct {
	Slot        scheduling.Label `json:"slot,omitempty"`
	SlotVersion int              `json:"slot_version,omitempty"`
}

// encodeSeals is the JSON of the seals of a round, and "" for none.
func encodeSeals(r *scheduling.Round) (string, error) {
	if len(r.Seals) == 0 && r.RevealedAt.IsZero() && r.UnopenedAt.IsZero() && r.Outcome == nil {
		return "", nil
	}
	v := sealsValue{
		Seals: map[scheduling.PartyID]sealValue{}, Revealed: seconds(r.RevealedAt), Unopened: seconds(r.UnopenedAt),
		Outcome: (*outcomeValue)(r.Outcome),
	}
	for party, s := range r.Seals {
		v.Seals[party] = sealValue{
			Commitment: s.Commitment, At: seconds(s.At), By: s.By, Reported: newEvidenceValue(s.Reported),
			Table: s.Table, Stale: s.Stale, Nonce: s.Nonce, Text: s.Text,
		}
	}
	return encode(v)
}

func decodeSeals(column string, r *scheduling.Round) error {
	var v sealsValue
	if err := decode(column, &v); err != nil {
		return err
	}
	r.RevealedAt, r.UnopenedAt, r.Outcome = instant(v.Revealed), instant(v.Unopened), (*scheduling.SealedOutcome)(v.Outcome)
	for party, s := range v.Seals {
		if r.Seals == nil {
			r.Seals = map[scheduling.PartyID]scheduling.Seal{}
		}
		r.Seals[party] = scheduling.Seal{
			Commitment: s.Commitment, At: instant(s.At), By: s.By, Reported: s.Reported.evidence(),
			Table: s.Table, Stale: s.Stale, Nonce: s.Nonce, Text: s.Text,
		}
	}
	return nil
}

// sealable lists the rounds that may hold something sealed: those with a sealed
// rule. Other rounds need no query for it.
func sealable(rounds []roundRow) []string {
	var ids []string
	for _, r := range rounds {
		if strings.Contains(r.Rule, `"kind":"sealed`) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}
