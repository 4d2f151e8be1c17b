package web

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"parley/scheduling/civil"
)

// partialsView is a page with every partial on it.
type partialsView struct {
	Page
	Meta      Meta
	Panel     Panel
	Empty     Empty
	Chips     []Chip
	Times     Times
	City      Field
	Mail      Field
	Remarks   Field
	From, To  DateField
	Standing  Picks
	Deadline  Picks
	Address   Copy
	Heading   string
	FormTitle string
}

const partialsPage = `
{{define "head"}}<div class="wrap head">{{template "back" .Back}}<h1>{{.Heading}}</h1>
{{template "meta" .Meta}}{{template "tabs" .}}</div>{{end}}
{{define "content"}}
<div class="split main">{{template "panel" .Panel}}<div class="panel">{{template "times" .Times}}</div></div>
<ul class="legend">{{range .Chips}}<li>{{template "chip" .}}</li>{{end}}</ul>
<section class="sec"><h2>{{.FormTitle}}</h2>
<form method="post" action="/partials" id="offer" class="sec-s" novalidate data-guard>{{template "keys" .}}
<div class="row">{{template "field" .City}}{{template "field" .Mail}}</div>
<div class="row">{{template "date" .From}}{{template "date" .To}}</div>
{{template "picks" .Standing}}{{template "select" .Deadline}}{{template "textarea" .Remarks}}
<div class="acts"><button class="btn" name="do" value="send">{{.Panel.Action.Text}}</button></div></form></section>
<section class="sec">{{template "copy" .Address}}</section>
<section class="sec">{{template "empty" .Empty}}</section>
{{end}}`

// showPartials shows them as they are after a form with mistakes.
func (s *Server) showPartials(c *gin.Context) error {
	values := url.Values{
		"city": {`Geneva "<b>"`}, "mail": {"desk@norway"}, "remarks": {"One day.\nTwo sittings."},
		"standing": {"adref"}, "due": {"12"},
	}
	SetDate(values, "from", civil.Date{Year: 2026, Month: 11, Day: 18})
	values.Set("to-d", "31")
	values.Set("to-m", "11")
	values.Set("to-y", "2026")
	f := newForm(s.printer(c.Request), values)
	f.LineUpTo("city", 80)
	f.Date("from")
	f.Date("to")
	f.Email("mail")
	f.Choice("standing", "final", "capital")
	page := s.page(c)
	page.Title, page.Problems, page.Flash = "Every partial", f.Problems, "Your reply was recorded on 6 October 2026, 16:20 (Geneva)."
	page.Back = &Link{"/", "Negotiations"}
	page.Tabs = []Tab{{"/a", "Dates", true}, {"/b", "Calendar", false}, {"/c", "History", false}, {"/d", "Subscribe", false}}
	page.Party, page.Person, page.Version = "Delegation of Norway", "Ann Nilsen", "7"
	page.KeepForm, page.KeepDo = "offer", "send"
	city := f.Field("city", "City", "As it stands in the invitation.")
	mail := f.Field("mail", "E-mail of the head or officer", "")
	mail.Type, mail.Optional, mail.Autocomplete = "email", true, "off"
	opens := time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)
	day := civil.Span{From: civil.Clock(10, 0), To: civil.Clock(17, 0)}
	return s.render(c, http.StatusUnprocessableEntity, pageName{"partials"}, partialsView{
		Page: page, Heading: "Polar Shipping Talks, third round", FormTitle: "First proposal",
		Meta:  Meta{{"One day", page.Hours(day)}, {"4 delegations", ""}, {"", "Replies due Fri 9 October 2026, 18:00 Geneva time, in 3 days"}},
		Panel: Panel{Eyebrow: "Best date so far", Big: "Thursday 19 November 2026, Geneva", Text: "Acceptable to all four delegations.", Action: &Link{"/confirm", "Confirm this date"}, More: &Link{"#dates", "Compare all dates"}},
		Times: newTimes(page.Printer, "Session hours in each capital", opens, opens.Add(7*time.Hour),
			City{"Geneva", "Europe/Zurich"}, City{"Ottawa", "America/Toronto"}, City{"Auckland", "Pacific/Auckland"}),
		Chips: []Chip{{"pref", page.T("level.preferred")}, {"ok", page.T("level.available")}, {"ifn", page.T("level.if_need_be")}, {"no", page.T("level.not_possible")}, {"none", page.T("level.none")}},
		City:  city, Mail: mail, Remarks: f.Field("remarks", "Remarks", "Optional. Shown to all delegations."),
		From: f.DateField("from", "First possible day", ""), To: f.DateField("to", "Last possible day", "The last day on which the talks may end."),
		Standing: f.Picks("standing", "Standing of this reply", "The other delegations see this next to your name.",
			Choice{Value: "final", Label: "Final", Note: "Our capital has agreed."},
			Choice{Value: "adref", Label: "Ad referendum", Note: "Subject to confirmation by our capital."}),
		Deadline: f.Picks("due", "At", "", Choice{Value: "18", Label: "18:00 Geneva time"}, Choice{Value: "12", Label: "12:00 Geneva time"}),
		Address:  Copy{Printer: page.Printer, ID: "feed", Label: "Subscription address", Hint: "Anyone with this address can read your calendar.", Value: s.Address("/feed/abc.ics"), Open: s.webcal("/feed/abc.ics", "Subscribe")},
		Empty:    Empty{Title: "No negotiations yet", Text: "Enter the delegations and a first proposal.", Action: &Link{"/new", "New negotiation"}},
	})
}

// partialsSite has the page with every partial at /partials.
func partialsSite(tb testing.TB) http.Handler {
	tb.Helper()
	s, err := newServer(options(nil))
	if err != nil {
		tb.Fatal(err)
	}
	layout, err := parseLayout()
	if err != nil {
		tb.Fatal(err)
	}
	s.templates[pageName{"partials"}], err = layout.Parse(partialsPage)
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.mount(nil, append(s.routes(), route{"GET", "/partials", Public, s.showPartials})); err != nil {
		tb.Fatal(err)
	}
	return s.Handler()
}

func TestPartials(t *testing.T) {
	t.Parallel()
	h := partialsSite(t)
	golden(t, "partials-en", get(t, h, "/partials").Body.String())
	golden(t, "partials-fr", get(t, h, "/partials?lang=fr").Body.String())
}

func BenchmarkPartials(b *testing.B) {
	h := partialsSite(b)
	b.ReportAllocs()
	for b.Loop() {
		get(b, h, "/partials")
	}
}
