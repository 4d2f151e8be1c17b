package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/web/mail"
)

// What Alpha keeps to itself, each in words of its own. People are known to
// the neutral staff, too, who manage the members; texts to nobody else.
const (
	peopleMark = "quokka" // names and addresses of members
	textMark   = "wombat" // notes, drafts and whatever else is written for one's own
	reasonMark = "numbat" // reasons that the parties show each other: observers see none
)

func own(what string) scheduling.Text { return scheduling.Text{Body: textMark + " " + what} }

// secretive are talks in which Alpha has written everything down, up to stage:
// "offered" or "confirmed".
func secretive(tb testing.TB, stage string) (*scheduling.Negotiation, *scheduling.Round) {
	tb.Helper()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	n, r := schedulingtest.Talks(schedulingtest.WithObserver(), schedulingtest.WithStaff(), withMoreMembers,
		schedulingtest.WithRule(func(rule *scheduling.Rule) { rule.Reporting = scheduling.ReportConsents }),
		func(n *scheduling.Negotiation, _ *scheduling.Round) {
			for i := range n.Members {
				if m := &n.Members[i]; m.Party == schedulingtest.Alpha {
					m.Name, m.Email = peopleMark+" "+m.Name, peopleMark+"-"+m.Email
				}
			}
		})
	head := func(hours int) scheduling.Act {
		return schedulingtest.By(schedulingtest.AlphaHead, schedulingtest.Now.Add(time.Duration(hours)*time.Hour))
	}
	offer := schedulingtest.P1()
	offer.Note, offer.Distribution = own("why"), own("who gets it")
	offer.NotOnAgenda, offer.References, offer.Papers = own("not"), own("before"), own("bring")
	must(r.Deliver(head(0), offer, schedulingtest.Paper("P1")))
	next := schedulingtest.P1()
	next.Note, next.Agenda = own("next"), own("next agenda")
	must(r.Draft(head(1), next))
	must(r.TakePositions(head(1), []scheduling.Answer{
		{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: own("condition")},
		{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelNotPossible, Reason: own("reason")},
		{Slot: "G3", SlotVersion: 1, Level: scheduling.LevelNotPossible, Reason: scheduling.Text{Body: reasonMark, Scope: scheduling.AllParties}},
	}))
	must(r.KeepDraft(head(2), []scheduling.Answer{{Slot: "W1", SlotVersion: 1, Level: scheduling.LevelNotPossible, Reason: own("draft")}}))
	reported := schedulingtest.Reported(schedulingtest.AlphaHead, schedulingtest.Bravo, schedulingtest.Now.Add(3*time.Hour))
	reported.Evidence.Note = scheduling.Text{Body: textMark + " overheard", Owner: schedulingtest.Alpha}
	must(r.TakePositions(reported, []scheduling.Answer{{Slot: "W2", SlotVersion: 1, Level: scheduling.LevelAvailable}}))
	if stage == "confirmed" {
		reported.At = schedulingtest.Now.Add(4 * time.Hour)
		must(r.Consent(reported, "W2", 1))
		must(r.Consent(head(4), "W2", 1))
		must(r.Confirm(head(5), "W2", 1))
	}
	return n, r
}

// secretiveHouse keeps these talks, and the messages that go out in them.
func secretiveHouse(tb testing.TB, stage string) *house {
	tb.Helper()
	h := newHouse(tb)
	composer := mail.New(mail.Options{
		Catalogs: h.server.catalogs, Base: "https://parley.example.org", Language: "en", Secret: make([]byte, 32),
		From: calendar.Mailbox{Name: "Secretariat", Address: "office@parley.example"},
	})
	h.MemoryStore = schedulingtest.NewMemoryStore(composer)
	h.server.store, h.server.access, h.server.outbox = h.MemoryStore, h.MemoryStore, h.MemoryStore
	h.server.retainer, h.server.programs = h.MemoryStore, h.MemoryStore
	h.server.ledger = h.MemoryStore
	h.server.register = h.MemoryStore
	n, r := secretive(tb, stage)
	if _, err := h.Create(tb.Context(), scheduling.Once{}, n, r); err != nil {
		tb.Fatal(err)
	}
	return h
}

// crawl asks for every page there is as who does, and gives what came back by
// address. No page may fail.
func (h *house) crawl(tb testing.TB, cookie string) map[string]string {
	tb.Helper()
	n, err := h.Negotiation(tb.Context(), "talks")
	if err != nil {
		tb.Fatal(err)
	}
	r, err := h.Round(tb.Context(), scheduling.RoundID{Negotiation: "talks", Number: 1})
	if err != nil {
		tb.Fatal(err)
	}
	messages, err := h.Messages(tb.Context(), "talks", 1000)
	if err != nil {
		tb.Fatal(err)
	}
	values := map[string][]string{":negotiation": {"talks"}, ":round": {"1"}, ":proposal": {"0", "1", "2"}, ":party": {"alpha", "bravo", "reading"}, ":account": {"admin"}, ":token": {"none"}, ":hash": {"none"}, ":name": {"app.css"}}
	for _, s := range r.Slots {
		values[":slot"] = append(values[":slot"], string(s.Label))
	}
	for _, m := range n.Members {
		values[":member"] = append(values[":member"], string(m.ID))
	}
	for _, m := range messages {
		values[":message"] = append(values[":message"], string(m.ID))
	}
	pages := make(map[string]string)
	for _, route := range h.server.routes() {
		if route.Method != http.MethodGet {
			continue
		}
		for _, path := range fill(route.Path, values) {
			for _, query := range []string{"", "?lang=fr&party=alpha&version=1&only=open"} {
				rec := get(tb, h, path+query, "Cookie", cookie)
				if rec.Code >= 500 {
					tb.Errorf("GET %s: status %d", path+query, rec.Code)
				}
				pages[path+query] = fmt.Sprint(rec.Header()) + rec.Body.String()
			}
		}
	}
	return pages
}

// fill gives path with every combination of values for its parameters.
func fill(path string, values map[string][]string) []string {
	paths := []string{path}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !strings.Contains(path, name) {
			continue
		}
		var filled []string
		for _, p := range paths {
			for _, v := range values[name] {
				filled = append(filled, strings.ReplaceAll(p, name, v))
			}
		}
		paths = filled
	}
	return paths
}

// Nobody but Alpha finds what Alpha keeps to itself, on any page, in any file
// and in any message; and Alpha does find it, or this test would prove nothing.
func TestNothingCrossesTheTable(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"offered", "confirmed"} {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			h := secretiveHouse(t, stage)
			names, cookie := actors(t, h)
			found := make(map[string]bool)
			for _, who := range names {
				if slices.Contains([]string{"admin", "opener", "officer", "reader"}, who) {
					continue // each sees what another one sees
				}
				for path, page := range h.crawl(t, cookie[who]) {
					for _, mark := range []string{peopleMark, textMark, reasonMark} {
						if !strings.Contains(strings.ToLower(page), mark) {
							continue
						}
						found[who+" "+mark] = true
						if !mayFind(who, mark) {
							t.Errorf("%s finds %q at %s", who, mark, path)
						}
					}
				}
			}
			for _, want := range []string{"head " + peopleMark, "head " + textMark, "staff " + peopleMark, "rival head " + reasonMark} {
				if !found[want] {
					t.Errorf("not even found by those who may: %s", want)
				}
			}
		})
	}
}

func mayFind(who, mark string) bool {
	switch who {
	case "head", "officer", "reader":
		return true
	case "staff":
		return mark != textMark
	case "rival head", "rival officer", "rival reader":
		return mark == reasonMark
	}
	return false
}
