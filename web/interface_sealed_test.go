package web

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// What a party answers under seal is in no answer, no tag and no length of an
// answer to anybody else: two runs that differ in nothing else look alike but
// for the commitment.
func TestSealedAnswersDoNotCross(t *testing.T) {
	t.Parallel()
	run := func(level string) map[string]string {
		h := newHouse(t)
		h.MemoryStore = schedulingtest.NewMemoryStore(postman{})
		h.server.store, h.server.access, h.server.programs = h.MemoryStore, h.MemoryStore, h.MemoryStore
		if err := h.server.mount(nil, h.server.routes()); err != nil {
			t.Fatal(err)
		}
		n, r := schedulingtest.Delivered(schedulingtest.WithObserver(), schedulingtest.WithRule(func(ru *scheduling.Rule) {
			ru.Kind = scheduling.SealedSimultaneous
		}))
		if _, err := h.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
			t.Fatal(err)
		}
		alpha := h.program(t, schedulingtest.AlphaHead, schedulingtest.AllRights)
		bravo := h.program(t, schedulingtest.BravoHead, schedulingtest.AllRights)
		before := call(t, h.server.Handler(), bravo, "GET", talks1+"/reply", nil).want(t, "reply", 200)
		if before.at("sealed") != true {
			t.Fatalf("nothing says that answers go under seal: %s", before.raw)
		}
		said := call(t, h.server.Handler(), bravo, "PUT", talks1+"/reply",
			map[string]any{"answers": []any{map[string]any{"slot": "G2", "level": level}}}, "If-Match", before.tag).want(t, "answer", 200)
		if said.tag == before.tag {
			t.Error("the own reply does not show what was answered")
		}
		seen := map[string]string{}
		for who, token := range map[string]string{"rival": alpha, "observer": h.program(t, schedulingtest.CharlieHead, schedulingtest.AllRights)} {
			for _, path := range []string{talks1, talks1 + "/slots/G2", talks1 + "/standing", talks1 + "/history", "/negotiations/talks"} {
				got := call(t, h.server.Handler(), token, "GET", path, nil).want(t, path, 200)
				text := string(got.raw)
				for _, u := range unsteadySeals {
					text = u.ReplaceAllString(text, "COMMITMENT")
				}
				seen[who+" "+path] = text
			}
		}
		return seen
	}
	if diff := cmp.Diff(run("preferred"), run("not_possible")); diff != "" {
		t.Errorf("an answer under seal shows: %s", diff)
	}
}

// unsteadySeals are the commitments, which are random.
var unsteadySeals = []*regexp.Regexp{regexp.MustCompile(`[0-9a-f]{64}`)}
