package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"parley/scheduling"
)

// A venueRow is shared by the slots at a venue: its closed dates may be many.
type venueRow struct {
	Round   string `gorm:"primaryKey"`
	Digest  string `gorm:"primaryKey"`
	Content string
}

func (venueRow) TableName() string { return "venues" }

type slotRow struct {
	Round      string `gorm:"primaryKey"`
	Label      string `gorm:"primaryKey"`
	Place      int
	Version    int
	Status     string
	Venue      string // digest
	Candidate  string
	NoticeDays int
	Room       string
	RevisedAt  int64
	Offers     string
	Hold       string
}

func (slotRow) TableName() string { return "slots" }

type positionRow struct {
	Round       string `gorm:"primaryKey"`
	Slot        string `gorm:"primaryKey"`
	Party       string `gorm:"primaryKey"`
	Level       string
	SlotVersion int
	ByMember    string
	At          int64
	Said        string
}

func (positionRow) TableName() string { return "positions" }

type consentRow struct {
	Round       string `gorm:"primaryKey"`
	Slot        string `gorm:"primaryKey"`
	Party       string `gorm:"primaryKey"`
	SlotVersion int
	ByMember    string
	At          int64
	Reported    string
	Kind        string
	Until       string
}

func (consentRow) TableName() string { return "consents" }

func (rows *roundRows) addSlots(round string, slots []*scheduling.Slot) error {
	for i, s := range slots {
		venue, err := rows.addVenue(round, s.Venue)
		if err != nil {
			return err
		}
		candidate, err := encode(candidateValue{
			Format: s.Format, Order: s.Order, Option: s.Option, Sources: s.Sources, Days: s.Days, Hours: s.Hours,
			Which: s.Which, DateOnly: s.DateOnly,
		})
		if err != nil {
			return err
		}
		offers, err := encodeList(convert(s.Offers, func(o scheduling.Source) sourceValue { return sourceValue(o) }))
		if err != nil {
			return err
		}
		hold, err := encodePointer(newHoldValue(s.Hold))
		if err != nil {
			return err
		}
		rows.slots = append(rows.slots, slotRow{
			Round: round, Label: string(s.Label), Place: i, Version: s.Version, Status: string(s.Status), Venue: venue,
			Candidate: candidate, NoticeDays: s.NoticeDays, Room: s.Room, RevisedAt: seconds(s.RevisedAt), Offers: offers, Hold: hold,
		})
		for party, p := range s.Positions {
			said, err := encodeSaid(party, p)
			if err != nil {
				return err
			}
			rows.positions = append(rows.positions, positionRow{
				Round: round, Slot: string(s.Label), Party: string(party), Level: string(p.Level),
				SlotVersion: p.SlotVersion, ByMember: string(p.By), At: seconds(p.At), Said: said,
			})
		}
		for party, c := range s.Consents {
			reported, err := encodePointer(newEvidenceValue(c.Reported))
			if err != nil {
				return err
			}
			until, err := encodeDeadline(c.Until)
			if err != nil {
				return err
			}
			rows.consents = append(rows.consents, consentRow{
				Round: round, Slot: string(s.Label), Party: string(party), SlotVersion: c.SlotVersion,
				ByMember: string(c.By), At: seconds(c.At), Reported: reported, Kind: string(c.Kind), Until: until,
			})
		}
	}
	return nil
}

// addVenue is the digest of a venue, whose content is stored once a round.
func (rows *roundRows) addVenue(round string, v scheduling.Venue) (string, error) {
	content, err := encode(venueValue(v))
	if err != nil {
		return "", err
	}
	for _, row := range rows.venues {
		if row.Content == content {
			return row.Digest, nil
		}
	}
	sum := sha256.Sum256([]byte(content))
	digest := hex.EncodeToString(sum[:16])
	rows.venues = append(rows.venues, venueRow{Round: round, Digest: digest, Content: content})
	return digest, nil
}

func (rows roundRows) buildSlots() ([]*scheduling.Slot, error) {
	venues := map[string]scheduling.Venue{}
	for _, row := range rows.venues {
		var v venueValue
		if err := decode(row.Content, &v); err != nil {
			return nil, err
		}
		venues[row.Digest] = scheduling.Venue(v)
	}
	var slots []*scheduling.Slot
	byLabel := map[string]*scheduling.Slot{}
	for _, row := range rows.slots {
		s, err := row.build(venues)
		if err != nil {
			return nil, err
		}
		slots = append(slots, s)
		byLabel[row.Label] = s
	}
	said := map[string]saidValue{} // many parties say the same
	for _, row := range rows.positions {
		v, ok := said[row.Said]
		if !ok {
			if err := decode(row.Said, &v); err != nil {
				return nil, err
			}
			said[row.Said] = v
		}
		byLabel[row.Slot].Positions[scheduling.PartyID(row.Party)] = row.build(v)
	}
	for _, row := range rows.consents {
		var reported *evidenceValue
		if err := decode(row.Reported, &reported); err != nil {
			return nil, err
		}
		var until deadlineValue
		if err := decode(row.Until, &until); err != nil {
			return nil, err
		}
		byLabel[row.Slot].Consents[scheduling.PartyID(row.Party)] = scheduling.Consent{
			SlotVersion: row.SlotVersion, By: scheduling.MemberID(row.ByMember), At: instant(row.At),
			Reported: reported.evidence(), Kind: scheduling.ConsentKind(row.Kind), Until: scheduling.Deadline(until),
		}
	}
	return slots, nil
}

func encodeSaid(party scheduling.PartyID, p scheduling.Position) (string, error) {
	v := saidValue{
		Class: p.ReasonClass, Condition: p.Condition, Rank: p.Rank, Late: p.Late, Implied: p.Implied, Reported: newEvidenceValue(p.Reported),
	}
	if r := textValue(p.Reason); r.Owner != party || r.Body != "" || r.Scope != scheduling.OwnParty || len(r.Named) > 0 {
		v.Reason = &r
	}
	if v == (saidValue{}) {
		return "", nil
	}
	return encode(v)
}

func (row positionRow) build(said saidValue) scheduling.Position {
	p := scheduling.Position{
		Level: scheduling.Level(row.Level), Reason: scheduling.Text{Owner: scheduling.PartyID(row.Party)},
		ReasonClass: said.Class, Condition: said.Condition, Rank: said.Rank, SlotVersion: row.SlotVersion,
		By: scheduling.MemberID(row.ByMember), At: instant(row.At),
		Late: said.Late, Implied: said.Implied, Reported: said.Reported.evidence(),
	}
	if said.Reason != nil {
		p.Reason = scheduling.Text(*said.Reason)
		p.Reason.Named = slices.Clone(p.Reason.Named)
	}
	return p
}

func (row slotRow) build(venues map[string]scheduling.Venue) (*scheduling.Slot, error) {
	venue, ok := venues[row.Venue]
	if !ok {
		return nil, fmt.Errorf("store: slot %s of %s: no venue %s, only %v",
			row.Label, row.Round, row.Venue, slices.Sorted(maps.Keys(venues)))
	}
	var (
		c      candidateValue
		offers []sourceValue
		hold   *holdValue
	)
	if err := decode(row.Candidate, &c); err != nil {
		return nil, err
	}
	if err := decode(row.Offers, &offers); err != nil {
		return nil, err
	}
	if err := decode(row.Hold, &hold); err != nil {
		return nil, err
	}
	return &scheduling.Slot{
		Hold: hold.hold(),
		Candidate: scheduling.Candidate{
			Venue: venue, Format: c.Format, Order: c.Order, Option: c.Option, Sources: c.Sources, Days: c.Days,
			Hours: c.Hours, Which: c.Which, DateOnly: c.DateOnly,
		},
		Label: scheduling.Label(row.Label), Version: row.Version, Status: scheduling.SlotStatus(row.Status),
		NoticeDays: row.NoticeDays, Room: row.Room, RevisedAt: instant(row.RevisedAt),
		Offers:    convert(offers, func(v sourceValue) scheduling.Source { return scheduling.Source(v) }),
		Positions: map[scheduling.PartyID]scheduling.Position{}, Consents: map[scheduling.PartyID]scheduling.Consent{},
	}, nil
}
