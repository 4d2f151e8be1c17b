package store

import "parley/scheduling"

type proposalRow struct {
	Round           string `gorm:"primaryKey"`
	Number          int    `gorm:"primaryKey;autoIncrement:false"`
	Version         int    `gorm:"primaryKey;autoIncrement:false"`
	Party           string `gorm:"primaryKey"`
	Place           int
	Status          string
	AuthoredBy      string
	DeliveredAt     int64
	ReplyBy         string
	LapsesAtReplyBy bool
	Terms           string
	Contact         string
	Texts           string
	PaperLanguage   string
	PaperText       string
	PaperDocument   string
	PaperDigest     string // "" is no paper
	Answers         int
	Firm            bool
	FirmUntil       string
	Amends          int
	Waiting         bool
	DraftedAt       int64
	EndedAt         int64
}

func (proposalRow) TableName() string { return "proposals" }

func newProposalRows(round string, proposals []*scheduling.Proposal) ([]proposalRow, error) {
	var rows []proposalRow
	for i, p := range proposals {
		row := proposalRow{
			Round: round, Number: p.Number, Version: p.Version, Party: string(p.By), Place: i, Status: string(p.Status),
			AuthoredBy: string(p.AuthoredBy), DeliveredAt: seconds(p.DeliveredAt), LapsesAtReplyBy: p.LapsesAtReplyBy,
			Answers: p.Answers, Firm: p.Firm, Amends: p.Amends, Waiting: p.Waiting, DraftedAt: seconds(p.DraftedAt), EndedAt: seconds(p.EndedAt),
		}
		var err error
		if row.FirmUntil, err = encodeDeadline(p.FirmUntil); err != nil {
			return nil, err
		}
		if row.ReplyBy, err = encodeDeadline(p.ReplyBy); err != nil {
			return nil, err
		}
		if row.Terms, err = encode(newTermsValue(p.Terms)); err != nil {
			return nil, err
		}
		if row.Contact, err = encode(contactValue(p.Contact)); err != nil {
			return nil, err
		}
		texts := textsValue{
			Agenda: textValue(p.Agenda), NotOnAgenda: textValue(p.NotOnAgenda), References: textValue(p.References),
			Papers: textValue(p.Papers), Distribution: textValue(p.Distribution), Note: textValue(p.Note),
		}
		if row.Texts, err = encode(texts); err != nil {
			return nil, err
		}
		if p.Paper != nil {
			row.PaperLanguage, row.PaperText = p.Paper.Language, p.Paper.Text
			row.PaperDocument, row.PaperDigest = p.Paper.Document, p.Paper.Digest
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func buildProposals(rows []proposalRow) ([]*scheduling.Proposal, error) {
	var proposals []*scheduling.Proposal
	for _, row := range rows {
		var (
			replyBy   deadlineValue
			firmUntil deadlineValue
			terms     termsValue
			contact   contactValue
			texts     textsValue
		)
		if err := decode(row.FirmUntil, &firmUntil); err != nil {
			return nil, err
		}
		if err := decode(row.ReplyBy, &replyBy); err != nil {
			return nil, err
		}
		if err := decode(row.Terms, &terms); err != nil {
			return nil, err
		}
		if err := decode(row.Contact, &contact); err != nil {
			return nil, err
		}
		if err := decode(row.Texts, &texts); err != nil {
			return nil, err
		}
		p := &scheduling.Proposal{
			Content: scheduling.Content{
				Terms: terms.terms(), ReplyBy: scheduling.Deadline(replyBy), LapsesAtReplyBy: row.LapsesAtReplyBy,
				Contact: scheduling.Contact(contact), Agenda: scheduling.Text(texts.Agenda),
				NotOnAgenda: scheduling.Text(texts.NotOnAgenda), References: scheduling.Text(texts.References),
				Papers: scheduling.Text(texts.Papers), Distribution: scheduling.Text(texts.Distribution),
				Note: scheduling.Text(texts.Note), Answers: row.Answers, Firm: row.Firm, FirmUntil: scheduling.Deadline(firmUntil),
			},
			Number: row.Number, Version: row.Version, By: scheduling.PartyID(row.Party),
			Status: scheduling.ProposalStatus(row.Status), AuthoredBy: scheduling.MemberID(row.AuthoredBy),
			DeliveredAt: instant(row.DeliveredAt), EndedAt: instant(row.EndedAt),
			Amends: row.Amends, Waiting: row.Waiting, DraftedAt: instant(row.DraftedAt),
		}
		if row.PaperDigest != "" {
			p.Paper = &scheduling.Paper{
				Language: row.PaperLanguage, Text: row.PaperText, Document: row.PaperDocument, Digest: row.PaperDigest,
			}
		}
		proposals = append(proposals, p)
	}
	return proposals, nil
}
