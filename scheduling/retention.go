package scheduling

import (
	"context"
	"encoding/json"
	"html"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Retention says how long what is no longer needed is kept. A span of zero
// keeps it for ever.
type Retention struct {
	Concluded time.Duration // what people wrote in talks, from their conclusion on
	Mail      time.Duration // messages that were sent or superseded, from their composition on
	Forms     time.Duration // marks of forms that have had their effect
	Tokens    time.Duration // tokens that open nothing any more, since they ended
}

// UsualRetention is what an installation keeps unless it says otherwise.
var UsualRetention = Retention{
	Concluded: 365 * 24 * time.Hour,
	Mail:      90 * 24 * time.Hour,
	Forms:     14 * 24 * time.Hour,
	Tokens:    30 * 24 * time.Hour,
}

// Purged counts what a purge removed.
type Purged struct {
	Negotiations []NegotiationID // whose texts went
	Messages     int
	Forms        int
	Tokens       int
}

// A Retainer removes what is not to be kept. What was decided stays: that a
// party did something, when, and against which version.
type Retainer interface {
	// Purge removes what has outlived its time at now.
	Purge(ctx context.Context, keep Retention, now time.Time) (Purged, error)

	// EraseMember takes the name and address of a person out of a negotiation,
	// wherever they stand: pages, papers, history, messages. In their place
	// stands the name that is given. What went to that person goes altogether,
	// and with it every link, feed and session; only the notice that a meeting
	// is off stays until it has been sent and the next purge comes. Change has to make the domain's
	// move, EraseMember. ErrNotFound; nil without calling change when form was
	// already used.
	EraseMember(ctx context.Context, id NegotiationID, form Once, member MemberID, as string, change func(*Negotiation) error) error
}

// EraseMember ends a person's part in the talks, if it has not ended, and takes
// the particulars away: as, such as "Delegate 3", stands in place of the name.
// It is for whoever manages the party's members, and cannot be undone.
func (n *Negotiation) EraseMember(by, id MemberID, as string, now time.Time) error {
	var m *Member
	for i := range n.Members {
		if n.Members[i].ID == id {
			m = &n.Members[i]
		}
	}
	if m == nil {
		return refuse(ErrNotFound, "member_unknown")
	}
	if err := n.MayManage(by, m.Party); err != nil {
		return err
	}
	if !m.Removed && n.lastConvener(id) {
		return refuse(ErrConflict, "last_convener")
	}
	*m = Member{ID: m.ID, Party: m.Party, Name: as, Rights: m.Rights, Removed: true, Erased: true}
	n.record(Event{Kind: MemberErased, At: now, By: by, Party: m.Party, Member: id, Scope: OwnParty})
	return nil
}

// Former lists the members of a party who take part no more and whose
// particulars are still there.
func (n *Negotiation) Former(party PartyID) []Member {
	return slices.DeleteFunc(slices.Clone(n.Members), func(m Member) bool { return m.Party != party || !m.Removed || m.Erased })
}

// EraseTexts ends the keeping of what people wrote in talks that were concluded
// long ago.
func (n *Negotiation) EraseTexts(now time.Time) {
	n.record(Event{Kind: TextsErased, At: now, Scope: AllParties})
}

// A Mask replaces what must not be kept in one string.
type Mask func(string) string

// NewMask is a mask that puts as in place of each of the secrets, wherever one
// stands as a whole word: in plain text, broken over lines, in HTML and in
// JSON, in capitals or not.
func NewMask(as string, secrets ...string) Mask {
	var patterns []string
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		quoted, err := json.Marshal(s)
		if err != nil {
			continue // strings always have a JSON form
		}
		for _, form := range []string{s, html.EscapeString(s), strings.Trim(string(quoted), `"`)} {
			words := strings.Fields(form)
			for i := range words {
				words[i] = regexp.QuoteMeta(words[i])
			}
			patterns = append(patterns, strings.Join(words, `(?:\s|\\n)+`))
		}
	}
	if len(patterns) == 0 {
		return func(s string) string { return s }
	}
	re := regexp.MustCompile(`(?i)` + strings.Join(patterns, "|"))
	return func(s string) string {
		found := re.FindAllStringIndex(s, -1)
		if found == nil {
			return s
		}
		var b strings.Builder
		last := 0
		for _, at := range found {
			if before, _ := utf8.DecodeLastRuneInString(s[:at[0]]); letter(before) {
				continue
			}
			if after, _ := utf8.DecodeRuneInString(s[at[1]:]); letter(after) {
				continue
			}
			b.WriteString(s[last:at[0]])
			b.WriteString(as)
			last = at[1]
		}
		b.WriteString(s[last:])
		return b.String()
	}
}

func letter(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// Redact puts every plain string that v points to through the mask: whatever a
// person wrote, in whatever field, those of later versions included. Strings
// of a type of their own (labels, zones, identities) are no text and stay, and
// so do keys of maps. It reports whether anything changed.
func Redact(v any, mask Mask) bool { return redact(reflect.ValueOf(v), mask) }

var stringType = reflect.TypeFor[string]()

func redact(v reflect.Value, mask Mask) (changed bool) {
	switch v.Kind() { //nolint:exhaustive // all other kinds hold no text
	case reflect.String:
		if v.Type() != stringType || !v.CanSet() {
			return false
		}
		s := mask(v.String())
		if changed = s != v.String(); changed {
			v.SetString(s)
		}
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && redact(v.Elem(), mask)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				changed = redact(v.Field(i), mask) || changed
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			changed = redact(v.Index(i), mask) || changed
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(entry.Value())
			if redact(value, mask) {
				v.SetMapIndex(entry.Key(), value)
				changed = true
			}
		}
	default:
	}
	return changed
}

// EraseWords takes away what people wrote, wherever v points to it: texts,
// contacts, papers, evidence, deliveries, and the particulars of members. What
// is not words stays.
func EraseWords(v any) { eraseWords(reflect.ValueOf(v)) }

func eraseWords(v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // all other kinds hold no text
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eraseWords(v.Elem())
		}
	case reflect.Struct:
		if !v.CanAddr() {
			return
		}
		switch t := v.Addr().Interface().(type) {
		case *Text:
			t.Body = ""
		case *Contact:
			*t = Contact{}
		case *Paper:
			t.Text, t.Document = "", ""
		case *Evidence:
			t.From, t.To, t.Reference, t.Note.Body = "", "", "", ""
		case *Delivery:
			t.By, t.To, t.Reference = "", "", ""
		case *Member:
			*t = Member{ID: t.ID, Party: t.Party, Rights: t.Rights, Removed: t.Removed, Erased: true}
		case *Draft:
			t.Answers = nil
		default:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					eraseWords(v.Field(i))
				}
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			eraseWords(v.Index(i))
		}
	case reflect.Map:
		for entry := v.MapRange(); entry.Next(); {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(entry.Value())
			eraseWords(value)
			v.SetMapIndex(entry.Key(), value)
		}
	default:
	}
}
