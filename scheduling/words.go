package scheduling

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"parley/scheduling/civil"
)

// MaxWords is the length in bytes of the longest offer in plain words.
const MaxWords = 8 << 10

// ParseWords reads an offer in plain English words, such as "one day in Geneva
// on 18, 19 or 20 November 2026; alternatively in Washington on 8-10 December
// 2026". It must say how long the meeting is, and a city and dates for each
// option; today settles the year where none is said: the first date is then its
// next occurrence. The first option is preferred, unless another is said to be,
// and the others are alternatives. Cities have their usual hours and weekends;
// one that is not known needs its zone: "in Gotham (America/New_York)".
//
// A range of dates is a window, inside which the whole meeting must lie, and so
// is a list of consecutive days. A list with gaps is, for a meeting of one day
// or of some hours, a list of dates. For a longer one each run of consecutive
// days is a window ("two days on 18 and 19 or 24 and 25 November"), and days of
// which no two are consecutive are those on which it may begin. A meeting of
// one day keeps a list that names a weekend day as a list, so that Candidates
// can say what becomes of that day.
//
// Words that it does not know are an error rather than passed over, since one
// word can turn an offer into another. Every error is an ErrInvalid that names
// what is not understood.
func ParseWords(text string, today civil.Date) (Terms, error) {
	switch {
	case len(text) > MaxWords:
		return Terms{}, unclear("text_too_long", "limit", strconv.Itoa(MaxWords))
	case strings.TrimSpace(text) == "":
		return Terms{}, unclear("text_empty")
	}
	p := wordsParser{cursor: cursor{text: text, tokens: scan(text)}}
	for !p.done() {
		if err := p.next(); err != nil {
			return Terms{}, err
		}
	}
	return p.terms(today)
}

func unclear(code string, params ...string) *Error {
	return refuse(ErrInvalid, code, params...).at("text")
}

// A phrase is what the order of an offer is made of: a city, dates, or a break
// between two options.
type phrase struct {
	city  *Venue
	dates []*saidDate
	last  bool // a break
	first bool // the option that follows is the preferred one
}

type wordsParser struct {
	cursor
	phrases  []phrase
	duration Duration
	weekends bool
	notice   int
	format   Format
	place    string // a building said before its city
	between  bool
}

var (
	fillers = words(`a an the we our side us i it this that they which who will would should could can may might shall must wish wishes want
		propose proposes proposed proposing proposal suggest suggests suggested offer offers offered prepared ready able like pleased please
		to hold holding host hosting held meet meeting meetings talk talks session sessions sitting sittings round rounds consultation
		consultations negotiation negotiations discussion discussions conference exchange expert experts delegation delegations of on for
		be is are take takes taking place there date dates day following possible available option options any either both or and from
		with as city during time times period lasting long one single first second third choice convene delegates government
		here namely i.e also again`)
	breaks       = words(`alternatively alternative alternatives otherwise else failing`)
	preferring   = words(`preferably preferred preference prefer prefers ideally`)
	conditional  = words(`that this it is not possible necessary need be proves impossible neither which convenient suitable acceptable should`)
	noPlaceWords = words(`on from between or and alternatively alternative either for at in during as with to the until otherwise failing preferably`)
	measured     = []string{"full", "whole", "working", "consecutive", "successive", "meeting", "session", "calendar"}
	units        = map[string]int{
		"day": 0, "days": 0, "hour": 60, "hours": 60, "hr": 60, "hrs": 60, "h": 60, "minute": 1, "minutes": 1, "min": 1, "mins": 1,
	}
	numbers = map[string]float64{
		"a": 1, "an": 1, "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
		"ten": 10, "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30,
	}
)

func words(s string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		set[w] = true
	}
	return set
}

// next reads one phrase, or a word that says nothing.
func (p *wordsParser) next() error {
	t := p.peek(0)
	between := p.between
	p.between = false
	if done, err := p.length(); done || err != nil {
		return err
	}
	if p.manner() {
		return nil
	}
	if p.monthAhead() {
		list, err := p.dates(between)
		if err != nil {
			return err
		}
		if list != nil {
			p.addDates(list)
			return nil
		}
	}
	if t.kind == isWord && (t.text == "in" || t.text == "at") {
		p.at++
		return p.somewhere(t.text == "at")
	}
	if v, ok := p.city(); ok {
		return p.addCity(v)
	}
	p.at++
	switch {
	case t.text == ";" || breaks[t.text]:
		p.phrases = append(p.phrases, phrase{last: true})
	case t.text == "if":
		for conditional[p.peek(0).text] {
			p.at++
		}
		p.phrases = append(p.phrases, phrase{last: true})
	case preferring[t.text]:
		p.phrases = append(p.phrases, phrase{first: true})
	case t.text == "between":
		p.between = true
	case t.kind == isMark && strings.ContainsAny(t.text, `.,:()[]-/"'“”„«»‘’&*•`), fillers[t.text]:
	default:
		return p.unknown(t)
	}
	return nil
}

// monthAhead reports whether dates may begin here. The words may and march
// open dates only before a number.
func (p *wordsParser) monthAhead() bool {
	t := p.peek(0)
	if t.text != "may" && t.text != "march" && t.text != "the" {
		return true
	}
	n := 1
	if t.text == "the" && p.peek(1).kind == isWord {
		if _, ok := month(p.peek(1)); ok {
			return false
		}
		n = 2 // the Wednesday 18th
	}
	return p.peek(n).kind == isNumber || t.text != "the" && p.peek(1).text == "the" && p.peek(2).kind == isNumber
}

func (p *wordsParser) unknown(t token) error {
	word := p.raw(t, t)
	switch t.kind {
	case isNumber, isDecimal:
		if p.peek(0).text == ":" && p.peek(1).kind == isNumber {
			return unclear("hours_not_read", "text", p.raw(t, p.peek(1)))
		}
		return unclear("number_unknown", "number", word)
	case isWord:
		if m, near := misspeltMonth(t.text); near {
			return unclear("month_unknown", "word", word, "suggestion", m.String())
		}
		if t.text != word && len(similarCities(word)) > 0 { // it has a capital
			return unknownCity(word)
		}
	case isISODate, isDotted, isSlashed, isMark:
	}
	return unclear("word_unknown", "word", word)
}

// length reads how long the meeting is, or how much notice it needs.
func (p *wordsParser) length() (bool, error) {
	t, start := p.peek(0), p.at
	n, ok := numbers[t.text]
	switch {
	case t.kind == isNumber:
		n, ok = float64(t.number), true
	case t.kind == isDecimal:
		f, err := strconv.ParseFloat(t.text, 64)
		n, ok = f, err == nil
	case t.kind != isWord:
		ok = false
	}
	if !ok || !p.unitFollows() {
		return false, nil
	}
	p.at++
	p.take("-")
	for p.take(measured...) {
		continue
	}
	unit := p.peek(0)
	p.at++
	p.take("'", "’")
	p.take("-")
	p.take("long")
	amount := n * float64(max(1, units[unit.text]))
	if n <= 0 || n > 10_000 || amount != math.Trunc(amount) {
		return false, unclear("duration_invalid", "text", p.raw(p.tokens[start], unit))
	}
	d := Duration{Minutes: int(amount)}
	if units[unit.text] == 0 {
		d = Duration{Days: int(amount)}
	}
	if mark := p.at; d.Days > 0 {
		p.take("of")
		if p.take("notice") {
			p.notice = d.Days
			return true, nil
		}
		p.at = mark
	}
	if start >= 2 && (p.tokens[start-1].text == "notice" || p.tokens[start-2].text == "notice") && d.Days > 0 {
		p.notice = d.Days
		return true, nil
	}
	if p.duration != (Duration{}) && p.duration != d {
		return false, unclear("duration_twice", "text", p.raw(p.tokens[start], unit))
	}
	p.duration = d
	return true, nil
}

// manner reads what is said of weekends, notice and the way of meeting.
func (p *wordsParser) manner() bool {
	start := p.at
	switch {
	case p.take("including", "incl") && p.take("weekends", "weekend"):
		p.weekends = true
	case p.back(start).take("weekends") && p.take("included", "allowed", "possible", "too", "also"):
		p.weekends = true
	case p.back(start).take("excluding", "without", "no") && p.take("weekends", "weekend"):
	case p.back(start).take("weekends") && p.take("excluded"):
	case p.back(start).take("in") && (p.take("-") || true) && p.take("person"):
		p.format = InPerson
	case p.back(start).take("hybrid"):
		p.format = Hybrid
	case p.back(start).take("remote", "remotely", "online", "virtual", "virtually"):
		p.format = Remote
	case p.back(start).take("by") && p.take("video", "videoconference"):
		p.format = Remote
	case p.back(start).take("notice"):
	default:
		p.at = start
		return false
	}
	return true
}

func (p *wordsParser) back(at int) *wordsParser {
	p.at = at
	return p
}

func (p *wordsParser) addDates(list []saidDate) {
	ph := phrase{}
	for i := range list {
		ph.dates = append(ph.dates, &list[i])
	}
	p.phrases = append(p.phrases, ph)
}

// terms puts the phrases together.
func (p *wordsParser) terms(today civil.Date) (Terms, error) {
	if p.place != "" {
		return Terms{}, unknownCity(p.place)
	}
	var said []*saidDate
	for _, ph := range p.phrases {
		said = append(said, ph.dates...)
	}
	options, err := arrange(p.phrases)
	if err != nil {
		return Terms{}, err
	}
	if p.duration == (Duration{}) {
		return Terms{}, unclear("duration_missing")
	}
	if err := resolve(said, today); err != nil {
		return Terms{}, err
	}
	t := Terms{Duration: p.duration, Weekends: p.weekends, NoticeDays: p.notice}
	preferred := slices.IndexFunc(options, func(o spokenOption) bool { return o.preferred })
	for i, o := range options {
		out := Option{Order: OrderAlternative, Venue: o.venue, Format: p.format}
		if i == max(0, preferred) {
			out.Order = OrderPreferred
		}
		if out.Format == "" {
			out.Format = InPerson
		}
		out.Windows, out.Dates = windows(o, t)
		t.Options = append(t.Options, out)
	}
	if len(t.Options) > MaxOptions {
		return Terms{}, unclear("too_many_options", "limit", fmt.Sprint(MaxOptions))
	}
	return t, nil
}
