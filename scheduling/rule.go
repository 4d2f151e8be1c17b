package scheduling

// RuleKind names who must agree.
type RuleKind string

// Unanimity is the rule that every required party consents: the one between
// two parties.
const Unanimity RuleKind = "unanimity"

// Confirmation says how complete consents become a confirmed slot.
type Confirmation string

// The ways to confirm.
const (
	ByConfirmer   Confirmation = "by_confirmer"    // a separate act of the named confirmer
	OnLastConsent Confirmation = "on_last_consent" // the last consent confirms at once
)

// Reporting says what may be recorded for a party that answers outside the
// system.
type Reporting string

// The kinds of reporting, each including the one before.
const (
	ReportNothing   Reporting = "nothing"
	ReportPositions Reporting = "positions"
	ReportConsents  Reporting = "consents" // a reported consent is enough to confirm
)

// A Rule is how a round decides. It is fixed when the round is opened and
// shown on its page in one sentence.
type Rule struct {
	Kind         RuleKind
	Confirmation Confirmation
	Confirmer    PartyID // whose convener confirms; "" is the neutral staff. Read only when ByConfirmer.
	Reporting    Reporting
	// ConvenerPostpones lets the party that opened the round postpone sine die
	// alone. Otherwise every required party has to agree.
	ConvenerPostpones bool
}

func (ru Rule) check(n *Negotiation) error {
	switch {
	case ru.Kind != Unanimity:
		return refuse(ErrInvalid, "rule_unknown").at("rule")
	case ru.Confirmation != ByConfirmer && ru.Confirmation != OnLastConsent:
		return refuse(ErrInvalid, "confirmation_unknown").at("confirmation")
	case ru.Reporting != ReportNothing && ru.Reporting != ReportPositions && ru.Reporting != ReportConsents:
		return refuse(ErrInvalid, "reporting_unknown").at("reporting")
	case ru.Confirmer != "" && n.Party(ru.Confirmer) == nil:
		return refuse(ErrInvalid, "party_unknown").at("confirmer")
	case ru.Confirmer != "" && n.Party(ru.Confirmer).Role != RoleRequired:
		return refuse(ErrInvalid, "observers_follow").at("confirmer")
	}
	return nil
}
