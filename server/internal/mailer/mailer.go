// Package mailer hands rendered messages to whatever carries them: a mail
// server, or during development a folder. What is sent to whom, when, and how
// often after a failure is the business of the outbox.
package mailer

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"parley/server/internal/config"
)

// A Provider carries messages. Its methods may be called from several
// goroutines.
type Provider interface {
	// Send hands over one message for one recipient. From and to are bare
	// addresses, local@domain; message is complete by RFC 5322, with CRLF line
	// ends. Nil means that the message was taken for delivery. Every other
	// outcome is an [Error], which says whether another attempt makes sense.
	//
	// A message that was taken may still be reported as failed, when the answer
	// got lost: so the same Message-ID may be sent twice, and never zero times.
	Send(ctx context.Context, from, to string, message []byte) error
}

// Stage is the part of a delivery in which it failed.
type Stage string

// The stages of a delivery, in their order.
const (
	Envelope  Stage = "envelope"  // the addresses are not usable; nothing was sent
	Connect   Stage = "connect"   // reaching and greeting the mail server
	Encrypt   Stage = "encrypt"   // TLS, or its absence where it is required
	Login     Stage = "login"     // user and password
	Sender    Stage = "sender"    // MAIL FROM
	Recipient Stage = "recipient" // RCPT TO
	Content   Stage = "content"   // DATA, and the answer to it
)

// An Error says why a message was not handed over.
type Error struct {
	Stage Stage
	// Code is the reply of the mail server (RFC 5321 section 4.2.3), or 0 when
	// it gave none.
	Code int
	// Temporary says that another attempt makes sense.
	Temporary bool
	// Unsure says that the message may have been taken all the same.
	Unsure bool
	Err    error
}

// Error names the stage and the cause.
func (e *Error) Error() string { return fmt.Sprintf("mailer: %s: %v", e.Stage, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Open returns the provider that the settings ask for.
func Open(c *config.Config) (Provider, error) {
	switch c.SMTP.TLS {
	case "":
		return NewFile(c.MailFolder())
	case config.Opportunistic, config.StartTLS, config.Implicit:
		return NewSMTP(c.SMTP, ehlo(c.BaseURL), nil), nil
	default:
		return nil, fmt.Errorf("mailer: no provider for %q", c.SMTP.TLS)
	}
}

// ehlo is the name that this server gives itself: the host of its address, or
// an address literal (RFC 5321 section 4.1.3).
func ehlo(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	addr, err := netip.ParseAddr(u.Hostname())
	switch {
	case err != nil:
		return u.Hostname()
	case addr.Is6():
		return "[IPv6:" + addr.String() + "]"
	default:
		return "[" + addr.String() + "]"
	}
}

// checkEnvelope refuses addresses that could smuggle parameters or commands
// into the envelope. They are kept to what can stand unquoted in it.
func checkEnvelope(from, to string) error {
	for _, address := range []string{from, to} {
		local, domain, _ := strings.Cut(address, "@")
		bad := func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>()[]\,;:"`, r) }
		if local == "" || domain == "" || strings.Contains(domain, "@") || strings.ContainsFunc(address, bad) {
			return &Error{Stage: Envelope, Err: fmt.Errorf("%q is not a plain address", address)}
		}
	}
	return nil
}

// interrupted explains a failure by the context that caused it.
func interrupted(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return errors.Join(cause, err)
	}
	return err
}
