package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"parley/calendar"
	"parley/scheduling"
	"parley/web/diary"
)

// feed handles GET /c/:token: a calendar subscription. It asks for no session,
// sets no cookie and never redirects: calendar programs can do none of it.
func (s *Server) feed(c *gin.Context) error {
	secret, ok := strings.CutSuffix(c.Param("token"), ".ics")
	if !ok {
		return errNoPage
	}
	ctx := c.Request.Context()
	token, stamp, err := s.access.FeedToken(ctx, hashToken(secret))
	if err != nil {
		return err
	}
	if !token.Good(s.now()) {
		return ErrGone
	}
	f, ok := s.feeds.find(token.Hash, stamp)
	if !ok {
		if f, err = s.encodeFeed(ctx, token, secret); err != nil {
			return err
		}
		f.stamp = stamp
		s.feeds.keep(token.Hash, f)
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "private, max-age=300")
	h.Set("ETag", f.etag)
	h.Set("Last-Modified", f.modified)
	if f.matches(c.GetHeader("If-None-Match")) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	sendCalendar(c, "parley.ics", "inline", f.body)
	return nil
}

// sendCalendar answers with an iCalendar stream.
func sendCalendar(c *gin.Context, name, disposition string, body []byte) {
	c.Header("Content-Disposition", disposition+`; filename="`+name+`"`)
	c.Data(http.StatusOK, "text/calendar; charset=utf-8", body)
}

// encodeFeed writes the feed that a token gives access to.
func (s *Server) encodeFeed(ctx context.Context, token scheduling.Token, secret string) (encodedFeed, error) {
	rounds, err := s.store.Rounds(ctx, token.Negotiation)
	if err != nil {
		return encodedFeed{}, fmt.Errorf("web: feed: %w", err)
	}
	if len(rounds) == 0 {
		return encodedFeed{}, ErrGone
	}
	n := rounds[0].Negotiation
	out := calendar.Feed{URL: s.Address("/c/" + secret + ".ics"), Refresh: time.Hour}
	modified := n.CreatedAt
	add := func(e calendar.Event) {
		out.Events = append(out.Events, e)
		if e.Revised.After(modified) {
			modified = e.Revised
		}
	}
	switch token.Level {
	case scheduling.PublicFeed:
		out.Name = s.catalogs.Printer(s.usual).T("diary.feed_public")
		for _, r := range rounds {
			if r.Public() != nil {
				add(diary.Public(r))
			}
		}
	case scheduling.MemberFeed, scheduling.PartyFeed:
		rd := diary.Reader{Printer: s.catalogs.Printer(s.usual), Audience: scheduling.PartyAudience(token.Party), Base: s.base.String()}
		name := ""
		if p := n.Party(token.Party); p != nil {
			name = p.Name
		}
		var left func(*scheduling.Round) bool // what the reader has by mail
		key := "diary.feed_party"
		if token.Level == scheduling.MemberFeed {
			m := n.Member(token.Member)
			if m == nil {
				return encodedFeed{}, ErrGone
			}
			rd.Printer, rd.Audience = s.catalogs.Printer(cmp.Or(m.Language, s.usual)), m.Audience()
			name, key = m.Name, "diary.feed_member"
			left = func(r *scheduling.Round) bool { return !token.Whole && r.Meeting.Has(m.ID) }
		}
		out.Name = rd.T(key, "title", n.Title.For(rd.Audience), "name", name)
		out.Description = rd.T("diary.feed_about")
		for _, r := range rounds {
			for _, e := range rd.Feed(r) {
				if r.Meeting != nil && e.UID == r.Meeting.UID && left != nil && left(r) {
					continue
				}
				add(e)
			}
		}
	}
	body, err := out.Encode()
	if err != nil {
		return encodedFeed{}, fmt.Errorf("web: feed of negotiation %s: %w", n.ID, err)
	}
	sum := sha256.Sum256(body)
	return encodedFeed{
		body: body, etag: `"` + hex.EncodeToString(sum[:16]) + `"`, modified: modified.UTC().Format(http.TimeFormat),
	}, nil
}

// An encodedFeed is a feed as it goes over the wire. Its ETag follows from its
// content alone: a change that this feed does not show must not show in it.
type encodedFeed struct {
	stamp    int // of the negotiation when it was encoded; shown to nobody
	body     []byte
	etag     string
	modified string
}

// matches reports whether one of the tags of If-None-Match is the feed's
// (RFC 9110 section 13.1.2).
func (f encodedFeed) matches(header string) bool {
	for tag := range strings.SplitSeq(header, ",") {
		if tag = strings.TrimSpace(tag); strings.TrimPrefix(tag, "W/") == f.etag || tag == "*" {
			return true
		}
	}
	return false
}

// maxFeeds bounds what is kept of encoded feeds: at some kilobytes each, a few
// tens of megabytes.
const maxFeeds = 2000

// feedCache keeps encoded feeds until their negotiation changes. The zero value
// is ready.
type feedCache struct {
	mu    sync.RWMutex
	feeds map[string]encodedFeed // by hash of the token
}

func (k *feedCache) find(hash string, stamp int) (encodedFeed, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	f, ok := k.feeds[hash]
	return f, ok && f.stamp == stamp
}

func (k *feedCache) keep(hash string, f encodedFeed) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.feeds == nil {
		k.feeds = map[string]encodedFeed{}
	}
	for old := range k.feeds {
		if len(k.feeds) < maxFeeds {
			break
		}
		delete(k.feeds, old)
	}
	k.feeds[hash] = f
}

// meetingFile handles GET R/meeting.ics: the meeting as a file, for those whom
// the invitation did not reach.
func (s *Server) meetingFile(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	if r.Meeting == nil {
		return errNoPage
	}
	return s.entryFile(c, "meeting.ics", s.reader(c, v).Meeting(r))
}

// slotFile handles GET R/slots/:slot/calendar.ics: one slot on the table as a
// file.
func (s *Server) slotFile(c *gin.Context) error {
	r, v, err := s.roundOf(c)
	if err != nil {
		return err
	}
	slot := r.Slot(scheduling.Label(c.Param("slot")))
	if slot == nil || slot.Status != scheduling.Offered || v.Observer {
		return errNoPage
	}
	return s.entryFile(c, "slot.ics", s.reader(c, v).Hold(r, slot))
}

// reader is for whom calendar entries are written: whoever asks, in the
// language of the pages.
func (s *Server) reader(c *gin.Context, v viewer) diary.Reader {
	return diary.Reader{Printer: s.printer(c.Request), Audience: v.Audience, Base: s.base.String()}
}

func (s *Server) entryFile(c *gin.Context, name string, e calendar.Event) error {
	body, err := calendar.File(e)
	if err != nil {
		return fmt.Errorf("web: calendar file: %w", err)
	}
	sendCalendar(c, name, "attachment", body)
	return nil
}
