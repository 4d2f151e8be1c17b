package mailer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail/smtp"

	"parley/server/internal/config"
)

const (
	// dialTimeout bounds the wait for a mail server that does not answer at all.
	dialTimeout = 15 * time.Second
	// sendTimeout bounds one message as a whole. RFC 5321 section 4.5.3.2 would
	// wait for minutes at each step; a second attempt later costs less than a
	// worker that hangs, because the Message-ID stays the same.
	sendTimeout = 2 * time.Minute
)

// SMTP hands messages to a mail server, one connection for each.
type SMTP struct {
	server config.SMTP
	ehlo   string
	tls    *tls.Config
}

// NewSMTP returns a provider for server, which introduces itself as ehlo. Roots
// are the certificate authorities to trust; nil means those of the system.
func NewSMTP(server config.SMTP, ehlo string, roots *x509.CertPool) *SMTP {
	return &SMTP{
		server: server,
		ehlo:   ehlo,
		tls:    &tls.Config{ServerName: server.Host, RootCAs: roots, MinVersion: tls.VersionTLS12},
	}
}

// Send hands over one message: see [Provider].
func (s *SMTP) Send(ctx context.Context, from, to string, message []byte) error {
	if err := checkEnvelope(from, to); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()

	dialer := net.Dialer{Timeout: dialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", s.server.Addr())
	if err != nil {
		return failure(ctx, Connect, err)
	}
	// The client knows no contexts. Closing the connection under it ends
	// whatever it waits for.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()

	client, err := s.open(ctx, conn)
	if err != nil {
		return err
	}
	return s.deliver(ctx, client, from, to, message)
}

// open greets the server, encrypts and authenticates as far as is asked for.
func (s *SMTP) open(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	if s.server.TLS == config.Implicit {
		secure := tls.Client(conn, s.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, failure(ctx, Encrypt, err)
		}
		conn = secure
	}
	client, err := smtp.NewClient(conn, s.server.Host)
	if err != nil {
		return nil, failure(ctx, Connect, err)
	}
	if err := client.Hello(s.ehlo); err != nil {
		return nil, failure(ctx, Connect, err)
	}
	if s.server.TLS != config.Implicit {
		if offered, _ := client.Extension("STARTTLS"); offered {
			// A certificate that does not fit ends the attempt, in the
			// opportunistic mode too: somebody who can forge it reads the links.
			if err := client.StartTLS(s.tls); err != nil {
				return nil, failure(ctx, Encrypt, err)
			}
		} else if s.server.MustEncrypt() {
			return nil, failure(ctx, Encrypt, errors.New("the mail server does not offer STARTTLS"))
		}
	}
	if s.server.User != "" {
		auth, err := s.auth(client)
		if err != nil {
			return nil, failure(ctx, Login, err)
		}
		if err := client.Auth(auth); err != nil {
			return nil, failure(ctx, Login, err)
		}
	}
	return client, nil
}

// auth picks the mechanism. Whether the connection may carry a password was
// settled by MustEncrypt, so that the library need not ask again.
func (s *SMTP) auth(client *smtp.Client) (smtp.Auth, error) {
	_, offered := client.Extension("AUTH")
	mechanisms := strings.Fields(strings.ToUpper(offered))
	user, password := s.server.User, s.server.Password.Reveal()
	switch {
	case slices.Contains(mechanisms, "PLAIN"):
		return smtp.PlainAuth("", user, password, s.server.Host, true), nil
	case slices.Contains(mechanisms, "LOGIN"):
		return smtp.LoginAuth(user, password, s.server.Host, true), nil
	default:
		return nil, errors.New("the mail server offers neither AUTH PLAIN nor AUTH LOGIN")
	}
}

func (s *SMTP) deliver(ctx context.Context, client *smtp.Client, from, to string, message []byte) error {
	// Ask for SMTPUTF8 (RFC 6531) only when an address needs it: a relay that
	// lacks it would have to return every message.
	client.SkipSMTPUTF8(isASCII(from) && isASCII(to))
	if err := client.Mail("<" + from + ">"); err != nil {
		return failure(ctx, Sender, err)
	}
	if err := client.Rcpt("<" + to + ">"); err != nil {
		return failure(ctx, Recipient, err)
	}
	data, err := client.Data()
	if err != nil {
		return failure(ctx, Content, err)
	}
	_, err = data.Write(message)
	if err == nil {
		err = data.Close()
	}
	if err != nil {
		return failure(ctx, Content, err)
	}
	_ = client.Quit() // the message is taken, whatever becomes of the farewell
	return nil
}

// failure judges an error. A refusal of the recipient or of the content is
// final when the server says so (5yz). Everything before that is between this
// server and its mail server, so it will pass once somebody has mended it; to
// give up would lose the mails of everybody for one wrong password.
func failure(ctx context.Context, stage Stage, err error) error {
	e := &Error{Stage: stage, Temporary: true, Err: interrupted(ctx, err)}
	const loginRequired = 530 // RFC 4954 section 6
	reply, answered := errors.AsType[*textproto.Error](err)
	if answered {
		e.Code = reply.Code
		e.Temporary = reply.Code < 500 || reply.Code == loginRequired || (stage != Recipient && stage != Content)
	}
	e.Unsure = stage == Content && !answered
	return e
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}
