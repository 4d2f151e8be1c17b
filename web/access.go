package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

// viewer is who looks at a page of a negotiation: one of its members, by
// account or private link.
type viewer struct {
	// Account is nil on pages of a negotiation: the member says all there is to
	// say, and one look-up less is made. It is set where policy is Account,
	// Opener or Admin; there the rest is zero.
	Account  *scheduling.Account
	Member   *scheduling.Member
	Party    *scheduling.Party // nil is neutral staff
	Audience scheduling.Audience
	Observer bool // of a party that follows the talks: no reasons, no answers of one party
}

// May reports whether the viewer has every one of these rights.
func (v viewer) May(rights scheduling.Rights) bool {
	return v.Member != nil && v.Member.Rights.Has(rights)
}

// account is the account of the viewer, "" for who came by private link.
func (v viewer) account() scheduling.AccountID {
	switch {
	case v.Member != nil:
		return v.Member.Account
	case v.Account != nil:
		return v.Account.ID
	}
	return ""
}

// names are the party for which the viewer acts and the viewer's own name.
func (v viewer) names() (party, person string) {
	if v.Party != nil {
		party = v.Party.Name
	}
	switch {
	case v.Member != nil:
		person = v.Member.Name
	case v.Account != nil:
		person = v.Account.Name
	}
	return party, person
}

// hidden is the answer to whoever asks for what does not exist, or not for
// them: one answer, so that nobody learns which.
func hidden() error {
	return &scheduling.Error{Kind: scheduling.ErrNotFound, Code: "page_unknown"}
}

func forbidden(code string) error {
	return &scheduling.Error{Kind: scheduling.ErrForbidden, Code: code}
}

// authorize lets the visitor pass who satisfies policy. Nobody signed in is
// errSignIn. Of a negotiation, strangers are told that there is no such page;
// members who lack a right are told that they lack it.
func (s *Server) authorize(c *gin.Context, policy Policy) error {
	switch policy {
	case Public:
		return nil
	case SignedIn:
		_, err := s.session(c.Request)
		return err
	case Account, Opener, Admin, Keeper:
		a, err := s.accountOf(c)
		switch {
		case err != nil:
			return err
		case policy == Opener && !a.Opens:
			return forbidden("opening_missing")
		case policy == Admin && !a.Admin:
			return forbidden("admin_missing")
		case policy == Keeper && !a.Rooms && !a.Admin:
			return forbidden("keeper_missing")
		}
		return nil
	case Member, Answerer, Consenter, Convener:
		v, err := s.admit(c)
		switch {
		case err != nil:
			return err
		case policy == Answerer && !v.May(scheduling.RightAnswer):
			return forbidden("answer_right_missing")
		case policy == Consenter && !v.May(scheduling.RightConsent):
			return forbidden("consent_right_missing")
		case policy == Convener && !v.May(scheduling.RightConvene):
			return forbidden("convene_missing")
		}
		return nil
	case policies: // is none; add refuses it
	}
	return hidden()
}

// accountOf is the account that is signed in: errSignIn for nobody, and
// ErrNotFound for who came by private link.
func (s *Server) accountOf(c *gin.Context) (*scheduling.Account, error) {
	v := visitOf(c.Request)
	if v.viewer.Account != nil {
		return v.viewer.Account, nil
	}
	t, err := s.session(c.Request)
	if err != nil {
		return nil, err
	}
	if t.Account == "" {
		return nil, hidden()
	}
	a, err := s.access.Account(c.Request.Context(), t.Account)
	if err != nil {
		return nil, fmt.Errorf("web: account of session: %w", err)
	}
	if a.Disabled {
		return nil, errSignIn
	}
	v.viewer.Account, v.language = &a, a.Language
	return &a, nil
}

// admit finds the negotiation in the path, and the round when the path has
// one, and who looks at them. To all but members they do not exist.
func (s *Server) admit(c *gin.Context) (viewer, error) {
	visit := visitOf(c.Request)
	if visit.viewer.Member != nil {
		return visit.viewer, nil
	}
	t, err := s.session(c.Request)
	if err != nil {
		return viewer{}, err
	}
	id := scheduling.NegotiationID(c.Param("negotiation"))
	if t.Account == "" && t.Negotiation != id {
		return viewer{}, hidden()
	}
	n, r, err := s.find(c, id)
	if err != nil {
		return viewer{}, err
	}
	m := n.Member(t.Member)
	if t.Account != "" {
		m = n.MemberOf(t.Account)
	}
	if m == nil {
		return viewer{}, hidden()
	}
	v := viewer{Member: m, Party: n.Party(m.Party), Audience: m.Audience()}
	v.Observer = v.Party != nil && v.Party.Role == scheduling.RoleObserver
	visit.viewer, visit.negotiation, visit.round, visit.language = v, n, r, m.Language
	return v, nil
}

// find loads what the path names; the round is nil when it names none.
func (s *Server) find(c *gin.Context, id scheduling.NegotiationID) (*scheduling.Negotiation, *scheduling.Round, error) {
	number := c.Param("round")
	if number == "" {
		n, err := s.store.Negotiation(c.Request.Context(), id)
		if err != nil {
			return nil, nil, fmt.Errorf("web: %w", err)
		}
		return n, nil, nil
	}
	i, err := strconv.Atoi(number)
	if err != nil || i < 1 || strconv.Itoa(i) != number {
		return nil, nil, hidden()
	}
	r, err := s.store.Round(c.Request.Context(), scheduling.RoundID{Negotiation: id, Number: i})
	if err != nil {
		return nil, nil, fmt.Errorf("web: %w", err)
	}
	return r.Negotiation, r, nil
}

// roundOf is the round in the path :negotiation/:round and who looks at it.
// What does not exist and what the visitor may not know are the same
// ErrNotFound.
func (s *Server) roundOf(c *gin.Context) (*scheduling.Round, viewer, error) {
	v, err := s.admit(c)
	if err != nil {
		return nil, viewer{}, err
	}
	r := visitOf(c.Request).round
	if r == nil {
		return nil, viewer{}, hidden()
	}
	return r, v, nil
}

// negotiationOf is the negotiation in the path and who looks at it; errors are
// those of roundOf.
func (s *Server) negotiationOf(c *gin.Context) (*scheduling.Negotiation, viewer, error) {
	v, err := s.admit(c)
	if err != nil {
		return nil, viewer{}, err
	}
	return visitOf(c.Request).negotiation, v, nil
}

// act is what the viewer does now, for the viewer's own party.
func (s *Server) act(_ *gin.Context, v viewer) scheduling.Act {
	return scheduling.Act{By: v.Member.ID, At: s.instant(), Nonce: newNonce()}
}

// newNonce is the random part of a commitment.
func newNonce() []byte {
	nonce := make([]byte, scheduling.NonceSize)
	_, _ = rand.Read(nonce) // never fails
	return nonce
}

// once marks the change that the posted form makes: the same form, sent again
// by the same person, changes nothing more.
func (s *Server) once(c *gin.Context, v viewer) scheduling.Once {
	if v.Member == nil {
		return onceBy(c, string(v.Account.ID))
	}
	return onceBy(c, string(v.Member.ID))
}

func onceBy(c *gin.Context, actor string) scheduling.Once {
	posted := c.Request.PostForm
	key := posted.Get(formKeyField)
	if !validFormKey(key) {
		return scheduling.Once{}
	}
	content := maps.Clone(map[string][]string(posted))
	delete(content, formKeyField)
	delete(content, languageField)
	sum := sha256.Sum256([]byte(c.Request.URL.Path + "\n" + url.Values(content).Encode()))
	return scheduling.Once{Actor: actor, Key: key, Digest: hex.EncodeToString(sum[:])}
}

// update lets change act on r as it is stored now, once for each form.
func (s *Server) update(c *gin.Context, r *scheduling.Round, v viewer, change func(*scheduling.Round) error) error {
	return s.store.Update(c.Request.Context(), r.ID, s.once(c, v), change)
}
