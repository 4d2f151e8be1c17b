package web

import (
	"net/url"
	"slices"

	"parley/scheduling"
)

// reschedule is GET, POST R/reschedule: slots that had left the table are
// offered again, for a new date. The date in force stays until all have agreed
// to another.
func (s *Server) reschedule() anAct {
	return anAct{
		path: "/reschedule", done: "reoffered",
		page: func(r *scheduling.Round, _ viewer, f *Form, view *actView) {
			view.Title, view.Lede = view.T("reschedule.title"), view.T("reschedule.lede")
			view.Submit, view.SlotsLabel = view.T("reschedule.do"), view.T("reschedule.slots")
			now := s.now()
			for _, slot := range r.Slots {
				if slot.Status.MayBecome(scheduling.Offered) && now.Before(slot.DecisionEnds(r.Negotiation.Parties)) {
					view.Slots = append(view.Slots, Choice{
						Value: string(slot.Label), Label: slotName(view.Printer, slot), Note: decideBy(view.Printer, r, slot, now),
						Chosen: slices.Contains(f.values["slot"], string(slot.Label)),
					})
				}
			}
			if len(view.Slots) == 0 {
				view.Lede, view.Submit = view.T("reschedule.none"), ""
			}
			view.More = []Link{{Href: roundPath(r.ID) + "/proposals/new", Text: view.T("reschedule.elsewhere")}}
		},
		read: func(f *Form) {
			if len(f.values["slot"]) == 0 {
				f.Fail("slots", "error.slots_missing")
			}
		},
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			var labels []scheduling.Label
			for _, label := range f.values["slot"] {
				labels = append(labels, scheduling.Label(label))
			}
			return r.Reoffer(a, labels)
		},
	}
}

// abandonment is POST R/reschedule/abandonment: no new date after all.
func (s *Server) abandonment() anAct {
	return anAct{done: "change_abandoned", do: func(r *scheduling.Round, a scheduling.Act, _ *Form) error { return r.AbandonChange(a) }}
}

// postponement is GET, POST R/postponement: to give up the date without a new
// one, or to agree to that. Neutral staff agree for nobody: they are told where
// to record what a party has said.
func (s *Server) postponement() anAct {
	return anAct{
		path: "/postponement", done: "postponement", may: mayPostpone,
		page: func(r *scheduling.Round, v viewer, f *Form, view *actView) {
			asked := r.Postponement
			view.Title, view.Submit = view.T("postponement.title"), view.T("postponement.ask")
			if recordsPostponement(r, v) {
				for _, id := range r.Negotiation.Required() {
					if !slices.Contains(asked.Agreed, id) && id != v.Member.Party {
						view.More = append(view.More, Link{
							Href: roundPath(r.ID) + "/answers/new?party=" + url.QueryEscape(string(id)),
							Text: view.T("postponement.record", "party", partyName(view.Printer, r.Negotiation, id)),
						})
					}
				}
			}
			switch {
			case v.Party == nil && !staffPostpones(r, v):
				view.Lede, view.Submit = view.T("postponement.staff"), ""
				if asked != nil {
					view.Lede = view.T("postponement.staff_asked", "party", partyName(view.Printer, r.Negotiation, asked.By))
				}
				if r.Rule.Reporting == scheduling.ReportConsents {
					view.Notes = append(view.Notes, view.T("postponement.staff_record"))
				} else {
					view.Notes = append(view.Notes, view.T("postponement.staff_never"))
				}
			case v.Party == nil:
				view.Lede, view.Submit = view.T("postponement.alone"), view.T("postponement.do")
				if asked == nil {
					view.Areas = []Field{reasonField(f, view.Page)}
					view.Readers = readers(f, view.Page)
				}
			case asked != nil && v.Party != nil && slices.Contains(asked.Agreed, v.Party.ID):
				view.Lede, view.Submit = view.T("postponement.waiting"), ""
				view.Other = &secondAct{view.Action + "/refusal", view.T("postponement.take_back")}
			case asked != nil:
				view.Lede = view.T("postponement.asked", "party", partyName(view.Printer, r.Negotiation, asked.By))
				if reason := asked.Reason.For(v.Audience); reason != "" {
					view.Notes = append(view.Notes, view.T("act.said", "text", reason))
				}
				view.Submit = view.T("postponement.agree")
				view.Other = &secondAct{view.Action + "/refusal", view.T("postponement.refuse")}
			default:
				view.Lede = view.T("postponement.lede")
				if r.Rule.ConvenerPostpones && v.Party != nil && v.Party.ID == r.Convener {
					view.Lede, view.Submit = view.T("postponement.alone"), view.T("postponement.do")
				}
				view.Areas = []Field{reasonField(f, view.Page)}
				view.Readers = readers(f, view.Page)
			}
			view.Notes = append(view.Notes, view.T("postponement.effect"))
		},
		read: readReason,
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			return r.Postpone(a, textFor(f, "reason"))
		},
	}
}

// mayPostpone lets pass who binds a party, and neutral staff that records for
// parties or opened the round.
func mayPostpone(v viewer) error {
	switch {
	case v.Party != nil && !v.May(scheduling.RightConsent):
		return forbidden("consent_right_missing")
	case v.Party == nil && !v.May(scheduling.RightConvene):
		return forbidden("convene_missing")
	}
	return nil
}

// staffPostpones reports whether the viewer belongs to neutral staff that
// opened the round under a rule that lets its convener postpone alone.
func staffPostpones(r *scheduling.Round, v viewer) bool {
	return v.Party == nil && r.Convener == "" && r.Rule.ConvenerPostpones && v.May(scheduling.RightConvene)
}

// postponementRefusal is POST R/postponement/refusal: the date stays.
func (s *Server) postponementRefusal() anAct {
	return anAct{done: "postponement_refused", do: func(r *scheduling.Round, a scheduling.Act, _ *Form) error { return r.RefusePostponement(a) }}
}

// cancellation is GET, POST R/cancellation: the round ends without a meeting.
func (s *Server) cancellation() anAct {
	return anAct{
		path: "/cancellation", done: "cancelled",
		page: func(r *scheduling.Round, _ viewer, f *Form, view *actView) {
			view.Title, view.Lede, view.Submit = view.T("cancellation.title"), view.T("cancellation.lede"), view.T("cancellation.do")
			if r.Meeting != nil && r.Meeting.Status == scheduling.MeetingFixed {
				view.Notes = append(view.Notes, view.T("cancellation.invited"))
			}
			view.Areas = []Field{reasonField(f, view.Page)}
			view.Readers = readers(f, view.Page)
		},
		read: readReason,
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			return r.Cancel(a, textFor(f, "reason"))
		},
	}
}

func reasonField(f *Form, p Page) Field {
	field := f.Field("reason", p.T("act.reason"), "")
	field.Optional, field.Max, field.Rows = true, scheduling.MaxNote, 3
	return field
}

func readReason(f *Form) { f.TextUpTo("reason", scheduling.MaxNote) }

// meetingChange is GET, POST R/meeting/change: another room or link. The date
// stays, and no consent is needed.
func (s *Server) meetingChange() anAct {
	return anAct{
		path: "/meeting/change", done: "meeting_changed",
		page: func(r *scheduling.Round, _ viewer, f *Form, view *actView) {
			view.Title, view.Lede, view.Submit = view.T("meeting_change.title"), view.T("meeting_change.lede"), view.T("meeting_change.do")
			if !f.values.Has("room") && r.Meeting != nil {
				f = newForm(f.Printer, map[string][]string{"room": {r.Meeting.Room}, "link": {r.Meeting.Link}})
			}
			room := f.Field("room", view.T("meeting_change.room"), view.T("meeting_change.room_hint"))
			room.Optional, room.Max = true, scheduling.MaxName
			link := f.Field("link", view.T("meeting_change.link"), view.T("meeting_change.link_hint"))
			link.Optional, link.Type = true, "url"
			view.Fields = []Field{room, link}
		},
		read: func(f *Form) {
			f.LineUpTo("room", scheduling.MaxName)
			f.LineUpTo("link", scheduling.MaxNote)
		},
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			return r.ChangeMeeting(a, f.Line("room"), f.Line("link"))
		},
	}
}

// meetingHeld is POST R/meeting/held: the meeting took place.
func (s *Server) meetingHeld() anAct {
	return anAct{done: "held", do: func(r *scheduling.Round, a scheduling.Act, _ *Form) error { return r.MarkHeld(a) }}
}

// release is GET, POST R/release: the words that the public may read once all
// parties have agreed to them.
func (s *Server) release() anAct {
	return anAct{
		path: "/release", done: "release",
		page: func(r *scheduling.Round, v viewer, f *Form, view *actView) {
			view.Title, view.Lede, view.Submit = view.T("release.title"), view.T("release.lede"), view.T("release.do")
			if rel := r.Release; rel != nil {
				if !f.values.Has("text") {
					f = newForm(f.Printer, map[string][]string{"text": {rel.Text}})
				}
				switch {
				case r.Public() != nil:
					view.Notes = append(view.Notes, view.T("release.public", "text", rel.Text))
				case v.Party != nil && slices.Contains(rel.Agreed, v.Party.ID):
					view.Notes = append(view.Notes, view.T("release.waiting", "text", rel.Text))
				default:
					view.Notes = append(view.Notes, view.T("release.proposed", "party", partyName(view.Printer, r.Negotiation, rel.By), "text", rel.Text))
				}
			} else if slot := r.Confirmed(); slot != nil && !f.values.Has("text") {
				f = newForm(f.Printer, map[string][]string{"text": {view.T("release.words", "city", slot.Venue.Name, "date", releaseDate(view.Page, slot))}})
			}
			field := f.Field("text", view.T("release.text"), view.T("release.hint"))
			field.Max = scheduling.MaxNote
			view.Fields = []Field{field}
			view.Notes = append(view.Notes, view.T("release.effect"))
		},
		read: func(f *Form) { f.LineUpTo("text", scheduling.MaxNote) },
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			return r.ReleaseToPublic(a, f.Line("text"))
		},
	}
}

func releaseDate(p Page, slot *scheduling.Slot) string {
	first, last := slot.Days[0], slot.Days[len(slot.Days)-1]
	if first == last {
		return p.DayMonthYear(first)
	}
	return p.DateRange(first, last)
}

// objection is GET, POST R/objection: to say something against a date that
// stands. It changes nothing.
func (s *Server) objection() anAct {
	return anAct{
		path: "/objection", done: "objection",
		page: func(_ *scheduling.Round, _ viewer, f *Form, view *actView) {
			view.Title, view.Lede, view.Submit = view.T("objection.title"), view.T("objection.lede"), view.T("objection.do")
			field := f.Field("text", view.T("objection.text"), "")
			field.Max, field.Rows = scheduling.MaxText, 5
			view.Areas = []Field{field}
		},
		read: func(f *Form) { f.TextUpTo("text", scheduling.MaxText) },
		do: func(r *scheduling.Round, a scheduling.Act, f *Form) error {
			return r.Object(a, scheduling.Text{Body: f.Text("text")})
		},
	}
}
