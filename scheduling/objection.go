package scheduling

import (
	"strings"
	"time"
)

// An Objection is what a party says against a meeting that stands. It changes
// nothing and is shown to all parties.
type Objection struct {
	Party PartyID
	By    MemberID
	At    time.Time
	Text  Text
}

// Object records an objection after confirmation, without undoing it.
func (r *Round) Object(a Act, text Text) error {
	party, err := r.speaker(a, RightAnswer)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	switch {
	case r.Status != Confirmed:
		return refuse(ErrConflict, "not_confirmed")
	case strings.TrimSpace(text.Body) == "":
		return refuse(ErrInvalid, "objection_empty").at("text")
	}
	text.Owner, text.Scope = party, AllParties
	r.Objections = append(r.Objections, Objection{Party: party, By: a.By, At: a.At, Text: text})
	r.record(Event{Kind: ObjectionMade, At: a.At, By: a.By, Party: party, Text: text, Evidence: a.Evidence, Scope: AllParties})
	return nil
}
