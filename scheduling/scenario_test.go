package scheduling_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// do fails the test when an act is refused.
func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
}

// refused fails the test unless the act is refused with that kind and code and
// leaves the round as it was. It gives the refusal.
func refused(t *testing.T, r *scheduling.Round, kind error, code string, act func() error) *scheduling.Error {
	t.Helper()
	r.TakeEvents()
	before := Clone(r)
	err := act()
	var refusal *scheduling.Error
	if !errors.As(err, &refusal) || !errors.Is(err, kind) || refusal.Code != code {
		t.Fatalf("got %v, want %v with code %s", err, kind, code)
	}
	if diff := Diff(before, Clone(r)); diff != "" {
		t.Errorf("%s changed the round:\n%s", code, diff)
	}
	if events := r.TakeEvents(); len(events) > 0 {
		t.Errorf("%s recorded %v", code, events)
	}
	return refusal
}

func statuses(r *scheduling.Round) map[scheduling.Label]scheduling.SlotStatus {
	all := map[scheduling.Label]scheduling.SlotStatus{}
	for _, s := range r.Slots {
		all[s.Label] = s.Status
	}
	return all
}

func levels(r *scheduling.Round, level scheduling.Level, labels ...scheduling.Label) []scheduling.Answer {
	var answers []scheduling.Answer
	for _, l := range labels {
		a := scheduling.Answer{Slot: l, SlotVersion: r.Slot(l).Version, Level: level}
		if level == scheduling.LevelIfNeedBe {
			a.Reason = scheduling.Text{Body: "subject to visas", Scope: scheduling.AllParties}
		}
		answers = append(answers, a)
	}
	return answers
}

func TestA3OfferChoiceConfirmation(t *testing.T) {
	t.Parallel()
	_, r := Delivered(WithObserver())
	bravo, alpha := At(2009, time.November, 5, 10, 0), At(2009, time.November, 6, 10, 0)
	answers := slices.Concat(
		levels(r, scheduling.LevelPreferred, "G2"),
		levels(r, scheduling.LevelAvailable, "G1", "G3"),
		levels(r, scheduling.LevelIfNeedBe, "W1", "W2", "W3"),
	)
	do(t, r.TakePositions(By(BravoHead, bravo), answers))
	do(t, r.Consent(By(BravoHead, bravo), "G2", 1))
	do(t, r.Consent(By(AlphaHead, alpha), "G2", 1))
	r.TakeEvents()
	do(t, r.Confirm(By(AlphaHead, alpha), "G2", 1))

	s := r.Confirmed()
	if r.Status != scheduling.Confirmed || s == nil || s.Label != "G2" || s.Days[0] != Date(2009, 11, 19) || s.Hours.String() != "10:00-18:00" {
		t.Fatalf("the round is %s with %+v", r.Status, s)
	}
	for l, status := range statuses(r) {
		if l != "G2" && status != scheduling.Released {
			t.Errorf("%s is %s, want released", l, status)
		}
	}
	if !s.Start().Equal(At(2009, 11, 19, 9, 0)) || !s.End().Equal(At(2009, 11, 19, 17, 0)) {
		t.Errorf("it runs from %v to %v", s.Start().UTC(), s.End().UTC())
	}
	m := r.Meeting
	if m.UID != r.UID || m.Sequence != 0 || !slices.Equal(m.Invited, []scheduling.MemberID{AlphaHead, BravoHead}) {
		t.Errorf("got meeting %+v, want one invitation a party with sequence 0", m)
	}
	if events := r.TakeEvents(); len(events) != 1 || events[0].Kind != scheduling.MeetingConfirmed || !slices.Equal(events[0].Invited, m.Invited) {
		t.Errorf("got events %+v, want one confirmation", events)
	}
	if p := r.Proposal(1); p.Status != scheduling.Accepted {
		t.Errorf("the proposal is %s, want accepted", p.Status)
	}
	refusal := refused(t, r, scheduling.ErrConflict, "already_confirmed", func() error { return r.Confirm(By(AlphaHead, alpha), "G3", 1) })
	if refusal.Params["slot"] != "G2" {
		t.Errorf("the refusal names %v, want G2", refusal.Params)
	}
}

func TestA4PositionIsNotConsent(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	do(t, r.TakePositions(By(BravoHead, later(1)), levels(r, scheduling.LevelPreferred, "G1")))
	do(t, r.Consent(By(AlphaHead, later(2)), "G1", 1))
	refusal := refused(t, r, scheduling.ErrConflict, "consent_missing", func() error { return r.Confirm(By(AlphaHead, later(3)), "G1", 1) })
	if refusal.Params["parties"] != "Bravo" || refusal.Params["slot"] != "G1" {
		t.Errorf("the refusal names %v, want Bravo and G1", refusal.Params)
	}
	if r.Status != scheduling.OnTheTable || r.Meeting != nil {
		t.Errorf("the round is %s with meeting %+v", r.Status, r.Meeting)
	}
}

func TestA5ChangedSlotVoidsConsent(t *testing.T) {
	t.Parallel()
	_, r := Agreed()
	do(t, r.TakePositions(By(BravoHead, later(150)), levels(r, scheduling.LevelPreferred, "G2")))
	r.TakeEvents()
	terms := scheduling.SlotTerms{
		Hours: civil.Span{From: civil.Clock(14, 0), To: civil.Clock(18, 0)}, Place: "Palais des Nations", Format: scheduling.InPerson,
	}
	do(t, r.ChangeSlot(By(AlphaHead, later(180)), "G2", 1, terms))

	s := r.Slot("G2")
	if s.Version != 2 || !s.Start().Equal(At(2009, 11, 19, 13, 0)) || !s.End().Equal(At(2009, 11, 19, 17, 0)) {
		t.Fatalf("G2 is version %d from %v to %v", s.Version, s.Start().UTC(), s.End().UTC())
	}
	if got := r.Missing(s); !slices.Equal(got, []scheduling.PartyID{Alpha, Bravo}) {
		t.Errorf("consents are missing from %v, want both", got)
	}
	if p, ok := s.Position(Bravo); ok {
		t.Errorf("Bravo's position %+v is not stale", p)
	}
	if p, ok := s.Position(Alpha); !ok || !p.Implied || p.Level != scheduling.LevelPreferred {
		t.Errorf("Alpha's position is %+v, want the one its offer implies", p)
	}
	events := r.TakeEvents()
	if len(events) != 1 || events[0].Kind != scheduling.SlotChanged || !events[0].Visible(scheduling.PartyAudience(Bravo)) || !events[0].Visible(scheduling.PartyAudience(Alpha)) {
		t.Errorf("got events %+v, want both told of one change", events)
	}
	refused(t, r, scheduling.ErrConflict, "consent_missing", func() error { return r.Confirm(By(AlphaHead, later(190)), "G2", 2) })
	refused(t, r, scheduling.ErrConflict, "slot_changed", func() error { return r.Confirm(By(AlphaHead, later(190)), "G2", 1) })
	refused(t, r, scheduling.ErrConflict, "slot_changed", func() error { return r.Consent(By(BravoHead, later(190)), "G2", 1) })

	do(t, r.Consent(By(BravoHead, later(200)), "G2", 2))
	do(t, r.Consent(By(AlphaHead, later(200)), "G2", 2))
	terms.Room = "Salle XX"
	do(t, r.ChangeSlot(By(AlphaHead, later(210)), "G2", 2, terms))
	if s.Version != 2 || len(r.Missing(s)) != 0 || s.Room != "Salle XX" {
		t.Errorf("another room made version %d, missing %v", s.Version, r.Missing(s))
	}
	do(t, r.Confirm(By(AlphaHead, later(220)), "G2", 2))
	if r.Meeting.SlotVersion != 2 || r.Meeting.Room != "Salle XX" {
		t.Errorf("got meeting %+v", r.Meeting)
	}
}

func TestA6NoticeAndVisa(t *testing.T) {
	t.Parallel()
	_, r := Delivered(WithVisa(Bravo, "US", 15))
	now := At(2009, time.November, 24, 17, 0) // 12:00 in Washington
	for l, want := range map[scheduling.Label]civil.Date{"W1": Date(2009, 11, 23), "W2": Date(2009, 11, 24), "W3": Date(2009, 11, 25)} {
		if got := r.Slot(l).DecideBy(r.Negotiation.Parties); got != want {
			t.Errorf("%s is to be decided by %s, want %s", l, got, want)
		}
	}
	r.Tick(now)
	for l, want := range map[scheduling.Label]scheduling.SlotStatus{
		"G1": scheduling.Expired, "G2": scheduling.Expired, "G3": scheduling.Expired, "W1": scheduling.Expired,
		"W2": scheduling.Offered, "W3": scheduling.Offered,
	} {
		if got := r.Slot(l).Status; got != want {
			t.Errorf("%s is %s, want %s", l, got, want)
		}
	}
	refusal := refused(t, r, scheduling.ErrConflict, "slot_expired", func() error { return r.Consent(By(BravoHead, now), "W1", 1) })
	if refusal.Params["date"] != "2009-11-23" {
		t.Errorf("the refusal names %v, want 2009-11-23", refusal.Params)
	}
	do(t, r.Consent(By(BravoHead, now), "W2", 1))
	do(t, r.Consent(By(AlphaHead, now), "W2", 1))
	end := At(2009, time.November, 25, 5, 0)
	late := Clone(r)
	if err := late.Confirm(By(AlphaHead, end), "W2", 1); !errors.Is(err, scheduling.ErrConflict) {
		t.Errorf("at %v W2 was confirmed: %v", end, err)
	}
	do(t, r.Confirm(By(AlphaHead, end.Add(-time.Second)), "W2", 1))
}

func TestA11CalendarLife(t *testing.T) {
	t.Parallel()
	_, r := Confirmed()
	uid, now := r.UID, later(300)
	r.TakeEvents()

	do(t, r.Reoffer(By(BravoHead, now), []scheduling.Label{"G3"}))
	if r.Status != scheduling.Confirmed || r.Confirmed().Label != "G2" || !r.Meeting.ChangePending || r.Meeting.Sequence != 0 {
		t.Fatalf("while a change is pending the round is %s with meeting %+v", r.Status, r.Meeting)
	}
	for _, e := range r.TakeEvents() {
		if len(e.Invited) > 0 {
			t.Errorf("%s tells calendars", e.Kind)
		}
	}
	refused(t, r, scheduling.ErrConflict, "consent_missing", func() error { return r.Confirm(By(AlphaHead, now), "G3", 2) })
	do(t, r.Consent(By(AlphaHead, now), "G3", 2))
	do(t, r.Consent(By(BravoHead, now), "G3", 2))
	do(t, r.Confirm(By(AlphaHead, now), "G3", 2))
	if r.Confirmed().Label != "G3" || r.Slot("G2").Status != scheduling.Vacated || r.Meeting.ChangePending {
		t.Fatalf("after the change G2 is %s and the meeting %+v", r.Slot("G2").Status, r.Meeting)
	}
	do(t, r.ChangeMeeting(By(BravoHead, now), "Salle XX", "https://meet.example/x"))
	do(t, r.Cancel(By(AlphaHead, now), scheduling.Text{Body: "elections"}))

	var sequences []int
	for _, e := range r.TakeEvents() {
		if len(e.Invited) > 0 {
			sequences = append(sequences, e.Sequence)
			if !slices.Equal(e.Invited, []scheduling.MemberID{AlphaHead, BravoHead}) {
				t.Errorf("%s tells %v", e.Kind, e.Invited)
			}
		}
	}
	if !slices.Equal(sequences, []int{1, 2, 3}) {
		t.Errorf("the notices have sequences %v, want 1, 2, 3", sequences)
	}
	m := r.Meeting
	if m.UID != uid || m.Status != scheduling.MeetingCancelled || len(m.Invited) > 0 || m.Faded {
		t.Errorf("got meeting %+v, want it cancelled, under the same identity", m)
	}
	refused(t, r, scheduling.ErrConflict, "round_cancelled", func() error { return r.Cancel(By(AlphaHead, now), scheduling.Text{}) })

	shown := m.RevisedAt.Add(scheduling.CancelledShown)
	if r.Tick(shown.Add(-time.Second)) || m.Faded {
		t.Error("feeds drop the meeting before 90 days are over")
	}
	if r.NextDue() != shown || !r.Tick(shown) || !m.Faded || !r.Shared() || !r.NextDue().IsZero() {
		t.Error("feeds do not drop the meeting after 90 days, or nobody learns of it")
	}
}

func TestA12PublicView(t *testing.T) {
	t.Parallel()
	_, r := Delivered()
	if r.Public() != nil {
		t.Error("the public sees an offer")
	}
	_, r = Confirmed()
	if r.Public() != nil {
		t.Error("the public sees what was not released")
	}
	const text = "Talks, Geneva, 19 November 2009"
	do(t, r.ReleaseToPublic(By(AlphaHead, later(300)), text))
	if r.Public() != nil {
		t.Error("the public sees what one party alone would release")
	}
	do(t, r.ReleaseToPublic(By(BravoHead, later(301)), "Other words"))
	if r.Public() != nil {
		t.Error("the public sees words to which one party has not agreed")
	}
	do(t, r.ReleaseToPublic(By(AlphaHead, later(302)), text))
	do(t, r.ReleaseToPublic(By(BravoHead, later(303)), text))
	if got := r.Public(); got == nil || got.Text != text || got.Slot != "G2" {
		t.Fatalf("the public sees %+v, want %q", got, text)
	}
	if r.PublicUID() == r.UID || r.PublicUID() == r.HoldUID("G2") {
		t.Error("public feeds can be joined with the parties' own")
	}
	for _, e := range r.TakeEvents() {
		if e.Visible(scheduling.PublicAudience) {
			t.Errorf("the public may know of %s", e.Kind)
		}
	}
	do(t, r.Reoffer(By(BravoHead, later(304)), []scheduling.Label{"G3"}))
	if got := r.Public(); got == nil || got.Text != text {
		t.Errorf("while a change is pending the public sees %+v", got)
	}
	do(t, r.Consent(By(AlphaHead, later(305)), "G3", 2))
	do(t, r.Consent(By(BravoHead, later(306)), "G3", 2))
	do(t, r.Confirm(By(AlphaHead, later(307)), "G3", 2))
	if got := r.Public(); got != nil {
		t.Errorf("after a change of date the public sees %+v", got)
	}
}

func later(minutes int) time.Time { return Now.Add(time.Duration(minutes) * time.Minute) }

func level(l scheduling.Label, level scheduling.Level) []scheduling.Answer {
	return []scheduling.Answer{{Slot: l, SlotVersion: 1, Level: level}}
}

func span(from, to int) civil.Span {
	return civil.Span{From: civil.Clock(from, 0), To: civil.Clock(to, 0)}
}
