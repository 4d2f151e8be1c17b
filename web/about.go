package web

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

var aboutPage = declarePage("about")

type aboutView struct {
	Page
	Sections []aboutSection
}

type aboutSection struct{ Title, Text string }

// about handles GET /accessibility and GET /privacy: what everybody may know
// of how this site works, signed in or not.
func (s *Server) about(topic string, sections ...string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		view := aboutView{Page: s.page(c)}
		view.Title = view.T("about." + topic + ".title")
		for _, name := range sections {
			key := "about." + topic + "." + name
			view.Sections = append(view.Sections, aboutSection{view.T(key + ".title"), view.T(key + ".text")})
		}
		return s.render(c, http.StatusOK, aboutPage, view)
	}
}
