package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// A visitor uses the pages as a person does, by what is written on them.
// Everything that is not there, or there twice, ends the test.
type visitor interface {
	// Open goes to a path or an address of this site.
	Open(path string)
	// Follow follows the first link with this text.
	Follow(text string)
	// Fill types into the input with this label, in the group with this legend
	// or heading; "" is any group.
	Fill(group, label, value string)
	// Choose picks a radio button, a checkbox or an option of a select box by
	// its label. For an option, group is the label of the box.
	Choose(group, label string)
	// Value is what stands in an input.
	Value(group, label string) string
	// Press presses a button. The page that answers is the page from then on.
	Press(button string)
	// Text is the page in words, with single spaces.
	Text() string
	// Title is the title of the page.
	Title() string
	// Path is the address of the page, without scheme and host.
	Path() string
	// Status is the status with which the page came.
	Status() int
	testing.TB
}

// see ends the test unless all texts are on the page.
func see(v visitor, texts ...string) {
	v.Helper()
	page := v.Text()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			v.Fatalf("%q is not on %s (%d):\n%s", text, v.Path(), v.Status(), page)
		}
	}
}

// seeNot ends the test when one of the texts is on the page.
func seeNot(v visitor, texts ...string) {
	v.Helper()
	page := v.Text()
	for _, text := range texts {
		if strings.Contains(page, text) {
			v.Fatalf("%q is on %s:\n%s", text, v.Path(), page)
		}
	}
}

// A reader is a visitor without a browser: it reads the HTML, follows links
// and sends forms as a browser without script and style does.
type reader struct {
	testing.TB
	base   string
	client *http.Client
	page   *html.Node
	source string
	path   string
	status int
	typed  map[*html.Node]string // value of inputs, where changed
	chosen map[*html.Node]bool   // of radios, checkboxes and options, where changed
}

func newReader(t *testing.T, base string) *reader {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{TB: t, base: base, client: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

func (r *reader) Open(path string) {
	r.Helper()
	r.load(r.get(path))
}

func (r *reader) get(path string) *http.Request {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.address(path), http.NoBody)
	if err != nil {
		r.Fatal(err)
	}
	return request
}

func (r *reader) address(path string) string {
	if strings.HasPrefix(path, "/") {
		return r.base + path
	}
	if !strings.HasPrefix(path, r.base+"/") {
		r.Fatalf("%s leads away from %s", path, r.base)
	}
	return path
}

func (r *reader) load(request *http.Request) {
	r.Helper()
	if err := r.try(request); err != nil {
		r.Fatalf("%s %s: %v", request.Method, request.URL.Path, err)
	}
	if r.status >= http.StatusInternalServerError {
		r.Fatalf("%s %s: status %d\n%s", request.Method, request.URL.Path, r.status, r.Text())
	}
}

// try is load for a server that may be gone.
func (r *reader) try(request *http.Request) error {
	response, err := r.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	source, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	page, err := html.Parse(bytes.NewReader(source))
	if err != nil {
		return err
	}
	r.source, r.page = string(source), page
	r.path, r.status = response.Request.URL.RequestURI(), response.StatusCode
	r.typed, r.chosen = map[*html.Node]string{}, map[*html.Node]bool{}
	return nil
}

// Source is the page as it came.
func (r *reader) Source() string { return r.source }

func (r *reader) Path() string { return r.path }

func (r *reader) Status() int { return r.status }

func (r *reader) Text() string { return textOf(find(r.page, element("main"))) }

func (r *reader) Title() string { return textOf(find(r.page, element("title"))) }

func (r *reader) Follow(text string) {
	r.Helper()
	link := find(r.page, func(n *html.Node) bool { return n.Data == "a" && attr(n, "href") != "" && named(textOf(n), text) })
	if link == nil {
		r.Fatalf("no link %q on %s:\n%s", text, r.path, r.Text())
	}
	here, err := url.Parse(r.base + r.path)
	if err != nil {
		r.Fatal(err)
	}
	there, err := here.Parse(attr(link, "href"))
	if err != nil {
		r.Fatal(err)
	}
	r.Open(there.String())
}

func (r *reader) Fill(group, label, value string) {
	r.Helper()
	r.typed[r.control(group, label, "text")] = value
}

func (r *reader) Value(group, label string) string {
	r.Helper()
	return r.value(r.control(group, label, "text"))
}

func (r *reader) Choose(group, label string) {
	r.Helper()
	n := r.control(group, label, "choice")
	if n.Data == "option" || attr(n, "type") == "radio" {
		for _, other := range findAll(r.page, func(o *html.Node) bool {
			return o.Data == n.Data && (n.Data == "option" && o.Parent == n.Parent || n.Data == "input" && attr(o, "type") == "radio" && attr(o, "name") == attr(n, "name") && formOf(o) == formOf(n))
		}) {
			r.chosen[other] = false
		}
	}
	r.chosen[n] = !r.isChosen(n) || attr(n, "type") == "radio"
}

// control finds an input by its label, within a group.
func (r *reader) control(group, label, kind string) *html.Node {
	r.Helper()
	var found []*html.Node
	for _, n := range findAll(r.page, isControl(kind)) {
		if kind == "choice" && n.Data == "option" {
			if named(textOf(n), label) && (group == "" || named(labelOf(r.page, parent(n, "select")), group) || inGroup(r.page, n, group)) {
				found = append(found, n)
			}
		} else if named(labelOf(r.page, n), label) && (group == "" || inGroup(r.page, n, group)) {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		r.Fatalf("%d inputs %q in %q on %s, want 1:\n%s", len(found), label, group, r.path, r.Text())
	}
	return found[0]
}

func (r *reader) value(n *html.Node) string {
	if typed, ok := r.typed[n]; ok {
		return typed
	}
	if n.Data == "textarea" {
		return rawText(n)
	}
	return attr(n, "value")
}

func (r *reader) isChosen(n *html.Node) bool {
	if chosen, ok := r.chosen[n]; ok {
		return chosen
	}
	return has(n, "checked") || has(n, "selected")
}

func (r *reader) Press(button string) {
	r.Helper()
	r.load(r.submit(r.button(button)))
}

func (r *reader) button(text string) *html.Node {
	r.Helper()
	n := find(r.page, func(n *html.Node) bool {
		return n.Data == "button" && attr(n, "type") != "button" && !has(n, "hidden") && named(textOf(n), text)
	})
	if n == nil {
		r.Fatalf("no button %q on %s:\n%s", text, r.path, r.Text())
	}
	return n
}

// submit is the request that pressing a button makes.
func (r *reader) submit(button *html.Node) *http.Request {
	r.Helper()
	form := formOf(button)
	if form == nil {
		r.Fatalf("the button %q is in no form", textOf(button))
	}
	values := r.values(form)
	if name := attr(button, "name"); name != "" {
		values.Add(name, attr(button, "value"))
	}
	action := r.path
	if a := attr(form, "action"); a != "" {
		action = a
	}
	here, err := url.Parse(r.base + r.path)
	if err != nil {
		r.Fatal(err)
	}
	there, err := here.Parse(action)
	if err != nil {
		r.Fatal(err)
	}
	if !strings.EqualFold(attr(form, "method"), "post") {
		there.RawQuery = values.Encode()
		request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, there.String(), http.NoBody)
		if err != nil {
			r.Fatal(err)
		}
		return request
	}
	request, err := http.NewRequestWithContext(r.Context(), http.MethodPost, there.String(), strings.NewReader(values.Encode()))
	if err != nil {
		r.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", r.base)
	return request
}

// values are the fields of a form that are sent, whatever the button.
func (r *reader) values(form *html.Node) url.Values {
	values := url.Values{}
	for _, n := range findAll(r.page, func(n *html.Node) bool { return formOf(n) == form && attr(n, "name") != "" && !has(n, "disabled") }) {
		name := attr(n, "name")
		switch {
		case n.Data == "textarea", n.Data == "input" && !slices.Contains([]string{"radio", "checkbox", "submit", "button"}, attr(n, "type")):
			values.Add(name, strings.ReplaceAll(r.value(n), "\n", "\r\n"))
		case n.Data == "input" && (attr(n, "type") == "radio" || attr(n, "type") == "checkbox") && r.isChosen(n):
			values.Add(name, attr(n, "value"))
		case n.Data == "select":
			options := findAll(n, element("option"))
			if len(options) == 0 {
				continue
			}
			chosen := options[0]
			for _, o := range options {
				if r.isChosen(o) {
					chosen = o
				}
			}
			values.Add(name, attr(chosen, "value"))
		}
	}
	return values
}

var _ visitor = (*reader)(nil)
