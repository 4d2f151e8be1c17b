package scheduling_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/scheduling"
)

// gist is terms in one line: "1d preferred Geneva 2026-11-18..2026-11-20".
func gist(t scheduling.Terms) string {
	parts := []string{fmt.Sprintf("%dd", t.Duration.Days)}
	if t.Duration.Minutes > 0 {
		parts[0] = fmt.Sprintf("%dm", t.Duration.Minutes)
	}
	if t.Weekends {
		parts[0] += " weekends"
	}
	if t.NoticeDays > 0 {
		parts[0] += fmt.Sprintf(" notice %d", t.NoticeDays)
	}
	for _, o := range t.Options {
		p := string(o.Order)[:4] + " " + o.Venue.Name
		if o.Venue.Place != "" {
			p += " (" + o.Venue.Place + ")"
		}
		if o.Format != scheduling.InPerson {
			p += " " + string(o.Format)
		}
		for _, w := range o.Windows {
			p += " " + w.From.String() + ".." + w.To.String()
		}
		for _, d := range o.Dates {
			p += " " + d.String()
		}
		parts = append(parts, p)
	}
	return strings.Join(parts, "; ")
}

func TestParseWords(t *testing.T) {
	t.Parallel()
	const paper = "1d; pref Geneva 2026-11-18..2026-11-20; alte Washington 2026-12-08..2026-12-10"
	const g = "1d; pref Geneva 2026-11-18..2026-11-20"
	for text, want := range map[string]string{
		"one day in Geneva on 18, 19 or 20 November 2026; alternatively in Washington on 8-10 December 2026":                                                         paper,
		"One day in Geneva on November 18, 19, or 20, 2026; alternatively, in Washington on December 8, 9, or 10, 2026.":                                             paper,
		"one day in Geneva on 18, 19 or 20 November; alternatively in Washington on 8-10 December 2026":                                                              paper,
		"one day, either in Geneva on 18 to 20 November 2026 or in Washington on 8 to 10 December":                                                                   paper,
		"1 day in Geneva Nov 18-20, 2026, or Washington Dec 8-10":                                                                                                    paper,
		"one-day meeting; Geneva: 18–20 Nov. 2026; Washington, D.C.: 8—10 Dec. 2026":                                                                                 paper,
		"ONE DAY IN GENEVA ON 18, 19 OR 20 NOVEMBER 2026 ALTERNATIVELY IN WASHINGTON DC ON 8, 9 OR 10 DECEMBER 2026":                                                 paper,
		"We propose to hold one day of talks in the city of Geneva, Switzerland, from 18 to 20 November 2026, or in Washington (USA) between 8 and 10 December 2026": "1d; pref Geneva 2026-11-18..2026-11-20; alte Washington (USA) 2026-12-08..2026-12-10",
		"one day on 18-20 November 2026 in Geneva or on 8-10 December 2026 in Washington":                                                                            paper,
		"one day in Geneva on 18-20 November 2026, or on 8-10 December 2026 in Washington":                                                                           paper,
		"one day in Geneva on 18-20 November 2026; if that is not possible, on 8-10 December 2026 in Washington":                                                     paper,
		"one day in Washington on 8-10 December 2026, preferably in Geneva on 18-20 November 2026":                                                                   "1d; alte Washington 2026-12-08..2026-12-10; pref Geneva 2026-11-18..2026-11-20",
		"Geneva\n18 November 2026\n19 November 2026\n20 November 2026\none day":                                                                                      g,
		"one day in Geneva on the 18th, 19th or 20th of November 2026":                                                                                               g,
		"one day in Geneva on Wednesday 18, Thursday 19 or Friday 20 November 2026":                                                                                  g,
		"one day in Geneva on Wed., 18 Nov. to Fri., 20 Nov. 2026":                                                                                                   g,
		"one day in Geneva from 18 November to 20 November 2026":                                                                                                     g,
		"one day in Geneva from November 18 through November 20, 2026":                                                                                               g,
		"one day in Geneva, 2026-11-18 to 2026-11-20":                                                                                                                g,
		"one day in Geneva, 18.11.2026 - 20.11.2026":                                                                                                                 g,
		"one day in genève on 18 & 19 & 20 november 2026":                                                                                                            g,
		"one day in Geneva on 18 November 2026 (Wednesday) to 20 November 2026 (Friday)":                                                                             g,
		"one day in Geneva on 18 November 2026":                                                                                                                      "1d; pref Geneva 2026-11-18",
		"one day in Geneva on 18 November or 20 November 2026":                                                                                                       "1d; pref Geneva 2026-11-18 2026-11-20",
		"one day in Geneva on 18, 20 or 24 November 2026":                                                                                                            "1d; pref Geneva 2026-11-18 2026-11-20 2026-11-24",
		"one day in Geneva on 20, 21 or 22 November 2026":                                                                                                            "1d; pref Geneva 2026-11-20 2026-11-21 2026-11-22",
		"one day in Geneva on 20, 21 or 22 November 2026, including weekends":                                                                                        "1d weekends; pref Geneva 2026-11-20..2026-11-22",
		"2 days in Geneva on 18, 19 or 20 November 2026":                                                                                                             "2d; pref Geneva 2026-11-18..2026-11-20",
		"two days in Geneva on 18 and 19 or 24 and 25 November 2026":                                                                                                 "2d; pref Geneva 2026-11-18..2026-11-19 2026-11-24..2026-11-25",
		"two days in Geneva on 17 or 24 November 2026":                                                                                                               "2d; pref Geneva 2026-11-17 2026-11-24",
		"two full days in Geneva between 18 and 25 November 2026":                                                                                                    "2d; pref Geneva 2026-11-18..2026-11-25",
		"a two-day session in Geneva, 18-25 November 2026":                                                                                                           "2d; pref Geneva 2026-11-18..2026-11-25",
		"three consecutive days in Riyadh, 9-16 June 2027":                                                                                                           "3d; pref Riyadh 2027-06-09..2027-06-16",
		"one 3-hour sitting in Geneva on 18 November 2026":                                                                                                           "180m; pref Geneva 2026-11-18",
		"a three-hour sitting in Geneva on 18 November 2026":                                                                                                         "180m; pref Geneva 2026-11-18",
		"1.5 hours in Geneva on 18 November 2026":                                                                                                                    "90m; pref Geneva 2026-11-18",
		"a 90 minute meeting in Geneva on 18 November 2026":                                                                                                          "90m; pref Geneva 2026-11-18",
		"one day in Geneva, 30 November to 2 December 2026":                                                                                                          "1d; pref Geneva 2026-11-30..2026-12-02",
		"one day in Geneva, 30 November, 1 or 2 December 2026":                                                                                                       "1d; pref Geneva 2026-11-30..2026-12-02",
		"one day in Geneva, 30 December to 2 January 2027":                                                                                                           "1d; pref Geneva 2026-12-30..2027-01-02",
		"one day in Geneva, December 30 - January 2":                                                                                                                 "1d; pref Geneva 2026-12-30..2027-01-02",
		"one day in Geneva, 30 December 2026 or 5 January":                                                                                                           "1d; pref Geneva 2026-12-30 2027-01-05",
		"one day in Geneva, 12 March or 15 November 2027":                                                                                                            "1d; pref Geneva 2027-03-12 2027-11-15",
		"one day in Geneva, 8 December or 18 November 2026":                                                                                                          "1d; pref Geneva 2026-11-18 2026-12-08",
		"one day in Geneva on 18-20 November 2009; alternatively in Washington on 8-10 December":                                                                     "1d; pref Geneva 2009-11-18..2009-11-20; alte Washington 2009-12-08..2009-12-10",
		"one day in Geneva on 18 November":                                                                                                                           "1d; pref Geneva 2026-11-18",
		"one day in Geneva on 16 November":                                                                                                                           "1d; pref Geneva 2026-11-16",
		"one day in Geneva on 14 November":                                                                                                                           "1d; pref Geneva 2027-11-14",
		"one day in Geneva on 29 February":                                                                                                                           "1d; pref Geneva 2028-02-29",
		"one day in Geneva on 8 December or 15 January":                                                                                                              "1d; pref Geneva 2026-12-08 2027-01-15",
		"one day in Geneva in November 2026":                                                                                                                         "1d; pref Geneva 2026-11-01..2026-11-30",
		"one day in Geneva in May 2027; alternatively in March 2027":                                                                                                 "1d; pref Geneva 2027-05-01..2027-05-31; alte Geneva 2027-03-01..2027-03-31",
		"one day in New York on 1 May 2027, The Hague on 3 May 2027, or Addis Ababa on 4 May 2027":                                                                   "1d; pref New York 2027-05-01; alte The Hague 2027-05-03; alte Addis Ababa 2027-05-04",
		"one day in Geneva or Vienna on 18 November 2026":                                                                                                            "1d; pref Geneva 2026-11-18; alte Vienna 2026-11-18",
		"one day in Geneva on 18 November 2026, alternatively in Vienna":                                                                                             "1d; pref Geneva 2026-11-18; alte Vienna 2026-11-18",
		"one day in Geneva on 18 November 2026; alternatively on 24 November 2026":                                                                                   "1d; pref Geneva 2026-11-18; alte Geneva 2026-11-24",
		"one day; Geneva; 18 November 2026":                                                                                                                          "1d; pref Geneva 2026-11-18",
		"one day in Gotham (America/New_York) on 18 November 2026":                                                                                                   "1d; pref Gotham 2026-11-18",
		"one day in Port of Gotham (America/New_York) or in St. Gotham (Europe/Zurich) on 18 November 2026":                                                          "1d; pref Port of Gotham 2026-11-18; alte St. Gotham 2026-11-18",
		"one day in Geneva (Palais des Nations) on 18 November 2026":                                                                                                 "1d; pref Geneva (Palais des Nations) 2026-11-18",
		"one day at the Palais des Nations in Geneva on 18 November 2026":                                                                                            "1d; pref Geneva (Palais des Nations) 2026-11-18",
		"one day in Geneva at the Palais des Nations on 18 November 2026":                                                                                            "1d; pref Geneva (Palais des Nations) 2026-11-18",
		"one day in Geneva on 18 November 2026, online":                                                                                                              "1d; pref Geneva remote 2026-11-18",
		"one day in person in Geneva on 18 November 2026 with 10 days' notice":                                                                                       "1d notice 10; pref Geneva 2026-11-18",
		"one day in Geneva on 18 November 2026, notice of 10 days":                                                                                                   "1d notice 10; pref Geneva 2026-11-18",
		"the talks may take place in Geneva on may 18, 2027, lasting one day":                                                                                        "1d; pref Geneva 2027-05-18",
	} {
		got, err := scheduling.ParseWords(text, day("2026-11-16"))
		if err != nil {
			t.Errorf("%s:\n%v", text, explain(err))
			continue
		}
		if diff := cmp.Diff(want, gist(got)); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
}

func explain(err error) string {
	if e, ok := errors.AsType[*scheduling.Error](err); ok {
		return fmt.Sprintf("%s %s %v", e.Code, e.Field, e.Params)
	}
	return err.Error()
}

func TestParseWordsGivesKnownCities(t *testing.T) {
	t.Parallel()
	got, err := scheduling.ParseWords("one day in Genf (Europe/Paris) on 18 November 2026; in Riyadh on 19 November 2026", day("2026-11-16"))
	if err != nil {
		t.Fatal(explain(err))
	}
	g := geneva()
	g.Zone = "Europe/Paris"
	if diff := cmp.Diff(g, got.Options[0].Venue); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(riyadh().Weekend, got.Options[1].Venue.Weekend); diff != "" {
		t.Errorf("weekend in Riyadh (-want +got):\n%s", diff)
	}
}

func TestParseWordsRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                              "text_empty text map[]",
		" \n ":                          "text_empty text map[]",
		strings.Repeat("Geneva ", 2000): "text_too_long text map[limit:8192]",
		"one day":                       "city_missing text map[]",
		"one day in Geneva":             "dates_missing text map[city:Geneva]",
		"one day on 18 November 2026":   "city_missing text map[]",
		"in Geneva on 18 November 2026": "duration_missing text map[]",
		"one day in Geneva on 18 November 2026, in Washington":               "dates_missing text map[city:Washington]",
		"one day in Geneva on 18":                                            "month_missing text map[day:18]",
		"one day in Geneva on 18 Novembre 2026":                              "month_unknown text map[suggestion:November word:Novembre]",
		"one day in Geneva on 18 Febuary 2026":                               "month_unknown text map[suggestion:February word:Febuary]",
		"one day in Geneva on 31 November 2026":                              "date_invalid text map[date:31 November 2026]",
		"one day in Geneva on 29 February 2027":                              "date_invalid text map[date:29 February 2027]",
		"one day in Geneva on 2027-02-29":                                    "date_invalid text map[date:2027-02-29]",
		"one day in Geneva on Tuesday 18 November 2026":                      "weekday_wrong text map[date:18 November 2026 is:Wednesday said:Tuesday]",
		"one day in Geneva on 18 (Tue), 19 or 20 November 2026":              "weekday_wrong text map[date:18 November 2026 is:Wednesday said:Tuesday]",
		"one day in Geneva on 11/12/2026":                                    "date_ambiguous text map[text:11/12/2026]",
		"one day in Geneva on 20-18 November 2026":                           "window_reversed text map[from:2026-11-20 to:2026-11-18]",
		"one day in Geneva on 20 November to 18 November":                    "window_reversed text map[from:2026-11-20 to:2026-11-18]",
		"one day or two days in Geneva on 18 November 2026":                  "duration_twice text map[text:two days]",
		"0 days in Geneva on 18 November 2026":                               "duration_invalid text map[text:0 days]",
		"1.5 days in Geneva on 18 November 2026":                             "duration_invalid text map[text:1.5 days]",
		"one day in Gotham on 18 November 2026":                              "city_unknown text map[city:Gotham]",
		"one day in Genva on 18 November 2026":                               "city_misspelt text map[city:Genva suggestions:Geneva]",
		"one day in Adis Abeba on 18 November 2026":                          "city_misspelt text map[city:Adis Abeba suggestions:Addis Ababa]",
		"one day in Washingtn, or Genva, on 18 November 2026":                "city_misspelt text map[city:Washingtn suggestions:Washington]",
		"one day in Geneva on 18 November 2026 or Bernn on 20 November 2026": "city_misspelt text map[city:Bernn suggestions:Bern]",
		"one day in Gotham (America/Gotham) on 18 November 2026":             "zone_unknown text map[zone:America/Gotham]",
		"one day in Geneva (Europe/Geneva) on 18 November 2026":              "zone_unknown text map[zone:Europe/Geneva]",
		"one day in Geneva on 18-20 November 2026 except the 19th":           "word_unknown text map[word:except]",
		"not one day in Geneva on 18 November 2026":                          "word_unknown text map[word:not]",
		"one day in Geneva on 18 November 2026 before noon":                  "word_unknown text map[word:before]",
		"one day in Geneva on 18 November 2026 at 10:00":                     "hours_not_read text map[text:10:00]",
		"one day in Geneva on 18 November 2026, 42":                          "number_unknown text map[number:42]",
		"one day in Geneva on 18 November 2026 §":                            "word_unknown text map[word:§]",
		"one day at the Palace on 18 November 2026":                          "city_unknown text map[city:Palace]",
	} {
		_, err := scheduling.ParseWords(text, day("2026-11-16"))
		if err == nil {
			t.Errorf("%.80s: no error, want %s", text, want)
			continue
		}
		if !errors.Is(err, scheduling.ErrInvalid) {
			t.Errorf("%.80s: %v is no refusal", text, err)
		}
		if diff := cmp.Diff(want, explain(err)); diff != "" {
			t.Errorf("%.80s:\n%s", text, diff)
		}
	}
}

// FuzzParseWords: no text brings the parser down, and what it reads are terms
// that Candidates takes without a structural complaint.
func FuzzParseWords(f *testing.F) {
	for _, s := range []string{
		"one day in Geneva on 18, 19 or 20 November 2026; alternatively in Washington on 8-10 December 2026",
		"2 days, The Hague (Palais) Nov 30 to Dec 2 or in Gotham (America/New_York) 29 February, (Wed)", "notice of 10 days in May, by video",
		"one 3-hour sitting at the X in Y between 18 and 20 Nov.", "((((((((", "in in in at at the city of", "18.11.2026-2026-11-18 & 5/5/2026", "\xff\x00ß İ",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		terms, err := scheduling.ParseWords(s, day("2026-11-16"))
		if err != nil {
			if _, ok := errors.AsType[*scheduling.Error](err); !ok {
				t.Fatalf("%q gives an error that nobody can act on: %v", s, err)
			}
			return
		}
		if len(terms.Options) == 0 || terms.Duration == (scheduling.Duration{}) {
			t.Fatalf("%q gives %+v", s, terms)
		}
		for _, o := range terms.Options {
			if len(o.Windows)+len(o.Dates) == 0 || o.Venue.Name == "" || o.Venue.Zone == "" {
				t.Fatalf("%q gives option %+v", s, o)
			}
		}
		terms.Candidates()
	})
}
