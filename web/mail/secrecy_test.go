package mail

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"parley/calendar"
	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the talks read as sentences
)

// Whatever the parties do in whatever order, a message holds no address and no
// text of another party's own, nobody gets two for one act, and nobody who has
// left gets any but to be uninvited. Observers get no party's answers, reasons
// or papers.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	total, kinds := 0, map[scheduling.MessageKind]int{}
	for seed := range uint64(150) {
		n, r := Delivered(WithObserver(), WithStaff(), With(func(n *scheduling.Negotiation, r *scheduling.Round) {
			r.Rule.ConvenerPostpones = seed%3 == 0
			if seed%4 == 0 {
				r.Rule.Confirmation = scheduling.OnLastConsent
			}
			n.Member(CharlieHead).Invitations = seed%2 == 0
		}))
		p := &play{Writer: newWriter(t), chance: rand.New(rand.NewPCG(seed, 1)), n: n, r: r, now: Now}
		r.TakeEvents()
		for range 40 {
			p.now = p.now.Add(time.Duration(1+p.chance.IntN(300)) * time.Minute)
			if p.act() != nil {
				r.TakeEvents()
				continue
			}
			events := r.TakeEvents()
			messages, _ := p.Compose(n, r, events)
			had := map[scheduling.MemberID]bool{}
			for _, m := range messages {
				total++
				kinds[m.Kind]++
				if had[m.Member] {
					t.Fatalf("seed %d: two messages to %s for one act: %+v", seed, m.Member, events)
				}
				had[m.Member] = true
				p.check(t, m)
			}
		}
	}
	if total < 5000 || kinds[scheduling.InvitationMessage] < 100 || kinds[scheduling.CancelMessage] < 40 {
		t.Errorf("only %d messages were looked at: %v", total, kinds)
	}
	t.Logf("%d messages: %v", total, kinds)
}

// A play is talks in which members do this and that.
type play struct {
	*Writer
	chance *rand.Rand
	n      *scheduling.Negotiation
	r      *scheduling.Round
	now    time.Time
}

// text is what a member writes, for the own party mostly; it says for whom.
func (p *play) text(by scheduling.MemberID) scheduling.Text {
	party := p.n.Member(by).Party
	if p.chance.IntN(3) == 0 {
		return scheduling.Text{Body: fmt.Sprintf("REASON of %s", party), Scope: scheduling.AllParties}
	}
	return scheduling.Text{Body: fmt.Sprintf("OWN-%s-OWN", party)}
}

func (p *play) act() error {
	by := []scheduling.MemberID{AlphaHead, BravoHead, BravoOfficer, Secretary}[p.chance.IntN(4)]
	if p.n.Member(by) == nil {
		by = AlphaHead
	}
	a := By(by, p.now)
	s := p.r.Slots[p.chance.IntN(len(p.r.Slots))]
	if agreed := p.r.Offered(); len(agreed) > 0 && p.chance.IntN(2) == 0 {
		s = agreed[0]
	}
	switch p.chance.IntN(18) {
	case 0:
		return p.r.TakePositions(a, []scheduling.Answer{{Slot: s.Label, SlotVersion: s.Version, Level: scheduling.Levels[p.chance.IntN(4)], Reason: p.text(by)}})
	case 1, 2:
		return p.r.Consent(By(AlphaHead, p.now), s.Label, s.Version)
	case 3, 4:
		return p.r.Consent(By(BravoHead, p.now), s.Label, s.Version)
	case 5, 6:
		for _, s := range p.r.Offered() {
			if len(p.r.Missing(s)) == 0 {
				return p.r.Confirm(By(AlphaHead, p.now), s.Label, s.Version)
			}
		}
		return p.r.Confirm(a, s.Label, s.Version)
	case 7:
		return p.r.Reoffer(a, []scheduling.Label{s.Label})
	case 8:
		return p.r.Postpone(a, p.text(by))
	case 9:
		return p.r.RefusePostponement(a)
	case 10:
		c := P1()
		c.Note, c.Agenda = p.text(by), p.text(by)
		return p.r.Deliver(a, c, Paper("PAPER of "+string(by)))
	case 11:
		return p.r.Decline(a, 1+p.chance.IntN(2), p.text(by))
	case 12:
		return p.r.ChangeMeeting(a, fmt.Sprint("Room ", p.chance.IntN(9)), "")
	case 13:
		return p.r.ReleaseToPublic(a, "Talks")
	case 14:
		return p.r.Object(a, scheduling.Text{Body: "REASON"}) // always for all parties
	case 15:
		p.n.Members[p.chance.IntN(len(p.n.Members))].Invitations = p.chance.IntN(2) == 0
		p.r.UpdateInvited(a)
		return nil
	case 16:
		if p.chance.IntN(8) > 0 {
			return p.r.WithdrawConsent(a, s.Label)
		}
		return p.r.Cancel(By(AlphaHead, p.now), p.text(AlphaHead))
	default:
		if p.chance.IntN(6) == 0 && p.n.Member(BravoOfficer) != nil {
			p.n.Member(BravoOfficer).Removed = true
			p.r.UpdateInvited(a)
			return nil
		}
		return p.r.TakePositions(Reported(AlphaHead, Bravo, p.now), []scheduling.Answer{{Slot: s.Label, SlotVersion: s.Version, Level: scheduling.LevelAvailable, Reason: p.text(BravoHead)}}) // what Bravo says is Bravo's
	}
}

func (p *play) check(t *testing.T, m scheduling.Message) {
	t.Helper()
	if m.State == scheduling.MessageFailed {
		t.Fatalf("to %s: %s", m.Member, m.Problem)
	}
	all := m.Subject + "\n" + m.Text + "\n" + m.HTML + "\n" + strings.ReplaceAll(string(m.Calendar), "\r\n ", "")
	for _, o := range p.n.Members {
		if o.ID != m.Member && strings.Contains(all, o.Email) {
			t.Fatalf("the message to %s holds the address of %s:\n%s", m.Member, o.ID, all)
		}
	}
	for _, party := range []scheduling.PartyID{Alpha, Bravo, Charlie, ""} {
		if party != m.Party && strings.Contains(all, fmt.Sprintf("OWN-%s-OWN", party)) {
			t.Fatalf("the message to %s holds what %s wrote for itself:\n%s", m.Member, party, all)
		}
	}
	to := p.n.Member(m.Member)
	switch {
	case to == nil && m.Kind != scheduling.CancelMessage:
		t.Fatalf("a %s to %s, who has been removed", m.Kind, m.Member)
	case m.Party == Charlie && (strings.Contains(all, "REASON") && !strings.Contains(string(m.Calendar), "REASON") || strings.Contains(all, "PAPER") || strings.Contains(all, "has consented")):
		t.Fatalf("an observer reads:\n%s", all)
	}
	if _, err := p.Render(m); err != nil {
		t.Fatal(err)
	}
	if m.Method != "" {
		stored := calendar.Stored{Method: m.Method, Stream: m.Calendar, Organizer: p.From, Attendee: calendar.Mailbox{Address: m.To}}
		if _, err := stored.Encode(); err != nil || m.UID == "" {
			t.Fatalf("%s: %v", m.Method, err)
		}
	}
}
