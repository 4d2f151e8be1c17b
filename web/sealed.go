package web

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

var (
	sealedReceiptPage = declarePage("sealed_receipt")
	sealedCheckPage   = declarePage("sealed_check")
	sealedReadPage    = declarePage("sealed_read")
)

// sealsView is who has answered under seal. Nothing in it depends on what was
// answered, save the commitments.
type sealsView struct {
	*locale.Printer
	Lines []sealLine // of each party; none for observers
	Acts  []Link
}

type sealLine struct {
	Party, State, Reported, Commitment string
	In                                 bool
}

// newSeals is the view of a round with a sealed rule, or nil.
func newSeals(p *locale.Printer, r *scheduling.Round, v viewer) *sealsView {
	if !r.Rule.Sealed() || v.Observer {
		return nil
	}
	view := &sealsView{Printer: p, Lines: sealLines(p, r, v)}
	view.Acts = append(view.Acts, Link{Href: roundPath(r.ID) + "/sealed", Text: p.T("sealed.act.check")})
	if v.Member != nil && r.MayReadSealed(v.Member.ID) == nil {
		view.Acts = append(view.Acts, Link{Href: roundPath(r.ID) + "/sealed/reading", Text: p.T("sealed.act.read")})
	}
	return view
}

func sealLines(p *locale.Printer, r *scheduling.Round, v viewer) []sealLine {
	clock := clockOf(r, v)
	var lines []sealLine
	for _, id := range r.Negotiation.Required() {
		line := sealLine{Party: partyName(p, r.Negotiation, id), State: p.T("sealed.state.out")}
		if seal, ok := r.Seals[id]; ok {
			line.In, line.Commitment = !seal.Stale, seal.Commitment
			line.State = p.T("sealed.state.stale")
			if line.In {
				line.State = p.T("sealed.state.in", "when", clock.moment(p, seal.At))
			}
			if seal.Reported != nil {
				line.Reported = p.T("overview.reported", "evidence", evidence(p, seal.Reported))
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// sealedRule says how a sealed round takes replies.
func sealedRule(p *locale.Printer, r *scheduling.Round, now time.Time) string {
	mediator := "sealed.mediator_none"
	if r.Rule.MediatorSees {
		mediator = "sealed.mediator"
	}
	return p.T("sealed.rule."+string(r.Rule.Kind)) + " " + sealedUntil(p, r, now) + " " + p.T(mediator)
}

// sealedUntil says until when replies are taken, and what follows then.
func sealedUntil(p *locale.Printer, r *scheduling.Round, now time.Time) string {
	d := r.Rule.Reveal
	switch {
	case d.IsZero():
		return p.T("sealed.until.none")
	case !r.Rule.RevealAtDeadline:
		return p.T("sealed.until.destroyed", "deadline", deadline(p, d, now))
	case r.Rule.Kind == scheduling.SealedMinimal:
		return p.T("sealed.until.compared", "deadline", deadline(p, d, now))
	}
	return p.T("sealed.until.opened", "deadline", deadline(p, d, now))
}

// hiddenStanding is the key of how every date stands while answers are hidden.
func hiddenStanding(r *scheduling.Round) string {
	switch {
	case r.Sealing():
		return "sealed.standing.sealed"
	case !r.UnopenedAt.IsZero():
		return "sealed.standing.unopened"
	}
	return "sealed.standing.minimal"
}

// standingOf is how the slot with that label stands, or nil.
func standingOf(all []scheduling.Standing, label scheduling.Label) *scheduling.Standing {
	i := slices.IndexFunc(all, func(s scheduling.Standing) bool { return s.Slot.Label == label })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// sealedLead is the lead of a round whose answers are hidden: who has answered,
// or what came of it.
func sealedLead(p *locale.Printer, r *scheduling.Round, v viewer, all []scheduling.Standing) *leadView {
	l := &leadView{More: &Link{Href: "#dates", Text: p.T("lead.compare")}}
	agreed := scheduling.Agreed(all)
	var top *scheduling.Standing
	if r.Outcome != nil {
		top = standingOf(all, r.Outcome.Slot)
	}
	switch {
	case r.Sealing():
		l.Big = p.T("sealed.lead.waiting")
		l.Text = p.T("sealed.lead.in", "count", len(r.SealedParties()), "n", len(r.Negotiation.Required()))
		l.awaitSeals(p, r, v)
		return l
	case agreed != nil:
		l.date(p, r, agreed.Slot)
		l.Eyebrow, l.Text = p.T("lead.agreed"), join(consentParts(p, r, agreed, !v.Observer))
		l.confirm(p, r, v, agreed)
		return l
	case !r.UnopenedAt.IsZero():
		l.Big, l.Text = p.T("sealed.lead.unopened"), p.T("sealed.lead.unopened_text")
	case top != nil:
		l.date(p, r, top.Slot)
		l.Eyebrow, l.Text = p.T("sealed.lead.recommended"), p.T("sealed.lead.recommended_text")
	default:
		l.Big, l.Text = p.T("sealed.lead.none"), p.T("sealed.lead.none_text")
	}
	l.consentStep(p, r, v, all, top)
	return l
}

// awaitSeals is the next step while replies are sealed. Whether a party has
// answered is known to all, and nothing else is asked here.
func (l *leadView) awaitSeals(p *locale.Printer, r *scheduling.Round, v viewer) {
	out := r.UnsealedParties()
	reply := roundPath(r.ID) + "/reply"
	switch {
	case v.Observer:
		l.Next = p.T("lead.observe")
		return
	case v.Party == nil || !v.May(scheduling.RightAnswer):
	case !slices.Contains(out, v.Party.ID):
		l.Next, l.Action = p.T("sealed.lead.replace"), &Link{Href: reply, Text: p.T("sealed.act.change")}
		return
	default:
		l.Next, l.Action = p.T("sealed.lead.reply"), &Link{Href: reply, Text: p.T("sealed.act.reply")}
		if _, again := r.Seals[v.Party.ID]; again {
			l.Next = p.T("sealed.lead.again")
		}
		return
	}
	l.Next = p.T("sealed.lead.all_in")
	if len(out) > 0 {
		l.Next = p.T("sealed.lead.wait", "who", someNames(p, r, out, true))
	}
}

// consentStep is the next step where consents alone are left to give.
func (l *leadView) consentStep(p *locale.Printer, r *scheduling.Round, v viewer, all []scheduling.Standing, top *scheduling.Standing) {
	switch {
	case v.Observer:
		l.Next = p.T("lead.observe")
		return
	case v.Party != nil:
		if bound := committed(all, v.Party.ID); bound != nil {
			l.Next = p.T("lead.waiting_consent", "slot", slotName(p, bound.Slot), "others", someNames(p, r, r.Missing(bound.Slot), true))
			return
		}
		if top != nil && v.May(scheduling.RightConsent) {
			l.Next, l.Action = p.T("lead.consent"), consentLink(p, r, top.Slot)
			return
		}
	}
	l.Next = p.T("lead.waiting_consents")
}

// opensslCommand checks a commitment with OpenSSL.
func opensslCommand(nonce []byte, file string) string {
	return "openssl dgst -sha256 -mac HMAC -macopt hexkey:" + hex.EncodeToString(nonce) + " " + file
}

func sealedFile(party scheduling.PartyID) string { return "sealed-" + string(party) + ".txt" }

// sealedReceiptView is what a party has under seal, for itself alone.
type sealedReceiptView struct {
	Page
	Recorded   string
	Heading    string
	Commitment string
	Nonce      string
	Text       string
	How        string
	Lines      []receiptLine
	Round      string
	Change     string
	File       string
	Sealing    bool
}

// sealedReceipt shows what the viewer's party has sealed, with the nonce. It
// stands at the same address as the receipt of an open reply.
func (s *Server) sealedReceipt(c *gin.Context, r *scheduling.Round, v viewer) error {
	env, err := r.OwnEnvelope(v.Member.ID)
	if err != nil {
		return err
	}
	page := s.subPage(c, r, v)
	p := page.Printer
	view := sealedReceiptView{
		Page: page, Round: roundPath(r.ID), Change: roundPath(r.ID) + "/reply", Sealing: r.Sealing(),
		Recorded: p.T("sealed.receipt.recorded", "when", clockOf(r, v).moment(p, env.At)),
		Heading:  p.T("sealed.receipt.title", "party", v.Party.Name), Commitment: scheduling.SealCommitment(env.Nonce, env.Text),
		Nonce: hex.EncodeToString(env.Nonce), Text: env.Text, File: roundPath(r.ID) + "/sealed/" + string(v.Party.ID),
		How: p.T("sealed.receipt.how", "command", opensslCommand(env.Nonce, sealedFile(v.Party.ID))),
	}
	view.Title = view.Heading
	for _, a := range env.Answers {
		line := receiptLine{Slot: string(a.Slot), Chip: Chip{Level: marks[a.Level], Word: levelWord(p, a.Level)}, Reason: a.Reason.For(v.Audience)}
		if slot := r.Slot(a.Slot); slot != nil && slot.Version == a.SlotVersion {
			line.Slot = slotName(p, slot)
		}
		view.Lines = append(view.Lines, line)
	}
	return s.render(c, http.StatusOK, sealedReceiptPage, view)
}

// sealedCheckView lets everybody check what was opened.
type sealedCheckView struct {
	Page
	Heading string
	Lines   []sealedCheck
}

type sealedCheck struct {
	sealLine
	Said              string // whether it holds, or why there is nothing to check
	Holds, Fails      bool
	Nonce, Text, File string
	How               string
}

// showSealed handles GET /n/:negotiation/:round/sealed: every commitment, and
// once replies are opened what they committed to.
func (s *Server) showSealed(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	if v.Observer || !r.Rule.Sealed() {
		return hidden()
	}
	view := sealedCheckView{Page: s.subPage(c, r, v)}
	p := view.Printer
	view.Heading = p.T("sealed.check.title")
	view.Title, view.Window = view.Heading, titled(p, view.Heading, view.Back.Text)
	lines := sealLines(p, r, v)
	for i, id := range r.Negotiation.Required() {
		seal, ok := r.Seals[id]
		check := sealedCheck{sealLine: lines[i]}
		switch {
		case !ok:
		case seal.Nonce != nil:
			check.Holds, check.Fails = seal.Checks(), !seal.Checks()
			check.Said = p.T("sealed.check.holds")
			if check.Fails {
				check.Said = p.T("sealed.check.fails")
			}
			check.Nonce, check.Text = hex.EncodeToString(seal.Nonce), seal.Text
			check.File = roundPath(r.ID) + "/sealed/" + string(id)
			check.How = p.T("sealed.check.how", "command", opensslCommand(seal.Nonce, sealedFile(id)))
		case !r.UnopenedAt.IsZero():
			check.Said = p.T("sealed.check.destroyed")
		case r.Rule.Kind == scheduling.SealedMinimal:
			check.Said = p.T("sealed.check.minimal")
		default:
			check.Said = p.T("sealed.check.waiting")
		}
		view.Lines = append(view.Lines, check)
	}
	return s.render(c, http.StatusOK, sealedCheckPage, view)
}

// showSealedText handles GET /n/:negotiation/:round/sealed/:party: the very
// bytes that were committed to, once they are opened; the own party's always.
func (s *Server) showSealedText(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	party := scheduling.PartyID(c.Param("party"))
	text := r.Seals[party].Text
	if v.Party != nil && v.Party.ID == party && text == "" {
		if env, err := r.OwnEnvelope(v.Member.ID); err == nil {
			text = env.Text
		}
	}
	if v.Observer || text == "" {
		return hidden()
	}
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"`, strings.Map(plainFile, sealedFile(party))))
	c.Data(http.StatusOK, "text/plain; charset=utf-8", []byte(text))
	return nil
}

// plainFile keeps the name of a file to letters that need no quoting.
func plainFile(r rune) rune {
	if r > ' ' && r < 0x7f && !strings.ContainsRune(`"\/`, r) {
		return r
	}
	return '-'
}

// sealedReadView is what a mediator reads, once it is on record.
type sealedReadView struct {
	Page
	Heading string
	Action  string
	Read    bool
	Parties []sealedRead
}

type sealedRead struct {
	Party string
	Lines []receiptLine
}

// showSealedReading handles GET /n/:negotiation/:round/sealed/reading: what
// reading means, before anything is read.
func (s *Server) showSealedReading(c *gin.Context) error {
	r, v, err := s.sealedReader(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, sealedReadPage, s.newSealedRead(c, r, v))
}

// readSealed handles POST /n/:negotiation/:round/sealed/reading: it records
// that the mediator reads, and shows what there is to read.
func (s *Server) readSealed(c *gin.Context) error {
	r, v, err := s.sealedReader(c)
	if err != nil {
		return err
	}
	view := s.newSealedRead(c, r, v)
	err = s.update(c, r, v, func(r *scheduling.Round) error {
		envelopes, err := r.ReadSealed(s.act(c, v))
		if err != nil {
			return err
		}
		view.Read, view.Parties = true, nil
		for _, env := range envelopes {
			read := sealedRead{Party: partyName(view.Printer, r.Negotiation, env.Party)}
			for _, a := range env.Answers {
				line := receiptLine{Slot: string(a.Slot), Chip: Chip{Level: marks[a.Level], Word: levelWord(view.Printer, a.Level)}, Reason: a.Reason.For(v.Audience)}
				read.Lines = append(read.Lines, line)
			}
			view.Parties = append(view.Parties, read)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, sealedReadPage, view)
}

func (s *Server) sealedReader(c *gin.Context) (*scheduling.Round, viewer, error) {
	r, v, err := s.roundOf(c)
	if err != nil {
		return nil, viewer{}, err
	}
	return r, v, r.MayReadSealed(v.Member.ID)
}

func (s *Server) newSealedRead(c *gin.Context, r *scheduling.Round, v viewer) sealedReadView {
	view := sealedReadView{Page: s.subPage(c, r, v), Action: roundPath(r.ID) + "/sealed/reading"}
	view.Heading = view.T("sealed.read.title")
	view.Title, view.Window = view.Heading, titled(view.Printer, view.Heading, view.Back.Text)
	return view
}
