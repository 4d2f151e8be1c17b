package scheduling

import "time"

// A RuleChange is another rule, or another deadline, that somebody proposes for
// a round that goes on. It takes the consent that the present rule demands.
type RuleChange struct {
	Rule     Rule
	Deadline Deadline // of the round
	By       PartyID  // "" is the neutral staff
	At       time.Time
	Reason   Text
	Agreed   []PartyID
	Refused  []PartyID
}
