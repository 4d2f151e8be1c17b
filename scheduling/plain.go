package scheduling

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unaccented are the Latin letters that do not come apart into a base letter
// and an accent.
var unaccented = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ə': "e", 'ŋ': "n",
}

// plain is s in lower case with Latin letters free of accents, as one compares
// names and cables them. Letters of other scripts keep their marks, which tell
// letters apart there (Й is not И).
func plain(s string) string {
	var b strings.Builder
	latin := false
	for _, r := range norm.NFD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			if !latin {
				b.WriteRune(r)
			}
			continue
		}
		r = unicode.ToLower(r)
		latin = unicode.Is(unicode.Latin, r)
		if p, ok := unaccented[r]; ok {
			b.WriteString(p)
			continue
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// plainName is plain without the punctuation in which spellings of a name
// differ: Washington, D.C. and washington dc are one name.
func plainName(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '.' || r == '\'' || r == '’' || r == 'ʼ' || r == '`':
			return -1
		case unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r):
			return r
		}
		return ' '
	}, plain(s))
	return strings.Join(strings.Fields(clean), " ")
}
