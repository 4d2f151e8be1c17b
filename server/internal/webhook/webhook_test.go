package webhook

import (
	"context"
	"crypto/hmac"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/safefetch"
	"parley/web"
)

// An office is talks with a webhook of Bravo's, a caller and who is called.
type office struct {
	*schedulingtest.MemoryStore
	caller *Caller
	now    time.Time
	status int
	kinds  []string
	ids    []string
	bad    []string // calls whose signature is wrong
}

const key = "key of the server"

func open(t *testing.T, hook scheduling.MemberID) *office {
	t.Helper()
	o := &office{MemoryStore: schedulingtest.NewMemoryStore(nil), now: schedulingtest.Now.Add(time.Hour), status: http.StatusNoContent}
	secret := func(id scheduling.WebhookID) string { return web.WebhookSecret([]byte(key), id) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var told struct{ ID, Kind string }
		if err != nil || json.Unmarshal(body, &told) != nil {
			t.Errorf("called with %q", body)
		}
		if !hmac.Equal([]byte(r.Header.Get("Parley-Signature")), []byte(Sign(secret("w"), o.now, body))) {
			o.bad = append(o.bad, told.Kind)
		}
		o.kinds, o.ids = append(o.kinds, told.Kind), append(o.ids, told.ID)
		w.WriteHeader(o.status)
	}))
	t.Cleanup(server.Close)
	n, r := schedulingtest.Delivered(schedulingtest.WithObserver())
	if _, err := o.Create(t.Context(), scheduling.Once{}, n, r); err != nil {
		t.Fatal(err)
	}
	err := o.SaveWebhook(t.Context(), scheduling.Webhook{
		ID: "w", Negotiation: n.ID, Member: hook, Party: n.Member(hook).Party, URL: server.URL, CreatedAt: o.now, State: scheduling.WebhookActive,
	})
	if err != nil {
		t.Fatal(err)
	}
	o.caller = &Caller{
		Store: o.MemoryStore, Client: server.Client(), Secret: secret, Owner: "worker", Now: func() time.Time { return o.now },
		Log: slog.New(slog.DiscardHandler),
		Notice: func(n *scheduling.Negotiation, w scheduling.Webhook, e scheduling.Recorded) ([]byte, bool) {
			return web.WebhookNotice([]byte(key), n, w, e)
		},
	}
	return o
}

func (o *office) act(t *testing.T, change func(*scheduling.Round) error) {
	t.Helper()
	if err := o.Update(t.Context(), scheduling.RoundID{Negotiation: "talks", Number: 1}, scheduling.Once{}, change); err != nil {
		t.Fatal(err)
	}
}

func (o *office) deliver(t *testing.T) {
	t.Helper()
	if _, err := o.caller.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (o *office) hook(t *testing.T) scheduling.Webhook {
	t.Helper()
	all, err := o.Webhooks(t.Context(), "talks")
	if err != nil || len(all) != 1 {
		t.Fatalf("webhooks %v, %v", all, err)
	}
	return all[0]
}

// answers says of two slots what is asked for in one act.
func answers(r *scheduling.Round) error {
	return r.TakePositions(schedulingtest.By(schedulingtest.BravoHead, schedulingtest.Now), []scheduling.Answer{
		{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelAvailable, Reason: scheduling.Text{Body: "wombat", Scope: scheduling.AllParties}},
		{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelPreferred},
	})
}

// A webhook is told in order what its owner may know, and nothing else.
func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		of   scheduling.MemberID
		want []string
	}{
		"the own side":   {schedulingtest.AlphaHead, []string{"proposal_drafted", "position_taken", "position_taken", "consent_given"}},
		"the other side": {schedulingtest.BravoHead, []string{"position_taken", "position_taken", "consent_given"}},
		"an observer":    {schedulingtest.CharlieHead, nil},
	} {
		o := open(t, tc.of)
		o.act(t, func(r *scheduling.Round) error {
			return r.Draft(schedulingtest.By(schedulingtest.AlphaHead, o.now), schedulingtest.P1())
		})
		o.act(t, answers)
		o.act(t, func(r *scheduling.Round) error {
			return r.Consent(schedulingtest.By(schedulingtest.BravoHead, o.now), "G2", 1)
		})
		o.deliver(t)
		o.deliver(t)
		if !slices.Equal(o.kinds, tc.want) || len(o.bad) > 0 {
			t.Errorf("%s is told %v, want %v; badly signed: %v", name, o.kinds, tc.want, o.bad)
		}
		if w := o.hook(t); w.Attempts != 0 || w.Problem != "" {
			t.Errorf("%s: %+v", name, w)
		}
	}
}

// A call that fails is made again under the same id, later and later, and given
// up after Patience; then everything that was missed is told once the owner
// says so.
func TestPatience(t *testing.T) {
	t.Parallel()
	o := open(t, schedulingtest.AlphaHead)
	o.status = http.StatusFound // a redirect is no success
	o.act(t, answers)
	began := o.now
	for i := range Patience {
		o.deliver(t)
		o.deliver(t) // not due yet
		if w := o.hook(t); w.Attempts != i+1 || w.Problem != "status" || len(o.ids) != i+1 {
			t.Fatalf("after %d failures: %+v, %d calls", i+1, w, len(o.ids))
		}
		o.now = o.hook(t).NextAt
	}
	if w := o.hook(t); w.State != scheduling.WebhookGivenUp {
		t.Fatalf("after %d failures: %s", Patience, w.State)
	}
	if waited := o.now.Sub(began); waited < 12*time.Hour || waited > 72*time.Hour {
		t.Errorf("it was given up after %s", waited)
	}
	if slices.ContainsFunc(o.ids, func(id string) bool { return id != o.ids[0] }) {
		t.Errorf("one event was told under several ids: %v", o.ids)
	}
	o.now = o.now.Add(time.Hour)
	o.deliver(t)
	if len(o.ids) != Patience {
		t.Error("a webhook that was given up is called")
	}
	o.status = http.StatusOK
	if err := o.ResumeWebhook(t.Context(), "talks", "w", o.now); err != nil {
		t.Fatal(err)
	}
	o.deliver(t)
	if got := o.kinds[Patience:]; !slices.Equal(got, []string{"position_taken", "position_taken"}) || o.ids[Patience] != o.ids[0] || o.ids[Patience+1] == o.ids[0] {
		t.Errorf("after resuming told %v under %v", got, o.ids[Patience:])
	}
}

// A caller that dies before it has noted what it told leaves it to the next,
// which tells it again under the same id: at least once, and never lost.
func TestCallerDies(t *testing.T) {
	t.Parallel()
	o := open(t, schedulingtest.AlphaHead)
	o.act(t, answers)
	dying := *o.caller
	dying.Owner, dying.Store = "dying", deadStore{o.MemoryStore}
	if _, err := dying.Deliver(t.Context()); !errors.Is(err, errDead) {
		t.Fatalf("the first caller: %v", err)
	}
	o.deliver(t)
	if len(o.kinds) != 2 {
		t.Fatalf("%d calls under the lease of another", len(o.kinds))
	}
	o.now = o.now.Add(lease + time.Second)
	o.deliver(t)
	if len(o.ids) != 4 || !slices.Equal(o.ids[:2], o.ids[2:]) {
		t.Errorf("told under %v", o.ids)
	}
}

var errDead = errors.New("dead")

type deadStore struct{ *schedulingtest.MemoryStore }

func (deadStore) SettleWebhook(context.Context, scheduling.WebhookID, string, scheduling.WebhookOutcome) (bool, error) {
	return false, errDead
}

// Who may not convene any more is told nothing more.
func TestOwnerGone(t *testing.T) {
	t.Parallel()
	o := open(t, schedulingtest.BravoHead)
	err := o.UpdateNegotiation(t.Context(), "talks", scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.RemoveMember(schedulingtest.BravoHead, schedulingtest.BravoHead, o.now)
	})
	if err != nil {
		t.Fatal(err)
	}
	o.deliver(t)
	if w := o.hook(t); w.State != scheduling.WebhookEnded || len(o.kinds) > 0 {
		t.Errorf("%+v, told %v", w, o.kinds)
	}
}

// An address inside the house is not called.
func TestInside(t *testing.T) {
	t.Parallel()
	o := open(t, schedulingtest.AlphaHead)
	o.caller.Client = safefetch.Client(nil)
	o.act(t, answers)
	o.deliver(t)
	if w := o.hook(t); w.Problem != "address" || len(o.kinds) > 0 {
		t.Errorf("%+v, told %v", w, o.kinds)
	}
}

// What is told holds no text and no number of the history.
func TestNotice(t *testing.T) {
	t.Parallel()
	o := open(t, schedulingtest.AlphaHead)
	o.act(t, answers)
	n, err := o.Negotiation(t.Context(), "talks")
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := o.HistorySince(t.Context(), "talks", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range recorded {
		body, _ := web.WebhookNotice([]byte(key), n, o.hook(t), e)
		var told map[string]any
		if err := json.Unmarshal(body, &told); err != nil || strings.Contains(string(body), "wombat") {
			t.Errorf("%s: %v", body, err)
		}
		for field := range told {
			if !slices.Contains([]string{"id", "kind", "negotiation", "round", "at"}, field) {
				t.Errorf("%s tells %s", body, field)
			}
		}
	}
}
