package main

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/server/internal/mailer/mailertest"
)

// A product is the whole of Parley as its users meet it: a subcommand that
// runs in this process, on a port of the loopback address, with a real mail
// server beside it. It can be stopped and started again on the same data.
type product struct {
	t       *testing.T
	command string
	env     map[string]string
	clock   *clock
	mail    *mailertest.Sink
	base    string // address of the start page, without a slash at the end

	stop    context.CancelFunc
	ended   chan int
	printed *output
	logged  *output
}

// The day on which the journeys begin: the dates of the sample lie six weeks
// ahead.
var journeyDay = time.Date(2026, time.October, 5, 8, 0, 0, 0, time.UTC)

// newProduct starts a subcommand on a data folder of its own. Settings are
// those of the environment, by name.
func newProduct(t *testing.T, command string, settings map[string]string) *product {
	t.Helper()
	p := &product{t: t, command: command, clock: newClock(journeyDay), mail: mailertest.New(t)}
	p.env = map[string]string{
		"PARLEY_ADDR": "127.0.0.1:0", "PARLEY_DATA": t.TempDir(),
		"PARLEY_SMTP": p.mail.URL(), "PARLEY_MAIL_FROM": "Conference office <office@parley.test>",
		"PARLEY_OFFICE_NAME": "Conference office", "PARLEY_OFFICE_CONTACT": "office@parley.test",
	}
	maps.Copy(p.env, settings)
	p.Start()
	t.Cleanup(p.Stop)
	return p
}

// Start starts the product, at the address that it had before.
func (p *product) Start() {
	p.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p.stop, p.ended, p.printed, p.logged = stop, make(chan int, 1), &output{}, &output{}
	env := maps.Clone(p.env)
	world := process{
		getenv: func(name string) string { return env[name] },
		stdin:  strings.NewReader(""), stdout: p.printed, stderr: p.logged, now: p.clock.Now,
	}
	go func() { p.ended <- run(ctx, []string{p.command}, world) }()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if p.base == "" {
			p.base = p.printed.after(map[string]string{"serve": "listens on ", "demo": "negotiation on "}[p.command])
		}
		if p.base != "" && answers(p.base+"/healthz") {
			p.env["PARLEY_ADDR"] = strings.TrimPrefix(p.base, "http://")
			return
		}
		select {
		case status := <-p.ended:
			p.ended <- status
			p.t.Fatalf("parley %s ended with status %d: %s", p.command, status, p.logged)
		default:
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("parley %s does not answer: %s%s", p.command, p.printed, p.logged)
		}
	}
}

// Stop stops the product as a signal does, and waits for its end. What it
// logged as an error fails the test.
func (p *product) Stop() {
	if p.stop == nil {
		return
	}
	p.stop()
	p.stop = nil
	if status := <-p.ended; status != exitOK {
		p.t.Errorf("parley %s ended with status %d: %s", p.command, status, p.logged)
	}
	for line := range strings.Lines(p.logged.String()) {
		if strings.Contains(line, "level=ERROR") {
			p.t.Errorf("logged: %s", line)
		}
	}
}

// Restart ends the product in order and starts it again on the same data.
func (p *product) Restart() {
	p.t.Helper()
	p.Stop()
	p.Start()
}

func answers(address string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	return response.Body.Close() == nil && response.StatusCode == http.StatusOK
}

// A clock goes as fast as the real one, from a day of its own, and can be put
// forward.
type clock struct {
	mu      sync.Mutex
	shown   time.Time
	started time.Time
}

func newClock(from time.Time) *clock { return &clock{shown: from, started: time.Now()} }

// Now is the time on the clock.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown.Add(time.Since(c.started))
}

// Forward puts the clock forward.
func (c *clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shown = c.shown.Add(d)
}

// An output keeps what a process writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(b)
}

// String is what was written so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// after is the word that follows mark, "" while it is not there whole.
func (o *output) after(mark string) string {
	_, rest, ok := strings.Cut(o.String(), mark)
	word, _, whole := strings.Cut(rest, "\n")
	if !ok || !whole {
		return ""
	}
	return strings.TrimSpace(word)
}
