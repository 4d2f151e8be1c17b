package web

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/scheduling"
	"parley/scheduling/record"
	"parley/scheduling/schedulingtest"
)

// archiveFor is the archive that a member downloads.
func archiveFor(tb testing.TB, h *house, member scheduling.MemberID) []byte {
	tb.Helper()
	rec := get(tb, h, "/n/talks/export.zip", "Cookie", h.member(tb, member))
	if rec.Code != http.StatusOK {
		tb.Fatalf("%s gets status %d", member, rec.Code)
	}
	return rec.Body.Bytes()
}

func verified(tb testing.TB, export []byte, others ...string) record.Report {
	tb.Helper()
	v, err := record.NewVerifier(schedulingtest.RecordKey().Public())
	if err != nil {
		tb.Fatal(err)
	}
	return record.Verify(export, v, nil, others)
}

func unzipped(tb testing.TB, export []byte) map[string]string {
	tb.Helper()
	r, err := zip.NewReader(bytes.NewReader(export), int64(len(export)))
	if err != nil {
		tb.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			tb.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			tb.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}

// Both sides take away what verifies, agrees with the other's, and holds
// nothing of what the other keeps to itself.
func TestExportOfEachSide(t *testing.T) {
	t.Parallel()
	for _, stage := range []string{"offered", "confirmed"} {
		h := secretiveHouse(t, stage)
		h.SignRecord(schedulingtest.RecordKey())
		ours, theirs := archiveFor(t, h, schedulingtest.AlphaHead), archiveFor(t, h, schedulingtest.BravoHead)
		for name, export := range map[string][]byte{"alpha": ours, "bravo": theirs} {
			r := verified(t, export, append(verified(t, ours).Signed, verified(t, theirs).Signed...)...)
			if len(r.Faults) > 0 || len(r.Logs) != 2 || r.Logs[0].Size == 0 {
				t.Errorf("%s, %s: %+v", stage, name, r)
			}
			files := unzipped(t, export)
			want := []string{"README.txt", "calendar.ics", "key.txt", "manifest.txt", "negotiation.json", "record.json", "round-1/history.csv", "round-1/paper-1-1.txt"}
			for _, name := range want {
				if files[name] == "" {
					t.Errorf("there is no %s", name)
				}
			}
		}
		if !strings.Contains(string(ours), textMark) {
			t.Error("what Alpha wrote for itself is not in its own archive: the next check proves nothing")
		}
		if strings.Contains(string(theirs), textMark) {
			t.Error("what Alpha wrote for itself is in Bravo's archive")
		}
		if !bytes.Equal(ours, archiveFor(t, h, schedulingtest.AlphaHead)) {
			t.Error("the same archive has other bytes the second time")
		}
		// Changes here and there: the packages below try every byte.
		for i := 0; i < len(ours); i += 997 {
			changed := slices.Clone(ours)
			changed[i] ^= 4
			if len(verified(t, changed).Faults) == 0 {
				t.Errorf("byte %d can be changed unnoticed", i)
			}
		}
	}
}

func TestObserversTakeNothingAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t, schedulingtest.WithObserver())
	for _, path := range []string{"/n/talks/export", "/n/talks/export.zip"} {
		if rec := get(t, h, path, "Cookie", h.member(t, schedulingtest.CharlieHead)); rec.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, rec.Code)
		}
		if rec := get(t, h, path, "Cookie", h.member(t, schedulingtest.AlphaReader)); rec.Code != http.StatusOK {
			t.Errorf("%s for a reader: status %d", path, rec.Code)
		}
	}
}
