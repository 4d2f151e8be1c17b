package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
	"parley/web/locale"
)

// onPaper are talks in which Alpha has delivered c with the paper that the site
// writes.
func onPaper(tb testing.TB, language string, c scheduling.Content, adjust ...schedulingtest.Adjustment) (*scheduling.Negotiation, *scheduling.Round) {
	tb.Helper()
	catalogs, err := locale.Open()
	if err != nil {
		tb.Fatal(err)
	}
	n, r := schedulingtest.Talks(append(adjust, inEnglish())...)
	act := schedulingtest.By(schedulingtest.AlphaHead, schedulingtest.Now)
	paper, err := NewPaper(catalogs.Printer(language), r, act, 0, c)
	if err != nil {
		tb.Fatal(err)
	}
	if err := r.Deliver(act, c, paper); err != nil {
		tb.Fatal(err)
	}
	return n, r
}

func TestPaperText(t *testing.T) {
	t.Parallel()
	full := schedulingtest.P1()
	full.NotOnAgenda = scheduling.Text{Body: "Missile defence.", Scope: scheduling.AllParties}
	full.References = scheduling.Text{Body: "Joint statement.", Scope: scheduling.AllParties}
	full.Papers = scheduling.Text{Body: "Each side: its draft.\nIn two languages.", Scope: scheduling.AllParties}
	full.Distribution = scheduling.Text{Body: "OWN TO ALPHA"} // for its own party alone
	full.LapsesAtReplyBy = true
	days := schedulingtest.P1()
	days.Terms.DateOnly, days.ReplyBy = true, scheduling.Deadline{}
	night := schedulingtest.P1()
	night.Terms.Options = night.Terms.Options[1:]
	night.Terms.Options[0].Venue.Day = civil.Span{From: civil.Clock(16, 0), To: civil.Clock(20, 0)}
	for name, tc := range map[string]struct {
		language string
		content  scheduling.Content
	}{
		"full-en": {"en", full}, "full-fr": {"fr", full}, "days-en": {"en", days}, "next-day-en": {"en", night},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := onPaper(t, tc.language, tc.content)
			paper := r.Proposal(1).Paper
			path := filepath.Join("testdata", "paper", name+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(paper.Text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), paper.Text); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, hidden := range []string{"The minister prefers", "OWN TO ALPHA"} {
				if strings.Contains(paper.Text+paper.Document, hidden) {
					t.Errorf("the paper says %q", hidden)
				}
			}
			for line := range strings.SplitSeq(paper.Text, "\n") {
				if utf8.RuneCountInString(line) > 78 && !strings.Contains(line, "  ") {
					t.Errorf("long line: %s", line)
				}
			}
		})
	}
}

// Both sides read the same bytes, whose digest the page gives; and no later
// version, and no new name of a party, changes them.
func TestPaperIsFrozen(t *testing.T) {
	t.Parallel()
	n, r := onPaper(t, "en", schedulingtest.P1(), schedulingtest.WithObserver())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	alpha, bravo := k.as(schedulingtest.AlphaHead), k.as(schedulingtest.BravoHead)
	served := bravo.get("/paper/1/text")
	if served.Code != 200 || served.Header().Get("Content-Type") != "text/plain; charset=utf-8" || served.Header().Get("Content-Language") != "en" {
		t.Fatalf("status %d, %v", served.Code, served.Header())
	}
	sum := sha256.Sum256(served.Body.Bytes())
	digest := hex.EncodeToString(sum[:])
	for name, v := range map[string]visitor{"author": alpha, "rival": bravo, "reader": k.as(schedulingtest.AlphaReader)} {
		if !strings.Contains(v.opens("/paper/1"), digest) {
			t.Errorf("%s: the page does not give the digest of the text as it is served", name)
		}
		if got := v.opens("/paper/1/text", "Accept-Language", "fr"); got != served.Body.String() {
			t.Errorf("%s reads another text", name)
		}
	}
	golden(t, "paper/page", bravo.opens("/paper/1"))
	for _, path := range []string{"/paper/1", "/paper/1/text", "/paper/1?version=1"} {
		if code := k.as(schedulingtest.CharlieHead).get(path).Code; code != 404 {
			t.Errorf("an observer gets %s: status %d", path, code)
		}
	}
	article := func(path string) string {
		_, rest, _ := strings.Cut(bravo.opens(path), `<article class="paper`)
		paper, _, _ := strings.Cut(rest, "</article>")
		return paper
	}
	before := article("/paper/1?version=1")

	c := schedulingtest.P1()
	c.Terms.Options = c.Terms.Options[:1]
	c.Agenda.Body = "Something else"
	printer := mustPrinter(t, "en")
	k.change(func(r *scheduling.Round) error {
		act := schedulingtest.By(schedulingtest.AlphaHead, *k.now)
		paper, err := NewPaper(printer, r, act, 1, c)
		if err != nil {
			return err
		}
		return r.Amend(act, 1, c, paper)
	})
	err := k.store.UpdateNegotiation(t.Context(), k.id.Negotiation, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		n.Parties[0].Name, n.Parties[0].City, n.Title.Body, n.Reference = "Omega", "Paris", "Renamed", "X"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := bravo.opens("/paper/1/text?version=1"); got != served.Body.String() {
		t.Errorf("version 1 is now\n%s", got)
	}
	if got := article("/paper/1?version=1"); got != before {
		t.Errorf("the page of version 1 has changed:\n%s", cmp.Diff(before, got))
	}
	if newest := bravo.opens("/paper/1/text"); newest == served.Body.String() || !strings.Contains(newest, "PST/3/1/PROP.1/REV.1") || !strings.Contains(newest, "Something else") {
		t.Errorf("version 2 is\n%s", newest)
	}
	for _, path := range []string{"/paper/2", "/paper/1?version=3", "/paper/1?version=x", "/paper/0", "/paper/x", "/paper/-1/text"} {
		if code := bravo.get(path).Code; code != 404 {
			t.Errorf("%s: status %d, want 404", path, code)
		}
	}
}

func mustPrinter(tb testing.TB, language string) *locale.Printer {
	tb.Helper()
	catalogs, err := locale.Open()
	if err != nil {
		tb.Fatal(err)
	}
	return catalogs.Printer(language)
}

// A draft is nobody's paper, not even its author's.
func TestDraftIsNoPaper(t *testing.T) {
	t.Parallel()
	n, r := onPaper(t, "en", schedulingtest.P1())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	k.change(func(r *scheduling.Round) error {
		return r.Draft(schedulingtest.By(schedulingtest.BravoHead, *k.now), schedulingtest.P1())
	})
	for _, path := range []string{"/paper/0", "/paper/2", "/paper/0?version=0", "/paper/0/text"} {
		for _, m := range []scheduling.MemberID{schedulingtest.AlphaHead, schedulingtest.BravoHead} {
			if code := k.as(m).get(path).Code; code != 404 {
				t.Errorf("%s to %s: status %d", path, m, code)
			}
		}
	}
}

func TestOutgoing(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Agreed(inEnglish(), schedulingtest.WithStaff())
	n.Member(schedulingtest.BravoHead).Email = "höhe@bravo.example"
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	alpha, bravo, staff := k.as(schedulingtest.AlphaHead), k.as(schedulingtest.BravoHead), k.as(schedulingtest.Secretary)
	alpha.confirms("G2")
	messages, err := k.store.Messages(t.Context(), k.id.Negotiation, 100)
	if err != nil {
		t.Fatal(err)
	}
	idOf := func(m scheduling.MemberID) string {
		for _, message := range messages {
			if message.Member == m {
				return string(message.ID)
			}
		}
		t.Fatalf("no message to %s", m)
		return ""
	}
	page := alpha.opens("/mail")
	has(t, page, "Invitation: the date is confirmed", "head@alpha.example", "Waiting to be sent")
	hasNot(t, page, "bravo.example", "B. Head", "secretary@", "No mail")
	has(t, page, "message to another party could not be delivered")
	has(t, bravo.opens("/mail"), "höhe@bravo.example", "Not delivered")
	hasNot(t, bravo.opens("/mail"), "alpha.example")
	hasNot(t, staff.opens("/mail"), "alpha.example", "bravo.example")

	failed := "/mail/" + idOf(schedulingtest.BravoHead)
	for name, v := range map[string]visitor{"rival": alpha, "staff": staff} {
		if show, again := v.get(failed).Code, v.post(failed+"/resend", nil).Code; show != 404 || again != 404 {
			t.Errorf("%s: the other side's message gives %d, sending it again %d", name, show, again)
		}
	}
	for _, v := range []visitor{k.as(schedulingtest.BravoOfficer), k.as(schedulingtest.AlphaReader)} {
		if code := v.get("/mail").Code; code != 403 {
			t.Errorf("without the right to convene: status %d", code)
		}
	}
	own := alpha.opens("/mail/" + idOf(schedulingtest.AlphaHead))
	has(t, own, "The meeting is confirmed: G2", scheduling.LinkPlace, "METHOD:REQUEST")
	if strings.Contains(own, tokenPrefix) {
		t.Error("the page shows a private link")
	}
	if code := alpha.post("/mail/"+idOf(schedulingtest.AlphaHead)+"/resend", nil).Code; code != 409 {
		t.Errorf("sending again what waits: status %d, want 409", code)
	}
	form := filled(t, bravo.opens(failed), roundPath(k.id)+failed+"/resend")
	if to := bravo.sends(failed+"/resend", form); to != roundPath(k.id)+"/mail" {
		t.Errorf("leads to %s", to)
	}
	has(t, bravo.opens("/mail"), "Waiting to be sent")
	if code := bravo.post("/mail/nothing/resend", url.Values{}).Code; code != 404 {
		t.Errorf("an unknown message: status %d", code)
	}
}

// A sentence begins with a capital, also where it begins with "the secretariat".
func TestPaperOfTheSecretariat(t *testing.T) {
	t.Parallel()
	catalogs, err := locale.Open()
	if err != nil {
		t.Fatal(err)
	}
	_, r := schedulingtest.Talks(schedulingtest.WithStaff(), inEnglish())
	for language, want := range map[string]string{"en": "\nThe secretariat proposes for ", "fr": "\nLe secrétariat propose pour "} {
		paper, err := NewPaper(catalogs.Printer(language), r, schedulingtest.By(schedulingtest.Secretary, schedulingtest.Now), 0, schedulingtest.P1())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(paper.Text, want) {
			t.Errorf("%s: not %q in\n%s", language, want, paper.Text)
		}
	}
}

// A day to decide by names its year unless it is this one.
func TestDecideDay(t *testing.T) {
	t.Parallel()
	catalogs, err := locale.Open()
	if err != nil {
		t.Fatal(err)
	}
	_, r := schedulingtest.Delivered()
	slot := r.Slot("G1")
	for now, want := range map[time.Time]string{
		schedulingtest.Now:                   "Wed 18 November, in 16 days",
		schedulingtest.Now.AddDate(-1, 0, 0): "Wed 18 November 2009, in 381 days",
	} {
		if got := decideDay(catalogs.Printer("en"), r, slot, now); got != want {
			t.Errorf("at %s: got %q, want %q", now, got, want)
		}
	}
}
