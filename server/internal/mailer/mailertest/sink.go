// Package mailertest has a real mail server for tests, which keeps what it
// gets and fails in the ways that mail servers fail, and the checks that every
// mail provider must pass.
package mailertest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A Message is something that the sink was given.
type Message struct {
	From string
	To   []string
	// Data is the message as it came, dots unstuffed.
	Data []byte
	// Cut tells that the sender was never told that it arrived.
	Cut bool
	// TLS tells that it came over an encrypted connection.
	TLS bool
	// User is who had logged in, or nobody.
	User string
}

// A Sink is an SMTP server on a loopback address.
type Sink struct {
	t      testing.TB
	addr   string
	config *tls.Config
	roots  *x509.CertPool

	implicit       bool
	user, password string
	mechanism      string

	mu       sync.Mutex
	server   *smtp.Server
	listener net.Listener
	served   chan error
	messages []Message
	arrived  chan struct{} // closed and replaced with each message
	rejects  map[string]int
	refuse   int
	delay    time.Duration
	cuts     int
}

// An Option changes what a new sink offers.
type Option func(*Sink)

// StartTLS makes the sink offer STARTTLS, with a certificate for 127.0.0.1
// and localhost that Roots verifies.
func StartTLS() Option { return func(s *Sink) { s.config, s.roots = certificate(s.t) } }

// ImplicitTLS makes the sink speak TLS from the first byte.
func ImplicitTLS() Option {
	return func(s *Sink) {
		s.config, s.roots = certificate(s.t)
		s.implicit = true
	}
}

// Login makes the sink insist on a user and password, by AUTH with the
// mechanism PLAIN or LOGIN.
func Login(mechanism, user, password string) Option {
	return func(s *Sink) { s.mechanism, s.user, s.password = mechanism, user, password }
}

// New starts a sink on a free port of 127.0.0.1. It stops with the test.
func New(t testing.TB, options ...Option) *Sink {
	t.Helper()
	s := &Sink{t: t, addr: "127.0.0.1:0", arrived: make(chan struct{}), rejects: map[string]int{}}
	for _, o := range options {
		o(s)
	}
	s.Up()
	t.Cleanup(s.Down)
	return s
}

// Addr is where the sink listens, host:port. It stays while the sink is down.
func (s *Sink) Addr() string { return s.addr }

// Roots verify the certificate of the sink; nil without TLS.
func (s *Sink) Roots() *x509.CertPool { return s.roots }

// URL is the address of the sink as the setting PARLEY_SMTP takes it, without
// user and password.
func (s *Sink) URL() string {
	if s.implicit {
		return "smtps://" + s.addr
	}
	return "smtp://" + s.addr
}

// Down stops the sink: connections are cut, and new ones are refused.
func (s *Sink) Down() {
	s.mu.Lock()
	server, listener, served := s.server, s.listener, s.served
	s.server = nil
	s.mu.Unlock()
	if server == nil {
		return
	}
	_ = server.Close()
	_ = listener.Close() // the server does not know it yet if Serve has not begun
	<-served
}

// Up starts the sink again, at the same address.
func (s *Sink) Up() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return
	}
	var listen net.ListenConfig
	l, err := listen.Listen(context.Background(), "tcp", s.addr)
	if err != nil {
		s.t.Fatalf("mail sink: %v", err)
	}
	s.addr = l.Addr().String()
	if s.implicit {
		l = tls.NewListener(l, s.config)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{sink: s, conn: c}, nil
	}))
	server.Domain = "sink.test"
	server.TLSConfig = s.config
	server.AllowInsecureAuth = true // what a client sends over which wire is the point of the tests
	server.EnableSMTPUTF8 = true
	server.ErrorLog = silence{}
	s.server, s.listener, s.served = server, l, make(chan error, 1)
	go func(done chan<- error) { done <- server.Serve(l) }(s.served)
}

// Reject answers code to a recipient, 450 or 550 for example; 0 accepts it
// again.
func (s *Sink) Reject(recipient string, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rejects[recipient] = code
}

// RejectContent answers code to every message once it is there; 0 ends that.
func (s *Sink) RejectContent(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = code
}

// Delay makes the sink wait before it answers to a message.
func (s *Sink) Delay(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = d
}

// CutNext makes the sink take the next n messages and cut the connection
// instead of saying so.
func (s *Sink) CutNext(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cuts = n
}

// Messages returns what has arrived, in order.
func (s *Sink) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// To returns what has arrived for one recipient, in order.
func (s *Sink) To(recipient string) []Message {
	return slices.DeleteFunc(s.Messages(), func(m Message) bool { return !slices.Contains(m.To, recipient) })
}

// Wait waits until at least n messages have arrived, and returns all. The test
// fails when they have not come within limit.
func (s *Sink) Wait(n int, limit time.Duration) []Message {
	s.t.Helper()
	timeout := time.After(limit)
	for {
		s.mu.Lock()
		messages, arrived := slices.Clone(s.messages), s.arrived
		s.mu.Unlock()
		if len(messages) >= n {
			return messages
		}
		select {
		case <-arrived:
		case <-timeout:
			s.t.Fatalf("mail sink: %d messages after %v, want %d", len(messages), limit, n)
		}
	}
}

// take keeps a message and says what becomes of it.
func (s *Sink) take(m Message) (cut bool, delay time.Duration, refuse int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuse != 0 {
		return false, s.delay, s.refuse
	}
	if s.cuts > 0 {
		s.cuts--
		m.Cut = true
	}
	s.messages = append(s.messages, m)
	close(s.arrived)
	s.arrived = make(chan struct{})
	return m.Cut, s.delay, 0
}

// session is one connection to the sink.
type session struct {
	sink *Sink
	conn *smtp.Conn
	user string
	from string
	to   []string
}

func (c *session) AuthMechanisms() []string {
	if c.sink.mechanism == "" {
		return nil
	}
	return []string{c.sink.mechanism}
}

func (c *session) Auth(mechanism string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != c.sink.user || password != c.sink.password {
			return smtp.ErrAuthFailed
		}
		c.user = user
		return nil
	}
	switch {
	case !strings.EqualFold(mechanism, c.sink.mechanism):
		return nil, smtp.ErrAuthUnknownMechanism
	case strings.EqualFold(mechanism, sasl.Login):
		return &loginServer{check: check}, nil
	default:
		return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
	}
}

func (c *session) Mail(from string, _ *smtp.MailOptions) error {
	if c.sink.user != "" && c.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Log in first"}
	}
	c.from = from
	return nil
}

func (c *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.sink.mu.Lock()
	code := c.sink.rejects[to]
	c.sink.mu.Unlock()
	if code != 0 {
		return rejection(code)
	}
	c.to = append(c.to, to)
	return nil
}

func (c *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	_, encrypted := c.conn.TLSConnectionState()
	cut, delay, refuse := c.sink.take(Message{From: c.from, To: slices.Clone(c.to), Data: data, TLS: encrypted, User: c.user})
	if cut {
		_ = c.conn.Close()
		return errors.New("cut")
	}
	if delay > 0 {
		time.Sleep(delay)
	}
	if refuse != 0 {
		return rejection(refuse)
	}
	return nil
}

func (c *session) Reset()        { c.from, c.to = "", nil }
func (c *session) Logout() error { return nil }

func rejection(code int) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: "Rejected by the test"}
}

// loginServer is the server's half of AUTH LOGIN, which the library lacks.
type loginServer struct {
	check func(user, password string) error
	asked int
	user  string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	default:
		return nil, true, l.check(l.user, string(response))
	}
}

// silence is the log of the sink, whose errors are the point of the tests.
type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}
