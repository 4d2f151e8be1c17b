package scheduling

import (
	"slices"
	"unicode/utf8"
)

// Scope says how far a text may travel.
type Scope string

// The scopes, narrowest first. The zero Scope is OwnParty, so that nothing
// crosses the table unless somebody said so.
const (
	OwnParty     Scope = ""
	NamedParties Scope = "named_parties"
	AllParties   Scope = "all_parties"
	Public       Scope = "public"
)

// Text is what a person wrote, with the audience it was written for.
type Text struct {
	Body  string
	Owner PartyID // the party whose text it is; "" is the neutral staff
	Scope Scope
	Named []PartyID // the readers beside Owner when Scope is NamedParties
}

// An Audience is a reader, or a set of readers who may see the same things.
type Audience struct {
	Outside bool    // the public: whoever is no member
	Party   PartyID // "" is the neutral staff, unless Outside
}

// PartyAudience is everybody who speaks or reads for a party.
func PartyAudience(p PartyID) Audience { return Audience{Party: p} }

// PublicAudience is everybody who is no member of the negotiation.
var PublicAudience = Audience{Outside: true}

// Visible reports whether to may read t.
func (t Text) Visible(to Audience) bool {
	switch t.Scope {
	case Public:
		return true
	case AllParties:
		return !to.Outside
	case NamedParties:
		return !to.Outside && (to.Party == t.Owner || slices.Contains(t.Named, to.Party))
	case OwnParty:
		return !to.Outside && to.Party == t.Owner
	}
	return false
}

// tooLong reports whether t has more than limit runes.
func tooLong(t Text, limit int) bool { return utf8.RuneCountInString(t.Body) > limit }

// For is the body of t for those who may read it, and "" for all others.
func (t Text) For(to Audience) string {
	if !t.Visible(to) {
		return ""
	}
	return t.Body
}
