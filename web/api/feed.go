package api

import (
	"errors"
	"slices"
	"time"

	"parley/scheduling"
)

// Feeds are the calendar subscriptions that the viewer may have.
type Feeds struct {
	Feeds []Feed `json:"feeds"`
}

// A Feed is a calendar subscription.
type Feed struct {
	Level   string     `json:"level" enum:"member,party,public"`
	Made    *time.Time `json:"made,omitempty" doc:"When the address that works was made; nothing when there is none"`
	Address string     `json:"address,omitempty" doc:"Given once"`
}

// A FeedPath says which subscription is meant.
type FeedPath struct {
	NegotiationPath
	Level string `path:"level" enum:"member,party,public"`
}

type feedInput struct {
	FeedPath
	Keyed
	Body struct {
		Whole bool `json:"whole,omitempty" doc:"Also show meetings that came by mail"`
	}
}

type revokeInput struct {
	FeedPath
	Keyed
}

const oneFeed = "/negotiations/{negotiation}/feeds/{level}"

func (a *API) feeds() {
	get(a, "/negotiations/{negotiation}/feeds", "list-feeds", "The subscriptions that the viewer may have", Read, func(c *call, _ *NegotiationPath) (Feeds, error) {
		out := Feeds{Feeds: []Feed{}}
		for _, level := range c.api.Pages.FeedLevels(c.viewer) {
			feed := Feed{Level: string(level)}
			tokens, err := c.api.Access.Tokens(c.ctx(), filterOf(c.feedToken(level)))
			if err != nil {
				return out, err
			}
			for _, t := range tokens {
				if t.Good(c.now) {
					feed.Made = moment(t.CreatedAt)
					break
				}
			}
			out.Feeds = append(out.Feeds, feed)
		}
		return out, nil
	})
	add(a, operation{method: "PUT", path: oneFeed, id: "make-feed", policy: Write, summary: "Make an address for a subscription; the earlier one ends"},
		func(c *call, in *feedInput) (*answer[Feed], error) {
			level := scheduling.FeedLevel(in.Level)
			if !slices.Contains(c.api.Pages.FeedLevels(c.viewer), level) {
				return nil, forbidden("feed_forbidden")
			}
			secret := c.secret("feed", in.Level)
			t := c.feedToken(level)
			t.Hash, _ = c.api.Pages.Hash(secret)
			t.Whole, t.CreatedAt = in.Body.Whole, c.now
			made, err := c.keep(t, func() error { return c.api.Access.Revoke(c.ctx(), filterOf(t), c.now) })
			if err == nil && !made {
				err = &scheduling.Error{Kind: scheduling.ErrConflict, Code: "feed_replaced"}
			}
			return tagged(Feed{Level: in.Level, Made: moment(c.now), Address: c.api.Pages.Address("/c/" + secret + ".ics")}, err)
		})
	add(a, operation{method: "DELETE", path: oneFeed, id: "revoke-feed", policy: Write, summary: "The address of a subscription stops working"},
		func(c *call, in *revokeInput) (*answer[Feed], error) {
			level := scheduling.FeedLevel(in.Level)
			if !slices.Contains(c.api.Pages.FeedLevels(c.viewer), level) {
				return nil, forbidden("feed_forbidden")
			}
			return tagged(Feed{Level: in.Level}, c.api.Access.Revoke(c.ctx(), filterOf(c.feedToken(level)), c.now))
		})
}

// feedToken is the token of a kind of feed, for its holder.
func (c *call) feedToken(level scheduling.FeedLevel) scheduling.Token {
	t := scheduling.Token{Purpose: scheduling.ForFeed, Negotiation: c.negotiation.ID, Level: level, Party: c.viewer.Member.Party}
	if level == scheduling.MemberFeed {
		t.Member = c.viewer.Member.ID
	}
	return t
}

func filterOf(t scheduling.Token) scheduling.TokenFilter {
	return scheduling.TokenFilter{Purpose: t.Purpose, Negotiation: t.Negotiation, Member: t.Member, Party: &t.Party, Level: t.Level}
}

// secret is derived from the call, so that sending it again gives the same one
// and not a newer one that ends the first; random without a key.
func (c *call) secret(parts ...string) string {
	if c.form.Key == "" {
		return c.api.Pages.Secret()
	}
	return c.api.Pages.Secret(append([]string{"api", c.form.Actor, c.form.Key, c.form.Digest}, parts...)...)
}

// keep saves a token that replaces others. It reports false when this one was
// made before and works no more.
func (c *call) keep(t scheduling.Token, replace func() error) (bool, error) {
	old, err := c.api.Access.Token(c.ctx(), t.Hash, t.Purpose)
	switch {
	case err == nil:
		return old.Good(c.now), nil
	case !errors.Is(err, scheduling.ErrNotFound):
		return false, err
	}
	if err := replace(); err != nil {
		return false, err
	}
	return true, c.api.Access.SaveToken(c.ctx(), t)
}
