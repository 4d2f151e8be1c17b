package web

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

// An entry is how a member comes in: what private links there are, and when
// they were used. It holds no secrets.
type entry struct {
	links   int       // that work
	made    time.Time // the newest of them
	signIns int
	last    time.Time // the newest sign-in, on a browser that was new then
}

// entries are those of all members of a negotiation.
func (s *Server) entries(c *gin.Context, id scheduling.NegotiationID) (map[scheduling.MemberID]entry, error) {
	return s.entriesOf(c.Request.Context(), id)
}

func (s *Server) entriesOf(ctx context.Context, id scheduling.NegotiationID) (map[scheduling.MemberID]entry, error) {
	now := s.instant()
	links, err := s.access.Tokens(ctx, scheduling.TokenFilter{Purpose: scheduling.ForLink, Negotiation: id})
	if err != nil {
		return nil, fmt.Errorf("web: list links: %w", err)
	}
	sessions, err := s.access.Tokens(ctx, scheduling.TokenFilter{Purpose: scheduling.ForSession, Negotiation: id})
	if err != nil {
		return nil, fmt.Errorf("web: list sign-ins: %w", err)
	}
	all := make(map[scheduling.MemberID]entry)
	for _, t := range links { // newest first
		e := all[t.Member]
		if t.Good(now) {
			if e.links == 0 {
				e.made = t.CreatedAt
			}
			e.links++
		}
		all[t.Member] = e
	}
	for _, t := range sessions { // newest first
		e := all[t.Member]
		if e.signIns == 0 {
			e.last = t.CreatedAt
		}
		e.signIns++
		all[t.Member] = e
	}
	return all, nil
}

// say tells how m comes in, in a sentence.
func (e entry) say(p Page, m scheduling.Member) string {
	utc := func(t time.Time) string { return p.ShortDateTime(t.UTC()) + " UTC" }
	switch {
	case m.Account != "" && e.links == 0:
		return p.T("member.by_account")
	case e.links == 0:
		return p.T("member.no_link")
	case e.signIns == 0:
		return p.T("member.link_unused", "made", utc(e.made))
	}
	return p.T("member.link_used", "made", utc(e.made), "n", e.signIns, "last", utc(e.last))
}

// createLink handles POST /n/:negotiation/members/:member/link. Field do is
// mail, for a link to the registered address, or show, for one that is shown
// once to the head of the member's own party and to nobody else. Earlier links
// end.
func (s *Server) createLink(c *gin.Context) error {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	m := n.Member(scheduling.MemberID(c.Param("member")))
	if m == nil || n.MayAskLink(v.Member.ID, m.ID) != nil {
		return hidden()
	}
	manages := n.MayManage(v.Member.ID, m.Party) == nil
	if !manages {
		// Once the person has come, the party looks after itself.
		entries, err := s.entries(c, n.ID)
		if err != nil {
			return err
		}
		if entries[m.ID].signIns > 0 {
			return hidden()
		}
	}
	f := s.form(c)
	switch do := f.Choice("do", "show", "mail"); {
	case len(f.Problems) > 0:
		return &scheduling.Error{Kind: scheduling.ErrInvalid, Code: "choice_unknown", Field: "do"}
	case do == "mail":
		return s.mailLink(c, v, n.ID, m.ID, manages)
	case !manages || m.Party != v.Member.Party:
		return forbidden("link_of_others")
	}
	if err := s.endLinks(c, n.ID, m.ID, time.Time{}); err != nil {
		return err
	}
	secret, hash := newToken()
	t := scheduling.Token{Hash: hash, Purpose: scheduling.ForLink, Negotiation: n.ID, Member: m.ID, Party: m.Party, CreatedAt: s.instant()}
	if err := s.access.SaveToken(c.Request.Context(), t); err != nil {
		return fmt.Errorf("web: save link: %w", err)
	}
	s.showOnce(c, memberPath(n.ID, m.ID), string(m.ID), secret)
	return nil
}

// mailLink asks for a link by mail, which is made with the message. Links from
// before end when whoever asks manages the party; the other side, which may
// reach the one whom it named, must not be able to lock that person out.
func (s *Server) mailLink(c *gin.Context, v viewer, id scheduling.NegotiationID, member scheduling.MemberID, manages bool) error {
	act, ctx := s.act(c, v), c.Request.Context()
	asked := false
	err := s.store.UpdateNegotiation(ctx, id, s.once(c, v), func(n *scheduling.Negotiation) error {
		asked = true // not when the form comes again: the new link is to stay
		return n.AskLink(act.By, member, act.At)
	})
	if err != nil {
		return fmt.Errorf("web: ask for link: %w", err)
	}
	if asked && manages {
		if err := s.endLinks(c, id, member, act.At); err != nil {
			return err
		}
	}
	return s.done(c, membersPath(id), "link_mailed")
}

// endLinks ends the links of a member that were made before an instant, and
// what they opened. The zero time ends all.
func (s *Server) endLinks(c *gin.Context, id scheduling.NegotiationID, member scheduling.MemberID, before time.Time) error {
	f := scheduling.TokenFilter{Negotiation: id, Member: member, Before: before}
	purposes := []scheduling.Purpose{scheduling.ForLink, scheduling.ForSession}
	if t, err := s.session(c.Request); err == nil && t.Account == "" && t.Member == member {
		purposes = purposes[:1] // whoever ends the own links stays
	} else if err != nil && !errors.Is(err, errSignIn) {
		return err
	}
	return s.endAccess(c.Request.Context(), f, purposes...)
}

// revokeLinks handles POST /n/:negotiation/members/:member/links/revocation.
func (s *Server) revokeLinks(c *gin.Context) error {
	n, v, m, err := s.memberOf(c)
	if err != nil {
		return err
	}
	if err := n.MayManage(v.Member.ID, m.Party); err != nil {
		return fmt.Errorf("web: %w", err)
	}
	if err := s.endLinks(c, n.ID, m.ID, time.Time{}); err != nil {
		return err
	}
	return s.done(c, membersPath(n.ID), "links_revoked")
}
