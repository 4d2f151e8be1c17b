package main

import (
	"context"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// printedPages is how many sheets of A4 the present page takes.
func printedPages(v *tab) int {
	v.Helper()
	var pdf []byte
	v.call("print", func(ctx context.Context) (err error) {
		pdf, err = chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
		return err
	})
	return len(pdfPage.FindAll(pdf, -1))
}

// printPaper prints the paper of an offer, which has to fit on one sheet, and
// the table of replies.
func printPaper(t *testing.T, b *browser) {
	t.Helper()
	p := newProduct(t, "demo", nil)
	v := b.visitor(t, p.base, look{width: 1280, script: true})
	enter(v, "B. Berg")
	if n := printedPages(v); n > 2 {
		t.Errorf("the overview takes %d sheets, want at most 2", n)
	}
	v.Follow("Paper")
	if n := printedPages(v); n != 1 {
		t.Errorf("the paper takes %d sheets, want 1", n)
	}
}

// replyByKeyboard goes through the form of a reply with the keyboard alone, on
// a phone: what has the focus must never lie under the bar at the bottom, and
// the arrow keys choose an answer.
func replyByKeyboard(t *testing.T, b *browser) {
	t.Helper()
	p := newProduct(t, "demo", nil)
	v := b.visitor(t, p.base, look{width: 390})
	enter(v, "B. Berg")
	v.Open(v.Path() + "/reply")
	press := func(keys string) {
		t.Helper()
		v.call("press a key", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(keys)) })
	}
	answered, sent := 0, false
	for range 150 {
		press("\t")
		at := ask[struct {
			Name, Type, Where string
			Hidden            bool
			Outside           bool
		}](v, focusOf)
		if at.Hidden || at.Outside {
			t.Errorf("the focus is on %s, which lies under the bar or outside the window: %s", at.Name, at.Where)
		}
		if at.Type == "radio" {
			press(" ")
			press(kb.ArrowRight)
			answered++
		}
		if at.Name == "Send reply" {
			sent = true
			break
		}
	}
	if answered != 6 || !sent {
		t.Fatalf("by keyboard %d dates were reached, and the button %v; want 6 and true", answered, sent)
	}
	if marked := ask[int](v, `document.querySelectorAll("input[type=radio][value=available]:checked").length`); marked != 6 {
		t.Errorf("the arrow keys chose %d answers, want 6", marked)
	}
	v.load("press Enter", chromedp.KeyEvent("\r"))
	see(v, "Reply recorded", "Bravo has replied for all 6 dates")
}

// focusOf says where the focus is, and whether it can be seen there.
const focusOf = `((n) => {
  const seen = n.type === "radio" ? n.closest("label") : n, r = seen.getBoundingClientRect();
  const bar = document.querySelector(".bar2"), top = bar.getBoundingClientRect().top;
  return {Name: text(n) || labelOf(n), Type: n.type || "", Hidden: !bar.contains(n) && r.bottom > top + 1 && r.top < bar.getBoundingClientRect().bottom, Outside: r.bottom > innerHeight + 1 || r.top < -1, Where: Math.round(r.top) + " to " + Math.round(r.bottom) + ", bar at " + Math.round(top) + " of " + innerHeight};
})(document.activeElement)`
