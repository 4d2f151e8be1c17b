package api

import (
	"time"

	"parley/scheduling"
)

// Webhooks are those of the viewer.
type Webhooks struct {
	Webhooks []Webhook `json:"webhooks"`
}

// A Webhook is an address that is called with every event that its owner may
// know of, in order.
type Webhook struct {
	ID        string     `json:"id"`
	URL       string     `json:"url"`
	State     string     `json:"state" enum:"active,given_up,ended"`
	CreatedAt time.Time  `json:"created_at"`
	Attempts  int        `json:"attempts" doc:"That failed, in a row"`
	NextAt    *time.Time `json:"next_attempt_at,omitempty"`
	SentAt    *time.Time `json:"last_success_at,omitempty"`
	Problem   string     `json:"problem,omitempty" doc:"What the last failure was: address, connection, timeout, status"`
	Secret    string     `json:"secret,omitempty" doc:"Key of the signature; given once"`
}

func newWebhook(w scheduling.Webhook) Webhook {
	out := Webhook{
		ID: string(w.ID), URL: w.URL, State: string(w.State), CreatedAt: w.CreatedAt, Attempts: w.Attempts,
		SentAt: moment(w.SentAt), Problem: w.Problem,
	}
	if w.Attempts > 0 && w.State == scheduling.WebhookActive {
		out.NextAt = moment(w.NextAt)
	}
	return out
}

// A WebhookPath says which webhook is meant.
type WebhookPath struct {
	NegotiationPath
	Webhook string `path:"webhook" maxLength:"64"`
}

type newWebhookInput struct {
	NegotiationPath
	Keyed
	Body struct {
		URL string `json:"url" maxLength:"500" example:"https://diary.example.org/parley"`
	}
}

type webhookInput struct {
	WebhookPath
	Keyed
}

const oneWebhook = "/negotiations/{negotiation}/webhooks/{webhook}"

func (a *API) webhooks() {
	get(a, "/negotiations/{negotiation}/webhooks", "list-webhooks", "The webhooks of the token's member", Convene, func(c *call, _ *NegotiationPath) (Webhooks, error) {
		out := Webhooks{Webhooks: []Webhook{}}
		own, err := c.ownWebhooks()
		for _, w := range own {
			out.Webhooks = append(out.Webhooks, newWebhook(w))
		}
		return out, err
	})
	add(a, operation{
		method: "POST", path: "/negotiations/{negotiation}/webhooks", id: "add-webhook", policy: Convene, status: 201,
		summary: "Have an address called with every event from now on", examples: map[string]any{"url": "https://diary.example.org/parley"},
	}, func(c *call, in *newWebhookInput) (*answer[Webhook], error) {
		if err := c.api.Pages.CheckHookURL(in.Body.URL); err != nil {
			return nil, err
		}
		w := scheduling.Webhook{
			ID: scheduling.WebhookID(c.idOf()), Negotiation: c.negotiation.ID, Member: c.viewer.Member.ID, Party: c.viewer.Member.Party,
			URL: in.Body.URL, CreatedAt: c.now, State: scheduling.WebhookActive, NextAt: c.now,
		}
		if err := c.api.Programs.SaveWebhook(c.ctx(), w); err != nil {
			return nil, err
		}
		out := newWebhook(w)
		out.Secret = c.api.Pages.WebhookSecret(w.ID)
		return tagged(out, nil)
	})
	get(a, oneWebhook, "read-webhook", "A webhook with how it does", Convene, func(c *call, in *WebhookPath) (Webhook, error) {
		w, err := c.webhook(in.Webhook)
		return newWebhook(w), err
	})
	add(a, operation{method: "DELETE", path: oneWebhook, id: "remove-webhook", policy: Convene, summary: "Call the address no more"},
		func(c *call, in *webhookInput) (*answer[Webhooks], error) {
			w, err := c.webhook(in.Webhook)
			if err == nil {
				err = c.api.Programs.DeleteWebhook(c.ctx(), c.negotiation.ID, w.ID)
			}
			if err != nil {
				return nil, err
			}
			out := Webhooks{Webhooks: []Webhook{}}
			left, err := c.ownWebhooks()
			for _, w := range left {
				out.Webhooks = append(out.Webhooks, newWebhook(w))
			}
			return tagged(out, err)
		})
	add(a, operation{method: "POST", path: oneWebhook + "/resumption", id: "resume-webhook", policy: Convene, summary: "Call a webhook again that was given up, beginning with what it has missed"},
		func(c *call, in *webhookInput) (*answer[Webhook], error) {
			w, err := c.webhook(in.Webhook)
			if err == nil {
				err = c.api.Programs.ResumeWebhook(c.ctx(), c.negotiation.ID, w.ID, c.now)
			}
			if err == nil {
				w, err = c.webhook(in.Webhook)
			}
			return tagged(newWebhook(w), err)
		})
}

// ownWebhooks are those of the member for whom the token acts.
func (c *call) ownWebhooks() ([]scheduling.Webhook, error) {
	all, err := c.api.Programs.Webhooks(c.ctx(), c.negotiation.ID)
	var own []scheduling.Webhook
	for _, w := range all {
		if w.Member == c.viewer.Member.ID {
			own = append(own, w)
		}
	}
	return own, err
}

func (c *call) webhook(id string) (scheduling.Webhook, error) {
	own, err := c.ownWebhooks()
	for _, w := range own {
		if string(w.ID) == id {
			return w, nil
		}
	}
	return scheduling.Webhook{}, orHidden(err)
}
