package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling/schedulingtest"
)

var noon = time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC)

// options are those of a server for tests; log may be nil.
func options(log io.Writer) Options {
	if log == nil {
		log = io.Discard
	}
	store := schedulingtest.NewMemoryStore(nil)
	return Options{
		Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(log, nil)), Store: store, Access: store, Programs: store, Retainer: store, Register: store,
		BaseURL: "https://parley.example.org", OfficeName: "Conference Secretariat", OfficeContact: "office@parley.example",
	}
}

// site is the handler of a server with the given routes besides its own.
func site(tb testing.TB, log io.Writer, more ...route) http.Handler {
	tb.Helper()
	s, err := newServer(options(log))
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.mount(nil, append(s.routes(), more...)); err != nil {
		tb.Fatal(err)
	}
	return s.Handler()
}

// get asks h for target; header holds names and values in turn.
func get(tb testing.TB, h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	tb.Helper()
	return ask(tb, h, http.MethodGet, target, nil, header...)
}

// post sends form to target as a browser on this site would.
func post(tb testing.TB, h http.Handler, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	tb.Helper()
	header = append([]string{"Content-Type", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"}, header...)
	return ask(tb, h, http.MethodPost, target, strings.NewReader(form.Encode()), header...)
}

func ask(tb testing.TB, h http.Handler, method, target string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, target, body)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	return rec
}

func answer(status int) func(*gin.Context) error {
	return func(c *gin.Context) error {
		c.String(status, "answer")
		return nil
	}
}

func TestHeadersOnEveryResponse(t *testing.T) {
	t.Parallel()
	h := site(t, nil, route{"GET", "/page", Public, answer(200)}, route{"POST", "/act", Public, answer(200)})
	for name, rec := range map[string]*httptest.ResponseRecorder{
		"page":         get(t, h, "/page"),
		"unknown":      get(t, h, "/nowhere"),
		"not allowed":  get(t, h, "/act"),
		"robots":       get(t, h, "/robots.txt"),
		"post":         post(t, h, "/act", nil),
		"other site":   post(t, h, "/act", nil, "Sec-Fetch-Site", "cross-site"),
		"wrong medium": ask(t, h, "POST", "/act", strings.NewReader("{}"), "Content-Type", "application/json"),
	} {
		for header, want := range map[string]string{
			"Content-Security-Policy":      contentPolicy,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security":    "max-age=63072000",
			"Cache-Control":                "no-store",
			"X-Robots-Tag":                 "noindex, nofollow, noarchive",
		} {
			if got := rec.Header().Get(header); got != want {
				t.Errorf("%s: %s = %q, want %q", name, header, got, want)
			}
		}
		if got := rec.Header().Get("Permissions-Policy"); !strings.Contains(got, "camera=()") {
			t.Errorf("%s: Permissions-Policy = %q", name, got)
		}
		if rec.Header().Get("Server") != "" || rec.Header().Get("X-Powered-By") != "" {
			t.Errorf("%s: the response says what serves it", name)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	h := site(t, nil, route{"POST", "/act", Public, answer(200)})
	big := url.Values{"text": {strings.Repeat("x", longestBody)}}
	for name, tc := range map[string]struct {
		rec    *httptest.ResponseRecorder
		status int
		title  string
	}{
		"unknown page":      {get(t, h, "/nowhere"), 404, "This page does not exist, or is not open to you"},
		"unknown asset":     {get(t, h, "/static/x/none.css"), 404, "This page does not exist, or is not open to you"},
		"wrong method":      {get(t, h, "/act"), 405, "This address cannot be used in this way"},
		"too large":         {post(t, h, "/act", big), 413, "This is too much at once"},
		"json":              {ask(t, h, "POST", "/act", strings.NewReader("{}"), "Content-Type", "application/json"), 415, "This form cannot be read"},
		"no media type":     {ask(t, h, "POST", "/act", nil), 415, "This form cannot be read"},
		"multipart":         {ask(t, h, "POST", "/act", nil, "Content-Type", "multipart/form-data; boundary=x"), 415, "This form cannot be read"},
		"malformed":         {ask(t, h, "POST", "/act", strings.NewReader("a=%zz"), "Content-Type", "application/x-www-form-urlencoded"), 422, "This could not be accepted"},
		"other site":        {post(t, h, "/act", nil, "Sec-Fetch-Site", "cross-site"), 403, "This form did not come from here"},
		"neighbour site":    {post(t, h, "/act", nil, "Sec-Fetch-Site", "same-site"), 403, "This form did not come from here"},
		"foreign origin":    {post(t, h, "/act", nil, "Sec-Fetch-Site", "", "Origin", "https://evil.example"), 403, "This form did not come from here"},
		"unknown language":  {post(t, h, "/language", url.Values{"lang": {"tlh"}}), 422, "This could not be accepted"},
		"unknown in French": {get(t, h, "/nowhere?lang=fr"), 404, "Cette page n’existe pas ou ne vous est pas ouverte"},
	} {
		if tc.rec.Code != tc.status {
			t.Errorf("%s: status = %d, want %d", name, tc.rec.Code, tc.status)
		}
		if body := tc.rec.Body.String(); !strings.Contains(body, "<h1>"+tc.title+"</h1>") {
			t.Errorf("%s: no heading %q in\n%s", name, tc.title, body)
		}
	}
	if got := get(t, h, "/act").Header().Get("Allow"); got != "POST" {
		t.Errorf("Allow = %q, want POST", got)
	}
	if rec := post(t, h, "/act", nil, "Sec-Fetch-Site", "", "Origin", "https://parley.example.org"); rec.Code != 200 {
		t.Errorf("own origin behind a proxy: status = %d, want 200", rec.Code)
	}
}

func TestHeadIsLikeGet(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(site(t, nil, route{"GET", "/page", Public, answer(200)}))
	t.Cleanup(server.Close)
	for _, path := range []string{"/page", "/robots.txt", "/nowhere"} {
		var status [2]int
		for i, method := range []string{http.MethodGet, http.MethodHead} {
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(res.Body)
			_ = res.Body.Close()
			status[i] = res.StatusCode
			if method == http.MethodHead && len(body) != 0 {
				t.Errorf("HEAD %s: body of %d bytes", path, len(body))
			}
			if got, want := res.Header.Get("Content-Type"), "text/"; !strings.HasPrefix(got, want) {
				t.Errorf("%s %s: Content-Type = %q", method, path, got)
			}
		}
		if status[0] != status[1] {
			t.Errorf("%s: GET gives %d, HEAD %d", path, status[0], status[1])
		}
	}
}

func TestDefaultDeny(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]route{
		"no policy":      {Method: "GET", Path: "/x", Handler: answer(200)},
		"unknown policy": {Method: "GET", Path: "/x", Policy: policies, Handler: answer(200)},
		"no handler":     {Method: "GET", Path: "/x", Policy: Public},
		"odd method":     {Method: "PUT", Path: "/x", Policy: Public, Handler: answer(200)},
	} {
		s, err := newServer(options(nil))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.mount(nil, []route{r}); err == nil {
			t.Errorf("%s: the server starts", name)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Options){
		"no clock":       func(o *Options) { o.Now = nil },
		"no base URL":    func(o *Options) { o.BaseURL = "" },
		"odd scheme":     func(o *Options) { o.BaseURL = "ftp://parley.example.org" },
		"no host":        func(o *Options) { o.BaseURL = "https://" },
		"unclear proxy":  func(o *Options) { o.TrustedProxies = []string{"the one next door"} },
		"path, not host": func(o *Options) { o.BaseURL = "/parley" },
	} {
		o := options(nil)
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: New() gives no error", name)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := site(t, &log,
		route{"POST", "/n/:negotiation/panic", Public, func(*gin.Context) error { panic("stack with /var/lib in it") }},
		route{"POST", "/n/:negotiation/fault", Public, func(*gin.Context) error { return io.ErrUnexpectedEOF }},
		route{"GET", "/closed", Public, func(*gin.Context) error { return ErrUnavailable }},
	)
	for _, path := range []string{"/n/secret/panic?q=hush", "/n/secret/fault?q=hush"} {
		log.Reset()
		rec := post(t, h, path, nil)
		body := rec.Body.String()
		if rec.Code != 500 {
			t.Errorf("%s: status = %d, want 500", path, rec.Code)
		}
		for _, want := range []string{"it will not be doubled", "office@parley.example", "Reference: <code>"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page does not say %q:\n%s", path, want, body)
			}
		}
		for _, leak := range []string{"/var/lib", "unexpected EOF", "goroutine"} {
			if strings.Contains(body, leak) {
				t.Errorf("%s: the page gives away %q", path, leak)
			}
		}
		_, id, _ := strings.Cut(body, "Reference: <code>")
		id, _, _ = strings.Cut(id, "</code>")
		if id == "" || !strings.Contains(log.String(), id) {
			t.Errorf("%s: reference %q is not in the log:\n%s", path, id, log.String())
		}
		for _, leak := range []string{"secret", "hush"} {
			if strings.Contains(log.String(), leak) {
				t.Errorf("%s: the log holds the path or the query: %s", path, log.String())
			}
		}
	}
	rec := get(t, h, "/closed")
	if rec.Code != 503 || rec.Header().Get("Retry-After") == "" {
		t.Errorf("closed: status %d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
	}
}

// A chunked request may carry a second one behind it.
func TestChunkedRequestClosesConnection(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(site(t, nil, route{"POST", "/act", Public, answer(200)}))
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/act", io.MultiReader(strings.NewReader("a=b")))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if !res.Close || res.StatusCode != http.StatusOK {
		t.Errorf("chunked: status %d, close %v, want 200 and a closed connection", res.StatusCode, res.Close)
	}
}
