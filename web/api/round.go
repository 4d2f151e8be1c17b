package api

import (
	"encoding/hex"
	"errors"
	"time"

	"parley/scheduling"
)

// A Round is one planned meeting, as its viewer may know it.
type Round struct {
	Negotiation  string            `json:"negotiation"`
	Number       int               `json:"number"`
	Name         string            `json:"name,omitempty"`
	Status       string            `json:"status"`
	Postponed    bool              `json:"postponed,omitempty" doc:"On the table again after a postponement without a date"`
	Convener     string            `json:"convener,omitempty" doc:"The party that opened the round; nothing is the neutral staff"`
	Rule         Rule              `json:"rule"`
	Deadline     *Deadline         `json:"deadline,omitempty"`
	OpenedAt     time.Time         `json:"opened_at"`
	Best         string            `json:"best,omitempty" doc:"Label of the best date so far; it decides nothing"`
	Sealed       bool              `json:"sealed,omitempty" doc:"Answers are hidden: under seal, destroyed unopened, or only compared"`
	Seals        []Seal            `json:"seals,omitempty" doc:"Who has answered under seal; not for observers"`
	Slots        []Slot            `json:"slots"`
	Proposals    []ProposalSummary `json:"proposals"`
	Meeting      *Meeting          `json:"meeting,omitempty"`
	Postponement *Postponement     `json:"postponement,omitempty" doc:"Asked for and not yet agreed"`
	Release      *Release          `json:"release,omitempty" doc:"Not for observers until all parties have agreed to it"`
	Objections   []Objection       `json:"objections,omitempty" doc:"Not for observers"`
	RuleChange   *RuleChange       `json:"rule_change,omitempty" doc:"Proposed and not yet agreed; not for observers"`
	Silence      *Silence          `json:"silence,omitempty" doc:"Running now; not for observers"`
	Accepted     []string          `json:"accepted,omitempty" doc:"Parties whose silence counts; not for observers"`
	Decision     *Decision         `json:"decision,omitempty" doc:"Of the chair, on the date in force; not for observers"`
}

// A Rule is how a round decides.
type Rule struct {
	Kind              string `json:"kind,omitempty" doc:"unanimity when nothing is said"`
	Confirmation      string `json:"confirmation" enum:"by_confirmer,on_last_consent"`
	Confirmer         string `json:"confirmer,omitempty" doc:"The party whose convener confirms; nothing is the neutral staff. For by_confirmer."`
	Reporting         string `json:"reporting" enum:"nothing,positions,consents" doc:"What may be recorded for a party that answers elsewhere"`
	ConvenerPostpones bool   `json:"convener_postpones,omitempty"`

	Core             []string  `json:"core,omitempty" doc:"quorum: parties that must all consent"`
	Quorum           int       `json:"quorum,omitempty" doc:"quorum: how many of the other required parties must consent besides"`
	Consultation     *Deadline `json:"consultation,omitempty" doc:"chair_decides: the chair may decide once it has passed, or all have answered"`
	Override         bool      `json:"override,omitempty" doc:"chair_decides: the chair may fix a slot that a party has ruled out"`
	Reveal           *Deadline `json:"reveal,omitempty" doc:"Sealed kinds: what is submitted at its instant or after is late"`
	RevealAtDeadline bool      `json:"reveal_at_deadline,omitempty" doc:"Sealed kinds: what is in is opened then, even if somebody has not answered"`
	MediatorSees     bool      `json:"mediator_sees,omitempty"`
	Ranking          string    `json:"ranking,omitempty"`
	Balance          bool      `json:"balance,omitempty"`
}

// A Meeting is what a confirmed slot has become.
type Meeting struct {
	Status        string     `json:"status"`
	Slot          string     `json:"slot" doc:"The date in force, or the last one when there is none"`
	SlotVersion   int        `json:"slot_version"`
	ChangePending bool       `json:"change_pending,omitempty" doc:"Another date is being agreed; this one stays in force"`
	Room          string     `json:"room,omitempty"`
	Link          string     `json:"link,omitempty"`
	ConfirmedAt   *time.Time `json:"confirmed_at,omitempty"`
	UID           string     `json:"uid" doc:"Its identity in every calendar"`
	Sequence      int        `json:"sequence"`
}

// A Postponement is a request to give up the date without a new one.
type Postponement struct {
	Party  string    `json:"party,omitempty"`
	At     time.Time `json:"at"`
	Reason *Text     `json:"reason,omitempty"`
	Agreed []string  `json:"agreed,omitempty" doc:"Not for observers"`
}

// A Release is what the public may be told once all parties agree.
type Release struct {
	Text   string   `json:"text"`
	Public bool     `json:"public" doc:"All parties have agreed to these words"`
	Agreed []string `json:"agreed,omitempty"`
}

// A Seal is what all parties see of an answer under seal.
type Seal struct {
	Party      string     `json:"party"`
	In         bool       `json:"in" doc:"The party has answered what is now on the table"`
	At         *time.Time `json:"at,omitempty"`
	Commitment string     `json:"commitment,omitempty" doc:"Hex HMAC-SHA-256 of the text under the nonce"`
	Reported   *Evidence  `json:"reported,omitempty"`
	Nonce      string     `json:"nonce,omitempty" doc:"Hex; once it was opened"`
	Text       string     `json:"text,omitempty" doc:"What was committed to; once it was opened"`
}

// seals are who has answered under seal.
func seals(v Viewer, r *scheduling.Round) []Seal {
	if !r.Rule.Sealed() || v.Observer {
		return nil
	}
	var all []Seal
	for _, id := range r.Negotiation.Required() {
		out := Seal{Party: string(id)}
		if s, ok := r.Seals[id]; ok {
			out.In, out.Commitment, out.Reported = !s.Stale, s.Commitment, newEvidence(s.Reported, v.Audience)
			if out.In {
				out.At = moment(s.At)
			}
			if s.Nonce != nil {
				out.Nonce, out.Text = hex.EncodeToString(s.Nonce), s.Text
			}
		}
		all = append(all, out)
	}
	return all
}

// An Objection is what a party says against a meeting that stands.
type Objection struct {
	Party string    `json:"party"`
	At    time.Time `json:"at"`
	Text  *Text     `json:"text,omitempty"`
}

func newRound(c *call, v Viewer, r *scheduling.Round) Round {
	out := Round{
		Negotiation: string(r.ID.Negotiation), Number: r.ID.Number, Name: r.Name.For(v.Audience), Status: string(r.Status),
		Postponed: r.Postponed, Convener: string(r.Convener), Rule: newRule(r.Rule), Deadline: newDeadline(r.Deadline),
		OpenedAt: r.OpenedAt, Best: best(r), Sealed: r.Hides(), Seals: seals(v, r), Slots: []Slot{}, Proposals: []ProposalSummary{},
	}
	standing := standings(r)
	for _, s := range r.Slots {
		out.Slots = append(out.Slots, newSlot(v, r, s, standing[s.Label]))
	}
	for _, p := range r.Proposals {
		standing := p.Status == scheduling.Delivered || p.Status == scheduling.Declined || p.Status == scheduling.Accepted
		if p.Number > 0 && (!v.Observer || standing && r.Proposal(p.Number) == p) {
			out.Proposals = append(out.Proposals, newProposalSummary(c, p))
		}
	}
	if m := r.Meeting; m != nil {
		out.Meeting = &Meeting{
			Status: string(m.Status), Slot: string(m.Slot), SlotVersion: m.SlotVersion, ChangePending: m.ChangePending,
			ConfirmedAt: moment(m.ConfirmedAt), UID: m.UID, Sequence: m.Sequence,
		}
		if !v.Observer {
			out.Meeting.Room, out.Meeting.Link = m.Room, m.Link
		}
	}
	if p := r.Postponement; p != nil {
		out.Postponement = &Postponement{Party: string(p.By), At: p.At}
		if !v.Observer {
			out.Postponement.Agreed = ids(p.Agreed)
			if p.Reason.Visible(v.Audience) {
				out.Postponement.Reason = newText(p.Reason)
			}
		}
	}
	if rel := r.Release; rel != nil && (!v.Observer || r.Public() != nil) {
		out.Release = &Release{Text: rel.Text, Public: r.Public() != nil}
		if !v.Observer {
			out.Release.Agreed = ids(rel.Agreed)
		}
	}
	if v.Observer {
		return out
	}
	for _, o := range r.Objections {
		said := Objection{Party: string(o.Party), At: o.At}
		if o.Text.Visible(v.Audience) {
			said.Text = newText(o.Text)
		}
		out.Objections = append(out.Objections, said)
	}
	out.ruled(v, r)
	return out
}

func ids[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, id := range list {
		out[i] = string(id)
	}
	return out
}

func newRule(ru scheduling.Rule) Rule {
	return Rule{
		Kind: string(ru.Kind), Confirmation: string(ru.Confirmation), Confirmer: string(ru.Confirmer), Reporting: string(ru.Reporting),
		ConvenerPostpones: ru.ConvenerPostpones, Core: ids(ru.Core), Quorum: ru.Quorum, Consultation: newDeadline(ru.Consultation),
		Override: ru.Override, Reveal: newDeadline(ru.Reveal), RevealAtDeadline: ru.RevealAtDeadline, MediatorSees: ru.MediatorSees,
		Ranking: string(ru.Ranking), Balance: ru.Balance,
	}
}

// rule reads a rule; whether there is such a one is for the domain to say. A
// party is named as party says.
func (ru Rule) rule(seat *scheduling.Party, party func(string) scheduling.PartyID) (scheduling.Rule, error) {
	kind := scheduling.RuleKind(ru.Kind)
	if kind == "" {
		kind = scheduling.Unanimity
	}
	out := scheduling.Rule{
		Kind: kind, Confirmation: scheduling.Confirmation(ru.Confirmation), Reporting: scheduling.Reporting(ru.Reporting),
		ConvenerPostpones: ru.ConvenerPostpones, Quorum: ru.Quorum, Override: ru.Override, RevealAtDeadline: ru.RevealAtDeadline,
		MediatorSees: ru.MediatorSees, Ranking: scheduling.RankingMethod(ru.Ranking), Balance: ru.Balance,
	}
	if ru.Confirmer != "" {
		out.Confirmer = party(ru.Confirmer)
	}
	for _, id := range ru.Core {
		out.Core = append(out.Core, party(id))
	}
	var errConsultation, errReveal error
	out.Consultation, errConsultation = ru.Consultation.deadline("rule.consultation", seat)
	out.Reveal, errReveal = ru.Reveal.deadline("rule.reveal", seat)
	return out, errors.Join(errConsultation, errReveal)
}

// A RoundPath says which round is meant.
type RoundPath struct {
	NegotiationPath
	Round string `path:"round" maxLength:"10" example:"1"`
}

const oneRound = "/negotiations/{negotiation}/rounds/{round}"

func (a *API) rounds() {
	get(a, oneRound, "read-round", "A round with its slots, proposals and meeting", Read,
		func(c *call, _ *RoundPath) (Round, error) { return newRound(c, c.viewer, c.round), nil })
}

// shownRound is the round in the path.
func shownRound[I any](c *call, v Viewer, r *scheduling.Round, _ *I) (Round, error) {
	return newRound(c, v, r), nil
}
