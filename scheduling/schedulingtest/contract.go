package schedulingtest

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/scheduling"
	"parley/scheduling/record"
)

// Full is a store that keeps all there is.
type Full = interface {
	scheduling.Store
	scheduling.Outbox
	scheduling.Access
	scheduling.Programs
	scheduling.Retainer
	record.Ledger
	scheduling.Register
}

// ComposerFunc is a function as a scheduling.Composer.
type ComposerFunc func(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token)

// Compose calls f.
func (f ComposerFunc) Compose(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
	return f(n, r, events)
}

// TestStore is the contract that every store passes: what the comments of
// scheduling.Store, Outbox, Access and Programs promise. Open gives an empty store with
// the composer, which may be nil; it is called once in every subtest.
func TestStore(t *testing.T, open func(t *testing.T, c scheduling.Composer) Full) {
	t.Helper()
	s := suite{open: open}
	t.Run("a round comes back whole", s.roundTrip)
	t.Run("an update writes everything, zero values too", s.updateWhole)
	t.Run("an update of the negotiation writes everything", s.updateNegotiationWhole)
	t.Run("what is not there is not found", s.missing)
	t.Run("callers share nothing with the store", s.shareNothing)
	t.Run("an error rolls back and comes back", s.rollback)
	t.Run("versions and the revision", s.revision)
	t.Run("further rounds are numbered", s.addRound)
	t.Run("a form has one effect", s.once)
	t.Run("a form sent many times at once has one effect", s.onceInParallel)
	t.Run("history comes back whole", s.historyWhole)
	t.Run("history by pages", s.historyPages)
	t.Run("messages are composed in the same step", s.compose)
	t.Run("negotiations of an account", s.ofAccount)
	t.Run("rounds that are due", s.due)
	t.Run("updates at the same time all land", s.noLostUpdate)
	t.Run("offers at the same time all land, each with its number", s.counters)
	t.Run("confirmations at the same time have one winner", s.oneWinner)
	t.Run("what is sealed is opened at once or not at all", s.sealed)
	t.Run("a sealed answer is replaced quietly", s.sealedQuietly)
	s.diaries(t)
	s.outbox(t)
	s.access(t)
	s.programs(t)
	s.retention(t)
	s.register(t)
}

type suite struct {
	open func(t *testing.T, c scheduling.Composer) Full
}

// talks stores Delivered with no composer and gives its round.
func (s suite) delivered(t *testing.T, c scheduling.Composer, adjust ...Adjustment) (Full, scheduling.RoundID) {
	t.Helper()
	store := s.open(t, c)
	return store, create(t, store, adjust...)
}

// create stores Delivered.
func create(t *testing.T, store scheduling.Store, adjust ...Adjustment) scheduling.RoundID {
	t.Helper()
	n, r := Delivered(adjust...)
	id, err := store.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	return scheduling.RoundID{Negotiation: id, Number: 1}
}

func load(t *testing.T, store scheduling.Store, id scheduling.RoundID) *scheduling.Round {
	t.Helper()
	r, err := store.Round(t.Context(), id)
	if err != nil {
		t.Fatalf("load round %s: %v", id, err)
	}
	return r
}

func update(t *testing.T, store scheduling.Store, id scheduling.RoundID, change func(*scheduling.Round) error) {
	t.Helper()
	if err := store.Update(t.Context(), id, scheduling.Once{}, change); err != nil {
		t.Fatalf("update round %s: %v", id, err)
	}
}

func history(t *testing.T, store scheduling.Store, id scheduling.NegotiationID) []scheduling.Recorded {
	t.Helper()
	h, err := store.History(t.Context(), id, 0, 1000)
	if err != nil {
		t.Fatalf("history of %s: %v", id, err)
	}
	return h
}

// kinds counts what a history holds.
func kinds(h []scheduling.Recorded) map[scheduling.EventKind]int {
	count := map[scheduling.EventKind]int{}
	for _, e := range h {
		count[e.Kind]++
	}
	return count
}

// Diff is what differs between two negotiations, rounds, or parts of them; ""
// when nothing does. Nil and empty lists are the same, and so are two times at
// one instant. What an aggregate has recorded and not yet handed over does not
// count.
func Diff(want, got any) string {
	return cmp.Diff(want, got, cmpopts.EquateEmpty(),
		cmpopts.IgnoreUnexported(scheduling.Negotiation{}, scheduling.Round{}))
}

// wantCode fails unless err is a refusal of that kind with that code.
func wantCode(t *testing.T, err, kind error, code string) {
	t.Helper()
	var refusal *scheduling.Error
	if !errors.As(err, &refusal) || !errors.Is(err, kind) || refusal.Code != code {
		t.Errorf("got error %v, want %v with code %s", err, kind, code)
	}
}

// together runs n functions at the same time and gives their errors.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// Unpopulated lists the exported fields, as Type.Field, that are zero in every
// struct of that type which v leads to: what a comparison with v does not
// show. Types outside the module, such as time.Time, are taken as one value.
// Heads are left out: stores set them by themselves, and TestRecord looks at
// them.
func Unpopulated(v any) []string {
	seen := map[reflect.Type][]bool{}
	visit(reflect.ValueOf(v), seen)
	var fields []string
	for t, populated := range seen {
		for i, ok := range populated {
			if !ok && t.Field(i).IsExported() && t.Field(i).Type != head && t != head {
				fields = append(fields, t.String()+"."+t.Field(i).Name)
			}
		}
	}
	return fields
}

var head = reflect.TypeFor[scheduling.Head]()

func visit(v reflect.Value, seen map[reflect.Type][]bool) {
	switch kind := v.Kind(); {
	case kind == reflect.Pointer && !v.IsNil():
		visit(v.Elem(), seen)
	case kind == reflect.Slice:
		for i := range v.Len() {
			visit(v.Index(i), seen)
		}
	case kind == reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			visit(entry.Value(), seen)
		}
	case kind == reflect.Struct && strings.HasPrefix(v.Type().PkgPath(), "parley/"):
		if seen[v.Type()] == nil {
			seen[v.Type()] = make([]bool, v.NumField())
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				seen[v.Type()][i] = seen[v.Type()][i] || !v.Field(i).IsZero()
				visit(v.Field(i), seen)
			}
		}
	}
}

// notice composes one message for each event, to AlphaHead, and a link for the
// members that are added. What it composes follows from its input alone.
func notice(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
	var messages []scheduling.Message
	var links []scheduling.Token
	for i, e := range events {
		number, version := 0, n.Version
		if r != nil {
			number, version = r.ID.Number, r.Version
		}
		id := fmt.Sprintf("%s/%d/%d/%d/%s", n.ID, number, version, i, e.Kind)
		m := scheduling.Message{
			ID: scheduling.MessageID(id), Negotiation: n.ID, Round: number, Member: AlphaHead, Party: Alpha,
			Kind: scheduling.NoticeMessage, To: "head@alpha.example", Subject: string(e.Kind), Text: id,
			CreatedAt: e.At, NextAt: e.At, State: scheduling.MessageQueued,
		}
		if e.Kind == scheduling.MemberAdded {
			m.LinkHash = "hash-of-" + string(e.Member)
			links = append(links, scheduling.Token{
				Hash: m.LinkHash, Purpose: scheduling.ForLink, Negotiation: n.ID, Member: e.Member, Party: e.Party, CreatedAt: e.At,
			})
		}
		messages = append(messages, m)
	}
	return messages, links
}

// later is an instant some minutes after Now.
func later(minutes int) time.Time { return Now.Add(time.Duration(minutes) * time.Minute) }
