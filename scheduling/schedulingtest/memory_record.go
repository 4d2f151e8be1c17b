package schedulingtest

import (
	"context"
	"crypto/sha256"
	"fmt"

	"parley/scheduling"
	"parley/scheduling/record"
)

// keptLog is one log of a record.
type keptLog struct {
	tree    record.Tree
	entries []record.Entry
	events  []int64 // Seq of the event of each entry
}

// RecordSalt gives salts that are the same each time, so that what is shown of
// a record follows from what happened alone. They are no secret.
func RecordSalt(log record.Log, seq int64, part record.Part) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%d\n%s", log, seq, part))
	return sum[:]
}

// RecordKey is a key that is the same each time. It is no secret.
func RecordKey() record.Key {
	key, err := record.NewKey([]byte("a key for tests, which all know."))
	if err != nil {
		panic(err) // the seed stands above
	}
	return key
}

// SignRecord lets the store sign the heads of its records from now on. Without
// it there are none to see, so that pages and mails do not change with every
// event that comes before them.
func (s *MemoryStore) SignRecord(key record.Key) *MemoryStore {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.key = key
	return s
}

// enter adds events to the record of talks; they are the last of the history.
func (s *MemoryStore) enter(k *kept, number int, events []scheduling.Event) {
	book := record.Book{Salt: RecordSalt, Key: s.key}
	trees := map[record.Log]record.Tree{}
	for name, log := range k.logs {
		trees[name] = log.tree
	}
	rounds := make([]int, len(events))
	for i := range rounds {
		rounds[i] = number
	}
	pages := book.Enter(k.negotiation, rounds, events, trees)
	for _, p := range pages {
		log := k.logs[p.Log]
		if log == nil {
			log = &keptLog{}
			if k.logs == nil {
				k.logs = map[record.Log]*keptLog{}
			}
			k.logs[p.Log] = log
		}
		log.tree, log.entries = p.Tree, append(log.entries, p.Entries...)
		for _, i := range p.Events {
			log.events = append(log.events, int64(len(k.history)-len(events)+i+1))
		}
	}
	if head, ok, err := book.Head(k.negotiation.ID, pages); ok && err == nil {
		k.negotiation.Head = head
	}
}

// witness is the head that a message takes with it: observers get none.
func witness(n *scheduling.Negotiation, m scheduling.Message) scheduling.Head {
	if p := n.Party(m.Party); p != nil && p.Role == scheduling.RoleObserver {
		return scheduling.Head{}
	}
	return n.Head
}

// Record is record.Ledger's.
func (s *MemoryStore) Record(ctx context.Context, id scheduling.NegotiationID, log record.Log) ([]record.Kept, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	k := s.talks[id]
	if k == nil {
		return nil, notFound("negotiation_unknown")
	}
	return k.log(log), nil
}

// log is a copy of a log.
func (k *kept) log(name record.Log) []record.Kept {
	log := k.logs[name]
	if log == nil {
		return nil
	}
	entries := make([]record.Kept, len(log.entries))
	for i, e := range log.entries {
		entries[i] = record.Kept{Entry: Clone(e), Event: Clone(k.history[log.events[i]-1])}
	}
	return entries
}

// erase takes words out of the record. The erasure is the last event.
func (k *kept) erase(words func(any), rule string) {
	at := k.history[len(k.history)-1].At
	for _, log := range k.logs {
		for i := range log.entries {
			log.entries[i].EraseWords(words, at, rule)
		}
	}
}
