package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var (
	signInPage = declarePage("sign-in")
	resumePage = declarePage("resume")
)

type signInView struct {
	Page
	Return            string
	Email, Passphrase Field
}

// showSignIn handles GET /sign-in.
func (s *Server) showSignIn(c *gin.Context) error {
	return s.renderSignIn(c, http.StatusOK, newForm(s.printer(c.Request), nil), c.Query("return"))
}

func (s *Server) renderSignIn(c *gin.Context, status int, f *Form, back string) error {
	v := signInView{Page: s.page(c), Return: ownPath(back)}
	v.Title = v.T("sign_in.title")
	v.Email = f.Field("email", v.T("sign_in.email"), "")
	v.Email.Type, v.Email.Autocomplete = "email", "username"
	v.Passphrase = f.passphraseField("passphrase", v.T("sign_in.passphrase"), "", "current-password")
	v.Problems = f.Problems
	return s.render(c, status, signInPage, v)
}

// createSession handles POST /sign-in. The answer to an unknown address and to
// a wrong passphrase is the same, and takes as long.
func (s *Server) createSession(c *gin.Context) error {
	f := s.form(c)
	f.Require("email", "passphrase")
	back := ownPath(c.PostForm("return"))
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderSignIn(c, http.StatusUnprocessableEntity, f, back)
	}
	email := f.Line("email")
	if !s.guesses.allow(email, c.ClientIP()) {
		return ErrTooMany
	}
	a, err := s.access.AccountByEmail(c.Request.Context(), email)
	if err != nil && !errors.Is(err, scheduling.ErrNotFound) {
		return fmt.Errorf("web: sign in: %w", err)
	}
	same, err := s.hashers.match(c.Request.Context(), a, f.values.Get("passphrase"))
	if err != nil {
		return err
	}
	if !same {
		f.Fail("email", "error.sign_in_wrong")
		return s.renderSignIn(c, http.StatusUnprocessableEntity, f, back)
	}
	if err := s.signIn(c, scheduling.Token{Account: a.ID}); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, back)
	return nil
}

type resumeView struct {
	Page
	Action string
	Fields []hiddenField
}

type hiddenField struct{ Name, Value string }

// askToSignIn answers whoever is not signed in. A page leads to the sign-in
// page and back. A form is kept: its author signs in elsewhere and sends it
// again from the page that holds it.
func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Redirect(w, r, "/sign-in?return="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	v := resumeView{Page: s.pageOf(r), Action: r.URL.EscapedPath()}
	v.Title = v.T("resume.title")
	for _, name := range slices.Sorted(maps.Keys(r.PostForm)) {
		if name == languageField || strings.Contains(name, "passphrase") {
			continue
		}
		for _, value := range r.PostForm[name] {
			v.Fields = append(v.Fields, hiddenField{name, value})
		}
	}
	w.Header().Set("WWW-Authenticate", "Session")
	if err := s.write(w, r, http.StatusUnauthorized, resumePage, v); err != nil {
		s.log.ErrorContext(r.Context(), "sign-in page failed", "request", visitOf(r).id, "err", err)
		http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
	}
}
