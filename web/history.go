package web

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var historyPage = declarePage("history")

const (
	// historyShown is how many entries a page has.
	historyShown = 50
	// longestHistory is how many entries are read for a record of everything.
	longestHistory = 100_000
)

// historyView is what happened, newest first.
type historyView struct {
	Page
	Heading string
	Entries []historyEntry
	Older   string
	Newest  string
	Clock   string
	Record  string // address of the CSV file
	Joint   string // address of the protocol, likewise
	Export  string // address of the page of the archive, "" for those who get none
}

type historyEntry struct {
	ISO, When string
	Sentence  []locale.Part // the party is set in bold
	Quote     string
	Details   []string
}

// history handles GET /n/:negotiation/:round/history: what happened in the
// round and to the talks, as far as the viewer may know. With ?skip= it goes on
// after so many entries of the viewer's own view: the numbers that the store
// gives would tell by their gaps how much the other side keeps to itself.
func (s *Server) history(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	skip, err := strconv.Atoi(c.DefaultQuery("skip", "0"))
	if err != nil || skip < 0 || skip > longestHistory {
		return hidden()
	}
	recorded, err := s.visibleHistory(c, r, v, skip+historyShown+1)
	if err != nil {
		return err
	}
	recorded = recorded[min(skip, len(recorded)):]
	view := historyView{Page: s.roundPage(c, r, v, tabHistory), Clock: clockOf(r, v).City}
	view.Heading = view.Title
	view.Title = view.T("history.title", "round", view.Heading)
	view.Record = roundPath(r.ID) + "/history.csv"
	if !v.Observer {
		view.Joint = roundPath(r.ID) + "/protocol"
	}
	if !v.Observer && !s.key.Zero() {
		view.Export = exportPath(r.Negotiation)
	}
	if len(recorded) > historyShown {
		recorded = recorded[:historyShown]
		view.Older = fmt.Sprintf("?skip=%d", skip+historyShown)
	}
	if skip > 0 {
		view.Newest = roundPath(r.ID) + "/history"
	}
	teller := newTeller(view.Printer, r, v)
	for _, e := range recorded {
		view.Entries = append(view.Entries, teller.entry(e))
	}
	return s.render(c, http.StatusOK, historyPage, view)
}

// visibleHistory reads up to limit entries that the viewer may know, newest
// first. Many may have to be passed over, so it reads on until there are
// enough.
func (s *Server) visibleHistory(c *gin.Context, r *scheduling.Round, v viewer, limit int) ([]scheduling.Recorded, error) {
	var visible []scheduling.Recorded
	before := int64(0)
	for {
		batch, err := s.store.History(c.Request.Context(), r.ID.Negotiation, before, max(limit, historyShown))
		if err != nil {
			return nil, fmt.Errorf("web: history: %w", err)
		}
		for _, e := range batch {
			if (e.Round == 0 || e.Round == r.ID.Number) && mayKnow(v, e.Event) {
				visible = append(visible, e)
			}
			if len(visible) == limit {
				return visible, nil
			}
			before = e.Seq
		}
		if len(batch) < max(limit, historyShown) {
			return visible, nil
		}
	}
}

// cancellationReason is what was written when the round was cancelled, for
// those who may read it.
func (s *Server) cancellationReason(c *gin.Context, r *scheduling.Round, v viewer) (string, error) {
	recorded, err := s.visibleHistory(c, r, v, historyShown) // little happens after it
	if err != nil {
		return "", err
	}
	for _, e := range recorded {
		if e.Kind == scheduling.RoundCancelled && e.Round == r.ID.Number {
			return newTeller(s.printer(c.Request), r, v).quote(e), nil
		}
	}
	return "", nil
}

// observable is what observers may know to have happened: the talks as a whole.
// What single parties answer, ask or object is not theirs.
var observable = []scheduling.EventKind{
	scheduling.NegotiationOpened, scheduling.NegotiationSuspended, scheduling.NegotiationResumed, scheduling.NegotiationConcluded,
	scheduling.MemberAdded, scheduling.MemberChanged, scheduling.MemberRemoved, scheduling.MemberLinkAsked,
	scheduling.MemberInvited, scheduling.MemberUninvited,
	scheduling.RoundAgreedAdReferendum, scheduling.RoundOpened, scheduling.RoundStalled, scheduling.RoundRevived, scheduling.RoundLapsed, scheduling.RoundCancelled,
	scheduling.ProposalDelivered, scheduling.ProposalAmended, scheduling.ProposalHasWithdrawn, scheduling.ProposalHasLapsed,
	scheduling.SlotChanged, scheduling.SlotLapsed, scheduling.SlotReoffered,
	scheduling.SealsOpened, scheduling.SealsCompared, scheduling.SealsDestroyed, scheduling.SealsRead,
	scheduling.MeetingConfirmed, scheduling.MeetingRescheduled, scheduling.MeetingSineDie, scheduling.MeetingWasHeld,
	scheduling.MeetingFaded, scheduling.ChangeProposed, scheduling.ChangeDropped, scheduling.ReleasedToPublic,
	scheduling.ChairNamed, scheduling.ChairLeft, scheduling.MediatorNamed, scheduling.MediatorLeft,
	scheduling.DateDecided, scheduling.SilenceProposed, scheduling.SilenceEnded, scheduling.SilenceAdopted, scheduling.RuleChanged,
}

// mayKnow reports whether the viewer may know of an event.
func mayKnow(v viewer, e scheduling.Event) bool {
	return e.Visible(v.Audience) && (!v.Observer || slices.Contains(observable, e.Kind))
}

// A teller says events in sentences.
type teller struct {
	p     *locale.Printer
	r     *scheduling.Round
	v     viewer
	clock clockFace
}

func newTeller(p *locale.Printer, r *scheduling.Round, v viewer) teller {
	return teller{p: p, r: r, v: v, clock: clockOf(r, v)}
}

func (t teller) entry(e scheduling.Recorded) historyEntry {
	entry := historyEntry{
		ISO: e.At.UTC().Format(time.RFC3339), When: t.p.ShortDateTime(e.At.In(t.clock.at)),
		Sentence: t.p.Parts(t.key(e), t.args(e)...), Quote: t.quote(e),
	}
	if e.Evidence != nil {
		entry.Details = append(entry.Details, t.reported(e))
	} else if name := personName(t.r.Negotiation, e.By, t.v); name != "" {
		entry.Details = append(entry.Details, t.p.T("history.by", "name", name))
	}
	if answers := t.answers(e); answers != "" {
		entry.Details = append(entry.Details, answers)
	}
	if d, ok := t.delivery(e); ok && !t.v.Observer {
		entry.Quote = "" // by whom and to whom are in the sentence
		entry.Details = append(entry.Details, deliverySentence(t.p, d))
	}
	switch {
	case e.Digest == "" || t.v.Observer:
	case e.Kind == scheduling.PositionsSealed || e.Kind == scheduling.PositionsResealed:
		entry.Details = append(entry.Details, t.p.T("sealed.commitment", "commitment", e.Digest))
	default:
		entry.Details = append(entry.Details, t.p.T("history.digest", "digest", e.Digest))
	}
	return entry
}

// answers says which offer the one that an event tells of was made in answer to.
func (t teller) answers(e scheduling.Recorded) string {
	if e.Kind != scheduling.ProposalDelivered && e.Kind != scheduling.ProposalAmended || e.Round != t.r.ID.Number {
		return ""
	}
	for _, p := range t.r.Proposals {
		if p.Number == e.Proposal && p.Version == e.Version {
			return answersText(t.p, t.r, p)
		}
	}
	return ""
}

// key is the sentence of an event. What the clock confirms nobody has.
func (t teller) key(e scheduling.Recorded) string {
	key := "history.event." + string(e.Kind)
	if e.By == "" && t.p.Has(key+"_by_clock") {
		key += "_by_clock"
	}
	return key
}

// delivery is the record that an event tells of: form, reference, day, by whom
// and to whom.
func (t teller) delivery(e scheduling.Recorded) (scheduling.Delivery, bool) {
	if e.Kind != scheduling.DeliveryRecorded || e.Round != t.r.ID.Number {
		return scheduling.Delivery{}, false
	}
	i := slices.IndexFunc(t.r.Deliveries, func(d scheduling.Delivery) bool {
		return d.Proposal == e.Proposal && d.Version == e.Version && d.RecordedBy == e.By && d.RecordedAt.Equal(e.At) && d.By+" – "+d.To == e.Text.Body
	})
	if i < 0 {
		return scheduling.Delivery{}, false
	}
	return t.r.Deliveries[i], true
}

// args fill the sentence of any kind; each takes what it needs.
func (t teller) args(e scheduling.Recorded) []any {
	n := t.r.Negotiation
	level := ""
	if e.Level != "" {
		level = t.p.T("level." + string(e.Level))
	}
	return []any{
		"party", capital(partyName(t.p, n, e.Party)), "slot", t.slot(e), "level", level, "proposal", e.Proposal,
		"version", e.Version, "name", t.member(e.Member),
		"asker", capital(partyName(t.p, n, confirmerOf(n, e.By))), "asked", t.p.And(n.Names(e.Text.Named)...),
	}
}

// slot names a slot. Its date is said only while it is the version that the
// event was about.
func (t teller) slot(e scheduling.Recorded) string {
	s := t.r.Slot(e.Slot)
	switch {
	case e.Slot == "":
		return ""
	case s == nil || e.Round != t.r.ID.Number:
		return string(e.Slot)
	case e.SlotVersion != 0 && e.SlotVersion != s.Version:
		return t.p.T("history.slot_version", "label", string(e.Slot), "version", e.SlotVersion)
	}
	return slotName(t.p, s)
}

func (t teller) member(id scheduling.MemberID) string {
	if name := personName(t.r.Negotiation, id, t.v); name != "" {
		return name
	}
	return t.p.T("history.somebody")
}

// quote is what was written with the event, for those who may read it.
func (t teller) quote(e scheduling.Recorded) string {
	if t.v.Observer && e.Kind != scheduling.ReleasedToPublic {
		return ""
	}
	return e.Text.For(t.v.Audience)
}

// reported says who recorded an answer for whom and on what evidence. The
// person is named to the person's own side, the party to all.
func (t teller) reported(e scheduling.Recorded) string {
	n := t.r.Negotiation
	by := partyName(t.p, n, confirmerOf(n, e.By))
	if name := personName(n, e.By, t.v); name != "" {
		by = t.p.T("history.person", "name", name, "party", by)
	}
	return t.p.T("history.reported", "party", partyName(t.p, n, e.Party), "by", by, "evidence", evidence(t.p, e.Evidence))
}

// historyRecord handles GET /n/:negotiation/:round/history.csv: the same as a
// table for the record, oldest first, times in UTC.
func (s *Server) historyRecord(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	recorded, err := s.visibleHistory(c, r, v, longestHistory)
	if err != nil {
		return err
	}
	t := newTeller(s.printer(c.Request), r, v)
	h := c.Writer.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="history-%d.csv"`, r.ID.Number))
	c.Writer.WriteHeader(http.StatusOK)
	if c.Request.Method == http.MethodHead {
		return nil
	}
	return t.table(c.Writer, recorded)
}

// table writes what was recorded, newest first, as a table, oldest first.
func (t teller) table(to io.Writer, recorded []scheduling.Recorded) error {
	w := csv.NewWriter(to)
	w.UseCRLF = true // RFC 4180 §2
	head := []string{"time_utc", "event", "party", "recorded_by", "slot", "slot_version", "level", "offer", "offer_version", "sentence", "text", "evidence", "sha256"}
	if err := w.Write(head); err != nil {
		return fmt.Errorf("web: write record: %w", err)
	}
	for _, e := range slices.Backward(recorded) {
		if err := w.Write(t.record(e)); err != nil {
			return fmt.Errorf("web: write record: %w", err)
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return fmt.Errorf("web: write record: %w", err)
	}
	return nil
}

func (t teller) record(e scheduling.Recorded) []string {
	entry := t.entry(e)
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	said := ""
	if e.Evidence != nil {
		said = evidence(t.p, e.Evidence)
	}
	if d, ok := t.delivery(e); ok && !t.v.Observer {
		said = deliverySentence(t.p, d)
	}
	digest := e.Digest
	if t.v.Observer {
		digest = ""
	}
	party := ""
	if e.By != "" || e.Party != "" { // else the clock did it
		party = partyName(t.p, t.r.Negotiation, e.Party)
	}
	cells := []string{
		entry.ISO, string(e.Kind), party, personName(t.r.Negotiation, e.By, t.v),
		string(e.Slot), number(e.SlotVersion), string(e.Level), number(e.Proposal), number(e.Version),
		join(entry.Sentence), entry.Quote, said, digest,
	}
	for i, cell := range cells {
		cells[i] = plainCell(cell)
	}
	return cells
}

// plainCell keeps a spreadsheet from reading text as a formula: an apostrophe
// stands before whatever could begin one.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n|%", rune(s[0])) {
		return "'" + s
	}
	return s
}
