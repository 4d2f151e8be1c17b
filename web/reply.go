package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var (
	replyPage   = declarePage("reply")
	receiptPage = declarePage("receipt")
)

// showReply handles GET /n/:negotiation/:round/reply: the form in which a
// party answers the dates on the table, begun with its draft or else with what
// it has said.
func (s *Server) showReply(c *gin.Context) error {
	r, v, err := s.replying(c)
	if err != nil {
		return err
	}
	own, err := s.engagements(c, r, v)
	if err != nil {
		return err
	}
	said, err := saidBy(r, v, v.Party.ID)
	if err != nil {
		return err
	}
	draft, _, err := r.DraftOf(v.Member.ID)
	if err != nil {
		return fmt.Errorf("web: draft: %w", err)
	}
	return s.renderReply(c, http.StatusOK, r, v, replyValues(r, said, draft, own), nil)
}

// createReply handles POST /n/:negotiation/:round/reply. Field do says what is
// asked for: send, draft, or fill:<venue>, which marks what is still blank
// there as available and saves nothing.
func (s *Server) createReply(c *gin.Context) error {
	r, v, err := s.replying(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	do, venue, _ := strings.Cut(f.Do(), ":")
	switch {
	case do == "fill":
		fillBlanks(r, venue, c.Request.PostForm)
		return s.renderReply(c, http.StatusOK, r, v, c.Request.PostForm, nil)
	case switchedLanguage(c):
		return s.renderReply(c, http.StatusOK, r, v, c.Request.PostForm, nil)
	}
	answers := readAnswers(f, r)
	switch {
	case len(f.Problems) > 0:
		return s.renderReply(c, http.StatusUnprocessableEntity, r, v, c.Request.PostForm, f.Problems)
	case do == "draft":
		if err := s.update(c, r, v, func(r *scheduling.Round) error { return r.KeepDraft(s.act(c, v), answers) }); err != nil {
			return err
		}
		return s.done(c, roundPath(r.ID)+"/reply", "draft_kept")
	case len(answers) == 0:
		return s.renderReply(c, http.StatusUnprocessableEntity, r, v, c.Request.PostForm, []Problem{{Text: f.T("reply.nothing")}})
	}
	act, err := s.bindingAct(c, r, v)
	if err != nil {
		return err
	}
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		own, err := saidBy(r, v, v.Party.ID)
		if err != nil {
			return err
		}
		if err := unseen(r, own, v.Audience, answers, c.Request.PostForm); err != nil {
			return err
		}
		act.At, act.Sealed = s.instant(), f.Line("sealed") != ""
		return r.TakePositions(act, answers)
	})
	if err == nil {
		c.Redirect(http.StatusSeeOther, roundPath(r.ID)+"/reply/receipt")
		return nil
	}
	return s.refuseReply(c, r, v, answers, err)
}

// refuseReply shows the form again, with what was typed and what is wrong.
// Refusals that are not about a slot have no place on it.
func (s *Server) refuseReply(c *gin.Context, r *scheduling.Round, v viewer, answers []scheduling.Answer, err error) error {
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if !ok || !strings.HasPrefix(refusal.Field, "slot-") && refusal.Field != overrideField {
		return err
	}
	fresh, err := s.store.Round(c.Request.Context(), r.ID)
	if err != nil {
		return fmt.Errorf("web: %w", err)
	}
	status := http.StatusUnprocessableEntity
	faults := fresh.AnswerFaults(answers, s.instant())
	if errors.Is(refusal, scheduling.ErrConflict) {
		status = http.StatusConflict
		if len(faults) == 0 {
			faults = append(faults, refusal)
		}
	}
	return s.renderReply(c, status, fresh, v, c.Request.PostForm, answerProblems(s.printer(c.Request), faults))
}

// answerProblems puts each refusal at the input that it is about.
func answerProblems(p *locale.Printer, faults []*scheduling.Error) []Problem {
	var problems []Problem
	for _, fault := range faults {
		label := strings.TrimPrefix(fault.Field, "slot-")
		field := "level-" + label
		if fault.Field == overrideField {
			field = overrideField
		}
		if fault.Code == "condition_missing" || fault.Code == "reason_too_long" {
			field = "why-" + label
		}
		problems = append(problems, Problem{Field: field, Text: refusalText(p, fault, p.T("refused.409.text"))})
	}
	return problems
}

// replying is the round and the member who prepares a reply for a party to it.
func (s *Server) replying(c *gin.Context) (*scheduling.Round, viewer, error) {
	r, v, err := s.roundOf(c)
	switch {
	case err != nil:
		return nil, viewer{}, err
	case v.Party == nil || v.Observer:
		return nil, viewer{}, forbidden("observers_follow")
	case v.Member.Rights == scheduling.RightObserve:
		return nil, viewer{}, forbidden("answer_right_missing")
	case !agreeing(r):
		return nil, viewer{}, &scheduling.Error{Kind: scheduling.ErrConflict, Code: "round_" + string(r.Status)}
	}
	return r, v, nil
}

// said is what a party says of the dates on the table, by label.
type said map[scheduling.Label]scheduling.Position

// saidBy is what a party says as far as the viewer may know it: of the own
// party also what is sealed.
func saidBy(r *scheduling.Round, v viewer, party scheduling.PartyID) (said, error) {
	if v.Party != nil && v.Party.ID == party {
		own, err := r.OwnPositions(v.Member.ID)
		if err != nil {
			return nil, fmt.Errorf("web: own reply: %w", err)
		}
		return own, nil
	}
	open := said{}
	for _, s := range r.Offered() {
		if p, ok := s.Position(party); ok {
			open[s.Label] = p
		}
	}
	return open, nil
}

// replyValues is what the form of a party begins with: its draft, or what it
// has said, or "not possible" where something of its own stands in the way.
// Nothing of that is sent before the party sends it.
func replyValues(r *scheduling.Round, by said, draft scheduling.Draft, own *scheduling.Engagements) url.Values {
	values := url.Values{}
	shared, reasons := true, false
	put := func(label scheduling.Label, level scheduling.Level, reason scheduling.Text, class scheduling.ReasonClass, rank int) {
		values.Set("level-"+string(label), string(level))
		values.Set("why-"+string(label), reason.Body)
		values.Set("class-"+string(label), string(class))
		if rank > 0 {
			values.Set("rank-"+string(label), strconv.Itoa(rank))
		}
		if reason.Body != "" || class != scheduling.NoReasonClass {
			reasons = true
			shared = shared && reason.Scope == scheduling.AllParties
		}
	}
	for _, s := range r.Offered() {
		if p, ok := by[s.Label]; ok {
			put(s.Label, p.Level, p.Reason, p.ReasonClass, p.Rank)
		}
	}
	for _, a := range draft.Answers {
		put(a.Slot, a.Level, a.Reason, a.ReasonClass, a.Rank)
	}
	for _, s := range r.Offered() {
		label := string(s.Label)
		if bar := own.Bar(s); bar != nil && values.Get("level-"+label) == "" {
			values.Set("level-"+label, string(scheduling.LevelNotPossible))
			values.Set("class-"+label, string(bar.Class()))
		}
	}
	if reasons && shared {
		values.Set("audience", string(scheduling.AllParties))
	}
	return values
}

// readAnswers reads an answer for every slot that was marked. Slots that have
// left the table meanwhile are among them: the domain says what is wrong.
func readAnswers(f *Form, r *scheduling.Round) []scheduling.Answer {
	scope := scheduling.OwnParty
	if f.Line("audience") == string(scheduling.AllParties) {
		scope = scheduling.AllParties
	}
	var answers []scheduling.Answer
	for _, s := range r.Slots {
		label := string(s.Label)
		level := scheduling.Level(f.Line("level-" + label))
		if level == "" {
			continue
		}
		version, _ := strconv.Atoi(firstPart(f.Line("seen-" + label)))
		answers = append(answers, scheduling.Answer{
			Slot: s.Label, SlotVersion: version, Level: level, Rank: f.Int("rank-"+label, 0, len(r.Slots)),
			Reason:      scheduling.Text{Body: f.LineUpTo("why-"+label, scheduling.MaxNote), Scope: scope},
			ReasonClass: scheduling.ReasonClass(f.Line("class-" + label)),
		})
	}
	return answers
}

func firstPart(s string) string {
	first, _, _ := strings.Cut(s, ".")
	return first
}

// seenOf marks what the author of a form sees of a slot: its version, and what
// the party has said of it as far as the author may read it.
func seenOf(s *scheduling.Slot, by said, to scheduling.Audience) string {
	p, ok := by[s.Label]
	if !ok {
		return fmt.Sprintf("%d.none", s.Version)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%s|%s|%s|%d", p.Level, p.Reason.For(to), p.Reason.Scope, p.ReasonClass, p.Rank))
	return fmt.Sprintf("%d.%s", s.Version, hex.EncodeToString(sum[:6]))
}

// unseen refuses an answer whose author has not seen what a colleague has
// answered meanwhile; saying the same is no conflict.
func unseen(r *scheduling.Round, own said, to scheduling.Audience, answers []scheduling.Answer, posted url.Values) error {
	for _, a := range answers {
		s := r.Slot(a.Slot)
		p, ok := own[s.Label]
		if !ok || a.SlotVersion != s.Version || posted.Get("seen-"+string(a.Slot)) == seenOf(s, own, to) {
			continue
		}
		if p.Level != a.Level || p.Reason.For(to) != a.Reason.Body || p.Level == scheduling.LevelNotPossible && p.ReasonClass != a.ReasonClass {
			return &scheduling.Error{
				Kind: scheduling.ErrConflict, Code: "answer_changed", Field: "slot-" + string(a.Slot),
				Params: map[string]string{"slot": string(a.Slot)},
			}
		}
	}
	return nil
}

// fillBlanks marks the slots at a venue that have no answer as available, and
// overwrites none.
func fillBlanks(r *scheduling.Round, venue string, values url.Values) {
	for _, s := range r.Offered() {
		if name := "level-" + string(s.Label); s.Venue.Name == venue && values.Get(name) == "" {
			values.Set(name, string(scheduling.LevelAvailable))
		}
	}
}
