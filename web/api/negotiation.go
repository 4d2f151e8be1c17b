package api

import (
	"slices"

	"parley/scheduling"
)

// mostNegotiations is how many negotiations are listed.
const mostNegotiations = 100

// A Negotiation is a continuing matter, as its viewer may know it.
type Negotiation struct {
	ID        string         `json:"id"`
	Title     string         `json:"title,omitempty"`
	Reference string         `json:"reference,omitempty"`
	Status    string         `json:"status" enum:"active,suspended,concluded"`
	Parties   []Party        `json:"parties"`
	You       Self           `json:"you"`
	Rounds    []RoundSummary `json:"rounds"`
}

// A Party is a side in the talks.
type Party struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Short string `json:"short,omitempty"`
	City  string `json:"city,omitempty"`
	Zone  string `json:"zone,omitempty"`
	Role  string `json:"role" enum:"required,observer"`
}

// A Self is for whom the token acts, and what it may do here.
type Self struct {
	Member string   `json:"member"`
	Party  string   `json:"party,omitempty" doc:"Nothing is the neutral staff"`
	Rights []string `json:"rights" doc:"The rights that the token leaves of the member's"`
}

// A RoundSummary is a line of the list of rounds.
type RoundSummary struct {
	Number    int    `json:"number"`
	Name      string `json:"name,omitempty"`
	Status    string `json:"status"`
	Confirmed string `json:"confirmed,omitempty" doc:"Label of the slot that stands confirmed"`
}

func newNegotiation(v Viewer, rounds []*scheduling.Round, n *scheduling.Negotiation) Negotiation {
	out := Negotiation{
		ID: string(n.ID), Title: n.Title.For(v.Audience), Reference: n.Reference, Status: string(n.Status),
		You: newSelf(v), Rounds: []RoundSummary{},
	}
	for _, p := range n.Parties {
		out.Parties = append(out.Parties, Party{string(p.ID), p.Name, p.Short, p.City, string(p.Zone), string(p.Role)})
	}
	for _, r := range rounds {
		s := RoundSummary{Number: r.ID.Number, Name: r.Name.For(v.Audience), Status: string(r.Status)}
		if slot := r.Confirmed(); slot != nil {
			s.Confirmed = string(slot.Label)
		}
		out.Rounds = append(out.Rounds, s)
	}
	return out
}

func newSelf(v Viewer) Self {
	return Self{Member: string(v.Member.ID), Party: string(v.Member.Party), Rights: v.Member.Rights.Names()}
}

// A NegotiationPath says which negotiation is meant.
type NegotiationPath struct {
	Negotiation string `path:"negotiation" maxLength:"64"`
}

type negotiationActInput struct {
	NegotiationPath
	Seen
	Body struct {
		Reason *Text `json:"reason,omitempty"`
	}
}

type negotiationBareInput struct {
	NegotiationPath
	Seen
}

func (a *API) negotiations() {
	get(a, "/negotiations", "list-negotiations", "The negotiations in which the token's owner takes part", Any, (*call).list)
	get(a, "/negotiations/{negotiation}", "read-negotiation", "A negotiation with its parties and rounds", Read,
		func(c *call, _ *NegotiationPath) (Negotiation, error) { return c.shown() })
	negotiationAct(a, "suspension", "suspend", "Stop new confirmations", func(c *call, in *negotiationActInput, n *scheduling.Negotiation) error {
		reason, err := in.Body.Reason.note("reason")
		if err != nil {
			return err
		}
		return n.Suspend(c.viewer.Member.ID, reason, c.now)
	})
	negotiationAct(a, "resumption", "resume", "Go on after a suspension", func(c *call, _ *negotiationBareInput, n *scheduling.Negotiation) error {
		return n.Resume(c.viewer.Member.ID, c.now)
	})
	negotiationAct(a, "conclusion", "conclude", "End the matter for good", func(c *call, _ *negotiationBareInput, n *scheduling.Negotiation) error {
		rounds, err := c.api.Store.Rounds(c.ctx(), n.ID)
		if err != nil {
			return err
		}
		return n.Conclude(c.viewer.Member.ID, rounds, c.now)
	})
}

// list shows the negotiation of a member, or those of an account.
func (c *call) list(_ *struct{}) (Negotiations, error) {
	out := Negotiations{Negotiations: []Negotiation{}}
	var all []*scheduling.Negotiation
	if c.account != nil {
		var err error
		if all, err = c.api.Store.OfAccount(c.ctx(), c.account.ID, mostNegotiations); err != nil {
			return out, err
		}
	} else {
		n, err := c.api.Store.Negotiation(c.ctx(), c.token.Negotiation)
		if err != nil {
			return out, err
		}
		all = append(all, n)
	}
	for _, n := range all {
		rounds, err := c.api.Store.Rounds(c.ctx(), n.ID)
		if err != nil {
			return out, err
		}
		v, err := c.viewerOf(n)
		if err != nil {
			return out, err
		}
		out.Negotiations = append(out.Negotiations, newNegotiation(v, rounds, n))
	}
	return out, nil
}

// Negotiations is a list of them.
type Negotiations struct {
	Negotiations []Negotiation `json:"negotiations"`
}

// shown is the negotiation in the path as it now is.
func (c *call) shown() (Negotiation, error) {
	rounds, err := c.api.Store.Rounds(c.ctx(), c.negotiation.ID)
	if err != nil {
		return Negotiation{}, err
	}
	n := c.negotiation
	if len(rounds) > 0 {
		n = rounds[0].Negotiation
	}
	v, err := c.viewerOf(n)
	if err != nil {
		return Negotiation{}, err
	}
	return newNegotiation(v, rounds, n), nil
}

// negotiationAct registers an act on the talks as a whole. Its change runs
// inside the transaction; the rounds that were seen are read before.
func negotiationAct[I any](a *API, noun, id, summary string, change func(*call, *I, *scheduling.Negotiation) error) {
	op := operation{method: "POST", path: "/negotiations/{negotiation}/" + noun, id: id + "-negotiation", summary: summary, policy: Convene}
	add(a, op, func(c *call, in *I) (*answer[Negotiation], error) {
		rounds, err := a.Store.Rounds(c.ctx(), c.negotiation.ID)
		if err != nil {
			return nil, err
		}
		if slices.Contains([]string{"", "*"}, c.request.Header.Get("If-Match")) {
			return nil, errUnseen
		}
		err = a.Store.UpdateNegotiation(c.ctx(), c.negotiation.ID, c.form, func(n *scheduling.Negotiation) error {
			v, err := c.viewerOf(n)
			if err != nil {
				return err
			}
			if err := c.match(newNegotiation(v, rounds, n)); err != nil {
				return err
			}
			return change(c, in, n)
		})
		if err != nil {
			return nil, err
		}
		return tagged(c.shown())
	})
}
