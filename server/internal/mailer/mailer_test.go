package mailer_test

import (
	"context"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/server/internal/config"
	"parley/server/internal/mailer"
	"parley/server/internal/mailer/mailertest"
)

const (
	from = "office@parley.test"
	ann  = "ann@north.test"
)

// to is the setting that leads to sink.
func to(t *testing.T, sink *mailertest.Sink, mode config.TLS) config.SMTP {
	t.Helper()
	host, port, err := net.SplitHostPort(sink.Addr())
	if err != nil {
		t.Fatal(err)
	}
	return config.SMTP{TLS: mode, Host: host, Port: port}
}

func data(sink *mailertest.Sink) func() [][]byte {
	return func() (all [][]byte) {
		for _, m := range sink.Messages() {
			all = append(all, m.Data)
		}
		return all
	}
}

func TestSMTPIsAProvider(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		mode    config.TLS
		options []mailertest.Option
	}{
		"in the clear": {mode: config.Opportunistic},
		"STARTTLS":     {mode: config.StartTLS, options: []mailertest.Option{mailertest.StartTLS()}},
		"implicit TLS": {mode: config.Implicit, options: []mailertest.Option{mailertest.ImplicitTLS()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := mailertest.New(t, tc.options...)
			mailertest.TestProvider(t, mailer.NewSMTP(to(t, sink, tc.mode), "parley.test", sink.Roots()), data(sink))
			for _, m := range sink.Messages() {
				if m.TLS != (tc.mode != config.Opportunistic) {
					t.Errorf("encrypted = %v, want %v", m.TLS, !m.TLS)
				}
			}
		})
	}
}

func TestFileIsAProvider(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data", "mail")
	p, err := mailer.Open(&config.Config{Data: filepath.Dir(folder)})
	if err != nil {
		t.Fatal(err)
	}
	mailertest.TestProvider(t, p, func() (all [][]byte) {
		files, err := filepath.Glob(filepath.Join(folder, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if filepath.Ext(f) != ".eml" {
				t.Errorf("file %s, want only .eml", f)
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, b)
		}
		return all
	})
	if err := p.Send(t.Context(), from, ann, mailertest.Sample("../../etc/passwd")); err != nil {
		t.Fatal(err)
	}
	if outside, _ := os.ReadDir(filepath.Dir(folder)); len(outside) != 1 {
		t.Errorf("files outside of the mail folder: %v", outside)
	}
}

func TestSMTPFailures(t *testing.T) {
	t.Parallel()
	const user, password = "parley", "s3cret"
	loginWith := func(password string) func(*config.SMTP) {
		return func(s *config.SMTP) { s.User, s.Password = user, config.Secret(password) }
	}
	for name, tc := range map[string]struct {
		options []mailertest.Option
		prepare func(*mailertest.Sink)
		mode    config.TLS
		setting func(*config.SMTP)
		roots   func(*mailertest.Sink) *x509.CertPool

		want mailer.Error // without Err
		kept int          // messages in the sink afterwards
	}{
		"down":                    {prepare: (*mailertest.Sink).Down, want: mailer.Error{Stage: mailer.Connect, Temporary: true}},
		"recipient unknown":       {prepare: func(s *mailertest.Sink) { s.Reject(ann, 550) }, want: mailer.Error{Stage: mailer.Recipient, Code: 550}},
		"recipient not now":       {prepare: func(s *mailertest.Sink) { s.Reject(ann, 450) }, want: mailer.Error{Stage: mailer.Recipient, Code: 450, Temporary: true}},
		"recipient wants a login": {prepare: func(s *mailertest.Sink) { s.Reject(ann, 530) }, want: mailer.Error{Stage: mailer.Recipient, Code: 530, Temporary: true}},
		"content refused":         {prepare: func(s *mailertest.Sink) { s.RejectContent(554) }, want: mailer.Error{Stage: mailer.Content, Code: 554}},
		"content not now":         {prepare: func(s *mailertest.Sink) { s.RejectContent(451) }, want: mailer.Error{Stage: mailer.Content, Code: 451, Temporary: true}},
		"cut after DATA":          {prepare: func(s *mailertest.Sink) { s.CutNext(1) }, want: mailer.Error{Stage: mailer.Content, Temporary: true, Unsure: true}, kept: 1},
		"too slow":                {prepare: func(s *mailertest.Sink) { s.Delay(2 * time.Second) }, want: mailer.Error{Stage: mailer.Content, Temporary: true, Unsure: true}, kept: 1},
		"login required":          {options: []mailertest.Option{mailertest.Login("PLAIN", user, password)}, want: mailer.Error{Stage: mailer.Sender, Code: 530, Temporary: true}},
		"password wrong": {
			options: []mailertest.Option{mailertest.Login("PLAIN", user, password)}, setting: loginWith("wrong"),
			want: mailer.Error{Stage: mailer.Login, Code: 535, Temporary: true},
		},
		"password wrong, LOGIN": {
			options: []mailertest.Option{mailertest.Login("LOGIN", user, password)}, setting: loginWith("wrong"),
			want: mailer.Error{Stage: mailer.Login, Code: 535, Temporary: true},
		},
		"login not offered":    {setting: loginWith(password), want: mailer.Error{Stage: mailer.Login, Temporary: true}},
		"STARTTLS not offered": {mode: config.StartTLS, want: mailer.Error{Stage: mailer.Encrypt, Temporary: true}},
		"certificate unknown": {
			options: []mailertest.Option{mailertest.StartTLS()}, mode: config.Opportunistic,
			roots: func(*mailertest.Sink) *x509.CertPool { return x509.NewCertPool() },
			want:  mailer.Error{Stage: mailer.Encrypt, Temporary: true},
		},
		"certificate unknown, implicit TLS": {
			options: []mailertest.Option{mailertest.ImplicitTLS()}, mode: config.Implicit,
			roots: func(*mailertest.Sink) *x509.CertPool { return x509.NewCertPool() },
			want:  mailer.Error{Stage: mailer.Encrypt, Temporary: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := mailertest.New(t, tc.options...)
			if tc.prepare != nil {
				tc.prepare(sink)
			}
			if tc.mode == "" {
				tc.mode = config.Opportunistic
			}
			setting, roots := to(t, sink, tc.mode), sink.Roots()
			if tc.setting != nil {
				tc.setting(&setting)
			}
			if tc.roots != nil {
				roots = tc.roots(sink)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			err := mailer.NewSMTP(setting, "parley.test", roots).Send(ctx, from, ann, mailertest.Sample("x"))
			failed, ok := errors.AsType[*mailer.Error](err)
			if !ok {
				t.Fatalf("error = %v, want a mailer.Error", err)
			}
			got := *failed
			got.Err = nil
			if got != tc.want {
				t.Errorf("error = %+v (%v), want %+v", got, err, tc.want)
			}
			if n := len(sink.Messages()); n != tc.kept {
				t.Errorf("messages = %d, want %d", n, tc.kept)
			}
		})
	}
}

func TestSMTPLogin(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"PLAIN", "LOGIN"} {
		t.Run(mechanism, func(t *testing.T) {
			t.Parallel()
			sink := mailertest.New(t, mailertest.StartTLS(), mailertest.Login(mechanism, "parley", "s3cret"))
			setting := to(t, sink, config.Opportunistic)
			setting.User, setting.Password = "parley", "s3cret"
			if err := mailer.NewSMTP(setting, "parley.test", sink.Roots()).Send(t.Context(), from, ann, mailertest.Sample("x")); err != nil {
				t.Fatal(err)
			}
			if m := sink.To(ann); len(m) != 1 || m[0].User != "parley" || !m[0].TLS || m[0].From != from {
				t.Errorf("messages = %+v, want one from parley over TLS", m)
			}
		})
	}
}

// A sink that was down takes mail again, at the same address, and what was cut
// arrives a second time with the same bytes.
func TestSinkComesBack(t *testing.T) {
	t.Parallel()
	sink := mailertest.New(t)
	p := mailer.NewSMTP(to(t, sink, config.Opportunistic), "parley.test", nil)
	sink.Down()
	if err := p.Send(t.Context(), from, ann, mailertest.Sample("x")); err == nil {
		t.Fatal("sent to a server that is down")
	}
	sink.Up()
	sink.CutNext(1)
	if err := p.Send(t.Context(), from, ann, mailertest.Sample("x")); err == nil {
		t.Fatal("the cut went unnoticed")
	}
	if err := p.Send(t.Context(), from, ann, mailertest.Sample("x")); err != nil {
		t.Fatal(err)
	}
	m := sink.Wait(2, time.Second)
	if !m[0].Cut || m[1].Cut || string(m[0].Data) != string(m[1].Data) {
		t.Errorf("messages = %+v, want the same twice, the first cut", m)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	if p, err := mailer.Open(&config.Config{SMTP: config.SMTP{TLS: config.Implicit, Host: "h", Port: "465"}}); err != nil {
		t.Error(err)
	} else if _, ok := p.(*mailer.SMTP); !ok {
		t.Errorf("provider = %T, want *mailer.SMTP", p)
	}
	if p, err := mailer.Open(&config.Config{SMTP: config.SMTP{TLS: "pigeon"}}); err == nil {
		t.Errorf("provider = %T, want an error", p)
	}
}
