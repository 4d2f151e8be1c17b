package config

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const (
	keySize  = 32 // least length of the key, in bytes
	seedSize = 32 // of the key of the records, in bytes
)

// hidden stands for every secret that is printed.
const hidden = "…"

// Secret is a text that must not be printed: formatted, logged or encoded in
// any way it shows as an ellipsis. Reveal returns the text itself.
type Secret string

// Reveal returns the text, for the one place that uses it.
func (s Secret) Reveal() string { return string(s) }

// String hides the text, and says only whether there is one.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the text from %#v.
func (s Secret) GoString() string { return fmt.Sprintf("config.Secret(%q)", s.String()) }

// LogValue hides the text from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText hides the text from every encoder.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// redact shows as much of an address as cannot hold a password: scheme, host
// and path of a URL, and nothing of what merely resembles one.
func redact(value string) string {
	if !strings.ContainsAny(value, "@=") {
		return value
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return hidden
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Key returns the key that private links are derived from: the one that was given, or else the
// one in the file "secret" of the data folder, which Key makes when it is
// missing. Only its owner can read that file.
func (c *Config) Key() ([]byte, error) {
	if c.Secret != "" {
		return []byte(c.Secret), nil
	}
	return c.keyFile("secret", "key")
}

// SealKey returns the key that sealed answers are encrypted with: the one that
// was given, or else the one in the file "seal-key" of the data folder, which
// SealKey makes when it is missing. With PostgreSQL, where all servers need the
// same one, it is derived from Key instead.
func (c *Config) SealKey() ([]byte, error) {
	switch {
	case c.SealSecret != "":
		return []byte(c.SealSecret), nil
	case c.PostgreSQL() && c.Secret != "":
		key, err := hkdf.Key(sha256.New, []byte(c.Secret), nil, "parley seal key", keySize)
		if err != nil {
			return nil, fmt.Errorf("config: seal key: %w", err)
		}
		return key, nil
	}
	return c.keyFile("seal-key", "seal key")
}

// keyFile is the key in a file of the data folder, made when it is missing.
func (c *Config) keyFile(file, name string) ([]byte, error) {
	path := filepath.Join(c.Data, file)
	key, err := keptKey(path, func(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) })
	if err != nil {
		return nil, fmt.Errorf("config: %s: %w", name, err)
	}
	if key = []byte(strings.TrimSpace(string(key))); len(key) < keySize {
		return nil, fmt.Errorf("config: %s: the file %s holds %d bytes, want at least %d: delete it to have a new one made", name, path, len(key), keySize)
	}
	return key, nil
}

// RecordKey returns the 32 bytes of the key that signs the records of
// negotiations: the one that was given; or else, with PostgreSQL, one that
// follows from the other key, so that all servers of a database have the same;
// or else the one in the file "record.key" of the data folder, which RecordKey
// makes when it is missing. Only its owner can read that file.
func (c *Config) RecordKey() ([]byte, error) {
	text := c.RecordSecret.Reveal()
	switch {
	case text != "":
	case c.PostgreSQL():
		key, err := c.Key()
		if err != nil {
			return nil, err
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("key of the records"))
		return mac.Sum(nil), nil
	default:
		kept, err := keptKey(filepath.Join(c.Data, "record.key"), func(raw []byte) string { return hex.EncodeToString(raw[:seedSize]) })
		if err != nil {
			return nil, fmt.Errorf("config: key of the records: %w", err)
		}
		text = strings.TrimSpace(string(kept))
	}
	seed, err := hex.DecodeString(text)
	if err != nil || len(seed) != seedSize {
		return nil, fmt.Errorf("config: key of the records: want %d bytes in hexadecimal", seedSize)
	}
	return seed, nil
}

// keptKey is what stands in the file at path, which is made when it is
// missing: 48 random bytes as encode writes them.
func keptKey(path string, encode func(raw []byte) string) ([]byte, error) {
	key, err := os.ReadFile(filepath.Clean(path))
	if errors.Is(err, fs.ErrNotExist) {
		if key, err = makeKey(path, encode); errors.Is(err, fs.ErrExist) {
			key, err = os.ReadFile(filepath.Clean(path)) // another process was first
		}
	}
	return key, err
}

// makeKey writes a new key to path. It is written beside it first and then
// linked, so that a crash leaves no half key and of two processes one wins;
// the other gets fs.ErrExist.
func makeKey(path string, encode func(raw []byte) string) ([]byte, error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(folder, ".key-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(f.Name()) }()

	raw := make([]byte, 48)
	_, _ = rand.Read(raw) // never fails
	key := encode(raw)
	_, err = f.WriteString(key + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	return []byte(key), os.Link(f.Name(), path)
}
