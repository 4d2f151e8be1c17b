package store

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"parley/scheduling"
	. "parley/scheduling/schedulingtest" //nolint:revive // the talks read as sentences
	"parley/server/internal/store/storetest"
)

func sealedStore(t *testing.T, database string) (*Store, scheduling.RoundID) {
	t.Helper()
	s := openInside(t, database, nil)
	n, r := Delivered(WithSealedRule(scheduling.SealedSimultaneous))
	id, err := s.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil {
		t.Fatal(err)
	}
	return s, scheduling.RoundID{Negotiation: id, Number: 1}
}

func (s *Store) seal(t *testing.T, id scheduling.RoundID, m scheduling.MemberID) error {
	t.Helper()
	return s.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
		return r.TakePositions(Sealing(m, 5), SealedAnswers())
	})
}

// Nothing of a sealed answer or of a draft of it is in the file or its log.
func TestSealedAnswersAreNotInTheFile(t *testing.T) {
	t.Parallel()
	path := storetest.SQLite(t)
	s, id := sealedStore(t, path)
	marks := func() (found []string) {
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) < 2 {
			t.Fatalf("files %v, %v: want the database and its log", files, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte(SealedMark)) {
				found = append(found, filepath.Base(file))
			}
		}
		return found
	}
	err := s.Update(t.Context(), id, scheduling.Once{}, func(r *scheduling.Round) error {
		return r.KeepDraft(Sealing(BravoOfficer, 1), SealedAnswers())
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.seal(t, id, BravoHead); err != nil {
		t.Fatal(err)
	}
	if found := marks(); len(found) > 0 {
		t.Errorf("sealed, and to be read in %v", found)
	}
	if err := s.seal(t, id, AlphaHead); err != nil {
		t.Fatal(err)
	}
	if found := marks(); len(found) == 0 {
		t.Error("not to be read even once it is opened: this test proves nothing")
	}
}

// I5: where one answer cannot be read, all stay sealed, and nothing is saved.
func TestSealedAnswersStaySealedTogether(t *testing.T) {
	for name, database := range insideEngines {
		for damage, change := range map[string]string{
			"content":       "UPDATE sealed_positions SET content = 'AAAA' || content",
			"another party": "UPDATE sealed_positions SET party = 'alpha'",
		} {
			t.Run(name+", "+damage, func(t *testing.T) {
				t.Parallel()
				s, id := sealedStore(t, database(t))
				if err := s.seal(t, id, BravoHead); err != nil {
					t.Fatal(err)
				}
				err := s.engine.write(t.Context(), func(_ context.Context, db *gorm.DB) error { return db.Exec(change).Error })
				if err != nil {
					t.Fatal(err)
				}
				s.Forget()
				if err := s.seal(t, id, AlphaHead); err == nil {
					t.Error("the answers were opened")
				}
				r, err := s.Round(t.Context(), id)
				if err != nil || !r.Sealing() || len(r.Slot("G1").Positions) > 0 || len(r.Seals) != 1 {
					t.Errorf("round after it failed: %v, seals %v", err, r.Seals)
				}
			})
		}
	}
}

func TestSealKey(t *testing.T) {
	t.Parallel()
	path := storetest.SQLite(t)
	s, id := sealedStore(t, path)
	if err := s.CheckSealed(t.Context()); err != nil {
		t.Errorf("nothing sealed: %v", err)
	}
	if err := s.seal(t, id, BravoHead); err != nil {
		t.Fatal(err)
	}
	if err := s.CheckSealed(t.Context()); err != nil {
		t.Errorf("with the key: %v", err)
	}
	with := func(key []byte) *Store {
		other, err := Open(t.Context(), Options{Database: path, Now: time.Now, Log: slog.New(slog.DiscardHandler), SealKey: key})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = other.Close() })
		return other
	}
	for name, key := range map[string][]byte{"another key": bytes.Repeat([]byte{1}, SealKeySize), "no key": nil} {
		other := with(key)
		if err := other.CheckSealed(t.Context()); err == nil {
			t.Errorf("%s opens what is sealed", name)
		}
		r, err := other.Round(t.Context(), id)
		if err != nil {
			t.Errorf("%s: the round cannot be loaded: %v", name, err)
		}
		if _, err := r.OwnPositions(BravoHead); err == nil {
			t.Errorf("%s reads what is sealed", name)
		}
	}
	if err := with(nil).seal(t, id, BravoHead); !errors.Is(err, errNoSealKey) {
		t.Errorf("sealing without a key: %v", err)
	}
	if _, err := Open(t.Context(), Options{Database: path, Now: time.Now, SealKey: []byte("short")}); err == nil || !strings.Contains(err.Error(), "5 bytes") {
		t.Errorf("a short key: %v", err)
	}
}
