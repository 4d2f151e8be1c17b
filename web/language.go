package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/web/locale"
)

// A language is an entry of the language menu.
type language struct {
	Tag, Name, Dir string
	Current        bool
}

// aYear is the life of the language cookie, in seconds.
const aYear = 365 * 24 * 60 * 60

// printer speaks the language of the visitor: the one in the address for this
// one view, the one chosen in this form, the one in the cookie, the one of the
// person, the one the browser asks for, the usual one of the installation.
func (s *Server) printer(r *http.Request) *locale.Printer {
	v := visitOf(r)
	for _, tag := range []string{r.URL.Query().Get("lang"), v.switched, s.cookie(r, "lang"), v.language} {
		if s.catalogs.Has(tag) {
			return s.catalogs.Printer(tag)
		}
	}
	return s.catalogs.Printer(cmp.Or(s.catalogs.Match(r.Header.Get("Accept-Language")), s.usual))
}

// languageField is the name of the buttons that switch language inside a form.
const languageField = "lang"

// noteLanguage takes up a language chosen with a button inside a form. The
// handler asks switchedLanguage and shows the form again with its answers.
func (s *Server) noteLanguage(c *gin.Context) {
	if tag := c.Request.PostForm.Get(languageField); s.catalogs.Has(tag) {
		visitOf(c.Request).switched = tag
		s.setCookie(c.Writer, "lang", tag, aYear)
	}
}

// switchedLanguage reports whether this form was sent only to read it in
// another language: nothing is to be saved then.
func switchedLanguage(c *gin.Context) bool { return visitOf(c.Request).switched != "" }

// chooseLanguage handles POST /language: from now on the visitor reads in the
// language of field lang, and goes on where field return says.
func (s *Server) chooseLanguage(c *gin.Context) error {
	if !switchedLanguage(c) {
		return &scheduling.Error{Kind: scheduling.ErrInvalid, Code: "choice_unknown", Field: languageField}
	}
	c.Redirect(http.StatusSeeOther, ownPath(c.PostForm("return")))
	return nil
}

// ownPath is p when it is a path on this site, and "/" otherwise. A browser
// reads //host, /\host and a path with control characters in it as another
// site or a header.
func ownPath(p string) string {
	u, err := url.Parse(p)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil ||
		!strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t") {
		return "/"
	}
	return u.RequestURI()
}
