package scheduling

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"time"
)

// MeetingStatus is where a meeting stands. Stored and sent as its text.
type MeetingStatus string

// The statuses of a meeting.
const (
	MeetingFixed     MeetingStatus = "confirmed"
	MeetingPostponed MeetingStatus = "postponed" // sine die: no date, same identity
	MeetingCancelled MeetingStatus = "cancelled"
	MeetingHeld      MeetingStatus = "held"
)

// CancelledShown is how long a cancelled meeting stays in feeds as cancelled.
const CancelledShown = 90 * 24 * time.Hour

// A Meeting is what a confirmed slot becomes: one identity in every calendar
// for the whole life of the round. In RFC 5545 terms UID and Sequence are UID
// and SEQUENCE; only its round changes them.
type Meeting struct {
	UID           string
	Sequence      int // starts at 0 and rises with every change that is sent
	Status        MeetingStatus
	Slot          Label // the date in force, or the last one when there is none
	SlotVersion   int
	ChangePending bool // another date is being agreed; this one stays in force
	Room          string
	Link          string // address for remote participation, https
	ConfirmedAt   time.Time
	ConfirmedBy   MemberID
	RevisedAt     time.Time  // of the last change, for LAST-MODIFIED
	Invited       []MemberID // who has been sent an invitation and not been uninvited
	Faded         bool       // cancelled so long ago that feeds have dropped it
}

func (m *Meeting) fix(s *Slot, a Act, invited []MemberID) {
	m.Status, m.Slot, m.SlotVersion, m.ChangePending = MeetingFixed, s.Label, s.Version, false
	m.Room = s.Room
	m.ConfirmedAt, m.ConfirmedBy, m.RevisedAt = a.At, a.By, a.At
	m.Invited = invited
}

func (m *Meeting) cancel(now time.Time) {
	m.Status, m.ChangePending, m.RevisedAt = MeetingCancelled, false, now
	m.Sequence++
}

// Has reports whether the member has an invitation by mail that stands.
func (m *Meeting) Has(id MemberID) bool { return slices.Contains(m.Invited, id) }

// dismiss hands over who has to be told that the meeting is off, once.
func (m *Meeting) dismiss() []MemberID {
	invited := m.Invited
	m.Invited = nil
	return invited
}

// fades reports whether feeds still show the meeting as cancelled, and will
// drop it.
func (m *Meeting) fades() bool { return m.Status == MeetingCancelled && !m.Faded }

// A Postponement is a party's request to give up the date without a new one.
type Postponement struct {
	By     PartyID
	At     time.Time
	Reason Text
	Agreed []PartyID
}

// A Release is a sentence that the public may read once every required party
// has agreed to it, in these words, for this date.
type Release struct {
	Text        string // "Talks, Geneva, 19 November 2026"
	Slot        Label
	SlotVersion int
	By          PartyID
	At          time.Time
	Agreed      []PartyID
}

// Public is what the public may be told: the release that stands, or nil.
func (r *Round) Public() *Release {
	rel := r.Release
	if rel == nil || r.Meeting == nil || r.Meeting.Status != MeetingFixed && r.Meeting.Status != MeetingHeld ||
		rel.Slot != r.Meeting.Slot || rel.SlotVersion != r.Meeting.SlotVersion || !r.unanimous(rel.Agreed) {
		return nil
	}
	return rel
}

func (r *Round) unanimous(agreed []PartyID) bool {
	return !slices.ContainsFunc(r.Negotiation.Required(), func(p PartyID) bool { return !slices.Contains(agreed, p) })
}

// ReleaseToPublic proposes the words that the public may read, or agrees to
// those that are proposed. Other words replace them and need agreement anew.
func (r *Round) ReleaseToPublic(a Act, text string) error {
	party, err := r.speaker(a, RightConsent)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	switch {
	case r.Status != Confirmed:
		return refuse(ErrConflict, "not_confirmed")
	case text == "":
		return refuse(ErrInvalid, "release_empty").at("text")
	case len([]rune(text)) > MaxNote:
		return refuse(ErrInvalid, "release_too_long").at("text")
	}
	m := r.Meeting
	if rel := r.Release; rel == nil || rel.Text != text || rel.Slot != m.Slot || rel.SlotVersion != m.SlotVersion {
		r.Release = &Release{Text: text, Slot: m.Slot, SlotVersion: m.SlotVersion, By: party, At: a.At}
	}
	if slices.Contains(r.Release.Agreed, party) {
		return nil
	}
	r.Release.Agreed = append(r.Release.Agreed, party)
	kind := ReleaseProposed
	if r.Public() != nil {
		kind, r.Release.At = ReleasedToPublic, a.At
	}
	r.record(Event{
		Kind: kind, At: a.At, By: a.By, Party: party, Slot: m.Slot, SlotVersion: m.SlotVersion,
		Text: Text{Body: text, Owner: party, Scope: AllParties}, Evidence: a.Evidence, Scope: AllParties,
	})
	return nil
}

// pend opens a change of date. The old one stays in force until a new slot is
// confirmed.
func (r *Round) pend(a Act, party PartyID) {
	if r.Meeting.ChangePending {
		return
	}
	r.Meeting.ChangePending = true
	r.record(Event{Kind: ChangeProposed, At: a.At, By: a.By, Party: party, Slot: r.Meeting.Slot, Scope: AllParties})
}

// AbandonChange ends a change of date that was being agreed: what was offered
// for it is released, and the date in force stays.
func (r *Round) AbandonChange(a Act) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	if r.Status != Confirmed || !r.Meeting.ChangePending {
		return refuse(ErrConflict, "no_change_pending")
	}
	for _, s := range r.Slots {
		if s.Status == Offered {
			s.Status = Released
		}
	}
	r.Meeting.ChangePending = false
	r.record(Event{Kind: ChangeDropped, At: a.At, By: a.By, Party: m.Party, Slot: r.Meeting.Slot, Scope: AllParties})
	r.hush(a.At)
	return nil
}

// ChangeMeeting changes the room or the link of a meeting that stands. It
// needs no new consent, and an update goes to everybody invited.
func (r *Round) ChangeMeeting(a Act, room, link string) error {
	m, err := r.deliverer(a)
	if err != nil {
		return err
	}
	switch {
	case r.Status != Confirmed:
		return refuse(ErrConflict, "not_confirmed")
	case link != "" && !secure(link):
		return refuse(ErrInvalid, "link_not_https").at("link")
	case room == r.Meeting.Room && link == r.Meeting.Link:
		return nil
	}
	r.Meeting.Room, r.Meeting.Link, r.Meeting.RevisedAt = room, link, a.At
	r.Meeting.Sequence++
	r.record(Event{
		Kind: MeetingChanged, At: a.At, By: a.By, Party: m.Party, Slot: r.Meeting.Slot,
		SlotVersion: r.Meeting.SlotVersion, Sequence: r.Meeting.Sequence, Invited: r.Meeting.Invited, Scope: AllParties,
	})
	return nil
}

// secure reports whether link is a whole address of a page over TLS.
func secure(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Scheme == "https" && u.Host != "" && !strings.ContainsAny(link, " \t\n\r\"<>")
}

// Postpone gives the date up without a new one. It takes the agreement that the
// rule demands for a date, each party by its own act, unless the rule lets the
// convener do it alone; until then the date stays in force.
func (r *Round) Postpone(a Act, reason Text) error {
	party, alone, err := r.postponer(a)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	if r.Status != Confirmed {
		return refuse(ErrConflict, "not_confirmed")
	}
	if r.Postponement == nil {
		reason.Owner = party
		r.Postponement = &Postponement{By: party, At: a.At, Reason: reason}
	}
	if slices.Contains(r.Postponement.Agreed, party) && !alone {
		return nil
	}
	r.Postponement.Agreed = append(r.Postponement.Agreed, party)
	if !alone && !r.agreed(r.Postponement.Agreed) {
		e := Event{Kind: PostponementAgreed, At: a.At, By: a.By, Party: party, Slot: r.Meeting.Slot, Evidence: a.Evidence, Scope: AllParties}
		if party == r.Postponement.By {
			e.Kind, e.Text = PostponementAsked, r.Postponement.Reason
		}
		r.record(e)
		return nil
	}
	text := r.Postponement.Reason
	for _, s := range r.Slots {
		switch s.Status {
		case SlotConfirmed:
			s.Status = Vacated
		case Offered: // a change of date that was pending goes on
		case Expired, Withdrawn, Released, Vacated:
		}
	}
	if !r.Deadline.IsZero() && !a.At.Before(r.Deadline.Instant()) {
		r.Deadline = Deadline{} // it was kept, and does not end the round now
	}
	r.Status, r.Postponed, r.Postponement, r.Release = OnTheTable, true, nil, nil
	r.Meeting.Status, r.Meeting.ChangePending, r.Meeting.RevisedAt = MeetingPostponed, false, a.At
	r.Meeting.Sequence++
	r.record(Event{
		Kind: MeetingSineDie, At: a.At, By: a.By, Party: party, Slot: r.Meeting.Slot, SlotVersion: r.Meeting.SlotVersion,
		Sequence: r.Meeting.Sequence, Text: text, Evidence: a.Evidence, Invited: r.Meeting.dismiss(), Scope: AllParties,
	})
	r.settle(a.At)
	return nil
}

// postponer is the party that asks for a postponement, and whether it can
// decide on it alone.
func (r *Round) postponer(a Act) (party PartyID, alone bool, err error) {
	if r.chairDecides(a) {
		return r.Negotiation.partyOf(a.By), true, nil
	}
	alone = r.Rule.ConvenerPostpones
	if m, err := r.convener(a.By); alone && err == nil && m.Party == "" && r.Convener == "" && a.For == "" {
		return "", true, nil // neutral staff, who consent to nothing otherwise
	}
	party, err = r.speaker(a, RightConsent)
	return party, alone && party == r.Convener, err
}

// RefusePostponement drops a request for postponement: its author takes it
// back, or another party does not agree.
func (r *Round) RefusePostponement(a Act) error {
	party, err := r.speaker(a, RightConsent)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	if r.Postponement == nil {
		return refuse(ErrConflict, "no_postponement_asked")
	}
	r.Postponement = nil
	r.record(Event{Kind: PostponementRefused, At: a.At, By: a.By, Party: party, Slot: r.Meeting.Slot, Evidence: a.Evidence, Scope: AllParties})
	return nil
}

// MarkHeld records that the meeting took place, after the end of its last
// session. It is final.
func (r *Round) MarkHeld(a Act) error {
	m, err := r.convener(a.By)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	s := r.Confirmed()
	switch {
	case r.Status != Confirmed || s == nil:
		return refuse(ErrConflict, "not_confirmed")
	case a.At.Before(s.End()):
		return refuse(ErrConflict, "not_over_yet")
	}
	for _, other := range r.Slots {
		if other.Status == Offered {
			other.Status = Released
		}
	}
	r.Status, r.Meeting.Status, r.Meeting.ChangePending, r.Postponement = Held, MeetingHeld, false, nil
	r.RuleChange = nil
	r.hush(a.At)
	r.record(Event{Kind: MeetingWasHeld, At: a.At, By: a.By, Party: m.Party, Slot: s.Label, SlotVersion: s.Version, Scope: AllParties})
	return nil
}

// UpdateInvited brings the invitations in line with the members: who has
// joined or now wants them is invited to a meeting that stands, and who has
// been removed or wants none any more is uninvited.
//
// What goes to these people alone is one ahead of the meeting's sequence, so
// that calendars heed it. The meeting's own stays, since all parties can see
// it, and who is whose member is not theirs to know.
func (r *Round) UpdateInvited(a Act) {
	if r.Status != Confirmed {
		return
	}
	before := r.Meeting.Invited
	wanting := r.wanting()
	r.uninvite(a, before, wanting, r.Meeting.Sequence+1)
	for _, id := range wanting {
		if !slices.Contains(before, id) {
			r.tell(a, MemberInvited, id, r.Meeting.Sequence+1)
		}
	}
	r.Meeting.Invited = wanting
}

// uninvite tells those who have been invited and are no longer to be that the
// meeting is off for them.
func (r *Round) uninvite(a Act, before, wanting []MemberID, sequence int) {
	for _, id := range before {
		if !slices.Contains(wanting, id) {
			r.tell(a, MemberUninvited, id, sequence)
		}
	}
}

// tell records that the invitation of one member comes or goes.
func (r *Round) tell(a Act, kind EventKind, id MemberID, sequence int) {
	r.record(Event{
		Kind: kind, At: a.At, By: a.By, Party: r.Negotiation.partyOf(id), Member: id,
		Slot: r.Meeting.Slot, SlotVersion: r.Meeting.SlotVersion, Sequence: sequence,
		Invited: []MemberID{id}, Scope: OwnParty,
	})
}

// derivedUID is an identity that follows one way from another.
func derivedUID(uid, purpose, name string) string {
	sum := sha256.Sum256([]byte(purpose + "\x00" + uid + "\x00" + name))
	return purpose + "-" + hex.EncodeToString(sum[:16])
}
