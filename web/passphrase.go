package web

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"parley/scheduling"
)

// The length of a passphrase in characters. There are no rules about which:
// they make worse passphrases.
const (
	shortestPassphrase = 12
	longestPassphrase  = 200
)

// hashing is what a hash costs: 19 MiB and some 30 to 100 ms, the second choice of
// OWASP's list, which leaves a small machine its memory.
var hashing = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobodysHash is what a passphrase is compared with when there is no account,
// so that the answer takes as long. It was made with hashing from random bytes.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$My6sOGc/BsULEKWwQGL5AA$3GfOK+TjmOsQ8xar31LQlAHdkBiheVhSXj5VcQuZbGw"

// hashers lets two hashes be made at the same time: each takes 19 MiB.
type hashers chan struct{}

func newHashers() hashers { return make(hashers, 2) }

// do runs work when it is its turn. Whoever has gone away is not served.
func (h hashers) do(ctx context.Context, work func() error) error {
	select {
	case h <- struct{}{}:
		defer func() { <-h }()
		return work()
	case <-ctx.Done():
		return fmt.Errorf("web: wait for a hash: %w", ctx.Err())
	}
}

// guesses bounds how often somebody may try a passphrase: from one network at
// one address, at one address, and from one network. The first is the narrow
// one, so that a stranger cannot lock out the owner of an address for ever.
// Like every limiter it counts in memory, by replica.
type guesses struct{ pair, address, client *limiter }

func (s *Server) newGuesses() guesses {
	const period = 15 * time.Minute
	return guesses{pair: s.limit(10, period), address: s.limit(100, period), client: s.limit(60, period)}
}

func (g guesses) allow(email, clientIP string) bool {
	type pair struct {
		email string
		from  netip.Prefix
	}
	sum := hashToken(strings.ToLower(email)) // as long whatever was sent
	from := network(clientIP)
	return g.pair.allow(pair{sum, from}) && g.client.allow(from) && g.address.allow(sum)
}

// hash is the argon2id hash of a passphrase in PHC form.
func (h hashers) hash(ctx context.Context, passphrase string) (string, error) {
	var made string
	err := h.do(ctx, func() error {
		var err error
		if made, err = argon2id.CreateHash(norm.NFC.String(passphrase), hashing); err != nil {
			return fmt.Errorf("web: hash passphrase: %w", err)
		}
		return nil
	})
	return made, err
}

// match reports whether passphrase is the one of the account. It takes as long
// for an account that is not there, cannot sign in or is disabled.
func (h hashers) match(ctx context.Context, a scheduling.Account, passphrase string) (bool, error) {
	stored, able := a.Passphrase, a.Passphrase != "" && !a.Disabled
	if !able {
		stored = nobodysHash
	}
	if utf8.RuneCountInString(passphrase) > longestPassphrase {
		passphrase, able = "", false
	}
	var same bool
	err := h.do(ctx, func() error {
		var err error
		if same, err = argon2id.ComparePasswordAndHash(norm.NFC.String(passphrase), stored); err != nil {
			return fmt.Errorf("web: compare passphrase of account %s: %w", a.ID, err)
		}
		return nil
	})
	return same && able, err
}

// newPassphrase reads a passphrase that is being chosen, from field. It is
// taken as typed: spaces count.
func (f *Form) newPassphrase(field string) string {
	value := f.values.Get(field)
	switch n := utf8.RuneCountInString(norm.NFC.String(value)); {
	case value == "":
		f.Fail(field, "error.required")
	case n < shortestPassphrase:
		f.Fail(field, "error.passphrase_short", "n", shortestPassphrase)
	case n > longestPassphrase:
		f.Fail(field, "error.too_long", "n", longestPassphrase)
	}
	return value
}

// passphraseField is the view of an input for a passphrase, which never shows
// what was typed. Autocomplete is current-password or new-password.
func (f *Form) passphraseField(field, label, hint, autocomplete string) Field {
	v := f.Field(field, label, hint)
	v.Type, v.Value, v.Autocomplete = "password", "", autocomplete
	return v
}
