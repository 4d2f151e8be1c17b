package locale

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-playground/locales"
)

// A Printer speaks one language. It is read-only and may be shared.
type Printer struct {
	tag      string
	name     string
	dir      string
	messages map[string]message
	plurals  locales.Translator
	dates    dateWords
	numbers  [11]string // "zero" to "ten"
}

func newPrinter(tag string, messages map[string]message) (*Printer, error) {
	p := &Printer{tag: tag, messages: messages, plurals: pluralsOf[tag]}
	if p.plurals == nil {
		return nil, errors.New("no plural rules")
	}
	w := words{messages: messages}
	p.name, p.dir = w.text("language.name"), w.text("language.dir")
	for n := range p.numbers {
		p.numbers[n] = w.text("number." + strconv.Itoa(n))
	}
	p.dates = w.dates()
	return p, w.missing
}

// words reads the messages that a Printer cannot do without, and remembers the
// first that is not there.
type words struct {
	messages map[string]message
	missing  error
}

func (w *words) form(key string) form {
	f := w.messages[key].forms[other]
	if f.empty() && w.missing == nil {
		w.missing = fmt.Errorf("no text for %q", key)
	}
	return f
}

func (w *words) text(key string) string { return w.form(key).text }

// Tag is the BCP 47 tag of the language, for the lang attribute.
func (p *Printer) Tag() string { return p.tag }

// Name is the name of the language in itself, such as Français.
func (p *Printer) Name() string { return p.name }

// Dir is the direction of writing, ltr or rtl.
func (p *Printer) Dir() string { return p.dir }

// Has reports whether there is a text for key.
func (p *Printer) Has(key string) bool {
	_, ok := p.messages[key]
	return ok
}

// T is the text for key, with placeholders filled from args: names and values
// in turn, T("reply.due", "date", p.Date(d), "n", 3). The value named n, an
// int, chooses the plural form. Integers are written with digits, or in words
// up to ten where the text asks for it. A key without a text gives the key in
// brackets, which the tests look for.
func (p *Printer) T(key string, args ...any) string {
	m, ok := p.messages[key]
	if !ok {
		return "[" + key + "]"
	}
	f := p.choose(m, args)
	if f.parts == nil {
		return f.text
	}
	var room [128]byte
	b := room[:0]
	for _, part := range f.parts {
		if part.name == "" {
			b = append(b, part.text...)
		} else {
			b = p.appendArg(b, part, args)
		}
	}
	return string(b)
}

// A Part is a piece of a text: literal, or the value of the placeholder Name.
type Part struct {
	Text string
	Name string
}

// Parts is T cut at the placeholders, for texts in which a value is to be set
// in bold or linked: the sentence stays whole in the catalog.
func (p *Printer) Parts(key string, args ...any) []Part {
	m, ok := p.messages[key]
	if !ok {
		return []Part{{Text: "[" + key + "]"}}
	}
	f := p.choose(m, args)
	if f.parts == nil {
		return []Part{{Text: f.text}}
	}
	parts := make([]Part, len(f.parts))
	for i, part := range f.parts {
		parts[i] = Part{Text: part.text, Name: part.name}
		if part.name != "" {
			parts[i].Text = string(p.appendArg(nil, part, args))
		}
	}
	return parts
}

// Number is n in words from zero to ten ("three"), and in digits beyond.
func (p *Printer) Number(n int) string {
	if n >= 0 && n < len(p.numbers) {
		return p.numbers[n]
	}
	return p.digits(n)
}

// digits is n with a real minus sign. Numbers here are counts: they stay far
// below the thousands, and years never pass through.
func (p *Printer) digits(n int) string {
	s := strconv.Itoa(n)
	if after, negative := strings.CutPrefix(s, "-"); negative {
		return "−" + after
	}
	return s
}

// And joins items as "Norway and United States" or "Canada, Norway and Peru".
func (p *Printer) And(items ...string) string { return p.List("and", items) }

// Or joins items as "18, 19 or 20".
func (p *Printer) Or(items ...string) string { return p.List("or", items) }

// List joins items with conjunction "and" or "or" before the last. No items
// give "".
func (p *Printer) List(conjunction string, items []string) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	last := len(items) - 1
	return p.T("list."+conjunction, "items", strings.Join(items[:last], p.dates.comma), "last", items[last])
}

// choose is the form of m for the argument named n.
func (p *Printer) choose(m message, args []any) form {
	for i := 0; i+1 < len(args); i += 2 {
		if name, _ := args[i].(string); name == "n" {
			if n, ok := args[i+1].(int); ok {
				if f := m.forms[p.plurals.CardinalPluralRule(float64(max(n, -n)), 0)]; !f.empty() {
					return f
				}
			}
		}
	}
	return m.forms[other]
}

func (p *Printer) appendArg(b []byte, part part, args []any) []byte {
	for i := 0; i+1 < len(args); i += 2 {
		if name, _ := args[i].(string); name != part.name {
			continue
		}
		switch v := args[i+1].(type) {
		case string:
			return append(b, v...)
		case int:
			if part.words {
				return append(b, p.Number(v)...)
			}
			return append(b, p.digits(v)...)
		default:
			return fmt.Append(b, v)
		}
	}
	return append(append(append(b, '{'), part.name...), '}')
}

// Keys lists the keys of all texts, sorted.
func (p *Printer) Keys() []string { return slices.Sorted(maps.Keys(p.messages)) }
