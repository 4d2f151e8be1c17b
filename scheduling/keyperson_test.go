package scheduling_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/clash"
	"parley/scheduling/schedulingtest"
)

// codeOf is the code and the field of a refusal, "" for none.
func codeOf(err error) string {
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok {
		return strings.TrimSuffix(refusal.Code+" "+refusal.Field, " ")
	}
	return fmt.Sprint(err)
}

func ivanov() scheduling.KeyPerson {
	return scheduling.KeyPerson{ID: "p1", Name: "Ivanov", Function: scheduling.FunctionHead}
}

// inGeneva is a commitment there, on days counted from 1 November 2009.
func inGeneva(kind scheduling.CommitmentKind, first, last int) scheduling.Commitment {
	october := schedulingtest.Date(2009, time.October, 31)
	return scheduling.Commitment{
		ID: "c1", Person: "p1", Kind: kind, City: "Genf",
		First: october.Add(first), Last: october.Add(last),
	}
}

func TestDiaryIsKeptByItsOwnParty(t *testing.T) {
	t.Parallel()
	for by, want := range map[scheduling.MemberID]string{
		schedulingtest.BravoHead:    "<nil>",
		schedulingtest.BravoOfficer: "<nil>",
		schedulingtest.AlphaHead:    "not_your_party",
		schedulingtest.CharlieHead:  "not_your_party",
		schedulingtest.Secretary:    "not_your_party",
		"bravo-reader":              "answer_right_missing",
		"nobody":                    "not_your_party",
	} {
		n, _ := schedulingtest.Talks(schedulingtest.WithObserver(), schedulingtest.WithStaff())
		n.Members = append(n.Members, scheduling.Member{ID: "bravo-reader", Party: schedulingtest.Bravo, Rights: scheduling.RightObserve})
		d := &scheduling.Diary{Negotiation: n.ID, Party: schedulingtest.Bravo}
		if got := codeOf(d.AddPerson(n, by, ivanov())); got != want {
			t.Errorf("%s adds a person: %s, want %s", by, got, want)
		}
		if kept := len(d.Persons) > 0; kept != (want == "<nil>") {
			t.Errorf("%s: kept %v", by, kept)
		}
		d.Persons = []scheduling.KeyPerson{ivanov()}
		if got := codeOf(d.AddCommitment(n, by, inGeneva(scheduling.CommitmentBusy, 16, 20))); got != want {
			t.Errorf("%s adds a commitment: %s, want %s", by, got, want)
		}
		if got := codeOf(d.RemoveCommitment(n, by, "c1")); got != want {
			t.Errorf("%s removes a commitment: %s, want %s", by, got, want)
		}
		if got := codeOf(d.RemovePerson(n, by, "p1")); got != want {
			t.Errorf("%s removes a person: %s, want %s", by, got, want)
		}
	}
	n, _ := schedulingtest.Talks(schedulingtest.WithObserver())
	if got := codeOf(n.MayKeepDiary(schedulingtest.CharlieHead, schedulingtest.Charlie)); got != "observers_follow" {
		t.Errorf("an observer keeps a diary: %s", got)
	}
	n.Status = scheduling.Concluded
	if got := codeOf(n.MayKeepDiary(schedulingtest.BravoHead, schedulingtest.Bravo)); got != "negotiation_concluded" {
		t.Errorf("in concluded talks: %s", got)
	}
}

func TestCommitments(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 301)
	for name, tc := range map[string]struct {
		change func(*scheduling.Commitment)
		want   string
	}{
		"as it should be":          {func(*scheduling.Commitment) {}, "<nil>"},
		"no such person":           {func(c *scheduling.Commitment) { c.Person = "p2" }, "key_person_unknown person"},
		"neither busy nor present": {func(c *scheduling.Commitment) { c.Kind = "away" }, "choice_unknown kind"},
		"nowhere":                  {func(c *scheduling.Commitment) { c.City = " " }, "city_missing city"},
		"city too long":            {func(c *scheduling.Commitment) { c.City = long }, "too_long city"},
		"no day":                   {func(c *scheduling.Commitment) { c.First = civil.Date{} }, "commitment_undated first-d"},
		"backwards":                {func(c *scheduling.Commitment) { c.Last = c.First.Add(-1) }, "commitment_reversed last-d"},
		"a year":                   {func(c *scheduling.Commitment) { c.Last = c.First.Add(scheduling.MaxStay - 1) }, "<nil>"},
		"longer than a year":       {func(c *scheduling.Commitment) { c.Last = c.First.Add(scheduling.MaxStay) }, "commitment_too_long last-d"},
		"note too long":            {func(c *scheduling.Commitment) { c.Note = long }, "too_long note"},
		"told to the public":       {func(c *scheduling.Commitment) { c.Readers = scheduling.Public }, "presence_readers readers"},
		"told to nobody in name":   {func(c *scheduling.Commitment) { c.Readers = scheduling.NamedParties }, "presence_readers readers"},
		"told to somebody else": {func(c *scheduling.Commitment) {
			c.Readers, c.Named = scheduling.NamedParties, []scheduling.PartyID{"x"}
		}, "presence_readers readers"},
		"busy, and told to others":   {func(c *scheduling.Commitment) { c.Kind, c.Readers = scheduling.CommitmentBusy, scheduling.AllParties }, "presence_readers readers"},
		"present, told to the table": {func(c *scheduling.Commitment) { c.Readers = scheduling.AllParties }, "<nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, _ := schedulingtest.Talks()
			d := &scheduling.Diary{Party: schedulingtest.Bravo, Persons: []scheduling.KeyPerson{ivanov()}}
			c := inGeneva(scheduling.CommitmentPresent, 16, 20)
			tc.change(&c)
			if got := codeOf(d.AddCommitment(n, schedulingtest.BravoHead, c)); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if tc.want == "<nil>" && (len(d.Commitments) != 1 || d.Commitments[0].City != "Geneva") {
				t.Errorf("kept %+v, want one in Geneva", d.Commitments)
			}
		})
	}
}

func TestTravelTable(t *testing.T) {
	t.Parallel()
	var table scheduling.Travel
	set := func(want string, l clash.Leg) {
		t.Helper()
		if got := codeOf(table.Set(l)); got != want {
			t.Errorf("set %+v: %s, want %s", l, got, want)
		}
	}
	set("<nil>", clash.Leg{From: "genf", To: "Canberra", Days: 3})
	set("<nil>", clash.Leg{From: "Canberra", To: "Genève", Days: 2}) // the same, the other way round
	set("<nil>", clash.Leg{From: "Geneva", To: "Canberra", Days: 1, OneWay: true})
	set("<nil>", clash.Leg{From: " Little  Rock ", To: "Geneva", Days: 0})
	set("travel_same_city to", clash.Leg{From: "Genf", To: "Geneva"})
	set("city_missing from", clash.Leg{To: "Geneva"})
	set("travel_days days", clash.Leg{From: "Geneva", To: "Paris", Days: 31})
	set("travel_days days", clash.Leg{From: "Geneva", To: "Paris", Days: -1})
	want := []clash.Leg{
		{From: "Canberra", To: "Geneva", Days: 2}, {From: "Geneva", To: "Canberra", Days: 1, OneWay: true}, {From: "Little Rock", To: "Geneva"},
	}
	if diff := cmp.Diff(want, table.Legs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	table.Remove(clash.Leg{From: "Genf", To: "canberra"})
	if diff := cmp.Diff(want[1:], table.Legs); diff != "" {
		t.Errorf("after removing both ways (-want +got):\n%s", diff)
	}
}

// engaged is what Bravo has to be at with a commitment in Geneva.
func engaged(first, last int, legs ...clash.Leg) *scheduling.Engagements {
	d := &scheduling.Diary{
		Party: schedulingtest.Bravo, Persons: []scheduling.KeyPerson{ivanov()},
		Commitments: []scheduling.Commitment{inGeneva(scheduling.CommitmentBusy, first, last)},
	}
	return scheduling.NewEngagements(scheduling.Travel{Legs: legs}, d, nil)
}

func TestClashesOfSlots(t *testing.T) {
	t.Parallel()
	remote := func(r *scheduling.Round) { r.Slot("W1").Format = scheduling.Remote }
	nothing := func(*scheduling.Round) {}
	for name, tc := range map[string]struct {
		own    *scheduling.Engagements
		change func(*scheduling.Round)
		want   []string
	}{
		"nothing known":          {nil, nothing, nil},
		"one of three days":      {engaged(19, 19), nothing, []string{"G2 key_person 0"}},
		"the day before":         {engaged(10, 17), nothing, nil},
		"on the eve, elsewhere":  {engaged(1, 37), nothing, []string{"G1 key_person 0", "G2 key_person 0", "G3 key_person 0", "W1 travel 1"}}, // until 7 December
		"the same, but remotely": {engaged(1, 37), remote, []string{"G1 key_person 0", "G2 key_person 0", "G3 key_person 0"}},
		"farther away": {
			engaged(1, 37, clash.Leg{From: "Genf", To: "washington", Days: 2}), nothing,
			[]string{"G1 key_person 0", "G2 key_person 0", "G3 key_person 0", "W1 travel 2", "W2 travel 2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := schedulingtest.Delivered()
			tc.change(r)
			var got []string
			for _, s := range r.Offered() {
				if bar := tc.own.Bar(s); bar != nil {
					got = append(got, fmt.Sprintf("%s %s %d", s.Label, bar.Class(), bar.Days))
				}
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// Each act by which a party commits itself heeds what the actor knows of, and
// records what is overridden for the party alone.
func TestActsHeedEngagements(t *testing.T) {
	t.Parallel()
	at := schedulingtest.Now.Add(time.Hour)
	answer := func(level scheduling.Level) func(*scheduling.Round, scheduling.Act) error {
		return func(r *scheduling.Round, a scheduling.Act) error {
			return r.TakePositions(a, []scheduling.Answer{{Slot: "G2", SlotVersion: 1, Level: level}})
		}
	}
	offer := schedulingtest.P1()
	offer.Terms.Options = offer.Terms.Options[:1]
	offer.ReplyBy = scheduling.Deadline{}
	for name, tc := range map[string]struct {
		by    scheduling.MemberID
		act   func(*scheduling.Round, scheduling.Act) error
		heeds bool
	}{
		"available":     {schedulingtest.BravoHead, answer(scheduling.LevelAvailable), true},
		"not possible":  {schedulingtest.BravoHead, answer(scheduling.LevelNotPossible), false},
		"consent":       {schedulingtest.BravoHead, func(r *scheduling.Round, a scheduling.Act) error { return r.Consent(a, "G2", 1) }, true},
		"other consent": {schedulingtest.BravoHead, func(r *scheduling.Round, a scheduling.Act) error { return r.Consent(a, "G1", 1) }, false},
		"offer": {schedulingtest.BravoHead, func(r *scheduling.Round, a scheduling.Act) error {
			return r.Deliver(a, offer, schedulingtest.Paper("C1"))
		}, true},
		"preview": {schedulingtest.BravoHead, func(r *scheduling.Round, a scheduling.Act) error {
			_, err := r.Preview(a, 0, offer)
			return err
		}, false},
		"amendment": {schedulingtest.AlphaHead, func(r *scheduling.Round, a scheduling.Act) error {
			return r.Amend(a, 1, offer, schedulingtest.Paper("P2"))
		}, true},
		"confirmation": {schedulingtest.AlphaHead, func(r *scheduling.Round, a scheduling.Act) error {
			for _, m := range []scheduling.MemberID{schedulingtest.BravoHead, schedulingtest.AlphaHead} {
				if err := r.Consent(schedulingtest.By(m, a.At), "G2", 1); err != nil {
					return err
				}
			}
			return r.Confirm(a, "G2", 1)
		}, true},
		"report for another party": {schedulingtest.AlphaHead, func(r *scheduling.Round, a scheduling.Act) error {
			a.For, a.Evidence = schedulingtest.Bravo, schedulingtest.Reported(a.By, schedulingtest.Bravo, a.At).Evidence
			return r.Consent(a, "G2", 1)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			act := func(override bool) (*scheduling.Round, error) {
				_, r := schedulingtest.Delivered()
				r.TakeEvents()
				return r, tc.act(r, scheduling.Act{By: tc.by, At: at, Own: engaged(19, 19), Override: override})
			}
			want := "<nil>"
			if tc.heeds {
				want = "clash_open override"
			}
			r, err := act(false)
			if got := codeOf(err); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
			if tc.heeds && len(r.Drafts) == 0 && r.Confirmed() != nil {
				t.Error("a refused act has confirmed")
			}
			r, err = act(true)
			if err != nil {
				t.Fatal(err)
			}
			var overridden []scheduling.Event
			for _, e := range r.TakeEvents() {
				if e.Kind == scheduling.ClashOverridden {
					overridden = append(overridden, e)
				}
			}
			if (len(overridden) == 1) != tc.heeds {
				t.Fatalf("recorded %d overrides", len(overridden))
			}
			for _, e := range overridden {
				party := r.Negotiation.Member(tc.by).Party
				if e.Scope != scheduling.OwnParty || e.Party != party || e.Slot != "G2" || e.Text.Body != "Ivanov, Genf, 2009-11-19" || e.Text.Owner != party {
					t.Errorf("recorded %+v", e)
				}
			}
		})
	}
}
