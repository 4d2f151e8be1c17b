package scheduling_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the tests read as talks
)

func TestAskBlockers(t *testing.T) {
	t.Parallel()
	note := scheduling.Text{Body: "Could you move your visit?"}
	for name, tc := range map[string]struct {
		by     scheduling.MemberID
		slots  []scheduling.Label
		change func(*scheduling.Round)
		asked  string // party and slot of each event that is recorded
		code   string
	}{
		"one date":              {by: AlphaHead, slots: []scheduling.Label{"G2"}, asked: "bravo G2, alpha G2"},
		"two dates, one twice":  {by: AlphaHead, slots: []scheduling.Label{"G3", "G2", "G2"}, asked: "bravo G2, alpha G2, bravo G3, alpha G3"},
		"neutral staff":         {by: Secretary, slots: []scheduling.Label{"G2"}, asked: "bravo G2,  G2"},
		"no date":               {by: AlphaHead, code: "slots_missing"},
		"not in the way":        {by: AlphaHead, slots: []scheduling.Label{"G1"}, code: "nobody_blocks"},
		"nobody but oneself":    {by: BravoHead, slots: []scheduling.Label{"G2"}, code: "nobody_blocks"},
		"no such date":          {by: AlphaHead, slots: []scheduling.Label{"X9"}, code: "slot_unknown"},
		"without the right":     {by: BravoOfficer, slots: []scheduling.Label{"G2"}, code: "convene_missing"},
		"an observer":           {by: CharlieHead, slots: []scheduling.Label{"G2"}, code: "observers_follow"},
		"off the table":         {by: AlphaHead, slots: []scheduling.Label{"G2"}, change: func(r *scheduling.Round) { r.Slot("G2").Status = scheduling.Withdrawn }, code: "slot_not_offered"},
		"a round that is over":  {by: AlphaHead, slots: []scheduling.Label{"G2"}, change: func(r *scheduling.Round) { r.Status = scheduling.Lapsed }, code: "round_lapsed"},
		"a later version":       {by: AlphaHead, slots: []scheduling.Label{"G2"}, change: func(r *scheduling.Round) { r.Slot("G2").Version = 2 }, code: "nobody_blocks"},
		"sealed replies":        {by: AlphaHead, slots: []scheduling.Label{"G2"}, change: func(r *scheduling.Round) { r.Rule.Kind = scheduling.SealedSimultaneous }, code: "positions_sealed"},
		"talks that are over":   {by: AlphaHead, slots: []scheduling.Label{"G2"}, change: func(r *scheduling.Round) { r.Negotiation.Status = scheduling.Concluded }, code: "negotiation_concluded"},
		"a chair of no offers":  {by: BravoOfficer, slots: []scheduling.Label{"G2"}, change: presiding, code: "nobody_blocks"},
		"somebody who has left": {by: "gone", slots: []scheduling.Label{"G2"}, code: "convene_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, r := Delivered(WithObserver(), WithStaff())
			says(t, r, BravoHead, a10)
			if tc.change != nil {
				tc.change(r)
			}
			r.TakeEvents()
			err := r.AskBlockers(By(tc.by, Now.Add(2*time.Hour)), tc.slots, note)
			refusal, refused := errors.AsType[*scheduling.Error](err)
			if refused != (tc.code != "") || refused && refusal.Code != tc.code {
				t.Fatalf("got %v, want %q", err, tc.code)
			}
			if r.Shared() {
				t.Error("others than those asked can tell that something happened")
			}
			var asked []string
			for _, e := range r.TakeEvents() {
				asked = append(asked, fmt.Sprintf("%s %s", e.Party, e.Slot))
				asker := r.Negotiation.Member(tc.by).Party
				for _, party := range []scheduling.PartyID{Alpha, Bravo, Charlie, ""} {
					to := scheduling.PartyAudience(party)
					if got, want := e.Visible(to), party == e.Party; got != want {
						t.Errorf("%s of %q visible to %q: %v", e.Kind, e.Party, party, got)
					}
					if got, want := e.Text.For(to) != "", party == asker || slices.Contains(e.Text.Named, party) && e.Kind == scheduling.ReconsiderAsked; got != want {
						t.Errorf("the note with %s of %q readable for %q: %v", e.Kind, e.Party, party, got)
					}
				}
			}
			if got := strings.Join(asked, ", "); got != tc.asked {
				t.Errorf("recorded: %s, want %s", got, tc.asked)
			}
		})
	}
}

func presiding(r *scheduling.Round) {
	r.Negotiation.Member(BravoOfficer).Rights |= scheduling.RightPreside
}
