package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// mailed are the messages that came since the last look, by who gets them:
// their kind, and for calendars the sequence.
func (k almanac) mailed(seen map[scheduling.MessageID]bool) map[scheduling.MemberID]string {
	k.Helper()
	messages, err := k.store.Messages(k.Context(), k.id.Negotiation, 10_000)
	if err != nil {
		k.Fatal(err)
	}
	got := map[scheduling.MemberID]string{}
	for _, m := range messages {
		if seen[m.ID] {
			continue
		}
		seen[m.ID] = true
		what := string(m.Kind)
		if m.Method != "" {
			entry := entriesIn(k.TB, string(m.Calendar))[0]
			what = m.Method + " " + entry["UID"] + " " + entry["SEQUENCE"] + " " + entry["DTSTART"][:8] + " " + entry["STATUS"]
			if !strings.Contains(string(m.Calendar), "METHOD:"+m.Method+"\r\n") || strings.Count(string(m.Calendar), "ATTENDEE") != 1 {
				k.Errorf("to %s:\n%s", m.Member, m.Calendar)
			}
		}
		if got[m.Member] != "" {
			k.Errorf("%s gets two messages for one act: %s and %s", m.Member, got[m.Member], what)
		}
		got[m.Member] = what
	}
	return got
}

// TestA11CalendarLife: A3's meeting moves, changes its room and is cancelled;
// whoever subscribes sees one entry throughout.
func TestA11CalendarLife(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Agreed(inEnglish())
	k := keep(t, schedulingtest.At(2009, time.November, 6, 9, 0), n, r)
	alpha, bravo := k.as(schedulingtest.AlphaHead), k.as(schedulingtest.BravoHead)
	feed, own := k.partyFeed(schedulingtest.Bravo), k.memberFeed(schedulingtest.BravoHead, false)
	seen := map[scheduling.MessageID]bool{}
	k.mailed(seen)
	step := func(name, invited string, want ...string) {
		t.Helper()
		wantEntries(t, name, k.entries(feed), want...)
		if holds := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return strings.HasPrefix(s, "uid-") }); len(want) > 0 && strings.Contains(want[0], "CONFIRMED") {
			wantEntries(t, name+", beside the mail", k.entries(own), holds...)
		}
		mailed := k.mailed(seen)
		for _, m := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.BravoHead} {
			if invited != "" && mailed[m] != invited {
				t.Errorf("%s: %s gets %q, want %q", name, m, mailed[m], invited)
			}
			if invited == "" && strings.Contains(mailed[m], "uid-talks") {
				t.Errorf("%s: %s gets %q", name, m, mailed[m])
			}
		}
		*k.now = k.now.Add(time.Hour)
	}
	const in = "uid-talks CONFIRMED "
	alpha.confirms("G2")
	step("confirmed", "REQUEST uid-talks 0 20091119 CONFIRMED", in+"20091119 OPAQUE 0")

	has(t, alpha.opens("/reschedule"), "G3")
	alpha.sends("/reschedule", url.Values{"slot": {"G3"}})
	step("a new date is proposed", "", in+"20091119 OPAQUE 0", "G3 TENTATIVE 20091120 TRANSPARENT 1")
	bravo.consents("G3")
	step("one consent", "", in+"20091119 OPAQUE 0", "G3 TENTATIVE 20091120 TRANSPARENT 1")
	alpha.consents("G3")
	step("both consents", "", in+"20091119 OPAQUE 0", "G3 TENTATIVE 20091120 TRANSPARENT 1")
	alpha.confirms("G3")
	step("moved", "REQUEST uid-talks 1 20091120 CONFIRMED", in+"20091120 OPAQUE 1")

	bravo.sends("/meeting/change", url.Values{"room": {"Room XX"}, "link": {"https://meet.example/x"}})
	step("another room", "REQUEST uid-talks 2 20091120 CONFIRMED", in+"20091120 OPAQUE 2")
	if e := k.entries(feed)[0]; e["LOCATION"] != `Room XX\, Palais des Nations\, Geneva` || !strings.Contains(e["DESCRIPTION"], "https://meet.example/x") {
		t.Errorf("the entry says %v", e)
	}
	alpha.sends("/cancellation", url.Values{"reason": {"The hall has burnt down."}, "readers": {"all_parties"}})
	step("cancelled", "CANCEL uid-talks 3 20091120 CANCELLED", "uid-talks CANCELLED 20091120 TRANSPARENT 3")
	if e := k.entries(feed)[0]; !strings.HasPrefix(e["SUMMARY"], "CANCELLED: ") {
		t.Errorf("the entry is called %s", e["SUMMARY"])
	}
	wantEntries(t, "cancelled, beside the mail", k.entries(own), "uid-talks CANCELLED 20091120 TRANSPARENT 3")
	*k.now = k.now.AddDate(0, 0, 89)
	k.change(func(r *scheduling.Round) error { r.Tick(*k.now); return nil })
	step("89 days later", "", "uid-talks CANCELLED 20091120 TRANSPARENT 3")
	*k.now = k.now.AddDate(0, 0, 1)
	k.change(func(r *scheduling.Round) error { r.Tick(*k.now); return nil })
	step("90 days later", "")
}

// TestA12PublicView: the public learns of the meeting once both sides have
// released the same words, and then of those words and the day alone.
func TestA12PublicView(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Agreed(inEnglish())
	k := keep(t, schedulingtest.At(2009, time.November, 6, 9, 0), n, r)
	alpha, bravo := k.as(schedulingtest.AlphaHead), k.as(schedulingtest.BravoHead)
	public := k.publicFeed()
	type view struct{ body, tag, modified string }
	look := func() view {
		rec := k.reads(public)
		return view{rec.Body.String(), rec.Header().Get("ETag"), rec.Header().Get("Last-Modified")}
	}
	empty := look()
	if len(entriesIn(t, empty.body)) > 0 || strings.Contains(empty.body, "Alpha") || strings.Contains(empty.body, "PST") {
		t.Errorf("before anything was released:\n%s", empty.body)
	}
	unchanged := func(step string) {
		t.Helper()
		if now := look(); now != empty {
			t.Errorf("%s changes the public's view:\n%+v\nbefore\n%+v", step, now, empty)
		}
	}
	alpha.confirms("G2")
	unchanged("an unreleased confirmation")
	words := alpha.opens("/release")
	has(t, words, "Nothing about these talks is public until")
	form := filled(t, words, roundPath(k.id)+"/release")
	if form.Get("text") != "Talks, Geneva, 19 November 2009" {
		t.Errorf("the words proposed are %q", form.Get("text"))
	}
	alpha.sends("/release", form)
	unchanged("the words of one side")
	has(t, bravo.opens("/release"), "Alpha proposes: “Talks, Geneva, 19 November 2009”.")
	bravo.sends("/release", url.Values{"text": {"Talks in Geneva"}})
	unchanged("two sides with other words")
	bravo.sends("/release", url.Values{"text": {"Talks, Geneva, 19 November 2009"}})
	unchanged("the words of one side, taken up anew")
	alpha.sends("/release", url.Values{"text": {"Talks, Geneva, 19 November 2009"}})
	entries := k.entries(public)
	if len(entries) != 1 {
		t.Fatalf("%d entries once both have released, want one", len(entries))
	}
	e := entries[0]
	if e["SUMMARY"] != `Talks\, Geneva\, 19 November 2009` || e["DTSTART"] != "20091119" || e["DTEND"] != "20091120" || e["STATUS"] != "CONFIRMED" {
		t.Errorf("the entry is %v", e)
	}
	for _, property := range []string{"LOCATION", "DESCRIPTION", "URL", "CREATED", "ORGANIZER", "ATTENDEE"} {
		if e[property] != "" {
			t.Errorf("the public reads %s: %s", property, e[property])
		}
	}
	if body := look().body; strings.Contains(body, "uid-talks") || strings.Contains(body, "G2") || strings.Contains(body, "Palais") || strings.Contains(body, "10:00") || strings.Contains(body, "Alpha") || strings.Contains(body, "VTIMEZONE") {
		t.Errorf("the public reads\n%s", body)
	}
	released := look()
	alpha.sends("/meeting/change", url.Values{"room": {"Room XX"}})
	if now := look(); now != released {
		t.Error("another room shows to the public")
	}
	alpha.sends("/reschedule", url.Values{"slot": {"G3"}})
	if now := look(); now != released {
		t.Error("a change of date that is being agreed shows to the public")
	}
	bravo.consents("G3")
	alpha.consents("G3")
	alpha.confirms("G3")
	if got := look(); len(entriesIn(t, got.body)) > 0 {
		t.Errorf("after the date moved the public still reads\n%s", got.body)
	}
}
