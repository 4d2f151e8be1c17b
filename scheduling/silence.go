package scheduling

import "time"

// An Acceptance is a party's word, given beforehand, that its silence counts
// as consent in this round.
type Acceptance struct {
	By       MemberID
	At       time.Time
	Reported *Evidence // set when somebody else recorded it
}

// A Silence is one slot that is adopted at an exact instant unless a required
// party objects, or the slot is changed, strictly before it.
type Silence struct {
	Slot        Label
	SlotVersion int
	Ends        Deadline // adopted at its instant
	By          MemberID
	Party       PartyID // of the chair; "" is the neutral staff
	At          time.Time
}
