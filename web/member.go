package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var (
	membersPage = declarePage("members")
	memberPage  = declarePage("member")
)

// maySee reports whether the viewer may see the members of a party: of the own
// one, and of those whom the viewer manages for the office. Nobody sees the
// people of the other side.
func maySee(n *scheduling.Negotiation, v viewer, party scheduling.PartyID) bool {
	return party == v.Member.Party || v.Member.Party == "" && n.MayManage(v.Member.ID, party) == nil
}

type membersView struct {
	Page
	Heading string
	Parties []partyMembers
	Form    *memberForm // to add one; nil for who may not
	Key     string
	Post    string // where the form goes
	Talks   string // where the state of the talks is
	Diary   string // where the key persons of the viewer's party are
}

type partyMembers struct {
	Name, City, Role string
	Own              bool
	Members          []memberRow
	Note             string // what stands in place of members that are not shown
	Former           []Link // who take part no more, to where their particulars are erased
	Ask              string // where to ask for the link of the only one, whom this side named
}

type memberRow struct {
	Href                               string
	Name, Email, Rights, Mail, Arrived string
	Self                               bool
}

// showMembers handles GET /n/:negotiation/members.
func (s *Server) showMembers(c *gin.Context) error {
	return s.renderMembers(c, http.StatusOK, newForm(s.printer(c.Request), url.Values{"invitations": {"yes"}, "mail": {"yes"}}))
}

func (s *Server) renderMembers(c *gin.Context, status int, f *Form) error {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	page, err := s.membersPage(c, n, v)
	if err != nil {
		return err
	}
	entries, err := s.entries(c, n.ID)
	if err != nil {
		return err
	}
	view := membersView{Page: page, Heading: page.Title, Post: membersPath(n.ID), Talks: "/n/" + string(n.ID) + "/state"}
	if seesDiary(v) {
		view.Diary = keyPersonsPath(n.ID)
	}
	for _, id := range sides(n, v) {
		view.Parties = append(view.Parties, s.partyMembers(page, n, v, id, entries))
	}
	if parties := s.managed(page, n, v); len(parties) > 0 {
		view.Form = s.memberForm(f, page, parties)
	}
	view.Title, view.Problems = page.T("members.page_title", "round", view.Heading), f.Problems
	return s.render(c, status, membersPage, view)
}

// membersPage is the Page of what concerns the members: under the newest round.
func (s *Server) membersPage(c *gin.Context, n *scheduling.Negotiation, v viewer) (Page, error) {
	rounds, err := s.store.Rounds(c.Request.Context(), n.ID)
	if err != nil {
		return Page{}, fmt.Errorf("web: %w", err)
	}
	if len(rounds) == 0 {
		return s.page(c), nil
	}
	return s.roundPage(c, rounds[len(rounds)-1], v, tabMembers), nil
}

func membersPath(id scheduling.NegotiationID) string { return "/n/" + string(id) + "/members" }

func memberPath(n scheduling.NegotiationID, m scheduling.MemberID) string {
	return membersPath(n) + "/" + string(m)
}

// sides are the parties in protocol order and, for the neutral staff, "" first.
func sides(n *scheduling.Negotiation, v viewer) []scheduling.PartyID {
	var ids []scheduling.PartyID
	if v.Party == nil {
		ids = append(ids, "")
	}
	for _, p := range n.Parties {
		ids = append(ids, p.ID)
	}
	return ids
}

func (s *Server) partyMembers(p Page, n *scheduling.Negotiation, v viewer, id scheduling.PartyID, entries map[scheduling.MemberID]entry) partyMembers {
	view := partyMembers{Name: partyName(p.Printer, n, id), Own: id == v.Member.Party}
	if party := n.Party(id); party != nil {
		view.City = party.City
		if party.Role == scheduling.RoleObserver {
			view.Role = p.T("members.observer")
		}
	}
	if n.MayManage(v.Member.ID, id) == nil && maySee(n, v, id) {
		for _, m := range n.Former(id) {
			view.Former = append(view.Former, Link{Href: memberPath(n.ID, m.ID) + "/erasure", Text: m.Name})
		}
	}
	there := slices.DeleteFunc(slices.Clone(n.Members), func(m scheduling.Member) bool { return m.Party != id || m.Removed })
	switch {
	case len(there) == 0 && n.MayManage(v.Member.ID, id) == nil:
		view.Note = p.T("members.nobody_yet")
	case !maySee(n, v, id):
		view.Note = p.T("members.not_shown")
		if len(there) == 1 && entries[there[0].ID].signIns == 0 && n.MayAskLink(v.Member.ID, there[0].ID) == nil {
			view.Note, view.Ask = p.T("members.one_named"), memberPath(n.ID, there[0].ID)+"/link"
		}
	default:
		for _, m := range there {
			view.Members = append(view.Members, memberRow{
				Href: memberPath(n.ID, m.ID), Name: m.Name, Email: m.Email, Rights: rightsOf(p, m.Rights),
				Mail: mailOf(p, m), Arrived: entries[m.ID].say(p, m), Self: m.ID == v.Member.ID,
			})
		}
	}
	return view
}

// managed are the sides for which the viewer may add members.
func (s *Server) managed(p Page, n *scheduling.Negotiation, v viewer) []Choice {
	if !v.May(scheduling.RightConvene) {
		return nil
	}
	var choices []Choice
	for _, id := range sides(n, v) {
		if n.MayManage(v.Member.ID, id) == nil {
			choices = append(choices, Choice{Value: sideValue(id), Label: partyName(p.Printer, n, id)})
		}
	}
	return choices
}

// The neutral staff stand in a form as "staff", since an empty value is none.
const staffValue = "staff"

func sideValue(id scheduling.PartyID) string {
	if id == "" {
		return staffValue
	}
	return "p." + string(id)
}

// memberRights are the rights as words, in the order of the form.
var memberRights = []struct {
	right       scheduling.Rights
	name        string
	word, label string // keys
}{
	{scheduling.RightAnswer, "answer", "member.can_answer", "member.right_answer"},
	{scheduling.RightConsent, "consent", "member.can_consent", "member.right_consent"},
	{scheduling.RightConvene, "convene", "member.can_convene", "member.right_convene"},
	{scheduling.RightPreside, "preside", "member.can_preside", "member.right_preside"},
	{scheduling.RightMediate, "mediate", "member.can_mediate", "member.right_mediate"},
	{scheduling.RightRooms, "rooms", "member.can_rooms", "member.right_rooms"},
	{scheduling.RightRelease, "release", "member.can_release", "member.right_release"},
}

func rightsOf(p Page, rights scheduling.Rights) string {
	var words []string
	for _, r := range memberRights {
		if rights.Has(r.right) {
			words = append(words, p.T(r.word))
		}
	}
	if len(words) == 0 {
		return p.T("member.can_read")
	}
	return p.And(words...)
}

func mailOf(p Page, m scheduling.Member) string {
	switch {
	case m.Email == "":
		return p.T("member.no_mail")
	case m.Invitations:
		return p.T("member.with_invitations")
	}
	return p.T("member.without_invitations")
}

// createMember handles POST /n/:negotiation/members.
func (s *Server) createMember(c *gin.Context) error {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	m := s.readMember(f)
	m.ID = scheduling.MemberID(idOf(s.once(c, v)))
	parties := s.managed(s.page(c), n, v)
	var values []string
	for _, choice := range parties {
		values = append(values, choice.Value)
	}
	if side := f.Choice("party", values...); side != staffValue && side != "" {
		m.Party = scheduling.PartyID(side[len("p."):])
	}
	if f.Checked("mail") {
		f.Require("email")
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderMembers(c, http.StatusUnprocessableEntity, f)
	}
	act := s.act(c, v)
	err = s.changeMembers(c, v, func(n *scheduling.Negotiation) error {
		if err := n.AddMember(act.By, m, act.At); err != nil || !f.Checked("mail") {
			return err
		}
		return n.AskLink(act.By, m.ID, act.At)
	})
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && refusal.Field != "" {
		f.Refuse(refusal)
		return s.renderMembers(c, refusalStatus(refusal), f)
	} else if err != nil {
		return err
	}
	return s.done(c, membersPath(n.ID), "member_added")
}

// refusalStatus is 409 for what has changed in the meantime, and else 422.
func refusalStatus(refusal *scheduling.Error) int {
	if errors.Is(refusal, scheduling.ErrConflict) {
		return http.StatusConflict
	}
	return http.StatusUnprocessableEntity
}

// changeMembers lets change act on the negotiation, once for each form. The
// invitations to meetings that stand follow the members; that is done again
// when the form is sent again, for a crash may have come between.
func (s *Server) changeMembers(c *gin.Context, v viewer, change func(*scheduling.Negotiation) error) error {
	n, _, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if err := s.store.UpdateNegotiation(ctx, n.ID, s.once(c, v), change); err != nil {
		return fmt.Errorf("web: change members: %w", err)
	}
	return s.followMembers(ctx, n.ID, s.act(c, v))
}

// followMembers brings the invitations to meetings that stand in line with the
// members.
func (s *Server) followMembers(ctx context.Context, id scheduling.NegotiationID, act scheduling.Act) error {
	rounds, err := s.store.Rounds(ctx, id)
	if err != nil {
		return fmt.Errorf("web: change members: %w", err)
	}
	for _, r := range rounds {
		if r.Status != scheduling.Confirmed {
			continue
		}
		err := s.store.Update(ctx, r.ID, scheduling.Once{}, func(r *scheduling.Round) error {
			r.UpdateInvited(act)
			return nil
		})
		if err != nil {
			return fmt.Errorf("web: update invitations of round %s: %w", r.ID, err)
		}
	}
	return nil
}

// memberOf is the member in the path, when the viewer may see that person.
func (s *Server) memberOf(c *gin.Context) (*scheduling.Negotiation, viewer, *scheduling.Member, error) {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return nil, viewer{}, nil, err
	}
	m := n.Member(scheduling.MemberID(c.Param("member")))
	if m == nil || !maySee(n, v, m.Party) {
		return nil, viewer{}, nil, hidden()
	}
	return n, v, m, nil
}

type memberView struct {
	Page
	Heading    string
	Party      string
	Form       *memberForm
	Post       string
	Seen       string // what the author of the form saw
	Now        *memberRow
	Reader     bool // may look and not change
	Link       *Copy
	Arrived    string
	MayAsk     bool // have a link sent to the address
	MayShow    bool // be shown a new link
	MayRemove  bool
	MayErase   bool
	MaySeeData bool
	HasLinks   bool
	HasAddress bool
}

// showMember handles GET /n/:negotiation/members/:member.
func (s *Server) showMember(c *gin.Context) error {
	_, _, m, err := s.memberOf(c)
	if err != nil {
		return err
	}
	return s.renderMember(c, http.StatusOK, newForm(s.printer(c.Request), memberValues(*m)))
}

func (s *Server) renderMember(c *gin.Context, status int, f *Form) error {
	n, v, m, err := s.memberOf(c)
	if err != nil {
		return err
	}
	entries, err := s.entries(c, n.ID)
	if err != nil {
		return err
	}
	page := s.page(c)
	page.Title = page.T("member.title", "name", m.Name)
	page.Back = &Link{Href: membersPath(n.ID), Text: page.T("members.title")}
	manages := n.MayManage(v.Member.ID, m.Party) == nil
	view := memberView{
		Page: page, Heading: m.Name, Party: partyName(page.Printer, n, m.Party), Post: memberPath(n.ID, m.ID),
		Seen: seenMember(*m), Reader: !manages && m.ID != v.Member.ID, Arrived: entries[m.ID].say(page, *m),
		MayAsk: n.MayAskLink(v.Member.ID, m.ID) == nil, MayShow: manages && m.Party == v.Member.Party, MayRemove: manages, MayErase: manages && m.ID != v.Member.ID,
		MaySeeData: m.ID == v.Member.ID || manages && m.Party == v.Member.Party,
		HasLinks:   entries[m.ID].links > 0, HasAddress: m.Email != "",
	}
	if !view.Reader {
		view.Form = s.memberForm(f, page, nil)
		view.Form.Rights = rightsFields(f, m.Party, manages)
	}
	if status == http.StatusConflict {
		view.Now = &memberRow{Name: m.Name, Email: m.Email, Rights: rightsOf(page, m.Rights), Mail: mailOf(page, *m)}
	}
	if subject, secret := s.takeOnce(c); subject == string(m.ID) && view.MayShow {
		view.Link = &Copy{Printer: page.Printer, ID: "private-link", Label: page.T("member.link"), Hint: page.T("member.link_hint"), Value: s.Address("/d/" + secret)}
	}
	view.Problems = f.Problems
	return s.render(c, status, memberPage, view)
}

// seenMember changes when anything of a member changes that the form shows.
func seenMember(m scheduling.Member) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{m.Name, m.Email, m.Language, m.Rights.String(), strconv.FormatBool(m.Invitations)}))
	return hex.EncodeToString(sum[:8])
}

// changeMember handles POST /n/:negotiation/members/:member.
func (s *Server) changeMember(c *gin.Context) error {
	n, v, m, err := s.memberOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	changed := s.readMember(f)
	changed.ID = m.ID
	changed.Rights |= m.Rights & scheduling.RightObserve
	if n.MayManage(v.Member.ID, m.Party) != nil {
		changed.Rights = m.Rights // one's own particulars; rights are not among them
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderMember(c, http.StatusUnprocessableEntity, f)
	}
	act, seen := s.act(c, v), f.Line("seen")
	err = s.changeMembers(c, v, func(n *scheduling.Negotiation) error {
		if now := n.Member(changed.ID); now != nil && seen != "" && seenMember(*now) != seen {
			return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "member_has_changed", Field: "name"}
		}
		return n.ChangeMember(act.By, changed, act.At)
	})
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && refusal.Field != "" {
		f.Refuse(refusal)
		return s.renderMember(c, refusalStatus(refusal), f)
	} else if err != nil {
		return err
	}
	return s.done(c, membersPath(n.ID), "member_changed")
}

// removeMember handles POST /n/:negotiation/members/:member/removal: the person
// acts no more, and nothing that was given to them opens anything.
func (s *Server) removeMember(c *gin.Context) error {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return err
	}
	id := scheduling.MemberID(c.Param("member"))
	i := slices.IndexFunc(n.Members, func(m scheduling.Member) bool { return m.ID == id }) // removed or not: the form may come twice
	if i < 0 || !maySee(n, v, n.Members[i].Party) {
		return hidden()
	}
	act := s.act(c, v)
	err = s.changeMembers(c, v, func(n *scheduling.Negotiation) error { return n.RemoveMember(act.By, id, act.At) })
	if err != nil {
		return err
	}
	filter := scheduling.TokenFilter{Negotiation: n.ID, Member: id}
	if err := s.endAccess(c.Request.Context(), filter, scheduling.ForLink, scheduling.ForSession, scheduling.ForFeed, scheduling.ForAPI); err != nil {
		return err
	}
	if id == v.Member.ID {
		return s.done(c, "/", "member_removed")
	}
	return s.done(c, membersPath(n.ID), "member_removed")
}
