package schedulingtest

import (
	"context"
	"reflect"

	"parley/scheduling"
)

type diaryKey struct {
	negotiation scheduling.NegotiationID
	party       scheduling.PartyID
}

// diary is the stored diary of a party, or an empty one.
func (s *MemoryStore) diary(id scheduling.NegotiationID, party scheduling.PartyID) (*scheduling.Diary, error) {
	k := s.talks[id]
	if k == nil {
		return nil, notFound("negotiation_unknown")
	}
	if k.negotiation.Party(party) == nil {
		return nil, notFound("party_unknown")
	}
	if d := s.diaries[diaryKey{id, party}]; d != nil {
		return Clone(d), nil
	}
	return &scheduling.Diary{Negotiation: id, Party: party}, nil
}

// Diary is scheduling.Diaries'.
func (s *MemoryStore) Diary(ctx context.Context, id scheduling.NegotiationID, party scheduling.PartyID) (*scheduling.Diary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.diary(id, party)
}

// Presences is scheduling.Diaries'.
func (s *MemoryStore) Presences(ctx context.Context, id scheduling.NegotiationID, to scheduling.Audience) ([]scheduling.Presence, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := s.talks[id]
	if k == nil {
		return nil, notFound("negotiation_unknown")
	}
	var list []scheduling.Presence
	for _, p := range k.negotiation.Parties {
		if d := s.diaries[diaryKey{id, p.ID}]; d != nil {
			list = append(list, d.Presences(to)...)
		}
	}
	return list, nil
}

// UpdateDiary is scheduling.Diaries'.
func (s *MemoryStore) UpdateDiary(ctx context.Context, id scheduling.NegotiationID, party scheduling.PartyID, form scheduling.Once, change func(*scheduling.Negotiation, *scheduling.Diary) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, ok := s.done(form); ok {
		return nil
	}
	old, err := s.diary(id, party)
	if err != nil {
		return err
	}
	next := Clone(old)
	if err := change(Clone(s.talks[id].negotiation), next); err != nil {
		return err
	}
	s.mark(form, scheduling.RoundID{Negotiation: id})
	next.Negotiation, next.Party, next.Version = id, party, old.Version
	if !reflect.DeepEqual(next, old) {
		next.Version++
		s.diaries[diaryKey{id, party}] = Clone(next)
	}
	return nil
}

// Travel is scheduling.Diaries'.
func (s *MemoryStore) Travel(ctx context.Context) (scheduling.Travel, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return scheduling.Travel{}, err
	}
	return Clone(s.travel), nil
}

// UpdateTravel is scheduling.Diaries'.
func (s *MemoryStore) UpdateTravel(ctx context.Context, form scheduling.Once, change func(*scheduling.Travel) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, ok := s.done(form); ok {
		return nil
	}
	next := Clone(s.travel)
	if err := change(&next); err != nil {
		return err
	}
	s.mark(form, scheduling.RoundID{})
	next.Version = s.travel.Version
	if !reflect.DeepEqual(next, s.travel) {
		next.Version++
		s.travel = Clone(next)
	}
	return nil
}
