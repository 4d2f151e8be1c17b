package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var answerPage = declarePage("answer")

// answerView is the form in which somebody records what a party has answered
// outside the system.
type answerView struct {
	Page
	Heading  string
	Lede     string
	Parties  []Link // to choose from, when none is chosen
	For      scheduling.PartyID
	Form     Picks
	Date     DateField
	From, To Field
	Number   Field
	Note     Field
	Answers  answersView
	Gone     []string
	Audience Picks
	Consent  *Picks
	Kind     *Picks // of that consent
	Until    deadlineFields
	Postpone *Picks // while a postponement is asked for
	Action   string
	Sealed   bool
}

// showAnswer handles GET /n/:negotiation/:round/answers/new: the form that
// records the answer of the party in ?party=.
func (s *Server) showAnswer(c *gin.Context) error {
	r, v, err := s.recording(c)
	if err != nil {
		return err
	}
	values := url.Values{}
	if v.Party != nil {
		values.Set("to", v.Party.Name)
	}
	party := r.Negotiation.Party(scheduling.PartyID(c.Query("party")))
	return s.renderAnswer(c, http.StatusOK, r, v, party, newForm(s.printer(c.Request), values), values)
}

// createAnswer handles POST /n/:negotiation/:round/answers/new: positions, and
// where the rule counts them a consent and what is said to a postponement, in
// one step and on one evidence.
func (s *Server) createAnswer(c *gin.Context) error {
	r, v, err := s.recording(c)
	if err != nil {
		return err
	}
	f, posted := s.form(c), c.Request.PostForm
	party := r.Negotiation.Party(scheduling.PartyID(f.Line("party")))
	if party == nil {
		return hidden()
	}
	if do, venue, _ := strings.Cut(f.Do(), ":"); do == "fill" || switchedLanguage(c) {
		if do == "fill" {
			fillBlanks(r, venue, posted)
		}
		return s.renderAnswer(c, http.StatusOK, r, v, party, f, posted)
	}
	act := s.act(c, v)
	act.For, act.Evidence = party.ID, readEvidence(f, v)
	act.Sealed = f.Line("sealed") != ""
	answers := readAnswers(f, r)
	consent, version := readReportedConsent(f)
	until, subject := s.readReportedUntil(c, r, v, f, consent)
	postpone, asked := readReportedPostponement(f)
	switch {
	case len(answers) > 0 || consent != "" || postpone != "":
	case agreeing(r):
		f.Fail("", "answer.nothing")
	default:
		f.Fail("postponement", "answer.nothing_said")
	}
	if len(f.Problems) > 0 {
		return s.renderAnswer(c, http.StatusUnprocessableEntity, r, v, party, f, posted)
	}
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		if len(answers) > 0 {
			if err := r.TakePositions(act, answers); err != nil {
				return err
			}
		}
		if consent != "" && subject {
			if err := r.ConsentAdReferendum(act, consent, version, until); err != nil {
				return err
			}
		} else if consent != "" {
			if err := r.Consent(act, consent, version); err != nil {
				return err
			}
		}
		if postpone == "" {
			return nil
		}
		if r.Postponement == nil || r.Postponement.At.Unix() != asked { // what is said was said to an earlier request
			return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "no_postponement_asked"}
		}
		if postpone == "agree" {
			return r.Postpone(act, scheduling.Text{})
		}
		return r.RefusePostponement(act)
	})
	if err == nil {
		return s.done(c, roundPath(r.ID), "answer_recorded")
	}
	return s.refuseAnswer(c, r, v, party, f, answers, err)
}

// refuseAnswer shows the form again with what is wrong, unless the viewer may
// not record at all.
func (s *Server) refuseAnswer(c *gin.Context, r *scheduling.Round, v viewer, party *scheduling.Party, f *Form, answers []scheduling.Answer, err error) error {
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if !ok || errors.Is(err, scheduling.ErrNotFound) {
		return err
	}
	fresh, err := s.store.Round(c.Request.Context(), r.ID)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	status := http.StatusUnprocessableEntity
	switch {
	case errors.Is(refusal, scheduling.ErrConflict):
		status = http.StatusConflict
	case errors.Is(refusal, scheduling.ErrForbidden):
		status = http.StatusForbidden
	}
	if faults := fresh.AnswerFaults(answers, s.instant()); len(faults) > 0 {
		f.Problems = append(f.Problems, answerProblems(f.Printer, faults)...)
	} else {
		if refusal.Field == "date" || refusal.Field == "until" {
			refusal.Field += "-d"
		}
		f.Refuse(refusal)
	}
	return s.renderAnswer(c, status, fresh, v, party, f, c.Request.PostForm)
}

// recording is the round and a member who may record answers in it.
func (s *Server) recording(c *gin.Context) (*scheduling.Round, viewer, error) {
	r, v, err := s.roundOf(c)
	switch {
	case err != nil:
		return nil, viewer{}, err
	case v.Observer || !v.May(scheduling.RightConvene) && !v.May(scheduling.RightAnswer):
		return nil, viewer{}, forbidden("answer_right_missing")
	case r.Rule.Reporting == scheduling.ReportNothing:
		return nil, viewer{}, forbidden("reporting_not_allowed")
	case r.Sealing() && v.Party != nil:
		return nil, viewer{}, forbidden("sealed_report")
	case !agreeing(r) && !countsPostponement(r):
		return nil, viewer{}, &scheduling.Error{Kind: scheduling.ErrConflict, Code: "round_" + string(r.Status)}
	}
	return r, v, nil
}

// countsPostponement reports whether what a party has said elsewhere to a
// postponement that is asked for can be recorded.
func countsPostponement(r *scheduling.Round) bool {
	return r.Postponement != nil && r.Rule.Reporting == scheduling.ReportConsents
}

// recordsPostponement reports whether the viewer may record it.
func recordsPostponement(r *scheduling.Round, v viewer) bool {
	return countsPostponement(r) && !v.Observer && (v.May(scheduling.RightConvene) || v.May(scheduling.RightConsent))
}

// readEvidence reads on what the answer rests.
func readEvidence(f *Form, v viewer) *scheduling.Evidence {
	forms := make([]string, len(scheduling.EvidenceForms))
	for i, form := range scheduling.EvidenceForms {
		forms[i] = string(form)
	}
	e := &scheduling.Evidence{
		Form: scheduling.EvidenceForm(f.Choice("form", forms...)), Date: f.Date("date"),
		From: f.LineUpTo("from", scheduling.MaxName), To: f.LineUpTo("to", scheduling.MaxName),
		Reference: f.LineUpTo("reference", scheduling.MaxName),
		Note:      scheduling.Text{Body: f.TextUpTo("note", scheduling.MaxNote), Owner: v.Member.Party},
	}
	if e.Date.IsZero() && f.problem("date-d") == "" && f.problem("date-y") == "" {
		f.Fail("date-d", "error.required")
	}
	f.Require("from", "to")
	if e.Form == scheduling.ByNote {
		f.Require("reference")
	}
	return e
}

// readReportedConsent reads a choice such as "G2.1": the slot, and the version
// that the author saw.
func readReportedConsent(f *Form) (scheduling.Label, int) {
	label, version, _ := strings.Cut(f.Line("consent"), ".")
	n, _ := strconv.Atoi(version)
	return scheduling.Label(label), n
}

// readReportedPostponement reads a choice such as "agree.1257152400": what is
// said, and when that postponement was asked for, in Unix seconds.
func readReportedPostponement(f *Form) (said string, asked int64) {
	said, at, _ := strings.Cut(f.Line("postponement"), ".")
	if said != "agree" && said != "refuse" {
		return "", 0
	}
	asked, _ = strconv.ParseInt(at, 10, 64)
	return said, asked
}

func (s *Server) renderAnswer(c *gin.Context, status int, r *scheduling.Round, v viewer, party *scheduling.Party, f *Form, values url.Values) error {
	view := answerView{Page: s.subPage(c, r, v), Action: roundPath(r.ID) + "/answers/new"}
	p := view.Printer
	if party == nil || party.Role != scheduling.RoleRequired {
		view.Heading, view.Lede = p.T("answer.title"), p.T("answer.choose")
		view.Title, view.Window = view.Heading, titled(p, view.Heading, view.Back.Text)
		for _, other := range r.Negotiation.Parties {
			if other.Role == scheduling.RoleRequired && (v.Party == nil || other.ID != v.Party.ID) {
				view.Parties = append(view.Parties, Link{Href: "?party=" + url.QueryEscape(string(other.ID)), Text: other.Name})
			}
		}
		return s.render(c, status, answerPage, view)
	}
	view.For, view.Problems = party.ID, f.Problems
	view.Heading = p.T("answer.title_for", "party", party.Name)
	view.Title, view.Window = view.Heading, titled(p, view.Heading, view.Back.Text)
	view.Lede = p.T("answer.lede", "party", party.Name)
	view.KeepForm, view.KeepDo = "answer", "send"
	for _, field := range []string{"from", "to", "reference"} {
		f.LineUpTo(field, scheduling.MaxName)
	}
	f.TextUpTo("note", scheduling.MaxNote)
	view.Form = f.Picks("form", p.T("answer.form"), "", evidenceChoices(p)...)
	view.Date = f.DateField("date", p.T("answer.date"), "")
	view.From = f.Field("from", p.T("answer.from"), p.T("answer.from_hint"))
	view.To = f.Field("to", p.T("answer.to"), "")
	view.Number = f.Field("reference", p.T("answer.reference"), p.T("answer.reference_hint"))
	view.Note = f.Field("note", p.T("answer.note"), p.T("reply.own_only"))
	if recordsPostponement(r, v) {
		view.Postpone = postponePicks(p, r, f, party)
	}
	if !agreeing(r) { // no date is on the table
		return s.render(c, status, answerPage, view)
	}
	by, err := saidBy(r, v, party.ID)
	if err != nil {
		return err
	}
	view.Sealed = r.Sealing()
	view.Answers = newAnswers(p, r, v, party, by, values, f.Problems)
	feasts, err := s.feastsOf(c, p, r.Negotiation, r.Offered())
	if err != nil {
		return err
	}
	view.Answers.flag(feasts)
	view.Audience = audiencePicks(p, values)
	view.Audience.Hint = p.T("answer.audience_hint", "party", party.Name, "limit", scheduling.MaxNote)
	view.Audience.Choices[0].Label = p.T("answer.audience_own", "party", party.Name)
	if r.Rule.Reporting == scheduling.ReportConsents && !r.Sealing() {
		view.Consent = consentPicks(p, r, f, party)
		view.Kind, view.Until = kindFields(f)
	}
	return s.render(c, status, answerPage, view)
}

func evidenceChoices(p *locale.Printer) []Choice {
	var choices []Choice
	for _, form := range scheduling.EvidenceForms {
		choices = append(choices, Choice{Value: string(form), Label: capital(p.T("round.form." + string(form)))})
	}
	return choices
}

// consentPicks offers to record a consent to one of the slots.
func consentPicks(p *locale.Printer, r *scheduling.Round, f *Form, party *scheduling.Party) *Picks {
	choices := []Choice{{Value: "", Label: p.T("answer.no_consent")}}
	for _, s := range r.Offered() {
		choices = append(choices, Choice{Value: fmt.Sprintf("%s.%d", s.Label, s.Version), Label: slotName(p, s)})
	}
	picks := f.Picks("consent", p.T("answer.consent", "party", party.Name), p.T("answer.consent_hint"), choices...)
	return &picks
}

// postponePicks offers to record what a party says to the postponement that is
// asked for. A party that has agreed can only take that back.
func postponePicks(p *locale.Printer, r *scheduling.Round, f *Form, party *scheduling.Party) *Picks {
	asked := r.Postponement
	at := strconv.FormatInt(asked.At.Unix(), 10)
	choices := []Choice{{Value: "", Label: p.T("answer.postponement_nothing")}}
	if !slices.Contains(asked.Agreed, party.ID) {
		choices = append(choices, Choice{Value: "agree." + at, Label: p.T("answer.postponement_agree")})
	}
	choices = append(choices, Choice{Value: "refuse." + at, Label: p.T("answer.postponement_refuse")})
	picks := f.Picks("postponement", p.T("answer.postponement", "party", party.Name),
		p.T("answer.postponement_hint", "asker", partyName(p, r.Negotiation, asked.By)), choices...)
	return &picks
}
