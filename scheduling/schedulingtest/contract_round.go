package schedulingtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"parley/scheduling"
)

func (s suite) roundTrip(t *testing.T) {
	store := s.open(t, nil)
	n, r := Populated()
	want, wantNegotiation := Clone(r), Clone(n)
	id, err := store.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil || id != wantNegotiation.ID {
		t.Fatalf("create: got %q and %v, want %q", id, err, wantNegotiation.ID)
	}
	want.Version, want.Negotiation.Version, want.Negotiation.Revision = 1, 1, 1
	wantNegotiation.Version, wantNegotiation.Revision = 1, 1
	if fields := Unpopulated(want); len(fields) > 0 {
		t.Fatalf("Populated leaves fields zero that a comparison would not show: %v", fields)
	}
	if diff := Diff(want, load(t, store, want.ID)); diff != "" {
		t.Errorf("round differs (-stored +loaded):\n%s", diff)
	}
	got, err := store.Negotiation(t.Context(), id)
	if err != nil {
		t.Fatalf("load negotiation: %v", err)
	}
	if diff := Diff(wantNegotiation, got); diff != "" {
		t.Errorf("negotiation differs (-stored +loaded):\n%s", diff)
	}
	rounds, err := store.Rounds(t.Context(), id)
	if err != nil {
		t.Fatalf("load rounds: %v", err)
	}
	if diff := Diff([]*scheduling.Round{want}, rounds); diff != "" {
		t.Errorf("rounds differ (-stored +loaded):\n%s", diff)
	}
}

func (s suite) updateWhole(t *testing.T) {
	store := s.open(t, nil)
	n, r := Populated()
	full := Clone(r)
	if _, err := store.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatalf("create: %v", err)
	}
	_, bare := Talks(WithID("populated"))
	for name, want := range map[string]*scheduling.Round{"emptied": bare, "filled again": full} {
		update(t, store, full.ID, func(r *scheduling.Round) error {
			next := Clone(want)
			next.ID, next.Version, next.Negotiation = r.ID, r.Version, r.Negotiation
			*r = *next
			return nil
		})
		got := load(t, store, full.ID)
		got.Version, got.Negotiation = want.Version, want.Negotiation
		if diff := Diff(want, got); diff != "" {
			t.Errorf("round %s differs (-stored +loaded):\n%s", name, diff)
		}
	}
}

func (s suite) updateNegotiationWhole(t *testing.T) {
	store := s.open(t, nil)
	id := create(t, store, WithID("populated"), WithObserver())
	full, _ := Populated()
	bare, _ := Talks(WithID("populated"))
	bare.Reference = ""
	for _, want := range []*scheduling.Negotiation{full, bare, full} {
		err := store.UpdateNegotiation(t.Context(), id.Negotiation, scheduling.Once{}, func(n *scheduling.Negotiation) error {
			next := Clone(want)
			next.Version, next.Revision = n.Version, n.Revision
			*n = *next
			return nil
		})
		if err != nil {
			t.Fatalf("update: %v", err)
		}
		got, err := store.Negotiation(t.Context(), id.Negotiation)
		if err != nil {
			t.Fatalf("load: %v", err)
		}
		got.Version, got.Revision = want.Version, want.Revision
		if diff := Diff(want, got); diff != "" {
			t.Errorf("negotiation differs (-stored +loaded):\n%s", diff)
		}
	}
}

func (s suite) missing(t *testing.T) {
	store, id := s.delivered(t, nil)
	never := func() error {
		t.Error("the change was called")
		return nil
	}
	noRound := scheduling.RoundID{Negotiation: id.Negotiation, Number: 2}
	nowhere := scheduling.RoundID{Negotiation: "nowhere", Number: 1}
	_, r := Talks(WithID("nowhere"))
	for name, act := range map[string]func() error{
		"negotiation": func() error { _, err := store.Negotiation(t.Context(), "nowhere"); return err },
		"round":       func() error { _, err := store.Round(t.Context(), noRound); return err },
		"round of no negotiation": func() error {
			_, err := store.Round(t.Context(), nowhere)
			return err
		},
		"update": func() error {
			return store.Update(t.Context(), noRound, scheduling.Once{}, func(*scheduling.Round) error { return never() })
		},
		"update of the negotiation": func() error {
			return store.UpdateNegotiation(t.Context(), "nowhere", scheduling.Once{}, func(*scheduling.Negotiation) error { return never() })
		},
		"further round": func() error { _, err := store.AddRound(t.Context(), scheduling.Once{}, r); return err },
	} {
		if err := act(); !errors.Is(err, scheduling.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", name, err)
		}
	}
}

func (s suite) shareNothing(t *testing.T) {
	store := s.open(t, nil)
	n, r := Populated()
	want := Clone(r)
	if _, err := store.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatalf("create: %v", err)
	}
	spoil := func(r *scheduling.Round) {
		r.Slots[0].Days[0] = Date(1999, 1, 1)
		r.Slots[0].Consents["nobody"] = scheduling.Consent{}
		r.Proposals[0].Terms.Options[0].Venue.Name = "Spoilt"
		r.Meeting.Invited[0] = "nobody"
		r.Negotiation.Members[0].Name = "Spoilt"
	}
	spoil(r)
	spoil(load(t, store, want.ID))
	update(t, store, want.ID, func(r *scheduling.Round) error {
		r.Negotiation.Title.Body = "not mine to change"
		return r.RecordDelivery(By(AlphaHead, Now), want.Deliveries[0])
	})
	got := load(t, store, want.ID)
	got.Deliveries = got.Deliveries[:2]
	got.Version, got.Negotiation.Version, got.Negotiation.Revision = 0, 0, 0
	if diff := Diff(want, got); diff != "" {
		t.Errorf("the store shares what it keeps (-stored +loaded):\n%s", diff)
	}
}

func (s suite) rollback(t *testing.T) {
	store, id := s.delivered(t, ComposerFunc(notice))
	before, events := load(t, store, id), history(t, store, id.Negotiation)
	refusal := errors.New("the caller's own")
	form := scheduling.Once{Actor: "alpha-head", Key: "k1", Digest: "d"}
	for range 2 { // a refused form leaves no mark, and can be sent again
		called := false
		err := store.Update(t.Context(), id, form, func(r *scheduling.Round) error {
			called = true
			if err := r.Consent(By(BravoHead, later(1)), "G2", 1); err != nil {
				return err
			}
			return refusal
		})
		if err != refusal || !called { //nolint:errorlint // it comes back as it is, not wrapped
			t.Errorf("update: got error %v, called %t; want the caller's own error", err, called)
		}
		err = store.UpdateNegotiation(t.Context(), id.Negotiation, form, func(n *scheduling.Negotiation) error {
			if err := n.Suspend(AlphaHead, scheduling.Text{}, later(1)); err != nil {
				return err
			}
			return refusal
		})
		if err != refusal { //nolint:errorlint // it comes back as it is, not wrapped
			t.Errorf("update of the negotiation: got error %v, want the caller's own", err)
		}
	}
	if diff := Diff(before, load(t, store, id)); diff != "" {
		t.Errorf("a refused change left something behind (-before +after):\n%s", diff)
	}
	if diff := Diff(events, history(t, store, id.Negotiation)); diff != "" {
		t.Errorf("a refused change left events behind (-before +after):\n%s", diff)
	}
	messages, err := store.Messages(t.Context(), id.Negotiation, 100)
	if err != nil || len(messages) != len(events) {
		t.Errorf("got %d messages and error %v, want %d", len(messages), err, len(events))
	}
}

func (s suite) revision(t *testing.T) {
	store, id := s.delivered(t, nil)
	type counts struct{ round, negotiation, revision int }
	count := func() counts {
		r := load(t, store, id)
		return counts{r.Version, r.Negotiation.Version, r.Negotiation.Revision}
	}
	if got, want := count(), (counts{1, 1, 1}); got != want {
		t.Fatalf("after Create got %+v, want %+v", got, want)
	}
	private := func(r *scheduling.Round) error { return r.Draft(By(AlphaHead, later(1)), P1()) }
	shared := func(r *scheduling.Round) error { return r.Consent(By(BravoHead, later(2)), "G2", 1) }
	update(t, store, id, private)
	if got := count(); got.round != 2 || got.revision != 1 {
		t.Errorf("after a private change of the round got %+v, want round 2, revision 1", got)
	}
	update(t, store, id, shared)
	if got := count(); got.round != 3 || got.revision != 2 {
		t.Errorf("after a shared change of the round got %+v, want round 3, revision 2", got)
	}
	update(t, store, id, func(*scheduling.Round) error { return nil })
	if got := count(); got.revision != 2 {
		t.Errorf("after a change of nothing got %+v, want revision 2", got)
	}
	updateNegotiation := func(change func(*scheduling.Negotiation) error) {
		t.Helper()
		if err := store.UpdateNegotiation(t.Context(), id.Negotiation, scheduling.Once{}, change); err != nil {
			t.Fatalf("update of the negotiation: %v", err)
		}
	}
	before := count().negotiation
	updateNegotiation(func(n *scheduling.Negotiation) error {
		return n.AddMember(AlphaHead, scheduling.Member{ID: "new", Party: Alpha, Name: "New", Rights: AllRights}, later(3))
	})
	if got := count(); got.negotiation != before+1 || got.revision != 2 {
		t.Errorf("after a private change of the negotiation got %+v, want negotiation %d, revision 2", got, before+1)
	}
	updateNegotiation(func(n *scheduling.Negotiation) error { return n.Suspend(AlphaHead, scheduling.Text{}, later(4)) })
	if got := count(); got.negotiation != before+2 || got.revision != 3 {
		t.Errorf("after a shared change of the negotiation got %+v, want negotiation %d, revision 3", got, before+2)
	}
}

func (s suite) addRound(t *testing.T) {
	store, id := s.delivered(t, nil)
	for number := 2; number <= 3; number++ {
		n, err := store.Negotiation(t.Context(), id.Negotiation)
		if err != nil {
			t.Fatalf("load: %v", err)
		}
		r := &scheduling.Round{
			ID: scheduling.RoundID{Negotiation: id.Negotiation, Number: 99}, Negotiation: n,
			Name: scheduling.Text{Body: "Further", Scope: scheduling.AllParties}, UID: fmt.Sprintf("uid-%d", number),
			Rule: load(t, store, id).Rule,
		}
		if err := r.Open(BravoHead, later(number)); err != nil {
			t.Fatalf("open: %v", err)
		}
		got, err := store.AddRound(t.Context(), scheduling.Once{}, r)
		if want := (scheduling.RoundID{Negotiation: id.Negotiation, Number: number}); err != nil || got != want {
			t.Fatalf("got round %v and %v, want %v", got, err, want)
		}
		if r := load(t, store, got); r.ID != got || r.UID != fmt.Sprintf("uid-%d", number) || r.Version != 1 || r.Convener != Bravo || r.Negotiation.Revision != number {
			t.Errorf("got round %v with UID %s, version %d, convener %s, revision %d", r.ID, r.UID, r.Version, r.Convener, r.Negotiation.Revision)
		}
	}
	rounds, err := store.Rounds(t.Context(), id.Negotiation)
	if err != nil {
		t.Fatalf("rounds: %v", err)
	}
	var numbers []int
	for _, r := range rounds {
		numbers = append(numbers, r.ID.Number)
	}
	if !slices.Equal(numbers, []int{1, 2, 3}) {
		t.Errorf("got rounds %v, want 1 to 3", numbers)
	}
	if h := history(t, store, id.Negotiation); h[0].Kind != scheduling.RoundOpened || h[0].Round != 3 {
		t.Errorf("the newest event is %s of round %d, want the opening of round 3", h[0].Kind, h[0].Round)
	}
}

func (s suite) once(t *testing.T) {
	store := s.open(t, nil)
	first, second := createTwice(t, store)
	if first != second {
		t.Errorf("the same form gave negotiation %q, then %q", first, second)
	}

	id := create(t, store, WithID("one"))
	other := create(t, store, WithID("other"))
	calls := 0
	send := func(id scheduling.RoundID, form scheduling.Once) {
		t.Helper()
		called := false
		err := store.Update(t.Context(), id, form, func(r *scheduling.Round) error {
			if !called {
				calls++
			}
			called = true
			return r.RecordDelivery(By(AlphaHead, Now), handedOver(fmt.Sprint(calls)))
		})
		if err != nil {
			t.Fatalf("update: %v", err)
		}
	}
	form := scheduling.Once{Actor: "alpha-head", Key: "k2", Digest: "d1"}
	for _, step := range []struct {
		name  string
		id    scheduling.RoundID
		form  scheduling.Once
		calls int
	}{
		{"first", id, form, 1},
		{"again", id, form, 1},
		{"again, for another round", other, form, 1},
		{"other content", id, scheduling.Once{Actor: form.Actor, Key: form.Key, Digest: "d2"}, 2},
		{"other actor", id, scheduling.Once{Actor: "bravo-head", Key: form.Key, Digest: form.Digest}, 3},
		{"other key", id, scheduling.Once{Actor: form.Actor, Key: "k3", Digest: form.Digest}, 4},
		{"no form", id, scheduling.Once{}, 5},
		{"no form again", id, scheduling.Once{}, 6},
	} {
		send(step.id, step.form)
		if calls != step.calls {
			t.Errorf("%s: the change has been called %d times, want %d", step.name, calls, step.calls)
		}
	}
	if got := len(load(t, store, id).Deliveries); got != 6 {
		t.Errorf("got %d deliveries, want 6", got)
	}

	suspend := func(n *scheduling.Negotiation) error { return n.Suspend(AlphaHead, scheduling.Text{}, later(1)) }
	for range 2 {
		if err := store.UpdateNegotiation(t.Context(), id.Negotiation, scheduling.Once{Actor: "a", Key: "k4"}, suspend); err != nil {
			t.Errorf("update of the negotiation: %v", err)
		}
	}

	nothing := scheduling.Once{Actor: "a", Key: "k5"}
	if err := store.Update(t.Context(), id, nothing, func(*scheduling.Round) error { return nil }); err != nil {
		t.Errorf("update of nothing: %v", err)
	}
	err := store.Update(t.Context(), id, nothing, func(*scheduling.Round) error { return errors.New("called") })
	if err != nil {
		t.Errorf("a form that changed nothing is not marked: %v", err)
	}

	n, err := store.Negotiation(t.Context(), other.Negotiation)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	var ids []scheduling.RoundID
	for i := range 2 {
		r := &scheduling.Round{ID: scheduling.RoundID{Negotiation: n.ID}, Negotiation: n, Name: n.Title, UID: fmt.Sprint("further-", i), Rule: load(t, store, other).Rule}
		if err := r.Open(AlphaHead, later(1)); err != nil {
			t.Fatalf("open: %v", err)
		}
		id, err := store.AddRound(t.Context(), scheduling.Once{Actor: "a", Key: "k6"}, r)
		if err != nil {
			t.Fatalf("add round: %v", err)
		}
		ids = append(ids, id)
	}
	if ids[0] != ids[1] || ids[0].Number != 2 {
		t.Errorf("the same form gave rounds %v", ids)
	}
}

// createTwice sends one form of a new negotiation twice.
func createTwice(t *testing.T, store scheduling.Store) (first, second scheduling.NegotiationID) {
	t.Helper()
	var ids []scheduling.NegotiationID
	for _, id := range []scheduling.NegotiationID{"first", "second"} {
		n, r := Delivered(WithID(id))
		got, err := store.Create(t.Context(), scheduling.Once{Actor: "a", Key: "create"}, n, r)
		if err != nil {
			t.Fatalf("create: %v", err)
		}
		ids = append(ids, got)
	}
	if _, err := store.Negotiation(t.Context(), "second"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("the second negotiation was stored: %v", err)
	}
	return ids[0], ids[1]
}

// handedOver is the record of a delivery of P1.
func handedOver(reference string) scheduling.Delivery {
	return scheduling.Delivery{
		Proposal: 1, Form: scheduling.DeliveredByHand, By: "Mr Smith", To: "Mr Ivanov", Date: Date(2009, 11, 2),
		Zone: "Europe/Moscow", Reference: reference,
	}
}

func (s suite) onceInParallel(t *testing.T) {
	store, id := s.delivered(t, nil)
	form := scheduling.Once{Actor: "alpha-head", Key: "k", Digest: "d"}
	for i, err := range together(8, func(int) error {
		return store.Update(t.Context(), id, form, func(r *scheduling.Round) error {
			return r.RecordDelivery(By(AlphaHead, Now), handedOver("one"))
		})
	}) {
		if err != nil {
			t.Errorf("sending %d: %v", i, err)
		}
	}
	if got := len(load(t, store, id).Deliveries); got != 1 {
		t.Errorf("got %d deliveries, want 1", got)
	}
}

func (s suite) noLostUpdate(t *testing.T) {
	store, id := s.delivered(t, ComposerFunc(notice))
	n, err := store.Negotiation(t.Context(), id.Negotiation)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	second := &scheduling.Round{ID: id, Negotiation: n, Name: n.Title, UID: "uid-2", Rule: load(t, store, id).Rule}
	if err := second.Open(AlphaHead, Now); err != nil {
		t.Fatalf("open: %v", err)
	}
	if err := second.Deliver(By(AlphaHead, Now), P1(), Paper("P1")); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	other, err := store.AddRound(t.Context(), scheduling.Once{}, second)
	if err != nil {
		t.Fatalf("add round: %v", err)
	}
	before := len(history(t, store, id.Negotiation))
	for i, err := range together(16, func(i int) error {
		target := id
		if i%2 == 1 {
			target = other // another round raises the same revision
		}
		return store.Update(t.Context(), target, scheduling.Once{}, func(r *scheduling.Round) error {
			return r.RecordDelivery(By(AlphaHead, later(i)), handedOver(fmt.Sprint(i)))
		})
	}) {
		if err != nil {
			t.Errorf("update %d: %v", i, err)
		}
	}
	for _, id := range []scheduling.RoundID{id, other} {
		r := load(t, store, id)
		references := map[string]bool{}
		for _, d := range r.Deliveries {
			references[d.Reference] = true
		}
		if len(references) != 8 || len(r.Deliveries) != 8 || r.Version != 9 || r.Negotiation.Revision != 18 {
			t.Errorf("round %s has %d deliveries of %d, version %d, revision %d; want 8, 8, 9, 18",
				id, len(references), len(r.Deliveries), r.Version, r.Negotiation.Revision)
		}
	}
	if got := len(history(t, store, id.Negotiation)) - before; got != 16 {
		t.Errorf("got %d events, want 16", got)
	}
	messages, err := store.Messages(t.Context(), id.Negotiation, 100)
	if err != nil || len(messages) != before+16 {
		t.Errorf("got %d messages and %v, want %d", len(messages), err, before+16)
	}
}

func (s suite) oneWinner(t *testing.T) {
	store := s.open(t, ComposerFunc(notice))
	n, r := Agreed()
	if _, err := store.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatalf("create: %v", err)
	}
	id := scheduling.RoundID{Negotiation: "talks", Number: 1}
	won := 0
	for _, err := range together(8, func(int) error {
		return store.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
			return r.Confirm(By(AlphaHead, later(180)), "G2", 1)
		})
	}) {
		if err == nil {
			won++
			continue
		}
		wantCode(t, err, scheduling.ErrConflict, "already_confirmed")
	}
	if won != 1 {
		t.Errorf("%d confirmations won, want 1", won)
	}
	if got := kinds(history(t, store, id.Negotiation))[scheduling.MeetingConfirmed]; got != 1 {
		t.Errorf("the history has %d confirmations, want 1", got)
	}
	if r := load(t, store, id); r.Meeting == nil || r.Meeting.Sequence != 0 || r.Confirmed().Label != "G2" {
		t.Errorf("got meeting %+v", r.Meeting)
	}
}
