package schedulingtest

import (
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// Populated are talks in which no field of any struct is zero throughout, so
// that what comes back from a store, or out of an export, can be compared with
// it. They make no sense as talks.
func Populated() (*scheduling.Negotiation, *scheduling.Round) {
	n, r := Talks(WithObserver(), WithStaff(), WithVisa(Bravo, "US", 15), WithAccount(AlphaHead, "account-1"), WithID("populated"))
	populateNegotiation(n)
	text := func(body string) scheduling.Text {
		return scheduling.Text{Body: body, Owner: Bravo, Scope: scheduling.NamedParties, Named: []scheduling.PartyID{Alpha, Charlie}}
	}
	evidence := &scheduling.Evidence{
		Form: scheduling.ByNote, Reference: "NV 12/2009", Date: Date(2009, time.November, 5),
		From: "Counsellor Ivanov", To: "Mr Smith", Note: scheduling.Text{Body: "friendly", Owner: Alpha},
	}

	r.Name = text("Second round")
	r.Status, r.Postponed = scheduling.OnTheTable, true
	populateRule(&r.Rule)
	r.Accepted = map[scheduling.PartyID]scheduling.Acceptance{Alpha: {By: AlphaHead, At: later(1), Reported: evidence}, Bravo: {By: BravoHead, At: later(2)}}
	r.Silence = &scheduling.Silence{Slot: "W1", SlotVersion: 1, Ends: r.Rule.Reveal, By: BravoHead, Party: Bravo, At: later(3)}
	r.Decision = &scheduling.Decision{Slot: "G2", SlotVersion: 3, By: BravoHead, Party: Bravo, At: later(4), Reasons: text("the term of the tribunal")}
	r.RuleChange = &scheduling.RuleChange{
		Rule: r.Rule, Deadline: r.Rule.Consultation, By: Bravo, At: later(5), Reason: text("time presses"),
		Agreed: []scheduling.PartyID{Bravo}, Refused: []scheduling.PartyID{Alpha},
	}
	r.Deadline = scheduling.Deadline{Date: Date(2009, time.December, 31), At: civil.Clock(17, 0), Zone: "Europe/Vienna", City: "Vienna"}
	r.Proposals = populatedProposals(text)
	r.Slots = populatedSlots(text, evidence)
	r.Drafts = map[scheduling.PartyID]scheduling.Draft{
		Alpha: {By: AlphaHead, At: later(1)},
		Bravo: {By: BravoOfficer, At: later(2), Answers: []scheduling.Answer{
			{Slot: "W1", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: text("visas"), ReasonClass: scheduling.ReasonVisa, Rank: 2},
			{Slot: "G2", SlotVersion: 3},
		}},
	}
	r.Seals = map[scheduling.PartyID]scheduling.Seal{
		Bravo: {
			Commitment: Paper("seal").Digest, At: later(3), By: AlphaHead, Reported: evidence, Table: map[scheduling.Label]int{"W1": 1},
			Stale: true, Nonce: []byte("nonce"), Text: "parley sealed answer 1\n",
		},
		Alpha: {Commitment: Paper("other").Digest, At: later(4), By: AlphaHead},
	}
	r.RevealedAt, r.UnopenedAt = later(5), later(6)
	r.Outcome = &scheduling.SealedOutcome{Slot: "W1", SlotVersion: 1}
	r.Meeting = &scheduling.Meeting{
		UID: r.UID, Sequence: 4, Status: scheduling.MeetingPostponed, Slot: "G2", SlotVersion: 3, ChangePending: true,
		Room: "Room XX", Link: "https://meet.example/x", ConfirmedAt: later(3), ConfirmedBy: AlphaHead, RevisedAt: later(4),
		Invited: []scheduling.MemberID{BravoHead, AlphaHead}, Faded: true,
	}
	r.Postponement = &scheduling.Postponement{By: Bravo, At: later(5), Reason: text("elections"), Agreed: []scheduling.PartyID{Bravo}}
	r.Release = &scheduling.Release{
		Text: "Talks, Geneva, 19 November 2009", Slot: "G2", SlotVersion: 3, By: Alpha, At: later(6),
		Agreed: []scheduling.PartyID{Bravo, Alpha},
	}
	r.Deliveries = []scheduling.Delivery{
		{
			Proposal: 1, Version: 2, Digest: Paper("P1").Digest, Form: scheduling.DeliveredByNote, By: "Mr Smith", To: "Mr Ivanov",
			Date: Date(2009, time.November, 2), Time: civil.Clock(15, 30), Zone: "Europe/Moscow", Reference: "NV 11/2009",
			RecordedBy: AlphaHead, RecordedAt: later(7),
		},
		{
			Proposal: 1, Version: 1, Digest: Paper("P1").Digest, Form: scheduling.DeliveredByHand, By: "Mr Smith", To: "Mr Petrov",
			Date: Date(2009, time.November, 3), Zone: "Europe/Moscow", RecordedBy: AlphaHead, RecordedAt: later(8),
		},
	}
	r.Reminders = map[scheduling.PartyID]scheduling.Reminder{Bravo: {At: later(11), Overdue: later(12)}}
	r.Linked = []scheduling.LinkedDate{
		{Key: "alpha-1", Name: text("List of delegation"), Days: -14, For: Bravo},
		{Key: "bravo-1", Name: text("Report"), Days: 7},
	}
	r.NoticeChange = &scheduling.NoticeChange{By: Alpha, At: later(13), Days: 3, Agreed: []scheduling.PartyID{Alpha}}
	r.PublicDrafts = map[scheduling.PartyID]scheduling.PublicDraft{Bravo: {Text: "Talks", By: BravoHead, At: later(14)}}
	r.Objections = []scheduling.Objection{
		{Party: Bravo, By: BravoHead, At: later(9), Text: text("the room")},
		{Party: Alpha, By: AlphaHead, At: later(10), Text: text("the other room")},
	}
	r.Conference = scheduling.Conference{
		NeedsRoom: true, Participants: 40, Public: true, Languages: "English, French", Services: "recording", Organiser: "Secretariat",
		Contact: "ext. 12", Note: "badges", Scope: scheduling.AllParties, By: Secretary, At: later(11),
	}
	return n, r
}

func populateRule(ru *scheduling.Rule) {
	ru.ConvenerPostpones, ru.Override, ru.RevealAtDeadline, ru.MediatorSees, ru.Balance = true, true, true, true, true
	ru.Core, ru.Quorum = []scheduling.PartyID{Bravo, Alpha}, 2
	ru.Consultation = scheduling.Deadline{Date: Date(2009, time.November, 10), At: civil.EndOfDay, Zone: "Europe/Zurich", City: "Geneva"}
	ru.Reveal = scheduling.Deadline{Date: Date(2009, time.November, 6), At: civil.Clock(17, 0), Zone: "Europe/Zurich", City: "Geneva"}
	ru.Ranking = scheduling.LeastBurden
}

func populateNegotiation(n *scheduling.Negotiation) {
	n.Status = scheduling.Suspended
	n.Title = scheduling.Text{Body: "Alpha & Bravo «talks»", Owner: Alpha, Scope: scheduling.NamedParties, Named: []scheduling.PartyID{Charlie, Bravo}}
	n.Party(Charlie).VisaDays = map[string]int{"US": 20, "CH": 3}
	n.Party(Charlie).Country, n.Party(Charlie).TwoPersons = "AT", true
	n.SuspendedAt = later(11)
	n.Members[1].Rights = scheduling.RightPreside | scheduling.RightMediate | scheduling.RightRooms | scheduling.RightRelease
	n.Members[1].Removed, n.Members[1].Erased = true, true
}

func populatedProposals(text func(string) scheduling.Text) []*scheduling.Proposal {
	paper := func(s string) *scheduling.Paper {
		p := Paper(s)
		return &p
	}
	offer := P1()
	offer.LapsesAtReplyBy = true
	offer.Agenda, offer.NotOnAgenda, offer.References = text("agenda"), text("not on it"), text("references")
	offer.Papers, offer.Distribution, offer.Note = text("papers"), text("distribution"), text("note")
	offer.Terms.Weekends, offer.Terms.Bridging, offer.Terms.NoticeDays, offer.Terms.DateOnly = true, 2, 10, true
	option := &offer.Terms.Options[0]
	option.Format, option.Which = scheduling.Hybrid, civil.Second
	option.Dates = []civil.Date{Date(2009, time.November, 25), Date(2009, time.November, 24)}
	option.Venue.Closed = []civil.Date{Date(2009, time.December, 25), Date(2010, time.January, 1)}
	option.Venue.ExtraSittings = []civil.Span{{From: civil.Clock(20, 0), To: civil.EndOfDay}}
	old := P1()
	counter := P1()
	counter.Terms.Duration = scheduling.Duration{Minutes: 180, Grid: 15}
	counter.Answers, counter.Firm = 1, true
	counter.FirmUntil = scheduling.Deadline{Date: Date(2009, time.November, 20), At: civil.Clock(12, 0), Zone: "Europe/Moscow", City: "Moscow"}
	draft := scheduling.Content{Note: scheduling.Text{Body: "just begun", Owner: Bravo}}
	return []*scheduling.Proposal{
		{Content: old, Number: 1, Version: 1, By: Alpha, Status: scheduling.Superseded, AuthoredBy: AlphaHead, DeliveredAt: later(1), EndedAt: later(2), Paper: paper("P1")},
		{Content: offer, Number: 1, Version: 2, By: Alpha, Status: scheduling.Delivered, AuthoredBy: AlphaHead, DeliveredAt: later(2), Paper: paper("P1, amended")},
		{Content: draft, By: Bravo, Status: scheduling.DraftProposal, AuthoredBy: BravoHead, Amends: 2, Waiting: true, DraftedAt: later(4)},
		{Content: counter, Number: 2, Version: 1, By: Bravo, Status: scheduling.Declined, AuthoredBy: BravoHead, DeliveredAt: later(3), Paper: paper("C1\nline two\n")},
		{Content: P1(), By: Alpha, Status: scheduling.DraftProposal, AuthoredBy: AlphaHead},
	}
}

func offerEnds() scheduling.Deadline {
	return scheduling.Deadline{Date: Date(2009, time.November, 16), At: civil.Clock(12, 0), Zone: "America/New_York", City: "Washington"}
}

func populatedSlots(text func(string) scheduling.Text, evidence *scheduling.Evidence) []*scheduling.Slot {
	day := func(d int) []civil.Date {
		return []civil.Date{Date(2009, time.November, d), Date(2009, time.November, d+1)}
	}
	washington := scheduling.Candidate{
		Venue: Washington(), Format: scheduling.InPerson, Order: scheduling.OrderAlternative, Option: 1, Sources: []int{1, 2},
		Days: day(23), Hours: civil.Span{From: civil.Clock(9, 30), To: civil.EndOfDay}, Which: civil.First,
	}
	geneva := scheduling.Candidate{
		Venue: Geneva(), Format: scheduling.Hybrid, Order: scheduling.OrderPreferred, Sources: []int{0}, Days: day(18), DateOnly: true,
	}
	return []*scheduling.Slot{
		{
			Candidate: washington, Label: "W1", Version: 1, Status: scheduling.Offered, RevisedAt: later(1), NoticeDays: 10, Room: "East Room",
			Offers: []scheduling.Source{{Proposal: 2, Option: 1}, {Proposal: 1, Option: 2}, {By: Bravo}},
			Positions: map[scheduling.PartyID]scheduling.Position{
				Alpha: {Level: scheduling.LevelAvailable, SlotVersion: 1, By: AlphaHead, At: later(1), Implied: true, Reason: scheduling.Text{Owner: Alpha}},
				Bravo: {
					Level: scheduling.LevelIfNeedBe, Reason: text("subject to visas"), ReasonClass: scheduling.ReasonTravel, Condition: scheduling.ConditionMet, Rank: 3,
					SlotVersion: 1, By: AlphaHead, At: later(2), Late: true, Reported: evidence,
				},
			},
			Consents: map[scheduling.PartyID]scheduling.Consent{Bravo: {
				SlotVersion: 1, By: AlphaHead, At: later(3), Reported: evidence, Kind: scheduling.AdReferendum,
				Until: scheduling.Deadline{Date: Date(2009, time.November, 13), At: civil.EndOfDay, Zone: "Europe/Moscow", City: "Moscow"},
			}},
			Hold: &scheduling.Hold{ // as it never is: no room is claimed, and all is said
				Status: scheduling.HoldExpired, SlotVersion: 1, Room: "room-1", RoomName: "Room I", Second: true, Override: true,
				Until: later(20), Party: Bravo, By: Secretary, At: later(12),
			},
		},
		{
			Candidate: geneva, Label: "G2", Version: 3, Status: scheduling.SlotConfirmed,
			Offers:    []scheduling.Source{{Proposal: 1}},
			Positions: map[scheduling.PartyID]scheduling.Position{Bravo: {Level: scheduling.LevelPreferred, SlotVersion: 2, By: BravoHead, At: later(4)}},
			Consents: map[scheduling.PartyID]scheduling.Consent{
				Alpha: {SlotVersion: 2, By: AlphaHead, At: later(5), Kind: scheduling.AdReferendum, Until: offerEnds()}, Bravo: {SlotVersion: 3, By: BravoHead, At: later(6)},
			},
		},
		{Candidate: geneva, Label: "G1", Version: 1, Status: scheduling.Withdrawn},
	}
}
