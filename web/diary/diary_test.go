package diary

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the talks read as sentences
	"parley/web/locale"
)

var update = flag.Bool("update", false, "write the golden files anew")

func reader(tb testing.TB, language string, party scheduling.PartyID) Reader {
	tb.Helper()
	catalogs, err := locale.Open()
	if err != nil {
		tb.Fatal(err)
	}
	return Reader{Printer: catalogs.Printer(language), Audience: scheduling.PartyAudience(party), Base: "https://talks.example.org"}
}

// talks are Delivered with other terms.
func talks(change func(*scheduling.Content)) *scheduling.Round {
	_, r := Talks()
	c := P1()
	change(&c)
	if err := r.Deliver(By(AlphaHead, Now), c, Paper("P1")); err != nil {
		panic(err)
	}
	return r
}

func TestEntries(t *testing.T) {
	t.Parallel()
	entries := map[string]func() []calendar.Event{
		"en-alpha-confirmed": func() []calendar.Event {
			_, r := Confirmed()
			return reader(t, "en", Alpha).Feed(r)
		},
		"fr-bravo-holds": func() []calendar.Event {
			_, r := Delivered()
			return reader(t, "fr", Bravo).Feed(r)
		},
		"en-observer-holds": func() []calendar.Event {
			_, r := Delivered(WithObserver())
			return reader(t, "en", Charlie).Feed(r)
		},
		"en-staff-confirmed": func() []calendar.Event {
			_, r := Confirmed(WithStaff())
			return reader(t, "en", "").Feed(r)
		},
		"en-change-pending": func() []calendar.Event {
			_, r := Confirmed()
			must(t, r.Reoffer(By(AlphaHead, Now.Add(4*time.Hour)), []scheduling.Label{"G3"}))
			return reader(t, "en", Bravo).Feed(r)
		},
		"en-postponed": func() []calendar.Event {
			_, r := Confirmed()
			must(t, r.Postpone(By(AlphaHead, Now.Add(4*time.Hour)), scheduling.Text{}))
			must(t, r.Postpone(By(BravoHead, Now.Add(5*time.Hour)), scheduling.Text{}))
			return reader(t, "en", Bravo).Feed(r)
		},
		"en-cancelled": func() []calendar.Event {
			_, r := Confirmed()
			must(t, r.Cancel(By(AlphaHead, Now.Add(4*time.Hour)), scheduling.Text{Body: "secret reason"}))
			return reader(t, "en", Bravo).Feed(r)
		},
		"en-room-and-link": func() []calendar.Event {
			_, r := Confirmed()
			must(t, r.ChangeMeeting(By(AlphaHead, Now.Add(4*time.Hour)), "Room XX", "https://meet.example/x"))
			return reader(t, "en", Bravo).Feed(r)
		},
		"en-several-days": func() []calendar.Event {
			return reader(t, "en", Bravo).Feed(talks(func(c *scheduling.Content) {
				c.Terms.Duration.Days = 3
				c.Terms.Options = c.Terms.Options[:1]
			}))
		},
		"en-date-only": func() []calendar.Event {
			return reader(t, "en", Bravo).Feed(talks(func(c *scheduling.Content) {
				c.Terms.DateOnly = true
				c.Terms.Options = c.Terms.Options[1:]
			}))
		},
		"en-sittings": func() []calendar.Event {
			return reader(t, "en", Alpha).Feed(talks(func(c *scheduling.Content) {
				c.Terms.Duration = scheduling.Duration{Minutes: 180}
				c.Terms.Options = c.Terms.Options[:1]
				c.Terms.Options[0].Windows[0].To = c.Terms.Options[0].Windows[0].From
			}))
		},
		"en-text-of-own-party-alone": func() []calendar.Event {
			r := talks(func(c *scheduling.Content) {
				c.Agenda.Scope = scheduling.OwnParty
				c.Terms.Options = c.Terms.Options[:1]
				c.Terms.Options[0].Windows[0].To = c.Terms.Options[0].Windows[0].From
			})
			return append(reader(t, "en", Bravo).Feed(r), reader(t, "en", Alpha).Feed(r)...)
		},
		"public": func() []calendar.Event {
			_, r := Confirmed()
			must(t, r.ChangeMeeting(By(AlphaHead, Now.Add(4*time.Hour)), "Room XX", "https://meet.example/x"))
			must(t, r.ReleaseToPublic(By(AlphaHead, Now.Add(5*time.Hour)), "Talks, Geneva"))
			must(t, r.ReleaseToPublic(By(BravoHead, Now.Add(6*time.Hour)), "Talks, Geneva"))
			return []calendar.Event{Public(r)}
		},
	}
	for name, entries := range entries {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			for _, e := range entries() {
				stream, err := calendar.File(e)
				if err != nil {
					t.Fatal(err)
				}
				_, event, _ := strings.Cut(string(stream), "BEGIN:VEVENT\r\n")
				event, _, _ = strings.Cut(event, "END:VEVENT")
				b.WriteString(strings.ReplaceAll(strings.ReplaceAll(event, "\r\n ", ""), "\r\n", "\n") + "\n")
			}
			path := filepath.Join("testdata", name+".txt")
			if *update {
				must(t, os.MkdirAll("testdata", 0o755))
				must(t, os.WriteFile(path, []byte(b.String()), 0o644))
			}
			want, err := os.ReadFile(path)
			must(t, err)
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// The hours abroad say in words when they leave the day at the venue.
func TestAbroad(t *testing.T) {
	t.Parallel()
	slot := func(venue civil.Zone, from, to int) *scheduling.Slot {
		v := Geneva()
		v.Name, v.Zone = "There", venue
		return &scheduling.Slot{Candidate: scheduling.Candidate{
			Venue: v, Days: []civil.Date{Date(2009, time.November, 18)}, Hours: civil.Span{From: civil.Clock(from, 0), To: civil.Clock(to, 0)},
		}}
	}
	for name, tc := range map[string]struct {
		slot *scheduling.Slot
		zone civil.Zone
		want string
	}{
		"the same day":              {slot("Europe/Zurich", 10, 18), "America/New_York", "Here: 04:00–12:00"},
		"ends the next day":         {slot("America/New_York", 9, 18), "Asia/Tokyo", "Here: 23:00–08:00 (ends the next day)"},
		"ends at midnight":          {slot("America/New_York", 9, 10), "Asia/Tokyo", "Here: 23:00–00:00"},
		"begins the next day":       {slot("America/Los_Angeles", 10, 12), "Asia/Tokyo", "Here: 03:00–05:00 (the next day)"},
		"begins the previous day":   {slot("Asia/Tokyo", 9, 18), "America/New_York", "Here: 19:00–04:00 (begins the previous day)"},
		"all on the previous day":   {slot("Asia/Tokyo", 9, 12), "America/New_York", "Here: 19:00–22:00 (the previous day)"},
		"a zone with half an hour":  {slot("Europe/Zurich", 10, 18), "Asia/Kolkata", "Here: 14:30–22:30"},
		"until midnight at a venue": {slot("Europe/Zurich", 20, 24), "Europe/Moscow", "Here: 22:00–02:00 (ends the next day)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := reader(t, "en", Alpha).Abroad(tc.slot, "Here", tc.zone); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
