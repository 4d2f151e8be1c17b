package locale

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-playground/locales"
)

// placeholders are the names that a form fills, sorted, each once.
func placeholders(f form) []string {
	var names []string
	for _, part := range f.parts {
		if part.name != "" {
			names = append(names, part.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Every language says everything that English says, with the same values in it
// and in all its plural forms.
func TestCatalogsAreComplete(t *testing.T) {
	t.Parallel()
	c := open(t)
	english := c.Printer(Default)
	for _, tag := range c.Tags() {
		p := c.Printer(tag)
		for _, key := range english.Keys() {
			if !p.Has(key) {
				t.Errorf("%s: no text for %s", tag, key)
			}
		}
		for key, m := range p.messages {
			same, ok := english.messages[key]
			if !ok {
				t.Errorf("%s: %s is in no other language", tag, key)
				continue
			}
			want := placeholders(same.forms[other])
			plural := false
			for category, f := range m.forms {
				if f.empty() {
					continue
				}
				plural = plural || locales.PluralRule(category) != other
				got := placeholders(f)
				// Arabic says one and two without the number.
				if without := slices.DeleteFunc(slices.Clone(want), func(n string) bool { return n == "n" }); !slices.Equal(got, want) &&
					(locales.PluralRule(category) == other || !slices.Equal(got, without)) {
					t.Errorf("%s: %s has placeholders %v, English %v", tag, key, got, want)
				}
			}
			if !plural {
				continue
			}
			for _, category := range p.plurals.PluralsCardinal() {
				if m.forms[category].empty() {
					t.Errorf("%s: %s lacks the plural form %v", tag, key, category)
				}
			}
		}
	}
}

// A plural message in English is one in every language that has plurals, and
// its number is n.
func TestPluralsAgree(t *testing.T) {
	t.Parallel()
	c := open(t)
	for key, m := range c.Printer(Default).messages {
		if m.forms[locales.PluralRuleOne].empty() {
			continue
		}
		if !slices.Contains(placeholders(m.forms[other]), "n") {
			t.Errorf("%s has plural forms and no {n}", key)
		}
		for _, tag := range c.Tags() {
			p := c.Printer(tag)
			if len(p.plurals.PluralsCardinal()) > 1 && p.messages[key].forms[locales.PluralRuleOne].empty() {
				t.Errorf("%s: %s has no plural forms", tag, key)
			}
		}
	}
}

func literals(m message) string {
	var b strings.Builder
	for _, f := range m.forms {
		b.WriteString(f.text + "\n")
		for _, part := range f.parts {
			if part.name != "" {
				b.WriteString("x")
			}
			b.WriteString(part.text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// Typography that a revisor would send back.
func TestTypography(t *testing.T) {
	t.Parallel()
	faults := map[string]*regexp.Regexp{
		"en": regexp.MustCompile(`[a-z]'[a-z]|"|\.\.\.| - |  `),
		"fr": regexp.MustCompile(`'|"|\.\.\.| - |  |[ \x{00A0}][;:?!»]|«[ \x{00A0}]|[^\x{202F}\s][;?!»]|\p{L}: `),
	}
	c := open(t)
	for tag, fault := range faults {
		for key, m := range c.Printer(tag).messages {
			if strings.HasPrefix(key, "list.") || strings.HasPrefix(key, "time.") {
				continue
			}
			if found := fault.FindString(literals(m)); found != "" {
				t.Errorf("%s: %s has %q", tag, key, found)
			}
		}
	}
}

func TestParseCatalog(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"good":              {`{"a": {"b": "text {x}", "n": {"one": "{n} day", "other": "{n} days"}}}`, ""},
		"key twice":         {`{"a": {"b": "x", "b": "y"}}`, `key "a.b" stands twice`},
		"object twice":      {`{"a": {"b": "x"}, "a": {"c": "y"}}`, `key "a" stands twice`},
		"two ways to a key": {`{"a.b": "x", "a": {"b": "y"}}`, `key "a.b" stands twice`},
		"text and plural":   {`{"a": "x", "a.one": "y"}`, `both a text and plural forms`},
		"number":            {`{"a": 7}`, `key "a": want text or an object`},
		"list":              {`{"a": ["x"]}`, `key "a": want text or an object`},
		"empty":             {`{"a": ""}`, `empty text`},
		"open brace":        {`{"a": "x {name"}`, `bad placeholder`},
		"closed brace":      {`{"a": "x name}"}`, `stray }`},
		"no name":           {`{"a": "x {}"}`, `bad placeholder`},
		"unknown style":     {`{"a": "{n:roman}"}`, `bad placeholder`},
		"not an object":     {`["a"]`, `want an object`},
		"cut off":           {`{"a": "x"`, `EOF`},
		"text after":        {`{"a": "x"} {}`, `after the end`},
	} {
		_, err := parseCatalog([]byte(tc.text))
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: error %v, want one that says %q", name, err, tc.want)
		}
	}
}

// A language may be spread over files, but no key over two.
func TestReadAll(t *testing.T) {
	t.Parallel()
	all, err := readAll(fstest.MapFS{
		"en.json":      {Data: []byte(`{"a": "x"}`)},
		"en.mail.json": {Data: []byte(`{"b": "y"}`)},
		"fr.json":      {Data: []byte(`{"a": "z"}`)},
	})
	if err != nil || len(all) != 2 || len(all["en"]) != 2 {
		t.Errorf("readAll() = %v, %v, want two languages and two texts in English", all, err)
	}
	if _, err := readAll(fstest.MapFS{
		"en.json":      {Data: []byte(`{"a": "x"}`)},
		"en.mail.json": {Data: []byte(`{"a": "y"}`)},
	}); err == nil {
		t.Error("a key in two files gives no error")
	}
}

// A language without the words for dates must not start.
func TestIncompleteDates(t *testing.T) {
	t.Parallel()
	all, err := readAll(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"date.month.12", "date.full", "language.dir", "number.10", "list.comma", "time.clock"} {
		messages := make(map[string]message)
		for k, m := range all["en"] {
			if k != key {
				messages[k] = m
			}
		}
		if _, err := newPrinter("en", messages); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("without %s: error %v, want one that names it", key, err)
		}
	}
	if _, err := newPrinter("tlh", all["en"]); err == nil {
		t.Error("a language without plural rules gives no error")
	}
}

// Numbers in words: {n:word}.
func TestNumberInWords(t *testing.T) {
	t.Parallel()
	messages, err := parseCatalog([]byte(`{"days": {"one": "{n:word} day", "other": "{n:word} days"}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := *open(t).Printer("en")
	p.messages = messages
	for n, want := range map[int]string{1: "one day", 3: "three days", 10: "ten days", 12: "12 days"} {
		if got := p.T("days", "n", n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
