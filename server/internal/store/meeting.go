package store

import "parley/scheduling"

type meetingRow struct {
	Round         string `gorm:"primaryKey"`
	UID           string
	Sequence      int
	Status        string
	Slot          string
	SlotVersion   int
	ChangePending bool
	Room          string
	Link          string
	ConfirmedAt   int64
	ConfirmedBy   string
	RevisedAt     int64
	Invited       string
	Faded         bool
}

func (meetingRow) TableName() string { return "meetings" }

type confirmationRow struct {
	Round       string `gorm:"primaryKey"`
	Slot        string
	SlotVersion int
	ByMember    string
	At          int64
}

func (confirmationRow) TableName() string { return "confirmations" }

// addMeeting adds the meeting and its confirmation.
func (rows *roundRows) addMeeting(round string, r *scheduling.Round) error {
	m := r.Meeting
	if m == nil {
		return nil
	}
	invited, err := encodeList(m.Invited)
	if err != nil {
		return err
	}
	rows.meetings = []meetingRow{{
		Round: round, UID: m.UID, Sequence: m.Sequence, Status: string(m.Status), Slot: string(m.Slot),
		SlotVersion: m.SlotVersion, ChangePending: m.ChangePending, Room: m.Room, Link: m.Link,
		ConfirmedAt: seconds(m.ConfirmedAt), ConfirmedBy: string(m.ConfirmedBy), RevisedAt: seconds(m.RevisedAt),
		Invited: invited, Faded: m.Faded,
	}}
	rows.confirm()
	return nil
}

// confirm adds the confirmation, which follows from the other rows: it stands
// as long as a slot is confirmed.
func (rows *roundRows) confirm() {
	for _, s := range rows.slots {
		if s.Status == string(scheduling.SlotConfirmed) && len(rows.meetings) > 0 {
			m := rows.meetings[0]
			rows.confirmations = []confirmationRow{{
				Round: s.Round, Slot: s.Label, SlotVersion: s.Version, ByMember: m.ConfirmedBy, At: m.ConfirmedAt,
			}}
		}
	}
}

func (row meetingRow) build() (*scheduling.Meeting, error) {
	m := &scheduling.Meeting{
		UID: row.UID, Sequence: row.Sequence, Status: scheduling.MeetingStatus(row.Status),
		Slot: scheduling.Label(row.Slot), SlotVersion: row.SlotVersion, ChangePending: row.ChangePending,
		Room: row.Room, Link: row.Link, ConfirmedAt: instant(row.ConfirmedAt),
		ConfirmedBy: scheduling.MemberID(row.ConfirmedBy), RevisedAt: instant(row.RevisedAt), Faded: row.Faded,
	}
	return m, decode(row.Invited, &m.Invited)
}
