package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
)

//go:embed static
var staticFiles embed.FS

var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// assets are the files in static, under an address that changes with them.
type assets struct {
	hash  string
	files map[string]file
}

type file struct {
	mediaType   string
	plain, gzip []byte // gzip is nil when it saves nothing
}

func openAssets() (*assets, error) {
	entries, err := staticFiles.ReadDir("static")
	if err != nil {
		return nil, fmt.Errorf("web: list assets: %w", err)
	}
	a := &assets{files: make(map[string]file, len(entries))}
	sum := sha256.New()
	for _, entry := range entries {
		name := entry.Name()
		raw, err := staticFiles.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("web: read asset: %w", err)
		}
		f := file{mediaType: mediaTypes[path.Ext(name)], plain: raw}
		if f.mediaType == "" {
			return nil, fmt.Errorf("web: asset %s: unknown media type", name)
		}
		if f.gzip, err = compress(raw); err != nil {
			return nil, fmt.Errorf("web: asset %s: %w", name, err)
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(raw))
		sum.Write(raw)
		a.files[name] = f
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return a, nil
}

func compress(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(raw); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if b.Len() >= len(raw) {
		return []byte{}, nil
	}
	return b.Bytes(), nil
}

// path is the address of an asset. An unknown name is a fault of the program.
func (a *assets) path(name string) string {
	if _, ok := a.files[name]; !ok {
		panic("web: no asset " + name)
	}
	return "/static/" + a.hash + "/" + name
}

// asset handles GET /static/:hash/:name. Under an old hash, which a page from
// before an update may still name, the file of today is better than none; it
// is just not to be kept.
func (s *Server) asset(c *gin.Context) error {
	f, ok := s.assets.files[c.Param("name")]
	if !ok {
		return errNoPage
	}
	h := c.Writer.Header()
	h.Set("Content-Type", f.mediaType)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if c.Param("hash") == s.assets.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := f.plain
	if len(f.gzip) > 0 && acceptsGzip(c.GetHeader("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = f.gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Writer.WriteHeader(http.StatusOK)
	if c.Request.Method != http.MethodHead {
		_, _ = c.Writer.Write(body)
	}
	return nil
}

func acceptsGzip(header string) bool {
	for item := range strings.SplitSeq(header, ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(item), ";")
		if coding == "gzip" && strings.Trim(q, " 0.") != "q=" {
			return true
		}
	}
	return false
}

// robots handles GET /robots.txt. It names no path: a list of what to keep out
// of would be a list of where to look.
func (s *Server) robots(c *gin.Context) error {
	c.String(http.StatusOK, "User-agent: *\nDisallow: /\n")
	return nil
}
