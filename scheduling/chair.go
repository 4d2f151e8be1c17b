package scheduling

import "time"

// A Decision is the date that the chair fixed after consulting the parties,
// and why.
type Decision struct {
	Slot        Label
	SlotVersion int
	By          MemberID
	Party       PartyID // of the chair; "" is the neutral staff
	At          time.Time
	Reasons     Text // to all parties; may be empty unless a party had ruled the slot out
}
