package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"parley/scheduling"
)

// An answer is a representation with its entity tag.
type answer[T any] struct {
	ETag string `header:"ETag" doc:"Changes with what is shown here, and with nothing else"`
	Body T
}

// Seen are the headers of an act that depends on what its author saw.
type Seen struct {
	IfMatch  string `header:"If-Match" doc:"Required. The ETag of the resource that the act is about, as it was last read; * is not taken."`
	Key      string `header:"Idempotency-Key" maxLength:"200" doc:"Names the act: sent again under the same key it is done once."`
	Override string `header:"Override-Clashes" enum:"yes" doc:"Goes on although a date clashes with something firm of the own party, which otherwise is refused with clash_open; recorded for the own party alone."`
}

// Keyed are the headers of any other act.
type Keyed struct {
	Key      string `header:"Idempotency-Key" maxLength:"200" doc:"Names the act: sent again under the same key it is done once."`
	Override string `header:"Override-Clashes" enum:"yes" doc:"Goes on although a date clashes with something firm of the own party, which otherwise is refused with clash_open; recorded for the own party alone."`
}

// tagOfBody is made of what the viewer is shown and of nothing else, so that it
// cannot tell of anything that is kept from the viewer.
func tagOfBody(body any) (string, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return "", fmt.Errorf("api: entity tag: %w", err)
	}
	sum := sha256.Sum256(raw)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`, nil
}

func tagged[T any](body T, err error) (*answer[T], error) {
	if err != nil {
		return nil, err
	}
	tag, err := tagOfBody(body)
	return &answer[T]{ETag: tag, Body: body}, err
}

// match refuses an act whose author has not seen body.
func (c *call) match(body any) error {
	asked := c.request.Header.Get("If-Match")
	if asked == "" || asked == "*" {
		return errUnseen
	}
	tag, err := tagOfBody(body)
	if err != nil {
		return err
	}
	for one := range strings.SplitSeq(asked, ",") {
		if strings.TrimSpace(one) == tag {
			return nil
		}
	}
	return errStale
}

// narrowed lets change see r with the rights that the token leaves its member,
// so that the rules themselves refuse what the token does not cover.
func (c *call) narrowed(r *scheduling.Round, change func(Viewer) error) error {
	whole := r.Negotiation
	defer func() { r.Negotiation = whole }()
	v, err := c.viewerOf(whole)
	if err != nil {
		return err
	}
	n := *whole
	n.Members = slices.Clone(whole.Members)
	*n.Member(v.Member.ID) = *v.Member
	r.Negotiation = &n
	return change(v)
}

// get registers an operation that shows something of a round, a negotiation or
// the account.
func get[I, T any](a *API, path, id, summary string, policy Policy, show func(*call, *I) (T, error)) {
	op := operation{method: http.MethodGet, path: path, id: id, summary: summary, policy: policy}
	add(a, op, func(c *call, in *I) (*answer[T], error) { return tagged(show(c, in)) })
}

// A roundAct is an act on a round: what its author has to have seen, and what
// it does. Without unseen, the author has to name the ETag of what show gives.
type roundAct[I, T any] struct {
	operation
	unseen bool
	show   func(*call, Viewer, *scheduling.Round, *I) (T, error)
	do     func(*call, Viewer, *scheduling.Round, scheduling.Act, *I) error
}

// mount registers the act. The answer is what there is to see afterwards.
func (act roundAct[I, T]) mount(a *API) {
	if act.method == "" {
		act.method = http.MethodPost
	}
	add(a, act.operation, func(c *call, in *I) (*answer[T], error) {
		if !act.unseen && slices.Contains([]string{"", "*"}, c.request.Header.Get("If-Match")) {
			return nil, errUnseen
		}
		own, err := scheduling.OwnEngagements(c.ctx(), a.Store, c.round.Negotiation, c.round.ID.Number, c.viewer.Member)
		if err != nil {
			return nil, err
		}
		err = a.Store.Update(c.ctx(), c.round.ID, c.form, func(r *scheduling.Round) error {
			return c.narrowed(r, func(v Viewer) error {
				if !act.unseen {
					body, err := act.show(c, v, r, in)
					if err != nil {
						return err
					}
					if err := c.match(body); err != nil {
						return err
					}
				}
				a := c.act()
				a.Own, a.Override = own, c.request.Header.Get("Override-Clashes") == "yes"
				return act.do(c, v, r, a, in)
			})
		})
		if err != nil {
			return nil, err
		}
		r, err := a.Store.Round(c.ctx(), c.round.ID)
		if err != nil {
			return nil, err
		}
		v, err := c.viewerOf(r.Negotiation)
		if err != nil {
			return nil, err
		}
		return tagged(act.show(c, v, r, in))
	})
}
