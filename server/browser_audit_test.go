package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe is the source of axe-core, which .ci/setup installs.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("../.tools/test/node_modules/axe-core/axe.min.js")
	if err != nil {
		missing(t, "axe-core")
	}
	return string(source)
}

// auditPages opens every page that each kind of visitor can reach by links, in
// the states of a round, and looks for what keeps people out: by axe-core, at
// two widths, light and dark; by what scrolls sideways; and on the console.
func auditPages(t *testing.T, b *browser) {
	t.Helper()
	p := newProduct(t, "demo", nil)
	desk := look{width: 1280, script: true}
	source := axe(t)
	visitor := func(who string) *auditor {
		// What a stranger sees is the same for everybody.
		seen := map[string]bool{"/accessibility": who != "stranger", "/privacy": who != "stranger"}
		return &auditor{tab: b.visitor(t, p.base, desk), axe: source, who: who, seen: seen}
	}

	stranger := visitor("stranger")
	stranger.crawl("/", "/sign-in", "/d/parley_"+strings.Repeat("x", 43))
	alpha, bravo := visitor("head"), visitor("other head")
	enter(alpha, "A. Archer")
	enter(bravo, "B. Berg")
	round := alpha.Path()
	alpha.crawl(round)

	bravo.Open(round + "/reply")
	year := regexp.MustCompile(`20\d\d`).FindString(bravo.Text())
	bravo.Open(path.Dir(round) + "/key-persons")
	bravo.Fill("", "Name of the person", "Ivanov")
	bravo.Press("Name this person")
	bravo.Press("Add this commitment")
	bravo.inspect() // with errors
	commitForNovember(bravo, "Geneva", year)
	bravo.inspect()
	bravo.Open(round + "/reply")
	bravo.inspect() // with a clash, and a date filled in
	bravo.Open(path.Dir(round) + "/key-persons")
	bravo.Press("Remove this person (Ivanov)")
	bravo.Open(round + "/reply")
	bravo.Press("Mark the rest available (Geneva)")
	bravo.Choose("W1", "Not possible")
	bravo.Choose("W2", "If need be")
	bravo.Press("Send reply")
	bravo.inspect()
	bravo.Fill("W2", "Reason or condition", "Only after 14:00")
	bravo.Press("Send reply")
	bravo.inspect()
	bravo.Open(round + "/consent/G1")
	bravo.Press("Consent to this date")
	bravo.inspect()
	bravo.Open(round + "/consent/W2")
	bravo.inspect()

	reader := visitor("reader")
	enter(reader, "T. Brandt")
	reader.crawl(round)
	staff := visitor("staff")
	enter(staff, "Conference Secretariat")
	staff.crawl(round)
	office := visitor("office")
	office.Open("/sign-in")
	office.Fill("", "E-mail address", "office@parley.example")
	office.Fill("", "Passphrase", "one day in Geneva")
	office.Press("Sign in")
	office.crawl("/", "/accounts", "/account")
	observer := visitor("observer")
	office.Open("/")
	openTalks(office, "Charlie")
	office.Follow("Members")
	office.inspect()
	observer.Open(linkIn(p.letterTo("head@charlie.test", func(l letter) bool { return linkIn(l) != "" })))
	observer.inspect()
	observer.Press("Continue")
	observer.crawl(observer.Path())

	alpha.Open(round)
	consentTo(alpha, "G1")
	alpha.inspect()
	alpha.Follow("Confirm this date")
	alpha.inspect()
	alpha.Press("Confirm and send invitations")
	clear(alpha.seen)
	alpha.follow = regexp.MustCompile(`/(reschedule|postponement|cancellation|release|objection|meeting/change)$`)
	alpha.crawl(round)
	reader.Open(round)
	reader.inspect()
	alpha.Open(round + "/reschedule")
	alpha.Choose("", "W2")
	alpha.Press("Offer these slots again")
	alpha.inspect()
	alpha.Open(round + "/cancellation")
	alpha.Press("Cancel the round")
	alpha.inspect()
	t.Logf("%d pages", alpha.pages+bravo.pages+reader.pages+staff.pages+office.pages+stranger.pages+observer.pages)
}

// commitForNovember keeps the only key person busy in a city for the month in
// which the dates of the demonstration begin.
func commitForNovember(a *auditor, city, year string) {
	a.Fill("", "City of the commitment", city)
	for group, day := range map[string]string{"First day": "1", "Last day": "30"} {
		a.Fill(group, "Day", day)
		a.Choose(group, "November")
		a.Fill(group, "Year", year)
	}
	a.Press("Add this commitment")
}

// An auditor looks at pages and follows their links.
type auditor struct {
	*tab
	axe    string
	who    string
	seen   map[string]bool // kinds of pages that were looked at
	follow *regexp.Regexp  // which links to follow; nil is all
	pages  int
}

// crawl looks at pages and at those behind their links, one of each kind.
func (a *auditor) crawl(paths ...string) {
	a.Helper()
	for len(paths) > 0 {
		path := paths[0]
		paths = paths[1:]
		if a.seen[kind(path)] || notAPage.MatchString(path) {
			continue
		}
		a.seen[kind(path)] = true
		a.Open(path)
		a.inspect()
		for _, l := range ask[[]string](a.tab, `[...document.links].filter((l) => l.origin === location.origin && !l.hasAttribute("download")).map((l) => l.pathname + l.search)`) {
			if a.follow == nil || a.follow.MatchString(l) {
				paths = append(paths, l)
			}
		}
	}
}

var (
	oneOfMany = regexp.MustCompile(`/[A-Z]+\d+\b|/(mail|members)/[\w-]{2,}|/d/[\w-]+|\?.*`)
	notAPage  = regexp.MustCompile(`\.(ics|csv|json|yaml|zip|txt)(\?|$)|/text\b|^/c/`)
)

// kind is a path without what says which of many it is.
func kind(path string) string { return oneOfMany.ReplaceAllString(path, "/$1*") }

// inspect looks at the present page in every size and colour.
func (a *auditor) inspect() {
	a.Helper()
	a.pages++
	where := a.who + " on " + a.Path()
	a.call("load axe", func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](a.axe+";undefined"))
	})
	for _, as := range []look{{width: 320}, {width: 390, dark: true}, {width: 390}, {width: 1280, dark: true}, {width: 1280}} {
		a.Look(as)
		if wide := ask[[]string](a.tab, sideways); len(wide) > 0 {
			a.Errorf("%s: scrolls sideways at %d px: %s", where, as.width, strings.Join(wide, "; "))
		}
		if as.width == 320 {
			continue
		}
		a.shoot(as)
		rules := `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]}`
		if as.dark { // the same page in other colours
			rules = `{type: "rule", values: ["color-contrast", "link-in-text-block"]}`
		}
		violations := ask[[]string](a.tab, `axe.run(document, {runOnly: `+rules+`, resultTypes: ["violations"]}).then((r) => r.violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 160) + " (" + n.any.concat(n.all, n.none).map((c) => c.message).join(", ") + ")").join(" | ")))`)
		for _, v := range violations {
			a.Errorf("%s, %+v: %s", where, as, v)
		}
	}
}

// sideways lists what makes a page wider than the window.
const sideways = `document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :
  [...document.querySelectorAll("main *, header *, footer *")].filter((n) => n.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 5).map((n) => n.outerHTML.slice(0, 160))`

// shotFolder is where pictures of the pages are kept for people to look at,
// when the environment says where.
const shotFolder = "PARLEY_SHOTS"

var notInNames = regexp.MustCompile(`[^\w.-]+`)

// shoot keeps a picture of the whole page.
func (a *auditor) shoot(as look) {
	a.Helper()
	folder := os.Getenv(shotFolder)
	if folder == "" {
		return
	}
	name := fmt.Sprintf("%s-%02d-%s-%d", a.who, a.pages, a.Path(), as.width)
	if as.dark {
		name += "-dark"
	}
	var picture []byte
	a.call("take a picture", func(ctx context.Context) (err error) {
		picture, err = chromedp.Run(ctx, chromedp.FullScreenshot(100))
		return err
	})
	if err := os.WriteFile(filepath.Join(folder, notInNames.ReplaceAllString(name, "_")+".png"), picture, 0o600); err != nil {
		a.Fatal(err)
	}
}
