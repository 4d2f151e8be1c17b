package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// The members of these tests besides those of schedulingtest.
const (
	alphaOfficer scheduling.MemberID = "alpha-officer" // answers
	alphaGone    scheduling.MemberID = "alpha-gone"    // removed
	bravoReader  scheduling.MemberID = "bravo-reader"  // observes
)

func withMoreMembers(n *scheduling.Negotiation, _ *scheduling.Round) {
	n.Members = append(
		n.Members,
		scheduling.Member{ID: alphaOfficer, Party: schedulingtest.Alpha, Name: "A. Officer", Email: "officer@alpha.example", Rights: scheduling.RightAnswer},
		scheduling.Member{ID: alphaGone, Party: schedulingtest.Alpha, Name: "A. Gone", Email: "gone@alpha.example", Rights: schedulingtest.AllRights, Removed: true},
		scheduling.Member{ID: bravoReader, Party: schedulingtest.Bravo, Name: "B. Reader", Email: "reader@bravo.example", Rights: scheduling.RightObserve},
	)
}

// actors are everybody who might ask, in the order of the golden file; the
// value is the Cookie header.
func actors(tb testing.TB, h *house) (names []string, cookie map[string]string) {
	tb.Helper()
	names = []string{
		"nobody", "stranger", "admin", "opener", "elsewhere", "removed",
		"head", "officer", "reader", "rival head", "rival officer", "rival reader", "observer", "staff",
	}
	cookie = map[string]string{
		"nobody":        "",
		"stranger":      h.account(tb, scheduling.Account{ID: "stranger", Name: "Stranger"}),
		"admin":         h.account(tb, scheduling.Account{ID: "admin", Name: "Admin", Admin: true, Opens: true}),
		"opener":        h.account(tb, scheduling.Account{ID: "opener", Name: "Opener", Opens: true}),
		"elsewhere":     sessionOf(tb, h, scheduling.Token{Negotiation: "other", Member: schedulingtest.AlphaHead}, h.now),
		"removed":       h.member(tb, alphaGone),
		"head":          h.member(tb, schedulingtest.AlphaHead),
		"officer":       h.member(tb, alphaOfficer),
		"reader":        h.member(tb, schedulingtest.AlphaReader),
		"rival head":    h.member(tb, schedulingtest.BravoHead),
		"rival officer": h.member(tb, schedulingtest.BravoOfficer),
		"rival reader":  h.member(tb, bravoReader),
		"observer":      h.member(tb, schedulingtest.CharlieHead),
		"staff":         h.member(tb, schedulingtest.Secretary),
	}
	return names, cookie
}

// What a policy answers. Within a negotiation, the first fence knows members
// and rights and not sides: a rival reaches the handler of a right that both
// have, and the domain tells whose thing it is.
const (
	in       = "in"        // the handler runs
	signIn   = "sign in"   // 303 for a page, 401 with the form kept
	notThere = "not there" // 404
	mayNot   = "may not"   // 403
)

// answers is who gets what under each policy. Who is not named is let in.
var answers = map[Policy]struct {
	name string
	of   map[string]string
}{
	Public:   {"Public", nil},
	SignedIn: {"SignedIn", map[string]string{"nobody": signIn}},
	Account:  {"Account", everyMember(map[string]string{"nobody": signIn}, notThere)},
	Opener:   {"Opener", everyMember(map[string]string{"nobody": signIn, "stranger": mayNot}, notThere)},
	Admin:    {"Admin", everyMember(map[string]string{"nobody": signIn, "stranger": mayNot, "opener": mayNot}, notThere)},
	Keeper:   {"Keeper", everyMember(map[string]string{"nobody": signIn, "stranger": mayNot, "opener": mayNot}, notThere)},
	Member:   {"Member", outsiders(nil)},
	Answerer: {"Answerer", outsiders(map[string]string{"reader": mayNot, "rival reader": mayNot})},
	Consenter: {"Consenter", outsiders(map[string]string{
		"reader": mayNot, "rival reader": mayNot, "officer": mayNot, "rival officer": mayNot, "staff": mayNot,
	})},
	Convener: {"Convener", outsiders(map[string]string{
		"reader": mayNot, "rival reader": mayNot, "officer": mayNot, "rival officer": mayNot,
	})},
}

// everyMember adds those who came by private link, who have no account.
func everyMember(m map[string]string, answer string) map[string]string {
	for _, who := range []string{"elsewhere", "removed", "head", "officer", "reader", "rival head", "rival officer", "rival reader", "observer", "staff"} {
		m[who] = answer
	}
	return m
}

// outsiders adds those who do not take part.
func outsiders(m map[string]string) map[string]string {
	all := map[string]string{"nobody": signIn, "stranger": notThere, "admin": notThere, "opener": notThere, "elsewhere": notThere, "removed": notThere}
	maps.Copy(all, m)
	return all
}

// pathOf fills the parameters of a path with things that exist.
var pathOf = strings.NewReplacer(
	":negotiation", "talks", ":round", "1", ":proposal", "1", ":slot", "G2", ":member", string(schedulingtest.AlphaReader),
	":message", "none", ":party", string(schedulingtest.Bravo), ":account", "stranger", ":token", "none", ":hash", "none", ":name", "app.css",
	":venue", "palais", ":list", "none",
).Replace

// Every route as every actor. The handlers are taken out: what is tested is
// the fence before them, and a fence that is missing shows at once.
func TestEveryRouteAsEveryActor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithObserver(), schedulingtest.WithStaff(), withMoreMembers)
	names, cookie := actors(t, h)
	routes := h.server.routes()
	for i := range routes {
		routes[i].Handler = func(c *gin.Context) error {
			c.String(http.StatusTeapot, "in")
			return nil
		}
	}
	if err := h.server.mount(nil, routes); err != nil {
		t.Fatal(err)
	}
	fenced := h.server.Handler()

	var table strings.Builder
	for _, r := range routes {
		policy, ok := answers[r.Policy]
		if !ok {
			t.Fatalf("%s %s: nobody has said what policy %d answers", r.Method, r.Path, r.Policy)
		}
		fmt.Fprintf(&table, "%-4s %-60s %s\n", r.Method, r.Path, policy.name)
		for _, who := range names {
			want := policy.of[who]
			if want == "" {
				want = in
			}
			methods := []string{r.Method}
			if r.Method == http.MethodGet {
				methods = append(methods, http.MethodHead)
			}
			for _, method := range methods {
				rec := askAs(t, fenced, method, pathOf(r.Path), cookie[who])
				got := map[int]string{418: in, 303: signIn, 401: signIn, 404: notThere, 403: mayNot}[rec.Code]
				if got != want {
					t.Errorf("%s %s as %s: %q (%d), want %q", method, r.Path, who, got, rec.Code, want)
				}
				if got != in && sessionIn(rec) != nil {
					t.Errorf("%s %s as %s: refused, and signed in", method, r.Path, who)
				}
			}
		}
	}
	goldenText(t, "testdata/routes.golden", table.String())
}

func askAs(tb testing.TB, h http.Handler, method, target, cookie string) *httptest.ResponseRecorder {
	tb.Helper()
	if method == http.MethodPost {
		return post(tb, h, target, nil, "Cookie", cookie)
	}
	return ask(tb, h, method, target, nil, "Cookie", cookie)
}

func goldenText(tb testing.TB, path, got string) {
	tb.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		tb.Errorf("the routes have changed; look at each policy and run go test ./web -run EveryActor -update (-want +got):\n%s", diff)
	}
}

// No route lets its GET do what a POST does: each changing path is a POST, and
// a GET of it is refused or another page.
func TestRoutesAreNamedOnce(t *testing.T) {
	t.Parallel()
	s, err := newServer(options(nil))
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, r := range s.routes() {
		line := r.Method + " " + r.Path
		if slices.Contains(seen, line) {
			t.Errorf("%s stands twice", line)
		}
		seen = append(seen, line)
	}
}

// What is closed and what is not there look the same to whoever may not know,
// byte for byte, but for the address that the language menu leads back to.
func TestClosedIsLikeMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithObserver(), schedulingtest.WithStaff(), withMoreMembers)
	_, cookie := actors(t, h)
	page := func(who, path string) string {
		rec := get(t, h, path, "Cookie", cookie[who])
		wantStatus(t, path+" as "+who, rec, 404)
		body := rec.Body.String()
		for _, u := range unsteady {
			body = u.pattern.ReplaceAllString(body, u.steady)
		}
		return strings.ReplaceAll(body, `value="`+path+`"`, `value="PATH"`)
	}
	for _, who := range []string{"stranger", "admin", "elsewhere", "removed"} {
		for real, unreal := range map[string]string{
			"/n/talks":                 "/n/nowhere",
			"/n/talks/1":               "/n/nowhere/1",
			"/n/talks/members":         "/n/nowhere/members",
			"/n/talks/1/meeting.ics":   "/n/nowhere/1/meeting.ics",
			"/n/talks/1/paper/1":       "/n/nowhere/1/paper/1",
			"/n/talks/1/paper/1/text":  "/n/talks/9/paper/9/text",
			"/n/talks/members/" + "b1": "/n/talks/members/" + string(schedulingtest.BravoHead),
		} {
			if diff := cmp.Diff(page(who, real), page(who, unreal)); diff != "" {
				t.Errorf("%s tells %s from %s: %s", who, real, unreal, diff)
			}
		}
	}
	if diff := cmp.Diff(page("rival head", "/n/talks/members/"+string(schedulingtest.AlphaHead)), page("rival head", "/n/talks/members/nobody")); diff != "" {
		t.Errorf("a rival learns which members there are: %s", diff)
	}
	for _, number := range []string{"0", "-1", "01", "1e0", "+1", "2", "99999999999999999999", "%31%00"} {
		page("head", "/n/talks/"+number)
	}
}
