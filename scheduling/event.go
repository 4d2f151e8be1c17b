package scheduling

import (
	"slices"
	"time"
)

// EventKind names what happened. Stored as its text and never renamed.
type EventKind string

// What can happen, in a negotiation and in its rounds.
const (
	NegotiationOpened    EventKind = "negotiation_opened"
	NegotiationSuspended EventKind = "negotiation_suspended"
	NegotiationResumed   EventKind = "negotiation_resumed"
	NegotiationConcluded EventKind = "negotiation_concluded"
	MemberAdded          EventKind = "member_added"
	MemberChanged        EventKind = "member_changed"
	MemberRemoved        EventKind = "member_removed"
	MemberLinkAsked      EventKind = "member_link_asked" // by mail, to the address of Member
	MemberErased         EventKind = "member_erased"     // the particulars of Member are gone
	TextsErased          EventKind = "texts_erased"      // what people wrote is gone, by the rule of retention

	RoundOpened    EventKind = "round_opened"
	RoundStalled   EventKind = "round_stalled"
	RoundRevived   EventKind = "round_revived"
	RoundLapsed    EventKind = "round_lapsed"
	RoundCancelled EventKind = "round_cancelled"

	ProposalDrafted      EventKind = "proposal_drafted"
	ProposalDelivered    EventKind = "proposal_delivered"
	ProposalAmended      EventKind = "proposal_amended"
	ProposalHasWithdrawn EventKind = "proposal_withdrawn"
	ProposalHasLapsed    EventKind = "proposal_lapsed"
	ProposalDeclined     EventKind = "proposal_declined"
	DeliveryRecorded     EventKind = "delivery_recorded"

	SlotChanged   EventKind = "slot_changed"
	SlotLapsed    EventKind = "slot_expired"
	SlotReoffered EventKind = "slot_reoffered"
	RoomChanged   EventKind = "room_changed"

	RoomAsked         EventKind = "room_asked"
	RoomHeld          EventKind = "room_held"        // until an instant
	RoomHeldSecond    EventKind = "room_held_second" // behind another use of the room
	RoomRefused       EventKind = "room_refused"
	RoomBooked        EventKind = "room_booked"
	RoomReleased      EventKind = "room_released"
	RoomHoldExpired   EventKind = "room_hold_expired"
	RoomOverridden    EventKind = "room_overridden" // taken beside another use; the staff's own
	RoomNeeded        EventKind = "room_needed"     // no slot is confirmed without a room any more
	RoomNotNeeded     EventKind = "room_not_needed"
	ConferenceChanged EventKind = "conference_changed"

	PositionTaken      EventKind = "position_taken"
	PositionsSealed    EventKind = "positions_sealed"   // Digest is the commitment
	PositionsResealed  EventKind = "positions_resealed" // in place of what was sealed before
	SealStale          EventKind = "seal_stale"         // the dates have changed; the party is to answer again
	SealsOpened        EventKind = "seals_opened"
	SealsCompared      EventKind = "seals_compared"  // and not opened; Slot is the date that suits all
	SealsDestroyed     EventKind = "seals_destroyed" // unopened
	SealsRead          EventKind = "seals_read"      // by a mediator
	ConditionWasMet    EventKind = "condition_met"
	ConditionWasFailed EventKind = "condition_failed"
	BlockersAsked      EventKind = "blockers_asked"        // for the party that asks: Text.Named are those asked
	ReconsiderAsked    EventKind = "reconsideration_asked" // for a party that is asked, and no other
	ConsentGiven       EventKind = "consent_given"
	ConsentWithdrawn   EventKind = "consent_withdrawn"

	MeetingConfirmed    EventKind = "meeting_confirmed"
	MeetingRescheduled  EventKind = "meeting_rescheduled"
	MeetingChanged      EventKind = "meeting_changed"
	MeetingSineDie      EventKind = "meeting_postponed"
	MeetingWasHeld      EventKind = "meeting_held"
	MeetingFaded        EventKind = "meeting_faded" // cancelled long ago; feeds have dropped it
	ChangeProposed      EventKind = "change_proposed"
	ChangeDropped       EventKind = "change_dropped"
	PostponementAsked   EventKind = "postponement_asked"
	PostponementAgreed  EventKind = "postponement_agreed" // by one party more, and not yet by all
	PostponementRefused EventKind = "postponement_refused"
	MemberInvited       EventKind = "member_invited"
	MemberUninvited     EventKind = "member_uninvited"
	ReleaseProposed     EventKind = "release_proposed"
	ReleasedToPublic    EventKind = "released_to_public"
	ObjectionMade       EventKind = "objection_made"
	ClashOverridden     EventKind = "clash_overridden" // of the party's own engagements, and known to it alone

	ConsentGivenAdReferendum EventKind = "consent_ad_referendum"
	ConsentApproved          EventKind = "consent_approved" // one ad referendum is full now
	ApprovalRefused          EventKind = "approval_refused"
	ConsentLapsed            EventKind = "consent_lapsed" // nobody approved it in time
	RoundAgreedAdReferendum  EventKind = "round_agreed_ad_referendum"
	FirmOfferMade            EventKind = "firm_offer_made"
	FirmOfferEnded           EventKind = "firm_offer_ended"

	ReplyReminder    EventKind = "reply_reminder"    // a deadline comes near; to the party that has not answered
	ReplyOverdue     EventKind = "reply_overdue"     // the reply-by passed; to the head of that party
	ReplyOutstanding EventKind = "reply_outstanding" // the same to who runs the round; Text names the parties

	ChairNamed        EventKind = "chair_named" // a member of Party may preside from now on
	ChairLeft         EventKind = "chair_left"
	MediatorNamed     EventKind = "mediator_named"
	MediatorLeft      EventKind = "mediator_left"
	DateDecided       EventKind = "date_decided"     // by the chair after consultation; Text is the reasons
	RuleAccepted      EventKind = "rule_accepted"    // the party's silence counts in this round
	SilenceProposed   EventKind = "silence_proposed" // a slot is adopted unless somebody objects
	SilenceBroken     EventKind = "silence_broken"   // by a party's objection
	SilenceEnded      EventKind = "silence_ended"    // the slot was changed or withdrawn, or the talks suspended
	SilenceAdopted    EventKind = "silence_adopted"
	TacitConsent      EventKind = "consent_tacit"
	RuleProposed      EventKind = "rule_proposed"
	RuleAgreed        EventKind = "rule_agreed" // by one party more
	RuleRefused       EventKind = "rule_refused"
	RuleChangeDropped EventKind = "rule_change_dropped"
	RuleChanged       EventKind = "rule_changed"
)

// An Event is one thing that happened: who, for which party, when, what, and
// against which version. The history is the list of events and nothing else;
// it only grows. Fields that a kind does not need are zero.
type Event struct {
	Kind        EventKind
	At          time.Time
	By          MemberID // "" is the clock
	Party       PartyID  // for which By acted
	Scope       Scope    // who may know that it happened: OwnParty or AllParties
	Slot        Label
	SlotVersion int
	Level       Level
	Proposal    int // number
	Version     int // of the proposal
	Sequence    int // of the meeting's calendar entry
	Member      MemberID
	Invited     []MemberID // whose calendars are to be told
	Text        Text       // with an audience of its own
	Evidence    *Evidence  // set when By reported for Party
	Digest      string     // SHA-256 of a delivered paper, or commitment to a sealed answer
}

// Visible reports whether to may know that e happened.
func (e Event) Visible(to Audience) bool {
	return !to.Outside && (e.Scope == AllParties || e.Scope == Public || e.Party == to.Party)
}

// shared reports whether any of events is known to more than one party.
func shared(events []Event) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.Scope != OwnParty })
}

// Shared reports whether what happened since the events were last taken is
// known to more than one party, so that the common revision must rise.
func (r *Round) Shared() bool { return shared(r.events) }

// Shared reports whether what happened since the events were last taken is
// known to more than one party, so that the common revision must rise.
func (n *Negotiation) Shared() bool { return shared(n.events) }
