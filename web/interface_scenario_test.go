package web

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/web/api"
)

// A client is a program that talks to a site over the network.
type client struct {
	tb    testing.TB
	base  string
	token string
}

func (c client) do(method, path string, body any, header ...string) reply {
	c.tb.Helper()
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			c.tb.Fatal(err)
		}
		sent = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(c.tb.Context(), method, c.base+api.Root+path, sent)
	if err != nil {
		c.tb.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		c.tb.Fatal(err)
	}
	defer response.Body.Close()
	out := reply{status: response.StatusCode, tag: response.Header.Get("ETag"), header: response.Header}
	if out.raw, err = io.ReadAll(response.Body); err != nil {
		c.tb.Fatal(err)
	}
	if err := json.Unmarshal(out.raw, &out.body); err != nil {
		c.tb.Fatalf("%v: %s", err, out.raw)
	}
	return out
}

// on acts on what there is at path, as it was read just before.
func (c client) on(path, method, noun string, body any) reply {
	c.tb.Helper()
	read := c.do("GET", path, nil).want(c.tb, "read "+path, 200)
	return c.do(method, path+noun, body, "If-Match", read.tag)
}

// programOf makes a token on the page of whoever has the cookie.
func programOf(tb testing.TB, h http.Handler, page, cookie string) string {
	tb.Helper()
	rec := post(tb, h, page, url.Values{
		"name": {"Program"}, "right-answer": {"yes"}, "right-consent": {"yes"}, "right-convene": {"yes"}, "life": {"30"},
	}, "Cookie", cookie)
	secret := shownSecret.FindStringSubmatch(rec.Body.String())
	if secret == nil {
		tb.Fatalf("no token on %s: %d", page, rec.Code)
	}
	return secret[1]
}

// Scenario A3 by programs alone: one side offers a day in Geneva or in
// Washington, the other chooses, both consent, the confirmer confirms.
func TestScenarioByPrograms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	server := httptest.NewServer(h.server.Handler())
	defer server.Close()
	opener := h.account(t, scheduling.Account{ID: "opener", Name: "A. Head", Email: "head@alpha.example", Opens: true})
	alpha := client{t, server.URL, programOf(t, h.server.Handler(), "/account/programs", opener)}

	opened := alpha.do("POST", "/negotiations", map[string]any{
		"title": "Alpha and Bravo", "you": 1, "round": "Third round",
		"parties": []any{
			map[string]any{"name": "Alpha", "city": "Washington"},
			map[string]any{"name": "Bravo", "city": "Moscow", "head": "B. Head", "email": "head@bravo.example"},
		},
		"rule": map[string]any{"confirmation": "by_confirmer", "confirmer": "1", "reporting": "nothing"},
		"offer": map[string]any{
			"terms": map[string]any{"duration_days": 1, "options": []any{
				map[string]any{"venue": map[string]any{"name": "Geneva"}, "windows": []any{map[string]any{"from": "2009-11-18", "to": "2009-11-20"}}},
				map[string]any{"venue": map[string]any{"name": "Washington"}, "windows": []any{map[string]any{"from": "2009-12-08", "to": "2009-12-10"}}},
			}},
			"reply_by": map[string]any{"date": "2009-11-09", "city": "Washington"},
			"contact":  map[string]any{"name": "A. Head"},
		},
	}, "Idempotency-Key", "open-1").want(t, "open", 201)
	id := opened.at("id").(string)
	round := "/negotiations/" + id + "/rounds/1"

	bravoHead := sessionOf(t, h, scheduling.Token{Negotiation: scheduling.NegotiationID(id), Member: scheduling.MemberID(id + "-2"), Party: "p2"}, h.now)
	bravo := client{t, server.URL, programOf(t, h.server.Handler(), "/n/"+id+"/programs", bravoHead)}

	table := bravo.do("GET", round, nil).want(t, "look", 200)
	var labels []string
	for _, s := range table.body["slots"].([]any) {
		labels = append(labels, s.(map[string]any)["label"].(string))
	}
	if want := []string{"G1", "G2", "G3", "W1", "W2", "W3"}; !slices.Equal(labels, want) {
		t.Fatalf("on the table %v, want %v", labels, want)
	}
	paper := bravo.do("GET", round+"/proposals/1", nil).want(t, "paper", 200)
	if !strings.Contains(paper.at("paper.text").(string), "Geneva") || paper.at("offer") != nil {
		t.Errorf("the paper is %s", paper.raw)
	}
	bravo.on(round+"/reply", "PUT", "", map[string]any{"answers": []any{
		map[string]any{"slot": "G2", "level": "preferred"},
		map[string]any{"slot": "G1", "level": "not_possible", "reason": map[string]any{"text": "Parliament sits", "audience": "own"}},
	}}).want(t, "answer", 200)
	if seen := alpha.do("GET", round+"/slots/G1", nil); strings.Contains(string(seen.raw), "Parliament") || seen.at("standing.not_possible") != 1.0 {
		t.Errorf("the other side sees %s", seen.raw)
	}
	stale := alpha.do("GET", round+"/slots/G2", nil)
	bravo.on(round+"/slots/G2", "PUT", "/consent", nil).want(t, "consent", 200)
	alpha.do("PUT", round+"/slots/G2/consent", nil, "If-Match", stale.tag).refused(t, "consent to what was", 412, "if_match_stale")
	alpha.on(round+"/slots/G2", "PUT", "/confirmation", nil).refused(t, "too early", 409, "consent_missing")
	alpha.on(round+"/slots/G2", "PUT", "/consent", nil).want(t, "consent", 200)
	bravo.on(round+"/slots/G2", "PUT", "/confirmation", nil).refused(t, "by who is not the confirmer", 403, "not_the_confirmer")
	alpha.on(round+"/slots/G2", "PUT", "/confirmation", nil).want(t, "confirm", 200)

	fixed := bravo.do("GET", round, nil).want(t, "look", 200)
	if fixed.body["status"] != "confirmed" || fixed.at("meeting.slot") != "G2" || fixed.at("slots.0.status") != "released" {
		t.Errorf("the round is %s", fixed.raw)
	}
	history := bravo.do("GET", round+"/history?limit=1", nil).want(t, "history", 200)
	if history.at("entries.0.kind") != "meeting_confirmed" || history.body["more"] != true {
		t.Errorf("the history is %s", history.raw)
	}
}

// The commands of the README do what they say.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"curl", "sh", "sed"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	script := regexp.MustCompile("(?s)## For programs.*?```sh\n(.*?)```").FindSubmatch(readme)
	if script == nil {
		t.Fatal("the README has no commands for programs")
	}
	h := newHouse(t)
	server := httptest.NewServer(h.server.Handler())
	defer server.Close()
	opener := h.account(t, scheduling.Account{ID: "opener", Name: "A. Head", Email: "head@alpha.example", Opens: true})
	alpha := client{t, server.URL, programOf(t, h.server.Handler(), "/account/programs", opener)}
	made := alpha.do("POST", "/negotiations", map[string]any{
		"title": "Talks", "you": 1, "round": "First", "parties": []any{map[string]any{"name": "Alpha"}, map[string]any{"name": "Bravo", "email": "b@bravo.example"}},
		"rule":  map[string]any{"confirmation": "on_last_consent", "reporting": "nothing"},
		"offer": map[string]any{"terms": map[string]any{"duration_days": 1, "options": []any{map[string]any{"venue": map[string]any{"name": "Geneva"}, "dates": []string{"2009-11-18", "2009-11-19"}}}}, "contact": map[string]any{"name": "x"}},
	}).want(t, "open", 201)
	id := made.at("id").(string)
	head := sessionOf(t, h, scheduling.Token{Negotiation: scheduling.NegotiationID(id), Member: scheduling.MemberID(id + "-2"), Party: "p2"}, h.now)
	token := programOf(t, h.server.Handler(), "/n/"+id+"/programs", head)

	commands := strings.NewReplacer("https://talks.example.org", server.URL, "parley_...", token, "NEGOTIATION", id).Replace(string(script[1]))
	run := exec.CommandContext(t.Context(), "sh", "-eu", "-c", commands)
	run.Dir = t.TempDir()
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	slot := alpha.do("GET", "/negotiations/"+id+"/rounds/1/slots/G2", nil)
	if slot.at("standing.preferred") == nil || slot.at("consents.0.party") != "p2" {
		t.Errorf("after the commands the slot is %s\n%s", slot.raw, out)
	}
}
