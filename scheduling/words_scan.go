package scheduling

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	isWord    tokenKind = iota
	isNumber            // 18, 18th
	isDecimal           // 1.5
	isISODate           // 2026-11-18
	isDotted            // 18.11.2026
	isSlashed           // 11/18/2026, of which nobody knows which is the month
	isMark              // one character
)

// A token is a word, number or mark of a text.
type token struct {
	kind       tokenKind
	text       string // plain; a dash of any kind is -
	number     int    // of isNumber, -1 where it is beyond all dates
	start, end int    // in the text, in bytes
}

var tokens = regexp.MustCompile(`(?i)(\d{4}-\d{2}-\d{2}\b)|(\d{1,2}\.\d{1,2}\.\d{4}\b)|(\d{1,2}/\d{1,2}/\d{4}\b)|` +
	`(\d+\.\d+)|(\d+(?:(?:st|nd|rd|th)\b)?)|(\p{L}[\p{L}\p{M}'’]*)|(\S)`)

// scan takes a text apart. It never fails: what it does not know is a mark.
func scan(text string) []token {
	var out []token
	for _, at := range tokens.FindAllStringSubmatchIndex(text, -1) {
		t := token{start: at[0], end: at[1], text: text[at[0]:at[1]]}
		kinds := []tokenKind{isISODate, isDotted, isSlashed, isDecimal, isNumber, isWord, isMark}
		for i, kind := range kinds {
			if at[2*i+2] >= 0 {
				t.kind = kind
			}
		}
		switch t.kind {
		case isNumber:
			n, err := strconv.Atoi(strings.TrimRightFunc(t.text, unicode.IsLetter))
			if err != nil || n > 100_000 {
				n = -1
			}
			t.number = n
		case isWord:
			t.text = strings.Trim(plain(t.text), "'’")
		case isMark:
			if strings.ContainsAny(t.text, "‐‑‒–—―−") {
				t.text = "-"
			}
		case isDecimal, isISODate, isDotted, isSlashed:
		}
		out = append(out, t)
	}
	return out
}

// cursor reads tokens.
type cursor struct {
	text   string
	tokens []token
	at     int
}

func (c *cursor) peek(ahead int) token {
	if i := c.at + ahead; 0 <= i && i < len(c.tokens) {
		return c.tokens[i]
	}
	return token{kind: isMark, start: len(c.text), end: len(c.text)}
}

func (c *cursor) done() bool { return c.at >= len(c.tokens) }

// take reads the next token if its text is one of those given.
func (c *cursor) take(texts ...string) bool {
	if t := c.peek(0); !c.done() && (t.kind == isWord || t.kind == isMark) && slices.Contains(texts, t.text) {
		c.at++
		return true
	}
	return false
}

func (c *cursor) raw(from, to token) string { return c.text[from.start:to.end] }

// city reads the longest name of a known city that begins here, and the
// country after it.
func (c *cursor) city() (Venue, bool) {
	for n := min(6, len(c.tokens)-c.at); n > 0; n-- {
		last := c.peek(n - 1)
		if c.peek(0).kind != isWord || last.kind != isWord || !c.joined(n) {
			continue
		}
		found, ok := gazetteer()[plainName(c.raw(c.peek(0), last))]
		if !ok {
			continue
		}
		c.at += n
		c.country(found)
		return found.venue(), true
	}
	return Venue{}, false
}

// joined reports whether the next n tokens can be one name: words, with
// nothing between them but the marks that names have.
func (c *cursor) joined(n int) bool {
	for i := range n {
		t := c.peek(i)
		mark := t.text == "" || slices.Contains([]string{",", ".", "-", "'", "’"}, t.text)
		if t.kind != isWord && !mark {
			return false
		}
	}
	return true
}

// country reads over the name of the city's country: Geneva, Switzerland.
func (c *cursor) country(of city) {
	start := c.at
	c.take(",")
	for n := min(7, len(c.tokens)-c.at); n > 0; n-- {
		last := c.peek(n - 1)
		if c.joined(n) && slices.Contains(of.countries, plainName(c.raw(c.peek(0), last))) {
			c.at += n
			return
		}
	}
	c.at = start
}

// parenthesis reads (…) or […] and gives what is in it.
func (c *cursor) parenthesis() (string, bool) {
	if t := c.peek(0); t.text != "(" && t.text != "[" {
		return "", false
	}
	for i := c.at + 1; i < len(c.tokens) && i < c.at+12; i++ {
		if t := c.tokens[i]; t.text == ")" || t.text == "]" {
			inside := c.text[c.tokens[c.at].end:t.start]
			c.at = i + 1
			return strings.TrimSpace(inside), true
		}
	}
	return "", false
}

// month is the month that t names, in full or by its first letters.
func month(t token) (time.Month, bool) {
	if t.kind != isWord {
		return 0, false
	}
	if t.text == "sept" {
		return time.September, true
	}
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); t.text == name || t.text == name[:3] {
			return m, true
		}
	}
	return 0, false
}

// misspeltMonth is the month that the word nearly names.
func misspeltMonth(word string) (time.Month, bool) {
	if n := utf8.RuneCountInString(word); n < 4 || n > 12 {
		return 0, false
	}
	for m := time.January; m <= time.December; m++ {
		if distance([]rune(strings.ToLower(m.String())), []rune(word)) <= 2 {
			return m, true
		}
	}
	return 0, false
}
