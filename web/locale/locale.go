// Package locale holds every word that a person reads, in each language, and
// says dates, hours and lists the way diplomatic papers do.
//
// The catalog of a language is its JSON file <tag>.json and any further files
// <tag>.<section>.json. Objects nest; their names join with dots into keys. An
// object with nothing but plural categories (one, other, ...) is one message
// with plural forms, chosen by the placeholder {n}. A message is a whole
// sentence with placeholders: {name}, or {n:word} for a number in words up to
// ten. Months, date patterns and the direction of writing are messages too, so
// that a new language is new files and nothing else.
package locale

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

//go:embed *.json
var files embed.FS

// Default is the language of people of whom nothing is known.
const Default = "en"

// Catalogs are the languages that the program speaks. They never change after
// Open and may be used from many goroutines.
type Catalogs struct {
	printers map[string]*Printer
	tags     []string
}

// Open reads the embedded catalogs. A catalog that cannot be read, a key given
// twice, and a language without the messages that dates are made of are errors.
func Open() (*Catalogs, error) {
	messages, err := readAll(files)
	if err != nil {
		return nil, err
	}
	c := &Catalogs{printers: make(map[string]*Printer, len(messages))}
	for tag, m := range messages {
		p, err := newPrinter(tag, m)
		if err != nil {
			return nil, fmt.Errorf("locale: language %s: %w", tag, err)
		}
		c.printers[tag] = p
		c.tags = append(c.tags, tag)
	}
	slices.Sort(c.tags)
	if c.printers[Default] == nil {
		return nil, fmt.Errorf("locale: no catalog for %s", Default)
	}
	return c, nil
}

// Tags lists the languages as BCP 47 tags, in alphabetical order.
func (c *Catalogs) Tags() []string { return slices.Clone(c.tags) }

// Has reports whether tag, spelt exactly so, is one of the languages.
func (c *Catalogs) Has(tag string) bool { return c.printers[tag] != nil }

// Printer speaks the language tag, or Default where there is no such language.
func (c *Catalogs) Printer(tag string) *Printer {
	if p := c.printers[tag]; p != nil {
		return p
	}
	return c.printers[Default]
}

// longestAccept bounds what Match reads: browsers send far less.
const longestAccept = 512

// Match is the language among the catalogs that the Accept-Language header
// (RFC 9110 §12.5.4) likes best, and "" when it likes none of them. Only the
// primary subtag counts: fr-CH is served by fr.
func (c *Catalogs) Match(accept string) string {
	if len(accept) > longestAccept {
		accept = accept[:longestAccept]
	}
	best, bestQ := "", 0.0
	for item := range strings.SplitSeq(accept, ",") {
		tag, params, _ := strings.Cut(item, ";")
		base, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		if !c.Has(base) {
			continue
		}
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(v, 64)
			if err != nil || parsed < 0 || parsed > 1 {
				continue
			}
			q = parsed
		}
		if q > bestQ {
			best, bestQ = base, q
		}
	}
	return best
}
