package api

import (
	"parley/scheduling"
)

type referendumInput struct {
	SlotPath
	Seen
	Body struct {
		Until Deadline `json:"until" doc:"By when the capital approves"`
	}
}

type approvalInput struct {
	SlotPath
	Seen
	Body struct {
		Reason *Text `json:"reason,omitempty" doc:"At most 300 characters"`
	}
}

// referendums are consents that a capital has still to approve.
func (a *API) referendums() {
	roundAct[referendumInput, Slot]{
		operation: operation{method: "PUT", path: oneSlot + "/consent/ad-referendum", id: "consent-ad-referendum", policy: Consent, summary: "Consent subject to approval by a day"},
		show:      shownSlot[referendumInput],
		do: func(_ *call, v Viewer, r *scheduling.Round, a scheduling.Act, in *referendumInput) error {
			until, err := in.Body.Until.deadline("until", v.Party)
			if err != nil {
				return err
			}
			return r.ConsentAdReferendum(a, in.label(), r.Slot(in.label()).Version, until)
		},
	}.mount(a)
	roundAct[slotInput, Slot]{
		operation: operation{path: oneSlot + "/consent/approval", id: "approve", policy: Consent, summary: "The capital has approved"},
		show:      shownSlot[slotInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *slotInput) error {
			return r.Approve(a, in.label())
		},
	}.mount(a)
	roundAct[approvalInput, Slot]{
		operation: operation{path: oneSlot + "/consent/approval/refusal", id: "refuse-approval", policy: Consent, summary: "The capital has not approved"},
		show:      shownSlot[approvalInput],
		do: func(_ *call, _ Viewer, r *scheduling.Round, a scheduling.Act, in *approvalInput) error {
			reason, err := in.Body.Reason.note("reason")
			if err != nil {
				return err
			}
			return r.RefuseApproval(a, in.label(), reason)
		},
	}.mount(a)
}
