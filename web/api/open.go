package api

import (
	"fmt"
	"strings"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// A NewNegotiation is new talks with their first round and its first offer.
type NewNegotiation struct {
	Title     string     `json:"title" minLength:"1" maxLength:"120"`
	Reference string     `json:"reference,omitempty" maxLength:"40" doc:"Heads papers"`
	Parties   []NewParty `json:"parties" minItems:"2" maxItems:"60"`
	You       int        `json:"you" minimum:"0" maximum:"60" doc:"For which of the parties you act, from 1; 0 is the neutral staff"`
	NewRound
}

// A NewParty is a side of new talks.
type NewParty struct {
	Name     string         `json:"name" minLength:"1" maxLength:"120"`
	Short    string         `json:"short,omitempty" maxLength:"12"`
	City     string         `json:"city,omitempty" maxLength:"120" doc:"Its seat; the zone is known for many"`
	Zone     string         `json:"zone,omitempty" doc:"IANA name, for a city that is not known"`
	Role     string         `json:"role,omitempty" enum:"required,observer" doc:"required when nothing is said"`
	VisaDays map[string]int `json:"visa_days,omitempty" doc:"Visa lead time by country of the venue"`
	Head     string         `json:"head,omitempty" maxLength:"120" doc:"Name of the person who answers"`
	Email    string         `json:"email,omitempty" maxLength:"254" doc:"Where that person is sent a private link"`
}

// A NewRound is a round with its first offer.
type NewRound struct {
	Round    string    `json:"round" minLength:"1" maxLength:"120" doc:"Name of the round"`
	Rule     Rule      `json:"rule" doc:"In new talks the confirmer is named by its place among the parties, from 1"`
	Deadline *Deadline `json:"deadline,omitempty" doc:"When the round lapses"`
	Offer    Offer     `json:"offer"`
	Draft    bool      `json:"draft,omitempty" doc:"Keep the offer for the own party, and deliver nothing yet"`
}

type openInput struct {
	Keyed
	Body NewNegotiation
}

type newRoundInput struct {
	NegotiationPath
	Keyed
	Body NewRound
}

func (a *API) openings() {
	add(a, operation{
		method: "POST", path: "/negotiations", id: "open-negotiation", policy: Open, status: 201,
		summary: "Open talks with their first round and its first offer", examples: map[string]any{
			"title": "Alpha and Bravo", "you": 1, "round": "First round",
			"parties": []any{
				map[string]any{"name": "Alpha", "city": "Washington"},
				map[string]any{"name": "Bravo", "city": "Moscow", "head": "B. Head", "email": "head@bravo.example"},
			},
			"rule":  map[string]any{"confirmation": "by_confirmer", "confirmer": "1", "reporting": "nothing"},
			"offer": anOffer,
		},
	}, (*call).open)
	add(a, operation{
		method: "POST", path: "/negotiations/{negotiation}/rounds", id: "open-round", policy: Convene, status: 201,
		summary: "Open a further round with its first offer",
	}, (*call).openRound)
}

func partyAt(i int) scheduling.PartyID { return scheduling.PartyID(fmt.Sprintf("p%d", i)) }

// party reads the side in that place, from 1, and its head if one is named.
func (p NewParty) party(c *call, id string, i int) (scheduling.Party, *scheduling.Member, error) {
	field := fmt.Sprintf("parties[%d]", i-1)
	out := scheduling.Party{ID: partyAt(i), Name: line(p.Name), Short: line(p.Short), City: line(p.City), Role: scheduling.RoleRequired}
	if p.Role == string(scheduling.RoleObserver) {
		out.Role = scheduling.RoleObserver
	}
	if city, known := scheduling.LookupCity(out.City); known {
		out.City, out.Zone = city.Name, city.Zone
	}
	var err error
	switch {
	case p.Zone != "":
		if out.Zone, err = civil.ParseZone(p.Zone); err != nil {
			return out, nil, invalid("clock_unknown", field+".zone")
		}
	case out.City != "" && out.Zone == "":
		return out, nil, invalid("zone_missing", field+".zone")
	}
	for country, days := range p.VisaDays {
		if len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || days < 0 || days > scheduling.MaxNoticeDays {
			return out, nil, &scheduling.Error{Kind: scheduling.ErrInvalid, Code: "visa_unreadable", Field: field + ".visa_days", Params: map[string]string{"text": country}}
		}
	}
	out.VisaDays = p.VisaDays
	if p.Email != "" && !c.api.Pages.ValidEmail(p.Email) {
		return out, nil, invalid("email_invalid", field+".email")
	}
	if p.Head == "" && p.Email == "" {
		return out, nil, nil
	}
	m := &scheduling.Member{
		ID: scheduling.MemberID(fmt.Sprintf("%s-%d", id, i)), Party: out.ID, Name: line(p.Head), Email: p.Email,
		Rights: scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene | scheduling.RightObserve, Invitations: p.Email != "",
	}
	if m.Name == "" {
		m.Name = out.Name
	}
	if out.Role == scheduling.RoleObserver {
		m.Rights = scheduling.RightObserve
	}
	return out, m, nil
}

// open opens talks. The account becomes a member, of the side that it acts for.
func (c *call) open(in *openInput) (*answer[Negotiation], error) {
	b, id := in.Body, c.idOf()
	n := &scheduling.Negotiation{
		ID: scheduling.NegotiationID(id), Title: scheduling.Text{Body: line(b.Title), Scope: scheduling.AllParties}, Reference: line(b.Reference),
	}
	me := scheduling.Member{
		ID: scheduling.MemberID(id + "-0"), Account: c.account.ID, Name: c.account.Name, Email: c.account.Email, Language: c.account.Language,
		Invitations: c.account.Email != "",
		Rights:      scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene | scheduling.RightObserve,
	}
	switch {
	case b.You > len(b.Parties):
		return nil, invalid("party_unknown", "you")
	case b.You > 0:
		me.Party = partyAt(b.You)
	default:
		me.Rights &^= scheduling.RightConsent
	}
	n.Title.Owner, n.Members = me.Party, []scheduling.Member{me}
	for i, p := range b.Parties {
		party, head, err := p.party(c, id, i+1)
		if err != nil {
			return nil, err
		}
		n.Parties = append(n.Parties, party)
		if head != nil && (head.Party != me.Party || !strings.EqualFold(head.Email, me.Email) && (head.Email != "" || head.Name != me.Name)) {
			n.Members = append(n.Members, *head)
		}
	}
	act := scheduling.Act{By: me.ID, At: c.now}
	if err := n.Open(me.ID, c.now); err != nil {
		return nil, err
	}
	v, err := c.viewerOf(n)
	if err != nil {
		return nil, err
	}
	r, err := c.newRound(n, v, b.NewRound, 1, func(place string) scheduling.PartyID { return scheduling.PartyID("p" + place) })
	if err != nil {
		return nil, err
	}
	if err := c.firstOffer(r, v, act, b.NewRound); err != nil {
		return nil, err
	}
	if !b.Draft {
		if err := c.api.Pages.LinkObservers(n, act); err != nil {
			return nil, err
		}
	}
	opened, err := c.api.Store.Create(c.ctx(), c.form, n, r)
	if err != nil {
		return nil, err
	}
	if c.negotiation, err = c.api.Store.Negotiation(c.ctx(), opened); err != nil {
		return nil, err
	}
	return tagged(c.shown())
}

// newRound opens a round that nothing has been offered in.
func (c *call) newRound(n *scheduling.Negotiation, v Viewer, in NewRound, number int, party func(string) scheduling.PartyID) (*scheduling.Round, error) {
	deadline, err := in.Deadline.deadline("deadline", v.Party)
	if err != nil {
		return nil, err
	}
	rule, err := in.Rule.rule(v.Party, party)
	if err != nil {
		return nil, err
	}
	r := &scheduling.Round{
		ID: scheduling.RoundID{Negotiation: n.ID, Number: number}, Negotiation: n, UID: c.uid(number), Rule: rule, Deadline: deadline,
		Name: scheduling.Text{Body: line(in.Round), Scope: scheduling.AllParties, Owner: v.Member.Party},
	}
	return r, r.Open(v.Member.ID, c.now)
}

// uid is a new identity of a meeting in calendars.
func (c *call) uid(number int) string {
	secret := c.secret("uid", fmt.Sprint(number))
	return secret[len(secret)-22:]
}

// firstOffer puts the first offer of a new round on its table, or keeps it.
func (c *call) firstOffer(r *scheduling.Round, v Viewer, a scheduling.Act, in NewRound) error {
	return below("offer", deliver(c, v, r, a, 0, in.Offer, in.Draft))
}

// openRound opens a further round.
func (c *call) openRound(in *newRoundInput) (*answer[Round], error) {
	rounds, err := c.api.Store.Rounds(c.ctx(), c.negotiation.ID)
	if err != nil {
		return nil, err
	}
	if c.viewer.Observer {
		return nil, forbidden("observers_follow")
	}
	r, err := c.newRound(c.negotiation, c.viewer, in.Body, len(rounds)+1, func(id string) scheduling.PartyID { return scheduling.PartyID(id) })
	if err != nil {
		return nil, err
	}
	if err := c.firstOffer(r, c.viewer, c.act(), in.Body); err != nil {
		return nil, err
	}
	id, err := c.api.Store.AddRound(c.ctx(), c.form, r)
	if err != nil {
		return nil, err
	}
	if r, err = c.api.Store.Round(c.ctx(), id); err != nil {
		return nil, err
	}
	v, err := c.viewerOf(r.Negotiation)
	if err != nil {
		return nil, err
	}
	return tagged(newRound(c, v, r), nil)
}
