package schedulingtest

import (
	"errors"
	"strings"
	"testing"

	"parley/scheduling"
)

// SealedMark is what SealedAnswers keeps to its party: where it is found,
// something that was sealed has leaked.
const SealedMark = "thylacine"

// SealedAnswers are answers whose every word gives them away.
func SealedAnswers() []scheduling.Answer {
	return []scheduling.Answer{
		{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelNotPossible, Reason: scheduling.Text{Body: SealedMark + " shared", Scope: scheduling.AllParties}},
		{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: scheduling.Text{Body: SealedMark + " own"}, Rank: 1},
	}
}

// Sealing is an act of a member that can seal an answer.
func Sealing(m scheduling.MemberID, minutes int) scheduling.Act {
	a := By(m, later(minutes))
	a.Nonce = []byte(strings.Repeat("n", scheduling.NonceSize))
	return a
}

// WithSealedRule seals answers until all are in.
func WithSealedRule(kind scheduling.RuleKind) Adjustment {
	return WithRule(func(ru *scheduling.Rule) { ru.Kind = kind })
}

// What is sealed comes back to the party that sealed it and to nobody else,
// until all of it is opened in one step.
func (s suite) sealed(t *testing.T) {
	store, id := s.delivered(t, ComposerFunc(notice), WithSealedRule(scheduling.SealedSimultaneous))
	seal := func(m scheduling.MemberID, minutes int) error {
		return store.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
			return r.TakePositions(Sealing(m, minutes), SealedAnswers())
		})
	}
	update(t, store, id, func(r *scheduling.Round) error { return r.KeepDraft(Sealing(BravoOfficer, 1), SealedAnswers()) })
	if d, ok, err := load(t, store, id).DraftOf(BravoHead); err != nil || !ok || Diff(SealedAnswers(), d.Answers) != "" {
		t.Errorf("draft %+v, %v, %v", d, ok, err)
	}
	if err := seal(BravoHead, 2); err != nil {
		t.Fatalf("seal: %v", err)
	}
	before := load(t, store, id)
	own, err := before.OwnPositions(BravoOfficer)
	if err != nil || own["G2"].Rank != 1 || own["G2"].Reason.Body != SealedMark+" own" {
		t.Errorf("Bravo's own: %+v, %v", own, err)
	}
	if other, err := before.OwnPositions(AlphaHead); err != nil || len(other) > 0 {
		t.Errorf("Alpha finds %+v, %v", other, err)
	}
	if _, ok, err := before.DraftOf(BravoHead); ok || err != nil {
		t.Errorf("the draft outlives the answer, or fails: %v", err)
	}

	halfway := errors.New("halfway")
	err = store.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
		if err := r.TakePositions(Sealing(AlphaHead, 3), SealedAnswers()); err != nil {
			return err
		}
		if r.RevealedAt.IsZero() {
			t.Error("all are in, and nothing is opened")
		}
		return halfway
	})
	if !errors.Is(err, halfway) {
		t.Errorf("got %v, want the error of the change", err)
	}
	if after := load(t, store, id); !after.Sealing() || Diff(before, after) != "" || kinds(history(t, store, id.Negotiation))[scheduling.SealsOpened] > 0 {
		t.Errorf("a change that failed has opened something: %s", Diff(before, after))
	}

	if err := seal(AlphaHead, 4); err != nil {
		t.Fatalf("seal: %v", err)
	}
	opened := load(t, store, id)
	for _, party := range []scheduling.PartyID{Alpha, Bravo} {
		if p, ok := opened.Slot("G2").Position(party); !ok || p.Level != scheduling.LevelIfNeedBe || !opened.Seals[party].Checks() {
			t.Errorf("%s after the opening: %+v", party, p)
		}
	}
	if _, err := opened.OwnEnvelope(BravoHead); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("the envelope is still there: %v", err)
	}
}

// Of replacing a sealed answer others notice nothing, the revision included.
func (s suite) sealedQuietly(t *testing.T) {
	store, id := s.delivered(t, nil, WithSealedRule(scheduling.SealedMinimal))
	seal := func(minutes int) {
		update(t, store, id, func(r *scheduling.Round) error { return r.TakePositions(Sealing(BravoHead, minutes), SealedAnswers()) })
	}
	seal(1)
	before := load(t, store, id)
	seal(2)
	after := load(t, store, id)
	if after.Negotiation.Revision != before.Negotiation.Revision || after.Version == before.Version {
		t.Errorf("replacing: revision %d to %d, version %d to %d; want the version alone to rise",
			before.Negotiation.Revision, after.Negotiation.Revision, before.Version, after.Version)
	}
	for _, e := range history(t, store, id.Negotiation) {
		if e.Kind != scheduling.PositionsSealed && strings.Contains(string(e.Kind), "seal") && e.Visible(scheduling.PartyAudience(Alpha)) {
			t.Errorf("Alpha may know of %s", e.Kind)
		}
	}
	for _, e := range history(t, store, id.Negotiation) {
		if strings.Contains(e.Text.Body, SealedMark) || e.Level != "" {
			t.Errorf("event %s tells what is sealed", e.Kind)
		}
	}
}
