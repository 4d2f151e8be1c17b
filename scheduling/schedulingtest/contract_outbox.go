package schedulingtest

import (
	"slices"
	"testing"
	"time"

	"parley/scheduling"
)

func (s suite) outbox(t *testing.T) {
	t.Helper()
	t.Run("a message comes back whole", s.messageWhole)
	t.Run("claims are leases", s.lease)
	t.Run("a lease that was lost settles nothing", s.fencing)
	t.Run("messages are claimed once by many workers", s.claimInParallel)
	t.Run("a message is tried again when it is due", s.retry)
	t.Run("newer messages about the same meeting", s.newer)
	t.Run("a message that was given up is sent again", s.resend)
	t.Run("a message composed again stays as it was", s.sameMessage)
}

// posting opens a store in which one change composed these messages.
func (s suite) posting(t *testing.T, messages ...scheduling.Message) (Full, scheduling.RoundID) {
	t.Helper()
	return s.delivered(t, ComposerFunc(func(_ *scheduling.Negotiation, r *scheduling.Round, _ []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
		if r == nil {
			return nil, nil
		}
		return messages, nil
	}))
}

// invitation is a message of which no field is zero but those that sending
// sets, due some minutes after Now.
func invitation(id scheduling.MessageID, minutes int) scheduling.Message {
	return scheduling.Message{
		ID: id, Negotiation: "talks", Round: 1, Member: BravoHead, Party: Bravo, Kind: scheduling.InvitationMessage,
		To: "head@bravo.example", Name: "B. Head", Language: "fr", Subject: "Réunion", Text: "text\n", HTML: "<p>text</p>",
		Method: "REQUEST", Calendar: []byte("BEGIN:VCALENDAR\r\n\x00\xff"), UID: "uid-talks", Sequence: 2, LinkHash: "hash",
		CreatedAt: later(0), State: scheduling.MessageQueued, NextAt: later(minutes),
	}
}

// claim is the IDs that a worker gets.
func claim(t *testing.T, store scheduling.Outbox, owner string, now, until time.Time, limit int) []scheduling.MessageID {
	t.Helper()
	messages, err := store.Claim(t.Context(), owner, now, until, limit)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	var ids []scheduling.MessageID
	for _, m := range messages {
		ids = append(ids, m.ID)
	}
	return ids
}

func settle(t *testing.T, store scheduling.Outbox, id scheduling.MessageID, owner string, o scheduling.Outcome) bool {
	t.Helper()
	ok, err := store.Settle(t.Context(), id, owner, o)
	if err != nil {
		t.Fatalf("settle: %v", err)
	}
	return ok
}

func message(t *testing.T, store scheduling.Store, id scheduling.MessageID) scheduling.Message {
	t.Helper()
	messages, err := store.Messages(t.Context(), "talks", 100)
	if err != nil {
		t.Fatalf("messages: %v", err)
	}
	i := slices.IndexFunc(messages, func(m scheduling.Message) bool { return m.ID == id })
	if i < 0 {
		t.Fatalf("there is no message %s", id)
	}
	return messages[i]
}

func (s suite) messageWhole(t *testing.T) {
	want := invitation("m1", 0)
	want.Problem, want.Attempts = "greylisted", 1
	store, _ := s.posting(t, want)
	claimed, err := store.Claim(t.Context(), "worker", later(1), later(2), 10)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	if diff := Diff([]scheduling.Message{want}, claimed); diff != "" {
		t.Errorf("claimed message differs (-composed +claimed):\n%s", diff)
	}
	if !settle(t, store, "m1", "worker", scheduling.Outcome{State: scheduling.MessageSent, At: later(1), Problem: "250 queued"}) {
		t.Error("the outcome was not recorded")
	}
	want.State, want.SentAt, want.Attempts, want.Problem = scheduling.MessageSent, later(1), 2, "250 queued"
	if fields := Unpopulated(want); len(fields) > 0 {
		t.Fatalf("the message leaves fields zero that a comparison would not show: %v", fields)
	}
	if diff := Diff(want, message(t, store, "m1")); diff != "" {
		t.Errorf("sent message differs (-want +loaded):\n%s", diff)
	}
}

func (s suite) lease(t *testing.T) {
	store, _ := s.posting(t, invitation("m3", 3), invitation("m1", 1), invitation("m2", 2))
	for _, step := range []struct {
		name       string
		owner      string
		now, until int
		limit      int
		want       []scheduling.MessageID
	}{
		{"nothing is due yet", "a", 0, 10, 10, nil},
		{"at its instant", "a", 1, 10, 10, []scheduling.MessageID{"m1"}},
		{"what is leased is not to be had", "b", 1, 10, 10, nil},
		{"the longest due", "b", 5, 20, 1, []scheduling.MessageID{"m2"}},
		{"the rest", "b", 5, 20, 10, []scheduling.MessageID{"m3"}},
		{"a lease ends at its end", "c", 10, 30, 10, []scheduling.MessageID{"m1"}},
		{"and not before", "d", 19, 40, 10, nil},
		{"all leases over", "d", 30, 40, 10, []scheduling.MessageID{"m1", "m2", "m3"}},
	} {
		if got := claim(t, store, step.owner, later(step.now), later(step.until), step.limit); !slices.Equal(got, step.want) {
			t.Errorf("%s: got %v, want %v", step.name, got, step.want)
		}
	}
}

func (s suite) fencing(t *testing.T) {
	store, _ := s.posting(t, invitation("m1", 0))
	sent := scheduling.Outcome{State: scheduling.MessageSent, At: later(7)}
	if settle(t, store, "m1", "a", sent) || settle(t, store, "m1", "", sent) {
		t.Error("an outcome was recorded without a lease")
	}
	claim(t, store, "a", later(1), later(5), 10)
	claim(t, store, "b", later(6), later(10), 10)
	if settle(t, store, "m1", "a", sent) {
		t.Error("the outcome of a lost lease was recorded")
	}
	if m := message(t, store, "m1"); m.State != scheduling.MessageQueued || m.Attempts != 0 {
		t.Errorf("a lost lease changed the message to %s after %d attempts", m.State, m.Attempts)
	}
	if !settle(t, store, "m1", "b", sent) {
		t.Error("the outcome of the lease was not recorded")
	}
	if settle(t, store, "m1", "b", scheduling.Outcome{State: scheduling.MessageFailed, At: later(8)}) {
		t.Error("a second outcome of one lease was recorded")
	}
	if settle(t, store, "nothing", "b", sent) {
		t.Error("an outcome was recorded for a message that is not there")
	}
	if got := claim(t, store, "c", later(60), later(61), 10); got != nil {
		t.Errorf("%v can be claimed after it was sent", got)
	}
}

func (s suite) claimInParallel(t *testing.T) {
	var all []scheduling.Message
	for _, id := range []scheduling.MessageID{"m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8"} {
		all = append(all, invitation(id, 0))
	}
	store, _ := s.posting(t, all...)
	got := make([][]scheduling.Message, 8)
	for i, err := range together(8, func(i int) error {
		var err error
		got[i], err = store.Claim(t.Context(), string(rune('a'+i)), later(1), later(9), 3)
		return err
	}) {
		if err != nil {
			t.Errorf("claim %d: %v", i, err)
		}
	}
	seen := map[scheduling.MessageID]int{}
	for _, messages := range got {
		for _, m := range messages {
			seen[m.ID]++
			if seen[m.ID] > 1 {
				t.Errorf("%s was claimed twice", m.ID)
			}
		}
	}
	for _, id := range claim(t, store, "last", later(2), later(9), 10) {
		seen[id]++
	}
	if len(seen) != 8 {
		t.Errorf("%d messages were claimed, want 8", len(seen))
	}
}

func (s suite) retry(t *testing.T) {
	store, _ := s.posting(t, invitation("m1", 0))
	for attempt := 1; attempt <= 3; attempt++ {
		now := later(attempt * 10)
		if got := claim(t, store, "a", now.Add(-time.Minute), now, 10); attempt > 1 && got != nil {
			t.Fatalf("attempt %d: %v was claimed before it was due", attempt, got)
		}
		if got := claim(t, store, "b", now, now.Add(time.Minute), 10); len(got) != 1 {
			t.Fatalf("attempt %d: got %v, want the message", attempt, got)
		}
		settle(t, store, "m1", "b", scheduling.Outcome{State: scheduling.MessageQueued, At: now, NextAt: later((attempt + 1) * 10), Problem: "451 try later"})
		m := message(t, store, "m1")
		if m.State != scheduling.MessageQueued || m.Attempts != attempt || m.Problem != "451 try later" || !m.NextAt.Equal(later((attempt+1)*10)) || !m.SentAt.IsZero() {
			t.Errorf("after attempt %d got state %s, %d attempts, problem %q, next at %v", attempt, m.State, m.Attempts, m.Problem, m.NextAt)
		}
	}
}

func (s suite) newer(t *testing.T) {
	other := func(id scheduling.MessageID, change func(*scheduling.Message)) scheduling.Message {
		m := invitation(id, 0)
		m.Sequence = 9
		change(&m)
		return m
	}
	store, _ := s.posting(t, invitation("m1", 0),
		other("of another member", func(m *scheduling.Message) { m.Member = AlphaHead }),
		other("of another meeting", func(m *scheduling.Message) { m.UID = "uid-other" }),
		other("no meeting's", func(m *scheduling.Message) { m.UID = "" }),
		other("with the same sequence", func(m *scheduling.Message) { m.Sequence = 2 }),
	)
	for name, tc := range map[string]struct {
		ask  func(*scheduling.Message)
		want bool
	}{
		"as it is":             {func(*scheduling.Message) {}, false},
		"older":                {func(m *scheduling.Message) { m.Sequence = 1 }, true},
		"composed before":      {func(m *scheduling.Message) { m.CreatedAt = later(-1) }, true},
		"composed after":       {func(m *scheduling.Message) { m.CreatedAt = later(1) }, false},
		"of nobody":            {func(m *scheduling.Message) { m.Sequence, m.Member = 1, BravoOfficer }, false},
		"about no meeting":     {func(m *scheduling.Message) { m.Sequence, m.UID = 1, "" }, false},
		"of another meeting":   {func(m *scheduling.Message) { m.UID = "uid-other" }, true},
		"of the other meeting": {func(m *scheduling.Message) { m.UID, m.Sequence = "uid-other", 9 }, false},
	} {
		m := invitation("m1", 0)
		tc.ask(&m)
		if got, err := store.Newer(t.Context(), m); err != nil || got != tc.want {
			t.Errorf("%s: got %t and %v, want %t", name, got, err, tc.want)
		}
	}
}

func (s suite) resend(t *testing.T) {
	store, _ := s.posting(t, invitation("m1", 0))
	create(t, store, WithID("other"))
	again := func(id scheduling.NegotiationID, m scheduling.MessageID) error {
		return store.Resend(t.Context(), id, m, later(60))
	}
	wantCode(t, again("talks", "m1"), scheduling.ErrConflict, "message_not_failed")
	claim(t, store, "a", later(1), later(5), 10)
	settle(t, store, "m1", "a", scheduling.Outcome{State: scheduling.MessageFailed, At: later(2), Problem: "550 no such user"})
	if m := message(t, store, "m1"); m.State != scheduling.MessageFailed || m.Problem != "550 no such user" {
		t.Errorf("got state %s and problem %q after it was given up", m.State, m.Problem)
	}
	if got := claim(t, store, "a", later(30), later(31), 10); got != nil {
		t.Errorf("%v can be claimed after it was given up", got)
	}
	wantCode(t, again("other", "m1"), scheduling.ErrNotFound, "message_unknown")
	wantCode(t, again("talks", "m2"), scheduling.ErrNotFound, "message_unknown")
	if err := again("talks", "m1"); err != nil {
		t.Fatalf("resend: %v", err)
	}
	if m := message(t, store, "m1"); m.State != scheduling.MessageQueued || m.Attempts != 1 || !m.NextAt.Equal(later(60)) {
		t.Errorf("got state %s, %d attempts, next at %v", m.State, m.Attempts, m.NextAt)
	}
	if got := claim(t, store, "a", later(60), later(61), 10); len(got) != 1 {
		t.Errorf("got %v, want the message", got)
	}
	wantCode(t, again("talks", "m1"), scheduling.ErrConflict, "message_not_failed")
}

func (s suite) sameMessage(t *testing.T) {
	store, id := s.posting(t, invitation("m1", 0))
	claim(t, store, "a", later(1), later(5), 10)
	settle(t, store, "m1", "a", scheduling.Outcome{State: scheduling.MessageSent, At: later(2)})
	update(t, store, id, func(r *scheduling.Round) error { return r.Consent(By(BravoHead, later(3)), "G2", 1) })
	messages, err := store.Messages(t.Context(), "talks", 100)
	if err != nil || len(messages) != 1 || messages[0].State != scheduling.MessageSent {
		t.Errorf("got %d messages and %v, want the one that was sent", len(messages), err)
	}
}
