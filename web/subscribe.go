package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"
	"github.com/skip2/go-qrcode"

	"parley/scheduling"
)

var subscribePage = declarePage("subscribe")

type subscribeView struct {
	Page
	Root string
	// Programs is where programs are let in.
	Programs string
	New      *newFeed // just made: the one time that its address is shown
	Feeds    []feedView
}

// A feedView is a kind of subscription that the viewer may have.
type feedView struct {
	Level              scheduling.FeedLevel
	Name, About, Since string
	Exists             bool
	Mailed             bool // offers the choice about what came by mail
}

type newFeed struct {
	Address Copy
	QR      qrView
}

// qrView is a QR code as an SVG path on a square of Size modules.
type qrView struct {
	Size int
	Path string
}

// showSubscribe handles GET R/subscribe: which subscriptions there are, and
// how to have them. Addresses are shown once, when they are made.
func (s *Server) showSubscribe(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	return s.renderSubscribe(c, r, v, nil)
}

// createFeed handles POST R/subscribe: a new address, which replaces the one
// that there was. The answer is the page itself, since the address is shown
// this once; sending the form again shows the same address, as long as it works.
func (s *Server) createFeed(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	level := scheduling.FeedLevel(f.Line("level"))
	if !slices.Contains(feedLevels(v), level) {
		return forbidden("feed_forbidden")
	}
	secret := s.feedSecret(c, v, level)
	token := s.feedToken(r, v, level)
	token.Hash, token.Whole, token.CreatedAt = hashToken(secret), f.Checked("whole"), s.act(c, v).At
	ctx := c.Request.Context()
	switch old, err := s.access.Token(ctx, token.Hash, scheduling.ForFeed); {
	case err == nil && !old.Good(s.now()):
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "feed_replaced"}
	case err == nil: // the form was sent before
	case !errors.Is(err, scheduling.ErrNotFound):
		return fmt.Errorf("web: look for feed: %w", err)
	default:
		if err := s.access.Revoke(ctx, feedFilter(token), token.CreatedAt); err != nil {
			return fmt.Errorf("web: replace feed: %w", err)
		}
		if err := s.access.SaveToken(ctx, token); err != nil {
			return fmt.Errorf("web: save feed: %w", err)
		}
	}
	path := "/c/" + secret + ".ics"
	made := &newFeed{}
	page := s.page(c)
	made.Address = Copy{
		Printer: page.Printer, ID: "address", Label: page.T("subscribe.address." + string(level)),
		Hint: page.T("subscribe.once"), Value: s.Address(path), Open: s.webcal(path, page.T("subscribe.open")),
	}
	if made.QR, err = qrCode(s.Address(path)); err != nil {
		return err
	}
	return s.renderSubscribe(c, r, v, made)
}

// revokeFeed handles POST R/subscribe/revocation: the address stops working.
func (s *Server) revokeFeed(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	level := scheduling.FeedLevel(s.form(c).Line("level"))
	if !slices.Contains(feedLevels(v), level) {
		return forbidden("feed_forbidden")
	}
	if err := s.access.Revoke(c.Request.Context(), feedFilter(s.feedToken(r, v, level)), s.act(c, v).At); err != nil {
		return fmt.Errorf("web: revoke feed: %w", err)
	}
	return s.done(c, roundPath(r.ID)+"/subscribe", "feed_revoked")
}

// feedLevels are the subscriptions that the viewer may have: everybody their
// own, those who bind the party the one of the party, and conveners that of
// the public.
func feedLevels(v viewer) []scheduling.FeedLevel {
	levels := []scheduling.FeedLevel{scheduling.MemberFeed}
	if v.Party != nil && (v.May(scheduling.RightConvene) || v.May(scheduling.RightConsent)) {
		levels = append(levels, scheduling.PartyFeed)
	}
	if v.May(scheduling.RightConvene) {
		levels = append(levels, scheduling.PublicFeed)
	}
	return levels
}

// feedToken is the token of a kind of feed, for its holder.
func (s *Server) feedToken(r *scheduling.Round, v viewer, level scheduling.FeedLevel) scheduling.Token {
	t := scheduling.Token{Purpose: scheduling.ForFeed, Negotiation: r.ID.Negotiation, Level: level}
	switch level {
	case scheduling.MemberFeed:
		t.Member, t.Party = v.Member.ID, v.Member.Party
	case scheduling.PartyFeed:
		t.Party = v.Member.Party
	case scheduling.PublicFeed:
		// Each party keeps an address of its own for the public, so that none
		// can take away the other's.
		t.Party = v.Member.Party
	}
	return t
}

func feedFilter(t scheduling.Token) scheduling.TokenFilter {
	return scheduling.TokenFilter{Purpose: t.Purpose, Negotiation: t.Negotiation, Member: t.Member, Party: &t.Party, Level: t.Level}
}

// feedSecret is derived from the form, so that sending it again gives the same
// address and not a newer one that ends the first.
func (s *Server) feedSecret(c *gin.Context, v viewer, level scheduling.FeedLevel) string {
	once := s.once(c, v)
	if once.Key == "" {
		secret, _ := newToken()
		return secret
	}
	return s.derivedSecret("feed", string(v.Member.ID), string(level), once.Key, once.Digest)
}

func (s *Server) renderSubscribe(c *gin.Context, r *scheduling.Round, v viewer, made *newFeed) error {
	view := subscribeView{Page: s.roundPage(c, r, v, tabSubscribe), Root: roundPath(r.ID), Programs: "/n/" + string(r.ID.Negotiation) + "/programs", New: made}
	for _, level := range feedLevels(v) {
		feed := feedView{
			Level: level, Name: view.T("subscribe.name." + string(level)), About: view.T("subscribe.about." + string(level)),
			Mailed: level == scheduling.MemberFeed && v.Member.Invitations,
		}
		tokens, err := s.access.Tokens(c.Request.Context(), feedFilter(s.feedToken(r, v, level)))
		if err != nil {
			return fmt.Errorf("web: list feeds: %w", err)
		}
		for _, t := range tokens {
			if t.Good(s.now()) {
				feed.Exists, feed.Since = true, view.T("subscribe.since", "when", view.DateTime(t.CreatedAt.UTC()))
				break
			}
		}
		view.Feeds = append(view.Feeds, feed)
	}
	return s.render(c, http.StatusOK, subscribePage, view)
}

// qrCode draws text as a QR code with a quiet border.
func qrCode(text string) (qrView, error) {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return qrView{}, fmt.Errorf("web: draw QR code: %w", err)
	}
	rows := code.Bitmap()
	var path []byte
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				path = fmt.Appendf(path, "M%d %dh%dv1h-%dz", from, y, x-from, x-from)
			}
		}
	}
	return qrView{Size: len(rows), Path: string(path)}, nil
}

// Box is the view box of the drawing.
func (q qrView) Box() string { return "0 0 " + strconv.Itoa(q.Size) + " " + strconv.Itoa(q.Size) }
