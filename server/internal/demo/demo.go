// Package demo makes the sample negotiation that "parley demo" shows: one day
// in Geneva in November, alternatively in Washington in December, offered by
// one delegation to another.
package demo

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/alexedwards/argon2id"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web"
	"parley/web/locale"
)

// Store is what the sample needs of one.
type Store interface {
	scheduling.Store
	scheduling.Access
}

// ErrOtherData means that the data folder holds real data, which a
// demonstration must not open to every visitor.
var ErrOtherData = errors.New("demo: this data folder is not a demonstration's: give another one, or none")

const (
	sampleID scheduling.NegotiationID = "sample"
	officeID scheduling.AccountID     = "sample-office"
)

// Office is the account of the sample, and its passphrase. They are no secret:
// a demonstration lets everybody in anyway.
const (
	Office           = "office@parley.example"
	OfficePassphrase = "one day in Geneva"
)

// Sample makes the sample negotiation unless the store has it, and gives the
// way in for each of its members.
func Sample(ctx context.Context, s Store, p *locale.Printer, key []byte, now time.Time) ([]web.Guest, error) {
	n, err := s.Negotiation(ctx, sampleID)
	switch {
	case err == nil:
	case !errors.Is(err, scheduling.ErrNotFound):
		return nil, fmt.Errorf("demo: look for the sample: %w", err)
	default:
		accounts, err := s.Accounts(ctx)
		if err != nil {
			return nil, fmt.Errorf("demo: look for accounts: %w", err)
		}
		// The office alone is a sample that was broken off while it was made.
		if slices.ContainsFunc(accounts, func(a scheduling.Account) bool { return a.ID != officeID }) {
			return nil, ErrOtherData
		}
		if n, err = create(ctx, s, p, now); err != nil {
			return nil, err
		}
	}
	var guests []web.Guest
	for _, m := range n.Members {
		if m.Removed {
			continue
		}
		guest, err := letIn(ctx, s, p, n, m, key, now)
		if err != nil {
			return nil, err
		}
		guests = append(guests, guest)
	}
	return guests, nil
}

// letIn is the way in for a member: a private link that is the same at each
// start of the same demonstration.
func letIn(ctx context.Context, s Store, p *locale.Printer, n *scheduling.Negotiation, m scheduling.Member, key []byte, now time.Time) (web.Guest, error) {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("demo\x00" + m.ID))
	secret := "parley_" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	sum := sha256.Sum256([]byte(secret))
	token := scheduling.Token{
		Hash: hex.EncodeToString(sum[:]), Purpose: scheduling.ForLink, Negotiation: n.ID, Member: m.ID, Party: m.Party, CreatedAt: now,
	}
	switch _, err := s.Token(ctx, token.Hash, scheduling.ForLink); {
	case errors.Is(err, scheduling.ErrNotFound):
		if err := s.SaveToken(ctx, token); err != nil {
			return web.Guest{}, fmt.Errorf("demo: save link: %w", err)
		}
	case err != nil:
		return web.Guest{}, fmt.Errorf("demo: look for link: %w", err)
	}
	party := p.T("round.staff")
	if of := n.Party(m.Party); of != nil {
		party = of.Name
	}
	return web.Guest{Name: m.Name, Party: party, Role: p.T("demo.role." + role(m)), Link: "/d/" + secret}, nil
}

func role(m scheduling.Member) string {
	switch {
	case m.Party == "":
		return "staff"
	case m.Rights.Has(scheduling.RightConsent):
		return "head"
	case m.Rights.Has(scheduling.RightAnswer):
		return "officer"
	}
	return "reader"
}

// create stores the account of the office and the sample.
func create(ctx context.Context, s Store, p *locale.Printer, now time.Time) (*scheduling.Negotiation, error) {
	hash, err := argon2id.CreateHash(OfficePassphrase, argon2id.DefaultParams)
	if err != nil {
		return nil, fmt.Errorf("demo: hash passphrase: %w", err)
	}
	office := scheduling.Account{
		ID: officeID, Name: "Conference Secretariat", Email: Office, Passphrase: hash, Admin: true, Opens: true, CreatedAt: now,
	}
	if err := s.CreateAccount(ctx, office); err != nil && !errors.Is(err, scheduling.ErrConflict) {
		return nil, fmt.Errorf("demo: %w", err)
	}
	n, r := Talks(office.ID)
	r.UID = rand.Text()
	if err := n.Open("alpha-head", now); err != nil {
		return nil, fmt.Errorf("demo: open the talks: %w", err)
	}
	if err := r.Open("alpha-head", now); err != nil {
		return nil, fmt.Errorf("demo: open the round: %w", err)
	}
	act := scheduling.Act{By: "alpha-head", At: now}
	content := Offer(civil.DateOf(now.UTC()))
	paper, err := web.NewPaper(p, r, act, 0, content)
	if err != nil {
		return nil, fmt.Errorf("demo: write the paper: %w", err)
	}
	if err := r.Deliver(act, content, paper); err != nil {
		return nil, fmt.Errorf("demo: deliver the offer: %w", err)
	}
	if _, err := s.Create(ctx, scheduling.Once{}, n, r); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	return n, nil
}

// Talks are the parties and members of the sample, with its first round.
func Talks(office scheduling.AccountID) (*scheduling.Negotiation, *scheduling.Round) {
	all := scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene
	shared := func(body string) scheduling.Text {
		return scheduling.Text{Body: body, Owner: "alpha", Scope: scheduling.AllParties}
	}
	n := &scheduling.Negotiation{
		ID: sampleID, Title: shared("Talks on the follow-on agreement"), Reference: "FOA/8",
		Parties: []scheduling.Party{
			{ID: "alpha", Name: "Alpha", Short: "ALP", City: "Washington", Zone: "America/New_York", Role: scheduling.RoleRequired},
			{ID: "bravo", Name: "Bravo", Short: "BRA", City: "Moscow", Zone: "Europe/Moscow", Role: scheduling.RoleRequired, VisaDays: map[string]int{"US": 15}},
		},
		Members: []scheduling.Member{
			{ID: "alpha-head", Party: "alpha", Name: "A. Archer", Email: "archer@alpha.example", Rights: all, Invitations: true},
			{ID: "alpha-officer", Party: "alpha", Name: "M. Adler", Email: "adler@alpha.example", Rights: scheduling.RightAnswer, Invitations: true},
			{ID: "alpha-reader", Party: "alpha", Name: "P. Abbot", Rights: scheduling.RightObserve},
			{ID: "bravo-head", Party: "bravo", Name: "B. Berg", Email: "berg@bravo.example", Rights: all, Invitations: true},
			{ID: "bravo-officer", Party: "bravo", Name: "N. Bell", Email: "bell@bravo.example", Rights: scheduling.RightAnswer, Invitations: true},
			{ID: "bravo-reader", Party: "bravo", Name: "T. Brandt", Rights: scheduling.RightObserve},
			{ID: "staff", Name: "Conference Secretariat", Account: office, Rights: scheduling.RightConvene},
		},
	}
	r := &scheduling.Round{
		ID: scheduling.RoundID{Negotiation: n.ID, Number: 1}, Negotiation: n, Name: shared("Eighth round"),
		Rule: scheduling.Rule{
			Kind: scheduling.Unanimity, Confirmation: scheduling.ByConfirmer, Confirmer: "alpha", Reporting: scheduling.ReportConsents,
		},
	}
	return n, r
}

// Offer is what Alpha offers: one day in Geneva, Wednesday to Friday about 18
// to 20 November, alternatively in Washington, Tuesday to Thursday about 8 to
// 10 December, in the first year in which that leaves time to answer.
func Offer(today civil.Date) scheduling.Content {
	geneva, _ := scheduling.LookupCity("Geneva")
	geneva.Place = "Palais des Nations"
	washington, _ := scheduling.LookupCity("Washington")
	washington.Day = civil.Span{From: civil.Clock(9, 30), To: civil.Clock(17, 30)}
	first := firstDay(today)
	window := func(from civil.Date) []scheduling.Window {
		return []scheduling.Window{{From: from, To: from.Add(2)}}
	}
	shared := func(body string) scheduling.Text {
		return scheduling.Text{Body: body, Owner: "alpha", Scope: scheduling.AllParties}
	}
	return scheduling.Content{
		Terms: scheduling.Terms{
			Duration: scheduling.Duration{Days: 1},
			Options: []scheduling.Option{
				{Order: scheduling.OrderPreferred, Venue: geneva, Windows: window(first), Format: scheduling.InPerson},
				{Order: scheduling.OrderAlternative, Venue: washington, Windows: window(first.Add(20)), Format: scheduling.InPerson},
			},
		},
		ReplyBy:     scheduling.Deadline{Date: first.Add(-9), At: civil.EndOfDay, Zone: "America/New_York", City: "Washington"},
		Contact:     scheduling.Contact{Name: "A. Archer", Phone: "+1 202 555 0118"},
		Agenda:      shared("Verification measures. Definitions. Entry into force."),
		NotOnAgenda: shared("Missile defence."),
		References:  shared("Joint statement of the seventh round."),
		Papers:      shared("Each side: its draft of the protocol on notifications."),
		Note:        scheduling.Text{Body: "Bravo's head of delegation is in Geneva until the 20th.", Owner: "alpha"},
	}
}

// notice is how many days at least lie between today and the first day.
const notice = 14

// firstDay is the Wednesday next to 18 November.
func firstDay(today civil.Date) civil.Date {
	for year := today.Year; ; year++ {
		d := civil.Date{Year: year, Month: time.November, Day: 18}
		for n := range 4 {
			if d.Add(n).Weekday() == time.Wednesday {
				d = d.Add(n)
				break
			}
			if d.Add(-n).Weekday() == time.Wednesday {
				d = d.Add(-n)
				break
			}
		}
		if d.DaysSince(today) >= notice {
			return d
		}
	}
}
