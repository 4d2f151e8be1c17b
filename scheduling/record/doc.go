// Package record is the record of a negotiation that its readers can check
// without trusting the server that keeps it.
//
// Every event becomes an entry in one log: in the shared log when all parties
// may know of it, otherwise in the log of the party that it belongs to (of the
// neutral staff, when it is no party's). An entry is numbered in its own log
// alone, so that no number and no size tells how much somebody else keeps to
// himself.
//
// # Bytes of an entry
//
// An entry is text in UTF-8, lines that each end with a line feed (0x0A). The
// first is "parley entry 1". Each further line is a name, one space, and a
// value, which may be empty:
//
//	seq           number in its log, from 0, decimal
//	round         number of the round, 0 for the negotiation as a whole
//	kind          what happened, as in scheduling.EventKind
//	at            instant in UTC, RFC 3339 with whole seconds: 2009-11-02T09:00:00Z
//	zone          IANA zone of the seat of the party, or UTC
//	party         identifier of the party for which it was done, or nothing
//	slot          label, or nothing
//	slot_version  decimal, 0 for none
//	proposal      number, 0 for none
//	version       of the proposal, 0 for none
//	sequence      of the meeting's calendar entry, 0 for none
//	digest        SHA-256 of a delivered paper in hexadecimal, or nothing
//
// in this order, then possibly lines of other names, which later versions of
// this program may add, and last one line for each part of the entry that not
// every reader gets, in the order who, level, text, evidence, note, people:
//
//	part.who HASH
//
// In values every byte below 0x21, the byte 0x7F and the percent sign are
// written as a percent sign and two upper-case hexadecimal digits.
//
// HASH is HMAC-SHA-256 in hexadecimal, lower case: its key is the salt of the
// part, 32 random bytes, and its message the name of the part, a line feed, and
// the body of the part. A part without content has an empty body and a salt all
// the same, so that a hash does not tell whether there is something behind it.
//
// # Heads
//
// The entries of a log are the leaves of a Merkle tree as in RFC 6962 section
// 2.1. A head is a note, signed with Ed25519 as golang.org/x/mod/sumdb/note
// says, whose text is three lines: "parley/", the identifier of the
// negotiation, "/" and the log; the number of entries; the root in base64.
//
// Who holds a head can tell whether a record that is shown later continues the
// one that was shown then: the first entries, as many as the head says, must
// give its root.
package record
