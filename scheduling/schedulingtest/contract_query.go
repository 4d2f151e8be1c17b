package schedulingtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
)

func (s suite) historyWhole(t *testing.T) {
	store := s.open(t, nil)
	n, r := Talks(WithID("whole"), WithStaff())
	var want []scheduling.Recorded // oldest first
	note := func(number int, events []scheduling.Event) {
		for _, e := range events {
			want = append(want, scheduling.Recorded{Event: Clone(e), Seq: 1, Round: number})
		}
	}
	nEvents, rEvents := takeAgain(n, r)
	note(0, nEvents)
	note(1, rEvents)
	id, err := store.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	if err := store.UpdateNegotiation(t.Context(), id, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		if err := n.AddMember(AlphaHead, scheduling.Member{ID: "new", Party: Alpha, Name: "New", Rights: AllRights}, later(1)); err != nil {
			return err
		}
		copied := *n
		note(0, copied.TakeEvents())
		return nil
	}); err != nil {
		t.Fatalf("update of the negotiation: %v", err)
	}
	act := Reported(AlphaHead, Bravo, later(3))
	act.Evidence.Form, act.Evidence.Reference = scheduling.ByNote, "NV 12/2009"
	act.Evidence.Note = scheduling.Text{Body: "friendly", Owner: Alpha}
	reason := scheduling.Text{Body: "subject to visas", Scope: scheduling.NamedParties, Named: []scheduling.PartyID{Alpha}}
	for _, change := range []func(*scheduling.Round) error{
		func(r *scheduling.Round) error { return r.Deliver(By(AlphaHead, later(2)), P1(), Paper("P1")) },
		func(r *scheduling.Round) error {
			return r.TakePositions(act, []scheduling.Answer{{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: reason}})
		},
		func(r *scheduling.Round) error { return r.Consent(By(BravoHead, later(4)), "G2", 1) },
		func(r *scheduling.Round) error { return r.Consent(By(AlphaHead, later(5)), "G2", 1) },
		func(r *scheduling.Round) error { return r.Confirm(By(AlphaHead, later(6)), "G2", 1) },
		func(r *scheduling.Round) error { return r.ChangeMeeting(By(AlphaHead, later(7)), "XX", "") },
	} {
		var events []scheduling.Event
		update(t, store, scheduling.RoundID{Negotiation: id, Number: 1}, func(r *scheduling.Round) error {
			if err := change(r); err != nil {
				return err
			}
			copied := *r
			events = Clone(copied.TakeEvents())
			return nil
		})
		note(1, events)
	}
	slices.Reverse(want)
	if fields := Unpopulated(want); len(fields) > 0 {
		t.Fatalf("the history leaves fields zero that a comparison would not show: %v", fields)
	}
	got := history(t, store, id)
	last := int64(0)
	for _, e := range slices.Backward(got) {
		if e.Seq <= last {
			t.Errorf("%s has Seq %d after %d", e.Kind, e.Seq, last)
		}
		last = e.Seq
	}
	for i := range got {
		got[i].Seq = 1
	}
	if diff := Diff(want, got); diff != "" {
		t.Errorf("history differs (-recorded +loaded):\n%s", diff)
	}
}

// takeAgain is what n and r have recorded, without taking it from them.
func takeAgain(n *scheduling.Negotiation, r *scheduling.Round) (ofNegotiation, ofRound []scheduling.Event) {
	nCopy, rCopy := *n, *r
	return nCopy.TakeEvents(), rCopy.TakeEvents()
}

func (s suite) historyPages(t *testing.T) {
	store, id := s.delivered(t, nil)
	create(t, store, WithID("other")) // what happens elsewhere is not in it
	for i := range 7 {
		update(t, store, id, func(r *scheduling.Round) error {
			return r.RecordDelivery(By(AlphaHead, later(i)), handedOver(fmt.Sprint(i)))
		})
	}
	whole := history(t, store, id.Negotiation)
	if len(whole) != 10 {
		t.Fatalf("got %d events, want 10", len(whole))
	}
	var paged []scheduling.Recorded
	for before := int64(0); ; before = paged[len(paged)-1].Seq {
		page, err := store.History(t.Context(), id.Negotiation, before, 4)
		if err != nil {
			t.Fatalf("history: %v", err)
		}
		if len(page) == 0 {
			break
		}
		if len(page) > 4 {
			t.Fatalf("a page has %d events, want at most 4", len(page))
		}
		paged = append(paged, page...)
	}
	if diff := Diff(whole, paged); diff != "" {
		t.Errorf("the pages differ from the whole (-whole +pages):\n%s", diff)
	}
}

func (s suite) compose(t *testing.T) {
	type call struct {
		round, slots, members int
		kinds                 []scheduling.EventKind
	}
	var calls []call
	store := s.open(t, ComposerFunc(func(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
		c := call{members: len(n.Members)}
		if r != nil {
			c.round, c.slots = r.ID.Number, len(r.Slots)
			if r.Negotiation == nil || r.Negotiation.ID != n.ID {
				t.Error("the round comes without its negotiation")
			}
		}
		for _, e := range events {
			c.kinds = append(c.kinds, e.Kind)
		}
		calls = append(calls, c)
		return notice(n, r, events)
	}))
	id := create(t, store)
	update(t, store, id, func(*scheduling.Round) error { return nil }) // composes nothing
	update(t, store, id, func(r *scheduling.Round) error { return r.Consent(By(BravoHead, later(1)), "G2", 1) })
	err := store.UpdateNegotiation(t.Context(), id.Negotiation, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.AddMember(AlphaHead, scheduling.Member{ID: "new", Party: Alpha, Name: "New", Rights: AllRights}, later(2))
	})
	if err != nil {
		t.Fatalf("update of the negotiation: %v", err)
	}
	want := []call{
		{members: 4, kinds: []scheduling.EventKind{scheduling.NegotiationOpened}},
		{members: 4, round: 1, slots: 6, kinds: []scheduling.EventKind{scheduling.RoundOpened, scheduling.ProposalDelivered}},
		{members: 4, round: 1, slots: 6, kinds: []scheduling.EventKind{scheduling.ConsentGiven}},
		{members: 5, kinds: []scheduling.EventKind{scheduling.MemberAdded}},
	}
	if fmt.Sprint(calls) != fmt.Sprint(want) {
		t.Errorf("composed\n%v, want\n%v", calls, want)
	}
	messages, err := store.Messages(t.Context(), id.Negotiation, 100)
	if err != nil {
		t.Fatalf("messages: %v", err)
	}
	var subjects []string
	for _, m := range messages {
		subjects = append(subjects, m.Subject)
	}
	if len(subjects) != 5 || subjects[0] != string(scheduling.MemberAdded) || subjects[1] != string(scheduling.ConsentGiven) {
		t.Errorf("got messages %v, want 5 with the newest first", subjects)
	}
	if few, err := store.Messages(t.Context(), id.Negotiation, 2); err != nil || len(few) != 2 {
		t.Errorf("got %d messages and %v, want 2", len(few), err)
	}
	link, err := store.Token(t.Context(), "hash-of-new", scheduling.ForLink)
	if err != nil || link.Member != "new" {
		t.Errorf("got link %+v and %v, want the one that was composed", link, err)
	}
}

func (s suite) ofAccount(t *testing.T) {
	store := s.open(t, nil)
	for i, id := range []scheduling.NegotiationID{"one", "two", "three"} {
		n, r := Talks(WithID(id), WithAccount(AlphaHead, "account-1"))
		n.CreatedAt = Now.Add(time.Duration(i) * time.Hour)
		if _, err := store.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
			t.Fatalf("create: %v", err)
		}
	}
	create(t, store, WithID("not theirs"), WithAccount(BravoHead, "account-2"))
	create(t, store, WithID("no longer theirs"), WithAccount(AlphaReader, "account-1"), With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Member(AlphaReader).Removed = true
	}))
	for _, tc := range []struct {
		account scheduling.AccountID
		limit   int
		want    []scheduling.NegotiationID
	}{
		{"account-1", 10, []scheduling.NegotiationID{"three", "two", "one"}},
		{"account-1", 2, []scheduling.NegotiationID{"three", "two"}},
		{"account-2", 10, []scheduling.NegotiationID{"not theirs"}},
		{"account-3", 10, nil},
		{"", 10, nil},
	} {
		found, err := store.OfAccount(t.Context(), tc.account, tc.limit)
		if err != nil {
			t.Fatalf("of account %q: %v", tc.account, err)
		}
		var ids []scheduling.NegotiationID
		for _, n := range found {
			ids = append(ids, n.ID)
			if len(n.Members) == 0 || len(n.Parties) == 0 {
				t.Errorf("negotiation %s has no members or no parties", n.ID)
			}
		}
		if !slices.Equal(ids, tc.want) {
			t.Errorf("account %q has %v, want %v", tc.account, ids, tc.want)
		}
	}
	added := func(n *scheduling.Negotiation) error {
		n.Member(BravoHead).Account = "account-3"
		return nil
	}
	if err := store.UpdateNegotiation(t.Context(), "two", scheduling.Once{}, added); err != nil {
		t.Fatalf("update: %v", err)
	}
	if found, err := store.OfAccount(t.Context(), "account-3", 10); err != nil || len(found) != 1 || found[0].ID != "two" {
		t.Errorf("after an update account-3 has %d negotiations and %v, want two", len(found), err)
	}
}

func (s suite) due(t *testing.T) {
	store := s.open(t, nil)
	lapsing := func(id scheduling.NegotiationID, day int) time.Time {
		n, r := Talks(WithID(id))
		c := P1()
		c.LapsesAtReplyBy = true
		c.ReplyBy.Date.Day = day
		must(r.Deliver(By(AlphaHead, Now), c, Paper("P1")))
		must(r.Consent(By(BravoHead, Now), "W3", 1)) // who has answered is not reminded
		if _, err := store.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
			t.Fatalf("create: %v", err)
		}
		return c.ReplyBy.Instant()
	}
	first := lapsing("a", 9)
	second := lapsing("b", 10)
	n, r := Talks(WithID("never"))
	if _, err := store.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatalf("create: %v", err)
	}
	list := func(now time.Time, limit int) string {
		t.Helper()
		ids, err := store.Due(t.Context(), now, limit)
		if err != nil {
			t.Fatalf("due: %v", err)
		}
		return fmt.Sprint(ids)
	}
	for _, tc := range []struct {
		name  string
		now   time.Time
		limit int
		want  string
	}{
		{"before", first.Add(-time.Second), 10, "[]"},
		{"at the instant", first, 10, "[a/1]"},
		{"both", second, 10, "[a/1 b/1]"},
		{"the longest due", second, 1, "[a/1]"},
	} {
		if got := list(tc.now, tc.limit); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
	update(t, store, scheduling.RoundID{Negotiation: "a", Number: 1}, func(r *scheduling.Round) error {
		if !r.Tick(first) {
			t.Error("nothing was due after all")
		}
		return nil
	})
	if got := list(second, 10); got != "[b/1]" {
		t.Errorf("after the first has lapsed got %s, want [b/1]", got)
	}
	if err := store.UpdateNegotiation(t.Context(), "b", scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.Conclude(AlphaHead, nil, Now)
	}); err != nil {
		t.Fatalf("conclude: %v", err)
	}
	if got := list(second, 10); got != "[]" {
		t.Errorf("after the second was concluded got %s, want none", got)
	}
}
