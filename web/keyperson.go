package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

var keyPersonsPage = declarePage("key-persons")

// keyPersonsView is the diary of the viewer's own party.
type keyPersonsView struct {
	Page
	Heading string
	Persons []keyPersonRow
	Empty   string
	Keeps   bool // may change it
	Post    string

	Name     Field
	Function Picks

	Whose, Kind, Readers Picks
	City, Note           Field
	First, Last          DateField
}

type keyPersonRow struct {
	Name, Function, Remove string
	Commitments            []commitmentRow
}

type commitmentRow struct {
	Text, Note, Told, Remove string
}

func keyPersonsPath(id scheduling.NegotiationID) string { return "/n/" + string(id) + "/key-persons" }

// ownDiary is the negotiation in the path and the diary of the viewer's party.
// The office and observers have none, and those who only read are not shown it.
func (s *Server) ownDiary(c *gin.Context) (*scheduling.Negotiation, viewer, *scheduling.Diary, error) {
	n, v, err := s.negotiationOf(c)
	switch {
	case err != nil:
		return nil, viewer{}, nil, err
	case v.Party == nil || v.Observer:
		return nil, viewer{}, nil, hidden()
	case !seesDiary(v):
		return nil, viewer{}, nil, forbidden("answer_right_missing")
	}
	d, err := s.store.Diary(c.Request.Context(), n.ID, v.Party.ID)
	if err != nil {
		return nil, viewer{}, nil, fmt.Errorf("web: diary: %w", err)
	}
	return n, v, d, nil
}

// seesDiary reports whether the viewer acts for a party that has a diary.
func seesDiary(v viewer) bool {
	return v.Party != nil && !v.Observer && (v.May(scheduling.RightConvene) || v.May(scheduling.RightAnswer) || v.May(scheduling.RightConsent))
}

// showKeyPersons handles GET /n/:negotiation/key-persons: the key persons of
// the viewer's own party, and where they have to be.
func (s *Server) showKeyPersons(c *gin.Context) error {
	return s.renderKeyPersons(c, http.StatusOK, newForm(s.printer(c.Request), url.Values{
		"kind": {string(scheduling.CommitmentBusy)}, "function": {string(scheduling.FunctionHead)}, "readers": {"own"},
	}))
}

func (s *Server) renderKeyPersons(c *gin.Context, status int, f *Form) error {
	n, v, d, err := s.ownDiary(c)
	if err != nil {
		return err
	}
	page, err := s.membersPage(c, n, v)
	if err != nil {
		return err
	}
	view := keyPersonsView{Page: page, Heading: page.Title, Post: keyPersonsPath(n.ID), Keeps: n.MayKeepDiary(v.Member.ID, d.Party) == nil}
	view.Window = titled(page.Printer, page.T("key_persons.title"), page.Title)
	var persons []Choice
	for _, p := range d.Persons {
		function := page.T("key_persons.function." + string(p.Function))
		row := keyPersonRow{Name: p.Name, Function: function, Remove: view.Post + "/" + p.ID + "/removal"}
		for _, k := range d.Commitments {
			if k.Person == p.ID {
				row.Commitments = append(row.Commitments, newCommitmentRow(page.Printer, n, k, view.Post))
			}
		}
		view.Persons = append(view.Persons, row)
		persons = append(persons, Choice{Value: p.ID, Label: page.T("key_persons.named", "name", p.Name, "function", function)})
	}
	if view.Keeps {
		view.fields(f, n, v, persons)
	}
	view.Problems = f.Problems
	return s.render(c, status, keyPersonsPage, view)
}

func newCommitmentRow(p *locale.Printer, n *scheduling.Negotiation, k scheduling.Commitment, post string) commitmentRow {
	row := commitmentRow{
		Text: p.T("key_persons.is."+string(k.Kind), "city", k.City, "days", daysText(p, k.First, k.Last)),
		Note: k.Note, Remove: post + "/commitments/" + k.ID + "/removal",
	}
	if k.Kind == scheduling.CommitmentPresent {
		switch k.Readers {
		case scheduling.AllParties:
			row.Told = p.T("key_persons.told_all")
		case scheduling.NamedParties:
			row.Told = p.T("key_persons.told_some", "parties", p.And(n.Names(k.Named)...))
		case scheduling.OwnParty, scheduling.Public:
			row.Told = p.T("key_persons.told_none")
		}
	}
	return row
}

// daysText is one day in full, or the first and the last.
func daysText(p *locale.Printer, first, last civil.Date) string {
	if first == last {
		return p.Date(first)
	}
	return p.DateRange(first, last)
}

// fields are the two forms of the page: a person, and a commitment.
func (view *keyPersonsView) fields(f *Form, n *scheduling.Negotiation, v viewer, persons []Choice) {
	view.Name = f.Field("name", f.T("key_persons.name"), f.T("key_persons.name_hint"))
	view.Name.Autocomplete = "off"
	var functions []Choice
	for _, function := range scheduling.Functions {
		functions = append(functions, Choice{Value: string(function), Label: f.T("key_persons.function." + string(function))})
	}
	view.Function = f.Picks("function", f.T("key_persons.function_label"), "", functions...)
	view.Whose = f.Picks("person", f.T("key_persons.person"), "", persons...)
	view.Kind = f.Picks(
		"kind", f.T("key_persons.kind"), "",
		Choice{Value: string(scheduling.CommitmentBusy), Label: f.T("key_persons.busy"), Note: f.T("key_persons.busy_note")},
		Choice{Value: string(scheduling.CommitmentPresent), Label: f.T("key_persons.present"), Note: f.T("key_persons.present_note")},
	)
	view.City = f.Field("city", f.T("key_persons.city"), f.T("key_persons.city_hint"))
	view.City.Autocomplete = "off"
	view.First = f.DateField("first", f.T("key_persons.first"), "")
	view.Last = f.DateField("last", f.T("key_persons.last"), f.T("key_persons.last_hint"))
	view.Note = f.Field("note", f.T("key_persons.note"), f.T("key_persons.note_hint"))
	view.Note.Optional = true
	readers := []Choice{{Value: "own", Label: f.T("key_persons.readers_own")}}
	for _, party := range n.Parties {
		if party.ID != v.Party.ID && len(n.Parties) > 2 {
			readers = append(readers, Choice{Value: "p." + string(party.ID), Label: f.T("key_persons.readers_one", "party", party.Name)})
		}
	}
	readers = append(readers, Choice{Value: "all", Label: f.T("key_persons.readers_all")})
	view.Readers = f.Picks("readers", f.T("key_persons.readers"), f.T("key_persons.readers_hint"), readers...)
}

// changeDiary lets change act on the diary of the viewer's party, once for each
// form; a refusal shows the page again.
func (s *Server) changeDiary(c *gin.Context, f *Form, done string, change func(*scheduling.Negotiation, scheduling.MemberID, *scheduling.Diary) error) error {
	n, v, _, err := s.ownDiary(c)
	if err != nil {
		return err
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderKeyPersons(c, http.StatusUnprocessableEntity, f)
	}
	err = s.store.UpdateDiary(c.Request.Context(), n.ID, v.Party.ID, s.once(c, v), func(n *scheduling.Negotiation, d *scheduling.Diary) error {
		return change(n, v.Member.ID, d)
	})
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && refusal.Field != "" {
		f.Refuse(refusal)
		return s.renderKeyPersons(c, refusalStatus(refusal), f)
	} else if err != nil {
		return fmt.Errorf("web: change diary: %w", err)
	}
	return s.done(c, keyPersonsPath(n.ID), done)
}

// createKeyPerson handles POST /n/:negotiation/key-persons.
func (s *Server) createKeyPerson(c *gin.Context) error {
	_, v, _, err := s.ownDiary(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	f.Require("name")
	p := scheduling.KeyPerson{
		ID: idOf(s.once(c, v)), Name: f.LineUpTo("name", scheduling.MaxName), Function: scheduling.Function(f.Line("function")),
	}
	return s.changeDiary(c, f, "key_person_added", func(n *scheduling.Negotiation, by scheduling.MemberID, d *scheduling.Diary) error {
		return d.AddPerson(n, by, p)
	})
}

// removeKeyPerson handles POST /n/:negotiation/key-persons/:person/removal.
func (s *Server) removeKeyPerson(c *gin.Context) error {
	id := c.Param("person")
	return s.changeDiary(c, s.form(c), "key_person_removed", func(n *scheduling.Negotiation, by scheduling.MemberID, d *scheduling.Diary) error {
		return d.RemovePerson(n, by, id)
	})
}

// createCommitment handles POST /n/:negotiation/key-persons/commitments. One
// day needs no last day.
func (s *Server) createCommitment(c *gin.Context) error {
	_, v, _, err := s.ownDiary(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	f.Require("city", "first-d")
	k := scheduling.Commitment{
		ID: idOf(s.once(c, v)), Person: f.Line("person"), Kind: scheduling.CommitmentKind(f.Line("kind")),
		City: f.LineUpTo("city", scheduling.MaxName), First: f.Date("first"), Last: f.Date("last"), Note: f.LineUpTo("note", scheduling.MaxNote),
	}
	if k.Last.IsZero() {
		k.Last = k.First
	}
	switch readers := f.Line("readers"); {
	case readers == "all":
		k.Readers = scheduling.AllParties
	case len(readers) > 2 && readers[:2] == "p.":
		k.Readers, k.Named = scheduling.NamedParties, []scheduling.PartyID{scheduling.PartyID(readers[2:])}
	}
	return s.changeDiary(c, f, "commitment_added", func(n *scheduling.Negotiation, by scheduling.MemberID, d *scheduling.Diary) error {
		return d.AddCommitment(n, by, k)
	})
}

// removeCommitment handles POST
// /n/:negotiation/key-persons/commitments/:commitment/removal.
func (s *Server) removeCommitment(c *gin.Context) error {
	id := c.Param("commitment")
	return s.changeDiary(c, s.form(c), "commitment_removed", func(n *scheduling.Negotiation, by scheduling.MemberID, d *scheduling.Diary) error {
		return d.RemoveCommitment(n, by, id)
	})
}
