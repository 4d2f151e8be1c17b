package scheduling

import "slices"

// A Standing is how a slot stands with the parties that must agree: what each
// of them says of the slot as it now is.
type Standing struct {
	Slot *Slot
	// Levels are the answers of the required parties, in protocol order; "" is
	// no answer.
	Levels []Level
	// Conditions is how many of the answers depend on a condition that is open.
	Conditions int
	// Consents are the required parties that have consented, in protocol order,
	// without those that did so ad referendum.
	Consents []PartyID
	// Enough says that these are all the consents that the rule demands.
	Enough bool
}

// Count is the number of parties that answer with l; "" counts those that have
// not answered.
func (s Standing) Count(l Level) int {
	n := 0
	for _, level := range s.Levels {
		if level == l {
			n++
		}
	}
	return n
}

// Acceptable reports whether every party has answered and none has ruled the
// slot out.
func (s Standing) Acceptable() bool {
	return !slices.Contains(s.Levels, LevelNotPossible) && !slices.Contains(s.Levels, "")
}

// Agreed reports whether all have consented whose consent the rule demands.
func (s Standing) Agreed() bool { return s.Enough }

// before reports whether s is the better date of two that are acceptable to
// all: fewer open conditions, then preferred by more, then earlier.
func (s Standing) before(o Standing) bool {
	switch {
	case s.Conditions != o.Conditions:
		return s.Conditions < o.Conditions
	case s.Count(LevelPreferred) != o.Count(LevelPreferred):
		return s.Count(LevelPreferred) > o.Count(LevelPreferred)
	}
	return s.Slot.Start().Before(o.Slot.Start())
}

// nearer reports whether less stands in the way of s than of o: fewer
// refusals, then fewer answers missing, then as in before.
func (s Standing) nearer(o Standing) bool {
	switch {
	case s.Count(LevelNotPossible) != o.Count(LevelNotPossible):
		return s.Count(LevelNotPossible) < o.Count(LevelNotPossible)
	case s.Count("") != o.Count(""):
		return s.Count("") < o.Count("")
	}
	return s.before(o)
}

// Standings says how each slot on the table stands, in the order of the paper.
func (r *Round) Standings() []Standing {
	offered, required := r.Offered(), r.Negotiation.Required()
	all := make([]Standing, len(offered))
	levels := make([]Level, len(offered)*len(required))
	for i, s := range offered {
		all[i] = Standing{Slot: s, Levels: levels[i*len(required) : (i+1)*len(required)]}
		for j, party := range required {
			if p, ok := s.Position(party); ok {
				all[i].Levels[j] = p.Level
				if p.Condition == ConditionOpen {
					all[i].Conditions++
				}
			}
			if c, ok := s.Consent(party); ok && c.binds() {
				all[i].Consents = append(all[i].Consents, party)
			}
		}
		all[i].Enough = r.Rule.Kind != ChairDecides && r.Needed(s).Done()
	}
	return all
}

// Best is the best date so far: of the slots that every required party has
// answered and none has ruled out, the one with the fewest conditions, then
// the most preferred, then the earliest. It is nil when there is none.
//
// It informs and decides nothing.
func Best(all []Standing) *Standing {
	return pick(all, Standing.Acceptable, Standing.before)
}

// Nearest is the slot with the least in its way, for when there is no best
// date: fewest refusals, then fewest answers missing. It is nil without slots.
func Nearest(all []Standing) *Standing {
	return pick(all, func(Standing) bool { return true }, Standing.nearer)
}

// Agreed is the slot to which all have consented whose consent the rule
// demands, or nil. A party consents to one slot at a time, so that there is one
// at most, unless a quorum is so low that two reach it.
func Agreed(all []Standing) *Standing {
	return pick(all, Standing.Agreed, Standing.before)
}

func pick(all []Standing, fit func(Standing) bool, better func(Standing, Standing) bool) *Standing {
	var best *Standing
	for i := range all {
		if fit(all[i]) && (best == nil || better(all[i], *best)) {
			best = &all[i]
		}
	}
	return best
}
