package scheduling

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NonceSize is the number of random bytes with which an answer is committed
// to. Lists of dates are easy to guess, so that a digest without them would
// tell what was sealed.
const NonceSize = 32

// A Seal is what everybody sees of an answer that is sealed: that the party has
// answered, and a commitment by which it can be checked later that nothing was
// swapped. Nothing in it follows from what was answered, save the Commitment,
// which tells nothing without the nonce.
type Seal struct {
	Commitment string        // of the last answer; hexadecimal, see SealCommitment
	At         time.Time     // when the party first answered what is now on the table; replacing it does not show
	By         MemberID      // who answered then
	Reported   *Evidence     // set when somebody else recorded it then
	Table      map[Label]int // the versions of the slots that were on the table
	Stale      bool          // another date has been put on the table since, or one has changed

	// Of an answer that has been opened; zero before.
	Nonce []byte // the key of the commitment
	Text  string // what was committed to
}

// A SealedOutcome is what a round that discloses as little as possible says
// once all answers are in. It is worked out once.
type SealedOutcome struct {
	Slot        Label // "" when no date suits all
	SlotVersion int
}

// An Envelope is a sealed answer with all that belongs to it.
type Envelope struct {
	Party    PartyID
	Nonce    []byte // NonceSize random bytes
	Text     string // what is committed to
	Answers  []Answer
	Late     []Label // answered after the reply-by
	By       MemberID
	At       time.Time
	Reported *Evidence
	// Overridden is what the party overrides by its answer. It would tell of
	// the answer, and is on record only once that is opened.
	Overridden []Event
}

// Sealed things of a party in a Vault.
const (
	SealedAnswer = "answer"
	SealedDraft  = "draft"
)

// A Vault keeps what is sealed in one round, apart from the round and
// encrypted at rest. A store hands it over with the round, and saves what was
// written with whatever else changed, or none of it.
type Vault interface {
	// Read is what was written last for a party under a name; nil when there is
	// nothing.
	Read(party PartyID, name string) ([]byte, error)
	Write(party PartyID, name string, content []byte) error
	Erase(party PartyID, name string)
	// Fork is a copy whose changes go nowhere.
	Fork() Vault
}

// UseVault gives the round the vault that it keeps sealed answers in. Only
// stores call it.
func (r *Round) UseVault(v Vault) { r.vault = v }

// Fault is why the clock could not open what is sealed. A round with a fault
// must not be saved.
func (r *Round) Fault() error { return r.fault }

// Sealing reports whether answers are being sealed now: they are neither
// opened yet nor given up.
func (r *Round) Sealing() bool {
	return r.Rule.Sealed() && r.RevealedAt.IsZero() && r.UnopenedAt.IsZero()
}

// Hides reports whether the answers of the round are hidden: they are not
// opened yet, never will be, or are only compared.
func (r *Round) Hides() bool {
	return r.Rule.Sealed() && (r.RevealedAt.IsZero() || r.Rule.Kind == SealedMinimal)
}

// SealCommitment is the HMAC-SHA-256 (RFC 2104) of a text under a nonce, in
// hexadecimal.
func SealCommitment(nonce []byte, text string) string {
	mac := hmac.New(sha256.New, nonce)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// Checks reports whether an opened answer is the one that was committed to.
func (s Seal) Checks() bool { return s.Nonce != nil && SealCommitment(s.Nonce, s.Text) == s.Commitment }

// SealedParties lists the required parties whose answer to all that is on the
// table is sealed, in protocol order.
func (r *Round) SealedParties() []PartyID {
	return slices.DeleteFunc(r.Negotiation.Required(), func(p PartyID) bool { return !r.sealed(p) })
}

// UnsealedParties lists the required parties that are still to answer, in
// protocol order. That a date has changed since is known to all, and so is
// that a party has to look at it again.
func (r *Round) UnsealedParties() []PartyID {
	return slices.DeleteFunc(r.Negotiation.Required(), r.sealed)
}

func (r *Round) sealed(p PartyID) bool {
	s, ok := r.Seals[p]
	return ok && !s.Stale
}

// sealable refuses what would make an answer known before its time, or change
// it after.
func (r *Round) sealable(a Act, party PartyID) error {
	if !r.Rule.Sealed() {
		return nil
	}
	m := r.Negotiation.Member(a.By)
	switch {
	case r.Sealing() && m.Party != "" && m.Party != party:
		return refuse(ErrForbidden, "sealed_report") // whoever records an answer knows it
	case r.Sealing():
		return nil
	case !r.UnopenedAt.IsZero():
		return refuse(ErrConflict, "sealed_late")
	case a.Sealed, !a.At.After(r.RevealedAt):
		if d := r.Rule.Reveal; !d.IsZero() && !a.At.Before(d.Instant()) {
			return refuse(ErrConflict, "sealed_late")
		}
		return refuse(ErrConflict, "sealed_opened")
	case r.Rule.Kind == SealedMinimal:
		return refuse(ErrConflict, "sealed_outcome")
	}
	return nil
}

// sealedLate refuses an answer to a date that was opened without the party.
func (r *Round) sealedLate(party PartyID, ans Answer) *Error {
	if ans.Level == "" || !r.Rule.Sealed() || r.RevealedAt.IsZero() {
		return nil
	}
	if _, in := r.Seals[party]; !in && !r.Slot(ans.Slot).RevisedAt.After(r.RevealedAt) {
		return refuse(ErrConflict, "sealed_late", "slot", string(ans.Slot))
	}
	return nil
}

// seal puts the answers of a party under seal, in place of those it had
// sealed. What is opened is opened in the same step.
func (r *Round) seal(a Act, party PartyID, answers []Answer) error {
	env := Envelope{Party: party, Nonce: a.Nonce, By: a.By, At: a.At, Reported: a.Evidence}
	before := len(r.events)
	if err := r.heed(a, party, r.accepted(party, answers)...); err != nil {
		return err
	}
	env.Overridden, r.events = slices.Clone(r.events[before:]), r.events[:before]
	for _, ans := range answers {
		if ans.Level == "" {
			continue
		}
		ans.Reason.Owner = party
		env.Answers = slices.DeleteFunc(env.Answers, func(o Answer) bool { return o.Slot == ans.Slot })
		env.Answers = append(env.Answers, ans)
		if r.late(r.Slot(ans.Slot), a.At) {
			env.Late = append(env.Late, ans.Slot)
		}
	}
	switch {
	case len(env.Answers) == 0:
		return refuse(ErrInvalid, "sealed_empty")
	case len(a.Nonce) != NonceSize:
		return refuse(ErrInvalid, "nonce_missing")
	case r.vault == nil:
		return refuse(ErrConflict, "sealing_unavailable")
	}
	env.Text = r.committed(env)
	content, err := json.Marshal(env)
	if err != nil {
		return fmt.Errorf("scheduling: seal: %w", err)
	}
	if err := r.vault.Write(party, SealedAnswer, content); err != nil {
		return fmt.Errorf("scheduling: seal: %w", err)
	}
	seal := Seal{Commitment: SealCommitment(env.Nonce, env.Text), At: a.At, By: a.By, Reported: a.Evidence, Table: r.table()}
	e := Event{Kind: PositionsSealed, At: a.At, By: a.By, Party: party, Evidence: a.Evidence, Digest: seal.Commitment, Scope: AllParties}
	if r.sealed(party) {
		old := r.Seals[party]
		seal.At, seal.By, seal.Reported = old.At, old.By, old.Reported
		e.Kind, e.Scope = PositionsResealed, OwnParty
	}
	if r.Seals == nil {
		r.Seals = map[PartyID]Seal{}
	}
	r.Seals[party] = seal
	r.record(e)
	if len(r.UnsealedParties()) == 0 {
		r.reveal(a.At)
	}
	return r.fault
}

// table is what is on the table, by label with its version.
func (r *Round) table() map[Label]int {
	t := map[Label]int{}
	for _, s := range r.Offered() {
		t[s.Label] = s.Version
	}
	return t
}

// committed is the text of an answer that is committed to: what all parties
// will see of it once it is opened, in one fixed form. What its author keeps
// to the own party is not part of it, since nobody could check it.
func (r *Round) committed(env Envelope) string {
	var b strings.Builder
	fmt.Fprintf(&b, "parley sealed answer 1\nround %s\nparty %s\n", r.ID, env.Party)
	answers := slices.SortedFunc(slices.Values(env.Answers), func(a, b Answer) int { return strings.Compare(string(a.Slot), string(b.Slot)) })
	for _, a := range answers {
		fmt.Fprintf(&b, "%s version %d %s", a.Slot, a.SlotVersion, a.Level)
		if a.Rank > 0 {
			fmt.Fprintf(&b, " rank %d", a.Rank)
		}
		if a.Reason.Scope == AllParties || a.Reason.Scope == Public {
			if a.Level == LevelNotPossible && a.ReasonClass != NoReasonClass {
				b.WriteString(" kind " + string(a.ReasonClass))
			}
			if a.Reason.Body != "" {
				b.WriteString(" reason " + strconv.Quote(a.Reason.Body))
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// envelopes opens every answer that is sealed, in protocol order: all or none.
func (r *Round) envelopes() ([]Envelope, error) {
	var all []Envelope
	for _, party := range r.Negotiation.Required() {
		if _, ok := r.Seals[party]; !ok {
			continue
		}
		env, ok, err := r.envelope(party)
		if err == nil && !ok {
			err = fmt.Errorf("scheduling: the sealed answer of party %s in round %s is missing", party, r.ID)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, env)
	}
	return all, nil
}

// envelope reads what a party has sealed. It is the one reader.
func (r *Round) envelope(party PartyID) (env Envelope, ok bool, err error) {
	if r.vault == nil {
		return env, false, nil
	}
	content, err := r.vault.Read(party, SealedAnswer)
	if err != nil || content == nil {
		return env, false, err
	}
	if err := json.Unmarshal(content, &env); err != nil {
		return env, false, fmt.Errorf("scheduling: read a sealed answer: %w", err)
	}
	if seal := r.Seals[party]; env.Party != party || SealCommitment(env.Nonce, env.Text) != seal.Commitment || r.committed(env) != env.Text {
		return env, false, fmt.Errorf("scheduling: the sealed answer of party %s in round %s is not the one committed to", party, r.ID)
	}
	return env, true, nil
}

// unseal lets the clock act at the instant of the rule.
func (r *Round) unseal(now time.Time) {
	switch d := r.Rule.Reveal; {
	case !r.Sealing() || r.over() || d.IsZero() || now.Before(d.Instant()):
	case r.Rule.RevealAtDeadline && len(r.Seals) > 0:
		r.reveal(now)
	default:
		r.giveUp(now)
	}
}

// reveal opens all answers in one step. With minimal disclosure it opens none
// of them, and says which date suits all best.
func (r *Round) reveal(now time.Time) {
	all, err := r.envelopes()
	if err != nil {
		r.fault = err
		return
	}
	if r.Rule.Kind == SealedMinimal {
		trial := r.clone()
		for _, env := range all {
			trial.take(env, now)
		}
		trial.RevealedAt, trial.Rule.Kind = now, SealedSimultaneous
		trial.implyAll(now)
		r.RevealedAt, r.Outcome = now, &SealedOutcome{}
		e := Event{Kind: SealsCompared, At: now, Scope: AllParties}
		if s := trial.Rank(nil, now).Top(); s != nil {
			r.Outcome = &SealedOutcome{Slot: s.Label, SlotVersion: s.Version}
			e.Slot, e.SlotVersion = s.Label, s.Version
		}
		r.record(e)
		return
	}
	r.RevealedAt = now
	r.record(Event{Kind: SealsOpened, At: now, Scope: AllParties})
	for _, env := range all {
		seal := r.Seals[env.Party]
		seal.Nonce, seal.Text = env.Nonce, env.Text
		r.Seals[env.Party] = seal
		r.take(env, now)
		r.vault.Erase(env.Party, SealedAnswer)
	}
	r.implyAll(now)
}

// take makes ordinary positions of a sealed answer, as far as the dates are
// still as they were.
func (r *Round) take(env Envelope, now time.Time) {
	for _, e := range env.Overridden {
		r.record(e)
	}
	for _, ans := range env.Answers {
		s := r.Slot(ans.Slot)
		if s == nil || s.Status != Offered || s.Version != ans.SlotVersion {
			continue
		}
		p := env.position(ans)
		p.At = now // when it was said last would tell that it had been replaced
		s.Positions[env.Party] = p
		r.record(Event{
			Kind: PositionTaken, At: now, By: env.By, Party: env.Party, Slot: s.Label, SlotVersion: s.Version,
			Level: p.Level, Text: p.Reason, Evidence: env.Reported, Scope: AllParties,
		})
	}
}

// position is what an answer says of the version of a slot that it is about.
func (e Envelope) position(ans Answer) Position {
	return newPosition(Act{By: e.By, At: e.At, Evidence: e.Reported}, ans, slices.Contains(e.Late, ans.Slot))
}

// implyAll states what the offers on the table imply for those who made them
// and have not answered themselves. Offers are known to all; they imply nothing
// before, since that would look like an answer.
func (r *Round) implyAll(now time.Time) {
	for _, s := range r.Offered() {
		for _, party := range r.Negotiation.Required() {
			if r.offers(party, s) {
				r.imply(Act{At: now}, party, s)
			}
		}
	}
}

// giveUp destroys what is sealed: the time is over, and nothing of it is ever
// opened.
func (r *Round) giveUp(now time.Time) {
	r.UnopenedAt = now
	if r.vault != nil {
		for _, party := range r.Negotiation.Required() {
			r.vault.Erase(party, SealedAnswer)
		}
	}
	r.record(Event{Kind: SealsDestroyed, At: now, Scope: AllParties})
}

// sealAnew lets the parties answer under seal once more, where a changed rule
// gives them time after what they had sealed was destroyed.
func (r *Round) sealAnew(now time.Time) {
	if d := r.Rule.Reveal; r.Rule.Sealed() && !r.UnopenedAt.IsZero() && !r.over() && (d.IsZero() || now.Before(d.Instant())) {
		r.Seals, r.UnopenedAt = nil, time.Time{}
	}
}

// settleSeals follows from what is on the table: what has changed there since a
// party answered has to be answered again, and nothing stays sealed in a round
// that is over or has another rule.
func (r *Round) settleSeals(now time.Time) {
	over := r.over() || !r.Rule.Sealed()
	if !r.RevealedAt.IsZero() || !r.UnopenedAt.IsZero() || len(r.Seals) == 0 {
		return
	}
	if over {
		r.giveUp(now)
		return
	}
	table := r.table()
	for _, party := range r.Negotiation.Required() {
		seal, ok := r.Seals[party]
		if !ok || seal.Stale {
			continue
		}
		for label, version := range table {
			if seal.Table[label] != version {
				seal.Stale = true
			}
		}
		if seal.Stale {
			r.Seals[party] = seal
			r.record(Event{Kind: SealStale, At: now, Party: party, Scope: OwnParty})
		}
	}
}

// over reports whether nothing more is agreed in the round.
func (r *Round) over() bool { return r.Status == Lapsed || r.Status == Cancelled || r.Status == Held }

// OwnPositions is what a member's own party says of the dates on the table as
// they now are, whether it is open or sealed.
func (r *Round) OwnPositions(by MemberID) (map[Label]Position, error) {
	m := r.Negotiation.Member(by)
	own := map[Label]Position{}
	if m == nil || m.Party == "" {
		return own, nil
	}
	for _, s := range r.Offered() {
		if p, ok := s.Position(m.Party); ok {
			own[s.Label] = p
		}
	}
	env, ok, err := r.envelope(m.Party)
	if err != nil || !ok {
		return own, err
	}
	for _, ans := range env.Answers {
		if s := r.Slot(ans.Slot); s != nil && s.Status == Offered && s.Version == ans.SlotVersion {
			own[ans.Slot] = env.position(ans)
		}
	}
	return own, nil
}

// OwnEnvelope is what a member's own party has under seal; ErrNotFound when
// that is nothing.
func (r *Round) OwnEnvelope(by MemberID) (Envelope, error) {
	if m := r.Negotiation.Member(by); m != nil && m.Party != "" {
		env, ok, err := r.envelope(m.Party)
		if err != nil || ok {
			return env, err
		}
	}
	return Envelope{}, refuse(ErrNotFound, "nothing_sealed")
}

// MayReadSealed refuses whoever may not read what all parties have sealed. A
// mediator may where the rule says so, and nobody else.
func (r *Round) MayReadSealed(by MemberID) error {
	m := r.Negotiation.Member(by)
	if m == nil || m.Party != "" || !m.Rights.Has(RightMediate) || !r.Rule.Sealed() || !r.Rule.MediatorSees {
		return refuse(ErrForbidden, "sealed_reading")
	}
	return nil
}

// ReadSealed is what is under seal, in protocol order, for a mediator. That it
// was read is recorded for all parties.
func (r *Round) ReadSealed(a Act) ([]Envelope, error) {
	if err := r.MayReadSealed(a.By); err != nil {
		return nil, err
	}
	if err := r.writable(); err != nil {
		return nil, err
	}
	r.advance(a.At)
	var all []Envelope
	for _, party := range r.Negotiation.Required() {
		env, ok, err := r.envelope(party)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, env)
		}
	}
	r.record(Event{Kind: SealsRead, At: a.At, By: a.By, Scope: AllParties})
	return all, nil
}

// DraftOf is the reply that a party has begun and not sent, for a member of
// its own.
func (r *Round) DraftOf(by MemberID) (d Draft, ok bool, err error) {
	m := r.Negotiation.Member(by)
	switch {
	case m == nil || m.Party == "":
		return d, false, nil
	case !r.Rule.Sealed():
		d, ok = r.Drafts[m.Party]
		return d, ok, nil
	case r.vault == nil:
		return d, false, nil
	}
	content, err := r.vault.Read(m.Party, SealedDraft)
	if err != nil || content == nil {
		return d, false, err
	}
	if err := json.Unmarshal(content, &d); err != nil {
		return d, false, fmt.Errorf("scheduling: read a draft: %w", err)
	}
	return d, true, nil
}

// keepDraft keeps a begun reply: under a sealed rule in the vault, like the
// reply itself.
func (r *Round) keepDraft(party PartyID, d Draft) error {
	if !r.Rule.Sealed() {
		if r.Drafts == nil {
			r.Drafts = map[PartyID]Draft{}
		}
		r.Drafts[party] = d
		return nil
	}
	if r.vault == nil {
		return refuse(ErrConflict, "sealing_unavailable")
	}
	content, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("scheduling: keep a draft: %w", err)
	}
	if err := r.vault.Write(party, SealedDraft, content); err != nil {
		return fmt.Errorf("scheduling: keep a draft: %w", err)
	}
	return nil
}

func (r *Round) dropDraft(party PartyID) {
	delete(r.Drafts, party)
	if r.vault != nil {
		r.vault.Erase(party, SealedDraft)
	}
}

// cloneSeals copies what reveal changes.
func (r *Round) cloneSeals(c *Round) {
	c.Seals = maps.Clone(r.Seals)
	if r.vault != nil {
		c.vault = r.vault.Fork()
	}
}
