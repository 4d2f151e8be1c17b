package scheduling

import "time"

// A Reminder is what the clock has told a party that has not answered.
type Reminder struct {
	At      time.Time // the last reminder; zero is none
	Overdue time.Time // the last time that its head was told of a reply that had not come
}

// A LinkedDate is a day that follows from the date of the meeting, such as the
// list of delegation two weeks before it.
type LinkedDate struct {
	Key  string  // in the round; stays when the date moves
	Name Text    // with the audience of the date; its owner is who set it
	Days int     // from the first day of the meeting, below zero before it
	For  PartyID // whose task it is; "" is every party's
}

// A NoticeChange is a party's request to lower the notice of all dates.
type NoticeChange struct {
	By     PartyID
	At     time.Time
	Days   int // the notice that is asked for
	Agreed []PartyID
}

// A PublicDraft is what one member of a party would tell the public, before
// another has released it.
type PublicDraft struct {
	Text string
	By   MemberID
	At   time.Time
}
