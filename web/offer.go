package web

import (
	"unicode"
	"unicode/utf8"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// mostListed is how many days of a window are listed one by one.
const mostListed = 4

// offerSentence says what an offer offers, as one reads it out: "One day in
// Geneva on 18, 19 or 20 November 2026; alternatively in Washington on 8, 9 or 10
// December 2026".
func offerSentence(p *locale.Printer, t scheduling.Terms) string {
	byOrder := func(alternative bool) string {
		var places []string
		for _, o := range t.Options {
			if (o.Order == scheduling.OrderAlternative) == alternative {
				places = append(places, p.T("offer.place", "venue", o.Venue.Name, "dates", optionDates(p, t, o)))
			}
		}
		return p.Or(places...)
	}
	preferred, alternative := byOrder(false), byOrder(true)
	long := duration(p, t.Duration)
	switch {
	case preferred == "":
		return capital(p.T("offer.sentence", "duration", long, "places", alternative))
	case alternative == "":
		return capital(p.T("offer.sentence", "duration", long, "places", preferred))
	}
	return capital(p.T("offer.sentence_alternatively", "duration", long, "places", preferred, "alternative", alternative))
}

// duration is "one day" or "a sitting of 3 hours".
func duration(p *locale.Printer, d scheduling.Duration) string {
	switch {
	case d.Days > 0:
		return p.T("offer.days", "n", d.Days)
	case d.Minutes%60 == 0:
		return p.T("offer.hours", "n", d.Minutes/60)
	}
	return p.T("offer.minutes", "n", d.Minutes)
}

func optionDates(p *locale.Printer, t scheduling.Terms, o scheduling.Option) string {
	begin := func(w scheduling.Window) string { // says the year once
		if w.From.Year == w.To.Year {
			return p.DayMonth(w.From)
		}
		return p.DayMonthYear(w.From)
	}
	var said []string
	if len(o.Dates) > 0 {
		said = append(said, p.T("offer.on", "dates", p.Dates("or", o.Dates)))
	}
	for _, w := range o.Windows {
		switch {
		case w.Days() == t.Duration.Days && w.Days() > 1:
			said = append(said, p.T("offer.from_to", "from", begin(w), "to", p.DayMonthYear(w.To)))
		case w.Days() <= mostListed && t.Duration.Days <= 1:
			var days []civil.Date
			for d := w.From; !d.After(w.To); d = d.Add(1) {
				days = append(days, d)
			}
			said = append(said, p.T("offer.on", "dates", p.Dates("or", days)))
		default:
			said = append(said, p.T("offer.between", "from", begin(w), "to", p.DayMonthYear(w.To)))
		}
	}
	return p.Or(said...)
}

// capital is s as it begins a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
