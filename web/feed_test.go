package web

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/web/locale"
	"parley/web/mail"
)

// An almanac is a site whose messages are composed as in earnest and whose
// store counts what feeds ask of it.
type almanac struct {
	visitTo
	counted *countedStore
}

// countedStore counts how often all rounds are loaded.
type countedStore struct {
	*schedulingtest.MemoryStore
	rounds, tokens int
}

func (c *countedStore) Rounds(ctx context.Context, id scheduling.NegotiationID) ([]*scheduling.Round, error) {
	c.rounds++
	return c.MemoryStore.Rounds(ctx, id)
}

func (c *countedStore) FeedToken(ctx context.Context, hash string) (scheduling.Token, int, error) {
	c.tokens++
	return c.MemoryStore.FeedToken(ctx, hash)
}

// keep is an almanac of n and its round, at the given time.
func keep(tb testing.TB, at time.Time, n *scheduling.Negotiation, r *scheduling.Round) almanac {
	tb.Helper()
	catalogs, err := locale.Open()
	if err != nil {
		tb.Fatal(err)
	}
	writer := mail.New(mail.Options{
		Catalogs: catalogs, Base: "https://parley.example.org", Language: "en", Secret: make([]byte, 32),
		From: calendar.Mailbox{Name: "Conference Secretariat", Address: "talks@parley.example.org"},
	})
	k := almanac{
		visitTo: visitTo{TB: tb, store: schedulingtest.NewMemoryStore(writer), id: r.ID, now: &at},
	}
	k.counted = &countedStore{MemoryStore: k.store}
	if _, err := k.store.Create(tb.Context(), scheduling.Once{}, n, r); err != nil {
		tb.Fatal(err)
	}
	s, err := New(Options{
		Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler),
		Store: k.counted, Access: k.counted, Outbox: k.store, Retainer: k.store, Register: k.store, Secret: []byte(strings.Repeat("k", 32)),
		BaseURL: "https://parley.example.org", OfficeName: "Conference Secretariat", OfficeContact: "office@parley.example",
	})
	if err != nil {
		tb.Fatal(err)
	}
	k.site = s.Handler()
	return k
}

// feed saves a subscription and gives its path.
func (k almanac) feed(t scheduling.Token) string {
	k.Helper()
	secret, hash := newToken()
	t.Hash, t.Purpose, t.Negotiation, t.CreatedAt = hash, scheduling.ForFeed, k.id.Negotiation, *k.now
	if err := k.store.SaveToken(k.Context(), t); err != nil {
		k.Fatal(err)
	}
	return "/c/" + secret + ".ics"
}

func (k almanac) memberFeed(id scheduling.MemberID, whole bool) string {
	k.Helper()
	return k.feed(scheduling.Token{Level: scheduling.MemberFeed, Member: id, Party: k.round().Negotiation.Member(id).Party, Whole: whole})
}

func (k almanac) partyFeed(id scheduling.PartyID) string {
	k.Helper()
	return k.feed(scheduling.Token{Level: scheduling.PartyFeed, Party: id})
}

func (k almanac) publicFeed() string {
	k.Helper()
	return k.feed(scheduling.Token{Level: scheduling.PublicFeed, Party: schedulingtest.Alpha})
}

// reads is the feed as a calendar program gets it.
func (k almanac) reads(path string) *httptest.ResponseRecorder {
	k.Helper()
	rec := get(k.TB, k.site, path)
	if rec.Code != http.StatusOK {
		k.Fatalf("GET %s: status %d\n%s", path, rec.Code, rec.Body)
	}
	return rec
}

// entries are the events of a feed: each as its properties by name.
func (k almanac) entries(path string) []map[string]string {
	k.Helper()
	return entriesIn(k.TB, k.reads(path).Body.String())
}

func entriesIn(tb testing.TB, stream string) []map[string]string {
	tb.Helper()
	if !strings.HasPrefix(stream, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(stream, "END:VCALENDAR\r\n") {
		tb.Fatalf("no calendar:\n%s", stream)
	}
	var entries []map[string]string
	var event map[string]string
	for line := range strings.SplitSeq(strings.ReplaceAll(stream, "\r\n ", ""), "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		property, _, _ := strings.Cut(name, ";")
		switch {
		case line == "BEGIN:VEVENT":
			event = map[string]string{}
		case line == "END:VEVENT":
			entries = append(entries, event)
			event = nil
		case event != nil:
			event[property] = value
		}
	}
	return entries
}

// brief is what a feed shows: identity or label, status, day and sequence.
func brief(entries []map[string]string) []string {
	var lines []string
	for _, e := range entries {
		what := e["UID"]
		if strings.HasPrefix(what, "hold-") {
			_, what, _ = strings.Cut(e["SUMMARY"], "(")
			what = strings.TrimSuffix(what, ")")
		}
		lines = append(lines, fmt.Sprintf("%s %s %.8s %s %s", what, e["STATUS"], e["DTSTART"], e["TRANSP"], e["SEQUENCE"]))
	}
	return lines
}

func wantEntries(tb testing.TB, step string, got []map[string]string, want ...string) {
	tb.Helper()
	if lines := brief(got); !slices.Equal(lines, want) {
		tb.Errorf("%s: the feed shows\n%s\nwant\n%s", step, strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestFeedShowsTheRound(t *testing.T) {
	t.Parallel()
	at := schedulingtest.Now
	by := func(m scheduling.MemberID) scheduling.Act { return schedulingtest.By(m, at.Add(4*time.Hour)) }
	holds := []string{
		"G1 TENTATIVE 20091118 TRANSPARENT 0", "G2 TENTATIVE 20091119 TRANSPARENT 0", "G3 TENTATIVE 20091120 TRANSPARENT 0",
		"W1 TENTATIVE 20091208 TRANSPARENT 0", "W2 TENTATIVE 20091209 TRANSPARENT 0", "W3 TENTATIVE 20091210 TRANSPARENT 0",
	}
	const meeting = "uid-talks CONFIRMED 20091119 OPAQUE "
	for name, tc := range map[string]struct {
		talks func(...schedulingtest.Adjustment) (*scheduling.Negotiation, *scheduling.Round)
		act   func(r *scheduling.Round) error
		feed  func(k almanac) string
		want  []string
	}{
		"nothing offered yet": {talks: schedulingtest.Talks},
		"on the table":        {talks: schedulingtest.Delivered, want: holds},
		"confirmed":           {talks: schedulingtest.Confirmed, want: []string{meeting + "0"}},
		"a change is pending": {
			talks: schedulingtest.Confirmed, act: func(r *scheduling.Round) error {
				return r.Reoffer(by(schedulingtest.AlphaHead), []scheduling.Label{"G3"})
			},
			want: []string{meeting + "0", "G3 TENTATIVE 20091120 TRANSPARENT 1"},
		},
		"a change was abandoned": {
			talks: schedulingtest.Confirmed, act: func(r *scheduling.Round) error {
				if err := r.Reoffer(by(schedulingtest.AlphaHead), []scheduling.Label{"G3"}); err != nil {
					return err
				}
				return r.AbandonChange(by(schedulingtest.AlphaHead))
			},
			want: []string{meeting + "0"},
		},
		"withdrawn": {
			talks: schedulingtest.Delivered, act: func(r *scheduling.Round) error { return r.Withdraw(by(schedulingtest.AlphaHead), 1) },
		},
		"another room": {
			talks: schedulingtest.Confirmed, act: func(r *scheduling.Round) error { return r.ChangeMeeting(by(schedulingtest.BravoHead), "XX", "") },
			want: []string{meeting + "1"},
		},
		"postponed": {
			talks: schedulingtest.Confirmed, act: func(r *scheduling.Round) error {
				if err := r.Postpone(by(schedulingtest.BravoHead), scheduling.Text{}); err != nil {
					return err
				}
				return r.Postpone(by(schedulingtest.AlphaHead), scheduling.Text{})
			},
			want: []string{"uid-talks CANCELLED 20091119 TRANSPARENT 1"},
		},
		"cancelled": {
			talks: schedulingtest.Confirmed, act: func(r *scheduling.Round) error { return r.Cancel(by(schedulingtest.AlphaHead), scheduling.Text{}) },
			want: []string{"uid-talks CANCELLED 20091119 TRANSPARENT 1"},
		},
		"cancelled without a meeting": {
			talks: schedulingtest.Delivered, act: func(r *scheduling.Round) error { return r.Cancel(by(schedulingtest.AlphaHead), scheduling.Text{}) },
		},
		"own, of who gets it by mail": {
			talks: schedulingtest.Confirmed, feed: func(k almanac) string { return k.memberFeed(schedulingtest.BravoHead, false) },
		},
		"own, of who gets it by mail and wants it twice": {
			talks: schedulingtest.Confirmed, feed: func(k almanac) string { return k.memberFeed(schedulingtest.BravoHead, true) },
			want: []string{meeting + "0"},
		},
		"own, of who gets none by mail": {
			talks: schedulingtest.Confirmed, feed: func(k almanac) string { return k.memberFeed(schedulingtest.BravoOfficer, false) },
			want: []string{meeting + "0"},
		},
		"own, with holds beside what comes by mail": {
			talks: schedulingtest.Confirmed, act: func(r *scheduling.Round) error {
				return r.Reoffer(by(schedulingtest.AlphaHead), []scheduling.Label{"G3"})
			},
			feed: func(k almanac) string { return k.memberFeed(schedulingtest.BravoHead, false) },
			want: []string{"G3 TENTATIVE 20091120 TRANSPARENT 1"},
		},
		"of an observer, on the table": {
			talks: schedulingtest.Delivered, feed: func(k almanac) string { return k.partyFeed(schedulingtest.Charlie) },
		},
		"of an observer, confirmed": {
			talks: schedulingtest.Confirmed, feed: func(k almanac) string { return k.partyFeed(schedulingtest.Charlie) },
			want: []string{meeting + "0"},
		},
		"for the public, not released": {
			talks: schedulingtest.Confirmed, feed: almanac.publicFeed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, r := tc.talks(schedulingtest.WithObserver())
			k := keep(t, at.Add(5*time.Hour), n, r)
			if tc.act != nil {
				k.change(tc.act)
			}
			path := k.partyFeed(schedulingtest.Bravo)
			if tc.feed != nil {
				path = tc.feed(k)
			}
			wantEntries(t, name, k.entries(path), tc.want...)
		})
	}
}

// A cancelled meeting stays for 90 days and then leaves, by the clock alone,
// also out of what was kept encoded.
func TestCancelledMeetingFades(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed()
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	path := k.partyFeed(schedulingtest.Bravo)
	k.as(schedulingtest.AlphaHead).sends("/cancellation", nil)
	began := *k.now
	for _, step := range []struct{ days, want int }{{0, 1}, {89, 1}, {90, 0}, {400, 0}} {
		*k.now = began.AddDate(0, 0, step.days)
		k.change(func(r *scheduling.Round) error { r.Tick(*k.now); return nil })
		if got := len(k.entries(path)); got != step.want {
			t.Errorf("after %d days %d entries, want %d", step.days, got, step.want)
		}
	}
}

func TestFeedOverHTTP(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed()
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	path := k.partyFeed(schedulingtest.Bravo)
	rec := k.reads(path)
	tag := rec.Header().Get("ETag")
	for header, want := range map[string]string{
		"Content-Type":        "text/calendar; charset=utf-8",
		"Content-Disposition": `inline; filename="parley.ics"`,
		"Cache-Control":       "private, max-age=300",
		"Last-Modified":       "Mon, 02 Nov 2009 12:00:00 GMT",
		"Set-Cookie":          "",
		"Location":            "",
	} {
		if got := rec.Header().Get(header); got != want {
			t.Errorf("%s = %q, want %q", header, got, want)
		}
	}
	if len(tag) != 34 {
		t.Errorf("ETag = %s", tag)
	}
	for name, tc := range map[string]struct {
		header []string
		want   int
	}{
		"the tag":        {[]string{"If-None-Match", tag}, 304},
		"weak":           {[]string{"If-None-Match", "W/" + tag}, 304},
		"in a list":      {[]string{"If-None-Match", `"x", W/"y" , ` + tag}, 304},
		"any":            {[]string{"If-None-Match", "*"}, 304},
		"another":        {[]string{"If-None-Match", `"x"`}, 200},
		"without quotes": {[]string{"If-None-Match", strings.Trim(tag, `"`)}, 200},
		// An entry that leaves makes the newest change older: dates decide nothing.
		"since a date":            {[]string{"If-Modified-Since", "Tue, 03 Nov 2009 12:00:00 GMT"}, 200},
		"with a language":         {[]string{"Accept-Language", "fr"}, 200},
		"with somebody's session": {[]string{"Cookie", k.as(schedulingtest.AlphaHead).cookie()}, 200},
	} {
		got := get(t, k.site, path, tc.header...)
		if got.Code != tc.want {
			t.Errorf("%s: status %d, want %d", name, got.Code, tc.want)
			continue
		}
		if got.Header().Get("ETag") != tag || got.Header().Get("Cache-Control") == "" || got.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: headers %v", name, got.Header())
		}
		if got.Code == 304 && got.Body.Len() > 0 || got.Code == 200 && got.Body.String() != rec.Body.String() {
			t.Errorf("%s: another body, of %d bytes", name, got.Body.Len())
		}
	}
	server := httptest.NewServer(k.site)
	t.Cleanup(server.Close)
	q, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	head, err := server.Client().Do(q)
	if err != nil {
		t.Fatal(err)
	}
	_ = head.Body.Close()
	if head.StatusCode != http.StatusOK || head.Header.Get("ETag") != tag || head.ContentLength != int64(rec.Body.Len()) {
		t.Errorf("HEAD: status %d, %d bytes, %v", head.StatusCode, head.ContentLength, head.Header)
	}
}

func TestFeedAddresses(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed()
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	officer, party := k.memberFeed(schedulingtest.BravoOfficer, false), k.partyFeed(schedulingtest.Bravo)
	for _, path := range []string{officer, party} {
		k.reads(path)
	}
	for name, path := range map[string]string{
		"unknown": "/c/" + tokenPrefix + strings.Repeat("A", 43) + ".ics", "no file": strings.TrimSuffix(party, ".ics"),
		"empty": "/c/.ics", "long": "/c/" + strings.Repeat("A", 3000) + ".ics",
	} {
		if rec := get(t, k.site, path); rec.Code != 404 {
			t.Errorf("%s: status %d, want 404", name, rec.Code)
		}
	}
	link := k.as(schedulingtest.BravoOfficer).cookie() // a session's secret is no feed's
	_, secret, _ := strings.Cut(link, "=")
	if rec := get(t, k.site, "/c/"+secret+".ics"); rec.Code != 404 {
		t.Errorf("the secret of a session opens a feed: status %d", rec.Code)
	}
	err := k.store.UpdateNegotiation(t.Context(), k.id.Negotiation, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.RemoveMember(schedulingtest.BravoHead, schedulingtest.BravoOfficer, *k.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	if rec := get(t, k.site, officer); rec.Code != 410 {
		t.Errorf("of a member who was removed: status %d, want 410", rec.Code)
	}
	k.reads(party)
	if err := k.store.Revoke(t.Context(), scheduling.TokenFilter{Purpose: scheduling.ForFeed, Level: scheduling.PartyFeed}, *k.now); err != nil {
		t.Fatal(err)
	}
	if rec := get(t, k.site, party, "If-None-Match", "*"); rec.Code != 410 {
		t.Errorf("revoked: status %d, want 410", rec.Code)
	}
}

// As long as nothing changes a feed is encoded once, and a 304 asks for the
// token alone.
func TestFeedIsCached(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed()
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	path := k.memberFeed(schedulingtest.BravoHead, false)
	tag := k.reads(path).Header().Get("ETag")
	for range 5 {
		k.reads(path)
		get(t, k.site, path, "If-None-Match", tag)
	}
	if k.counted.rounds != 1 || k.counted.tokens != 11 {
		t.Errorf("11 requests loaded the rounds %d times and the token %d times, want 1 and 11", k.counted.rounds, k.counted.tokens)
	}
	// What only the member's own side may know still counts.
	err := k.store.UpdateNegotiation(t.Context(), k.id.Negotiation, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		m := *n.Member(schedulingtest.BravoHead)
		m.Language = "en"
		return n.ChangeMember(m.ID, m, *k.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	if body := k.reads(path).Body.String(); !strings.Contains(body, "X-WR-CALNAME:Alpha and Bravo: for B. Head") || k.counted.rounds != 2 {
		t.Errorf("after a change of language, with %d encodings:\n%s", k.counted.rounds, body)
	}
	k.change(func(r *scheduling.Round) error {
		r.Negotiation.Member(schedulingtest.BravoHead).Invitations = false
		r.UpdateInvited(schedulingtest.By(schedulingtest.BravoHead, *k.now))
		return nil
	})
	if got := len(k.entries(path)); got != 1 {
		t.Errorf("who is no longer invited by mail reads %d entries, want the meeting", got)
	}
}

// Nothing that the other side does for itself shows in a feed, not even in its
// tag.
func TestFeedKeepsTheOtherSidesSecrets(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed()
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	member, party := k.memberFeed(schedulingtest.AlphaReader, true), k.partyFeed(schedulingtest.Alpha)
	type answer struct{ body, tag, modified string }
	look := func() map[string]answer {
		all := map[string]answer{}
		for _, path := range []string{member, party} {
			rec := k.reads(path)
			all[path] = answer{rec.Body.String(), rec.Header().Get("ETag"), rec.Header().Get("Last-Modified")}
		}
		return all
	}
	before := look()
	own := func(do func(n *scheduling.Negotiation) error) {
		t.Helper()
		*k.now = k.now.Add(time.Hour)
		if err := k.store.UpdateNegotiation(t.Context(), k.id.Negotiation, scheduling.Once{}, do); err != nil {
			t.Fatal(err)
		}
		k.change(func(r *scheduling.Round) error {
			r.UpdateInvited(schedulingtest.By(schedulingtest.BravoHead, *k.now))
			return nil
		})
	}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"a draft", func() {
			k.change(func(r *scheduling.Round) error {
				return r.Draft(schedulingtest.By(schedulingtest.BravoHead, *k.now), schedulingtest.P1())
			})
		}},
		{"somebody joins and is invited", func() {
			own(func(n *scheduling.Negotiation) error {
				return n.AddMember(schedulingtest.BravoHead, scheduling.Member{ID: "new", Party: schedulingtest.Bravo, Name: "N", Email: "n@bravo.example", Rights: scheduling.RightAnswer, Invitations: true}, *k.now)
			})
		}},
		{"somebody is removed and uninvited", func() {
			own(func(n *scheduling.Negotiation) error { return n.RemoveMember(schedulingtest.BravoHead, "new", *k.now) })
		}},
		{"somebody wants no mails any more", func() {
			own(func(n *scheduling.Negotiation) error {
				m := *n.Member(schedulingtest.BravoHead)
				m.Invitations = false
				return n.ChangeMember(m.ID, m, *k.now)
			})
		}},
	} {
		step.do()
		if after := look(); !maps.Equal(before, after) {
			t.Errorf("%s shows on the other side:\n%+v\nbefore\n%+v", step.name, after, before)
		}
	}
}
