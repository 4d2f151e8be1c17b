package scheduling

// A Leeway is how much a party leaves open. It is for that party alone.
type Leeway struct {
	Slots   int // on the table
	Refused int // that the party has ruled out
	// Enough is how many each party can rule out so that a slot is left that
	// suits all, whichever they are: of m slots and n parties ⌊(m-1)/n⌋.
	Enough int
}

// Open is how many slots the party leaves open.
func (l Leeway) Open() int { return l.Slots - l.Refused }

// Tight reports whether the party has ruled out so much that, if all did the
// same, no slot might be left.
func (l Leeway) Tight() bool { return l.Refused > l.Enough }

// Leeway is what a party leaves open with the answers that it has given, or
// with others in their place.
func (r *Round) Leeway(party PartyID, instead map[Label]Level) Leeway {
	offered := r.Offered()
	l := Leeway{Slots: len(offered)}
	for _, s := range offered {
		level, ok := instead[s.Label]
		if !ok {
			if p, answered := s.Position(party); answered {
				level = p.Level
			}
		}
		if level == LevelNotPossible {
			l.Refused++
		}
	}
	if n := len(r.Negotiation.Required()); l.Slots > 0 && n > 0 {
		l.Enough = (l.Slots - 1) / n
	}
	return l
}
