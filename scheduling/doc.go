// Package scheduling is what a negotiation is: parties that must agree on one
// date and place, and the rules by which they do. It is pure: no input or
// output, no clock, no logger. Whoever calls it says what time it is.
//
// The vocabulary, with its counterpart in iCalendar where there is one:
//
// A [Negotiation] is a continuing matter between two or more parties. It holds
// parties, members and rounds.
//
// A [Party] is a side whose consent counts, or an observer. A [Member] is a
// person who acts for it (ATTENDEE, once invited); the neutral staff have no
// party and never consent.
//
// A [Round] is one planned meeting for which one date and venue must be fixed.
// It is the aggregate: every change to it is one of its methods, and one
// transaction.
//
// A [Proposal] is a versioned offer put to the other side. Its [Option]s each
// name a [Venue] with date windows; one is preferred, the others alternatives.
// The copy that was delivered is a frozen [Paper].
//
// A [Slot] is a concrete venue, days and hours that follow from an option
// (VEVENT with STATUS:TENTATIVE in feeds). Its [Label] is stable in the round;
// its version rises with every material change.
//
// A [Position] is what a party says of a slot: preferred, available, if need
// be, not possible. It informs and does not bind.
//
// A [Consent] binds one party to one version of one slot.
//
// Confirmation fixes the slot to which all required parties have consented. It
// makes the [Meeting] (VEVENT with STATUS:CONFIRMED), whose UID and SEQUENCE
// live as long as the round, through rescheduling, postponement and
// cancellation.
//
// An answer of a party that does not use the system is reported: recorded by
// somebody else with [Evidence], and shown as reported wherever it appears.
//
// A [KeyPerson] is somebody without whom a party will not meet. Where such a
// person is committed stands in the [Diary] of the party, which nobody else sees;
// what the party cannot keep beside a slot is a [Clash], and only a [Presence]
// is told to others.
//
// Every [Text] has an audience, and the default is its author's own party.
// What happened is an [Event]; the history is the list of events.
package scheduling
