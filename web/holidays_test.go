package web

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/schedulingtest"
)

// postFile sends a form with a file, as a browser on this site would.
func postFile(tb testing.TB, h *house, file string, fields map[string]string, cookie string) *httptest.ResponseRecorder {
	tb.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		_ = w.WriteField(name, value)
	}
	part, err := w.CreateFormFile("file", "days.csv")
	if err != nil {
		tb.Fatal(err)
	}
	_, _ = part.Write([]byte(file))
	_ = w.Close()
	return ask(tb, h, "POST", "/holidays", &body, "Content-Type", w.FormDataContentType(), "Sec-Fetch-Site", "same-origin", "Cookie", cookie)
}

// Lists are imported from both kinds of files, and their days are shown beside
// the dates that they touch, for all alike, until the list is removed.
func TestHolidaysAreShown(t *testing.T) {
	t.Parallel()
	h := officed(t)
	keeper := h.account(t, scheduling.Account{ID: "keeper", Name: "Keeper", Rooms: true})
	fields := map[string]string{"kind": "holidays", "name": "Made up", "source": "Test office", "countries": "ch"}
	wantStatus(t, "table", postFile(t, h, "date,name,may_shift\n2009-11-18,Feast of Tests,\n2009-11-21,Moon Day,yes\n", fields, keeper), 303)
	fields = map[string]string{"kind": "events", "name": "Summits", "source": "Press", "city": "Tokyo"}
	ics := "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:World Summit\r\nDTSTART;VALUE=DATE:20091119\r\nDTEND;VALUE=DATE:20091121\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	wantStatus(t, "calendar", postFile(t, h, ics, fields, keeper), 303)
	wantText(t, "list", get(t, h, "/holidays", "Cookie", keeper).Body.String(), "Made up", "2 entries, CH", "Source: Test office", "Summits", "Tokyo")
	for what, path := range map[string]string{"overview": "/n/table/1", "reply": "/n/table/1/reply", "consent": "/n/table/1/consent/G1"} {
		page := get(t, h, path, "Cookie", seated(t, h, schedulingtest.AlphaHead))
		wantStatus(t, what, page, 200)
		wantText(t, what, page.Body.String(), "Feast of Tests, Wed 18 November 2009: the host country (Test office)")
	}
	overview := get(t, h, "/n/table/1", "Cookie", seated(t, h, schedulingtest.AlphaHead)).Body.String()
	wantText(t, "overview", overview, "World Summit", "public event in Tokyo", "Moon Day, Sat 21 November 2009, may shift to this date")
	lists, err := h.Holidays(t.Context(), civil.Date{}, civil.Date{})
	if err != nil || len(lists) != 2 || lists[0].ImportedBy != "keeper" {
		t.Fatalf("lists %+v (%v)", lists, err)
	}
	wantStatus(t, "remove", post(t, h, "/holidays/"+string(lists[0].ID)+"/removal", nil, "Cookie", keeper), 303)
	if strings.Contains(get(t, h, "/n/table/1", "Cookie", seated(t, h, schedulingtest.AlphaHead)).Body.String(), "Feast of Tests") {
		t.Error("a removed list is still shown")
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	h := officed(t)
	keeper := h.account(t, scheduling.Account{ID: "keeper", Name: "Keeper", Rooms: true})
	plain := h.account(t, scheduling.Account{ID: "plain", Name: "Plain"})
	fields := func(name, value string) map[string]string {
		f := map[string]string{"kind": "holidays", "name": "List", "source": "Office"}
		f[name] = value
		return f
	}
	const table = "date,name\n2009-11-18,Day\n"
	for name, tc := range map[string]struct {
		file   string
		fields map[string]string
		cookie string
		status int
	}{
		"nobody":         {table, fields("", ""), "", 401},
		"a plain one":    {table, fields("", ""), plain, 403},
		"no file":        {"", fields("", ""), keeper, 422},
		"no date":        {"date,name\n18 November,Day\n", fields("", ""), keeper, 422},
		"no head":        {"2009-11-18,Day\n", fields("", ""), keeper, 422},
		"no source":      {table, fields("source", ""), keeper, 422},
		"bad country":    {table, fields("countries", "CHE"), keeper, 422},
		"cut off":        {"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", fields("", ""), keeper, 422},
		"file too large": {strings.Repeat("x", longestFile+1), fields("", ""), keeper, 413},
		"long field":     {table, fields("note", strings.Repeat("x", longestField+1)), keeper, 413},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantStatus(t, name, postFile(t, h, tc.file, tc.fields, tc.cookie), tc.status)
		})
	}
	// The file alone makes no other page take such a form.
	rec := ask(t, h, "POST", "/venues", strings.NewReader("--x--"), "Content-Type", "multipart/form-data; boundary=x", "Sec-Fetch-Site", "same-origin", "Cookie", keeper)
	wantStatus(t, "another page", rec, 415)
}

func TestReadHolidayTable(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		table, want string
		line        int
	}{
		"all columns":    {"date,name,country,may_shift,last\n2026-03-20,Eid,eg,yes,2026-03-22\n", "2026-03-20 2026-03-22 Eid EG true", 0},
		"other order":    {"name;date\n Fête ;2026-08-01\n", "2026-08-01 2026-08-01 Fête  false", 0},
		"quoted":         {"date,name\r\n2026-08-01,\"A, B\"\r\n", "2026-08-01 2026-08-01 A, B  false", 0},
		"no such date":   {"date,name\n2026-02-30,X\n", "", 2},
		"no name":        {"date,name\n2026-02-20,\n", "", 2},
		"no such answer": {"date,name,may_shift\n2026-02-20,X,maybe\n", "", 2},
		"ends before":    {"date,name,last\n2026-02-20,X,2026-02-19\n", "", 2},
		"quote open":     {"date,name\n2026-02-20,\"X\n", "", 2},
		"no name column": {"date,title\n", "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			days, err := readHolidayTable([]byte(tc.table))
			var bad csvError
			if errors.As(err, &bad); int(bad) != tc.line {
				t.Fatalf("got %v, want line %d", err, tc.line)
			}
			got := ""
			for _, d := range days {
				got += fmt.Sprint(d.First, " ", d.Last, " ", d.Name, " ", d.Country, " ", d.MayShift)
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
	if _, err := readHolidayTable([]byte("date,name\n2026-08-01,X\xff\n")); !errors.Is(err, calendar.ErrUnreadable) {
		t.Errorf("not UTF-8: got %v", err)
	}
}
