package record

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"parley/scheduling"
)

// The names of files in an export that have a fixed form.
const (
	ManifestFile = "manifest.txt"     // digests of all other files, signed
	RecordFile   = "record.json"      // Document
	ViewFile     = "negotiation.json" // View
	KeyFile      = "key.txt"          // public key, to be compared with one had otherwise
)

// HistoryFile is the history of a round as a table.
func HistoryFile(round int) string { return fmt.Sprintf("round-%d/history.csv", round) }

const (
	documentFormat = "parley record 1"
	manifestFormat = "parley export 1"
)

// A Document is the record as one reader gets it: the logs that the reader may
// read, whole, with the parts that are meant for the reader.
type Document struct {
	Format      string        `json:"format"`
	Negotiation string        `json:"negotiation"`
	Logs        []LogDocument `json:"logs"`
}

// A LogDocument is one log.
type LogDocument struct {
	Log     Log     `json:"log"`
	Head    string  `json:"head"`  // signed note; "" of a log without entries
	Heads   []Given `json:"heads"` // handed out before
	Entries []Entry `json:"entries"`
}

// Given is a head that was handed out with something else.
type Given struct {
	Where string `json:"where"`
	Head  string `json:"head"` // signed note
}

// NewDocument is the record of n for a reader: of the party to, or of the
// neutral staff. Logs are what the ledger holds; what is not for the reader is
// left out. Given are heads that the reader was given before.
func NewDocument(n *scheduling.Negotiation, to scheduling.Audience, logs map[Log][]Kept, given []Given, key Key) (Document, error) {
	d := Document{Format: documentFormat, Negotiation: string(n.ID)}
	for _, log := range []Log{Shared, Own(to.Party)} {
		var tree Tree
		l := LogDocument{Log: log, Heads: []Given{}, Entries: []Entry{}}
		for _, k := range logs[log] {
			if !k.Event.Visible(to) {
				return d, fmt.Errorf("record: the log %s holds what is not for %q", log, to.Party)
			}
			tree.Append(k.Entry)
			l.Entries = append(l.Entries, k.For(n, k.Event.Event, to))
		}
		head, err := key.Head(Origin(n.ID, log), tree)
		if err != nil {
			return d, err
		}
		if !head.IsZero() {
			l.Head = FormatHead(Origin(n.ID, log), head)
		}
		if log == Shared {
			l.Heads = append(l.Heads, given...)
		}
		d.Logs = append(d.Logs, l)
	}
	return d, nil
}

// WriteExport is an export as an archive: the files, and a manifest of them
// that key signs. The same files give the same bytes.
func WriteExport(id scheduling.NegotiationID, files []File, key Key) ([]byte, error) {
	files = slices.SortedFunc(slices.Values(files), func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	var b strings.Builder
	b.WriteString(manifestFormat + "\n" + escape(string(id)) + "\n")
	for _, f := range files {
		b.WriteString(digest(f.Data) + " " + escape(f.Name) + "\n")
	}
	signed, err := key.Sign(b.String())
	if err != nil {
		return nil, err
	}
	return writeZip(append([]File{{ManifestFile, []byte(signed)}}, files...)), nil
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// JSON is v as a file of an export has it: indented, and ended by a line feed.
func JSON(v any) ([]byte, error) {
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	return append(raw, '\n'), nil
}

// A View is a negotiation as one reader sees it, for programs.
type View struct {
	ID        string      `json:"id"`
	Title     string      `json:"title"`
	Reference string      `json:"reference"`
	Status    string      `json:"status"`
	Parties   []ViewParty `json:"parties"`
	Rounds    []ViewRound `json:"rounds"`
}

// A ViewParty is a party.
type ViewParty struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// A ViewRound is a round.
type ViewRound struct {
	Number    int         `json:"number"`
	Name      string      `json:"name"`
	Status    string      `json:"status"`
	Rule      string      `json:"rule"`
	Confirmed string      `json:"confirmed"` // label, "" for none
	Slots     []ViewSlot  `json:"slots"`
	Papers    []ViewPaper `json:"papers"`
}

// A ViewSlot is a slot as it is now. Days and times are those of the venue.
type ViewSlot struct {
	Label     string         `json:"label"`
	Version   int            `json:"version"`
	Status    string         `json:"status"`
	Venue     string         `json:"venue"`
	Zone      string         `json:"zone"`
	Days      []string       `json:"days"`
	Start     string         `json:"start"` // instant, RFC 3339
	End       string         `json:"end"`
	Positions []ViewPosition `json:"positions"`
	Consents  []ViewConsent  `json:"consents"`
}

// A ViewPosition is what a party says of a slot.
type ViewPosition struct {
	Party   string `json:"party"`
	Level   string `json:"level"`
	Reason  string `json:"reason"` // for those who may read it
	At      string `json:"at"`
	Implied bool   `json:"implied"` // follows from an offer and was not entered by itself
}

// A ViewConsent is the consent of a party to a slot.
type ViewConsent struct {
	Party string `json:"party"`
	Kind  string `json:"kind"` // "" is consent without reserve
	At    string `json:"at"`
}

// A ViewPaper is a delivered paper.
type ViewPaper struct {
	Proposal int    `json:"proposal"`
	Version  int    `json:"version"`
	Party    string `json:"party"`
	Digest   string `json:"digest"` // SHA-256 in hexadecimal
	File     string `json:"file"`   // in the export; "" when the text was removed
}
