package main

import "testing"

// setUp makes the first account, by the link that the product prints.
func setUp(v visitor, p *product) {
	v.Helper()
	v.Open(p.printed.after("within a day:\n"))
	v.Fill("", "Name", "Conference Office")
	v.Fill("", "E-mail address", "office@parley.test")
	v.Fill("", "New passphrase", "four words without sense")
	v.Press("Make the account")
	see(v, "No negotiations yet")
}

// The first account is made once, and a server that has one starts again
// without a new link.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	p := newProduct(t, "serve", nil)
	link := p.printed.after("within a day:\n")
	v := newReader(t, p.base)
	setUp(v, p)
	again := newReader(t, p.base)
	again.Open(link)
	if again.Status() != 410 {
		t.Errorf("the set-up link opens a second time: %d", again.Status())
	}
	p.Restart()
	if link := p.printed.after("within a day:\n"); link != "" {
		t.Error("a server that has an account prints a set-up link")
	}
	v.Open("/")
	see(v, "No negotiations yet")
}

// The main job, without a browser.
func TestFromOfferToInvitation(t *testing.T) {
	t.Parallel()
	p := newProduct(t, "demo", nil)
	fromOfferToInvitation(newReader(t, p.base), newReader(t, p.base))
}
