package schedulingtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
)

func (s suite) access(t *testing.T) {
	t.Helper()
	t.Run("an account comes back whole", s.accountWhole)
	t.Run("an address has one account", s.uniqueAccount)
	t.Run("accounts are changed or not", s.updateAccount)
	t.Run("a token comes back whole", s.tokenWhole)
	t.Run("a token that works once works once", s.tokenOnce)
	t.Run("tokens that are no good", s.tokenNoGood)
	t.Run("a use moves the expiry", s.tokenSeen)
	t.Run("tokens are listed and revoked by filter", s.tokenFilter)
	t.Run("a feed is found with its revision", s.feed)
}

func account(id scheduling.AccountID, email string) scheduling.Account {
	return scheduling.Account{
		ID: id, Name: "Name of " + string(id), Email: email, Language: "fr", Passphrase: "$argon2id$x",
		Admin: true, Opens: true, Rooms: true, Disabled: true, CreatedAt: Now,
	}
}

func (s suite) accountWhole(t *testing.T) {
	store := s.open(t, nil)
	want := account("b", "Head@Alpha.example")
	if fields := Unpopulated(want); len(fields) > 0 {
		t.Fatalf("the account leaves fields zero that a comparison would not show: %v", fields)
	}
	for _, a := range []scheduling.Account{want, account("c", "c@x.example"), account("a", "a@x.example")} {
		if err := store.CreateAccount(t.Context(), a); err != nil {
			t.Fatalf("create: %v", err)
		}
	}
	got, err := store.Account(t.Context(), "b")
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	if diff := Diff(want, got); diff != "" {
		t.Errorf("account differs (-stored +loaded):\n%s", diff)
	}
	for _, email := range []string{"Head@Alpha.example", "head@alpha.EXAMPLE"} {
		if got, err := store.AccountByEmail(t.Context(), email); err != nil || got.ID != "b" {
			t.Errorf("by address %s: got %q and %v, want b", email, got.ID, err)
		}
	}
	all, err := store.Accounts(t.Context())
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	var ids []scheduling.AccountID
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	if !slices.Equal(ids, []scheduling.AccountID{"a", "b", "c"}) {
		t.Errorf("got accounts %v, want a, b, c", ids)
	}
	if _, err := store.Account(t.Context(), "d"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("an unknown account: got %v, want ErrNotFound", err)
	}
	if _, err := store.AccountByEmail(t.Context(), "d@x.example"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("an unknown address: got %v, want ErrNotFound", err)
	}
}

func (s suite) uniqueAccount(t *testing.T) {
	store := s.open(t, nil)
	created := 0
	for _, err := range together(4, func(i int) error {
		email := []string{"head@alpha.example", "HEAD@alpha.example", "Head@Alpha.Example", "head@ALPHA.example"}[i]
		return store.CreateAccount(t.Context(), account(scheduling.AccountID(fmt.Sprint(i)), email))
	}) {
		if err == nil {
			created++
			continue
		}
		wantCode(t, err, scheduling.ErrConflict, "account_exists")
	}
	if created != 1 {
		t.Errorf("%d accounts were created for one address, want 1", created)
	}
}

func (s suite) updateAccount(t *testing.T) {
	store := s.open(t, nil)
	for _, a := range []scheduling.Account{account("a", "a@x.example"), account("b", "b@x.example")} {
		if err := store.CreateAccount(t.Context(), a); err != nil {
			t.Fatalf("create: %v", err)
		}
	}
	refusal := errors.New("the caller's own")
	err := store.UpdateAccount(t.Context(), "a", func(a *scheduling.Account) error {
		a.Name = "Changed"
		return refusal
	})
	if err != refusal { //nolint:errorlint // it comes back as it is, not wrapped
		t.Errorf("got error %v, want the caller's own", err)
	}
	wantCode(t, store.UpdateAccount(t.Context(), "a", func(a *scheduling.Account) error {
		a.Email = "B@x.example"
		return nil
	}), scheduling.ErrConflict, "account_exists")
	if got, err := store.Account(t.Context(), "a"); err != nil || Diff(account("a", "a@x.example"), got) != "" {
		t.Errorf("after two refusals got %+v and %v", got, err)
	}
	want := scheduling.Account{ID: "a", Name: "Other", Email: "A@x.example", CreatedAt: later(1)} // the others back to zero
	err = store.UpdateAccount(t.Context(), "a", func(a *scheduling.Account) error {
		*a = want
		return nil
	})
	if got, loadErr := store.Account(t.Context(), "a"); err != nil || loadErr != nil || Diff(want, got) != "" {
		t.Errorf("after an update (%v, %v) account differs (-want +loaded):\n%s", err, loadErr, Diff(want, got))
	}
	err = store.UpdateAccount(t.Context(), "c", func(*scheduling.Account) error { return nil })
	if !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("an unknown account: got %v, want ErrNotFound", err)
	}
	// No change is lost between loading and saving.
	for i, err := range together(8, func(int) error {
		return store.UpdateAccount(t.Context(), "a", func(a *scheduling.Account) error {
			a.Name += "+"
			return nil
		})
	}) {
		if err != nil {
			t.Errorf("update %d: %v", i, err)
		}
	}
	if got, err := store.Account(t.Context(), "a"); err != nil || got.Name != "Other++++++++" {
		t.Errorf("after 8 updates got name %q and %v", got.Name, err)
	}
}

func token(hash string, purpose scheduling.Purpose) scheduling.Token {
	return scheduling.Token{
		Hash: hash, Purpose: purpose, Account: "account", Negotiation: "talks", Member: AlphaHead, Party: Alpha,
		Level: scheduling.MemberFeed, Name: "Diary of the head", Scope: scheduling.RightAnswer | scheduling.RightObserve,
		CreatedAt: later(1), ExpiresAt: later(60),
	}
}

func save(t *testing.T, store scheduling.Access, tokens ...scheduling.Token) {
	t.Helper()
	for _, k := range tokens {
		if err := store.SaveToken(t.Context(), k); err != nil {
			t.Fatalf("save token %s: %v", k.Hash, err)
		}
	}
}

func (s suite) tokenWhole(t *testing.T) {
	store := s.open(t, nil)
	want := token("h1", scheduling.ForFeed)
	want.Whole, want.SeenAt, want.UsedAt, want.RevokedAt = true, later(2), later(3), later(4)
	if fields := Unpopulated(want); len(fields) > 0 {
		t.Fatalf("the token leaves fields zero that a comparison would not show: %v", fields)
	}
	bare := scheduling.Token{Hash: "h2", Purpose: scheduling.ForSetup, CreatedAt: later(1)}
	save(t, store, want, bare)
	for _, want := range []scheduling.Token{want, bare} {
		got, err := store.Token(t.Context(), want.Hash, want.Purpose)
		if err != nil {
			t.Fatalf("load: %v", err)
		}
		if diff := Diff(want, got); diff != "" {
			t.Errorf("token differs (-stored +loaded):\n%s", diff)
		}
	}
	if _, err := store.Token(t.Context(), "h1", scheduling.ForLink); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("for another purpose: got %v, want ErrNotFound", err)
	}
	if _, err := store.Token(t.Context(), "h3", scheduling.ForFeed); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("unknown: got %v, want ErrNotFound", err)
	}
}

func (s suite) tokenOnce(t *testing.T) {
	store := s.open(t, nil)
	save(t, store, token("h1", scheduling.ForPassphrase), token("h2", scheduling.ForPassphrase))
	used := 0
	for _, err := range together(20, func(int) error {
		got, err := store.UseToken(t.Context(), "h1", scheduling.ForPassphrase, later(5))
		if err == nil && (!got.UsedAt.Equal(later(5)) || got.Account != "account") {
			return fmt.Errorf("got token %+v", got)
		}
		return err
	}) {
		if err == nil {
			used++
			continue
		}
		wantCode(t, err, scheduling.ErrConflict, "token_used")
	}
	if used != 1 {
		t.Errorf("the token was used %d times, want once", used)
	}
	if got, err := store.Token(t.Context(), "h1", scheduling.ForPassphrase); err != nil || !got.UsedAt.Equal(later(5)) {
		t.Errorf("got token %+v and %v, want it used", got, err)
	}
	if got, err := store.Token(t.Context(), "h2", scheduling.ForPassphrase); err != nil || !got.UsedAt.IsZero() {
		t.Errorf("got token %+v and %v, want it unused", got, err)
	}
}

func (s suite) tokenNoGood(t *testing.T) {
	store := s.open(t, nil)
	revoked := token("revoked", scheduling.ForSetup)
	revoked.RevokedAt = later(2)
	save(t, store, token("expiring", scheduling.ForSetup), revoked)
	use := func(hash string, purpose scheduling.Purpose, minutes int) error {
		_, err := store.UseToken(t.Context(), hash, purpose, later(minutes))
		return err
	}
	if err := use("unknown", scheduling.ForSetup, 3); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("unknown: got %v, want ErrNotFound", err)
	}
	if err := use("expiring", scheduling.ForPassphrase, 3); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("for another purpose: got %v, want ErrNotFound", err)
	}
	wantCode(t, use("revoked", scheduling.ForSetup, 3), scheduling.ErrConflict, "token_expired")
	wantCode(t, use("expiring", scheduling.ForSetup, 60), scheduling.ErrConflict, "token_expired")
	if err := use("expiring", scheduling.ForSetup, 59); err != nil {
		t.Errorf("just before the expiry: got %v", err)
	}
}

func (s suite) tokenSeen(t *testing.T) {
	store := s.open(t, nil)
	save(t, store, token("h1", scheduling.ForSession), token("h2", scheduling.ForSession))
	if err := store.SeeToken(t.Context(), "h1", later(5), later(90)); err != nil {
		t.Fatalf("see: %v", err)
	}
	want := token("h1", scheduling.ForSession)
	want.SeenAt, want.ExpiresAt = later(5), later(90)
	if got, err := store.Token(t.Context(), "h1", scheduling.ForSession); err != nil || Diff(want, got) != "" {
		t.Errorf("token differs, %v (-want +loaded):\n%s", err, Diff(want, got))
	}
	if got, err := store.Token(t.Context(), "h2", scheduling.ForSession); err != nil || Diff(token("h2", scheduling.ForSession), got) != "" {
		t.Errorf("another token has changed: %+v, %v", got, err)
	}
	if err := store.SeeToken(t.Context(), "h3", later(5), later(90)); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("unknown: got %v, want ErrNotFound", err)
	}
}

func (s suite) tokenFilter(t *testing.T) {
	alpha, staff := Alpha, scheduling.PartyID("")
	tokens := map[string]func(*scheduling.Token){
		"plain":       func(*scheduling.Token) {},
		"link":        func(k *scheduling.Token) { k.Purpose = scheduling.ForLink },
		"account":     func(k *scheduling.Token) { k.Account = "other" },
		"negotiation": func(k *scheduling.Token) { k.Negotiation = "other" },
		"member":      func(k *scheduling.Token) { k.Member = BravoHead },
		"staff":       func(k *scheduling.Token) { k.Party = "" },
		"level":       func(k *scheduling.Token) { k.Level = scheduling.PublicFeed },
		"ended":       func(k *scheduling.Token) { k.RevokedAt = later(2) },
	}
	newest := []string{"plain", "link", "account", "negotiation", "member", "staff", "level", "ended"}
	for name, tc := range map[string]struct {
		filter scheduling.TokenFilter
		want   []string // newest first
	}{
		"all feeds":     {scheduling.TokenFilter{Purpose: scheduling.ForFeed}, []string{"plain", "account", "negotiation", "member", "staff", "level", "ended"}},
		"no purpose":    {scheduling.TokenFilter{Account: "account"}, nil},
		"an account":    {scheduling.TokenFilter{Purpose: scheduling.ForFeed, Account: "other"}, []string{"account"}},
		"a negotiation": {scheduling.TokenFilter{Purpose: scheduling.ForFeed, Negotiation: "other"}, []string{"negotiation"}},
		"a member":      {scheduling.TokenFilter{Purpose: scheduling.ForFeed, Member: BravoHead}, []string{"member"}},
		"a party":       {scheduling.TokenFilter{Purpose: scheduling.ForFeed, Party: &alpha, Level: scheduling.PublicFeed}, []string{"level"}},
		"no party":      {scheduling.TokenFilter{Purpose: scheduling.ForFeed, Party: &staff}, []string{"staff"}},
		"older":         {scheduling.TokenFilter{Purpose: scheduling.ForFeed, Before: later(-4)}, []string{"staff", "level", "ended"}},
		"links": {
			scheduling.TokenFilter{Purpose: scheduling.ForLink, Account: "account", Negotiation: "talks", Member: AlphaHead, Party: &alpha, Level: scheduling.MemberFeed},
			[]string{"link"},
		},
		"nothing": {scheduling.TokenFilter{Purpose: scheduling.ForSession}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			store := s.open(t, nil)
			for i, hash := range newest {
				k := token(hash, scheduling.ForFeed)
				k.CreatedAt = later(-i)
				tokens[hash](&k)
				save(t, store, k)
			}
			list, err := store.Tokens(t.Context(), tc.filter)
			if err != nil {
				t.Fatalf("list: %v", err)
			}
			var got []string
			for _, k := range list {
				got = append(got, k.Hash)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("listed %v, want %v", got, tc.want)
			}
			if err := store.Revoke(t.Context(), tc.filter, later(9)); err != nil {
				t.Fatalf("revoke: %v", err)
			}
			for _, purpose := range []scheduling.Purpose{scheduling.ForFeed, scheduling.ForLink} {
				all, err := store.Tokens(t.Context(), scheduling.TokenFilter{Purpose: purpose})
				if err != nil {
					t.Fatalf("list: %v", err)
				}
				for _, k := range all {
					var want time.Time
					switch {
					case k.Hash == "ended":
						want = later(2) // the first revocation stands
					case slices.Contains(tc.want, k.Hash):
						want = later(9)
					}
					if !k.RevokedAt.Equal(want) {
						t.Errorf("%s was revoked at %v, want %v", k.Hash, k.RevokedAt, want)
					}
				}
			}
		})
	}
}

func (s suite) feed(t *testing.T) {
	store, id := s.delivered(t, nil)
	revoked := token("revoked", scheduling.ForFeed)
	revoked.RevokedAt = later(2)
	save(t, store, token("feed", scheduling.ForFeed), token("link", scheduling.ForLink), revoked)
	stamp := func() int {
		t.Helper()
		got, stamp, err := store.FeedToken(t.Context(), "feed")
		if err != nil || Diff(token("feed", scheduling.ForFeed), got) != "" {
			t.Fatalf("got token %+v and %v", got, err)
		}
		return stamp
	}
	last := stamp()
	for _, change := range []struct {
		name string
		do   func()
	}{
		{"what all may know", func() {
			update(t, store, id, func(r *scheduling.Round) error { return r.Consent(By(BravoHead, later(1)), "G2", 1) })
		}},
		{"a draft of one party", func() {
			update(t, store, id, func(r *scheduling.Round) error { return r.Draft(By(BravoHead, later(1)), P1()) })
		}},
		{"the clock, without an event", func() {
			update(t, store, id, func(r *scheduling.Round) error { r.Postponed = true; return nil })
		}},
		{"a member's own particulars", func() {
			err := store.UpdateNegotiation(t.Context(), id.Negotiation, scheduling.Once{}, func(n *scheduling.Negotiation) error {
				m := *n.Member(BravoHead)
				m.Language = "en"
				return n.ChangeMember(BravoHead, m, later(1))
			})
			if err != nil {
				t.Fatal(err)
			}
		}},
		{"a further round", func() {
			n, err := store.Negotiation(t.Context(), id.Negotiation)
			if err != nil {
				t.Fatal(err)
			}
			_, r := Talks()
			r.Negotiation, r.UID = n, "uid-further"
			if _, err := store.AddRound(t.Context(), scheduling.Once{}, r); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		change.do()
		if next := stamp(); next <= last {
			t.Errorf("%s: the stamp went from %d to %d, want it to rise", change.name, last, next)
		} else {
			last = next
		}
	}
	update(t, store, id, func(*scheduling.Round) error { return nil })
	if next := stamp(); next != last {
		t.Errorf("a change that did nothing moved the stamp from %d to %d", last, next)
	}
	if got, _, err := store.FeedToken(t.Context(), "revoked"); err != nil || got.RevokedAt.IsZero() {
		t.Errorf("a revoked feed: got %+v and %v, want it as it is", got, err)
	}
	for _, hash := range []string{"link", "unknown"} {
		if _, _, err := store.FeedToken(t.Context(), hash); !errors.Is(err, scheduling.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", hash, err)
		}
	}
}
