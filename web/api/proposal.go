package api

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"parley/scheduling"
	"parley/scheduling/civil"
)

// A ProposalSummary is a version of an offer that was delivered.
type ProposalSummary struct {
	Number      int       `json:"number"`
	Version     int       `json:"version"`
	Party       string    `json:"party,omitempty"`
	Status      string    `json:"status"`
	DeliveredAt time.Time `json:"delivered_at"`
	ReplyBy     *Deadline `json:"reply_by,omitempty"`
	Lapses      bool      `json:"lapses_at_reply_by,omitempty"`
	Sentence    string    `json:"sentence" doc:"What is offered, in the language of the paper"`
}

// A Proposal is the newest version of an offer, with what its viewer may read.
type Proposal struct {
	ProposalSummary
	Slots      []string   `json:"slots" doc:"Labels of its slots on the table"`
	Contact    Contact    `json:"contact"`
	Paper      *Paper     `json:"paper,omitempty"`
	Deliveries []Delivery `json:"deliveries,omitempty"`
	Offer      *Offer     `json:"offer,omitempty" doc:"What its author wrote; for the own party alone"`
}

// A Paper is the delivered copy, frozen.
type Paper struct {
	Language string          `json:"language"`
	Text     string          `json:"text" doc:"Byte for byte what the digest was made of"`
	Document json.RawMessage `json:"document,omitempty" doc:"The same in parts"`
	SHA256   string          `json:"sha256"`
}

// A Delivery is the record that a paper was handed over.
type Delivery struct {
	Form      string `json:"form" enum:"by_hand,by_mail,by_note"`
	By        string `json:"by" maxLength:"120"`
	To        string `json:"to" maxLength:"120"`
	Date      string `json:"date" format:"date"`
	Time      string `json:"time,omitempty" example:"11:30"`
	Zone      string `json:"zone,omitempty" doc:"Of the time; nothing is that of the own seat"`
	Reference string `json:"reference,omitempty" maxLength:"120"`
}

func newProposalSummary(c *call, p *scheduling.Proposal) ProposalSummary {
	tag := ""
	if p.Paper != nil {
		tag = p.Paper.Language
	}
	return ProposalSummary{
		Number: p.Number, Version: p.Version, Party: string(p.By), Status: string(p.Status), DeliveredAt: p.DeliveredAt,
		ReplyBy: newDeadline(p.ReplyBy), Lapses: p.LapsesAtReplyBy, Sentence: c.api.Pages.OfferSentence(tag, p.Terms),
	}
}

// newProposal is a version of a proposal. Observers see no papers.
func newProposal(c *call, v Viewer, r *scheduling.Round, p *scheduling.Proposal) (Proposal, error) {
	if p == nil || v.Observer {
		return Proposal{}, hidden()
	}
	out := Proposal{ProposalSummary: newProposalSummary(c, p), Slots: []string{}, Contact: Contact(p.Contact)}
	for _, s := range r.Offered() {
		for _, o := range s.Offers {
			if o.Proposal == p.Number {
				out.Slots = append(out.Slots, string(s.Label))
				break
			}
		}
	}
	if p.Paper != nil {
		out.Paper = &Paper{p.Paper.Language, p.Paper.Text, json.RawMessage(p.Paper.Document), p.Paper.Digest}
	}
	for _, d := range r.Deliveries {
		if d.Proposal != p.Number || d.Version != p.Version {
			continue
		}
		said := Delivery{Form: string(d.Form), By: d.By, To: d.To, Date: d.Date.String(), Reference: d.Reference}
		if d.Time != 0 {
			said.Time, said.Zone = d.Time.String(), string(d.Zone)
		}
		out.Deliveries = append(out.Deliveries, said)
	}
	if p.By != v.Member.Party {
		return out, nil
	}
	var err error
	out.Offer, err = newOffer(p.Content)
	return out, err
}

// A ProposalPath says which proposal is meant.
type ProposalPath struct {
	RoundPath
	Proposal string `path:"proposal" maxLength:"6" example:"1"`
}

func (p ProposalPath) number() int {
	n, err := strconv.Atoi(p.Proposal)
	if err != nil || strconv.Itoa(n) != p.Proposal {
		return 0
	}
	return n
}

type proposalInput struct {
	ProposalPath
	Seen
}

type offerInput struct {
	RoundPath
	Keyed
	Body Offer
}

type amendInput struct {
	ProposalPath
	Seen
	Body Offer
}

type reasonInput struct {
	ProposalPath
	Seen
	Body struct {
		Reason *Text `json:"reason,omitempty" doc:"At most 300 characters"`
	}
}

type deliveryInput struct {
	ProposalPath
	Keyed
	Body Delivery
}

type versionInput struct {
	ProposalPath
	Version int `query:"version" minimum:"0" doc:"An earlier version"`
}

func shownProposal[I interface{ number() int }](c *call, v Viewer, r *scheduling.Round, in *I) (Proposal, error) {
	return newProposal(c, v, r, r.Proposal((*in).number()))
}

const oneProposal = oneRound + "/proposals/{proposal}"

var anOffer = map[string]any{
	"terms": map[string]any{"duration_days": 1, "options": []any{
		map[string]any{"venue": map[string]any{"name": "Geneva"}, "windows": []any{map[string]any{"from": "2026-11-18", "to": "2026-11-20"}}},
		map[string]any{"venue": map[string]any{"name": "Washington"}, "dates": []any{"2026-12-08", "2026-12-09"}},
	}},
	"reply_by": map[string]any{"date": "2026-11-09", "city": "Geneva"},
	"contact":  map[string]any{"name": "A. Smith", "email": "smith@example.org"},
	"agenda":   map[string]any{"text": "Verification", "audience": "all"},
}

func (a *API) proposals() {
	get(a, oneProposal, "read-proposal", "A proposal with its paper", Read, func(c *call, in *versionInput) (Proposal, error) {
		p := c.round.Proposal(in.number())
		for _, old := range c.round.Proposals {
			if in.Version > 0 && old.Number == in.number() && old.Number > 0 && old.Version == in.Version {
				p = old
			}
		}
		if p != nil && in.Version > 0 && p.Version != in.Version {
			p = nil
		}
		return newProposal(c, c.viewer, c.round, p)
	})
	a.drafts()
	roundAct[offerInput, Round]{
		operation: operation{path: oneRound + "/proposals", id: "deliver", policy: Convene, summary: "Put an offer on the table", status: 201, examples: anOffer},
		unseen:    true, show: shownRound[offerInput],
		do: func(c *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *offerInput) error {
			return deliver(c, v, r, a, 0, in.Body, false)
		},
	}.mount(a)
	roundAct[amendInput, Proposal]{
		operation: operation{path: oneProposal + "/amendment", id: "amend", policy: Convene, summary: "Deliver a new version of an own offer", examples: anOffer},
		show:      shownProposal[amendInput],
		do: func(c *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *amendInput) error {
			return deliver(c, v, r, a, in.number(), in.Body, false)
		},
	}.mount(a)
	roundAct[proposalInput, Proposal]{
		operation: operation{path: oneProposal + "/withdrawal", id: "withdraw", policy: Convene, summary: "Take an own offer back"},
		show:      shownProposal[proposalInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *proposalInput) error {
			return r.Withdraw(a, in.number())
		},
	}.mount(a)
	roundAct[reasonInput, Proposal]{
		operation: operation{path: oneProposal + "/decline", id: "decline", policy: Answer, summary: "Rule out every slot of another party's offer"},
		show:      shownProposal[reasonInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *reasonInput) error {
			reason, err := in.Body.Reason.note("reason")
			if err != nil {
				return err
			}
			return r.Decline(a, in.number(), reason)
		},
	}.mount(a)
	roundAct[deliveryInput, Proposal]{
		operation: operation{path: oneProposal + "/deliveries", id: "record-delivery", policy: Convene, summary: "Record that the paper was handed over", status: 201},
		unseen:    true, show: shownProposal[deliveryInput],
		do: func(_ *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *deliveryInput) error {
			date, err := readDate(in.Body.Date, "date")
			if err != nil {
				return err
			}
			d := scheduling.Delivery{
				Proposal: in.number(), Form: scheduling.DeliveryForm(in.Body.Form), By: line(in.Body.By), To: line(in.Body.To), Date: date,
				Zone: "UTC", Reference: line(in.Body.Reference),
			}
			if v.Party != nil && v.Party.Zone != "" {
				d.Zone = v.Party.Zone
			}
			if in.Body.Zone != "" {
				if d.Zone, err = civil.ParseZone(in.Body.Zone); err != nil {
					return invalid("clock_unknown", "zone")
				}
			}
			if in.Body.Time != "" {
				if d.Time, err = civil.ParseTimeOfDay(in.Body.Time); err != nil {
					return invalid("time_unreadable", "time")
				}
			}
			return r.RecordDelivery(a, d)
		},
	}.mount(a)
}

// deliver puts an offer on the table with the paper made of it there, or keeps
// it as a draft.
func deliver(c *call, v Viewer, r *scheduling.Round, a scheduling.Act, number int, offer Offer, draft bool) error {
	content, err := offer.content(c, v.Party)
	if err != nil {
		return err
	}
	if draft {
		return r.Draft(a, content)
	}
	if p := r.Proposal(number); number > 0 && p != nil && p.By != v.Member.Party {
		return forbidden("not_your_proposal")
	}
	paper, err := c.api.Pages.Paper(c.tag, r, a, number, content)
	if err == nil && number > 0 {
		err = r.Amend(a, number, content, paper)
	} else if err == nil {
		err = r.Deliver(a, content, paper)
	}
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok && (refusal.Code == "no_slots" || refusal.Code == "too_many_slots") {
		if _, problems := r.Candidates(content, a.At); len(problems) > 0 { // what is wrong with the terms says more
			return &scheduling.Error{Kind: scheduling.ErrInvalid, Code: problems[0].Code, Field: "terms." + problems[0].Field, Params: problems[0].Params}
		}
	}
	return err
}

// A Draft is the unfinished offer of the own party.
type Draft struct {
	Offer *Offer `json:"offer,omitempty"`
}

// A Preview is what an offer would put on the table, and its paper as the other
// side would read it.
type Preview struct {
	Slots []Slot `json:"slots"`
	Paper Paper  `json:"paper"`
}

type draftInput struct {
	RoundPath
	Seen
	Body Offer
}

type discardInput struct {
	RoundPath
	Seen
}

func shownDraft[I any](_ *call, v Viewer, r *scheduling.Round, _ *I) (Draft, error) {
	if v.Observer {
		return Draft{}, forbidden("observers_follow")
	}
	p := r.DraftBy(v.Member.Party)
	if p == nil {
		return Draft{}, nil
	}
	offer, err := newOffer(p.Content)
	return Draft{offer}, err
}

func (a *API) drafts() {
	get(a, oneRound+"/draft", "read-draft", "The own party's unfinished offer", Convene,
		func(c *call, in *RoundPath) (Draft, error) { return shownDraft(c, c.viewer, c.round, in) })
	roundAct[draftInput, Draft]{
		operation: operation{method: "PUT", path: oneRound + "/draft", id: "draft", policy: Convene, summary: "Keep an unfinished offer for the own party", examples: anOffer},
		show:      shownDraft[draftInput],
		do: func(c *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *draftInput) error {
			return deliver(c, v, r, a, 0, in.Body, true)
		},
	}.mount(a)
	roundAct[discardInput, Draft]{
		operation: operation{method: "DELETE", path: oneRound + "/draft", id: "discard-draft", policy: Convene, summary: "Drop the unfinished offer"},
		show:      shownDraft[discardInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, _ *discardInput) error {
			r.Discard(a)
			return nil
		},
	}.mount(a)
	add(a, operation{
		method: "POST", path: oneRound + "/preview", id: "preview", policy: Convene, examples: anOffer,
		summary: "What an offer would put on the table, and its paper; nothing is kept",
	}, func(c *call, in *offerInput) (*answer[Preview], error) {
		var out Preview
		err := c.narrowed(c.round, func(v Viewer) error {
			if v.Observer {
				return forbidden("observers_follow")
			}
			content, err := in.Body.content(c, v.Party)
			if err != nil {
				return err
			}
			paper, err := c.api.Pages.Paper(c.tag, c.round, c.act(), 0, content)
			if err != nil {
				return err
			}
			slots, err := c.round.Preview(c.act(), 0, content)
			if err != nil {
				return err
			}
			out.Paper = Paper{paper.Language, paper.Text, json.RawMessage(paper.Document), paper.Digest}
			for _, s := range slots {
				bare := *s // of a slot that merges, what is said of it stands on the slot itself
				bare.Positions, bare.Consents = nil, nil
				out.Slots = append(out.Slots, newSlot(v, c.round, &bare, nil))
			}
			return nil
		})
		return tagged(out, err)
	})
}
