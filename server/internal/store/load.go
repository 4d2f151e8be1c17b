package store

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"parley/scheduling"
)

// find lists the rows that a query selects.
func find[R any](ctx context.Context, q interface {
	Find(ctx context.Context) ([]R, error)
},
) ([]R, error) {
	rows, err := q.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: load %T: %w", *new(R), err)
	}
	return rows, nil
}

// loadNegotiations loads negotiations in three queries. What does not exist is
// left out.
func loadNegotiations(ctx context.Context, tx *gorm.DB, ids ...string) (map[string]negotiationRows, error) {
	negotiations, err := find(ctx, gorm.G[negotiationRow](tx).Where("id IN ?", ids))
	if err != nil || len(negotiations) == 0 {
		return nil, err
	}
	parties, err := find(ctx, gorm.G[partyRow](tx).Where("negotiation IN ?", ids).Order("place"))
	if err != nil {
		return nil, err
	}
	members, err := find(ctx, gorm.G[memberRow](tx).Where("negotiation IN ?", ids).Order("place"))
	if err != nil {
		return nil, err
	}
	all := make(map[string]negotiationRows, len(negotiations))
	for _, n := range negotiations {
		all[n.ID] = negotiationRows{
			negotiation: n,
			parties:     of(parties, func(p partyRow) bool { return p.Negotiation == n.ID }),
			members:     of(members, func(m memberRow) bool { return m.Negotiation == n.ID }),
		}
	}
	return all, nil
}

// loadNegotiation is ErrNotFound when there is none with that id.
func loadNegotiation(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID) (negotiationRows, error) {
	all, err := loadNegotiations(ctx, tx, string(id))
	if err != nil {
		return negotiationRows{}, err
	}
	rows, ok := all[string(id)]
	if !ok {
		return negotiationRows{}, notFound("negotiation_unknown")
	}
	return rows, nil
}

// of are the rows for which belongs holds.
func of[R any](rows []R, belongs func(R) bool) []R {
	var some []R
	for _, r := range rows {
		if belongs(r) {
			some = append(some, r)
		}
	}
	return some
}

// withChildren loads what belongs to rounds, in one query for each table.
func withChildren(ctx context.Context, tx *gorm.DB, rounds []roundRow) ([]roundRows, error) {
	ids := make([]string, len(rounds))
	for i, r := range rounds {
		ids[i] = r.ID
	}
	all, err := loadChildren(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if all.sealed, err = loadSealed(ctx, tx, sealable(rounds)); err != nil {
		return nil, err
	}
	if len(rounds) == 1 {
		all.round = rounds[0]
		all.confirm()
		return []roundRows{all}, nil
	}
	each := make([]roundRows, len(rounds))
	for i, r := range rounds {
		each[i] = roundRows{
			round:      r,
			proposals:  of(all.proposals, func(c proposalRow) bool { return c.Round == r.ID }),
			venues:     of(all.venues, func(c venueRow) bool { return c.Round == r.ID }),
			slots:      of(all.slots, func(c slotRow) bool { return c.Round == r.ID }),
			positions:  of(all.positions, func(c positionRow) bool { return c.Round == r.ID }),
			consents:   of(all.consents, func(c consentRow) bool { return c.Round == r.ID }),
			drafts:     of(all.drafts, func(c draftRow) bool { return c.Round == r.ID }),
			sealed:     of(all.sealed, func(c sealedRow) bool { return c.Round == r.ID }),
			meetings:   of(all.meetings, func(c meetingRow) bool { return c.Round == r.ID }),
			deliveries: of(all.deliveries, func(c deliveryRow) bool { return c.Round == r.ID }),
			objections: of(all.objections, func(c objectionRow) bool { return c.Round == r.ID }),
			claims:     of(all.claims, func(c claimRow) bool { return c.Round == r.ID }),
		}
		each[i].confirm()
	}
	return each, nil
}

// loadChildren loads what belongs to the rounds with those keys. Confirmations
// are not among it: they follow from slots and meetings.
func loadChildren(ctx context.Context, tx *gorm.DB, ids []string) (all roundRows, err error) {
	if all.proposals, err = find(ctx, gorm.G[proposalRow](tx).Where("round IN ?", ids).Order("place")); err != nil {
		return all, err
	}
	if all.venues, err = find(ctx, gorm.G[venueRow](tx).Where("round IN ?", ids)); err != nil {
		return all, err
	}
	if all.slots, err = find(ctx, gorm.G[slotRow](tx).Where("round IN ?", ids).Order("place")); err != nil {
		return all, err
	}
	if all.positions, err = find(ctx, gorm.G[positionRow](tx).Where("round IN ?", ids)); err != nil {
		return all, err
	}
	if all.consents, err = find(ctx, gorm.G[consentRow](tx).Where("round IN ?", ids)); err != nil {
		return all, err
	}
	if all.drafts, err = find(ctx, gorm.G[draftRow](tx).Where("round IN ?", ids)); err != nil {
		return all, err
	}
	if all.meetings, err = find(ctx, gorm.G[meetingRow](tx).Where("round IN ?", ids)); err != nil {
		return all, err
	}
	if all.deliveries, err = find(ctx, gorm.G[deliveryRow](tx).Where("round IN ?", ids).Order("place")); err != nil {
		return all, err
	}
	if all.objections, err = find(ctx, gorm.G[objectionRow](tx).Where("round IN ?", ids).Order("place")); err != nil {
		return all, err
	}
	if slices.ContainsFunc(all.slots, func(s slotRow) bool { return s.Hold != "" }) { // most rounds have no rooms
		all.claims, err = find(ctx, gorm.G[claimRow](tx).Where("round IN ?", ids))
	}
	return all, err
}
