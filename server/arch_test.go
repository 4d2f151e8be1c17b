package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// topLevel lists the folders that may stand beside go.mod. The last three are
// not under version control.
var topLevel = []string{"scheduling", "calendar", "web", "server", ".ci", ".git", ".tools", "parley-data"}

// home lists what each tree may import besides the standard library and
// itself; the longest path that fits counts. The server tree wires everything,
// so only alone restricts it.
var home = []tree{
	{"scheduling/civil", nil},
	{"scheduling/schedulingtest", []string{"parley/scheduling", "pgregory.net/rapid", "github.com/google/go-cmp"}},
	{"scheduling/record", []string{"parley/scheduling", "golang.org/x/mod/sumdb"}},
	{"scheduling", []string{"golang.org/x/text"}},
	{"calendar", []string{
		"parley/scheduling",
		"github.com/emersion/go-ical", "github.com/emersion/go-message", "github.com/wneessen/go-mail",
		"github.com/teambition/rrule-go",
	}},
	{"web", []string{
		"parley/scheduling", "parley/calendar",
		"github.com/gin-gonic/gin", "github.com/go-playground/locales", "github.com/go-chi/httprate",
		"github.com/danielgtaylor/huma",
		"github.com/alexedwards/argon2id", "github.com/skip2/go-qrcode", "golang.org/x/text", "golang.org/x/crypto",
	}},
}

type tree struct {
	path    string
	imports []string
}

// inTests lists what the tests of every tree may import as well.
var inTests = []string{
	"pgregory.net/rapid", "github.com/google/go-cmp", "go.uber.org/goleak",
	"golang.org/x/net/html", "parley/scheduling/schedulingtest",
	"github.com/getkin/kin-openapi",  // checks the description of the interface
	"github.com/emersion/go-message", // reads the mails that were written
}

// ceilings lists the benchmarks that hold ours against the bare libraries in
// one run, which alone lets nobody else import.
var ceilings = []string{"server/feed_bench_test.go"}

// alone lists modules with one home: no other package imports them.
var alone = map[string]string{
	"github.com/gin-gonic":        "web",
	"github.com/danielgtaylor":    "web/api",
	"github.com/emersion/go-ical": "calendar",
	"gorm.io":                     "server/internal/store",
	"github.com/pressly/goose":    "server/internal/store",
	"github.com/jackc/pgx":        "server/internal/store",
	"modernc.org":                 "server/internal/store",
	"parley/server":               "server",
}

// never lists what the inner trees keep away from, from the standard library
// too: they compute, and do neither I/O nor logging. Tests may read files.
var (
	innerTrees   = []string{"scheduling", "calendar"}
	never        = []string{"net/http", "net/smtp", "database/sql"}
	neverInCode  = []string{"net", "os", "os/exec", "os/signal", "log", "log/slog"}
	unescaped    = []string{"CSS", "HTML", "HTMLAttr", "JS", "JSStr", "Srcset", "URL"}
	unescapedMay = "web/partials.go" // webcal: addresses; htmlBuilder: constants and escaped text
)

// sqlText lists the methods of gorm that take SQL, and which argument it is. A
// context as the first argument moves it by one.
var sqlText = map[string]int{
	"Where": 0, "Or": 0, "Not": 0, "Order": 0, "Select": 0, "Group": 0, "Having": 0,
	"Joins": 0, "Table": 0, "Distinct": 0, "Pluck": 0, "Raw": 0, "Exec": 0,
	"First": 1, "Take": 1, "Last": 1, "Find": 1, "Delete": 1,
}

// The files are opened here rather than by "go list", so that a cached result
// of this test goes stale when one of them changes.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	found, err := faults(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// Each fence is tried with a fault, and with the nearest thing that is allowed.
func TestFencesHold(t *testing.T) {
	t.Parallel()
	const store = "// Package store\npackage store\nimport \"gorm.io/gorm\"\n"
	for name, tc := range map[string]struct {
		file, source string
		want         string // in the fault; empty = allowed
	}{
		"folder at the top":             {"util/util.go", "// Package util\npackage util", "util: is not one of the trees"},
		"code at the top":               {"tool.go", "// Package tool\npackage tool", "tool.go: code belongs into one of the trees"},
		"library in civil":              {"scheduling/civil/a.go", `package civil; import "golang.org/x/text/language"`, "is not at home in scheduling/civil"},
		"scheduling in civil":           {"scheduling/civil/a.go", `package civil; import "parley/scheduling"`, "is not at home in scheduling/civil"},
		"text in scheduling":            {"scheduling/a.go", `package scheduling; import "golang.org/x/text/unicode/norm"`, ""},
		"calendar in scheduling":        {"scheduling/a.go", `package scheduling; import "parley/calendar"`, "is not at home in scheduling"},
		"name that begins alike":        {"calendar/a.go", `package calendar; import "parley/schedulingx"`, "is not at home in calendar"},
		"rapid in code":                 {"scheduling/a.go", `package scheduling; import "pgregory.net/rapid"`, "is not at home in scheduling"},
		"rapid in a test":               {"scheduling/a_test.go", `package scheduling; import "pgregory.net/rapid"`, ""},
		"HTTP in scheduling":            {"scheduling/a.go", `package scheduling; import "net/http"`, "imports net/http"},
		"HTTP in a test of calendar":    {"calendar/a_test.go", `package calendar; import "net/http/httptest"`, "imports net/http/httptest"},
		"SQL in calendar":               {"calendar/a.go", `package calendar; import "database/sql/driver"`, "imports database/sql/driver"},
		"files in scheduling":           {"scheduling/a.go", `package scheduling; import "os"`, "imports os"},
		"files in a test":               {"scheduling/a_test.go", `package scheduling; import "os"`, ""},
		"addresses in calendar":         {"calendar/a.go", `package calendar; import "net/mail"`, ""},
		"gin in server":                 {"server/a.go", `package main; import "github.com/gin-gonic/gin"`, "is only for web"},
		"huma in web":                   {"web/a.go", `package web; import "github.com/danielgtaylor/huma/v2"`, "is only for web/api"},
		"gin in web":                    {"web/a.go", `package web; import "github.com/gin-gonic/gin"`, ""},
		"ical in web":                   {"web/a.go", `package web; import "github.com/emersion/go-ical"`, "is only for calendar"},
		"gorm in the outbox":            {"server/internal/outbox/a.go", `package outbox; import "gorm.io/gorm"`, "is only for server/internal/store"},
		"gorm in a test of web":         {"web/a_test.go", `package web; import "gorm.io/gorm"`, "is only for server/internal/store"},
		"driver in main":                {"server/a.go", `package main; import _ "modernc.org/sqlite"`, "is only for server/internal/store"},
		"second of two blank imports":   {"server/a.go", "package main; import _ \"modernc.org/sqlite\"; import _ \"embed\"", "is only for server/internal/store"},
		"server in web":                 {"web/a.go", `package web; import "parley/server/internal/config"`, "is only for server"},
		"server in server":              {"server/a.go", `package main; import "parley/server/internal/config"`, ""},
		"package without a word":        {"web/mail/a.go", "package mail", "web/mail: no file has a package comment"},
		"comment about something else":  {"web/mail/a.go", "// Mails are here.\npackage mail", "web/mail: no file has a package comment"},
		"package comment in one file":   {"web/mail/a.go", "// Package mail writes.\npackage mail", ""},
		"only tests":                    {"web/mail/a_test.go", "package mail", ""},
		"unescaped HTML":                {"web/a.go", `package web; import "html/template"; var x = template.HTML("a")`, "template.HTML"},
		"unescaped URL, renamed":        {"web/a.go", `package web; import t "html/template"; func f(s string) any { return t.URL(s) }`, "template.URL"},
		"unescaped where it may be":     {"web/partials.go", `package web; import "html/template"; var x = template.HTML("a")`, ""},
		"template":                      {"web/a.go", `package web; import "html/template"; var x = template.New("a")`, ""},
		"sealed table in another file":  {"server/internal/store/a.go", store + `const q = "SELECT 1 FROM sealed_positions"`, "reads what is sealed"},
		"sealed table in its file":      {"server/internal/store/sealed.go", store + `const q = "sealed_positions"`, ""},
		"vault from a page":             {"web/a.go", `package web; func f(r round) { r.UseVault(nil) }`, "hands out a vault"},
		"SQL from a variable":           {"server/internal/store/a.go", store + `func f(db *gorm.DB, s string) { db.Where(s) }`, "Where: the SQL is not a constant"},
		"SQL put together":              {"server/internal/store/a.go", store + `func f(db *gorm.DB, s string) { db.Order("a " + s) }`, "Order: the SQL is not a constant"},
		"SQL by Sprintf":                {"server/internal/store/a.go", store + `func f(db *gorm.DB, s string) { gorm.G[int](db).Raw(fmt.Sprintf("%s", s)) }`, "Raw: the SQL is not a constant"},
		"SQL after a context":           {"server/internal/store/a.go", store + `func f(db *gorm.DB, s string) { gorm.G[int](db).Exec(ctx, s) }`, "Exec: the SQL is not a constant"},
		"condition in First":            {"server/internal/store/a.go", store + `func f(db *gorm.DB, s string) { db.First(&x, s) }`, "First: the SQL is not a constant"},
		"constant SQL":                  {"server/internal/store/a.go", store + `const c = "a"; func f(db *gorm.DB, s string) { db.Where("a = ?", s).Or(c+" = 1").Exec(ctx, "x"); db.First(&x) }`, ""},
		"SQL passed on by type":         {"server/internal/store/a.go", store + `func f(db *gorm.DB, s fixedSQL) { db.Where(fixed("a" + s)) }`, ""},
		"SQL forced into the type":      {"server/internal/store/a.go", store + `func f(db *gorm.DB, s string) { db.Where(fixed(fixedSQL(s))) }`, "defeats it"},
		"condition by struct":           {"server/internal/store/a.go", store + `func f(db *gorm.DB, s string) { db.Where(&row{ID: s}).Where(map[string]any{"a": s}) }`, ""},
		"function of another package":   {"server/internal/store/a.go", store + `import "slices"; func f(s []int, i int) { slices.Delete(s, i, i) }`, ""},
		"file that is not Go in web":    {"web/static/app.js", "", ""},
		"broken test data are not read": {"calendar/testdata/a.go", "?", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tree := fstest.MapFS{tc.file: {Data: []byte(tc.source)}}
			if dir := path.Dir(tc.file); path.Ext(tc.file) == ".go" && !strings.Contains(tc.want, "comment") && path.Base(dir) != "mail" {
				tree[dir+"/doc.go"] = &fstest.MapFile{Data: []byte("// Package " + path.Base(dir) + " has a word.\npackage " + path.Base(dir))}
			}
			if path.Dir(tc.file) == "." {
				delete(tree, "./doc.go")
			}
			found, err := faults(tree)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case tc.want == "" && len(found) > 0:
				t.Errorf("faults = %q, want none", found)
			case tc.want != "" && (len(found) != 1 || !strings.Contains(found[0], tc.want)):
				t.Errorf("faults = %q, want one with %q", found, tc.want)
			}
		})
	}
}

// faults lists what breaks the rules in a tree of source files.
func faults(tree fs.FS) ([]string, error) {
	var found []string
	packages := map[string]*goPackage{}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		top, _, inTree := strings.Cut(name, "/")
		switch {
		case err != nil || name == ".":
			return err
		case entry.IsDir() && !slices.Contains(topLevel, top):
			found = append(found, name+": is not one of the trees")
			return fs.SkipDir
		case entry.IsDir():
			if top != ".ci" && strings.HasPrefix(top, ".") || top == "parley-data" || entry.Name() == "testdata" {
				return fs.SkipDir
			}
			return nil
		case path.Ext(name) != ".go":
			return nil
		case !inTree:
			found = append(found, name+": code belongs into one of the trees")
			return nil
		}
		f, err := readFile(tree, name)
		if err != nil {
			return err
		}
		p := packages[f.dir]
		if p == nil {
			p = &goPackage{constants: map[string]bool{}}
			packages[f.dir] = p
		}
		p.add(f)
		found = append(found, f.imports()...)
		found = append(found, f.unescaped()...)
		found = append(found, f.sealed()...)
		return nil
	})
	for dir, p := range packages {
		if p.code && !p.documented {
			found = append(found, dir+": no file has a package comment")
		}
		for _, f := range p.files {
			found = append(found, f.variableSQL(p.constants)...)
		}
	}
	slices.Sort(found)
	return found, err
}

// goFile is one source file.
type goFile struct {
	name, dir string
	test      bool
	ast       *ast.File
	set       *token.FileSet
	deps      []string
	packages  map[string]string // local name -> import path
}

// goPackage is what the rules ask of a folder as a whole.
type goPackage struct {
	files            []*goFile
	code, documented bool
	constants        map[string]bool
}

func readFile(tree fs.FS, name string) (*goFile, error) {
	source, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	f := &goFile{name: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), set: token.NewFileSet(), packages: map[string]string{}}
	// Imports that stand below other declarations are errors to the compiler
	// only, and let the planted faults be short.
	f.ast, err = parser.ParseFile(f.set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, spec := range f.ast.Imports {
		dep := strings.Trim(spec.Path.Value, `"`)
		local := path.Base(dep)
		if spec.Name != nil {
			local = spec.Name.Name
		}
		f.deps = append(f.deps, dep)
		f.packages[local] = dep
	}
	return f, nil
}

func (p *goPackage) add(f *goFile) {
	p.files = append(p.files, f)
	if f.test {
		return
	}
	p.code = true
	doc := f.ast.Doc.Text()
	if strings.HasPrefix(doc, "Package "+f.ast.Name.Name+" ") || (f.ast.Name.Name == "main" && doc != "") {
		p.documented = true
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if d, ok := n.(*ast.GenDecl); ok && d.Tok == token.CONST {
			for _, spec := range d.Specs {
				for _, ident := range spec.(*ast.ValueSpec).Names {
					p.constants[ident.Name] = true
				}
			}
		}
		return true
	})
}

// imports checks what the file imports.
func (f *goFile) imports() (found []string) {
	fault := func(dep, rule string) {
		found = append(found, fmt.Sprintf("%s: imports %s, which %s", f.name, dep, rule))
	}
	for _, dep := range f.deps {
		inner := slices.ContainsFunc(innerTrees, func(tree string) bool { return within(f.dir, tree) })
		own := slices.IndexFunc(home, func(t tree) bool { return within(f.dir, t.path) })
		only := ""
		for module, tree := range alone {
			if within(dep, module) && !within(f.dir, tree) && !slices.Contains(ceilings, f.name) {
				only = cmp.Or(only, tree)
			}
		}
		host, _, _ := strings.Cut(dep, "/")
		switch standard := !strings.Contains(host, ".") && host != "parley"; {
		case only != "":
			fault(dep, "is only for "+only)
		case inner && (anyWithin(dep, never) || (!f.test && slices.Contains(neverInCode, dep))):
			fault(dep, "does I/O: the inner trees compute")
		case standard || own < 0:
		case within(dep, "parley/"+home[own].path) || anyWithin(dep, home[own].imports) || (f.test && anyWithin(dep, inTests)):
		default:
			fault(dep, "is not at home in "+home[own].path)
		}
	}
	return found
}

// unescaped finds the types that switch the escaping of html/template off.
func (f *goFile) unescaped() (found []string) {
	if f.test || f.name == unescapedMay {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := s.X.(*ast.Ident); ok && f.packages[x.Name] == "html/template" && slices.Contains(unescaped, s.Sel.Name) {
			found = append(found, fmt.Sprintf("%s: template.%s switches escaping off: only %s may", f.set.Position(s.Pos()), s.Sel.Name, unescapedMay))
		}
		return true
	})
	return found
}

// variableSQL finds SQL for gorm that is not constant, and so might hold
// somebody's text (gorm.io/docs/security.html).
func (f *goFile) variableSQL(constants map[string]bool) (found []string) {
	if f.test || f.packages["gorm"] != "gorm.io/gorm" {
		return nil
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if to, ok := call.Fun.(*ast.Ident); ok && to.Name == "fixedSQL" && !constant(call.Args[0], constants) {
			found = append(found, fmt.Sprintf("%s: a conversion to fixedSQL defeats it", f.set.Position(call.Pos())))
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		at, takesSQL := sqlText[method.Sel.Name]
		if x, ok := method.X.(*ast.Ident); !takesSQL || (ok && f.packages[x.Name] != "") {
			return true
		}
		if len(call.Args) > 0 {
			if x, ok := call.Args[0].(*ast.Ident); ok && x.Name == "ctx" && at == 0 {
				at = 1
			}
		}
		if at < len(call.Args) && !constant(call.Args[at], constants) {
			found = append(found, fmt.Sprintf("%s: %s: the SQL is not a constant", f.set.Position(call.Pos()), method.Sel.Name))
		}
		return true
	})
	return found
}

// constant reports whether an expression holds no text from outside: a literal,
// a constant, a sum of them, or a composite whose values gorm binds. Functions
// that pass SQL on declare it as fixedSQL, to which constants convert by
// themselves and strings do not, and unwrap it with fixed.
func constant(e ast.Expr, constants map[string]bool) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.CompositeLit:
		return true
	case *ast.Ident:
		return constants[e.Name]
	case *ast.CallExpr: // fixed(s fixedSQL): the compiler lets no string in
		f, ok := e.Fun.(*ast.Ident)
		return ok && f.Name == "fixed"
	case *ast.ParenExpr:
		return constant(e.X, constants)
	case *ast.UnaryExpr:
		return constant(e.X, constants)
	case *ast.BinaryExpr:
		return constant(e.X, constants) && constant(e.Y, constants)
	default:
		return false
	}
}

// within reports whether a path is root or lies below it.
func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

func anyWithin(p string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return within(p, root) })
}
