package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestLanguageOfAPage(t *testing.T) {
	t.Parallel()
	h := site(t, nil)
	for name, tc := range map[string]struct {
		target string
		header []string
		want   string
	}{
		"nothing said":         {"/nowhere", nil, "en"},
		"address":              {"/nowhere?lang=fr", nil, "fr"},
		"cookie":               {"/nowhere", []string{"Cookie", "__Host-lang=fr"}, "fr"},
		"browser":              {"/nowhere", []string{"Accept-Language", "fr-BE, en;q=0.5"}, "fr"},
		"address over cookie":  {"/nowhere?lang=en", []string{"Cookie", "__Host-lang=fr"}, "en"},
		"cookie over browser":  {"/nowhere", []string{"Cookie", "__Host-lang=fr", "Accept-Language", "en"}, "fr"},
		"hostile address":      {"/nowhere?lang=%22%3E%3Cscript%3E", nil, "en"},
		"hostile cookie":       {"/nowhere", []string{"Cookie", "__Host-lang=../../etc/passwd"}, "en"},
		"hostile browser":      {"/nowhere", []string{"Accept-Language", strings.Repeat("x-,;q=;", 10_000)}, "en"},
		"cookie of plain http": {"/nowhere", []string{"Cookie", "lang=fr"}, "en"},
	} {
		rec := get(t, h, tc.target, tc.header...)
		if want := `<html lang="` + tc.want + `" dir="ltr">`; !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s: want a page with %s", name, want)
		}
		if strings.Contains(rec.Body.String(), "<script>") {
			t.Errorf("%s: the page holds a script from the address", name)
		}
		if got := rec.Header().Get("Set-Cookie"); got != "" {
			t.Errorf("%s: a GET sets cookie %q", name, got)
		}
	}
}

func TestChooseLanguage(t *testing.T) {
	t.Parallel()
	h := site(t, nil)
	for name, tc := range map[string]struct{ path, want string }{
		"page":              {"/n/abc/history", "/n/abc/history"},
		"with query":        {"/n/abc?only=open", "/n/abc?only=open"},
		"nothing":           {"", "/"},
		"other site":        {"https://evil.example/", "/"},
		"no scheme":         {"//evil.example/", "/"},
		"backslash":         {`/\evil.example/`, "/"},
		"tab":               {"/\t/evil.example", "/"},
		"header":            {"/a\r\nSet-Cookie: x=y", "/"},
		"relative":          {"evil", "/"},
		"script":            {"javascript:alert(1)", "/"},
		"user and password": {"//a:b@evil.example", "/"},
	} {
		rec := post(t, h, "/language", url.Values{"lang": {"fr"}, "return": {tc.path}})
		if got := rec.Header().Get("Location"); rec.Code != http.StatusSeeOther || got != tc.want {
			t.Errorf("%s: %d to %q, want 303 to %q", name, rec.Code, got, tc.want)
		}
		const cookie = "__Host-lang=fr; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Lax"
		if got := rec.Header().Get("Set-Cookie"); got != cookie {
			t.Errorf("%s: Set-Cookie = %q, want %q", name, got, cookie)
		}
	}
}

// A language button inside a form sends the form only to read it in another
// language.
func TestSwitchLanguageInForm(t *testing.T) {
	t.Parallel()
	h := site(t, nil, route{"POST", "/form", Public, func(c *gin.Context) error {
		if switchedLanguage(c) {
			return errNoPage // any page will do
		}
		c.String(200, "saved")
		return nil
	}})
	if body := post(t, h, "/form", url.Values{"lang": {"fr"}}).Body.String(); !strings.Contains(body, `<html lang="fr"`) {
		t.Errorf("the form does not come back in French:\n%s", body)
	}
	for _, form := range []url.Values{nil, {"lang": {""}}, {"lang": {"tlh"}}} {
		if body := post(t, h, "/form", form).Body.String(); body != "saved" {
			t.Errorf("form %v is not saved:\n%s", form, body)
		}
	}
}
