package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var (
	offerPage = declarePage("new")
	checkPage = declarePage("check")
)

// An offerDesk is a place where an offer is written, checked and sent: of new
// talks, of a further round, in a round, or in place of an earlier version.
type offerDesk struct {
	page           Page
	heading, lede  string
	more           *Link // something else that one may have come for
	notice         string
	hosts          string               // how often each party has hosted, as a fact to offer by
	post           string               // where the form goes
	before         *scheduling.Proposal // what an amendment replaces; nil otherwise
	talks, opening bool                 // the form asks about the talks; about the round
	drafts         bool                 // a draft can be kept
	seats          []City               // of the parties, the author's own first
	parties        []Choice             // who may confirm a further round
	answerable     []Choice             // offers of others that this one may answer
	start          url.Values           // with which the form begins
	// open reads what else is in the form, and gives the round for which the
	// offer is meant and its author; nil when that is not possible.
	open func(f *offerForm) (*scheduling.Round, scheduling.Act)
	// send delivers the offer, or keeps it as a draft.
	send func(f *offerForm, r *scheduling.Round, act scheduling.Act, content scheduling.Content, draft bool) error
}

type offerView struct {
	Page
	Heading, Lede, Notice string
	Hosts                 string
	Post                  string
	Seen                  string
	Talks                 *talksFields
	Opening               *openingFields
	Offer                 offerFields
	Drafts                bool
	More                  *Link
}

// offerFormOf is the form of the desk, with values.
func (s *Server) offerFormOf(c *gin.Context, d offerDesk, values url.Values) *offerForm {
	f := s.newOfferForm(s.printer(c.Request), values)
	f.seats, f.partyChoices, f.answerable = d.seats, d.parties, d.answerable
	if d.before != nil {
		f.before = &d.before.Content
	}
	return f
}

// showOffer shows the empty form.
func (s *Server) showOffer(c *gin.Context, d offerDesk) error {
	return s.renderOffer(c, http.StatusOK, d, s.offerFormOf(c, d, d.start))
}

func (s *Server) renderOffer(c *gin.Context, status int, d offerDesk, f *offerForm) error {
	v := offerView{Page: d.page, Heading: d.heading, Lede: d.lede, Notice: d.notice, Hosts: d.hosts, Post: d.post, Drafts: d.drafts, Seen: d.seen(), More: d.more}
	if d.talks {
		v.Talks = f.talksFields()
	}
	if d.opening {
		v.Opening = f.openingFields(d.talks)
	}
	v.Offer = f.fields()
	v.KeepForm, v.KeepDo = "offer", "check"
	v.Problems = f.Problems
	return s.render(c, status, offerPage, v)
}

func (d offerDesk) seen() string {
	if d.before == nil {
		return ""
	}
	return strconv.Itoa(d.before.Version)
}

// takeOffer handles what was posted: more room in the form, a look at what the
// other side would get, a draft, or the offer itself.
func (s *Server) takeOffer(c *gin.Context, d offerDesk) error {
	f := s.offerFormOf(c, d, c.Request.PostForm)
	do := f.Do()
	if switchedLanguage(c) {
		do = f.Line("step")
		f.values.Set("do", do)
	}
	if f.addRows() || do == "" && switchedLanguage(c) {
		if do == "words" {
			f.readWords()
		}
		status := http.StatusOK
		if len(f.Problems) > 0 {
			status = http.StatusUnprocessableEntity
		}
		return s.renderOffer(c, status, d, f)
	}
	draft := do == "draft"
	r, act := d.open(f)
	content := f.content(draft)
	if len(f.Problems) > 0 || r == nil {
		return s.renderOffer(c, http.StatusUnprocessableEntity, d, f)
	}
	var view checkView
	var err error
	switch {
	case draft || do == "send": // what was sent already goes through: the store knows the form
		if act.Own, err = s.engagements(c, r, visitOf(c.Request).viewer); err != nil {
			return err
		}
		act.Override = f.Checked(overrideField)
		if err = d.send(f, r, act, content, draft); err == nil {
			return nil
		}
	case d.before != nil && f.Line("seen") != d.seen():
		err = changedProposal(f.Printer, d.before)
	default:
		view, err = s.check(c, f, d, r, act, content)
	}
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && refusal.Field == overrideField {
		return s.renderClash(c, f, d, r, act, content, refusal)
	}
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && (errors.Is(refusal, scheduling.ErrInvalid) || errors.Is(refusal, scheduling.ErrConflict)) {
		f.refuse(refusal, r, act, content)
		return s.renderOffer(c, refusalStatus(refusal), d, f)
	}
	if err != nil {
		return err
	}
	view.Page.KeepForm, view.Page.KeepDo = "offer", "check"
	return s.render(c, http.StatusOK, checkPage, view)
}

// renderClash shows the check again, with the box that has to be ticked.
func (s *Server) renderClash(c *gin.Context, f *offerForm, d offerDesk, r *scheduling.Round, act scheduling.Act, content scheduling.Content, refusal *scheduling.Error) error {
	f.Refuse(refusal)
	view, err := s.check(c, f, d, r, act, content)
	if err != nil {
		return err
	}
	view.Problems = f.Problems
	view.Page.KeepForm, view.Page.KeepDo = "offer", "check"
	return s.render(c, http.StatusConflict, checkPage, view)
}

// refuse notes a refusal of the domain at its input. No slots is explained by
// what is wrong with the terms.
func (f *offerForm) refuse(refusal *scheduling.Error, r *scheduling.Round, act scheduling.Act, c scheduling.Content) {
	if refusal.Code == "no_slots" || refusal.Code == "too_many_slots" {
		_, problems := r.Candidates(c, act.At)
		for _, p := range problems {
			f.note(f.fieldOf(p.Field), f.problemText(p, false))
		}
		if len(f.Problems) > 0 {
			return
		}
	}
	at := *refusal
	at.Field = f.fieldOf(refusal.Field)
	f.Refuse(&at)
}

// problemText says what a problem with terms is, with the venue if asked.
func (f *offerForm) problemText(p scheduling.Problem, venue bool) string {
	text := refusalText(f.Printer, &scheduling.Error{Code: p.Code, Params: p.Params}, p.Code)
	if !venue || p.Venue == "" {
		return text
	}
	return f.T("proposal.problem_at", "venue", p.Venue, "problem", text)
}

// A checkView is an offer before it is sent: what it puts on the table, and the
// paper as the other side will read it.
type checkView struct {
	Page
	Heading, Lede, Notice string
	Post                  string
	Hidden                []hiddenValue
	Cities                []string
	Rows                  []checkRow
	Notes                 []string
	Effects               []effect // of an amendment
	Clashes               *clashView
	Paper                 string
	OwnList               string // what stays with the author's own party
	Drafts                bool
	Send                  string
}

// An effect is what an amendment does to some of the slots.
type effect struct {
	Text  string
	Slots []string
}

type hiddenValue struct{ Name, Value string }

type checkRow struct {
	Label, Days, Place, Hours string
	Seats                     []checkSeat
	DecideBy                  string
	Order                     string
	Change                    string   // of an amendment: new, changed or as it was
	Feasts                    []string // holidays and public events that touch the date
}

type checkSeat struct{ City, Hours string }

// check is the offer as it would be if it were sent now, and refused as that
// would be.
func (s *Server) check(c *gin.Context, f *offerForm, d offerDesk, r *scheduling.Round, act scheduling.Act, content scheduling.Content) (checkView, error) {
	number := 0
	if d.before != nil {
		number = d.before.Number
	}
	paper, err := NewPaper(f.Printer, r, act, number, content)
	if err != nil {
		return checkView{}, err
	}
	slots, err := r.Preview(act, number, content)
	if err != nil {
		return checkView{}, err
	}
	v := checkView{
		Page: d.page, Heading: f.T("proposal.check_title"), Lede: offerSentence(f.Printer, content.Terms), Notice: d.notice,
		Post: d.post, Paper: paper.Text, Drafts: d.drafts, Send: f.T("proposal.send"),
	}
	v.Wide = true
	v.Title = f.T("proposal.check_of", "page", d.page.Title)
	if d.before != nil {
		v.Send, v.Effects = f.T("proposal.send_amendment"), effects(f.Printer, r, number, slots)
	}
	viewer := visitOf(c.Request).viewer
	elsewhere, err := s.engagements(c, r, viewer)
	if err != nil {
		return checkView{}, err
	}
	v.Clashes = newClashes(c, f.Printer, viewer, elsewhere, f.Problems, slots...)
	cities := paperCities(r, slots)
	for _, city := range cities {
		v.Cities = append(v.Cities, city.Name)
	}
	for _, slot := range slots {
		v.Rows = append(v.Rows, f.checkRow(r, slot, number, cities))
	}
	feasts, err := s.feastsOf(c, f.Printer, r.Negotiation, slots)
	if err != nil {
		return checkView{}, err
	}
	for i := range v.Rows {
		v.Rows[i].Feasts = feasts[scheduling.Label(v.Rows[i].Label)]
	}
	_, problems := r.Candidates(content, act.At)
	for _, p := range problems {
		v.Notes = append(v.Notes, f.problemText(p, true))
	}
	var own []string
	for _, t := range offerTexts {
		if text := *t.of(&content); text.Body != "" && text.Scope == scheduling.OwnParty {
			own = append(own, f.T("proposal."+t.field))
		}
	}
	if content.Note.Body != "" {
		own = append(own, f.T("proposal.note"))
	}
	v.OwnList = f.And(own...)
	for _, name := range sortedNames(f.values) {
		for _, value := range f.values[name] {
			v.Hidden = append(v.Hidden, hiddenValue{name, value})
		}
	}
	v.Hidden = append(v.Hidden, hiddenValue{"step", "check"})
	return v, nil
}

// sortedNames are the names of what was typed, without the buttons.
func sortedNames(values url.Values) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		if !slices.Contains([]string{formKeyField, languageField, "do", "step", "return", overrideField}, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (f *offerForm) checkRow(r *scheduling.Round, slot *scheduling.Slot, number int, cities []City) checkRow {
	v := checkRow{
		Label: string(slot.Label), Days: slotDays(f.Printer, slot), Place: slotPlace(f.Printer, slot, ""), Hours: slotHours(f.Printer, slot),
		DecideBy: f.ShortDateYear(slot.DecideBy(r.Negotiation.Parties)), Order: f.T("proposal.rank." + string(slot.Order)),
	}
	day := slot.Candidate
	day.Days = day.Days[:1]
	for _, city := range cities {
		v.Seats = append(v.Seats, checkSeat{city.Name, hoursIn(f.Printer, city, slot.Days[0], day.Start(), day.End())})
	}
	if number == 0 {
		return v
	}
	switch old := r.Slot(slot.Label); {
	case old == nil || old.Status != scheduling.Offered:
		v.Change = f.T("proposal.slot_new")
	case old.Version != slot.Version:
		v.Change = f.T("proposal.slot_changed")
	default:
		v.Change = f.T("proposal.slot_kept")
	}
	return v
}

// effects says what an amendment does to the slots that are on the table.
func effects(p *locale.Printer, r *scheduling.Round, number int, after []*scheduling.Slot) []effect {
	var added, changed, gone, kept []string
	for _, slot := range after {
		switch old := r.Slot(slot.Label); {
		case old == nil || old.Status != scheduling.Offered:
			added = append(added, slotName(p, slot))
		case old.Version != slot.Version:
			changed = append(changed, p.T("proposal.slot_instead", "before", slotTerms(p, old), "after", slotTerms(p, slot), "label", string(slot.Label)))
		default:
			kept = append(kept, slotName(p, slot))
		}
	}
	for _, slot := range r.Offered() {
		if offers(slot, number) && !offers(slot, -number) && !slices.ContainsFunc(after, func(s *scheduling.Slot) bool { return s.Label == slot.Label }) {
			gone = append(gone, slotName(p, slot))
		}
	}
	var said []effect
	for _, group := range []struct {
		key   string
		slots []string
	}{
		{"proposal.effect_changed", changed},
		{"proposal.effect_gone", gone},
		{"proposal.effect_new", added},
		{"proposal.effect_kept", kept},
	} {
		if len(group.slots) > 0 {
			said = append(said, effect{p.T(group.key), group.slots})
		}
	}
	return said
}

// offers reports whether the slot stands in the numbered proposal; below zero,
// whether it stands in any other.
func offers(slot *scheduling.Slot, number int) bool {
	return slices.ContainsFunc(slot.Offers, func(o scheduling.Source) bool {
		if number < 0 {
			return o.Proposal != -number
		}
		return o.Proposal == number
	})
}

// sent goes on to the round after an offer was delivered or kept. That every
// party was written to is said only where it is so; the round names the others.
func (s *Server) sent(c *gin.Context, n *scheduling.Negotiation, id scheduling.RoundID, act scheduling.Act, draft bool, key string) error {
	switch author := n.Member(act.By); {
	case draft:
		key = "offer_draft_kept"
	case author != nil && len(unwritten(n, author.Party)) > 0:
		key += "_on_paper"
	}
	return s.done(c, roundPath(id), key)
}

// unwritten are the parties, besides the author's, in which nobody is told of
// offers by mail: the paper has to be handed to them.
func unwritten(n *scheduling.Negotiation, author scheduling.PartyID) []scheduling.PartyID {
	return slices.DeleteFunc(n.Required(), func(id scheduling.PartyID) bool {
		return id == author || slices.ContainsFunc(n.Members, func(m scheduling.Member) bool {
			return m.Party == id && !m.Removed && m.Email != "" && m.Rights != scheduling.RightObserve
		})
	})
}

// unserved says to the author's side, and to the office, which parties have to
// be handed the offer; "" when each was written to, or once a delivery of this
// version is on record.
func unserved(p *locale.Printer, r *scheduling.Round, v viewer, offer *scheduling.Proposal) string {
	standing := r.Proposal(offer.Number) == offer && (offer.Status == scheduling.Delivered || offer.Status == scheduling.Declined)
	served := slices.ContainsFunc(r.Deliveries, func(d scheduling.Delivery) bool { return d.Proposal == offer.Number && d.Version == offer.Version })
	if !standing || served || v.Observer || !v.May(scheduling.RightConvene) || v.Party != nil && offer.By != v.Member.Party {
		return ""
	}
	var names []string
	for _, id := range unwritten(r.Negotiation, offer.By) {
		names = append(names, partyName(p, r.Negotiation, id))
	}
	if len(names) == 0 {
		return ""
	}
	return p.T("paper.unserved", "n", offer.Number, "parties", p.And(names...))
}

// deliver puts the offer on the table of r, with the paper made of it there.
func deliver(p *locale.Printer, r *scheduling.Round, act scheduling.Act, number int, content scheduling.Content, draft bool) error {
	if draft {
		if err := r.Draft(act, content); err != nil {
			return fmt.Errorf("web: keep draft: %w", err)
		}
		return nil
	}
	paper, err := NewPaper(p, r, act, number, content)
	if err != nil {
		return err
	}
	if number > 0 {
		err = r.Amend(act, number, content, paper)
	} else {
		err = r.Deliver(act, content, paper)
	}
	if err != nil {
		return fmt.Errorf("web: deliver offer: %w", err)
	}
	return nil
}
