package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"parley/scheduling"
)

// find lists the rows that a condition selects.
func find[R any](ctx context.Context, tx *gorm.DB, order, where string, args ...any) ([]R, error) {
	q := gorm.G[R](tx).Where(where, args...)
	if order != "" {
		q = q.Order(order)
	}
	rows, err := q.Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: load %T: %w", *new(R), err)
	}
	return rows, nil
}

// loadNegotiations loads negotiations in three queries. What does not exist is
// left out.
func loadNegotiations(ctx context.Context, tx *gorm.DB, ids ...string) (map[string]negotiationRows, error) {
	negotiations, err := find[negotiationRow](ctx, tx, "", "id IN ?", ids)
	if err != nil || len(negotiations) == 0 {
		return nil, err
	}
	parties, err := find[partyRow](ctx, tx, "place", "negotiation IN ?", ids)
	if err != nil {
		return nil, err
	}
	members, err := find[memberRow](ctx, tx, "place", "negotiation IN ?", ids)
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

// loadRounds loads the rounds that a condition on table rounds selects, by
// number, in one query for each table.
func loadRounds(ctx context.Context, tx *gorm.DB, where string, args ...any) ([]roundRows, error) {
	rounds, err := find[roundRow](ctx, tx, "number", where, args...)
	if err != nil || len(rounds) == 0 {
		return nil, err
	}
	ids := make([]string, len(rounds))
	for i, r := range rounds {
		ids[i] = r.ID
	}
	all, err := loadChildren(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if len(rounds) == 1 {
		all.round = rounds[0]
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
			meetings:   of(all.meetings, func(c meetingRow) bool { return c.Round == r.ID }),
			deliveries: of(all.deliveries, func(c deliveryRow) bool { return c.Round == r.ID }),
			objections: of(all.objections, func(c objectionRow) bool { return c.Round == r.ID }),
		}
	}
	return each, nil
}

// loadChildren loads what belongs to the rounds with those keys. Confirmations
// are not among it: they follow from slots and meetings.
func loadChildren(ctx context.Context, tx *gorm.DB, ids []string) (all roundRows, err error) {
	if all.proposals, err = find[proposalRow](ctx, tx, "place", "round IN ?", ids); err != nil {
		return all, err
	}
	if all.venues, err = find[venueRow](ctx, tx, "", "round IN ?", ids); err != nil {
		return all, err
	}
	if all.slots, err = find[slotRow](ctx, tx, "place", "round IN ?", ids); err != nil {
		return all, err
	}
	if all.positions, err = find[positionRow](ctx, tx, "", "round IN ?", ids); err != nil {
		return all, err
	}
	if all.consents, err = find[consentRow](ctx, tx, "", "round IN ?", ids); err != nil {
		return all, err
	}
	if all.drafts, err = find[draftRow](ctx, tx, "", "round IN ?", ids); err != nil {
		return all, err
	}
	if all.meetings, err = find[meetingRow](ctx, tx, "", "round IN ?", ids); err != nil {
		return all, err
	}
	if all.deliveries, err = find[deliveryRow](ctx, tx, "place", "round IN ?", ids); err != nil {
		return all, err
	}
	all.objections, err = find[objectionRow](ctx, tx, "place", "round IN ?", ids)
	return all, err
}
