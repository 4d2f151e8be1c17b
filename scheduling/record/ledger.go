package record

import (
	"context"
	"fmt"
	"slices"

	"parley/scheduling"
)

// Kept is an entry with the event that it was made of.
type Kept struct {
	Entry
	Event scheduling.Recorded
}

// A Ledger keeps the record of negotiations: entries in the order of their
// logs, made in the transaction that stored the event.
type Ledger interface {
	// Record lists the entries of a log, from number 0; none when nothing was
	// entered. ErrNotFound without the negotiation.
	Record(ctx context.Context, id scheduling.NegotiationID, log Log) ([]Kept, error)
}

// A Book writes a record: what a store does with events, wherever it keeps
// them.
type Book struct {
	Salt Salt
	Key  Key // the zero Key signs no heads
}

// A Page is the part of a record that one change adds to one log.
type Page struct {
	Log     Log
	Tree    Tree // after it
	Entries []Entry
	Events  []int // which of the events each entry is of
}

// Enter makes the entries of events, which were stored with number round, in
// the logs of which trees gives the state.
func (b Book) Enter(n *scheduling.Negotiation, rounds []int, events []scheduling.Event, trees map[Log]Tree) []Page {
	var pages []Page
	for i, e := range events {
		log := LogOf(e)
		at := slices.IndexFunc(pages, func(p Page) bool { return p.Log == log })
		if at < 0 {
			at = len(pages)
			pages = append(pages, Page{Log: log, Tree: trees[log]})
		}
		p := &pages[at]
		entry := New(n, rounds[i], e, p.Tree.Size, b.Salt)
		p.Tree.Append(entry)
		p.Entries, p.Events = append(p.Entries, entry), append(p.Events, i)
	}
	return pages
}

// Head is the head of the shared log among pages, and ok whether they have one.
func (b Book) Head(id scheduling.NegotiationID, pages []Page) (h scheduling.Head, ok bool, err error) {
	for _, p := range pages {
		if p.Log == Shared {
			h, err = b.Key.Head(Origin(id, Shared), p.Tree)
			if err != nil {
				return h, false, fmt.Errorf("record: head of %s: %w", id, err)
			}
			return h, true, nil
		}
	}
	return h, false, nil
}
