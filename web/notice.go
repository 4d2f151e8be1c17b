package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"parley/scheduling"
)

// WebhookNotice is what a webhook is told of an event: that it happened, and
// nothing that is written. It is false when the owner of the webhook may not
// know of the event. The id is the same however often the event is told; it is
// made with the server's own key, since the numbers of events would tell by
// their gaps how much the other side keeps to itself.
func WebhookNotice(key []byte, n *scheduling.Negotiation, w scheduling.Webhook, e scheduling.Recorded) ([]byte, bool) {
	m := n.Member(w.Member)
	if m == nil {
		return nil, false
	}
	v := viewer{Member: m, Party: n.Party(m.Party), Audience: m.Audience()}
	v.Observer = v.Party != nil && v.Party.Role == scheduling.RoleObserver
	if !mayKnow(v, e.Event) {
		return nil, false
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "notice\x00%s\x00%d", w.ID, e.Seq)
	body, err := json.Marshal(struct {
		ID          string    `json:"id"`
		Kind        string    `json:"kind"`
		Negotiation string    `json:"negotiation"`
		Round       int       `json:"round,omitempty"`
		At          time.Time `json:"at"`
	}{hex.EncodeToString(mac.Sum(nil)[:16]), string(e.Kind), string(n.ID), e.Round, e.At.UTC()})
	return body, err == nil
}
