package web

import (
	"slices"
	"strconv"
	"strings"

	"parley/scheduling"
)

// talksFields are the inputs about new talks and who takes part.
type talksFields struct {
	Title, Reference Field
	Count            int
	Delegations      []delegationFields
	More             bool
	Self             Picks
}

type delegationFields struct {
	ID                             string
	Title                          string
	Name, Short, City, Head, Email Field
	Role                           Picks
	Zone, Visa                     Field
	Open                           bool
}

// openingFields are the inputs about a round and its rule.
type openingFields struct {
	Round Field
	Rule  ruleFields
}

// The most characters of a short name, which heads a column, and of the
// reference, which heads the papers.
const (
	maxShort     = 8
	maxReference = 40
)

func delegation(i int) string { return "d" + strconv.Itoa(i) + "-" }

func (f *offerForm) blankDelegation(i int) bool {
	name := delegation(i)
	return !f.Has(name+"name") && !f.Has(name+"short") && !f.Has(name+"city") && !f.Has(name+"head") && !f.Has(name+"email")
}

// parties reads the delegations in their order, with their first members. Ids
// of members begin with id.
func (f *offerForm) parties(id string) (parties []scheduling.Party, members []scheduling.Member) {
	names := map[string]bool{}
	for i := range f.count("delegations", 2, scheduling.MaxParties) {
		if f.blankDelegation(i) {
			continue
		}
		name := delegation(i)
		f.Require(name + "name")
		p := scheduling.Party{
			ID: partyAt(i), Name: f.LineUpTo(name+"name", scheduling.MaxName), Short: f.LineUpTo(name+"short", maxShort),
			Role: scheduling.RoleRequired, VisaDays: f.leads(name + "visa"),
		}
		if names[strings.ToLower(p.Name)] {
			f.Fail(name+"name", "error.party_twice", "party", p.Name)
		}
		names[strings.ToLower(p.Name)] = true
		if f.Line(name+"role") == string(scheduling.RoleObserver) {
			p.Role = scheduling.RoleObserver
		}
		p.City = f.LineUpTo(name+"city", scheduling.MaxName)
		seat, known := scheduling.LookupCity(p.City)
		if known {
			p.City, p.Zone = seat.Name, seat.Zone
		}
		if zone, said := f.zone(name + "zone"); said {
			p.Zone = zone
		} else if p.City != "" && !known {
			f.Fail(name+"zone", "error.zone_missing")
		}
		parties = append(parties, p)
		m := scheduling.Member{
			ID: scheduling.MemberID(id + "-" + strconv.Itoa(i+1)), Party: p.ID,
			Name: f.LineUpTo(name+"head", scheduling.MaxName), Email: f.Email(name + "email"),
			Rights: scheduling.RightAnswer | scheduling.RightConsent | scheduling.RightConvene | scheduling.RightObserve,
		}
		if p.Role == scheduling.RoleObserver {
			m.Rights = scheduling.RightObserve
		}
		if m.Name == "" && m.Email == "" {
			continue
		}
		if m.Name == "" {
			m.Name = p.Name
		}
		m.Invitations = m.Email != ""
		members = append(members, m)
	}
	return parties, members
}

func partyAt(i int) scheduling.PartyID { return scheduling.PartyID("p" + strconv.Itoa(i+1)) }

// leads reads visa lead times: "CH 10, US 21".
func (f *offerForm) leads(field string) map[string]int {
	var leads map[string]int
	for text := range strings.FieldsFuncSeq(f.Line(field), func(r rune) bool { return r == ',' || r == ';' }) {
		parts := strings.Fields(text)
		if len(parts) == 0 {
			continue
		}
		days := -1
		if len(parts) >= 2 {
			if n, err := strconv.Atoi(parts[1]); err == nil {
				days = n
			}
		}
		country := strings.ToUpper(parts[0])
		if len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || days < 0 || days > scheduling.MaxNoticeDays || len(parts) > 3 {
			f.Fail(field, "error.visa_unreadable", "text", strings.TrimSpace(text))
			return nil
		}
		if leads == nil {
			leads = map[string]int{}
		}
		leads[country] = days
	}
	return leads
}

// side reads a choice among the delegations and the neutral staff.
func (f *offerForm) side(field string, parties []scheduling.Party) scheduling.PartyID {
	allowed := []string{staffValue}
	for _, p := range parties {
		allowed = append(allowed, sideValue(p.ID))
	}
	if !f.Has(field) {
		f.Require(field)
		return ""
	}
	side := f.Choice(field, allowed...)
	if side == "" || side == staffValue {
		return ""
	}
	return scheduling.PartyID(strings.TrimPrefix(side, "p."))
}

// opening reads what is said of a round: its name, its rule, its deadline.
func (f *offerForm) opening(parties []scheduling.Party) *scheduling.Round {
	f.Require("round")
	r := &scheduling.Round{
		Name:     scheduling.Text{Body: f.LineUpTo("round", scheduling.MaxName), Scope: scheduling.AllParties},
		UID:      newID(),
		Deadline: f.deadline("deadline"),
		Rule:     f.rule(parties),
	}
	return r
}

// ownFirst are the seats of the parties, that of party first.
func ownFirst(parties []scheduling.Party, party scheduling.PartyID) []City {
	var cities []City
	for _, p := range parties {
		city := City{Name: p.City, Zone: p.Zone}
		switch {
		case p.City == "" || p.Zone == "":
		case p.ID == party:
			cities = slices.Insert(cities, 0, city)
		default:
			cities = append(cities, city)
		}
	}
	return cities
}

// talksFields are the inputs with what was typed.
func (f *offerForm) talksFields() *talksFields {
	v := &talksFields{Count: f.count("delegations", 2, scheduling.MaxParties)}
	v.Title = f.lineField("title", "new.talks_title", "new.talks_title_hint")
	v.Reference = f.lineField("reference", "new.reference", "new.reference_hint")
	v.Reference.Optional = true
	v.Title.Max, v.Reference.Max = scheduling.MaxName, maxReference
	for i := range v.Count {
		name := delegation(i)
		d := delegationFields{ID: name, Title: f.T("new.delegation", "number", i+1)}
		d.Name = f.lineField(name+"name", "new.name", "")
		d.Short = f.lineField(name+"short", "new.short", "")
		d.City = f.lineField(name+"city", "new.seat", "")
		d.Head = f.lineField(name+"head", "new.head", "")
		d.Name.Max, d.Short.Max, d.Head.Max = scheduling.MaxName, maxShort, scheduling.MaxName
		d.Email = f.lineField(name+"email", "new.email", "")
		d.Email.Type = "email"
		d.Role = f.Picks(name+"role", f.T("new.role"), "",
			Choice{Value: string(scheduling.RoleRequired), Label: f.T("new.role_required")},
			Choice{Value: string(scheduling.RoleObserver), Label: f.T("new.role_observer")})
		d.Zone = f.lineField(name+"zone", "proposal.zone", "new.zone_hint")
		d.Zone.Code = true
		d.Visa = f.lineField(name+"visa", "new.visa", "new.visa_hint")
		d.Open = f.Line(name+"role") == string(scheduling.RoleObserver)
		for _, field := range []string{"zone", "visa", "role"} {
			d.Open = d.Open || f.bad(name+field) || field != "role" && f.Has(name+field)
		}
		f.relabel(name, d.Title)
		v.Delegations = append(v.Delegations, d)
	}
	v.More = v.Count < scheduling.MaxParties
	v.Self = f.Picks("self", f.T("new.self"), f.T("new.self_hint"), f.sideChoices(true)...)
	return v
}

// relabel tells fields of the same name apart in the summary of errors.
func (f *Form) relabel(prefix, of string) {
	for i, p := range f.Problems {
		if strings.HasPrefix(p.Field, prefix) && p.Label != "" {
			f.Problems[i].Label = f.T("proposal.field_of", "of", of, "field", p.Label)
		}
	}
}

// sideChoices are the delegations in the form and the neutral staff.
func (f *offerForm) sideChoices(staff bool) []Choice {
	choices := []Choice{{Value: "", Label: f.T("new.choose")}}
	for i := range f.count("delegations", 2, scheduling.MaxParties) {
		label := f.T("new.delegation", "number", i+1)
		if name := f.Line(delegation(i) + "name"); name != "" {
			label = f.T("new.delegation_named", "number", i+1, "name", name)
		}
		choices = append(choices, Choice{Value: sideValue(partyAt(i)), Label: label})
	}
	if staff {
		choices = append(choices, Choice{Value: staffValue, Label: f.T("new.staff")})
	}
	return choices
}

// openingFields are the inputs with what was typed.
func (f *offerForm) openingFields(talks bool) *openingFields {
	v := &openingFields{Round: f.lineField("round", "new.round", "new.round_hint")}
	v.Round.Max = scheduling.MaxName
	choices := f.partyChoices
	if talks {
		choices = f.sideChoices(true)
	}
	v.Rule = f.ruleFields(choices)
	return v
}
