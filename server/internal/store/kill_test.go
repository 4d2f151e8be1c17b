package store

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/store/storetest"
)

var kills = flag.Int("kills", 200, "how often a writing process is killed")

// writerDatabase names the variable that makes the test binary a writer.
const writerDatabase = "STORE_TEST_WRITER"

const writers = 4

// deliveryMessage is one message for each delivery, under a name that tells it.
var deliveryMessage = schedulingtest.ComposerFunc(func(n *scheduling.Negotiation, r *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
	var messages []scheduling.Message
	var links []scheduling.Token
	for _, e := range events {
		if e.Kind == scheduling.DeliveryRecorded {
			name, _, _ := strings.Cut(e.Text.Body, " ")
			id := string(n.ID) + ":" + name
			messages = append(messages, scheduling.Message{
				ID: scheduling.MessageID(id), Negotiation: n.ID, Round: r.ID.Number, State: scheduling.MessageQueued, LinkHash: id,
			})
			links = append(links, scheduling.Token{Hash: id, Purpose: scheduling.ForLink, Negotiation: n.ID})
		}
	}
	return messages, links
})

// TestWriter is no test but the process that is killed: it writes as fast as
// it can and says what has been acknowledged.
func TestWriter(t *testing.T) {
	database := os.Getenv(writerDatabase)
	if database == "" {
		t.Skip("only as a process of TestKill")
	}
	s, err := Open(t.Context(), Options{Database: database, Now: time.Now, Composer: deliveryMessage, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	out := bufio.NewWriter(os.Stdout)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			n, r := schedulingtest.Delivered(schedulingtest.WithID(scheduling.NegotiationID(fmt.Sprintf("p%d-%d", os.Getpid(), w))))
			if _, err := s.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
				t.Error(err)
				return
			}
			id := scheduling.RoundID{Negotiation: n.ID, Number: 1}
			for i := 1; ; i++ {
				err := s.Update(t.Context(), id, scheduling.Once{Actor: string(n.ID), Key: strconv.Itoa(i)}, func(r *scheduling.Round) error {
					return r.RecordDelivery(schedulingtest.By(schedulingtest.AlphaHead, schedulingtest.Now), scheduling.Delivery{
						Proposal: 1, Form: scheduling.DeliveredByHand, By: strconv.Itoa(i), To: "Mr Ivanov",
						Date: schedulingtest.Date(2009, 11, 2), Zone: "Europe/Moscow",
					})
				})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				fmt.Fprintf(out, "ack %s %d\n", n.ID, i)
				out.Flush()
				mu.Unlock()
			}
		})
	}
	wg.Wait()
}

// A process that is killed while it writes loses nothing that it has
// acknowledged, and leaves nothing half written.
func TestKill(t *testing.T) {
	t.Parallel()
	database := storetest.SQLite(t)
	if err := openInside(t, database, nil).Close(); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	for range *kills {
		acknowledged += killOnce(t, database)
		if t.Failed() {
			break
		}
	}
	s := openInside(t, database, nil)
	var verdict []string
	if err := s.engine.query(t.Context(), func(_ context.Context, db *gorm.DB) error {
		return db.Raw("PRAGMA integrity_check").Scan(&verdict).Error
	}); err != nil || !slices.Equal(verdict, []string{"ok"}) {
		t.Errorf("integrity check: %v, %v", verdict, err)
	}
	if acknowledged < *kills {
		t.Errorf("only %d acts were acknowledged in %d lives", acknowledged, *kills)
	}
	t.Logf("%d kills, %d acknowledged acts", *kills, acknowledged)
}

// killOnce starts a writer, kills it in the middle, and checks what it left.
func killOnce(t *testing.T, database string) (acknowledged int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestWriter$")
	cmd.Env = append(os.Environ(), writerDatabase+"="+database)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	last := map[string]int{}
	var other []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var id string
		var i int
		if n, _ := fmt.Sscanf(lines.Text(), "ack %s %d", &id, &i); n != 2 {
			other = append(other, lines.Text())
			continue
		}
		if acknowledged == 0 {
			time.AfterFunc(rand.N(60*time.Millisecond), func() { _ = cmd.Process.Kill() })
		}
		acknowledged++
		last[id] = i
	}
	_ = cmd.Wait() // killed
	if len(other) > 0 {
		t.Errorf("the writer failed: %s", strings.Join(other, "\n"))
	}
	s := openInside(t, database, nil)
	defer s.Close()
	for id, acked := range last {
		left := leftBehind(t, s, id)
		for _, what := range left[1:] {
			if !slices.Equal(what, left[0]) {
				t.Errorf("%s: something is half written: %v and %v", id, left[0], what)
			}
		}
		if got := len(left[0]); got < acked || got > acked+1 {
			t.Errorf("%s: %d acts are there, %d were acknowledged", id, got, acked)
		}
		for i, name := range left[0] {
			if name != i+1 {
				t.Errorf("%s: act %d is missing", id, i+1)
			}
		}
		r, err := s.Round(t.Context(), scheduling.RoundID{Negotiation: scheduling.NegotiationID(id), Number: 1})
		if err != nil || r.Version != 1+len(left[0]) || len(r.Deliveries) != len(left[0]) {
			t.Errorf("%s: the round does not load as it was written: %v", id, err)
		}
	}
	return acknowledged
}

// leftBehind lists the acts of a negotiation as each table knows them.
func leftBehind(t *testing.T, s *Store, id string) [5][]int {
	t.Helper()
	var left [5][]int
	for i, query := range []string{
		"SELECT form FROM form_keys WHERE actor = ?",
		"SELECT handed_by FROM deliveries WHERE round = ? || '/1'",
		`SELECT body ->> 'body' FROM events WHERE negotiation = ? AND kind = 'delivery_recorded'`,
		"SELECT substr(id, length(negotiation) + 2) FROM messages WHERE negotiation = ?",
		"SELECT substr(hash, length(negotiation) + 2) FROM tokens WHERE negotiation = ?",
	} {
		var names []string
		if err := s.engine.query(t.Context(), func(_ context.Context, db *gorm.DB) error { return db.Raw(query, id).Scan(&names).Error }); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			number, _, _ := strings.Cut(name, " ")
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Fatalf("%s: %q is no act", query, name)
			}
			left[i] = append(left[i], n)
		}
		slices.Sort(left[i])
	}
	return left
}
