package scheduling_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
)

// friday is 17:00 in Geneva on 6 November 2009, 16:00 UTC.
var friday = scheduling.Deadline{Date: schedulingtest.Date(2009, time.November, 6), At: civil.Clock(17, 0), Zone: "Europe/Zurich", City: "Geneva"}

func sealedRule(kind scheduling.RuleKind, atDeadline bool) schedulingtest.Adjustment {
	return schedulingtest.WithRule(func(ru *scheduling.Rule) {
		ru.Kind, ru.Reveal, ru.RevealAtDeadline = kind, friday, atDeadline
	})
}

// sealedTalks are Delivered under a sealed rule, with a vault.
func sealedTalks(kind scheduling.RuleKind, atDeadline bool, more ...schedulingtest.Adjustment) (*scheduling.Round, *schedulingtest.Vault) {
	_, r := schedulingtest.Delivered(append(more, sealedRule(kind, atDeadline))...)
	r.TakeEvents()
	vault := schedulingtest.NewVault()
	r.UseVault(vault)
	return r, vault
}

func november(day, hour, minute int) time.Time {
	return schedulingtest.At(2009, time.November, day, hour, minute)
}

// sealing is an act that can seal: its nonce is of one letter.
func sealing(m scheduling.MemberID, at time.Time, nonce string) scheduling.Act {
	a := schedulingtest.By(m, at)
	a.Nonce = []byte(strings.Repeat(nonce, scheduling.NonceSize))
	return a
}

func given(answers ...string) []scheduling.Answer {
	var all []scheduling.Answer
	for _, a := range answers {
		label, level, _ := strings.Cut(a, " ")
		answer := scheduling.Answer{Slot: scheduling.Label(label), SlotVersion: 1, Level: scheduling.Level(level)}
		if level == string(scheduling.LevelIfNeedBe) {
			answer.Reason = scheduling.Text{Body: "own reasons"}
		}
		all = append(all, answer)
	}
	return all
}

// counted is how often each kind was recorded, and forgets it.
func counted(r *scheduling.Round) map[scheduling.EventKind]int {
	n := map[scheduling.EventKind]int{}
	for _, e := range r.TakeEvents() {
		n[e.Kind]++
	}
	return n
}

func wantRefused(t *testing.T, what string, err error, code string) {
	t.Helper()
	var refusal *scheduling.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Errorf("%s: got %v, want refusal %s", what, err, code)
	}
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// nothingOpen fails if anything of an answer stands outside the vault.
func nothingOpen(t *testing.T, r *scheduling.Round) {
	t.Helper()
	for _, s := range r.Slots {
		if len(s.Positions) > 0 {
			t.Errorf("%s has positions while answers are sealed: %v", s.Label, s.Positions)
		}
	}
	for party, seal := range r.Seals {
		if seal.Nonce != nil || seal.Text != "" {
			t.Errorf("the seal of %s is open", party)
		}
	}
	if len(r.Drafts) > 0 {
		t.Errorf("drafts stand outside the vault: %v", r.Drafts)
	}
}

// A9: sealed positions.
func TestA9SealedPositions(t *testing.T) {
	t.Parallel()
	r, _ := sealedTalks(scheduling.SealedSimultaneous, false)
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 10, 0), "1"), given("G1 not_possible", "G2 preferred")))
	first := r.Seals[schedulingtest.Bravo]
	nothingOpen(t, r)
	if n := counted(r); n[scheduling.PositionsSealed] != 1 || n[scheduling.PositionTaken] != 0 {
		t.Errorf("events of the first answer: %v", n)
	}
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(4, 10, 0), "2"), given("G1 available", "G2 preferred")))
	nothingOpen(t, r)
	for _, e := range r.TakeEvents() {
		if e.Kind != scheduling.PositionsResealed || e.Visible(scheduling.PartyAudience(schedulingtest.Alpha)) {
			t.Errorf("replacing an answer recorded %s, of scope %q", e.Kind, e.Scope)
		}
	}
	if last := r.Seals[schedulingtest.Bravo]; last.Commitment == first.Commitment || !last.At.Equal(first.At) {
		t.Errorf("seal after replacing: %+v, want another commitment and nothing else", last)
	}
	if out := r.UnsealedParties(); len(out) != 1 || out[0] != schedulingtest.Alpha {
		t.Errorf("still to answer: %v, want Alpha alone: what an offer implies is no answer", out)
	}

	mustDo(t, r.TakePositions(sealing(schedulingtest.AlphaHead, november(5, 9, 0), "3"), given("G1 available", "G2 available", "W1 if_need_be")))
	for slot, want := range map[scheduling.Label]scheduling.Level{"G1": "available", "G2": "preferred"} {
		if p, ok := r.Slot(slot).Position(schedulingtest.Bravo); !ok || p.Level != want || !p.At.Equal(november(5, 9, 0)) {
			t.Errorf("Bravo on %s after the opening: %+v", slot, p)
		}
	}
	if p, ok := r.Slot("G3").Position(schedulingtest.Bravo); ok {
		t.Errorf("Bravo has not answered G3, and stands with %v", p)
	}
	if p, _ := r.Slot("G3").Position(schedulingtest.Alpha); !p.Implied || p.Level != scheduling.LevelPreferred {
		t.Errorf("Alpha on its own G3, which it offers as preferred: %+v", p)
	}
	if n := counted(r); n[scheduling.SealsOpened] != 1 || n[scheduling.PositionTaken] != 5 {
		t.Errorf("events of the opening: %v", n)
	}
	for party, seal := range r.Seals {
		if !seal.Checks() {
			t.Errorf("the commitment of %s does not hold", party)
		}
		if strings.Contains(seal.Text, "not_possible") || strings.Contains(seal.Text, "own reasons") {
			t.Errorf("%s shows what was replaced, or what is its own: %s", party, seal.Text)
		}
	}
	want := "parley sealed answer 1\nround talks/1\nparty bravo\nG1 version 1 available\nG2 version 1 preferred\n"
	if got := r.Seals[schedulingtest.Bravo].Text; got != want {
		t.Errorf("text committed to: %q, want %q", got, want)
	}
	wantRefused(t, "an answer that was meant to be sealed", r.TakePositions(func() scheduling.Act {
		a := sealing(schedulingtest.BravoHead, november(5, 10, 0), "4")
		a.Sealed = true
		return a
	}(), given("G1 not_possible")), "sealed_opened")
	mustDo(t, r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, november(5, 10, 0)), given("G3 available")))
}

// A9, variants: the clock ends it at 16:00:00Z.
func TestA9AtTheDeadline(t *testing.T) {
	t.Parallel()
	for name, atDeadline := range map[string]bool{"opened at the deadline": true, "never opened": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, vault := sealedTalks(scheduling.SealedSimultaneous, atDeadline)
			mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(4, 10, 0), "2"), given("G1 available", "G2 preferred")))
			if due := r.NextDue(); !due.Equal(november(6, 16, 0)) {
				t.Errorf("next due %v, want 16:00Z", due)
			}
			if r.Tick(november(6, 16, 0).Add(-time.Second)) {
				t.Error("the clock acted a second early")
			}
			wantRefused(t, "Alpha at exactly 16:00:00Z",
				r.TakePositions(sealing(schedulingtest.AlphaHead, november(6, 16, 0), "5"), given("G1 available")), "sealed_late")
			wantRefused(t, "Alpha later",
				r.TakePositions(sealing(schedulingtest.AlphaHead, november(6, 17, 0), "5"), given("G1 available")), "sealed_late")
			wantRefused(t, "Bravo at exactly 16:00:00Z",
				r.TakePositions(sealing(schedulingtest.BravoHead, november(6, 16, 0), "6"), given("G1 available")), "sealed_late")
			if r.Tick(november(6, 18, 0)) {
				t.Error("the clock acted twice")
			}
			p, open := r.Slot("G2").Position(schedulingtest.Bravo)
			if open != atDeadline {
				t.Errorf("Bravo on G2: %+v, open %v, want open %v", p, open, atDeadline)
			}
			if content, _ := vault.Read(schedulingtest.Bravo, scheduling.SealedAnswer); content != nil {
				t.Error("the vault still holds the answer")
			}
			if !atDeadline {
				nothingOpen(t, r)
				mustDo(t, r.Consent(schedulingtest.By(schedulingtest.BravoHead, november(6, 19, 0)), "G2", 1))
			}
		})
	}
}

func TestSealedRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		act  func(r *scheduling.Round) error
		code string
	}{
		"a consent before the opening": {func(r *scheduling.Round) error {
			return r.Consent(schedulingtest.By(schedulingtest.AlphaHead, november(3, 12, 0)), "G2", 1)
		}, "sealed_consent"},
		"declining openly": {func(r *scheduling.Round) error {
			return r.Decline(schedulingtest.By(schedulingtest.BravoHead, november(3, 12, 0)), 1, scheduling.Text{})
		}, "sealed_decline"},
		"no nonce": {func(r *scheduling.Round) error {
			return r.TakePositions(schedulingtest.By(schedulingtest.AlphaHead, november(3, 12, 0)), given("G1 available"))
		}, "nonce_missing"},
		"nothing said": {func(r *scheduling.Round) error {
			return r.TakePositions(sealing(schedulingtest.AlphaHead, november(3, 12, 0), "1"), nil)
		}, "sealed_empty"},
		"the other side records": {func(r *scheduling.Round) error {
			return r.TakePositions(schedulingtest.Reported(schedulingtest.AlphaHead, schedulingtest.Charlie, november(3, 12, 0)), given("G1 available"))
		}, "sealed_report"},
		"over a party that has sealed itself": {func(r *scheduling.Round) error {
			return r.TakePositions(schedulingtest.Reported(schedulingtest.AlphaHead, schedulingtest.Bravo, november(3, 12, 0)), given("G1 available"))
		}, "speaks_for_itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := sealedTalks(scheduling.SealedSimultaneous, false, schedulingtest.WithObserver(),
				schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
					n.Party(schedulingtest.Charlie).Role = scheduling.RoleRequired
				}))
			mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 10, 0), "1"), given("G2 preferred")))
			wantRefused(t, name, tc.act(r), tc.code)
			nothingOpen(t, r)
		})
	}
}

// The secretariat records for a party that does not use the system.
func TestSealedReport(t *testing.T) {
	t.Parallel()
	r, _ := sealedTalks(scheduling.SealedSimultaneous, false, schedulingtest.WithStaff())
	a := schedulingtest.Reported(schedulingtest.Secretary, schedulingtest.Bravo, november(3, 10, 0))
	a.Nonce = []byte(strings.Repeat("n", scheduling.NonceSize))
	mustDo(t, r.TakePositions(a, given("G2 preferred")))
	mustDo(t, r.TakePositions(sealing(schedulingtest.AlphaHead, november(3, 11, 0), "1"), given("G2 available")))
	if p, _ := r.Slot("G2").Position(schedulingtest.Bravo); p.Reported == nil {
		t.Errorf("Bravo on G2: %+v, want it reported", p)
	}
}

// What changes on the table makes a sealed answer old for everybody alike, by
// what all can see; and nobody can open the others' with old answers of its own.
func TestSealGoesStale(t *testing.T) {
	t.Parallel()
	r, _ := sealedTalks(scheduling.SealedSimultaneous, false)
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 10, 0), "1"), given("G2 preferred")))
	r.TakeEvents()
	mustDo(t, r.ChangeSlot(schedulingtest.By(schedulingtest.AlphaHead, november(3, 11, 0)), "G3", 1,
		scheduling.SlotTerms{Hours: civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, Place: "Palais des Nations"}))
	for _, e := range r.TakeEvents() {
		if e.Kind == scheduling.SealStale && e.Visible(scheduling.PartyAudience(schedulingtest.Alpha)) {
			t.Error("Alpha is told what Bravo has to do")
		}
	}
	mustDo(t, r.TakePositions(sealing(schedulingtest.AlphaHead, november(3, 12, 0), "2"), given("G2 available")))
	nothingOpen(t, r)
	own, err := r.OwnPositions(schedulingtest.BravoOfficer)
	if err != nil || own["G2"].Level != scheduling.LevelPreferred {
		t.Errorf("what Bravo sees of its own answer: %v, %v", own, err)
	}
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 13, 0), "3"), given("G2 preferred")))
	if r.RevealedAt.IsZero() {
		t.Error("all have answered, and nothing is opened")
	}
}

func TestSealedMinimal(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		bravo []string
		want  scheduling.Label
	}{
		"a date suits all": {[]string{"G1 if_need_be", "G2 not_possible", "W1 preferred"}, "W1"},
		"none does":        {[]string{"G1 not_possible", "G2 not_possible", "W1 not_possible"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := sealedTalks(scheduling.SealedMinimal, false)
			mustDo(t, r.TakePositions(sealing(schedulingtest.AlphaHead, november(3, 10, 0), "1"), given("G1 preferred", "G2 preferred", "W1 available")))
			mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 11, 0), "2"), given(tc.bravo...)))
			nothingOpen(t, r)
			if r.Outcome == nil || r.Outcome.Slot != tc.want {
				t.Fatalf("outcome %+v, want %q", r.Outcome, tc.want)
			}
			for _, e := range r.TakeEvents() {
				if e.Kind == scheduling.PositionTaken {
					t.Error("a position was recorded")
				}
			}
			wantRefused(t, "asking again with other answers",
				r.TakePositions(sealing(schedulingtest.AlphaHead, november(3, 12, 0), "3"), given("G1 available")), "sealed_outcome")
			if tc.want == "" {
				if r.Status != scheduling.Stalled {
					t.Errorf("status %s, want stalled", r.Status)
				}
				return
			}
			mustDo(t, r.Consent(schedulingtest.By(schedulingtest.BravoHead, november(3, 13, 0)), tc.want, 1))
		})
	}
}

// I5: what cannot be opened as a whole stays sealed as a whole.
func TestSealsStayWholeWhenOneCannotBeRead(t *testing.T) {
	t.Parallel()
	r, vault := sealedTalks(scheduling.SealedSimultaneous, true)
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 10, 0), "1"), given("G2 preferred")))
	vault.Fail = errors.New("disk on fire")
	if err := r.TakePositions(sealing(schedulingtest.AlphaHead, november(3, 11, 0), "2"), given("G2 available")); !errors.Is(err, vault.Fail) {
		t.Errorf("got %v, want the fault", err)
	}
	nothingOpen(t, r)
	r.Tick(november(6, 16, 0))
	if r.Fault() == nil {
		t.Error("the clock opened what cannot be read, or said nothing")
	}
	nothingOpen(t, r)
}

func TestMediatorReadsSealed(t *testing.T) {
	t.Parallel()
	mediator := schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Member(schedulingtest.Secretary).Rights |= scheduling.RightMediate
	})
	for name, sees := range map[string]bool{"the rule names one": true, "it does not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := sealedTalks(scheduling.SealedMinimal, false, schedulingtest.WithStaff(), mediator,
				schedulingtest.WithRule(func(ru *scheduling.Rule) { ru.MediatorSees = sees }))
			mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 10, 0), "1"), given("G2 preferred")))
			r.TakeEvents()
			_, err := r.ReadSealed(schedulingtest.By(schedulingtest.AlphaHead, november(3, 11, 0)))
			wantRefused(t, "Alpha reads", err, "sealed_reading")
			got, err := r.ReadSealed(schedulingtest.By(schedulingtest.Secretary, november(3, 11, 0)))
			if !sees {
				wantRefused(t, "the mediator reads", err, "sealed_reading")
				return
			}
			if err != nil || len(got) != 1 || got[0].Answers[0].Slot != "G2" {
				t.Errorf("read %v, %v", got, err)
			}
			if events := r.TakeEvents(); len(events) != 1 || events[0].Kind != scheduling.SealsRead || events[0].Scope != scheduling.AllParties {
				t.Errorf("on record: %v, want one reading that all can see", events)
			}
		})
	}
}

// Once nothing was opened, the parties can agree on more time, and begin anew.
func TestSealAnew(t *testing.T) {
	t.Parallel()
	r, _ := sealedTalks(scheduling.SealedSimultaneous, false)
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 10, 0), "1"), given("G2 preferred")))
	opener := r.Rule
	opener.Kind = scheduling.SealedMinimal
	wantRefused(t, "another promise than the one that was sealed under",
		r.ProposeRule(schedulingtest.By(schedulingtest.AlphaHead, november(3, 11, 0)), opener, r.Deadline, scheduling.Text{}), "sealing_stays")
	r.Tick(november(6, 16, 0))
	later := r.Rule
	later.Reveal.Date = schedulingtest.Date(2009, time.November, 10)
	mustDo(t, r.ProposeRule(schedulingtest.By(schedulingtest.AlphaHead, november(7, 10, 0)), later, r.Deadline, scheduling.Text{}))
	mustDo(t, r.AgreeRule(schedulingtest.By(schedulingtest.BravoHead, november(7, 11, 0))))
	if !r.Sealing() || len(r.SealedParties()) > 0 {
		t.Errorf("sealing %v, seals %v: want to begin anew", r.Sealing(), r.Seals)
	}
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(8, 10, 0), "1"), given("G2 preferred")))
	mustDo(t, r.TakePositions(sealing(schedulingtest.AlphaHead, november(8, 11, 0), "1"), given("G2 preferred")))
	if r.RevealedAt.IsZero() {
		t.Error("nothing is opened")
	}
}

func TestCancelledRoundDestroysSeals(t *testing.T) {
	t.Parallel()
	r, vault := sealedTalks(scheduling.SealedSimultaneous, true)
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 10, 0), "1"), given("G2 preferred")))
	mustDo(t, r.Cancel(schedulingtest.By(schedulingtest.AlphaHead, november(3, 11, 0)), scheduling.Text{}))
	if content, _ := vault.Read(schedulingtest.Bravo, scheduling.SealedAnswer); content != nil || r.UnopenedAt.IsZero() {
		t.Error("the answer outlives the round")
	}
	if r.Tick(november(6, 16, 0)) {
		t.Error("the clock opens something in a round that is over")
	}
}

func TestSealedDraftIsTheOwnPartysAlone(t *testing.T) {
	t.Parallel()
	r, vault := sealedTalks(scheduling.SealedSimultaneous, true)
	mustDo(t, r.KeepDraft(sealing(schedulingtest.BravoOfficer, november(3, 10, 0), "1"), given("G2 preferred")))
	nothingOpen(t, r)
	if d, ok, err := r.DraftOf(schedulingtest.BravoHead); err != nil || !ok || d.By != schedulingtest.BravoOfficer || len(d.Answers) != 1 {
		t.Errorf("Bravo's draft: %+v, %v, %v", d, ok, err)
	}
	if _, ok, err := r.DraftOf(schedulingtest.AlphaHead); ok || err != nil {
		t.Errorf("Alpha finds a draft: %v", err)
	}
	mustDo(t, r.TakePositions(sealing(schedulingtest.BravoHead, november(3, 11, 0), "1"), given("G2 preferred")))
	if content, _ := vault.Read(schedulingtest.Bravo, scheduling.SealedDraft); content != nil {
		t.Error("the draft outlives the answer")
	}
}
