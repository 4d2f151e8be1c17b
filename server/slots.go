package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/web/locale"
)

const slotsUsage = `Usage: parley slots [-json] [-today 2026-11-22] < offer

Reads an offer on standard input and prints the slots that it gives. The offer
is in plain words,

  one day in Geneva on 18, 19 or 20 November;
  alternatively in Washington on 8-10 December

or in JSON:

  {"duration_days": 1, "options": [{"venue": {"name": "Geneva"},
   "windows": [{"from": "2026-11-18", "to": "2026-11-20"}]}]}

Exit status: 0 with slots, 1 when the offer gives none, 2 when it cannot be
read.

Flags:
`

// slots reads an offer and prints its slots, as a table or as JSON.
func slots(_ context.Context, args []string, p process) int {
	flags := flag.NewFlagSet("slots", flag.ContinueOnError)
	flags.SetOutput(p.stderr)
	flags.Usage = func() {
		fmt.Fprint(p.stderr, slotsUsage)
		flags.PrintDefaults()
	}
	asJSON := flags.Bool("json", false, "print JSON instead of a table")
	today := civil.DateOf(p.now().UTC())
	flags.TextVar(&today, "today", today, "the `date` from which a year that is not said follows")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		fmt.Fprintf(p.stderr, "parley slots: the offer is read from standard input, not from the argument %q.\n", flags.Arg(0))
		return exitUsage
	}
	catalogs, err := locale.Open()
	if err != nil {
		fmt.Fprintln(p.stderr, "parley slots:", err)
		return exitFailed
	}
	english := catalogs.Printer(locale.Default)
	terms, err := readTerms(p.stdin, today)
	if err != nil {
		fmt.Fprintln(p.stderr, "parley slots:", printable(unreadable(english, err)))
		return exitUsage
	}
	return printSlots(p, english, terms, *asJSON)
}

// printSlots prints what terms give, and says with the exit status whether
// they give anything.
func printSlots(p process, english *locale.Printer, terms scheduling.Terms, asJSON bool) int {
	candidates, problems := terms.Candidates()
	var err error
	if asJSON {
		err = writeSlotsJSON(p.stdout, english, terms, candidates, problems)
	} else {
		if len(candidates) > 0 {
			_, err = io.WriteString(p.stdout, slotTable(candidates, terms.NoticeDays))
		}
		for _, problem := range problems {
			fmt.Fprintln(p.stderr, printable(cmp.Or(problem.Venue, "Offer")+": "+problemText(english, problem)))
		}
	}
	switch {
	case err != nil:
		fmt.Fprintln(p.stderr, "parley slots:", err)
		return exitFailed
	case len(candidates) == 0:
		return exitFailed
	}
	return exitOK
}

// readTerms reads an offer in JSON or in plain words: JSON begins with a brace.
func readTerms(r io.Reader, today civil.Date) (scheduling.Terms, error) {
	// One byte more than either reader takes, so that it can refuse the excess.
	text, err := io.ReadAll(io.LimitReader(r, scheduling.MaxTermsJSON+1))
	if err != nil {
		return scheduling.Terms{}, fmt.Errorf("read standard input: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return scheduling.ParseTermsJSON(bytes.NewReader(text))
	}
	return scheduling.ParseWords(string(text), today)
}

// unreadable is what is wrong with an offer that cannot be read.
func unreadable(p *locale.Printer, err error) string {
	refusal, ok := errors.AsType[*scheduling.Error](err)
	if !ok || !p.Has("error."+refusal.Code) {
		return err.Error()
	}
	text := p.T("error."+refusal.Code, said(p, refusal.Params)...)
	if refusal.Field != "" && refusal.Field != "text" {
		return refusal.Field + ": " + text
	}
	return text
}

func problemText(p *locale.Printer, problem scheduling.Problem) string {
	return p.T("error."+problem.Code, said(p, problem.Params)...)
}

// printable is s on one line, without the characters that a terminal obeys or
// that turn the direction of what follows: offers come from other people.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// said is params as arguments of a text: dates in words, and n as a number, by
// which the text chooses its plural form.
func said(p *locale.Printer, params map[string]string) []any {
	var args []any
	for name, value := range params {
		var arg any = value
		var n int
		if _, err := fmt.Sscan(value, &n); name == "n" && err == nil {
			arg = n
		} else if d, err := civil.ParseDate(value); err == nil {
			arg = p.Date(d)
		}
		args = append(args, name, arg)
	}
	return args
}

// slotJSON is one slot in the output of slots -json.
type slotJSON struct {
	Label    string           `json:"label"`
	Venue    string           `json:"venue"`
	Order    scheduling.Order `json:"order"`
	Days     []civil.Date     `json:"days"`
	Start    string           `json:"start"` // with the offset of the venue
	End      string           `json:"end"`
	StartUTC string           `json:"start_utc"`
	EndUTC   string           `json:"end_utc"`
	DecideBy civil.Date       `json:"decide_by"`
}

// problemJSON is one problem in the output of slots -json.
type problemJSON struct {
	Code    string `json:"code"`
	Venue   string `json:"venue"`
	Message string `json:"message"`
}

func writeSlotsJSON(w io.Writer, p *locale.Printer, terms scheduling.Terms, candidates []scheduling.Candidate, problems []scheduling.Problem) error {
	out := struct {
		Slots    []slotJSON    `json:"slots"`
		Problems []problemJSON `json:"problems"`
	}{[]slotJSON{}, []problemJSON{}}
	var labels scheduling.Labels
	for _, c := range candidates {
		start, end := c.Start(), c.End()
		out.Slots = append(out.Slots, slotJSON{
			Label: string(labels.Next(c.Venue.Name)), Venue: c.Venue.Name, Order: c.Order, Days: c.Days,
			Start: start.Format(time.RFC3339), End: end.Format(time.RFC3339),
			StartUTC: start.UTC().Format(time.RFC3339), EndUTC: end.UTC().Format(time.RFC3339),
			DecideBy: scheduling.DecideBy(c.Days[0], terms.NoticeDays),
		})
	}
	for _, problem := range problems {
		out.Problems = append(out.Problems, problemJSON{problem.Code, problem.Venue, problemText(p, problem)})
	}
	text, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("encode slots: %w", err)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write slots: %w", err)
	}
	return nil
}

// offsets is the offsets from UTC that the slots of a venue are in, as
// UTC+01:00.
func offsets(candidates []scheduling.Candidate, venue scheduling.Venue) string {
	var found []string
	seen := map[string]bool{}
	for _, c := range candidates {
		if c.Venue.Name != venue.Name || c.Venue.Zone != venue.Zone {
			continue
		}
		for _, at := range []time.Time{c.Start(), c.End()} {
			if text := "UTC" + at.Format("-07:00"); !seen[text] {
				seen[text] = true
				found = append(found, text)
			}
		}
	}
	return strings.Join(found, " or ")
}
