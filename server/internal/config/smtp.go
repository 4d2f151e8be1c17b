package config

import (
	"errors"
	"net"
	"net/url"
	"strconv"
)

// TLS says how a connection to the mail server is protected.
type TLS string

// The ways to reach a mail server.
const (
	// Opportunistic takes STARTTLS when it is offered.
	Opportunistic TLS = "smtp"
	// StartTLS insists on STARTTLS (RFC 3207).
	StartTLS TLS = "smtp+starttls"
	// Implicit is TLS from the first byte (RFC 8314 section 3.3).
	Implicit TLS = "smtps"
)

// SMTP says how to reach the mail server that takes the outgoing mails. The
// zero value means that there is none.
type SMTP struct {
	TLS      TLS
	Host     string
	Port     string
	User     string
	Password Secret
}

// Addr is the address to dial, host:port.
func (s SMTP) Addr() string { return net.JoinHostPort(s.Host, s.Port) }

// MustEncrypt reports whether a connection that stays in the clear is to be
// given up. A password never travels unprotected to another machine.
func (s SMTP) MustEncrypt() bool {
	return s.TLS == StartTLS || (s.User != "" && !loopback(s.Host))
}

func setSMTP(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil {
		return errors.New("want smtp://host:port, smtp+starttls://host:port or smtps://host:port; write / @ : in a password as %2F %40 %3A")
	}
	ports := map[TLS]string{Opportunistic: "587", StartTLS: "587", Implicit: "465"}
	s := SMTP{TLS: TLS(u.Scheme), Host: u.Hostname(), Port: u.Port()}
	port, known := ports[s.TLS]
	if !known || s.Host == "" || (u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("want smtp://host:port, smtp+starttls://host:port or smtps://host:port")
	}
	if s.Port == "" {
		s.Port = port
	}
	if n, err := strconv.ParseUint(s.Port, 10, 16); err != nil || n == 0 {
		return errors.New("want a port from 1 to 65535")
	}
	if u.User != nil {
		s.User = u.User.Username()
		password, _ := u.User.Password()
		s.Password = Secret(password)
	}
	c.SMTP = s
	return nil
}
