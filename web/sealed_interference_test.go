package web

import (
	"archive/zip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
	"parley/web/mail"
)

// numbered names messages by their recipient, so that those of one party do not
// depend on how many another one got.
type numbered struct {
	scheduling.Composer
	sent map[scheduling.MemberID]int
}

func (c numbered) Compose(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
	messages, links := c.Composer.Compose(n, r, events)
	for i := range messages {
		m := &messages[i]
		c.sent[m.Member]++
		m.ID = scheduling.MessageID(fmt.Sprintf("%s-%d", m.Member, c.sent[m.Member]))
	}
	return messages, links
}

// sealedHouse is a house in which P1 is on the table under a sealed rule until
// Friday 6 November, 17:00 in Geneva.
func sealedHouse(tb testing.TB, kind scheduling.RuleKind) *house {
	tb.Helper()
	h := newHouse(tb)
	h.now = schedulingtest.Now
	h.MemoryStore = schedulingtest.NewMemoryStore(numbered{sent: map[scheduling.MemberID]int{}, Composer: mail.New(mail.Options{
		Catalogs: h.server.catalogs, Base: "https://parley.example.org", Language: "en", Secret: make([]byte, 32),
		From: calendar.Mailbox{Name: "Secretariat", Address: "office@parley.example"},
	})})
	h.server.store, h.server.access, h.server.outbox = h.MemoryStore, h.MemoryStore, h.MemoryStore
	h.server.retainer, h.server.programs = h.MemoryStore, h.MemoryStore
	n, r := schedulingtest.Delivered(schedulingtest.WithObserver(), schedulingtest.WithStaff(), withMoreMembers, inEnglish(),
		schedulingtest.WithRule(func(ru *scheduling.Rule) {
			ru.Kind, ru.Reveal = kind, scheduling.Deadline{Date: schedulingtest.Date(2009, time.November, 6), At: civil.Clock(17, 0), Zone: "Europe/Zurich", City: "Geneva"}
		}))
	if _, err := h.Create(tb.Context(), scheduling.Once{}, n, r); err != nil {
		tb.Fatal(err)
	}
	return h
}

// reply sends the reply form of a member, as a browser would.
func (h *house) reply(tb testing.TB, cookie, do string, answers map[string]string) {
	tb.Helper()
	const path = "/n/talks/1/reply"
	page := get(tb, h, path, "Cookie", cookie)
	wantStatus(tb, "the reply form", page, http.StatusOK)
	form := filled(tb, page.Body.String(), path)
	for name, value := range answers {
		form.Set(name, value)
	}
	form.Set("do", do)
	wantStatus(tb, "sending the reply", post(tb, h, path, form, "Cookie", cookie), http.StatusSeeOther)
}

// What a party seals, how often it replaces it, and what it drafts makes no
// difference to anybody else: two runs that differ in nothing but that give the
// same bytes on every page, in every file, feed and mail, but for the digits of
// the commitments.
func TestSealedAnswersInterfereWithNothing(t *testing.T) {
	t.Parallel()
	for _, kind := range []scheduling.RuleKind{scheduling.SealedSimultaneous, scheduling.SealedMinimal} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			short, long := sealedHouse(t, kind), sealedHouse(t, kind)
			cookies := map[*house]map[string]string{}
			for _, h := range []*house{short, long} {
				h.now = schedulingtest.At(2009, time.November, 3, 10, 0)
				bravo, officer := h.member(t, schedulingtest.BravoHead), h.member(t, schedulingtest.BravoOfficer)
				if h == long {
					h.reply(t, bravo, "draft", map[string]string{"level-W2": "not_possible", "why-W2": "a draft " + strings.Repeat("long ", 40)})
				}
				h.now = h.now.Add(time.Hour)
				first := map[string]string{"level-G1": "preferred"}
				if h == long {
					first = map[string]string{"level-G1": "not_possible", "class-G1": "security", "level-G2": "if_need_be", "why-G2": "subject to " + strings.Repeat("visas ", 30), "rank-G2": "1"}
				}
				h.reply(t, bravo, "send", first)
				h.now = h.now.Add(time.Hour)
				if h == long {
					for _, label := range []string{"G1", "G2", "G3", "W1", "W2", "W3"} {
						h.reply(t, bravo, "send", map[string]string{"level-" + label: "not_possible", "why-" + label: "no", "audience": "all_parties"})
					}
					h.reply(t, officer, "draft", map[string]string{"level-G3": "available"})
				}
				h.now = h.now.Add(time.Hour)
				_, cookies[h] = actors(t, h)
			}
			if kind == scheduling.SealedMinimal {
				sameForOthers(t, "sealed", short, long, cookies, "head", "staff")
				return
			}
			sameForOthers(t, "sealed", short, long, cookies, "nobody", "stranger", "elsewhere", "head", "officer", "reader", "observer", "staff")

			for _, h := range []*house{short, long} {
				alpha := h.member(t, schedulingtest.AlphaHead)
				for _, path := range []string{"/n/talks/1/consent/G1", "/n/talks/1/confirmation/G1", "/n/talks/1/answers/new"} {
					page := get(t, h, path, "Cookie", alpha)
					if page.Code == http.StatusOK && strings.Contains(page.Body.String(), "<form") && strings.Contains(path, "G1") {
						post(t, h, path, url.Values{"version": {"1"}}, "Cookie", alpha)
					}
				}
				err := h.Update(t.Context(), scheduling.RoundID{Negotiation: "talks", Number: 1}, scheduling.Once{}, func(r *scheduling.Round) error {
					return r.ChangeSlot(schedulingtest.By(schedulingtest.AlphaHead, h.now), "G1", 1,
						scheduling.SlotTerms{Hours: civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, Place: "Palais des Nations"})
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			sameForOthers(t, "after a change on the table", short, long, cookies, "head", "staff")

			for _, h := range []*house{short, long} {
				h.now = schedulingtest.At(2009, time.November, 6, 16, 0)
				err := h.Update(t.Context(), scheduling.RoundID{Negotiation: "talks", Number: 1}, scheduling.Once{}, func(r *scheduling.Round) error {
					r.Tick(h.now)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			sameForOthers(t, "destroyed", short, long, cookies, "head", "observer")
		})
	}
}

// sameForOthers compares what everybody but Bravo can get.
func sameForOthers(t *testing.T, stage string, a, b *house, cookies map[*house]map[string]string, others ...string) {
	t.Helper()
	maskA, maskB := commitments(t, a), commitments(t, b)
	for _, who := range others {
		pagesA, pagesB := a.crawl(t, cookies[a][who]), b.crawl(t, cookies[b][who])
		compared := 0
		for path, page := range pagesA {
			other, both := pagesB[path]
			if !both { // of a message to Bravo
				if !strings.Contains(path, "/mail/bravo") {
					t.Errorf("%s: %s sees %s in one run alone", stage, who, path)
				}
				continue
			}
			compared++
			if diff := cmp.Diff(maskA(page), maskB(other)); diff != "" {
				t.Errorf("%s: %s can tell at %s what Bravo has sealed:\n%s", stage, who, path, diff)
			}
		}
		if compared < 50 {
			t.Errorf("%s: only %d pages compared as %s", stage, compared, who)
		}
	}
	for _, token := range []scheduling.Token{
		{Level: scheduling.PublicFeed},
		{Level: scheduling.PartyFeed, Party: schedulingtest.Alpha},
		{Level: scheduling.PartyFeed, Party: schedulingtest.Charlie},
		{Level: scheduling.MemberFeed, Member: schedulingtest.AlphaHead, Party: schedulingtest.Alpha},
	} {
		token.Negotiation = "talks"
		feedA, errA := a.server.encodeFeed(t.Context(), token, "secret")
		feedB, errB := b.server.encodeFeed(t.Context(), token, "secret")
		if errA != nil || errB != nil || feedA.etag != feedB.etag || feedA.modified != feedB.modified {
			t.Errorf("%s: feed %s of %q differs, or fails: %v, %v", stage, token.Level, token.Party, errA, errB)
		}
	}
	if diff := cmp.Diff(mailsToOthers(t, a, maskA), mailsToOthers(t, b, maskB)); diff != "" {
		t.Errorf("%s: mails differ:\n%s", stage, diff)
	}
	if revA, revB := revision(t, a), revision(t, b); revA != revB {
		t.Errorf("%s: revision %d in one run, %d in the other", stage, revA, revB)
	}
}

func revision(t *testing.T, h *house) int {
	t.Helper()
	n, err := h.Negotiation(t.Context(), "talks")
	if err != nil {
		t.Fatal(err)
	}
	return n.Revision
}

// commitments masks what differs between two runs in any case: commitments, and
// the random names of forms and requests.
func commitments(t *testing.T, h *house) func(string) string {
	t.Helper()
	history, err := h.History(t.Context(), "talks", 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var pairs []string
	for _, e := range history {
		if e.Kind == scheduling.PositionsSealed || e.Kind == scheduling.PositionsResealed {
			pairs = append(pairs, e.Digest, "COMMITMENT")
		}
	}
	mask := strings.NewReplacer(pairs...)
	return func(s string) string {
		if at := strings.Index(s, "PK\x03\x04"); at >= 0 {
			s = s[:at] + digests.ReplaceAllString(unpacked(t, s[at:]), "DIGEST")
		}
		for _, u := range unsteady {
			s = u.pattern.ReplaceAllString(s, u.steady)
		}
		return mask.Replace(s)
	}
}

// digests are those of files that hold a commitment, and what is signed of them.
var digests = regexp.MustCompile(`[0-9a-f]{64}|— parley [A-Za-z0-9+/=]+`)

// unpacked is what a ZIP file holds, whose own checksums follow from that.
func unpacked(t *testing.T, body string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, file := range z.File {
		content, err := z.Open(file.Name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&text, file.Name, file.CompressedSize64)
		if _, err := io.Copy(&text, content); err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

func mailsToOthers(t *testing.T, h *house, mask func(string) string) []string {
	t.Helper()
	messages, err := h.Messages(t.Context(), "talks", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var mails []string
	for _, m := range messages {
		if m.Party != schedulingtest.Bravo {
			mails = append(mails, mask(fmt.Sprint(m.CreatedAt, m.NextAt, m.Member, m.Kind, m.Subject, m.Text, m.HTML, string(m.Calendar))))
		}
	}
	if len(mails) == 0 {
		t.Error("nobody was written to")
	}
	slices.Sort(mails)
	return mails
}
