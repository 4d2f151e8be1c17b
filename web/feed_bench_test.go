package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
)

// fifty are talks with 50 dates on the table.
func fifty(b *testing.B) almanac {
	b.Helper()
	n, r := schedulingtest.Talks()
	c := schedulingtest.P1()
	c.Terms.Weekends = true
	for i, from := range []civil.Date{schedulingtest.Date(2009, 11, 18), schedulingtest.Date(2010, 3, 1)} {
		c.Terms.Options[i].Windows = []scheduling.Window{{From: from, To: from.Add(24)}}
	}
	if err := r.Deliver(schedulingtest.By(schedulingtest.AlphaHead, schedulingtest.Now), c, schedulingtest.Paper("P")); err != nil {
		b.Fatal(err)
	}
	return keep(b, schedulingtest.Now, n, r)
}

// bare is the ceiling: a handler that looks up the token and answers with what
// it has in hand.
func bare(b *testing.B, k almanac, hash, tag string, body []byte) http.Handler {
	b.Helper()
	engine := gin.New()
	engine.GET("/c/:token", func(c *gin.Context) {
		if _, _, err := k.counted.FeedToken(c.Request.Context(), hash); err != nil {
			b.Error(err)
		}
		c.Header("ETag", tag)
		if c.GetHeader("If-None-Match") == tag {
			c.Status(http.StatusNotModified)
			return
		}
		c.Data(http.StatusOK, "text/calendar; charset=utf-8", body)
	})
	return engine
}

func benchmarkFeed(b *testing.B, unchanged bool, change func(k almanac, i int)) {
	b.Helper()
	k := fifty(b)
	path := k.partyFeed(schedulingtest.Bravo)
	rec := k.reads(path)
	tag, body := rec.Header().Get("ETag"), rec.Body.Bytes()
	if n := len(k.entries(path)); n != 50 {
		b.Fatalf("%d events", n)
	}
	tokens, err := k.store.Tokens(b.Context(), scheduling.TokenFilter{Purpose: scheduling.ForFeed})
	if err != nil {
		b.Fatal(err)
	}
	for name, h := range map[string]http.Handler{"site": k.site, "bare": bare(b, k, tokens[0].Hash, tag, body)} {
		if change != nil && name == "bare" {
			continue
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for i := 0; b.Loop(); i++ {
				if change != nil {
					b.StopTimer()
					change(k, i)
					b.StartTimer()
				}
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
				want := http.StatusOK
				if unchanged {
					r.Header.Set("If-None-Match", tag)
					want = http.StatusNotModified
				}
				rec := httptest.NewRecorder()
				h.ServeHTTP(rec, r)
				if rec.Code != want {
					b.Fatalf("status %d", rec.Code)
				}
			}
		})
	}
}

// BenchmarkFeed304 is a feed of 50 events that has not changed.
func BenchmarkFeed304(b *testing.B) { benchmarkFeed(b, true, nil) }

// BenchmarkFeedCached is the same asked for in full.
func BenchmarkFeedCached(b *testing.B) { benchmarkFeed(b, false, nil) }

// BenchmarkFeedChanged is the same after each change: all rounds are loaded and
// the feed encoded.
func BenchmarkFeedChanged(b *testing.B) {
	benchmarkFeed(b, false, func(k almanac, i int) {
		k.change(func(r *scheduling.Round) error {
			r.Name.Body = fmt.Sprint("Round ", i)
			return nil
		})
	})
}
