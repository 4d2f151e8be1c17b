package api

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/danielgtaylor/huma/v2"

	"parley/scheduling"
)

// An Offer is what the author of a proposal writes.
type Offer struct {
	Terms           Terms     `json:"terms"`
	ReplyBy         *Deadline `json:"reply_by,omitempty"`
	LapsesAtReplyBy bool      `json:"lapses_at_reply_by,omitempty" doc:"Otherwise the reply-by is a reminder only"`
	Contact         Contact   `json:"contact"`
	Agenda          *Text     `json:"agenda,omitempty"`
	NotOnAgenda     *Text     `json:"not_on_agenda,omitempty"`
	References      *Text     `json:"references,omitempty"`
	Papers          *Text     `json:"papers,omitempty"`
	Distribution    *Text     `json:"distribution,omitempty"`
	Note            string    `json:"note,omitempty" maxLength:"4000" doc:"For the own party alone"`
}

// A Contact is who receives the answer.
type Contact struct {
	Name  string `json:"name,omitempty" maxLength:"120"`
	Phone string `json:"phone,omitempty" maxLength:"120"`
	Email string `json:"email,omitempty" maxLength:"254"`
}

// Terms are the JSON form of terms: the one that "parley slots" reads.
type Terms json.RawMessage

// UnmarshalJSON keeps what was sent, to be read by the rules themselves.
func (t *Terms) UnmarshalJSON(b []byte) error {
	*t = bytes.Clone(b)
	return nil
}

// MarshalJSON gives it as it is.
func (t Terms) MarshalJSON() ([]byte, error) {
	if len(t) == 0 {
		return []byte("null"), nil
	}
	return t, nil
}

// Schema says the form; what makes sense is for the rules to say.
func (Terms) Schema(huma.Registry) *huma.Schema {
	text := func(doc string) *huma.Schema { return &huma.Schema{Type: "string", Description: doc} }
	date := &huma.Schema{Type: "string", Format: "date"}
	hours := &huma.Schema{Type: "array", Items: text(""), Description: "From and until", Examples: []any{[]any{"10:00", "18:00"}}}
	list := func(items *huma.Schema) *huma.Schema { return &huma.Schema{Type: "array", Items: items} }
	object := func(properties map[string]*huma.Schema, required ...string) *huma.Schema {
		return &huma.Schema{Type: "object", Properties: properties, Required: required}
	}
	venue := object(map[string]*huma.Schema{
		"name": text("A city; its zone, country and weekend are known for many"), "place": text(""), "zone": text("IANA name"),
		"country": text("ISO 3166-1 alpha-2"), "weekend": list(text("")), "day": hours, "sittings": list(hours),
		"extra_sittings": list(hours), "closed": list(date),
	}, "name")
	option := object(map[string]*huma.Schema{
		"order": text("preferred or alternative"), "venue": venue,
		"windows": list(object(map[string]*huma.Schema{"from": date, "to": date}, "from", "to")), "dates": list(date),
		"format": text("in_person, remote or hybrid"), "occurrence": text("first or second, for times that occur twice"),
	}, "venue")
	whole, number, yes := &huma.Schema{Type: "integer"}, &huma.Schema{Type: "number"}, &huma.Schema{Type: "boolean"}
	s := object(map[string]*huma.Schema{
		"duration_days": whole, "duration_hours": number, "grid_minutes": whole, "weekends": yes, "bridging": whole,
		"notice_days": whole, "date_only": yes, "options": list(option),
	}, "options")
	s.AdditionalProperties = true // what is unknown is refused by the rules, which name its path
	for _, inner := range []*huma.Schema{venue, option, option.Properties["windows"].Items} {
		inner.AdditionalProperties = true
	}
	return s
}

// terms reads the terms; a refusal names its path below field.
func (t Terms) terms(field string) (scheduling.Terms, error) {
	terms, err := scheduling.ParseTermsJSON(bytes.NewReader(t))
	return terms, below(field, err)
}

// below names the place of a refusal within the body.
func below(field string, err error) error {
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if !ok {
		return err
	}
	at := *refusal
	at.Field = field
	if refusal.Field != "" {
		at.Field += "." + refusal.Field
	}
	return &at
}

// content reads the offer of a member of seat. A draft may be incomplete.
func (o Offer) content(c *call, seat *scheduling.Party) (scheduling.Content, error) {
	terms, err := o.Terms.terms("terms")
	if err != nil {
		return scheduling.Content{}, err
	}
	by, err := o.ReplyBy.deadline("reply_by", seat)
	if err != nil {
		return scheduling.Content{}, err
	}
	if o.Contact.Email != "" && !c.api.Pages.ValidEmail(o.Contact.Email) {
		return scheduling.Content{}, invalid("email_invalid", "contact.email")
	}
	return scheduling.Content{
		Terms: terms, ReplyBy: by, LapsesAtReplyBy: o.LapsesAtReplyBy,
		Contact: scheduling.Contact{Name: line(o.Contact.Name), Phone: line(o.Contact.Phone), Email: o.Contact.Email},
		Agenda:  o.Agenda.text(), NotOnAgenda: o.NotOnAgenda.text(), References: o.References.text(), Papers: o.Papers.text(),
		Distribution: o.Distribution.text(), Note: scheduling.Text{Body: o.Note},
	}, nil
}

// newOffer is the content of an offer, for the party that made it.
func newOffer(c scheduling.Content) (*Offer, error) {
	terms, err := json.Marshal(c.Terms)
	if err != nil {
		return nil, err
	}
	return &Offer{
		Terms: terms, ReplyBy: newDeadline(c.ReplyBy), LapsesAtReplyBy: c.LapsesAtReplyBy,
		Contact: Contact(c.Contact), Agenda: newText(c.Agenda), NotOnAgenda: newText(c.NotOnAgenda),
		References: newText(c.References), Papers: newText(c.Papers), Distribution: newText(c.Distribution), Note: c.Note.Body,
	}, nil
}
