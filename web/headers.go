package web

import (
	"errors"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"
)

// longestBody is how much a form may hold, in bytes.
const longestBody = 256 << 10

// contentPolicy allows nothing that is not ours, and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// permissionsPolicy refuses every power that a page could ask a browser for.
const permissionsPolicy = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), " +
	"fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), " +
	"picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()"

// setHeaders gives every response its guards and bounds the request.
func (s *Server) setHeaders(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", permissionsPolicy)
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "no-store")
	if s.secure() {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
	// net/http keeps a connection open after a chunked request that smuggles a
	// second one behind it (golang/go#80942).
	if len(r.TransferEncoding) > 0 {
		h.Set("Connection", "close")
	}
	if r.Body != nil {
		longest := int64(longestBody)
		if takesFile(r) {
			longest = longestUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, longest)
	}
}

// secure reports whether people come by https.
func (s *Server) secure() bool { return s.base.Scheme == "https" }

// readForm reads the body of a POST, which has to be a plain form: handlers
// never see another one. The form also may carry a language to switch to.
func (s *Server) readForm(c *gin.Context) error {
	media, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return errMedia
	}
	if err := c.Request.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return errTooLarge
		}
		return errUnreadable
	}
	s.noteLanguage(c)
	return nil
}

// cookieName is name, bound to this host where people come by https.
func (s *Server) cookieName(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

// setCookie sets a cookie that scripts cannot read and other sites do not
// send. It lives for seconds, or until the browser closes when seconds is 0;
// below 0 it is removed.
func (s *Server) setCookie(w http.ResponseWriter, name, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: seconds,
		Secure: s.secure(), HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// cookie is the value of a cookie set by setCookie, "" when there is none.
func (s *Server) cookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}
