package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// deliverySentence says that a paper was handed over, how, by whom to whom and
// when, with the offset of that date where a time was recorded.
func deliverySentence(p *locale.Printer, d scheduling.Delivery) string {
	when := p.Date(d.Date)
	if d.Time != 0 {
		at, err := civil.Instant(d.Date, d.Time, d.Zone, civil.First)
		if err != nil {
			at = civil.Midnight(d.Date, d.Zone)
		}
		when = p.T("delivery.at", "date", when, "time", p.Time(d.Time), "offset", p.Offset(at.In(d.Zone.Location())))
	}
	key := "delivery.sentence"
	if d.Reference != "" {
		key = "delivery.sentence_reference"
	}
	return p.T(key, "form", p.T("delivery.form."+string(d.Form)), "by", d.By, "to", d.To, "when", when, "reference", d.Reference)
}

var deliveryPage = declarePage("delivery")

type deliveryView struct {
	Page
	Heading, Post, Paper string
	Offer                string
	Form                 Picks
	By, To               Field
	Date                 DateField
	Time, Reference      Field
}

// showDelivery handles GET R/paper/:proposal/delivery: the form with which a
// party records that it handed a paper over.
func (s *Server) showDelivery(c *gin.Context) error {
	return s.renderDelivery(c, http.StatusOK, newForm(s.printer(c.Request), url.Values{}))
}

// deliveredBy is the proposal in the path, when the viewer may say that it was
// delivered: of the own party, and any for the office.
func (s *Server) deliveredBy(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Proposal, error) {
	r, v, p, err := s.proposalOf(c)
	if err == nil && p.By != v.Member.Party && v.Party != nil {
		err = forbidden("not_your_proposal")
	}
	return r, v, p, err
}

func (s *Server) renderDelivery(c *gin.Context, status int, f *Form) error {
	r, v, p, err := s.deliveredBy(c)
	if err != nil {
		return err
	}
	view := deliveryView{Page: s.subPage(c, r, v), Paper: paperPath(r, p), Post: paperPath(r, p) + "/delivery"}
	view.Heading = view.T("delivery.heading")
	view.Title = view.T("delivery.title", "number", p.Number, "round", view.Back.Text)
	view.Back = &Link{Href: view.Paper, Text: view.T("paper.number", "n", p.Number)}
	view.Offer = offerSentence(view.Printer, p.Terms)
	var choices []Choice
	for _, form := range scheduling.DeliveryForms {
		choices = append(choices, Choice{Value: string(form), Label: f.T("delivery.how." + string(form))})
	}
	view.Form = f.Picks("form", f.T("delivery.how_label"), "", choices...)
	view.By = f.lineField("by", "delivery.by", "delivery.by_hint")
	view.To = f.lineField("to", "delivery.to", "delivery.to_hint")
	view.Date = f.DateField("date", f.T("delivery.date"), "")
	view.Time = f.narrow("time", "delivery.time", "")
	view.Time.Optional, view.Time.Hint = true, f.T("delivery.time_hint", "city", clockOf(r, v).City)
	view.Reference = f.lineField("reference", "delivery.reference", "delivery.reference_hint")
	view.Reference.Optional = true
	for _, field := range []*Field{&view.By, &view.To, &view.Reference} {
		field.Max = scheduling.MaxName
	}
	view.Problems, view.KeepForm, view.KeepDo = f.Problems, "delivery", "record"
	return s.render(c, status, deliveryPage, view)
}

func paperPath(r *scheduling.Round, p *scheduling.Proposal) string {
	return fmt.Sprintf("%s/paper/%d", roundPath(r.ID), p.Number)
}

// recordDelivery handles POST R/paper/:proposal/delivery.
func (s *Server) recordDelivery(c *gin.Context) error {
	r, v, p, err := s.deliveredBy(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	var forms []string
	for _, form := range scheduling.DeliveryForms {
		forms = append(forms, string(form))
	}
	d := scheduling.Delivery{
		Proposal: p.Number, Form: scheduling.DeliveryForm(f.Choice("form", forms...)),
		By: f.LineUpTo("by", scheduling.MaxName), To: f.LineUpTo("to", scheduling.MaxName), Date: f.Date("date"),
		Time: f.Time("time"), Zone: clockOf(r, v).zone(), Reference: f.LineUpTo("reference", scheduling.MaxName),
	}
	f.Require("by", "to")
	if !f.hasDate("date") {
		f.Fail("date-d", "error.required")
	}
	if switchedLanguage(c) {
		f.Problems = nil
		return s.renderDelivery(c, http.StatusOK, f)
	}
	if len(f.Problems) > 0 {
		return s.renderDelivery(c, http.StatusUnprocessableEntity, f)
	}
	act := s.act(c, v)
	err = s.update(c, r, v, func(r *scheduling.Round) error { return r.RecordDelivery(act, d) })
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && errors.Is(refusal, scheduling.ErrInvalid) {
		at := *refusal
		if at.Field == "date" {
			at.Field = "date-d"
		}
		f.Refuse(&at)
		return s.renderDelivery(c, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return s.done(c, paperPath(r, p), "delivery_recorded")
}

// zone is the time zone of the clock.
func (k clockFace) zone() civil.Zone { return civil.Zone(k.at.String()) }
