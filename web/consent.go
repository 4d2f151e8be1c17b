package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var consentPage = declarePage("consent")

// consentView is one slot as it is consented to.
type consentView struct {
	Page
	Heading   string
	Facts     []fact
	Times     *Times
	Meaning   string
	Warnings  []string
	Clashes   *clashView
	Changed   string // what the author saw, where that is no longer what is there
	Version   int
	Was       string
	Action    string // gives consent
	Withdraw  string // takes it back
	Condition *conditionView
	Kind      *Picks // fully or ad referendum
	Until     deadlineFields
	Approval  *approvalView
	Reply     *Link
	Overview  string
	Hold      string
}

// A fact is a line of a summary.
type fact struct {
	Term, Text, More string
	Lines            []string
}

type conditionView struct {
	Action, Quote string
	Met           Picks
	Note          Field
}

// showConsent handles GET /n/:negotiation/:round/consent/:slot: what the
// viewer's party would bind itself to, and what that means.
func (s *Server) showConsent(c *gin.Context) error {
	r, v, slot, err := s.slotOf(c)
	if err != nil {
		return err
	}
	return s.renderConsent(c, http.StatusOK, r, v, slot, nil)
}

// createConsent handles POST /n/:negotiation/:round/consent/:slot. The form
// carries the version that its author saw.
func (s *Server) createConsent(c *gin.Context) error {
	r, v, slot, err := s.slotOf(c)
	if err != nil {
		return err
	}
	f := s.untilForm(c, r, v)
	version, _ := strconv.Atoi(f.Line("version"))
	subject := f.Line("kind") == string(scheduling.AdReferendum)
	var until scheduling.Deadline
	if subject {
		until = f.approvalDeadline("until")
	}
	switch {
	case switchedLanguage(c):
		return s.renderConsent(c, http.StatusOK, r, v, slot, nil)
	case len(f.Problems) > 0:
		return s.renderConsent(c, http.StatusUnprocessableEntity, r, v, slot, f.Problems)
	}
	act, err := s.bindingAct(c, r, v)
	if err != nil {
		return err
	}
	done := "consented"
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		if subject {
			done = "consented_ad_referendum"
			return r.ConsentAdReferendum(act, slot.Label, version, until)
		}
		if err := r.Consent(act, slot.Label, version); err != nil {
			return err
		}
		done = "consented"
		if r.Status == scheduling.Confirmed && r.Meeting.Slot == slot.Label {
			done = "confirmed"
		}
		return nil
	})
	if err == nil {
		return s.done(c, roundPath(r.ID), done)
	}
	return s.refuseConsent(c, r, v, slot.Label, err)
}

// withdrawConsent handles POST /n/:negotiation/:round/consent/:slot/withdrawal.
func (s *Server) withdrawConsent(c *gin.Context) error {
	r, v, slot, err := s.slotOf(c)
	if err != nil {
		return err
	}
	err = s.update(c, r, v, func(r *scheduling.Round) error { return r.WithdrawConsent(s.act(c, v), slot.Label) })
	if err == nil {
		return s.done(c, roundPath(r.ID), "consent_withdrawn")
	}
	return s.refuseConsent(c, r, v, slot.Label, err)
}

// settleCondition handles POST /n/:negotiation/:round/condition/:slot: the
// condition that the viewer's party attached is met, or is not.
func (s *Server) settleCondition(c *gin.Context) error {
	r, v, slot, err := s.slotOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	met := f.Choice("met", "yes", "no")
	note := f.TextUpTo("note", scheduling.MaxNote)
	if len(f.Problems) > 0 {
		return s.renderConsent(c, http.StatusUnprocessableEntity, r, v, slot, f.Problems)
	}
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		return r.SettleCondition(s.act(c, v), slot.Label, met == "yes", scheduling.Text{Body: note})
	})
	if err != nil {
		return s.refuseConsent(c, r, v, slot.Label, err)
	}
	if met == "yes" && v.May(scheduling.RightConsent) {
		return s.done(c, roundPath(r.ID)+"/consent/"+string(slot.Label), "condition_met")
	}
	return s.done(c, roundPath(r.ID), "condition_"+map[string]string{"yes": "met", "no": "failed"}[met])
}

// refuseConsent shows the page again as matters stand now. Only what the
// present state forbids has a place on it.
func (s *Server) refuseConsent(c *gin.Context, r *scheduling.Round, v viewer, label scheduling.Label, err error) error {
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if ok && errors.Is(err, scheduling.ErrInvalid) && refusal.Field == "until" {
		p := s.printer(c.Request)
		return s.renderConsent(c, http.StatusUnprocessableEntity, r, v, r.Slot(label), []Problem{{Field: "until-d", Text: refusalText(p, refusal, p.T("refused.422.text"))}})
	}
	if !ok || !errors.Is(err, scheduling.ErrConflict) {
		return err
	}
	fresh, err := s.store.Round(c.Request.Context(), r.ID)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	slot := fresh.Slot(label)
	if slot == nil {
		return hidden()
	}
	p := s.printer(c.Request)
	return s.renderConsent(c, http.StatusConflict, fresh, v, slot, []Problem{{Field: refusal.Field, Text: refusalText(p, refusal, p.T("refused.409.text"))}})
}

// slotOf is the slot in the path, for members of parties that must agree.
func (s *Server) slotOf(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Slot, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, viewer{}, nil, err
	}
	if v.Party == nil || v.Observer {
		return nil, viewer{}, nil, forbidden("observers_follow")
	}
	slot := r.Slot(scheduling.Label(c.Param("slot")))
	if slot == nil {
		return nil, viewer{}, nil, hidden()
	}
	return r, v, slot, nil
}

func (s *Server) renderConsent(c *gin.Context, status int, r *scheduling.Round, v viewer, slot *scheduling.Slot, problems []Problem) error {
	view := consentView{Page: s.subPage(c, r, v), Version: slot.Version, Overview: roundPath(r.ID)}
	p, base := view.Printer, roundPath(r.ID)
	view.Problems = problems
	var err error
	if view.Facts, err = s.flagged(c, p, r, slot, slotFacts(p, r, v, slot, s)); err != nil {
		return err
	}
	view.Times = slotTimes(p, r, slot)
	view.Was = slotTerms(p, slot)
	view.Hold = base + "/slots/" + string(slot.Label) + "/calendar.ics"
	if was := c.PostForm("was"); was != "" && c.PostForm("version") != strconv.Itoa(slot.Version) {
		view.Changed = p.T("reply.changed", "was", cleanText(was), "now", view.Was)
	}
	consent, given := slot.Consent(v.Party.ID)
	pos, answered := slot.Position(v.Party.ID)
	if !answered {
		pos = scheduling.Position{}
	}
	name := p.T("consent.date", "when", slotDays(p, slot), "city", slot.Venue.Name)
	switch {
	case slot.Status != scheduling.Offered || !agreeing(r):
		view.Heading, view.Meaning = p.T("consent.closed", "date", name), p.T("consent.closed_text")
	case !byConsent(r):
		view.Heading, view.Meaning = p.T("consent.title", "date", name), p.T("error.chair_decides")
	case given && consent.Kind == scheduling.AdReferendum:
		view.Heading, view.Meaning = p.T("referendum.given", "date", name), p.T("referendum.given_text", "deadline", deadline(p, consent.Until, s.instant()))
		view.Withdraw = base + "/consent/" + string(slot.Label) + "/withdrawal"
		view.approval(c, s, r, slot)
	case given && consent.Kind != scheduling.Firm:
		view.Heading, view.Meaning = p.T("consent.given", "date", name), p.T("consent.given_text")
		view.Withdraw = base + "/consent/" + string(slot.Label) + "/withdrawal"
	case pos.Condition == scheduling.ConditionOpen:
		view.Heading, view.Meaning = p.T("consent.title", "date", name), p.T("consent.condition_first")
		view.Condition = s.newCondition(c, p, r, slot, pos, v)
	case pos.Level == scheduling.LevelNotPossible:
		view.Heading, view.Meaning = p.T("consent.title", "date", name), p.T("consent.not_possible")
		view.Reply = &Link{Href: base + "/reply", Text: p.T("reply.change")}
	default:
		view.Heading = p.T("consent.title", "date", name)
		view.Meaning = p.T("consent.meaning", "party", v.Party.Name, "version", slot.Version)
		view.Action = base + "/consent/" + string(slot.Label)
		view.Warnings = consentWarnings(p, r, v, slot)
		own, err := s.engagements(c, r, v)
		if err != nil {
			return err
		}
		view.Clashes = newClashes(c, p, v, own, problems, slot)
		if given {
			view.Warnings = append(view.Warnings, consentKind(p, consent))
		}
		view.kinds(s.untilForm(c, r, v), problems)
	}
	view.Title = view.Heading
	if !v.May(scheduling.RightConsent) {
		view.Action, view.Withdraw, view.Approval = "", "", nil
	}
	if !v.May(scheduling.RightAnswer) {
		view.Condition = nil
	}
	return s.render(c, status, consentPage, view)
}

// consentWarnings are what else this consent would do.
func consentWarnings(p *locale.Printer, r *scheduling.Round, v viewer, slot *scheduling.Slot) []string {
	var warnings []string
	for _, other := range r.Offered() {
		if _, ok := other.Consent(v.Party.ID); ok && other != slot {
			warnings = append(warnings, p.T("consent.replaces", "slot", slotName(p, other)))
		}
	}
	missing := r.Missing(slot)
	if r.Rule.Confirmation == scheduling.OnLastConsent && len(missing) == 1 && missing[0] == v.Party.ID && r.Negotiation.Status == scheduling.Active {
		warnings = append(warnings, p.T("consent.last"))
	}
	if r.Status == scheduling.Confirmed {
		warnings = append(warnings, p.T("consent.old_date", "slot", slotName(p, r.Slot(r.Meeting.Slot))))
	}
	return warnings
}

func (s *Server) newCondition(c *gin.Context, p *locale.Printer, r *scheduling.Round, slot *scheduling.Slot, pos scheduling.Position, v viewer) *conditionView {
	f := s.form(c)
	if c.Request.Method != http.MethodPost {
		f = newForm(p, nil)
	}
	f.TextUpTo("note", scheduling.MaxNote)
	return &conditionView{
		Action: roundPath(r.ID) + "/condition/" + string(slot.Label), Quote: pos.Reason.For(v.Audience),
		Met: f.Picks("met", p.T("consent.condition_met"), "",
			Choice{Value: "yes", Label: p.T("consent.condition_yes")}, Choice{Value: "no", Label: p.T("consent.condition_no"), Note: p.T("consent.condition_no_note")}),
		Note: f.Field("note", p.T("consent.condition_note"), p.T("reply.own_only")),
	}
}

// slotFacts are the lines that say what exactly is agreed to.
func slotFacts(p *locale.Printer, r *scheduling.Round, v viewer, slot *scheduling.Slot, s *Server) []fact {
	facts := []fact{
		{Term: p.T("consent.fact.date"), Text: p.T("round.slot", "label", string(slot.Label), "when", slotDays(p, slot), "city", slot.Venue.Name)},
		{Term: p.T("consent.fact.venue"), Text: slotPlace(p, slot, slot.Room), More: p.T("round.format." + format(slot))},
	}
	if room := roomAtConfirmation(p, r, slot); room != "" {
		facts = append(facts, fact{Term: p.T("consent.fact.room"), Text: room})
	}
	if !slot.DateOnly {
		facts = append(facts, fact{Term: p.T("consent.fact.hours"), Text: p.T("round.hours_offset", "hours", slotHours(p, slot), "offset", p.Offset(slot.Start()))})
	}
	if len(slot.Days) > 1 {
		days := make([]string, len(slot.Days))
		for i, d := range slot.Days {
			days[i] = p.ShortDate(d)
		}
		facts = append(facts, fact{Term: p.T("consent.fact.days"), Text: p.And(days...)})
	}
	if slot.Status == scheduling.Offered {
		facts = append(facts, fact{Term: p.T("consent.fact.decide_by"), Text: decideDay(p, r, slot, s.instant())})
	}
	required := r.Negotiation.Required()
	byLevel := make(map[scheduling.Level][]scheduling.PartyID)
	for _, id := range required {
		pos, ok := slot.Position(id)
		if !ok {
			pos.Level = ""
		}
		byLevel[pos.Level] = append(byLevel[pos.Level], id)
	}
	var replies []string
	for _, l := range tallyOrder {
		if ids := byLevel[l]; len(ids) > 0 {
			replies = append(replies, p.T("consent.replies", "level", levelWord(p, l), "who", someNames(p, r, ids, true)))
		}
	}
	facts = append(facts, fact{Term: p.T("consent.fact.replies"), Lines: replies})
	var consents []string
	for _, id := range required {
		if consent, ok := slot.Consent(id); ok {
			key := "consent.by"
			said := ""
			if consent.Reported != nil {
				key, said = "consent.by_reported", evidence(p, consent.Reported)
			}
			line := p.T(key, "party", partyName(p, r.Negotiation, id), "when", clockOf(r, v).moment(p, consent.At), "evidence", said)
			if kind := consentKind(p, consent); kind != "" {
				line += " " + kind
			}
			consents = append(consents, line)
		}
	}
	if len(consents) == 0 {
		consents = []string{p.T("consent.none")}
	}
	missing := slices.DeleteFunc(slices.Clone(required), func(id scheduling.PartyID) bool { _, ok := slot.Consent(id); return ok })
	more := ""
	if len(missing) > 0 {
		more = p.T("consent.awaiting", "who", someNames(p, r, missing, true))
	}
	return append(facts, fact{Term: p.T("consent.fact.consents"), Lines: consents, More: more})
}
