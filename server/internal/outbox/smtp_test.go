package outbox

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/server/internal/config"
	"parley/server/internal/mailer"
	"parley/server/internal/mailer/mailertest"
)

// by makes the desk send to sink over real SMTP.
func (d *desk) by(t *testing.T, sink *mailertest.Sink) {
	t.Helper()
	host, port, err := net.SplitHostPort(sink.Addr())
	if err != nil {
		t.Fatal(err)
	}
	d.Mail = mailer.NewSMTP(config.SMTP{TLS: config.Opportunistic, Host: host, Port: port}, "parley.test", nil)
	d.Render = func(m scheduling.Message) ([]byte, error) {
		return fmt.Appendf(nil, "Message-ID: <%s@parley.test>\r\nX-Meeting: %s %d\r\n\r\n%s\r\n", m.ID, m.UID, m.Sequence, m.Text), nil
	}
}

// providerFunc is a function as a mailer.Provider.
type providerFunc func(ctx context.Context, from, to string, raw []byte) error

func (f providerFunc) Send(ctx context.Context, from, to string, raw []byte) error {
	return f(ctx, from, to, raw)
}

var (
	idLine      = regexp.MustCompile(`Message-ID: <(.*)@`)
	meetingLine = regexp.MustCompile(`X-Meeting: (.*)\r`)
)

// Of 200 invitations through a mail server that takes three in ten and cuts the
// connection instead of saying so, each arrives; what arrives twice is the
// same, byte for byte.
func TestServerCutsAfterData(t *testing.T) {
	t.Parallel()
	const people, seed = 200, 7
	sink, d, chance := mailertest.New(t), newDesk(t), rand.New(rand.NewPCG(seed, seed))
	d.by(t, sink)
	server := d.Mail
	cuts := 0
	d.Mail = providerFunc(func(ctx context.Context, from, to string, raw []byte) error {
		if chance.IntN(10) < 3 {
			sink.CutNext(1)
			cuts++
		}
		return server.Send(ctx, from, to, raw)
	})
	var all []scheduling.Message
	want := map[string]bool{}
	for i := range people {
		m := d.invitation(fmt.Sprintf("m%03d", i), i%3)
		m.Member, m.To = scheduling.MemberID(fmt.Sprint("member-", i)), fmt.Sprintf("p%03d@bravo.test", i)
		all = append(all, m)
		want[fmt.Sprintf("%s uid-talks %d", m.To, m.Sequence)] = true
	}
	d.compose(t, all...)
	for range 30 {
		d.deliver(t)
		d.now = d.now.Add(lastRetry)
	}
	bytesOf, arrived, doubles := map[string]string{}, map[string]bool{}, 0
	for _, m := range sink.Messages() {
		raw := string(m.Data)
		id := idLine.FindStringSubmatch(raw)[1]
		if before, twice := bytesOf[id]; twice {
			doubles++
			if before != raw {
				t.Errorf("%s went out as\n%q\nand as\n%q", id, before, raw)
			}
		}
		bytesOf[id] = raw
		arrived[m.To[0]+" "+meetingLine.FindStringSubmatch(raw)[1]] = true
	}
	for key := range want {
		if !arrived[key] {
			t.Errorf("%s never arrived", key)
		}
	}
	for _, m := range all {
		if got := d.message(t, string(m.ID)); got.State != scheduling.MessageSent {
			t.Errorf("%s is %s: %s", m.ID, got.State, got.Problem)
		}
	}
	if doubles == 0 || doubles != cuts || len(bytesOf) != people {
		t.Errorf("%d connections cut, %d doubles, %d messages", cuts, doubles, len(bytesOf))
	}
	t.Logf("%d messages, %d connections cut after DATA, %d doubles with the same Message-ID and bytes", people, cuts, doubles)
}

func TestServerDown(t *testing.T) {
	t.Parallel()
	sink, d := mailertest.New(t), newDesk(t)
	d.by(t, sink)
	d.compose(t, d.notice("m1"), d.notice("m2"), d.notice("m3"))
	sink.Down()
	for range 5 {
		d.deliver(t)
		d.now = d.now.Add(lastRetry)
	}
	if m := d.message(t, "m2"); m.State != scheduling.MessageQueued || m.Attempts != 5 || !strings.Contains(m.Problem, "refused") {
		t.Errorf("while the server is down: %s after %d attempts, %q", m.State, m.Attempts, m.Problem)
	}
	sink.Up()
	d.deliver(t)
	if got := len(sink.Messages()); got != 3 {
		t.Errorf("%d messages arrived once it was up, want 3", got)
	}
	if m := d.message(t, "m2"); m.State != scheduling.MessageSent || m.Problem != "" {
		t.Errorf("once it was up: %s, %q", m.State, m.Problem)
	}
}

// A server that is too slow to say yes may have taken the message: it goes out
// again, and it is the same one.
func TestServerSlow(t *testing.T) {
	t.Parallel()
	sink, d := mailertest.New(t), newDesk(t)
	d.by(t, sink)
	server := d.Mail
	d.Mail = providerFunc(func(ctx context.Context, from, to string, raw []byte) error {
		ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		return server.Send(ctx, from, to, raw)
	})
	d.compose(t, d.notice("m1"))
	sink.Delay(300 * time.Millisecond)
	d.deliver(t)
	if m := d.message(t, "m1"); m.State != scheduling.MessageQueued {
		t.Fatalf("after an answer that never came: %s", m.State)
	}
	sink.Delay(0)
	d.now = d.now.Add(lastRetry)
	d.deliver(t)
	got := sink.Wait(2, 5*time.Second)
	if len(got) != 2 || string(got[0].Data) != string(got[1].Data) {
		t.Errorf("%d messages arrived, want the same twice", len(got))
	}
}

func TestServerRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		code int
		want scheduling.MessageState
	}{
		"mailbox busy":    {450, scheduling.MessageQueued},
		"no such mailbox": {550, scheduling.MessageFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink, d := mailertest.New(t), newDesk(t)
			d.by(t, sink)
			other := d.notice("m2")
			other.To = "officer@bravo.example"
			d.compose(t, d.notice("m1"), other)
			sink.Reject("head@bravo.example", tc.code)
			d.deliver(t)
			if m := d.message(t, "m1"); m.State != tc.want {
				t.Errorf("%d: %s, want %s", tc.code, m.State, tc.want)
			}
			if m := d.message(t, "m2"); m.State != scheduling.MessageSent {
				t.Errorf("the next message is %s", m.State)
			}
		})
	}
}
