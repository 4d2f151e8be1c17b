package main

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// named reports whether a text on the page is what a person means by want: the
// whole of it, or the words that it begins with.
func named(text, want string) bool {
	rest, ok := strings.CutPrefix(text, want)
	next, _ := utf8.DecodeRuneInString(rest)
	return ok && (rest == "" || !unicode.IsLetter(next) && !unicode.IsDigit(next))
}

// textOf is the text of n with single spaces, as it is read.
func textOf(n *html.Node) string {
	return strings.Join(strings.Fields(rawText(n)), " ")
}

// blocks are the elements whose text does not run on into what is beside them.
var blocks = []string{"p", "li", "dt", "dd", "div", "td", "th", "tr", "h1", "h2", "h3", "h4", "option", "label", "legend", "small", "br", "section", "button", "caption"}

func rawText(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
			return
		case n.Data == "svg" || n.Data == "script" || n.Data == "style":
			return
		}
		block := n.Type == html.ElementNode && slices.Contains(blocks, n.Data)
		if block {
			b.WriteByte(' ')
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if block {
			b.WriteByte(' ')
		}
	}
	walk(n)
	return b.String()
}

func attr(n *html.Node, name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func element(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Type == html.ElementNode && n.Data == name }
}

func find(n *html.Node, match func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && match(d) {
			return d
		}
	}
	return nil
}

func findAll(n *html.Node, match func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && match(d) {
			found = append(found, d)
		}
	}
	return found
}

func parent(n *html.Node, name string) *html.Node {
	for p := range n.Ancestors() {
		if p.Type == html.ElementNode && p.Data == name {
			return p
		}
	}
	return nil
}

func root(n *html.Node) *html.Node {
	for p := range n.Ancestors() {
		n = p
	}
	return n
}

// formOf is the form that a control belongs to.
func formOf(n *html.Node) *html.Node {
	if id := attr(n, "form"); id != "" {
		return find(root(n), func(f *html.Node) bool { return f.Data == "form" && attr(f, "id") == id })
	}
	return parent(n, "form")
}

// isControl matches what is typed into ("text") or chosen ("choice").
func isControl(kind string) func(*html.Node) bool {
	return func(n *html.Node) bool {
		choice := n.Data == "option" || n.Data == "input" && (attr(n, "type") == "radio" || attr(n, "type") == "checkbox")
		if kind == "choice" {
			return choice
		}
		return n.Data == "textarea" || n.Data == "input" && !choice && attr(n, "type") != "hidden"
	}
}

// labelOf is the text of the label of a control.
func labelOf(page, n *html.Node) string {
	if n == nil {
		return ""
	}
	if id := attr(n, "id"); id != "" {
		if l := find(page, func(l *html.Node) bool { return l.Data == "label" && attr(l, "for") == id }); l != nil {
			return textOf(l)
		}
	}
	return textOf(parent(n, "label"))
}

// inGroup reports whether a control stands in a fieldset with this legend, or
// in a section with this heading.
func inGroup(page, n *html.Node, group string) bool {
	for p := range n.Ancestors() {
		switch {
		case p.Type == html.ElementNode && p.Data == "fieldset":
			if legend := find(p, element("legend")); legend != nil && named(textOf(legend), group) {
				return true
			}
		case p.Type == html.ElementNode && attr(p, "aria-labelledby") != "":
			id := attr(p, "aria-labelledby")
			if h := find(page, func(h *html.Node) bool { return attr(h, "id") == id }); h != nil && named(textOf(h), group) {
				return true
			}
		}
	}
	return false
}
