package scheduling

import (
	"slices"
	"strings"
	"time"

	"parley/scheduling/civil"
)

// Level is how well a slot suits a party.
type Level string

// The levels, best first. No answer is not a level.
const (
	LevelPreferred   Level = "preferred"
	LevelAvailable   Level = "available"
	LevelIfNeedBe    Level = "if_need_be"
	LevelNotPossible Level = "not_possible"
)

// Levels lists the levels, best first.
var Levels = []Level{LevelPreferred, LevelAvailable, LevelIfNeedBe, LevelNotPossible}

// ConditionState is how a condition stands.
type ConditionState string

// The states of a condition. A position without one has NoCondition.
const (
	NoCondition     ConditionState = ""
	ConditionOpen   ConditionState = "open"
	ConditionMet    ConditionState = "met"
	ConditionFailed ConditionState = "failed"
)

// ReasonClass is what kind of reason rules a slot out, for those who would
// rather not say the reason itself. It is read by whoever may read the reason.
type ReasonClass string

// The classes of reasons. Nobody has to name one.
const (
	NoReasonClass   ReasonClass = "" // not stated
	ReasonKeyPerson ReasonClass = "key_person"
	ReasonTravel    ReasonClass = "travel"
	ReasonHoliday   ReasonClass = "holiday"
	ReasonVisa      ReasonClass = "visa"
	ReasonSecurity  ReasonClass = "security"
	ReasonPolicy    ReasonClass = "policy"
)

// ReasonClasses lists the classes that can be stated.
var ReasonClasses = []ReasonClass{ReasonKeyPerson, ReasonTravel, ReasonHoliday, ReasonVisa, ReasonSecurity, ReasonPolicy}

// A Position is a party's statement on one version of a slot. It informs; it
// never binds.
type Position struct {
	Level       Level
	Reason      Text        // why; for if-need-be its condition
	ReasonClass ReasonClass // why it is not possible; "" for every other level
	Condition   ConditionState
	Rank        int // the party's own order among slots of the same level, 1 first; 0 is none
	SlotVersion int
	By          MemberID
	At          time.Time
	Late        bool      // came after the reply-by
	Implied     bool      // follows from the party's own offer; the party has not said it slot by slot
	Reported    *Evidence // set when somebody else recorded it
}

// EvidenceForm is how an answer reached the person who records it.
type EvidenceForm string

// The forms of evidence.
const (
	Orally      EvidenceForm = "orally"
	ByTelephone EvidenceForm = "by_telephone"
	ByNote      EvidenceForm = "by_note" // note verbale, letter, aide-memoire
	ByMail      EvidenceForm = "by_mail"
)

// EvidenceForms lists the forms of evidence.
var EvidenceForms = []EvidenceForm{Orally, ByTelephone, ByNote, ByMail}

// Evidence is on what a reported answer rests: who said it to whom, when, and
// in what form. All parties see it beside the answer, except the Note.
type Evidence struct {
	Form      EvidenceForm
	Reference string // number of the note; required when Form is ByNote
	Date      civil.Date
	From, To  string
	Note      Text
}

func (e *Evidence) check() error {
	switch {
	case !slices.Contains(EvidenceForms, e.Form):
		return refuse(ErrInvalid, "evidence_form_missing").at("form")
	case !e.Date.Valid():
		return refuse(ErrInvalid, "evidence_date_missing").at("date")
	case strings.TrimSpace(e.From) == "":
		return refuse(ErrInvalid, "evidence_from_missing").at("from")
	case strings.TrimSpace(e.To) == "":
		return refuse(ErrInvalid, "evidence_to_missing").at("to")
	case e.Form == ByNote && strings.TrimSpace(e.Reference) == "":
		return refuse(ErrInvalid, "evidence_reference_missing").at("reference")
	}
	return nil
}

// An Answer is what a party wants to say of one slot. An empty Level says
// nothing and leaves what was said before.
type Answer struct {
	Slot        Label
	SlotVersion int // the version that the author was looking at
	Level       Level
	Reason      Text
	ReasonClass ReasonClass // kept only with LevelNotPossible
	Rank        int
}

// TakePositions records a party's answers, all or none. Slots left out keep
// what was said before. Saying the same thing again is no news.
//
// While a sealed rule keeps answers secret they go under seal, in place of all
// that the party had sealed before; see [Round.Sealing].
//
// ErrInvalid names the slot at fault in Field as "slot-G2"; ErrConflict means
// that a slot has changed or left the table since its author looked.
func (r *Round) TakePositions(a Act, answers []Answer) error {
	party, err := r.speaker(a, RightAnswer)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	if !r.open() {
		return r.closed()
	}
	if err := r.sealable(a, party); err != nil {
		return err
	}
	for _, ans := range answers {
		if err := r.checkAnswer(ans); err != nil {
			return err.at("slot-" + string(ans.Slot))
		}
		if err := r.sealedLate(party, ans); err != nil {
			return err.at("slot-" + string(ans.Slot))
		}
	}
	if r.Sealing() {
		if err := r.seal(a, party, answers); err != nil {
			return err
		}
		r.dropDraft(party)
		r.settle(a.At)
		return nil
	}
	if err := r.heed(a, party, r.accepted(party, answers)...); err != nil {
		return err
	}
	for _, ans := range answers {
		if ans.Level != "" {
			r.answer(a, party, ans)
		}
	}
	r.dropDraft(party)
	r.settle(a.At)
	return nil
}

// accepted lists the slots that answers newly call possible.
func (r *Round) accepted(party PartyID, answers []Answer) []*Slot {
	var slots []*Slot
	for _, ans := range answers {
		s := r.Slot(ans.Slot)
		old, said := s.Position(party)
		if ans.Level != "" && ans.Level != LevelNotPossible && !(said && old.Level == ans.Level) {
			slots = append(slots, s)
		}
	}
	return slots
}

// AnswerFaults lists what TakePositions at now would refuse of answers, one
// refusal a slot, so that a form can show all at once.
func (r *Round) AnswerFaults(answers []Answer, now time.Time) []*Error {
	r.advance(now)
	var faults []*Error
	for _, ans := range answers {
		if err := r.checkAnswer(ans); err != nil {
			faults = append(faults, err.at("slot-"+string(ans.Slot)))
		}
	}
	return faults
}

func (r *Round) checkAnswer(ans Answer) *Error {
	s := r.Slot(ans.Slot)
	switch {
	case ans.Level == "":
		return nil
	case s == nil:
		return refuse(ErrNotFound, "slot_unknown", "slot", string(ans.Slot))
	case s.Status == Expired:
		return refuse(ErrConflict, "slot_expired", "slot", string(s.Label), "date", s.DecideBy(r.Negotiation.Parties).String())
	case s.Status != Offered:
		return refuse(ErrConflict, "slot_not_offered", "slot", string(s.Label))
	case s.Version != ans.SlotVersion:
		return refuse(ErrConflict, "slot_changed", "slot", string(s.Label))
	case !slices.Contains(Levels, ans.Level):
		return refuse(ErrInvalid, "level_unknown", "slot", string(s.Label))
	case ans.ReasonClass != NoReasonClass && !slices.Contains(ReasonClasses, ans.ReasonClass):
		return refuse(ErrInvalid, "reason_class_unknown", "slot", string(s.Label))
	case ans.Level == LevelIfNeedBe && strings.TrimSpace(ans.Reason.Body) == "":
		return refuse(ErrInvalid, "condition_missing", "slot", string(s.Label))
	case tooLong(ans.Reason, MaxNote):
		return refuse(ErrInvalid, "reason_too_long", "slot", string(s.Label))
	case ans.Rank < 0 || ans.Rank > len(r.Slots):
		return refuse(ErrInvalid, "rank_out_of_range", "slot", string(s.Label))
	}
	return nil
}

func (r *Round) answer(a Act, party PartyID, ans Answer) {
	s := r.Slot(ans.Slot)
	ans.Reason.Owner = party
	p := newPosition(a, ans, r.late(s, a.At))
	if old, ok := s.Position(party); ok && old.says(p) {
		return
	}
	s.Positions[party] = p
	r.record(Event{
		Kind: PositionTaken, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version,
		Level: p.Level, Text: p.Reason, Evidence: a.Evidence, Scope: AllParties,
	})
	if _, ok := s.Consent(party); ok && (p.Level == LevelNotPossible || p.Condition == ConditionOpen) {
		r.dropConsent(a, party, s)
	}
	if p.Level == LevelNotPossible || p.Condition == ConditionOpen {
		r.heard(a, party, s)
	}
	if p.Level != LevelNotPossible {
		r.reconsider(party, s)
	}
}

// newPosition is what an answer says of the version of a slot that it is about.
func newPosition(a Act, ans Answer, late bool) Position {
	p := Position{
		Level: ans.Level, Reason: ans.Reason, Rank: ans.Rank, SlotVersion: ans.SlotVersion,
		By: a.By, At: a.At, Late: late, Reported: a.Evidence,
	}
	switch ans.Level {
	case LevelIfNeedBe:
		p.Condition = ConditionOpen
	case LevelNotPossible:
		p.ReasonClass = ans.ReasonClass
	case LevelPreferred, LevelAvailable:
	}
	return p
}

// reconsider makes what a party had declined an offer again, once it has said
// of one of its slots that it may do.
func (r *Round) reconsider(party PartyID, s *Slot) {
	for _, p := range r.Proposals {
		if p.Status == Declined && p.By != party && s.offeredBy(p.Number) {
			p.Status, p.EndedAt = Delivered, time.Time{}
		}
	}
}

// says reports whether two positions say the same thing, whoever said it when.
func (p Position) says(q Position) bool {
	return p.Level == q.Level && p.ReasonClass == q.ReasonClass && p.Reason.Body == q.Reason.Body && p.Reason.Scope == q.Reason.Scope &&
		slices.Equal(p.Reason.Named, q.Reason.Named) && p.Rank == q.Rank && p.Reported == nil && q.Reported == nil
}

// Class is the class of the reason, for those who may read the reason.
func (p Position) Class(to Audience) ReasonClass {
	if !p.Reason.Visible(to) {
		return NoReasonClass
	}
	return p.ReasonClass
}

// late reports whether the reply-by of every proposal that offers the slot has
// passed. A late answer counts all the same, and is marked.
func (r *Round) late(s *Slot, now time.Time) bool {
	late := false
	for _, o := range s.Offers {
		p := r.Proposal(o.Proposal)
		if p == nil || p.ReplyBy.IsZero() || now.Before(p.ReplyBy.Instant()) {
			return false
		}
		late = true
	}
	return late
}

// SettleCondition records whether the condition that a party attached to a
// position has been met. A failed one turns the position into not possible.
func (r *Round) SettleCondition(a Act, label Label, met bool, note Text) error {
	party, err := r.speaker(a, RightAnswer)
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	s := r.Slot(label)
	switch {
	case s == nil:
		return refuse(ErrNotFound, "slot_unknown", "slot", string(label))
	case tooLong(note, MaxNote):
		return refuse(ErrInvalid, "reason_too_long", "slot", string(label))
	}
	p, ok := s.Position(party)
	if !ok || p.Condition != ConditionOpen || s.Status != Offered {
		return refuse(ErrConflict, "condition_not_open", "slot", string(label))
	}
	kind := ConditionWasMet
	p.Condition = ConditionMet
	if !met {
		kind, p.Condition, p.Level = ConditionWasFailed, ConditionFailed, LevelNotPossible
	}
	p.By, p.At, p.Reported = a.By, a.At, a.Evidence
	s.Positions[party] = p
	note.Owner = party
	r.record(Event{
		Kind: kind, At: a.At, By: a.By, Party: party, Slot: s.Label, SlotVersion: s.Version,
		Level: p.Level, Text: note, Evidence: a.Evidence, Scope: AllParties,
	})
	if _, consented := s.Consent(party); consented && !met {
		r.dropConsent(a, party, s)
	}
	r.settle(a.At)
	return nil
}

// A Draft is a reply that a party has begun and not sent. Nobody else learns
// that it exists.
type Draft struct {
	Answers []Answer
	By      MemberID
	At      time.Time
}

// KeepDraft stores an unfinished reply for the actor's own party.
func (r *Round) KeepDraft(a Act, answers []Answer) error {
	m := r.Negotiation.Member(a.By)
	if m == nil || m.Party == "" || m.Rights == RightObserve {
		return refuse(ErrForbidden, "answer_right_missing")
	}
	if err := r.mayAnswer(r.Negotiation.Party(m.Party)); err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	if !r.open() {
		return r.closed()
	}
	return r.keepDraft(m.Party, Draft{Answers: answers, By: a.By, At: a.At})
}
