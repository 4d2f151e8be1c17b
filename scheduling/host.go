package scheduling

import (
	"slices"
	"strings"
	"time"
)

// Host is the required party in whose country a venue is, or in whose city where
// countries are not said or do not tell the parties apart. It is "" on neutral
// ground, and where several parties are at home.
func (n *Negotiation) Host(v Venue) PartyID {
	home := slices.DeleteFunc(slices.Clone(n.Parties), func(p Party) bool {
		if p.Role != RoleRequired {
			return true
		}
		if p.Country != "" && v.Country != "" {
			return !strings.EqualFold(p.Country, v.Country)
		}
		return !sameCity(p.City, v.Name)
	})
	if len(home) > 1 {
		home = slices.DeleteFunc(home, func(p Party) bool { return !sameCity(p.City, v.Name) })
	}
	if len(home) != 1 {
		return ""
	}
	return home[0].ID
}

func sameCity(seat, venue string) bool {
	return seat != "" && plainName(seat) == plainName(venue)
}

// Hosting is how often a party has hosted.
type Hosting struct {
	Party PartyID
	Times int
	Last  time.Time // start of the latest meeting that it hosted; zero for never
}

// Hostings counts, for the required parties in protocol order, the meetings of
// earlier rounds that were held in their country or stand confirmed there. It
// is empty when no party has hosted any.
func (r *Round) Hostings(rounds []*Round) []Hosting {
	required := r.Negotiation.Required()
	all := make([]Hosting, len(required))
	for i, id := range required {
		all[i].Party = id
	}
	some := false
	for _, s := range r.fixedBefore(rounds) {
		if i := slices.Index(required, r.Negotiation.Host(s.Venue)); i >= 0 {
			some = true
			all[i].Times++
			if start := s.Start().UTC(); start.After(all[i].Last) {
				all[i].Last = start
			}
		}
	}
	if !some {
		return nil
	}
	return all
}
