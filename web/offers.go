package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var offersPage = declarePage("offers")

// offersView is the thread of offers of a round, oldest first.
type offersView struct {
	Page
	Heading string
	Entries []offerEntry
	Draft   *Link // of the viewer's own party
	Act     *Link
}

// An offerEntry is one version of an offer, as it was and what became of it.
type offerEntry struct {
	ID, Title, When string
	Answers         string // which offer it answers
	Said            string
	Dates           []offerDate
	ReplyBy, Ended  string
	Firm            string // until when it is firm
	Standing        bool
	Acts            []Link
}

// An offerDate is a slot of an offer, with the other offers that it stands in.
type offerDate struct{ Label, When, Also string }

// showOffers handles GET R/offers: every version of every offer in the order of
// time, what it answers, and how it ended.
func (s *Server) showOffers(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	view := offersView{Page: s.roundPage(c, r, v, tabOffers)}
	view.Heading = view.Title
	p, base, now := view.Printer, roundPath(r.ID), s.instant()
	for _, offer := range thread(r) {
		view.Entries = append(view.Entries, newOfferEntry(p, r, v, offer, now))
	}
	if v.May(scheduling.RightConvene) && !v.Observer && (agreeing(r) || r.Status == scheduling.Preparing) {
		link := &Link{Href: base + "/proposals/new", Text: p.T("overview.act.propose")}
		if r.DraftBy(v.Member.Party) != nil {
			view.Draft = link
		} else {
			view.Act = link
		}
	}
	return s.render(c, http.StatusOK, offersPage, view)
}

// thread lists the versions of offers that were delivered, in the order of time.
func thread(r *scheduling.Round) []*scheduling.Proposal {
	all := slices.DeleteFunc(slices.Clone(r.Proposals), func(p *scheduling.Proposal) bool { return p.Number == 0 })
	slices.SortStableFunc(all, func(a, b *scheduling.Proposal) int {
		return cmp.Or(a.DeliveredAt.Compare(b.DeliveredAt), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Version, b.Version))
	})
	return all
}

func newOfferEntry(p *locale.Printer, r *scheduling.Round, v viewer, offer *scheduling.Proposal, now time.Time) offerEntry {
	clock := clockOf(r, v)
	key := "offers.title"
	if offer.Version > 1 {
		key = "offers.title_version"
	}
	e := offerEntry{
		ID:      fmt.Sprintf("offer-%d-%d", offer.Number, offer.Version),
		Title:   p.T(key, "n", offer.Number, "version", offer.Version, "party", partyName(p, r.Negotiation, offer.By)),
		When:    p.T("offers.delivered", "when", clock.moment(p, offer.DeliveredAt)),
		Answers: answersText(p, r, offer),
		Said:    p.T("overview.proposal.said", "sentence", offerSentence(p, offer.Terms)),
		Dates:   offerDates(p, r, offer),
	}
	status := offer.Status
	if v.Observer && status == scheduling.Declined { // what single parties answer is not theirs
		status = scheduling.Delivered
	}
	e.Standing = status == scheduling.Delivered || status == scheduling.Declined
	if d := offer.ReplyBy; !d.IsZero() {
		key := "overview.proposal.reply_by"
		if offer.LapsesAtReplyBy {
			key = "overview.proposal.lapses"
		}
		e.ReplyBy = p.T(key, "deadline", deadline(p, d, now))
	}
	ended := ""
	if !offer.EndedAt.IsZero() {
		ended = clock.moment(p, offer.EndedAt)
	}
	e.Firm = firmText(p, offer, now)
	e.Ended = p.T("offers.status."+string(status), "when", ended, "version", offer.Version+1)
	if v.Observer {
		return e
	}
	if r.Proposal(offer.Number) == offer {
		e.Acts = proposalActs(p, r, v, offer)
	} else {
		href := fmt.Sprintf("%s/paper/%d?version=%d", roundPath(r.ID), offer.Number, offer.Version)
		e.Acts = []Link{{Href: href, Text: p.T("overview.act.paper")}}
	}
	return e
}

// answersText says which offer another answers; "" for none.
func answersText(p *locale.Printer, r *scheduling.Round, offer *scheduling.Proposal) string {
	answered := r.Proposal(offer.Answers)
	if answered == nil {
		return ""
	}
	return p.T("offers.in_answer", "n", answered.Number, "party", partyName(p, r.Negotiation, answered.By))
}

// offerDates are the slots of an offer as its paper lists them. What has left
// the table stands there still; the day and the venue of a label never change.
func offerDates(p *locale.Printer, r *scheduling.Round, offer *scheduling.Proposal) []offerDate {
	var document paperDocument
	if offer.Paper != nil && json.Unmarshal([]byte(offer.Paper.Document), &document) != nil {
		document.Rows = nil // the paper itself says that it cannot be read
	}
	var labels []string
	for _, row := range document.Rows {
		labels = append(labels, row[0])
	}
	if len(labels) == 0 {
		for _, slot := range r.Slots {
			if offers(slot, offer.Number) {
				labels = append(labels, string(slot.Label))
			}
		}
	}
	var dates []offerDate
	for _, label := range labels {
		slot := r.Slot(scheduling.Label(label))
		if slot == nil {
			continue
		}
		d := offerDate{Label: label, When: p.T("offers.date", "when", slotShort(p, slot, true), "city", slot.Venue.Name)}
		var also []string
		for _, o := range slot.Offers {
			if n := strconv.Itoa(o.Proposal); o.Proposal > 0 && o.Proposal != offer.Number && !slices.Contains(also, n) {
				also = append(also, n)
			}
		}
		if len(also) > 0 {
			slices.Sort(also)
			d.Also = p.T("offers.also", "offers", p.And(also...))
		}
		dates = append(dates, d)
	}
	return dates
}

// answerableChoices are the offers that one of the party may answer, newest
// last, with the one that before answered. Nil when there is none.
func answerableChoices(p *locale.Printer, r *scheduling.Round, party scheduling.PartyID, before *scheduling.Proposal) []Choice {
	on := r.Answerable(party)
	if before != nil && before.Answers > 0 && !slices.ContainsFunc(on, func(o *scheduling.Proposal) bool { return o.Number == before.Answers }) {
		on = append(on, r.Proposal(before.Answers))
	}
	if len(on) == 0 {
		return nil
	}
	choices := []Choice{{Value: "", Label: p.T("offers.answers_none")}}
	for _, o := range on {
		choices = append(choices, Choice{
			Value: strconv.Itoa(o.Number), Label: p.T("offers.answers_offer", "n", o.Number, "party", partyName(p, r.Negotiation, o.By)),
		})
	}
	return choices
}

// answering is the offer that a new one is begun in answer to: the one that the
// address names, or else the newest; "" for none.
func answering(c *gin.Context, choices []Choice) string {
	asked := c.Query("answers")
	if slices.ContainsFunc(choices, func(o Choice) bool { return o.Value == asked && asked != "" }) {
		return asked
	}
	if len(choices) == 0 {
		return ""
	}
	return choices[len(choices)-1].Value
}
