package scheduling

// A Head names a state of the record that all parties share: how many entries
// it had and the root of their tree, signed by the installation. Whoever keeps
// it can prove later that the record was rewritten. The zero Head is none.
type Head struct {
	Size      int64
	Root      string // base64 of 32 bytes
	Signature string // base64
}

// IsZero reports whether there is no head.
func (h Head) IsZero() bool { return h.Size == 0 }

// Short is the beginning of the root, enough to compare by eye and in speech.
func (h Head) Short() string { return h.Root[:min(len(h.Root), 12)] }
