package schedulingtest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"parley/scheduling"
)

func (s *MemoryStore) account(match func(scheduling.Account) bool) *scheduling.Account {
	i := slices.IndexFunc(s.accounts, match)
	if i < 0 {
		return nil
	}
	return &s.accounts[i]
}

func (s *MemoryStore) taken(email string, by scheduling.AccountID) bool {
	return s.account(func(a scheduling.Account) bool {
		return a.ID != by && strings.EqualFold(a.Email, email)
	}) != nil
}

// CreateAccount is scheduling.Access's.
func (s *MemoryStore) CreateAccount(ctx context.Context, a scheduling.Account) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.taken(a.Email, "") {
		return conflict("account_exists")
	}
	s.accounts = append(s.accounts, a)
	return nil
}

// Account is scheduling.Access's.
func (s *MemoryStore) Account(ctx context.Context, id scheduling.AccountID) (scheduling.Account, error) {
	return s.oneAccount(ctx, func(a scheduling.Account) bool { return a.ID == id })
}

// AccountByEmail is scheduling.Access's.
func (s *MemoryStore) AccountByEmail(ctx context.Context, email string) (scheduling.Account, error) {
	return s.oneAccount(ctx, func(a scheduling.Account) bool { return strings.EqualFold(a.Email, email) })
}

func (s *MemoryStore) oneAccount(ctx context.Context, match func(scheduling.Account) bool) (scheduling.Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return scheduling.Account{}, err
	}
	if a := s.account(match); a != nil {
		return *a, nil
	}
	return scheduling.Account{}, notFound("account_unknown")
}

// Accounts is scheduling.Access's.
func (s *MemoryStore) Accounts(ctx context.Context) ([]scheduling.Account, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return slices.SortedFunc(slices.Values(s.accounts), func(a, b scheduling.Account) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	}), nil
}

// UpdateAccount is scheduling.Access's.
func (s *MemoryStore) UpdateAccount(ctx context.Context, id scheduling.AccountID, change func(*scheduling.Account) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	old := s.account(func(a scheduling.Account) bool { return a.ID == id })
	if old == nil {
		return notFound("account_unknown")
	}
	next := *old
	if err := change(&next); err != nil {
		return err
	}
	next.ID = id
	if s.taken(next.Email, id) {
		return conflict("account_exists")
	}
	*old = next
	return nil
}

// SaveToken is scheduling.Access's.
func (s *MemoryStore) SaveToken(ctx context.Context, t scheduling.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	s.tokens = append(s.tokens, t)
	return nil
}

func (s *MemoryStore) token(match func(scheduling.Token) bool) (*scheduling.Token, error) {
	i := slices.IndexFunc(s.tokens, match)
	if i < 0 {
		return nil, notFound("token_unknown")
	}
	return &s.tokens[i], nil
}

// Token is scheduling.Access's.
func (s *MemoryStore) Token(ctx context.Context, hash string, purpose scheduling.Purpose) (scheduling.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return scheduling.Token{}, err
	}
	t, err := s.token(func(t scheduling.Token) bool { return t.Hash == hash && t.Purpose == purpose })
	if err != nil {
		return scheduling.Token{}, err
	}
	return *t, nil
}

// UseToken is scheduling.Access's.
func (s *MemoryStore) UseToken(ctx context.Context, hash string, purpose scheduling.Purpose, now time.Time) (scheduling.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return scheduling.Token{}, err
	}
	t, err := s.token(func(t scheduling.Token) bool { return t.Hash == hash && t.Purpose == purpose })
	switch {
	case err != nil:
		return scheduling.Token{}, err
	case !t.UsedAt.IsZero():
		return scheduling.Token{}, conflict("token_used")
	case !t.Good(now):
		return scheduling.Token{}, conflict("token_expired")
	}
	t.UsedAt = now
	return *t, nil
}

// SeeToken is scheduling.Access's.
func (s *MemoryStore) SeeToken(ctx context.Context, hash string, now, expires time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	t, err := s.token(func(t scheduling.Token) bool { return t.Hash == hash })
	if err != nil {
		return err
	}
	t.SeenAt, t.ExpiresAt = now, expires
	return nil
}

// Tokens is scheduling.Access's.
func (s *MemoryStore) Tokens(ctx context.Context, f scheduling.TokenFilter) ([]scheduling.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []scheduling.Token
	for _, t := range slices.Backward(s.tokens) {
		if matches(f, t) {
			found = append(found, t)
		}
	}
	slices.SortStableFunc(found, func(a, b scheduling.Token) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return found, nil
}

// Revoke is scheduling.Access's.
func (s *MemoryStore) Revoke(ctx context.Context, f scheduling.TokenFilter, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, t := range s.tokens {
		if matches(f, t) && t.RevokedAt.IsZero() {
			s.tokens[i].RevokedAt = now
		}
	}
	return nil
}

func matches(f scheduling.TokenFilter, t scheduling.Token) bool {
	return f.Purpose == t.Purpose &&
		(f.Account == "" || f.Account == t.Account) &&
		(f.Negotiation == "" || f.Negotiation == t.Negotiation) &&
		(f.Member == "" || f.Member == t.Member) &&
		(f.Party == nil || *f.Party == t.Party) &&
		(f.Level == "" || f.Level == t.Level) &&
		(f.Hash == "" || f.Hash == t.Hash) &&
		(f.Before.IsZero() || t.CreatedAt.Before(f.Before))
}

// FeedToken is scheduling.Access's.
func (s *MemoryStore) FeedToken(ctx context.Context, hash string) (scheduling.Token, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return scheduling.Token{}, 0, err
	}
	t, err := s.token(func(t scheduling.Token) bool { return t.Hash == hash && t.Purpose == scheduling.ForFeed })
	if err != nil {
		return scheduling.Token{}, 0, err
	}
	k := s.talks[t.Negotiation]
	if k == nil {
		return scheduling.Token{}, 0, notFound("negotiation_unknown")
	}
	stamp := k.negotiation.Version
	for _, r := range k.rounds {
		stamp += r.Version
	}
	return *t, stamp, nil
}
