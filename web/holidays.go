package web

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

var holidaysPage = declarePage("holidays")

// holidaysView is the lists of holidays, and the form that imports another one.
type holidaysView struct {
	Page
	Lists                []holidayLine
	Kind                 Picks
	Name, Source         Field
	Countries, City      Field
	Shift                checkbox
	File                 Field
	Imported, FileFailed string
}

type holidayLine struct {
	ID, Name, About, Source string
}

// showHolidays handles GET /holidays.
func (s *Server) showHolidays(c *gin.Context) error {
	return s.renderHolidays(c, http.StatusOK, newForm(s.printer(c.Request), map[string][]string{"kind": {string(scheduling.Holidays)}}))
}

func (s *Server) renderHolidays(c *gin.Context, status int, f *Form) error {
	lists, err := s.register.Holidays(c.Request.Context(), civil.Date{}, civil.Date{})
	if err != nil {
		return fmt.Errorf("web: lists of holidays: %w", err)
	}
	view := holidaysView{Page: s.page(c)}
	p := view.Printer
	view.Title = p.T("holidays.title")
	view.Back = &Link{Href: "/venues", Text: p.T("rooms.register")}
	for _, l := range lists {
		first, last := l.Span()
		where := p.T("holidays.everywhere")
		if len(l.Countries) > 0 {
			where = strings.Join(l.Countries, ", ")
		}
		if l.Kind == scheduling.PublicEvents {
			where = l.City
		}
		view.Lists = append(view.Lists, holidayLine{
			ID: string(l.ID), Name: l.Name, Source: p.T("holidays.source_of", "source", l.Source, "date", p.DayMonthYear(civil.DateOf(l.ImportedAt))),
			About: p.T("holidays.about", "n", len(l.Days), "where", where, "dates", p.DateRange(first, last)),
		})
	}
	view.Kind = f.Picks("kind", p.T("holidays.kind"), "",
		Choice{Value: string(scheduling.Holidays), Label: p.T("holidays.kind_holidays")},
		Choice{Value: string(scheduling.PublicEvents), Label: p.T("holidays.kind_events"), Note: p.T("holidays.kind_events_note")})
	view.Name = f.lineField("name", "holidays.name", "")
	view.Source = f.lineField("source", "holidays.source", "holidays.source_hint")
	view.Countries = f.lineField("countries", "holidays.countries", "holidays.countries_hint")
	view.Countries.Optional, view.Countries.Code = true, true
	view.City = f.lineField("city", "holidays.city", "holidays.city_hint")
	view.City.Optional = true
	view.Shift = checkbox{Name: "shift", Label: p.T("holidays.shift"), Checked: f.Checked("shift")}
	view.File = f.lineField("file", "holidays.file", "holidays.file_hint")
	view.File.Type, view.File.Value = "file", ""
	view.Problems = f.Problems
	return s.render(c, status, holidaysPage, view)
}

// importHolidays handles POST /holidays: a list from one .ics or .csv file. The
// form sent twice makes one list.
func (s *Server) importHolidays(c *gin.Context) error {
	self, err := s.accountOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	f.Require("name", "source")
	l := scheduling.HolidayList{
		ID: scheduling.HolidayListID(idOf(onceBy(c, string(self.ID)))), Name: f.LineUpTo("name", scheduling.MaxName),
		Kind:   scheduling.HolidayKind(f.Choice("kind", string(scheduling.Holidays), string(scheduling.PublicEvents))),
		Source: f.LineUpTo("source", scheduling.MaxName), City: f.LineUpTo("city", scheduling.MaxName), ImportedAt: s.instant(), ImportedBy: self.ID,
	}
	for code := range strings.FieldsFuncSeq(strings.ToUpper(f.Line("countries")), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		if !countryCode(code) || len(l.Countries) == 300 {
			f.Fail("countries", "error.country_invalid", "country", code)
			break
		}
		l.Countries = append(l.Countries, code)
	}
	file := visitOf(c.Request).upload
	switch {
	case switchedLanguage(c):
		f.Problems = nil
		return s.renderHolidays(c, http.StatusOK, f)
	case file == nil || len(file.content) == 0:
		f.Fail("file", "error.file_missing")
	default:
		var skipped int
		if l.Days, skipped, err = s.readHolidays(file); err != nil {
			failFile(f, err)
		} else if len(l.Days) == 0 {
			f.Fail("file", "error.list_empty")
		} else if skipped > 0 && !f.Checked("partly") {
			f.Fail("file", "error.file_partly", "n", skipped)
		}
	}
	if len(f.Problems) > 0 {
		return s.renderHolidays(c, http.StatusUnprocessableEntity, f)
	}
	for i := range l.Days {
		l.Days[i].MayShift = l.Days[i].MayShift || f.Checked("shift")
	}
	err = s.register.AddHolidays(c.Request.Context(), l)
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && errors.Is(err, scheduling.ErrInvalid) {
		f.Refuse(refusal)
		return s.renderHolidays(c, http.StatusUnprocessableEntity, f)
	} else if err != nil {
		return fmt.Errorf("web: import holidays: %w", err)
	}
	return s.done(c, "/holidays", "holidays_imported")
}

func countryCode(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func failFile(f *Form, err error) {
	var bad csvError
	switch {
	case errors.As(err, &bad):
		f.Fail("file", "error.csv_line", "line", int(bad))
	case errors.Is(err, calendar.ErrTooLarge):
		f.Fail("file", "error.file_too_large")
	default:
		f.Fail("file", "error.file_unreadable")
	}
}

// removeHolidays handles POST /holidays/:list/removal.
func (s *Server) removeHolidays(c *gin.Context) error {
	if err := s.register.RemoveHolidays(c.Request.Context(), scheduling.HolidayListID(c.Param("list"))); err != nil {
		return fmt.Errorf("web: remove holidays: %w", err)
	}
	return s.done(c, "/holidays", "holidays_removed")
}

// importedYears is how far yearly rules of a calendar file are followed.
const importedYears = 2

// readHolidays reads a file by what it begins with: a calendar or a table.
func (s *Server) readHolidays(file *upload) (days []scheduling.Holiday, skipped int, err error) {
	content := bytes.TrimPrefix(file.content, []byte("\ufeff"))
	if !bytes.HasPrefix(bytes.ToUpper(content[:min(len(content), 20)]), []byte("BEGIN:VCALENDAR")) {
		days, err = readHolidayTable(content)
		return days, 0, err
	}
	today := civil.DateOf(s.instant())
	found, skipped, err := calendar.ReadDays(content, today.Add(-366*importedYears), today.Add(366*importedYears))
	for _, d := range found {
		days = append(days, scheduling.Holiday{First: d.First, Last: d.Last, Name: shortened(cleanText(d.Summary))})
	}
	return days, skipped, err
}

func shortened(s string) string {
	if runes := []rune(s); len(runes) > scheduling.MaxName {
		return string(runes[:scheduling.MaxName])
	}
	return s
}

// A csvError is the number of the line that cannot be read.
type csvError int

func (p csvError) Error() string { return fmt.Sprintf("web: line %d of the table", int(p)) }

// readHolidayTable reads CSV with a head that names its columns: date and name,
// and as they come country, may_shift and last. Dates are like 2026-08-01.
func readHolidayTable(content []byte) ([]scheduling.Holiday, error) {
	if !utf8.Valid(content) {
		return nil, calendar.ErrUnreadable
	}
	r := csv.NewReader(bytes.NewReader(content))
	head, _, _ := bytes.Cut(content, []byte("\n"))
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		r.Comma = ';'
	}
	r.FieldsPerRecord, r.TrimLeadingSpace = -1, true
	column := map[string]int{}
	var days []scheduling.Holiday
	for line := 1; ; line++ {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && line > 1:
			return days, nil
		case err != nil:
			return nil, csvError(line)
		case len(days) > scheduling.MaxHolidays:
			return nil, calendar.ErrTooLarge
		}
		if line == 1 {
			for i, name := range cells {
				column[strings.ToLower(strings.TrimSpace(name))] = i
			}
			if _, ok := column["date"]; !ok {
				return nil, csvError(line)
			}
			if _, ok := column["name"]; !ok {
				return nil, csvError(line)
			}
			continue
		}
		cell := func(name string) string {
			if i, ok := column[name]; ok && i < len(cells) {
				return strings.Join(strings.Fields(cleanText(cells[i])), " ")
			}
			return ""
		}
		d, ok := holidayOf(cell)
		if !ok {
			return nil, csvError(line)
		}
		days = append(days, d)
	}
}

// holidayOf reads one line of a table.
func holidayOf(cell func(string) string) (scheduling.Holiday, bool) {
	first, err := civil.ParseDate(cell("date"))
	last := first
	if text := cell("last"); text != "" && err == nil {
		last, err = civil.ParseDate(text)
	}
	h := scheduling.Holiday{First: first, Last: last, Name: shortened(cell("name")), Country: strings.ToUpper(cell("country"))}
	switch strings.ToLower(cell("may_shift")) {
	case "yes", "true", "1", "oui":
		h.MayShift = true
	case "", "no", "false", "0", "non":
	default:
		return h, false
	}
	return h, err == nil && h.Name != "" && !last.Before(first) && last.DaysSince(first) <= 366 && (h.Country == "" || countryCode(h.Country))
}

// feastsOf gives, by label, what holidays and public events touch the slots of a
// round, in sentences. It is public knowledge and the same for everybody.
func (s *Server) feastsOf(c *gin.Context, p *locale.Printer, n *scheduling.Negotiation, slots []*scheduling.Slot) (map[scheduling.Label][]string, error) {
	if len(slots) == 0 {
		return nil, nil //nolint:nilnil // nothing touches no slots
	}
	first, last := slots[0].Days[0], slots[0].Days[0]
	for _, slot := range slots {
		for _, d := range slot.Days {
			if d.Before(first) {
				first = d
			}
			if last.Before(d) {
				last = d
			}
		}
	}
	lists, err := s.register.Holidays(c.Request.Context(), first, last)
	if err != nil {
		return nil, fmt.Errorf("web: holidays: %w", err)
	}
	if len(lists) == 0 {
		return nil, nil //nolint:nilnil // nothing touches these
	}
	said := make(map[scheduling.Label][]string)
	for _, slot := range slots {
		for _, f := range scheduling.Feasts(lists, slot.Candidate, n.Parties) {
			if line := feastLine(p, n, f); !slices.Contains(said[slot.Label], line) {
				said[slot.Label] = append(said[slot.Label], line)
			}
		}
	}
	return said, nil
}

// mostKeepers is how many parties a feast names; beyond that it counts them.
const mostKeepers = 4

// feastLine says whose holiday it is, or what public event, and by which source.
func feastLine(p *locale.Printer, n *scheduling.Negotiation, f scheduling.Feast) string {
	when := p.ShortDateYear(f.First)
	if f.First != f.Last {
		when = p.DateRange(f.First, f.Last)
	}
	key := "holidays.feast"
	if f.Near {
		key = "holidays.feast_near"
	} else if f.MayShift {
		key = "holidays.feast_shift"
	}
	var who []string
	if f.Host {
		who = append(who, p.T("holidays.host"))
	}
	if len(f.Parties) > mostKeepers {
		who = append(who, p.T("round.count", "n", len(f.Parties)))
	} else {
		who = append(who, n.Names(f.Parties)...)
	}
	said := p.And(who...)
	switch {
	case f.Kind == scheduling.PublicEvents && f.City != "":
		said = p.T("holidays.event_in", "city", f.City)
	case f.Kind == scheduling.PublicEvents:
		said = p.T("holidays.event")
	case len(who) == 0:
		said = p.T("holidays.feast_all")
	}
	return p.T(key, "name", f.Name, "when", when, "who", said, "source", f.Source)
}

// flagMatrix puts beside each date on the overview what touches it.
func (s *Server) flagMatrix(c *gin.Context, r *scheduling.Round, m *matrixView) error {
	if m == nil {
		return nil
	}
	feasts, err := s.feastsOf(c, m.Printer, r.Negotiation, r.Offered())
	if err != nil {
		return err
	}
	for _, g := range m.Groups {
		for i := range g.Rows {
			g.Rows[i].Feasts = feasts[scheduling.Label(g.Rows[i].Label)]
		}
	}
	return nil
}

// flagged adds to the facts of a slot what touches its days.
func (s *Server) flagged(c *gin.Context, p *locale.Printer, r *scheduling.Round, slot *scheduling.Slot, facts []fact) ([]fact, error) {
	feasts, err := s.feastsOf(c, p, r.Negotiation, []*scheduling.Slot{slot})
	if lines := feasts[slot.Label]; len(lines) > 0 {
		facts = append(facts, fact{Term: p.T("holidays.title"), Lines: lines})
	}
	return facts, err
}
