package schedulingtest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
)

func (s suite) programs(t *testing.T) {
	t.Helper()
	t.Run("a key stands for one act", s.boundKey)
	t.Run("a webhook comes back whole", s.webhookWhole)
	t.Run("webhooks are claimed while there is something to tell", s.webhookClaims)
	t.Run("a webhook is settled by who holds the lease", s.webhookSettled)
	t.Run("history after an entry", s.historySince)
}

func (s suite) boundKey(t *testing.T) {
	store := s.open(t, nil)
	form := scheduling.Once{Actor: "a", Key: "k", Digest: "d"}
	for range 2 {
		if err := store.BindKey(t.Context(), form); err != nil {
			t.Errorf("bind: %v", err)
		}
	}
	wantCode(t, store.BindKey(t.Context(), scheduling.Once{Actor: "a", Key: "k", Digest: "other"}), scheduling.ErrConflict, "key_reused")
	if err := store.BindKey(t.Context(), scheduling.Once{Actor: "b", Key: "k", Digest: "other"}); err != nil {
		t.Errorf("the same key of somebody else: %v", err)
	}
	bound := 0
	for _, err := range together(4, func(i int) error {
		return store.BindKey(t.Context(), scheduling.Once{Actor: "c", Key: "k", Digest: fmt.Sprint(i)})
	}) {
		if err == nil {
			bound++
			continue
		}
		wantCode(t, err, scheduling.ErrConflict, "key_reused")
	}
	if bound != 1 {
		t.Errorf("a key was tied to %d acts at the same time, want 1", bound)
	}
	// What ties a key is not what marks an act.
	id := create(t, store)
	ran := false
	if err := store.Update(t.Context(), id, form, func(*scheduling.Round) error { ran = true; return nil }); err != nil || !ran {
		t.Errorf("an act under a key that was tied: ran %v, %v", ran, err)
	}
}

func webhook(id scheduling.WebhookID) scheduling.Webhook {
	return scheduling.Webhook{
		ID: id, Negotiation: "talks", Member: AlphaHead, Party: Alpha, URL: "https://alpha.example/hook", CreatedAt: Now,
		State: scheduling.WebhookActive, Attempts: 2, NextAt: later(1), SentAt: later(2), Problem: "status",
	}
}

func saveHook(t *testing.T, store scheduling.Programs, w scheduling.Webhook) {
	t.Helper()
	if err := store.SaveWebhook(t.Context(), w); err != nil {
		t.Fatalf("save webhook: %v", err)
	}
}

func hooks(t *testing.T, store scheduling.Programs) []scheduling.Webhook {
	t.Helper()
	all, err := store.Webhooks(t.Context(), "talks")
	if err != nil {
		t.Fatalf("list webhooks: %v", err)
	}
	return all
}

func (s suite) webhookWhole(t *testing.T) {
	store, id := s.delivered(t, nil)
	want := webhook("w")
	saveHook(t, store, want)
	want.Done = int64(len(history(t, store, id.Negotiation)))
	if fields := Unpopulated(want); len(fields) > 0 {
		t.Fatalf("the webhook leaves fields zero that a comparison would not show: %v", fields)
	}
	again := webhook("w")
	again.URL = "https://elsewhere.example/"
	saveHook(t, store, again)
	if diff := Diff([]scheduling.Webhook{want}, hooks(t, store)); diff != "" {
		t.Errorf("webhooks differ (-stored +loaded):\n%s", diff)
	}
	for i := range scheduling.MaxWebhooks - 1 {
		saveHook(t, store, webhook(scheduling.WebhookID(fmt.Sprint(i))))
	}
	wantCode(t, store.SaveWebhook(t.Context(), webhook("x")), scheduling.ErrConflict, "too_many_webhooks")
	other := webhook("y")
	other.Member = BravoHead
	saveHook(t, store, other)
	nowhere := webhook("z")
	nowhere.Negotiation = "nowhere"
	if err := store.SaveWebhook(t.Context(), nowhere); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("a webhook of no negotiation: %v", err)
	}
	if err := store.DeleteWebhook(t.Context(), "other", "w"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("deleted under another negotiation: %v", err)
	}
	if err := store.DeleteWebhook(t.Context(), "talks", "w"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if err := store.DeleteWebhook(t.Context(), "talks", "w"); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if got := len(hooks(t, store)); got != scheduling.MaxWebhooks {
		t.Errorf("%d webhooks are left, want %d", got, scheduling.MaxWebhooks)
	}
}

func (s suite) webhookClaims(t *testing.T) {
	store, id := s.delivered(t, nil)
	claimed := func(at, limit int) []scheduling.WebhookID {
		found, err := store.ClaimWebhooks(t.Context(), fmt.Sprint("worker", at), later(at), later(at+5), limit)
		if err != nil {
			t.Fatalf("claim: %v", err)
		}
		var ids []scheduling.WebhookID
		for _, w := range found {
			ids = append(ids, w.ID)
		}
		return ids
	}
	want := func(what string, got []scheduling.WebhookID, ids ...scheduling.WebhookID) {
		t.Helper()
		if !slices.Equal(got, ids) {
			t.Errorf("%s: claimed %v, want %v", what, got, ids)
		}
	}
	late, given := webhook("late"), webhook("given up")
	late.NextAt, given.State = later(9), scheduling.WebhookGivenUp
	for _, w := range []scheduling.Webhook{webhook("b"), webhook("a"), late, given} {
		saveHook(t, store, w)
	}
	want("nothing has happened since", claimed(2, 9))
	update(t, store, id, func(r *scheduling.Round) error {
		return r.TakePositions(By(BravoHead, Now), []scheduling.Answer{{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelPreferred}})
	})
	want("before it is due", claimed(0, 9))
	want("one", claimed(2, 1), "a")
	want("the other", claimed(2, 9), "b")
	want("under lease", claimed(3, 9))
	want("after the lease, and the late one", claimed(9, 9), "a", "b", "late")
	wantCode(t, store.ResumeWebhook(t.Context(), "talks", "a", later(20)), scheduling.ErrConflict, "webhook_not_given_up")
	if err := store.ResumeWebhook(t.Context(), "talks", "nothing", later(20)); !errors.Is(err, scheduling.ErrNotFound) {
		t.Errorf("resume what is not there: %v", err)
	}
	if err := store.ResumeWebhook(t.Context(), "talks", "given up", later(20)); err != nil {
		t.Errorf("resume: %v", err)
	}
	want("not before it was resumed", claimed(19, 9), "a", "b", "late")
	want("resumed", claimed(20, 9), "given up")
}

func (s suite) webhookSettled(t *testing.T) {
	store, id := s.delivered(t, nil)
	saveHook(t, store, webhook("w"))
	update(t, store, id, func(r *scheduling.Round) error { return r.Withdraw(By(AlphaHead, Now), 1) })
	claim := func(owner string, at int) {
		if found, err := store.ClaimWebhooks(t.Context(), owner, later(at), later(at+5), 1); err != nil || len(found) != 1 {
			t.Fatalf("%s claims: %v, %v", owner, found, err)
		}
	}
	claim("first", 2)
	claim("second", 9)
	o := scheduling.WebhookOutcome{
		State: scheduling.WebhookActive, Done: int64(len(history(t, store, id.Negotiation))), NextAt: later(11), SentAt: later(10),
	}
	settle := func(owner string, want bool) {
		t.Helper()
		if ok, err := store.SettleWebhook(t.Context(), "w", owner, o); ok != want || err != nil {
			t.Errorf("%q settles: %v, %v, want %v", owner, ok, err, want)
		}
	}
	settle("first", false)
	settle("", false)
	settle("second", true)
	settle("second", false)
	want := webhook("w")
	want.Done, want.Attempts, want.NextAt, want.SentAt, want.Problem = o.Done, 0, o.NextAt, o.SentAt, ""
	if diff := Diff([]scheduling.Webhook{want}, hooks(t, store)); diff != "" {
		t.Errorf("settled (-want +loaded):\n%s", diff)
	}
	if found, err := store.ClaimWebhooks(t.Context(), "third", later(60), later(61), 1); err != nil || len(found) > 0 {
		t.Errorf("all is told, and %v is claimed, %v", found, err)
	}
}

func (s suite) historySince(t *testing.T) {
	store, id := s.delivered(t, nil)
	update(t, store, id, func(r *scheduling.Round) error { return r.Withdraw(By(AlphaHead, Now.Add(time.Minute)), 1) })
	all := history(t, store, id.Negotiation)
	slices.Reverse(all)
	for after := range all {
		got, err := store.HistorySince(t.Context(), id.Negotiation, int64(after), 2)
		if diff := Diff(all[after:min(after+2, len(all))], got); err != nil || diff != "" {
			t.Errorf("after %d: %v, (-want +loaded):\n%s", after, err, diff)
		}
	}
	if got, err := store.HistorySince(t.Context(), "nowhere", 0, 2); err != nil || len(got) > 0 {
		t.Errorf("of no negotiation: %v, %v", got, err)
	}
}
