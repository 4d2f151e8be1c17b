package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/mailer"
)

// A desk is a store in memory to which tests post messages, with a worker, a
// clock and a mail server that does what tests tell it.
type desk struct {
	*schedulingtest.MemoryStore
	*Worker
	round scheduling.RoundID
	now   time.Time
	post  []scheduling.Message // composed from the next change

	mu    sync.Mutex
	sent  []letter
	reply func(to string) error // nil takes everything
}

// A letter is a message as the mail server got it.
type letter struct{ from, to, raw string }

// Send is mailer.Provider's.
func (d *desk) Send(_ context.Context, from, to string, raw []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.reply != nil {
		if err := d.reply(to); err != nil {
			return err
		}
	}
	d.sent = append(d.sent, letter{from, to, string(raw)})
	return nil
}

func (d *desk) received() []letter {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.sent)
}

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	d := &desk{now: schedulingtest.Now}
	d.MemoryStore = schedulingtest.NewMemoryStore(schedulingtest.ComposerFunc(
		func(*scheduling.Negotiation, *scheduling.Round, []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
			messages := d.post
			d.post = nil
			return messages, nil
		}))
	n, r := schedulingtest.Delivered()
	if _, err := d.Create(tb.Context(), scheduling.Once{}, n, r); err != nil {
		tb.Fatal(err)
	}
	d.round = scheduling.RoundID{Negotiation: n.ID, Number: 1}
	d.Worker = d.worker("worker")
	return d
}

func (d *desk) worker(owner string) *Worker {
	return &Worker{
		Store: d.MemoryStore, Mail: d, From: "office@parley.test", Render: render, Owner: owner,
		Now: func() time.Time { return d.now }, Log: slog.New(slog.DiscardHandler),
	}
}

func render(m scheduling.Message) ([]byte, error) {
	if m.Text == "broken" {
		return nil, errors.New("no such template")
	}
	return fmt.Appendf(nil, "Message-ID: <%s@parley.test>\r\n\r\n%s", m.ID, m.Text), nil
}

// compose stores messages with some change of the round.
func (d *desk) compose(tb testing.TB, messages ...scheduling.Message) {
	tb.Helper()
	d.post = messages
	err := d.MemoryStore.Update(tb.Context(), d.round, scheduling.Once{}, func(r *scheduling.Round) error {
		return r.Draft(scheduling.Act{By: schedulingtest.AlphaHead, At: d.now}, schedulingtest.P1())
	})
	if err != nil || d.post != nil {
		tb.Fatalf("compose: %v", err)
	}
}

// notice is a message that is due now.
func (d *desk) notice(id string) scheduling.Message {
	return scheduling.Message{
		ID: scheduling.MessageID(id), Negotiation: d.round.Negotiation, Round: 1, Member: schedulingtest.BravoHead, Party: schedulingtest.Bravo,
		Kind: scheduling.NoticeMessage, To: "head@bravo.example", Text: "text of " + id,
		CreatedAt: d.now, State: scheduling.MessageQueued, NextAt: d.now,
	}
}

// invitation is a message about the meeting that is due now.
func (d *desk) invitation(id string, sequence int) scheduling.Message {
	m := d.notice(id)
	m.Kind, m.Method, m.UID, m.Sequence = scheduling.InvitationMessage, "REQUEST", "uid-talks", sequence
	return m
}

func (d *desk) message(tb testing.TB, id string) scheduling.Message {
	tb.Helper()
	all, err := d.Messages(tb.Context(), d.round.Negotiation, 10_000)
	if err != nil {
		tb.Fatal(err)
	}
	i := slices.IndexFunc(all, func(m scheduling.Message) bool { return string(m.ID) == id })
	if i < 0 {
		tb.Fatalf("there is no message %s", id)
	}
	return all[i]
}

// deliver works until nothing is due.
func (d *desk) deliver(tb testing.TB) {
	tb.Helper()
	for {
		n, err := d.Deliver(tb.Context())
		if err != nil {
			tb.Fatalf("deliver: %v", err)
		}
		if n == 0 {
			return
		}
	}
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	temporary := &mailer.Error{Stage: mailer.Connect, Temporary: true, Err: errors.New("refused")}
	for name, tc := range map[string]struct {
		message func(d *desk) scheduling.Message
		reply   error
		want    scheduling.MessageState
		sent    int
	}{
		"taken":                    {want: scheduling.MessageSent, sent: 1},
		"refused for good":         {reply: &mailer.Error{Stage: mailer.Recipient, Code: 550, Err: errors.New("no such user")}, want: scheduling.MessageFailed},
		"refused for now":          {reply: temporary, want: scheduling.MessageQueued},
		"refused in words of none": {reply: errors.New("odd"), want: scheduling.MessageQueued},
		"cannot be rendered":       {message: func(d *desk) scheduling.Message { m := d.notice("m1"); m.Text = "broken"; return m }, want: scheduling.MessageFailed},
		"refused for now, too long": {message: func(d *desk) scheduling.Message {
			m := d.notice("m1")
			m.CreatedAt = d.now.Add(-patience - time.Second)
			return m
		}, reply: temporary, want: scheduling.MessageFailed},
		"taken in the end": {message: func(d *desk) scheduling.Message {
			m := d.notice("m1")
			m.CreatedAt = d.now.Add(-patience - time.Second)
			return m
		}, want: scheduling.MessageSent, sent: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			d.reply = func(string) error { return tc.reply }
			m := d.notice("m1")
			if tc.message != nil {
				m = tc.message(d)
			}
			d.compose(t, m)
			d.deliver(t)
			d.deliver(t)
			got := d.message(t, "m1")
			if got.State != tc.want || got.Attempts != 1 {
				t.Errorf("state %s after %d attempts, want %s after one", got.State, got.Attempts, tc.want)
			}
			if len(d.sent) != tc.sent {
				t.Errorf("%d letters arrived, want %d", len(d.sent), tc.sent)
			}
			switch tc.want {
			case scheduling.MessageSent:
				want := letter{"office@parley.test", "head@bravo.example", "Message-ID: <m1@parley.test>\r\n\r\ntext of m1"}
				if d.sent[0] != want || !got.SentAt.Equal(d.now) || got.Problem != "" {
					t.Errorf("sent %+v at %v with problem %q", d.sent[0], got.SentAt, got.Problem)
				}
			case scheduling.MessageQueued:
				if wait := got.NextAt.Sub(d.now); wait < firstRetry/2 || wait > firstRetry || got.Problem == "" {
					t.Errorf("tries again in %v because of %q", wait, got.Problem)
				}
			case scheduling.MessageFailed, scheduling.MessageSuperseded:
				if got.Problem == "" {
					t.Error("nobody learns why it was given up")
				}
			}
		})
	}
}

// Of the messages about one meeting to one person, what was overtaken does not
// go out any more: whatever reaches a calendar last is what holds.
func TestSuperseded(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		other func(m scheduling.Message) scheduling.Message
		want  scheduling.MessageState
	}{
		"a higher sequence":         {func(m scheduling.Message) scheduling.Message { m.Sequence++; return m }, scheduling.MessageSuperseded},
		"the same, composed later":  {func(m scheduling.Message) scheduling.Message { m.CreatedAt = m.CreatedAt.Add(time.Second); return m }, scheduling.MessageSuperseded},
		"the same, composed before": {func(m scheduling.Message) scheduling.Message { m.CreatedAt = m.CreatedAt.Add(-time.Second); return m }, scheduling.MessageSent},
		"a lower one, composed later": {func(m scheduling.Message) scheduling.Message {
			m.Sequence--
			m.CreatedAt = m.CreatedAt.Add(time.Second)
			return m
		}, scheduling.MessageSent},
		"a higher one of another person": {func(m scheduling.Message) scheduling.Message {
			m.Sequence++
			m.Member = schedulingtest.BravoOfficer
			return m
		}, scheduling.MessageSent},
		"a higher one of another UID": {func(m scheduling.Message) scheduling.Message { m.Sequence++; m.UID = "uid-2"; return m }, scheduling.MessageSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			old := d.invitation("old", 3)
			other := tc.other(d.invitation("other", 3))
			other.NextAt = other.NextAt.Add(time.Hour) // the old one comes up first
			d.compose(t, old, other)
			d.deliver(t)
			if got := d.message(t, "old").State; got != tc.want {
				t.Errorf("the old one is %s, want %s", got, tc.want)
			}
			d.now = d.now.Add(time.Hour)
			d.deliver(t)
			if got := d.message(t, "other").State; got == scheduling.MessageQueued {
				t.Error("the other one waits")
			}
		})
	}
}

// A worker that dies between sending and settling sends the same again.
func TestCrashAfterSending(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.compose(t, d.invitation("m1", 1))
	d.Store = unsettled{d.MemoryStore}
	if _, err := d.Deliver(t.Context()); err == nil {
		t.Fatal("a settlement that failed went unnoticed")
	}
	next := d.worker("after the crash")
	if n, err := next.Deliver(t.Context()); n != 0 || err != nil {
		t.Fatalf("claimed %d messages (%v) while the lease of the dead worker lasts", n, err)
	}
	d.now = d.now.Add(lease)
	if n, err := next.Deliver(t.Context()); n != 1 || err != nil {
		t.Fatalf("claimed %d messages (%v), want the one that was not settled", n, err)
	}
	if len(d.sent) != 2 || d.sent[0] != d.sent[1] {
		t.Errorf("sent %q, want the same bytes twice", d.sent)
	}
	if m := d.message(t, "m1"); m.State != scheduling.MessageSent || m.Attempts != 1 {
		t.Errorf("state %s after %d settled attempts", m.State, m.Attempts)
	}
}

// unsettled is a store that dies before it can note an outcome.
type unsettled struct{ *schedulingtest.MemoryStore }

func (unsettled) Settle(context.Context, scheduling.MessageID, string, scheduling.Outcome) (bool, error) {
	return false, errors.New("power cut")
}

// What a worker reports after it lost its lease does not undo what the next
// one has recorded.
func TestLeaseLost(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.compose(t, d.notice("m1"))
	slow := true
	d.reply = func(string) error {
		if !slow {
			return nil
		}
		slow = false
		d.now = d.now.Add(lease)
		d.mu.Unlock()
		defer d.mu.Lock()
		if n, err := d.worker("other").Deliver(t.Context()); n != 1 || err != nil {
			t.Errorf("the other worker claimed %d messages (%v)", n, err)
		}
		return &mailer.Error{Stage: mailer.Content, Code: 554, Err: errors.New("too late")}
	}
	if _, err := d.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m := d.message(t, "m1"); m.State != scheduling.MessageSent || m.Attempts != 1 {
		t.Errorf("state %s after %d attempts, want what the holder of the lease recorded", m.State, m.Attempts)
	}
}

// A message that was given up and is sent again gets one attempt more,
// whatever its age.
func TestResend(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.compose(t, d.notice("m1"))
	gone := true
	d.reply = func(string) error {
		if gone {
			return &mailer.Error{Stage: mailer.Recipient, Code: 550, Err: errors.New("no such user")}
		}
		return nil
	}
	d.deliver(t)
	d.now, gone = d.now.Add(30*24*time.Hour), false
	if err := d.Resend(t.Context(), d.round.Negotiation, "m1", d.now); err != nil {
		t.Fatal(err)
	}
	d.deliver(t)
	if m := d.message(t, "m1"); m.State != scheduling.MessageSent || m.Attempts != 2 || len(d.sent) != 1 {
		t.Errorf("state %s after %d attempts and %d letters", m.State, m.Attempts, len(d.sent))
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for attempts, full := range []time.Duration{
		time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour, time.Hour,
	} {
		least, most := full, time.Duration(0)
		for range 2000 {
			wait := backoff(attempts)
			least, most = min(least, wait), max(most, wait)
		}
		if least < full/2 || most >= full {
			t.Errorf("after %d attempts between %v and %v, want from %v to %v", attempts, least, most, full/2, full)
		}
		if spread := most - least; spread < full/2*8/10 {
			t.Errorf("after %d attempts all wait within %v of each other: no jitter", attempts, spread)
		}
	}
	if got := backoff(1 << 40); got > lastRetry || got < lastRetry/2 {
		t.Errorf("after very many attempts %v", got)
	}
}

// A message is given up after five days and not before.
func TestPatience(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	began := d.now
	d.compose(t, d.notice("m1"))
	d.reply = func(string) error {
		return &mailer.Error{Stage: mailer.Connect, Temporary: true, Err: errors.New("refused")}
	}
	for range 1000 {
		if d.message(t, "m1").State != scheduling.MessageQueued {
			break
		}
		d.now = d.message(t, "m1").NextAt
		d.deliver(t)
	}
	m := d.message(t, "m1")
	if after := d.now.Sub(began); m.State != scheduling.MessageFailed || after <= patience || after > patience+lastRetry {
		t.Errorf("state %s after %v, want given up after five days", m.State, after)
	}
	// 31 to 63 minutes until the waits have grown to an hour, then 120 to 240 more.
	if m.Attempts < 120 || m.Attempts > 250 {
		t.Errorf("%d attempts in five days", m.Attempts)
	}
}

// Deadlines act once, at their instant, whatever happens to other rounds.
func TestTick(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	due := func() time.Time {
		r, err := d.Round(t.Context(), d.round)
		if err != nil {
			t.Fatal(err)
		}
		return r.NextDue()
	}
	lapsed := func() (n int) {
		history, err := d.History(t.Context(), d.round.Negotiation, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range history {
			if e.Kind == scheduling.SlotLapsed {
				n++
			}
		}
		return n
	}
	tick := func() {
		t.Helper()
		if err := d.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	answered := func(r *scheduling.Round) error { // and so is not reminded
		return r.Consent(schedulingtest.By(schedulingtest.BravoHead, d.now), "W3", 1)
	}
	if err := d.Update(t.Context(), d.round, scheduling.Once{}, answered); err != nil {
		t.Fatal(err)
	}
	first := due()
	d.now = first.Add(-time.Second)
	tick()
	if lapsed() != 0 {
		t.Fatal("a slot lapsed before its time")
	}
	d.now = first
	tick()
	tick()
	if lapsed() != 1 || !due().After(first) {
		t.Errorf("%d slots lapsed at the instant of the first, and the next is due %v", lapsed(), due())
	}
	d.now = d.now.AddDate(1, 0, 0)
	tick()
	all := lapsed()
	tick()
	if all != 6 || lapsed() != all || !due().IsZero() {
		t.Errorf("%d slots lapsed within a year, then %d; next due %v", all, lapsed(), due())
	}
}

// One round that cannot be saved does not keep the others from their deadlines.
func TestTickGoesOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	n, r := schedulingtest.Delivered(schedulingtest.WithID("others"))
	if _, err := d.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatal(err)
	}
	d.Store = jammed{d.MemoryStore, d.round}
	d.now = d.now.AddDate(1, 0, 0)
	if err := d.Tick(t.Context()); err == nil {
		t.Error("the round that failed went unnoticed")
	}
	other, err := d.Round(t.Context(), scheduling.RoundID{Negotiation: "others", Number: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(other.Offered()) != 0 {
		t.Error("a round that could be saved was not looked at")
	}
}

// jammed is a store that cannot save one round.
type jammed struct {
	*schedulingtest.MemoryStore
	round scheduling.RoundID
}

func (j jammed) Update(ctx context.Context, id scheduling.RoundID, form scheduling.Once, change func(*scheduling.Round) error) error {
	if id == j.round {
		return errors.New("disk full")
	}
	return j.MemoryStore.Update(ctx, id, form, change)
}

// With a mail server that is down for two days nothing is lost, nothing goes
// out twice, and it is not met by everything at once.
func TestOutageOfTwoDays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const messages, outage = 200, 48 * time.Hour
		d := newDesk(t)
		d.Now = time.Now
		began := time.Now().UTC().Truncate(time.Second)
		d.now = began
		var all []scheduling.Message
		for i := range messages {
			all = append(all, d.notice(fmt.Sprintf("m%04d", i)))
		}
		d.compose(t, all...)
		arrived := map[time.Duration]int{} // in each minute after the outage
		d.reply = func(string) error {
			since := time.Since(began) - outage
			if since < 0 {
				return &mailer.Error{Stage: mailer.Connect, Temporary: true, Err: errors.New("refused")}
			}
			arrived[since.Truncate(time.Minute)]++
			return nil
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { d.Run(ctx); close(ended) }()
		time.Sleep(outage + lastRetry + time.Minute)
		stop()
		<-ended
		times := map[string]int{}
		for _, l := range d.received() {
			times[l.raw]++
		}
		if len(times) != messages {
			t.Errorf("%d of %d messages arrived", len(times), messages)
		}
		for raw, n := range times {
			if n != 1 {
				t.Errorf("%d times: %q", n, raw)
			}
		}
		most := 0
		for _, n := range arrived {
			most = max(most, n)
		}
		if most > messages/10 {
			t.Errorf("%d messages within one minute: a burst", most)
		}
		t.Logf("%d messages after an outage of %v, at most %d a minute", messages, outage, most)
	})
}

// Run sends what comes in within a second or so, and ends with its context.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		d.Now = time.Now
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { d.Run(ctx); close(ended) }()
		time.Sleep(time.Minute)
		d.now = time.Now().UTC().Truncate(time.Second)
		d.compose(t, d.notice("m1"), d.notice("m2"), d.notice("m3"))
		time.Sleep(poll + time.Millisecond)
		if got := len(d.received()); got != 3 {
			t.Errorf("%d messages went out within a second, want 3", got)
		}
		stop()
		<-ended
	})
}

// Being told to stop while a message is under way leaves it to be sent later.
func TestStopWhileSending(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.compose(t, d.notice("m1"))
	ctx, stop := context.WithCancel(t.Context())
	d.reply = func(string) error {
		stop()
		return &mailer.Error{Stage: mailer.Content, Temporary: true, Unsure: true, Err: context.Canceled}
	}
	d.Run(ctx)
	if m := d.message(t, "m1"); m.State != scheduling.MessageQueued || m.Attempts != 1 {
		t.Fatalf("state %s after %d attempts, want it to be tried again", m.State, m.Attempts)
	}
	d.reply = nil
	d.now = d.now.Add(firstRetry)
	d.deliver(t)
	if len(d.sent) != 1 {
		t.Errorf("%d letters", len(d.sent))
	}
}
