package api

import (
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// A Slot is one concrete meeting that is or was on the table.
type Slot struct {
	Label        string         `json:"label" example:"G2"`
	Version      int            `json:"version" doc:"Rises when what is offered changes; what was said before is void then"`
	Status       string         `json:"status" enum:"offered,expired,withdrawn,confirmed,released,vacated"`
	Order        string         `json:"order,omitempty"`
	Venue        Venue          `json:"venue"`
	Format       string         `json:"format" enum:"in_person,remote,hybrid"`
	Room         string         `json:"room,omitempty"`
	DateOnly     bool           `json:"date_only,omitempty"`
	Days         []string       `json:"days" doc:"Session days, local to the venue"`
	From         string         `json:"from,omitempty" example:"10:00"`
	Until        string         `json:"until,omitempty" example:"18:00"`
	Start        time.Time      `json:"start"`
	End          time.Time      `json:"end"`
	DecideBy     string         `json:"decide_by" format:"date" doc:"The last day at the venue on which the slot can be confirmed"`
	DecisionEnds time.Time      `json:"decision_ends" doc:"The first instant that is too late for that"`
	Offers       []Source       `json:"offers"`
	Standing     *Standing      `json:"standing,omitempty" doc:"While a date is being agreed"`
	Positions    []Position     `json:"positions,omitempty" doc:"While a date is being agreed; not for observers"`
	Consents     []GivenConsent `json:"consents,omitempty" doc:"Not for observers"`
}

// A Venue is where a slot is.
type Venue struct {
	Name    string `json:"name"`
	Place   string `json:"place,omitempty"`
	Zone    string `json:"zone"`
	Country string `json:"country,omitempty"`
}

// A Source is a proposal from which a slot comes, or a party that offered it
// again.
type Source struct {
	Proposal int    `json:"proposal,omitempty"`
	Party    string `json:"party,omitempty"`
}

// A Standing counts the answers of the parties that must agree.
type Standing struct {
	Preferred   int `json:"preferred"`
	Available   int `json:"available"`
	IfNeedBe    int `json:"if_need_be"`
	NotPossible int `json:"not_possible"`
	None        int `json:"none"`
	Conditions  int `json:"conditions" doc:"Answers that depend on a condition that is open"`
	Consents    int `json:"consents"`
}

// A Position is what a party says of a slot as it now is.
type Position struct {
	Party     string    `json:"party"`
	Level     string    `json:"level" enum:"preferred,available,if_need_be,not_possible"`
	Reason    *Text     `json:"reason,omitempty"`
	Class     string    `json:"reason_class,omitempty" enum:"key_person,travel,holiday,visa,security,policy"`
	Condition string    `json:"condition,omitempty" enum:"open,met,failed"`
	Rank      int       `json:"rank,omitempty" doc:"The own party's order among slots of one level"`
	Late      bool      `json:"late,omitempty"`
	Reported  *Evidence `json:"reported,omitempty"`
}

// A GivenConsent binds a party.
type GivenConsent struct {
	Party    string    `json:"party"`
	At       time.Time `json:"at"`
	Kind     string    `json:"kind,omitempty" doc:"ad_referendum, tacit or firm; nothing is a full consent"`
	Until    *Deadline `json:"until,omitempty" doc:"Until when it is to be approved, or holds"`
	Reported *Evidence `json:"reported,omitempty"`
}

// newSlot is a slot as its viewer may see it. Answers of single parties are
// shown where the pages show them: while a date is being agreed, and never to
// observers.
func newSlot(v Viewer, r *scheduling.Round, s *scheduling.Slot, st *scheduling.Standing) Slot {
	out := Slot{
		Label: string(s.Label), Version: s.Version, Status: string(s.Status), Order: string(s.Order),
		Venue:  Venue{s.Venue.Name, s.Venue.Place, string(s.Venue.Zone), s.Venue.Country},
		Format: string(scheduling.InPerson), DateOnly: s.DateOnly,
		Start: s.Start().UTC(), End: s.End().UTC(),
		DecideBy: s.DecideBy(r.Negotiation.Parties).String(), DecisionEnds: s.DecisionEnds(r.Negotiation.Parties).UTC(),
		Offers: []Source{},
	}
	if s.Format != "" {
		out.Format = string(s.Format)
	}
	for _, d := range s.Days {
		out.Days = append(out.Days, d.String())
	}
	if !s.DateOnly {
		out.From, out.Until = s.Hours.From.String(), s.Hours.To.String()
	}
	for _, o := range s.Offers {
		out.Offers = append(out.Offers, Source{o.Proposal, string(o.By)})
	}
	if st != nil {
		out.Standing = &Standing{
			st.Count(scheduling.LevelPreferred), st.Count(scheduling.LevelAvailable), st.Count(scheduling.LevelIfNeedBe),
			st.Count(scheduling.LevelNotPossible), st.Count(""), st.Conditions, len(st.Consents),
		}
	}
	if v.Observer {
		return out
	}
	out.Room = s.Room
	for _, id := range r.Negotiation.Required() {
		if p, ok := s.Position(id); ok && st != nil {
			out.Positions = append(out.Positions, newPosition(v, id, p))
		}
		if c, ok := s.Consent(id); ok && !r.Sealing() && (s.Status == scheduling.Offered || s.Status == scheduling.SlotConfirmed) {
			out.Consents = append(out.Consents, GivenConsent{string(id), c.At, string(c.Kind), newDeadline(c.Until), newEvidence(c.Reported, v.Audience)})
		}
	}
	return out
}

func newPosition(v Viewer, id scheduling.PartyID, p scheduling.Position) Position {
	out := Position{
		Party: string(id), Level: string(p.Level), Class: string(p.Class(v.Audience)), Condition: string(p.Condition), Late: p.Late,
		Reported: newEvidence(p.Reported, v.Audience),
	}
	if p.Reason.Visible(v.Audience) {
		out.Reason = newText(p.Reason)
	}
	if v.Party != nil && v.Party.ID == id {
		out.Rank = p.Rank
	}
	return out
}

// standings are how the slots on the table stand, by label, while a date is
// being agreed.
func standings(r *scheduling.Round) map[scheduling.Label]*scheduling.Standing {
	all := map[scheduling.Label]*scheduling.Standing{}
	if !agreeing(r) || r.Hides() { // what is sealed looks alike for all
		return all
	}
	for _, st := range r.Standings() {
		all[st.Slot.Label] = &st
	}
	return all
}

// agreeing reports whether a date is being looked for, so that slots on the
// table mean something.
func agreeing(r *scheduling.Round) bool {
	return r.Status == scheduling.OnTheTable || r.Status == scheduling.Stalled ||
		r.Status == scheduling.Confirmed && r.Meeting.ChangePending
}

// A SlotPath says which slot is meant.
type SlotPath struct {
	RoundPath
	Slot string `path:"slot" maxLength:"12" example:"G2"`
}

type slotInput struct {
	SlotPath
	Seen
}

type slotTermsInput struct {
	SlotPath
	Seen
	Body struct {
		From   string `json:"from,omitempty" example:"10:00"`
		Until  string `json:"until,omitempty" example:"18:00"`
		Place  string `json:"place,omitempty" maxLength:"120"`
		Room   string `json:"room,omitempty" maxLength:"120"`
		Format string `json:"format" enum:"in_person,remote,hybrid"`
	}
}

type conditionInput struct {
	SlotPath
	Seen
	Body struct {
		Met  bool  `json:"met"`
		Note *Text `json:"note,omitempty"`
	}
}

// shownSlot is the slot in the path; hidden when there is none.
func shownSlot[I interface{ label() scheduling.Label }](_ *call, v Viewer, r *scheduling.Round, in *I) (Slot, error) {
	label := (*in).label()
	s := r.Slot(label)
	if s == nil {
		return Slot{}, hidden()
	}
	return newSlot(v, r, s, standings(r)[label]), nil
}

func (p SlotPath) label() scheduling.Label { return scheduling.Label(p.Slot) }

const oneSlot = oneRound + "/slots/{slot}"

func (a *API) slots() {
	get(a, oneSlot, "read-slot", "A slot with what the parties say of it", Read,
		func(c *call, in *SlotPath) (Slot, error) { return shownSlot(c, c.viewer, c.round, in) })
	roundAct[slotTermsInput, Slot]{
		operation: operation{path: oneSlot + "/amendment", id: "change-slot", summary: "Change a slot that the own party offers", policy: Convene},
		show:      shownSlot[slotTermsInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *slotTermsInput) error {
			t := scheduling.SlotTerms{
				Hours: r.Slot(in.label()).Hours, Place: line(in.Body.Place), Room: line(in.Body.Room), Format: scheduling.Format(in.Body.Format),
			}
			if in.Body.From != "" || in.Body.Until != "" {
				from, errFrom := civil.ParseTimeOfDay(in.Body.From)
				until, errUntil := civil.ParseTimeOfDay(in.Body.Until)
				if errFrom != nil || errUntil != nil {
					return invalid("time_unreadable", "from")
				}
				t.Hours = civil.Span{From: from, To: until}
			}
			return r.ChangeSlot(a, in.label(), r.Slot(in.label()).Version, t)
		},
	}.mount(a)
	onSlot := func(noun, id, summary, method string, policy Policy, do func(*scheduling.Round, scheduling.Act, *scheduling.Slot) error) {
		roundAct[slotInput, Slot]{
			operation: operation{method: method, path: oneSlot + "/" + noun, id: id, summary: summary, policy: policy},
			show:      shownSlot[slotInput],
			do: func(_ *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *slotInput) error {
				if noun == "consent" && (v.Party == nil || v.Observer) {
					return forbidden("observers_follow")
				}
				return do(r, a, r.Slot(in.label()))
			},
		}.mount(a)
	}
	onSlot("consent", "consent", "Bind the own party to the slot as it was seen", "PUT", Consent, func(r *scheduling.Round, a scheduling.Act, s *scheduling.Slot) error {
		return r.Consent(a, s.Label, s.Version)
	})
	onSlot("consent", "withdraw-consent", "Take the own party's consent back", "DELETE", Consent, func(r *scheduling.Round, a scheduling.Act, s *scheduling.Slot) error {
		return r.WithdrawConsent(a, s.Label)
	})
	onSlot("confirmation", "confirm", "Fix the slot as the date of the round", "PUT", Convene, func(r *scheduling.Round, a scheduling.Act, s *scheduling.Slot) error {
		return r.Confirm(a, s.Label, s.Version)
	})
	roundAct[conditionInput, Slot]{
		operation: operation{
			path: oneSlot + "/condition", id: "settle-condition", summary: "Say whether the own party's condition is met", policy: Answer,
			examples: map[string]any{"met": true},
		},
		show: shownSlot[conditionInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *conditionInput) error {
			note, err := in.Body.Note.note("note")
			if err != nil {
				return err
			}
			return r.SettleCondition(a, in.label(), in.Body.Met, note)
		},
	}.mount(a)
}

// best is the best date so far, or "".
func best(r *scheduling.Round) string {
	switch {
	case !agreeing(r):
		return ""
	case r.Outcome != nil:
		return string(r.Outcome.Slot)
	case r.Hides(), r.Ranks(): // a ranking has more to say than one label
		return ""
	}
	if st := scheduling.Best(r.Standings()); st != nil {
		return string(st.Slot.Label)
	}
	return ""
}
