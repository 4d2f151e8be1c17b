package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var rankingPage = declarePage("ranking")

// rankingView is how the dates compare, and why.
type rankingView struct {
	Page
	Heading    string
	Top        *rankedTop
	None       string // why there is no recommendation
	Ranked     []rankedLine
	Waiting    []rankedLine
	Impossible []rankedLine
	Hosts      string
	Method     string
	Steps      []string
	Blockers   *Link // to ask those in whose answers the nearest dates fail
}

// rankedTop is the date that is recommended.
type rankedTop struct {
	ISO, When, City string
	Why             string
	Consent         *Link
}

// A rankedLine is one date in its place.
type rankedLine struct {
	Label, Slot string
	Said        []string // what it is like: levels, conditions, host
	Ahead       string   // why it stands before the next
	Consent     *Link
}

// ranking handles GET /n/:negotiation/:round/ranking: the dates on the table in
// the order in which the rule of the round recommends them, and what decided
// between neighbours.
func (s *Server) ranking(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	ra, err := s.rank(c, r)
	if err != nil {
		return err
	}
	if ra == nil {
		return hidden()
	}
	view := rankingView{Page: s.subPage(c, r, v)}
	p := view.Printer
	view.Heading = p.T("ranking.title")
	view.Title, view.Window = view.Heading, titled(p, view.Heading, view.Back.Text)
	view.Method = p.T("ranking.method." + string(ra.Method))
	view.Steps = rankingSteps(p, r, ra.Method)
	rounds, err := s.rounds(c, r)
	if err != nil {
		return err
	}
	view.Hosts = hostings(p, r, rounds)
	switch {
	case ra.Sealed:
		view.None = p.T("ranking.sealed")
	case len(ra.Slots) == 0:
		view.None = p.T("ranking.none")
	default:
		top := ra.Slots[0]
		view.Top = &rankedTop{
			ISO: top.Slot.Days[0].String(), When: slotDays(p, top.Slot), City: top.Slot.Venue.Name, Why: whyTop(p, ra),
			Consent: mayConsent(p, r, v, top.Standing),
		}
	}
	view.Blockers = askLink(p, r, v)
	for i := range ra.Slots {
		view.Ranked = append(view.Ranked, newRankedLine(p, r, v, ra, i))
	}
	for _, st := range ra.Waiting {
		view.Waiting = append(view.Waiting, rankedLine{
			Label: string(st.Slot.Label), Slot: slotName(p, st.Slot), Said: []string{join(standingParts(p, r, &st, !v.Observer))},
		})
	}
	for _, st := range ra.Impossible {
		view.Impossible = append(view.Impossible, rankedLine{
			Label: string(st.Slot.Label), Slot: slotName(p, st.Slot), Said: []string{join(standingParts(p, r, &st, !v.Observer))},
		})
	}
	return s.render(c, http.StatusOK, rankingPage, view)
}

// rank is how the dates on the table compare; nil where the round has no
// ranking or nothing is on the table.
func (s *Server) rank(c *gin.Context, r *scheduling.Round) (*scheduling.Ranking, error) {
	var ra *scheduling.Ranking
	if !r.Ranks() || !agreeing(r) || len(r.Offered()) == 0 {
		return ra, nil
	}
	rounds, err := s.rounds(c, r)
	if err != nil {
		return nil, err
	}
	ranked := r.Rank(rounds, s.instant())
	return &ranked, nil
}

// rounds are the rounds before r and r itself. The first round has none.
func (s *Server) rounds(c *gin.Context, r *scheduling.Round) ([]*scheduling.Round, error) {
	if r.ID.Number <= 1 {
		return nil, nil
	}
	rounds, err := s.store.Rounds(c.Request.Context(), r.ID.Negotiation)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return rounds, nil
}

func newRankedLine(p *locale.Printer, r *scheduling.Round, v viewer, ra *scheduling.Ranking, i int) rankedLine {
	ranked := &ra.Slots[i]
	line := rankedLine{
		Label: string(ranked.Slot.Label), Slot: slotName(p, ranked.Slot), Said: []string{levelCounts(p, ranked.Standing)},
	}
	if ranked.Conditions > 0 {
		line.Said = append(line.Said, p.T("overview.conditions", "n", ranked.Conditions))
	}
	if ranked.Host != "" {
		line.Said = append(line.Said, p.T("ranking.host", "party", partyName(p, r.Negotiation, ranked.Host)))
	}
	if i+1 < len(ra.Slots) {
		line.Ahead = ahead(p, ranked, &ra.Slots[i+1])
	}
	if i > 0 {
		line.Consent = mayConsent(p, r, v, ranked.Standing)
	}
	return line
}

// levelCounts is "Preferred 1, Available 2".
func levelCounts(p *locale.Printer, st scheduling.Standing) string {
	var counts []string
	for _, l := range tallyOrder {
		if n := st.Count(l); n > 0 {
			counts = append(counts, p.T("ranking.count", "level", levelWord(p, l), "n", n))
		}
	}
	return p.And(counts...)
}

// mayConsent leads to where the viewer's party consents to a date; nil for who
// cannot.
func mayConsent(p *locale.Printer, r *scheduling.Round, v viewer, st scheduling.Standing) *Link {
	if v.Party == nil || v.Observer || !v.May(scheduling.RightConsent) || !byConsent(r) {
		return nil
	}
	if pos, ok := st.Slot.Position(v.Party.ID); ok && pos.Level == scheduling.LevelNotPossible {
		return nil
	}
	return consentLink(p, r, st.Slot)
}

// whyTop says why the first date is recommended: how low anybody has to go, and
// what put it before the next.
func whyTop(p *locale.Printer, ra *scheduling.Ranking) string {
	top := &ra.Slots[0]
	var why string
	switch {
	case top.Count(scheduling.LevelPreferred) == len(top.Levels):
		why = p.T("ranking.why.all_prefer")
	case top.Count(scheduling.LevelIfNeedBe) == 0 && top.Acceptable():
		why = p.T("ranking.why.available", "level", levelWord(p, scheduling.LevelAvailable))
		if n := top.Count(scheduling.LevelPreferred); n > 0 {
			why = p.T("ranking.why.available_preferred", "level", levelWord(p, scheduling.LevelAvailable), "n", n)
		}
	case top.Acceptable():
		why = p.T("ranking.why.if_need_be", "level", levelWord(p, scheduling.LevelIfNeedBe), "n", top.Count(scheduling.LevelIfNeedBe))
	default:
		why = p.T("ranking.why.quorum", "n", top.Count(scheduling.LevelNotPossible)+top.Count(""))
	}
	if len(ra.Slots) == 1 {
		return p.T("ranking.why.only", "why", why)
	}
	return why + " " + ahead(p, top, &ra.Slots[1])
}

// ahead says why one date stands before the next, by the step that decided. It
// counts parties and names none.
func ahead(p *locale.Printer, this, next *scheduling.Ranked) string {
	why := this.Ahead
	key := "ranking.step." + string(why.Step)
	switch why.Step {
	case scheduling.StepBurden:
		key += "." + string(why.Level)
		if why.Level == scheduling.LevelIfNeedBe && why.This == 0 {
			key += "_none"
		}
	case scheduling.StepHost:
		if why.This == why.Next {
			key += "_longer"
		}
	case scheduling.StepEarlier, scheduling.StepLabel:
		if why.Alike {
			key += "_alike"
		}
	case scheduling.StepSupport, scheduling.StepBalance, scheduling.StepRank, scheduling.StepConditions:
	}
	return p.T(key, "this", string(this.Slot.Label), "next", string(next.Slot.Label), "a", why.This, "b", why.Next, "n", why.Next,
		"level", levelWord(p, why.Level))
}

// rankingSteps says how dates are compared, in the order in which it is done.
func rankingSteps(p *locale.Printer, r *scheduling.Round, method scheduling.RankingMethod) []string {
	keys := []string{"eligible"}
	if r.Rule.Kind == scheduling.Quorum {
		keys[0] = "eligible_quorum"
	}
	cumulative := method == scheduling.CumulativeLeximin && r.Rule.Balance
	if method == scheduling.MostSupport {
		keys = append(keys, "support")
	}
	if cumulative {
		keys = append(keys, "balance")
	}
	keys = append(keys, "burden")
	if r.Rule.Balance && !cumulative {
		keys = append(keys, "balance")
	}
	keys = append(keys, "rank", "conditions", "host", "order")
	steps := make([]string, len(keys))
	for i, key := range keys {
		steps[i] = p.T("ranking.rule." + key)
	}
	return steps
}

// hostings is how often each party has hosted, as a plain fact; "" when none
// has.
func hostings(p *locale.Printer, r *scheduling.Round, rounds []*scheduling.Round) string {
	var counts []string
	for _, h := range r.Hostings(rounds) {
		counts = append(counts, p.T("ranking.hosted_by", "party", partyName(p, r.Negotiation, h.Party), "n", h.Times))
	}
	if len(counts) == 0 {
		return ""
	}
	return p.T("ranking.hosted", "counts", strings.Join(counts, ", "))
}

// bestOf is the date to recommend: the first of the ranking, or where the round
// has none, the best so far.
func bestOf(all []scheduling.Standing, ra *scheduling.Ranking) *scheduling.Standing {
	if ra == nil {
		return scheduling.Best(all)
	}
	for i := range all {
		if all[i].Slot == ra.Top() {
			return &all[i]
		}
	}
	return nil
}

// mostLabels is how many dates the line under the table lists of each kind.
const mostLabels = 12

// rankLine is the ranking in a line, and where the whole of it stands.
func rankLine(p *locale.Printer, r *scheduling.Round, ra *scheduling.Ranking) (string, *Link) {
	if ra == nil {
		return p.T("overview.best_rule"), nil
	}
	if ra.Sealed {
		return p.T("ranking.sealed"), nil
	}
	list := func(key string, slots []*scheduling.Slot) string {
		if len(slots) == 0 {
			return ""
		}
		labels := make([]string, 0, mostLabels)
		for i, s := range slots {
			if i == mostLabels {
				labels = append(labels, "…")
				break
			}
			labels = append(labels, string(s.Label))
		}
		return p.T("ranking.line."+key, "slots", strings.Join(labels, ", ")) + " "
	}
	var ranked []*scheduling.Slot
	for _, s := range ra.Slots {
		ranked = append(ranked, s.Slot)
	}
	line := list("ranked", ranked) + list("waiting", slotsIn(ra.Waiting)) + list("impossible", slotsIn(ra.Impossible)) + p.T("ranking.confirms_nothing")
	return line, &Link{Href: roundPath(r.ID) + "/ranking", Text: p.T("ranking.link")}
}

func slotsIn(all []scheduling.Standing) []*scheduling.Slot {
	var slots []*scheduling.Slot
	for _, st := range all {
		slots = append(slots, st.Slot)
	}
	return slots
}
