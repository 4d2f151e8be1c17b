package scheduling_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/scheduling"
)

func TestLabels(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		used map[scheduling.Label]string
		ask  []string
		want []scheduling.Label
	}{
		"the paper":              {ask: []string{"Geneva", "Geneva", "Washington"}, want: []scheduling.Label{"G1", "G2", "W1"}},
		"cities of one letter":   {ask: []string{"Geneva", "Ghent", "Geneva", "Ghent"}, want: []scheduling.Label{"G1", "Gh1", "G2", "Gh2"}},
		"cities of two letters":  {ask: []string{"San José", "Santiago", "San Salvador", "San"}, want: []scheduling.Label{"S1", "Sa1", "San1", "Sb1"}},
		"the beginning is taken": {ask: []string{"New York", "New Delhi", "Ney"}, want: []scheduling.Label{"N1", "Ne1", "Ney1"}},
		"in use already": {
			used: map[scheduling.Label]string{"G3": "Geneva", "G1": "Geneva", "Gh2": "Ghent"},
			ask:  []string{"Ghent", "Geneva", "Gotham"}, want: []scheduling.Label{"Gh3", "G4", "Go1"},
		},
		"letters in use by a city that is gone": {
			used: map[scheduling.Label]string{"W7": "Washington"}, ask: []string{"Warsaw"}, want: []scheduling.Label{"Wa1"},
		},
		"accents":               {ask: []string{"Évian", "Łódź", "Østersund", "Ürümqi"}, want: []scheduling.Label{"E1", "L1", "O1", "U1"}},
		"small letters":         {ask: []string{"gotham", "GENEVA"}, want: []scheduling.Label{"G1", "Ge1"}},
		"other scripts":         {ask: []string{"Женева", "Жлобин", "北京", "Йошкар-Ола", "جنيف"}, want: []scheduling.Label{"Ж1", "Жл1", "北1", "Й1", "ج1"}},
		"no letters":            {ask: []string{"101", "", "101"}, want: []scheduling.Label{"V1", "Va1", "V2"}},
		"spaces and marks":      {ask: []string{"  -N'Djamena", "'s-Gravenhage"}, want: []scheduling.Label{"N1", "S1"}},
		"what is no label":      {used: map[scheduling.Label]string{"": "Geneva", "12": "Geneva", "G": "Geneva"}, ask: []string{"Geneva"}, want: []scheduling.Label{"G1"}},
		"one name for each one": {ask: []string{"A", "B", "A", "B"}, want: []scheduling.Label{"A1", "B1", "A2", "B2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var labels scheduling.Labels
			for label, venue := range tc.used {
				labels.Use(label, venue)
			}
			var got []scheduling.Label
			for _, venue := range tc.ask {
				got = append(got, labels.Next(venue))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLabelLaws: no label is handed out twice, however they are said aloud;
// those of one city share their letters; and telling a new Labels what is in
// use gives labels that are new too.
func TestLabelLaws(t *testing.T) {
	t.Parallel()
	names := rapid.SampledFrom([]string{
		"Geneva", "Ghent", "G", "Ge", "GE", "gen", "Genoa", "Genève", "Ghana", "Washington", "W", "Wa", "Женева", "", "1", "V", "Va", "Vienna", "San", "Santa", "S",
	})
	rapid.Check(t, func(t *rapid.T) {
		var labels scheduling.Labels
		used := map[scheduling.Label]string{}
		letters := map[string]string{}
		for range rapid.IntRange(1, 60).Draw(t, "slots") {
			if rapid.IntRange(0, 9).Draw(t, "loaded anew") == 0 {
				labels = scheduling.Labels{}
				for label, venue := range used {
					labels.Use(label, venue)
				}
			}
			venue := names.Draw(t, "venue")
			label := labels.Next(venue)
			for other := range used {
				if strings.EqualFold(string(other), string(label)) {
					t.Fatalf("%s is given to %q and was given to %q as %s", label, venue, used[other], other)
				}
			}
			used[label] = venue
			prefix := strings.TrimRight(string(label), "0123456789")
			if prefix == "" || prefix == string(label) {
				t.Fatalf("%q is no label", label)
			}
			if old, ok := letters[venue]; ok && old != prefix {
				t.Fatalf("%q has %s and %s", venue, old, prefix)
			}
			letters[venue] = prefix
		}
		prefixes := map[string]bool{}
		for _, p := range letters {
			prefixes[p] = true
		}
		if len(prefixes) != len(letters) {
			t.Fatalf("two cities share letters: %v", letters)
		}
	})
}
