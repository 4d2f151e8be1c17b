package config

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// keySize is the least length of the key, in bytes.
const keySize = 32

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
	path := filepath.Join(c.Data, "secret")
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if key, err = makeKey(c.Data, path); errors.Is(err, fs.ErrExist) {
			key, err = os.ReadFile(path) // another process was first
		}
	}
	if err != nil {
		return nil, fmt.Errorf("config: key: %w", err)
	}
	if key = []byte(strings.TrimSpace(string(key))); len(key) < keySize {
		return nil, fmt.Errorf("config: key: the file %s holds %d bytes, want at least %d: delete it to have a new one made", path, len(key), keySize)
	}
	return key, nil
}

// makeKey writes a new key to path. It is written beside it first and then
// linked, so that a crash leaves no half key and of two processes one wins;
// the other gets fs.ErrExist.
func makeKey(folder, path string) ([]byte, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(folder, ".secret-*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(f.Name()) }()

	raw := make([]byte, 48)
	_, _ = rand.Read(raw) // never fails
	key := base64.RawURLEncoding.EncodeToString(raw)
	_, err = f.WriteString(key + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	return []byte(key), os.Link(f.Name(), path)
}
