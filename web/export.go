package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/record"
	"parley/web/diary"
	"parley/web/locale"
)

var exportPage = declarePage("export")

type exportView struct {
	Page
	Heading string
	File    string // address of the archive
	Key     string
	Head    headView
}

// showExport handles GET /n/:negotiation/export: what the archive holds, and
// how to check it.
func (s *Server) showExport(c *gin.Context) error {
	n, v, err := s.exportOf(c)
	if err != nil {
		return err
	}
	view := exportView{Page: s.page(c), File: exportPath(n) + ".zip", Key: s.key.Public()}
	view.Title = view.T("record.export.title")
	view.Heading = n.Title.For(v.Audience)
	view.Head = newHeadView(view.Printer, n)
	view.Back = &Link{Href: fmt.Sprintf("/n/%s", n.ID), Text: view.T("record.export.back")}
	return s.render(c, http.StatusOK, exportPage, view)
}

func exportPath(n *scheduling.Negotiation) string { return fmt.Sprintf("/n/%s/export", n.ID) }

// exportOf is the negotiation and who takes it away. Observers take nothing:
// even the size of the shared record would tell them what is not for them.
func (s *Server) exportOf(c *gin.Context) (*scheduling.Negotiation, viewer, error) {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return nil, v, err
	}
	if v.Observer || s.ledger == nil || s.key.Zero() {
		return nil, v, hidden()
	}
	return n, v, nil
}

// exportFile handles GET /n/:negotiation/export.zip: all that the viewer's
// party may see of the negotiation, with the proof that it is what happened.
// As long as nothing happens it has the same bytes each time.
func (s *Server) exportFile(c *gin.Context) error {
	n, v, err := s.exportOf(c)
	if err != nil {
		return err
	}
	files, err := s.exportFiles(c, n, v)
	if err != nil {
		return err
	}
	archive, err := record.WriteExport(n.ID, files, s.key)
	if err != nil {
		return fmt.Errorf("web: export of %s: %w", n.ID, err)
	}
	c.Header("Content-Disposition", `attachment; filename="parley-export.zip"`)
	c.Data(http.StatusOK, "application/zip", archive)
	return nil
}

func (s *Server) exportFiles(c *gin.Context, n *scheduling.Negotiation, v viewer) ([]record.File, error) {
	p := s.printer(c.Request)
	document, err := s.recordOf(c, n, v)
	if err != nil {
		return nil, err
	}
	rounds, err := s.store.Rounds(c.Request.Context(), n.ID)
	if err != nil {
		return nil, fmt.Errorf("web: export: %w", err)
	}
	files := []record.File{
		{Name: "README.txt", Data: []byte(exportReadme(p, n, v))},
		{Name: record.KeyFile, Data: []byte(s.key.Public() + "\n")},
	}
	view := viewOf(n, v)
	days := calendar.Feed{Name: p.T("diary.feed_party", "title", n.Title.For(v.Audience), "name", partyName(p, n, v.Audience.Party)), URL: s.Address(exportPath(n)), Refresh: time.Hour}
	for _, r := range rounds {
		recorded, err := s.visibleHistory(c, r, v, longestHistory)
		if err != nil {
			return nil, err
		}
		var table bytes.Buffer
		if err := newTeller(p, r, v).table(&table, recorded); err != nil {
			return nil, err
		}
		files = append(files, record.File{Name: record.HistoryFile(r.ID.Number), Data: table.Bytes()})
		round := viewOfRound(r, v)
		for _, proposal := range r.Proposals {
			if proposal.Number == 0 || proposal.Paper == nil {
				continue
			}
			paper := record.ViewPaper{Proposal: proposal.Number, Version: proposal.Version, Party: string(proposal.By), Digest: proposal.Paper.Digest}
			// A text from which somebody's name was erased is not the one that was
			// delivered any more, and cannot be checked against its digest.
			if paper.Digest == digestOf(proposal.Paper.Text) {
				paper.File = fmt.Sprintf("round-%d/paper-%d-%d.txt", r.ID.Number, proposal.Number, proposal.Version)
				files = append(files, record.File{Name: paper.File, Data: []byte(proposal.Paper.Text)})
			}
			round.Papers = append(round.Papers, paper)
		}
		view.Rounds = append(view.Rounds, round)
		days.Events = append(days.Events, diary.Reader{Printer: p, Audience: v.Audience, Base: s.base.String()}.Feed(r)...)
	}
	for name, content := range map[string]any{record.RecordFile: document, record.ViewFile: view} {
		data, err := record.JSON(content)
		if err != nil {
			return nil, fmt.Errorf("web: export: %w", err)
		}
		files = append(files, record.File{Name: name, Data: data})
	}
	stream, err := days.Encode()
	if err != nil {
		return nil, fmt.Errorf("web: export: %w", err)
	}
	return append(files, record.File{Name: "calendar.ics", Data: stream}), nil
}

// recordOf is the record as the viewer's party gets it, with the heads that its
// members were sent.
func (s *Server) recordOf(c *gin.Context, n *scheduling.Negotiation, v viewer) (record.Document, error) {
	ctx := c.Request.Context()
	logs := make(map[record.Log][]record.Kept, 2)
	for _, log := range []record.Log{record.Shared, record.Own(v.Audience.Party)} {
		kept, err := s.ledger.Record(ctx, n.ID, log)
		if err != nil {
			return record.Document{}, fmt.Errorf("web: export: %w", err)
		}
		logs[log] = kept
	}
	messages, err := s.store.Messages(ctx, n.ID, longestHistory)
	if err != nil {
		return record.Document{}, fmt.Errorf("web: export: %w", err)
	}
	var given []record.Given
	origin := record.Origin(n.ID, record.Shared)
	for _, m := range messages {
		// An entry may have come since the log was read.
		if m.Party == v.Audience.Party && !m.Head.IsZero() && m.Head.Size <= int64(len(logs[record.Shared])) {
			given = append(given, record.Given{Where: "mail of " + m.CreatedAt.UTC().Format(time.RFC3339), Head: record.FormatHead(origin, m.Head)})
		}
	}
	document, err := record.NewDocument(n, v.Audience, logs, given, s.key)
	if err != nil {
		return document, fmt.Errorf("web: export: %w", err)
	}
	return document, nil
}

func viewOf(n *scheduling.Negotiation, v viewer) record.View {
	view := record.View{ID: string(n.ID), Title: n.Title.For(v.Audience), Reference: n.Reference, Status: string(n.Status)}
	for _, p := range n.Parties {
		view.Parties = append(view.Parties, record.ViewParty{ID: string(p.ID), Name: p.Name, Role: string(p.Role)})
	}
	return view
}

// viewOfRound is what the viewer's party may see of a round, without papers.
func viewOfRound(r *scheduling.Round, v viewer) record.ViewRound {
	round := record.ViewRound{Number: r.ID.Number, Name: r.Name.For(v.Audience), Status: string(r.Status), Rule: string(r.Rule.Kind), Papers: []record.ViewPaper{}}
	for _, slot := range r.Slots {
		s := record.ViewSlot{
			Label: string(slot.Label), Version: slot.Version, Status: string(slot.Status), Venue: slot.Venue.Name, Zone: string(slot.Venue.Zone),
			Start: slot.Start().UTC().Format(time.RFC3339), End: slot.End().UTC().Format(time.RFC3339),
			Positions: []record.ViewPosition{}, Consents: []record.ViewConsent{},
		}
		for _, day := range slot.Days {
			s.Days = append(s.Days, day.String())
		}
		for _, party := range r.Negotiation.Parties {
			if pos, ok := slot.Position(party.ID); ok {
				s.Positions = append(s.Positions, record.ViewPosition{
					Party: string(party.ID), Level: string(pos.Level), Reason: pos.Reason.For(v.Audience), At: pos.At.UTC().Format(time.RFC3339), Implied: pos.Implied,
				})
			}
			if consent, ok := slot.Consent(party.ID); ok {
				s.Consents = append(s.Consents, record.ViewConsent{Party: string(party.ID), Kind: string(consent.Kind), At: consent.At.UTC().Format(time.RFC3339)})
			}
		}
		round.Slots = append(round.Slots, s)
	}
	if slot := r.Confirmed(); slot != nil {
		round.Confirmed = string(slot.Label)
	}
	return round
}

// exportReadme says what is in the archive and how to check it.
func exportReadme(p *locale.Printer, n *scheduling.Negotiation, v viewer) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(s + "\n") }
	wrapText(line, n.Title.For(v.Audience))
	wrapText(line, p.T("record.export.for", "party", cmp.Or(partyName(p, n, v.Audience.Party), "–")))
	for _, key := range []string{"what", "check", "own", "limits"} {
		line("")
		for part := range strings.SplitSeq(p.T("record.export."+key), "\n") {
			wrapText(line, part)
		}
	}
	line("")
	line("  parley verify -key PUBLIC-KEY parley-export.zip")
	return b.String()
}
