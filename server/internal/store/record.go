package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"parley/scheduling"
	"parley/scheduling/record"
)

type recordLogRow struct {
	Negotiation string `gorm:"primaryKey"`
	Log         string `gorm:"primaryKey"`
	Size        int64
	Edge        string
}

func (recordLogRow) TableName() string { return "record_logs" }

type recordEntryRow struct {
	Negotiation string `gorm:"primaryKey"`
	Log         string `gorm:"primaryKey"`
	Seq         int64  `gorm:"primaryKey;autoIncrement:false"`
	Event       int64  // its Seq in the history
	Entry       string
	Parts       string
}

func (recordEntryRow) TableName() string { return "record_entries" }

// randomSalt is a salt from the system's source of randomness, which never
// fails.
func randomSalt(record.Log, int64, record.Part) []byte {
	salt := make([]byte, record.SaltSize)
	_, _ = rand.Read(salt)
	return salt
}

// encodeHead is a head as it is stored: size, root and signature in one line.
func encodeHead(h scheduling.Head) string {
	if h.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d %s %s", h.Size, h.Root, h.Signature)
}

// decodeHead is the head of a column, the zero Head when there is none.
func decodeHead(s string) scheduling.Head {
	var h scheduling.Head
	if _, err := fmt.Sscan(s, &h.Size, &h.Root, &h.Signature); err != nil {
		return scheduling.Head{}
	}
	return h
}

// enter adds events to the record of a negotiation: their entries, the state
// of the logs, and the head of the shared one, which the messages take with
// them. The negotiation is locked, and the events have their numbers.
func (s *Store) enter(ctx context.Context, tx *gorm.DB, to *news) error {
	if len(to.happened) == 0 {
		return nil
	}
	id := string(to.of.ID)
	logs := make(map[record.Log]record.Tree, 2)
	names := make([]string, 0, 2)
	for _, e := range to.happened {
		if name := string(record.LogOf(e)); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	rows, err := find(ctx, gorm.G[recordLogRow](tx).Where("negotiation = ? AND log IN ?", id, names))
	if err != nil {
		return err
	}
	for _, row := range rows {
		tree, err := record.Resume(row.Size, row.Edge)
		if err != nil {
			return fmt.Errorf("store: log %s of %s: %w", row.Log, id, err)
		}
		logs[record.Log(row.Log)] = tree
	}
	rounds := make([]int, len(to.events))
	for i, row := range to.events {
		rounds[i] = row.Round
	}
	pages := s.book.Enter(to.of, rounds, to.happened, logs)
	for _, page := range pages {
		if err := to.enterPage(ctx, tx, page); err != nil {
			return err
		}
	}
	head, ok, err := s.book.Head(to.of.ID, pages)
	if err != nil {
		return err
	}
	if !ok { // nothing that all may know: the head is as it was
		head = to.of.Head
	}
	to.stamp(head)
	if !ok || head.IsZero() {
		return nil
	}
	if err := tx.WithContext(ctx).Exec("UPDATE negotiations SET head = ? WHERE id = ?", encodeHead(head), id).Error; err != nil {
		return fmt.Errorf("store: head of %s: %w", id, err)
	}
	return nil
}

// stamp gives the messages their head. Observers get none: the size of the
// shared record would tell them how often single parties have spoken.
func (to *news) stamp(head scheduling.Head) {
	for i := range to.messages {
		if p := to.of.Party(scheduling.PartyID(to.messages[i].Party)); p == nil || p.Role != scheduling.RoleObserver {
			to.messages[i].Head = encodeHead(head)
		}
	}
}

func (to *news) enterPage(ctx context.Context, tx *gorm.DB, page record.Page) error {
	tx = tx.WithContext(ctx)
	id := string(to.of.ID)
	first := page.Tree.Size - int64(len(page.Entries))
	entries := make([]recordEntryRow, len(page.Entries))
	for i, e := range page.Entries {
		parts, err := encode(e.Parts)
		if err != nil {
			return err
		}
		entries[i] = recordEntryRow{
			Negotiation: id, Log: string(page.Log), Seq: first + int64(i), Event: to.events[page.Events[i]].Seq, Entry: e.Text, Parts: parts,
		}
	}
	for rows := range slices.Chunk(entries, batch) {
		if err := tx.Create(&rows).Error; err != nil {
			return fmt.Errorf("store: enter events: %w", err)
		}
	}
	err := tx.Exec(
		`INSERT INTO record_logs (negotiation, log, size, edge) VALUES (?, ?, ?, ?)
		ON CONFLICT (negotiation, log) DO UPDATE SET size = excluded.size, edge = excluded.edge`,
		id, string(page.Log), page.Tree.Size, page.Tree.Edge()).Error
	if err != nil {
		return fmt.Errorf("store: log %s of %s: %w", page.Log, id, err)
	}
	return nil
}

// Record is record.Ledger's.
func (s *Store) Record(ctx context.Context, id scheduling.NegotiationID, log record.Log) ([]record.Kept, error) {
	var kept []record.Kept
	err := s.engine.read(ctx, func(ctx context.Context, tx *gorm.DB) error {
		var err error
		kept, err = loadRecord(ctx, tx, id, log)
		return err
	})
	return kept, err
}

func loadRecord(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, log record.Log) ([]record.Kept, error) {
	rows, err := find(ctx, gorm.G[recordEntryRow](tx).Where("negotiation = ? AND log = ?", string(id), string(log)).Order("seq"))
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		_, err := loadNegotiation(ctx, tx, id) // is there one?
		return nil, err
	}
	events, err := find(ctx, gorm.G[eventRow](tx).Where("negotiation = ?", string(id)).Order("seq"))
	if err != nil {
		return nil, err
	}
	kept := make([]record.Kept, len(rows))
	for i, row := range rows {
		kept[i].Text = row.Entry
		if err := decode(row.Parts, &kept[i].Parts); err != nil {
			return nil, err
		}
		at, ok := slices.BinarySearchFunc(events, row.Event, func(e eventRow, seq int64) int { return int(e.Seq - seq) })
		if !ok {
			return nil, fmt.Errorf("store: entry %d of log %s of %s is of an event that is not there", row.Seq, log, id)
		}
		if kept[i].Event, err = events[at].build(); err != nil {
			return nil, err
		}
	}
	return kept, nil
}

// eraseRecord takes words out of the record. The erasure has been entered, as
// the last event.
func eraseRecord(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID, e erasure) error {
	rows, err := find(ctx, gorm.G[recordEntryRow](tx).Where("negotiation = ?", string(id)).Order("log, seq"))
	if err != nil {
		return err
	}
	var last struct{ At int64 }
	if err := tx.WithContext(ctx).Raw("SELECT at FROM events WHERE negotiation = ? ORDER BY seq DESC LIMIT 1", string(id)).Scan(&last).Error; err != nil {
		return fmt.Errorf("store: when %s was erased: %w", id, err)
	}
	for _, row := range rows {
		var entry record.Entry
		if err := decode(row.Parts, &entry.Parts); err != nil {
			return err
		}
		if !entry.EraseWords(e.words, instant(last.At), e.rule) {
			continue
		}
		if row.Parts, err = encode(entry.Parts); err != nil {
			return err
		}
		if _, err := gorm.G[recordEntryRow](tx).Where("negotiation = ? AND log = ? AND seq = ?", row.Negotiation, row.Log, row.Seq).
			Select("parts").Updates(ctx, row); err != nil {
			return fmt.Errorf("store: erase from entry %d of %s: %w", row.Seq, id, err)
		}
	}
	return nil
}

// enterOld makes the entries of events that were stored before there was a
// record, each negotiation in a transaction of its own. Names and zones are
// as they are now.
func (s *Store) enterOld(ctx context.Context) error {
	var ids []string
	err := s.engine.query(ctx, func(_ context.Context, db *gorm.DB) error {
		return db.Raw(`SELECT id FROM negotiations WHERE last_event > 0
			AND NOT EXISTS (SELECT 1 FROM record_logs WHERE record_logs.negotiation = negotiations.id)`).Scan(&ids).Error
	})
	if err != nil {
		return fmt.Errorf("look for talks without a record: %w", err)
	}
	for _, id := range ids {
		err := s.retry(ctx, func(bool) error {
			return s.engine.write(ctx, func(ctx context.Context, tx *gorm.DB) error {
				return s.enterTalks(ctx, tx, scheduling.NegotiationID(id))
			})
		})
		if err != nil {
			return fmt.Errorf("make the record of %s: %w", id, err)
		}
		s.log.InfoContext(ctx, "record made", "negotiation", id)
	}
	return nil
}

func (s *Store) enterTalks(ctx context.Context, tx *gorm.DB, id scheduling.NegotiationID) error {
	if err := lockNegotiation(ctx, tx, id); err != nil {
		return err
	}
	logs, err := find(ctx, gorm.G[recordLogRow](tx).Where("negotiation = ?", string(id)))
	if err != nil || len(logs) > 0 { // another server was first
		return err
	}
	rows, err := loadNegotiation(ctx, tx, id)
	if err != nil {
		return err
	}
	var to news
	if to.of, err = rows.build(); err != nil {
		return err
	}
	if to.events, err = find(ctx, gorm.G[eventRow](tx).Where("negotiation = ?", string(id)).Order("seq")); err != nil {
		return err
	}
	for _, row := range to.events {
		e, err := row.build()
		if err != nil {
			return err
		}
		to.happened = append(to.happened, e.Event)
	}
	return s.enter(ctx, tx, &to)
}
