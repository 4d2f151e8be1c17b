package scheduling

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"parley/scheduling/civil"
)

// offer puts one candidate on the table: as a new slot, as a further source of
// a slot that is there, or as a new version of one that had left.
func (r *Round) offer(a Act, p *Proposal, cand Candidate) {
	s := r.find(cand)
	if s == nil {
		s = &Slot{
			Candidate: cand, Label: r.nextLabel(cand.Venue.Name), Version: 1, Status: Offered, RevisedAt: a.At,
			NoticeDays: p.Terms.NoticeDays, Offers: sources(p, cand),
			Positions: map[PartyID]Position{}, Consents: map[PartyID]Consent{},
		}
		r.Slots = append(r.Slots, s)
		r.imply(a, p.By, s)
		return
	}
	switch s.Status {
	case SlotConfirmed:
		return
	case Offered:
		if len(s.Offers) == 0 { // by p alone, so that p orders it
			s.Order, s.Option, s.Sources = cand.Order, cand.Option, cand.Sources
		}
		s.NoticeDays = max(s.NoticeDays, p.Terms.NoticeDays)
		s.Offers = append(s.Offers, sources(p, cand)...)
	case Expired, Withdrawn, Released, Vacated:
		s.Order, s.Option, s.Sources = cand.Order, cand.Option, cand.Sources
		s.NoticeDays, s.Offers = p.Terms.NoticeDays, sources(p, cand)
		s.renew(a.At)
	}
	r.imply(a, p.By, s)
}

// is reports whether cand is the slot: at the same venue, days and times, in
// the same format, and in the same place or none in particular.
func (s *Slot) is(cand Candidate) bool {
	return s.Candidate.Same(cand) && s.Format == cand.Format &&
		(s.Venue.Place == cand.Venue.Place || cand.Venue.Place == "")
}

// find is the slot that cand is, or nil; of several, the one in its very place.
func (r *Round) find(cand Candidate) *Slot {
	var found *Slot
	for _, s := range r.Slots {
		if s.is(cand) && (found == nil || s.Venue.Place == cand.Venue.Place) {
			found = s
		}
	}
	return found
}

func sources(p *Proposal, cand Candidate) []Source {
	list := make([]Source, 0, len(cand.Sources))
	for _, option := range cand.Sources {
		list = append(list, Source{Proposal: p.Number, Option: option})
	}
	return list
}

// replace puts on the table what a new version of a proposal offers, and takes
// off what the version before it alone had offered.
//
// What is the same keeps its version. Other hours, format or place on the same
// days change the slot under its old label, unless another proposal holds on
// to it as it was; all else is a new slot.
func (r *Round) replace(a Act, p *Proposal, candidates []Candidate) {
	var before []*Slot
	for _, s := range r.Slots {
		if s.offeredBy(p.Number) {
			before = append(before, s)
		}
	}
	r.forsake(p.Number)
	take := func(match func(*Slot) bool) *Slot {
		i := slices.IndexFunc(before, match)
		if i < 0 {
			return nil
		}
		s := before[i]
		before = slices.Delete(before, i, i+1)
		return s
	}
	var changed []Candidate
	for _, cand := range candidates {
		same := r.find(cand)
		if same == nil || len(same.Offers) == 0 && slices.Contains(before, same) && same.Venue.Place != cand.Venue.Place {
			changed = append(changed, cand)
			continue
		}
		take(func(s *Slot) bool { return s == same })
		r.offer(a, p, cand)
	}
	for _, cand := range changed {
		altered := func(s *Slot) bool {
			return len(s.Offers) == 0 && s.Venue.Name == cand.Venue.Name && slices.Equal(s.Days, cand.Days)
		}
		s := take(func(s *Slot) bool { return s.Status == Offered && altered(s) })
		if s == nil {
			s = take(altered)
		}
		if s == nil {
			r.offer(a, p, cand)
			continue
		}
		s.NoticeDays, s.Offers = p.Terms.NoticeDays, sources(p, cand)
		r.alter(a, s, cand)
	}
	r.sweep()
}

// imply states the position that a party's own offer implies, unless it has
// stated one of its own.
func (r *Round) imply(a Act, party PartyID, s *Slot) {
	if r.Sealing() {
		return // it would look like an answer; see implyAll
	}
	level := LevelAvailable
	if s.Order == OrderPreferred {
		level = LevelPreferred
	}
	old, stated := s.Position(party)
	if party == "" || stated && (!old.Implied || old.Level == level) {
		return
	}
	s.Positions[party] = Position{
		Level: level, SlotVersion: s.Version, By: a.By, At: a.At, Implied: true, Reason: Text{Owner: party},
	}
}

// alter gives a slot new terms under its old label. That is a material change:
// the version rises, and with it every position goes stale and every consent
// is void.
func (r *Round) alter(a Act, s *Slot, cand Candidate) {
	before, held := s.Candidate, s.Standing()
	s.Candidate = cand
	s.renew(a.At)
	r.recheck(a, s, held, before)
	r.imply(a, r.Negotiation.partyOf(a.By), s)
	r.record(Event{Kind: SlotChanged, At: a.At, By: a.By, Party: r.Negotiation.partyOf(a.By), Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
}

// retract takes the slots of a proposal off the table unless another offers them.
func (r *Round) retract(number int) {
	r.forsake(number)
	r.sweep()
	r.loosen()
}

// forsake takes a proposal from the sources of all slots.
func (r *Round) forsake(number int) {
	for _, s := range r.Slots {
		s.Offers = slices.DeleteFunc(s.Offers, func(o Source) bool { return o.Proposal == number && number > 0 })
	}
}

// offers reports whether the slot stands in an offer of the party.
func (r *Round) offers(party PartyID, s *Slot) bool {
	return slices.ContainsFunc(s.Offers, func(o Source) bool { return r.offerer(o) == party })
}

// offerer is the party that offers a slot through o.
func (r *Round) offerer(o Source) PartyID {
	if p := r.Proposal(o.Proposal); p != nil {
		return p.By
	}
	return o.By
}

// sweep withdraws what is on the table and offered by nobody. A position that
// followed from an offer goes with it, where others still offer the slot.
func (r *Round) sweep() {
	for _, s := range r.Slots {
		if s.Status != Offered {
			continue
		}
		if len(s.Offers) == 0 {
			s.Status = Withdrawn
			continue
		}
		maps.DeleteFunc(s.Positions, func(party PartyID, p Position) bool {
			return p.Implied && p.SlotVersion == s.Version && !r.offers(party, s)
		})
	}
}

// orders lists the orders of options, first to last.
var orders = []Order{OrderPreferred, OrderAlternative}

// nextLabel is a label that no slot of the round has or had.
func (r *Round) nextLabel(venue string) Label {
	var labels Labels
	for _, s := range r.Slots {
		labels.Use(s.Label, s.Venue.Name)
	}
	return labels.Next(venue)
}

// order keeps slots as the papers list them: preferred options before
// alternatives, options in their order, then by start, end and venue.
func (r *Round) order() {
	slices.SortStableFunc(r.Slots, func(a, b *Slot) int {
		return cmp.Or(
			cmp.Compare(slices.Index(orders, a.Order), slices.Index(orders, b.Order)),
			cmp.Compare(a.Option, b.Option),
			a.Start().Compare(b.Start()),
			a.End().Compare(b.End()),
			cmp.Compare(a.Venue.Name, b.Venue.Name),
			cmp.Compare(a.Label, b.Label),
		)
	})
}

// SlotTerms are what the party that offers a slot may change about it.
type SlotTerms struct {
	Hours  civil.Span // zero keeps a slot that has days only as it is
	Place  string
	Format Format // "" keeps the one it has
	Room   string
}

// ChangeSlot changes one slot that the actor's party offers. New hours, another
// place or format make a new version, which voids what was said of the old; a
// new room within the venue does not. Where another party offers the slot as
// well, that offer stands, and the change makes a slot of its own.
func (r *Round) ChangeSlot(a Act, label Label, version int, t SlotTerms) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	s := r.Slot(label)
	switch {
	case s == nil:
		return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	case !r.offers(m.Party, s):
		return refuse(ErrForbidden, "not_your_slot", "slot", string(label))
	}
	if err := r.agreeable(s, version); err != nil {
		return err
	}
	next, err := r.changed(s, t, a.At)
	if err != nil {
		return err
	}
	if t.Room != s.Room {
		s.Room, s.RevisedAt = t.Room, a.At
		r.record(Event{Kind: RoomChanged, At: a.At, By: a.By, Party: m.Party, Slot: label, SlotVersion: s.Version, Scope: AllParties})
	}
	if next.Same(s.Candidate) && next.Venue.Place == s.Venue.Place && next.Format == s.Format {
		return nil
	}
	r.alter(a, r.split(m.Party, s), next)
	r.sweep()
	r.firm(a, m.Party)
	r.loosen()
	r.order()
	r.settle(a.At)
	return nil
}

// changed is the slot under new terms, or why it cannot be.
func (r *Round) changed(s *Slot, t SlotTerms, now time.Time) (Candidate, error) {
	next := s.Candidate
	next.Venue.Place, next.Format = t.Place, cmp.Or(t.Format, s.Format)
	switch next.Format {
	case InPerson, Remote, Hybrid:
	default:
		return next, refuse(ErrInvalid, "format_unknown").at("format")
	}
	if !s.DateOnly || t.Hours != (civil.Span{}) {
		next.Hours, next.DateOnly = t.Hours, false
		if !t.Hours.Valid() {
			return next, refuse(ErrInvalid, "hours_invalid").at("hours")
		}
		for _, d := range next.Days {
			for _, t := range []civil.TimeOfDay{next.Hours.From, next.Hours.To} {
				if _, err := civil.Instant(d, t, next.Venue.Zone, next.Which); err != nil {
					return next, refuse(ErrInvalid, "hours_do_not_exist", "date", d.String(), "time", t.String()).at("hours")
				}
			}
		}
	}
	then := Slot{Candidate: next, NoticeDays: s.NoticeDays}
	switch {
	case slices.ContainsFunc(r.Slots, func(o *Slot) bool { return o != s && o.is(next) }):
		return next, refuse(ErrConflict, "slot_twice").at("hours")
	case !now.Before(then.DecisionEnds(r.Negotiation.Parties)):
		return next, refuse(ErrConflict, "slot_expired", "slot", string(s.Label), "date", then.DecideBy(r.Negotiation.Parties).String()).at("hours")
	}
	return next, nil
}

// split is the slot with the party's own offers alone: s itself, or a new slot
// where others offer s too and go on doing so.
func (r *Round) split(party PartyID, s *Slot) *Slot {
	others := slices.DeleteFunc(slices.Clone(s.Offers), func(o Source) bool { return r.offerer(o) == party })
	if len(others) == 0 {
		return s
	}
	own := &Slot{
		Candidate: s.Candidate, Label: r.nextLabel(s.Venue.Name), Room: s.Room, NoticeDays: s.NoticeDays,
		Offers:    slices.DeleteFunc(s.Offers, func(o Source) bool { return r.offerer(o) != party }),
		Positions: map[PartyID]Position{}, Consents: map[PartyID]Consent{},
	}
	s.Offers = others
	r.Slots = append(r.Slots, own)
	return own
}

// Reoffer puts slots that had left the table back on it, as new versions. With
// a confirmed date in force it opens a change of date.
func (r *Round) Reoffer(a Act, labels []Label) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	if r.Status == Preparing || len(labels) == 0 {
		return refuse(ErrInvalid, "slots_missing").at("slots")
	}
	var slots []*Slot
	for _, label := range labels {
		s := r.Slot(label)
		switch {
		case s == nil:
			return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
		case !s.Status.MayBecome(Offered) || slices.Contains(slots, s):
			return refuse(ErrConflict, "slot_on_the_table", "slot", string(label)).at("slots")
		case !a.At.Before(s.DecisionEnds(r.Negotiation.Parties)):
			return refuse(ErrConflict, "slot_expired", "slot", string(label), "date", s.DecideBy(r.Negotiation.Parties).String()).at("slots")
		}
		slots = append(slots, s)
	}
	if r.Status == Confirmed {
		r.pend(a, m.Party)
	}
	for _, s := range slots {
		s.renew(a.At)
		if !r.offers(m.Party, s) {
			s.Offers = append(s.Offers, Source{By: m.Party})
		}
		r.imply(a, m.Party, s)
		r.record(Event{Kind: SlotReoffered, At: a.At, By: a.By, Party: m.Party, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	}
	r.settle(a.At)
	return nil
}
