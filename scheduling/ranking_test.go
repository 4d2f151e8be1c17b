package scheduling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// leastBurden asks for a ranking.
func leastBurden() Adjustment {
	return WithRule(func(ru *scheduling.Rule) { ru.Ranking = scheduling.LeastBurden })
}

// says answers for a party, slot by slot: "G1=i W1=p2" is if need be, and
// preferred in the second place.
func says(t *testing.T, r *scheduling.Round, by scheduling.MemberID, said string) {
	t.Helper()
	levels := map[byte]scheduling.Level{
		'p': scheduling.LevelPreferred, 'a': scheduling.LevelAvailable, 'i': scheduling.LevelIfNeedBe, 'n': scheduling.LevelNotPossible,
	}
	var answers []scheduling.Answer
	for one := range strings.FieldsSeq(said) {
		label, level, _ := strings.Cut(one, "=")
		a := scheduling.Answer{Slot: scheduling.Label(label), SlotVersion: 1, Level: levels[level[0]]}
		if len(level) > 1 {
			a.Rank = int(level[1] - '0')
		}
		if a.Level == scheduling.LevelIfNeedBe {
			a.Reason.Body = "subject to flights"
		}
		answers = append(answers, a)
	}
	if err := r.TakePositions(By(by, Now.Add(time.Hour)), answers); err != nil {
		t.Fatal(err)
	}
}

// listed is a ranking in a line: "W1 burden W2 earlier W3; waiting G1; not G2".
func listed(ra scheduling.Ranking) string {
	var words []string
	for _, s := range ra.Slots {
		words = append(words, string(s.Slot.Label))
		if s.Ahead.Step != "" {
			words = append(words, string(s.Ahead.Step))
		}
	}
	words = append(words, labels("; waiting", ra.Waiting)...)
	return strings.Join(append(words, labels("; not", ra.Impossible)...), " ")
}

func labels(head string, list []scheduling.Standing) []string {
	if len(list) == 0 {
		return nil
	}
	words := []string{head}
	for _, s := range list {
		words = append(words, string(s.Slot.Label))
	}
	return words
}

const a10 = "G1=i G2=n G3=n W1=p W2=a W3=a"

func TestA10LeastBurden(t *testing.T) {
	t.Parallel()
	for name, turn := range map[string]func(*scheduling.Negotiation, *scheduling.Round){
		"as entered":          func(*scheduling.Negotiation, *scheduling.Round) {},
		"the other way round": func(n *scheduling.Negotiation, _ *scheduling.Round) { slices.Reverse(n.Parties) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered(leastBurden(), With(turn))
			says(t, r, BravoHead, a10)
			r.TakeEvents()
			ra := r.Rank(nil, Now)
			if got, want := listed(ra), "W1 burden W2 earlier W3 burden G1 ; not G2 G3"; got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			first, last := ra.Slots[0].Ahead, ra.Slots[2].Ahead
			if first.Level != scheduling.LevelPreferred || first.This != 1 || first.Next != 0 {
				t.Errorf("W1 stands before W2 because of %+v, want one party that prefers it", first)
			}
			if last.Level != scheduling.LevelIfNeedBe || last.This != 0 || last.Next != 1 {
				t.Errorf("W3 stands before G1 because of %+v, want one party at if need be", last)
			}
			if !ra.Slots[1].Ahead.Alike {
				t.Error("W2 and W3 are not alike for all")
			}
			if r.Status != scheduling.OnTheTable || r.Meeting != nil || len(r.TakeEvents()) > 0 {
				t.Errorf("the ranking changed something: %s", r.Status)
			}
		})
	}
}

func TestRank(t *testing.T) {
	t.Parallel()
	threeParties := With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Parties = append(n.Parties, scheduling.Party{ID: delta, Name: "Delta", Zone: "Asia/Tokyo", Role: scheduling.RoleRequired})
		n.Members = append(n.Members, scheduling.Member{ID: deltaHead, Party: delta, Name: "D. Head", Rights: AllRights})
	})
	for name, tc := range map[string]struct {
		adjust []Adjustment
		bravo  string
		delta  string
		change func(*scheduling.Round)
		at     time.Time
		want   string
	}{
		"answers missing": {bravo: "G1=a W1=n", want: "G1 ; waiting G2 G3 W2 W3 ; not W1"},
		"no ranking of what can no longer be decided": {
			bravo: "G1=a G2=a G3=a", at: At(2009, time.November, 18, 12, 0),
			want: "G2 earlier G3 ; waiting W1 W2 W3",
		},
		"an answer to an earlier version is none": {
			bravo: "G1=a G2=a", change: func(r *scheduling.Round) { r.Slot("G1").Version = 2 },
			want: "G2 ; waiting G1 G3 W1 W2 W3",
		},
		"an open condition": {
			bravo: "G1=i G2=i", change: func(r *scheduling.Round) {
				p := r.Slot("G2").Positions[Bravo]
				p.Condition = scheduling.ConditionMet
				r.Slot("G2").Positions[Bravo] = p
			},
			want: "G2 conditions G1 ; waiting G3 W1 W2 W3",
		},
		"own order": {bravo: "G1=a G2=a2 G3=a1", want: "G3 rank G2 rank G1 ; waiting W1 W2 W3"},
		"a quorum": {
			adjust: []Adjustment{threeParties, WithRule(func(ru *scheduling.Rule) {
				ru.Kind, ru.Core, ru.Quorum = scheduling.Quorum, []scheduling.PartyID{Alpha}, 1
			})},
			bravo: "G1=n G2=a G3=n W1=n", delta: "G1=a G2=a G3=n W2=n",
			want: "G2 burden G1 ; waiting W1 W2 W3 ; not G3",
		},
		"most support": {
			adjust: []Adjustment{threeParties, WithRule(func(ru *scheduling.Rule) { ru.Ranking = scheduling.MostSupport })},
			bravo:  "G1=i G2=a G3=p", delta: "G1=p G2=i G3=a", want: "G3 support G1 burden G2 ; waiting W1 W2 W3",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered(append([]Adjustment{leastBurden()}, tc.adjust...)...)
			says(t, r, BravoHead, tc.bravo)
			if tc.delta != "" {
				says(t, r, deltaHead, tc.delta)
			}
			if tc.change != nil {
				tc.change(r)
			}
			now := tc.at
			if now.IsZero() {
				now = Now
			}
			if got := listed(r.Rank(nil, now)); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestNoRankingOfWhatIsSealed(t *testing.T) {
	t.Parallel()
	_, r := Delivered(leastBurden())
	says(t, r, BravoHead, a10)
	r.Rule.Kind = scheduling.SealedSimultaneous
	if ra := r.Rank(nil, Now); !ra.Sealed || len(ra.Slots)+len(ra.Waiting)+len(ra.Impossible) > 0 {
		t.Errorf("sealed positions are ranked: %s", listed(ra))
	}
}

// held is a round before the next, held on the second date of its first venue.
func held(t *testing.T, number int, label scheduling.Label) *scheduling.Round {
	t.Helper()
	_, r := Delivered()
	for _, by := range []scheduling.MemberID{BravoHead, AlphaHead} {
		if err := r.Consent(By(by, Now), label, 1); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Confirm(By(AlphaHead, Now), label, 1); err != nil {
		t.Fatal(err)
	}
	r.ID.Number = number
	return r
}

func seats(n *scheduling.Negotiation, _ *scheduling.Round) {
	n.Party(Alpha).Country, n.Party(Bravo).Country = "US", "CH"
}

func TestWhoseTurnItIsToHost(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		earlier []scheduling.Label // where rounds before were held
		adjust  Adjustment
		want    string
		times   string
	}{
		"nobody has hosted": {nil, With(seats), "G2 earlier W1", ""},
		"Bravo has":         {[]scheduling.Label{"G1"}, With(seats), "W1 host G2", "alpha 0, bravo 1"},
		"both have":         {[]scheduling.Label{"W2", "G1"}, With(seats), "G2 host W1", "alpha 1, bravo 1"},
		"Alpha twice":       {[]scheduling.Label{"W2", "W1", "G1"}, With(seats), "G2 host W1", "alpha 2, bravo 1"},
		"neutral ground":    {[]scheduling.Label{"G1"}, With(func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Party(Alpha).Country = "US" }), "G2 earlier W1", ""},
		"neutral ground first": {
			[]scheduling.Label{"W1"},
			With(func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Party(Alpha).Country = "US" }),
			"G2 host W1", "alpha 1, bravo 0",
		},
		"by the city where no country is said": {
			[]scheduling.Label{"W1"},
			With(func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Party(Bravo).City = "GENEVA" }),
			"G2 host W1", "alpha 1, bravo 0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var rounds []*scheduling.Round
			for i, label := range tc.earlier {
				rounds = append(rounds, held(t, i+1, label))
			}
			_, r := Delivered(leastBurden(), tc.adjust)
			r.ID.Number = len(rounds) + 1
			rounds = append(rounds, r)
			for _, label := range []scheduling.Label{"G1", "G3", "W2", "W3"} {
				r.Slot(label).Status = scheduling.Withdrawn
			}
			says(t, r, AlphaHead, "G2=a W1=a")
			says(t, r, BravoHead, "G2=a W1=a")
			if got := listed(r.Rank(rounds, Now)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			var times []string
			for _, h := range r.Hostings(rounds) {
				times = append(times, fmt.Sprintf("%s %d", h.Party, h.Times))
			}
			if got := strings.Join(times, ", "); got != tc.times {
				t.Errorf("hosted: %s, want %s", got, tc.times)
			}
		})
	}
}

// Both dates leave one party at "available" and the other at "preferred". The
// party that bore more in the round before is to bear less now.
func TestBalanceCountsEarlierBurdens(t *testing.T) {
	t.Parallel()
	first := held(t, 1, "G2")
	first.Slot("G2").Positions[Bravo] = scheduling.Position{Level: scheduling.LevelIfNeedBe, SlotVersion: 1}
	for name, tc := range map[string]struct {
		balance bool
		method  scheduling.RankingMethod
		alpha   string
		want    string
	}{
		"not agreed to":        {false, scheduling.LeastBurden, "G1=p G2=a", "G1 rank G2"},
		"agreed to":            {true, scheduling.LeastBurden, "G1=p G2=a", "G2 balance G1"},
		"after the levels":     {true, scheduling.LeastBurden, "G1=p G2=i", "G1 burden G2"},
		"and cumulative":       {true, scheduling.CumulativeLeximin, "G1=p G2=i", "G2 balance G1"},
		"cumulative of nobody": {false, scheduling.CumulativeLeximin, "G1=p G2=i", "G1 burden G2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered(WithRule(func(ru *scheduling.Rule) { ru.Ranking, ru.Balance = tc.method, tc.balance }))
			r.ID.Number = 2
			says(t, r, AlphaHead, tc.alpha)
			says(t, r, BravoHead, "G1=a G2=p G3=n W1=n W2=n W3=n")
			got, _, _ := strings.Cut(listed(r.Rank([]*scheduling.Round{first, r}, Now)), " ;")
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestLeeway(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	for refused, tight := range map[string]bool{
		"G1=a":                           false,
		"G1=n G2=n":                      false,
		"G1=n G2=n W1=n":                 true,
		"G1=n G2=n G3=n W1=n W2=n W3=n":  true,
		"G1=n G2=n G3=i W1=a W2=p W3=p1": false,
	} {
		instead := map[scheduling.Label]scheduling.Level{}
		for one := range strings.FieldsSeq(refused) {
			label, level, _ := strings.Cut(one, "=")
			if level == "n" {
				instead[scheduling.Label(label)] = scheduling.LevelNotPossible
			}
		}
		l := r.Leeway(Bravo, instead)
		if l.Tight() != tight || l.Slots != 6 || l.Enough != 2 || l.Refused != len(instead) || l.Open() != 6-len(instead) {
			t.Errorf("%s: %+v, want tight %v", refused, l, tight)
		}
	}
	says(t, r, BravoHead, "G1=n G2=n G3=n")
	if l := r.Leeway(Bravo, nil); l.Refused != 3 || !l.Tight() {
		t.Errorf("as answered: %+v", l)
	}
	r.Slot("G1").Version = 2 // what was said of it is void
	if l := r.Leeway(Bravo, nil); l.Refused != 2 || l.Tight() {
		t.Errorf("once a date has changed: %+v", l)
	}
}
