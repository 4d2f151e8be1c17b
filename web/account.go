package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var (
	accountsPage = declarePage("accounts")
	accountPage  = declarePage("account")
)

type accountsView struct {
	Page
	Link        *Copy // the address where the newest passphrase is chosen, shown once
	LinkName    string
	Accounts    []accountRow
	Name, Email Field
	Opens       bool
	Admin       bool
	Rooms       bool
}

type accountRow struct {
	ID, Name, Email, May, State string
	Self, Disabled              bool
}

// showAccounts handles GET /accounts.
func (s *Server) showAccounts(c *gin.Context) error {
	return s.renderAccounts(c, http.StatusOK, newForm(s.printer(c.Request), url.Values{"opens": {"yes"}}))
}

func (s *Server) renderAccounts(c *gin.Context, status int, f *Form) error {
	self, err := s.accountOf(c)
	if err != nil {
		return err
	}
	accounts, err := s.access.Accounts(c.Request.Context())
	if err != nil {
		return fmt.Errorf("web: list accounts: %w", err)
	}
	v := accountsView{Page: s.page(c), Opens: f.Checked("opens"), Admin: f.Checked("admin"), Rooms: f.Checked("rooms")}
	v.Title = v.T("accounts.title")
	v.Back = &Link{Href: "/", Text: v.T("account.start")}
	shown, secret := s.takeOnce(c)
	for _, a := range accounts {
		v.Accounts = append(v.Accounts, accountRow{
			ID: string(a.ID), Name: a.Name, Email: a.Email, May: accountMay(f, a), State: accountState(f, a),
			Self: a.ID == self.ID, Disabled: a.Disabled,
		})
		if shown == string(a.ID) {
			v.LinkName = a.Name
			v.Link = &Copy{
				Printer: v.Printer, ID: "passphrase-link", Label: v.T("accounts.link"),
				Hint: v.T("accounts.link_hint"), Value: s.Address("/passphrase/" + secret),
			}
		}
	}
	v.Name = f.Field("name", v.T("account.name"), "")
	v.Name.Autocomplete = "off"
	v.Email = f.Field("email", v.T("account.email"), "")
	v.Email.Type, v.Email.Autocomplete = "email", "off"
	v.Problems = f.Problems
	return s.render(c, status, accountsPage, v)
}

func accountMay(f *Form, a scheduling.Account) string {
	var may []string
	if a.Opens {
		may = append(may, f.T("accounts.may_open"))
	}
	if a.Admin {
		may = append(may, f.T("accounts.may_admin"))
	}
	if a.Rooms || a.Admin {
		may = append(may, f.T("accounts.may_rooms"))
	}
	if len(may) == 0 {
		return f.T("accounts.may_nothing")
	}
	return f.And(may...)
}

func accountState(f *Form, a scheduling.Account) string {
	switch {
	case a.Disabled:
		return f.T("accounts.disabled")
	case a.Passphrase == "":
		return f.T("accounts.no_passphrase")
	}
	return f.T("accounts.active")
}

// createAccount handles POST /accounts: a new account, and the link by which
// its holder chooses a passphrase. The form sent twice makes one account.
func (s *Server) createAccount(c *gin.Context) error {
	self, err := s.accountOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	f.Require("name", "email")
	a := scheduling.Account{
		ID: scheduling.AccountID(idOf(onceBy(c, string(self.ID)))), Name: f.LineUpTo("name", scheduling.MaxName), Email: f.Email("email"),
		Opens: f.Checked("opens"), Admin: f.Checked("admin"), Rooms: f.Checked("rooms"), CreatedAt: s.instant(),
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderAccounts(c, http.StatusUnprocessableEntity, f)
	}
	err = s.access.CreateAccount(c.Request.Context(), a)
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && errors.Is(refusal, scheduling.ErrConflict) {
		if _, err := s.access.Account(c.Request.Context(), a.ID); err != nil {
			f.Fail("email", "error."+refusal.Code)
			return s.renderAccounts(c, http.StatusConflict, f)
		}
	} else if err != nil {
		return fmt.Errorf("web: create account: %w", err)
	}
	return s.givePassphraseLink(c, a.ID)
}

// createPassphraseLink handles POST /accounts/:account/passphrase. The earlier
// link ends; the passphrase stays until a new one is chosen.
func (s *Server) createPassphraseLink(c *gin.Context) error {
	a, err := s.access.Account(c.Request.Context(), scheduling.AccountID(c.Param("account")))
	switch {
	case err != nil:
		return fmt.Errorf("web: %w", err)
	case a.Disabled:
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "account_disabled"}
	}
	return s.givePassphraseLink(c, a.ID)
}

func (s *Server) givePassphraseLink(c *gin.Context, id scheduling.AccountID) error {
	ctx := c.Request.Context()
	if err := s.endAccess(ctx, scheduling.TokenFilter{Account: id}, scheduling.ForPassphrase); err != nil {
		return err
	}
	secret, hash := newToken()
	now := s.instant()
	t := scheduling.Token{Hash: hash, Purpose: scheduling.ForPassphrase, Account: id, CreatedAt: now, ExpiresAt: now.Add(passphraseLife)}
	if err := s.access.SaveToken(ctx, t); err != nil {
		return fmt.Errorf("web: save passphrase link: %w", err)
	}
	s.showOnce(c, "/accounts", string(id), secret)
	return nil
}

// changeAccountStatus handles POST /accounts/:account/status: field do is
// disable or enable. Disabling signs the holder out everywhere.
func (s *Server) changeAccountStatus(c *gin.Context) error {
	self, err := s.accountOf(c)
	if err != nil {
		return err
	}
	id := scheduling.AccountID(c.Param("account"))
	f := s.form(c)
	disable := f.Choice("do", "disable", "enable") == "disable"
	switch {
	case len(f.Problems) > 0:
		return &scheduling.Error{Kind: scheduling.ErrInvalid, Code: "choice_unknown", Field: "do"}
	case id == self.ID:
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "account_own"}
	}
	ctx := c.Request.Context()
	err = s.access.UpdateAccount(ctx, id, func(a *scheduling.Account) error {
		a.Disabled = disable
		return nil
	})
	if err != nil {
		return fmt.Errorf("web: change status of account: %w", err)
	}
	if !disable {
		return s.done(c, "/accounts", "account_enabled")
	}
	if err := s.endAccess(ctx, scheduling.TokenFilter{Account: id}, scheduling.ForSession, scheduling.ForPassphrase, scheduling.ForAPI); err != nil {
		return err
	}
	return s.done(c, "/accounts", "account_disabled")
}

type accountView struct {
	Page
	Email               string
	Name                Field
	Language            Picks
	Current, Passphrase Field
	Admin               bool
	Keeper              bool
}

// showAccount handles GET /account: one's own.
func (s *Server) showAccount(c *gin.Context) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	values := url.Values{"name": {a.Name}, "language": {a.Language}}
	return s.renderAccount(c, http.StatusOK, newForm(s.printer(c.Request), values))
}

func (s *Server) renderAccount(c *gin.Context, status int, f *Form) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	if f.Do() == "passphrase" { // the other form of the page was not sent
		f.values = url.Values{"name": {a.Name}, "language": {a.Language}}
	}
	v := accountView{Page: s.page(c), Email: a.Email, Admin: a.Admin, Keeper: a.Admin || a.Rooms}
	v.Title = v.T("account.title")
	v.Back = &Link{Href: "/", Text: v.T("account.start")}
	v.Name = f.Field("name", v.T("account.name"), "")
	v.Name.Autocomplete = "name"
	v.Language = f.Picks("language", v.T("account.language"), "", s.languageChoices(v.Page)...)
	v.Current = f.passphraseField("current-passphrase", v.T("account.current_passphrase"), "", "current-password")
	v.Passphrase = newPassphraseField(f)
	v.Problems = f.Problems
	return s.render(c, status, accountPage, v)
}

// languageChoices are the languages of the site, after "as the browser asks".
func (s *Server) languageChoices(p Page) []Choice {
	choices := []Choice{{Value: "", Label: p.T("account.language_any")}}
	for _, l := range s.languages {
		choices = append(choices, Choice{Value: l.Tag, Label: l.Name})
	}
	return choices
}

// changeAccount handles POST /account: field do says which form was sent.
func (s *Server) changeAccount(c *gin.Context) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	if f.Do() == "passphrase" {
		return s.changePassphrase(c, f, a)
	}
	f.Require("name")
	name, language := f.LineUpTo("name", scheduling.MaxName), f.Line("language")
	if language != "" && !s.catalogs.Has(language) {
		f.Fail("language", "error.choice_unknown")
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderAccount(c, http.StatusUnprocessableEntity, f)
	}
	err = s.access.UpdateAccount(c.Request.Context(), a.ID, func(a *scheduling.Account) error {
		a.Name, a.Language = name, language
		return nil
	})
	if err != nil {
		return fmt.Errorf("web: change account: %w", err)
	}
	return s.done(c, "/account", "account_changed")
}

// changePassphrase needs the one that holds until now: somebody else may sit
// at the screen. All other sessions of the account end.
func (s *Server) changePassphrase(c *gin.Context, f *Form, a *scheduling.Account) error {
	passphrase := f.newPassphrase("passphrase")
	f.Require("current-passphrase")
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderAccount(c, http.StatusUnprocessableEntity, f)
	}
	if !s.guesses.allow(a.Email, c.ClientIP()) {
		return ErrTooMany
	}
	ctx := c.Request.Context()
	same, err := s.hashers.match(ctx, *a, f.values.Get("current-passphrase"))
	if err != nil {
		return err
	}
	if !same {
		f.Fail("current-passphrase", "error.passphrase_wrong")
		return s.renderAccount(c, http.StatusUnprocessableEntity, f)
	}
	hash, err := s.hashers.hash(ctx, passphrase)
	if err != nil {
		return err
	}
	if err := s.setPassphrase(ctx, a.ID, hash); err != nil {
		return err
	}
	if err := s.signIn(c, scheduling.Token{Account: a.ID}); err != nil {
		return err
	}
	return s.done(c, "/account", "passphrase_changed")
}
