package web

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

// untilForm reads the posted form, with the deadlines that may stand in it on
// the clock of a seat.
func (s *Server) untilForm(c *gin.Context, r *scheduling.Round, v viewer) *offerForm {
	f := s.newOfferForm(s.printer(c.Request), c.Request.PostForm)
	f.seats = ownFirst(r.Negotiation.Parties, v.Member.Party)
	return f
}

// approvalDeadline reads by when an approval has to come; there must be one.
func (f *offerForm) approvalDeadline(field string) scheduling.Deadline {
	d := f.deadline(field)
	if d.IsZero() && !f.badWithin(field+"-") {
		f.Fail(field+"-d", "error.approval_deadline_missing")
	}
	return d
}

// kindFields are the choice between a full consent and one ad referendum.
func kindFields(f *Form) (*Picks, deadlineFields) {
	picks := f.Picks("kind", f.T("referendum.kind"), "",
		Choice{Value: "", Label: f.T("referendum.full")},
		Choice{Value: string(scheduling.AdReferendum), Label: f.T("referendum.subject"), Note: f.T("referendum.subject_note")})
	of := &offerForm{Form: f}
	return &picks, of.deadlineFields("until", "referendum.until", "referendum.until_hint")
}

func (view *consentView) kinds(f *offerForm, problems []Problem) {
	if len(f.Problems) == 0 {
		f.Problems = problems
	}
	view.Kind, view.Until = kindFields(f.Form)
}

// readReportedUntil reads whether a reported consent is ad referendum, and by
// when approval has to come.
func (s *Server) readReportedUntil(c *gin.Context, r *scheduling.Round, v viewer, f *Form, consent scheduling.Label) (scheduling.Deadline, bool) {
	if consent == "" || f.Line("kind") != string(scheduling.AdReferendum) {
		return scheduling.Deadline{}, false
	}
	form := s.untilForm(c, r, v)
	d := form.approvalDeadline("until")
	f.Problems = append(f.Problems, form.Problems...)
	return d, true
}

// consentKind says what a consent is that is not a plain one; "" for those.
func consentKind(p *locale.Printer, c scheduling.Consent) string {
	switch c.Kind {
	case scheduling.AdReferendum:
		return p.T("referendum.consent.ad_referendum", "when", until(p, c.Until))
	case scheduling.Firm:
		return p.T("referendum.consent.firm", "when", until(p, c.Until))
	case scheduling.FullConsent, scheduling.Tacit:
	}
	return ""
}

// firmText says until when an offer is firm, or was; "" for one that never was.
func firmText(p *locale.Printer, offer *scheduling.Proposal, now time.Time) string {
	switch {
	case offer.FirmUntil.IsZero():
		return ""
	case offer.Firm:
		return p.T("firm.stands", "deadline", deadline(p, offer.FirmUntil, now))
	}
	return p.T("firm.ended", "deadline", deadline(p, offer.FirmUntil, now))
}

// An approvalView is how the answer of a party's authority is recorded.
type approvalView struct {
	Action  string
	Reason  Field
	Readers *Picks
}

func (view *consentView) approval(c *gin.Context, s *Server, r *scheduling.Round, slot *scheduling.Slot) {
	f := s.form(c)
	if c.Request.Method != http.MethodPost {
		f = newForm(view.Printer, nil)
	}
	f.TextUpTo("reason", scheduling.MaxNote)
	reason := f.Field("reason", view.T("referendum.reason"), view.T("referendum.reason_hint"))
	reason.Optional, reason.Rows, reason.Max = true, 3, scheduling.MaxNote
	view.Approval = &approvalView{
		Action: roundPath(r.ID) + "/consent/" + string(slot.Label) + "/approval", Reason: reason, Readers: readers(f, view.Page),
	}
}

// settleApproval handles POST R/consent/:slot/approval: the authority of the
// viewer's party approves its consent ad referendum, or does not.
func (s *Server) settleApproval(c *gin.Context) error {
	r, v, slot, err := s.slotOf(c)
	if err != nil {
		return err
	}
	if switchedLanguage(c) {
		return s.renderConsent(c, http.StatusOK, r, v, slot, nil)
	}
	f, done := s.form(c), "approved"
	f.TextUpTo("reason", scheduling.MaxNote)
	if len(f.Problems) > 0 {
		return s.renderConsent(c, http.StatusUnprocessableEntity, r, v, slot, f.Problems)
	}
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		if f.Do() == "refuse" {
			done = "approval_refused"
			return r.RefuseApproval(s.act(c, v), slot.Label, textFor(f, "reason"))
		}
		return r.Approve(s.act(c, v), slot.Label)
	})
	if err == nil {
		return s.done(c, roundPath(r.ID), done)
	}
	return s.refuseConsent(c, r, v, slot.Label, err)
}

// subjectTo is the slot to which the party has consented ad referendum, or nil.
func subjectTo(r *scheduling.Round, party scheduling.PartyID) *scheduling.Slot {
	for _, s := range r.Offered() {
		if c, ok := s.Consent(party); ok && c.Kind == scheduling.AdReferendum {
			return s
		}
	}
	return nil
}

// referendum is the lead of a round that is agreed ad referendum.
func (l *leadView) referendum(p *locale.Printer, r *scheduling.Round, v viewer, s *scheduling.Slot) {
	l.date(p, r, s)
	l.Eyebrow = p.T("referendum.agreed")
	l.Text = p.T("referendum.awaited", "who", someNames(p, r, r.Subject(s), !v.Observer))
	l.approve(p, r, v, s)
}

// approve is the next step where an approval is awaited: the party's own, or
// that of others.
func (l *leadView) approve(p *locale.Printer, r *scheduling.Round, v viewer, s *scheduling.Slot) {
	if v.Party == nil || v.Observer {
		return
	}
	c, ok := s.Consent(v.Party.ID)
	if !ok || c.Kind != scheduling.AdReferendum {
		return
	}
	l.Next = p.T("referendum.next", "slot", slotName(p, s), "when", until(p, c.Until))
	if v.May(scheduling.RightConsent) {
		l.Action = &Link{Href: roundPath(r.ID) + "/consent/" + string(s.Label), Text: p.T("referendum.record")}
	}
}
