package scheduling

import (
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

// remindedAhead is how many days before a deadline a party is reminded of it.
const remindedAhead = 2

// A nudge is an instant at which a party that has not answered is to be told.
type nudge struct {
	at   time.Time // when, by the clock of the deadline
	ends time.Time // the deadline itself
	slot Label     // whose decide-by it is; "" is a reply-by
	n    int       // number of the proposal whose reply-by it is
}

// unanswered lists the slots on the table that await an answer of the party, in
// the order of their decide-by. Who has consented to a date has answered.
func (r *Round) unanswered(party PartyID) []*Slot {
	offered := r.Offered()
	if seal, ok := r.Seals[party]; ok && !seal.Stale || r.Hides() && !r.Sealing() {
		return nil // or nothing can be answered any more
	}
	if slices.ContainsFunc(offered, func(s *Slot) bool { _, ok := s.Consent(party); return ok }) {
		return nil
	}
	open := slices.DeleteFunc(offered, func(s *Slot) bool { _, ok := s.Position(party); return ok })
	slices.SortStableFunc(open, func(a, b *Slot) int {
		return a.DecisionEnds(r.Negotiation.Parties).Compare(b.DecisionEnds(r.Negotiation.Parties))
	})
	return open
}

// asking lists the proposals of others with a reply-by that await an answer of
// the party.
func (r *Round) asking(party PartyID, open []*Slot) []*Proposal {
	return slices.DeleteFunc(slices.Clone(r.Proposals), func(p *Proposal) bool {
		return !p.stands() || p.By == party || p.ReplyBy.IsZero() ||
			!slices.ContainsFunc(open, func(s *Slot) bool { return s.offeredBy(p.Number) })
	})
}

// nudges are when the party is to be reminded and has not been: two days before
// a reply-by, and two days before the decide-by of the first slot it has not
// answered. What was set later than that has none.
func (r *Round) nudges(party PartyID) []nudge {
	open := r.unanswered(party)
	if len(open) == 0 {
		return nil
	}
	var all []nudge
	for _, p := range r.asking(party, open) {
		ahead := p.ReplyBy
		ahead.Date = ahead.Date.Add(-remindedAhead)
		if at := ahead.Instant(); at.After(p.DeliveredAt) {
			all = append(all, nudge{at: at, ends: p.ReplyBy.Instant(), n: p.Number})
		}
	}
	first := open[0]
	at := civil.Midnight(first.DecideBy(r.Negotiation.Parties).Add(1-remindedAhead), first.Venue.Zone).UTC()
	if at.After(first.RevisedAt) {
		all = append(all, nudge{at: at, ends: first.DecisionEnds(r.Negotiation.Parties), slot: first.Label})
	}
	last, clock := r.Reminders[party].At, time.UTC
	if p := r.Negotiation.Party(party); p != nil && p.Zone != "" {
		clock = p.Zone.Location()
	}
	return slices.DeleteFunc(all, func(n nudge) bool {
		return !last.IsZero() && (!n.at.After(last) || civil.DateOf(n.at.In(clock)) == civil.DateOf(last.In(clock)))
	})
}

// overdue lists the proposals whose reply-by passed without an answer of the
// party, of which nobody has been told yet.
func (r *Round) overdue(party PartyID) []*Proposal {
	told := r.Reminders[party].Overdue
	return slices.DeleteFunc(r.asking(party, r.unanswered(party)), func(p *Proposal) bool {
		return p.LapsesAtReplyBy || !p.ReplyBy.Instant().After(told)
	})
}

// remind tells parties that have not answered, each alone, of a deadline that
// comes nearer; and their heads, with those who run the round, of one that has
// passed. It is for the clock alone: who acts is at work already.
func (r *Round) remind(now time.Time) {
	if !r.open() {
		return
	}
	late := map[int][]PartyID{}
	for _, party := range r.Negotiation.Required() {
		told := r.Reminders[party]
		due := slices.DeleteFunc(r.nudges(party), func(n nudge) bool { return now.Before(n.at) })
		if len(due) > 0 {
			told.At = now
		}
		due = slices.DeleteFunc(due, func(n nudge) bool { return !now.Before(n.ends) })
		if len(due) > 0 {
			first := slices.MinFunc(due, func(a, b nudge) int { return a.ends.Compare(b.ends) })
			e := Event{Kind: ReplyReminder, At: now, Party: party, Proposal: first.n, Scope: OwnParty}
			if s := r.Slot(first.slot); s != nil {
				e.Slot, e.SlotVersion = s.Label, s.Version
			}
			r.record(e)
		}
		for _, p := range r.overdue(party) {
			if now.Before(p.ReplyBy.Instant()) {
				continue
			}
			told.Overdue = now
			late[p.Number] = append(late[p.Number], party)
			r.record(Event{Kind: ReplyOverdue, At: now, Party: party, Proposal: p.Number, Scope: OwnParty})
		}
		if told != r.Reminders[party] {
			if r.Reminders == nil {
				r.Reminders = map[PartyID]Reminder{}
			}
			r.Reminders[party] = told
		}
	}
	for _, p := range r.Proposals {
		if parties := late[p.Number]; len(parties) > 0 && p.stands() {
			r.escalate(p, parties, now)
		}
	}
}

// escalate tells the neutral conveners and the chair whose reply has not come.
func (r *Round) escalate(p *Proposal, late []PartyID, now time.Time) {
	var offices []PartyID
	add := func(m Member) {
		if !m.Removed && !slices.Contains(offices, m.Party) {
			offices = append(offices, m.Party)
		}
	}
	for _, m := range r.Negotiation.Members {
		if m.Party == "" && m.Rights.Has(RightConvene) {
			add(m)
		}
	}
	for _, m := range r.Chairs() {
		add(m)
	}
	names := strings.Join(r.Negotiation.Names(late), ", ")
	for _, office := range offices {
		r.record(Event{
			Kind: ReplyOutstanding, At: now, Party: office, Proposal: p.Number, Scope: OwnParty,
			Text: Text{Body: names, Owner: office},
		})
	}
}

// remindersDue lists the instants at which the clock tells somebody.
func (r *Round) remindersDue() []time.Time {
	if !r.open() {
		return nil
	}
	var due []time.Time
	for _, party := range r.Negotiation.Required() {
		for _, n := range r.nudges(party) {
			due = append(due, n.at)
		}
		for _, p := range r.overdue(party) {
			due = append(due, p.ReplyBy.Instant())
		}
	}
	return due
}
