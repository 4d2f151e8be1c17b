package web

import (
	"slices"

	"parley/scheduling"
	"parley/web/locale"
)

// standingParts says in one sentence how a slot stands. Parties are named up
// to two and then counted; for those who may not see single answers they are
// always counted.
func standingParts(p *locale.Printer, r *scheduling.Round, st *scheduling.Standing, named bool) []locale.Part {
	required := r.Negotiation.Required()
	with := func(l scheduling.Level) []scheduling.PartyID {
		var ids []scheduling.PartyID
		for i, level := range st.Levels {
			if level == l {
				ids = append(ids, required[i])
			}
		}
		return ids
	}
	refusing, silent := with(scheduling.LevelNotPossible), with("")
	no, awaited := someNames(p, r, refusing, named), someNames(p, r, silent, named)
	switch {
	case len(refusing) > 0 && len(silent) > 0:
		return p.Parts("overview.standing.no_awaiting", "who", no, "others", awaited)
	case len(refusing) > 0:
		return p.Parts("overview.standing.no", "who", no)
	case len(silent) > 2 && len(silent) < len(required):
		return p.Parts("overview.standing.no_objection", "others", awaited)
	case len(silent) > 0:
		return p.Parts("overview.standing.awaiting", "who", awaited)
	case len(required) == 2:
		return p.Parts("overview.standing.both")
	}
	return p.Parts("overview.standing.all", "n", len(required))
}

// consentParts says who has consented to a slot and whose consent is awaited;
// nothing when nobody has.
func consentParts(p *locale.Printer, r *scheduling.Round, st *scheduling.Standing, named bool) []locale.Part {
	missing := slices.DeleteFunc(r.Negotiation.Required(), func(id scheduling.PartyID) bool { return slices.Contains(st.Consents, id) })
	switch {
	case len(st.Consents) == 0:
		return nil
	case len(missing) == 0 && len(st.Consents) == 2:
		return p.Parts("overview.consents.both")
	case len(missing) == 0:
		return p.Parts("overview.consents.all", "n", len(st.Consents))
	}
	return p.Parts("overview.consents.some", "who", someNames(p, r, st.Consents, named), "others", someNames(p, r, missing, named))
}

// join is parts as one text.
func join(parts []locale.Part) string {
	n := 0
	for _, part := range parts {
		n += len(part.Text)
	}
	b := make([]byte, 0, n)
	for _, part := range parts {
		b = append(b, part.Text...)
	}
	return string(b)
}
