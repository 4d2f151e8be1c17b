package web

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

const (
	sessionCookie = "parley"
	// idleSession ends a session that nobody uses, longestSession any.
	idleSession    = 12 * time.Hour
	longestSession = 7 * 24 * time.Hour
	// seenEvery is how exactly the last use of a session is kept: a write at
	// every page would be too dear.
	seenEvery = 5 * time.Minute
)

// errSignIn is a page that wants to know who asks. It becomes the sign-in page.
var errSignIn = errors.New("not signed in")

// instant is now as the domain wants it: UTC, in whole seconds.
func (s *Server) instant() time.Time { return s.now().UTC().Truncate(time.Second) }

// session is the session of whoever made r; errSignIn when there is none. It
// is looked up once a request.
func (s *Server) session(r *http.Request) (scheduling.Token, error) {
	v := visitOf(r)
	if v.session.Hash != "" {
		return v.session, nil
	}
	secret := s.cookie(r, sessionCookie)
	if !isToken(secret) {
		return scheduling.Token{}, errSignIn
	}
	now := s.instant()
	t, err := s.access.Token(r.Context(), hashToken(secret), scheduling.ForSession)
	switch {
	case errors.Is(err, scheduling.ErrNotFound), err == nil && !t.Good(now):
		return scheduling.Token{}, errSignIn
	case err != nil:
		return scheduling.Token{}, fmt.Errorf("web: look up session: %w", err)
	}
	if now.Sub(t.SeenAt) >= seenEvery {
		// Reading goes on when the database takes no writes.
		if err := s.access.SeeToken(r.Context(), t.Hash, now, sessionEnds(t.CreatedAt, now)); err != nil {
			s.log.WarnContext(r.Context(), "session not extended", "request", v.id, "err", err)
		}
	}
	v.session = t
	return t, nil
}

// sessionEnds is when a session begun at began and used at now expires.
func sessionEnds(began, now time.Time) time.Time {
	idle, longest := now.Add(idleSession), began.Add(longestSession)
	if idle.Before(longest) {
		return idle
	}
	return longest
}

// signIn begins a session for the account or the member that who names, and
// ends the one that this browser had.
func (s *Server) signIn(c *gin.Context, who scheduling.Token) error {
	if err := s.endSession(c); err != nil {
		return err
	}
	secret, hash := newToken()
	now := s.instant()
	t := scheduling.Token{
		Hash: hash, Purpose: scheduling.ForSession,
		Account: who.Account, Negotiation: who.Negotiation, Member: who.Member, Party: who.Party,
		CreatedAt: now, SeenAt: now, ExpiresAt: sessionEnds(now, now),
	}
	if err := s.access.SaveToken(c.Request.Context(), t); err != nil {
		return fmt.Errorf("web: begin session: %w", err)
	}
	s.setCookie(c.Writer, sessionCookie, secret, 0)
	return nil
}

// endSession ends the session of this browser, if it has one.
func (s *Server) endSession(c *gin.Context) error {
	secret := s.cookie(c.Request, sessionCookie)
	if !isToken(secret) {
		return nil
	}
	_, err := s.access.UseToken(c.Request.Context(), hashToken(secret), scheduling.ForSession, s.instant())
	if err != nil && !errors.Is(err, scheduling.ErrNotFound) && !errors.Is(err, scheduling.ErrConflict) {
		return fmt.Errorf("web: end session: %w", err)
	}
	visitOf(c.Request).session = scheduling.Token{}
	return nil
}

// signOut handles POST /sign-out.
func (s *Server) signOut(c *gin.Context) error {
	if err := s.endSession(c); err != nil {
		return err
	}
	s.setCookie(c.Writer, sessionCookie, "", -1)
	return s.done(c, "/sign-in", "signed_out")
}
