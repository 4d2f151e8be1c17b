package scheduling

import (
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

// DeliveryForm is how a paper was handed over.
type DeliveryForm string

// The forms of delivery outside the system.
const (
	DeliveredByHand DeliveryForm = "by_hand"
	DeliveredByMail DeliveryForm = "by_mail"
	DeliveredByNote DeliveryForm = "by_note" // note verbale
)

// DeliveryForms lists the forms of delivery.
var DeliveryForms = []DeliveryForm{DeliveredByHand, DeliveredByMail, DeliveredByNote}

// A Delivery is the record that a paper was handed over by X to Y on a date.
type Delivery struct {
	Proposal, Version int
	Digest            string // of the paper that was handed over
	Form              DeliveryForm
	By, To            string
	Date              civil.Date
	Time              civil.TimeOfDay
	Zone              civil.Zone
	Reference         string
	RecordedBy        MemberID
	RecordedAt        time.Time
}

// RecordDelivery records that the newest version of a proposal of the actor's
// party was handed over. All parties see it.
func (r *Round) RecordDelivery(a Act, d Delivery) error {
	m, err := r.convener(a.By)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	p := r.Proposal(d.Proposal)
	switch {
	case p == nil:
		return refuse(ErrNotFound, "proposal_unknown")
	case p.By != m.Party && m.Party != "":
		return refuse(ErrForbidden, "not_your_proposal")
	case !slices.Contains(DeliveryForms, d.Form):
		return refuse(ErrInvalid, "delivery_form_missing").at("form")
	case strings.TrimSpace(d.By) == "":
		return refuse(ErrInvalid, "delivery_by_missing").at("by")
	case strings.TrimSpace(d.To) == "":
		return refuse(ErrInvalid, "delivery_to_missing").at("to")
	case !d.Date.Valid():
		return refuse(ErrInvalid, "delivery_date_missing").at("date")
	case d.Date.After(civil.DateOf(a.At).Add(1)):
		return refuse(ErrInvalid, "delivery_in_future").at("date")
	}
	d.Version, d.Digest, d.RecordedBy, d.RecordedAt = p.Version, p.Paper.Digest, a.By, a.At
	r.Deliveries = append(r.Deliveries, d)
	r.record(Event{
		Kind: DeliveryRecorded, At: a.At, By: a.By, Party: p.By, Proposal: p.Number, Version: p.Version, Digest: d.Digest,
		Text: Text{Body: d.By + " – " + d.To, Owner: p.By, Scope: AllParties}, Scope: AllParties,
	})
	return nil
}
