package scheduling

import (
	"slices"
	"strings"

	"parley/scheduling/civil"
)

type (
	// PartyID names a party within its negotiation. "" is no party: the
	// neutral staff (secretariat) who run the talks and never consent.
	PartyID string
	// MemberID names a member. It is unique in the whole installation.
	MemberID string
	// AccountID names an account.
	AccountID string
)

// Role says what a party is to the talks.
type Role string

// The roles. A round needs the consent of required parties; observers follow.
const (
	RoleRequired Role = "required"
	RoleObserver Role = "observer"
)

// A Party is a side in the talks. Its order among the others is the protocol
// order that the convener chose; it never ranks.
type Party struct {
	ID    PartyID
	Name  string // "United Kingdom of Great Britain and Northern Ireland"
	Short string // heads columns: "GBR"; may be empty
	City  string // seat, whose local time is shown beside the venue's
	Zone  civil.Zone
	// Country of the seat, ISO 3166-1 alpha-2 in capitals; "" when not said.
	Country string
	Role    Role
	// TwoPersons makes what goes to all parties or the public need a drafter
	// and another member who releases it.
	TwoPersons bool
	// VisaDays is the visa lead time in days by country of the venue (ISO
	// 3166-1 alpha-2): what this party needs between a decision and the first day.
	VisaDays map[string]int
}

// Rights are what a member may do for the party.
type Rights uint16

// The rights. RightObserve is reading alone; every other right includes it.
const (
	RightAnswer  Rights = 1 << iota // state positions
	RightConsent                    // bind the party
	RightConvene                    // make offers, manage the party's members, confirm where the party is named for it
	RightObserve
	RightPreside // chair: what the rule of a round leaves to its chair
	RightMediate // mediator: read sealed positions where the parties agreed to it
	RightRooms   // conference officer: rooms and holds
	RightRelease // release what another member of the party has drafted
)

var rightNames = []struct {
	right Rights
	name  string
}{
	{RightAnswer, "answer"},
	{RightConsent, "consent"},
	{RightConvene, "convene"},
	{RightObserve, "observe"},
	{RightPreside, "preside"},
	{RightMediate, "mediate"},
	{RightRooms, "rooms"},
	{RightRelease, "release"},
}

// Has reports whether r includes every right of want.
func (r Rights) Has(want Rights) bool { return r&want == want }

// Names lists the rights in r by name, in the order in which they are declared.
func (r Rights) Names() []string {
	var names []string
	for _, n := range rightNames {
		if r.Has(n.right) {
			names = append(names, n.name)
		}
	}
	return names
}

// String is Names joined with commas: the form that is stored.
func (r Rights) String() string { return strings.Join(r.Names(), ",") }

// ParseRights reads what String wrote; an unknown name is ErrInvalid.
func ParseRights(names ...string) (Rights, error) {
	var r Rights
	for _, list := range names {
		for name := range strings.SplitSeq(list, ",") {
			i := slices.IndexFunc(rightNames, func(n struct {
				right Rights
				name  string
			},
			) bool {
				return n.name == name
			})
			switch {
			case name == "":
			case i < 0:
				return 0, refuse(ErrInvalid, "right_unknown", "right", name).at("rights")
			default:
				r |= rightNames[i].right
			}
		}
	}
	return r, nil
}

// A Member is a person who acts or reads for a party, or for the neutral
// staff when Party is "".
type Member struct {
	ID          MemberID
	Party       PartyID
	Account     AccountID // "" signs in by private link
	Name        string
	Email       string // "" gets no mail
	Language    string // BCP 47 tag of mails and pages; "" is the installation's
	Rights      Rights
	Invitations bool // wants calendar invitations by e-mail
	Removed     bool // no longer acts; the history keeps the name
	Erased      bool // the particulars are gone, and Name is what stands in their place
}

// Audience is what m may read.
func (m Member) Audience() Audience { return PartyAudience(m.Party) }
