package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var overviewPage = declarePage("overview")

// overviewView is how a round stands, for one viewer.
type overviewView struct {
	Page
	Heading    string
	Facts      Meta
	Rule       string
	Chair      string // who presides
	RuleLink   *Link  // to propose another rule
	Notices    []overviewNotice
	Meeting    *meetingView
	Lead       *leadView
	Matrix     *matrixView
	Ranking    string // how the dates compare, in a line
	Why        *Link  // where it stands in full
	Acts       []Link
	Seals      *sealsView
	Consents   []consentLine
	Off        []offLine
	Proposals  []proposalLine
	Objections []objectionLine
	Hints      []hintLine
	Clashes    *clashView // of the date that is fixed
}

type overviewNotice struct {
	Text, Quote string
	Action      *Link
}

// A consentLine is who bound itself to what, and when.
type consentLine struct{ Party, Slot, When, Evidence, Kind string }

// An offLine is a slot that has left the table, and why.
type offLine struct{ Label, When, City, Why string }

type proposalLine struct {
	Eyebrow, Said, ReplyBy, Contact string
	Firm                            string // until when it is firm
	Acts                            []Link
}

type objectionLine struct{ Party, When, Text string }

// overview handles GET /n/:negotiation/:round: the dates on the table with
// every answer, or the meeting once it is confirmed.
func (s *Server) overview(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	ra, err := s.rank(c, r)
	if err != nil {
		return err
	}
	view := s.newOverview(c, r, v, ra)
	if agreeing(r) {
		present, err := s.presences(c, r, v)
		if err != nil {
			return err
		}
		view.Hints = hintLines(view.Printer, r, present)
	}
	if fixed := r.Confirmed(); fixed != nil && !v.Observer { // what came since, or at the same moment
		own, err := s.engagements(c, r, v)
		if err != nil {
			return err
		}
		if own.Bar(fixed) != nil {
			view.Clashes = newClashes(c, view.Printer, v, own, nil, fixed)
		}
	}
	if err := s.flagMatrix(c, r, view.Matrix); err != nil {
		return err
	}
	if view.Meeting != nil && view.Meeting.Off {
		if view.Meeting.Reason, err = s.cancellationReason(c, r, v); err != nil {
			return err
		}
	}
	return s.render(c, http.StatusOK, overviewPage, view)
}

func (s *Server) newOverview(c *gin.Context, r *scheduling.Round, v viewer, ra *scheduling.Ranking) overviewView {
	now := s.instant()
	view := overviewView{Page: s.roundPage(c, r, v, tabDates)}
	view.Heading = view.Title
	view.Title, view.Window = view.T("overview.title."+string(r.Status), "round", view.Heading), ""
	p := view.Printer
	view.Facts = overviewFacts(p, r, now)
	view.Rule, view.Chair, view.RuleLink = ruleSentence(p, r, now), chairLine(p, r, v), ruleLink(p, r, v)
	view.Notices = slices.Concat(ruleNotices(p, r, v, now), overviewNotices(p, r, v))
	all := r.Standings()
	if !agreeing(r) {
		all = nil
	}
	if m := r.Meeting; m != nil && m.Status != scheduling.MeetingPostponed {
		view.Meeting = newMeeting(p, r, v, now)
	}
	if view.Meeting == nil || agreeing(r) {
		view.Lead = newLead(p, r, v, all, ra)
	}
	view.Matrix = newMatrix(p, r, v, all, ra, c.Query("only"), now)
	view.Wide = view.Matrix != nil && view.Matrix.Dense
	view.Ranking, view.Why = rankLine(p, r, ra)
	view.Acts = overviewActs(p, r, v)
	if ask := askLink(p, r, v); ask != nil && bestOf(all, ra) == nil {
		view.Acts = append(view.Acts, *ask)
	}
	view.Seals = newSeals(p, r, v)
	view.Off = offLines(p, r)
	view.Proposals = proposalLines(p, r, v, now)
	if !v.Observer {
		view.Consents = consentLines(p, r, v)
		view.Objections = objectionLines(p, r, v)
	}
	return view
}

// agreeing reports whether a date is being looked for, so that slots on the
// table mean something.
func agreeing(r *scheduling.Round) bool {
	switch r.Status {
	case scheduling.OnTheTable, scheduling.AgreedAdReferendum, scheduling.Stalled:
		return true
	case scheduling.Confirmed:
		return r.Meeting.ChangePending
	case scheduling.Preparing, scheduling.Lapsed, scheduling.Held, scheduling.Cancelled:
	}
	return false
}

func overviewFacts(p *locale.Printer, r *scheduling.Round, now time.Time) Meta {
	var facts Meta
	if newest := newestProposal(r); newest != nil && r.Meeting == nil {
		facts = append(facts, MetaItem{Strong: capital(duration(p, newest.Terms.Duration))})
	}
	facts = append(facts, MetaItem{Strong: p.T("overview.parties", "n", len(r.Negotiation.Required()))})
	if d := replyBy(r, now); !d.IsZero() && agreeing(r) {
		key := "overview.replies_due"
		if !now.Before(d.Instant()) {
			key = "overview.replies_were_due"
		}
		facts = append(facts, MetaItem{Text: p.T(key, "deadline", deadline(p, d, now))})
	}
	if !r.Deadline.IsZero() && (r.Status == scheduling.OnTheTable || r.Status == scheduling.Stalled) {
		facts = append(facts, MetaItem{Text: p.T("overview.round_ends", "deadline", deadline(p, r.Deadline, now))})
	}
	return facts
}

// overviewNotices are what bears on the whole page: talks suspended, a
// postponement asked for, a change of date under way.
func overviewNotices(p *locale.Printer, r *scheduling.Round, v viewer) []overviewNotice {
	var notices []overviewNotice
	n := r.Negotiation
	base := roundPath(r.ID)
	switch n.Status {
	case scheduling.Suspended:
		notices = append(notices, overviewNotice{Text: p.T("overview.suspended")})
	case scheduling.Concluded:
		notices = append(notices, overviewNotice{Text: p.T("overview.concluded")})
	case scheduling.Active:
	}
	if asked := r.Postponement; asked != nil {
		open := slices.DeleteFunc(n.Required(), func(id scheduling.PartyID) bool { return slices.Contains(asked.Agreed, id) })
		notice := overviewNotice{Text: p.T("overview.postponement_asked",
			"party", partyName(p, n, asked.By), "others", someNames(p, r, open, !v.Observer))}
		if !v.Observer {
			notice.Quote = asked.Reason.For(v.Audience)
			if v.May(scheduling.RightConsent) && v.Party != nil {
				notice.Action = &Link{Href: base + "/postponement", Text: p.T("overview.answer_postponement")}
			} else if recordsPostponement(r, v) {
				notice.Action = &Link{Href: base + "/answers/new", Text: p.T("overview.act.record")}
			}
		}
		notices = append(notices, notice)
	}
	if r.Status == scheduling.Confirmed && r.Meeting.ChangePending {
		notices = append(notices, overviewNotice{Text: p.T("overview.change_pending", "slot", slotName(p, r.Slot(r.Meeting.Slot)))})
	}
	for _, offer := range r.Proposals {
		if text := unserved(p, r, v, offer); text != "" && agreeing(r) {
			notices = append(notices, overviewNotice{Text: text, Action: &Link{Href: paperPath(r, offer) + "/delivery", Text: p.T("paper.record")}})
		}
	}
	if r.Postponed && agreeing(r) {
		notices = append(notices, overviewNotice{Text: p.T("overview.postponed", "slot", slotName(p, r.Slot(r.Meeting.Slot)))})
	}
	return notices
}

// overviewActs are what the viewer may do with the dates as a whole.
func overviewActs(p *locale.Printer, r *scheduling.Round, v viewer) []Link {
	var acts []Link
	if v.Observer || r.Negotiation.Status == scheduling.Concluded {
		return nil
	}
	acts = ruleActs(p, r, v)
	base := roundPath(r.ID)
	add := func(path, key string) { acts = append(acts, Link{Href: base + path, Text: p.T("overview.act." + key)}) }
	open := agreeing(r)
	if open && v.May(scheduling.RightAnswer) && v.Party != nil && len(r.Offered()) > 0 && (r.Sealing() || !r.Hides()) {
		add("/reply", "reply")
	}
	if open && r.Rule.Reporting != scheduling.ReportNothing && (!r.Sealing() || v.Party == nil) && (v.May(scheduling.RightConvene) || v.May(scheduling.RightAnswer)) {
		add("/answers/new", "record")
	}
	if (open || r.Status == scheduling.Preparing) && v.May(scheduling.RightConvene) {
		add("/proposals/new", "propose")
	}
	if open && v.May(scheduling.RightConvene) && r.Status != scheduling.Confirmed && (v.Party == nil || v.Party.ID == r.Convener) {
		add("/cancellation", "cancel")
	}
	if r.Status == scheduling.Confirmed && r.Meeting.ChangePending && v.May(scheduling.RightConvene) {
		add("/reschedule", "reschedule_pending")
	}
	return acts
}

func consentLines(p *locale.Printer, r *scheduling.Round, v viewer) []consentLine {
	var lines []consentLine
	clock := clockOf(r, v)
	for _, s := range r.Slots {
		if s.Status != scheduling.Offered && s.Status != scheduling.SlotConfirmed {
			continue
		}
		for _, id := range r.Negotiation.Required() {
			consent, ok := s.Consent(id)
			if !ok {
				continue
			}
			line := consentLine{Party: partyName(p, r.Negotiation, id), Slot: slotName(p, s), When: clock.moment(p, consent.At)}
			if consent.Reported != nil {
				line.Evidence = p.T("overview.reported", "evidence", evidence(p, consent.Reported))
			}
			line.Kind = consentKind(p, consent)
			lines = append(lines, line)
		}
	}
	return lines
}

// offLines are the slots that have left the table; they never vanish.
func offLines(p *locale.Printer, r *scheduling.Round) []offLine {
	var lines []offLine
	for _, s := range r.Slots {
		if s.Status == scheduling.Offered || s.Status == scheduling.SlotConfirmed {
			continue
		}
		lines = append(lines, offLine{
			Label: string(s.Label), When: slotShort(p, s, true), City: s.Venue.Name,
			Why: p.T("overview.off."+string(s.Status), "date", p.ShortDate(s.DecideBy(r.Negotiation.Parties))),
		})
	}
	return lines
}

// proposalLines are the offers on the table, newest first, in one sentence each.
func proposalLines(p *locale.Printer, r *scheduling.Round, v viewer, now time.Time) []proposalLine {
	var lines []proposalLine
	for _, offer := range slices.Backward(r.Proposals) {
		standing := offer.Status == scheduling.Delivered || offer.Status == scheduling.Declined || offer.Status == scheduling.Accepted
		if !standing || r.Proposal(offer.Number) != offer {
			continue
		}
		key := "overview.proposal.first"
		if offer.Version > 1 {
			key = "overview.proposal.amended"
		}
		line := proposalLine{
			Eyebrow: p.T(key, "n", offer.Number, "version", offer.Version, "party", partyName(p, r.Negotiation, offer.By),
				"date", p.DayMonthYear(dateOf(r.Negotiation, offer.By, offer.DeliveredAt))),
			Said: p.T("overview.proposal.said", "sentence", offerSentence(p, offer.Terms)),
		}
		if d := offer.ReplyBy; !d.IsZero() && offer.Status == scheduling.Delivered {
			key := "overview.proposal.reply_by"
			if offer.LapsesAtReplyBy {
				key = "overview.proposal.lapses"
			}
			line.ReplyBy = p.T(key, "deadline", deadline(p, d, now))
		}
		line.Firm = firmText(p, offer, now)
		if offer.Status != scheduling.Delivered {
			line.ReplyBy = p.T("overview.proposal." + offerState(r, offer))
		}
		if !v.Observer {
			line.Contact = offer.Contact.Name
			line.Acts = proposalActs(p, r, v, offer)
		}
		lines = append(lines, line)
	}
	return lines
}

// offerState is the status of an offer, for the catalogs. That an accepted
// offer has a date which is confirmed is true only while that date stands.
func offerState(r *scheduling.Round, offer *scheduling.Proposal) string {
	if m := r.Meeting; offer.Status == scheduling.Accepted && m != nil {
		switch m.Status {
		case scheduling.MeetingCancelled, scheduling.MeetingPostponed:
			return string(offer.Status) + "_" + string(m.Status)
		case scheduling.MeetingFixed, scheduling.MeetingHeld:
		}
	}
	return string(offer.Status)
}

func proposalActs(p *locale.Printer, r *scheduling.Round, v viewer, offer *scheduling.Proposal) []Link {
	base := roundPath(r.ID)
	acts := []Link{{Href: fmt.Sprintf("%s/paper/%d", base, offer.Number), Text: p.T("overview.act.paper")}}
	if !agreeing(r) || offer.Status == scheduling.Accepted {
		return acts
	}
	switch {
	case offer.By == v.Member.Party && v.May(scheduling.RightConvene):
		acts = append(acts, Link{Href: fmt.Sprintf("%s/proposals/%d/amendment", base, offer.Number), Text: p.T("overview.act.amend")})
	case offer.By != v.Member.Party && v.Party != nil && v.May(scheduling.RightAnswer) && offer.Status == scheduling.Delivered && !r.Hides():
		acts = append(acts, Link{Href: fmt.Sprintf("%s/proposals/%d/decline", base, offer.Number), Text: p.T("overview.act.decline")})
	}
	if offer.By != v.Member.Party && v.May(scheduling.RightConvene) {
		acts = append(acts, Link{Href: fmt.Sprintf("%s/proposals/new?answers=%d", base, offer.Number), Text: p.T("offers.counter")})
	}
	return acts
}

func objectionLines(p *locale.Printer, r *scheduling.Round, v viewer) []objectionLine {
	var lines []objectionLine
	for _, o := range r.Objections {
		lines = append(lines, objectionLine{
			Party: partyName(p, r.Negotiation, o.Party), When: clockOf(r, v).moment(p, o.At), Text: o.Text.For(v.Audience),
		})
	}
	return lines
}
