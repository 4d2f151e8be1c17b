package scheduling_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// delta is a third required party of some talks.
const (
	delta     scheduling.PartyID  = "delta"
	deltaHead scheduling.MemberID = "delta-head"
)

// TestLaws lets many people act on one round at random, rightly and wrongly,
// and checks after every act what always has to hold.
func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		t.Repeat(map[string]func(*rapid.T){
			"wait":              func(t *rapid.T) { w.wait(t) },
			"deliver":           func(t *rapid.T) { w.deliver(t) },
			"amend":             func(t *rapid.T) { w.amend(t) },
			"withdraw":          func(t *rapid.T) { w.withdraw(t) },
			"decline":           func(t *rapid.T) { w.decline(t) },
			"draft":             func(t *rapid.T) { w.draft(t) },
			"answer":            func(t *rapid.T) { w.answer(t) },
			"answer again":      func(t *rapid.T) { w.answer(t) },
			"settle condition":  func(t *rapid.T) { w.condition(t) },
			"consent":           func(t *rapid.T) { w.consent(t) },
			"all consent":       func(t *rapid.T) { w.allConsent(t) },
			"withdraw consent":  func(t *rapid.T) { w.withdrawConsent(t) },
			"confirm":           func(t *rapid.T) { w.confirm(t) },
			"confirm again":     func(t *rapid.T) { w.confirm(t) },
			"change slot":       func(t *rapid.T) { w.changeSlot(t) },
			"reoffer":           func(t *rapid.T) { w.reoffer(t) },
			"postpone":          func(t *rapid.T) { w.postpone(t) },
			"meeting":           func(t *rapid.T) { w.meeting(t) },
			"change of members": func(t *rapid.T) { w.members(t) },
			"end":               func(t *rapid.T) { w.end(t) },
			"":                  func(t *rapid.T) { w.check(t) },
		})
	})
}

// world is a round, and the same round with its parties entered the other way
// round, to which the same happens.
type world struct {
	r, twin *scheduling.Round
	now     time.Time
	history []scheduling.Event
	uid     string
	told    int  // the sequence last sent, -1 before the first
	fresh   bool // the clock has acted at now
}

func newWorld(t *rapid.T) *world {
	w := &world{now: Now, told: -1, uid: "uid-talks"}
	three := rapid.Bool().Draw(t, "three parties")
	rule := scheduling.Rule{
		Kind:              scheduling.Unanimity,
		Confirmation:      rapid.SampledFrom([]scheduling.Confirmation{scheduling.ByConfirmer, scheduling.ByConfirmer, scheduling.OnLastConsent}).Draw(t, "confirmation"),
		Confirmer:         rapid.SampledFrom([]scheduling.PartyID{Alpha, Alpha, Bravo, ""}).Draw(t, "confirmer"),
		Reporting:         rapid.SampledFrom([]scheduling.Reporting{scheduling.ReportNothing, scheduling.ReportPositions, scheduling.ReportConsents}).Draw(t, "reporting"),
		ConvenerPostpones: rapid.Bool().Draw(t, "convener postpones"),
	}
	deadline := rapid.Bool().Draw(t, "deadline")
	talks := func() *scheduling.Round {
		_, r := Talks(WithObserver(), WithStaff(), WithVisa(Bravo, "US", 15), WithRule(func(ru *scheduling.Rule) { *ru = rule }),
			With(func(n *scheduling.Negotiation, r *scheduling.Round) {
				if three {
					n.Parties = append(n.Parties, scheduling.Party{ID: delta, Name: "Delta", Zone: "Asia/Tokyo", Role: scheduling.RoleRequired})
					n.Members = append(n.Members, scheduling.Member{ID: deltaHead, Party: delta, Name: "D. Head", Rights: AllRights})
				}
				if deadline {
					r.Deadline = scheduling.Deadline{Date: Date(2009, 12, 1), At: civil.EndOfDay, Zone: "Europe/Zurich"}
				}
			}))
		return r
	}
	w.r, w.twin = talks(), talks()
	slices.Reverse(w.twin.Negotiation.Parties)
	w.history = append(w.history, w.r.TakeEvents()...)
	w.twin.TakeEvents()
	start := rapid.IntRange(0, 3).Draw(t, "start") // so that most runs see a meeting
	w.fresh = true
	if start > 0 {
		w.do(t, "deliver", func(r *scheduling.Round) error { return r.Deliver(By(AlphaHead, Now), P1(), Paper("P1")) })
	}
	if start > 1 {
		for _, by := range []scheduling.MemberID{AlphaHead, BravoHead, deltaHead} {
			w.do(t, "consent", func(r *scheduling.Round) error { return r.Consent(By(by, Now), "G2", 1) })
		}
		for _, by := range []scheduling.MemberID{AlphaHead, BravoHead, Secretary} {
			w.do(t, "confirm", func(r *scheduling.Round) error { return r.Confirm(By(by, Now), "G2", 1) })
		}
	}
	return w
}

// do lets an act happen to the round and its twin, and checks it.
func (w *world) do(t *rapid.T, name string, act func(*scheduling.Round) error) {
	t.Helper()
	w.fresh = rapid.IntRange(0, 3).Draw(t, "tick") > 0
	if w.fresh {
		w.tick()
	}
	before := Clone(w.r)
	err, twinErr := act(w.r), act(w.twin)
	if fmt.Sprint(err) != fmt.Sprint(twinErr) {
		t.Fatalf("%s: %v, and with the parties the other way round %v", name, err, twinErr)
	}
	events := w.r.TakeEvents()
	w.twin.TakeEvents()
	w.history = append(w.history, events...)
	if err != nil {
		t.Logf("%s: %v", name, err)
		if _, ok := errors.AsType[*scheduling.Error](err); !ok {
			t.Fatalf("%s: %v is no refusal", name, err)
		}
		if after := Clone(w.r); !reflect.DeepEqual(before, after) { //nolint:govet // the only error in a round is one that Clone leaves out
			before.Tick(w.now) // all that may have changed is what the clock does
			if diff := Diff(Clone(before), after); diff != "" {
				t.Fatalf("%s was refused (%v) and changed the round:\n%s", name, err, diff)
			}
		}
		return
	}
	t.Logf("%s at %s: %s, %d events", name, w.now, w.r.Status, len(events))
	w.passed(t, before, events)
}

func (w *world) tick() {
	w.r.Tick(w.now)
	w.twin.Tick(w.now)
	w.history = append(w.history, w.r.TakeEvents()...)
	w.twin.TakeEvents()
}

// passed checks an act that was allowed.
func (w *world) passed(t *rapid.T, before *scheduling.Round, events []scheduling.Event) {
	t.Helper()
	r := w.r
	confirmed, told := false, w.told
	for _, e := range events {
		if e.At != w.now {
			t.Fatalf("I11: %s is recorded for %v, not %v", e.Kind, e.At, w.now)
		}
		switch e.Kind {
		case scheduling.MeetingConfirmed, scheduling.MeetingRescheduled:
			confirmed = true
			told = w.sent(t, e)
			w.confirmedRightly(t, before)
		case scheduling.MeetingChanged, scheduling.MeetingSineDie:
			told = w.sent(t, e)
		case scheduling.MemberUninvited: // of this member alone: heeded, and seen by no other party
			if e.Sequence <= before.Meeting.Sequence {
				t.Fatalf("I7: a member is uninvited by sequence %d after %d", e.Sequence, before.Meeting.Sequence)
			}
		case scheduling.RoundCancelled:
			if r.Meeting != nil {
				told = w.sent(t, e)
			}
		}
	}
	w.told = told
	if before.Confirmed() != nil && r.Confirmed() == nil &&
		!slices.ContainsFunc(events, func(e scheduling.Event) bool {
			return e.Kind == scheduling.MeetingSineDie || e.Kind == scheduling.RoundCancelled
		}) {
		t.Fatal("I13: the meeting has lost its date and nobody postponed or cancelled it")
	}
	if (before.Confirmed() == nil || before.Confirmed().Label != label(r.Confirmed())) && r.Confirmed() != nil && !confirmed {
		t.Fatal("I11: a slot was confirmed without an event")
	}
	if len(events) == 0 {
		old, now := Clone(before), Clone(r)
		for _, c := range []*scheduling.Round{old, now} { // what only one party sees may change in silence
			c.Drafts = nil
			c.Proposals = slices.DeleteFunc(c.Proposals, func(p *scheduling.Proposal) bool { return p.Status == scheduling.DraftProposal })
		}
		if diff := Diff(old, now); diff != "" {
			t.Fatalf("I11: something changed without an event:\n%s", diff)
		}
	}
	w.versions(t, before)
	w.moved(t, before)
}

// sent checks the sequence of what goes to calendars: higher than that of any
// act before, for all who are told of this one.
func (w *world) sent(t *rapid.T, e scheduling.Event) int {
	t.Helper()
	if e.Sequence <= w.told {
		t.Fatalf("I7: %s has sequence %d after %d", e.Kind, e.Sequence, w.told)
	}
	return e.Sequence
}

func (w *world) confirmedRightly(t *rapid.T, before *scheduling.Round) {
	t.Helper()
	r, s := w.r, w.r.Confirmed()
	if s == nil {
		t.Fatal("I1: confirmed without a slot")
	}
	if len(r.Offered()) > 0 {
		t.Fatalf("I10: %d slots are still on the table after the confirmation", len(r.Offered()))
	}
	if old := before.Slot(s.Label); old == nil || old.Version != s.Version {
		t.Fatal("I2: the version that was confirmed is new")
	}
	if !w.now.Before(s.DecisionEnds(r.Negotiation.Parties)) {
		t.Fatalf("I12: %s was confirmed at %v, after %v", s.Label, w.now, s.DecisionEnds(r.Negotiation.Parties))
	}
	for _, party := range r.Negotiation.Required() {
		c, ok := s.Consent(party)
		switch {
		case !ok:
			t.Fatalf("I2: %s was confirmed without the consent of %s", s.Label, party)
		case c.Reported == nil && party != partyOf(r, c.By):
			t.Fatalf("I2: the consent of %s is by %s, and not reported", party, c.By)
		case c.Reported != nil && r.Rule.Reporting != scheduling.ReportConsents:
			t.Fatalf("I2: the consent of %s is reported against the rule", party)
		}
		if p, ok := s.Position(party); ok && (p.Level == scheduling.LevelNotPossible || p.Condition == scheduling.ConditionOpen) {
			t.Fatalf("I2: %s has consented to what it says is %s (condition %q)", party, p.Level, p.Condition)
		}
	}
}

// versions checks that nothing said of one version counts for another.
func (w *world) versions(t *rapid.T, before *scheduling.Round) {
	t.Helper()
	for _, old := range before.Slots {
		s := w.r.Slot(old.Label)
		switch {
		case s == nil:
			t.Fatalf("slot %s is gone", old.Label)
		case s.Version < old.Version:
			t.Fatalf("I3: the version of %s fell from %d to %d", s.Label, old.Version, s.Version)
		case s.Version == old.Version:
			if !s.Same(old.Candidate) || s.Format != old.Format || s.Venue.Place != old.Venue.Place {
				t.Fatalf("I3: %s changed under the same version", s.Label)
			}
		default:
			for _, party := range w.r.Negotiation.Required() {
				if p, ok := s.Position(party); ok && !p.Implied {
					t.Fatalf("I3: the position of %s on %s survived a new version", party, s.Label)
				}
				if _, ok := s.Consent(party); ok {
					t.Fatalf("I3: the consent of %s to %s survived a new version", party, s.Label)
				}
			}
		}
	}
}

// moved checks that every status went where the state tables allow, in at most
// two steps: the clock's, and the actor's.
func (w *world) moved(t *rapid.T, before *scheduling.Round) {
	t.Helper()
	legal(t, "round", roundStatuses, before.Status, w.r.Status)
	for _, old := range before.Slots {
		legal(t, "slot "+string(old.Label), slotStatuses, old.Status, w.r.Slot(old.Label).Status)
	}
	for _, old := range before.Proposals {
		i := slices.IndexFunc(w.r.Proposals, func(p *scheduling.Proposal) bool {
			return p.Number > 0 && p.Number == old.Number && p.Version == old.Version
		})
		if i >= 0 {
			legal(t, fmt.Sprintf("proposal %d", old.Number), proposalStatuses, old.Status, w.r.Proposals[i].Status)
		} else if old.Number > 0 {
			t.Fatalf("proposal %d version %d is gone", old.Number, old.Version)
		}
	}
}

func legal[S interface {
	comparable
	MayBecome(S) bool
}](t *rapid.T, what string, all []S, from, to S,
) {
	t.Helper()
	if from == to || from.MayBecome(to) {
		return
	}
	if !slices.ContainsFunc(all, func(via S) bool { return from.MayBecome(via) && via.MayBecome(to) }) {
		t.Fatalf("%s went from %v to %v", what, from, to)
	}
}

// check is what holds at every moment.
func (w *world) check(t *rapid.T) {
	r := w.r
	confirmed := 0
	for i, s := range r.Slots {
		if s.Status == scheduling.SlotConfirmed {
			confirmed++
		}
		for _, o := range r.Slots[:i] {
			if o.Label == s.Label {
				t.Fatalf("two slots are %s", s.Label)
			}
			if o.Status == scheduling.Offered && s.Status == scheduling.Offered &&
				o.Same(s.Candidate) && o.Format == s.Format && o.Venue.Place == s.Venue.Place {
				t.Fatalf("%s and %s are the same date and both on the table", o.Label, s.Label)
			}
		}
		if s.Status == scheduling.Offered && len(s.Offers) == 0 {
			t.Fatalf("%s is on the table and offered by nobody", s.Label)
		}
		w.said(t, s)
	}
	if fixed := r.Status == scheduling.Confirmed || r.Status == scheduling.Held; confirmed > 1 || fixed != (confirmed == 1) {
		t.Fatalf("I1: the round is %s with %d confirmed slots", r.Status, confirmed)
	}
	if m := r.Meeting; m != nil && (m.UID != w.uid || m.Sequence < w.told || (m.Status == scheduling.MeetingFixed) != (r.Status == scheduling.Confirmed)) {
		t.Fatalf("I7: the meeting is %+v, sequence %d was sent, and the round is %s", m, w.told, r.Status)
	}
	if r.Status == scheduling.Confirmed && r.Meeting.ChangePending != (len(r.Offered()) > 0) {
		t.Fatalf("a change is pending: %t, with %d slots on the table", r.Meeting.ChangePending, len(r.Offered()))
	}
	if !reflect.DeepEqual(r.Slots, w.twin.Slots) {
		t.Fatalf("I15: with the parties the other way round the slots differ:\n%s", Diff(r.Slots, w.twin.Slots))
	}
	w.private(t)
	w.clock(t)
}

// said checks the positions and consents of a slot.
func (w *world) said(t *rapid.T, s *scheduling.Slot) {
	for party, p := range s.Positions {
		if p.Reported == nil && partyOf(w.r, p.By) != party {
			t.Fatalf("I14: the position of %s on %s is by %s, and not shown as reported", party, s.Label, p.By)
		}
	}
	for party := range s.Consents {
		if c, ok := s.Consent(party); ok && c.Reported == nil && partyOf(w.r, c.By) != party {
			t.Fatalf("I14: the consent of %s to %s is by %s, and not shown as reported", party, s.Label, c.By)
		}
		for _, o := range w.r.Slots {
			_, here := s.Consent(party)
			_, there := o.Consent(party)
			if o.Label < s.Label && here && there && o.Status == scheduling.Offered && s.Status == scheduling.Offered {
				t.Fatalf("%s has consented to %s and to %s", party, o.Label, s.Label)
			}
		}
	}
	from, err := civil.Instant(s.Days[0], s.Hours.From, s.Venue.Zone, civil.First)
	if err != nil || !s.Start().Equal(from) {
		t.Fatalf("I16: %s starts at %v, want %s on %s at the venue", s.Label, s.Start(), s.Hours.From, s.Days[0])
	}
}

// private checks that what a party keeps for itself shows to nobody else.
func (w *world) private(t *rapid.T) {
	audiences := []scheduling.Audience{scheduling.PublicAudience, scheduling.PartyAudience("")}
	for _, p := range w.r.Negotiation.Parties {
		audiences = append(audiences, scheduling.PartyAudience(p.ID))
	}
	for _, text := range append(texts(reflect.ValueOf(w.r)), texts(reflect.ValueOf(w.history))...) {
		author, private := strings.CutSuffix(text.Body, "'s own")
		for _, to := range audiences {
			if own := to == scheduling.PartyAudience(scheduling.PartyID(author)); private && !own && text.For(to) != "" {
				t.Fatalf("I6: %q shows to %+v", text.Body, to)
			}
		}
	}
}

// texts are the texts that v leads to.
func texts(v reflect.Value) []scheduling.Text {
	var found []scheduling.Text
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			found = texts(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, texts(v.Index(i))...)
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			found = append(found, texts(entry.Value())...)
		}
	case reflect.Struct:
		if text, ok := reflect.TypeAssert[scheduling.Text](v); ok {
			return []scheduling.Text{text}
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				found = append(found, texts(v.Field(i))...)
			}
		}
	}
	return found
}

// clock checks that NextDue is when the clock acts next, and not before.
func (w *world) clock(t *rapid.T) {
	due := w.r.NextDue()
	if w.fresh && Clone(w.r).Tick(w.now) {
		t.Fatal("an act left something for the clock to do at once")
	}
	switch {
	case due.IsZero():
		if Clone(w.r).Tick(w.now.AddDate(10, 0, 0)) {
			t.Fatal("the clock does something and NextDue knew of nothing")
		}
	case due.After(w.now):
		if w.fresh && Clone(w.r).Tick(due.Add(-time.Second)) {
			t.Fatalf("the clock does something before NextDue, %v", due)
		}
		if !Clone(w.r).Tick(due) {
			t.Fatalf("the clock does nothing at NextDue, %v", due)
		}
	case !Clone(w.r).Tick(w.now):
		t.Fatalf("NextDue, %v, has passed and the clock does nothing at %v", due, w.now)
	}
}

func label(s *scheduling.Slot) scheduling.Label {
	if s == nil {
		return ""
	}
	return s.Label
}

func partyOf(r *scheduling.Round, id scheduling.MemberID) scheduling.PartyID {
	for _, m := range r.Negotiation.Members {
		if m.ID == id {
			return m.Party
		}
	}
	return "nobody"
}
