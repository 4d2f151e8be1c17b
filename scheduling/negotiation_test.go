package scheduling_test

import (
	"errors"
	"slices"
	"testing"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

func TestNegotiation(t *testing.T) {
	t.Parallel()
	now := later(10)
	member := func(party scheduling.PartyID, rights scheduling.Rights) scheduling.Member {
		return scheduling.Member{ID: "new", Party: party, Name: "New", Email: "new@x.example", Rights: rights}
	}
	changed := func(id scheduling.MemberID, change func(*scheduling.Member)) func(*scheduling.Negotiation) scheduling.Member {
		return func(n *scheduling.Negotiation) scheduling.Member {
			m := *n.Member(id)
			change(&m)
			return m
		}
	}
	type negotiation = *scheduling.Negotiation
	add := func(by scheduling.MemberID, m scheduling.Member) func(negotiation) error {
		return func(n negotiation) error { return n.AddMember(by, m, now) }
	}
	change := func(by scheduling.MemberID, m func(*scheduling.Negotiation) scheduling.Member) func(negotiation) error {
		return func(n negotiation) error { return n.ChangeMember(by, m(n), now) }
	}
	rename := func(m *scheduling.Member) { m.Name = "Renamed" }
	for name, tc := range map[string]struct {
		given func(negotiation)
		act   func(negotiation) error
		kind  error // nil is allowed
		code  string
	}{
		"add to one's own party": {nil, add(AlphaHead, member(Alpha, AllRights)), nil, ""},
		"add to the other side":  {nil, add(AlphaHead, member(Bravo, AllRights)), scheduling.ErrForbidden, "not_your_party"},
		"add without the right":  {nil, add(BravoOfficer, member(Bravo, AllRights)), scheduling.ErrForbidden, "not_your_party"},
		"staff add to any party": {nil, add(Secretary, member(Bravo, AllRights)), nil, ""},
		"add to a party that never had anybody": {func(n negotiation) {
			n.Members = slices.DeleteFunc(n.Members, func(m scheduling.Member) bool { return m.Party == Bravo })
		}, add(AlphaHead, member(Bravo, AllRights)), nil, ""},
		"step into the place of who has left":  {removeAll(Bravo), add(AlphaHead, member(Bravo, AllRights)), scheduling.ErrForbidden, "not_your_party"},
		"make staff of one's own when none is": {removeAll(""), add(AlphaHead, member("", scheduling.RightConvene)), scheduling.ErrForbidden, "not_your_party"},
		"staff that could consent":             {nil, add(Secretary, member("", AllRights)), scheduling.ErrInvalid, "staff_cannot_consent"},
		"somebody without a name": {nil, func(n negotiation) error {
			return n.AddMember(AlphaHead, scheduling.Member{ID: "new", Party: Alpha, Rights: AllRights}, now)
		}, scheduling.ErrInvalid, "member_nameless"},
		"somebody without rights": {nil, add(AlphaHead, member(Alpha, 0)), scheduling.ErrInvalid, "rights_missing"},
		"the same address twice": {
			func(n negotiation) { n.Member(AlphaReader).Email = "NEW@x.example" },
			add(AlphaHead, member(Alpha, AllRights)), scheduling.ErrConflict, "member_twice",
		},
		"when the talks are over": {
			func(n negotiation) { n.Status = scheduling.Concluded },
			add(AlphaHead, member(Alpha, AllRights)), scheduling.ErrConflict, "negotiation_concluded",
		},

		"rename oneself":          {nil, change(BravoOfficer, changed(BravoOfficer, rename)), nil, ""},
		"rename a colleague":      {nil, change(BravoHead, changed(BravoOfficer, rename)), nil, ""},
		"rename the other side":   {nil, change(AlphaHead, changed(BravoOfficer, rename)), scheduling.ErrForbidden, "not_your_party"},
		"give oneself rights":     {nil, change(BravoOfficer, changed(BravoOfficer, func(m *scheduling.Member) { m.Rights = AllRights })), scheduling.ErrForbidden, "not_your_party"},
		"change who is not there": {nil, func(n negotiation) error { return n.ChangeMember(AlphaHead, scheduling.Member{ID: "x"}, now) }, scheduling.ErrNotFound, "member_unknown"},
		"take a colleague's address": {
			nil, change(BravoOfficer, changed(BravoOfficer, func(m *scheduling.Member) { m.Email = "Head@Bravo.example" })),
			scheduling.ErrConflict, "member_twice",
		},
		"take the last convener's right": {
			onlyConvener(AlphaHead), change(AlphaHead, changed(AlphaHead, func(m *scheduling.Member) { m.Rights = scheduling.RightAnswer })),
			scheduling.ErrConflict, "last_convener",
		},

		"remove a colleague":       {nil, func(n negotiation) error { return n.RemoveMember(BravoHead, BravoOfficer, now) }, nil, ""},
		"remove the other side":    {nil, func(n negotiation) error { return n.RemoveMember(AlphaHead, BravoOfficer, now) }, scheduling.ErrForbidden, "not_your_party"},
		"remove the last convener": {onlyConvener(AlphaHead), func(n negotiation) error { return n.RemoveMember(AlphaHead, AlphaHead, now) }, scheduling.ErrConflict, "last_convener"},
		"remove who is not there":  {nil, func(n negotiation) error { return n.RemoveMember(AlphaHead, "x", now) }, scheduling.ErrNotFound, "member_unknown"},

		"suspend":                {nil, func(n negotiation) error { return n.Suspend(BravoHead, scheduling.Text{}, now) }, nil, ""},
		"suspend as an observer": {nil, func(n negotiation) error { return n.Suspend(CharlieHead, scheduling.Text{}, now) }, scheduling.ErrForbidden, "observers_follow"},
		"suspend twice": {
			func(n negotiation) { n.Status = scheduling.Suspended },
			func(n negotiation) error { return n.Suspend(BravoHead, scheduling.Text{}, now) }, scheduling.ErrConflict, "negotiation_suspended",
		},
		"resume": {
			func(n negotiation) { n.Status = scheduling.Suspended },
			func(n negotiation) error { return n.Resume(AlphaHead, now) }, nil, "",
		},
		"resume what was not suspended": {nil, func(n negotiation) error { return n.Resume(AlphaHead, now) }, scheduling.ErrConflict, "negotiation_active"},
		"resume without the right": {
			func(n negotiation) { n.Status = scheduling.Suspended },
			func(n negotiation) error { return n.Resume(BravoOfficer, now) }, scheduling.ErrForbidden, "convene_missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, _ := Talks(WithObserver(), WithStaff())
			if tc.given != nil {
				tc.given(n)
			}
			n.TakeEvents()
			before := Clone(n)
			err := tc.act(n)
			events := n.TakeEvents()
			if tc.kind == nil {
				if err != nil || len(events) != 1 || Diff(before, Clone(n)) == "" {
					t.Errorf("got %v and %d events, want a change and its event", err, len(events))
				}
				return
			}
			var refusal *scheduling.Error
			if !errors.As(err, &refusal) || !errors.Is(err, tc.kind) || refusal.Code != tc.code {
				t.Errorf("got %v, want %v with code %s", err, tc.kind, tc.code)
			}
			if diff := Diff(before, Clone(n)); diff != "" || len(events) > 0 {
				t.Errorf("the refusal recorded %d events and changed:\n%s", len(events), diff)
			}
		})
	}
}

func removeAll(party scheduling.PartyID) func(*scheduling.Negotiation) {
	return func(n *scheduling.Negotiation) {
		for i := range n.Members {
			n.Members[i].Removed = n.Members[i].Removed || n.Members[i].Party == party
		}
	}
}

func onlyConvener(id scheduling.MemberID) func(*scheduling.Negotiation) {
	return func(n *scheduling.Negotiation) {
		for i := range n.Members {
			if n.Members[i].ID != id {
				n.Members[i].Rights = scheduling.RightObserve
			}
		}
	}
}

func TestTextAudience(t *testing.T) {
	t.Parallel()
	audiences := map[string]scheduling.Audience{
		"owner": scheduling.PartyAudience(Alpha), "named": scheduling.PartyAudience(Bravo), "other": scheduling.PartyAudience(Charlie),
		"staff": scheduling.PartyAudience(""), "public": scheduling.PublicAudience,
	}
	for scope, readers := range map[scheduling.Scope][]string{
		scheduling.OwnParty:     {"owner"},
		scheduling.NamedParties: {"owner", "named"},
		scheduling.AllParties:   {"owner", "named", "other", "staff"},
		scheduling.Public:       {"owner", "named", "other", "staff", "public"},
		"unheard of":            nil,
	} {
		text := scheduling.Text{Body: "body", Owner: Alpha, Scope: scope, Named: []scheduling.PartyID{Bravo}}
		may := map[string]bool{}
		for _, r := range readers {
			may[r] = true
		}
		for name, to := range audiences {
			if got := text.For(to); (got == "body") != may[name] || got != "" && got != "body" {
				t.Errorf("%q for %s shows %q", scope, name, got)
			}
		}
	}
	if got := (scheduling.Text{Body: "staff's own"}).For(scheduling.PublicAudience); got != "" {
		t.Errorf("what neutral staff keep for themselves shows to the public: %q", got)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code   string
		change func(*scheduling.Negotiation)
	}{
		"no title":            {"title_missing", func(n *scheduling.Negotiation) { n.Title.Body = " " }},
		"one required party":  {"too_few_parties", func(n *scheduling.Negotiation) { n.Parties[0].Role = scheduling.RoleObserver }},
		"a party twice":       {"party_twice", func(n *scheduling.Negotiation) { n.Parties[1].Name = "ALPHA" }},
		"a party without ID":  {"party_twice", func(n *scheduling.Negotiation) { n.Parties[1].ID = "" }},
		"a nameless party":    {"party_nameless", func(n *scheduling.Negotiation) { n.Parties[1].Name = "" }},
		"a member of nowhere": {"party_unknown", func(n *scheduling.Negotiation) { n.Members[0].Party = "x" }},
	} {
		n, _ := Talks()
		tc.change(n)
		var refusal *scheduling.Error
		if err := n.Check(); !errors.As(err, &refusal) || refusal.Code != tc.code || !errors.Is(err, scheduling.ErrInvalid) {
			t.Errorf("%s: got %v, want %s", name, err, tc.code)
		}
	}
}
