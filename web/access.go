package web

import (
	"github.com/gin-gonic/gin"

	"parley/scheduling"
)

// authorize lets the visitor pass who satisfies policy. Whoever does not is
// told that there is no such page, so that nobody learns what exists.
func (s *Server) authorize(_ *gin.Context, policy Policy) error {
	if policy == Public {
		return nil
	}
	return &scheduling.Error{Kind: scheduling.ErrNotFound, Code: "page_unknown"}
}
