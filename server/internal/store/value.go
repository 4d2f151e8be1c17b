package store

import (
	"encoding/json"
	"fmt"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// The structs of this file are the JSON of columns that hold a value as a
// whole. Where they have the fields of a type of scheduling they are converted
// and not copied, so that a new field there does not compile until it has its
// place here.

type textValue struct {
	Body  string               `json:"body,omitempty"`
	Owner scheduling.PartyID   `json:"owner,omitempty"`
	Scope scheduling.Scope     `json:"scope,omitempty"`
	Named []scheduling.PartyID `json:"named,omitempty"`
}

type deadlineValue struct {
	Date civil.Date      `json:"date,omitzero"`
	At   civil.TimeOfDay `json:"at,omitzero"`
	Zone civil.Zone      `json:"zone,omitempty"`
	City string          `json:"city,omitempty"`
}

type ruleValue struct {
	Kind              scheduling.RuleKind     `json:"kind"`
	Confirmation      scheduling.Confirmation `json:"confirmation"`
	Confirmer         scheduling.PartyID      `json:"confirmer,omitempty"`
	Reporting         scheduling.Reporting    `json:"reporting"`
	ConvenerPostpones bool                    `json:"convener_postpones,omitempty"`

	Core   []scheduling.PartyID `json:"core,omitempty"`
	Quorum int                  `json:"quorum,omitempty"`

	Consultation scheduling.Deadline `json:"-"`
	Override     bool                `json:"override,omitempty"`

	Reveal           scheduling.Deadline `json:"-"`
	RevealAtDeadline bool                `json:"reveal_at_deadline,omitempty"`
	MediatorSees     bool                `json:"mediator_sees,omitempty"`

	Ranking scheduling.RankingMethod `json:"ranking,omitempty"`
	Balance bool                     `json:"balance,omitempty"`
}

// ruleColumn is the JSON of a rule. Its deadlines stand beside the rest, since
// their own type has no names for JSON.
type ruleColumn struct {
	ruleValue
	Consultation deadlineValue `json:"consultation,omitzero"`
	Reveal       deadlineValue `json:"reveal,omitzero"`
}

func newRuleColumn(ru scheduling.Rule) ruleColumn {
	return ruleColumn{
		ruleValue: ruleValue(ru), Consultation: deadlineValue(ru.Consultation), Reveal: deadlineValue(ru.Reveal),
	}
}

func (v ruleColumn) rule() scheduling.Rule {
	ru := scheduling.Rule(v.ruleValue)
	ru.Consultation, ru.Reveal = scheduling.Deadline(v.Consultation), scheduling.Deadline(v.Reveal)
	return ru
}

type contactValue struct {
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
}

type venueValue struct {
	Name          string         `json:"name"`
	Place         string         `json:"place,omitempty"`
	Zone          civil.Zone     `json:"zone"`
	Country       string         `json:"country,omitempty"`
	Weekend       []time.Weekday `json:"weekend,omitempty"`
	Day           civil.Span     `json:"day,omitzero"`
	Sittings      []civil.Span   `json:"sittings,omitempty"`
	ExtraSittings []civil.Span   `json:"extra_sittings,omitempty"`
	Closed        []civil.Date   `json:"closed,omitempty"`
}

type windowValue struct {
	From civil.Date `json:"from"`
	To   civil.Date `json:"to"`
}

type optionValue struct {
	Order   scheduling.Order  `json:"order,omitempty"`
	Venue   venueValue        `json:"venue"`
	Windows []windowValue     `json:"windows,omitempty"`
	Dates   []civil.Date      `json:"dates,omitempty"`
	Format  scheduling.Format `json:"format,omitempty"`
	Which   civil.Occurrence  `json:"which,omitempty"`
}

type durationValue struct {
	Days    int `json:"days,omitempty"`
	Minutes int `json:"minutes,omitempty"`
	Grid    int `json:"grid,omitempty"`
}

type termsValue struct {
	Duration   durationValue `json:"duration"`
	Weekends   bool          `json:"weekends,omitempty"`
	Bridging   int           `json:"bridging,omitempty"`
	NoticeDays int           `json:"notice_days,omitempty"`
	DateOnly   bool          `json:"date_only,omitempty"`
	Options    []optionValue `json:"options,omitempty"`
}

func newTermsValue(t scheduling.Terms) termsValue {
	v := termsValue{
		Duration: durationValue(t.Duration), Weekends: t.Weekends, Bridging: t.Bridging,
		NoticeDays: t.NoticeDays, DateOnly: t.DateOnly,
	}
	for _, o := range t.Options {
		option := optionValue{Order: o.Order, Venue: venueValue(o.Venue), Dates: o.Dates, Format: o.Format, Which: o.Which}
		for _, w := range o.Windows {
			option.Windows = append(option.Windows, windowValue(w))
		}
		v.Options = append(v.Options, option)
	}
	return v
}

func (v termsValue) terms() scheduling.Terms {
	t := scheduling.Terms{
		Duration: scheduling.Duration(v.Duration), Weekends: v.Weekends, Bridging: v.Bridging,
		NoticeDays: v.NoticeDays, DateOnly: v.DateOnly,
	}
	for _, o := range v.Options {
		option := scheduling.Option{
			Order: o.Order, Venue: scheduling.Venue(o.Venue), Dates: o.Dates, Format: o.Format, Which: o.Which,
		}
		for _, w := range o.Windows {
			option.Windows = append(option.Windows, scheduling.Window(w))
		}
		t.Options = append(t.Options, option)
	}
	return t
}

// textsValue are the texts of a proposal.
type textsValue struct {
	Agenda       textValue `json:"agenda,omitzero"`
	NotOnAgenda  textValue `json:"not_on_agenda,omitzero"`
	References   textValue `json:"references,omitzero"`
	Papers       textValue `json:"papers,omitzero"`
	Distribution textValue `json:"distribution,omitzero"`
	Note         textValue `json:"note,omitzero"`
}

// IsZero lets empty texts stay out of the JSON.
func (v textValue) IsZero() bool {
	return v.Body == "" && v.Owner == "" && v.Scope == scheduling.OwnParty && len(v.Named) == 0
}

type evidenceValue struct {
	Form      scheduling.EvidenceForm `json:"form"`
	Reference string                  `json:"reference,omitempty"`
	Date      civil.Date              `json:"date,omitzero"`
	From      string                  `json:"from,omitempty"`
	To        string                  `json:"to,omitempty"`
	Note      textValue               `json:"note,omitzero"`
}

func newEvidenceValue(e *scheduling.Evidence) *evidenceValue {
	if e == nil {
		return nil
	}
	return &evidenceValue{Form: e.Form, Reference: e.Reference, Date: e.Date, From: e.From, To: e.To, Note: textValue(e.Note)}
}

func (v *evidenceValue) evidence() *scheduling.Evidence {
	if v == nil {
		return nil
	}
	return &scheduling.Evidence{
		Form: v.Form, Reference: v.Reference, Date: v.Date, From: v.From, To: v.To, Note: scheduling.Text(v.Note),
	}
}

// saidValue is what a position says beside its level. Most say nothing, which
// is "" in the column.
type saidValue struct {
	Reason    *textValue                `json:"reason,omitempty"` // nil is an empty text of the party's own
	Class     scheduling.ReasonClass    `json:"class,omitempty"`
	Condition scheduling.ConditionState `json:"condition,omitempty"`
	Rank      int                       `json:"rank,omitempty"`
	Late      bool                      `json:"late,omitempty"`
	Implied   bool                      `json:"implied,omitempty"`
	Reported  *evidenceValue            `json:"reported,omitempty"`
}

// candidateValue is a slot's candidate without its venue.
type candidateValue struct {
	Format   scheduling.Format `json:"format,omitempty"`
	Order    scheduling.Order  `json:"order,omitempty"`
	Option   int               `json:"option,omitempty"`
	Sources  []int             `json:"sources,omitempty"`
	Days     []civil.Date      `json:"days"`
	Hours    civil.Span        `json:"hours,omitzero"`
	Which    civil.Occurrence  `json:"which,omitempty"`
	DateOnly bool              `json:"date_only,omitempty"`
}

type sourceValue struct {
	Proposal int                `json:"proposal"`
	Option   int                `json:"option"`
	By       scheduling.PartyID `json:"by,omitempty"`
}

type answerValue struct {
	Slot        scheduling.Label       `json:"slot"`
	SlotVersion int                    `json:"slot_version"`
	Level       scheduling.Level       `json:"level,omitempty"`
	Reason      textValue              `json:"reason,omitzero"`
	ReasonClass scheduling.ReasonClass `json:"class,omitempty"`
	Rank        int                    `json:"rank,omitempty"`
}

type postponementValue struct {
	By     scheduling.PartyID   `json:"by"`
	At     int64                `json:"at"`
	Reason textValue            `json:"reason,omitzero"`
	Agreed []scheduling.PartyID `json:"agreed,omitempty"`
}

type releaseValue struct {
	Text        string               `json:"text"`
	Slot        scheduling.Label     `json:"slot"`
	SlotVersion int                  `json:"slot_version"`
	By          scheduling.PartyID   `json:"by"`
	At          int64                `json:"at"`
	Agreed      []scheduling.PartyID `json:"agreed,omitempty"`
}

type holdValue struct {
	Status      scheduling.HoldStatus `json:"status"`
	SlotVersion int                   `json:"slot_version"`
	Room        scheduling.RoomID     `json:"room,omitempty"`
	RoomName    string                `json:"room_name,omitempty"`
	Second      bool                  `json:"second,omitempty"`
	Override    bool                  `json:"override,omitempty"`
	Until       int64                 `json:"until,omitempty"`
	Party       scheduling.PartyID    `json:"party,omitempty"`
	By          scheduling.MemberID   `json:"by,omitempty"`
	At          int64                 `json:"at"`
}

func newHoldValue(h *scheduling.Hold) *holdValue {
	if h == nil {
		return nil
	}
	return &holdValue{
		Status: h.Status, SlotVersion: h.SlotVersion, Room: h.Room, RoomName: h.RoomName, Second: h.Second,
		Override: h.Override, Until: seconds(h.Until), Party: h.Party, By: h.By, At: seconds(h.At),
	}
}

func (v *holdValue) hold() *scheduling.Hold {
	if v == nil {
		return nil
	}
	return &scheduling.Hold{
		Status: v.Status, SlotVersion: v.SlotVersion, Room: v.Room, RoomName: v.RoomName, Second: v.Second,
		Override: v.Override, Until: instant(v.Until), Party: v.Party, By: v.By, At: instant(v.At),
	}
}

type conferenceValue struct {
	NeedsRoom    bool                `json:"needs_room,omitempty"`
	Participants int                 `json:"participants,omitempty"`
	Public       bool                `json:"public,omitempty"`
	Languages    string              `json:"languages,omitempty"`
	Services     string              `json:"services,omitempty"`
	Organiser    string              `json:"organiser,omitempty"`
	Contact      string              `json:"contact,omitempty"`
	Note         string              `json:"note,omitempty"`
	Scope        scheduling.Scope    `json:"scope,omitempty"`
	By           scheduling.MemberID `json:"by,omitempty"`
	At           int64               `json:"at,omitempty"`
}

func newConferenceValue(c scheduling.Conference) conferenceValue {
	return conferenceValue{
		NeedsRoom: c.NeedsRoom, Participants: c.Participants, Public: c.Public, Languages: c.Languages, Services: c.Services,
		Organiser: c.Organiser, Contact: c.Contact, Note: c.Note, Scope: c.Scope, By: c.By, At: seconds(c.At),
	}
}

func (v conferenceValue) conference() scheduling.Conference {
	return scheduling.Conference{
		NeedsRoom: v.NeedsRoom, Participants: v.Participants, Public: v.Public, Languages: v.Languages, Services: v.Services,
		Organiser: v.Organiser, Contact: v.Contact, Note: v.Note, Scope: v.Scope, By: v.By, At: instant(v.At),
	}
}

// encode is the JSON of v.
func encode[T any](v T) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store: encode %T: %w", v, err)
	}
	return string(b), nil
}

// encodeDeadline is the JSON of a deadline, and "" for none.
func encodeDeadline(d scheduling.Deadline) (string, error) {
	if d == (scheduling.Deadline{}) {
		return "", nil
	}
	return encode(deadlineValue(d))
}

// encodeText is the JSON of a text, and "" for none.
func encodeText(t scheduling.Text) (string, error) {
	if v := textValue(t); !v.IsZero() {
		return encode(v)
	}
	return "", nil
}

// encodeList is the JSON of a list, and "" for an empty one.
func encodeList[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	return encode(list)
}

// encodePointer is the JSON of what p points to, and "" for nothing.
func encodePointer[T any](p *T) (string, error) {
	if p == nil {
		return "", nil
	}
	return encode(p)
}

// decode reads what encode wrote, and leaves v as it is for "".
func decode[T any](column string, v *T) error {
	if column == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(column), v); err != nil {
		return fmt.Errorf("store: decode %T: %w", *v, err)
	}
	return nil
}

// seconds is the form in which an instant is stored: 0 is none.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// instant is the instant of a column.
func instant(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// convert turns each of a list into its stored form, or back.
func convert[A, B any](list []A, f func(A) B) []B {
	var out []B
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}
