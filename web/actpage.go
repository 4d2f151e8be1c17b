package web

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

var actPage = declarePage("act")

// An actView is a page on which one act is weighed and carried out: what it
// does, what it needs, and one button that names it.
type actView struct {
	Page
	Action string // where the form goes
	Lede   string
	Notes  []string // what follows from the act
	Hidden []hiddenValue
	Slots  []Choice // checkboxes named slot
	// SlotsLabel says what is chosen by them.
	SlotsLabel string
	Picks      []Picks
	Rule       *ruleFields
	// Compared is what would change, old beside new.
	Compared  []compared
	Deadlines []deadlineFields
	Fields    []Field
	Areas     []Field
	Readers   *Picks // who may read what is written
	Submit    string // "" has no form: somebody else's turn
	Other     *secondAct
	More      []Link
}

// A secondAct is the other answer that the same page can give.
type secondAct struct{ Action, Text string }

// anAct is one act on a round: how its page is made from a form, and what it
// does.
type anAct struct {
	page func(r *scheduling.Round, v viewer, f *Form, view *actView)
	do   func(r *scheduling.Round, a scheduling.Act, f *Form) error
	read func(f *Form)        // checks what was typed before anything is done
	may  func(v viewer) error // where the policy of the route does not say it all; nil lets everybody pass
	// parse reads what cannot be read without the round; in is may for an act
	// that the round itself allows or not.
	parse func(r *scheduling.Round, v viewer, f *Form)
	in    func(r *scheduling.Round, v viewer) error
	done  string // what is said afterwards, under done in the catalogs
	path  string // below the round; the page's own address
}

// show handles the GET of an act's page.
func (act anAct) show(s *Server) func(*gin.Context) error {
	return func(c *gin.Context) error {
		r, v, err := s.acting(c, act)
		if err != nil {
			return err
		}
		return act.render(s, c, http.StatusOK, r, v, newForm(s.printer(c.Request), nil))
	}
}

// carryOut handles the POST of an act's page. A refusal shows the page again
// with what was typed.
func (act anAct) carryOut(s *Server) func(*gin.Context) error {
	return func(c *gin.Context) error {
		r, v, err := s.acting(c, act)
		if err != nil {
			return err
		}
		f := s.form(c)
		switch {
		case switchedLanguage(c) && act.page == nil: // nothing to keep, nothing to show
			c.Redirect(http.StatusSeeOther, roundPath(r.ID))
			return nil
		case switchedLanguage(c):
			return act.render(s, c, http.StatusOK, r, v, f)
		}
		if act.read != nil {
			act.read(f)
		}
		if act.parse != nil {
			act.parse(r, v, f)
		}
		if len(f.Problems) > 0 {
			return act.render(s, c, http.StatusUnprocessableEntity, r, v, f)
		}
		a := s.act(c, v)
		err = s.update(c, r, v, func(r *scheduling.Round) error { return act.do(r, a, f) })
		refusal, ok := errors.AsType[*scheduling.Error](err)
		switch {
		case err == nil:
			return s.done(c, roundPath(r.ID), act.done)
		case ok && act.page != nil && errors.Is(err, scheduling.ErrInvalid):
			f.Refuse(refusal)
			return act.render(s, c, http.StatusUnprocessableEntity, r, v, f)
		case ok && act.page != nil && errors.Is(err, scheduling.ErrConflict):
			f.Refuse(refusal)
			return act.render(s, c, http.StatusConflict, r, v, f)
		}
		return err
	}
}

// acting is the round and who acts on it. Observers follow, and what is asked
// for on these pages is between the parties.
func (s *Server) acting(c *gin.Context, act anAct) (*scheduling.Round, viewer, error) {
	r, v, err := s.roundOf(c)
	if err == nil && v.Observer {
		err = forbidden("observers_follow")
	}
	if err == nil && act.may != nil {
		err = act.may(v)
	}
	if err == nil && act.in != nil {
		err = act.in(r, v)
	}
	return r, v, err
}

func (act anAct) render(s *Server, c *gin.Context, status int, r *scheduling.Round, v viewer, f *Form) error {
	view := actView{Page: s.subPage(c, r, v), Action: roundPath(r.ID) + act.path}
	act.page(r, v, f, &view)
	view.Window = titled(view.Printer, view.Title, view.Back.Text)
	if view.Submit != "" {
		view.KeepForm = "act"
	}
	view.Problems = f.Problems
	return s.render(c, status, actPage, view)
}

// readers is the choice of who may read a text; the narrowest comes first and
// is what is meant when nothing is said.
func readers(f *Form, p Page) *Picks {
	picks := f.Picks("readers", p.T("act.readers"), "",
		Choice{Value: "own", Label: p.T("act.readers_own")}, Choice{Value: string(scheduling.AllParties), Label: p.T("act.readers_all")})
	return &picks
}

// textFor is a text with the readers that the form chose.
func textFor(f *Form, field string) scheduling.Text {
	t := scheduling.Text{Body: f.Text(field)}
	if f.Line("readers") == string(scheduling.AllParties) {
		t.Scope = scheduling.AllParties
	}
	return t
}
