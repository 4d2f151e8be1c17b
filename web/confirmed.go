package web

import (
	"slices"
	"time"

	"parley/scheduling"
	"parley/web/locale"
)

// A meetingView is the date that was fixed, as it stands now.
type meetingView struct {
	Status  string // one word of the state: confirmed, cancelled, held
	Line    string
	Fixed   bool
	Off     bool   // cancelled: said first, and the date is struck through
	Reason  string // of the cancellation, for those who may read it
	Month   string
	Day     int
	Weekday string
	ISO     string
	When    string
	Hours   string
	Place   string
	Link    string // for remote participation
	By      string // who confirmed it and when
	Reasons string // of the chair who decided, for those who may read them
	Times   *Times

	Invited   string
	Download  string
	Steps     []string
	Acts      []Link
	HeldPath  string // offers to record that the meeting took place
	Objection *Link
}

// newMeeting is the view of a meeting that is fixed, cancelled or held.
func newMeeting(p *locale.Printer, r *scheduling.Round, v viewer, now time.Time) *meetingView {
	m, n := r.Meeting, r.Negotiation
	s := r.Slot(m.Slot)
	first := s.Days[0]
	view := &meetingView{
		Status: string(m.Status), Fixed: m.Status == scheduling.MeetingFixed, Off: m.Status == scheduling.MeetingCancelled,
		Month: p.Month(first.Month), Day: first.Day, Weekday: p.Weekday(first.Weekday()), ISO: first.String(),
		When: slotDays(p, s), Place: slotPlace(p, s, ""),
		By: p.T("meeting_page.by", "when", clockOf(r, v).moment(p, m.ConfirmedAt), "party", partyName(p, n, confirmerOf(n, m.ConfirmedBy))),
	}
	line := "meeting_page.line." + view.Status
	if view.Fixed && len(n.Required()) == 2 {
		line += "_both"
	}
	view.Line = p.T(line, "n", len(n.Required()))
	view.ruled(p, r, v)
	if v.Observer {
		return view
	}
	view.Hours = slotHours(p, s)
	if !s.DateOnly {
		view.Hours = p.T("round.hours_offset", "hours", view.Hours, "offset", p.Offset(s.Start()))
	}
	view.Place, view.Link, view.Times = slotPlace(p, s, m.Room), m.Link, slotTimes(p, r, s)
	if view.Off {
		return view
	}
	view.Download = roundPath(r.ID) + "/meeting.ics"
	if !view.Fixed {
		return view
	}
	view.invited(p, r, v)
	view.steps(p, r, s)
	view.acts(p, r, v, s, now)
	return view
}

// ruled says who fixed the date, where it was not the consent of all.
func (view *meetingView) ruled(p *locale.Printer, r *scheduling.Round, v viewer) {
	d, when := r.Decided(), clockOf(r, v).moment(p, r.Meeting.ConfirmedAt)
	switch {
	case d != nil:
		view.By = p.T("meeting_page.by_chair", "when", when, "party", partyName(p, r.Negotiation, d.Party))
		if !v.Observer {
			view.Reasons = d.Reasons.For(v.Audience)
		}
	case r.Meeting.ConfirmedBy == "":
		view.By = p.T("meeting_page.by_silence", "when", when)
	}
	switch {
	case !view.Fixed:
	case d != nil:
		view.Line = p.T("meeting_page.line_chair")
	case r.Meeting.ConfirmedBy == "":
		view.Line = p.T("meeting_page.line_silence")
	case slices.ContainsFunc(r.Negotiation.Required(), func(id scheduling.PartyID) bool {
		_, ok := r.Confirmed().Consent(id)
		return !ok
	}):
		view.Line = p.T("meeting_page.line_quorum")
	}
}

// confirmerOf is the party of the member who confirmed, removed or not.
func confirmerOf(n *scheduling.Negotiation, id scheduling.MemberID) scheduling.PartyID {
	i := slices.IndexFunc(n.Members, func(m scheduling.Member) bool { return m.ID == id })
	if i < 0 {
		return ""
	}
	return n.Members[i].Party
}

// invited says to how many of the viewer's own side an invitation went: how
// many the others sent is theirs to know.
func (view *meetingView) invited(p *locale.Printer, r *scheduling.Round, v viewer) {
	own := 0
	for _, id := range r.Meeting.Invited {
		if m := r.Negotiation.Member(id); m != nil && m.Party == v.Member.Party {
			own++
		}
	}
	view.Invited = p.T("meeting_page.invited", "n", own)
	if own == 0 {
		view.Invited = p.T("meeting_page.invited_none")
	}
}

func (view *meetingView) steps(p *locale.Printer, r *scheduling.Round, s *scheduling.Slot) {
	released := 0
	for _, other := range r.Slots {
		if other.Status == scheduling.Released {
			released++
		}
	}
	if released > 0 {
		view.Steps = append(view.Steps, p.T("meeting_page.step.released", "n", released))
	}
	if r.Meeting.Room == "" && s.Format != scheduling.Remote {
		view.Steps = append(view.Steps, p.T("meeting_page.step.room"))
	}
	view.Steps = append(view.Steps, p.T("meeting_page.step.updates"))
}

// acts are the changes that this viewer may ask for.
func (view *meetingView) acts(p *locale.Printer, r *scheduling.Round, v viewer, s *scheduling.Slot, now time.Time) {
	base := roundPath(r.ID)
	if r.Negotiation.Status == scheduling.Concluded {
		return
	}
	add := func(may bool, path, key string) {
		if may {
			view.Acts = append(view.Acts, Link{Href: base + path, Text: p.T("meeting_page.act." + key)})
		}
	}
	convenes, binds := v.May(scheduling.RightConvene), v.May(scheduling.RightConsent) && v.Party != nil
	add(convenes && !r.Meeting.ChangePending, "/reschedule", "reschedule")
	add(convenes, "/meeting/change", "room")
	add(binds || convenes && v.Party == nil, "/postponement", "postpone")
	add(convenes && (v.Party == nil || v.Party.ID == r.Convener), "/cancellation", "cancel")
	add(binds, "/release", "release")
	add(v.May(scheduling.RightAnswer) && v.Party != nil, "/objection", "objection")
	if link := newRoundLink(p, r, v); link != nil {
		view.Acts = append(view.Acts, *link)
	}
	if convenes && !now.Before(s.End()) {
		view.HeldPath = base + "/meeting/held"
	}
}
