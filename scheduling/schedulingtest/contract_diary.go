package schedulingtest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/clash"
)

func (s suite) diaries(t *testing.T) {
	t.Helper()
	t.Run("a diary comes back whole", s.diaryWhole)
	t.Run("a diary changes nothing else", s.diaryAlone)
	t.Run("presences reach their readers alone", s.presences)
	t.Run("updates of a diary at the same time all land", s.diaryParallel)
	t.Run("a diary forgets who is erased, and goes with the words", s.diaryErased)
	t.Run("the travel table comes back whole", s.travelWhole)
}

// updateDiary changes a diary of Delivered without a form.
func updateDiary(t *testing.T, store scheduling.Store, party scheduling.PartyID, change func(*scheduling.Diary)) {
	t.Helper()
	err := store.UpdateDiary(t.Context(), "talks", party, scheduling.Once{}, func(_ *scheduling.Negotiation, d *scheduling.Diary) error {
		change(d)
		return nil
	})
	if err != nil {
		t.Fatalf("update diary of %s: %v", party, err)
	}
}

func (s suite) diaryWhole(t *testing.T) {
	store, _ := s.delivered(t, nil)
	empty, err := store.Diary(t.Context(), "talks", Bravo)
	if err != nil {
		t.Fatal(err)
	}
	if diff := Diff(&scheduling.Diary{Negotiation: "talks", Party: Bravo}, empty); diff != "" {
		t.Errorf("a new diary differs (-want +got):\n%s", diff)
	}
	want := &scheduling.Diary{
		Negotiation: "talks", Party: Bravo, Version: 1,
		Persons: []scheduling.KeyPerson{{ID: "p2", Name: "Petrov", Function: scheduling.FunctionCounsel}, {ID: "p1", Name: "Ivanov", Function: scheduling.FunctionHead}},
		Commitments: []scheduling.Commitment{{
			ID: "c1", Person: "p1", Kind: scheduling.CommitmentPresent, City: "Geneva", First: Date(2009, time.November, 9), Last: Date(2009, time.November, 20),
			Note: "other talks", Readers: scheduling.NamedParties, Named: []scheduling.PartyID{Alpha}, Source: "calendar",
		}},
	}
	if fields := Unpopulated(*want); len(fields) > 0 {
		t.Fatalf("the diary leaves fields zero that a comparison would not show: %v", fields)
	}
	updateDiary(t, store, Bravo, func(d *scheduling.Diary) { *d = *Clone(want) })
	compare := func(what string) {
		t.Helper()
		got, err := store.Diary(t.Context(), "talks", Bravo)
		if err != nil {
			t.Fatal(err)
		}
		if diff := Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	compare("stored")
	updateDiary(t, store, Bravo, func(*scheduling.Diary) {})
	compare("after no change")
	updateDiary(t, store, Bravo, func(d *scheduling.Diary) { d.Persons, d.Commitments = d.Persons[:1], nil })
	want.Version, want.Persons, want.Commitments = 2, want.Persons[:1], nil
	compare("after a change to zero values")

	form := scheduling.Once{Actor: "bravo-head", Key: "k", Digest: "d"}
	for range 2 {
		err := store.UpdateDiary(t.Context(), "talks", Bravo, form, func(_ *scheduling.Negotiation, d *scheduling.Diary) error {
			d.Persons[0].Name += "!"
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want.Version, want.Persons[0].Name = 3, "Petrov!"
	compare("after a form sent twice")
	refused := errors.New("refused")
	err = store.UpdateDiary(t.Context(), "talks", Bravo, scheduling.Once{}, func(n *scheduling.Negotiation, d *scheduling.Diary) error {
		if n.Party(Bravo) == nil {
			t.Error("the negotiation is not given with the diary")
		}
		d.Persons = nil
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("got %v, want the error of the change", err)
	}
	compare("after a refusal")

	_, err = store.Diary(t.Context(), "nothing", Bravo)
	wantCode(t, err, scheduling.ErrNotFound, "negotiation_unknown")
	_, err = store.Diary(t.Context(), "talks", "nobody")
	wantCode(t, err, scheduling.ErrNotFound, "party_unknown")
	err = store.UpdateDiary(t.Context(), "talks", "nobody", scheduling.Once{}, func(*scheduling.Negotiation, *scheduling.Diary) error { return nil })
	wantCode(t, err, scheduling.ErrNotFound, "party_unknown")
	_, err = store.Presences(t.Context(), "nothing", scheduling.PartyAudience(Alpha))
	wantCode(t, err, scheduling.ErrNotFound, "negotiation_unknown")
}

func (s suite) diaryAlone(t *testing.T) {
	store, id := s.delivered(t, nil)
	before := load(t, store, id)
	updateDiary(t, store, Bravo, func(d *scheduling.Diary) {
		d.Persons = []scheduling.KeyPerson{{ID: "p1", Name: "Ivanov", Function: scheduling.FunctionHead}}
	})
	if diff := Diff(before, load(t, store, id)); diff != "" {
		t.Errorf("the round differs (-before +after):\n%s", diff)
	}
	alpha, err := store.Diary(t.Context(), "talks", Alpha)
	if err != nil || len(alpha.Persons) > 0 {
		t.Errorf("the diary of the other party: %+v, %v", alpha, err)
	}
}

func (s suite) presences(t *testing.T) {
	store, _ := s.delivered(t, nil, WithObserver())
	present := scheduling.Commitment{
		ID: "c1", Person: "p1", Kind: scheduling.CommitmentPresent, City: "Geneva",
		First: Date(2009, time.November, 9), Last: Date(2009, time.November, 20), Note: "secret",
	}
	commitments := []scheduling.Commitment{present}
	add := func(id string, change func(*scheduling.Commitment)) {
		c := present
		c.ID = id
		change(&c)
		commitments = append(commitments, c)
	}
	add("c2", func(c *scheduling.Commitment) { c.City, c.Readers = "Vienna", scheduling.AllParties })
	add("c3", func(c *scheduling.Commitment) {
		c.City, c.Readers, c.Named = "Lima", scheduling.NamedParties, []scheduling.PartyID{Alpha}
	})
	add("c4", func(c *scheduling.Commitment) { c.Kind, c.City = scheduling.CommitmentBusy, "Oslo" })
	updateDiary(t, store, Bravo, func(d *scheduling.Diary) {
		d.Persons = []scheduling.KeyPerson{{ID: "p1", Name: "Ivanov", Function: scheduling.FunctionHead}}
		d.Commitments = commitments
	})
	for name, tc := range map[string]struct {
		to   scheduling.Audience
		want string
	}{
		"own party":   {scheduling.PartyAudience(Bravo), "[Geneva Vienna Lima]"},
		"named party": {scheduling.PartyAudience(Alpha), "[Vienna Lima]"},
		"other party": {scheduling.PartyAudience(Charlie), "[Vienna]"},
		"public":      {scheduling.PublicAudience, "[]"},
	} {
		list, err := store.Presences(t.Context(), "talks", tc.to)
		if err != nil {
			t.Fatal(err)
		}
		cities := []string{}
		for _, p := range list {
			if p.Party != Bravo || p.Function != scheduling.FunctionHead {
				t.Errorf("%s: got %+v", name, p)
			}
			cities = append(cities, p.City)
		}
		if got := fmt.Sprint(cities); got != tc.want {
			t.Errorf("%s is told of %s, want %s", name, got, tc.want)
		}
	}
}

func (s suite) diaryParallel(t *testing.T) {
	store, _ := s.delivered(t, nil)
	const n = 6
	for i, err := range together(n, func(i int) error {
		return store.UpdateDiary(t.Context(), "talks", Bravo, scheduling.Once{}, func(_ *scheduling.Negotiation, d *scheduling.Diary) error {
			d.Persons = append(d.Persons, scheduling.KeyPerson{ID: fmt.Sprint(i), Name: "N", Function: scheduling.FunctionHead})
			return nil
		})
	}) {
		if err != nil {
			t.Errorf("update %d: %v", i, err)
		}
	}
	d, err := store.Diary(t.Context(), "talks", Bravo)
	if err != nil || len(d.Persons) != n || d.Version != n {
		t.Errorf("got %+v and %v, want %d persons", d, err, n)
	}
}

func (s suite) diaryErased(t *testing.T) {
	store, _ := s.delivered(t, nil)
	updateDiary(t, store, Bravo, func(d *scheduling.Diary) {
		d.Persons = []scheduling.KeyPerson{{ID: "p1", Name: "B. Officer", Function: scheduling.FunctionHead}}
		d.Commitments = []scheduling.Commitment{{
			ID: "c1", Person: "p1", Kind: scheduling.CommitmentBusy, City: "Geneva",
			First: Date(2009, time.November, 9), Last: Date(2009, time.November, 9), Note: "dinner of B. Officer",
		}}
	})
	err := store.EraseMember(t.Context(), "talks", scheduling.Once{}, BravoOfficer, "Delegate 3", func(n *scheduling.Negotiation) error {
		return n.EraseMember(BravoHead, BravoOfficer, "Delegate 3", Now.Add(time.Hour))
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := store.Diary(t.Context(), "talks", Bravo)
	if err != nil || len(d.Persons) != 1 || len(d.Commitments) != 1 {
		t.Fatalf("got %+v and %v, want the diary", d, err)
	}
	if d.Version != 2 || d.Persons[0].Name != "Delegate 3" || d.Commitments[0].Note != "dinner of Delegate 3" || d.Commitments[0].City != "Geneva" {
		t.Errorf("the diary still says %+v", d)
	}
	concluded := Now.Add(2 * time.Hour)
	err = store.UpdateNegotiation(t.Context(), "talks", scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.Conclude(AlphaHead, nil, concluded)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Purge(t.Context(), scheduling.UsualRetention, concluded.Add(scheduling.UsualRetention.Concluded)); err != nil {
		t.Fatal(err)
	}
	if d, err := store.Diary(t.Context(), "talks", Bravo); err != nil || len(d.Persons)+len(d.Commitments) > 0 {
		t.Errorf("after the purge the diary is %+v, %v", d, err)
	}
}

func (s suite) travelWhole(t *testing.T) {
	store := s.open(t, nil)
	if got, err := store.Travel(t.Context()); err != nil || got.Version != 0 || len(got.Legs) > 0 {
		t.Errorf("a new table is %+v, %v", got, err)
	}
	legs := []clash.Leg{{From: "Geneva", To: "Lima", Days: 2, OneWay: true}, {From: "Geneva", To: "Paris"}}
	form := scheduling.Once{Actor: "a", Key: "k", Digest: "d"}
	for range 2 {
		err := store.UpdateTravel(t.Context(), form, func(tr *scheduling.Travel) error {
			tr.Legs = append(tr.Legs, legs...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	want := scheduling.Travel{Version: 1, Legs: legs}
	got, err := store.Travel(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	refused := errors.New("refused")
	if err := store.UpdateTravel(t.Context(), scheduling.Once{}, func(*scheduling.Travel) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("got %v, want the error of the change", err)
	}
	if err := store.UpdateTravel(t.Context(), scheduling.Once{}, func(tr *scheduling.Travel) error { tr.Legs = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Travel(t.Context()); err != nil || got.Version != 2 || len(got.Legs) > 0 {
		t.Errorf("an emptied table is %+v, %v", got, err)
	}
}
