package scheduling

import (
	"errors"
	"testing"
	"time"
)

func TestAskLink(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 6, 12, 0, 0, 0, time.UTC)
	talks := func() *Negotiation {
		return &Negotiation{
			Status:  Active,
			Parties: []Party{{ID: "a", Role: RoleRequired}, {ID: "b", Role: RoleRequired}, {ID: "o", Role: RoleObserver}},
			Members: []Member{
				{ID: "staff", Rights: RightConvene, Email: "staff@x.example"},
				{ID: "a1", Party: "a", Rights: RightConvene, Email: "a1@a.example"},
				{ID: "a2", Party: "a", Rights: RightAnswer, Email: "a2@a.example"},
				{ID: "a3", Party: "a", Rights: RightObserve},
				{ID: "a4", Party: "a", Rights: RightObserve, Email: "a4@a.example", Removed: true},
				{ID: "b1", Party: "b", Rights: RightConvene, Email: "b1@b.example"},
			},
		}
	}
	for name, tc := range map[string]struct {
		by, id MemberID
		given  func(*Negotiation)
		want   error
	}{
		"for one's own party":         {by: "a1", id: "a2"},
		"for oneself":                 {by: "a1", id: "a1"},
		"by neutral staff":            {by: "staff", id: "a2"},
		"without the right":           {by: "a2", id: "a1", want: ErrForbidden},
		"by a stranger":               {by: "x", id: "a1", want: ErrForbidden},
		"of the other side":           {by: "b1", id: "a2", want: ErrForbidden},
		"of the only one over there":  {by: "a1", id: "b1"},
		"of the only one, no right":   {by: "a2", id: "b1", want: ErrForbidden},
		"of two over there":           {by: "a1", id: "b1", given: add(Member{ID: "b2", Party: "b", Rights: RightObserve}), want: ErrForbidden},
		"without an address":          {by: "a1", id: "a3", want: ErrInvalid},
		"of the only one, observing":  {by: "o1", id: "b1", given: add(Member{ID: "o1", Party: "o", Rights: RightConvene}), want: ErrForbidden},
		"of somebody removed":         {by: "a1", id: "a4", want: ErrNotFound},
		"of the only one of staff":    {by: "a1", id: "staff", want: ErrForbidden},
		"when the talks are over too": {by: "a1", id: "a2", given: func(n *Negotiation) { n.Status = Concluded }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := talks()
			if tc.given != nil {
				tc.given(n)
			}
			if err := n.AskLink(tc.by, tc.id, now); !errors.Is(err, tc.want) {
				t.Fatalf("AskLink() = %v, want %v", err, tc.want)
			}
			events := n.TakeEvents()
			if tc.want != nil {
				if len(events) != 0 {
					t.Errorf("refused, and yet recorded %v", events)
				}
				return
			}
			if len(events) != 1 || events[0].Kind != MemberLinkAsked || events[0].Member != tc.id || events[0].By != tc.by {
				t.Fatalf("events = %+v", events)
			}
			for _, party := range []PartyID{"a", "b", "o"} {
				if seen := events[0].Visible(PartyAudience(party)); seen != (party == n.partyOf(tc.id)) {
					t.Errorf("party %s may know of it: %t", party, seen)
				}
			}
		})
	}
}

// Who may name people for whom.
func TestMayManage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		by    MemberID
		party PartyID
		want  error
	}{
		"one's own":                       {by: "a1", party: "a"},
		"one's own, as an observer":       {by: "o1", party: "o"},
		"any, as neutral staff":           {by: "staff", party: "b"},
		"staff, as staff":                 {by: "staff", party: ""},
		"staff, for a party":              {by: "a1", party: "", want: ErrForbidden},
		"the other side":                  {by: "a1", party: "b", want: ErrForbidden},
		"who has nobody":                  {by: "a1", party: "empty"},
		"the same, without the right":     {by: "a2", party: "empty", want: ErrForbidden},
		"the same, as an observer":        {by: "o1", party: "empty", want: ErrForbidden},
		"a party that there is not, ever": {by: "x", party: "y", want: ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := &Negotiation{
				Status: Active,
				Parties: []Party{
					{ID: "a", Role: RoleRequired},
					{ID: "b", Role: RoleRequired},
					{ID: "empty", Role: RoleRequired},
					{ID: "o", Role: RoleObserver},
				},
				Members: []Member{
					{ID: "staff", Rights: RightConvene},
					{ID: "a1", Party: "a", Rights: RightConvene},
					{ID: "a2", Party: "a", Rights: RightAnswer},
					{ID: "b1", Party: "b", Rights: RightConvene},
					{ID: "o1", Party: "o", Rights: RightConvene},
				},
			}
			if err := n.MayManage(tc.by, tc.party); !errors.Is(err, tc.want) {
				t.Errorf("MayManage() = %v, want %v", err, tc.want)
			}
		})
	}
}

func add(m Member) func(*Negotiation) {
	return func(n *Negotiation) { n.Members = append(n.Members, m) }
}

// Observers follow the talks and do not stop them, whatever their rights.
func TestSuspend(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		by   MemberID
		want error
	}{
		"by a party":     {by: "a1"},
		"by staff":       {by: "staff"},
		"by an observer": {by: "o1", want: ErrForbidden},
		"without right":  {by: "a2", want: ErrForbidden},
		"by a stranger":  {by: "x", want: ErrForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := &Negotiation{
				Status:  Active,
				Parties: []Party{{ID: "a", Role: RoleRequired}, {ID: "o", Role: RoleObserver}},
				Members: []Member{
					{ID: "staff", Rights: RightConvene},
					{ID: "a1", Party: "a", Rights: RightConvene},
					{ID: "a2", Party: "a", Rights: RightConsent},
					{ID: "o1", Party: "o", Rights: RightConvene},
				},
			}
			if err := n.Suspend(tc.by, Text{Body: "recess", Scope: AllParties}, time.Unix(0, 0).UTC()); !errors.Is(err, tc.want) {
				t.Errorf("Suspend() = %v, want %v", err, tc.want)
			}
			if suspended := n.Status == Suspended; suspended != (tc.want == nil) {
				t.Errorf("suspended = %t", suspended)
			}
		})
	}
}
