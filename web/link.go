package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var linkPage = declarePage("link")

// showLink handles GET /d/:token, where a member's private link leads: one
// button, and no word about who or what. Filters that open links see no more,
// and change nothing.
func (s *Server) showLink(c *gin.Context) error {
	if _, err := s.tokenInPath(c, scheduling.ForLink, "link_gone"); err != nil {
		return err
	}
	page := s.page(c)
	page.Title = page.T("link.title")
	return s.render(c, http.StatusOK, linkPage, page)
}

// enterByLink handles POST /d/:token: a person has pressed the button. From
// here on the secret is in no address any more.
func (s *Server) enterByLink(c *gin.Context) error {
	t, err := s.tokenInPath(c, scheduling.ForLink, "link_gone")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	n, err := s.store.Negotiation(ctx, t.Negotiation)
	if err != nil && !errors.Is(err, scheduling.ErrNotFound) {
		return fmt.Errorf("web: enter by link: %w", err)
	}
	var m *scheduling.Member
	if err == nil {
		m = n.Member(t.Member)
	}
	if m == nil {
		return &scheduling.Error{Kind: ErrGone, Code: "link_gone"}
	}
	if err := s.enter(c, t, m); err != nil {
		return err
	}
	if err := s.access.SeeToken(ctx, t.Hash, s.instant(), t.ExpiresAt); err != nil {
		return fmt.Errorf("web: note use of link: %w", err)
	}
	c.Redirect(http.StatusSeeOther, "/n/"+string(t.Negotiation))
	return nil
}

// enter begins a session for m, unless this browser has one that is as good.
func (s *Server) enter(c *gin.Context, link scheduling.Token, m *scheduling.Member) error {
	now, err := s.session(c.Request)
	switch {
	case errors.Is(err, errSignIn):
	case err != nil:
		return err
	case now.Account == "" && now.Negotiation == link.Negotiation && now.Member == m.ID,
		now.Account != "" && now.Account == m.Account:
		return nil
	}
	return s.signIn(c, scheduling.Token{Negotiation: link.Negotiation, Member: m.ID, Party: m.Party})
}

// onceCookie carries a link to the page that shows it, once, to whoever asked
// for it. It ends with the browser at the latest.
const onceCookie = "once"

// showOnce redirects (303) to path, whose page takes the secret with takeOnce
// and knows by subject for whom it is.
func (s *Server) showOnce(c *gin.Context, path, subject, secret string) {
	s.setCookie(c.Writer, onceCookie, subject+"."+secret, 0)
	c.Redirect(http.StatusSeeOther, path)
}

// takeOnce is what showOnce left, and "" when there is nothing to show.
func (s *Server) takeOnce(c *gin.Context) (subject, secret string) {
	value := s.cookie(c.Request, onceCookie)
	if value == "" || c.Request.Method != http.MethodGet {
		return "", ""
	}
	s.setCookie(c.Writer, onceCookie, "", -1)
	subject, secret, _ = strings.Cut(value, ".")
	if !isToken(secret) {
		return "", ""
	}
	return subject, secret
}
