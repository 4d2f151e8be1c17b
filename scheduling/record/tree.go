package record

import (
	"encoding/base64"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A Tree is the Merkle tree of a log (RFC 6962 section 2.1) as far as it takes
// to go on with it: the roots of its largest whole subtrees, from the left. The
// zero Tree is empty.
type Tree struct {
	Size int64
	edge []tlog.Hash
}

// Append adds the next leaf.
func (t *Tree) Append(entry Entry) {
	hash := tlog.RecordHash([]byte(entry.Text))
	for n := t.Size; n&1 == 1; n >>= 1 {
		last := len(t.edge) - 1
		hash = tlog.NodeHash(t.edge[last], hash)
		t.edge = t.edge[:last]
	}
	t.edge = append(t.edge, hash)
	t.Size++
}

// Root is the root hash in base64, "" of an empty tree.
func (t *Tree) Root() string {
	if t.Size == 0 {
		return ""
	}
	last := len(t.edge) - 1
	hash := t.edge[last]
	for i := last - 1; i >= 0; i-- {
		hash = tlog.NodeHash(t.edge[i], hash)
	}
	return hash.String()
}

// Edge is what Resume takes up again, in base64.
func (t *Tree) Edge() string {
	var raw []byte
	for _, h := range t.edge {
		raw = append(raw, h[:]...)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// Resume is the tree of that size with that edge.
func Resume(size int64, edge string) (Tree, error) {
	raw, err := base64.StdEncoding.DecodeString(edge)
	ones := 0
	for n := size; n > 0; n >>= 1 {
		ones += int(n & 1)
	}
	if err != nil || size < 0 || len(raw) != ones*tlog.HashSize {
		return Tree{}, fmt.Errorf("record: the edge of a tree of %d entries is damaged", size)
	}
	t := Tree{Size: size}
	for ; len(raw) > 0; raw = raw[tlog.HashSize:] {
		t.edge = append(t.edge, tlog.Hash(raw[:tlog.HashSize]))
	}
	return t, nil
}
