package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"parley/scheduling"
)

// tokenPrefix begins every secret that is given out, so that scanners for
// leaked secrets can tell them.
const tokenPrefix = "parley_"

// newToken makes a secret of 256 random bits, and the hash by which it is kept.
func newToken() (secret, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails, as crypto/rand says
	secret = tokenPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	return secret, hashToken(secret)
}

// hashToken is the SHA-256 of a secret in hexadecimal: a Token's Hash.
func hashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// isToken reports whether secret can be one at all. It spares the look-up for
// what was cut off or made up.
func isToken(secret string) bool {
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(secret, tokenPrefix))
	return err == nil && len(b) == 32 && strings.HasPrefix(secret, tokenPrefix)
}

// newID is a random name for a thing: 128 bits that say nothing.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, as crypto/rand says
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// idOf is the name of the thing that a form makes. It follows from the key of
// the form, so that sending the form again leads to the same thing.
func idOf(form scheduling.Once) string {
	if form.Key == "" {
		return newID()
	}
	sum := sha256.Sum256([]byte(form.Actor + "\x00" + form.Key + "\x00" + form.Digest))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}
