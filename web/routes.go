package web

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
)

// A Policy says who may use a route. The zero Policy is no answer: a route
// that has it keeps the server from starting.
type Policy int

// The policies, from the widest to the narrowest. What each asks of the
// visitor stands in access.go.
const (
	_ Policy = iota
	// Public is anybody, signed in or not.
	Public
	// SignedIn is anybody with a session, by account or by private link.
	SignedIn
	// Account is the holder of an account.
	Account
	// Opener is the holder of an account that may open negotiations.
	Opener
	// Admin is the holder of an account that may add accounts.
	Admin
	// Member is anybody who takes part in the negotiation in the path, for a
	// party or as neutral staff.
	Member
	// Answerer is a member who may state positions.
	Answerer
	// Consenter is a member who may bind the party.
	Consenter
	// Convener is a member who may convene.
	Convener
	policies // the number of policies, past the last
)

// A route is one line of the site map.
type route struct {
	Method  string
	Path    string
	Policy  Policy
	Handler func(*gin.Context) error
}

// routes is the site map: every address that is answered, and who may use it.
// GET also answers HEAD.
func (s *Server) routes() []route {
	const round = "/n/:negotiation/:round"
	return []route{
		{"GET", "/static/:hash/:name", Public, s.asset},
		{"GET", "/robots.txt", Public, s.robots},
		{"POST", "/language", Public, s.chooseLanguage},

		{"GET", round, Member, s.overview},

		{"GET", "/sign-in", Public, s.showSignIn},
		{"POST", "/sign-in", Public, s.createSession},
		{"POST", "/sign-out", Public, s.signOut},
	}
}

// add registers r. Default deny: without a policy there is no route.
func (s *Server) add(engine *gin.Engine, r route) error {
	if r.Policy <= 0 || r.Policy >= policies {
		return fmt.Errorf("web: route %s %s has no policy", r.Method, r.Path)
	}
	if r.Handler == nil {
		return fmt.Errorf("web: route %s %s has no handler", r.Method, r.Path)
	}
	h := s.handle(func(c *gin.Context) error {
		visitOf(c.Request).route = r.Path
		if r.Method == http.MethodPost {
			if err := s.readForm(c); err != nil {
				return err
			}
		}
		if err := s.authorize(c, r.Policy); err != nil {
			return err
		}
		return r.Handler(c)
	})
	switch r.Method {
	case http.MethodGet:
		engine.GET(r.Path, h)
		engine.HEAD(r.Path, h)
	case http.MethodPost:
		engine.POST(r.Path, h)
	default:
		return fmt.Errorf("web: route %s %s: pages know GET and POST only", r.Method, r.Path)
	}
	return nil
}
