package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/scheduling"
)

// A Problem is a refusal: RFC 9457.
type Problem struct { //nolint:errname // the word of RFC 9457
	Title  string            `json:"title" doc:"What kind of refusal it is, in the language asked for"`
	Status int               `json:"status" doc:"The status of the response"`
	Detail string            `json:"detail,omitempty" doc:"What to do about it, in the language asked for"`
	Code   string            `json:"code" doc:"Names the refusal; does not change with the language" example:"slot_changed"`
	Field  string            `json:"field,omitempty" doc:"What in the body is at fault" example:"terms.options[0].venue.zone"`
	Params map[string]string `json:"params,omitempty" doc:"What the text is about"`
	Errors []Detail          `json:"errors,omitempty" doc:"Where the body does not fit this description"`
	ID     string            `json:"request,omitempty" doc:"Names the request in the log, for a fault of the server"`
}

// A Detail is one place where what was sent does not fit the description.
type Detail struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error is for logs.
func (p *Problem) Error() string { return p.Code }

// GetStatus is the status of the response.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// Refusals that concern the interface alone.
var (
	errNoToken  = &refusal{http.StatusUnauthorized, "token_missing"}
	errBadToken = &refusal{http.StatusUnauthorized, "token_bad"}
	errTooMany  = &refusal{http.StatusTooManyRequests, "too_many_requests"}
	errUnseen   = &refusal{http.StatusPreconditionRequired, "if_match_missing"}
	errStale    = &refusal{http.StatusPreconditionFailed, "if_match_stale"}
	errTooLarge = &refusal{http.StatusRequestEntityTooLarge, "body_too_large"}
	errMedia    = &refusal{http.StatusUnsupportedMediaType, "body_not_json"}
	errJSON     = &refusal{http.StatusBadRequest, "json_malformed_body"}
	errTwice    = &refusal{http.StatusBadRequest, "json_member_twice"}
	errDeep     = &refusal{http.StatusBadRequest, "json_too_deep"}
)

// A refusal of the interface itself.
type refusal struct {
	status int
	code   string
}

// Error is for logs.
func (r *refusal) Error() string { return "api: " + r.code }

// hidden is the answer to whoever asks for what does not exist, or not for them.
func hidden() error {
	return &scheduling.Error{Kind: scheduling.ErrNotFound, Code: "not_found"}
}

func forbidden(code string) error {
	return &scheduling.Error{Kind: scheduling.ErrForbidden, Code: code}
}

func invalid(code, field string) error {
	return &scheduling.Error{Kind: scheduling.ErrInvalid, Code: code, Field: field}
}

// statusOf is the status of each kind of refusal.
func statusOf(err error) int {
	switch {
	case errors.Is(err, scheduling.ErrInvalid):
		return http.StatusUnprocessableEntity
	case errors.Is(err, scheduling.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, scheduling.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, scheduling.ErrConflict):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// NewProblem is err as a response. What is no refusal is a fault: logged, and
// told to nobody.
func NewProblem(pages Pages, r *http.Request, err error) *Problem {
	tag := pages.Language(r)
	if own, ok := errors.AsType[*refusal](err); ok {
		p := &Problem{Status: own.status, Code: own.code}
		p.Title, p.Detail = pages.Words(tag, p.Status, &scheduling.Error{Code: own.code})
		return p
	}
	p := &Problem{Status: statusOf(err), Code: "fault"}
	said, ok := errors.AsType[*scheduling.Error](err)
	switch {
	case p.Status == http.StatusNotFound:
		// The same for what does not exist and for what is not shown.
		p.Code, said = "not_found", &scheduling.Error{}
	case !ok || p.Status == http.StatusInternalServerError:
		p.Status = http.StatusInternalServerError
		p.ID, said = pages.Fault(r, err), &scheduling.Error{}
	default:
		p.Code, p.Field, p.Params = said.Code, said.Field, said.Params
	}
	p.Title, p.Detail = pages.Words(tag, p.Status, said)
	return p
}

// StatusProblem is a refusal that was made before any operation was found.
func StatusProblem(pages Pages, r *http.Request, status int, code string) *Problem {
	p := &Problem{Status: status, Code: code}
	p.Title, p.Detail = pages.Words(pages.Language(r), status, &scheduling.Error{Code: code})
	return p
}

// problem is err as a response to this call.
func (c *call) problem(err error) error { return NewProblem(c.api.Pages, c.request, err) }

// unreadable is the response to what does not fit the description.
func unreadable(ctx context.Context, status int, errs []error) *Problem {
	p := &Problem{Status: status, Code: "body_misfit", Errors: details(errs)}
	if len(p.Errors) > 0 {
		p.Field = p.Errors[0].Field
	}
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		if status >= http.StatusInternalServerError {
			return NewProblem(c.api.Pages, c.request, errors.Join(errs...))
		}
		p.Title, p.Detail = c.api.Pages.Words(c.tag, status, &scheduling.Error{Code: p.Code, Params: map[string]string{"field": p.Field}})
	}
	return p
}

// details lists where something does not fit, and not what was sent there.
func details(errs []error) []Detail {
	var all []Detail
	for _, err := range errs {
		if at, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			all = append(all, Detail{strings.TrimPrefix(at.Location, "body."), at.Message})
		}
	}
	return all
}
