package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"parley/scheduling"
)

// A Policy says which token an operation asks for. The zero Policy is no
// answer: an operation that has it keeps the server from starting.
type Policy int

// The policies.
const (
	_ Policy = iota
	// Any is any token that is good.
	Any
	// Open is the token of an account that may open negotiations.
	Open
	// Read is a token of a member of the negotiation in the path.
	Read
	// Write is one that may do more than read.
	Write
	// Answer is one that may state positions.
	Answer
	// Consent is one that may bind the party.
	Consent
	// Convene is one that may convene.
	Convene
	policies // the number of policies, past the last
)

// about says what the policy asks, in the description.
func (p Policy) about() string {
	return map[Policy]string{
		Any:     "Any token.",
		Open:    "The token of an account that may open negotiations, with the scope convene.",
		Read:    "A token of a member.",
		Write:   "A token of a member with any scope beyond reading.",
		Answer:  "A token of a member with the scope answer.",
		Consent: "A token of a member with the scope consent.",
		Convene: "A token of a member with the scope convene.",

		policies: "", // is none
	}[p]
}

// A Viewer is the member for whom a program acts. The rights of Member are
// those that the token leaves of it.
type Viewer struct {
	Member   *scheduling.Member
	Party    *scheduling.Party // nil is neutral staff
	Audience scheduling.Audience
	Observer bool // of a party that follows the talks: no reasons, no answers of one party
}

// May reports whether the viewer has every one of these rights.
func (v Viewer) May(rights scheduling.Rights) bool { return v.Member.Rights.Has(rights) }

// A call is one request with what is known of it.
type call struct {
	api     *API
	request *http.Request
	tag     string // language
	token   scheduling.Token
	account *scheduling.Account // of a token of an account
	now     time.Time
	form    scheduling.Once // Actor and Key are "" without an Idempotency-Key

	// Set where the path names them.
	negotiation *scheduling.Negotiation
	round       *scheduling.Round
	viewer      Viewer
}

type callKey struct{}

func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) } // enter has put it there

func (c *call) ctx() context.Context { return c.request.Context() }

// usedEvery is how exactly the last use of a token is kept.
const usedEvery = 5 * time.Minute

// enter lets a request pass whose token satisfies policy.
func (a *API) enter(policy Policy) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		g := humagin.Unwrap(ctx)
		c := &call{api: a, request: g.Request, tag: a.Pages.Language(g.Request), now: a.Now().UTC().Truncate(time.Second)}
		refuse := func(err error) {
			p := NewProblem(a.Pages, g.Request, err)
			if p.Status == http.StatusUnauthorized {
				g.Header("WWW-Authenticate", `Bearer realm="parley"`)
			}
			WriteProblem(g.Writer, p)
		}
		secret, _ := strings.CutPrefix(g.GetHeader("Authorization"), "Bearer ")
		hash, ok := a.Pages.Hash(secret)
		if !a.Pages.Allow(g, "") {
			refuse(errTooMany)
			return
		}
		if secret == "" {
			refuse(errNoToken)
			return
		}
		err := errors.New("not asked")
		if ok {
			c.token, err = a.Access.Token(c.ctx(), hash, scheduling.ForAPI)
		}
		if !ok || errors.Is(err, scheduling.ErrNotFound) || err == nil && !c.token.Good(c.now) {
			a.Pages.Failed(g)
			err = errBadToken
		}
		if err == nil && !a.Pages.Allow(g, hash) {
			err = errTooMany
		}
		if err == nil {
			err = c.admit(ctx.Param("negotiation"), ctx.Param("round"), policy)
		}
		if err == nil {
			err = c.read(g.GetHeader("Idempotency-Key"))
		}
		if err != nil {
			refuse(err)
			return
		}
		if c.now.Sub(c.token.SeenAt) >= usedEvery {
			if err := a.Access.SeeToken(c.ctx(), c.token.Hash, c.now, c.token.ExpiresAt); err != nil {
				a.Pages.Fault(g.Request, err) // reading goes on when the database takes no writes
			}
		}
		g.Request = g.Request.WithContext(context.WithValue(c.ctx(), callKey{}, c))
		c.request = g.Request
		next(ctx)
	}
}

// WriteProblem answers with a problem.
func WriteProblem(w http.ResponseWriter, p *Problem) {
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "60")
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(append(body, '\n')) // the client went away
}

// read takes the body and the key.
func (c *call) read(key string) error {
	if c.request.Method == http.MethodGet {
		return nil
	}
	body, err := readBody(c.request, c.api.Pages.Clean)
	if err != nil || key == "" {
		return err
	}
	if len(key) > 200 {
		return invalid("key_too_long", "Idempotency-Key")
	}
	sum := sha256.Sum256([]byte(c.request.Method + " " + c.request.URL.Path + "\n" + string(body)))
	c.form = scheduling.Once{Actor: "api:" + c.owner(), Key: key, Digest: hex.EncodeToString(sum[:])}
	return c.api.Programs.BindKey(c.ctx(), c.form)
}

// owner is for whom the token acts.
func (c *call) owner() string {
	if c.token.Negotiation != "" {
		return string(c.token.Member)
	}
	return string(c.token.Account)
}

// admit finds what the path names, and checks that the token is meant for it.
// To all but members it does not exist.
func (c *call) admit(id, number string, policy Policy) error {
	if c.token.Negotiation == "" {
		a, err := c.api.Access.Account(c.ctx(), c.token.Account)
		switch {
		case err != nil && !errors.Is(err, scheduling.ErrNotFound):
			return err
		case err != nil || a.Disabled:
			return errBadToken
		}
		c.account = &a
	}
	switch {
	case policy == Any:
		return nil
	case policy == Open && (c.account == nil || !c.account.Opens || !c.token.Scope.Has(scheduling.RightConvene)):
		return forbidden("opening_missing")
	case policy == Open:
		return nil
	case c.account == nil && string(c.token.Negotiation) != id:
		return hidden()
	}
	if err := c.find(scheduling.NegotiationID(id), number); err != nil {
		return err
	}
	v, err := c.viewerOf(c.negotiation)
	if err != nil {
		return err
	}
	c.viewer = v
	switch {
	case policy == Write && v.Member.Rights == scheduling.RightObserve:
		return forbidden("scope_missing")
	case policy == Answer && !v.May(scheduling.RightAnswer):
		return forbidden("answer_right_missing")
	case policy == Consent && !v.May(scheduling.RightConsent):
		return forbidden("consent_right_missing")
	case policy == Convene && !v.May(scheduling.RightConvene):
		return forbidden("convene_missing")
	}
	return nil
}

// find loads the negotiation, and the round when the path has one.
func (c *call) find(id scheduling.NegotiationID, number string) (err error) {
	if number == "" {
		c.negotiation, err = c.api.Store.Negotiation(c.ctx(), id)
		return err
	}
	i, err := strconv.Atoi(number)
	if err != nil || i < 1 || strconv.Itoa(i) != number {
		return hidden()
	}
	if c.round, err = c.api.Store.Round(c.ctx(), scheduling.RoundID{Negotiation: id, Number: i}); err != nil {
		return err
	}
	c.negotiation = c.round.Negotiation
	return nil
}

// viewerOf is the member for whom the token acts, as the negotiation now is.
func (c *call) viewerOf(n *scheduling.Negotiation) (Viewer, error) {
	m := n.Member(c.token.Member)
	if c.account != nil {
		m = n.MemberOf(c.account.ID)
	}
	if m == nil {
		return Viewer{}, hidden()
	}
	own := *m
	own.Rights = m.Rights&c.token.Scope | scheduling.RightObserve
	v := Viewer{Member: &own, Party: n.Party(m.Party), Audience: m.Audience()}
	v.Observer = v.Party != nil && v.Party.Role == scheduling.RoleObserver
	return v, nil
}

// act is what the program does now, for its member's own party.
func (c *call) act() scheduling.Act {
	return scheduling.Act{By: c.viewer.Member.ID, At: c.now, Nonce: c.api.Pages.Nonce()}
}
