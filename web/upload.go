package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"
)

// The limits of a form with a file.
const (
	longestFile   = 2 << 20
	longestUpload = longestFile + 64<<10
	longestField  = 8 << 10
	mostParts     = 20
)

// uploads are the paths that take a form with a file. Such a form is read only
// after it is clear that its sender may send it.
var uploads = []string{"/holidays"}

// takesFile reports whether the form that is posted may hold a file, and does.
func takesFile(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == "multipart/form-data" && r.Method == http.MethodPost && slices.Contains(uploads, r.URL.Path)
}

// An upload is the file that came with a form.
type upload struct{ content []byte }

// readUpload reads a form with one file: few parts, each within its limit. The
// name that the file has at its sender's is of no use here.
func (s *Server) readUpload(c *gin.Context) error {
	reader, err := c.Request.MultipartReader()
	if err != nil {
		return errMedia
	}
	values := url.Values{}
	for range mostParts {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			c.Request.Form, c.Request.PostForm = values, values
			s.noteLanguage(c)
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		limit := int64(longestField)
		if part.FormName() == "file" {
			limit = longestFile
		}
		content, err := io.ReadAll(io.LimitReader(part, limit+1))
		switch {
		case err != nil:
			return unreadable(err)
		case int64(len(content)) > limit:
			return errTooLarge
		case part.FormName() == "file":
			visitOf(c.Request).upload = &upload{content}
		default:
			values.Add(part.FormName(), string(content))
		}
	}
	return errTooLarge
}

// unreadable is why the body of a form cannot be read.
func unreadable(err error) error {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return errTooLarge
	}
	return errUnreadable
}
