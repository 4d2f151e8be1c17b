package scheduling

import (
	"testing"
	"time"

	"parley/scheduling/civil"
)

// said makes a round of two required parties and an observer; each string is a
// slot, a letter a party: p, a, i (condition open), m (condition met), n, or - .
func said(t *testing.T, slots ...string) *Round {
	t.Helper()
	parties := []PartyID{"alpha", "bravo"}
	r := &Round{Negotiation: &Negotiation{Parties: []Party{
		{ID: "alpha", Role: RoleRequired}, {ID: "watch", Role: RoleObserver}, {ID: "bravo", Role: RoleRequired},
	}}}
	levels := map[byte]Level{'p': LevelPreferred, 'a': LevelAvailable, 'i': LevelIfNeedBe, 'm': LevelIfNeedBe, 'n': LevelNotPossible}
	for i, letters := range slots {
		s := &Slot{
			Label: Label([]string{"G1", "G2", "G3"}[i]), Version: 2, Status: Offered,
			Candidate: Candidate{
				Venue: Venue{Name: "Geneva", Zone: "Europe/Zurich"},
				Days:  []civil.Date{{Year: 2026, Month: time.November, Day: 18 + i}}, Hours: UsualDay,
			},
			Positions: map[PartyID]Position{}, Consents: map[PartyID]Consent{},
		}
		for j, party := range parties {
			if l, ok := levels[letters[j]]; ok {
				p := Position{Level: l, SlotVersion: 2}
				if letters[j] == 'i' {
					p.Condition = ConditionOpen
				}
				s.Positions[party] = p
			}
		}
		r.Slots = append(r.Slots, s)
	}
	return r
}

func TestBestDate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		slots         []string
		best, nearest Label
	}{
		"nothing on the table":             {nil, "", ""},
		"no answer yet":                    {[]string{"--", "--"}, "", "G1"},
		"one answer missing":               {[]string{"p-", "pn"}, "", "G1"},
		"refusals weigh more than silence": {[]string{"pn", "--"}, "", "G2"},
		"a refusal is a veto":              {[]string{"pn", "aa"}, "G2", "G2"},
		"fewest conditions first":          {[]string{"pi", "aa"}, "G2", "G2"},
		"a met condition is none":          {[]string{"pi", "pm"}, "G2", "G2"},
		"then the most preferred":          {[]string{"aa", "pa", "pp"}, "G3", "G3"},
		"then the earliest":                {[]string{"pa", "ap"}, "G1", "G1"},
		"all refused":                      {[]string{"nn", "na"}, "", "G2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := said(t, tc.slots...).Standings()
			label := func(s *Standing) Label {
				if s == nil {
					return ""
				}
				return s.Slot.Label
			}
			if got := label(Best(all)); got != tc.best {
				t.Errorf("Best = %q, want %q", got, tc.best)
			}
			if got := label(Nearest(all)); got != tc.nearest {
				t.Errorf("Nearest = %q, want %q", got, tc.nearest)
			}
		})
	}
}

func TestStandingsCountTheSlotAsItIs(t *testing.T) {
	t.Parallel()
	r := said(t, "pa", "aa")
	r.Slots[0].Consents["alpha"] = Consent{SlotVersion: 2}
	r.Slots[0].Consents["bravo"] = Consent{SlotVersion: 2}
	if a := Agreed(r.Standings()); a == nil || a.Slot.Label != "G1" {
		t.Fatalf("Agreed = %v, want G1", a)
	}
	r.Slots[0].Version = 3 // everything said of it is stale now
	all := r.Standings()
	if Agreed(all) != nil || all[0].Count("") != 2 || len(all[0].Consents) != 0 {
		t.Errorf("after a change: %+v, want no answers and no consents", all[0])
	}
	if b := Best(all); b == nil || b.Slot.Label != "G2" {
		t.Errorf("Best = %v, want G2", b)
	}
	r.Slots[1].Status = Expired
	if got := len(r.Standings()); got != 1 {
		t.Errorf("%d standings with one slot expired, want 1", got)
	}
}
