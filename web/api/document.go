package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

const about = `Parley fixes the date and place of a negotiation. A position informs, a consent binds.

Every request carries "Authorization: Bearer …" with a token made on the page Programs. It acts for one member, with at most the rights it was given.

Reading gives an ETag. Acts that depend on what was seen need it back as If-Match: 428 without it, 412 when things have changed.

An Idempotency-Key makes it safe to send an act again: it is done once. The same key with another body is refused with key_reused.

A refusal is application/problem+json. Its code names it in every language; title and detail are in that of Accept-Language. What does not exist and what is not shown are the same 404.

Webhooks are called by POST with {"id", "kind", "negotiation", "round", "at"}. The header Parley-Signature is "t=<Unix seconds>,v1=<hex HMAC-SHA256 of t.body>" under the webhook's secret. The same id may come more than once.`

// document completes the description: what refusals have in common stands in it
// once.
func document(doc *huma.OpenAPI) {
	doc.Components.Responses = map[string]*huma.Response{}
	for _, path := range doc.Paths {
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Delete} {
			if op == nil {
				continue
			}
			for status, r := range op.Responses {
				code, err := strconv.Atoi(status)
				if err != nil || code < http.StatusBadRequest {
					continue
				}
				name := "refusal" + status
				r.Description = meaning[code]
				doc.Components.Responses[name] = r
				op.Responses[status] = &huma.Response{Ref: "#/components/responses/" + name}
			}
		}
	}
}

// meaning says what the refusals of a status have in common.
var meaning = map[int]string{
	http.StatusUnauthorized:          "No token, or one that is no good: token_missing, token_bad.",
	http.StatusForbidden:             "The member, or the token, may not: codes such as consent_right_missing, observers_follow, not_the_confirmer.",
	http.StatusNotFound:              "It does not exist, or not for this member: not_found.",
	http.StatusConflict:              "The present state does not allow it: codes such as slot_changed, slot_expired, consent_missing, already_confirmed, key_reused.",
	http.StatusPreconditionFailed:    "What was seen has changed: if_match_stale.",
	http.StatusRequestEntityTooLarge: "The body is larger than 256 KiB: body_too_large.",
	http.StatusUnsupportedMediaType:  "The body is not application/json: body_not_json.",
	http.StatusUnprocessableEntity:   "The body does not fit, or makes no sense: body_misfit, and codes such as condition_missing, no_slots, contact_missing.",
	http.StatusPreconditionRequired:  "The act depends on what was seen, and no ETag was named: if_match_missing.",
	http.StatusTooManyRequests:       "Too many requests: too_many_requests.",
	http.StatusInternalServerError:   "A fault of the server; request names it in the log: fault.",
}

// YAML is the description of the interface: OpenAPI 3.1.
func (a *API) YAML() ([]byte, error) {
	text, err := a.huma.OpenAPI().YAML()
	if err != nil {
		return nil, fmt.Errorf("api: describe: %w", err)
	}
	return text, nil
}

// JSON is the same as JSON.
func (a *API) JSON() ([]byte, error) {
	raw, err := json.Marshal(a.huma.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("api: describe: %w", err)
	}
	var out bytes.Buffer
	err = json.Indent(&out, raw, "", "  ")
	return out.Bytes(), err
}

// serveDocument serves the description to everybody: it tells of nobody's talks.
func (a *API) serveDocument(group *gin.RouterGroup) error {
	for path, made := range map[string]struct {
		media string
		make  func() ([]byte, error)
	}{"/openapi.json": {"application/openapi+json", a.JSON}, "/openapi.yaml": {"application/openapi+yaml", a.YAML}} {
		text, err := made.make()
		if err != nil {
			return err
		}
		group.GET(path, func(c *gin.Context) {
			c.Header("Cache-Control", "public, max-age=3600")
			c.Data(http.StatusOK, made.media, text)
		})
	}
	return nil
}
