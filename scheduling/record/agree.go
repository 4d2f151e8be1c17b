package record

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"parley/scheduling"
)

// histories holds the table of each round against the entries: each row must
// be an entry, and each entry of the round or of the talks as a whole a row.
func (c *checker) histories() {
	for _, name := range slices.Sorted(maps.Keys(c.files)) {
		var round int
		if _, err := fmt.Sscanf(name, "round-%d/", &round); err == nil && name == HistoryFile(round) {
			c.history(name, round)
		}
	}
}

func (c *checker) history(name string, round int) {
	rows, err := csv.NewReader(bytes.NewReader(c.files[name])).ReadAll()
	if err != nil || len(rows) == 0 {
		c.fault(name, "it is not a table: %v", err)
		return
	}
	column := map[string]int{}
	for i, head := range rows[0] {
		column[head] = i
	}
	for _, head := range []string{"time_utc", "event", "slot", "slot_version", "level", "offer", "offer_version", "text", "sha256"} {
		if _, ok := column[head]; !ok {
			c.fault(name, "there is no column %s", head)
			return
		}
	}
	left := map[string][]logged{}
	for _, e := range c.entries {
		if at := e.Value("round"); at == "0" || at == strconv.Itoa(round) {
			left[rowKey(e)] = append(left[rowKey(e)], e)
		}
	}
	for i, row := range rows[1:] {
		cell := func(head string) string { return strings.TrimPrefix(row[column[head]], "'") }
		key := strings.Join([]string{
			cell("time_utc"), cell("event"), cell("slot"), number(cell("slot_version")), cell("level"),
			number(cell("offer")), number(cell("offer_version")), cell("sha256"),
		}, "\n")
		same := left[key]
		at := slices.IndexFunc(same, func(e logged) bool {
			body, ok := e.Body(Written)
			return cell("text") == "" || !ok || cell("text") == strings.TrimPrefix(body, "'")
		})
		if at < 0 {
			c.fault(name, "row %d is not what was entered", i+2)
			continue
		}
		left[key] = slices.Delete(slices.Clone(same), at, at+1)
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		for _, e := range left[key] {
			c.Faults = append(c.Faults, Fault{File: name, Log: e.log, Entry: e.seq, Text: "there is no row of it"})
		}
	}
}

// number is a cell in which nothing stands for 0.
func number(cell string) string {
	if cell == "" {
		return "0"
	}
	return cell
}

func rowKey(e logged) string {
	level, _ := e.Body(Level)
	return strings.Join([]string{
		e.Value("at"), e.Value("kind"), e.Value("slot"), e.Value("slot_version"), level,
		e.Value("proposal"), e.Value("version"), e.Value("digest"),
	}, "\n")
}

// view holds the negotiation as it is shown against the entries: whatever a
// party is said to have answered or agreed to, and every paper, was entered.
func (c *checker) view() {
	var v View
	if !c.decode(ViewFile, &v) {
		return
	}
	if v.ID != c.Negotiation {
		c.fault(ViewFile, "it is of another negotiation")
		return
	}
	for _, r := range v.Rounds {
		has := func(test func(e logged) bool) bool {
			return slices.ContainsFunc(c.entries, func(e logged) bool { return e.Value("round") == strconv.Itoa(r.Number) && test(e) })
		}
		of := func(e logged, party string, s ViewSlot) bool {
			return e.Value("party") == party && e.Value("slot") == s.Label && e.Value("slot_version") == strconv.Itoa(s.Version)
		}
		for _, s := range r.Slots {
			for _, p := range s.Positions {
				if !p.Implied && !has(func(e logged) bool { level, _ := e.Body(Level); return of(e, p.Party, s) && level == p.Level }) {
					c.fault(ViewFile, "round %d: that %s says %s of %s was never entered", r.Number, p.Party, p.Level, s.Label)
				}
			}
			for _, consent := range s.Consents {
				// An approval may have made it what it is.
				if consent.Kind == "" && !has(func(e logged) bool {
					return of(e, consent.Party, s) && e.Value("kind") != string(scheduling.PositionTaken)
				}) {
					c.fault(ViewFile, "round %d: the consent of %s to %s was never entered", r.Number, consent.Party, s.Label)
				}
			}
		}
		if r.Confirmed != "" && !has(func(e logged) bool {
			kind := scheduling.EventKind(e.Value("kind"))
			return e.Value("slot") == r.Confirmed && (kind == scheduling.MeetingConfirmed || kind == scheduling.MeetingRescheduled)
		}) {
			c.fault(ViewFile, "round %d: that %s was confirmed was never entered", r.Number, r.Confirmed)
		}
		for _, p := range r.Papers {
			if p.File != "" && digest(c.files[p.File]) != p.Digest {
				c.fault(p.File, "it has not the digest that stands in %s", ViewFile)
			}
			if !has(func(e logged) bool {
				return e.Value("digest") == p.Digest && e.Value("proposal") == strconv.Itoa(p.Proposal) && e.Value("version") == strconv.Itoa(p.Version)
			}) {
				c.fault(ViewFile, "round %d: version %d of paper %d was never entered", r.Number, p.Version, p.Proposal)
			}
		}
	}
}
