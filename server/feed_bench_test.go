package main

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/store"
	"parley/web"
)

// BenchmarkFeedSQLite is a feed of 50 events on SQLite, beside a bare gin
// handler that reads one row by its primary key and gives the same answer.
func BenchmarkFeedSQLite(b *testing.B) {
	file := filepath.Join(b.TempDir(), "parley.db")
	log := slog.New(slog.DiscardHandler)
	now := func() time.Time { return schedulingtest.Now }
	s, err := store.Open(b.Context(), store.Options{Database: file, Now: now, Log: log})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	n, r := schedulingtest.Talks()
	c := schedulingtest.P1()
	c.Terms.Weekends = true
	for i, from := range []civil.Date{schedulingtest.Date(2009, time.November, 18), schedulingtest.Date(2010, time.March, 1)} {
		c.Terms.Options[i].Windows = []scheduling.Window{{From: from, To: from.Add(24)}}
	}
	if err := r.Deliver(schedulingtest.By(schedulingtest.AlphaHead, now()), c, schedulingtest.Paper("P")); err != nil {
		b.Fatal(err)
	}
	if _, err := s.Create(b.Context(), scheduling.Once{}, n, r); err != nil {
		b.Fatal(err)
	}
	secret := "parley_" + strings.Repeat("A", 43)
	sum := sha256.Sum256([]byte(secret))
	hash := hex.EncodeToString(sum[:])
	if err := s.SaveToken(b.Context(), scheduling.Token{
		Hash: hash, Purpose: scheduling.ForFeed, Negotiation: n.ID, Party: schedulingtest.Bravo, Level: scheduling.PartyFeed, CreatedAt: now(),
	}); err != nil {
		b.Fatal(err)
	}
	pages, err := web.New(web.Options{
		Now: now, Log: log, Store: s, Access: s, Outbox: s, Retainer: s, Register: s, Secret: make([]byte, 32), BaseURL: "https://parley.example.org",
	})
	if err != nil {
		b.Fatal(err)
	}
	path := "/c/" + secret + ".ics"
	ask := func(b *testing.B, h http.Handler, tag string) *httptest.ResponseRecorder {
		b.Helper()
		q := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
		if tag != "" {
			q.Header.Set("If-None-Match", tag)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, q)
		return rec
	}
	rec := ask(b, pages.Handler(), "")
	tag, body := rec.Header().Get("ETag"), rec.Body.Bytes()
	if got := strings.Count(rec.Body.String(), "BEGIN:VEVENT"); got != 50 {
		b.Fatalf("status %d, %d events", rec.Code, got)
	}
	db, err := gorm.Open(sqlite.Open(file), &gorm.Config{Logger: logger.Discard, PrepareStmt: true})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if raw, err := db.DB(); err == nil {
			_ = raw.Close()
		}
	})
	bare := gin.New()
	bare.GET("/c/:token", func(c *gin.Context) {
		var row struct {
			Hash      string
			RevokedAt int64
			Member    string
		}
		if err := db.WithContext(c.Request.Context()).Raw("SELECT hash, revoked_at, member FROM tokens WHERE hash = ?", hash).Scan(&row).Error; err != nil || row.Hash != hash {
			b.Error(err)
		}
		c.Header("ETag", tag)
		if c.GetHeader("If-None-Match") == tag {
			c.Status(http.StatusNotModified)
			return
		}
		c.Data(http.StatusOK, "text/calendar; charset=utf-8", body)
	})
	for _, bench := range []struct {
		name string
		h    http.Handler
		tag  string
		want int
	}{
		{"304/site", pages.Handler(), tag, 304},
		{"304/bare", bare, tag, 304},
		{"cached/site", pages.Handler(), "", 200},
		{"cached/bare", bare, "", 200},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if rec := ask(b, bench.h, bench.tag); rec.Code != bench.want {
					b.Fatalf("status %d", rec.Code)
				}
			}
		})
	}
	b.Run("changed/site", func(b *testing.B) {
		b.ReportAllocs()
		id := scheduling.RoundID{Negotiation: n.ID, Number: 1}
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			err := s.Update(b.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
				return r.Draft(schedulingtest.By(schedulingtest.AlphaHead, now().Add(time.Duration(i)*time.Second)), schedulingtest.P1())
			})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if rec := ask(b, pages.Handler(), ""); rec.Code != 200 {
				b.Fatalf("status %d", rec.Code)
			}
		}
	})
}
