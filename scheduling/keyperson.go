package scheduling

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"parley/scheduling/civil"
	"parley/scheduling/clash"
)

// Function is what a key person is in the delegation.
type Function string

// The functions of key persons.
const (
	FunctionHead     Function = "head"
	FunctionMinister Function = "minister"
	FunctionCounsel  Function = "counsel"
	FunctionExpert   Function = "expert"
	FunctionOther    Function = "key_person"
)

// Functions lists the functions of key persons.
var Functions = []Function{FunctionHead, FunctionMinister, FunctionCounsel, FunctionExpert, FunctionOther}

// A KeyPerson is somebody without whom the party will not meet.
type KeyPerson struct {
	ID       string // unique in the diary
	Name     string // never leaves the party
	Function Function
}

// CommitmentKind tells being taken from being in town.
type CommitmentKind string

// The kinds of commitments.
const (
	CommitmentBusy    CommitmentKind = "busy"    // cannot meet then
	CommitmentPresent CommitmentKind = "present" // is in the city, and can meet there
)

// A Commitment is where a key person is on some days. Busy is the party's own
// business, whatever its readers; presence may be told to others.
type Commitment struct {
	ID     string // unique in the diary
	Person string // ID of the KeyPerson
	Kind   CommitmentKind
	City   string
	First  civil.Date // both ends included, local to the city
	Last   civil.Date
	Note   string // what it is; never leaves the party
	// Readers and Named are who may be told of a presence; Public is not among
	// the scopes that it may have.
	Readers Scope
	Named   []PartyID
	Source  string // where it was taken from; "" was typed in
}

// stay is the days of c in the city as a travel table knows it.
func (c Commitment) stay() clash.Stay {
	return clash.Stay{City: TravelCity(c.City), First: c.First, Last: c.Last}
}

// A Diary is what a party keeps to itself of its key persons: nobody else sees
// it, and no rule about the common slots reads it. It is an aggregate of its
// own, one a party and negotiation.
type Diary struct {
	Negotiation NegotiationID
	Party       PartyID
	Version     int // of the stored aggregate; 0 is nothing stored yet
	Persons     []KeyPerson
	Commitments []Commitment
}

// Limits on what a diary holds.
const (
	MaxKeyPersons  = 20
	MaxCommitments = 400
	MaxStay        = 366 // days of one commitment
)

// MayKeepDiary refuses a member who may not change the diary of a party: that
// is for those of its own who convene or answer.
func (n *Negotiation) MayKeepDiary(by MemberID, party PartyID) error {
	m := n.Member(by)
	switch {
	case m == nil || party == "" || m.Party != party:
		return refuse(ErrForbidden, "not_your_party")
	case n.observes(party):
		return refuse(ErrForbidden, "observers_follow")
	case !m.Rights.Has(RightConvene) && !m.Rights.Has(RightAnswer):
		return refuse(ErrForbidden, "answer_right_missing")
	case n.Status == Concluded:
		return refuse(ErrConflict, "negotiation_concluded")
	}
	return nil
}

// Person is the key person with that id, or nil.
func (d *Diary) Person(id string) *KeyPerson {
	i := slices.IndexFunc(d.Persons, func(p KeyPerson) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return &d.Persons[i]
}

// AddPerson names a key person. An ID that is there already is no news.
func (d *Diary) AddPerson(n *Negotiation, by MemberID, p KeyPerson) error {
	if err := n.MayKeepDiary(by, d.Party); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(p.Name) == "":
		return refuse(ErrInvalid, "key_person_nameless").at("name")
	case utf8.RuneCountInString(p.Name) > MaxName:
		return refuse(ErrInvalid, "too_long", "n", strconv.Itoa(MaxName)).at("name")
	case !slices.Contains(Functions, p.Function):
		return refuse(ErrInvalid, "function_unknown").at("function")
	case len(d.Persons) >= MaxKeyPersons:
		return refuse(ErrConflict, "too_many_key_persons").at("name")
	case p.ID == "" || d.Person(p.ID) != nil:
		return nil
	}
	d.Persons = append(d.Persons, p)
	return nil
}

// RemovePerson drops a key person with all commitments; one who is not there is
// no news.
func (d *Diary) RemovePerson(n *Negotiation, by MemberID, id string) error {
	if err := n.MayKeepDiary(by, d.Party); err != nil {
		return err
	}
	d.Persons = slices.DeleteFunc(d.Persons, func(p KeyPerson) bool { return p.ID == id })
	d.Commitments = slices.DeleteFunc(d.Commitments, func(c Commitment) bool { return c.Person == id })
	return nil
}

// AddCommitment notes where a key person is. An ID that is there already is no
// news. Commitments stand in the order of their days.
func (d *Diary) AddCommitment(n *Negotiation, by MemberID, c Commitment) error {
	if err := n.MayKeepDiary(by, d.Party); err != nil {
		return err
	}
	switch {
	case d.Person(c.Person) == nil:
		return refuse(ErrInvalid, "key_person_unknown").at("person")
	case c.Kind != CommitmentBusy && c.Kind != CommitmentPresent:
		return refuse(ErrInvalid, "choice_unknown").at("kind")
	case strings.TrimSpace(c.City) == "":
		return refuse(ErrInvalid, "city_missing").at("city")
	case utf8.RuneCountInString(c.City) > MaxName:
		return refuse(ErrInvalid, "too_long", "n", strconv.Itoa(MaxName)).at("city")
	case !c.First.Valid():
		return refuse(ErrInvalid, "commitment_undated").at("first-d")
	case !c.Last.Valid() || c.Last.Before(c.First):
		return refuse(ErrInvalid, "commitment_reversed").at("last-d")
	case c.Last.DaysSince(c.First) >= MaxStay:
		return refuse(ErrInvalid, "commitment_too_long").at("last-d")
	case utf8.RuneCountInString(c.Note) > MaxNote:
		return refuse(ErrInvalid, "too_long", "n", strconv.Itoa(MaxNote)).at("note")
	case c.Kind == CommitmentBusy && c.Readers != OwnParty, c.Readers == Public,
		c.Readers == NamedParties && (len(c.Named) == 0 || slices.ContainsFunc(c.Named, func(p PartyID) bool { return n.Party(p) == nil })):
		return refuse(ErrInvalid, "presence_readers").at("readers")
	case len(d.Commitments) >= MaxCommitments:
		return refuse(ErrConflict, "too_many_commitments").at("city")
	case c.ID == "" || slices.ContainsFunc(d.Commitments, func(o Commitment) bool { return o.ID == c.ID }):
		return nil
	}
	if v, known := LookupCity(c.City); known {
		c.City = v.Name
	}
	if c.Readers != NamedParties {
		c.Named = nil
	}
	d.Commitments = append(d.Commitments, c)
	slices.SortStableFunc(d.Commitments, func(a, b Commitment) int { return a.First.Compare(b.First) })
	return nil
}

// RemoveCommitment drops a commitment; one that is not there is no news.
func (d *Diary) RemoveCommitment(n *Negotiation, by MemberID, id string) error {
	if err := n.MayKeepDiary(by, d.Party); err != nil {
		return err
	}
	d.Commitments = slices.DeleteFunc(d.Commitments, func(c Commitment) bool { return c.ID == id })
	return nil
}

// A Presence is what others may be told of a key person: the function, and the
// days in a city.
type Presence struct {
	Party       PartyID
	Function    Function
	City        string
	First, Last civil.Date // both ends included, local to the city
}

// Presences are what those in to may be told, in the order of the days.
func (d *Diary) Presences(to Audience) []Presence {
	var list []Presence
	for _, c := range d.Commitments {
		p := d.Person(c.Person)
		told := Text{Owner: d.Party, Scope: c.Readers, Named: c.Named}
		if c.Kind == CommitmentPresent && p != nil && told.Visible(to) {
			list = append(list, Presence{Party: d.Party, Function: p.Function, City: c.City, First: c.First, Last: c.Last})
		}
	}
	return list
}

// On reports whether the person is in the city of the slot on all its days.
func (p Presence) On(s *Slot) bool {
	return clash.Stay{City: TravelCity(p.City), First: p.First, Last: p.Last}.Covers(s.stay())
}

// stay is the days of the slot in its city, with the hours if it has any.
func (s *Slot) stay() clash.Stay {
	stay := clash.Stay{City: TravelCity(s.Venue.Name), First: s.Days[0], Last: s.Days[len(s.Days)-1]}
	if !s.DateOnly {
		stay.Hours = s.Hours
	}
	return stay
}

// TravelCity is a city as travel tables name it: Genf, genève and Geneva are
// one.
func TravelCity(name string) string {
	if v, known := LookupCity(name); known {
		return v.Name
	}
	return plainName(name)
}
