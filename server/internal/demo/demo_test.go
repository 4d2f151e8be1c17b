package demo

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
	"parley/web"
	"parley/web/locale"
)

func printer(tb testing.TB) *locale.Printer {
	tb.Helper()
	catalogs, err := locale.Open()
	if err != nil {
		tb.Fatal(err)
	}
	return catalogs.Printer("en")
}

// Whatever the day, the sample has its six slots, in time to be answered.
func TestOfferOnAnyDay(t *testing.T) {
	t.Parallel()
	first := civil.Date{Year: 2026, Month: time.January, Day: 1}
	for i := range 3653 {
		today := first.Add(i)
		now := civil.Midnight(today, civil.UTC)
		content := Offer(today)
		n, r := Talks("")
		r.UID = "uid"
		if err := errors.Join(n.Open("alpha-head", now), r.Open("alpha-head", now)); err != nil {
			t.Fatal(err)
		}
		act := scheduling.Act{By: "alpha-head", At: now}
		if err := r.Deliver(act, content, schedulingtest.Paper("P")); err != nil {
			t.Fatalf("%s: %v", today, err)
		}
		var labels []string
		for _, s := range r.Slots {
			labels = append(labels, string(s.Label))
			from, month := time.Wednesday, time.November
			if s.Venue.Name == "Washington" {
				from, month = time.Tuesday, time.December
			}
			day := s.Days[0]
			if d := day.Weekday(); d < from || d > from+2 || day.Month != month || len(s.Days) != 1 {
				t.Errorf("%s: %s is on %s, a %s", today, s.Label, day, d)
			}
			if ahead := day.DaysSince(today); ahead < 14 || ahead > 366+40 {
				t.Errorf("%s: %s is %d days ahead", today, s.Label, ahead)
			}
			// One of the days about 18 November or 8 December.
			if off := day.DaysSince(civil.Date{Year: day.Year, Month: month, Day: map[time.Month]int{time.November: 19, time.December: 9}[month]}); off < -5 || off > 5 {
				t.Errorf("%s: %s is on %s", today, s.Label, day)
			}
			if !s.DecisionEnds(n.Parties).After(content.ReplyBy.Instant()) {
				t.Errorf("%s: %s has to be decided before the reply is due", today, s.Label)
			}
		}
		if want := []string{"G1", "G2", "G3", "W1", "W2", "W3"}; !slices.Equal(labels, want) {
			t.Errorf("%s: slots %v, want %v", today, labels, want)
		}
		if !content.ReplyBy.Instant().After(now) {
			t.Errorf("%s: the reply is due %s", today, content.ReplyBy.Date)
		}
	}
}

// A demonstration that starts again with its folder is the same one.
func TestSampleAgain(t *testing.T) {
	t.Parallel()
	store, key := schedulingtest.NewMemoryStore(nil), []byte(strings.Repeat("k", 32))
	sample := func(ctx context.Context, key []byte, now time.Time) []web.Guest {
		t.Helper()
		guests, err := Sample(ctx, store, printer(t), key, now)
		if err != nil {
			t.Fatal(err)
		}
		return guests
	}
	now := schedulingtest.At(2026, time.November, 22, 9, 0)
	first := sample(t.Context(), key, now)
	if len(first) != 7 {
		t.Errorf("%d guests, want 7", len(first))
	}
	links := map[string]bool{}
	for _, g := range first {
		links[g.Link] = true
		if !strings.HasPrefix(g.Link, "/d/parley_") || g.Name == "" || g.Party == "" || g.Role == "" || strings.Contains(g.Role, "demo.") {
			t.Errorf("guest %+v", g)
		}
	}
	if len(links) != len(first) {
		t.Error("two guests have one link")
	}
	r, err := store.Round(t.Context(), scheduling.RoundID{Negotiation: sampleID, Number: 1})
	if err != nil || len(r.Offered()) != 6 || r.Proposal(1).Paper == nil || !strings.Contains(r.Proposal(1).Paper.Text, "Missile defence") {
		t.Fatalf("round %+v, %v", r, err)
	}
	if strings.Contains(r.Proposal(1).Paper.Text, "head of delegation is in Geneva") {
		t.Error("the paper gives the internal note away")
	}
	if again := sample(t.Context(), key, now.AddDate(1, 0, 0)); !slices.Equal(again, first) {
		t.Errorf("a year later the guests are %+v, before %+v", again, first)
	}
	if other := sample(t.Context(), []byte(strings.Repeat("x", 32)), now); slices.Equal(other, first) {
		t.Error("another key gives the same links")
	}
	accounts, err := store.Accounts(t.Context())
	if err != nil || len(accounts) != 1 || accounts[0].Email != Office {
		t.Errorf("accounts %+v, %v", accounts, err)
	}
}

// Real data is never opened to every visitor.
func TestSampleRefusesOtherData(t *testing.T) {
	t.Parallel()
	for name, fill := range map[string]func(s *schedulingtest.MemoryStore) error{
		"an account": func(s *schedulingtest.MemoryStore) error {
			return s.CreateAccount(t.Context(), scheduling.Account{ID: "ann", Email: "ann@office.example"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := schedulingtest.NewMemoryStore(nil)
			if err := fill(store); err != nil {
				t.Fatal(err)
			}
			_, err := Sample(t.Context(), store, printer(t), []byte("key"), schedulingtest.Now)
			if !errors.Is(err, ErrOtherData) {
				t.Errorf("got %v, want ErrOtherData", err)
			}
			links, err := store.Tokens(t.Context(), scheduling.TokenFilter{Purpose: scheduling.ForLink})
			if err != nil || len(links) > 0 {
				t.Errorf("%d links were made (%v)", len(links), err)
			}
		})
	}
}

// A sample that was broken off after its first step is made to its end.
func TestSampleBrokenOff(t *testing.T) {
	t.Parallel()
	store := schedulingtest.NewMemoryStore(nil)
	if err := store.CreateAccount(t.Context(), scheduling.Account{ID: officeID, Email: Office}); err != nil {
		t.Fatal(err)
	}
	if guests, err := Sample(t.Context(), store, printer(t), []byte("key"), schedulingtest.Now); err != nil || len(guests) == 0 {
		t.Errorf("%d guests, %v", len(guests), err)
	}
}
