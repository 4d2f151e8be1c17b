package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/api"
)

var programsPage = declarePage("programs")

// mostPrograms is how many tokens one person may have that work.
const mostPrograms = 20

// programLives are for how long a token may live, in days.
var programLives = []int{30, 90, 365}

// programsView is what programs act for somebody, and which addresses are
// called.
type programsView struct {
	Page
	Heading, Lede string
	Root          string // where the forms go
	Made          *Copy  // shown this once
	Programs      []programView
	Name          Field
	Rights        []checkbox
	Life          Picks
	Hooks         bool // the viewer may have addresses called
	Webhooks      []webhookView
	URL           Field
	Description   string // address of the description of the interface
}

type programView struct {
	Hash, Name string
	About      []string
}

type webhookView struct {
	ID, URL, State string
	GivenUp        bool
}

// A programOwner is for whom tokens are made: a member, or an account.
type programOwner struct {
	token  scheduling.Token // what every token of the owner says
	rights scheduling.Rights
	root   string
	lede   string
	hooks  bool
}

// memberPrograms is the owner that a member of a negotiation is. A member who
// came by account loses the tokens with it.
func (s *Server) memberPrograms(c *gin.Context) (programOwner, error) {
	n, v, err := s.negotiationOf(c)
	if err != nil {
		return programOwner{}, err
	}
	session, err := s.session(c.Request)
	if err != nil {
		return programOwner{}, err
	}
	return programOwner{
		token:  scheduling.Token{Purpose: scheduling.ForAPI, Negotiation: n.ID, Member: v.Member.ID, Party: v.Member.Party, Account: session.Account},
		rights: v.Member.Rights, root: "/n/" + string(n.ID) + "/programs", lede: "program.lede",
		hooks: v.May(scheduling.RightConvene),
	}, nil
}

// accountPrograms is the owner that an account is: its programs may open talks,
// and act wherever the account takes part.
func (s *Server) accountPrograms(c *gin.Context) (programOwner, error) {
	a, err := s.accountOf(c)
	if err != nil {
		return programOwner{}, err
	}
	return programOwner{
		token:  scheduling.Token{Purpose: scheduling.ForAPI, Account: a.ID},
		rights: scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene, root: "/account/programs", lede: "program.lede_account",
	}, nil
}

// programs lists the tokens of an owner that work, newest first.
func (s *Server) programsOf(ctx context.Context, o programOwner) ([]scheduling.Token, error) {
	all, err := s.access.Tokens(ctx, scheduling.TokenFilter{
		Purpose: scheduling.ForAPI, Negotiation: o.token.Negotiation, Member: o.token.Member, Account: o.account(),
	})
	if err != nil {
		return nil, fmt.Errorf("web: list programs: %w", err)
	}
	return slices.DeleteFunc(all, func(t scheduling.Token) bool {
		return t.Negotiation != o.token.Negotiation || !t.Good(s.now())
	}), nil
}

// account selects by account where there is no member to select by.
func (o programOwner) account() scheduling.AccountID {
	if o.token.Member != "" {
		return ""
	}
	return o.token.Account
}

type ownerOf func(*gin.Context) (programOwner, error)

// showPrograms handles GET /n/:negotiation/programs and GET /account/programs.
func (s *Server) showPrograms(of ownerOf) func(*gin.Context) error {
	return func(c *gin.Context) error {
		o, err := of(c)
		if err != nil {
			return err
		}
		f := newForm(s.printer(c.Request), url.Values{"life": {"90"}})
		return s.renderPrograms(c, http.StatusOK, o, f, nil)
	}
}

func (s *Server) renderPrograms(c *gin.Context, status int, o programOwner, f *Form, made *Copy) error {
	tokens, err := s.programsOf(c.Request.Context(), o)
	if err != nil {
		return err
	}
	view := programsView{Page: s.page(c), Root: o.root, Made: made, Hooks: o.hooks, Description: api.Root + "/openapi.yaml"}
	if o.token.Negotiation != "" {
		n, v, err := s.negotiationOf(c)
		if err != nil {
			return err
		}
		if view.Page, err = s.membersPage(c, n, v); err != nil {
			return err
		}
	} else {
		view.Back = &Link{Href: "/account", Text: view.T("account.title")}
	}
	view.Heading = view.Title
	view.Title = view.T("program.title")
	view.Window = titled(view.Printer, view.Title, view.Heading)
	if o.token.Negotiation == "" {
		view.Heading, view.Window = view.Title, ""
	}
	view.Lede = view.T(o.lede)
	for _, t := range tokens {
		view.Programs = append(view.Programs, s.programView(view.Page, t))
	}
	f.LineUpTo("name", scheduling.MaxName)
	view.Name = f.Field("name", view.T("program.name"), view.T("program.name_hint"))
	view.Name.Autocomplete = "off"
	for _, r := range memberRights {
		if o.rights.Has(r.right) {
			name := "right-" + r.name
			view.Rights = append(view.Rights, checkbox{Name: name, Label: view.T(r.label), Checked: f.Checked(name)})
		}
	}
	var lives []Choice
	for _, days := range programLives {
		lives = append(lives, Choice{Value: strconv.Itoa(days), Label: view.T("program.days", "n", days)})
	}
	view.Life = f.Picks("life", view.T("program.life"), "", lives...)
	if o.hooks {
		if err := s.addWebhooks(c, o, &view); err != nil {
			return err
		}
		view.URL = f.Field("url", view.T("program.hook_url"), view.T("program.hook_hint"))
		view.URL.Type, view.URL.Autocomplete = "url", "off"
	}
	view.Problems = f.Problems
	return s.render(c, status, programsPage, view)
}

func (s *Server) programView(p Page, t scheduling.Token) programView {
	day := p.DayMonthYear
	row := programView{Hash: t.Hash, Name: t.Name, About: []string{capital(rightsOf(p, t.Scope))}}
	row.About = append(row.About, p.T("program.made", "date", day(civil.DateOf(t.CreatedAt.UTC()))), p.T("program.ends", "date", day(civil.DateOf(t.ExpiresAt.UTC()))))
	if t.SeenAt.IsZero() {
		row.About = append(row.About, p.T("program.unused"))
	} else {
		row.About = append(row.About, p.T("program.used", "when", p.ShortDateTime(t.SeenAt.UTC())))
	}
	return row
}

// addWebhooks lists the addresses that are called for the owner.
func (s *Server) addWebhooks(c *gin.Context, o programOwner, view *programsView) error {
	all, err := s.programs.Webhooks(c.Request.Context(), o.token.Negotiation)
	if err != nil {
		return fmt.Errorf("web: list webhooks: %w", err)
	}
	for _, w := range all {
		if w.Member != o.token.Member {
			continue
		}
		row := webhookView{ID: string(w.ID), URL: w.URL, State: view.T("program.hook_" + string(w.State)), GivenUp: w.State == scheduling.WebhookGivenUp}
		if w.Attempts > 0 && w.State == scheduling.WebhookActive {
			row.State = view.T("program.hook_failing", "n", w.Attempts, "when", view.ShortDateTime(w.NextAt.UTC()))
		}
		view.Webhooks = append(view.Webhooks, row)
	}
	return nil
}

// createProgram handles POST /n/:negotiation/programs and POST
// /account/programs: a token, which the answer shows this once. Sending the
// form again shows the same one, as long as it works.
func (s *Server) createProgram(of ownerOf) func(*gin.Context) error {
	return func(c *gin.Context) error {
		o, err := of(c)
		if err != nil {
			return err
		}
		f := s.form(c)
		t := o.token
		f.Require("name")
		t.Name, t.Scope = f.LineUpTo("name", scheduling.MaxName), scheduling.RightObserve
		for _, r := range memberRights {
			if f.Checked("right-"+r.name) && o.rights.Has(r.right) {
				t.Scope |= r.right
			}
		}
		days, _ := strconv.Atoi(f.Choice("life", "30", "90", "365"))
		if switchedLanguage(c) || len(f.Problems) > 0 {
			return s.renderPrograms(c, http.StatusUnprocessableEntity, o, f, nil)
		}
		once := onceBy(c, string(t.Account)+string(t.Member))
		secret := s.derivedSecret("program", once.Actor, once.Key, once.Digest)
		if once.Key == "" {
			secret, _ = newToken()
		}
		now := s.instant()
		t.Hash, t.CreatedAt, t.ExpiresAt = hashToken(secret), now, now.AddDate(0, 0, days)
		if err := s.keepProgram(c.Request.Context(), o, t); err != nil {
			return err
		}
		p := s.page(c)
		made := &Copy{Printer: p.Printer, ID: "secret", Label: p.T("program.token", "name", t.Name), Hint: p.T("program.once"), Value: secret}
		return s.renderPrograms(c, http.StatusOK, o, newForm(p.Printer, url.Values{"life": {"90"}}), made)
	}
}

func (s *Server) keepProgram(ctx context.Context, o programOwner, t scheduling.Token) error {
	switch old, err := s.access.Token(ctx, t.Hash, scheduling.ForAPI); {
	case err == nil && !old.Good(s.now()):
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "program_ended"}
	case err == nil:
		return nil // the form was sent before
	case !errors.Is(err, scheduling.ErrNotFound):
		return fmt.Errorf("web: look for program: %w", err)
	}
	there, err := s.programsOf(ctx, o)
	if err == nil && len(there) >= mostPrograms {
		return &scheduling.Error{Kind: scheduling.ErrConflict, Code: "too_many_programs"}
	}
	if err == nil {
		err = s.access.SaveToken(ctx, t)
	}
	if err != nil {
		return fmt.Errorf("web: save program: %w", err)
	}
	return nil
}

// revokeProgram handles POST /n/:negotiation/programs/revocation and POST
// /account/programs/revocation: the token works no more.
func (s *Server) revokeProgram(of ownerOf) func(*gin.Context) error {
	return func(c *gin.Context) error {
		o, err := of(c)
		if err != nil {
			return err
		}
		hash := s.form(c).Line("program")
		if hash == "" {
			return hidden()
		}
		filter := scheduling.TokenFilter{Hash: hash, Negotiation: o.token.Negotiation, Member: o.token.Member, Account: o.account()}
		if err := s.endAccess(c.Request.Context(), filter, scheduling.ForAPI); err != nil {
			return err
		}
		return s.done(c, o.root, "program_revoked")
	}
}

// createWebhook handles POST /n/:negotiation/programs/webhooks. The answer
// shows the key of the signature this once.
func (s *Server) createWebhook(c *gin.Context) error {
	o, err := s.memberPrograms(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	f.Require("url")
	address := f.Line("url")
	if refusal, ok := errors.AsType[*scheduling.Error](pages{s}.CheckHookURL(address)); ok && len(f.Problems) == 0 {
		f.Refuse(refusal)
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderPrograms(c, http.StatusUnprocessableEntity, o, f, nil)
	}
	now := s.instant()
	w := scheduling.Webhook{
		ID: scheduling.WebhookID(idOf(onceBy(c, string(o.token.Member)))), Negotiation: o.token.Negotiation, Member: o.token.Member, Party: o.token.Party,
		URL: address, CreatedAt: now, State: scheduling.WebhookActive, NextAt: now,
	}
	if err := s.programs.SaveWebhook(c.Request.Context(), w); err != nil {
		return fmt.Errorf("web: save webhook: %w", err)
	}
	p := s.page(c)
	made := &Copy{Printer: p.Printer, ID: "secret", Label: p.T("program.hook_secret"), Hint: p.T("program.once"), Value: WebhookSecret(s.secret, w.ID)}
	return s.renderPrograms(c, http.StatusOK, o, newForm(p.Printer, url.Values{"life": {"90"}}), made)
}

// changeWebhook handles POST /n/:negotiation/programs/webhooks/change: field do
// is remove, or resume for one that was given up.
func (s *Server) changeWebhook(c *gin.Context) error {
	o, err := s.memberPrograms(c)
	if err != nil {
		return err
	}
	f, ctx := s.form(c), c.Request.Context()
	id := scheduling.WebhookID(f.Line("webhook"))
	all, err := s.programs.Webhooks(ctx, o.token.Negotiation)
	if err != nil {
		return fmt.Errorf("web: list webhooks: %w", err)
	}
	if !slices.ContainsFunc(all, func(w scheduling.Webhook) bool { return w.ID == id && w.Member == o.token.Member }) {
		return hidden()
	}
	done := "webhook_removed"
	if f.Do() == "resume" {
		done = "webhook_resumed"
		err = s.programs.ResumeWebhook(ctx, o.token.Negotiation, id, s.instant())
	} else {
		err = s.programs.DeleteWebhook(ctx, o.token.Negotiation, id)
	}
	if err != nil {
		return fmt.Errorf("web: change webhook: %w", err)
	}
	return s.done(c, o.root, done)
}
