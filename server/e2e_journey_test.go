package main

// enter comes in by the start page of the demonstration, as the member with
// this name.
func enter(v visitor, name string) {
	v.Helper()
	v.Open("/")
	see(v, "made-up parties")
	v.Follow(name)
	v.Press("Continue")
}

// consentTo consents to a slot, from the overview on.
func consentTo(v visitor, slot string) {
	v.Helper()
	v.Follow("Consent to " + slot)
	see(v, "?", "You can withdraw it until the date is confirmed")
	v.Press("Consent to this date")
	see(v, "The consent is recorded. All parties are told.")
}

// fromOfferToInvitation is the main job, by two heads of delegation: Bravo
// answers what Alpha has offered, both consent to one date, Alpha confirms it,
// and what is still to change about it changes.
func fromOfferToInvitation(alpha, bravo visitor) {
	alpha.Helper()
	enter(bravo, "B. Berg")
	see(bravo, "Next step: reply")
	round := bravo.Path()

	bravo.Follow("Reply")
	bravo.Choose("G1", "Preferred")
	bravo.Choose("G2", "If need be")
	bravo.Press("Send reply")
	if bravo.Status() != 422 {
		bravo.Errorf("an answer without its condition: status %d, want 422", bravo.Status())
	}
	see(bravo, "There is a problem", "Say on what condition G2 would be possible.")
	bravo.Fill("G2", "Reason or condition", "Only after 14:00")
	bravo.Choose("G3", "Not possible")
	bravo.Press("Save draft")
	see(bravo, "The draft is kept. Nothing has been sent.")
	if got := bravo.Value("G2", "Reason or condition"); got != "Only after 14:00" {
		bravo.Errorf("the draft has the condition %q", got)
	}
	bravo.Press("Mark the rest available (Washington)")
	bravo.Press("Send reply")
	see(bravo, "Reply recorded", "Bravo has replied for all 6 dates", "Version 1 of this reply")
	bravo.Follow("See all replies")
	see(bravo, "Best date so far", "Not possible for Bravo", "Only after 14:00")
	consentTo(bravo, "G1")
	see(bravo, "Awaiting consent of Alpha")

	enter(alpha, "A. Archer")
	see(alpha, "Bravo has consented to G1")
	seeNot(alpha, "Only after 14:00", "B. Berg")
	consentTo(alpha, "G1")
	alpha.Follow("Confirm this date")
	see(alpha, "Nothing is sent until you press the button", "A. Archer", "Bravo: the people whom it has named")
	alpha.Press("Confirm and send invitations")
	see(alpha, "The date is confirmed. Invitations are on their way.", "Confirmed by both parties", "Wednesday 18 November 2026", "5 other dates have been released")

	alpha.Follow("Change the room")
	alpha.Fill("", "Room", "Room XX")
	alpha.Press("Save and send the update")
	see(alpha, "Room XX, Palais des Nations, Geneva")

	// The old date stays in force until the new one is agreed.
	alpha.Follow("Propose a new date")
	alpha.Choose("", "W2")
	alpha.Press("Offer these slots again")
	see(alpha, "the date in force stays: G1")
	bravo.Open(round)
	see(bravo, "the date in force stays: G1", "Room XX")
	bravo.Follow("Reply")
	bravo.Choose("W2", "Available")
	bravo.Press("Send reply")
	bravo.Follow("See all replies")
	consentTo(bravo, "W2")
	alpha.Open(round)
	consentTo(alpha, "W2")
	alpha.Follow("Confirm this date")
	alpha.Press("Confirm and send invitations")
	see(alpha, "Wednesday 9 December 2026", "Washington")

	alpha.Follow("Cancel the round")
	alpha.Press("Cancel the round")
	see(alpha, "The round is cancelled.")
	bravo.Open(round)
	see(bravo, "Cancelled: this meeting does not take place")
}
