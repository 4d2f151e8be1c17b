package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// slotsWith runs parley slots on an offer, on 16 November 2026.
func slotsWith(t *testing.T, offer string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	status = slots(t.Context(), args, process{
		getenv: func(string) string { return "" },
		stdin:  strings.NewReader(offer),
		stdout: &out,
		stderr: &errs,
		now:    func() time.Time { return time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC) },
	})
	return status, out.String(), errs.String()
}

const paperOffer = "one day in Geneva on 18, 19 or 20 November 2026; alternatively in Washington on 8-10 December 2026"

// TestSlotsGolden compares what parley slots prints with testdata/slots.
// UPDATE_SLOTS=1 writes the files anew.
func TestSlotsGolden(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		offer  string
		args   []string
		status int
	}{
		"paper.txt":            {offer: paperOffer},
		"paper.json":           {offer: paperOffer, args: []string{"-json"}},
		"issue.json":           {args: []string{"-json"}, offer: `{"duration_days":1,"weekends":false,"bridging":0,"notice_days":0,"options":[{"order":"preferred","venue":{"name":"Geneva","zone":"Europe/Zurich","country":"CH","weekend":["Sat","Sun"],"day":["10:00","18:00"],"sittings":[["10:00","13:00"],["15:00","18:00"]],"closed":["2026-12-25"]},"windows":[{"from":"2026-11-18","to":"2026-11-20"}]}]}`},
		"washington-hours.txt": {offer: `{"duration_days":1,"notice_days":10,"options":[{"venue":{"name":"Washington","day":["09:30","17:30"]},"dates":["2009-12-08"]}]}`},
		"two-days.txt":         {offer: "two days in Geneva, 26 November to 2 December 2026, or in New York, 30 December to 4 January, with 10 days' notice"},
		"far-zones.txt":        {offer: "one day in Auckland on 18 November 2026, or in Honolulu on 18 November 2026, or in São Paulo on 18 November 2026, or in Bandar Seri Begawan on 18 November 2026"},
		"clock-change.txt":     {offer: "three days in Geneva on 24, 25 and 26 October 2026, including weekends"},
		"bridged.txt":          {offer: `{"duration_days":3,"bridging":2,"options":[{"venue":{"name":"Geneva"},"windows":[{"from":"2027-06-10","to":"2027-06-15"}]}]}`},
		"sittings.txt":         {offer: "one 3-hour sitting in Geneva (Palais des Nations) on 18 November 2026"},
		"evening.json":         {args: []string{"-json"}, offer: `{"duration_hours":2.5,"options":[{"venue":{"name":"Geneva","sittings":[],"day":["10:00","12:30"],"extra_sittings":[["02:30","05:00"]]},"dates":["2027-03-28","2027-03-29"]}],"weekends":true}`},
		"date-only.txt":        {offer: `{"duration_days":1,"date_only":true,"options":[{"venue":{"name":"Geneva"},"dates":["2026-11-18"]}]}`},
		"too-short.json":       {offer: strings.Replace(paperOffer, "one day", "4 days", 1), args: []string{"-json"}, status: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, got, stderr := slotsWith(t, tc.offer, tc.args...)
			if status != tc.status {
				t.Errorf("status %d, want %d; stderr %s", status, tc.status, stderr)
			}
			path := filepath.Join("testdata", "slots", name)
			if os.Getenv("UPDATE_SLOTS") != "" {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if filepath.Ext(name) == ".json" {
				var v map[string][]map[string]any
				if err := json.Unmarshal([]byte(got), &v); err != nil || v["slots"] == nil || v["problems"] == nil {
					t.Errorf("no slots and problems in %s: %v", got, err)
				}
				return
			}
			for line := range strings.Lines(got) {
				if n := utf8.RuneCountInString(line) - 1; n > 78 || len(line) != utf8.RuneCountInString(line) {
					t.Errorf("%d columns, or not all of ASCII: %q", n, line)
				}
			}
		})
	}
}

func TestSlotsStatus(t *testing.T) {
	t.Parallel()
	const json = "-json"
	for name, tc := range map[string]struct {
		offer  string
		args   []string
		status int
		stdout string
		stderr string
	}{
		"slots":                      {offer: paperOffer, stdout: "W3    Thu 10 Dec 2026  Washington"},
		"a year guessed from now":    {offer: "one day in Geneva on 12 November", stdout: "Fri 12 Nov 2027"},
		"from another day":           {offer: "one day in Geneva on 12 November", args: []string{"-today", "2030-11-10"}, stdout: "Tue 12 Nov 2030"},
		"byte-order mark":            {offer: "\ufeff" + `{"duration_days":1,"options":[{"venue":{"name":"Geneva"},"dates":["2026-11-18"]}]}`, stdout: "G1"},
		"none":                       {offer: "4 days in Geneva, 18-20 November 2026", status: 1, stderr: "Geneva: The window from Wednesday 18 November 2026 to Friday 20 November 2026 is too short: 3 days available, 4 needed.\n"},
		"none, of one day":           {offer: "2 days in Geneva, 20-22 November 2026", status: 1, stderr: "1 day available, 2 needed.\n"},
		"some, and a problem":        {offer: "one day in Geneva on 20, 21 or 22 November 2026", stdout: "G1", stderr: "Geneva: Saturday 21 November 2026 is a weekend day there."},
		"no options":                 {offer: `{"duration_days":1}`, status: 1, stderr: "Offer: Give at least one venue with dates.\n"},
		"a time that does not exist": {offer: `{"duration_days":1,"weekends":true,"options":[{"venue":{"name":"Geneva","day":["02:30","05:00"]},"dates":["2027-03-28"]}]}`, status: 1, stderr: "02:30 does not exist on Sunday 28 March 2027 (Europe/Zurich)"},
		"nothing at all":             {status: 2, stderr: "Write what you offer"},
		"an unknown city":            {offer: "one day in Gotham on 18 November 2026", status: 2, stderr: "parley slots: “Gotham” is not in the table of cities. Give its time zone behind it: Gotham (Europe/Zurich).\n"},
		"a misspelt city":            {offer: "one day in Genva on 18 November 2026", status: 2, stderr: "Is it Geneva?"},
		"broken JSON":                {offer: `{"duration_days":`, status: 2, stderr: "not well-formed JSON"},
		"JSON at fault":              {offer: `{"options":[{"venue":{"name":"Geneva","zone":"Mars"}}]}`, status: 2, stderr: "options[0].venue.zone: There is no time zone “Mars”."},
		"JSON at fault, as JSON":     {offer: `{"days":1}`, args: []string{json}, status: 2, stderr: "days: This member is unknown."},
		"too much":                   {offer: strings.Repeat(" ", 2<<20), status: 2, stderr: "Shorten the text"},
		"an argument":                {args: []string{"offer.txt"}, status: 2, stderr: "read from standard input"},
		"an unknown flag":            {args: []string{"-yaml"}, status: 2, stderr: "-yaml"},
		"a day that is none":         {args: []string{"-today", "2027-02-29"}, status: 2, stderr: "2027-02-29"},
		"help":                       {args: []string{"-h"}, stderr: "Usage: parley slots"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, stdout, stderr := slotsWith(t, tc.offer, tc.args...)
			if status != tc.status {
				t.Errorf("status %d, want %d", status, tc.status)
			}
			if !strings.Contains(stdout, tc.stdout) || (stdout != "") != (tc.stdout != "") {
				t.Errorf("stdout %q, want %q in it", stdout, tc.stdout)
			}
			if !strings.Contains(stderr, tc.stderr) || (stderr != "") != (tc.stderr != "") {
				t.Errorf("stderr %q, want %q in it", stderr, tc.stderr)
			}
		})
	}
}

// An offer may come by mail from anybody: what it says must not command the
// terminal on which its slots are read, nor turn the direction of a line.
func TestSlotsLeaveTheTerminalAlone(t *testing.T) {
	t.Parallel()
	for name, offer := range map[string]string{
		"a venue":         `{"duration_days":1,"options":[{"venue":{"name":"X\u001b[31m\u202eY\u009bZ\nLine","place":"Hall\u001b]0;x\u0007\nLine","zone":"UTC"},"dates":["2026-11-18"]}]}`,
		"a problem":       `{"duration_days":4,"options":[{"venue":{"name":"X\u001b[31m\nLine","zone":"UTC"},"dates":["2026-11-18"]}]}`,
		"a fault":         `{"duration_days":1,"options":[{"venue":{"name":"X","zone":"A\u001b[31m\u2066\nLine"}}]}`,
		"a member":        `{"days\u001b[31m\nLine":1}`,
		"an unknown city": "one day in Q\x1b[31m\u202e on 18 November 2026",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, stdout, stderr := slotsWith(t, offer)
			for line := range strings.SplitSeq(stdout+stderr, "\n") {
				if strings.ContainsAny(line, "\x1b\x07\u009b\r\u202e\u2066") || strings.HasPrefix(line, "Line") {
					t.Errorf("printed %q", line)
				}
			}
			if stdout+stderr == "" {
				t.Error("printed nothing")
			}
		})
	}
}
