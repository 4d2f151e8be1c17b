package schedulingtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// The parties of the talks. Alpha has its seat in Washington and Bravo in
// Moscow; Charlie observes, where WithObserver asks for it.
const (
	Alpha   scheduling.PartyID = "alpha"
	Bravo   scheduling.PartyID = "bravo"
	Charlie scheduling.PartyID = "charlie"
)

// The members of the talks.
const (
	AlphaHead    scheduling.MemberID = "alpha-head"    // every right, invitations by mail
	AlphaReader  scheduling.MemberID = "alpha-reader"  // observes
	BravoHead    scheduling.MemberID = "bravo-head"    // every right, invitations by mail
	BravoOfficer scheduling.MemberID = "bravo-officer" // answers
	CharlieHead  scheduling.MemberID = "charlie-head"  // every right, of an observer; WithObserver
	Secretary    scheduling.MemberID = "secretary"     // neutral staff, convenes; WithStaff
	Officer      scheduling.MemberID = "officer"       // neutral staff, holds rooms; WithOfficer
)

// AllRights is every right of a member.
const AllRights = scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene | scheduling.RightObserve

// Now is when the talks are opened and their first offer is delivered: Monday
// 2 November 2009, 09:00 UTC.
var Now = At(2009, time.November, 2, 9, 0)

// At is an instant in UTC.
func At(year int, month time.Month, day, hour, minute int) time.Time {
	return time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
}

// Date is a local date.
func Date(year int, month time.Month, day int) civil.Date {
	return civil.Date{Year: year, Month: month, Day: day}
}

// Geneva is a venue with sittings 10:00-13:00 and 15:00-18:00.
func Geneva() scheduling.Venue {
	return scheduling.Venue{
		Name: "Geneva", Place: "Palais des Nations", Zone: "Europe/Zurich", Country: "CH",
		Weekend:  []time.Weekday{time.Saturday, time.Sunday},
		Day:      civil.Span{From: civil.Clock(10, 0), To: civil.Clock(18, 0)},
		Sittings: scheduling.UsualSittings(),
	}
}

// Washington is a venue whose days are 09:30-17:30.
func Washington() scheduling.Venue {
	return scheduling.Venue{
		Name: "Washington", Zone: "America/New_York", Country: "US",
		Weekend: []time.Weekday{time.Saturday, time.Sunday},
		Day:     civil.Span{From: civil.Clock(9, 30), To: civil.Clock(17, 30)},
	}
}

// P1 is Alpha's offer: one day in Geneva on 18 to 20 November 2009, preferred,
// or in Washington on 8 to 10 December 2009; reply by 9 November 2009.
func P1() scheduling.Content {
	return scheduling.Content{
		Terms: scheduling.Terms{
			Duration: scheduling.Duration{Days: 1},
			Options: []scheduling.Option{
				{
					Order: scheduling.OrderPreferred, Venue: Geneva(),
					Windows: []scheduling.Window{{From: Date(2009, time.November, 18), To: Date(2009, time.November, 20)}},
				},
				{
					Order: scheduling.OrderAlternative, Venue: Washington(),
					Windows: []scheduling.Window{{From: Date(2009, time.December, 8), To: Date(2009, time.December, 10)}},
				},
			},
		},
		ReplyBy: scheduling.Deadline{
			Date: Date(2009, time.November, 9), At: civil.EndOfDay, Zone: "America/New_York", City: "Washington",
		},
		Contact: scheduling.Contact{Name: "A. Head", Phone: "+1 202 555 0100", Email: "head@alpha.example"},
		Agenda:  scheduling.Text{Body: "Verification", Scope: scheduling.AllParties},
		Note:    scheduling.Text{Body: "The minister prefers Geneva."},
	}
}

// Paper is the delivered copy with that text.
func Paper(text string) scheduling.Paper {
	sum := sha256.Sum256([]byte(text))
	return scheduling.Paper{Language: "en", Text: text, Document: `{"text":true}`, Digest: hex.EncodeToString(sum[:])}
}

// By is an act of a member for the own party.
func By(m scheduling.MemberID, at time.Time) scheduling.Act {
	return scheduling.Act{By: m, At: at}
}

// Reported is an act of a member who records what another party has said.
func Reported(m scheduling.MemberID, party scheduling.PartyID, at time.Time) scheduling.Act {
	return scheduling.Act{By: m, For: party, At: at, Evidence: &scheduling.Evidence{
		Form: scheduling.Orally, Date: civil.DateOf(at), From: "Counsellor Ivanov", To: "Mr Smith",
	}}
}

// An Adjustment changes the talks before they are opened.
type Adjustment func(*scheduling.Negotiation, *scheduling.Round)

// WithID gives the negotiation that ID, and its round a UID to go with it.
func WithID(id scheduling.NegotiationID) Adjustment {
	return func(n *scheduling.Negotiation, r *scheduling.Round) {
		n.ID = id
		r.ID.Negotiation = id
		r.UID = "uid-" + string(id)
	}
}

// WithRule changes the rule, which otherwise is unanimity, confirmed by Alpha,
// with reported consents allowed.
func WithRule(change func(*scheduling.Rule)) Adjustment {
	return func(_ *scheduling.Negotiation, r *scheduling.Round) { change(&r.Rule) }
}

// WithObserver adds Charlie.
func WithObserver() Adjustment {
	return func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Parties = append(n.Parties, scheduling.Party{
			ID: Charlie, Name: "Charlie", City: "Vienna", Zone: "Europe/Vienna", Role: scheduling.RoleObserver,
		})
		n.Members = append(n.Members, scheduling.Member{
			ID: CharlieHead, Party: Charlie, Name: "C. Head", Email: "head@charlie.example", Rights: AllRights,
		})
	}
}

// WithStaff adds Secretary, who belongs to no party.
func WithStaff() Adjustment {
	return func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Members = append(n.Members, scheduling.Member{
			ID: Secretary, Name: "S. Ecretary", Email: "secretary@conference.example",
			Rights: scheduling.RightConvene | scheduling.RightAnswer | scheduling.RightObserve,
		})
	}
}

// WithOfficer adds Officer, a conference officer of the neutral staff.
func WithOfficer() Adjustment {
	return func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Members = append(n.Members, scheduling.Member{
			ID: Officer, Name: "O. Fficer", Email: "rooms@conference.example", Rights: scheduling.RightRooms | scheduling.RightObserve,
		})
	}
}

// Palais is a registered venue in Geneva with two rooms: room-1, Room I, which
// is large, and room-2, Room II.
func Palais() scheduling.RegisteredVenue {
	return scheduling.RegisteredVenue{ID: "palais", Venue: Geneva(), Rooms: []scheduling.Room{
		{ID: "room-1", Name: "Room I", Seats: 200, Booths: 6, Languages: "English, French"},
		{ID: "room-2", Name: "Room II", Seats: 12},
	}}
}

// WithVisa gives a party a visa lead time in days for a country.
func WithVisa(party scheduling.PartyID, country string, days int) Adjustment {
	return func(n *scheduling.Negotiation, _ *scheduling.Round) {
		n.Party(party).VisaDays = map[string]int{country: days}
	}
}

// WithAccount lets a member sign in with an account.
func WithAccount(m scheduling.MemberID, account scheduling.AccountID) Adjustment {
	return func(n *scheduling.Negotiation, _ *scheduling.Round) { n.Member(m).Account = account }
}

// With changes whatever else.
func With(change func(*scheduling.Negotiation, *scheduling.Round)) Adjustment { return change }

// Talks are talks between Alpha and Bravo, opened by AlphaHead at Now, with
// one round in which nothing has been offered yet. What happened has not been
// taken from them, so that they can be given to a store.
func Talks(adjust ...Adjustment) (*scheduling.Negotiation, *scheduling.Round) {
	n := &scheduling.Negotiation{
		ID:        "talks",
		Title:     scheduling.Text{Body: "Alpha and Bravo", Scope: scheduling.AllParties},
		Reference: "PST/3",
		Parties: []scheduling.Party{
			{ID: Alpha, Name: "Alpha", Short: "ALP", City: "Washington", Zone: "America/New_York", Role: scheduling.RoleRequired},
			{ID: Bravo, Name: "Bravo", Short: "BRA", City: "Moscow", Zone: "Europe/Moscow", Role: scheduling.RoleRequired},
		},
		Members: []scheduling.Member{
			{ID: AlphaHead, Party: Alpha, Name: "A. Head", Email: "head@alpha.example", Language: "en", Rights: AllRights, Invitations: true},
			{ID: AlphaReader, Party: Alpha, Name: "A. Reader", Email: "reader@alpha.example", Rights: scheduling.RightObserve},
			{ID: BravoHead, Party: Bravo, Name: "B. Head", Email: "head@bravo.example", Language: "fr", Rights: AllRights, Invitations: true},
			{ID: BravoOfficer, Party: Bravo, Name: "B. Officer", Email: "officer@bravo.example", Rights: scheduling.RightAnswer},
		},
	}
	r := &scheduling.Round{
		Negotiation: n,
		ID:          scheduling.RoundID{Negotiation: n.ID, Number: 1},
		Name:        scheduling.Text{Body: "First round", Scope: scheduling.AllParties},
		UID:         "uid-talks",
		Rule: scheduling.Rule{
			Kind: scheduling.Unanimity, Confirmation: scheduling.ByConfirmer, Confirmer: Alpha,
			Reporting: scheduling.ReportConsents,
		},
	}
	for _, a := range adjust {
		a(n, r)
	}
	must(n.Open(AlphaHead, Now))
	must(r.Open(AlphaHead, Now))
	return n, r
}

// Delivered is Talks in which AlphaHead has delivered P1 at Now: G1 to G3 and
// W1 to W3 are on the table.
func Delivered(adjust ...Adjustment) (*scheduling.Negotiation, *scheduling.Round) {
	n, r := Talks(adjust...)
	must(r.Deliver(By(AlphaHead, Now), P1(), Paper("P1")))
	return n, r
}

// Agreed is Delivered in which both parties have consented to G2.
func Agreed(adjust ...Adjustment) (*scheduling.Negotiation, *scheduling.Round) {
	n, r := Delivered(adjust...)
	must(r.Consent(By(BravoHead, Now.Add(time.Hour)), "G2", 1))
	must(r.Consent(By(AlphaHead, Now.Add(2*time.Hour)), "G2", 1))
	return n, r
}

// Confirmed is Agreed in which AlphaHead has confirmed G2.
func Confirmed(adjust ...Adjustment) (*scheduling.Negotiation, *scheduling.Round) {
	n, r := Agreed(adjust...)
	must(r.Confirm(By(AlphaHead, Now.Add(3*time.Hour)), "G2", 1))
	return n, r
}

// Big are talks of so many required parties, with so many dates on the table
// (an even number, up to scheduling.MaxSlots), half in Geneva and half in
// Washington, on which everybody has answered. Party i is "p01" and so on, and
// its head "p01-head".
func Big(parties, dates int) (*scheduling.Negotiation, *scheduling.Round) {
	n, r := Talks(With(func(n *scheduling.Negotiation, r *scheduling.Round) {
		n.ID, r.ID.Negotiation = "big", "big"
		n.Parties, n.Members = nil, nil
		for i := range parties {
			id := fmt.Sprintf("p%02d", i+1)
			n.Parties = append(n.Parties, scheduling.Party{
				ID: scheduling.PartyID(id), Name: "Delegation " + id, Short: strings.ToUpper(id),
				City: "Vienna", Zone: "Europe/Vienna", Role: scheduling.RoleRequired,
			})
			n.Members = append(n.Members, scheduling.Member{
				ID: scheduling.MemberID(id + "-head"), Party: scheduling.PartyID(id), Name: "Head of " + id,
				Email: "head@" + id + ".example", Rights: AllRights, Invitations: true,
			})
		}
		n.Members[0].ID = AlphaHead // who opens
		r.Rule.Confirmer = n.Parties[0].ID
	}))
	n.Members[0].ID = "p01-head"
	c := P1()
	c.Terms.Weekends = true
	for i, from := range []civil.Date{Date(2009, time.November, 18), Date(2010, time.March, 1)} {
		c.Terms.Options[i].Windows = []scheduling.Window{{From: from, To: from.Add(dates/2 - 1)}}
	}
	must(r.Deliver(By("p01-head", Now), c, Paper("Big")))
	for i, m := range n.Members {
		answers := make([]scheduling.Answer, len(r.Slots))
		for j, s := range r.Slots {
			a := scheduling.Answer{Slot: s.Label, SlotVersion: s.Version, Level: scheduling.Levels[(i+j/3)%3]}
			switch {
			case a.Level == scheduling.LevelIfNeedBe:
				a.Reason = scheduling.Text{Body: "subject to visas", Scope: scheduling.AllParties}
			case (i+j)%11 == 0:
				a.Level = scheduling.LevelNotPossible
			}
			answers[j] = a
		}
		must(r.TakePositions(By(m.ID, Now.Add(time.Hour)), answers))
	}
	return n, r
}

// must stops the test that asked for talks that cannot be.
func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("schedulingtest: %v", err))
	}
}
