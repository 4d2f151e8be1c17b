package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/record"
	"parley/web/locale"
)

// replyView is the form in which a party answers.
type replyView struct {
	Page
	Heading  string
	Lede     string
	Notes    []string
	Leeway   string   // what the party leaves open, if that is little
	Gone     []string // dates that left the table with an answer on the form
	Answers  answersView
	Audience Picks
	Clashes  *clashView
	Diary    string
	Action   string
	MaySend  bool
	Sealed   bool
	Propose  string
}

// answersView is the data of partial "answers": every date on the table with
// four radio buttons, grouped by venue.
type answersView struct {
	*locale.Printer
	Groups []answerGroup
	Total  int
	Marked int
}

// flag puts what touches each date beside it, and reports whether anything does.
func (v *answersView) flag(feasts map[scheduling.Label][]string) bool {
	flagged := false
	for _, g := range v.Groups {
		for i := range g.Slots {
			g.Slots[i].Feasts = feasts[scheduling.Label(g.Slots[i].Label)]
			flagged = flagged || len(g.Slots[i].Feasts) > 0
		}
	}
	return flagged
}

type answerGroup struct {
	ID, Venue, Said string
	Slots           []answerSlot
}

type answerSlot struct {
	Label, Legend, Hours string
	Choices              []answerChoice
	Why, Rank            string
	Classes              []Choice // of reasons, where the date is not possible
	Error, WhyError      string
	Changed              []string // what is no longer as the author saw it
	Clashes              []string // what the own party cannot keep beside it
	Hints                []string // who is in the city anyway
	Feasts               []string // holidays and public events
	Seen, Was            string
}

type answerChoice struct {
	ID, Value, Class, Word string
	Checked                bool
}

func (s *Server) renderReply(c *gin.Context, status int, r *scheduling.Round, v viewer, values url.Values, problems []Problem) error {
	own, err := saidBy(r, v, v.Party.ID)
	if err != nil {
		return err
	}
	view := replyView{Page: s.subPage(c, r, v), Action: roundPath(r.ID) + "/reply", MaySend: v.May(scheduling.RightAnswer)}
	p := view.Printer
	now := s.instant()
	view.Heading = p.T("reply.title", "party", v.Party.Name)
	view.Title = p.T("reply.head", "party", v.Party.Name, "round", roundTitle(p, r, v.Audience))
	view.Problems = problems
	view.KeepForm, view.KeepDo = "reply", "send"
	if !view.MaySend {
		view.KeepDo = "draft"
	}
	view.Lede = p.T("reply.lede", "round", roundTitle(p, r, v.Audience))
	if view.Notes, err = replyNotes(p, r, v, now); err != nil {
		return err
	}
	said, tight := leeway(p, r.Leeway(v.Party.ID, marked(r, values)))
	if tight {
		view.Leeway = said
	} else if said != "" {
		view.Notes = append(view.Notes, said)
	}
	view.Answers = newAnswers(p, r, v, v.Party, own, values, problems)
	view.Sealed = r.Sealing()
	if err := s.addClashes(c, &view, r, v, problems); err != nil {
		return err
	}
	feasts, err := s.feastsOf(c, p, r.Negotiation, r.Offered())
	if err != nil {
		return err
	}
	if view.Answers.flag(feasts) {
		view.Notes = append(view.Notes, p.T("holidays.own"))
	}
	for _, slot := range r.Slots {
		if level := values.Get("level-" + string(slot.Label)); level != "" && slot.Status != scheduling.Offered {
			view.Gone = append(view.Gone, p.T("reply.gone", "slot", slotName(p, slot), "level", levelWord(p, scheduling.Level(level))))
		}
	}
	view.Audience = audiencePicks(p, values)
	if view.Sealed {
		view.Audience.Hint = p.T("sealed.audience_hint", "limit", scheduling.MaxNote)
	}
	if v.May(scheduling.RightConvene) {
		view.Propose = roundPath(r.ID) + "/proposals/new"
	}
	return s.render(c, status, replyPage, view)
}

// addClashes puts beside each date what the viewer's party cannot keep beside
// it, and who is in the city anyway.
func (s *Server) addClashes(c *gin.Context, view *replyView, r *scheduling.Round, v viewer, problems []Problem) error {
	own, err := s.engagements(c, r, v)
	if err != nil {
		return err
	}
	present, err := s.presences(c, r, v)
	if err != nil {
		return err
	}
	if seesDiary(v) {
		view.Diary = keyPersonsPath(r.ID.Negotiation)
	}
	if all := newClashes(c, view.Printer, v, own, problems, r.Offered()...); all != nil && all.Firm {
		view.Clashes = all
	}
	for i := range view.Answers.Groups {
		slots := view.Answers.Groups[i].Slots
		for j := range slots {
			s := r.Slot(scheduling.Label(slots[j].Label))
			slots[j].Hints = hints(view.Printer, r.Negotiation, present, s)
			for _, k := range own.Clashes(s) {
				slots[j].Clashes = append(slots[j].Clashes, clashText(view.Printer, v, k))
			}
		}
	}
	return nil
}

// audiencePicks asks who may read the reasons: own delegation only, unless
// somebody chooses otherwise.
func audiencePicks(p *locale.Printer, values url.Values) Picks {
	all := values.Get("audience") == string(scheduling.AllParties)
	return Picks{
		Printer: p, ID: "audience", Label: p.T("reply.audience"), Hint: p.T("reply.audience_hint", "limit", scheduling.MaxNote),
		Choices: []Choice{
			{Value: "own", Label: p.T("reply.audience_own"), Chosen: !all},
			{Value: string(scheduling.AllParties), Label: p.T("reply.audience_all"), Chosen: all},
		},
	}
}

func replyNotes(p *locale.Printer, r *scheduling.Round, v viewer, now time.Time) ([]string, error) {
	var notes []string
	if r.Sealing() {
		notes = append(notes, p.T("sealed.reply_notes."+string(r.Rule.Kind)), sealedUntil(p, r, now),
			p.T("sealed.reply_notes.whole")+" "+p.T("sealed.reply_notes.draft"))
	} else if d := replyBy(r, now); !d.IsZero() {
		key := "reply.until"
		if !now.Before(d.Instant()) {
			key = "reply.late"
		}
		notes = append(notes, p.T(key, "deadline", deadline(p, d, now)))
	}
	if !r.Sealing() {
		notes = append(notes, p.T("reply.shown"))
	}
	draft, kept, err := r.DraftOf(v.Member.ID)
	if err != nil {
		return nil, fmt.Errorf("web: draft: %w", err)
	}
	if kept {
		notes = append(notes, p.T("reply.draft", "when", clockOf(r, v).moment(p, draft.At), "name", personName(r.Negotiation, draft.By, v)))
	}
	if !v.May(scheduling.RightAnswer) {
		notes = append(notes, p.T("reply.draft_only"))
	}
	return notes, nil
}

// newAnswers is the fields for every date on the table, with values in them.
func newAnswers(p *locale.Printer, r *scheduling.Round, v viewer, party *scheduling.Party, by said, values url.Values, problems []Problem) answersView {
	view := answersView{Printer: p}
	for _, s := range r.Offered() {
		last := len(view.Groups) - 1
		if last < 0 || view.Groups[last].Venue != s.Venue.Name {
			view.Groups = append(view.Groups, answerGroup{ID: fmt.Sprintf("g%d", last+1), Venue: s.Venue.Name, Said: offeredBy(p, r, s)})
			last++
		}
		slot := newAnswer(p, s, v, party, by, values, problems)
		view.Total++
		if slices.ContainsFunc(slot.Choices, func(c answerChoice) bool { return c.Checked }) {
			view.Marked++
		}
		view.Groups[last].Slots = append(view.Groups[last].Slots, slot)
	}
	return view
}

// marked is the levels that a form gives.
func marked(r *scheduling.Round, values url.Values) map[scheduling.Label]scheduling.Level {
	levels := make(map[scheduling.Label]scheduling.Level)
	for _, s := range r.Slots {
		levels[s.Label] = scheduling.Level(values.Get("level-" + string(s.Label)))
	}
	return levels
}

// leeway tells a party, and nobody else, how many dates it has ruled out, and
// whether talks in which all did so might fail; "" when it has ruled out none.
func leeway(p *locale.Printer, l scheduling.Leeway) (said string, tight bool) {
	switch {
	case l.Refused == 0:
		return "", false
	case l.Tight():
		return p.T("ranking.tight", "open", l.Open(), "all", l.Slots, "n", l.Refused, "enough", l.Enough), true
	}
	return p.T("ranking.refused", "n", l.Refused, "all", l.Slots), false
}

// offeredBy says whose offer the slot stands in.
func offeredBy(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot) string {
	if len(s.Offers) > 0 {
		if offer := r.Proposal(s.Offers[0].Proposal); offer != nil {
			return p.T("overview.offered_by."+string(s.Order), "n", offer.Number, "party", partyName(p, r.Negotiation, offer.By))
		}
	}
	return ""
}

func newAnswer(p *locale.Printer, s *scheduling.Slot, v viewer, party *scheduling.Party, by said, values url.Values, problems []Problem) answerSlot {
	label := string(s.Label)
	slot := answerSlot{
		Label: label, Legend: slotDays(p, s), Hours: hoursFor(p, s, party),
		Why: values.Get("why-" + label), Rank: values.Get("rank-" + label),
		Seen: seenOf(s, by, v.Audience), Was: slotTerms(p, s),
	}
	slot.Classes = reasonClasses(p, scheduling.ReasonClass(values.Get("class-"+label)))
	chosen := values.Get("level-" + label)
	for i, l := range scheduling.Levels {
		id := "level-" + label
		if i > 0 {
			id += "-" + marks[l]
		}
		slot.Choices = append(slot.Choices, answerChoice{ID: id, Value: string(l), Class: marks[l], Word: levelWord(p, l), Checked: chosen == string(l)})
	}
	for _, problem := range problems {
		switch problem.Field {
		case "level-" + label, "rank-" + label:
			slot.Error = problem.Text
		case "why-" + label:
			slot.WhyError = problem.Text
		}
	}
	slot.Changed = whatChanged(p, s, v, by, values)
	return slot
}

// reasonClasses is the choice of what kind of reason rules a date out.
func reasonClasses(p *locale.Printer, chosen scheduling.ReasonClass) []Choice {
	choices := []Choice{{Label: p.T("reply.class.not_stated"), Chosen: chosen == scheduling.NoReasonClass}}
	for _, class := range scheduling.ReasonClasses {
		choices = append(choices, Choice{Value: string(class), Label: className(p, class), Chosen: class == chosen})
	}
	return choices
}

// className is the class of a reason in words, and "" where none is stated.
func className(p *locale.Printer, class scheduling.ReasonClass) string {
	if class == scheduling.NoReasonClass {
		return ""
	}
	return p.T("reply.class." + string(class))
}

// whatChanged says what is no longer as the author of a posted form saw it.
func whatChanged(p *locale.Printer, s *scheduling.Slot, v viewer, by said, values url.Values) []string {
	label := string(s.Label)
	seen := values.Get("seen-" + label)
	if seen == "" || seen == seenOf(s, by, v.Audience) {
		return nil
	}
	if firstPart(seen) != fmt.Sprint(s.Version) {
		return []string{p.T("reply.changed", "was", cleanText(cmp.Or(values.Get("was-"+label), "–")), "now", slotTerms(p, s))}
	}
	return []string{p.T("reply.answered", "level", levelWord(p, by[s.Label].Level))}
}

// hoursFor is the hours of a slot at the venue and at the party's seat.
func hoursFor(p *locale.Printer, s *scheduling.Slot, party *scheduling.Party) string {
	hours := slotHours(p, s)
	if hours == "" || party.Zone == "" || party.City == "" || party.City == s.Venue.Name {
		return hours
	}
	day := s.Candidate
	day.Days = day.Days[:1]
	rows := newTimes(p, "", day.Start(), day.End(), City{Name: s.Venue.Name, Zone: s.Venue.Zone}, City{Name: party.City, Zone: party.Zone}).Rows
	own := rows[1].Hours
	if own == rows[0].Hours && rows[1].Note == "" {
		return p.T("reply.same_time", "hours", hours, "city", party.City)
	}
	if rows[1].Note != "" {
		own = p.T("reply.hours_note", "hours", own, "note", rows[1].Note)
	}
	return p.T("reply.hours_own", "hours", hours, "own", own, "city", party.City)
}

// receiptView says what was recorded of a reply.
type receiptView struct {
	Page
	Recorded string
	Heading  string
	Revision string
	Lines    []receiptLine
	Leeway   string // what the party leaves open, if that is little
	Tight    bool
	Round    string
	Change   string
	Steps    []string
	Head     headView
}

// headView is the state of the shared record; zero shows nothing.
type headView struct{ Text, Note string }

func newHeadView(p *locale.Printer, n *scheduling.Negotiation) headView {
	if n.Head.IsZero() {
		return headView{}
	}
	return headView{
		Text: p.T("record.receipt_text", "n", int(n.Head.Size), "root", n.Head.Short()),
		Note: record.FormatHead(record.Origin(n.ID, record.Shared), n.Head),
	}
}

type receiptLine struct {
	Slot, Reason string
	Class        string // of the reason
	Chip         Chip
}

// showReceipt handles GET /n/:negotiation/:round/reply/receipt: what the
// viewer's party has replied, when, and in which version.
func (s *Server) showReceipt(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	if v.Party == nil || v.Observer {
		return hidden()
	}
	if r.Hides() {
		return s.sealedReceipt(c, r, v)
	}
	history, err := s.store.History(c.Request.Context(), r.ID.Negotiation, 0, longestHistory)
	if err != nil {
		return fmt.Errorf("web: history: %w", err)
	}
	p := s.subPage(c, r, v)
	view := receiptView{Page: p, Round: roundPath(r.ID), Change: roundPath(r.ID) + "/reply"}
	var at time.Time
	for _, slot := range r.Offered() {
		pos, ok := slot.Position(v.Party.ID)
		if !ok {
			continue
		}
		if pos.At.After(at) {
			at = pos.At
		}
		view.Lines = append(view.Lines, receiptLine{
			Slot: slotName(p.Printer, slot), Chip: Chip{Level: marks[pos.Level], Word: levelWord(p.Printer, pos.Level)}, Reason: pos.Reason.For(v.Audience),
			Class: className(p.Printer, pos.Class(v.Audience)),
		})
	}
	if at.IsZero() {
		c.Redirect(http.StatusSeeOther, view.Change)
		return nil
	}
	total := len(r.Offered())
	key := "reply.sent_some"
	if len(view.Lines) == total {
		key = "reply.sent_all"
	}
	view.Heading = p.T(key, "party", v.Party.Name, "done", len(view.Lines), "n", total)
	view.Title = view.Heading
	view.Recorded = p.T("reply.recorded", "when", clockOf(r, v).moment(p.Printer, at))
	view.Revision = p.T("reply.version", "version", max(1, replies(history, r.ID.Number, v.Party.ID)))
	view.Steps = replySteps(p.Printer, r, s.instant())
	view.Leeway, view.Tight = leeway(p.Printer, r.Leeway(v.Party.ID, nil))
	view.Head = newHeadView(p.Printer, r.Negotiation)
	return s.render(c, http.StatusOK, receiptPage, view)
}

func replySteps(p *locale.Printer, r *scheduling.Round, now time.Time) []string {
	var steps []string
	if d := replyBy(r, now); !d.IsZero() && now.Before(d.Instant()) {
		steps = append(steps, p.T("reply.step.until", "deadline", deadline(p, d, now)))
	}
	steps = append(steps, p.T("reply.step.consent"))
	if r.Rule.Confirmation == scheduling.ByConfirmer {
		steps = append(steps, p.T("reply.step.confirm", "who", partyName(p, r.Negotiation, r.Rule.Confirmer)))
	} else {
		steps = append(steps, p.T("reply.step.last_consent"))
	}
	return append(steps, p.T("reply.step.released"))
}

// replies counts the replies of a party in a round: answers that were given in
// one step are one reply.
func replies(history []scheduling.Recorded, round int, party scheduling.PartyID) int {
	var times []string
	for _, e := range history {
		if e.Kind == scheduling.PositionTaken && e.Round == round && e.Party == party {
			times = append(times, e.At.UTC().Format(time.RFC3339))
		}
	}
	slices.Sort(times)
	return len(slices.Compact(times))
}
