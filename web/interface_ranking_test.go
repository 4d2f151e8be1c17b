package web

import (
	"testing"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// program is the token of a member, with every right.
func (v visitor) program() string {
	v.Helper()
	secret, hash := newToken()
	err := v.store.SaveToken(v.Context(), scheduling.Token{
		Hash: hash, Purpose: scheduling.ForAPI, Negotiation: v.id.Negotiation, Member: v.member, Scope: schedulingtest.AllRights,
		CreatedAt: *v.now, ExpiresAt: v.now.AddDate(1, 0, 0),
	})
	if err != nil {
		v.Fatal(err)
	}
	return secret
}

// A10 through the interface, and the request to those alone who stand in the
// way of a date.
func TestA10LeastBurdenByProgram(t *testing.T) {
	t.Parallel()
	v := delivered(t, leastBurden())
	alpha, bravo := v.as(schedulingtest.AlphaHead).program(), v.as(schedulingtest.BravoHead).program()
	var answers []any
	for _, label := range []string{"G1", "G2", "G3", "W1", "W2", "W3"} {
		answer := map[string]any{"slot": label, "level": map[string]string{
			"G1": "if_need_be", "G2": "not_possible", "G3": "not_possible", "W1": "preferred", "W2": "available", "W3": "available",
		}[label]}
		switch label {
		case "G1":
			answer["reason"] = map[string]any{"text": "subject to flights", "audience": "own"}
		case "G2":
			answer["reason_class"] = "visa"
		}
		answers = append(answers, answer)
	}
	tag := call(t, v.site, bravo, "GET", talks1+"/reply", nil).want(t, "read", 200).tag
	said := call(t, v.site, bravo, "PUT", talks1+"/reply", map[string]any{"answers": answers}, "If-Match", tag).want(t, "answer", 200)
	if got := said.at("slots.1.position.reason_class"); got != "visa" {
		t.Errorf("the kind of reason came back as %v", got)
	}
	ranking := call(t, v.site, alpha, "GET", talks1+"/ranking", nil).want(t, "rank", 200)
	for path, want := range map[string]any{
		"method": "least_burden", "slots.0.slot": "W1", "slots.0.ahead.step": "burden", "slots.0.ahead.level": "preferred",
		"slots.0.ahead.this": 1.0, "slots.1.slot": "W2", "slots.1.ahead.step": "earlier", "slots.2.slot": "W3", "slots.2.ahead.level": "if_need_be",
		"slots.3.slot": "G1", "slots.3.ahead": nil, "slots.4": nil, "impossible.0": "G2", "impossible.1": "G3", "waiting.0": nil,
	} {
		if got := ranking.at(path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	slots := call(t, v.site, alpha, "GET", talks1, nil).want(t, "round", 200)
	if v.round().Status != scheduling.OnTheTable {
		t.Errorf("the ranking fixed something: %s", v.round().Status)
	}
	asked := call(t, v.site, alpha, "POST", talks1+"/reconsideration", map[string]any{"slots": []string{"G2"}}, "If-Match", slots.tag)
	asked.want(t, "ask", 200)
	call(t, v.site, alpha, "POST", talks1+"/reconsideration", map[string]any{"slots": []string{"W1"}}, "If-Match", asked.tag).
		refused(t, "nobody to ask", 409, "nobody_blocks")
}
