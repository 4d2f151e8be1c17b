package schedulingtest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/record"
)

// TestRecord is the contract of a store as a record.Ledger. Open gives an empty
// store that composes with c and signs with RecordKey.
func TestRecord(t *testing.T, open func(t *testing.T, c scheduling.Composer) Full) {
	t.Helper()
	s := suite{open: open}
	t.Run("every event has its entry", s.recordWhole)
	t.Run("what is private leaves the shared record alone", s.recordApart)
	t.Run("messages take the head with them", s.recordHeads)
	t.Run("what is erased leaves the tree whole", s.recordErased)
	t.Run("changes at the same time leave no gap", s.recordTogether)
	t.Run("talks that are not there have no record", s.recordMissing)
}

// entries are a log that was found without fault.
func entries(t *testing.T, store record.Ledger, id scheduling.NegotiationID, log record.Log) ([]record.Kept, record.Tree) {
	t.Helper()
	kept, err := store.Record(t.Context(), id, log)
	if err != nil {
		t.Fatalf("record: %v", err)
	}
	var tree record.Tree
	for i, k := range kept {
		if err := k.Check(int64(i)); err != nil {
			t.Fatalf("entry %d of %s: %v", i, log, err)
		}
		if got := k.Value("kind"); got != string(k.Event.Kind) {
			t.Errorf("entry %d of %s is %s, its event %s", i, log, got, k.Event.Kind)
		}
		tree.Append(k.Entry)
	}
	return kept, tree
}

func (s suite) recordWhole(t *testing.T) {
	store, id := s.delivered(t, nil)
	update(t, store, id, func(r *scheduling.Round) error { return r.Consent(By(BravoHead, later(1)), "G2", 1) })
	addMember(t, store, id.Negotiation, 2)
	update(t, store, id, func(r *scheduling.Round) error { return r.Consent(By(AlphaHead, later(3)), "G2", 1) })
	shared, tree := entries(t, store, id.Negotiation, record.Shared)
	own, _ := entries(t, store, id.Negotiation, record.Own(Alpha))
	others, _ := entries(t, store, id.Negotiation, record.Own(Bravo))
	happened := history(t, store, id.Negotiation)
	slices.Reverse(happened)
	var wantShared, wantOwn []scheduling.Recorded
	for _, e := range happened {
		if e.Scope == scheduling.OwnParty {
			wantOwn = append(wantOwn, e)
		} else {
			wantShared = append(wantShared, e)
		}
	}
	events := func(kept []record.Kept) (all []scheduling.Recorded) {
		for _, k := range kept {
			all = append(all, k.Event)
		}
		return all
	}
	if diff := Diff(wantShared, events(shared)); diff != "" {
		t.Errorf("the shared record (-history +entries):\n%s", diff)
	}
	if diff := Diff(wantOwn, events(own)); diff != "" || len(own) != 1 {
		t.Errorf("Alpha's record has %d entries (-history +entries):\n%s", len(own), diff)
	}
	if len(others) != 0 {
		t.Errorf("Bravo's record has %d entries, want none", len(others))
	}
	n := load(t, store, id).Negotiation
	wantHead(t, n, tree)
}

// wantHead fails unless the head of n is that of tree, signed.
func wantHead(t *testing.T, n *scheduling.Negotiation, tree record.Tree) {
	t.Helper()
	if n.Head.Size != tree.Size || n.Head.Root != tree.Root() {
		t.Errorf("the head is %d %s, want %d %s", n.Head.Size, n.Head.Root, tree.Size, tree.Root())
	}
	verifier, err := record.NewVerifier(RecordKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Open(record.FormatHead(record.Origin(n.ID, record.Shared), n.Head)); err != nil {
		t.Errorf("the head is not signed: %v", err)
	}
}

func addMember(t *testing.T, store scheduling.Store, id scheduling.NegotiationID, minute int) {
	t.Helper()
	if err := store.UpdateNegotiation(t.Context(), id, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.AddMember(AlphaHead, scheduling.Member{ID: "new", Party: Alpha, Name: "New", Rights: AllRights}, later(minute))
	}); err != nil {
		t.Fatalf("update of the negotiation: %v", err)
	}
}

func (s suite) recordApart(t *testing.T) {
	store, id := s.delivered(t, nil)
	before := load(t, store, id).Negotiation.Head
	addMember(t, store, id.Negotiation, 1)
	after := load(t, store, id).Negotiation.Head
	if before.IsZero() || after != before {
		t.Errorf("the head went from %v to %v though nothing happened that Bravo may know", before, after)
	}
}

func (s suite) recordHeads(t *testing.T) {
	everybody := ComposerFunc(func(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) (all []scheduling.Message, _ []scheduling.Token) {
		if r == nil {
			return nil, nil
		}
		for _, m := range n.Members {
			all = append(all, scheduling.Message{
				ID: scheduling.MessageID(string(m.ID) + "-" + events[0].At.String()), Negotiation: n.ID, Member: m.ID, Party: m.Party,
				Kind: scheduling.NoticeMessage, To: "a@example.org", Subject: "s", Text: "t", CreatedAt: events[0].At, State: scheduling.MessageQueued,
			})
		}
		return all, nil
	})
	store, id := s.delivered(t, everybody, WithObserver())
	update(t, store, id, func(r *scheduling.Round) error { return r.Consent(By(BravoHead, later(1)), "G2", 1) })
	_, tree := entries(t, store, id.Negotiation, record.Shared)
	messages, err := store.Messages(t.Context(), id.Negotiation, 100)
	if err != nil {
		t.Fatalf("messages: %v", err)
	}
	seen := 0
	for _, m := range messages {
		switch {
		case !strings.HasSuffix(string(m.ID), later(1).String()):
		case m.Party == Charlie:
			if !m.Head.IsZero() {
				t.Errorf("an observer gets a head: %v", m.Head)
			}
			seen++
		case m.Head.Size != tree.Size || m.Head.Root != tree.Root():
			t.Errorf("the message to %s has head %v, want the one after what it tells of, %d %s", m.Member, m.Head, tree.Size, tree.Root())
		default:
			seen++
		}
	}
	if seen != len(load(t, store, id).Negotiation.Members) {
		t.Errorf("got %d messages of the last change", seen)
	}
}

func (s suite) recordErased(t *testing.T) {
	store, id := s.delivered(t, nil)
	officer := load(t, store, id).Negotiation.Member(BravoOfficer).Name
	reason := scheduling.Text{Body: officer + " is ill", Scope: scheduling.AllParties}
	update(t, store, id, func(r *scheduling.Round) error {
		return r.TakePositions(By(BravoHead, later(1)), []scheduling.Answer{{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: reason}})
	})
	_, before := entries(t, store, id.Negotiation, record.Shared)
	err := store.EraseMember(t.Context(), id.Negotiation, scheduling.Once{}, BravoOfficer, "Delegate 3", func(n *scheduling.Negotiation) error {
		return n.EraseMember(BravoHead, BravoOfficer, "Delegate 3", later(60))
	})
	if err != nil {
		t.Fatal(err)
	}
	kept, after := entries(t, store, id.Negotiation, record.Shared)
	if before.Root() != after.Root() {
		t.Error("erasing changed the tree")
	}
	got := kept[len(kept)-1].Parts
	want := record.Opening{Removed: later(60).Format(time.RFC3339), Rule: record.PersonErased}
	if got[record.Written] != want {
		t.Errorf("what named the person is %v, want %v", got[record.Written], want)
	}
	if got[record.Level].Body != string(scheduling.LevelIfNeedBe) || got[record.Who].Removed != "" {
		t.Errorf("more was erased than what named the person: %v", got)
	}
}

func (s suite) recordTogether(t *testing.T) {
	store, id := s.delivered(t, nil)
	errs := together(8, func(i int) error {
		return store.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
			return r.RecordDelivery(By(AlphaHead, later(i)), handedOver(string(rune('a'+i))))
		})
	})
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	kept, tree := entries(t, store, id.Negotiation, record.Shared)
	if len(kept) != 11 {
		t.Errorf("got %d entries, want 11", len(kept))
	}
	wantHead(t, load(t, store, id).Negotiation, tree)
}

func (s suite) recordMissing(t *testing.T) {
	store := s.open(t, nil)
	_, err := store.Record(t.Context(), "none", record.Shared)
	wantCode(t, err, scheduling.ErrNotFound, "negotiation_unknown")
}
