package web

import (
	"slices"
	"strings"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

// mostWords is the number of parties up to which every cell says its answer in
// words; beyond it a mark has to do.
const mostWords = 6

// mostColumns is the number of parties beyond which the page begins filtered.
const mostColumns = 30

// What the matrix can be narrowed to, by ?only=.
const (
	onlyOpen     = "open"     // dates that nobody has ruled out
	onlyAwaiting = "awaiting" // parties that have dates left to answer
	onlyAll      = "all"
)

// A matrixView is every date on the table with every party's answer.
type matrixView struct {
	*locale.Printer
	Dense     bool // marks without words
	Observer  bool // standing alone
	Heads     []*matrixHead
	Columns   int
	Groups    []matrixGroup
	Notes     []*matrixNote
	Filters   []Tab
	Reported  bool // some answer is reported, so that the key explains the mark
	Consented bool
	Best      string // the words at the date that stands out
	Everybody int    // parties, for the link that opens all of them on a phone
	Key       []Chip
}

type matrixHead struct {
	Short, Name string
	id          scheduling.PartyID
}

type matrixGroup struct {
	Venue, Said string
	Rows        []matrixRow
}

type matrixRow struct {
	Room                    string   // how it stands with the room; "" is nothing to say
	Feasts                  []string // holidays and public events that touch the date
	Label, ISO, When, Hours string
	Changed                 string // that the slot is no longer as first offered
	DecideBy                string
	Best                    bool
	Standing                []locale.Part // the named parts are party names or counts
	Strong                  bool          // nothing is in the way
	Conditions              string
	Consents                []locale.Part
	Tally                   [5]int // answers of each level, in tallyOrder
	Total                   int
	Cells                   []matrixCell
	Exceptions              []matrixException
	Acts                    []Link
}

// A matrixCell is one party's answer to one slot.
type matrixCell struct {
	Level     scheduling.Level // "" is no answer
	Head      *matrixHead
	Extra     string // further classes of the chip: reported, consented, noted
	Word      string
	Note      *matrixNote
	NoteLabel string
	Said      string // "Consented", "Reported"
}

type matrixException struct{ Class, Word, Names string }

// A matrixNote is what a party gave as reason or condition for some of the
// slots, and on what a reported answer rests.
type matrixNote struct {
	ID, Letter string
	Party      string
	Slots      string
	Level      string
	Class      string // of the reason
	Quote      string
	Evidence   string

	slots []string
	key   noteKey
}

type noteKey struct {
	party           scheduling.PartyID
	level           scheduling.Level
	quote, evidence string
	class           scheduling.ReasonClass
}

// marks are the classes of the levels, which the sprite's marks share.
var marks = map[scheduling.Level]string{
	scheduling.LevelPreferred: "pref", scheduling.LevelAvailable: "ok", scheduling.LevelIfNeedBe: "ifn",
	scheduling.LevelNotPossible: "no", "": "none",
}

// levelWord is "Preferred" and so on, and "No reply yet".
func levelWord(p *locale.Printer, l scheduling.Level) string {
	if l == "" {
		return p.T("level.none")
	}
	return p.T("level." + string(l))
}

// tallyOrder is the order of the tally bar.
var tallyOrder = []scheduling.Level{
	scheduling.LevelPreferred, scheduling.LevelAvailable, scheduling.LevelIfNeedBe, scheduling.LevelNotPossible, "",
}

// A matrix builds the view; what is the same for all rows is made once.
type matrix struct {
	p         *locale.Printer
	r         *scheduling.Round
	v         viewer
	now       time.Time
	required  []scheduling.PartyID
	words     map[scheduling.Level]string
	best      *scheduling.Standing
	year      bool
	hidden    bool // answers are sealed, and look alike for all
	view      *matrixView
	columns   []int // indexes of required that are shown
	notes     map[noteKey]*matrixNote
	mayChange func(*scheduling.Slot) bool
}

// newMatrix is the view of what is on the table, or nil when nothing is.
func newMatrix(p *locale.Printer, r *scheduling.Round, v viewer, all []scheduling.Standing, ra *scheduling.Ranking, only string, now time.Time) *matrixView {
	if len(all) == 0 {
		return nil
	}
	m := &matrix{
		p: p, r: r, v: v, now: now, required: r.Negotiation.Required(), best: bestOf(all, ra), hidden: r.Hides(),
		words: make(map[scheduling.Level]string, len(tallyOrder)), notes: make(map[noteKey]*matrixNote),
	}
	for _, l := range tallyOrder {
		m.words[l] = levelWord(p, l)
	}
	thisYear := civil.DateOf(now).Year
	for i := range all {
		m.year = m.year || all[i].Slot.Days[0].Year != thisYear
	}
	m.view = &matrixView{Printer: p, Dense: len(m.required) > mostWords, Observer: v.Observer || m.hidden, Best: p.T("lead.best"), Everybody: len(m.required)}
	if ra != nil {
		m.view.Best = p.T("ranking.recommended")
	}
	shown := m.narrow(all, only)
	if r.Outcome != nil {
		m.best = standingOf(all, r.Outcome.Slot)
	}
	if !v.Observer && !m.hidden {
		m.heads()
	}
	m.view.Columns = 2 + len(m.view.Heads)
	m.mayChange = m.changeable()
	m.rows(shown)
	m.letter()
	for _, l := range tallyOrder {
		m.view.Key = append(m.view.Key, Chip{Level: marks[l], Word: m.words[l]})
	}
	return m.view
}

// narrow applies the filter, and offers those that would leave something out.
func (m *matrix) narrow(all []scheduling.Standing, only string) []scheduling.Standing {
	for i := range m.required {
		m.columns = append(m.columns, i)
	}
	var open []scheduling.Standing
	for _, s := range all {
		if s.Count(scheduling.LevelNotPossible) == 0 {
			open = append(open, s)
		}
	}
	var awaiting []int
	for i := range m.required {
		if slices.ContainsFunc(all, func(s scheduling.Standing) bool { return s.Levels[i] == "" }) {
			awaiting = append(awaiting, i)
		}
	}
	if only == "" && len(m.required) > mostColumns && len(open) > 0 {
		only = onlyOpen
	}
	filter := func(key string, n int) {
		m.view.Filters = append(m.view.Filters, Tab{
			Href: "?only=" + key + "#dates", Text: m.p.T("overview.only."+key, "n", n), Current: only == key,
		})
	}
	if len(open) > 0 && len(open) < len(all) {
		filter(onlyOpen, len(open))
	}
	if len(awaiting) > 0 && len(awaiting) < len(m.required) && !m.v.Observer && !m.hidden {
		filter(onlyAwaiting, len(awaiting))
	}
	if len(m.view.Filters) > 0 && (only == onlyOpen || only == onlyAwaiting) {
		filter(onlyAll, len(all))
	}
	switch {
	case only == onlyOpen && len(open) > 0:
		return open
	case only == onlyAwaiting && len(awaiting) > 0:
		m.columns = awaiting
	}
	return all
}

func (m *matrix) heads() {
	for _, i := range m.columns {
		party := m.r.Negotiation.Party(m.required[i])
		m.view.Heads = append(m.view.Heads, &matrixHead{Short: shortName(*party), Name: party.Name, id: party.ID})
	}
}

// shortName heads a column: the party's own short name, or three letters.
func shortName(p scheduling.Party) string {
	if p.Short != "" {
		return p.Short
	}
	letters := []rune(p.Name)
	return strings.ToUpper(string(letters[:min(3, len(letters))]))
}

// changeable tells which slots the viewer's party may change: those it offers.
func (m *matrix) changeable() func(*scheduling.Slot) bool {
	own := make(map[int]bool)
	if m.v.May(scheduling.RightConvene) && !m.v.Observer {
		for _, p := range m.r.Proposals {
			if p.By == m.v.Member.Party {
				own[p.Number] = true
			}
		}
	}
	return func(s *scheduling.Slot) bool {
		return slices.ContainsFunc(s.Offers, func(o scheduling.Source) bool { return own[o.Proposal] })
	}
}

// rows groups the slots by venue, in the order of the paper.
func (m *matrix) rows(all []scheduling.Standing) {
	for i := range all {
		s := all[i].Slot
		last := len(m.view.Groups) - 1
		if last < 0 || m.view.Groups[last].Venue != s.Venue.Name {
			m.view.Groups = append(m.view.Groups, matrixGroup{Venue: s.Venue.Name, Said: m.venueSaid(s)})
			last++
		}
		m.view.Groups[last].Rows = append(m.view.Groups[last].Rows, m.row(&all[i]))
	}
}

// venueSaid is the place, and whose offer brought the venue to the table.
func (m *matrix) venueSaid(s *scheduling.Slot) string {
	by := ""
	if len(s.Offers) > 0 {
		if p := m.r.Proposal(s.Offers[0].Proposal); p != nil {
			by = m.p.T("overview.offered_by."+string(s.Order), "n", p.Number, "party", partyName(m.p, m.r.Negotiation, p.By))
		}
	}
	return strings.Join(slices.DeleteFunc([]string{s.Venue.Place, by}, func(s string) bool { return s == "" }), ". ")
}

func (m *matrix) row(st *scheduling.Standing) matrixRow {
	s := st.Slot
	row := matrixRow{
		Label: string(s.Label), ISO: s.Days[0].String(), When: slotShort(m.p, s, m.year), Hours: slotHours(m.p, s),
		DecideBy: decideBy(m.p, m.r, s, m.now), Best: m.best != nil && m.best.Slot == s, Total: len(m.required),
		Strong: st.Acceptable(),
	}
	if s.Version > 1 {
		row.Changed = m.p.T("overview.version", "version", s.Version)
	}
	row.Room = roomStanding(m.p, s)
	named := !m.v.Observer
	row.Standing = standingParts(m.p, m.r, st, named)
	if st.Acceptable() {
		row.Conditions = m.p.T("overview.no_conditions")
		if st.Conditions > 0 {
			row.Conditions = m.p.T("overview.conditions", "n", st.Conditions)
		}
	}
	row.Consents = consentParts(m.p, m.r, st, named)
	row.Tally = newTally(st)
	if m.hidden {
		row.Standing = m.p.Parts(hiddenStanding(m.r))
		named = false
	}
	if named {
		m.cells(&row, st)
	}
	m.acts(&row, st)
	return row
}

// acts are what the viewer may do about one slot.
func (m *matrix) acts(row *matrixRow, st *scheduling.Standing) {
	base := roundPath(m.r.ID)
	if m.v.May(scheduling.RightConsent) && m.v.Party != nil && !m.v.Observer && byConsent(m.r) {
		level := st.Levels[slices.Index(m.required, m.v.Party.ID)]
		key := "overview.consent"
		if slices.Contains(st.Consents, m.v.Party.ID) {
			key = "overview.consented"
		}
		if level != scheduling.LevelNotPossible && !m.r.Sealing() {
			row.Acts = append(row.Acts, Link{Href: base + "/consent/" + row.Label, Text: m.p.T(key)})
		}
	}
	if v := m.v; v.Party != nil && !v.Observer && v.May(scheduling.RightAnswer) {
		if pos, ok := st.Slot.Position(v.Party.ID); ok && pos.Condition == scheduling.ConditionOpen && !v.May(scheduling.RightConsent) {
			row.Acts = append(row.Acts, Link{Href: base + "/consent/" + row.Label, Text: m.p.T("overview.condition")})
		}
	}
	if m.mayChange(st.Slot) {
		row.Acts = append(row.Acts, Link{Href: base + "/slots/" + row.Label + "/amendment", Text: m.p.T("overview.change_slot")})
	}
}

func (m *matrix) cells(row *matrixRow, st *scheduling.Standing) {
	row.Cells = make([]matrixCell, len(m.columns))
	var names [5][]string // of the exceptions, by index in tallyOrder
	for i, column := range m.columns {
		party := m.required[column]
		pos, answered := st.Slot.Position(party)
		if !answered {
			pos = scheduling.Position{}
		}
		level := st.Levels[column]
		cell := &row.Cells[i]
		*cell = matrixCell{Level: level, Head: m.view.Heads[i], Word: m.words[level]}
		if answered {
			cell.Note = m.note(st.Slot, party, pos)
		}
		if consent, ok := st.Slot.Consent(party); ok {
			m.mark(cell, pos, &consent)
		} else if answered {
			m.mark(cell, pos, nil)
		}
		if m.view.Dense && level != scheduling.LevelPreferred && level != scheduling.LevelAvailable {
			at := slices.Index(tallyOrder, level)
			names[at] = append(names[at], cell.Head.Name)
		}
	}
	for _, level := range []scheduling.Level{scheduling.LevelNotPossible, "", scheduling.LevelIfNeedBe} {
		if list := names[slices.Index(tallyOrder, level)]; len(list) > 0 {
			row.Exceptions = append(row.Exceptions, matrixException{Class: marks[level], Word: m.words[level], Names: m.p.And(list...)})
		}
	}
}

// mark adds to a cell what there is to say of an answer beside its level.
func (m *matrix) mark(cell *matrixCell, pos scheduling.Position, consent *scheduling.Consent) {
	var said []string
	if pos.Reported != nil {
		said = append(said, m.p.T("overview.cell.reported"))
	}
	if pos.Late {
		said = append(said, m.p.T("overview.cell.late"))
	}
	if pos.Reported != nil || consent != nil && consent.Reported != nil {
		cell.Extra += " rep"
		m.view.Reported = true
	}
	if consent != nil {
		cell.Extra += " con"
		m.view.Consented = true
		key := "overview.cell.consented"
		if consent.Reported != nil {
			key = "overview.cell.consented_reported"
		}
		if consent.Kind == scheduling.AdReferendum || consent.Kind == scheduling.Firm {
			key = "referendum.cell." + string(consent.Kind)
		}
		said = append(said, m.p.T(key))
	}
	cell.Said = strings.Join(said, ". ")
	if m.view.Dense && cell.Note != nil {
		cell.Extra += " noted"
	}
}

// note is the note of one answer, shared by answers that say the same; nil
// when there is nothing that the viewer may read.
func (m *matrix) note(s *scheduling.Slot, party scheduling.PartyID, pos scheduling.Position) *matrixNote {
	key := noteKey{party: party, level: pos.Level, quote: pos.Reason.For(m.v.Audience), class: pos.Class(m.v.Audience)}
	if pos.Reported != nil {
		key.evidence = m.p.T("overview.reported", "evidence", evidence(m.p, pos.Reported))
	}
	if key.quote == "" && key.evidence == "" && key.class == scheduling.NoReasonClass {
		return nil
	}
	n := m.notes[key]
	if n == nil {
		n = &matrixNote{
			key: key, Party: partyName(m.p, m.r.Negotiation, party), Level: m.words[pos.Level], Class: className(m.p, key.class), Quote: key.quote, Evidence: key.evidence,
		}
		m.notes[key] = n
		m.view.Notes = append(m.view.Notes, n)
	}
	n.slots = append(n.slots, m.p.T("overview.note_slot", "label", string(s.Label), "when", slotShort(m.p, s, m.year)))
	return n
}

// mostDates is how many dates a note lists before it counts them.
const mostDates = 4

// letter gives the notes their letters, or in the dense matrix, which shows
// none, the short name of the party.
func (m *matrix) letter() {
	defer m.label()
	for i, n := range m.view.Notes {
		n.Letter = letters(i)
		n.ID = "fn-" + n.Letter
		n.Slots = m.p.And(n.slots...)
		if len(n.slots) > mostDates {
			n.Slots = m.p.T("overview.dates", "n", len(n.slots))
		}
		if m.view.Dense {
			n.Letter = shortName(*m.r.Negotiation.Party(n.key.party))
		}
	}
}

// label gives the links to notes a name to be read out.
func (m *matrix) label() {
	if m.view.Dense {
		return
	}
	for _, g := range m.view.Groups {
		for _, row := range g.Rows {
			for i := range row.Cells {
				if n := row.Cells[i].Note; n != nil {
					row.Cells[i].NoteLabel = m.p.T("overview.note", "letter", n.Letter)
				}
			}
		}
	}
}

// letters counts a, b, ... z, aa, ab, ...
func letters(i int) string {
	if i < 26 {
		return string(rune('a' + i))
	}
	return letters(i/26-1) + letters(i%26)
}
