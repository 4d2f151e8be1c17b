package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/record"
	"parley/web/locale"
)

var protocolPage = declarePage("protocol")

// A protocol is what happened in a round as far as all parties may know: in one
// language it is the same for every party, to the byte.
type protocol struct {
	Reference string
	Title     string
	Sections  []protocolSection
}

type protocolSection struct {
	Title string
	Lines []string
}

type protocolView struct {
	Page
	Document protocol
	Lang     string
	Text     string // address of the plain text
	// Versions are the languages in which there is the protocol.
	Versions []Tab
}

// showProtocol handles GET R/protocol: the joint protocol of the round, for
// both sides to file.
func (s *Server) showProtocol(c *gin.Context) error {
	r, v, d, err := s.protocolOf(c)
	if err != nil {
		return err
	}
	lang := s.protocolIn(c).Tag()
	view := protocolView{Page: s.subPage(c, r, v), Document: d, Lang: lang, Text: roundPath(r.ID) + "/protocol.txt?in=" + lang}
	for _, l := range s.languages {
		view.Versions = append(view.Versions, Tab{Href: "?in=" + l.Tag, Text: l.Name, Current: l.Tag == lang})
	}
	view.Doc, view.Title = true, d.Title
	return s.render(c, http.StatusOK, protocolPage, view)
}

// showProtocolText handles GET R/protocol.txt: the same as plain text.
func (s *Server) showProtocolText(c *gin.Context) error {
	_, _, d, err := s.protocolOf(c)
	if err != nil {
		return err
	}
	c.Header("Content-Language", s.protocolIn(c).Tag())
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(d.text()))
	return nil
}

// protocolOf writes the protocol of the round in the path. Observers get none:
// it tells what single parties answered.
func (s *Server) protocolOf(c *gin.Context) (*scheduling.Round, viewer, protocol, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, v, protocol{}, err
	}
	if v.Observer {
		return nil, v, protocol{}, hidden()
	}
	nobody := viewer{Audience: everybody}
	recorded, err := s.visibleHistory(c, r, nobody, longestHistory)
	if err != nil {
		return nil, v, protocol{}, err
	}
	return r, v, newProtocol(s.protocolIn(c), r, nobody, recorded), nil
}

// protocolIn is the language in which the protocol is asked for (?in=fr), or
// else the viewer's: parties that read different languages file one text.
func (s *Server) protocolIn(c *gin.Context) *locale.Printer {
	for _, l := range s.languages {
		if l.Tag == c.Query("in") {
			return s.catalogs.Printer(l.Tag)
		}
	}
	return s.printer(c.Request)
}

func newProtocol(p *locale.Printer, r *scheduling.Round, v viewer, recorded []scheduling.Recorded) protocol {
	n := r.Negotiation
	d := protocol{Reference: n.Reference, Title: p.T("record.protocol.title", "round", r.Name.For(everybody), "talks", n.Title.For(everybody))}
	section := func(key string, lines ...string) {
		if len(lines) > 0 {
			d.Sections = append(d.Sections, protocolSection{p.T("record.protocol." + key), lines})
		}
	}
	var parties, consents, papers, happened []string
	for _, party := range n.Parties {
		parties = append(parties, party.Name)
	}
	section("parties", parties...)
	section("rule", p.T("paper.settled."+string(r.Rule.Confirmation)))
	if slot := r.Confirmed(); slot != nil {
		section("confirmed", slotTerms(p, slot))
	}
	for _, slot := range r.Slots {
		for _, party := range n.Parties {
			if consent, ok := slot.Consent(party.ID); ok {
				consents = append(consents, p.T("record.protocol.consent", "party", party.Name, "slot", slotName(p, slot), "when", protocolTime(n, party.ID, consent.At)))
			}
		}
	}
	section("consents", consents...)
	for _, proposal := range r.Proposals {
		if proposal.Number > 0 && proposal.Paper != nil {
			papers = append(papers, p.T("record.protocol.paper", "reference", paperReference(p, r, proposal.Number, proposal.Version),
				"party", partyName(p, n, proposal.By), "digest", proposal.Paper.Digest))
		}
	}
	section("papers", papers...)
	t := newTeller(p, r, v)
	for _, e := range slices.Backward(recorded) {
		entry := t.entry(e)
		line := protocolTime(n, e.Party, e.At) + "  " + join(entry.Sentence)
		if entry.Quote != "" {
			line += " " + p.T("record.protocol.quote", "text", entry.Quote)
		}
		if len(entry.Details) > 0 {
			line += " (" + strings.Join(entry.Details, ") (") + ")"
		}
		happened = append(happened, line)
	}
	section("happened", happened...)
	if h := n.Head; !h.IsZero() {
		section("record", strings.Split(strings.TrimSpace(record.FormatHead(record.Origin(n.ID, record.Shared), h)), "\n")...)
	}
	return d
}

// protocolTime is an instant in UTC and on the clock at the seat of the party
// that acted, in a form that no language changes.
func protocolTime(n *scheduling.Negotiation, party scheduling.PartyID, at time.Time) string {
	text := at.UTC().Format("2006-01-02 15:04:05 UTC")
	if p := n.Party(party); p != nil && p.Zone != "" {
		text += fmt.Sprintf(" (%s %s)", at.In(p.Zone.Location()).Format("15:04"), p.Zone)
	}
	return text
}

// text is the protocol as plain text in lines of at most 72 columns, unless a
// single word is longer.
func (d protocol) text() string {
	var b strings.Builder
	line := func(s string) { b.WriteString(strings.TrimRight(s, " ") + "\n") }
	if d.Reference != "" {
		line(d.Reference)
		line("")
	}
	wrapText(line, d.Title)
	for _, section := range d.Sections {
		line("")
		line(section.Title)
		line("")
		for _, text := range section.Lines {
			for part := range strings.SplitSeq(text, "\n") {
				wrapText(line, part)
			}
		}
	}
	return b.String()
}
