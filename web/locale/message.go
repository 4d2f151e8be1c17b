package locale

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/en"
	"github.com/go-playground/locales/es"
	"github.com/go-playground/locales/fr"
	"github.com/go-playground/locales/ru"
	"github.com/go-playground/locales/zh"
)

// other is the plural category that every language has.
const other = locales.PluralRuleOther

// categories counts the plural categories of CLDR, with a place for unknown.
const categories = int(locales.PluralRuleOther) + 1

var categoryOf = map[string]locales.PluralRule{
	"zero":  locales.PluralRuleZero,
	"one":   locales.PluralRuleOne,
	"two":   locales.PluralRuleTwo,
	"few":   locales.PluralRuleFew,
	"many":  locales.PluralRuleMany,
	"other": locales.PluralRuleOther,
}

// pluralsOf are the plural rules of CLDR for the six languages of the United
// Nations; a catalog in another language needs a line here.
var pluralsOf = map[string]locales.Translator{
	"ar": ar.New(), "en": en.New(), "es": es.New(),
	"fr": fr.New(), "ru": ru.New(), "zh": zh.New(),
}

// A message is a text in all its plural forms; one without plurals has only
// the form other.
type message struct {
	forms [categories]form
}

// A form is a text cut at its placeholders.
type form struct {
	text  string // the whole text, when there are no placeholders
	parts []part
}

// A part is literal text, or the name of a placeholder.
type part struct {
	text  string
	name  string
	words bool // {n:word}
}

func (f form) empty() bool { return f.text == "" && len(f.parts) == 0 }

// parseForm cuts text at its placeholders.
func parseForm(text string) (form, error) {
	if text == "" {
		return form{}, errors.New("empty text")
	}
	var parts []part
	for rest := text; rest != ""; {
		literal, after, found := strings.Cut(rest, "{")
		if strings.Contains(literal, "}") {
			return form{}, fmt.Errorf("stray } in %q", text)
		}
		if literal != "" {
			parts = append(parts, part{text: literal})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(after, "}")
		name, style, styled := strings.Cut(inside, ":")
		if !closed || name == "" || strings.ContainsAny(name, "{ ") || styled && style != "word" {
			return form{}, fmt.Errorf("bad placeholder in %q", text)
		}
		parts = append(parts, part{name: name, words: styled})
		rest = after
	}
	if len(parts) == 1 && parts[0].name == "" {
		return form{text: text}, nil
	}
	return form{parts: parts}, nil
}
