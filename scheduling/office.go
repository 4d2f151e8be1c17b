package scheduling

import "time"

// checkRights refuses rights that a member of the party cannot hold. Staff
// consent to nothing, a mediator stands between the parties, and who only
// follows presides over nobody.
func (n *Negotiation) checkRights(party PartyID, r Rights) error {
	switch {
	case r == 0:
		return refuse(ErrInvalid, "rights_missing").at("rights")
	case party == "" && r.Has(RightConsent):
		return refuse(ErrInvalid, "staff_cannot_consent").at("rights")
	case party != "" && r.Has(RightMediate):
		return refuse(ErrInvalid, "mediator_not_neutral").at("rights")
	case n.observes(party) && r.Has(RightPreside):
		return refuse(ErrInvalid, "observers_follow").at("rights")
	}
	return nil
}

// offices are the rights that touch all parties, so that all are told who has
// them.
var offices = []struct {
	right       Rights
	named, left EventKind
}{
	{RightPreside, ChairNamed, ChairLeft},
	{RightMediate, MediatorNamed, MediatorLeft},
}

// announce tells all parties what a change of a member's rights means to them.
func (n *Negotiation) announce(by MemberID, m Member, before, after Rights, now time.Time) {
	for _, o := range offices {
		kind := o.named
		switch had, has := before.Has(o.right), after.Has(o.right); {
		case had == has:
			continue
		case had:
			kind = o.left
		}
		n.record(Event{Kind: kind, At: now, By: by, Party: m.Party, Member: m.ID, Scope: AllParties})
	}
}
