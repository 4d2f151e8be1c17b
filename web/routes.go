package web

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
)

// A Policy says who may use a route. The zero Policy is no answer: a route
// that has it keeps the server from starting.
type Policy int

// The policies, from the widest to the narrowest. What each asks of the
// visitor stands in access.go.
const (
	_ Policy = iota
	// Public is anybody, signed in or not.
	Public
	// SignedIn is anybody with a session, by account or by private link.
	SignedIn
	// Account is the holder of an account.
	Account
	// Opener is the holder of an account that may open negotiations.
	Opener
	// Admin is the holder of an account that may add accounts.
	Admin
	// Keeper is the holder of an account that may keep the register of venues
	// and holidays, or may add accounts.
	Keeper
	// Member is anybody who takes part in the negotiation in the path, for a
	// party or as neutral staff.
	Member
	// Answerer is a member who may state positions.
	Answerer
	// Consenter is a member who may bind the party.
	Consenter
	// Convener is a member who may convene.
	Convener
	policies // the number of policies, past the last
)

// A route is one line of the site map.
type route struct {
	Method  string
	Path    string
	Policy  Policy
	Handler func(*gin.Context) error
}

// routes is the site map: every address that is answered, and who may use it.
// GET also answers HEAD.
func (s *Server) routes() []route {
	const round = "/n/:negotiation/:round"
	return []route{
		{"GET", "/static/:hash/:name", Public, s.asset},
		{"GET", "/robots.txt", Public, s.robots},
		{"POST", "/language", Public, s.chooseLanguage},

		{"GET", "/sign-in", Public, s.showSignIn},
		{"POST", "/sign-in", Public, s.createSession},
		{"POST", "/sign-out", Public, s.signOut},
		{"GET", "/setup/:token", Public, s.showSetup},
		{"POST", "/setup/:token", Public, s.createFirstAccount},
		{"GET", "/passphrase/:token", Public, s.showPassphrase},
		{"POST", "/passphrase/:token", Public, s.choosePassphrase},
		{"GET", "/d/:token", Public, s.showLink},
		{"POST", "/d/:token", Public, s.enterByLink},
		{"GET", "/account", Account, s.showAccount},
		{"POST", "/account", Account, s.changeAccount},
		{"GET", "/account/programs", Account, s.showPrograms(s.accountPrograms)},
		{"POST", "/account/programs", Account, s.createProgram(s.accountPrograms)},
		{"POST", "/account/programs/revocation", Account, s.revokeProgram(s.accountPrograms)},
		{"GET", "/accounts", Admin, s.showAccounts},
		{"POST", "/accounts", Admin, s.createAccount},
		{"POST", "/accounts/:account/passphrase", Admin, s.createPassphraseLink},
		{"POST", "/accounts/:account/status", Admin, s.changeAccountStatus},

		{"GET", "/travel", Admin, s.showTravel},
		{"POST", "/travel", Admin, s.changeTravel},
		{"GET", "/venues", Keeper, s.showVenues},
		{"POST", "/venues", Keeper, s.createVenue},
		{"GET", "/venues/:venue", Keeper, s.showVenue},
		{"POST", "/venues/:venue", Keeper, s.changeVenue},
		{"GET", "/holidays", Keeper, s.showHolidays},
		{"POST", "/holidays", Keeper, s.importHolidays},
		{"POST", "/holidays/:list/removal", Keeper, s.removeHolidays},

		{"GET", "/", Public, s.showStart},
		{"GET", "/accessibility", Public, s.about("accessibility", "aim", "known", "tell")},
		{"GET", "/privacy", Public, s.about("privacy", "who", "kept", "mail", "host")},
		{"GET", "/healthz", Public, s.live},
		{"GET", "/readyz", Public, s.readyz},
		{"GET", "/n/:negotiation", Member, s.showNewestRound},
		{"GET", "/n/:negotiation/state", Convener, s.showTalks},
		{"POST", "/n/:negotiation/suspension", Convener, s.suspendTalks},
		{"POST", "/n/:negotiation/resumption", Convener, s.resumeTalks},
		{"POST", "/n/:negotiation/conclusion", Convener, s.concludeTalks},
		{"GET", "/n/:negotiation/programs", Member, s.showPrograms(s.memberPrograms)},
		{"POST", "/n/:negotiation/programs", Member, s.createProgram(s.memberPrograms)},
		{"POST", "/n/:negotiation/programs/revocation", Member, s.revokeProgram(s.memberPrograms)},
		{"POST", "/n/:negotiation/programs/webhooks", Convener, s.createWebhook},
		{"POST", "/n/:negotiation/programs/webhooks/change", Convener, s.changeWebhook},
		{"GET", "/n/:negotiation/export", Member, s.showExport},
		{"GET", "/n/:negotiation/export.zip", Member, s.exportFile},
		{"GET", "/n/:negotiation/members", Member, s.showMembers},
		{"POST", "/n/:negotiation/members", Convener, s.createMember},
		{"GET", "/n/:negotiation/members/:member", Member, s.showMember},
		{"POST", "/n/:negotiation/members/:member", Member, s.changeMember},
		{"POST", "/n/:negotiation/members/:member/link", Convener, s.createLink},
		{"POST", "/n/:negotiation/members/:member/links/revocation", Convener, s.revokeLinks},
		{"POST", "/n/:negotiation/members/:member/removal", Convener, s.removeMember},
		{"GET", "/n/:negotiation/members/:member/erasure", Convener, s.showErasure},
		{"POST", "/n/:negotiation/members/:member/erasure", Convener, s.eraseMember},
		{"GET", "/n/:negotiation/members/:member/data.json", Member, s.showMemberData},

		{"GET", "/n/:negotiation/key-persons", Member, s.showKeyPersons},
		{"POST", "/n/:negotiation/key-persons", Member, s.createKeyPerson},
		{"POST", "/n/:negotiation/key-persons/:person/removal", Member, s.removeKeyPerson},
		{"POST", "/n/:negotiation/key-persons/commitments", Member, s.createCommitment},
		{"POST", "/n/:negotiation/key-persons/commitments/:commitment/removal", Member, s.removeCommitment},

		{"GET", "/new", Opener, s.showNew},
		{"POST", "/new", Opener, s.createNegotiation},
		{"GET", "/n/:negotiation/rounds/new", Convener, s.showNextRound},
		{"POST", "/n/:negotiation/rounds/new", Convener, s.createRound},
		{"GET", round + "/proposals/new", Convener, s.showNewOffer},
		{"POST", round + "/proposals/new", Convener, s.createOffer},
		{"GET", round + "/proposals/:proposal/amendment", Convener, s.showAmendment},
		{"POST", round + "/proposals/:proposal/amendment", Convener, s.amendOffer},
		{"GET", round + "/proposals/:proposal/withdrawal", Convener, s.showWithdrawal},
		{"POST", round + "/proposals/:proposal/withdrawal", Convener, s.withdrawOffer},
		{"GET", round + "/proposals/:proposal/decline", Answerer, s.showDecline},
		{"POST", round + "/proposals/:proposal/decline", Answerer, s.declineOffer},
		{"GET", round + "/paper/:proposal/delivery", Convener, s.showDelivery},
		{"POST", round + "/paper/:proposal/delivery", Convener, s.recordDelivery},
		{"GET", round + "/slots/:slot/amendment", Convener, s.showSlotChange},
		{"POST", round + "/slots/:slot/amendment", Convener, s.changeSlot},

		{"GET", round + "/conference", Member, s.showConference},
		{"POST", round + "/conference", Member, s.changeConference},
		{"GET", round + "/conference/:slot", Member, s.showRoom},
		{"POST", round + "/conference/:slot", Member, s.changeRoom},

		{"GET", round, Member, s.overview},
		{"GET", round + "/ranking", Member, s.ranking},
		{"GET", round + "/offers", Member, s.showOffers},
		{"GET", round + "/reconsideration", Member, s.reconsideration().show(s)},
		{"POST", round + "/reconsideration", Member, s.reconsideration().carryOut(s)},
		{"GET", round + "/reply", Member, s.showReply},
		{"POST", round + "/reply", Member, s.createReply},
		{"GET", round + "/reply/receipt", Member, s.showReceipt},
		{"GET", round + "/sealed", Member, s.showSealed},
		{"GET", round + "/sealed/reading", Member, s.showSealedReading},
		{"POST", round + "/sealed/reading", Member, s.readSealed},
		{"GET", round + "/sealed/:party", Member, s.showSealedText},
		{"GET", round + "/consent/:slot", Member, s.showConsent},
		{"POST", round + "/consent/:slot", Consenter, s.createConsent},
		{"POST", round + "/consent/:slot/withdrawal", Consenter, s.withdrawConsent},
		{"POST", round + "/consent/:slot/approval", Consenter, s.settleApproval},
		{"POST", round + "/condition/:slot", Answerer, s.settleCondition},
		{"GET", round + "/confirmation/:slot", Convener, s.showConfirmation},
		{"POST", round + "/confirmation/:slot", Convener, s.createConfirmation},
		{"GET", round + "/answers/new", Member, s.showAnswer},
		{"POST", round + "/answers/new", Member, s.createAnswer},
		{"GET", round + "/history", Member, s.history},
		{"GET", round + "/history.csv", Member, s.historyRecord},
		{"GET", round + "/protocol", Member, s.showProtocol},
		{"GET", round + "/protocol.txt", Member, s.showProtocolText},
		{"GET", "/c/:token", Public, s.feed},
		{"GET", round + "/subscribe", Member, s.showSubscribe},
		{"POST", round + "/subscribe", Member, s.createFeed},
		{"POST", round + "/subscribe/revocation", Member, s.revokeFeed},
		{"GET", round + "/paper/:proposal", Member, s.showPaper},
		{"GET", round + "/paper/:proposal/text", Member, s.showPaperText},
		{"GET", round + "/reschedule", Convener, s.reschedule().show(s)},
		{"POST", round + "/reschedule", Convener, s.reschedule().carryOut(s)},
		{"POST", round + "/reschedule/abandonment", Convener, s.abandonment().carryOut(s)},
		{"GET", round + "/postponement", Member, s.postponement().show(s)},
		{"POST", round + "/postponement", Member, s.postponement().carryOut(s)},
		{"POST", round + "/postponement/refusal", Consenter, s.postponementRefusal().carryOut(s)},
		{"GET", round + "/cancellation", Convener, s.cancellation().show(s)},
		{"POST", round + "/cancellation", Convener, s.cancellation().carryOut(s)},
		{"GET", round + "/meeting/change", Convener, s.meetingChange().show(s)},
		{"POST", round + "/meeting/change", Convener, s.meetingChange().carryOut(s)},
		{"POST", round + "/meeting/held", Convener, s.meetingHeld().carryOut(s)},
		{"GET", round + "/release", Consenter, s.release().show(s)},
		{"POST", round + "/release", Consenter, s.release().carryOut(s)},
		{"GET", round + "/objection", Answerer, s.objection().show(s)},
		{"POST", round + "/objection", Answerer, s.objection().carryOut(s)},
		{"GET", round + "/rule", Member, s.ruleChange().show(s)},
		{"POST", round + "/rule", Member, s.ruleChange().carryOut(s)},
		{"POST", round + "/rule/agreement", Member, s.ruleAgreement().carryOut(s)},
		{"POST", round + "/rule/refusal", Member, s.ruleRefusal().carryOut(s)},
		{"GET", round + "/decision", Member, s.decision().show(s)},
		{"POST", round + "/decision", Member, s.decision().carryOut(s)},
		{"GET", round + "/silence", Member, s.silence().show(s)},
		{"POST", round + "/silence", Member, s.silence().carryOut(s)},
		{"GET", round + "/silence/acceptance", Consenter, s.silenceAcceptance().show(s)},
		{"POST", round + "/silence/acceptance", Consenter, s.silenceAcceptance().carryOut(s)},
		{"GET", round + "/silence/objection", Answerer, s.silenceObjection().show(s)},
		{"POST", round + "/silence/objection", Answerer, s.silenceObjection().carryOut(s)},
		{"GET", round + "/meeting.ics", Member, s.meetingFile},
		{"GET", round + "/slots/:slot/calendar.ics", Member, s.slotFile},
		{"GET", round + "/mail", Convener, s.showOutgoing},
		{"GET", round + "/mail/:message", Convener, s.showMessage},
		{"POST", round + "/mail/:message/resend", Convener, s.resendMessage},
	}
}

// add registers r. Default deny: without a policy there is no route.
func (s *Server) add(engine *gin.Engine, r route) error {
	if r.Policy <= 0 || r.Policy >= policies {
		return fmt.Errorf("web: route %s %s has no policy", r.Method, r.Path)
	}
	if r.Handler == nil {
		return fmt.Errorf("web: route %s %s has no handler", r.Method, r.Path)
	}
	h := s.handle(func(c *gin.Context) error {
		visitOf(c.Request).route = r.Path
		file := takesFile(c.Request)
		if r.Method == http.MethodPost && !file {
			if err := s.readForm(c); err != nil {
				return err
			}
		}
		if err := s.authorize(c, r.Policy); err != nil {
			return err
		}
		if file {
			if err := s.readUpload(c); err != nil {
				return err
			}
		}
		return r.Handler(c)
	})
	switch r.Method {
	case http.MethodGet:
		engine.GET(r.Path, h)
		engine.HEAD(r.Path, h)
	case http.MethodPost:
		engine.POST(r.Path, h)
	default:
		return fmt.Errorf("web: route %s %s: pages know GET and POST only", r.Method, r.Path)
	}
	return nil
}
