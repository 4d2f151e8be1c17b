package main

import (
	"context"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// TestBrowser uses the product in a real browser. All parts share one.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a browser takes long")
	}
	b := newBrowser(t)
	t.Run("journeys", func(t *testing.T) {
		for name, as := range map[string]look{
			"with script, on a desk":     {width: 1280, script: true},
			"without script, on a desk":  {width: 1280},
			"with script, on a phone":    {width: 390, script: true},
			"without script, on a phone": {width: 390},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p := newProduct(t, "demo", nil)
				fromOfferToInvitation(b.visitor(t, p.base, as), b.visitor(t, p.base, as))
			})
		}
	})
	t.Run("pages", func(t *testing.T) { auditPages(t, b) })
	t.Run("paper", func(t *testing.T) { printPaper(t, b) })
	t.Run("keyboard", func(t *testing.T) { replyByKeyboard(t, b) })
}

// missing skips a test that lacks a tool; in CI, where CI is set, it fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: .ci/setup installs it", what)
	}
	t.Skipf("%s is missing: .ci/setup installs it", what)
}

// A browser is one running Chromium.
type browser struct{ ctx context.Context }

func newBrowser(t *testing.T) *browser {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		missing(t, "a browser")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider"),
	)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closing, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if err := chromedp.Cancel(closing); err != nil {
			t.Logf("close the browser: %v", err)
		}
		end()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return &browser{ctx: ctx}
}

// A look is how a visitor looks at the pages.
type look struct {
	width  int64
	dark   bool
	script bool
}

// A tab is a visitor with a browser: a window of its own, with cookies of its
// own. What the page complains about on the console fails the test.
type tab struct {
	testing.TB
	ctx    context.Context
	base   string
	status int

	mu      sync.Mutex
	console []string
}

func (b *browser) visitor(t *testing.T, base string, as look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	v := &tab{TB: t, ctx: ctx, base: base}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	messages := chromedp.Console(ctx)
	var reading sync.WaitGroup
	reading.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			// That the answer to a form is no 200 is noted there, too.
			if m.Type == "info" || m.Type == "debug" || m.Source == "network" && strings.Contains(m.Text, "status of 4") {
				continue
			}
			v.mu.Lock()
			v.console = append(v.console, m.String())
			v.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		cancel()
		reading.Wait()
		for _, line := range v.console {
			t.Errorf("console: %s", line)
		}
	})
	v.Look(as)
	if !as.script {
		v.call("switch script off", func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		})
	}
	return v
}

// Look changes the size of the window and its colours.
func (v *tab) Look(as look) {
	v.Helper()
	scheme := "light"
	if as.dark {
		scheme = "dark"
	}
	v.call("look", func(ctx context.Context) error {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(as.width, 844)); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	})
}

// call does something with a limit of time.
func (v *tab) call(what string, do func(ctx context.Context) error) {
	v.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, 60*time.Second)
	defer cancel()
	if err := do(ctx); err != nil {
		v.Fatalf("%s on %s: %v", what, v.base, err)
	}
}

// ask evaluates an expression in the page, with the functions of pageScript.
func ask[T any](v *tab, expression string) (answer T) {
	v.Helper()
	v.call(expression, func(ctx context.Context) (err error) {
		answer, err = chromedp.Run(ctx, chromedp.Evaluate[T]("(()=>{"+pageScript+"return "+expression+"})()", chromedp.EvalAwaitPromise))
		return err
	})
	return answer
}

func (v *tab) Open(path string) {
	v.Helper()
	if strings.HasPrefix(path, "/") {
		path = v.base + path
	}
	v.load("open "+path, chromedp.Navigate(path))
}

// load does what leads to another page, and waits for it.
func (v *tab) load(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	v.call(what, func(ctx context.Context) error {
		response, err := chromedp.RunResponse(ctx, steps...)
		if err == nil {
			v.status = int(response.Status)
		}
		return err
	})
	if v.status >= 500 {
		v.Fatalf("%s: status %d", what, v.status)
	}
}

// A spot is a place in the window.
type spot struct {
	X, Y    float64
	Problem string
}

// spotOf is the middle of the element that expression finds, scrolled into
// view. It must be there for the mouse.
func (v *tab) spotOf(expression string) spot {
	v.Helper()
	at := ask[spot](v, "spotOf("+expression+")")
	if at.Problem != "" {
		v.Fatalf("%s on %s: %s\n%s", expression, v.Path(), at.Problem, v.Text())
	}
	return at
}

func (v *tab) click(expression string) {
	v.Helper()
	at := v.spotOf(expression)
	v.call("click "+expression, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)) })
}

func (v *tab) clickThrough(expression string) {
	v.Helper()
	at := v.spotOf(expression)
	v.load("click "+expression, chromedp.MouseClickXY(at.X, at.Y))
}

func (v *tab) Follow(text string) {
	v.Helper()
	v.clickThrough("link(" + strconv.Quote(text) + ")")
}

func (v *tab) Press(button string) {
	v.Helper()
	v.clickThrough("button(" + strconv.Quote(button) + ")")
}

func (v *tab) Fill(group, label, value string) {
	v.Helper()
	v.click(control(group, label, "text"))
	ask[bool](v, "(document.activeElement.select(), true)")
	v.call("type", func(ctx context.Context) error {
		if value == "" {
			return chromedp.Do(ctx, chromedp.KeyEvent("\b"))
		}
		_, err := chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: value})
		return err
	})
}

func (v *tab) Choose(group, label string) {
	v.Helper()
	what := control(group, label, "choice")
	if ask[bool](v, "choose("+what+")") {
		return // an option of a select box, which is no place in the window
	}
	v.click(what)
}

func (v *tab) Value(group, label string) string {
	v.Helper()
	return ask[string](v, control(group, label, "text")+".value")
}

func control(group, label, kind string) string {
	return "control(" + strconv.Quote(group) + "," + strconv.Quote(label) + "," + strconv.Quote(kind) + ")"
}

func (v *tab) Text() string {
	v.Helper()
	return ask[string](v, `document.querySelector("main").innerText.replace(/\s+/g, " ")`)
}

func (v *tab) Title() string {
	v.Helper()
	return ask[string](v, "document.title")
}

func (v *tab) Path() string {
	v.Helper()
	return ask[string](v, "location.pathname+location.search")
}

func (v *tab) Status() int { return v.status }

var _ visitor = (*tab)(nil)

// pageScript finds things in a page by what a person sees, as reader does.
const pageScript = `
const blocks = new Set(["P","LI","DT","DD","DIV","TD","TH","TR","H1","H2","H3","H4","OPTION","LABEL","LEGEND","SMALL","BR","SECTION","BUTTON","CAPTION"]);
const raw = (n) => n.nodeType === 3 ? n.data : ["svg","SCRIPT","STYLE"].includes(n.nodeName) ? "" :
  blocks.has(n.nodeName) ? " " + [...n.childNodes].map(raw).join("") + " " : [...n.childNodes].map(raw).join("");
const text = (n) => n ? raw(n).replace(/\s+/g, " ").trim() : "";
const named = (s, want) => s.startsWith(want) && !/^[\p{L}\p{Nd}]/u.test(s.slice(want.length));
const shown = (n) => n.getClientRects().length > 0;
const first = (selector, want) => [...document.querySelectorAll(selector)].find((n) => shown(n) && named(text(n), want));
const link = (want) => first("a[href]", want);
const button = (want) => first("button:not([type=button])", want);
const labelOf = (n) => text(n.id && document.querySelector('label[for="' + n.id + '"]') || n.closest("label"));
const inGroup = (n, group) => {
  for (let p = n.parentElement; p; p = p.parentElement) {
    if (p.nodeName === "FIELDSET" && named(text(p.querySelector("legend")), group)) return true;
    const id = p.getAttribute("aria-labelledby");
    if (id && named(text(document.getElementById(id)), group)) return true;
  }
  return false;
};
const control = (group, label, kind) => {
  const choice = (n) => n.nodeName === "OPTION" || n.type === "radio" || n.type === "checkbox";
  const found = [...document.querySelectorAll("input:not([type=hidden]),textarea,option")].filter((n) => choice(n) === (kind === "choice") && (n.nodeName === "OPTION"
    ? named(text(n), label) && (group === "" || named(labelOf(n.closest("select")), group) || inGroup(n, group))
    : named(labelOf(n), label) && (group === "" || inGroup(n, group))));
  if (found.length !== 1) throw new Error(found.length + " inputs " + label + " in " + group + ", want 1: " + document.querySelector("main").innerText);
  return found[0];
};
const choose = (n) => {
  if (n.nodeName !== "OPTION") return false;
  n.selected = true;
  n.dispatchEvent(new Event("input", {bubbles: true}));
  n.dispatchEvent(new Event("change", {bubbles: true}));
  return true;
};
const spotOf = (n) => {
  if (!n) return {Problem: "it is not there"};
  if (n.type === "radio" || n.type === "checkbox") n = n.id && document.querySelector('label[for="' + n.id + '"]') || n.closest("label");
  n.scrollIntoView({block: "center", behavior: "instant"});
  const r = n.getClientRects()[0];
  if (!r) return {Problem: "it cannot be seen"};
  const x = r.left + r.width / 2, y = r.top + r.height / 2, there = document.elementFromPoint(x, y);
  if (!there || !n.contains(there) && !there.contains(n)) return {Problem: "it is covered by " + (there ? there.outerHTML.slice(0, 200) : "nothing")};
  return {X: x, Y: y};
};
`
