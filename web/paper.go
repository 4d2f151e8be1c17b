package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// A paperDocument is a paper in parts, in the words that the other side reads.
// It is stored with the delivered copy and never written anew: a later version
// of this program must still show it as it was.
type paperDocument struct {
	Reference, Date, Original string
	Title                     string
	Paragraphs                []string
	TableTitle                string
	Columns                   []string
	Rows                      [][]string
	Sections                  []paperSection
}

type paperSection struct{ Title, Text string }

// NewPaper writes the paper of a proposal as it would stand if by delivered it
// at now: what every party may read of it, and nothing else. Number is 0 for a
// new proposal, and that of the proposal which an amendment replaces.
func NewPaper(p *locale.Printer, r *scheduling.Round, a scheduling.Act, number int, c scheduling.Content) (scheduling.Paper, error) {
	slots, err := r.Preview(a, number, c)
	if err != nil {
		return scheduling.Paper{}, err
	}
	version := 1
	if old := r.Proposal(number); old != nil {
		version = old.Version + 1
	} else {
		number = r.NextProposal()
	}
	d := document(p, r, a, number, version, c, slots)
	raw, err := json.Marshal(d)
	if err != nil {
		return scheduling.Paper{}, fmt.Errorf("web: store paper: %w", err)
	}
	text := d.text()
	return scheduling.Paper{Language: p.Tag(), Text: text, Document: string(raw), Digest: digestOf(text)}, nil
}

// digestOf is the SHA-256 of a text in hexadecimal.
func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// everybody is the audience of a paper: a reader of no party's own texts.
var everybody = scheduling.PartyAudience("\x00everybody")

func document(p *locale.Printer, r *scheduling.Round, a scheduling.Act, number, version int, c scheduling.Content, slots []*scheduling.Slot) paperDocument {
	n := r.Negotiation
	var party scheduling.PartyID
	if m := n.Member(a.By); m != nil {
		party = m.Party
	}
	by := partyName(p, n, party)
	d := paperDocument{
		Reference: paperReference(p, r, number, version), Date: p.DayMonthYear(dateOf(n, party, a.At)),
		Original: p.T("paper.original", "language", p.Name()),
		Title:    p.T("paper.title", "party", by, "round", r.Name.For(everybody)),
		Paragraphs: []string{
			capital(p.T("paper.proposes", "party", by, "round", r.Name.For(everybody), "talks", n.Title.For(everybody), "offer", uncapital(offerSentence(p, c.Terms)))),
		},
		TableTitle: p.T("paper.dates"),
	}
	if answered := r.Proposal(c.Answers); answered != nil {
		d.Paragraphs = append(d.Paragraphs, p.T("paper.answers", "n", answered.Number, "party", partyName(p, n, answered.By),
			"reference", paperReference(p, r, answered.Number, answered.Version)))
	}
	cities := paperCities(r, slots)
	d.Columns = []string{p.T("paper.slot"), p.T("paper.venue"), p.T("paper.date"), p.T("paper.hours")}
	for _, city := range cities {
		d.Columns = append(d.Columns, city.Name)
	}
	d.Columns = append(d.Columns, p.T("paper.decide_by"))
	for _, s := range slots {
		d.Rows = append(d.Rows, paperRow(p, r, s, cities))
	}
	section := func(key, text string) {
		if text != "" {
			d.Sections = append(d.Sections, paperSection{p.T("paper." + key), text})
		}
	}
	section("agenda", c.Agenda.For(everybody))
	section("not_on_agenda", c.NotOnAgenda.For(everybody))
	section("references", c.References.For(everybody))
	section("papers", c.Papers.For(everybody))
	section("distribution", c.Distribution.For(everybody))
	section("replies", paperReplies(p, c))
	if c.Firm {
		section("firm", p.T("firm.paper", "party", by, "when", until(p, c.FirmUntil)))
	}
	settled := p.T("paper.settled." + string(r.Rule.Confirmation))
	if r.Rule.Kind != scheduling.Unanimity {
		settled = kindText(p, r.Negotiation, r.Rule)
	}
	section("rule", settled)
	if h := n.Head; !h.IsZero() {
		d.Sections = append(d.Sections, paperSection{p.T("record.paper_title"), p.T("record.paper", "n", int(h.Size), "root", h.Root, "signature", h.Signature)})
	}
	return d
}

// uncapital is a sentence as it goes on after a colon.
func uncapital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(first)) + s[size:]
}

// paperReference names a paper: "PST/3/PROP.1/REV.2".
func paperReference(p *locale.Printer, r *scheduling.Round, number, version int) string {
	reference := p.T("paper.reference", "round", r.ID.Number, "number", number)
	if r.Negotiation.Reference != "" {
		reference = r.Negotiation.Reference + "/" + reference
	}
	if version > 1 {
		reference += "/" + p.T("paper.revision", "n", version-1)
	}
	return reference
}

// paperCities are the seats that the table gives hours for: at most three fit.
func paperCities(r *scheduling.Round, slots []*scheduling.Slot) []City {
	if len(slots) == 0 || slices.ContainsFunc(slots, func(s *scheduling.Slot) bool { return s.DateOnly }) {
		return nil
	}
	var cities []City
	for _, party := range r.Negotiation.Parties {
		city := City{Name: party.City, Zone: party.Zone}
		if party.City != "" && party.Zone != "" && !slices.Contains(cities, city) && len(cities) < 3 {
			cities = append(cities, city)
		}
	}
	return cities
}

func paperRow(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot, cities []City) []string {
	venue := s.Venue.Name
	if s.Venue.Place != "" {
		venue = s.Venue.Place + ", " + venue
	}
	hours := p.T("paper.whole_day")
	if !s.DateOnly {
		hours = p.Hours(s.Hours)
	}
	row := []string{string(s.Label), venue, slotDays(p, s), hours}
	day := s.Candidate
	day.Days = day.Days[:1]
	for _, city := range cities {
		row = append(row, hoursIn(p, city, s.Days[0], day.Start(), day.End()))
	}
	return append(row, p.ShortDateYear(s.DecideBy(r.Negotiation.Parties)))
}

// hoursIn is the hours of a day on the clock of another city, in words where
// they leave the day.
func hoursIn(p *locale.Printer, city City, on civil.Date, start, end time.Time) string {
	from, to := start.In(city.Zone.Location()), end.In(city.Zone.Location())
	text := p.Hours(civil.Span{From: civil.Clock(from.Hour(), from.Minute()), To: civil.Clock(to.Hour(), to.Minute())})
	switch {
	case civil.DateOf(from).Before(on):
		return p.T("paper.previous_day", "hours", text)
	case civil.DateOf(from).After(on):
		return p.T("paper.day_after", "hours", text)
	case civil.DateOf(to).After(on):
		return p.T("paper.next_day", "hours", text)
	}
	return text
}

func paperReplies(p *locale.Printer, c scheduling.Content) string {
	said := []string{c.Contact.Name, c.Contact.Phone, c.Contact.Email}
	contact := strings.Join(slices.DeleteFunc(said, func(part string) bool { return part == "" }), ", ")
	if c.ReplyBy.IsZero() {
		return p.T("paper.reply_to", "contact", contact)
	}
	when := until(p, c.ReplyBy)
	key := "paper.reply_by"
	if c.LapsesAtReplyBy {
		key = "paper.reply_by_lapses"
	}
	return p.T(key, "when", when, "contact", contact)
}

// until is a deadline as a paper says it.
func until(p *locale.Printer, d scheduling.Deadline) string {
	if d.At != civil.EndOfDay {
		return p.T("paper.until_time", "date", p.Date(d.Date), "time", p.Time(d.At), "city", d.City)
	}
	return p.T("paper.until_day", "date", p.Date(d.Date), "city", d.City)
}

// text is the paper as plain text: no line over 78 columns unless a single word
// is, and nothing that a cable would lose.
func (d paperDocument) text() string {
	var b strings.Builder
	line := func(s string) { b.WriteString(strings.TrimRight(s, " ") + "\n") }
	line(d.Reference)
	line(d.Date)
	line(d.Original)
	line("")
	wrapText(line, d.Title)
	line("")
	for _, s := range d.Paragraphs {
		wrapText(line, s)
		line("")
	}
	line(d.TableTitle)
	line("")
	// A table is too wide for a cable: each slot has lines of its own.
	for i, row := range d.Rows {
		if i > 0 {
			line("")
		}
		indent := strings.Repeat(" ", utf8.RuneCountInString(row[0])+2)
		wrapText(indented(line, row[0]+"  ", indent), row[paperDate]+", "+row[paperVenue])
		for j := paperDate + 1; j < len(row); j++ {
			wrapText(indented(line, indent, indent), d.Columns[j]+": "+row[j])
		}
	}
	for _, s := range d.Sections {
		line("")
		line(s.Title)
		line("")
		for part := range strings.SplitSeq(s.Text, "\n") {
			wrapText(line, part)
		}
	}
	return b.String()
}

// The columns of the table that the plain text begins an entry with.
const (
	paperVenue = 1
	paperDate  = 2
)

// indented is line with first before the first line, and rest before the others.
func indented(line func(string), first, rest string) func(string) {
	return func(s string) {
		line(first + s)
		first = rest
	}
}

// wrapText gives text to line in pieces of at most 72 columns.
func wrapText(line func(string), text string) {
	current := ""
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' }) {
		if current != "" && utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > 72 {
			line(current)
			current = ""
		}
		if current != "" {
			current += " "
		}
		current += word
	}
	line(current)
}

var paperPage = declarePage("paper")

type paperView struct {
	Page
	Root       string
	Number     int
	Version    int
	Versions   []Tab
	Others     []Tab // the other proposals of the round
	State      string
	Document   paperDocument
	Lang       string
	Digest     string
	Deliveries []string
	MayRecord  bool
	Unserved   string // which parties have to be handed the paper
	Withdrawn  bool
}

// showPaper handles GET R/paper/:proposal: the delivered copy of a proposal, as
// it was delivered. With ?version= an earlier one.
func (s *Server) showPaper(c *gin.Context) error {
	r, v, proposal, err := s.paperOf(c)
	if err != nil {
		return err
	}
	view := paperView{
		Page: s.roundPage(c, r, v, tabPaper), Root: roundPath(r.ID), Number: proposal.Number, Version: proposal.Version,
		Lang: proposal.Paper.Language, Digest: proposal.Paper.Digest,
		MayRecord: v.May(scheduling.RightConvene) && (proposal.By == v.Member.Party || v.Party == nil),
	}
	if err := json.Unmarshal([]byte(proposal.Paper.Document), &view.Document); err != nil {
		return fmt.Errorf("web: read paper %d of round %s: %w", proposal.Number, r.ID, err)
	}
	view.Doc, view.Unserved = true, unserved(view.Printer, r, v, proposal)
	view.Window = view.T("paper.window", "number", proposal.Number, "version", proposal.Version, "round", view.Title)
	view.State = view.T("paper.state."+offerState(r, proposal), "party", partyName(view.Printer, r.Negotiation, proposal.By))
	view.Withdrawn = proposal.Status == scheduling.ProposalWithdrawn || proposal.Status == scheduling.ProposalLapsed
	for _, p := range r.Proposals {
		if p.Number == 0 {
			continue
		}
		href := fmt.Sprintf("%s/paper/%d", view.Root, p.Number)
		if p.Number == proposal.Number {
			view.Versions = append(view.Versions, Tab{
				Href: href + "?version=" + strconv.Itoa(p.Version), Text: view.T("paper.version", "n", p.Version), Current: p.Version == proposal.Version,
			})
		}
		if p == r.Proposal(p.Number) {
			view.Others = append(view.Others, Tab{Href: href, Text: view.T("paper.number", "n", p.Number), Current: p.Number == proposal.Number})
		}
	}
	for _, d := range r.Deliveries {
		if d.Proposal == proposal.Number && d.Version == proposal.Version {
			view.Deliveries = append(view.Deliveries, deliverySentence(view.Printer, d))
		}
	}
	return s.render(c, http.StatusOK, paperPage, view)
}

// showPaperText handles GET R/paper/:proposal/text: the same as plain text,
// byte for byte what the digest was made of.
func (s *Server) showPaperText(c *gin.Context) error {
	_, _, proposal, err := s.paperOf(c)
	if err != nil {
		return err
	}
	c.Header("Content-Language", proposal.Paper.Language)
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(proposal.Paper.Text))
	return nil
}

// paperOf is the version of the proposal in the path that was delivered.
// Observers see no papers.
func (s *Server) paperOf(c *gin.Context) (*scheduling.Round, viewer, *scheduling.Proposal, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, viewer{}, nil, err
	}
	number, err := strconv.Atoi(c.Param("proposal"))
	if err != nil {
		return nil, viewer{}, nil, hidden()
	}
	proposal := r.Proposal(number)
	if asked := c.Query("version"); asked != "" {
		version, _ := strconv.Atoi(asked)
		proposal = nil
		for _, p := range r.Proposals {
			if p.Number == number && number > 0 && p.Version == version {
				proposal = p
			}
		}
	}
	if proposal == nil || proposal.Paper == nil || v.Observer {
		return nil, viewer{}, nil, hidden()
	}
	return r, v, proposal, nil
}
