package web

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// roundPath is the path under which all pages of a round stand.
func roundPath(id scheduling.RoundID) string {
	return fmt.Sprintf("/n/%s/%d", id.Negotiation, id.Number)
}

// roundTitle names a round as far as to may know: "Polar Shipping Talks, third
// round".
func roundTitle(p *locale.Printer, r *scheduling.Round, to scheduling.Audience) string {
	title, name := r.Negotiation.Title.For(to), r.Name.For(to)
	switch {
	case title == "":
		return p.T("round.untitled", "number", r.ID.Number)
	case name == "":
		return title
	}
	return p.T("round.title", "talks", title, "round", name)
}

// The tabs of a round.
const (
	tabDates     = "dates"
	tabHistory   = "history"
	tabOffers    = "offers"
	tabSubscribe = "subscribe"
	tabPaper     = "paper"
	tabMembers   = "members"
	tabMail      = "mail"

	tabConference = "conference"
)

// roundPage is the Page of a round with its tabs, of which current is the one
// that is open. Title is the name of the round.
func (s *Server) roundPage(c *gin.Context, r *scheduling.Round, v viewer, current string) Page {
	p := s.page(c)
	p.Title = roundTitle(p.Printer, r, v.Audience)
	if current != "" {
		p.Window = titled(p.Printer, p.T("round.tab."+current), p.Title)
	}
	p.Back = &Link{Href: "/", Text: p.T("round.all")}
	p.Version = fmt.Sprint(r.Negotiation.Revision) // r.Version would count drafts of the other side
	base := roundPath(r.ID)
	add := func(tab, href string) {
		p.Tabs = append(p.Tabs, Tab{Href: href, Text: p.T("round.tab." + tab), Current: tab == current})
	}
	add(tabDates, base)
	if newestProposal(r) != nil {
		add(tabOffers, base+"/offers")
	}
	add(tabHistory, base+"/history")
	add(tabSubscribe, base+"/subscribe")
	if newest := newestProposal(r); newest != nil && !v.Observer {
		add(tabPaper, fmt.Sprintf("%s/paper/%d", base, newest.Number))
	}
	add(tabMembers, "/n/"+string(r.ID.Negotiation)+"/members")
	if hasOffice(r) && !v.Observer {
		add(tabConference, base+"/conference")
	}
	if v.May(scheduling.RightConvene) && !v.Observer {
		add(tabMail, base+"/mail")
	}
	return p
}

// subPage is the Page of an act within a round: it leads back to the overview.
func (s *Server) subPage(c *gin.Context, r *scheduling.Round, v viewer) Page {
	p := s.page(c)
	p.Back = &Link{Href: roundPath(r.ID), Text: roundTitle(p.Printer, r, v.Audience)}
	p.Version = fmt.Sprint(r.Negotiation.Revision) // r.Version would count drafts of the other side
	return p
}

// dateOf is the day on which a party did something, by the clock of its seat:
// the same for every reader. A party without a seat, and the neutral staff, go
// by UTC.
func dateOf(n *scheduling.Negotiation, party scheduling.PartyID, at time.Time) civil.Date {
	if p := n.Party(party); p != nil && p.Zone != "" {
		at = at.In(p.Zone.Location())
	}
	return civil.DateOf(at)
}

// newestProposal is the proposal that was delivered last, or nil.
func newestProposal(r *scheduling.Round) *scheduling.Proposal {
	var newest *scheduling.Proposal
	for _, p := range r.Proposals {
		if p.Number > 0 && (newest == nil || p.DeliveredAt.After(newest.DeliveredAt)) {
			newest = p
		}
	}
	return newest
}

// slotDays is when a slot is, in full: "Wednesday 18 November 2026", or "18–20
// November 2026".
func slotDays(p *locale.Printer, s *scheduling.Slot) string {
	first, last := s.Days[0], s.Days[len(s.Days)-1]
	if first == last {
		return p.Date(first)
	}
	return p.DateRange(first, last)
}

// slotShort is the same for lists: "Wed 18 November", with the year if asked.
func slotShort(p *locale.Printer, s *scheduling.Slot, year bool) string {
	first, last := s.Days[0], s.Days[len(s.Days)-1]
	switch {
	case first != last:
		return p.DateRange(first, last)
	case year:
		return p.ShortDateYear(first)
	}
	return p.ShortDate(first)
}

// slotHours is "10:00–18:00 Geneva time", and "" for a slot of whole days.
func slotHours(p *locale.Printer, s *scheduling.Slot) string {
	if s.DateOnly {
		return ""
	}
	return p.T("round.hours_at", "hours", p.Hours(s.Hours), "city", s.Venue.Name)
}

// slotPlace is "Palais des Nations, Geneva", with the room if there is one.
func slotPlace(p *locale.Printer, s *scheduling.Slot, room string) string {
	place := s.Venue.Name
	if s.Venue.Place != "" {
		place = s.Venue.Place + ", " + place
	}
	if room != "" {
		place = p.T("round.room_at", "room", room, "place", place)
	}
	return place
}

// slotName says a slot in a sentence: "G2, Thu 19 November 2026, Geneva".
func slotName(p *locale.Printer, s *scheduling.Slot) string {
	return p.T("round.slot", "label", string(s.Label), "when", slotShort(p, s, true), "city", s.Venue.Name)
}

// slotTerms says what a party answers for, so that a change can be shown.
func slotTerms(p *locale.Printer, s *scheduling.Slot) string {
	if s.DateOnly {
		return p.T("round.terms_days", "when", slotShort(p, s, true), "place", slotPlace(p, s, ""), "format", p.T("round.format."+format(s)))
	}
	return p.T("round.terms", "when", slotShort(p, s, true), "hours", slotHours(p, s),
		"place", slotPlace(p, s, ""), "format", p.T("round.format."+format(s)))
}

func format(s *scheduling.Slot) string {
	if s.Format == "" {
		return string(scheduling.InPerson)
	}
	return string(s.Format)
}

// slotTimes is the hours of a slot's first day at the venue and in each seat;
// nil for whole days, which have no hours to convert.
func slotTimes(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot) *Times {
	if s.DateOnly {
		return nil
	}
	day := s.Candidate
	day.Days = day.Days[:1]
	t := newTimes(p, p.T("round.hours_each"), day.Start(), day.End(),
		City{Name: s.Venue.Name, Zone: s.Venue.Zone}, seats(r, s.Venue)...)
	return &t
}

// mostSeats is how many cities the strip of local times shows; a plenary of
// sixty would bury the date under it.
const mostSeats = 12

// seats are the cities of the parties in protocol order, each once and without
// the venue's own.
func seats(r *scheduling.Round, venue scheduling.Venue) []City {
	var cities []City
	for _, p := range r.Negotiation.Parties {
		city := City{Name: p.City, Zone: p.Zone}
		if p.City != "" && p.Zone != "" && p.City != venue.Name && !slices.Contains(cities, city) && len(cities) < mostSeats {
			cities = append(cities, city)
		}
	}
	return cities
}

// A clockFace is the city by which the times of a page are told.
type clockFace struct {
	City string
	at   *time.Location
}

// clockOf is the clock of the viewer's own seat, or else of the venue that
// stands first, or else UTC.
func clockOf(r *scheduling.Round, v viewer) clockFace {
	switch {
	case v.Party != nil && v.Party.City != "" && v.Party.Zone != "":
		return clockFace{City: v.Party.City, at: v.Party.Zone.Location()}
	case len(r.Slots) > 0:
		return clockFace{City: r.Slots[0].Venue.Name, at: r.Slots[0].Venue.Zone.Location()}
	}
	return clockFace{City: "UTC", at: time.UTC}
}

// moment is an instant with the city whose clock is meant: "Mon 2 November
// 2026, 10:00 Geneva time".
func (k clockFace) moment(p *locale.Printer, t time.Time) string {
	if k.at == time.UTC {
		return p.ShortDateTime(t.UTC()) + " UTC"
	}
	return p.T("round.at_city", "when", p.ShortDateTime(t.In(k.at)), "city", k.City)
}

// deadline says a deadline with its city and distance: "Mon 9 November 2026,
// 18:00 Geneva time, in 3 days".
func deadline(p *locale.Printer, d scheduling.Deadline, now time.Time) string {
	when := p.ShortDateYear(d.Date)
	if d.At != civil.EndOfDay {
		when = p.T("time.date_time", "date", when, "time", p.Time(d.At))
	}
	today := civil.DateOf(now.In(d.Zone.Location()))
	return p.T("round.deadline", "when", when, "city", cmp.Or(d.City, string(d.Zone)), "distance", p.In(d.Date.DaysSince(today)))
}

// decideBy says until when a slot can be decided: "Decide by Mon 23 November,
// in 3 days".
func decideBy(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot, now time.Time) string {
	return p.T("round.decide_by", "day", decideDay(p, r, s, now))
}

// decideDay is "Mon 23 November, in 3 days": the last day at the venue, with
// the year unless it is this one.
func decideDay(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot, now time.Time) string {
	d := s.DecideBy(r.Negotiation.Parties)
	today := civil.DateOf(now.In(s.Venue.Zone.Location()))
	date := p.ShortDate(d)
	if d.Year != today.Year {
		date = p.ShortDateYear(d)
	}
	return p.T("round.day_in", "date", date, "distance", p.In(d.DaysSince(today)))
}

// replyBy is the reply-by that comes next of what is on the table, or else the
// last that has passed; zero when none was set.
func replyBy(r *scheduling.Round, now time.Time) scheduling.Deadline {
	var best scheduling.Deadline
	for _, p := range r.Proposals {
		d := p.ReplyBy
		if p.Status != scheduling.Delivered || d.IsZero() {
			continue
		}
		ahead, bestAhead := d.Instant().After(now), !best.IsZero() && best.Instant().After(now)
		switch {
		case best.IsZero(), ahead && !bestAhead:
			best = d
		case ahead == bestAhead && d.Instant().Before(best.Instant()) == ahead:
			best = d
		}
	}
	return best
}

// someNames joins the names of parties, or counts them when they are more than
// two or may not be named.
func someNames(p *locale.Printer, r *scheduling.Round, ids []scheduling.PartyID, named bool) string {
	if !named || len(ids) > 2 {
		return p.T("round.count", "n", len(ids))
	}
	return p.And(r.Negotiation.Names(ids)...)
}

// partyName is the name of a party, or the words for the neutral staff.
func partyName(p *locale.Printer, n *scheduling.Negotiation, id scheduling.PartyID) string {
	if party := n.Party(id); party != nil {
		return party.Name
	}
	return p.T("round.staff")
}

// personName is the name of a member whom the viewer may know by name: of the
// viewer's own side. Removed members keep theirs.
func personName(n *scheduling.Negotiation, id scheduling.MemberID, v viewer) string {
	for _, m := range n.Members {
		if m.ID == id && v.Member != nil && m.Party == v.Member.Party {
			return m.Name
		}
	}
	return ""
}

// evidence says on what a reported answer rests.
func evidence(p *locale.Printer, e *scheduling.Evidence) string {
	key := "round.evidence.plain"
	if e.Reference != "" {
		key = "round.evidence.reference"
	}
	return p.T(key, "form", p.T("round.form."+string(e.Form)), "date", p.DayMonthYear(e.Date),
		"from", e.From, "to", e.To, "reference", e.Reference)
}
