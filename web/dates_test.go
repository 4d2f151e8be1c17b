package web

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// A visitTo is a site with one negotiation on it, at a time that tests move.
type visitTo struct {
	testing.TB
	site  http.Handler
	store *schedulingtest.MemoryStore
	id    scheduling.RoundID
	now   *time.Time
}

// talksAt is a site on which n and its round r stand, looked at then.
func talksAt(tb testing.TB, at time.Time, n *scheduling.Negotiation, r *scheduling.Round) visitTo {
	tb.Helper()
	store := schedulingtest.NewMemoryStore(nil)
	if _, err := store.Create(tb.Context(), scheduling.Once{}, n, r); err != nil {
		tb.Fatal(err)
	}
	v := visitTo{TB: tb, store: store, id: r.ID, now: &at}
	s, err := New(Options{
		Now: func() time.Time { return *v.now }, Log: slog.New(slog.DiscardHandler),
		Store: store, Access: store, Retainer: store, Programs: store, Secret: []byte(strings.Repeat("k", 32)),
		Register: store,
		BaseURL:  "https://parley.example.org", OfficeName: "Conference Secretariat", OfficeContact: "office@parley.example",
	})
	if err != nil {
		tb.Fatal(err)
	}
	v.site = s.Handler()
	return v
}

// A visitor is a member at a browser.
type visitor struct {
	visitTo
	member scheduling.MemberID
}

func (v visitTo) as(id scheduling.MemberID) visitor { return visitor{visitTo: v, member: id} }

// cookie is of a session begun just now: tests move the clock by days.
func (v visitor) cookie() string {
	v.Helper()
	return sessionOf(v.TB, v.store, scheduling.Token{Negotiation: v.id.Negotiation, Member: v.member}, *v.now)
}

// get opens a page of the round: "" is the overview.
func (v visitor) get(page string, header ...string) *httptest.ResponseRecorder {
	v.Helper()
	return get(v.TB, v.site, roundPath(v.id)+page, append(header, "Cookie", v.cookie())...)
}

// opens gets a page that has to be there.
func (v visitor) opens(page string, header ...string) string {
	v.Helper()
	rec := v.get(page, header...)
	if rec.Code != http.StatusOK {
		v.Fatalf("GET %s: status %d:\n%s", page, rec.Code, text(rec.Body.String()))
	}
	return rec.Body.String()
}

// post sends values to a page of the round.
func (v visitor) post(page string, values url.Values) *httptest.ResponseRecorder {
	v.Helper()
	return post(v.TB, v.site, roundPath(v.id)+page, values, "Cookie", v.cookie())
}

// sends posts what has to be accepted, and gives where it leads.
func (v visitor) sends(page string, values url.Values) string {
	v.Helper()
	rec := v.post(page, values)
	if rec.Code != http.StatusSeeOther {
		v.Fatalf("POST %s: status %d:\n%s", page, rec.Code, text(rec.Body.String()))
	}
	return rec.Header().Get("Location")
}

// round is the round as it is stored.
func (v visitTo) round() *scheduling.Round {
	v.Helper()
	r, err := v.store.Round(v.Context(), v.id)
	if err != nil {
		v.Fatal(err)
	}
	return r
}

// change acts on the round past the pages.
func (v visitTo) change(act func(*scheduling.Round) error) {
	v.Helper()
	if err := v.store.Update(v.Context(), v.id, scheduling.Once{}, act); err != nil {
		v.Fatal(err)
	}
}

var (
	tags      = regexp.MustCompile(`<[^>]*>`)
	inputs    = regexp.MustCompile(`<input[^>]*>`)
	attr      = regexp.MustCompile(`([a-z]+)(?:="([^"]*)")?`)
	areas     = regexp.MustCompile(`(?s)<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>`)
	selects   = regexp.MustCompile(`(?s)<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>`)
	choicesOf = regexp.MustCompile(`<option value="([^"]*)"( selected)?>`)
)

// text is a page without its tags, for messages and for sentences that tags
// run through.
func text(page string) string {
	return strings.Join(strings.Fields(unescape.Replace(tags.ReplaceAllString(page, " "))), " ")
}

var unescape = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&", "&lt;", "<", "&gt;", ">", "&#43;", "+")

// filled are the values that a browser would send of the form on a page that
// posts to action, without a button.
func filled(tb testing.TB, page, action string) url.Values {
	tb.Helper()
	_, rest, found := strings.Cut(page, `action="`+action+`"`)
	if !found {
		tb.Fatalf("no form to %s on:\n%s", action, text(page))
	}
	form, _, _ := strings.Cut(rest, "</form>")
	values := url.Values{}
	for _, input := range inputs.FindAllString(form, -1) {
		a := map[string]string{}
		for _, m := range attr.FindAllStringSubmatch(input, -1) {
			if _, twice := a[m[1]]; !twice {
				a[m[1]] = unescape.Replace(m[2])
			}
		}
		_, checked := a["checked"]
		if a["name"] == "" || (a["type"] == "radio" || a["type"] == "checkbox") && !checked {
			continue
		}
		values.Add(a["name"], a["value"])
	}
	for _, m := range areas.FindAllStringSubmatch(form, -1) {
		values.Set(m[1], unescape.Replace(m[2]))
	}
	for _, m := range selects.FindAllStringSubmatch(form, -1) {
		for i, o := range choicesOf.FindAllStringSubmatch(m[2], -1) {
			if i == 0 || o[2] != "" {
				values.Set(m[1], o[1])
			}
		}
	}
	return values
}

// has fails unless the page says every sentence.
func has(tb testing.TB, page string, sentences ...string) {
	tb.Helper()
	said := text(page)
	for _, s := range sentences {
		if !strings.Contains(said, s) {
			tb.Errorf("the page does not say %q:\n%s", s, said)
		}
	}
}

// hasNot fails if the page has any of these anywhere, tags included.
func hasNot(tb testing.TB, page string, never ...string) {
	tb.Helper()
	for _, s := range never {
		if strings.Contains(page, s) || strings.Contains(text(page), s) {
			tb.Errorf("the page has %q:\n%s", s, text(page))
		}
	}
}
