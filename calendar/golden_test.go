package calendar

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/scheduling/civil"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

const (
	geneva     civil.Zone = "Europe/Zurich"
	washington civil.Zone = "America/New_York"
)

func day(year int, month time.Month, d int) civil.Date {
	return civil.Date{Year: year, Month: month, Day: d}
}

func hours(from, to string) civil.Span {
	var s civil.Span
	if s.From.UnmarshalText([]byte(from)) != nil || s.To.UnmarshalText([]byte(to)) != nil {
		panic("bad hours " + from + " " + to)
	}
	return s
}

var (
	created = time.Date(2026, time.November, 2, 9, 0, 0, 0, time.UTC)
	revised = time.Date(2026, time.November, 6, 16, 30, 0, 0, time.UTC)
	sent    = time.Date(2026, time.November, 6, 16, 30, 5, 0, time.UTC)

	secretariat = Mailbox{Name: "Secretariat of the talks", Address: "talks@parley.example"}
	delegate    = Attendee{Mailbox: Mailbox{Name: "Anna Bravo", Address: "anna@bravo.example"}, RSVP: true}
)

// meeting is the real case: one day in Geneva.
func meeting() Event {
	return Event{
		UID:         "x7c1kq2mfsd4v8hw@parley",
		When:        Hours{Date: day(2026, time.November, 19), Span: hours("10:00", "18:00"), Zone: geneva},
		Summary:     "Talks on the draft treaty, third round",
		Location:    "Palais des Nations, Room XIX, Geneva",
		Description: "Thu 19 November 2026, 10:00-18:00 in Geneva.\nOn the agenda: articles 1 to 12; not on it: the annex.",
		URL:         "https://parley.example/negotiations/42/meeting",
		Status:      StatusConfirmed,
		Created:     created,
		Revised:     revised,
	}
}

// with is meeting with changes.
func with(change func(*Event)) Event {
	e := meeting()
	change(&e)
	return e
}

func hold(uid, place string, when When) Event {
	return with(func(e *Event) {
		e.UID, e.When = uid, when
		e.Summary, e.Location, e.Description = "HOLD: talks in "+place, place, ""
		e.Status, e.Transparent, e.Class = StatusTentative, true, ClassPrivate
	})
}

func feed(events ...Event) Feed {
	return Feed{
		Name:   "Talks: delegation of Bravo",
		URL:    "https://parley.example/feeds/4f1d7a9c2b.ics",
		Color:  "teal",
		Events: events,
	}
}

func request(sequence int) Request {
	e := with(func(e *Event) { e.Sequence = sequence })
	return Request{Event: e, Organizer: secretariat, Attendee: delegate, At: sent}
}

func mailOf(o Object) Message {
	return Message{
		From:      secretariat,
		To:        delegate.Mailbox,
		Subject:   "Talks in Geneva on Thursday 19 November 2026, 10:00-18:00",
		MessageID: "inv-42-0-anna@parley.example",
		Date:      sent,
		Text:      "The talks take place on Thursday 19 November 2026.\n\nGeneva, Palais des Nations, 10:00-18:00.\n",
		HTML:      "<p>The talks take place on <b>Thursday 19 November 2026</b>.</p>\n",
		Calendar:  o,
	}
}

// Text as people paste it, and as someone would write who wants to break in.
const hostile = "A\r\nATTENDEE:mailto:eve@evil.example\rEND:VEVENT\nBEGIN:VALARM\x00\x07\x1b[31m C:\\talks;,:\"^n'\\ \u202Egnp.exe\u2066x\u2069 \xff\xfe \u2028 \ufeff end"

// goldens are all files in testdata by name. The part of a name before the
// first dash says what checks apply: feed, file, request, cancel, mail.
func goldens() map[string]func() ([]byte, error) {
	genevaOn := func(d civil.Date) func(*Event) {
		return func(e *Event) { e.When = Hours{Date: d, Span: hours("10:00", "18:00"), Zone: geneva} }
	}
	at := func(d civil.Date, from, to string, zone civil.Zone, which civil.Occurrence) func(*Event) {
		return func(e *Event) { e.When = Hours{Date: d, Span: hours(from, to), Zone: zone, Which: which} }
	}
	file := func(change func(*Event)) func() ([]byte, error) {
		return func() ([]byte, error) { return File(with(change)) }
	}
	inWords := []Event{
		with(func(e *Event) {
			e.UID = "ru@parley"
			e.Summary = "Переговоры о проекте договора, третий раунд"
			e.Location = "Дворец Наций, зал XIX, Женева"
			e.Description = "Четверг, 19 ноября 2026 года, с 10:00 до 18:00 по женевскому времени; перерыв с 13:00 до 15:00.\nПовестка: статьи 1–12."
		}),
		with(func(e *Event) {
			e.UID = "ar@parley"
			e.Summary = "المفاوضات بشأن مشروع المعاهدة، الجولة الثالثة"
			e.Location = "قصر الأمم، القاعة ١٩، جنيف"
			e.Description = "الخميس 19 نوفمبر 2026، من الساعة 10:00 إلى 18:00 بتوقيت جنيف؛ جدول الأعمال: المواد 1 إلى 12."
		}),
		with(func(e *Event) {
			e.UID = "zh@parley"
			e.Summary = "条约草案谈判，第三轮"
			e.Location = "日内瓦万国宫第十九会议室"
			e.Description = "2026年11月19日星期四，日内瓦时间10:00至18:00。议程：第一条至第十二条；附件不在议程之内。各方代表团应于上午九点半之前到达会场并办理入场手续。"
		}),
	}
	return map[string]func() ([]byte, error){
		"feed-empty.ics": feed().Encode,
		"feed-full.ics": feed(
			hold("slot-g1@parley", "Geneva", Hours{Date: day(2026, time.November, 18), Span: hours("10:00", "18:00"), Zone: geneva}),
			hold("slot-w1@parley", "Washington", Hours{Date: day(2026, time.December, 8), Span: hours("09:00", "17:00"), Zone: washington}),
			hold("slot-w2@parley", "Washington", Days{First: day(2026, time.December, 9), Last: day(2026, time.December, 10)}),
			meeting(),
			with(func(e *Event) {
				e.UID, e.Sequence, e.Status = "m8fk2@parley", 3, StatusCancelled
				e.Summary = "CANCELLED: talks, second round"
				e.When = Hours{Date: day(2026, time.October, 8), Span: hours("14:30", "17:00"), Zone: geneva}
			}),
		).Encode,
		"feed-words.ics": feed(inWords...).Encode,
		"feed-long.ics": feed(with(func(e *Event) {
			e.Summary = strings.Repeat("Überprüfungs-Konferenz ", 20)
			e.Location = strings.Repeat("日内瓦", 100)
			e.Description = strings.Repeat("a", 74) + " " + strings.Repeat("🕊️", 200) + "\n" + strings.Repeat("one; two, three ", 50)
		})).Encode,
		"feed-hostile.ics": func() ([]byte, error) {
			f := feed(with(func(e *Event) {
				e.Summary, e.Location, e.Description, e.URL = hostile, hostile, hostile, "https://parley.example/\r\nX:y"
			}))
			f.Name, f.Description, f.URL, f.Color = hostile, hostile, "https://parley.example/a b?q=\"ü;,<>", "red\r\nX:y"
			return f.Encode()
		},
		"file-geneva-2009.ics": file(genevaOn(day(2009, time.November, 19))),
		"file-geneva-2026.ics": file(genevaOn(day(2026, time.November, 19))),
		"file-washington.ics":  file(at(day(2026, time.December, 9), "09:00", "17:30", washington, "")),
		"file-two-days.ics": file(func(e *Event) {
			e.When = Days{First: day(2026, time.November, 18), Last: day(2026, time.November, 19)}
		}),
		"file-casablanca.ics": file(at(day(2026, time.March, 3), "10:00", "18:00", "Africa/Casablanca", "")),
		"file-tokyo.ics":      file(at(day(2026, time.November, 19), "10:00", "18:00", "Asia/Tokyo", "")),
		"file-year-end.ics":   file(at(day(2026, time.December, 31), "20:00", "24:00", "Australia/Sydney", "")),
		"file-twice.ics":      file(at(day(2026, time.October, 25), "02:30", "05:00", geneva, civil.Second)),
		"request-first.ics":   request(0).Encode,
		"request-moved.ics": func() ([]byte, error) {
			r := request(1)
			r.Event.When = Hours{Date: day(2026, time.November, 20), Span: hours("10:00", "18:00"), Zone: geneva}
			r.Event.Revised, r.At = revised.Add(48*time.Hour), sent.Add(48*time.Hour)
			return r.Encode()
		},
		"request-hostile.ics": func() ([]byte, error) {
			r := request(0)
			r.Organizer.Name, r.Attendee.Name = hostile, "\"O'Hara; Anna\", \\ <anna@x>\r\nATTENDEE:mailto:eve@evil.example"
			r.Event.Summary = hostile
			return r.Encode()
		},
		"cancel-all.ics": Cancel{
			Event: request(2).Event, Organizer: secretariat, Attendee: delegate, At: sent.Add(72 * time.Hour),
		}.Encode,
		"cancel-one.ics": Cancel{
			Event: request(2).Event, Organizer: secretariat, Attendee: delegate, Uninvited: true, At: sent.Add(72 * time.Hour),
		}.Encode,
		"mail-request.eml": mailOf(request(0)).Encode,
		"mail-cancel.eml": mailOf(Cancel{
			Event: request(2).Event, Organizer: secretariat, Attendee: delegate, At: sent.Add(72 * time.Hour),
		}).Encode,
		"mail-words.eml": func() ([]byte, error) {
			r := request(0)
			r.Organizer.Name, r.Attendee.Name = "Секретариат переговоров", "安娜·布拉沃"
			r.Event.Summary = inWords[0].Summary
			m := mailOf(r)
			m.From, m.To = r.Organizer, r.Attendee.Mailbox
			m.Subject = "Переговоры в Женеве в четверг, 19 ноября 2026 года, с 10:00 до 18:00 (третий раунд, проект договора)"
			m.Text, m.HTML = inWords[0].Description+"\n", "<p dir=\"rtl\" lang=\"ar\">"+inWords[1].Description+"</p>\n"
			return m.Encode()
		},
		"mail-hostile.eml": func() ([]byte, error) {
			r := request(0)
			r.Organizer.Name, r.Attendee.Name, r.Event.Summary = hostile, hostile, hostile
			m := mailOf(r)
			m.From, m.To, m.Subject, m.Text, m.HTML = r.Organizer, r.Attendee.Mailbox, "=?utf-8?q?x?= "+hostile, hostile, hostile
			return m.Encode()
		},
		"mail-plain.eml": func() ([]byte, error) {
			m := mailOf(nil)
			m.ReplyTo = Mailbox{Address: "desk@parley.example"}
			m.Headers = map[string]string{"In-Reply-To": "<inv-42-0-anna@parley.example>"}
			return m.Encode()
		},
	}
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, encode := range goldens() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := encode()
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(name, ".ics") {
				mustDecode(t, got)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs (go test -update rewrites it):\ngot:\n%s\nwant:\n%s", path, got, want)
			}
			again, err := goldens()[name]()
			if err != nil || !bytes.Equal(got, again) {
				t.Errorf("encoded once more: other bytes, or %v", err)
			}
		})
	}
}
