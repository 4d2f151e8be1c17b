package store

import (
	"strings"

	"parley/scheduling"
	"parley/scheduling/civil"
)

type roundRow struct {
	ID            string `gorm:"primaryKey"`
	Negotiation   string
	Number        int
	Version       int
	Name          string
	UID           string
	Status        string
	Postponed     bool
	Convener      string
	Rule          string
	Accepted      string
	Silence       string
	Decision      string
	RuleChange    string
	Deadline      string
	Postponement  string
	PublicRelease string
	Conference    string
	OpenedAt      int64
	DueAt         int64
	Reminders     string
	LinkedDates   string
	NoticeChange  string
	PublicDrafts  string
	Seals         string
}

func (roundRow) TableName() string { return "rounds" }

type draftRow struct {
	Round    string `gorm:"primaryKey"`
	Party    string `gorm:"primaryKey"`
	ByMember string
	At       int64
	Answers  string
}

func (draftRow) TableName() string { return "drafts" }

type deliveryRow struct {
	Round      string `gorm:"primaryKey"`
	Place      int    `gorm:"primaryKey;autoIncrement:false"`
	Proposal   int
	Version    int
	Digest     string
	Form       string
	HandedBy   string
	HandedTo   string
	LocalDate  string
	LocalTime  string
	Zone       string
	Reference  string
	RecordedBy string
	RecordedAt int64
}

func (deliveryRow) TableName() string { return "deliveries" }

type objectionRow struct {
	Round    string `gorm:"primaryKey"`
	Place    int    `gorm:"primaryKey;autoIncrement:false"`
	Party    string
	ByMember string
	At       int64
	Body     string
}

func (objectionRow) TableName() string { return "objections" }

// roundRows are all rows of one round.
type roundRows struct {
	round         roundRow
	proposals     []proposalRow
	venues        []venueRow
	slots         []slotRow
	positions     []positionRow
	consents      []consentRow
	drafts        []draftRow
	sealed        []sealedRow
	meetings      []meetingRow // one or none
	confirmations []confirmationRow
	deliveries    []deliveryRow
	objections    []objectionRow
	claims        []claimRow // follow from slots
}

func newRoundRows(r *scheduling.Round) (roundRows, error) {
	id := r.ID.String()
	row, err := newRoundRow(r)
	if err != nil {
		return roundRows{}, err
	}
	rows := roundRows{round: row}
	if rows.proposals, err = newProposalRows(id, r.Proposals); err != nil {
		return roundRows{}, err
	}
	if err := rows.addSlots(id, r.Slots); err != nil {
		return roundRows{}, err
	}
	for party, d := range r.Drafts {
		answers, err := encodeList(convert(d.Answers, func(a scheduling.Answer) answerValue {
			return answerValue{Slot: a.Slot, SlotVersion: a.SlotVersion, Level: a.Level, Reason: textValue(a.Reason), ReasonClass: a.ReasonClass, Rank: a.Rank}
		}))
		if err != nil {
			return roundRows{}, err
		}
		rows.drafts = append(rows.drafts, draftRow{Round: id, Party: string(party), ByMember: string(d.By), At: seconds(d.At), Answers: answers})
	}
	if err := rows.addMeeting(id, r); err != nil {
		return roundRows{}, err
	}
	rows.addClaims(id, r.Claims())
	for i, d := range r.Deliveries {
		rows.deliveries = append(rows.deliveries, deliveryRow{
			Round: id, Place: i, Proposal: d.Proposal, Version: d.Version, Digest: d.Digest, Form: string(d.Form),
			HandedBy: d.By, HandedTo: d.To, LocalDate: d.Date.String(), LocalTime: d.Time.String(), Zone: string(d.Zone),
			Reference: d.Reference, RecordedBy: string(d.RecordedBy), RecordedAt: seconds(d.RecordedAt),
		})
	}
	for i, o := range r.Objections {
		body, err := encodeText(o.Text)
		if err != nil {
			return roundRows{}, err
		}
		rows.objections = append(rows.objections, objectionRow{
			Round: id, Place: i, Party: string(o.Party), ByMember: string(o.By), At: seconds(o.At), Body: body,
		})
	}
	return rows, nil
}

func newRoundRow(r *scheduling.Round) (roundRow, error) {
	row := roundRow{
		ID: r.ID.String(), Negotiation: string(r.ID.Negotiation), Number: r.ID.Number, Version: r.Version,
		UID: r.UID, Status: string(r.Status), Postponed: r.Postponed, Convener: string(r.Convener),
		OpenedAt: seconds(r.OpenedAt), DueAt: seconds(r.NextDue()),
	}
	var err error
	if row.Name, err = encodeText(r.Name); err != nil {
		return row, err
	}
	if err := row.addRule(r); err != nil {
		return row, err
	}
	if row.Seals, err = encodeSeals(r); err != nil {
		return row, err
	}
	if row.Deadline, err = encodeDeadline(r.Deadline); err != nil {
		return row, err
	}
	if err := row.addArrangements(r); err != nil {
		return row, err
	}
	if r.Conference != (scheduling.Conference{}) {
		if row.Conference, err = encode(newConferenceValue(r.Conference)); err != nil {
			return row, err
		}
	}
	if p := r.Postponement; p != nil {
		v := postponementValue{By: p.By, At: seconds(p.At), Reason: textValue(p.Reason), Agreed: p.Agreed}
		if row.Postponement, err = encode(v); err != nil {
			return row, err
		}
	}
	if p := r.Release; p != nil {
		v := releaseValue{Text: p.Text, Slot: p.Slot, SlotVersion: p.SlotVersion, By: p.By, At: seconds(p.At), Agreed: p.Agreed}
		if row.PublicRelease, err = encode(v); err != nil {
			return row, err
		}
	}
	return row, nil
}

func (rows roundRows) build(n *scheduling.Negotiation) (*scheduling.Round, error) {
	r, err := rows.round.build()
	if err != nil {
		return nil, err
	}
	r.Negotiation = n
	if r.Proposals, err = buildProposals(rows.proposals); err != nil {
		return nil, err
	}
	if r.Slots, err = rows.buildSlots(); err != nil {
		return nil, err
	}
	for _, d := range rows.drafts {
		var answers []answerValue
		if err := decode(d.Answers, &answers); err != nil {
			return nil, err
		}
		if r.Drafts == nil {
			r.Drafts = map[scheduling.PartyID]scheduling.Draft{}
		}
		r.Drafts[scheduling.PartyID(d.Party)] = scheduling.Draft{
			By: scheduling.MemberID(d.ByMember), At: instant(d.At),
			Answers: convert(answers, func(v answerValue) scheduling.Answer {
				return scheduling.Answer{Slot: v.Slot, SlotVersion: v.SlotVersion, Level: v.Level, Reason: scheduling.Text(v.Reason), ReasonClass: v.ReasonClass, Rank: v.Rank}
			}),
		}
	}
	for _, m := range rows.meetings {
		if r.Meeting, err = m.build(); err != nil {
			return nil, err
		}
	}
	for _, d := range rows.deliveries {
		delivery, err := d.build()
		if err != nil {
			return nil, err
		}
		r.Deliveries = append(r.Deliveries, delivery)
	}
	for _, o := range rows.objections {
		var body textValue
		if err := decode(o.Body, &body); err != nil {
			return nil, err
		}
		r.Objections = append(r.Objections, scheduling.Objection{
			Party: scheduling.PartyID(o.Party), By: scheduling.MemberID(o.ByMember), At: instant(o.At), Text: scheduling.Text(body),
		})
	}
	return r, nil
}

func (row roundRow) build() (*scheduling.Round, error) {
	var (
		name         textValue
		deadline     deadlineValue
		postponement *postponementValue
		release      *releaseValue
		conference   conferenceValue
	)
	if err := decode(row.Name, &name); err != nil {
		return nil, err
	}
	if err := decode(row.Deadline, &deadline); err != nil {
		return nil, err
	}
	if err := decode(row.Postponement, &postponement); err != nil {
		return nil, err
	}
	if err := decode(row.PublicRelease, &release); err != nil {
		return nil, err
	}
	if err := decode(row.Conference, &conference); err != nil {
		return nil, err
	}
	r := &scheduling.Round{
		ID:      scheduling.RoundID{Negotiation: scheduling.NegotiationID(row.Negotiation), Number: row.Number},
		Version: row.Version, Name: scheduling.Text(name), UID: row.UID, Status: scheduling.RoundStatus(row.Status),
		Postponed: row.Postponed, Convener: scheduling.PartyID(row.Convener),
		Deadline: scheduling.Deadline(deadline), Conference: conference.conference(), OpenedAt: instant(row.OpenedAt),
	}
	if err := decodeSeals(row.Seals, r); err != nil {
		return nil, err
	}
	if err := row.buildRule(r); err != nil {
		return nil, err
	}
	if p := postponement; p != nil {
		r.Postponement = &scheduling.Postponement{By: p.By, At: instant(p.At), Reason: scheduling.Text(p.Reason), Agreed: p.Agreed}
	}
	if p := release; p != nil {
		r.Release = &scheduling.Release{Text: p.Text, Slot: p.Slot, SlotVersion: p.SlotVersion, By: p.By, At: instant(p.At), Agreed: p.Agreed}
	}
	return r, row.buildArrangements(r)
}

func (row deliveryRow) build() (scheduling.Delivery, error) {
	d := scheduling.Delivery{
		Proposal: row.Proposal, Version: row.Version, Digest: row.Digest, Form: scheduling.DeliveryForm(row.Form),
		By: row.HandedBy, To: row.HandedTo, Zone: civil.Zone(row.Zone), Reference: row.Reference,
		RecordedBy: scheduling.MemberID(row.RecordedBy), RecordedAt: instant(row.RecordedAt),
	}
	if err := d.Date.UnmarshalText([]byte(row.LocalDate)); err != nil {
		return d, err
	}
	return d, d.Time.UnmarshalText([]byte(row.LocalTime))
}

// parseRoundID reads the key of a round, or of a negotiation without a round.
func parseRoundID(key string) scheduling.RoundID {
	negotiation, number, _ := strings.Cut(key, "/")
	id := scheduling.RoundID{Negotiation: scheduling.NegotiationID(negotiation)}
	for _, digit := range number {
		id.Number = 10*id.Number + int(digit-'0')
	}
	return id
}
