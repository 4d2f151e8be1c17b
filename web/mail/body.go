package mail

import (
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"

	"parley/scheduling"
	"parley/web/locale"
)

//go:embed message.html
var files embed.FS

var page = template.Must(template.ParseFS(files, "message.html"))

// content is a message in parts; the text and the HTML say the same.
type content struct {
	*locale.Printer
	Title     string
	Sentences []string
	Paper     string // the delivered copy, as it stands
	Open      string // what the address below opens
	Address   string // LinkPlace, or the page for people with an account
	Private   bool   // the address is the recipient's own link
	Office    string
}

func (l *letter) body(head scheduling.Event, m scheduling.Message) (text, html string) {
	c := content{
		Printer: l.reader.Printer, Title: unlinked(l.title()), Sentences: l.sentences(head),
		Paper: unlinked(l.paper(head)), Office: l.Office,
	}
	for i, s := range c.Sentences {
		c.Sentences[i] = unlinked(s)
	}
	if !l.to.Removed {
		c.Open, c.Address, c.Private = l.reader.T("mail.open"), scheduling.LinkPlace, true
		if m.Method == "REQUEST" { // an invitation: nothing is left to answer here
			c.Open = l.reader.T("mail.look")
		}
		if l.to.Account != "" || head.Kind == scheduling.PositionsResealed {
			// A new private link shows to whoever manages the members, and would
			// tell how often a sealed reply was replaced.
			c.Address, c.Private = l.home(), false
		}
	}
	if m.Method != "" {
		c.Sentences = append(c.Sentences, l.reader.T("mail.calendar."+m.Method))
	}
	var b bytes.Buffer
	if err := page.Execute(&b, c); err != nil {
		// The template is ours and its data are strings: it fails only by our
		// own mistake, and the plain text says the same.
		b.Reset()
	}
	return c.text(), b.String()
}

// unlinked takes what stands for the recipient's private link out of what
// people wrote: the link would be put there when the message is sent, such as
// into an address that leads to whoever wrote it. What is left in its place
// keeps the parts around it from making it up anew.
func unlinked(s string) string { return strings.ReplaceAll(s, scheduling.LinkPlace, "…") }

// text is the plain text: lines that fit into 78 columns, addresses on lines
// of their own.
func (c content) text() string {
	var b strings.Builder
	paragraph := func(s string) {
		for line := range strings.SplitSeq(s, "\n") {
			wrap(&b, line, 76)
		}
		b.WriteByte('\n')
	}
	paragraph(c.Title)
	for _, s := range c.Sentences {
		paragraph(s)
	}
	if c.Address != "" {
		wrap(&b, c.Open, 76)
		b.WriteString(c.Address + "\n\n")
	}
	if c.Private {
		paragraph(c.T("mail.private"))
	}
	if c.Paper != "" {
		b.WriteString(strings.Repeat("-", 72) + "\n\n" + c.Paper + "\n\n")
	}
	if c.Office != "" {
		b.WriteString("-- \n" + c.Office + "\n")
	}
	return b.String()
}

// breaks reports whether a line may be broken at r: not at the spaces that keep
// a number and its unit together.
func breaks(r rune) bool { return r == ' ' || r == '\t' || r == '\r' }

// wrap writes one line broken at spaces. A word longer than width stays whole.
func wrap(b *strings.Builder, line string, width int) {
	column := 0
	for word := range strings.FieldsFuncSeq(line, breaks) {
		n := len([]rune(word))
		switch {
		case column == 0:
		case column+1+n > width:
			b.WriteByte('\n')
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	b.WriteByte('\n')
}

func (l *letter) title() string {
	if l.r != nil {
		return l.reader.Title(l.r)
	}
	return l.n.Title.For(l.to.Audience())
}

func (l *letter) home() string {
	if l.r != nil {
		return l.reader.Page(l.r)
	}
	return fmt.Sprintf("%s/n/%s", l.Base, l.n.ID)
}

// sentences tell what happened, in the order in which it did. What belongs to
// the headline comes even where it is not worth a message of its own.
func (l *letter) sentences(head scheduling.Event) []string {
	var all []string
	opened := slices.ContainsFunc(l.events, func(e scheduling.Event) bool { return e.Kind == scheduling.SealsOpened })
	for _, e := range l.events {
		if opened && e.Kind == scheduling.PositionTaken {
			continue // what was sealed is for the page
		}
		if l.reader.Has("mail.event."+string(e.Kind)) && (e.Scope != scheduling.OwnParty || e.Member == l.to.ID || e.Kind == head.Kind) {
			all = append(all, l.sentence(e))
		}
	}
	return all
}

func (l *letter) sentence(e scheduling.Event) string {
	p := l.reader
	slot := ""
	if l.r != nil {
		if s := l.r.Slot(e.Slot); s != nil {
			slot = p.T("mail.slot", "label", string(s.Label), "when", p.When(s))
		}
	}
	level := ""
	if e.Level != "" {
		level = p.T("level." + string(e.Level))
	}
	text := p.T("mail.event."+string(e.Kind),
		"party", l.party(e.Party), "slot", slot, "level", level, "proposal", e.Proposal, "version", e.Version, "date", l.replyBy(e), "digest", e.Digest,
		"asker", l.party(l.partyOf(e.By)), "ends", l.silenceEnds(e))
	if e.Kind == scheduling.ConsentGivenAdReferendum && l.r != nil {
		if c, ok := l.r.Slot(e.Slot).Consent(e.Party); ok && c.Kind == scheduling.AdReferendum {
			text = p.T("mail.approval_until", "sentence", text, "date", p.Date(c.Until.Date), "city", c.Until.City)
		}
	}
	if answered := l.answered(e); answered != nil {
		text = p.T("mail.answers", "sentence", text, "n", answered.Number, "party", l.party(answered.By))
	}
	if body := e.Text.For(l.to.Audience()); body != "" && !l.observer() {
		text = p.T("mail.with_reason", "sentence", text, "reason", body)
	}
	if ev := e.Evidence; ev != nil {
		text = p.T("mail.reported", "sentence", text, "form", p.T("mail.form."+string(ev.Form)), "from", ev.From, "to", ev.To, "date", p.Date(ev.Date))
	}
	return text
}

// answered is the offer that the one which an event delivers was made in answer
// to, or nil.
func (l *letter) answered(e scheduling.Event) *scheduling.Proposal {
	if l.r == nil || e.Kind != scheduling.ProposalDelivered && e.Kind != scheduling.ProposalAmended {
		return nil
	}
	if p := l.r.Proposal(e.Proposal); p != nil {
		return l.r.Proposal(p.Answers)
	}
	return nil
}

// observer reports whether the recipient follows without a say: reasons are
// not for observers, whatever their audience.
func (l *letter) observer() bool {
	p := l.n.Party(l.to.Party)
	return p != nil && p.Role == scheduling.RoleObserver
}

func (l *letter) party(id scheduling.PartyID) string {
	if p := l.n.Party(id); p != nil {
		return p.Name
	}
	return l.reader.T("mail.staff")
}

// partyOf is for which party a member acts.
func (l *letter) partyOf(id scheduling.MemberID) scheduling.PartyID {
	for _, m := range l.n.Members {
		if m.ID == id {
			return m.Party
		}
	}
	return ""
}

// replyBy is by when the proposal of an event asks for an answer, or "".
func (l *letter) replyBy(e scheduling.Event) string {
	if l.r == nil || e.Proposal == 0 {
		return ""
	}
	p := l.r.Proposal(e.Proposal)
	if p == nil || p.ReplyBy.IsZero() {
		return ""
	}
	return l.reader.Date(p.ReplyBy.Date)
}

// silenceEnds is when a date that was put under silence is adopted, or "".
func (l *letter) silenceEnds(e scheduling.Event) string {
	if e.Kind != scheduling.SilenceProposed || l.r == nil || l.r.Silence == nil {
		return ""
	}
	ends := l.r.Silence.Ends
	return l.reader.T("rule.instant", "when", l.reader.ShortDateTime(ends.Instant().In(ends.Zone.Location())), "city", cmp.Or(ends.City, string(ends.Zone)))
}

// paper is the copy that a delivery or an amendment puts into the recipient's
// hands.
func (l *letter) paper(head scheduling.Event) string {
	if head.Kind != scheduling.ProposalDelivered && head.Kind != scheduling.ProposalAmended {
		return ""
	}
	if p := l.r.Proposal(head.Proposal); p != nil && p.Paper != nil {
		return p.Paper.Text
	}
	return ""
}

// withHead adds the signed head of the shared record to the last lines of a
// message. It was not there when the message was composed.
func withHead(text, about, note string) string {
	var b strings.Builder
	b.WriteString(text + "\n")
	wrap(&b, about, 76)
	return b.String() + "\n" + note
}

// withHeadHTML does the same in HTML.
func withHeadHTML(page, about, note string) string {
	const end = "</body>"
	at := strings.LastIndex(page, end)
	if at < 0 {
		return page
	}
	return page[:at] + "<p>" + html.EscapeString(about) + "</p>\n<pre>" + html.EscapeString(note) + "</pre>\n" + page[at:]
}
