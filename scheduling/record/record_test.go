package record_test

import (
	"flag"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"parley/scheduling"
	"parley/scheduling/civil"
	"parley/scheduling/record"
	"parley/scheduling/schedulingtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// happened is an event with something in every part.
func happened() scheduling.Event {
	return scheduling.Event{
		Kind: scheduling.PositionTaken, At: schedulingtest.Now, By: schedulingtest.AlphaHead, Party: schedulingtest.Bravo, Scope: scheduling.AllParties,
		Slot: "G2", SlotVersion: 3, Level: scheduling.LevelIfNeedBe, Proposal: 4, Version: 5, Sequence: 6, Member: "m", Invited: []scheduling.MemberID{"i"},
		Text: scheduling.Text{Body: "only\nafter the 3rd", Owner: schedulingtest.Bravo}, Digest: "ab%\ncd",
		Evidence: &scheduling.Evidence{Form: scheduling.ByNote, Reference: "NV 12", Date: civil.Date{Year: 2009, Month: 11, Day: 2}, From: "A", To: "B", Note: scheduling.Text{Body: "friendly", Owner: schedulingtest.Alpha}},
	}
}

// The bytes of an entry are a promise to those who check them with other
// programs: this golden file must never change.
func TestEntryBytes(t *testing.T) {
	t.Parallel()
	n, _ := schedulingtest.Talks()
	e := record.New(n, 2, happened(), 7, schedulingtest.RecordSalt)
	if err := e.Check(7); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/entry.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(e.Text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != e.Text {
		t.Errorf("error %v, entry:\n%s", err, e.Text)
	}
}

// Whatever is changed in an event changes its entry: no field is left out of
// the record. Scope decides the log, and with it who gets the entry at all.
func TestEveryFieldOfAnEventIsRecorded(t *testing.T) {
	t.Parallel()
	n, _ := schedulingtest.Talks()
	text := func(e scheduling.Event) string {
		return string(record.LogOf(e)) + record.New(n, 1, e, 0, schedulingtest.RecordSalt).Text
	}
	whole := text(happened())
	for i := range reflect.TypeFor[scheduling.Event]().NumField() {
		e := happened()
		field := reflect.ValueOf(&e).Elem().Field(i)
		if field.IsZero() {
			t.Errorf("%s is not set here: set it, so that its loss shows", reflect.TypeFor[scheduling.Event]().Field(i).Name)
		}
		field.SetZero()
		if text(e) == whole {
			t.Errorf("%s is not part of the entry", reflect.TypeFor[scheduling.Event]().Field(i).Name)
		}
	}
}

// Every byte of an entry and of what stands behind it counts.
func TestEveryChangeOfAnEntryShows(t *testing.T) {
	t.Parallel()
	n, _ := schedulingtest.Talks()
	whole := record.New(n, 2, happened(), 7, schedulingtest.RecordSalt)
	root := func(e record.Entry) string {
		var tree record.Tree
		tree.Append(e)
		return tree.Root()
	}
	for i := range len(whole.Text) {
		changed := record.Entry{Text: whole.Text[:i] + string(whole.Text[i]^1) + whole.Text[i+1:], Parts: whole.Parts}
		if root(changed) == root(whole) {
			t.Fatalf("byte %d can be changed unnoticed", i)
		}
	}
	for _, part := range record.Parts {
		for _, change := range []func(*record.Opening){
			func(o *record.Opening) { o.Body += " " },
			func(o *record.Opening) { o.Salt = strings.Repeat("0", 64) },
			func(o *record.Opening) { o.Salt = strings.ToUpper(o.Salt) },
			func(o *record.Opening) { o.Removed = "then" },
			func(o *record.Opening) { o.Removed = "2027-01-01T00:00:00Z" }, // but it is still there
		} {
			changed := schedulingtest.Clone(whole)
			o := changed.Parts[part]
			change(&o)
			changed.Parts[part] = o
			if changed.Check(7) == nil {
				t.Errorf("part %s can be changed to %v unnoticed", part, o)
			}
		}
	}
	if whole.Check(6) == nil {
		t.Error("an entry passes in another's place")
	}
	erased := schedulingtest.Clone(whole)
	erased.Erase(record.Written, schedulingtest.Now, "rule")
	if err := erased.Check(7); err != nil || root(erased) != root(whole) {
		t.Errorf("an entry with a part erased does not pass: %v", err)
	}
}

func TestReadersGetWhatTheyMaySee(t *testing.T) {
	t.Parallel()
	n, _ := schedulingtest.Talks()
	e := record.New(n, 1, happened(), 0, schedulingtest.RecordSalt)
	for name, tc := range map[string]struct {
		to     scheduling.PartyID
		change func(*scheduling.Event)
		want   []record.Part
	}{
		"the side of who recorded it":   {schedulingtest.Alpha, nil, []record.Part{record.Who, record.Level, record.Evidence, record.Note}},
		"the side that it was said for": {schedulingtest.Bravo, nil, []record.Part{record.Level, record.Written, record.Evidence}},
		"the staff":                     {"", nil, []record.Part{record.Level, record.Evidence}},
		"a text for all": {
			schedulingtest.Alpha, func(e *scheduling.Event) { e.Text.Scope = scheduling.AllParties },
			[]record.Part{record.Who, record.Level, record.Written, record.Evidence, record.Note},
		},
		"an act of its own": {
			schedulingtest.Bravo, func(e *scheduling.Event) { e.Scope = scheduling.OwnParty },
			[]record.Part{record.Level, record.Written, record.Evidence, record.People},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event := happened()
			if tc.change != nil {
				tc.change(&event)
			}
			got := e.For(n, event, scheduling.PartyAudience(tc.to))
			var open []record.Part
			for _, part := range record.Parts {
				if _, ok := got.Parts[part]; ok {
					open = append(open, part)
				}
			}
			if !slices.Equal(open, tc.want) {
				t.Errorf("%q gets %v, want %v", tc.to, open, tc.want)
			}
		})
	}
}

// The tree is the one of package tlog, at every size, also when it is put down
// and taken up again.
func TestTree(t *testing.T) {
	t.Parallel()
	var (
		tree   record.Tree
		stored []tlog.Hash
	)
	reader := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, i := range at {
			found = append(found, stored[i])
		}
		return found, nil
	})
	for i := range int64(130) {
		text := strings.Repeat("x", int(i))
		tree.Append(record.Entry{Text: text})
		hashes, err := tlog.StoredHashes(i, []byte(text), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
		want, err := tlog.TreeHash(i+1, reader)
		if err != nil || tree.Root() != want.String() {
			t.Fatalf("the root of %d entries is %s, want %s (error %v)", i+1, tree.Root(), want, err)
		}
		if tree, err = record.Resume(tree.Size, tree.Edge()); err != nil {
			t.Fatal(err)
		}
	}
	for _, edge := range []string{"", "AAAA", "%", tree.Edge()[4:]} {
		if _, err := record.Resume(tree.Size, edge); err == nil {
			t.Errorf("edge %q passes", edge)
		}
	}
}

func TestHeadsAreSigned(t *testing.T) {
	t.Parallel()
	key := schedulingtest.RecordKey()
	var tree record.Tree
	if head, err := key.Head("parley/n/shared", tree); err != nil || !head.IsZero() {
		t.Errorf("the head of nothing is %v, error %v", head, err)
	}
	tree.Append(record.Entry{Text: "x"})
	head, err := key.Head("parley/n/shared", tree)
	if err != nil {
		t.Fatal(err)
	}
	signed := record.FormatHead("parley/n/shared", head)
	found := record.FindHeads("Dear all,\r\n\r\n> " + strings.ReplaceAll(signed, "\n", "\r\n> ") + "\r\nRegards")
	if len(found) != 1 || found[0] != signed {
		t.Fatalf("in a mail is %q, want %q", found, signed)
	}
	verifier, err := record.NewVerifier(key.Public() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	text, err := verifier.Open(found[0])
	if err != nil {
		t.Fatal(err)
	}
	origin, got, err := record.ParseHead(text)
	if err != nil || origin != "parley/n/shared" || got.Size != 1 || got.Root != head.Root {
		t.Errorf("got %s, %v and error %v", origin, got, err)
	}
	for i := range len(signed) {
		for _, bit := range []byte{1, 2, 4, 0x80} {
			changed := signed[:i] + string([]byte{signed[i] ^ bit}) + signed[i+1:]
			if text, err := verifier.Open(changed); err == nil {
				t.Errorf("byte %d can be changed unnoticed: %q", i, text)
			}
		}
	}
	for _, public := range []string{"", "parley", "parley+00000000+AAAA"} {
		if _, err := record.NewVerifier(public); err == nil {
			t.Errorf("%q passes for a key", public)
		}
	}
	if _, err := (record.Key{}).Sign("x\n"); err == nil {
		t.Error("there is no key, and it signs")
	}
}
