package api

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"

	"parley/scheduling"
)

// Members are the people of the talks, by side.
type Members struct {
	Sides []Side `json:"sides"`
}

// A Side is a party, or the neutral staff, with its members.
type Side struct {
	Party   string   `json:"party,omitempty" doc:"Nothing is the neutral staff"`
	Shown   bool     `json:"shown" doc:"Whether its members are the viewer's to see; nobody sees those of the other side"`
	Members []Member `json:"members,omitempty"`
}

// A Member is a person who acts or reads for a side.
type Member struct {
	ID string `json:"id"`
	MemberContent
	Party string `json:"party,omitempty"`
}

// A MemberContent is what can be said of a member.
type MemberContent struct {
	Name        string   `json:"name" minLength:"1" maxLength:"120"`
	Email       string   `json:"email,omitempty" maxLength:"254"`
	Language    string   `json:"language,omitempty" maxLength:"35"`
	Rights      []string `json:"rights,omitempty" maxItems:"10" doc:"Nothing is reading alone"`
	Invitations bool     `json:"invitations,omitempty" doc:"Wants calendar invitations by mail; needs an address"`
}

func newMember(m scheduling.Member) Member {
	return Member{
		ID: string(m.ID), Party: string(m.Party),
		MemberContent: MemberContent{m.Name, m.Email, m.Language, m.Rights.Names(), m.Invitations},
	}
}

// content reads a member. Language and address have to make sense.
func (in MemberContent) content(c *call) (scheduling.Member, error) {
	rights, err := scheduling.ParseRights(in.Rights...)
	switch {
	case err != nil:
		return scheduling.Member{}, err
	case in.Email != "" && !c.api.Pages.ValidEmail(in.Email):
		return scheduling.Member{}, invalid("email_invalid", "email")
	case in.Language != "" && !c.api.Pages.HasLanguage(in.Language):
		return scheduling.Member{}, invalid("choice_unknown", "language")
	case in.Invitations && in.Email == "":
		return scheduling.Member{}, invalid("invitations_need_address", "email")
	}
	if rights == 0 {
		rights = scheduling.RightObserve
	}
	return scheduling.Member{Name: line(in.Name), Email: in.Email, Language: in.Language, Rights: rights, Invitations: in.Invitations}, nil
}

// A MemberPath says which member is meant.
type MemberPath struct {
	NegotiationPath
	Member string `path:"member" maxLength:"80"`
}

type newMemberInput struct {
	NegotiationPath
	Keyed
	Body struct {
		MemberContent
		Party string `json:"party,omitempty" maxLength:"64" doc:"Nothing is the neutral staff"`
		Mail  bool   `json:"mail,omitempty" doc:"Send a private link to the address now"`
	}
}

type memberInput struct {
	MemberPath
	Seen
}

type changeMemberInput struct {
	MemberPath
	Seen
	Body MemberContent
}

type linkInput struct {
	MemberPath
	Keyed
	Body struct {
		Show bool `json:"show,omitempty" doc:"Give the link, once, to the head of the member's own party; otherwise it is mailed"`
	}
}

// A Link is a private link, given once.
type Link struct {
	Mailed  bool   `json:"mailed"`
	Address string `json:"address,omitempty"`
}

const oneMember = "/negotiations/{negotiation}/members/{member}"

func (a *API) members() {
	get(a, "/negotiations/{negotiation}/members", "list-members", "The members of the sides", Read, func(c *call, _ *NegotiationPath) (Members, error) {
		out := Members{Sides: []Side{}}
		sides := []scheduling.PartyID{}
		if c.viewer.Party == nil {
			sides = append(sides, "")
		}
		for _, p := range c.negotiation.Parties {
			sides = append(sides, p.ID)
		}
		for _, id := range sides {
			side := Side{Party: string(id), Shown: c.api.Pages.MaySee(c.negotiation, c.viewer, id)}
			for _, m := range c.negotiation.Members {
				if m.Party == id && !m.Removed && side.Shown {
					side.Members = append(side.Members, newMember(m))
				}
			}
			out.Sides = append(out.Sides, side)
		}
		return out, nil
	})
	get(a, oneMember, "read-member", "A member", Read, func(c *call, in *MemberPath) (Member, error) {
		m, err := c.member(c.negotiation, in.Member)
		if err != nil {
			return Member{}, err
		}
		return newMember(*m), nil
	})
	add(a, operation{method: "POST", path: "/negotiations/{negotiation}/members", id: "add-member", policy: Convene, status: 201, summary: "Let a person act for a side"},
		func(c *call, in *newMemberInput) (*answer[Member], error) { return c.addMember(in) })
	add(a, operation{method: "PUT", path: oneMember, id: "change-member", policy: Write, summary: "Change what is said of a member"},
		func(c *call, in *changeMemberInput) (*answer[Member], error) {
			m, err := in.Body.content(c)
			if err != nil {
				return nil, err
			}
			m.ID = scheduling.MemberID(in.Member)
			return c.onMember(in.Member, func(n *scheduling.Negotiation) error {
				old := n.Member(m.ID)
				m.Rights |= old.Rights & scheduling.RightObserve
				if len(in.Body.Rights) == 0 && n.MayManage(c.viewer.Member.ID, old.Party) != nil {
					m.Rights = old.Rights // one's own particulars; rights are not among them
				}
				if !c.viewer.May(scheduling.RightConvene) && (m.ID != c.viewer.Member.ID || m.Rights != old.Rights) {
					return forbidden("convene_missing")
				}
				return n.ChangeMember(c.viewer.Member.ID, m, c.now)
			})
		})
	add(a, operation{method: "DELETE", path: oneMember, id: "remove-member", policy: Convene, summary: "End a person's part in the talks"}, (*call).removeMember)
	add(a, operation{method: "POST", path: oneMember + "/link", id: "make-link", policy: Convene, summary: "Make a private link; earlier ones end"}, (*call).makeLink)
	add(a, operation{method: "DELETE", path: oneMember + "/links", id: "revoke-links", policy: Convene, summary: "End the private links of a member and what they opened"},
		func(c *call, in *memberInput) (*answer[Member], error) {
			m, err := c.member(c.negotiation, in.Member)
			if err == nil {
				err = c.match(newMember(*m))
			}
			if err == nil {
				err = c.negotiation.MayManage(c.viewer.Member.ID, m.Party)
			}
			if err == nil {
				err = c.api.Pages.EndAccess(c.ctx(), scheduling.TokenFilter{Negotiation: c.negotiation.ID, Member: m.ID}, scheduling.ForLink, scheduling.ForSession)
			}
			if err != nil {
				return nil, err
			}
			return tagged(newMember(*m), nil)
		})
}

// member is a member whom the viewer may see.
func (c *call) member(n *scheduling.Negotiation, id string) (*scheduling.Member, error) {
	m := n.Member(scheduling.MemberID(id))
	if m == nil || !c.api.Pages.MaySee(n, c.viewer, m.Party) {
		return nil, hidden()
	}
	return m, nil
}

// idOf is the name of the thing that the call makes: the same when it is sent
// again under its key.
func (c *call) idOf() string {
	if c.form.Key == "" {
		secret := c.api.Pages.Secret()
		return secret[len(secret)-22:]
	}
	sum := sha256.Sum256([]byte(c.form.Actor + "\x00" + c.form.Key + "\x00" + c.form.Digest))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

func (c *call) addMember(in *newMemberInput) (*answer[Member], error) {
	m, err := in.Body.content(c)
	if err != nil {
		return nil, err
	}
	m.ID, m.Party = scheduling.MemberID(c.idOf()), scheduling.PartyID(in.Body.Party)
	if in.Body.Mail && m.Email == "" {
		return nil, invalid("required", "email")
	}
	err = c.changeMembers(func(n *scheduling.Negotiation) error {
		if err := n.AddMember(c.viewer.Member.ID, m, c.now); err != nil || !in.Body.Mail {
			return err
		}
		return n.AskLink(c.viewer.Member.ID, m.ID, c.now)
	})
	if err != nil {
		return nil, err
	}
	return tagged(newMember(m), nil)
}

// changeMembers lets change act, and the invitations to meetings that stand
// follow.
func (c *call) changeMembers(change func(*scheduling.Negotiation) error) error {
	if err := c.api.Store.UpdateNegotiation(c.ctx(), c.negotiation.ID, c.form, change); err != nil {
		return err
	}
	return c.api.Pages.FollowMembers(c.ctx(), c.negotiation.ID, c.act())
}

// onMember changes a member whom the program has seen as the member now is.
func (c *call) onMember(id string, change func(*scheduling.Negotiation) error) (*answer[Member], error) {
	if slices.Contains([]string{"", "*"}, c.request.Header.Get("If-Match")) {
		return nil, errUnseen
	}
	err := c.changeMembers(func(n *scheduling.Negotiation) error {
		m, err := c.member(n, id)
		if err != nil {
			return err
		}
		if err := c.match(newMember(*m)); err != nil {
			return err
		}
		return change(n)
	})
	if err != nil {
		return nil, err
	}
	n, err := c.api.Store.Negotiation(c.ctx(), c.negotiation.ID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(n.Members, func(m scheduling.Member) bool { return string(m.ID) == id })
	return tagged(newMember(n.Members[i]), nil)
}

func (c *call) removeMember(in *memberInput) (*answer[Member], error) {
	out, err := c.onMember(in.Member, func(n *scheduling.Negotiation) error {
		return n.RemoveMember(c.viewer.Member.ID, scheduling.MemberID(in.Member), c.now)
	})
	if err != nil {
		return nil, err
	}
	f := scheduling.TokenFilter{Negotiation: c.negotiation.ID, Member: scheduling.MemberID(in.Member)}
	return out, c.api.Pages.EndAccess(c.ctx(), f, scheduling.ForLink, scheduling.ForSession, scheduling.ForFeed, scheduling.ForAPI)
}

func (c *call) makeLink(in *linkInput) (*answer[Link], error) {
	n, v := c.negotiation, c.viewer
	m := n.Member(scheduling.MemberID(in.Member))
	if m == nil || n.MayAskLink(v.Member.ID, m.ID) != nil {
		return nil, hidden()
	}
	manages := n.MayManage(v.Member.ID, m.Party) == nil
	if !manages { // once the person has come, the party looks after itself
		if came, err := c.api.Pages.HasSignedIn(c.ctx(), n.ID, m.ID); err != nil || came {
			return nil, orHidden(err)
		}
	}
	f := scheduling.TokenFilter{Negotiation: n.ID, Member: m.ID, Before: c.now}
	if !in.Body.Show {
		asked := false
		err := c.api.Store.UpdateNegotiation(c.ctx(), n.ID, c.form, func(n *scheduling.Negotiation) error {
			asked = true // not when it is sent again: the new link is to stay
			return n.AskLink(v.Member.ID, m.ID, c.now)
		})
		if err == nil && asked && manages {
			err = c.api.Pages.EndAccess(c.ctx(), f, scheduling.ForLink, scheduling.ForSession)
		}
		return tagged(Link{Mailed: true}, err)
	}
	if !manages || m.Party != v.Member.Party {
		return nil, forbidden("link_of_others")
	}
	f.Before = scheduling.TokenFilter{}.Before
	secret := c.secret("link", string(m.ID))
	hash, _ := c.api.Pages.Hash(secret)
	made, err := c.keep(scheduling.Token{Hash: hash, Purpose: scheduling.ForLink, Negotiation: n.ID, Member: m.ID, Party: m.Party, CreatedAt: c.now}, func() error {
		return c.api.Pages.EndAccess(c.ctx(), f, scheduling.ForLink, scheduling.ForSession)
	})
	if err != nil {
		return nil, err
	}
	if !made {
		return nil, &scheduling.Error{Kind: scheduling.ErrConflict, Code: "link_replaced"}
	}
	return tagged(Link{Address: c.api.Pages.Address("/d/" + secret)}, nil)
}

// orHidden is err, or that there is no such thing.
func orHidden(err error) error {
	if err != nil {
		return err
	}
	return hidden()
}
