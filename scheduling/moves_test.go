package scheduling

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

var updateMoves = flag.Bool("update-moves", false, "write testdata/moves.golden anew")

// listMoves writes down a state table as lines "from: to to".
func listMoves[S ~string](name string, table map[S][]S) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", name)
	for _, from := range slices.Sorted(maps.Keys(table)) {
		fmt.Fprintf(&b, "  %s:", from)
		for _, to := range table[from] {
			b.WriteString(" " + string(to))
			if _, ok := table[to]; !ok {
				b.WriteString("(no such state)")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// The state tables of the code are those that were agreed, written down in one
// place. What the acts make of them is tested act by act.
func TestMoves(t *testing.T) {
	t.Parallel()
	got := listMoves("negotiation", negotiationMoves) + listMoves("round", roundMoves) +
		listMoves("proposal", proposalMoves) + listMoves("slot", slotMoves)
	const golden = "testdata/moves.golden"
	if *updateMoves {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the code moves\n%s, want\n%s", got, want)
	}
}
