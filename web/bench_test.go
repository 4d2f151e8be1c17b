package web

import (
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// A page that fetches nothing of its own is at most this many bytes.
const largestOverview = 60 << 10

func TestOverviewIsSmall(t *testing.T) {
	t.Parallel()
	page := bigTalks(t, 8, 12).as("p01-head").opens("")
	if len(page) > largestOverview {
		t.Errorf("12 dates and 8 parties make %d bytes, want at most %d", len(page), largestOverview)
	}
}

func bigTalks(tb testing.TB, parties, dates int) visitTo {
	tb.Helper()
	n, r := schedulingtest.Big(parties, dates)
	return talksAt(tb, schedulingtest.Now.Add(2*time.Hour), n, r)
}

// BenchmarkOverview12x8 is the overview of 12 dates and 8 parties through the
// engine, with the ceiling beside it: gin serving the same bytes.
func BenchmarkOverview12x8(b *testing.B) { benchmarkOverview(b, 8, 12) }

// BenchmarkOverview60x30 is the same of 60 dates and 30 parties.
func BenchmarkOverview60x30(b *testing.B) { benchmarkOverview(b, 30, 60) }

// BenchmarkRanking60x30 is the page that ranks 60 dates of 30 parties, and the
// ranking alone.
func BenchmarkRanking60x30(b *testing.B) {
	v := bigTalks(b, 30, 60)
	cookie := v.as("p01-head").cookie()
	b.Run("page", func(b *testing.B) { serve(b, v.site, roundPath(v.id)+"/ranking", cookie) })
	b.Run("rank", func(b *testing.B) {
		r := v.round()
		b.ReportAllocs()
		for b.Loop() {
			r.Rank(nil, *v.now)
		}
	})
}

func benchmarkOverview(b *testing.B, parties, dates int) {
	b.Helper()
	v := bigTalks(b, parties, dates)
	path := roundPath(v.id)
	reader := v.as("p01-head")
	cookie := reader.cookie()
	page := []byte(reader.opens(""))
	b.Run("page", func(b *testing.B) {
		serve(b, v.site, path, cookie)
		b.ReportMetric(float64(len(page)), "page-bytes")
	})
	b.Run("view", func(b *testing.B) { // what of it is not writing HTML
		r := v.round()
		p := mustServer(b).catalogs.Printer("en")
		m := r.Negotiation.Member("p01-head")
		seen := viewer{Member: m, Party: r.Negotiation.Party(m.Party), Audience: scheduling.PartyAudience(m.Party)}
		b.ReportAllocs()
		for b.Loop() {
			newMatrix(p, r, seen, r.Standings(), nil, "", *v.now)
		}
	})
	b.Run("load", func(b *testing.B) { // what the store takes of it
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.store.Round(b.Context(), v.id); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("ceiling", func(b *testing.B) {
		quietGin()
		engine := gin.New()
		engine.GET(path, func(c *gin.Context) { c.Data(http.StatusOK, "text/html; charset=utf-8", page) })
		serve(b, engine, path, cookie)
	})
}

// serve also measures the time of the processor, which on a busy machine is
// far less than the time that passes.
func serve(b *testing.B, h http.Handler, path, cookie string) {
	b.Helper()
	began := processorTime(b)
	defer func() { b.ReportMetric(float64(processorTime(b)-began)/float64(b.N), "cpu-ns/op") }()
	r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
	r.Header.Set("Cookie", cookie)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatalf("status %d", w.Code)
		}
	}
}

func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
