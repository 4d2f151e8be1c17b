package record

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"parley/scheduling"
)

// KeyName is the name under which every installation signs; its keys differ.
const KeyName = "parley"

// A Key signs heads and exports.
type Key struct {
	signer note.Signer
	public string
}

// NewKey is the key of a seed: ed25519.SeedSize (32) random bytes.
func NewKey(seed []byte) (Key, error) {
	if len(seed) != ed25519.SeedSize {
		return Key{}, fmt.Errorf("record: a key needs %d bytes, not %d", ed25519.SeedSize, len(seed))
	}
	public, _ := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	text, err := note.NewEd25519VerifierKey(KeyName, public)
	if err != nil {
		return Key{}, fmt.Errorf("record: public key: %w", err)
	}
	// The form that package note reads: name, hash of the public key, and the
	// algorithm (1 is Ed25519) with the seed.
	hash := strings.Split(text, "+")[1]
	signer, err := note.NewSigner("PRIVATE+KEY+" + KeyName + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...)))
	if err != nil {
		return Key{}, fmt.Errorf("record: key: %w", err)
	}
	return Key{signer: signer, public: text}, nil
}

// Public is the public key in the form of package note, for everybody.
func (k Key) Public() string { return k.public }

// Zero reports whether there is no key.
func (k Key) Zero() bool { return k.signer == nil }

// Sign signs a text, which must end with a line feed, and gives the note.
func (k Key) Sign(text string) (string, error) {
	if k.Zero() {
		return "", errors.New("record: no key to sign with")
	}
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return "", fmt.Errorf("record: sign: %w", err)
	}
	return string(signed), nil
}

// A Verifier checks what a Key signed.
type Verifier struct{ list note.Verifiers }

// NewVerifier reads a public key.
func NewVerifier(public string) (Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return Verifier{}, fmt.Errorf("record: this is not a public key: %w", err)
	}
	return Verifier{note.VerifierList(v)}, nil
}

// Open is the text of a note that the key has signed, alone and in one form.
func (v Verifier) Open(signed string) (string, error) {
	n, err := note.Open([]byte(signed), v.list)
	if err != nil {
		return "", fmt.Errorf("record: %w", err)
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return "", errors.New("record: want one signature, and no other")
	}
	if _, err := base64.StdEncoding.Strict().DecodeString(n.Sigs[0].Base64); err != nil {
		return "", fmt.Errorf("record: signature: %w", err)
	}
	return n.Text, nil
}

// Origin names a log to the world: it stands in its heads.
func Origin(id scheduling.NegotiationID, log Log) string {
	return "parley/" + string(id) + "/" + string(log)
}

// HeadText is the text of a head before it is signed.
func HeadText(origin string, size int64, root string) string {
	return origin + "\n" + strconv.FormatInt(size, 10) + "\n" + root + "\n"
}

// Head signs the state of a log; without a key, or of an empty log, it is the
// zero Head.
func (k Key) Head(origin string, t Tree) (scheduling.Head, error) {
	if k.Zero() || t.Size == 0 {
		return scheduling.Head{}, nil
	}
	root := t.Root()
	signed, err := k.Sign(HeadText(origin, t.Size, root))
	if err != nil {
		return scheduling.Head{}, err
	}
	_, signature, _ := strings.Cut(signed, "\n\n"+signatureStart+KeyName+" ")
	return scheduling.Head{Size: t.Size, Root: root, Signature: strings.TrimSuffix(signature, "\n")}, nil
}

const signatureStart = "— "

// FormatHead is the signed note of a head.
func FormatHead(origin string, h scheduling.Head) string {
	return HeadText(origin, h.Size, h.Root) + "\n" + signatureStart + KeyName + " " + h.Signature + "\n"
}

// ErrNoHead is a text in which there is no head.
var ErrNoHead = errors.New("record: there is no head in it")

// FindHeads lists the notes in a text, such as a mail, that look like heads of
// a log: five lines, wherever they stand, each perhaps indented or quoted.
func FindHeads(text string) []string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimLeft(strings.TrimRight(line, " \t"), " \t>")
	}
	var found []string
	for i := 0; i+4 < len(lines); i++ {
		if strings.HasPrefix(lines[i], "parley/") && lines[i+3] == "" && strings.HasPrefix(lines[i+4], signatureStart) {
			found = append(found, strings.Join(lines[i:i+5], "\n")+"\n")
		}
	}
	return found
}

// ParseHead reads the text of a head.
func ParseHead(text string) (origin string, h scheduling.Head, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", h, ErrNoHead
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	raw, err64 := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || err64 != nil || size < 1 || len(raw) != 32 || strconv.FormatInt(size, 10) != lines[1] {
		return "", h, ErrNoHead
	}
	return lines[0], scheduling.Head{Size: size, Root: lines[2]}, nil
}
