package record_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/scheduling"
	"parley/scheduling/record"
	"parley/scheduling/schedulingtest"
)

// taken is an export of talks of so many events, before it is signed: its
// record, and its files without it.
func taken(tb testing.TB, events int, salt record.Salt) record.Document {
	tb.Helper()
	n, _ := schedulingtest.Talks()
	n.ID = "talks"
	book := record.Book{Salt: salt, Key: schedulingtest.RecordKey()}
	list := make([]scheduling.Event, events)
	rounds := make([]int, events)
	for i := range list {
		list[i] = happened()
		list[i].At = list[i].At.Add(time.Duration(i) * time.Second)
		rounds[i] = 1
	}
	logs := map[record.Log][]record.Kept{}
	for _, page := range book.Enter(n, rounds, list, nil) {
		for i, e := range page.Entries {
			logs[page.Log] = append(logs[page.Log], record.Kept{Entry: e, Event: scheduling.Recorded{Event: list[page.Events[i]], Seq: int64(i + 1), Round: 1}})
		}
	}
	d, err := record.NewDocument(n, scheduling.PartyAudience(schedulingtest.Bravo), logs, nil, schedulingtest.RecordKey())
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

// sealed is the export of a record, signed anew: what a server could make that
// has something to hide.
func sealed(tb testing.TB, d record.Document, more ...record.File) []byte {
	tb.Helper()
	files := slices.Clone(more)
	for name, v := range map[string]any{record.RecordFile: d, record.ViewFile: record.View{ID: "talks"}} {
		data, err := record.JSON(v)
		if err != nil {
			tb.Fatal(err)
		}
		files = append(files, record.File{Name: name, Data: data})
	}
	files = append(files, record.File{Name: record.KeyFile, Data: []byte(schedulingtest.RecordKey().Public() + "\n")})
	export, err := record.WriteExport("talks", files, schedulingtest.RecordKey())
	if err != nil {
		tb.Fatal(err)
	}
	return export
}

func check(tb testing.TB, export []byte, held ...string) record.Report {
	tb.Helper()
	v, err := record.NewVerifier(schedulingtest.RecordKey().Public())
	if err != nil {
		tb.Fatal(err)
	}
	return record.Verify(export, v, held, nil)
}

// otherSalt makes another history of the same events.
func otherSalt(log record.Log, seq int64, part record.Part) []byte {
	return schedulingtest.RecordSalt(log+"'", seq, part)
}

func TestExportVerifies(t *testing.T) {
	t.Parallel()
	export := sealed(t, taken(t, 5, schedulingtest.RecordSalt))
	r := check(t, export, taken(t, 3, schedulingtest.RecordSalt).Logs[0].Head)
	if len(r.Faults) > 0 || len(r.Logs) != 2 || r.Logs[0].Size != 5 || r.Logs[0].Heads != 2 || r.Negotiation != "talks" {
		t.Errorf("got %+v", r)
	}
	if !bytes.Equal(export, sealed(t, taken(t, 5, schedulingtest.RecordSalt))) {
		t.Error("the same export has other bytes the second time")
	}
	if key, err := record.OwnKey(export); err != nil || key != schedulingtest.RecordKey().Public() {
		t.Errorf("its own key is %q, error %v", key, err)
	}
	other, err := record.NewKey(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	v, err := record.NewVerifier(other.Public())
	if err != nil {
		t.Fatal(err)
	}
	if r := record.Verify(export, v, nil, nil); len(r.Faults) == 0 {
		t.Error("it verifies with another key")
	}
}

// Whichever byte of an export is changed, it does not verify; nor does any
// beginning of it, nor anything with more at the end.
func TestEveryByteOfAnExportCounts(t *testing.T) {
	t.Parallel()
	export := sealed(t, taken(t, 1, schedulingtest.RecordSalt))
	for i := range export {
		changed := slices.Clone(export)
		changed[i] ^= 1 << (i % 8)
		if r := check(t, changed); len(r.Faults) == 0 {
			t.Errorf("byte %d of %d can be changed unnoticed", i, len(export))
		}
	}
	for i := 0; i < len(export); i += 101 {
		if len(check(t, export[:i]).Faults) == 0 {
			t.Errorf("the first %d bytes verify", i)
		}
	}
	if len(check(t, append(slices.Clone(export), 0)).Faults) == 0 {
		t.Error("a byte more at the end goes unnoticed")
	}
	t.Logf("%d bytes", len(export))
}

// What a server could do to a record that it signs itself.
func TestChangedRecordsAreFound(t *testing.T) {
	t.Parallel()
	const size = 9
	held := taken(t, 6, schedulingtest.RecordSalt).Logs[0].Head
	fork := taken(t, size, otherSalt)
	for name, tc := range map[string]struct {
		change func(d *record.Document)
		log    record.Log
		entry  int64
		says   string
	}{
		"an entry dropped": {func(d *record.Document) { cut(d, 4, 5) }, record.Shared, 4, "says that it is entry 5"},
		"the last dropped": {func(d *record.Document) { cut(d, 8, 9) }, record.Shared, 8, "the rest was dropped"},
		"two exchanged":    {func(d *record.Document) { e := d.Logs[0].Entries; e[2], e[3] = e[3], e[2] }, record.Shared, 2, "says that it is entry 3"},
		"one inserted": {func(d *record.Document) {
			d.Logs[0].Entries = slices.Insert(d.Logs[0].Entries, 5, d.Logs[0].Entries[5])
		}, record.Shared, 6, "says that it is entry 5"},
		"another body":        {func(d *record.Document) { reword(d, 7) }, record.Shared, 7, `part "text" is not what was recorded`},
		"another entry":       {func(d *record.Document) { d.Logs[0].Entries[7] = fork.Logs[0].Entries[7] }, record.Shared, -1, "entries 0 to 8"},
		"another history":     {func(d *record.Document) { *d = fork }, record.Shared, -1, "entries 0 to 5 are not those of which the head that you hold was signed"},
		"without its head":    {func(d *record.Document) { d.Logs[0].Head = "" }, record.Shared, -1, "no signed head"},
		"with an old head":    {func(d *record.Document) { d.Logs[0].Head = held }, record.Shared, 6, "of 6 entries, and there are 9"},
		"another log's head":  {func(d *record.Document) { d.Logs[1].Head = d.Logs[0].Head }, record.Own(schedulingtest.Bravo), -1, "of another log"},
		"without the shared":  {func(d *record.Document) { d.Logs = d.Logs[1:] }, "", -1, "the shared log is missing"},
		"the shared twice":    {func(d *record.Document) { d.Logs = append(d.Logs, d.Logs[0]) }, "", -1, "there twice"},
		"of other talks":      {func(d *record.Document) { d.Negotiation = "others" }, "", -1, "not the record of talks"},
		"a head forged in it": {func(d *record.Document) { d.Logs[0].Heads = []record.Given{{Where: "x", Head: "x\n"}} }, record.Shared, -1, "not signed"},
		"two heads of one size": {
			func(d *record.Document) {
				d.Logs[0].Heads = []record.Given{{Where: "of a mail", Head: taken(t, 6, otherSalt).Logs[0].Head}}
			},
			record.Shared, -1, "forked",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := taken(t, size, schedulingtest.RecordSalt)
			tc.change(&d)
			r := check(t, sealed(t, d), held)
			if !slices.ContainsFunc(r.Faults, func(f record.Fault) bool {
				return f.File == record.RecordFile && f.Log == tc.log && f.Entry == tc.entry && strings.Contains(f.String(), tc.says)
			}) {
				t.Errorf("got %v, want a fault in log %q, entry %d, that %s", r.Faults, tc.log, tc.entry, tc.says)
			}
		})
	}
}

func cut(d *record.Document, from, to int) {
	d.Logs[0].Entries = slices.Delete(d.Logs[0].Entries, from, to)
}

func reword(d *record.Document, at int) {
	o := d.Logs[0].Entries[at].Parts[record.Written]
	o.Body = "something else"
	d.Logs[0].Entries[at].Parts[record.Written] = o
}

// What was erased is said to be, and the rest verifies.
func TestErasedPartsAreNamed(t *testing.T) {
	t.Parallel()
	d := taken(t, 3, schedulingtest.RecordSalt)
	d.Logs[0].Entries[1].Erase(record.Written, schedulingtest.Now, record.KeptLongEnough)
	r := check(t, sealed(t, d))
	want := record.Removal{Log: record.Shared, Entry: 1, Part: record.Written, At: schedulingtest.Now.UTC().Format(time.RFC3339), Rule: record.KeptLongEnough}
	if len(r.Faults) > 0 || len(r.Removed) != 1 || r.Removed[0] != want {
		t.Errorf("got faults %v and removals %v, want %v", r.Faults, r.Removed, want)
	}
}

// A table that does not agree with the entries is found.
func TestTablesAreHeldAgainstTheEntries(t *testing.T) {
	t.Parallel()
	const head = "time_utc,event,slot,slot_version,level,offer,offer_version,text,sha256\r\n"
	const row = "2009-11-02T09:00:00Z,position_taken,G2,3,if_need_be,4,5,\"only\nafter the 3rd\",\"ab%\ncd\"\r\n"
	for name, tc := range map[string]struct{ table, says string }{
		"as it was":       {head + row, ""},
		"another level":   {head + strings.Replace(row, "if_need_be", "preferred", 1), "row 2"},
		"another instant": {head + strings.Replace(row, "09:00", "08:00", 1), "row 2"},
		"another text":    {head + strings.Replace(row, "3rd", "4th", 1), "row 2"},
		"a row too many":  {head + row + row, "row 3"},
		"a row too few":   {head, "entry 0: there is no row"},
		"no table":        {"x\r\n", "no column"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := check(t, sealed(t, taken(t, 1, schedulingtest.RecordSalt), record.File{Name: record.HistoryFile(1), Data: []byte(tc.table)}))
			if tc.says == "" && len(r.Faults) > 0 || tc.says != "" && (len(r.Faults) == 0 || !strings.Contains(r.Faults[0].String(), tc.says)) {
				t.Errorf("got %v, want %q", r.Faults, tc.says)
			}
		})
	}
}

func FuzzVerify(f *testing.F) {
	f.Add(sealed(f, taken(f, 2, schedulingtest.RecordSalt)))
	raw, err := json.Marshal(taken(f, 1, schedulingtest.RecordSalt))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	whole := sealed(f, taken(f, 2, schedulingtest.RecordSalt))
	f.Fuzz(func(t *testing.T, export []byte) {
		if r := check(t, export); len(r.Faults) == 0 && !bytes.Equal(export, whole) {
			t.Error("what the key did not sign verifies")
		}
	})
}

func benchmarkVerify(b *testing.B, events int) {
	b.Helper()
	export := sealed(b, taken(b, events, schedulingtest.RecordSalt))
	for b.Loop() {
		if r := check(b, export); len(r.Faults) > 0 {
			b.Fatal(r.Faults[0])
		}
	}
}

func BenchmarkVerify10000(b *testing.B) { benchmarkVerify(b, 10_000) }

func BenchmarkVerify100000(b *testing.B) { benchmarkVerify(b, 100_000) }
