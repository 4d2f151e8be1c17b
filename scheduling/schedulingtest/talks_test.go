package schedulingtest

import (
	"testing"

	"parley/scheduling"
)

func TestTalks(t *testing.T) {
	t.Parallel()
	_, r := Delivered(WithObserver(), WithStaff(), WithVisa(Bravo, "US", 15), WithAccount(AlphaHead, "account"), WithID("other"))
	if got := len(r.Offered()); got != 6 {
		t.Errorf("Delivered has %d slots on the table, want 6", got)
	}
	if _, r := Confirmed(); r.Status != scheduling.Confirmed || r.Meeting.Slot != "G2" {
		t.Errorf("Confirmed is %s with %s", r.Status, r.Meeting.Slot)
	}
	for _, size := range []struct{ parties, dates int }{{8, 12}, {30, 60}} {
		n, r := Big(size.parties, size.dates)
		if len(n.Parties) != size.parties || len(r.Offered()) != size.dates {
			t.Errorf("Big(%d, %d) has %d parties and %d slots", size.parties, size.dates, len(n.Parties), len(r.Offered()))
		}
	}
}

func TestMemoryStore(t *testing.T) {
	t.Parallel()
	TestStore(t, func(_ *testing.T, c scheduling.Composer) Full { return NewMemoryStore(c) })
}

func TestMemoryRecord(t *testing.T) {
	t.Parallel()
	TestRecord(t, func(_ *testing.T, c scheduling.Composer) Full { return NewMemoryStore(c).SignRecord(RecordKey()) })
}
