package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/web/api"
)

// program is a token of a member, as a page makes it.
func (h *house) program(tb testing.TB, m scheduling.MemberID, scope scheduling.Rights) string {
	tb.Helper()
	return h.token(tb, scheduling.Token{
		Purpose: scheduling.ForAPI, Negotiation: "talks", Member: m, Scope: scope, CreatedAt: h.now, ExpiresAt: h.now.AddDate(1, 0, 0),
	})
}

// A reply is what a program got.
type reply struct {
	status int
	tag    string
	header http.Header
	raw    []byte
	body   map[string]any
}

// at is a value in the body, by path: "slots.1.label".
func (r reply) at(path string) any {
	var v any = r.body
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// call asks h as a program does. Body is JSON, or nil.
func call(tb testing.TB, h http.Handler, token, method, path string, body any, header ...string) reply {
	tb.Helper()
	var sent io.Reader
	if body != nil {
		raw, ok := body.(string)
		if !ok {
			made, err := json.Marshal(body)
			if err != nil {
				tb.Fatal(err)
			}
			raw = string(made)
		}
		sent = strings.NewReader(raw)
		header = append([]string{"Content-Type", "application/json"}, header...)
	}
	if token != "" {
		header = append([]string{"Authorization", "Bearer " + token}, header...)
	}
	return replied(tb, ask(tb, h, method, api.Root+path, sent, header...))
}

func replied(tb testing.TB, rec *httptest.ResponseRecorder) reply {
	tb.Helper()
	r := reply{status: rec.Code, tag: rec.Header().Get("ETag"), header: rec.Header(), raw: rec.Body.Bytes()}
	if strings.Contains(rec.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(r.raw, &r.body); err != nil {
			tb.Fatalf("%v: %s", err, r.raw)
		}
	}
	return r
}

func (r reply) want(tb testing.TB, what string, status int) reply {
	tb.Helper()
	if r.status != status {
		tb.Fatalf("%s: status %d, want %d: %s", what, r.status, status, r.raw)
	}
	return r
}

// refused checks that r is the refusal with that status and code.
func (r reply) refused(tb testing.TB, what string, status int, code string) {
	tb.Helper()
	if r.status != status || r.body["code"] != code || r.header.Get("Content-Type") != "application/problem+json" {
		tb.Errorf("%s: %d %v (%s), want %d %s: %s", what, r.status, r.body["code"], r.header.Get("Content-Type"), status, code, r.raw)
	}
	if r.body["title"] == "" || r.body["title"] == nil || r.body["detail"] == nil {
		tb.Errorf("%s: a refusal without words: %s", what, r.raw)
	}
}

const talks1 = "/negotiations/talks/rounds/1"

// interfaceOf is the interface of a site.
func interfaceOf(tb testing.TB, h *house) *api.API {
	tb.Helper()
	a, err := api.Mount(gin.New(), api.Options{
		Now: h.server.now, Store: h.server.store, Access: h.server.access, Programs: h.server.programs, Pages: pages{h.server},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// Every operation as every token: what is said to who may not is the same as on
// the pages, and a stranger cannot tell what is there from what is not.
func TestEveryOperationAsEveryActor(t *testing.T) {
	t.Parallel()
	all := schedulingtest.AllRights
	h := newHouse(t, schedulingtest.WithObserver(), schedulingtest.WithStaff(), withMoreMembers)
	other, r := schedulingtest.Talks(schedulingtest.WithID("other"), func(n *scheduling.Negotiation, _ *scheduling.Round) {
		for i := range n.Members {
			n.Members[i].ID = "other-" + n.Members[i].ID
		}
	}, func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Members[0].ID = schedulingtest.AlphaHead })
	if _, err := h.Create(t.Context(), scheduling.Once{}, other, r); err != nil {
		t.Fatal(err)
	}
	revoked := scheduling.Token{Purpose: scheduling.ForAPI, Negotiation: "talks", Member: schedulingtest.AlphaHead, Scope: all, CreatedAt: h.now, RevokedAt: h.now}
	expired := scheduling.Token{Purpose: scheduling.ForAPI, Negotiation: "talks", Member: schedulingtest.AlphaHead, Scope: all, CreatedAt: h.now, ExpiresAt: h.now}
	if err := h.CreateAccount(t.Context(), scheduling.Account{ID: "stranger", Name: "Stranger", Email: "s@x.example"}); err != nil {
		t.Fatal(err)
	}
	actors := []struct{ who, token string }{
		{"no token", ""},
		{"made up", tokenPrefix + strings.Repeat("A", 43)},
		{"a session", h.token(t, scheduling.Token{Purpose: scheduling.ForSession, Negotiation: "talks", Member: schedulingtest.AlphaHead})},
		{"a private link", h.token(t, scheduling.Token{Purpose: scheduling.ForLink, Negotiation: "talks", Member: schedulingtest.AlphaHead})},
		{"a feed", h.token(t, scheduling.Token{Purpose: scheduling.ForFeed, Negotiation: "talks", Member: schedulingtest.AlphaHead})},
		{"revoked", h.token(t, revoked)},
		{"expired", h.token(t, expired)},
		{"removed", h.program(t, alphaGone, all)},
		{"other talks", h.token(t, scheduling.Token{Purpose: scheduling.ForAPI, Negotiation: "other", Member: schedulingtest.AlphaHead, Scope: all})},
		{"stranger", h.token(t, scheduling.Token{Purpose: scheduling.ForAPI, Account: "stranger", Scope: all})},
		{"head", h.program(t, schedulingtest.AlphaHead, all)},
		{"head, reading", h.program(t, schedulingtest.AlphaHead, scheduling.RightObserve)},
		{"head, answering", h.program(t, schedulingtest.AlphaHead, scheduling.RightAnswer)},
		{"head, consenting", h.program(t, schedulingtest.AlphaHead, scheduling.RightConsent)},
		{"head, convening", h.program(t, schedulingtest.AlphaHead, scheduling.RightConvene)},
		{"rival head", h.program(t, schedulingtest.BravoHead, all)},
		{"rival officer", h.program(t, schedulingtest.BravoOfficer, all)},
		{"rival reader", h.program(t, bravoReader, all)},
		{"observer", h.program(t, schedulingtest.CharlieHead, all)},
		{"staff", h.program(t, schedulingtest.Secretary, all)},
	}
	fill := strings.NewReplacer("{negotiation}", "talks", "{round}", "1", "{proposal}", "1", "{slot}", "G2", "{member}",
		string(schedulingtest.AlphaReader), "{level}", "member", "{webhook}", "none")
	var table strings.Builder
	operations := interfaceOf(t, h).Operations()
	for _, op := range operations {
		fmt.Fprintf(&table, "%-6s %s\n", op.Method, op.Path)
		path := fill.Replace(op.Path)
		answers := map[string][]string{}
		var order []string
		for i, a := range actors {
			h.now = h.now.Add(time.Second) // the limits are tried elsewhere
			if i < 7 {
				h.server.strangers = h.server.limit(badTokens, programEvery)
			}
			var body any
			if op.Method != http.MethodGet {
				body = "{}"
			}
			got := call(t, h.server.Handler(), a.token, op.Method, path, body)
			said := fmt.Sprint(got.status)
			if got.status >= 400 {
				said += " " + fmt.Sprint(got.body["code"])
			}
			if answers[said] == nil {
				order = append(order, said)
			}
			answers[said] = append(answers[said], a.who)
			if got.status == 500 {
				t.Errorf("%s %s as %s: %s", op.Method, op.Path, a.who, got.raw)
			}
		}
		for _, said := range order {
			fmt.Fprintf(&table, "    %-30s %s\n", said, strings.Join(answers[said], ", "))
		}
	}
	goldenText(t, "testdata/operations.golden", table.String())
	// What is closed and what is missing are the same, byte for byte.
	for _, a := range actors[7:10] {
		closed := call(t, h.server.Handler(), a.token, "GET", talks1, nil)
		missing := call(t, h.server.Handler(), a.token, "GET", "/negotiations/nowhere/rounds/1", nil)
		if diff := cmp.Diff(string(closed.raw), string(missing.raw)); diff != "" || closed.status != 404 {
			t.Errorf("%s can tell what is there: %s", a.who, diff)
		}
	}
}

// The description is the one that is checked in, and it is valid.
func TestDescription(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	rec := get(t, h.server.Handler(), api.Root+"/openapi.yaml")
	goldenText(t, "api/openapi.yaml", rec.Body.String())
	asJSON := get(t, h.server.Handler(), api.Root+"/openapi.json")
	doc, err := openapi3.NewLoader().LoadFromData(asJSON.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	var ids []string
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.OperationID == "" || slices.Contains(ids, op.OperationID) || op.Summary == "" {
				t.Errorf("%s %s: operation %q has no name, no summary, or shares its name", method, path, op.OperationID)
			}
			ids = append(ids, op.OperationID)
		}
	}
	if len(ids) != len(interfaceOf(t, h).Operations()) {
		t.Errorf("%d operations are described, %d are there", len(ids), len(interfaceOf(t, h).Operations()))
	}
	if bytes.Contains(rec.Body.Bytes(), []byte("https://unpkg")) {
		t.Error("the description leads to other sites")
	}
}

// What a program sends wrongly is refused before anything happens.
func TestProgramRefusals(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := h.program(t, schedulingtest.AlphaHead, schedulingtest.AllRights)
	site := h.server.Handler()
	deep := strings.Repeat(`{"reason":`, 20) + "1" + strings.Repeat("}", 20)
	for name, tc := range map[string]struct {
		method, path string
		body         any
		header       []string
		status       int
		code         string
	}{
		"nothing seen":           {"POST", talks1 + "/held", nil, nil, 428, "if_match_missing"},
		"anything seen":          {"POST", talks1 + "/held", nil, []string{"If-Match", "*"}, 428, "if_match_missing"},
		"something else seen":    {"POST", talks1 + "/held", nil, []string{"If-Match", `"x"`}, 412, "if_match_stale"},
		"a form":                 {"POST", talks1 + "/objection", "text=x", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "body_not_json"},
		"no media type":          {"POST", talks1 + "/objection", `{"text":"x"}`, []string{"Content-Type", ""}, 415, "body_not_json"},
		"another charset":        {"POST", talks1 + "/objection", `{"text":"x"}`, []string{"Content-Type", "application/json; charset=latin1"}, 415, "body_not_json"},
		"half a value":           {"POST", talks1 + "/objection", `{"text":`, nil, 400, "json_malformed_body"},
		"two values":             {"POST", talks1 + "/objection", `{"text":"x"} {}`, nil, 400, "json_malformed_body"},
		"a member twice":         {"POST", talks1 + "/objection", `{"text":"x","text":"y"}`, nil, 400, "json_member_twice"},
		"too deep":               {"POST", talks1 + "/cancellation", deep, nil, 400, "json_too_deep"},
		"too large":              {"POST", talks1 + "/objection", `{"text":"` + strings.Repeat("x", longestBody) + `"}`, nil, 413, "body_too_large"},
		"an unknown member":      {"POST", talks1 + "/objection", `{"text":"x","more":1}`, nil, 422, "body_misfit"},
		"a member missing":       {"POST", talks1 + "/objection", `{}`, nil, 422, "body_misfit"},
		"another type":           {"POST", talks1 + "/objection", `{"text":1}`, nil, 422, "body_misfit"},
		"an unknown query":       {"GET", talks1 + "/history?after=1", nil, nil, 422, "body_misfit"},
		"a key too long":         {"POST", talks1 + "/held", nil, []string{"Idempotency-Key", strings.Repeat("k", 201)}, 422, "key_too_long"},
		"no such operation":      {"GET", "/nothing", nil, nil, 404, "not_found"},
		"no such method":         {"DELETE", talks1, nil, nil, 405, "method_not_allowed"},
		"no such slot":           {"GET", talks1 + "/slots/X9", nil, nil, 404, "not_found"},
		"no such proposal":       {"GET", talks1 + "/proposals/01", nil, nil, 404, "not_found"},
		"no such round":          {"GET", "/negotiations/talks/rounds/01", nil, nil, 404, "not_found"},
		"unknown terms":          {"POST", talks1 + "/proposals", `{"terms":{"options":[{"venue":{"name":"Geneva","colour":"red"}}]},"contact":{"name":"x"}}`, nil, 422, "field_unknown"},
		"an address in the dark": {"POST", "/negotiations/talks/webhooks", `{"url":"http://10.0.0.1/"}`, nil, 422, "hook_url_bad"},
	} {
		got := call(t, site, token, tc.method, tc.path, tc.body, tc.header...)
		got.refused(t, name, tc.status, tc.code)
		if strings.Contains(string(got.raw), "xxxxxx") {
			t.Errorf("%s: what was sent comes back", name)
		}
	}
	french := call(t, site, token, "POST", talks1+"/held", nil, "If-Match", `"x"`, "Accept-Language", "fr")
	if french.body["title"] != "Ce qui a été lu a changé" {
		t.Errorf("in French: %s", french.raw)
	}
	other := call(t, site, token, "POST", talks1+"/held", nil, "Sec-Fetch-Site", "cross-site")
	if other.status != 403 || other.body["code"] != "cross_origin" {
		t.Errorf("from another site: %s", other.raw)
	}
}

// A cookie opens nothing here.
func TestCookiesAreNotTokens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	got := call(t, h.server.Handler(), "", "GET", talks1, nil, "Cookie", h.member(t, schedulingtest.AlphaHead))
	got.refused(t, "a session", 401, "token_missing")
	if got.header.Get("WWW-Authenticate") == "" {
		t.Error("nothing says how to come in")
	}
}

// Bad tokens are slowed down by network, and good ones by themselves.
func TestProgramLimits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	site := h.server.Handler()
	for i := range badTokens {
		call(t, site, "parley_nothing", "GET", talks1, nil).refused(t, fmt.Sprint(i), 401, "token_bad")
	}
	call(t, site, "parley_nothing", "GET", talks1, nil).refused(t, "one more", 429, "too_many_requests")
	h.now = h.now.Add(time.Hour)
	token := h.program(t, schedulingtest.AlphaHead, schedulingtest.AllRights)
	for range programCalls {
		call(t, site, token, "GET", "/negotiations", nil).want(t, "read", 200)
	}
	call(t, site, token, "GET", "/negotiations", nil).refused(t, "one more", 429, "too_many_requests")
	call(t, site, h.program(t, schedulingtest.BravoHead, 0), "GET", "/negotiations", nil).want(t, "another token", 200)
}

// One key is one act: sent again it is done once, and with another body refused.
func TestProgramKeys(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	site, token := h.server.Handler(), h.program(t, schedulingtest.AlphaHead, schedulingtest.AllRights)
	tag := call(t, site, token, "GET", talks1, nil).tag
	object := func(text string) reply {
		return call(t, site, token, "POST", talks1+"/objection", map[string]any{"text": text}, "If-Match", tag, "Idempotency-Key", "k1")
	}
	first := object("Too early").want(t, "object", 200)
	again := object("Too early").want(t, "object again", 200)
	if first.tag != again.tag || first.tag == tag {
		t.Errorf("tags: before %s, first %s, again %s", tag, first.tag, again.tag)
	}
	if n := len(again.body["objections"].([]any)); n != 1 {
		t.Errorf("%d objections were made with one key", n)
	}
	object("Too late").refused(t, "another body", 409, "key_reused")
	member := map[string]any{"name": "New", "rights": []string{"answer"}}
	one := call(t, site, token, "POST", "/negotiations/talks/members", map[string]any{"name": "New", "party": "alpha", "rights": []string{"answer"}}, "Idempotency-Key", "k2").want(t, "add", 201)
	two := call(t, site, token, "POST", "/negotiations/talks/members", map[string]any{"name": "New", "party": "alpha", "rights": []string{"answer"}}, "Idempotency-Key", "k2").want(t, "add again", 201)
	if one.at("id") != two.at("id") || len(h.negotiation(t).Members) != 5 {
		t.Errorf("added %v and %v of %v", one.at("id"), two.at("id"), member)
	}
	feed := func(key string) any {
		return call(t, site, token, "PUT", "/negotiations/talks/feeds/member", map[string]any{}, "Idempotency-Key", key).want(t, "feed", 200).at("address")
	}
	if a, b := feed("k3"), feed("k3"); a != b {
		t.Errorf("one key made two addresses: %v, %v", a, b)
	}
}

// What one party does in private changes no tag and no byte of what the other
// is shown.
func TestTagsTellNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	site := h.server.Handler()
	alpha, bravo := h.program(t, schedulingtest.AlphaHead, schedulingtest.AllRights), h.program(t, schedulingtest.BravoHead, schedulingtest.AllRights)
	look := func() map[string]string {
		seen := map[string]string{}
		for _, path := range []string{"/negotiations", "/negotiations/talks", "/negotiations/talks/members", talks1, talks1 + "/slots/G2", talks1 + "/proposals/1", talks1 + "/history", talks1 + "/standing", talks1 + "/draft"} {
			got := call(t, site, bravo, "GET", path, nil).want(t, path, 200)
			seen[path] = got.tag + "\n" + string(got.raw)
		}
		return seen
	}
	before := look()
	draft := call(t, site, alpha, "GET", talks1+"/draft", nil)
	call(t, site, alpha, "PUT", talks1+"/draft", map[string]any{
		"terms":   map[string]any{"duration_days": 1, "options": []any{map[string]any{"venue": map[string]any{"name": "Vienna"}, "dates": []string{"2010-03-02"}}}},
		"contact": map[string]any{}, "note": "The minister is ill.",
	}, "If-Match", draft.tag).want(t, "draft", 200)
	call(t, site, alpha, "POST", "/negotiations/talks/members", map[string]any{"name": "Spy", "party": "alpha"}).want(t, "member", 201)
	call(t, site, alpha, "POST", "/negotiations/talks/webhooks", map[string]any{"url": "https://alpha.example/"}).want(t, "webhook", 201)
	if diff := cmp.Diff(before, look()); diff != "" {
		t.Errorf("what one party did in private shows to the other: %s", diff)
	}
}

// What one party keeps to itself is in no answer to anybody else.
func TestNothingCrossesTheInterface(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"offered", "confirmed"} {
		h := secretiveHouse(t, stage)
		if err := h.server.mount(nil, h.server.routes()); err != nil {
			t.Fatal(err)
		}
		found := map[string]int{}
		for who, tc := range map[string]struct {
			member scheduling.MemberID
			marks  []string
		}{
			"head":     {schedulingtest.AlphaHead, nil},
			"rival":    {schedulingtest.BravoHead, []string{textMark, peopleMark}},
			"observer": {schedulingtest.CharlieHead, []string{textMark, peopleMark, reasonMark}},
			"staff":    {schedulingtest.Secretary, []string{textMark}},
		} {
			token := h.program(t, tc.member, schedulingtest.AllRights)
			for _, op := range interfaceOf(t, h).Operations() {
				if op.Method != http.MethodGet {
					continue
				}
				for _, slot := range []string{"G1", "G2", "G3", "W1"} {
					path := strings.NewReplacer("{negotiation}", "talks", "{round}", "1", "{proposal}", "1", "{slot}", slot,
						"{member}", string(schedulingtest.AlphaHead), "{webhook}", "none").Replace(op.Path)
					got := call(t, h.server.Handler(), token, "GET", path, nil)
					for _, mark := range []string{textMark, peopleMark, reasonMark} {
						if bytes.Contains(got.raw, []byte(mark)) {
							found[who+" "+mark]++
							if slices.Contains(tc.marks, mark) {
								t.Errorf("%s: %s finds %q at %s", stage, who, mark, path)
							}
						}
					}
					if !strings.Contains(op.Path, "{slot}") {
						break
					}
				}
			}
		}
		if found["head "+textMark] == 0 || found["head "+peopleMark] == 0 || stage == "offered" && found["rival "+reasonMark] == 0 {
			t.Errorf("%s: who may see it does not: %v", stage, found)
		}
	}
}
