package scheduling

import (
	"slices"
	"time"

	"parley/scheduling/civil"
)

// SlotStatus is where a slot stands. Stored and sent as its text.
type SlotStatus string

// The statuses of a slot.
const (
	Offered       SlotStatus = "offered"
	Expired       SlotStatus = "expired"   // its decide-by has passed
	Withdrawn     SlotStatus = "withdrawn" // nobody offers it any more
	SlotConfirmed SlotStatus = "confirmed"
	Released      SlotStatus = "released" // another slot of the round was confirmed
	Vacated       SlotStatus = "vacated"  // it was confirmed; the meeting moved, was postponed or cancelled
)

// slotMoves is the state table of a slot. Whatever left the table comes back
// only by being offered again, which makes a new version.
var slotMoves = map[SlotStatus][]SlotStatus{
	Offered:       {Expired, Withdrawn, SlotConfirmed, Released},
	Expired:       {Offered},
	Withdrawn:     {Offered},
	SlotConfirmed: {Vacated},
	Released:      {Offered},
	Vacated:       {Offered},
}

// MayBecome reports whether a slot may move from s to next.
func (s SlotStatus) MayBecome(next SlotStatus) bool { return slices.Contains(slotMoves[s], next) }

// A Source is an option of a proposal that a slot comes from, or a party that
// has offered the slot again by itself.
type Source struct {
	Proposal int     // its number in the round; 0 is none
	Option   int     // index in the proposal's terms
	By       PartyID // who offered the slot again, when there is no Proposal
}

// A Slot is one concrete (venue, days, hours) on the table of a round. Its
// local times at the venue are the truth; instants are derived from them.
type Slot struct {
	Candidate
	Label      Label
	Version    int // starts at 1; a material change raises it and voids what was said before
	Status     SlotStatus
	NoticeDays int
	Room       string    // within the venue; no part of what is consented to
	RevisedAt  time.Time // of the last change to what is offered
	Offers     []Source
	Positions  map[PartyID]Position
	Consents   map[PartyID]Consent
	Hold       *Hold // of a room, or what remains of one; nil when there was none
}

// Position is what a party says of the slot as it now is. What it said of an
// earlier version is stale and counts as no answer.
func (s *Slot) Position(p PartyID) (Position, bool) {
	pos, ok := s.Positions[p]
	return pos, ok && pos.SlotVersion == s.Version
}

// Consent is a party's consent to the slot as it now is.
func (s *Slot) Consent(p PartyID) (Consent, bool) {
	c, ok := s.Consents[p]
	return c, ok && c.SlotVersion == s.Version
}

// DecideBy is the last local date at the venue on which the slot can be
// confirmed: the first day less the longer of the notice and the visa lead
// times of the given parties for the venue's country.
func (s *Slot) DecideBy(parties []Party) civil.Date {
	leads := make([]int, 0, len(parties))
	for _, p := range parties {
		if p.Role == RoleRequired {
			leads = append(leads, p.VisaDays[s.Venue.Country])
		}
	}
	return DecideBy(s.Days[0], s.NoticeDays, leads...)
}

// DecisionEnds is the instant from which the slot cannot be confirmed any
// more: midnight at the venue after decide-by, or its own start if that is
// earlier, since a slot that has begun is past deciding.
func (s *Slot) DecisionEnds(parties []Party) time.Time {
	end := civil.Midnight(s.DecideBy(parties).Add(1), s.Venue.Zone)
	if start := s.Start(); start.Before(end) {
		return start.UTC()
	}
	return end.UTC()
}

// offeredBy reports whether the slot stands in the numbered proposal.
func (s *Slot) offeredBy(number int) bool {
	return slices.ContainsFunc(s.Offers, func(o Source) bool { return o.Proposal == number })
}

// renew puts the slot on the table as a new version: all positions become
// stale and all consents void, which follows from the version alone.
func (s *Slot) renew(now time.Time) {
	s.Version++
	s.Status, s.RevisedAt = Offered, now
}
