package scheduling

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Label names a slot on screen, on paper and aloud: G2 is the second slot in
// Geneva. It is one or more letters of the city's name and a number, unique
// and stable within a round.
type Label string

// split is the letters and the number of l, or ok is false where l is no
// label.
func (l Label) split() (letters string, number int, ok bool) {
	letters = strings.TrimRight(string(l), "0123456789")
	number, err := strconv.Atoi(string(l[len(letters):]))
	return letters, number, err == nil && letters != ""
}

// Labels hands out the labels of one round. The zero value is a round without
// slots; Use tells it of those that exist.
//
// A city has the first letter of its name, unless another city of the round
// has it: then the later one has two, and so on (Geneva G1, Ghent Gh1, Ghana
// Gha1). Accents fall away so that a label can be cabled; other scripts keep
// their own letters (Женева Ж1).
type Labels struct {
	letters map[string]string // by name of the venue
	owner   map[string]string // name of the venue by letters
	last    map[string]int    // highest number by letters
}

// Use tells that label belongs to a slot at the named venue, and is not to be
// handed out again. What is no label is ignored.
func (l *Labels) Use(label Label, venue string) {
	letters, number, ok := label.split()
	if !ok {
		return
	}
	if _, taken := l.owner[letters]; !taken {
		l.own(letters, venue)
	}
	l.last[letters] = max(l.last[letters], number)
}

// Next is a new label for a slot at the named venue, in use from now on.
func (l *Labels) Next(venue string) Label {
	letters, ok := l.letters[venue]
	if !ok {
		letters = l.free(venue)
		l.own(letters, venue)
	}
	l.last[letters]++
	return Label(letters + strconv.Itoa(l.last[letters]))
}

func (l *Labels) own(letters, venue string) {
	if l.letters == nil {
		l.letters, l.owner, l.last = map[string]string{}, map[string]string{}, map[string]int{}
	}
	if _, ok := l.letters[venue]; !ok {
		l.letters[venue] = letters
	}
	l.owner[letters] = venue
}

// free is the shortest beginning of the venue's name that no other venue has.
// A name used up, or one without letters, goes on with the alphabet.
func (l *Labels) free(venue string) string {
	letters := ""
	for _, r := range plain(venue) {
		if !unicode.IsLetter(r) {
			continue
		}
		if letters == "" {
			r = unicode.ToTitle(r)
		}
		letters += string(r)
		if _, taken := l.owner[letters]; !taken {
			return letters
		}
	}
	if letters == "" {
		letters = "V"
		if _, taken := l.owner[letters]; !taken {
			return letters
		}
	}
	_, size := utf8.DecodeRuneInString(letters)
	for first := letters[:size]; ; first += "x" {
		for r := 'a'; r <= 'z'; r++ {
			if _, taken := l.owner[first+string(r)]; !taken {
				return first + string(r)
			}
		}
	}
}

// compare orders labels as they are counted: G2 before G10 before W1.
func (l Label) compare(m Label) int {
	a, i, _ := l.split()
	b, j, _ := m.split()
	return cmp.Or(cmp.Compare(a, b), cmp.Compare(i, j), cmp.Compare(l, m))
}
