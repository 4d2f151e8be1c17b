package scheduling

import (
	"slices"
	"time"
)

// A RuleChange is another rule, or another deadline, that somebody proposes for
// a round that goes on. It takes the consent that the present rule demands.
type RuleChange struct {
	Rule     Rule
	Deadline Deadline // of the round
	By       PartyID  // "" is the neutral staff
	At       time.Time
	Reason   Text
	Agreed   []PartyID
	Refused  []PartyID
}

// ProposeRule proposes another rule or deadline for the rest of the round. A
// member who binds a required party agrees for it in the same step; the chair
// and neutral conveners propose as well. Where the chair decides, the chair's
// own proposal is in force at once.
func (r *Round) ProposeRule(a Act, rule Rule, deadline Deadline, reason Text) error {
	party, err := r.proposer(a)
	if err != nil {
		return err
	}
	if err := r.mayChangeRule(a.At); err != nil {
		return err
	}
	rule = rule.plain()
	switch {
	case r.RuleChange != nil:
		return refuse(ErrConflict, "rule_change_pending")
	case rule.equal(r.Rule) && deadline == r.Deadline:
		return refuse(ErrInvalid, "rule_unchanged").at("rule")
	case tooLong(reason, MaxNote):
		return refuse(ErrInvalid, "reason_too_long").at("reason")
	}
	change := &RuleChange{Rule: rule, Deadline: deadline, By: party, At: a.At, Reason: reason}
	if err := r.changeable(change, a.At); err != nil {
		return err
	}
	change.Reason.Owner = party
	r.RuleChange = change
	r.record(Event{Kind: RuleProposed, At: a.At, By: a.By, Party: party, Text: change.Reason, Evidence: a.Evidence, Scope: AllParties})
	r.endorse(a, party)
	return nil
}

// AgreeRule agrees to the rule that is proposed, for the actor's party or as
// the chair. With the last agreement that the present rule demands the new one
// is in force.
func (r *Round) AgreeRule(a Act) error {
	party, err := r.endorser(a)
	if err != nil {
		return err
	}
	if err := r.mayChangeRule(a.At); err != nil {
		return err
	}
	switch {
	case r.RuleChange == nil:
		return refuse(ErrConflict, "no_rule_change")
	case slices.Contains(r.RuleChange.Agreed, party) && !r.chairDecides(a):
		return nil // said already: no news
	}
	if err := r.changeable(r.RuleChange, a.At); err != nil {
		return err
	}
	r.record(Event{Kind: RuleAgreed, At: a.At, By: a.By, Party: party, Evidence: a.Evidence, Scope: AllParties})
	r.endorse(a, party)
	return nil
}

// RefuseRule refuses the rule that is proposed, or takes back one's own
// proposal. It is dropped when it cannot be agreed any more.
func (r *Round) RefuseRule(a Act) error {
	party, err := r.endorser(a)
	c := r.RuleChange
	if own, mine := r.proposer(a); err != nil && mine == nil && c != nil && own == c.By {
		party, err = own, nil // who could propose it can take it back
	}
	if err != nil {
		return err
	}
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(a.At)
	switch {
	case c == nil:
		return refuse(ErrConflict, "no_rule_change")
	case slices.Contains(c.Refused, party):
		return nil // said already: no news
	}
	c.Agreed = slices.DeleteFunc(slices.Clone(c.Agreed), func(p PartyID) bool { return p == party })
	c.Refused = append(slices.Clone(c.Refused), party)
	r.record(Event{Kind: RuleRefused, At: a.At, By: a.By, Party: party, Evidence: a.Evidence, Scope: AllParties})
	if party == c.By || r.chairDecides(a) || !r.mayStill(c.Refused) {
		r.RuleChange = nil
		r.record(Event{Kind: RuleChangeDropped, At: a.At, By: a.By, Party: c.By, Scope: AllParties})
	}
	return nil
}

// proposer is the party for which a member may propose a rule: one that the
// member binds, or the neutral staff or the chair's side.
func (r *Round) proposer(a Act) (PartyID, error) {
	m := r.Negotiation.Member(a.By)
	if m != nil && a.For == "" && a.Evidence == nil && (r.MayPreside(a.By) == nil || m.Party == "" && m.Rights.Has(RightConvene)) {
		return m.Party, nil
	}
	return r.speaker(a, RightConsent)
}

// endorser is the party for which a member may agree to a rule.
func (r *Round) endorser(a Act) (PartyID, error) {
	if r.chairDecides(a) {
		return r.Negotiation.partyOf(a.By), nil
	}
	return r.speaker(a, RightConsent)
}

// chairDecides reports whether the actor is the chair of a round in which the
// chair's word is enough.
func (r *Round) chairDecides(a Act) bool {
	return r.Rule.Kind == ChairDecides && a.For == "" && a.Evidence == nil && r.MayPreside(a.By) == nil
}

// mayChangeRule refuses a change of the rule while there is nothing to decide
// any more, or while a silence runs whose parties rely on the rule.
func (r *Round) mayChangeRule(now time.Time) error {
	if err := r.writable(); err != nil {
		return err
	}
	r.advance(now)
	switch r.Status {
	case Preparing, OnTheTable, AgreedAdReferendum, Stalled, Confirmed:
	case Lapsed, Held, Cancelled:
		return r.closed()
	}
	if r.Silence != nil {
		return refuse(ErrConflict, "silence_running", "slot", string(r.Silence.Slot))
	}
	return nil
}

// changeable refuses a change that could not come into force at now.
func (r *Round) changeable(c *RuleChange, now time.Time) error {
	d := c.Deadline
	switch {
	case d != r.Deadline && !d.IsZero() && !d.Instant().After(now):
		return refuse(ErrInvalid, "deadline_past").at("deadline")
	case c.Rule.Sealed() != r.Rule.Sealed() && r.Status != Preparing,
		len(r.Seals) > 0 && (c.Rule.Kind != r.Rule.Kind || c.Rule.MediatorSees != r.Rule.MediatorSees):
		// What was said under one promise is not carried over to another.
		return refuse(ErrConflict, "sealing_stays").at("rule")
	}
	return c.Rule.check(r.Negotiation, r.Rule, now)
}

// endorse counts the word of a party, or of the chair, for the proposed rule,
// and puts it into force when that is enough.
func (r *Round) endorse(a Act, party PartyID) {
	c := r.RuleChange
	m := r.Negotiation.Member(a.By)
	if p := r.Negotiation.Party(party); p != nil && (a.Evidence != nil || m.Rights.Has(RightConsent)) && !slices.Contains(c.Agreed, party) {
		c.Agreed = append(slices.Clone(c.Agreed), party)
		c.Refused = slices.DeleteFunc(slices.Clone(c.Refused), func(p PartyID) bool { return p == party })
	}
	if !r.chairDecides(a) && !r.agreed(c.Agreed) {
		return
	}
	if r.Rule.Kind != c.Rule.Kind {
		r.Accepted = nil
	}
	r.Rule, r.Deadline, r.RuleChange = c.Rule, c.Deadline, nil
	r.record(Event{Kind: RuleChanged, At: a.At, By: a.By, Party: c.By, Text: c.Reason, Scope: AllParties})
	r.sealAnew(a.At)
	r.settle(a.At)
}

// Undecided is whose agreement a proposed rule lacks under the present one;
// nothing where the chair's word is what it takes.
func (r *Round) Undecided() Needed {
	rule := r.Rule
	switch {
	case r.RuleChange == nil:
		return Needed{}
	case rule.Kind == ChairDecides && len(r.Chairs()) == 0:
		rule.Kind = Unanimity // nobody is left to decide
	}
	return rule.needed(r.Negotiation, func(p PartyID) bool { return slices.Contains(r.RuleChange.Agreed, p) })
}
