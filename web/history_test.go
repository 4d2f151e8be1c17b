package web

import (
	"encoding/csv"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// Every kind of event has its sentence in every language.
func TestEveryEventHasASentence(t *testing.T) {
	t.Parallel()
	s := mustServer(t)
	file, err := parser.ParseFile(token.NewFileSet(), "../scheduling/event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != "EventKind" {
			return true
		}
		kinds++
		kind, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range s.catalogs.Tags() {
			if !s.catalogs.Printer(tag).Has("history.event." + kind) {
				t.Errorf("%s: no sentence for %s", tag, kind)
			}
		}
		return true
	})
	if kinds < 30 {
		t.Errorf("found %d kinds of events, want all of them", kinds)
	}
}

func TestHistoryPages(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	for i := range 2 * historyShown {
		level := scheduling.Levels[i%2]
		v.change(func(r *scheduling.Round) error {
			return r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, v.now.Add(time.Duration(i)*time.Minute)),
				[]scheduling.Answer{{Slot: "G2", SlotVersion: 1, Level: level}})
		})
	}
	bravo := v.as(schedulingtest.BravoHead)
	page, entries := "/history", 0
	for range 5 {
		body := bravo.opens(page)
		n := strings.Count(body, `<li><time class="muted`)
		if n > historyShown {
			t.Fatalf("%d entries on a page", n)
		}
		entries += n
		_, rest, more := strings.Cut(body, `href="?skip=`)
		if !more {
			break
		}
		skip, _, _ := strings.Cut(rest, `"`)
		if want := strconv.Itoa(entries); skip != want { // and not a number of the store's
			t.Errorf("the next page skips %s entries, want the %s shown", skip, want)
		}
		page = "/history?skip=" + skip
	}
	if want := 2*historyShown + 3; entries != want { // and the two openings and the offer
		t.Errorf("%d entries on all pages, want %d", entries, want)
	}
	has(t, bravo.opens("/history"), "All times are Moscow time.", "Mon 2 November 2009, 13:39")
	for _, bad := range []string{"/history?skip=x", "/history?skip=-1", "/history?skip=1000000000"} {
		withStatus(t, bravo.get(bad), http.StatusNotFound)
	}
}

func TestHistoryRecordIsNoFormula(t *testing.T) {
	t.Parallel()
	v := delivered(t)
	v.change(func(r *scheduling.Round) error {
		return r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, *v.now), []scheduling.Answer{
			{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: reason("=HYPERLINK(\"http://x\",\"y\")", scheduling.AllParties)},
			{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: reason("+49, \"quoted\"\nsecond line", scheduling.AllParties)},
			{Slot: "G3", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: reason("own thought", scheduling.OwnParty)},
		})
	})
	rec := v.as(schedulingtest.AlphaHead).get("/history.csv")
	if got := rec.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("Content-Type = %q", got)
	}
	rows, err := csv.NewReader(strings.NewReader(rec.Body.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
				t.Errorf("cell %q begins a formula", cell)
			}
		}
		text[row[4]] = row[10]
	}
	if text["G1"] != "'=HYPERLINK(\"http://x\",\"y\")" || text["G2"] != "'+49, \"quoted\"\nsecond line" || text["G3"] != "" {
		t.Errorf("texts = %q", text)
	}
	if rows[1][1] != "negotiation_opened" || rows[len(rows)-1][1] != "position_taken" {
		t.Errorf("the record runs from %s to %s, want oldest first", rows[1][1], rows[len(rows)-1][1])
	}
}
