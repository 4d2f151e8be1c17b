package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
	"parley/scheduling/clash"
)

var travelPage = declarePage("travel")

// travelView is the travel table of the installation.
type travelView struct {
	Page
	Lede           string
	Legs           []travelRow
	From, To, Days Field
	OneWay         bool
}

type travelRow struct {
	Text, From, To string
	OneWay         bool
}

// showTravel handles GET /travel: how many days of travel lie between cities.
func (s *Server) showTravel(c *gin.Context) error {
	return s.renderTravel(c, http.StatusOK, newForm(s.printer(c.Request), url.Values{}))
}

func (s *Server) renderTravel(c *gin.Context, status int, f *Form) error {
	t, err := s.store.Travel(c.Request.Context())
	if err != nil {
		return fmt.Errorf("web: travel table: %w", err)
	}
	view := travelView{Page: s.page(c), OneWay: f.Checked("one-way")}
	view.Title = view.T("travel.title")
	view.Back = &Link{Href: "/account", Text: view.T("account.title")}
	view.Lede = view.T("travel.lede", "n", clash.MissingDays)
	for _, l := range t.Legs {
		key := "travel.both_ways"
		if l.OneWay {
			key = "travel.one_way_leg"
		}
		view.Legs = append(view.Legs, travelRow{Text: view.T(key, "from", l.From, "to", l.To, "n", l.Days), From: l.From, To: l.To, OneWay: l.OneWay})
	}
	view.From = f.Field("from", view.T("travel.from"), "")
	view.To = f.Field("to", view.T("travel.to"), "")
	view.Days = f.Field("days", view.T("travel.days"), view.T("travel.days_hint", "most", scheduling.MaxTravelDays))
	view.Days.Width = "w-2"
	view.Problems = f.Problems
	return s.render(c, status, travelPage, view)
}

// changeTravel handles POST /travel: field do is set or remove.
func (s *Server) changeTravel(c *gin.Context) error {
	a, err := s.accountOf(c)
	if err != nil {
		return err
	}
	f := s.form(c)
	l := clash.Leg{From: f.Line("from"), To: f.Line("to"), OneWay: f.Checked("one-way")}
	remove := f.Do() == "remove"
	if !remove {
		f.Require("from", "to", "days")
		l.Days = f.Int("days", 0, scheduling.MaxTravelDays)
	}
	if switchedLanguage(c) || len(f.Problems) > 0 {
		return s.renderTravel(c, http.StatusUnprocessableEntity, f)
	}
	err = s.store.UpdateTravel(c.Request.Context(), onceBy(c, string(a.ID)), func(t *scheduling.Travel) error {
		if remove {
			t.Remove(l)
			return nil
		}
		return t.Set(l)
	})
	if refusal, ok := errors.AsType[*scheduling.Error](err); ok {
		f.Refuse(refusal)
		return s.renderTravel(c, refusalStatus(refusal), f)
	} else if err != nil {
		return fmt.Errorf("web: change travel table: %w", err)
	}
	return s.done(c, "/travel", "travel_changed")
}
