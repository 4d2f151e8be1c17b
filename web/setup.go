package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

// How long the links work by which a passphrase is chosen.
const (
	setupLife      = 24 * time.Hour
	passphraseLife = 72 * time.Hour
)

var (
	setupPage      = declarePage("setup")
	passphrasePage = declarePage("passphrase")
)

// NewSetupLink is the address at baseURL where the first account is made: once,
// and within 24 hours of now. Earlier ones end. It is an ErrConflict when there
// is an account already.
func NewSetupLink(ctx context.Context, access scheduling.Access, baseURL string, now time.Time) (string, error) {
	accounts, err := access.Accounts(ctx)
	if err != nil {
		return "", fmt.Errorf("web: set up: %w", err)
	}
	if len(accounts) > 0 {
		return "", &scheduling.Error{Kind: scheduling.ErrConflict, Code: "already_set_up"}
	}
	now = now.UTC().Truncate(time.Second)
	if err := access.Revoke(ctx, scheduling.TokenFilter{Purpose: scheduling.ForSetup}, now); err != nil {
		return "", fmt.Errorf("web: end earlier set-up links: %w", err)
	}
	secret, hash := newToken()
	t := scheduling.Token{Hash: hash, Purpose: scheduling.ForSetup, CreatedAt: now, ExpiresAt: now.Add(setupLife)}
	if err := access.SaveToken(ctx, t); err != nil {
		return "", fmt.Errorf("web: save set-up link: %w", err)
	}
	return strings.TrimSuffix(baseURL, "/") + "/setup/" + secret, nil
}

// tokenInPath is the token in the path :token when it is good for purpose.
// Otherwise it is an ErrGone with code, whatever is wrong with it.
func (s *Server) tokenInPath(c *gin.Context, purpose scheduling.Purpose, code string) (scheduling.Token, error) {
	gone := &scheduling.Error{Kind: ErrGone, Code: code}
	secret := c.Param("token")
	if !isToken(secret) {
		return scheduling.Token{}, gone
	}
	t, err := s.access.Token(c.Request.Context(), hashToken(secret), purpose)
	switch {
	case errors.Is(err, scheduling.ErrNotFound), err == nil && !t.Good(s.instant()):
		return scheduling.Token{}, gone
	case err != nil:
		return scheduling.Token{}, fmt.Errorf("web: look up link: %w", err)
	}
	return t, nil
}

// spend uses up a token that works once; who comes second finds it gone.
func (s *Server) spend(c *gin.Context, t scheduling.Token, code string) error {
	_, err := s.access.UseToken(c.Request.Context(), t.Hash, t.Purpose, s.instant())
	switch {
	case errors.Is(err, scheduling.ErrConflict), errors.Is(err, scheduling.ErrNotFound):
		return &scheduling.Error{Kind: ErrGone, Code: code}
	case err != nil:
		return fmt.Errorf("web: use link: %w", err)
	}
	return nil
}

type setupView struct {
	Page
	Name, Email, Passphrase Field
}

// showSetup handles GET /setup/:token.
func (s *Server) showSetup(c *gin.Context) error {
	if _, err := s.tokenInPath(c, scheduling.ForSetup, "setup_gone"); err != nil {
		return err
	}
	return s.renderSetup(c, http.StatusOK, newForm(s.printer(c.Request), nil))
}

func (s *Server) renderSetup(c *gin.Context, status int, f *Form) error {
	v := setupView{Page: s.page(c)}
	v.Title = v.T("setup.title")
	v.Name = f.Field("name", v.T("account.name"), "")
	v.Name.Autocomplete = "name"
	v.Email = f.Field("email", v.T("account.email"), v.T("setup.email_hint"))
	v.Email.Type, v.Email.Autocomplete = "email", "username"
	v.Passphrase = newPassphraseField(f)
	v.Problems = f.Problems
	return s.render(c, status, setupPage, v)
}

// newPassphraseField is where a passphrase is chosen.
func newPassphraseField(f *Form) Field {
	return f.passphraseField("passphrase", f.T("account.new_passphrase"),
		f.T("account.passphrase_hint", "least", shortestPassphrase, "most", longestPassphrase), "new-password")
}

// createFirstAccount handles POST /setup/:token: the first account adds the
// others. Of many posts with one link, one makes an account.
func (s *Server) createFirstAccount(c *gin.Context) error {
	t, err := s.tokenInPath(c, scheduling.ForSetup, "setup_gone")
	if err != nil {
		return err
	}
	f := s.form(c)
	f.Require("name", "email")
	name, email := f.LineUpTo("name", scheduling.MaxName), f.Email("email")
	passphrase := f.newPassphrase("passphrase")
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderSetup(c, http.StatusUnprocessableEntity, f)
	}
	hash, err := s.hashers.hash(c.Request.Context(), passphrase)
	if err != nil {
		return err
	}
	if err := s.spend(c, t, "setup_gone"); err != nil {
		return err
	}
	a := scheduling.Account{
		ID: scheduling.AccountID(newID()), Name: name, Email: email, Language: s.printer(c.Request).Tag(),
		Passphrase: hash, Admin: true, Opens: true, CreatedAt: s.instant(),
	}
	if err := s.access.CreateAccount(c.Request.Context(), a); err != nil {
		return fmt.Errorf("web: set up: %w", err)
	}
	if err := s.signIn(c, scheduling.Token{Account: a.ID}); err != nil {
		return err
	}
	return s.done(c, "/", "set_up")
}

type passphraseView struct {
	Page
	Passphrase Field
}

// showPassphrase handles GET /passphrase/:token. Like every page behind a link
// it names nobody: filters open it before people do.
func (s *Server) showPassphrase(c *gin.Context) error {
	if _, err := s.tokenInPath(c, scheduling.ForPassphrase, "passphrase_gone"); err != nil {
		return err
	}
	return s.renderPassphrase(c, http.StatusOK, newForm(s.printer(c.Request), nil))
}

func (s *Server) renderPassphrase(c *gin.Context, status int, f *Form) error {
	v := passphraseView{Page: s.page(c), Passphrase: newPassphraseField(f)}
	v.Title, v.Problems = v.T("passphrase.title"), f.Problems
	return s.render(c, status, passphrasePage, v)
}

// choosePassphrase handles POST /passphrase/:token: the holder of the account
// chooses, and is signed in here and nowhere else.
func (s *Server) choosePassphrase(c *gin.Context) error {
	t, err := s.tokenInPath(c, scheduling.ForPassphrase, "passphrase_gone")
	if err != nil {
		return err
	}
	f := s.form(c)
	passphrase := f.newPassphrase("passphrase")
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderPassphrase(c, http.StatusUnprocessableEntity, f)
	}
	hash, err := s.hashers.hash(c.Request.Context(), passphrase)
	if err != nil {
		return err
	}
	if err := s.spend(c, t, "passphrase_gone"); err != nil {
		return err
	}
	if err := s.setPassphrase(c.Request.Context(), t.Account, hash); err != nil {
		return err
	}
	if err := s.signIn(c, scheduling.Token{Account: t.Account}); err != nil {
		return err
	}
	return s.done(c, "/", "passphrase_chosen")
}

// setPassphrase gives an account a passphrase and ends its sessions and links.
func (s *Server) setPassphrase(ctx context.Context, id scheduling.AccountID, hash string) error {
	err := s.access.UpdateAccount(ctx, id, func(a *scheduling.Account) error {
		if a.Disabled {
			return &scheduling.Error{Kind: ErrGone, Code: "passphrase_gone"}
		}
		a.Passphrase = hash
		return nil
	})
	if err != nil {
		return fmt.Errorf("web: set passphrase: %w", err)
	}
	return s.endAccess(ctx, scheduling.TokenFilter{Account: id}, scheduling.ForSession, scheduling.ForPassphrase)
}

// endAccess revokes the tokens that match for each of the purposes.
func (s *Server) endAccess(ctx context.Context, f scheduling.TokenFilter, purposes ...scheduling.Purpose) error {
	for _, purpose := range purposes {
		f.Purpose = purpose
		if err := s.access.Revoke(ctx, f, s.instant()); err != nil {
			return fmt.Errorf("web: end access: %w", err)
		}
	}
	return nil
}
