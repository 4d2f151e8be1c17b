package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	gormpostgres "gorm.io/driver/postgres"
	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/store"
)

// processor reports the processor time of the benchmarked loop, of this process
// as user and system, in microseconds an operation. It is what remains
// comparable on a machine that does other things too.
func processor(b *testing.B) func() {
	b.Helper()
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	b.ResetTimer()
	return func() {
		b.StopTimer()
		b.ReportMetric(float64((used()-before).Microseconds())/float64(b.N), "cpu-µs/op")
	}
}

// receipt composes what one reply brings about: a notice to one member.
var receipt = schedulingtest.ComposerFunc(func(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
	e := events[0]
	m := scheduling.Message{
		ID:          scheduling.MessageID(fmt.Sprintf("%s-%d-%d-%s", n.ID, n.Version, e.At.UnixNano(), e.By)),
		Negotiation: n.ID, Member: e.By, Party: e.Party, Kind: scheduling.ReceiptMessage, To: "head@alpha.example",
		Subject: "Your reply was recorded", Text: strings.Repeat("We have recorded your reply. ", 20), CreatedAt: e.At,
		State: scheduling.MessageQueued, NextAt: e.At,
	}
	if r != nil {
		m.Round = r.ID.Number
		m.ID += scheduling.MessageID(fmt.Sprint("-", r.ID.Number, "-", r.Version))
	}
	return []scheduling.Message{m}, nil
})

// big stores talks of so many parties and dates under an ID.
func big(b *testing.B, s *store.Store, parties, dates int, id scheduling.NegotiationID) scheduling.RoundID {
	b.Helper()
	n, r := schedulingtest.Big(parties, dates)
	n.ID, r.UID = id, "uid-"+string(id)
	if _, err := s.Create(b.Context(), scheduling.Once{}, n, r); err != nil {
		b.Fatal(err)
	}
	return scheduling.RoundID{Negotiation: id, Number: 1}
}

func BenchmarkRound(b *testing.B) {
	for name, database := range engines {
		for _, size := range []struct{ parties, dates int }{{8, 12}, {30, 60}} {
			b.Run(fmt.Sprintf("%s/%dx%d", name, size.dates, size.parties), func(b *testing.B) {
				s := open(b, database(b), nil)
				id := big(b, s, size.parties, size.dates, "big")
				defer processor(b)()
				for b.Loop() {
					if _, err := s.Round(b.Context(), id); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// replier gives replies that are news each time: so many dates are answered.
func replier(b *testing.B, s *store.Store, id scheduling.RoundID, dates int) func(i int64) error {
	b.Helper()
	r, err := s.Round(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	levels := []scheduling.Level{scheduling.LevelPreferred, scheduling.LevelAvailable}
	return func(i int64) error {
		answers := make([]scheduling.Answer, dates)
		for j := range answers {
			answers[j] = scheduling.Answer{Slot: r.Slots[j].Label, SlotVersion: 1, Level: levels[i%2], Rank: int(i/2%12) + 1}
		}
		act := schedulingtest.By("p02-head", schedulingtest.Now.Add(time.Duration(i)*time.Second))
		form := scheduling.Once{Actor: "p02-head", Key: fmt.Sprint(id, i), Digest: "digest"}
		return s.Update(context.Background(), id, form, func(r *scheduling.Round) error { return r.TakePositions(act, answers) })
	}
}

// A reply in a round of 12 dates and 8 parties: by one client, and by 16 in
// rounds of their own, which together are to be faster than in turn.
func BenchmarkReply(b *testing.B) {
	for name, database := range engines {
		for _, dates := range []int{1, 12} {
			b.Run(fmt.Sprintf("%s/%d dates/alone", name, dates), func(b *testing.B) {
				s := open(b, database(b), receipt)
				reply := replier(b, s, big(b, s, 8, 12, "big"), dates)
				defer processor(b)()
				var i int64
				for b.Loop() {
					if err := reply(i); err != nil {
						b.Fatal(err)
					}
					i++
				}
			})
			b.Run(fmt.Sprintf("%s/%d dates/16 writers", name, dates), func(b *testing.B) {
				s := open(b, database(b), receipt)
				replies := make([]func(int64) error, 16)
				for i := range replies {
					replies[i] = replier(b, s, big(b, s, 8, 12, scheduling.NegotiationID(fmt.Sprint("big-", i))), dates)
				}
				var writer atomic.Int64
				b.SetParallelism(8) // times two processors
				defer processor(b)()
				b.RunParallel(func(pb *testing.PB) {
					reply := replies[int(writer.Add(1))%len(replies)]
					for i := int64(0); pb.Next(); i++ {
						if err := reply(i); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}

// A bare row is what gorm's own part in all of this is measured against.
type bare struct {
	ID   string `gorm:"primaryKey"`
	Body string
	At   int64
}

// bareDB is gorm as one would use it first: on the same engine, with the same
// promises on disk, and nothing of this package.
func bareDB(b *testing.B, name, database string) *gorm.DB {
	b.Helper()
	config := &gorm.Config{Logger: logger.Discard, SkipDefaultTransaction: true}
	dialector := gormpostgres.Open(database)
	if name == "SQLite" {
		pragmas := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)"}, "_txlock": {"immediate"}}
		pool, err := sql.Open("sqlite", "file:"+filepath.ToSlash(database)+"?"+pragmas.Encode())
		if err != nil {
			b.Fatal(err)
		}
		pool.SetMaxOpenConns(1)
		dialector = gormsqlite.New(gormsqlite.Config{DriverName: "sqlite", Conn: pool})
	}
	db, err := gorm.Open(dialector, config)
	if err != nil {
		b.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = pool.Close() })
	if err := db.Exec("CREATE TABLE bares (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL, at BIGINT NOT NULL)").Error; err != nil {
		b.Fatal(err)
	}
	return db
}

func BenchmarkBareInsert(b *testing.B) {
	for name, database := range engines {
		for _, writers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/%d writers", name, writers), func(b *testing.B) {
				db := bareDB(b, name, database(b))
				var n atomic.Int64
				insert := func() error {
					row := bare{ID: fmt.Sprint("row-", n.Add(1)), Body: strings.Repeat("body ", 20), At: 1}
					return db.Transaction(func(tx *gorm.DB) error { return tx.Create(&row).Error })
				}
				if writers == 1 {
					defer processor(b)()
					for b.Loop() {
						if err := insert(); err != nil {
							b.Fatal(err)
						}
					}
					return
				}
				b.SetParallelism(writers / 2)
				defer processor(b)()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := insert(); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		}
	}
}

func BenchmarkFeedToken(b *testing.B) {
	for name, database := range engines {
		b.Run(name, func(b *testing.B) {
			s := open(b, database(b), nil)
			id := big(b, s, 2, 2, "big")
			if err := s.SaveToken(b.Context(), scheduling.Token{Hash: "hash", Purpose: scheduling.ForFeed, Negotiation: id.Negotiation}); err != nil {
				b.Fatal(err)
			}
			defer processor(b)()
			for b.Loop() {
				if _, _, err := s.FeedToken(b.Context(), "hash"); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/bare read", func(b *testing.B) {
			db := bareDB(b, name, database(b))
			if err := db.Create(&bare{ID: "row", Body: "body", At: 1}).Error; err != nil {
				b.Fatal(err)
			}
			defer processor(b)()
			for b.Loop() {
				var row bare
				if err := db.WithContext(b.Context()).Take(&row, "id = ?", "row").Error; err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
