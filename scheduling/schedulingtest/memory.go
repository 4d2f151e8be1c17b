package schedulingtest

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"sync"
	"time"

	"parley/scheduling"
	"parley/scheduling/record"
)

// A MemoryStore keeps everything in memory: a Store, an Outbox, Access, Programs
// and a Ledger at once. It is safe for use by many goroutines, and shares
// nothing with its callers. It passes TestStore.
type MemoryStore struct {
	composer scheduling.Composer
	key      record.Key

	mu       sync.Mutex
	talks    map[scheduling.NegotiationID]*kept
	forms    map[scheduling.Once]scheduling.RoundID // what each form brought about
	messages []*posted                              // in the order in which they were composed
	accounts []scheduling.Account
	tokens   []scheduling.Token
	bound    map[[2]string]string // by actor and key: the digest
	webhooks []*hooked
	diaries  map[diaryKey]*scheduling.Diary
	travel   scheduling.Travel
	venues   []scheduling.RegisteredVenue
	holidays []scheduling.HolidayList
}

// kept is a negotiation as it is stored.
type kept struct {
	negotiation *scheduling.Negotiation
	rounds      []*scheduling.Round // without their Negotiation
	vaults      []*Vault            // of the rounds
	history     []scheduling.Recorded
	logs        map[record.Log]*keptLog
}

// NewMemoryStore is an empty store. Without a composer there are no messages.
func NewMemoryStore(composer scheduling.Composer) *MemoryStore {
	return &MemoryStore{
		composer: composer,
		talks:    map[scheduling.NegotiationID]*kept{},
		forms:    map[scheduling.Once]scheduling.RoundID{},
		bound:    map[[2]string]string{},
		diaries:  map[diaryKey]*scheduling.Diary{},
	}
}

func notFound(code string) error {
	return &scheduling.Error{Kind: scheduling.ErrNotFound, Code: code}
}

func conflict(code string) error {
	return &scheduling.Error{Kind: scheduling.ErrConflict, Code: code}
}

// done is what a form brought about, if it was used.
func (s *MemoryStore) done(form scheduling.Once) (scheduling.RoundID, bool) {
	id, ok := s.forms[form]
	return id, ok && form.Key != ""
}

func (s *MemoryStore) mark(form scheduling.Once, id scheduling.RoundID) {
	if form.Key != "" {
		s.forms[form] = id
	}
}

// Create is scheduling.Store's.
func (s *MemoryStore) Create(ctx context.Context, form scheduling.Once, n *scheduling.Negotiation, r *scheduling.Round) (scheduling.NegotiationID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if id, ok := s.done(form); ok {
		return id.Negotiation, nil
	}
	if s.talks[n.ID] != nil {
		return "", conflict("negotiation_exists")
	}
	shared := n.Shared() || r.Shared()
	nEvents, rEvents := n.TakeEvents(), r.TakeEvents()
	k := &kept{negotiation: Clone(n)}
	k.negotiation.Version = 1
	if shared {
		k.negotiation.Revision++
	}
	s.talks[n.ID] = k
	round := k.add(r)
	s.record(k, nil, nEvents)
	s.record(k, round, rEvents)
	s.mark(form, round.ID)
	return n.ID, nil
}

// AddRound is scheduling.Store's.
func (s *MemoryStore) AddRound(ctx context.Context, form scheduling.Once, r *scheduling.Round) (scheduling.RoundID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return scheduling.RoundID{}, err
	}
	if id, ok := s.done(form); ok {
		return id, nil
	}
	k := s.talks[r.ID.Negotiation]
	if k == nil {
		return scheduling.RoundID{}, notFound("negotiation_unknown")
	}
	if r.Shared() {
		k.negotiation.Revision++
	}
	events := r.TakeEvents()
	round := k.add(r)
	s.record(k, round, events)
	s.mark(form, round.ID)
	return round.ID, nil
}

// add keeps a copy of r as the next round.
func (k *kept) add(r *scheduling.Round) *scheduling.Round {
	round := k.detached(r)
	round.ID = scheduling.RoundID{Negotiation: k.negotiation.ID, Number: len(k.rounds) + 1}
	round.Version = 1
	k.rounds, k.vaults = append(k.rounds, round), append(k.vaults, NewVault())
	return round
}

// detached is a copy of r without the negotiation.
func (k *kept) detached(r *scheduling.Round) *scheduling.Round {
	bare := *r
	bare.Negotiation = nil
	return Clone(&bare)
}

// attached is a copy of a kept round with copies of its negotiation and vault.
func (k *kept) attached(r *scheduling.Round) *scheduling.Round {
	c := Clone(r)
	c.Negotiation = Clone(k.negotiation)
	c.UseVault(k.vaults[r.ID.Number-1].Fork())
	return c
}

func (k *kept) round(number int) *scheduling.Round {
	if k == nil || number < 1 || number > len(k.rounds) {
		return nil
	}
	return k.rounds[number-1]
}

// record appends to the history and keeps the messages that follow from it.
func (s *MemoryStore) record(k *kept, r *scheduling.Round, events []scheduling.Event) {
	if len(events) == 0 {
		return
	}
	number := 0
	if r != nil {
		number = r.ID.Number
		r = k.attached(r)
	}
	for _, e := range events {
		k.history = append(k.history, scheduling.Recorded{Event: Clone(e), Seq: int64(len(k.history) + 1), Round: number})
	}
	s.enter(k, number, events)
	if s.composer == nil {
		return
	}
	n := Clone(k.negotiation)
	if r != nil {
		n = r.Negotiation
	}
	messages, links := s.composer.Compose(n, r, Clone(events))
	for _, m := range messages {
		if s.find(m.ID) == nil {
			m.Head = witness(k.negotiation, m)
			s.messages = append(s.messages, &posted{Message: Clone(m)})
		}
	}
	s.tokens = append(s.tokens, Clone(links)...)
}

// Update is scheduling.Store's.
func (s *MemoryStore) Update(ctx context.Context, id scheduling.RoundID, form scheduling.Once, change func(*scheduling.Round) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, ok := s.done(form); ok {
		return nil
	}
	k := s.talks[id.Negotiation]
	old := k.round(id.Number)
	if old == nil {
		return notFound("round_unknown")
	}
	r := k.attached(old)
	vault := k.vaults[id.Number-1].fork()
	r.UseVault(vault)
	if err := change(r); err != nil {
		return err
	}
	if err := r.Fault(); err != nil {
		return err
	}
	shared, events := r.Shared(), r.TakeEvents()
	next := k.detached(r)
	next.ID, next.Version = old.ID, old.Version
	if err := s.claim(old, next); err != nil {
		return err
	}
	s.mark(form, id)
	if len(events) == 0 && reflect.DeepEqual(next, old) && //nolint:govet // the only error in a round is one that Clone leaves out
		vault.same(k.vaults[id.Number-1]) {
		return nil
	}
	k.vaults[id.Number-1] = vault
	next.Version++
	k.rounds[id.Number-1] = next
	if shared {
		k.negotiation.Revision++
	}
	s.record(k, next, events)
	return nil
}

// UpdateNegotiation is scheduling.Store's.
func (s *MemoryStore) UpdateNegotiation(ctx context.Context, id scheduling.NegotiationID, form scheduling.Once, change func(*scheduling.Negotiation) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, ok := s.done(form); ok {
		return nil
	}
	k := s.talks[id]
	if k == nil {
		return notFound("negotiation_unknown")
	}
	n := Clone(k.negotiation)
	if err := change(n); err != nil {
		return err
	}
	s.mark(form, scheduling.RoundID{Negotiation: id})
	shared, events := n.Shared(), n.TakeEvents()
	next := Clone(n)
	next.ID, next.Version, next.Revision, next.Head = id, k.negotiation.Version, k.negotiation.Revision, k.negotiation.Head
	if len(events) == 0 && reflect.DeepEqual(next, k.negotiation) {
		return nil
	}
	next.Version++
	if shared {
		next.Revision++
	}
	k.negotiation = next
	s.record(k, nil, events)
	return nil
}

// Negotiation is scheduling.Store's.
func (s *MemoryStore) Negotiation(ctx context.Context, id scheduling.NegotiationID) (*scheduling.Negotiation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := s.talks[id]
	if k == nil {
		return nil, notFound("negotiation_unknown")
	}
	return Clone(k.negotiation), nil
}

// Round is scheduling.Store's.
func (s *MemoryStore) Round(ctx context.Context, id scheduling.RoundID) (*scheduling.Round, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := s.talks[id.Negotiation]
	r := k.round(id.Number)
	if r == nil {
		return nil, notFound("round_unknown")
	}
	return k.attached(r), nil
}

// Rounds is scheduling.Store's.
func (s *MemoryStore) Rounds(ctx context.Context, id scheduling.NegotiationID) ([]*scheduling.Round, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := s.talks[id]
	if k == nil {
		return nil, notFound("negotiation_unknown")
	}
	rounds := make([]*scheduling.Round, 0, len(k.rounds))
	for _, r := range k.rounds {
		rounds = append(rounds, k.attached(r))
	}
	return rounds, nil
}

// OfAccount is scheduling.Store's.
func (s *MemoryStore) OfAccount(ctx context.Context, id scheduling.AccountID, limit int) ([]*scheduling.Negotiation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []*scheduling.Negotiation
	for _, k := range s.talks {
		if k.negotiation.MemberOf(id) != nil {
			found = append(found, Clone(k.negotiation))
		}
	}
	slices.SortFunc(found, func(a, b *scheduling.Negotiation) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return first(found, limit), nil
}

// History is scheduling.Store's.
func (s *MemoryStore) History(ctx context.Context, id scheduling.NegotiationID, before int64, limit int) ([]scheduling.Recorded, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := s.talks[id]
	if k == nil {
		return nil, notFound("negotiation_unknown")
	}
	var found []scheduling.Recorded
	for _, e := range slices.Backward(k.history) {
		if (before == 0 || e.Seq < before) && len(found) < limit {
			found = append(found, Clone(e))
		}
	}
	return found, nil
}

// Due is scheduling.Store's.
func (s *MemoryStore) Due(ctx context.Context, now time.Time, limit int) ([]scheduling.RoundID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	type due struct {
		id scheduling.RoundID
		at time.Time
	}
	var found []due
	for _, k := range s.talks {
		for _, r := range k.rounds {
			if k.attached(r).Negotiation.Status == scheduling.Concluded {
				continue
			}
			if at := k.attached(r).NextDue(); !at.IsZero() && !at.After(now) {
				found = append(found, due{id: r.ID, at: at})
			}
		}
	}
	slices.SortFunc(found, func(a, b due) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id.String(), b.id.String()))
	})
	var ids []scheduling.RoundID
	for _, d := range first(found, limit) {
		ids = append(ids, d.id)
	}
	return ids, nil
}

// first is at most limit of list.
func first[T any](list []T, limit int) []T { return list[:min(len(list), limit)] }
