package store

import "parley/scheduling"

// What is arranged around the dates of a round is few and small: each list is
// the JSON of one column.

type reminderValue struct {
	At      int64 `json:"at,omitempty"`
	Overdue int64 `json:"overdue,omitempty"`
}

type linkedDateValue struct {
	Key  string             `json:"key"`
	Name textValue          `json:"name"`
	Days int                `json:"days"`
	For  scheduling.PartyID `json:"for,omitempty"`
}

type noticeChangeValue struct {
	By     scheduling.PartyID   `json:"by"`
	At     int64                `json:"at"`
	Days   int                  `json:"days"`
	Agreed []scheduling.PartyID `json:"agreed,omitempty"`
}

type publicDraftValue struct {
	Text string              `json:"text"`
	By   scheduling.MemberID `json:"by"`
	At   int64               `json:"at"`
}

func (row *roundRow) addArrangements(r *scheduling.Round) (err error) {
	if len(r.Reminders) > 0 {
		values := map[scheduling.PartyID]reminderValue{}
		for party, m := range r.Reminders {
			values[party] = reminderValue{At: seconds(m.At), Overdue: seconds(m.Overdue)}
		}
		if row.Reminders, err = encode(values); err != nil {
			return err
		}
	}
	row.LinkedDates, err = encodeList(convert(r.Linked, func(d scheduling.LinkedDate) linkedDateValue {
		return linkedDateValue{Key: d.Key, Name: textValue(d.Name), Days: d.Days, For: d.For}
	}))
	if err != nil {
		return err
	}
	if c := r.NoticeChange; c != nil {
		v := noticeChangeValue{By: c.By, At: seconds(c.At), Days: c.Days, Agreed: c.Agreed}
		if row.NoticeChange, err = encode(v); err != nil {
			return err
		}
	}
	if len(r.PublicDrafts) > 0 {
		values := map[scheduling.PartyID]publicDraftValue{}
		for party, d := range r.PublicDrafts {
			values[party] = publicDraftValue{Text: d.Text, By: d.By, At: seconds(d.At)}
		}
		row.PublicDrafts, err = encode(values)
	}
	return err
}

func (row roundRow) buildArrangements(r *scheduling.Round) error {
	var (
		reminders map[scheduling.PartyID]reminderValue
		linked    []linkedDateValue
		notice    *noticeChangeValue
		drafts    map[scheduling.PartyID]publicDraftValue
	)
	if err := decode(row.Reminders, &reminders); err != nil {
		return err
	}
	if err := decode(row.LinkedDates, &linked); err != nil {
		return err
	}
	if err := decode(row.NoticeChange, &notice); err != nil {
		return err
	}
	if err := decode(row.PublicDrafts, &drafts); err != nil {
		return err
	}
	for party, v := range reminders {
		if r.Reminders == nil {
			r.Reminders = map[scheduling.PartyID]scheduling.Reminder{}
		}
		r.Reminders[party] = scheduling.Reminder{At: instant(v.At), Overdue: instant(v.Overdue)}
	}
	r.Linked = convert(linked, func(v linkedDateValue) scheduling.LinkedDate {
		return scheduling.LinkedDate{Key: v.Key, Name: scheduling.Text(v.Name), Days: v.Days, For: v.For}
	})
	if v := notice; v != nil {
		r.NoticeChange = &scheduling.NoticeChange{By: v.By, At: instant(v.At), Days: v.Days, Agreed: v.Agreed}
	}
	for party, v := range drafts {
		if r.PublicDrafts == nil {
			r.PublicDrafts = map[scheduling.PartyID]scheduling.PublicDraft{}
		}
		r.PublicDrafts[party] = scheduling.PublicDraft{Text: v.Text, By: v.By, At: instant(v.At)}
	}
	return nil
}
