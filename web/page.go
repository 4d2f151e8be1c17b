package web

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"parley/web/locale"
)

// siteName is the name of the product, the same in every language.
const siteName = "Parley"

// A Page is what every view has in common; views embed it. The Printer in it
// gives templates .T, .Date, .Hours and the rest.
type Page struct {
	*locale.Printer
	Title    string    // most specific first, with the state: "Confirmed: ..."
	Window   string    // the title for the browser where the heading, which is Title, says less; see titled
	Problems []Problem // the error summary; also puts "Error:" before the title
	Flash    string    // what has just been recorded
	Back     *Link
	Tabs     []Tab
	Party    string // for whom the page acts, such as "Delegation of Norway"
	Person   string // the name of whoever is signed in; "" offers no signing out
	Version  string // of the thing shown, for prints
	Printed  string // when this page was made, with its zone
	Wide     bool   // a page that needs the width, such as the matrix
	Doc      bool   // a paper: print it without the site around it

	// KeepForm is the id of a form on this page whose answers the language menu
	// keeps; KeepDo is the value of its main button, for the Enter key.
	KeepForm, KeepDo string

	Path      string // of this page, where the language menu leads back to
	FormKey   string // makes sending the same form twice harmless
	Site      string
	Office    string
	Contact   string
	Languages []language
	Style     string // addresses of the assets
	Script    string
	Icon      string
}

// A Link leads somewhere.
type Link struct{ Href, Text string }

// A Tab is a Link among pages of the same thing.
type Tab struct {
	Href, Text string
	Current    bool
}

// A Problem is an entry of the error summary. Field is the id of the input
// that it leads to and Label its name; both may be empty.
type Problem struct{ Field, Text, Label string }

// HeadTitle is the title for the browser: errors first, the site last.
func (p Page) HeadTitle() string {
	title := p.T("shell.title_site", "title", cmp.Or(p.Window, p.Title), "site", p.Site)
	if len(p.Problems) > 0 {
		title = p.T("shell.title_error", "title", title)
	}
	return title
}

// titled is the title for the browser of a page of something: "Mail: Polar
// Shipping Talks, third round". Whoever has many pages open tells them apart by
// how their titles begin.
func titled(p *locale.Printer, page, of string) string {
	return p.T("shell.title_of", "page", page, "of", of)
}

// page is the Page for a request, in the language of the visitor.
func (s *Server) page(c *gin.Context) Page {
	p := s.pageOf(c.Request)
	if key := s.cookie(c.Request, "flash"); key != "" && c.Request.Method == http.MethodGet {
		s.setCookie(c.Writer, "flash", "", -1)
		if p.Has("done." + key) {
			p.Flash = p.T("done." + key)
		}
	}
	return p
}

func (s *Server) pageOf(r *http.Request) Page {
	printer := s.printer(r)
	p := Page{
		Printer: printer,
		Path:    r.URL.EscapedPath(),
		FormKey: formKey(r),
		Printed: printer.DateTime(s.now().UTC()) + " UTC",
		Site:    siteName, Office: s.office, Contact: s.contact,
		Languages: slices.Clone(s.languages),
		Style:     s.assets.path("app.css"), Script: s.assets.path("app.js"), Icon: s.assets.path("favicon.svg"),
	}
	p.Party, p.Person = visitOf(r).viewer.names()
	for i := range p.Languages {
		p.Languages[i].Current = p.Languages[i].Tag == printer.Tag()
	}
	return p
}

// done redirects (303) to path, whose page then shows the text "done."+key.
// The key stands in a cookie and not in the address: a link from elsewhere
// must not be able to say that something was recorded.
func (s *Server) done(c *gin.Context, path, key string) error {
	s.setCookie(c.Writer, "flash", key, 60)
	c.Redirect(http.StatusSeeOther, path)
	return nil
}

// render shows page with view, which embeds Page.
func (s *Server) render(c *gin.Context, status int, page pageName, view any) error {
	return s.write(c.Writer, c.Request, status, page, view)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// write renders into a buffer first: a template that fails halfway becomes an
// error and not half a page.
func (s *Server) write(w http.ResponseWriter, r *http.Request, status int, page pageName, view any) error {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := s.templates[page].ExecuteTemplate(b, "layout", view); err != nil {
		return fmt.Errorf("web: render %s: %w", page.name, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	body := b.Bytes()
	if r.Method == http.MethodHead {
		body = nil
	}
	// Once the header is out, a failed write is the visitor's connection.
	_, _ = w.Write(body)
	return nil
}

//go:embed templates
var templateFiles embed.FS

// A pageName is a page that exists: only declarePage makes one.
type pageName struct{ name string }

var declaredPages []pageName

// declarePage names the template templates/pages/<name>.html, for a package
// variable beside the view that it shows.
func declarePage(name string) pageName {
	p := pageName{name}
	declaredPages = append(declaredPages, p)
	return p
}

type templates map[pageName]*template.Template

// parseLayout reads what all pages share.
func parseLayout() (*template.Template, error) {
	base, err := template.ParseFS(templateFiles, "templates/layout.html", "templates/partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: parse templates: %w", err)
	}
	return base, nil
}

// parseTemplates reads every template. A page declared without a file, a file
// that nobody declared, a partial that does not exist and a template that
// html/template cannot make safe are errors.
func parseTemplates() (templates, error) {
	base, err := parseLayout()
	if err != nil {
		return nil, err
	}
	all := make(templates)
	for _, page := range declaredPages {
		t, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("web: page %s: %w", page.name, err)
		}
		if _, err := t.ParseFS(templateFiles, "templates/pages/"+page.name+".html"); err != nil {
			return nil, fmt.Errorf("web: page %s: %w", page.name, err)
		}
		// Templates are made safe when they first run. Without data this one
		// gets nowhere, but what is wrong with the template itself shows.
		err = t.ExecuteTemplate(io.Discard, "layout", nil)
		if unsafe, ok := errors.AsType[*template.Error](err); ok {
			return nil, fmt.Errorf("web: page %s: %w", page.name, unsafe)
		}
		all[page] = t
	}
	files, err := fs.Glob(templateFiles, "templates/pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: list pages: %w", err)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(path.Base(file), ".html"); all[pageName{name}] == nil {
			return nil, fmt.Errorf("web: page %s is not declared", name)
		}
	}
	return all, nil
}
