package store_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

// TestMain keeps the walks of the model test few enough for everyday use;
// -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", "15"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// A walk lets two stores go through the same acts, whatever comes of them.
type walk struct {
	ours, model schedulingtest.Full
	id          scheduling.NegotiationID
	rounds      int
	now         time.Time
	forms       int
}

var walks atomic.Int64

// Whatever people do, in whatever order, the store says and keeps the same as
// the store in memory, which is simple enough to be believed.
func TestStoreIsLikeMemory(t *testing.T) {
	t.Parallel()
	for name, database := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours := open(t, database(t), receipt)
			rapid.Check(t, func(t *rapid.T) {
				w := &walk{
					ours: ours, model: schedulingtest.NewMemoryStore(receipt), rounds: 1, now: schedulingtest.Now,
					id: scheduling.NegotiationID(fmt.Sprint("walk-", walks.Add(1))),
				}
				w.both(t, "create", func(s schedulingtest.Full) error {
					n, r := schedulingtest.Delivered(schedulingtest.WithID(w.id), schedulingtest.WithObserver(),
						schedulingtest.WithStaff(), schedulingtest.WithAccount(schedulingtest.AlphaHead, scheduling.AccountID(w.id)))
					_, err := s.Create(t.Context(), scheduling.Once{}, n, r)
					return err
				})
				t.Repeat(map[string]func(*rapid.T){
					"":            w.compare,
					"round":       w.actOnRound,
					"negotiation": w.actOnNegotiation,
					"new round":   w.addRound,
					"mail":        w.send,
				})
			})
		})
	}
}

// both lets both stores do the same, and wants the same refusals.
func (w *walk) both(t *rapid.T, what string, act func(schedulingtest.Full) error) {
	want, got := act(w.model), act(w.ours)
	if (want == nil) != (got == nil) || refusal(want) != refusal(got) {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// refusal is all that a refusal says.
func refusal(err error) string {
	if e, ok := errors.AsType[*scheduling.Error](err); ok {
		return fmt.Sprint(e.Kind, e.Code, e.Field, e.Params)
	}
	return ""
}

// same wants the same answer of both stores.
func same[V any](t *rapid.T, w *walk, what string, ask func(schedulingtest.Full) (V, error)) {
	want, errWant := ask(w.model)
	got, errGot := ask(w.ours)
	if err := errors.Join(errWant, errGot); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := schedulingtest.Diff(want, got); diff != "" {
		t.Fatalf("%s differs (-memory +store):\n%s", what, diff)
	}
}

func (w *walk) compare(t *rapid.T) {
	ctx := t.Context()
	same(t, w, "rounds", func(s schedulingtest.Full) ([]*scheduling.Round, error) { return s.Rounds(ctx, w.id) })
	same(t, w, "history", func(s schedulingtest.Full) ([]scheduling.Recorded, error) { return s.History(ctx, w.id, 0, 30) })
	same(t, w, "messages", func(s schedulingtest.Full) ([]scheduling.Message, error) { return s.Messages(ctx, w.id, 30) })
	if rapid.IntRange(0, 4).Draw(t, "look closer") > 0 {
		return
	}
	same(t, w, "negotiation", func(s schedulingtest.Full) (*scheduling.Negotiation, error) { return s.Negotiation(ctx, w.id) })
	same(t, w, "round", func(s schedulingtest.Full) (*scheduling.Round, error) {
		return s.Round(ctx, scheduling.RoundID{Negotiation: w.id, Number: w.rounds})
	})
	same(t, w, "negotiations of an account", func(s schedulingtest.Full) ([]*scheduling.Negotiation, error) {
		return s.OfAccount(ctx, scheduling.AccountID(w.id), 5)
	})
	due := rapid.Int64Range(0, 60).Draw(t, "days until")
	same(t, w, "due rounds", func(s schedulingtest.Full) ([]scheduling.RoundID, error) {
		all, err := s.Due(ctx, w.now.Add(time.Duration(due)*24*time.Hour), 10_000)
		var own []scheduling.RoundID
		for _, id := range all {
			if id.Negotiation == w.id {
				own = append(own, id)
			}
		}
		return own, err
	})
}

// form is none, a new one, or the one before again.
func (w *walk) form(t *rapid.T) scheduling.Once {
	switch rapid.IntRange(0, 3).Draw(t, "form") {
	case 0:
		return scheduling.Once{}
	case 1:
	default:
		w.forms++
	}
	return scheduling.Once{Actor: string(w.id), Key: fmt.Sprint(w.forms), Digest: "d"}
}

var members = []scheduling.MemberID{
	schedulingtest.AlphaHead, schedulingtest.BravoHead, schedulingtest.BravoOfficer, schedulingtest.Secretary, schedulingtest.CharlieHead,
}

func (w *walk) actOnRound(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 1, 1, 12, 24 * 9}).Draw(t, "hours")) * time.Hour)
	id := scheduling.RoundID{Negotiation: w.id, Number: rapid.IntRange(1, w.rounds+1).Draw(t, "round")}
	by := rapid.SampledFrom(members).Draw(t, "by")
	act := schedulingtest.By(by, w.now)
	if rapid.IntRange(0, 4).Draw(t, "reported") == 0 {
		act = schedulingtest.Reported(by, schedulingtest.Bravo, w.now)
	}
	label := rapid.SampledFrom([]scheduling.Label{"G1", "G2", "G2", "G2", "W1", "W3", "X1"}).Draw(t, "slot")
	version := rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "version")
	level := rapid.SampledFrom(scheduling.Levels).Draw(t, "level")
	text := scheduling.Text{Body: rapid.SampledFrom([]string{"", "visas", "élections «x»"}).Draw(t, "text"), Scope: rapid.SampledFrom([]scheduling.Scope{scheduling.OwnParty, scheduling.AllParties, scheduling.Public}).Draw(t, "scope")}
	offer := schedulingtest.P1()
	offer.Terms.Duration.Days = rapid.IntRange(1, 2).Draw(t, "days")
	answers := []scheduling.Answer{{Slot: label, SlotVersion: version, Level: level, Reason: text}, {Slot: "G3", SlotVersion: 1, Level: scheduling.LevelAvailable}}
	kinds := map[string]func(r *scheduling.Round) error{
		"consent":   func(r *scheduling.Round) error { return r.Consent(act, label, version) },
		"confirm":   func(r *scheduling.Round) error { return r.Confirm(act, label, version) },
		"positions": func(r *scheduling.Round) error { return r.TakePositions(act, answers) },
		"other": rapid.SampledFrom([]func(r *scheduling.Round) error{
			func(r *scheduling.Round) error { return r.WithdrawConsent(act, label) },
			func(r *scheduling.Round) error { return r.KeepDraft(act, answers) },
			func(r *scheduling.Round) error {
				return r.SettleCondition(act, label, level == scheduling.LevelPreferred, text)
			},
			func(r *scheduling.Round) error { return r.Draft(act, offer) },
			func(r *scheduling.Round) error { r.Discard(act); return nil },
			func(r *scheduling.Round) error { return r.Deliver(act, offer, schedulingtest.Paper("P")) },
			func(r *scheduling.Round) error { return r.Amend(act, 1, offer, schedulingtest.Paper("A")) },
			func(r *scheduling.Round) error { return r.Withdraw(act, 1) },
			func(r *scheduling.Round) error { return r.Decline(act, 1, text) },
			func(r *scheduling.Round) error { return r.Reoffer(act, []scheduling.Label{label}) },
			func(r *scheduling.Round) error { return r.Postpone(act, text) },
			func(r *scheduling.Round) error { return r.RefusePostponement(act) },
			func(r *scheduling.Round) error { return r.AbandonChange(act) },
			func(r *scheduling.Round) error { return r.ChangeMeeting(act, text.Body, "") },
			func(r *scheduling.Round) error { return r.ReleaseToPublic(act, "Talks, Geneva") },
			func(r *scheduling.Round) error { return r.Object(act, text) },
			func(r *scheduling.Round) error { return r.MarkHeld(act) },
			func(r *scheduling.Round) error { r.UpdateInvited(act); return nil },
			func(r *scheduling.Round) error { r.Tick(w.now); return nil },
			func(r *scheduling.Round) error {
				return r.RecordDelivery(act, scheduling.Delivery{Proposal: 1, Form: scheduling.DeliveredByHand, By: "X", To: "Y", Date: schedulingtest.Date(2009, 11, 2), Zone: "Europe/Moscow"})
			},
			func(r *scheduling.Round) error {
				return r.ChangeSlot(act, label, version, scheduling.SlotTerms{Hours: schedulingtest.Geneva().Day, Place: text.Body, Room: "Room"})
			},
		}).Draw(t, "act"),
		"cancel": func(r *scheduling.Round) error { return r.Cancel(act, text) },
	}
	kind := rapid.SampledFrom([]string{"consent", "consent", "confirm", "positions", "other", "other", "other", "other", "other", "cancel"}).Draw(t, "kind")
	form := w.form(t)
	w.both(t, kind, func(s schedulingtest.Full) error { return s.Update(t.Context(), id, form, kinds[kind]) })
}

func (w *walk) actOnNegotiation(t *rapid.T) {
	by := rapid.SampledFrom(members).Draw(t, "by")
	of := rapid.SampledFrom(members).Draw(t, "of")
	text := scheduling.Text{Body: "why", Scope: scheduling.AllParties}
	change := rapid.SampledFrom([]func(*scheduling.Negotiation) error{
		func(n *scheduling.Negotiation) error { return n.Suspend(by, text, w.now) },
		func(n *scheduling.Negotiation) error { return n.Resume(by, w.now) },
		func(n *scheduling.Negotiation) error { return n.Resume(by, w.now) },
		func(n *scheduling.Negotiation) error {
			return n.AddMember(by, scheduling.Member{ID: scheduling.MemberID(fmt.Sprint("m", len(n.Members))), Party: schedulingtest.Bravo, Name: "New", Rights: schedulingtest.AllRights, Invitations: true, Email: fmt.Sprint(len(n.Members), "@example.org")}, w.now)
		},
		func(n *scheduling.Negotiation) error {
			m := n.Member(of)
			if m == nil {
				return nil
			}
			next := *m
			next.Name, next.Invitations = next.Name+"'", !next.Invitations
			return n.ChangeMember(by, next, w.now)
		},
		func(n *scheduling.Negotiation) error { return n.RemoveMember(by, of, w.now) },
	}).Draw(t, "act")
	form := w.form(t)
	w.both(t, "negotiation", func(s schedulingtest.Full) error { return s.UpdateNegotiation(t.Context(), w.id, form, change) })
}

func (w *walk) addRound(t *rapid.T) {
	by := rapid.SampledFrom(members).Draw(t, "by")
	form := w.form(t)
	uid := fmt.Sprint(w.id, "-", w.rounds, "-", w.now.Unix(), "-", walks.Add(1))
	var ids []scheduling.RoundID
	w.both(t, "add round", func(s schedulingtest.Full) error {
		n, err := s.Negotiation(t.Context(), w.id)
		if err != nil {
			return err
		}
		r := &scheduling.Round{
			Negotiation: n, ID: scheduling.RoundID{Negotiation: w.id}, UID: uid, Name: scheduling.Text{Body: "Further"},
			Rule: scheduling.Rule{Kind: scheduling.Unanimity, Confirmation: scheduling.OnLastConsent, Reporting: scheduling.ReportPositions},
		}
		if err := r.Open(by, w.now); err != nil {
			return err
		}
		id, err := s.AddRound(t.Context(), form, r)
		ids = append(ids, id)
		return err
	})
	if len(ids) == 2 {
		if ids[0] != ids[1] {
			t.Fatalf("got round %s, want %s", ids[1], ids[0])
		}
		w.rounds = max(w.rounds, ids[0].Number)
	}
}

// send lets a worker claim and settle this walk's own messages.
func (w *walk) send(t *rapid.T) {
	state := rapid.SampledFrom([]scheduling.MessageState{scheduling.MessageQueued, scheduling.MessageSent, scheduling.MessageFailed, scheduling.MessageSuperseded}).Draw(t, "state")
	outcome := scheduling.Outcome{State: state, At: w.now, NextAt: w.now.Add(time.Minute), Problem: "p"}
	resend := rapid.Bool().Draw(t, "resend")
	var settled [][]bool
	w.both(t, "send", func(s schedulingtest.Full) error {
		var done []bool
		var last scheduling.MessageID
		messages, err := s.Claim(t.Context(), "worker", w.now, w.now.Add(time.Hour), 10_000)
		if err != nil {
			return err
		}
		for _, m := range messages {
			ok, err := s.Settle(t.Context(), m.ID, "worker", outcome)
			if err != nil {
				return err
			}
			if m.Negotiation == w.id {
				done, last = append(done, ok), m.ID
			}
		}
		settled = append(settled, done)
		if !resend {
			return nil
		}
		return s.Resend(t.Context(), w.id, last, w.now)
	})
	if schedulingtest.Diff(settled[0], settled[1]) != "" {
		t.Fatalf("settled %v, want %v", settled[1], settled[0])
	}
}
