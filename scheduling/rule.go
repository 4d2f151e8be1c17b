package scheduling

// RuleKind names who must agree.
type RuleKind string

// The kinds of rules.
const (
	Unanimity          RuleKind = "unanimity"      // every required party consents
	Quorum             RuleKind = "quorum"         // the core consents, and so many of the other required parties
	ChairDecides       RuleKind = "chair_decides"  // the chair fixes a slot after consulting the parties
	SilenceProcedure   RuleKind = "silence"        // one slot is adopted unless a required party objects in time
	SealedSimultaneous RuleKind = "sealed"         // positions stay sealed until all are in, then show together
	SealedMinimal      RuleKind = "sealed_minimal" // as sealed, but only the recommended slot shows
)

// RuleKinds lists the kinds that a round can be opened with, in the order in
// which they are offered.
var RuleKinds = []RuleKind{Unanimity, Quorum, ChairDecides, SilenceProcedure, SealedSimultaneous, SealedMinimal}

// A RankingMethod says how slots are compared.
type RankingMethod string

// The methods of ranking.
const (
	NoRanking         RankingMethod = "" // offer and choose: whoever answers picks
	LeastBurden       RankingMethod = "least_burden"
	MostSupport       RankingMethod = "most_support"
	ChairsList        RankingMethod = "chairs_list"
	CumulativeLeximin RankingMethod = "cumulative"
)

// RankingMethods lists the methods, in the order in which they are offered.
var RankingMethods = []RankingMethod{NoRanking, LeastBurden, MostSupport, ChairsList, CumulativeLeximin}

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

// A Rule is how a round decides. It is set when the round is opened, shown on
// its page in one sentence, and changed only by the consent that it demands.
type Rule struct {
	Kind         RuleKind
	Confirmation Confirmation
	// Confirmer is whose convener confirms, when ByConfirmer; and whose chair
	// presides, where the kind leaves something to a chair. "" is the neutral staff.
	Confirmer PartyID
	Reporting Reporting
	// ConvenerPostpones lets the party that opened the round postpone sine die
	// alone. Otherwise every required party has to agree.
	ConvenerPostpones bool

	Core   []PartyID // Quorum: parties that must all consent
	Quorum int       // Quorum: how many of the other required parties must consent besides

	Consultation Deadline // ChairDecides: the chair may decide once it has passed, or all have answered
	Override     bool     // ChairDecides: the chair may fix a slot that a party has ruled out

	Reveal           Deadline // sealed kinds: a submission at its instant or after is late; zero opens only when all are in
	RevealAtDeadline bool     // sealed kinds: at Reveal what is in is opened even if somebody has not answered
	MediatorSees     bool     // sealed kinds: members with RightMediate may read sealed positions

	Ranking RankingMethod
	Balance bool // all parties want burdens of earlier rounds counted
}

// Sealed reports whether positions stay sealed until a common reveal.
func (ru Rule) Sealed() bool { return ru.Kind == SealedSimultaneous || ru.Kind == SealedMinimal }
