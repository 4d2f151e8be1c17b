package web

import (
	"net/url"

	"parley/scheduling"
)

// A memberForm is what is asked about a member.
type memberForm struct {
	Name, Email Field
	Language    Picks
	Party       *Picks     // nil for a member who has one
	Rights      []checkbox // none for who may not change them
	Invitations bool
	Mail        bool // send the link now
}

type checkbox struct {
	Name, Label string
	Checked     bool
}

// memberForm is the form with what was typed. Parties are the sides to choose
// from; none is for a member who has one.
func (s *Server) memberForm(f *Form, p Page, parties []Choice) *memberForm {
	m := &memberForm{Invitations: f.Checked("invitations"), Mail: f.Checked("mail")}
	m.Name = f.Field("name", p.T("member.name"), p.T("member.name_hint"))
	m.Name.Autocomplete = "off"
	m.Email = f.Field("email", p.T("member.email"), p.T("member.email_hint"))
	m.Email.Type, m.Email.Autocomplete, m.Email.Optional = "email", "off", true
	m.Language = f.Picks("language", p.T("member.language"), "", s.languageChoices(p)...)
	if len(parties) > 0 {
		picks := f.Picks("party", p.T("member.party"), "", parties...)
		m.Party = &picks
		m.Rights = rightsFields(f, anySide, true)
	}
	return m
}

// anySide stands for a side that is yet to be chosen.
const anySide scheduling.PartyID = "any side"

// rightsFields are the rights to tick. Neutral staff never consent, and nobody
// else mediates.
func rightsFields(f *Form, party scheduling.PartyID, manages bool) []checkbox {
	if !manages {
		return nil
	}
	var boxes []checkbox
	for _, r := range memberRights {
		switch {
		case party == "" && (r.right == scheduling.RightConsent || r.right == scheduling.RightRelease):
			continue
		case party != "" && party != anySide && r.right == scheduling.RightMediate:
			continue
		}
		name := "right-" + r.name
		boxes = append(boxes, checkbox{Name: name, Label: f.T(r.label), Checked: f.Checked(name)})
	}
	return boxes
}

// readMember reads the form. Whoever has no other right reads.
func (s *Server) readMember(f *Form) scheduling.Member {
	f.Require("name")
	m := scheduling.Member{
		Name: f.LineUpTo("name", scheduling.MaxName), Email: f.Email("email"),
		Language: f.Line("language"), Invitations: f.Checked("invitations"),
	}
	if m.Language != "" && !s.catalogs.Has(m.Language) {
		f.Fail("language", "error.choice_unknown")
	}
	if m.Invitations && !f.Has("email") {
		f.Fail("email", "error.invitations_need_address")
	}
	for _, r := range memberRights {
		if f.Checked("right-" + r.name) {
			m.Rights |= r.right
		}
	}
	if m.Rights == 0 {
		m.Rights = scheduling.RightObserve
	}
	return m
}

// memberValues are the values with which the form of m begins.
func memberValues(m scheduling.Member) url.Values {
	values := url.Values{"name": {m.Name}, "email": {m.Email}, "language": {m.Language}}
	if m.Invitations {
		values.Set("invitations", "yes")
	}
	for _, r := range memberRights {
		if m.Rights.Has(r.right) {
			values.Set("right-"+r.name, "yes")
		}
	}
	return values
}
