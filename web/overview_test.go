package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// reason is a text for all, or for the own party alone.
func reason(body string, scope scheduling.Scope) scheduling.Text {
	return scheduling.Text{Body: body, Scope: scope}
}

// answered is P1 with Bravo's answers, some with reasons, one of them secret.
func answered(tb testing.TB, adjust ...schedulingtest.Adjustment) visitTo {
	tb.Helper()
	v := delivered(tb, adjust...)
	*v.now = schedulingtest.At(2009, time.November, 5, 9, 0)
	v.change(func(r *scheduling.Round) error {
		return r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, *v.now), []scheduling.Answer{
			{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: reason("Delegation lands at 12:20.", scheduling.AllParties)},
			{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelPreferred},
			{Slot: "G3", SlotVersion: 1, Level: scheduling.LevelNotPossible, Reason: reason("The minister is at a secret place.", scheduling.OwnParty)},
			{Slot: "W1", SlotVersion: 1, Level: scheduling.LevelNotPossible, Reason: reason("Visas <not> issued.", scheduling.AllParties)},
			{Slot: "W2", SlotVersion: 1, Level: scheduling.LevelNotPossible, Reason: reason("Visas <not> issued.", scheduling.AllParties)},
		})
	})
	return v
}

func TestOverviewPages(t *testing.T) {
	t.Parallel()
	v := answered(t)
	v.change(func(r *scheduling.Round) error {
		return r.Consent(schedulingtest.By(schedulingtest.BravoHead, *v.now), "G2", 1)
	})
	golden(t, "dates/overview", v.as(schedulingtest.AlphaHead).opens(""))
	golden(t, "dates/overview-fr", v.as(schedulingtest.AlphaHead).opens("?lang=fr"))

	golden(t, "dates/dense", bigTalks(t, 8, 4).as("p01-head").opens(""))

	n, r := schedulingtest.Confirmed(inEnglish())
	c := talksAt(t, schedulingtest.At(2009, time.November, 3, 9, 0), n, r)
	golden(t, "dates/confirmed", c.as(schedulingtest.AlphaHead).opens(""))
}

func TestOverviewSaysHowDatesStand(t *testing.T) {
	t.Parallel()
	v := answered(t)
	alpha := v.as(schedulingtest.AlphaHead).opens("")
	has(t, alpha,
		"One day in Geneva on 18, 19 or 20 November 2009; alternatively in Washington on 8, 9 or 10 December 2009.",
		"Not possible for Bravo", "Awaiting Bravo", "One condition", "Delegation lands at 12:20.",
		"G1 Wed 18 November", "Replies due Mon 9 November 2009, Washington time, in 4 days",
		"Every party must consent to the same date; Alpha then confirms it.",
		"Decide by Wed 18 November, in 13 days", "Thursday 19 November 2009",
		"W1 Tue 8 December and W2 Wed 9 December, Not possible", // one note for one reason
	)
	if strings.Count(alpha, "Visas &lt;not&gt; issued.") != 1 {
		t.Error("a reason given twice is not one note")
	}
	if got := regexp.MustCompile(`class="best" id="slot-(\w+)"`).FindStringSubmatch(alpha); len(got) != 2 || got[1] != "G2" {
		t.Errorf("best date %v, want G2", got)
	}
	hasNot(t, v.as(schedulingtest.AlphaHead).opens("?only=open"), "slot-G3", "slot-W1", "slot-W2")
	has(t, v.as(schedulingtest.AlphaHead).opens("?only=open"), "Everything")
	hasNot(t, v.as(schedulingtest.AlphaHead).opens("?only=awaiting"), `data-n="Alpha"`)
}

// What one side keeps to itself is nowhere on the other side's pages.
func TestRivalLearnsNothingOfOwnPartyText(t *testing.T) {
	t.Parallel()
	v := answered(t, schedulingtest.WithObserver(), schedulingtest.WithStaff())
	bravo := v.as(schedulingtest.BravoOfficer)
	form := filled(t, bravo.opens("/reply"), roundPath(v.id)+"/reply")
	form.Set("level-W3", "if_need_be")
	form.Set("why-W3", "A draft thought.")
	form.Set("do", "draft")
	bravo.sends("/reply", form)
	has(t, bravo.opens(""), "The minister is at a secret place.")
	has(t, bravo.opens("/reply"), "This is the draft that your party kept", "B. Officer")

	for _, id := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.CharlieHead, schedulingtest.Secretary} {
		for _, page := range []string{"", "?lang=fr", "?only=awaiting", "/history", "/history.csv", "/reply", "/consent/G3", "/confirmation/G3", "/answers/new?party=bravo", "/reply/receipt"} {
			body := v.as(id).get(page).Body.String()
			hasNot(t, body, "secret place", "draft thought", "bravo.example", "The minister prefers Geneva.", "B. Officer")
		}
	}
	hasNot(t, bravo.opens(""), "The minister prefers Geneva.", "alpha.example", "A. Reader")
}

func TestObserversSeeStandingAlone(t *testing.T) {
	t.Parallel()
	v := answered(t, schedulingtest.WithObserver())
	v.change(func(r *scheduling.Round) error {
		return r.Consent(schedulingtest.By(schedulingtest.BravoHead, *v.now), "G2", 1)
	})
	charlie := v.as(schedulingtest.CharlieHead)
	page := charlie.opens("")
	has(t, page, "Not possible for 1", "Awaiting 1", "Acceptable to both", "Consented: 1 party . Awaiting consent of 1 party")
	hasNot(t, page, "Delegation lands", "Visas", `class="c"`, "Bravo has consented", "Reply</a>", "Consent</a>", "Not possible for Bravo")
	history := charlie.opens("/history")
	has(t, history, "Alpha delivered offer 1.")
	hasNot(t, history, "replied for", "consented to", "Delegation lands", "Visas")
	for _, path := range []string{"/reply", "/consent/G2", "/answers/new"} {
		if rec := charlie.get(path); rec.Code != http.StatusForbidden {
			t.Errorf("GET %s as observer: status %d, want 403", path, rec.Code)
		}
	}
}

func TestOverviewInEachState(t *testing.T) {
	t.Parallel()
	head := schedulingtest.AlphaHead
	by := func(at time.Time) scheduling.Act { return schedulingtest.By(head, at) }
	late := schedulingtest.At(2009, time.November, 19, 18, 0)
	for name, tc := range map[string]struct {
		given func() (*scheduling.Negotiation, *scheduling.Round)
		then  func(*scheduling.Round, time.Time) error
		at    time.Time
		says  []string
		never []string
	}{
		"in preparation": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Talks(inEnglish()) },
			says:  []string{"No dates have been offered yet", "Make an offer"},
		},
		"stalled": {
			then: func(r *scheduling.Round, at time.Time) error {
				return r.Decline(schedulingtest.By(schedulingtest.BravoHead, at), 1, scheduling.Text{})
			},
			says: []string{"No date is left that nobody has ruled out", "Offer other dates", "Not possible for Bravo"},
		},
		"lapsed": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) {
				return schedulingtest.Delivered(inEnglish(), schedulingtest.With(func(_ *scheduling.Negotiation, r *scheduling.Round) {
					r.Deadline = scheduling.Deadline{Date: schedulingtest.Date(2009, time.November, 10), At: 24 * 60, Zone: "Europe/Zurich", City: "Geneva"}
				}))
			},
			then: func(r *scheduling.Round, at time.Time) error { r.Tick(at.Add(200 * time.Hour)); return nil },
			says: []string{"The round has lapsed", "Withdrawn: nobody offers it any more."},
		},
		"cancelled before a date": {
			then: func(r *scheduling.Round, at time.Time) error { return r.Cancel(by(at), scheduling.Text{}) },
			says: []string{"The round is cancelled", "Released: holds on it can be lifted."},
		},
		"confirmed": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			says: []string{
				"Confirmed by both parties", "Download calendar file (.ics)", "Propose a new date", "Postpone without a new date",
				"Change the room or the link", "Cancel the round", "Tell the public", "Make an objection", "by Alpha.",
				"The invitation was sent to 1 person of your party.",
			},
			never: []string{"Record that the meeting took place", "Best date so far"},
		},
		"over, not yet recorded": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			at:    late, says: []string{"Record that the meeting took place"},
		},
		"held": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			then:  func(r *scheduling.Round, _ time.Time) error { return r.MarkHeld(by(late)) },
			at:    late, says: []string{"Held: this meeting took place"}, never: []string{"Propose a new date"},
		},
		"cancelled": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			then: func(r *scheduling.Round, at time.Time) error {
				return r.Cancel(by(at), reason("The hall has burnt down.", scheduling.AllParties))
			},
			says:  []string{"Cancelled: this meeting does not take place The hall has burnt down. Thursday 19 November 2009", "One of its dates was confirmed; the meeting is cancelled."},
			never: []string{"Propose a new date", "Add this meeting", "Download calendar file", "one of its dates is confirmed"},
		},
		"postponement asked": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			then: func(r *scheduling.Round, at time.Time) error {
				return r.Postpone(schedulingtest.By(schedulingtest.BravoHead, at), reason("Elections.", scheduling.AllParties))
			},
			says: []string{"Bravo asks to postpone the meeting without a new date. Awaiting the agreement of Alpha", "Elections.", "Agree or refuse", "Confirmed by both parties"},
		},
		"postponed": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			then: func(r *scheduling.Round, at time.Time) error {
				if err := r.Postpone(schedulingtest.By(schedulingtest.BravoHead, at), scheduling.Text{}); err != nil {
					return err
				}
				return r.Postpone(by(at), scheduling.Text{})
			},
			says: []string{"Postponed: no date yet", "The last one was G2, Thu 19 November 2009, Geneva", "Vacated"},
		},
		"change of date pending": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			then: func(r *scheduling.Round, at time.Time) error {
				return r.Reoffer(by(at), []scheduling.Label{"G3"})
			},
			says: []string{
				"Another date is being agreed. Until it is confirmed, the date in force stays: G2, Thu 19 November 2009, Geneva.",
				"Confirmed by both parties", "Dates offered instead", "Changed: version 2",
			},
		},
		"objection": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Confirmed(inEnglish()) },
			then: func(r *scheduling.Round, at time.Time) error {
				return r.Object(schedulingtest.By(schedulingtest.BravoHead, at), reason("Not as agreed.", scheduling.AllParties))
			},
			says: []string{"Objections", "Not as agreed.", "Confirmed by both parties"},
		},
		"expired": {
			given: func() (*scheduling.Negotiation, *scheduling.Round) {
				return schedulingtest.Delivered(inEnglish(), schedulingtest.WithVisa(schedulingtest.Bravo, "US", 15))
			},
			then: func(r *scheduling.Round, _ time.Time) error {
				r.Tick(schedulingtest.At(2009, time.November, 24, 17, 0))
				return nil
			},
			at:    schedulingtest.At(2009, time.November, 24, 17, 0),
			says:  []string{"Expired: it could be decided until Mon 23 November.", "Decide by Tue 24 November, today", "Decide by Wed 25 November, tomorrow"},
			never: []string{`id="slot-G1"`, `id="slot-W1"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			given := tc.given
			if given == nil {
				given = func() (*scheduling.Negotiation, *scheduling.Round) { return schedulingtest.Delivered(inEnglish()) }
			}
			n, r := given()
			at := schedulingtest.At(2009, time.November, 3, 9, 0)
			v := talksAt(t, at, n, r)
			if tc.then != nil {
				v.change(func(r *scheduling.Round) error { return tc.then(r, at) })
			}
			if !tc.at.IsZero() {
				*v.now = tc.at
			}
			page := v.as(head).opens("")
			has(t, page, tc.says...)
			hasNot(t, page, append(tc.never, "[overview", "[lead", "[meeting_page", "[round")...)
			hasNot(t, v.as(head).opens("?lang=fr"), "[overview", "[lead", "[meeting_page", "[round")
			v.as(schedulingtest.BravoHead).opens("")
		})
	}
}

func TestSuspendedTalksAreSaidSo(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Agreed(inEnglish())
	v := talksAt(t, schedulingtest.At(2009, time.November, 3, 9, 0), n, r)
	err := v.store.UpdateNegotiation(t.Context(), n.ID, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.Suspend(schedulingtest.AlphaHead, scheduling.Text{}, *v.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	page := v.as(schedulingtest.AlphaHead).opens("")
	has(t, page, "The talks are suspended.", "The date can be confirmed once the talks resume.")
	hasNot(t, page, "Confirm this date")
	has(t, v.as(schedulingtest.AlphaHead).opens("/confirmation/G2"), "The talks are suspended.")
}

// Local hours stand beside the venue's, with the day where it differs.
func TestLeadGivesLocalHours(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	has(t, v.as(schedulingtest.BravoHead).opens("/consent/G1"), "Geneva (at the venue) 10:00–18:00 UTC+1", "Washington 04:00–12:00 UTC−5", "Moscow 12:00–20:00 UTC+3")
	has(t, v.as(schedulingtest.BravoHead).opens("/consent/W1"), "Washington (at the venue) 09:30–17:30 UTC−5", "Moscow 17:30–01:30 ends the next day UTC+3")
	has(t, v.as(schedulingtest.BravoHead).opens("/reply"), "09:30–17:30 Washington time; 17:30–01:30 (ends the next day) in Moscow")
}

// The rows are not made by a template: names that look like markup have to
// come out as text all the same.
func TestRowsEscapeWhatPeopleWrote(t *testing.T) {
	t.Parallel()
	hostile := `"><script>alert('x')</script>&amp;`
	v := answered(t, schedulingtest.With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Parties[0].Name, n.Parties[0].Short = hostile+"A", hostile
		n.Parties[1].Name = hostile + "B"
	}))
	v.change(func(r *scheduling.Round) error {
		c := schedulingtest.P1()
		c.Terms.Options[1].Venue.Name, c.Terms.Options[1].Venue.Place = "Paris "+hostile, hostile
		return r.Deliver(schedulingtest.By(schedulingtest.BravoHead, *v.now), c, schedulingtest.Paper("P2"))
	})
	for _, id := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.BravoHead} {
		page := v.as(id).opens("")
		if strings.Contains(page, "<script>alert") || strings.Contains(page, `""><`) || strings.Contains(page, "alert('x')") {
			t.Errorf("%s: markup of a name came through", id)
		}
		if !strings.Contains(page, "&lt;script&gt;alert") {
			t.Errorf("%s: the names are not on the page", id)
		}
	}
}

// A cancelled date is struck through, and the reason is for those who may read
// it.
func TestCancelledMeeting(t *testing.T) {
	t.Parallel()
	at := schedulingtest.At(2009, time.November, 3, 9, 0)
	n, r := schedulingtest.Confirmed(inEnglish(), schedulingtest.WithObserver())
	v := talksAt(t, at, n, r)
	v.change(func(r *scheduling.Round) error {
		return r.Cancel(schedulingtest.By(schedulingtest.AlphaHead, at), reason("The minister is ill.", scheduling.OwnParty))
	})
	for who, reads := range map[scheduling.MemberID]bool{schedulingtest.AlphaHead: true, schedulingtest.BravoHead: false, schedulingtest.CharlieHead: false} {
		page := v.as(who).opens("")
		cancelled, struck := strings.Index(page, "Cancelled: this meeting does not take place"), strings.Index(page, `<s><time datetime="2009-11-19">`)
		if cancelled < 0 || struck < cancelled {
			t.Errorf("%s: what is cancelled is said at %d, the date struck through at %d", who, cancelled, struck)
		}
		if strings.Contains(page, "The minister is ill.") != reads || strings.Contains(page, "/meeting.ics") {
			t.Errorf("%s reads:\n%s", who, text(page))
		}
	}
	has(t, v.as(schedulingtest.BravoHead).opens("/paper/1"), "One of its slots was confirmed; the meeting is cancelled")
}
