package record

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"parley/scheduling"
)

// A Log names one log of a negotiation.
type Log string

// Shared is the log of what all parties may know.
const Shared Log = "shared"

// Own is the log of what one party alone may know; "" is the neutral staff.
func Own(p scheduling.PartyID) Log { return Log("party:" + p) }

// LogOf is the log in which an event is entered.
func LogOf(e scheduling.Event) Log {
	if e.Scope == scheduling.AllParties || e.Scope == scheduling.Public {
		return Shared
	}
	return Own(e.Party)
}

// A Part names what of an entry is committed to by a salted hash, so that it
// can be shown to some readers, kept from others, and erased.
type Part string

// The parts of an entry, in their order.
const (
	Who      Part = "who"      // Person as JSON: who did it
	Level    Part = "level"    // of a position
	Written  Part = "text"     // what was written with it
	Evidence Part = "evidence" // Proof as JSON: what a reported answer rests on
	Note     Part = "note"     // written with the evidence
	People   Part = "people"   // Named as JSON: members whom it concerns
)

// Parts lists the parts of an entry in their order.
var Parts = []Part{Who, Level, Written, Evidence, Note, People}

// Person is the body of the part Who.
type Person struct {
	ID   scheduling.MemberID `json:"id"`
	Name string              `json:"name"`
}

// Proof is the body of the part Evidence.
type Proof struct {
	Form      scheduling.EvidenceForm `json:"form"`
	Reference string                  `json:"reference"`
	Date      string                  `json:"date"` // of the calendar, ISO 8601
	From      string                  `json:"from"`
	To        string                  `json:"to"`
}

// Named is the body of the part People.
type Named struct {
	Member  scheduling.MemberID   `json:"member"`
	Invited []scheduling.MemberID `json:"invited"`
}

// SaltSize is the size of a salt in bytes.
const SaltSize = 32

// A Salt gives the salt of a part: SaltSize random bytes, new for each part.
type Salt func(log Log, seq int64, part Part) []byte

// An Opening is what stands behind the hash of a part. One that was erased has
// neither salt nor body any more.
type Opening struct {
	Salt    string `json:"salt,omitempty"` // hexadecimal
	Body    string `json:"body,omitempty"`
	Removed string `json:"removed,omitempty"` // instant of the erasure, RFC 3339
	Rule    string `json:"rule,omitempty"`    // by which it was erased
}

// An Entry is one event as it stands in a log.
type Entry struct {
	Text  string           `json:"entry"` // the bytes that the tree holds
	Parts map[Part]Opening `json:"parts,omitempty"`
}

const firstLine = "parley entry 1"

// fields lists the lines of an entry before its parts.
var fields = []string{"seq", "round", "kind", "at", "zone", "party", "slot", "slot_version", "proposal", "version", "sequence", "digest"}

// New makes the entry of an event of negotiation n, in the round with that
// number (0 is none), which gets number seq in its log.
func New(n *scheduling.Negotiation, round int, e scheduling.Event, seq int64, salt Salt) Entry {
	zone := "UTC"
	if p := n.Party(e.Party); p != nil && p.Zone != "" {
		zone = string(p.Zone)
	}
	values := []string{
		strconv.FormatInt(seq, 10), strconv.Itoa(round), string(e.Kind), e.At.UTC().Format(time.RFC3339), zone, string(e.Party),
		string(e.Slot), strconv.Itoa(e.SlotVersion), strconv.Itoa(e.Proposal), strconv.Itoa(e.Version), strconv.Itoa(e.Sequence), e.Digest,
	}
	var b strings.Builder
	b.WriteString(firstLine + "\n")
	for i, name := range fields {
		b.WriteString(name + " " + escape(values[i]) + "\n")
	}
	entry := Entry{Parts: make(map[Part]Opening, len(Parts))}
	log := LogOf(e)
	bodies := bodiesOf(n, e)
	for _, part := range Parts {
		s := salt(log, seq, part)
		b.WriteString("part." + string(part) + " " + commitment(s, part, bodies[part]) + "\n")
		entry.Parts[part] = Opening{Salt: hex.EncodeToString(s), Body: bodies[part]}
	}
	entry.Text = b.String()
	return entry
}

func bodiesOf(n *scheduling.Negotiation, e scheduling.Event) map[Part]string {
	bodies := make(map[Part]string, len(Parts))
	bodies[Level], bodies[Written] = string(e.Level), e.Text.Body
	if e.By != "" {
		person := Person{ID: e.By}
		if m := n.Member(e.By); m != nil {
			person.Name = m.Name
		}
		bodies[Who] = encode(person)
	}
	if ev := e.Evidence; ev != nil {
		bodies[Evidence] = encode(Proof{Form: ev.Form, Reference: ev.Reference, Date: ev.Date.String(), From: ev.From, To: ev.To})
		bodies[Note] = ev.Note.Body
	}
	if e.Member != "" || len(e.Invited) > 0 {
		bodies[People] = encode(Named{Member: e.Member, Invited: e.Invited})
	}
	return bodies
}

// encode is v as JSON: strings and lists of them, which never fail.
func encode(v any) string {
	raw, _ := json.Marshal(v)
	return string(raw)
}

func commitment(salt []byte, part Part, body string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(string(part) + "\n" + body))
	return hex.EncodeToString(mac.Sum(nil))
}

// For is the entry as a reader gets it: without what stands behind the parts
// that are not for that reader. Event is what the entry was made of, n its
// negotiation. Whoever may not know of the event must not get the entry.
func (e Entry) For(n *scheduling.Negotiation, event scheduling.Event, to scheduling.Audience) Entry {
	m := n.Member(event.By)
	open := map[Part]bool{
		Level: true, Evidence: true,
		Who:     m == nil || m.Party == to.Party, // people are named to their own side
		Written: event.Text.Visible(to),
		Note:    event.Evidence == nil || event.Evidence.Note.Visible(to),
		People:  event.Scope == scheduling.OwnParty,
	}
	shown := Entry{Text: e.Text, Parts: make(map[Part]Opening, len(e.Parts))}
	for part, opening := range e.Parts {
		if open[part] {
			shown.Parts[part] = opening
		}
	}
	return shown
}

// Erase takes away what stands behind a part, for good: the hash remains, and
// cannot be led back to anything without its salt. At is when, rule by which
// rule.
func (e *Entry) Erase(part Part, at time.Time, rule string) {
	e.Parts[part] = Opening{Removed: at.UTC().Format(time.RFC3339), Rule: rule}
}

// The rules by which parts are erased.
const (
	KeptLongEnough = "kept_long_enough" // the talks were concluded long ago
	PersonErased   = "person_erased"    // somebody's particulars were to go
)

// EraseWords erases every part in which words, as they are for erasing from
// what is kept, changes what people wrote or how they are called. It reports
// whether there was any.
func (e *Entry) EraseWords(words func(any), at time.Time, rule string) bool {
	erased := false
	for _, part := range []Part{Who, Written, Evidence, Note} {
		text := scheduling.Text{Body: e.Parts[part].Body}
		if words(&text); text.Body != e.Parts[part].Body {
			e.Erase(part, at, rule)
			erased = true
		}
	}
	return erased
}

// Value is what the entry says under a name, and "" when it has no such line.
func (e Entry) Value(name string) string {
	for line := range strings.SplitSeq(e.Text, "\n") {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return unescape(value)
		}
	}
	return ""
}

// Body is what stands behind a part; ok is false when the reader does not get
// it, or it was erased.
func (e Entry) Body(part Part) (body string, ok bool) {
	o, ok := e.Parts[part]
	return o.Body, ok && o.Removed == ""
}

// Check finds fault with an entry that should have number seq in its log: its
// form, its number, and the parts that are open.
func (e Entry) Check(seq int64) error {
	lines := strings.Split(e.Text, "\n")
	if len(lines) < 2+len(fields)+len(Parts) || lines[0] != firstLine || lines[len(lines)-1] != "" {
		return errors.New("record: not an entry")
	}
	for i, name := range fields {
		value, ok := strings.CutPrefix(lines[1+i], name+" ")
		if !ok || escape(unescape(value)) != value {
			return fmt.Errorf("record: line %d is not %q", i+2, name)
		}
	}
	if got := e.Value("seq"); got != strconv.FormatInt(seq, 10) {
		return fmt.Errorf("record: it says that it is entry %s", got)
	}
	for part, o := range e.Parts {
		hash := e.Value("part." + string(part))
		salt, err := hex.DecodeString(o.Salt)
		switch {
		case hash == "":
			return fmt.Errorf("record: there is no part %q", part)
		case o.Removed != "" || o.Rule != "":
			if _, err := time.Parse(time.RFC3339, o.Removed); err != nil || o.Salt != "" || o.Body != "" {
				return fmt.Errorf("record: part %q is said to have been removed, and was not", part)
			}
		case err != nil || len(salt) != SaltSize || hex.EncodeToString(salt) != o.Salt:
			return fmt.Errorf("record: the salt of part %q is not %d bytes in hexadecimal", part, SaltSize)
		case commitment(salt, part, o.Body) != hash:
			return fmt.Errorf("record: part %q is not what was recorded", part)
		}
	}
	return nil
}

// escape keeps a value on its line.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < 0x21 || c == 0x7f || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if raw, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.Write(raw)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
