package web

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// What the form of an offer takes; the domain takes more.
const (
	longestWindow = 60 // days: a window in a form is meant to be read
	mostOptions   = 20
	mostRows      = 40 // windows and dates of one option
)

// An offerForm reads what makes up an offer, and gives the fields of it back as
// they were typed. Fields stand under flat names: o1-city is the city of the
// second option, o1-r0-from the first day of its first window. What was left
// blank altogether, such as an alternative that nobody filled in, is no option.
type offerForm struct {
	*Form
	now          time.Time
	seats        []City                // of the parties, the author's own first
	months       map[string]time.Month // names of months in every language, in lower case
	places       []place               // of the options that were read, where they stand in the form
	partyChoices []Choice              // whom a round can name to confirm, where the talks are there already
	before       *scheduling.Content   // what an amendment replaces; nil otherwise
	answerable   []Choice              // offers of others that this one may answer
}

// A place is where an option of the terms stands in the form.
type place struct {
	option         int
	windows, dates []int // rows
}

// newOfferForm works on a copy of values: words that were read fill in fields.
func (s *Server) newOfferForm(p *locale.Printer, values url.Values) *offerForm {
	own := url.Values{}
	for name, v := range values {
		own[name] = slices.Clone(v)
	}
	f := &offerForm{Form: newForm(p, own), now: s.instant(), months: map[string]time.Month{}}
	for _, tag := range s.catalogs.Tags() {
		for m := time.January; m <= time.December; m++ {
			f.months[strings.ToLower(s.catalogs.Printer(tag).Month(m))] = m
		}
	}
	return f
}

// count is how many of something the form has, from first to last.
func (f *Form) count(field string, first, last int) int {
	n, err := strconv.Atoi(f.Line(field))
	if err != nil {
		return first
	}
	return min(max(n, first), last)
}

// addRows does what the buttons do that only make room in the form.
func (f *offerForm) addRows() bool {
	do := f.Do()
	more := func(field string, first, by, last int) bool {
		f.values.Set(field, strconv.Itoa(min(f.count(field, first, last)+by, last)))
		return true
	}
	switch {
	case do == "add-delegation":
		return more("delegations", 2, 1, scheduling.MaxParties)
	case do == "add-option":
		return more("options", 1, 1, mostOptions)
	case strings.HasPrefix(do, "add-dates-"):
		i, err := strconv.Atoi(strings.TrimPrefix(do, "add-dates-"))
		return err == nil && i >= 0 && i < mostOptions && more(option(i)+"rows", 1, 1, mostRows)
	}
	return do == "change" || do == "words"
}

func option(i int) string { return "o" + strconv.Itoa(i) + "-" }

func row(i, j int) string { return option(i) + "r" + strconv.Itoa(j) }

// readWords puts an offer in plain words into the fields, once: what is mended
// there afterwards stands.
func (f *offerForm) readWords() {
	words := f.TextUpTo("words", scheduling.MaxText)
	if words == "" || words == f.Text("words-read") {
		return
	}
	terms, err := scheduling.ParseWords(words, civil.DateOf(f.now))
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok {
		f.note("words", refusalText(f.Printer, refusal, f.T("refused.422.text")))
		return
	}
	if len(terms.Options) > mostOptions {
		f.Fail("words", "error.too_many_options", "limit", mostOptions)
		return
	}
	for _, o := range terms.Options {
		if len(o.Windows)+len(o.Dates) > mostRows {
			f.Fail("words", "error.too_many_dates", "limit", mostRows)
			return
		}
	}
	terms.Bridging = f.Int("bridging", 0, scheduling.MaxBridging)
	for name := range f.values {
		if i, rest, ok := strings.Cut(strings.TrimPrefix(name, "o"), "-"); ok && rest != "" && isNumber(i) && name[0] == 'o' {
			delete(f.values, name)
		}
	}
	setTerms(f.values, f.Printer, terms)
	f.values.Set("words-read", words)
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// content reads the offer. A draft may lack what an offer must have; but what
// is there has to be readable.
func (f *offerForm) content(draft bool) scheduling.Content {
	f.readWords()
	f.places = nil
	c := scheduling.Content{Terms: f.terms(draft)}
	if len(f.answerable) > 0 {
		c.Answers = f.Int("answers", 0, math.MaxInt32)
	}
	c.ReplyBy = f.deadline("reply")
	c.LapsesAtReplyBy = f.Line("lapses") == "yes"
	if c.LapsesAtReplyBy && c.ReplyBy.IsZero() && !f.bad("reply-d", "reply-y") && !draft {
		f.Fail("reply-d", "error.reply_by_missing")
	}
	if c.Firm = f.Line("firm") == "yes"; c.Firm {
		c.FirmUntil = f.deadline("firm-until")
		if c.FirmUntil.IsZero() && !f.bad("firm-until-d", "firm-until-y") && !draft {
			f.Fail("firm-until-d", "error.firm_until_missing")
		}
	}
	if !draft {
		f.Require("contact")
	}
	c.Contact = scheduling.Contact{
		Name: f.LineUpTo("contact", scheduling.MaxName), Phone: f.LineUpTo("contact-phone", scheduling.MaxName), Email: f.Email("contact-email"),
	}
	for _, t := range offerTexts {
		*t.of(&c) = f.audienceText(t.field)
	}
	c.Note = scheduling.Text{Body: f.TextUpTo("note", scheduling.MaxText)}
	return c
}

// offerTexts are the texts of an offer that may travel, in the order of the
// form. Their labels stand under proposal in the catalogs.
var offerTexts = []struct {
	field string
	of    func(*scheduling.Content) *scheduling.Text
}{
	{"agenda", func(c *scheduling.Content) *scheduling.Text { return &c.Agenda }},
	{"not_on_agenda", func(c *scheduling.Content) *scheduling.Text { return &c.NotOnAgenda }},
	{"references", func(c *scheduling.Content) *scheduling.Text { return &c.References }},
	{"papers", func(c *scheduling.Content) *scheduling.Text { return &c.Papers }},
	{"distribution", func(c *scheduling.Content) *scheduling.Text { return &c.Distribution }},
}

// scopes are the audiences that a text in a form may have, the usual one first.
var scopes = []struct {
	value string
	scope scheduling.Scope
}{{"own", scheduling.OwnParty}, {"all", scheduling.AllParties}, {"public", scheduling.Public}}

// audienceText reads a text with its audience, field-to. It stays with its
// author's own party unless that was said otherwise.
func (f *Form) audienceText(field string) scheduling.Text {
	t := scheduling.Text{Body: f.TextUpTo(field, scheduling.MaxText)}
	to := f.Line(field + "-to")
	for _, s := range scopes {
		if s.value == to {
			t.Scope = s.scope
		}
	}
	return t
}

func (f *offerForm) terms(draft bool) scheduling.Terms {
	t := scheduling.Terms{
		Duration: f.duration(draft), Weekends: f.Checked("weekends"), DateOnly: f.Checked("date_only"),
		Bridging: f.Int("bridging", 0, scheduling.MaxBridging), NoticeDays: f.Int("notice", 0, scheduling.MaxNoticeDays),
	}
	for i := range f.count("options", 1, mostOptions) {
		if f.blankOption(i) {
			continue
		}
		o, at := f.option(i, draft)
		t.Options, f.places = append(t.Options, o), append(f.places, at)
	}
	if len(t.Options) == 0 && !draft && !f.bad("words") {
		f.Fail("o0-city", "error.no_options")
	}
	return t
}

// bad reports whether one of the fields has a problem already.
func (f *Form) bad(fields ...string) bool {
	return slices.ContainsFunc(f.Problems, func(p Problem) bool { return slices.Contains(fields, p.Field) })
}

// duration reads a number of days, or of hours as in 3, 1.5 or 1:30.
func (f *offerForm) duration(draft bool) scheduling.Duration {
	length := f.Line("length")
	if length == "" {
		if !draft && !f.bad("words") {
			f.Fail("length", "error.duration_missing")
		}
		return scheduling.Duration{}
	}
	if f.Line("unit") != "hours" {
		return scheduling.Duration{Days: f.Int("length", 1, scheduling.MaxDurationDays)}
	}
	d := scheduling.Duration{Minutes: readMinutes(length), Grid: f.Int("grid", 0, int(civil.EndOfDay))}
	if d.Minutes <= 0 || d.Minutes > int(civil.EndOfDay) {
		f.Fail("length", "error.hours_unreadable")
		return scheduling.Duration{}
	}
	return d
}

// readMinutes is the length of 3, 1.5, 1,5 or 1:30 hours, 0 for what is none.
func readMinutes(s string) int {
	if h, m, ok := strings.Cut(s, ":"); ok {
		hours, errH := strconv.Atoi(h)
		minutes, errM := strconv.Atoi(m)
		if errH != nil || errM != nil || hours < 0 || hours > 24 || minutes < 0 || minutes > 59 {
			return 0
		}
		return 60*hours + minutes
	}
	hours, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	minutes := hours * 60
	if err != nil || !(minutes >= 0 && minutes <= float64(civil.EndOfDay)) || minutes != float64(int(minutes)) {
		return 0
	}
	return int(minutes)
}

func (f *offerForm) blankOption(i int) bool {
	for j := range f.count(option(i)+"rows", 1, mostRows) {
		for _, end := range []string{"-from", "-to"} {
			if f.hasDate(row(i, j) + end) {
				return false
			}
		}
	}
	return !f.Has(option(i)+"city") && !f.Has(option(i)+"place")
}

func (f *Form) hasDate(field string) bool {
	return f.Has(field+"-d") || f.Has(field+"-m") || f.Has(field+"-y")
}

func (f *offerForm) option(i int, draft bool) (scheduling.Option, place) {
	at := place{option: i}
	name := option(i)
	o := scheduling.Option{Order: scheduling.OrderAlternative, Format: scheduling.Format(f.Line(name + "format")), Venue: f.venue(i)}
	if order := f.Line(name + "order"); order == string(scheduling.OrderPreferred) || order == "" && len(f.places) == 0 {
		o.Order = scheduling.OrderPreferred
	}
	if !slices.Contains(formats, o.Format) {
		o.Format = scheduling.InPerson
	}
	if which := civil.Occurrence(f.Line(name + "which")); which == civil.First || which == civil.Second {
		o.Which = which
	}
	today := civil.Date{}
	if o.Venue.Zone != "" {
		today = civil.DateOf(f.now.In(o.Venue.Zone.Location()))
	}
	for j := range f.count(name+"rows", 1, mostRows) {
		field := row(i, j)
		from, to := f.Date(field+"-from"), f.Date(field+"-to")
		switch {
		case f.bad(field+"-from-d", field+"-from-y", field+"-to-d", field+"-to-y"):
		case from.IsZero() && to.IsZero():
		case from.IsZero():
			f.Fail(field+"-from-d", "error.window_without_start")
		case f.past(from, today):
			f.Fail(field+"-from-d", "error.day_past", "date", f.ShortDateYear(from))
		case to.IsZero():
			o.Dates, at.dates = append(o.Dates, from), append(at.dates, j)
		case to.Before(from):
			f.Fail(field+"-to-d", "error.window_reversed", "from", f.ShortDateYear(from), "to", f.ShortDateYear(to))
		case to.DaysSince(from)+1 > longestWindow:
			f.Fail(field+"-to-d", "error.window_beyond", "days", to.DaysSince(from)+1, "limit", longestWindow)
		default:
			o.Windows, at.windows = append(o.Windows, scheduling.Window{From: from, To: to}), append(at.windows, j)
		}
	}
	if len(o.Windows) == 0 && len(o.Dates) == 0 && !draft && !f.badWithin(name) {
		f.Fail(row(i, 0)+"-from-d", "error.option_without_dates")
	}
	return o, at
}

// past reports whether an offer must not begin on d. What an amendment took
// over from the version that it replaces may have begun.
func (f *offerForm) past(d, today civil.Date) bool {
	if !d.Before(today) {
		return false
	}
	if f.before != nil {
		for _, o := range f.before.Terms.Options {
			if slices.Contains(o.Dates, d) || slices.ContainsFunc(o.Windows, func(w scheduling.Window) bool { return w.From == d }) {
				return false
			}
		}
	}
	return true
}

func (f *Form) badWithin(prefix string) bool {
	return slices.ContainsFunc(f.Problems, func(p Problem) bool { return strings.HasPrefix(p.Field, prefix) })
}

// deadline reads a day, perhaps with a time, on the clock of a city: a seat of
// a party, any that is known, or a time zone by its name. Without a city the
// author's own seat is meant. A time or a city alone is a day forgotten, unless
// something graver is said of the day anyhow.
func (f *offerForm) deadline(field string) scheduling.Deadline {
	date := f.Date(field)
	if date.IsZero() {
		lapses := field == "reply" && f.Line("lapses") == "yes"
		if (f.Has(field+"-time") || f.Has(field+"-city")) && !lapses && !f.badWithin(field+"-") {
			f.Fail(field+"-d", "error.date_incomplete")
		}
		return scheduling.Deadline{}
	}
	d := scheduling.Deadline{Date: date, At: civil.EndOfDay}
	if f.Has(field + "-time") {
		d.At = f.Time(field + "-time")
	}
	city, ok := f.city(f.LineUpTo(field+"-city", scheduling.MaxName))
	if !ok {
		f.Fail(field+"-city", "error.clock_unknown")
	}
	d.City, d.Zone = city.Name, city.Zone
	return d
}

// city finds the clock that is meant by a name.
func (f *offerForm) city(name string) (City, bool) {
	if name == "" {
		if len(f.seats) == 0 {
			return City{}, false
		}
		return f.seats[0], true
	}
	for _, seat := range f.seats {
		if strings.EqualFold(seat.Name, name) {
			return seat, true
		}
	}
	if v, ok := scheduling.LookupCity(name); ok {
		return City{Name: v.Name, Zone: v.Zone}, true
	}
	zone, err := civil.ParseZone(name)
	return City{Name: name, Zone: zone}, err == nil
}

// fieldOf is the input that a field of the domain stands for: of a refusal, or
// of a problem with the terms, such as options[1].windows[0].from.
func (f *offerForm) fieldOf(field string) string {
	if known, ok := offerFieldOf[field]; ok {
		return known
	}
	var i, j int
	if n, _ := fmt.Sscanf(field, "options[%d]", &i); n == 0 || i < 0 || i >= len(f.places) {
		return ""
	}
	at := f.places[i]
	name := option(at.option)
	_, rest, _ := strings.Cut(field, "].")
	if n, _ := fmt.Sscanf(rest, "windows[%d]", &j); n == 1 && j >= 0 && j < len(at.windows) {
		return row(at.option, at.windows[j]) + "-to-d"
	}
	if n, _ := fmt.Sscanf(rest, "dates[%d]", &j); n == 1 && j >= 0 && j < len(at.dates) {
		return row(at.option, at.dates[j]) + "-from-d"
	}
	rest, _, _ = strings.Cut(strings.TrimPrefix(rest, "venue."), "[")
	switch rest {
	case "order", "format", "place", "zone", "country", "weekend", "sittings", "closed":
		return name + rest
	case "occurrence":
		return name + "which"
	case "day":
		return name + "until"
	case "extra_sittings":
		return name + "extra"
	case "windows", "dates":
		return row(at.option, 0) + "-from-d"
	}
	return name + "city"
}

var offerFieldOf = map[string]string{
	"duration_days": "length", "duration_hours": "length", "grid_minutes": "grid", "bridging": "bridging", "notice_days": "notice",
	"date_only": "date_only", "options": "o0-city", "contact": "contact", "reply_by": "reply-d",
	"deadline": "deadline-d", "title": "title", "parties": "d0-name", "members": "d0-email", "round": "round",
	"confirmation": "confirmation", "confirmer": "confirmer", "reporting": "reporting", "rule": "kind", "text": "words",
	"chair": "confirmer", "core": "core", "quorum": "quorum", "ranking": "ranking", "consultation": "consultation-d", "reveal": "reveal-d", "expiry": "expiry-d",
	"answers": "answers", "firm": "firm", "firm_until": "firm-until-d",
}
