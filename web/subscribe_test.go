package web

import (
	"image"
	"image/color"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

var (
	feedAddress = regexp.MustCompile(`https://parley\.example\.org(/c/[A-Za-z0-9_-]+\.ics)`)
	qrDrawing   = regexp.MustCompile(`viewBox="0 0 (\d+) \d+"[^>]*><path d="([^"]*)"`)
	qrStroke    = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)
)

// subscribes sends the form of a level as it stands, and gives the path of the
// address that the answer shows, "" for none.
func (v visitor) subscribes(t *testing.T, form url.Values) string {
	t.Helper()
	rec := v.post("/subscribe", form)
	wantStatus(t, "subscribe", rec, 200)
	found := feedAddress.FindStringSubmatch(rec.Body.String())
	if found == nil {
		return ""
	}
	return found[1]
}

func TestSubscribe(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	bravo := k.as(schedulingtest.BravoHead)
	page := bravo.opens("/subscribe")
	if feedAddress.MatchString(page) {
		t.Error("an address is shown before one was made")
	}
	form := url.Values{"key": {filled(t, page, roundPath(k.id)+"/subscribe").Get("key")}, "level": {"member"}, "whole": {"yes"}}
	first := bravo.subscribes(t, form)
	wantEntries(t, "own feed, all of it", k.entries(first), "uid-talks CONFIRMED 20091119 OPAQUE 0")
	if again := bravo.subscribes(t, form); again != first {
		t.Errorf("sending the form twice gives %s and %s", first, again)
	}
	page = bravo.opens("/subscribe")
	if feedAddress.MatchString(page) || !strings.Contains(page, "An address was made on") {
		t.Errorf("later the page shows:\n%s", text(page))
	}
	form.Set("key", filled(t, page, roundPath(k.id)+"/subscribe").Get("key"))
	form.Del("whole")
	second := bravo.subscribes(t, form)
	if second == first || second == "" {
		t.Errorf("the new address is %s", second)
	}
	wantEntries(t, "own feed, less the mail", k.entries(second))
	if rec := get(t, k.site, first); rec.Code != 410 {
		t.Errorf("the replaced address: status %d, want 410", rec.Code)
	}
	party := bravo.subscribes(t, url.Values{"key": {newKey(t)}, "level": {"party"}})
	k.reads(second)
	bravo.sends("/subscribe/revocation", url.Values{"level": {"member"}})
	if rec := get(t, k.site, second); rec.Code != 410 {
		t.Errorf("the stopped address: status %d, want 410", rec.Code)
	}
	k.reads(party)
	// Each side has an address of its own for the public.
	mine := bravo.subscribes(t, url.Values{"key": {newKey(t)}, "level": {"public"}})
	theirs := k.as(schedulingtest.AlphaHead).subscribes(t, url.Values{"key": {newKey(t)}, "level": {"public"}})
	k.as(schedulingtest.AlphaHead).sends("/subscribe/revocation", url.Values{"level": {"public"}})
	k.reads(mine)
	if rec := get(t, k.site, theirs); rec.Code != 410 {
		t.Errorf("the other side's own: status %d, want 410", rec.Code)
	}
}

// A form without a key of its own, as from a page made by hand, must not give
// two people, or one person twice, the same secret by chance of its content.
func TestSubscribeWithoutAKey(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	bravo := k.as(schedulingtest.BravoHead)
	form := url.Values{"level": {"member"}}
	first := bravo.subscribes(t, form)
	bravo.sends("/subscribe/revocation", form)
	if second := bravo.subscribes(t, form); second == first {
		t.Error("the address that was stopped is given out again")
	} else {
		k.reads(second)
	}
}

// A form that was sent before its address was stopped does not show the dead
// address as if it worked.
func TestSubscribeAgainAfterStopping(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	bravo := k.as(schedulingtest.BravoHead)
	form := url.Values{"key": {newKey(t)}, "level": {"member"}}
	first := bravo.subscribes(t, form)
	bravo.sends("/subscribe/revocation", url.Values{"level": {"member"}})
	rec := bravo.post("/subscribe", form)
	if rec.Code != 409 || feedAddress.MatchString(rec.Body.String()) {
		t.Errorf("after %s was stopped: status %d, want 409\n%s", first, rec.Code, text(rec.Body.String()))
	}
	has(t, rec.Body.String(), "has been replaced or stopped since")
}

// newKey is a key as forms have it.
func newKey(tb testing.TB) string {
	tb.Helper()
	return formKey(httptest.NewRequestWithContext(tb.Context(), http.MethodGet, "/", nil))
}

func TestSubscribeByRights(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		member scheduling.MemberID
		want   map[string]int // by level
	}{
		"head":     {schedulingtest.BravoHead, map[string]int{"member": 200, "party": 200, "public": 200, "all": 403}},
		"officer":  {schedulingtest.BravoOfficer, map[string]int{"member": 200, "party": 403, "public": 403}},
		"reader":   {schedulingtest.AlphaReader, map[string]int{"member": 200, "party": 403, "public": 403}},
		"staff":    {schedulingtest.Secretary, map[string]int{"member": 200, "party": 403, "public": 200}},
		"observer": {schedulingtest.CharlieHead, map[string]int{"member": 200, "party": 200, "public": 200}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, r := schedulingtest.Confirmed(inEnglish(), schedulingtest.WithStaff(), schedulingtest.WithObserver())
			k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
			v := k.as(tc.member)
			page := v.opens("/subscribe")
			for level, want := range tc.want {
				if got := strings.Contains(page, `name="level" value="`+level+`"`); got != (want == 200) {
					t.Errorf("%s is offered: %v", level, got)
				}
				for _, path := range []string{"/subscribe", "/subscribe/revocation"} {
					rec := v.post(path, url.Values{"level": {level}, "key": {newKey(t)}})
					if ok := rec.Code < 400; ok != (want == 200) || !ok && rec.Code != want {
						t.Errorf("POST %s of %s: status %d, want %d", path, level, rec.Code, want)
					}
				}
			}
		})
	}
}

// The drawing is the QR code of the address: it is read back as modules and
// compared with what the address encodes to, finder patterns included.
func TestQRCode(t *testing.T) {
	t.Parallel()
	const address = "https://parley.example.org/c/parley_x.ics"
	view, err := qrCode(address)
	if err != nil {
		t.Fatal(err)
	}
	drawn := image.NewGray(image.Rect(0, 0, view.Size, view.Size))
	strokes := qrStroke.FindAllStringSubmatch(view.Path, -1)
	if got := qrStroke.ReplaceAllString(view.Path, ""); got != "" || len(strokes) == 0 {
		t.Fatalf("the path has more than strokes: %q", got)
	}
	for _, s := range strokes {
		x, _ := strconv.Atoi(s[1])
		y, _ := strconv.Atoi(s[2])
		w, _ := strconv.Atoi(s[3])
		if s[3] != s[4] || x+w > view.Size || y >= view.Size {
			t.Fatalf("stroke %v leaves the drawing", s)
		}
		for i := range w {
			drawn.SetGray(x+i, y, color.Gray{Y: 1})
		}
	}
	const quiet = 4
	for i := range view.Size {
		for j := range quiet {
			if drawn.GrayAt(i, j).Y+drawn.GrayAt(j, i).Y != 0 {
				t.Fatal("the border is not quiet")
			}
		}
	}
	for _, corner := range [][2]int{{quiet, quiet}, {view.Size - quiet - 7, quiet}, {quiet, view.Size - quiet - 7}} {
		for i := range 7 {
			for j := range 7 {
				ring := max(abs(i-3), abs(j-3))
				if dark := drawn.GrayAt(corner[0]+i, corner[1]+j).Y == 1; dark != (ring != 2) {
					t.Fatalf("no finder pattern at %v", corner)
				}
			}
		}
	}
	if other, _ := qrCode(address + "x"); other.Path == view.Path {
		t.Error("two addresses have one drawing")
	}
	if !qrDrawing.MatchString(`viewBox="` + view.Box() + `" x><path d="` + view.Path + `"`) {
		t.Errorf("box %q", view.Box())
	}
}

func abs(n int) int { return max(n, -n) }

func TestCalendarFiles(t *testing.T) {
	t.Parallel()
	n, r := schedulingtest.Confirmed(inEnglish(), schedulingtest.WithObserver())
	k := keep(t, schedulingtest.Now.Add(24*time.Hour), n, r)
	k.change(func(r *scheduling.Round) error {
		return r.Reoffer(schedulingtest.By(schedulingtest.AlphaHead, *k.now), []scheduling.Label{"G3"})
	})
	bravo, observer := k.as(schedulingtest.BravoHead), k.as(schedulingtest.CharlieHead)
	n, r = schedulingtest.Delivered()
	none := keep(t, *k.now, n, r)
	for path, want := range map[string]string{
		"/meeting.ics": "uid-talks CONFIRMED 20091119 OPAQUE 0", "/slots/G3/calendar.ics": "G3 TENTATIVE 20091120 TRANSPARENT 1",
	} {
		rec := bravo.get(path)
		if got := rec.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename=") || rec.Header().Get("Content-Type") != "text/calendar; charset=utf-8" {
			t.Errorf("%s: %v", path, rec.Header())
		}
		wantEntries(t, path, entriesIn(t, rec.Body.String()), want)
	}
	for name, code := range map[string]int{
		"released slot":           bravo.get("/slots/G1/calendar.ics").Code,
		"unknown slot":            bravo.get("/slots/X9/calendar.ics").Code,
		"a slot, for an observer": observer.get("/slots/G3/calendar.ics").Code,
		"no meeting yet":          none.as(schedulingtest.BravoHead).get("/meeting.ics").Code,
	} {
		if code != 404 {
			t.Errorf("%s: status %d, want 404", name, code)
		}
	}
	if code := observer.get("/meeting.ics").Code; code != 200 {
		t.Errorf("the meeting, for an observer: status %d, want 200", code)
	}
}
