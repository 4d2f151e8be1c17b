package store

import "parley/scheduling"

type eventRow struct {
	Negotiation     string `gorm:"primaryKey"`
	Seq             int64  `gorm:"primaryKey;autoIncrement:false"`
	Round           int
	Kind            string
	At              int64
	ByMember        string
	Party           string
	Scope           string
	Slot            string
	SlotVersion     int
	Level           string
	Proposal        int
	ProposalVersion int
	Sequence        int
	Member          string
	Invited         string
	Body            string
	Evidence        string
	Digest          string
}

func (eventRow) TableName() string { return "events" }

// newEventRow is a row without its Seq, which is given when it is written.
func newEventRow(id scheduling.NegotiationID, round int, e scheduling.Event) (eventRow, error) {
	row := eventRow{
		Negotiation: string(id), Round: round, Kind: string(e.Kind), At: seconds(e.At), ByMember: string(e.By),
		Party: string(e.Party), Scope: string(e.Scope), Slot: string(e.Slot), SlotVersion: e.SlotVersion,
		Level: string(e.Level), Proposal: e.Proposal, ProposalVersion: e.Version, Sequence: e.Sequence,
		Member: string(e.Member), Digest: e.Digest,
	}
	var err error
	if row.Invited, err = encodeList(e.Invited); err != nil {
		return row, err
	}
	if row.Body, err = encodeText(e.Text); err != nil {
		return row, err
	}
	row.Evidence, err = encodePointer(newEvidenceValue(e.Evidence))
	return row, err
}

func (row eventRow) build() (scheduling.Recorded, error) {
	r := scheduling.Recorded{Seq: row.Seq, Round: row.Round, Event: scheduling.Event{
		Kind: scheduling.EventKind(row.Kind), At: instant(row.At), By: scheduling.MemberID(row.ByMember),
		Party: scheduling.PartyID(row.Party), Scope: scheduling.Scope(row.Scope), Slot: scheduling.Label(row.Slot),
		SlotVersion: row.SlotVersion, Level: scheduling.Level(row.Level), Proposal: row.Proposal,
		Version: row.ProposalVersion, Sequence: row.Sequence, Member: scheduling.MemberID(row.Member), Digest: row.Digest,
	}}
	var (
		body     textValue
		evidence *evidenceValue
	)
	if err := decode(row.Invited, &r.Invited); err != nil {
		return r, err
	}
	if err := decode(row.Body, &body); err != nil {
		return r, err
	}
	if err := decode(row.Evidence, &evidence); err != nil {
		return r, err
	}
	r.Text, r.Evidence = scheduling.Text(body), evidence.evidence()
	return r, nil
}
