package scheduling_test

import (
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
)

func TestAnswerFaultsListsAllAtOnce(t *testing.T) {
	t.Parallel()
	_, r := schedulingtest.Delivered()
	got := map[string]string{}
	for _, fault := range r.AnswerFaults([]scheduling.Answer{
		{Slot: "G1", SlotVersion: 1, Level: scheduling.LevelPreferred},
		{Slot: "G2", SlotVersion: 2, Level: scheduling.LevelPreferred},
		{Slot: "G3", SlotVersion: 1, Level: scheduling.LevelIfNeedBe},
		{Slot: "W1", SlotVersion: 1, Level: "perhaps"},
		{Slot: "W2"},
		{Slot: "X9", SlotVersion: 1, Level: scheduling.LevelPreferred},
	}, schedulingtest.Now.Add(time.Hour)) {
		got[fault.Field] = fault.Code
	}
	want := map[string]string{
		"slot-G2": "slot_changed", "slot-G3": "condition_missing", "slot-W1": "level_unknown", "slot-X9": "slot_unknown",
	}
	if len(got) != len(want) {
		t.Errorf("faults = %v, want %v", got, want)
	}
	for field, code := range want {
		if got[field] != code {
			t.Errorf("%s: %q, want %q", field, got[field], code)
		}
	}
	if _, said := r.Slot("G1").Position(schedulingtest.Bravo); said {
		t.Error("looking for faults recorded an answer")
	}
}
