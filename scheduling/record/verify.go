package record

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"parley/scheduling"
)

// A Fault is one thing in an export that is not as it should be.
type Fault struct {
	File  string
	Log   Log   // "" for none
	Entry int64 // its number in Log, -1 for none
	Text  string
}

// String says where the fault is and what it is.
func (f Fault) String() string {
	where := f.File
	if f.Log != "" {
		where += ", log " + string(f.Log)
	}
	if f.Entry >= 0 {
		where += fmt.Sprintf(", entry %d", f.Entry)
	}
	return where + ": " + f.Text
}

// A Removal is a part of an entry that was erased.
type Removal struct {
	Log   Log
	Entry int64
	Part  Part
	At    string // instant, RFC 3339
	Rule  string
}

// A LogReport is what was found of one log.
type LogReport struct {
	Log  Log
	Size int64
	Root string
	// Heads is how many heads the log was held against.
	Heads int
}

// A Report is what the verification of an export came to.
type Report struct {
	Negotiation string
	Key         string // the key in the export itself
	Logs        []LogReport
	Signed      []string // the heads of the logs, as signed notes
	Removed     []Removal
	Faults      []Fault
}

// archiveName stands for the archive itself in faults.
const archiveName = "archive"

// OwnKey is the public key that an export brings with it. It proves nothing
// unless it is compared with one that was had otherwise.
func OwnKey(export []byte) (string, error) {
	files, err := readZip(export)
	for _, f := range files {
		if f.Name == KeyFile {
			return strings.TrimSpace(string(f.Data)), nil
		}
	}
	if err != nil {
		return "", fmt.Errorf("record: %w", err)
	}
	return "", fmt.Errorf("record: there is no %s in the archive", KeyFile)
}

// Verify checks an export with the public key alone: its form, the signature,
// every file, every entry, the trees, the heads in it, and that what is shown
// as table and as JSON agrees with the entries. Held are heads that the reader
// has from elsewhere, as signed notes; those of other logs are left aside. Others
// are heads of other exports, which may be newer than this one.
func Verify(export []byte, key Verifier, held, others []string) Report {
	c := checker{key: key, others: others, files: map[string][]byte{}}
	files, err := readZip(export)
	if err != nil {
		c.fault(archiveName, "%v", err)
	}
	for _, f := range files {
		c.files[f.Name] = f.Data
	}
	c.Key = strings.TrimSpace(string(c.files[KeyFile]))
	c.manifest()
	c.record(held)
	if len(c.Faults) == 0 {
		c.histories()
		c.view()
	}
	return c.Report
}

type checker struct {
	Report
	key     Verifier
	files   map[string][]byte
	entries []logged
	others  []string // heads that may be of more entries than there are
}

// logged is an entry with its place.
type logged struct {
	Entry
	log Log
	seq int64
}

func (c *checker) fault(file, format string, args ...any) {
	c.Faults = append(c.Faults, Fault{File: file, Entry: -1, Text: fmt.Sprintf(format, args...)})
}

func (c *checker) manifest() {
	text, err := c.key.Open(string(c.files[ManifestFile]))
	if err != nil {
		c.fault(ManifestFile, "the signature of this key is not on it: %v", err)
		text, _, _ = strings.Cut(string(c.files[ManifestFile]), "\n\n")
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 2 || lines[0] != manifestFormat {
		c.fault(ManifestFile, "it is no manifest of an export")
		return
	}
	c.Negotiation = unescape(lines[1])
	listed := map[string]bool{ManifestFile: true}
	for _, line := range lines[2:] {
		sum, name, _ := strings.Cut(line, " ")
		name = unescape(name)
		listed[name] = true
		if data, ok := c.files[name]; !ok {
			c.fault(name, "the manifest lists it, and it is missing")
		} else if digest(data) != sum {
			c.fault(name, "it is not the file that was signed")
		}
	}
	for name := range c.files {
		if !listed[name] {
			c.fault(name, "the manifest does not list it")
		}
	}
}

func (c *checker) record(held []string) {
	var d Document
	if !c.decode(RecordFile, &d) {
		return
	}
	if d.Format != documentFormat || d.Negotiation != c.Negotiation {
		c.fault(RecordFile, "it is not the record of %s", c.Negotiation)
		return
	}
	if !slices.ContainsFunc(d.Logs, func(l LogDocument) bool { return l.Log == Shared }) {
		c.fault(RecordFile, "the shared log is missing")
	}
	for i, l := range d.Logs {
		if slices.ContainsFunc(d.Logs[:i], func(other LogDocument) bool { return other.Log == l.Log }) {
			c.fault(RecordFile, "the log %s is there twice", l.Log)
			continue
		}
		c.log(l, held)
	}
}

func (c *checker) log(l LogDocument, held []string) {
	fault := func(entry int64, format string, args ...any) {
		c.Faults = append(c.Faults, Fault{File: RecordFile, Log: l.Log, Entry: entry, Text: fmt.Sprintf(format, args...)})
	}
	var tree Tree
	roots := make([]string, 0, len(l.Entries))
	for i, e := range l.Entries {
		seq := int64(i)
		if err := e.Check(seq); err != nil {
			fault(seq, "%s", strings.TrimPrefix(err.Error(), "record: "))
		}
		tree.Append(e)
		roots = append(roots, tree.Root())
		for _, part := range Parts {
			if o, ok := e.Parts[part]; ok && o.Removed != "" {
				c.Removed = append(c.Removed, Removal{Log: l.Log, Entry: seq, Part: part, At: o.Removed, Rule: o.Rule})
			}
		}
		c.entries = append(c.entries, logged{Entry: e, log: l.Log, seq: seq})
	}
	report := LogReport{Log: l.Log, Size: tree.Size, Root: tree.Root()}
	origin := Origin(scheduling.NegotiationID(c.Negotiation), l.Log)
	seen := map[int64]string{}
	head := func(where, note string, last, newer bool) {
		text, err := c.key.Open(note)
		if err != nil {
			fault(-1, "the head %s is not signed with this key: %v", where, err)
			return
		}
		from, h, err := ParseHead(text)
		switch {
		case err != nil:
			fault(-1, "the head %s is not one", where)
			return
		case from != origin:
			if last {
				fault(-1, "the head is of another log: %s", from)
			}
			return
		}
		if newer && h.Size > tree.Size {
			return
		}
		report.Heads++
		if root, ok := seen[h.Size]; ok && root != h.Root {
			fault(-1, "two different heads of %d entries were signed: the record was forked (%s)", h.Size, where)
		}
		seen[h.Size] = h.Root
		switch {
		case h.Size > tree.Size:
			fault(tree.Size, "the head %s is of %d entries, and there are %d: the rest was dropped, or the export is older", where, h.Size, tree.Size)
		case last && h.Size < tree.Size:
			fault(h.Size, "the signed head is of %d entries, and there are %d", h.Size, tree.Size)
		case roots[h.Size-1] != h.Root:
			fault(-1, "entries 0 to %d are not those of which the head %s was signed: the record was changed or forked", h.Size-1, where)
		}
	}
	switch {
	case l.Head != "":
		head("of this export", l.Head, true, false)
		c.Signed = append(c.Signed, l.Head)
	case len(l.Entries) > 0:
		fault(-1, "there is no signed head")
	}
	for _, given := range l.Heads {
		head(given.Where, given.Head, false, false)
	}
	for _, note := range held {
		head("that you hold", note, false, false)
	}
	for _, note := range c.others {
		head("of another export", note, false, true)
	}
	c.Logs = append(c.Logs, report)
}

// decode reads a JSON file, whole and without anything that is not known.
func (c *checker) decode(file string, v any) bool {
	data, ok := c.files[file]
	if !ok {
		c.fault(file, "it is missing")
		return false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		c.fault(file, "it cannot be read: %v", err)
		return false
	}
	return true
}
