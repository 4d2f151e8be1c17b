package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// offerFields are the inputs of an offer: the data of partial "offer-fields".
type offerFields struct {
	*locale.Printer
	Answers                *Picks // nil where nothing is on the table to answer
	Words                  Field
	WordsRead              string
	Length                 Field
	Unit                   Picks
	Count                  int
	Options                []optionFields
	More                   bool // options can be added
	Notice, Bridging, Grid Field
	Weekends, DateOnly     checkbox
	RulesOpen              bool
	Reply                  deadlineFields
	Lapses                 Picks
	Firm                   Picks
	FirmUntil              deadlineFields
	Contact, Phone, Email  Field
	Texts                  []textFields
	Note                   Field
}

type deadlineFields struct {
	Date       DateField
	Time, City Field
}

type textFields struct {
	Text Field
	To   Picks
}

type optionFields struct {
	*locale.Printer
	ID                             string
	Number                         int
	Title                          string
	City, Place                    Field
	Order, Format                  Picks
	Count                          int
	Rows                           []rowFields
	AddValue                       string // of the button for one more row; "" when there are enough
	From, Until                    Field
	Zone, Country, Sittings, Extra Field
	Closed                         Field
	Weekend, Which                 Picks
	Open                           bool // the details are not as usual
}

type rowFields struct{ First, Last DateField }

// fields are the inputs with what was typed, and what is wrong with it.
func (f *offerForm) fields() offerFields {
	v := offerFields{Printer: f.Printer, WordsRead: f.values.Get("words-read"), Count: f.count("options", 1, mostOptions)}
	if len(f.answerable) > 0 {
		picks := f.Picks("answers", f.T("offers.answers"), f.T("offers.answers_hint"), f.answerable...)
		v.Answers = &picks
	}
	v.Words = f.textField("words", "proposal.words", "proposal.words_hint")
	v.Words.Rows, v.Words.Optional = 3, true
	v.Length = f.narrow("length", "proposal.length", "proposal.length_hint")
	v.Unit = f.Picks("unit", f.T("proposal.unit"), "", Choice{Value: "days", Label: f.T("proposal.unit_days")}, Choice{Value: "hours", Label: f.T("proposal.unit_hours")})
	for i := range v.Count {
		v.Options = append(v.Options, f.optionFields(i))
	}
	v.More = v.Count < mostOptions
	v.Notice = f.narrow("notice", "proposal.notice", "proposal.notice_hint")
	v.Bridging = f.narrow("bridging", "proposal.bridging", "proposal.bridging_hint")
	v.Grid = f.narrow("grid", "proposal.grid", "proposal.grid_hint")
	v.Weekends = checkbox{Name: "weekends", Label: f.T("proposal.weekends"), Checked: f.Checked("weekends")}
	v.DateOnly = checkbox{Name: "date_only", Label: f.T("proposal.date_only"), Checked: f.Checked("date_only")}
	v.RulesOpen = f.Has("bridging") || f.Has("grid") || v.Weekends.Checked || v.DateOnly.Checked || f.bad("bridging", "grid", "date_only")
	v.Reply = f.deadlineFields("reply", "proposal.reply_by", "proposal.reply_by_hint")
	v.Lapses = f.Picks("lapses", f.T("proposal.lapses"), "",
		Choice{Value: "no", Label: f.T("proposal.lapses_no"), Note: f.T("proposal.lapses_no_note")},
		Choice{Value: "yes", Label: f.T("proposal.lapses_yes"), Note: f.T("proposal.lapses_yes_note")})
	v.Firm = f.Picks("firm", f.T("firm.label"), "",
		Choice{Value: "no", Label: f.T("firm.no"), Note: f.T("firm.no_note")},
		Choice{Value: "yes", Label: f.T("firm.yes"), Note: f.T("firm.yes_note")})
	v.FirmUntil = f.deadlineFields("firm-until", "firm.until", "firm.until_hint")
	v.Contact = f.lineField("contact", "proposal.contact", "proposal.contact_hint")
	v.Phone = f.lineField("contact-phone", "proposal.contact_phone", "")
	v.Phone.Type, v.Phone.Optional, v.Phone.Code = "tel", true, true
	v.Email = f.lineField("contact-email", "proposal.contact_email", "")
	v.Email.Type, v.Email.Optional = "email", true
	for _, t := range offerTexts {
		text := f.textField(t.field, "proposal."+t.field, "")
		if hint := "proposal." + t.field + "_hint"; f.Printer.Has(hint) {
			text.Hint = f.T(hint)
		}
		text.Optional, text.Rows = true, 3
		v.Texts = append(v.Texts, textFields{Text: text, To: f.audiencePicks(t.field)})
	}
	v.Note = f.textField("note", "proposal.note", "proposal.note_hint")
	v.Note.Optional, v.Note.Rows = true, 3
	return v
}

// textField is an input of several lines.
func (f *Form) textField(field, label, hint string) Field {
	v := f.lineField(field, label, hint)
	v.Max = scheduling.MaxText
	return v
}

// lineField is an input that browsers do not fill in by themselves.
func (f *Form) lineField(field, label, hint string) Field {
	if hint != "" {
		hint = f.T(hint)
	}
	v := f.Field(field, f.T(label), hint)
	v.Autocomplete = "off"
	v.Max = 0 // where a limit may bite, the page says it from the start
	return v
}

// narrow is an input for a few characters.
func (f *Form) narrow(field, label, hint string) Field {
	v := f.lineField(field, label, hint)
	v.Width = "w-4"
	return v
}

// audiencePicks are the audiences of a text.
func (f *Form) audiencePicks(field string) Picks {
	choices := make([]Choice, 0, len(scopes))
	for _, s := range scopes {
		choices = append(choices, Choice{Value: s.value, Label: f.T("proposal.to." + s.value)})
	}
	return f.Picks(field+"-to", f.T("proposal.to_label"), "", choices...)
}

func (f *offerForm) deadlineFields(field, label, hint string) deadlineFields {
	v := deadlineFields{Date: f.DateField(field, f.T(label), f.T(hint))}
	v.Time = f.narrow(field+"-time", "proposal.time", "proposal.time_hint")
	v.City = f.lineField(field+"-city", "proposal.clock", "proposal.clock_hint")
	v.Time.Optional = true
	return v
}

func (f *offerForm) optionFields(i int) optionFields {
	name := option(i)
	v := optionFields{Printer: f.Printer, ID: name, Number: i + 1, Count: f.count(name+"rows", 1, mostRows)}
	v.Title = f.T("proposal.option", "number", i+1)
	v.City = f.lineField(name+"city", "proposal.city", "")
	v.Place = f.lineField(name+"place", "proposal.place", "")
	v.Place.Optional = true
	v.Order = f.Picks(name+"order", f.T("proposal.order"), "",
		Choice{Value: string(scheduling.OrderPreferred), Label: f.T("proposal.rank.preferred")},
		Choice{Value: string(scheduling.OrderAlternative), Label: f.T("proposal.rank.alternative")})
	if i > 0 && f.Line(name+"order") == "" {
		v.Order.Choices[1].Chosen = true
	}
	for j := range v.Count {
		v.Rows = append(v.Rows, rowFields{
			First: f.DateField(row(i, j)+"-from", f.T("proposal.first_day"), ""),
			Last:  f.DateField(row(i, j)+"-to", f.T("proposal.last_day"), ""),
		})
	}
	if v.Count < mostRows {
		v.AddValue = "add-dates-" + strconv.Itoa(i)
	}
	v.From = f.narrow(name+"from", "proposal.from", "")
	v.Until = f.narrow(name+"until", "proposal.until", "")
	formatChoices := make([]Choice, 0, len(formats))
	for _, format := range formats {
		formatChoices = append(formatChoices, Choice{Value: string(format), Label: f.T("round.format." + string(format))})
	}
	v.Format = f.Picks(name+"format", f.T("proposal.format"), "", formatChoices...)
	v.Zone = f.lineField(name+"zone", "proposal.zone", "proposal.zone_hint")
	v.Zone.Code = true
	v.Country = f.narrow(name+"country", "proposal.country", "proposal.country_hint")
	v.Country.Code = true
	v.Sittings = f.lineField(name+"sittings", "proposal.sittings", "proposal.sittings_hint")
	v.Extra = f.lineField(name+"extra", "proposal.extra", "proposal.extra_hint")
	v.Closed = f.lineField(name+"closed", "proposal.closed", "proposal.closed_hint")
	v.Closed.Rows = 2
	v.Weekend = f.Picks(name+"weekend", f.T("proposal.weekend"), "", f.weekendChoices(f.Line(name+"weekend"))...)
	v.Which = f.Picks(name+"which", f.T("proposal.which"), f.T("proposal.which_hint"),
		Choice{Value: "", Label: f.T("proposal.which_unsaid")},
		Choice{Value: string(civil.First), Label: f.T("proposal.which_first")},
		Choice{Value: string(civil.Second), Label: f.T("proposal.which_second")})
	for _, field := range []string{"zone", "country", "sittings", "extra", "closed", "weekend", "which"} {
		v.Open = v.Open || f.Has(name+field) || f.bad(name+field)
	}
	f.relabel(name, v.Title)
	return v
}

// usualWeekends are the weekends that venues have, most frequent first.
var usualWeekends = [][]time.Weekday{
	{time.Saturday, time.Sunday}, {time.Friday, time.Saturday}, {time.Thursday, time.Friday}, {time.Friday}, {time.Saturday}, {time.Sunday}, nil,
}

func (f *offerForm) weekendChoices(chosen string) []Choice {
	weekends := usualWeekends
	if days, said := readWeekend(chosen); said && !slices.ContainsFunc(weekends, func(w []time.Weekday) bool { return weekendValue(w) == chosen }) {
		weekends = append(slices.Clone(weekends), days)
	}
	choices := []Choice{{Value: "", Label: f.T("proposal.weekend_usual")}}
	for _, days := range weekends {
		label := f.T("proposal.weekend_none")
		if len(days) > 0 {
			names := make([]string, 0, len(days))
			for _, d := range days {
				names = append(names, f.Weekday(d))
			}
			label = f.And(names...)
		}
		choices = append(choices, Choice{Value: weekendValue(days), Label: label})
	}
	return choices
}

// offerDefaults are the values with which an empty offer begins: room for one
// option and an alternative.
func offerDefaults() url.Values {
	return url.Values{"unit": {"days"}, "options": {"2"}, "lapses": {"no"}, "firm": {"no"}, "notice": {"0"}}
}

// setTerms puts terms into values under the names that the form reads. What is
// as usual in a city stays blank, so that it follows when the city is changed.
func setTerms(values url.Values, p *locale.Printer, t scheduling.Terms) {
	values.Set("unit", "days")
	values.Del("length")
	values.Del("grid")
	switch {
	case t.Duration.Minutes > 0:
		values.Set("unit", "hours")
		values.Set("length", strconv.Itoa(t.Duration.Minutes/60))
		if m := t.Duration.Minutes % 60; m > 0 {
			values.Set("length", civil.TimeOfDay(t.Duration.Minutes).String())
		}
		setCount(values, "grid", t.Duration.Grid)
	case t.Duration.Days > 0:
		values.Set("length", strconv.Itoa(t.Duration.Days))
	}
	values.Set("notice", strconv.Itoa(t.NoticeDays))
	values.Del("bridging")
	setCount(values, "bridging", t.Bridging)
	setYes(values, "weekends", t.Weekends)
	setYes(values, "date_only", t.DateOnly)
	values.Set("options", strconv.Itoa(max(1, len(t.Options))))
	for i, o := range t.Options {
		setOption(values, p, i, o)
	}
}

func setCount(values url.Values, field string, n int) {
	if n != 0 {
		values.Set(field, strconv.Itoa(n))
	}
}

func setYes(values url.Values, field string, yes bool) {
	values.Del(field)
	if yes {
		values.Set(field, "yes")
	}
}

func setOption(values url.Values, p *locale.Printer, i int, o scheduling.Option) {
	name, v := option(i), o.Venue
	values.Set(name+"order", string(o.Order))
	values.Set(name+"format", string(o.Format))
	values.Set(name+"which", string(o.Which))
	values.Set(name+"rows", strconv.Itoa(max(1, len(o.Windows)+len(o.Dates))))
	for j, w := range o.Windows {
		SetDate(values, row(i, j)+"-from", w.From)
		SetDate(values, row(i, j)+"-to", w.To)
	}
	for j, d := range o.Dates {
		SetDate(values, row(i, len(o.Windows)+j)+"-from", d)
	}
	setVenue(values, p, name, v)
}

// setVenue puts a venue into values under the names that the form reads.
func setVenue(values url.Values, p *locale.Printer, name string, v scheduling.Venue) {
	values.Set(name+"city", v.Name)
	values.Set(name+"place", v.Place)
	usual, known := scheduling.LookupCity(v.Name)
	if !known {
		usual = scheduling.Venue{Weekend: []time.Weekday{time.Saturday, time.Sunday}, Day: scheduling.UsualDay, Sittings: scheduling.UsualSittings()}
	}
	if v.Zone != usual.Zone {
		values.Set(name+"zone", string(v.Zone))
	}
	if v.Country != usual.Country {
		values.Set(name+"country", v.Country)
	}
	if !slices.Equal(v.Weekend, usual.Weekend) {
		values.Set(name+"weekend", weekendValue(v.Weekend))
	}
	day := v.Day
	if day == (civil.Span{}) {
		day = scheduling.UsualDay
	}
	values.Set(name+"from", day.From.String())
	values.Set(name+"until", day.To.String())
	switch {
	case day == usual.Day && len(v.Sittings) == 0: // anywhere in the day
		values.Set(name+"sittings", spansText([]civil.Span{day}))
	case len(v.Sittings) > 0 && !(day == usual.Day && slices.Equal(v.Sittings, usual.Sittings)):
		values.Set(name+"sittings", spansText(v.Sittings))
	}
	if len(v.ExtraSittings) > 0 {
		values.Set(name+"extra", spansText(v.ExtraSittings))
	}
	closed := make([]string, 0, len(v.Closed))
	for _, d := range v.Closed {
		closed = append(closed, p.DayMonthYear(d))
	}
	values.Set(name+"closed", strings.Join(closed, "\n"))
}

func spansText(spans []civil.Span) string {
	texts := make([]string, 0, len(spans))
	for _, s := range spans {
		texts = append(texts, s.String())
	}
	return strings.Join(texts, ", ")
}

// contentValues are the values with which the form of c begins.
func contentValues(p *locale.Printer, c scheduling.Content) url.Values {
	values := offerDefaults()
	setTerms(values, p, c.Terms)
	if len(c.Terms.Options) == 0 {
		values.Set("options", "2")
	}
	setCount(values, "answers", c.Answers)
	setDeadline(values, "reply", c.ReplyBy)
	if c.LapsesAtReplyBy {
		values.Set("lapses", "yes")
	}
	if c.Firm {
		values.Set("firm", "yes")
		setDeadline(values, "firm-until", c.FirmUntil)
	}
	values.Set("contact", c.Contact.Name)
	values.Set("contact-phone", c.Contact.Phone)
	values.Set("contact-email", c.Contact.Email)
	for _, t := range offerTexts {
		text := *t.of(&c)
		values.Set(t.field, text.Body)
		for _, s := range scopes {
			if s.scope == text.Scope {
				values.Set(t.field+"-to", s.value)
			}
		}
	}
	values.Set("note", c.Note.Body)
	return values
}

func setDeadline(values url.Values, field string, d scheduling.Deadline) {
	if d.IsZero() {
		return
	}
	SetDate(values, field, d.Date)
	if d.At != civil.EndOfDay {
		values.Set(field+"-time", d.At.String())
	}
	values.Set(field+"-city", d.City)
}
