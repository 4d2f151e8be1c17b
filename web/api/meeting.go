package api

import (
	"parley/scheduling"
)

type roundInput struct {
	RoundPath
	Seen
}

type labelsInput struct {
	RoundPath
	Seen
	Body struct {
		Slots []string `json:"slots" minItems:"1" maxItems:"500" doc:"Labels of slots that have left the table"`
	}
}

type becauseInput struct {
	RoundPath
	Seen
	Body struct {
		Reason *Text `json:"reason,omitempty" doc:"At most 300 characters"`
	}
}

type placeInput struct {
	RoundPath
	Seen
	Body struct {
		Room string `json:"room,omitempty" maxLength:"120"`
		Link string `json:"link,omitempty" maxLength:"300" doc:"https"`
	}
}

type sentenceInput struct {
	RoundPath
	Seen
	Body struct {
		Text string `json:"text" maxLength:"4000"`
	}
}

// meetings are the acts on a round as a whole.
func (a *API) meetings() {
	onRound(a, "reschedule", "reoffer", "Offer slots again that had left the table", Convene, func(r *scheduling.Round, a scheduling.Act, in *labelsInput) error {
		labels := make([]scheduling.Label, len(in.Body.Slots))
		for i, label := range in.Body.Slots {
			labels[i] = scheduling.Label(label)
		}
		return r.Reoffer(a, labels)
	})
	onRound(a, "reschedule/abandonment", "abandon-change", "No new date after all", Convene, func(r *scheduling.Round, a scheduling.Act, _ *roundInput) error {
		return r.AbandonChange(a)
	})
	onRound(a, "postponement", "postpone", "Ask to give the date up without a new one, or agree to that", Write, func(r *scheduling.Round, a scheduling.Act, in *becauseInput) error {
		reason, err := in.Body.Reason.note("reason")
		if err != nil {
			return err
		}
		return r.Postpone(a, reason)
	})
	onRound(a, "postponement/refusal", "refuse-postponement", "The date stays", Consent, func(r *scheduling.Round, a scheduling.Act, _ *roundInput) error {
		return r.RefusePostponement(a)
	})
	onRound(a, "cancellation", "cancel", "End the round without a meeting", Convene, func(r *scheduling.Round, a scheduling.Act, in *becauseInput) error {
		reason, err := in.Body.Reason.note("reason")
		if err != nil {
			return err
		}
		return r.Cancel(a, reason)
	})
	onRound(a, "meeting", "change-meeting", "Another room or link; the date stays", Convene, func(r *scheduling.Round, a scheduling.Act, in *placeInput) error {
		return r.ChangeMeeting(a, line(in.Body.Room), in.Body.Link)
	})
	onRound(a, "held", "mark-held", "The meeting took place", Convene, func(r *scheduling.Round, a scheduling.Act, _ *roundInput) error {
		return r.MarkHeld(a)
	})
	onRound(a, "release", "release", "Propose the words that the public may read, or agree to those proposed", Consent, func(r *scheduling.Round, a scheduling.Act, in *sentenceInput) error {
		return r.ReleaseToPublic(a, line(in.Body.Text))
	})
	onRound(a, "objection", "object", "Say something against a date that stands", Answer, func(r *scheduling.Round, a scheduling.Act, in *sentenceInput) error {
		return r.Object(a, scheduling.Text{Body: in.Body.Text})
	})
}

// onRound registers an act on a round as a whole, which is not for observers.
func onRound[I any](a *API, noun, id, summary string, policy Policy, do func(*scheduling.Round, scheduling.Act, *I) error) {
	roundAct[I, Round]{
		operation: operation{path: oneRound + "/" + noun, id: id, summary: summary, policy: policy},
		show:      shownRound[I],
		do: func(_ *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *I) error {
			if v.Observer {
				return forbidden("observers_follow")
			}
			return do(r, a, in)
		},
	}.mount(a)
}
