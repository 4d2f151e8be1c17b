package store

import (
	"parley/scheduling"
	"parley/scheduling/civil"
)

type negotiationRow struct {
	ID          string `gorm:"primaryKey"`
	Version     int
	Revision    int
	LastEvent   int64
	LastMessage int64
	Status      string
	Title       string
	Reference   string
	CreatedAt   int64 `gorm:"autoCreateTime:false"`
	SuspendedAt int64
	Head        string // of the shared record
}

func (negotiationRow) TableName() string { return "negotiations" }

type partyRow struct {
	Negotiation string `gorm:"primaryKey"`
	ID          string `gorm:"primaryKey"`
	Place       int
	Name        string
	Short       string
	City        string
	Zone        string
	Country     string
	Role        string
	TwoPersons  bool
	VisaDays    string
}

func (partyRow) TableName() string { return "parties" }

type memberRow struct {
	Negotiation string `gorm:"primaryKey"`
	ID          string `gorm:"primaryKey"`
	Place       int
	Party       string
	Account     string
	Name        string
	Email       string
	Language    string
	Rights      string
	Invitations bool
	Removed     bool
	Erased      bool
}

func (memberRow) TableName() string { return "members" }

// negotiationRows are all rows of one negotiation, without its rounds.
type negotiationRows struct {
	negotiation negotiationRow
	parties     []partyRow
	members     []memberRow
}

func newNegotiationRows(n *scheduling.Negotiation) (negotiationRows, error) {
	title, err := encodeText(n.Title)
	if err != nil {
		return negotiationRows{}, err
	}
	rows := negotiationRows{negotiation: negotiationRow{
		ID: string(n.ID), Version: n.Version, Revision: n.Revision, Status: string(n.Status),
		Title: title, Reference: n.Reference, CreatedAt: seconds(n.CreatedAt), SuspendedAt: seconds(n.SuspendedAt),
	}}
	for i, p := range n.Parties {
		visa := ""
		if len(p.VisaDays) > 0 {
			if visa, err = encode(p.VisaDays); err != nil {
				return negotiationRows{}, err
			}
		}
		rows.parties = append(rows.parties, partyRow{
			Negotiation: string(n.ID), ID: string(p.ID), Place: i, Name: p.Name, Short: p.Short,
			City: p.City, Zone: string(p.Zone), Country: p.Country, Role: string(p.Role),
			TwoPersons: p.TwoPersons, VisaDays: visa,
		})
	}
	for i, m := range n.Members {
		rows.members = append(rows.members, memberRow{
			Negotiation: string(n.ID), ID: string(m.ID), Place: i, Party: string(m.Party), Account: string(m.Account),
			Name: m.Name, Email: m.Email, Language: m.Language, Rights: m.Rights.String(),
			Invitations: m.Invitations, Removed: m.Removed, Erased: m.Erased,
		})
	}
	return rows, nil
}

func (rows negotiationRows) build() (*scheduling.Negotiation, error) {
	row := rows.negotiation
	var title textValue
	if err := decode(row.Title, &title); err != nil {
		return nil, err
	}
	n := &scheduling.Negotiation{
		ID: scheduling.NegotiationID(row.ID), Version: row.Version, Revision: row.Revision,
		Status: scheduling.NegotiationStatus(row.Status), Title: scheduling.Text(title),
		Reference: row.Reference, CreatedAt: instant(row.CreatedAt), SuspendedAt: instant(row.SuspendedAt),
	}
	n.Head = decodeHead(row.Head)
	for _, p := range rows.parties {
		party := scheduling.Party{
			ID: scheduling.PartyID(p.ID), Name: p.Name, Short: p.Short, City: p.City,
			Zone: civil.Zone(p.Zone), Country: p.Country,
			Role: scheduling.Role(p.Role), TwoPersons: p.TwoPersons,
		}
		if err := decode(p.VisaDays, &party.VisaDays); err != nil {
			return nil, err
		}
		n.Parties = append(n.Parties, party)
	}
	for _, m := range rows.members {
		rights, err := scheduling.ParseRights(m.Rights)
		if err != nil {
			return nil, err
		}
		n.Members = append(n.Members, scheduling.Member{
			ID: scheduling.MemberID(m.ID), Party: scheduling.PartyID(m.Party), Account: scheduling.AccountID(m.Account),
			Name: m.Name, Email: m.Email, Language: m.Language, Rights: rights,
			Invitations: m.Invitations, Removed: m.Removed, Erased: m.Erased,
		})
	}
	return n, nil
}
