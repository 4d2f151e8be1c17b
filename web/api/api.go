// Package api is what programs see of Parley: JSON over HTTP under /api/v1. It
// has structs of its own and no rule of its own. What a program may do and see
// is decided where it is decided for the pages.
package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

// Root is the path under which everything stands.
const Root = "/api/v1"

// Pages is what the interface shares with the pages, so that both follow the
// same rules and say the same words. Tag is the language.
type Pages interface {
	// MayKnow reports whether the viewer may know of an event.
	MayKnow(v Viewer, e scheduling.Event) bool
	// MaySee reports whether the viewer may see the members of a party.
	MaySee(n *scheduling.Negotiation, v Viewer, party scheduling.PartyID) bool
	// Tell says an event in words.
	Tell(tag string, r *scheduling.Round, v Viewer, e scheduling.Recorded) Told
	// PersonName is the name of a member whom the viewer may know by name, or "".
	PersonName(n *scheduling.Negotiation, v Viewer, id scheduling.MemberID) string
	// Paper writes the paper of an offer, in the language.
	Paper(tag string, r *scheduling.Round, a scheduling.Act, number int, c scheduling.Content) (scheduling.Paper, error)
	// OfferSentence says an offer.
	OfferSentence(tag string, t scheduling.Terms) string
	// LinkObservers asks for the private links of observers.
	LinkObservers(n *scheduling.Negotiation, a scheduling.Act) error
	// FollowMembers brings invitations in line with the members.
	FollowMembers(ctx context.Context, id scheduling.NegotiationID, a scheduling.Act) error
	// EndAccess ends what a member was given.
	EndAccess(ctx context.Context, f scheduling.TokenFilter, purposes ...scheduling.Purpose) error
	// HasSignedIn reports whether a member has ever come in.
	HasSignedIn(ctx context.Context, id scheduling.NegotiationID, m scheduling.MemberID) (bool, error)
	// FeedLevels are the subscriptions that the viewer may have.
	FeedLevels(v Viewer) []scheduling.FeedLevel

	// Hash is how a secret is kept; false for what can be none.
	Hash(secret string) (string, bool)
	// Secret derives a secret from what it is for; without parts it is random.
	Secret(parts ...string) string
	// Nonce is new random bytes for an act that seals something.
	Nonce() []byte
	// WebhookSecret signs what a webhook is told.
	WebhookSecret(id scheduling.WebhookID) string
	// CheckHookURL refuses an address that no webhook may have.
	CheckHookURL(address string) error
	// Address is the public address of a path.
	Address(path string) string
	// Clean makes text safe to show and to compare.
	Clean(text string) string
	// ValidEmail reports whether a mail address is one.
	ValidEmail(address string) bool
	// HasLanguage reports whether there are words in a language.
	HasLanguage(tag string) bool

	// Language is the language that a request asks for.
	Language(r *http.Request) string
	// Words are the title and text of a refusal with a status.
	Words(tag string, status int, refusal *scheduling.Error) (title, text string)
	// Fault logs what is nobody's refusal, and names the request.
	Fault(r *http.Request, err error) string
	// Allow reports whether a client may ask again: with a token, or, before
	// that is known, from its network.
	Allow(c *gin.Context, token string) bool
	// Failed counts a bad token.
	Failed(c *gin.Context)
}

// Options are what the interface is made of. All must be given.
type Options struct {
	Now      func() time.Time
	Store    scheduling.Store
	Access   scheduling.Access
	Programs scheduling.Programs
	Outbox   scheduling.Outbox
	Pages    Pages
}

// An API is the interface, mounted.
type API struct {
	Options
	huma       huma.API
	operations []Operation
	faults     []error
}

// An Operation is one line of the interface's own site map.
type Operation struct {
	Method, Path, ID string
	Policy           Policy
}

// Mount registers every operation on the engine. A fault in the program, such
// as an operation without a policy, is an error.
func Mount(engine *gin.Engine, o Options) (*API, error) {
	setErrors()
	a := &API{Options: o}
	group := engine.Group(Root)
	a.huma = humagin.NewWithGroup(engine, group, config())
	a.register()
	document(a.huma.OpenAPI())
	if err := errors.Join(a.faults...); err != nil {
		return nil, err
	}
	return a, a.serveDocument(group)
}

// Operations lists what is registered.
func (a *API) Operations() []Operation { return a.operations }

func (a *API) register() {
	a.openings()
	a.negotiations()
	a.members()
	a.rounds()
	a.slots()
	a.referendums()
	a.replies()
	a.rankings()
	a.proposals()
	a.meetings()
	a.rules()
	a.records()
	a.feeds()
	a.webhooks()
}

func config() huma.Config {
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: "Parley", Version: "1", Description: about},
			Servers:    []*huma.Server{{URL: Root}},
			Components: &huma.Components{Schemas: registry, SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "A token made on the page Programs."}}},
			Security:   []map[string][]string{{"token": {}}},
		},
		// The description is served by us, and there is no page for it: those
		// that there are load scripts from elsewhere.
		Formats:                      huma.DefaultFormats,
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
}

// An operation is what a handler declares.
type operation struct {
	method, path, id, summary string
	policy                    Policy
	status                    int // of success; 200 when 0
	examples                  any // of the body sent
}

// add registers a handler behind its policy. Default deny: without a policy
// there is no operation.
func add[I, O any](a *API, op operation, h func(*call, *I) (*O, error)) {
	if op.policy <= 0 || op.policy >= policies {
		a.faults = append(a.faults, fmt.Errorf("api: operation %s has no policy", op.id))
		return
	}
	a.operations = append(a.operations, Operation{op.method, op.path, op.id, op.policy})
	o := huma.Operation{
		OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, DefaultStatus: op.status,
		Description: op.policy.about(), Errors: errorsOf(op), Tags: []string{tagOf(op.path)},
		Middlewares: huma.Middlewares{a.enter(op.policy)}, SkipValidateBody: false,
		MaxBodyBytes: longestBody + 1,
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*O, error) {
		c := callOf(ctx)
		out, err := h(c, in)
		if err != nil {
			return nil, c.problem(err)
		}
		return out, nil
	})
	if op.examples != nil {
		path := a.huma.OpenAPI().Paths[op.path]
		for _, in := range []*huma.Operation{path.Get, path.Post, path.Put, path.Delete} {
			if in != nil && in.OperationID == op.id && in.RequestBody != nil {
				in.RequestBody.Content["application/json"].Example = op.examples
			}
		}
	}
}

// tagOf is the noun that a path is about.
func tagOf(path string) string {
	for _, noun := range []string{"webhooks", "feeds", "members", "history", "slots", "reply", "answers", "draft", "proposals", "rounds"} {
		if strings.Contains(path, "/"+noun) {
			return noun
		}
	}
	return "negotiations"
}

// errorsOf lists the statuses of the refusals of an operation.
func errorsOf(op operation) []int {
	codes := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests}
	if op.method == http.MethodGet {
		return codes
	}
	return append(codes, http.StatusConflict, http.StatusPreconditionFailed, http.StatusRequestEntityTooLarge,
		http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusPreconditionRequired)
}

// setErrors replaces the errors of huma, which would repeat what was sent, by
// our own. It does so once, since they are global there.
var setErrors = sync.OnceFunc(func() {
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return &Problem{Status: status, Errors: details(errs)}
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return unreadable(ctx.Context(), status, errs)
	}
})
