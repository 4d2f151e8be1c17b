package schedulingtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/scheduling"
)

func (s suite) retention(t *testing.T) {
	t.Run("an erased person stands nowhere any more", s.eraseMember)
	t.Run("only who manages a party erases its people", s.eraseRefused)
	t.Run("a purge removes what has outlived its time, and nothing else", s.purge)
	t.Run("concluded talks lose their words and keep their facts", s.purgeConcluded)
}

// everything is all that a store shows of a negotiation, as one text.
func everything(t *testing.T, store Full, id scheduling.NegotiationID) string {
	t.Helper()
	n, err := store.Negotiation(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	rounds, err := store.Rounds(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	history, err := store.History(t.Context(), id, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := store.Messages(t.Context(), id, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", *n)
	for _, r := range rounds {
		for _, p := range r.Proposals {
			fmt.Fprintf(&b, "%+v %+v\n", *p, p.Paper)
		}
		for _, s := range r.Slots {
			fmt.Fprintf(&b, "%+v\n", *s)
		}
		fmt.Fprintf(&b, "%+v %+v %+v %+v\n", r.Name, r.Drafts, r.Deliveries, r.Objections)
	}
	for _, e := range history {
		fmt.Fprintf(&b, "%+v %+v\n", e, e.Evidence)
	}
	for _, m := range messages {
		fmt.Fprintf(&b, "%+v %s\n", m, m.Calendar)
	}
	return b.String()
}

// markedComposer writes to every member of a party, and names one of them in
// what goes to the others.
func markedComposer(name string) scheduling.Composer {
	sent := 0
	return ComposerFunc(func(n *scheduling.Negotiation, _ *scheduling.Round, events []scheduling.Event) ([]scheduling.Message, []scheduling.Token) {
		var messages []scheduling.Message
		var links []scheduling.Token
		for _, m := range n.Members {
			if m.Erased {
				continue
			}
			sent++
			messages = append(messages, scheduling.Message{
				ID: scheduling.MessageID(fmt.Sprint("m", sent)), Negotiation: n.ID, Member: m.ID, Party: m.Party, To: m.Email, Name: m.Name,
				Kind: scheduling.NoticeMessage, Subject: "From " + name, Text: "Dear colleague,\n" + strings.ReplaceAll(name, " ", "\n") + " wrote.",
				HTML: "<p>" + name + "</p>", Calendar: []byte("X:" + name[:3] + "\r\n " + name[3:] + "\r\n"),
				State: scheduling.MessageQueued, CreatedAt: events[0].At, NextAt: events[0].At,
			})
			links = append(links, scheduling.Token{Hash: fmt.Sprint("h", sent), Purpose: scheduling.ForLink, Negotiation: n.ID, Member: m.ID, CreatedAt: events[0].At})
		}
		return messages, links
	})
}

const marker = "Zacharias Quintero-Vole"

func (s suite) eraseMember(t *testing.T) {
	store := s.open(t, markedComposer(marker))
	n, r := Delivered()
	for i := range n.Members {
		if n.Members[i].ID == BravoOfficer {
			n.Members[i].Name, n.Members[i].Email = marker, "zquintero@bravo.example"
		}
	}
	r.Proposals[0].Contact.Name = strings.ToUpper(marker)
	r.Proposals[0].Paper.Text += "\nContact: Zacharias\n  Quintero-Vole <ZQuintero@bravo.example>, not Zacharias Quintero-Volemont\n"
	r.Proposals[0].Paper.Document = `{"contact":"` + marker + `"}`
	r.Objections = []scheduling.Objection{{Party: Bravo, By: BravoOfficer, At: later(1), Text: scheduling.Text{Body: "says " + marker, Owner: Bravo}}}
	r.Deliveries = []scheduling.Delivery{{
		Proposal: 1, Version: 1, Digest: r.Proposals[0].Paper.Digest, Form: scheduling.DeliveredByHand, By: marker, To: "Mr Smith",
		Date: Date(2009, time.November, 3), Zone: "Europe/Moscow", RecordedBy: BravoOfficer, RecordedAt: later(1),
	}}
	id, err := store.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil {
		t.Fatal(err)
	}
	round := scheduling.RoundID{Negotiation: id, Number: 1}
	err = store.Update(t.Context(), round, scheduling.Once{}, func(r *scheduling.Round) error {
		return r.TakePositions(By(BravoHead, later(2)), []scheduling.Answer{
			{Slot: "G2", SlotVersion: 1, Level: scheduling.LevelIfNeedBe, Reason: scheduling.Text{Body: "if " + marker + " may travel", Scope: scheduling.AllParties}},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	before := everything(t, store, id)
	if strings.Count(before, marker) < 8 || !strings.Contains(before, "zquintero@") {
		t.Fatalf("the name stands in %d places before, want it in many", strings.Count(before, marker))
	}
	versionBefore := load(t, store, round).Version

	erase := func() error {
		return store.EraseMember(t.Context(), id, scheduling.Once{Actor: "b", Key: "erase"}, BravoOfficer, "Delegate 3", func(n *scheduling.Negotiation) error {
			return n.EraseMember(BravoHead, BravoOfficer, "Delegate 3", later(3))
		})
	}
	for range 2 { // the form may be sent twice
		if err := erase(); err != nil {
			t.Fatal(err)
		}
	}
	after := everything(t, store, id)
	flat := strings.Join(strings.Fields(strings.ReplaceAll(after, "Quintero-Volemont", "")), " ")
	for _, secret := range []string{marker, strings.ToUpper(marker), "zquintero", "ZQuintero"} {
		if strings.Contains(flat, secret) {
			at := strings.Index(flat, secret)
			t.Errorf("%q still stands: …%s…", secret, flat[max(0, at-80):min(len(flat), at+80)])
		}
	}
	for _, want := range []string{"if Delegate 3 may travel", "says Delegate 3", "X:Delegate 3", "Quintero-Volemont"} {
		if !strings.Contains(after, want) {
			t.Errorf("%q does not stand there", want)
		}
	}
	if strings.Count(after, "Kind:member_erased") != 1 {
		t.Error("the history does not say once that a person was erased")
	}
	r = load(t, store, round)
	if got := r.Slot("G2").Positions[Bravo]; got.Level != scheduling.LevelIfNeedBe || got.By != BravoHead {
		t.Errorf("the position is %+v, want it to stand", got)
	}
	if r.Version <= versionBefore {
		t.Error("the version of the round has not risen, so that caches would show the name")
	}
	messages, err := store.Messages(t.Context(), id, 1000)
	if err != nil || len(messages) == 0 || slices.ContainsFunc(messages, func(m scheduling.Message) bool { return m.Member == BravoOfficer }) {
		t.Errorf("%d messages, %v: want those to others alone", len(messages), err)
	}
	tokens, err := store.Tokens(t.Context(), scheduling.TokenFilter{Purpose: scheduling.ForLink, Negotiation: id})
	if err != nil || len(tokens) == 0 || slices.ContainsFunc(tokens, func(k scheduling.Token) bool { return k.Member == BravoOfficer }) {
		t.Errorf("%d tokens, %v: want those of others alone", len(tokens), err)
	}
	if m := r.Negotiation.Members[slices.IndexFunc(r.Negotiation.Members, func(m scheduling.Member) bool { return m.ID == BravoOfficer })]; !m.Erased || !m.Removed || m.Name != "Delegate 3" || m.Email != "" {
		t.Errorf("the member is %+v", m)
	}
}

func (s suite) eraseRefused(t *testing.T) {
	store, id := s.delivered(t, nil)
	before := load(t, store, id)
	for name, c := range map[string]struct {
		by, member scheduling.MemberID
		want       error
	}{
		"the other side":      {AlphaHead, BravoOfficer, scheduling.ErrForbidden},
		"nobody of that name": {BravoHead, "nobody", scheduling.ErrNotFound},
	} {
		err := store.EraseMember(t.Context(), id.Negotiation, scheduling.Once{Actor: "x", Key: name}, c.member, "Delegate", func(n *scheduling.Negotiation) error {
			return n.EraseMember(c.by, c.member, "Delegate", later(1))
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if diff := cmp.Diff(before, load(t, store, id), cmpopts.IgnoreUnexported(scheduling.Round{}, scheduling.Negotiation{})); diff != "" {
		t.Errorf("a refused erasure changed something: %s", diff)
	}
}

func (s suite) purge(t *testing.T) {
	store := s.open(t, markedComposer(marker))
	id := create(t, store)
	day := 24 * time.Hour
	now := later(0).Add(100 * day)
	settle := func(state scheduling.MessageState) scheduling.MessageID {
		claimed, err := store.Claim(t.Context(), "w", now, now.Add(time.Hour), 1)
		if err != nil || len(claimed) != 1 {
			t.Fatalf("claim: %v, %v", claimed, err)
		}
		if _, err := store.Settle(t.Context(), claimed[0].ID, "w", scheduling.Outcome{State: state, At: now, NextAt: now}); err != nil {
			t.Fatal(err)
		}
		return claimed[0].ID
	}
	sent, queued := settle(scheduling.MessageSent), settle(scheduling.MessageQueued)
	save := func(hash string, k scheduling.Token) {
		k.Hash, k.Purpose, k.CreatedAt = hash, scheduling.ForSession, later(0)
		if err := store.SaveToken(t.Context(), k); err != nil {
			t.Fatal(err)
		}
	}
	save("fresh", scheduling.Token{ExpiresAt: now.Add(day)})
	save("lately", scheduling.Token{ExpiresAt: now.Add(-2 * day)})
	save("long expired", scheduling.Token{ExpiresAt: now.Add(-31 * day)})
	save("long revoked", scheduling.Token{RevokedAt: now.Add(-31 * day)})
	save("for ever", scheduling.Token{})

	keep := scheduling.Retention{Concluded: 365 * day, Mail: 90 * day, Tokens: 30 * day}
	nothing, err := store.Purge(t.Context(), scheduling.Retention{}, now.Add(10000*day))
	if err != nil || nothing.Messages+nothing.Tokens+nothing.Forms+len(nothing.Negotiations) != 0 {
		t.Errorf("without spans it removed %+v, %v", nothing, err)
	}
	done, err := store.Purge(t.Context(), keep, now)
	if err != nil || done.Messages != 1 || done.Tokens != 2 || len(done.Negotiations) != 0 {
		t.Errorf("it removed %+v, %v; want one message and two tokens", done, err)
	}
	messages, err := store.Messages(t.Context(), id.Negotiation, 1000)
	has := func(id scheduling.MessageID) bool {
		return slices.ContainsFunc(messages, func(m scheduling.Message) bool { return m.ID == id })
	}
	if err != nil || has(sent) || !has(queued) {
		t.Errorf("sent is there: %v, queued is there: %v, %v", has(sent), has(queued), err)
	}
	for hash, want := range map[string]bool{"fresh": true, "lately": true, "long expired": false, "long revoked": false, "for ever": true} {
		if _, err := store.Token(t.Context(), hash, scheduling.ForSession); (err == nil) != want {
			t.Errorf("token %s: %v", hash, err)
		}
	}
}

func (s suite) purgeConcluded(t *testing.T) {
	store := s.open(t, nil)
	n, r := Delivered()
	n.Title.Body, r.Name.Body = "Talks on "+marker, marker
	r.Proposals[0].Agenda = scheduling.Text{Body: marker, Scope: scheduling.AllParties}
	r.Proposals[0].Paper.Text = marker
	id, err := store.Create(t.Context(), scheduling.Once{}, n, r)
	if err != nil {
		t.Fatal(err)
	}
	round := scheduling.RoundID{Negotiation: id, Number: 1}
	err = store.UpdateNegotiation(t.Context(), id, scheduling.Once{}, func(n *scheduling.Negotiation) error {
		return n.Conclude(AlphaHead, []*scheduling.Round{r}, later(1))
	})
	if err != nil {
		t.Fatal(err)
	}
	keep := scheduling.Retention{Concluded: 365 * 24 * time.Hour}
	early, err := store.Purge(t.Context(), keep, later(1).Add(keep.Concluded-time.Second))
	if err != nil || len(early.Negotiations) != 0 || !strings.Contains(everything(t, store, id), marker) {
		t.Errorf("a second early: %+v, %v", early, err)
	}
	for i, want := range []int{1, 0} { // the second time there is nothing left to do
		done, err := store.Purge(t.Context(), keep, later(1).Add(keep.Concluded))
		if err != nil || len(done.Negotiations) != want {
			t.Errorf("purge %d: %+v, %v, want %d negotiations", i, done, err, want)
		}
	}
	after := everything(t, store, id)
	if strings.Contains(after, marker) {
		t.Error("the words are still there")
	}
	for _, want := range []string{"Kind:proposal_delivered", "Kind:negotiation_concluded", "Kind:texts_erased"} {
		if strings.Count(after, want) != 1 {
			t.Errorf("%s stands %d times, want once", want, strings.Count(after, want))
		}
	}
	if got := load(t, store, round); got.Slot("G2") == nil || got.Proposals[0].Paper.Digest != Paper("P1").Digest {
		t.Error("the facts have gone as well")
	}
}
