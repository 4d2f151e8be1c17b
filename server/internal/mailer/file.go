package mailer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
)

// File writes messages into a folder instead of sending them, one .eml file
// each. A message with the same Message-ID takes the place of the earlier one,
// as it would in the eyes of a reader.
type File struct{ folder string }

// NewFile returns a provider that writes into folder, which it creates.
func NewFile(folder string) (*File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("mailer: %w", err)
	}
	return &File{folder: folder}, nil
}

// Send writes the message: see [Provider]. The envelope is not kept.
func (f *File) Send(ctx context.Context, from, to string, message []byte) error {
	if err := checkEnvelope(from, to); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return &Error{Stage: Content, Temporary: true, Err: err}
	}
	if err := f.write(message); err != nil {
		return &Error{Stage: Content, Temporary: true, Err: err}
	}
	return nil
}

// write is atomic: a reader finds the whole message or none.
func (f *File) write(message []byte) error {
	file, err := os.CreateTemp(f.folder, ".mail-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(message)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), filepath.Join(f.folder, fileName(message)))
}

// fileName is made from the Message-ID, so that people find the file; the
// digest keeps apart what looks alike once strange characters are gone.
func fileName(message []byte) string {
	id := ""
	if m, err := mail.ReadMessage(bytes.NewReader(message)); err == nil {
		id = strings.Trim(m.Header.Get("Message-Id"), "<> ")
	}
	key := []byte(id)
	if id == "" {
		id, key = "message", message
	}
	sum := sha256.Sum256(key)
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '@', r == '.':
			return r
		default:
			return '_'
		}
	}, id)
	const most = 100
	plain = strings.TrimLeft(plain[:min(len(plain), most)], ".")
	return plain + "-" + hex.EncodeToString(sum[:4]) + ".eml"
}
