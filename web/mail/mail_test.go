package mail

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/google/go-cmp/cmp"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/record"
	. "parley/scheduling/schedulingtest" //nolint:revive // the talks read as sentences
	"parley/web/locale"
)

var update = flag.Bool("update", false, "write the golden files anew")

// newWriter is a writer whose messages are numbered.
func newWriter(tb testing.TB) *Writer {
	tb.Helper()
	catalogs, err := locale.Open()
	if err != nil {
		tb.Fatal(err)
	}
	n := 0
	return New(Options{
		Catalogs: catalogs, Base: "https://talks.example.org", Office: "Conference Secretariat", Language: "en",
		From:   calendar.Mailbox{Name: "Conference Secretariat", Address: "talks@example.org"},
		Secret: []byte(strings.Repeat("k", 32)),
		NewID:  func() scheduling.MessageID { n++; return scheduling.MessageID(fmt.Sprintf("M%04d", n)) },
	})
}

// A desk is talks whose changes are composed into messages.
type desk struct {
	testing.TB
	*Writer
	n     *scheduling.Negotiation
	r     *scheduling.Round
	now   time.Time
	links []scheduling.Token
}

func newDesk(tb testing.TB, talks func(...Adjustment) (*scheduling.Negotiation, *scheduling.Round), adjust ...Adjustment) *desk {
	tb.Helper()
	n, r := talks(adjust...)
	n.TakeEvents()
	r.TakeEvents()
	return &desk{TB: tb, Writer: newWriter(tb), n: n, r: r, now: Now.Add(24 * time.Hour)}
}

// does lets somebody act and gives the messages that follow.
func (d *desk) does(act func(r *scheduling.Round, at time.Time) error) []scheduling.Message {
	d.Helper()
	d.now = d.now.Add(time.Minute)
	if err := act(d.r, d.now); err != nil {
		d.Fatal(err)
	}
	messages, links := d.Compose(d.n, d.r, d.r.TakeEvents())
	d.links = links
	return messages
}

// kinds says who gets what.
func kinds(messages []scheduling.Message) map[scheduling.MemberID]string {
	got := map[scheduling.MemberID]string{}
	for _, m := range messages {
		got[m.Member] += string(m.Kind)
		if m.Method != "" {
			got[m.Member] += fmt.Sprintf(" %s %d", m.Method, m.Sequence)
		}
	}
	return got
}

type acts = func(r *scheduling.Round, at time.Time) error

func confirm(r *scheduling.Round, at time.Time) error { return r.Confirm(By(AlphaHead, at), "G2", 1) }

func postponeByBoth(r *scheduling.Round, at time.Time) error {
	if err := r.Postpone(By(AlphaHead, at), scheduling.Text{}); err != nil {
		return err
	}
	return r.Postpone(By(BravoHead, at), scheduling.Text{})
}

func TestWhoGetsWhat(t *testing.T) {
	t.Parallel()
	const (
		a, ar = AlphaHead, AlphaReader
		b, bo = BravoHead, BravoOfficer
		c     = CharlieHead
	)
	reader := func(_ *scheduling.Negotiation, r *scheduling.Round) {
		r.Negotiation.Member(AlphaReader).Invitations = true
	}
	type who = map[scheduling.MemberID]string
	for name, tc := range map[string]struct {
		talks  func(...Adjustment) (*scheduling.Negotiation, *scheduling.Round)
		adjust []Adjustment
		before acts
		act    acts
		want   who
	}{
		"an offer": {
			talks: Talks, act: func(r *scheduling.Round, at time.Time) error { return r.Deliver(By(a, at), P1(), Paper("P1")) },
			want: who{a: "receipt", b: "notice", bo: "notice"},
		},
		"an offer, with an observer": {
			talks: Talks, adjust: []Adjustment{WithObserver(), WithStaff()},
			act:  func(r *scheduling.Round, at time.Time) error { return r.Deliver(By(a, at), P1(), Paper("P1")) },
			want: who{a: "receipt", b: "notice", bo: "notice", Secretary: "notice"},
		},
		"a reply": {
			talks: Delivered, act: func(r *scheduling.Round, at time.Time) error {
				return r.TakePositions(By(bo, at), []scheduling.Answer{{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelAvailable}})
			},
			want: who{a: "notice", b: "notice", bo: "receipt"},
		},
		"a request to think again": {
			talks: Delivered, adjust: []Adjustment{WithObserver(), WithStaff()},
			before: func(r *scheduling.Round, at time.Time) error {
				return r.TakePositions(By(b, at), []scheduling.Answer{{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelNotPossible}})
			},
			act: func(r *scheduling.Round, at time.Time) error {
				return r.AskBlockers(By(Secretary, at), []scheduling.Label{"G1"}, scheduling.Text{Body: "please"})
			},
			want: who{b: "notice", bo: "notice"},
		},
		"a draft": {
			talks: Delivered, act: func(r *scheduling.Round, at time.Time) error { return r.Draft(By(b, at), P1()) },
			want: who{},
		},
		"a consent": {
			talks: Delivered, act: func(r *scheduling.Round, at time.Time) error { return r.Consent(By(b, at), "G2", 1) },
			want: who{a: "notice", b: "receipt", bo: "notice"},
		},
		"confirmation": {
			talks: Agreed, act: confirm,
			want: who{a: "invitation REQUEST 0", ar: "notice", b: "invitation REQUEST 0", bo: "notice"},
		},
		"confirmation, with an observer who wants none": {
			talks: Agreed, adjust: []Adjustment{WithObserver()}, act: confirm,
			want: who{a: "invitation REQUEST 0", ar: "notice", b: "invitation REQUEST 0", bo: "notice", c: "notice"},
		},
		"confirmation by the last consent": {
			talks:  Delivered,
			adjust: []Adjustment{WithRule(func(ru *scheduling.Rule) { ru.Confirmation = scheduling.OnLastConsent })},
			before: func(r *scheduling.Round, at time.Time) error { return r.Consent(By(a, at), "G2", 1) },
			act:    func(r *scheduling.Round, at time.Time) error { return r.Consent(By(b, at), "G2", 1) },
			want:   who{a: "invitation REQUEST 0", ar: "notice", b: "invitation REQUEST 0", bo: "notice"},
		},
		"another room": {
			talks: Confirmed, act: func(r *scheduling.Round, at time.Time) error { return r.ChangeMeeting(By(a, at), "Room XX", "") },
			want: who{a: "invitation REQUEST 1", ar: "notice", b: "invitation REQUEST 1", bo: "notice"},
		},
		"another date": {
			talks: Confirmed,
			before: func(r *scheduling.Round, at time.Time) error {
				return second(r.Reoffer(By(a, at), []scheduling.Label{"G3"}), r.Consent(By(a, at), "G3", 2), r.Consent(By(b, at), "G3", 2))
			},
			act:  func(r *scheduling.Round, at time.Time) error { return r.Confirm(By(a, at), "G3", 2) },
			want: who{a: "invitation REQUEST 1", ar: "notice", b: "invitation REQUEST 1", bo: "notice"},
		},
		"a proposed change of date": {
			talks: Confirmed, act: func(r *scheduling.Round, at time.Time) error { return r.Reoffer(By(a, at), []scheduling.Label{"G3"}) },
			want: who{a: "receipt", b: "notice", bo: "notice"},
		},
		"cancellation": {
			talks: Confirmed, act: func(r *scheduling.Round, at time.Time) error { return r.Cancel(By(a, at), scheduling.Text{}) },
			want: who{a: "cancel CANCEL 1", ar: "notice", b: "cancel CANCEL 1", bo: "notice"},
		},
		"cancellation without a meeting": {
			talks: Delivered, act: func(r *scheduling.Round, at time.Time) error { return r.Cancel(By(a, at), scheduling.Text{}) },
			want: who{a: "receipt", ar: "notice", b: "notice", bo: "notice"},
		},
		"postponement asked": {
			talks: Confirmed, act: func(r *scheduling.Round, at time.Time) error { return r.Postpone(By(b, at), scheduling.Text{}) },
			want: who{a: "notice", b: "receipt", bo: "notice"},
		},
		"postponement": {
			talks: Confirmed, act: postponeByBoth,
			want: who{a: "cancel CANCEL 1", ar: "notice", b: "cancel CANCEL 1", bo: "notice"},
		},
		"cancellation after postponement": {
			talks: Confirmed, before: postponeByBoth,
			act:  func(r *scheduling.Round, at time.Time) error { return r.Cancel(By(a, at), scheduling.Text{}) },
			want: who{a: "receipt", ar: "notice", b: "notice", bo: "notice"},
		},
		"a new date after postponement": {
			talks: Confirmed,
			before: func(r *scheduling.Round, at time.Time) error {
				return second(postponeByBoth(r, at), r.Reoffer(By(a, at), []scheduling.Label{"G3"}), r.Consent(By(a, at), "G3", 2), r.Consent(By(b, at), "G3", 2))
			},
			act:  func(r *scheduling.Round, at time.Time) error { return r.Confirm(By(a, at), "G3", 2) },
			want: who{a: "invitation REQUEST 2", ar: "notice", b: "invitation REQUEST 2", bo: "notice"},
		},
		"somebody more is invited": {
			talks: Confirmed, act: func(r *scheduling.Round, at time.Time) error {
				r.Negotiation.Member(bo).Invitations = true
				r.UpdateInvited(By(b, at))
				return nil
			},
			want: who{bo: "invitation REQUEST 1"},
		},
		"somebody is uninvited": {
			talks: Confirmed, act: func(r *scheduling.Round, at time.Time) error {
				r.Negotiation.Member(b).Invitations = false
				r.UpdateInvited(By(b, at))
				return nil
			},
			want: who{b: "cancel CANCEL 1"},
		},
		"somebody is removed": {
			talks: Confirmed, act: func(r *scheduling.Round, at time.Time) error {
				r.Negotiation.Member(b).Removed = true
				r.UpdateInvited(By(a, at))
				return nil
			},
			want: who{b: "cancel CANCEL 1"},
		},
		"cancellation, to a reader who is invited": {
			talks: Confirmed, adjust: []Adjustment{With(reader)},
			act:  func(r *scheduling.Round, at time.Time) error { return r.Cancel(By(a, at), scheduling.Text{}) },
			want: who{a: "cancel CANCEL 1", ar: "cancel CANCEL 1", b: "cancel CANCEL 1", bo: "notice"},
		},
		"somebody without an address": {
			talks: Agreed, adjust: []Adjustment{With(func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Member(b).Email = "" })}, act: confirm,
			want: who{a: "invitation REQUEST 0", ar: "notice", bo: "notice"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, tc.talks, tc.adjust...)
			if tc.before != nil {
				d.does(tc.before)
			}
			if diff := cmp.Diff(tc.want, kinds(d.does(tc.act))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// second is the first error of several acts.
func second(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// What people wrote does not become, or swallow, the private link of whoever
// reads it.
func TestLinkIsNotForged(t *testing.T) {
	t.Parallel()
	for name, reason := range map[string]string{
		"in an address":    "see https://evil.example/?to=" + scheduling.LinkPlace,
		"nested in itself": "https://private-link.inv" + scheduling.LinkPlace + "alid/",
		"on its own line":  "x\n" + scheduling.LinkPlace + "\ny",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, Confirmed, WithAccount(AlphaReader, "ann"))
			messages := d.does(func(r *scheduling.Round, at time.Time) error {
				return r.Cancel(By(AlphaHead, at), scheduling.Text{Body: reason, Scope: scheduling.AllParties})
			})
			for _, m := range messages {
				want := 1
				if m.Member == AlphaReader {
					want = 0 // has an account
				}
				if got := strings.Count(m.Text, scheduling.LinkPlace); got != want {
					t.Errorf("%d links in the text to %s, want %d:\n%s", got, m.Member, want, m.Text)
				}
				if got := strings.Count(m.HTML, scheduling.LinkPlace); got != 2*want {
					t.Errorf("%d links in the HTML to %s:\n%s", got, m.Member, m.HTML)
				}
				if (m.LinkHash != "") != (want == 1) {
					t.Errorf("%s has the link %q", m.Member, m.LinkHash)
				}
			}
		})
	}
}

// The secret of a private link stands in the mail that goes out, the same each
// time, and nowhere else.
func TestPrivateLink(t *testing.T) {
	t.Parallel()
	d := newDesk(t, Agreed)
	messages := d.does(confirm)
	if len(d.links) != len(messages) {
		t.Fatalf("%d links for %d messages", len(d.links), len(messages))
	}
	seen := map[string]bool{}
	for i, m := range messages {
		raw, err := d.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := d.Render(m)
		if !bytes.Equal(raw, again) {
			t.Errorf("%s is rendered in two ways", m.ID)
		}
		text := parts(t, raw)["text/plain"]
		_, token, found := strings.Cut(text, "\nhttps://talks.example.org/d/")
		token, _, _ = strings.Cut(token, "\n")
		switch link := d.links[i]; {
		case !found || !strings.HasPrefix(token, "parley_") || len(token) != len("parley_")+43:
			t.Errorf("no link on a line of its own in\n%s", text)
		case hash(token) != link.Hash || m.LinkHash != link.Hash:
			t.Errorf("link %s is kept as %+v", token, link)
		case link.Member != m.Member || link.Purpose != scheduling.ForLink || link.Negotiation != "talks" || !link.ExpiresAt.Equal(m.CreatedAt.Add(LinkLife)):
			t.Errorf("link %+v for message %+v", link, m)
		case strings.Contains(fmt.Sprint(m), token), strings.Contains(fmt.Sprint(link), token):
			t.Error("the secret is kept")
		case seen[token]:
			t.Error("two messages have one link")
		}
		seen[token] = true
		if bytes.Contains(raw, []byte(strings.TrimPrefix(scheduling.LinkPlace, "https://"))) {
			t.Error("a place for a link is left in what goes out")
		}
	}
}

// parts are the bodies of a message by media type, decoded.
func parts(tb testing.TB, raw []byte) map[string]string {
	tb.Helper()
	e, err := message.Read(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	got := map[string]string{}
	err = e.Walk(func(_ []int, e *message.Entity, err error) error {
		if err != nil {
			return err
		}
		kind, _, _ := e.Header.ContentType()
		if strings.HasPrefix(kind, "multipart/") {
			return nil
		}
		body, err := io.ReadAll(e.Body)
		got[kind] = strings.ReplaceAll(string(body), "\r\n", "\n")
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// A member whose address no mail system takes keeps the message, as failed.
func TestUnmailableAddress(t *testing.T) {
	t.Parallel()
	d := newDesk(t, Agreed, With(func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Member(BravoHead).Email = "höhe@bravo.example"
		n.Member(BravoOfficer).Email = "no address"
	}))
	for _, m := range d.does(confirm) {
		_, err := d.Render(m)
		switch m.Member {
		case BravoHead:
			if m.State != scheduling.MessageFailed || m.Problem == "" || m.Kind != scheduling.InvitationMessage {
				t.Errorf("the invitation is %s: %q", m.State, m.Problem)
			}
		case BravoOfficer:
			if err == nil {
				t.Error("a notice to no address is rendered")
			}
		default:
			if m.State != scheduling.MessageQueued || err != nil {
				t.Errorf("the message to %s is %s (%v)", m.Member, m.State, err)
			}
		}
	}
}

// The text fits a terminal, and the HTML says the same.
func TestBody(t *testing.T) {
	t.Parallel()
	d := newDesk(t, Confirmed)
	long := strings.Repeat("a reason that goes on ", 13)
	messages := d.does(func(r *scheduling.Round, at time.Time) error {
		return r.Cancel(By(AlphaHead, at), scheduling.Text{Body: long + "\n<b>& more</b>", Scope: scheduling.AllParties})
	})
	for _, m := range messages {
		for line := range strings.SplitSeq(m.Text, "\n") {
			if utf8.RuneCountInString(line) > 78 {
				t.Errorf("a line of %d characters: %s", utf8.RuneCountInString(line), line)
			}
		}
		if words(t, m.HTML) != strings.Join(strings.Fields(strings.Replace(m.Text, "-- \n", "", 1)), " ") {
			t.Errorf("the HTML says\n%s\nand the text\n%s", words(t, m.HTML), m.Text)
		}
		if strings.Contains(m.HTML, "<b>") {
			t.Error("markup of a person in the HTML")
		}
	}
}

// words is the text of the body of a page, each address once.
func words(tb testing.TB, page string) string {
	tb.Helper()
	_, page, _ = strings.Cut(page, "<body>")
	page, _, _ = strings.Cut(page, "</body>")
	var b strings.Builder
	for piece := range strings.SplitSeq(page, "<") {
		_, words, _ := strings.Cut(piece, ">")
		b.WriteString(" " + words)
	}
	plain := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&#39;", "'", "&#34;", `"`, "&quot;", `"`).Replace(b.String())
	return strings.Join(strings.Fields(plain), " ")
}

// Messages come in the language of who reads them, and no two are named alike.
func TestLanguagesAndIDs(t *testing.T) {
	t.Parallel()
	catalogs, err := locale.Open()
	if err != nil {
		t.Fatal(err)
	}
	w := New(Options{Catalogs: catalogs, Base: "https://talks.example.org", Language: "en", Secret: make([]byte, 32), From: calendar.Mailbox{Address: "talks@example.org"}})
	seen := map[scheduling.MessageID]bool{}
	for range 50 {
		n, r := Confirmed()
		messages, _ := w.Compose(n, r, r.TakeEvents())
		for _, m := range messages {
			if seen[m.ID] || len(m.ID) < 26 {
				t.Fatalf("%q names two messages, or can be guessed", m.ID)
			}
			seen[m.ID] = true
			switch english := strings.Contains(m.Text, "The meeting is confirmed"); m.Member {
			case BravoHead:
				if english || m.Language != "fr" || !strings.Contains(m.Subject, "PST/3") || !strings.Contains(m.Text, "novembre") {
					t.Fatalf("to a reader of French: %s\n%s", m.Subject, m.Text)
				}
			default:
				if !english || m.Language != "en" {
					t.Fatalf("to %s in %s: %s", m.Member, m.Language, m.Text)
				}
			}
		}
	}
}

// The messages of a meeting's life as they go over the wire. The .eml files are
// also read by other parsers.
func TestGolden(t *testing.T) {
	t.Parallel()
	d := newDesk(t, Agreed)
	got := map[string][]byte{}
	add := func(name string, messages []scheduling.Message, members ...scheduling.MemberID) {
		for _, m := range messages {
			if len(members) > 0 && !slices.Contains(members, m.Member) {
				continue
			}
			raw, err := d.Render(m)
			if err != nil {
				t.Fatal(err)
			}
			got[fmt.Sprintf("%s-%s.eml", name, m.Member)] = raw
		}
	}
	add("1-invite-confirmed", d.does(confirm), AlphaHead, BravoHead)
	add("2-notice-change", d.does(func(r *scheduling.Round, at time.Time) error {
		return r.Reoffer(By(AlphaHead, at), []scheduling.Label{"G3"})
	}), BravoOfficer)
	d.does(func(r *scheduling.Round, at time.Time) error {
		return second(r.Consent(By(AlphaHead, at), "G3", 2), r.Consent(By(BravoHead, at), "G3", 2))
	})
	add("3-invite-rescheduled", d.does(func(r *scheduling.Round, at time.Time) error { return r.Confirm(By(AlphaHead, at), "G3", 2) }), AlphaHead, BravoHead)
	add("4-invite-room", d.does(func(r *scheduling.Round, at time.Time) error {
		return r.ChangeMeeting(By(AlphaHead, at), "Room XX", "https://meet.example/x")
	}), BravoHead)
	add("5-cancel-uninvited", d.does(func(r *scheduling.Round, at time.Time) error {
		d.n.Member(BravoHead).Invitations = false
		r.UpdateInvited(By(BravoHead, at))
		return nil
	}), BravoHead)
	add("6-invite-again", d.does(func(r *scheduling.Round, at time.Time) error {
		d.n.Member(BravoHead).Invitations = true
		r.UpdateInvited(By(BravoHead, at))
		return nil
	}), BravoHead)
	add("7-cancel-cancelled", d.does(func(r *scheduling.Round, at time.Time) error {
		return r.Cancel(By(AlphaHead, at), scheduling.Text{Body: "The hall has burnt down.", Scope: scheduling.AllParties})
	}), AlphaHead, BravoHead, BravoOfficer)

	dir := "testdata"
	if *update {
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		path := filepath.Join(dir, name)
		if *update {
			if err := os.WriteFile(path, got[name], 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got[name])); diff != "" {
			t.Errorf("%s (-want +got)\n%s", name, diff)
		}
		if m, err := mail.ReadMessage(bytes.NewReader(got[name])); err != nil || m.Header.Get("Message-ID") == "" {
			t.Errorf("%s cannot be read: %v", name, err)
		}
	}
}

func TestARequestToThinkAgainSaysWhoAsks(t *testing.T) {
	t.Parallel()
	d := newDesk(t, Delivered)
	d.does(func(r *scheduling.Round, at time.Time) error {
		return r.TakePositions(By(BravoHead, at), []scheduling.Answer{{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelNotPossible}})
	})
	messages := d.does(func(r *scheduling.Round, at time.Time) error {
		return r.AskBlockers(By(AlphaHead, at), []scheduling.Label{"G1"}, scheduling.Text{Body: "Could your visit move?"})
	})
	for _, m := range messages {
		body := strings.Join(strings.Fields(m.Text), " ")
		for _, want := range []string{"Alpha", "G1", "Could your visit move?"} {
			if !strings.Contains(body, want) {
				t.Errorf("the message to %s lacks %q:\n%s", m.Member, want, m.Text)
			}
		}
	}
	if len(messages) != 2 {
		t.Errorf("%d messages, want one to each member of Bravo", len(messages))
	}
}

// A message says in which state the record was, signed, in the text and in the
// HTML; one without a head says nothing of it.
func TestMessagesCarryTheHead(t *testing.T) {
	t.Parallel()
	store := NewMemoryStore(newWriter(t)).SignRecord(RecordKey())
	n, r := Delivered(WithObserver())
	id, err := store.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := store.Messages(t.Context(), id, 10)
	if err != nil || len(messages) == 0 {
		t.Fatalf("%d messages, error %v", len(messages), err)
	}
	verifier, err := record.NewVerifier(RecordKey().Public())
	if err != nil {
		t.Fatal(err)
	}
	w := newWriter(t)
	for _, m := range messages {
		raw, err := w.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		e, err := message.Read(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		parts := 0
		if err := e.Walk(func(_ []int, part *message.Entity, err error) error {
			kind, _, _ := part.Header.ContentType()
			if err != nil || !strings.HasPrefix(kind, "text/") {
				return err
			}
			body, err := io.ReadAll(part.Body)
			if err != nil {
				return err
			}
			parts++
			found := record.FindHeads(strings.NewReplacer("<pre>", "", "&#43;", "+").Replace(string(body)))
			if len(found) != 1 {
				t.Errorf("%s to %s has %d heads:\n%s", kind, m.Member, len(found), body)
				return nil
			}
			_, err = verifier.Open(found[0])
			return err
		}); err != nil || parts < 2 {
			t.Errorf("the message to %s has %d parts, error %v", m.Member, parts, err)
		}
	}
}
