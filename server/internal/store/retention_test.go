package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/schedulingtest"
	"parley/server/internal/store"
)

// The name of a person who was erased can be read in no file of the
// installation any more, nor in a backup that is made afterwards.
func TestErasedPersonIsInNoFile(t *testing.T) {
	t.Parallel()
	const name = "Zacharias Quintero-Vole"
	folder := t.TempDir()
	file := filepath.Join(folder, "parley.db")
	now := schedulingtest.Now
	s, err := store.Open(t.Context(), store.Options{Database: file, Now: func() time.Time { return now }, Composer: naming(name)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, r := schedulingtest.Delivered()
	for i := range n.Members {
		if n.Members[i].ID == schedulingtest.BravoOfficer {
			n.Members[i].Name, n.Members[i].Email = name, "zquintero@bravo.example"
		}
	}
	r.Proposals[0].Paper.Text += "\n" + name + "\n"
	id, err := s.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil {
		t.Fatal(err)
	}
	if found := filesWith(t, folder, "Quintero"); len(found) == 0 {
		t.Fatal("the name stands in no file before")
	}
	err = s.EraseMember(t.Context(), id, scheduling.Once{}, schedulingtest.BravoOfficer, "Delegate 3", func(n *scheduling.Negotiation) error {
		return n.EraseMember(schedulingtest.BravoHead, schedulingtest.BravoOfficer, "Delegate 3", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), filepath.Join(folder, "backup.db")); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"Quintero", "quintero"} {
		if found := filesWith(t, folder, secret); len(found) > 0 {
			t.Errorf("%q still stands in %v", secret, found)
		}
	}
	info, err := os.Stat(filepath.Join(folder, "backup.db"))
	if err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}
	again, err := store.Open(t.Context(), store.Options{Database: filepath.Join(folder, "backup.db"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got, err := again.Round(t.Context(), scheduling.RoundID{Negotiation: id, Number: 1}); err != nil || got.Slot("G2") == nil {
		t.Errorf("the round from the backup: %v, %v", got, err)
	}
	if err := s.Backup(t.Context(), filepath.Join(folder, "backup.db")); err == nil {
		t.Error("a backup was overwritten")
	}
}

// naming writes one message to everybody that names a person.
func naming(name string) scheduling.Composer {
	return schedulingtest.ComposerFunc(func(n *scheduling.Negotiation, _ *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
		var messages []scheduling.Message
		for _, m := range n.Members {
			if !m.Erased {
				messages = append(messages, scheduling.Message{
					ID: scheduling.MessageID(string(events[0].Kind) + string(m.ID)), Negotiation: n.ID, Member: m.ID, Party: m.Party, To: m.Email, Name: m.Name,
					Kind: scheduling.NoticeMessage, Text: "From " + name, HTML: "<p>" + name, State: scheduling.MessageQueued, CreatedAt: events[0].At, NextAt: events[0].At,
				})
			}
		}
		return messages, nil
	})
}

// filesWith lists the files of a folder that hold the text.
func filesWith(t *testing.T, folder, text string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			found = append(found, e.Name())
		}
	}
	return found
}
