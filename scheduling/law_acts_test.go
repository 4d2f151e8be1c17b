package scheduling_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"parley/scheduling"
	"parley/scheduling/civil"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

// act is somebody acting now, more often than not somebody who may.
func (w *world) act(t *rapid.T) scheduling.Act {
	by := rapid.SampledFrom([]scheduling.MemberID{
		AlphaHead, AlphaHead, AlphaHead, BravoHead, BravoHead, BravoHead, deltaHead, deltaHead,
		BravoOfficer, AlphaReader, CharlieHead, Secretary, Secretary, "nobody",
	}).Draw(t, "by")
	a := scheduling.Act{By: by, At: w.now}
	if rapid.IntRange(0, 4).Draw(t, "reported") == 0 {
		a = Reported(by, rapid.SampledFrom([]scheduling.PartyID{Alpha, Bravo, delta, Charlie, ""}).Draw(t, "for"), w.now)
		a.Evidence.Note.Body = fmt.Sprintf("%s's own", partyOf(w.r, by))
	}
	return a
}

// text is something of the actor's, private or for all.
func (w *world) text(t *rapid.T, a scheduling.Act) scheduling.Text {
	party := a.For
	if party == "" {
		party = partyOf(w.r, a.By)
	}
	if rapid.Bool().Draw(t, "private") {
		return scheduling.Text{Body: fmt.Sprintf("%s's own", party)}
	}
	return scheduling.Text{Body: "for all", Scope: scheduling.AllParties}
}

// slot is a slot of the round, and a version of it that somebody saw.
func (w *world) slot(t *rapid.T) (scheduling.Label, int) {
	if len(w.r.Slots) == 0 {
		return "G1", 1
	}
	slots := w.r.Slots
	if offered := w.r.Offered(); len(offered) > 0 && rapid.IntRange(0, 3).Draw(t, "offered") > 0 {
		slots = offered
	}
	s := rapid.SampledFrom(slots).Draw(t, "slot")
	version := s.Version
	if rapid.IntRange(0, 9).Draw(t, "stale") == 0 {
		version--
	}
	return s.Label, version
}

// content is an offer that overlaps with others.
func (w *world) content(t *rapid.T) scheduling.Content {
	c := P1()
	options := c.Terms.Options
	for i := range options {
		from := options[i].Windows[0].From.Add(rapid.IntRange(-1, 2).Draw(t, "from"))
		options[i].Windows[0] = scheduling.Window{From: from, To: from.Add(rapid.IntRange(0, 2).Draw(t, "days"))}
	}
	if rapid.IntRange(0, 2).Draw(t, "hours") == 0 {
		options[0].Venue.Day.From = civil.Clock(14, 0)
	}
	if rapid.IntRange(0, 3).Draw(t, "place") == 0 {
		options[0].Venue.Place = rapid.SampledFrom([]string{"", "Hotel"}).Draw(t, "name")
	}
	if rapid.IntRange(0, 2).Draw(t, "swapped") == 0 {
		options[0], options[1] = options[1], options[0]
		options[0].Order, options[1].Order = scheduling.OrderPreferred, scheduling.OrderAlternative
	}
	c.Terms.NoticeDays = rapid.SampledFrom([]int{0, 0, 3, 10}).Draw(t, "notice")
	c.LapsesAtReplyBy = rapid.Bool().Draw(t, "lapses")
	c.ReplyBy.Date = civil.DateOf(w.now).Add(rapid.IntRange(0, 12).Draw(t, "reply by"))
	return c
}

func (w *world) wait(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 5, 24, 49, 200}).Draw(t, "hours")) * time.Hour)
	if rapid.IntRange(0, 30).Draw(t, "long") == 0 {
		w.now = w.now.AddDate(0, 2, 0)
	}
	w.do(t, "wait", func(r *scheduling.Round) error { r.Tick(w.now); return nil })
}

func (w *world) deliver(t *rapid.T) {
	a, c := w.act(t), w.content(t)
	w.do(t, "deliver", func(r *scheduling.Round) error { return r.Deliver(a, Clone(c), Paper("paper")) })
}

func (w *world) number(t *rapid.T) int {
	return rapid.IntRange(1, max(1, w.r.NextProposal())).Draw(t, "number")
}

func (w *world) amend(t *rapid.T) {
	a, c, number := w.act(t), w.content(t), w.number(t)
	w.do(t, "amend", func(r *scheduling.Round) error { return r.Amend(a, number, Clone(c), Paper("paper")) })
}

func (w *world) withdraw(t *rapid.T) {
	a, number := w.act(t), w.number(t)
	w.do(t, "withdraw", func(r *scheduling.Round) error { return r.Withdraw(a, number) })
}

func (w *world) decline(t *rapid.T) {
	a, number := w.act(t), w.number(t)
	text := w.text(t, a)
	w.do(t, "decline", func(r *scheduling.Round) error { return r.Decline(a, number, text) })
}

func (w *world) draft(t *rapid.T) {
	a, c := w.act(t), w.content(t)
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		w.do(t, "draft", func(r *scheduling.Round) error { return r.Draft(a, Clone(c)) })
	case 1:
		w.do(t, "discard", func(r *scheduling.Round) error { r.Discard(a); return nil })
	case 2:
		w.do(t, "draft of a reply", func(r *scheduling.Round) error { return r.KeepDraft(a, nil) })
	}
}

func (w *world) answer(t *rapid.T) {
	a := w.act(t)
	var answers []scheduling.Answer
	for range rapid.IntRange(1, 4).Draw(t, "answers") {
		label, version := w.slot(t)
		answers = append(answers, scheduling.Answer{
			Slot: label, SlotVersion: version, Reason: w.text(t, a), Rank: rapid.IntRange(0, 2).Draw(t, "rank"),
			Level: rapid.SampledFrom(scheduling.Levels).Draw(t, "level"),
		})
	}
	w.do(t, "answer", func(r *scheduling.Round) error { return r.TakePositions(a, answers) })
}

func (w *world) condition(t *rapid.T) {
	a := w.act(t)
	label, _ := w.slot(t)
	met, note := rapid.Bool().Draw(t, "met"), w.text(t, a)
	w.do(t, "condition", func(r *scheduling.Round) error { return r.SettleCondition(a, label, met, note) })
}

func (w *world) consent(t *rapid.T) {
	a := w.act(t)
	label, version := w.slot(t)
	w.do(t, "consent", func(r *scheduling.Round) error { return r.Consent(a, label, version) })
}

// allConsent makes confirmations likelier than chance would.
func (w *world) allConsent(t *rapid.T) {
	label, version := w.slot(t)
	for _, by := range []scheduling.MemberID{AlphaHead, BravoHead, deltaHead} {
		w.do(t, "consent", func(r *scheduling.Round) error { return r.Consent(By(by, w.now), label, version) })
	}
}

func (w *world) withdrawConsent(t *rapid.T) {
	a := w.act(t)
	label, _ := w.slot(t)
	w.do(t, "withdraw consent", func(r *scheduling.Round) error { return r.WithdrawConsent(a, label) })
}

func (w *world) confirm(t *rapid.T) {
	label, version := w.slot(t)
	if agreed := scheduling.Agreed(w.r.Standings()); agreed != nil {
		label, version = agreed.Slot.Label, agreed.Slot.Version
	}
	a := w.act(t)
	w.do(t, "confirm", func(r *scheduling.Round) error { return r.Confirm(a, label, version) })
}

func (w *world) changeSlot(t *rapid.T) {
	a := w.act(t)
	label, version := w.slot(t)
	from := rapid.SampledFrom([]int{9, 10, 14}).Draw(t, "from")
	terms := scheduling.SlotTerms{
		Hours:  civil.Span{From: civil.Clock(from, 0), To: civil.Clock(18, 0)},
		Place:  rapid.SampledFrom([]string{"", "Hotel", "Palais des Nations"}).Draw(t, "place"),
		Format: rapid.SampledFrom([]scheduling.Format{"", scheduling.InPerson, scheduling.Remote}).Draw(t, "format"),
		Room:   rapid.SampledFrom([]string{"", "XX"}).Draw(t, "room"),
	}
	w.do(t, "change slot", func(r *scheduling.Round) error { return r.ChangeSlot(a, label, version, terms) })
}

func (w *world) reoffer(t *rapid.T) {
	a := w.act(t)
	var labels []scheduling.Label
	for _, s := range w.r.Slots {
		if s.Status != scheduling.Offered && len(labels) < 2 {
			labels = append(labels, s.Label)
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "any") == 0 {
		label, _ := w.slot(t)
		labels = append(labels, label)
	}
	w.do(t, "reoffer", func(r *scheduling.Round) error { return r.Reoffer(a, labels) })
}

func (w *world) postpone(t *rapid.T) {
	a := w.act(t)
	text := w.text(t, a)
	if rapid.IntRange(0, 3).Draw(t, "refused") == 0 {
		w.do(t, "refuse postponement", func(r *scheduling.Round) error { return r.RefusePostponement(a) })
		return
	}
	w.do(t, "postpone", func(r *scheduling.Round) error { return r.Postpone(a, text) })
}

func (w *world) meeting(t *rapid.T) {
	a := w.act(t)
	text := w.text(t, a)
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		room := rapid.SampledFrom([]string{"", "XX", "XXI"}).Draw(t, "room")
		w.do(t, "change meeting", func(r *scheduling.Round) error { return r.ChangeMeeting(a, room, "") })
	case 1:
		w.do(t, "release", func(r *scheduling.Round) error { return r.ReleaseToPublic(a, "Talks") })
	case 2:
		w.do(t, "object", func(r *scheduling.Round) error { return r.Object(a, scheduling.Text{Body: "for all"}) })
	case 3:
		w.do(t, "abandon change", func(r *scheduling.Round) error { return r.AbandonChange(a) })
	case 4:
		d := scheduling.Delivery{Proposal: w.number(t), Form: scheduling.DeliveredByHand, By: text.Body, To: "x", Date: civil.DateOf(w.now)}
		w.do(t, "record delivery", func(r *scheduling.Round) error { return r.RecordDelivery(a, d) })
	}
}

func (w *world) members(t *rapid.T) {
	wants := rapid.Bool().Draw(t, "wants")
	for _, r := range []*scheduling.Round{w.r, w.twin} {
		r.Negotiation.Member(BravoHead).Invitations = wants
	}
	if rapid.Bool().Draw(t, "at once") { // otherwise the next notice has to do it
		w.do(t, "update invited", func(r *scheduling.Round) error {
			r.UpdateInvited(scheduling.Act{By: BravoHead, At: w.now})
			return nil
		})
	}
}

func (w *world) end(t *rapid.T) {
	a := By(w.act(t).By, w.now)
	text := w.text(t, a)
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		w.do(t, "cancel", func(r *scheduling.Round) error { return r.Cancel(a, text) })
	case 1, 2:
		w.do(t, "held", func(r *scheduling.Round) error { return r.MarkHeld(a) })
	case 3, 4:
		status := rapid.SampledFrom([]scheduling.NegotiationStatus{scheduling.Active, scheduling.Suspended}).Draw(t, "status")
		w.r.Negotiation.Status, w.twin.Negotiation.Status = status, status
	}
}
