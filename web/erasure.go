package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var erasurePage = declarePage("erasure")

type erasureView struct {
	Page
	Name string
	As   string // what stands in place of the name afterwards
	Post string
	Mine string // where what is kept of the person can be had; "" is not for the viewer
}

// manageable is the member in the path, removed or not, whom the viewer
// manages. Who is erased already is not there any more.
func (s *Server) manageable(c *gin.Context) (n *scheduling.Negotiation, v viewer, m scheduling.Member, number int, err error) {
	if n, v, err = s.negotiationOf(c); err != nil {
		return n, v, m, 0, err
	}
	i := slices.IndexFunc(n.Members, func(m scheduling.Member) bool { return m.ID == scheduling.MemberID(c.Param("member")) })
	if i < 0 || !maySee(n, v, n.Members[i].Party) || n.MayManage(v.Member.ID, n.Members[i].Party) != nil {
		return n, v, m, 0, hidden()
	}
	return n, v, n.Members[i], i + 1, nil
}

// showErasure handles GET /n/:negotiation/members/:member/erasure.
func (s *Server) showErasure(c *gin.Context) error {
	n, v, m, number, err := s.manageable(c)
	switch {
	case err != nil:
		return err
	case m.Erased:
		return hidden()
	case m.ID == v.Member.ID:
		return forbidden("erase_self")
	}
	page := s.page(c)
	page.Title = page.T("erasure.title", "name", m.Name)
	page.Back = &Link{Href: membersPath(n.ID), Text: page.T("members.title")}
	view := erasureView{Page: page, Name: m.Name, As: page.T("erasure.as", "number", number), Post: memberPath(n.ID, m.ID) + "/erasure"}
	if m.Party == v.Member.Party && !m.Removed {
		view.Mine = memberPath(n.ID, m.ID) + "/data.json"
	}
	return s.render(c, http.StatusOK, erasurePage, view)
}

// eraseMember handles POST /n/:negotiation/members/:member/erasure: name and
// address of the person go from everything that is kept of the talks.
func (s *Server) eraseMember(c *gin.Context) error {
	n, v, m, number, err := s.manageable(c)
	if err != nil {
		return err
	}
	if m.ID == v.Member.ID {
		return forbidden("erase_self")
	}
	act, as := s.act(c, v), s.printer(c.Request).T("erasure.as", "number", number)
	if !m.Erased { // otherwise the form has come twice
		// Invitations first, as for anybody who leaves: afterwards nobody knows
		// where to send that the meeting is off.
		if !m.Removed {
			err = s.changeMembers(c, v, func(n *scheduling.Negotiation) error { return n.RemoveMember(act.By, m.ID, act.At) })
			if err != nil {
				return err
			}
		}
		ctx := c.Request.Context()
		err = s.retainer.EraseMember(ctx, n.ID, scheduling.Once{}, m.ID, as, func(n *scheduling.Negotiation) error {
			return n.EraseMember(act.By, m.ID, as, act.At)
		})
		if err != nil {
			return fmt.Errorf("web: erase member: %w", err)
		}
	}
	return s.done(c, membersPath(n.ID), "member_erased")
}

// memberData is what is kept of one person in one negotiation.
type memberData struct {
	Name        string        `json:"name"`
	Email       string        `json:"email"`
	Language    string        `json:"language"`
	Party       string        `json:"party"`
	Rights      []string      `json:"rights"`
	Invitations bool          `json:"invitations"`
	Acts        []memberAct   `json:"acts"`
	Mail        []memberMail  `json:"mail"`
	Access      []memberEntry `json:"access"`
}

type memberAct struct {
	At    time.Time `json:"at"`
	Round int       `json:"round,omitempty"`
	Kind  string    `json:"kind"`
	Slot  string    `json:"slot,omitempty"`
	Text  string    `json:"text,omitempty"`
}

type memberMail struct {
	At      time.Time `json:"at"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	State   string    `json:"state"`
}

type memberEntry struct {
	Purpose string    `json:"purpose"`
	Made    time.Time `json:"made"`
	Seen    time.Time `json:"seen,omitzero"`
	Ended   time.Time `json:"ended,omitzero"`
}

// dataLimit is how many entries of each kind the record of a person holds.
const dataLimit = 100_000

// showMemberData handles GET /n/:negotiation/members/:member/data.json: what is
// kept of a person, for that person and for those of the party who manage its members.
func (s *Server) showMemberData(c *gin.Context) error {
	n, v, m, err := s.memberOf(c)
	if err != nil {
		return err
	}
	// The neutral staff manage everybody, and may not read what a party wrote
	// for itself.
	if m.ID != v.Member.ID && (m.Party != v.Member.Party || n.MayManage(v.Member.ID, m.Party) != nil) {
		return hidden()
	}
	data := memberData{
		Name: m.Name, Email: m.Email, Language: m.Language, Rights: m.Rights.Names(), Invitations: m.Invitations,
		Party: partyName(s.printer(c.Request), n, m.Party), Acts: []memberAct{}, Mail: []memberMail{}, Access: []memberEntry{},
	}
	ctx := c.Request.Context()
	history, err := s.store.History(ctx, n.ID, 0, dataLimit)
	if err != nil {
		return fmt.Errorf("web: data of a member: %w", err)
	}
	for _, e := range history {
		// Whoever manages the member without being of the same party learns no
		// more than anywhere else.
		if e.By == m.ID && e.Visible(m.Audience()) && e.Visible(v.Audience) {
			data.Acts = append(data.Acts, memberAct{At: e.At.UTC(), Round: e.Round, Kind: string(e.Kind), Slot: string(e.Slot), Text: e.Text.For(v.Audience)})
		}
	}
	messages, err := s.store.Messages(ctx, n.ID, dataLimit)
	if err != nil {
		return fmt.Errorf("web: data of a member: %w", err)
	}
	for _, msg := range messages {
		if msg.Member == m.ID && v.Member.Party == m.Party {
			data.Mail = append(data.Mail, memberMail{At: msg.CreatedAt.UTC(), Subject: msg.Subject, Text: msg.Text, State: string(msg.State)})
		}
	}
	for _, purpose := range []scheduling.Purpose{scheduling.ForLink, scheduling.ForSession, scheduling.ForFeed, scheduling.ForAPI} {
		tokens, err := s.access.Tokens(ctx, scheduling.TokenFilter{Purpose: purpose, Negotiation: n.ID, Member: m.ID})
		if err != nil {
			return fmt.Errorf("web: data of a member: %w", err)
		}
		for _, k := range tokens {
			if v.Member.Party != m.Party {
				k.SeenAt = time.Time{} // when colleagues are at work is their own affair
			}
			data.Access = append(data.Access, memberEntry{Purpose: string(k.Purpose), Made: k.CreatedAt.UTC(), Seen: k.SeenAt.UTC(), Ended: k.RevokedAt.UTC()})
		}
	}
	body, err := json.MarshalIndent(data, "", "  ")
	if err != nil {
		return fmt.Errorf("web: data of a member: %w", err)
	}
	c.Header("Content-Disposition", `attachment; filename="data.json"`)
	c.Data(http.StatusOK, "application/json; charset=utf-8", append(body, '\n'))
	return nil
}
