package scheduling

import "slices"

// Needed says whose consent a slot lacks under the rule.
type Needed struct {
	Each  []PartyID // every one of these has to consent, in protocol order
	More  int       // and so many of Among
	Among []PartyID // in protocol order; empty when More is 0
}

// Done reports whether nothing lacks.
func (n Needed) Done() bool { return len(n.Each) == 0 && n.More == 0 }

// others lists the required parties that are not of the core, in protocol order.
func (ru Rule) others(n *Negotiation) []PartyID {
	return slices.DeleteFunc(n.Required(), func(p PartyID) bool { return slices.Contains(ru.Core, p) })
}

// needed is what agreement lacks where has says which parties are for it.
// Where the chair decides, no party's consent is needed.
func (ru Rule) needed(n *Negotiation, has func(PartyID) bool) Needed {
	switch ru.Kind {
	case ChairDecides:
		return Needed{}
	case Quorum:
		lacks := Needed{Each: slices.DeleteFunc(n.Required(), func(p PartyID) bool {
			return !slices.Contains(ru.Core, p) || has(p)
		})}
		others := ru.others(n)
		open := slices.DeleteFunc(slices.Clone(others), has)
		if lacks.More = max(0, ru.Quorum-(len(others)-len(open))); lacks.More > 0 {
			lacks.Among = open
		}
		return lacks
	case Unanimity, SilenceProcedure, SealedSimultaneous, SealedMinimal:
	}
	return Needed{Each: slices.DeleteFunc(n.Required(), has)}
}

// Needed says whose consent to the slot, as it now is, lacks under the rule of
// the round. One ad referendum lacks until it is approved.
func (r *Round) Needed(s *Slot) Needed {
	return r.Rule.needed(r.Negotiation, func(p PartyID) bool {
		c, ok := s.Consent(p)
		return ok && c.binds()
	})
}

// Missing lists the required parties whose consent to the slot as it now is
// lacks or, under a quorum that is not reached, would help, in protocol order.
// It is empty when the rule asks for no consent more.
func (r *Round) Missing(s *Slot) []PartyID {
	lacks := r.Needed(s)
	return slices.DeleteFunc(r.Negotiation.Required(), func(p PartyID) bool {
		return !slices.Contains(lacks.Each, p) && !slices.Contains(lacks.Among, p)
	})
}

// mayStillAgree reports whether the slot can be settled under the rule, as the
// parties now answer: nobody whose consent it takes has ruled it out, or the
// chair may override that.
func (r *Round) mayStillAgree(s *Slot) bool {
	refuses := func(p PartyID) bool {
		pos, ok := s.Position(p)
		return ok && pos.Level == LevelNotPossible
	}
	if r.Outcome != nil && r.Outcome.Slot == "" && !s.RevisedAt.After(r.RevealedAt) {
		return false // no date of those that were compared suits all
	}
	if r.Rule.Kind == ChairDecides {
		return r.Rule.Override || !slices.ContainsFunc(r.Negotiation.Required(), refuses)
	}
	return r.Rule.needed(r.Negotiation, func(p PartyID) bool { return !refuses(p) }).Done()
}

// agreed reports whether those who agree to something about the round, such as
// a postponement or another rule, are enough under the rule. Where the chair
// decides, only the chair's own word is.
func (r *Round) agreed(agree []PartyID) bool {
	if r.Rule.Kind == ChairDecides {
		return len(r.Chairs()) == 0 && r.unanimous(agree) // nobody is left to decide
	}
	return r.Rule.needed(r.Negotiation, func(p PartyID) bool { return slices.Contains(agree, p) }).Done()
}

// mayStill reports whether enough parties can still agree to something that
// these have refused.
func (r *Round) mayStill(refused []PartyID) bool {
	return r.Rule.needed(r.Negotiation, func(p PartyID) bool { return !slices.Contains(refused, p) }).Done()
}
