package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestErrorPage(t *testing.T) {
	t.Parallel()
	h := site(t, nil, route{"POST", "/fault", Public, func(*gin.Context) error { return io.ErrUnexpectedEOF }})
	golden(t, "error-404-en", get(t, h, "/nowhere").Body.String())
	golden(t, "error-500-en", post(t, h, "/fault", nil).Body.String())
	golden(t, "error-500-fr", post(t, h, "/fault?lang=fr", nil).Body.String())
}

// Every status that fail can give has its words, in every language.
func TestErrorPageWords(t *testing.T) {
	t.Parallel()
	s, err := newServer(options(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range s.catalogs.Tags() {
		p := s.catalogs.Printer(tag)
		for _, m := range statusOf {
			for _, key := range []string{"refused." + m.words + ".title", "refused." + m.words + ".text"} {
				if !p.Has(key) {
					t.Errorf("%s: no text for %s", tag, key)
				}
			}
		}
	}
}

// What was recorded is said once, on the page after, and only in words of ours.
func TestFlash(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{"signed_out": "You have signed out.", "<b>you owe us</b>": ""} {
		s, err := newServer(options(nil))
		if err != nil {
			t.Fatal(err)
		}
		var flash string
		show := func(c *gin.Context) error { flash = s.page(c).Flash; return nil }
		act := func(c *gin.Context) error { return s.done(c, "/page", key) }
		if err := s.mount(nil, []route{{"GET", "/page", Public, show}, {"POST", "/act", Public, act}}); err != nil {
			t.Fatal(err)
		}
		rec := post(t, s.Handler(), "/act", nil)
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/page" {
			t.Fatalf("%d to %q, want 303 to /page", rec.Code, rec.Header().Get("Location"))
		}
		cookie, _, _ := strings.Cut(rec.Header().Get("Set-Cookie"), ";")
		rec = get(t, s.Handler(), "/page", "Cookie", cookie)
		if flash != want {
			t.Errorf("done(%q) shows %q, want %q", key, flash, want)
		}
		if !strings.Contains(rec.Header().Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("the flash stays: Set-Cookie = %q", rec.Header().Get("Set-Cookie"))
		}
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	h := site(t, nil)
	body := get(t, h, "/nowhere").Body.String()
	paths := regexp.MustCompile(`/static/[0-9a-f]+/[a-z.]+`).FindAllString(body, -1)
	if len(paths) != 3 {
		t.Fatalf("the page names assets %v, want three", paths)
	}
	for _, path := range paths {
		want, err := os.ReadFile(filepath.Join("static", filepath.Base(path)))
		if err != nil {
			t.Fatal(err)
		}
		plain := get(t, h, path)
		if plain.Code != 200 || plain.Body.String() != string(want) {
			t.Errorf("%s: status %d, %d bytes, want 200 and %d", path, plain.Code, plain.Body.Len(), len(want))
		}
		if got := plain.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control = %q", path, got)
		}
		packed := get(t, h, path, "Accept-Encoding", "br, gzip;q=0.8")
		if got := packed.Header().Get("Vary"); got != "Accept-Encoding" {
			t.Errorf("%s: Vary = %q", path, got)
		}
		if packed.Header().Get("Content-Encoding") == "gzip" {
			r, err := gzip.NewReader(packed.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := io.ReadAll(r); string(got) != string(want) {
				t.Errorf("%s: unpacks to %d bytes, want %d", path, len(got), len(want))
			}
		} else if len(want) > 1000 {
			t.Errorf("%s: not compressed", path)
		}
		if got := get(t, h, path, "Accept-Encoding", "gzip;q=0").Header().Get("Content-Encoding"); got != "" {
			t.Errorf("%s: refused gzip comes as %q", path, got)
		}
	}
	old := get(t, h, "/static/0000/app.css")
	if got := old.Header().Get("Cache-Control"); old.Code != 200 || got != "no-cache" {
		t.Errorf("old hash: status %d, Cache-Control %q, want 200 and no-cache", old.Code, got)
	}
	for _, path := range []string{"/static/x/..%2fserver.go", "/static/x/", "/static/", "/static/x/app.css/.."} {
		if rec := get(t, h, path); rec.Code != 404 {
			t.Errorf("%s: status %d, want 404", path, rec.Code)
		}
	}
}

// Nothing but our own files may style or script a page, so nothing may stand
// in it; and nothing may get round html/template.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script[^>]*>[^<]|javascript:`)
	files, err := filepath.Glob("templates/*/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, "templates/layout.html") {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := inline.Find(raw); found != nil {
			t.Errorf("%s: %q is inline", file, found)
		}
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	unescaped := regexp.MustCompile(`template\.(HTML|JS|URL|CSS|Srcset)\w*\(`)
	for _, file := range sources {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if file != "partials.go" && !strings.HasSuffix(file, "_test.go") && unescaped.Match(raw) {
			t.Errorf("%s gets round html/template", file)
		}
	}
}

// Words come from the catalogs: each key in a template or in the code exists,
// and each key in the catalogs is used.
func TestEveryWordIsUsed(t *testing.T) {
	t.Parallel()
	s, err := newServer(options(nil))
	if err != nil {
		t.Fatal(err)
	}
	p := s.catalogs.Printer("en")

	// Keys made at run time stand under these: package locale itself reads the
	// first four, codes of the domain make the others. What the code spells out
	// as a prefix, "round.tab." or "diary.feed_", is added below.
	// The roles of the sample are said by server/internal/demo.
	made := []string{"date.", "number.", "list.", "time.", "error.", "refused.", "done.", "level.", "demo.role."}
	used := make(map[string]bool)
	key := regexp.MustCompile(`(?:\.T|\.Parts|\.Fail)\(?\s*(?:[a-z]+, )?"([a-z0-9_]+(?:\.[a-z0-9_]+)*\.?)"`)
	prefix := regexp.MustCompile(`"([a-z0-9_]+\.(?:[a-z0-9_]+\.)*(?:[a-z0-9_]+_)?)"`)
	literal := regexp.MustCompile(`"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"`)
	err = filepath.WalkDir(".", func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") ||
			!slices.Contains([]string{".go", ".html", ".txt"}, filepath.Ext(path)) {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range key.FindAllSubmatch(raw, -1) {
			name := string(m[1])
			if strings.Contains(name, ".") && !strings.HasSuffix(name, ".") && !strings.HasSuffix(name, "_") && !p.Has(name) {
				t.Errorf("%s uses %q, which no catalog has", path, name)
			}
		}
		for _, m := range prefix.FindAllSubmatch(raw, -1) {
			made = append(made, string(m[1]))
		}
		for _, m := range literal.FindAllSubmatch(raw, -1) {
			used[string(m[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range p.Keys() {
		if !used[name] && !slices.ContainsFunc(made, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
			t.Errorf("nothing uses %q", name)
		}
	}
}

// Every GET route answers in every language without a fault. Whoever is not
// signed in may be refused.
func TestEveryRouteInEveryLanguage(t *testing.T) {
	t.Parallel()
	s, err := New(options(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.routes() {
		path := regexp.MustCompile(`[:*][a-z]+`).ReplaceAllString(r.Path, "x")
		for _, tag := range s.catalogs.Tags() {
			if rec := ask(t, s.Handler(), r.Method, path+"?lang="+tag, strings.NewReader(url.Values{}.Encode()),
				"Content-Type", "application/x-www-form-urlencoded"); rec.Code >= 500 {
				t.Errorf("%s %s in %s: status %d", r.Method, r.Path, tag, rec.Code)
			}
		}
	}
}
