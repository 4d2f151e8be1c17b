package main

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/server/internal/store/storetest"
)

// The people of the journey. The account of the office acts for Alpha.
const (
	officeMail = "office@parley.test"
	archerMail = "archer@alpha.test"
	bergMail   = "berg@bravo.test"
	bellMail   = "bell@bravo.test"
)

var everybody = []string{officeMail, archerMail, bergMail, bellMail}

// openTalks enters the real case: one day in Geneva, alternatively in
// Washington, in plain words. Observers, by name, follow the talks.
func openTalks(v visitor, observers ...string) {
	v.Helper()
	v.Follow("New negotiation")
	v.Fill("", "Title", "Talks on the follow-on agreement")
	v.Fill("", "Reference", "FOA/8")
	v.Fill("", "Round or session", "Eighth round")
	for group, fields := range map[string][5]string{
		"Delegation 1": {"Alpha", "ALP", "Washington", "A. Archer", archerMail},
		"Delegation 2": {"Bravo", "BRA", "Moscow", "B. Berg", bergMail},
	} {
		for i, label := range []string{"Name", "Short name", "City of its seat", "Head or officer", "E-mail of the head or officer"} {
			v.Fill(group, label, fields[i])
		}
	}
	for i, name := range observers {
		v.Press("Add a delegation")
		group := "Delegation " + strconv.Itoa(i+3)
		v.Fill(group, "Name", name)
		v.Fill(group, "City of its seat", "Oslo")
		v.Fill(group, "Head or officer", "The head of "+name)
		v.Fill(group, "E-mail of the head or officer", "head@"+strings.ToLower(name)+".test")
		v.Choose(group, "not needed: it follows as an observer")
	}
	v.Choose("I act for", "Delegation 1")
	v.Fill("", "The offer in plain words", "one day in Geneva on 18, 19 or 20 November 2026; alternatively in Washington on 8, 9 or 10 December 2026")
	v.Fill("Reply by", "Day", "9")
	v.Choose("Reply by", "November")
	v.Fill("Reply by", "Year", "2026")
	v.Fill("", "Point of contact", "A. Archer")
	v.Choose("A date on which all agree is confirmed", "separately, by a named party")
	v.Choose("Who confirms", "Delegation 1")
	v.Press("Check and send")
	see(v, "6 dates go on the table", "G1 Wednesday 18 November 2026", "W3 Thursday 10 December 2026", "FOA/8/1/PROP.1")
	v.Press("Send")
	see(v, "Sent. The offer is on the table")
}

// subscription makes the address of the feed of the visitor's party.
func subscription(v visitor) string {
	v.Helper()
	v.Follow("Subscribe")
	v.Press("Make an address (Subscription of your delegation)")
	return v.Value("", "Subscription address of your delegation")
}

// feed reads a feed, and keeps it under name.
func feed(t *testing.T, name, address string) []vevent {
	t.Helper()
	v := newReader(t, "")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	v.load(request)
	if v.Status() != http.StatusOK {
		t.Fatalf("feed: status %d", v.Status())
	}
	keep(t, name, []byte(v.Source()))
	return events(v.Source())
}

// statuses counts the events of a feed by what they are.
func statuses(events []vevent) string {
	count := map[string]int{}
	for _, e := range events {
		count[e.Status]++
	}
	return strings.TrimPrefix(fmt.Sprint(count), "map")
}

// TestTalks is the life of a meeting, from setting up the server to its
// cancellation, with everything that people get by mail and in calendars.
func TestTalks(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]func(*testing.T) map[string]string{
		"SQLite": func(*testing.T) map[string]string { return nil },
		"PostgreSQL": func(t *testing.T) map[string]string {
			t.Helper()
			return map[string]string{"PARLEY_DATABASE": storetest.PostgreSQL(t), "PARLEY_SECRET": strings.Repeat("key of this test ", 3)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProduct(t, "serve", settings(t))
			talks(t, p, newReader(t, p.base), newReader(t, p.base))
			for i, m := range p.mail.Messages() {
				keep(t, fmt.Sprintf("%03d-%s.eml", i, m.To[0]), m.Data)
			}
		})
	}
}

func talks(t *testing.T, p *product, alpha, bravo visitor) {
	t.Helper()
	setUp(alpha, p)
	openTalks(alpha)
	round := alpha.Path()

	// Bravo comes in by the link in the mail, which says nothing until then.
	offer := p.letterTo(bergMail, func(l letter) bool { return linkIn(l) != "" })
	if offer.Subject != "FOA/8: Dates: an offer has been delivered" {
		t.Errorf("subject %q", offer.Subject)
	}
	bravo.Open(linkIn(offer))
	seeNot(bravo, "Bravo", "Berg", "agreement")
	bravo.Press("Continue")
	if bravo.Path() != round {
		t.Fatalf("the link leads to %s, want %s", bravo.Path(), round)
	}
	bravo.Follow("Members")
	bravo.Fill("", "Name", "N. Bell")
	bravo.Fill("", "E-mail address", bellMail)
	bravo.Choose("This person may", "Answer")
	bravo.Press("Add this member")
	see(bravo, "The member is added.", bellMail)
	seeNot(bravo, archerMail)
	p.letterTo(bellMail, func(l letter) bool { return linkIn(l) != "" })

	// A restart in the middle loses neither sessions nor drafts nor open forms.
	bravo.Open(round)
	bravo.Follow("Reply")
	bravo.Choose("G1", "Preferred")
	bravo.Choose("G2", "If need be")
	bravo.Fill("G2", "Reason or condition", "Only after 14:00")
	bravo.Press("Save draft")
	p.Restart()
	bravo.Open(round + "/reply")
	if got := bravo.Value("G2", "Reason or condition"); got != "Only after 14:00" {
		t.Errorf("after a restart the draft says %q", got)
	}
	bravo.Choose("G3", "Not possible")
	bravo.Press("Mark the rest available (Washington)")
	p.Restart()
	bravo.Press("Send reply")
	see(bravo, "Reply recorded", "Bravo has replied for all 6 dates")

	alpha.Open(round)
	alphaFeed := subscription(alpha)
	bravo.Open(round)
	bravoFeed := subscription(bravo)
	for _, address := range []string{alphaFeed, bravoFeed} {
		if got := statuses(feed(t, "table.ics", address)); got != "[TENTATIVE:6]" && got != "[TENTATIVE:5]" {
			t.Errorf("six dates on the table, one of them ruled out: feed %s", got)
		}
	}

	// The mail server is down while the date is confirmed: the page does not
	// wait for it, and nothing is lost.
	bravo.Open(round)
	consentTo(bravo, "G1")
	alpha.Open(round)
	consentTo(alpha, "G1")
	people := &invited{p: p, last: map[string]vevent{}}
	p.mail.Down()
	alpha.Follow("Confirm this date")
	asked := time.Now()
	alpha.Press("Confirm and send invitations")
	if took := time.Since(asked); took > 20*time.Second {
		t.Errorf("with the mail server down, confirming takes %v", took)
	}
	see(alpha, "The date is confirmed.", "Confirmed by both parties")
	p.waitForRetry()
	p.mail.Up()
	p.clock.Forward(2 * time.Minute)
	e := people.all("REQUEST", everybody...)
	if !strings.HasSuffix(e.Start, "20261118T100000") {
		t.Errorf("the invitation is for %s", e.Start)
	}
	inForce := func(name, start, status string) {
		t.Helper()
		for side, address := range map[string]string{"alpha": alphaFeed, "bravo": bravoFeed} {
			events := feed(t, name+"-"+side+".ics", address)
			if !slices.ContainsFunc(events, func(e vevent) bool {
				return e.UID == people.uid && e.Status == status && strings.HasPrefix(e.Start, start)
			}) {
				t.Errorf("%s: the feed of %s has %+v, want %s on %s of %s", name, side, events, status, start, people.uid)
			}
		}
	}
	inForce("confirmed", "20261118", "CONFIRMED")

	alpha.Follow("Change the room")
	alpha.Fill("", "Room", "Room XX")
	alpha.Press("Save and send the update")
	if e := people.all("REQUEST", everybody...); !strings.HasPrefix(e.Location, "Room XX") {
		t.Errorf("the update is for %q", e.Location)
	}

	// Rescheduled: the old date is in force until the new one is confirmed.
	alpha.Follow("Propose a new date")
	alpha.Choose("", "W2")
	alpha.Press("Offer these slots again")
	inForce("moving", "20261118", "CONFIRMED")
	agree(alpha, bravo, round, "W2")
	if e := people.all("REQUEST", everybody...); e.Start != "20261209T100000" {
		t.Errorf("the update is for %s", e.Start)
	}
	inForce("moved", "20261209", "CONFIRMED")

	// Postponed by both: one cancellation, and the dates are there again.
	alpha.Open(round + "/postponement")
	alpha.Press("Ask for a postponement")
	inForce("asked", "20261209", "CONFIRMED")
	bravo.Open(round + "/postponement")
	bravo.Press("Agree: postpone")
	people.all("CANCEL", everybody...)
	see(bravo, "Postponed: no date yet")

	// A new date revives the same event.
	offerAgain(alpha, round)
	agree(alpha, bravo, round, "G1")
	people.all("REQUEST", everybody...)

	alpha.Open(round)
	alpha.Follow("Cancel the round")
	alpha.Press("Cancel the round")
	see(alpha, "The round is cancelled.")
	people.all("CANCEL", everybody...)
	inForce("cancelled", "2026", "CANCELLED")
	p.settle()
	people.check("@alpha.test", "@bravo.test")
}

// agree brings both sides to a slot that lies on the table again.
func agree(alpha, bravo visitor, round, slot string) {
	alpha.Helper()
	bravo.Open(round + "/reply")
	bravo.Choose(slot, "Available")
	bravo.Press("Send reply")
	for _, v := range []visitor{bravo, alpha} {
		v.Open(round + "/consent/" + slot)
		v.Press("Consent to this date")
	}
	alpha.Open(round)
	alpha.Follow("Confirm this date")
	alpha.Press("Confirm and send invitations")
	see(alpha, "The date is confirmed.")
}

// offerAgain puts a date back on the table after a postponement.
func offerAgain(v visitor, round string) {
	v.Helper()
	v.Open(round)
	v.Follow("Propose a new date")
	v.Choose("", "G1")
	v.Press("Offer these slots again")
	see(v, "The slots are offered again.")
}
