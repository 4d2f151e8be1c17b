package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"parley/calendar"
	"parley/scheduling"
	"parley/scheduling/record"
	"parley/server/internal/config"
	"parley/server/internal/mailer"
	"parley/server/internal/outbox"
	"parley/server/internal/safefetch"
	"parley/server/internal/store"
	"parley/server/internal/webhook"
	"parley/web"
	"parley/web/locale"
	"parley/web/mail"
)

// A site is everything that runs behind one address: the store, the pages and
// the worker that sends.
type site struct {
	config   config.Config
	log      *slog.Logger
	now      func() time.Time
	listener net.Listener
	store    *store.Store
	catalogs *locale.Catalogs
	writer   *mail.Writer
	worker   *outbox.Worker
	caller   *webhook.Caller
	key      []byte
	record   record.Key
}

// openSite takes the address, opens the database, brings it up to date, and
// makes ready what serves and sends. Nothing is answered yet.
func openSite(ctx context.Context, c config.Config, p process) (_ *site, err error) {
	s := &site{config: c, now: p.now, log: newLog(c, p.stderr)}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("open the data folder: %w", err)
	}
	if s.key, err = c.Key(); err != nil {
		return nil, err
	}
	if s.record, err = recordKey(&c); err != nil {
		return nil, err
	}
	if s.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Addr); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if s.config.BaseURL == "" { // any free port was asked for
		s.config.BaseURL = "http://" + s.listener.Addr().String()
	}
	if s.catalogs, err = locale.Open(); err != nil {
		return nil, err
	}
	s.writer = mail.New(mail.Options{
		Catalogs: s.catalogs, Base: s.config.BaseURL, Office: c.OfficeName, Language: c.Language.String(), Secret: s.key,
		From: calendar.Mailbox{Name: c.MailFrom.Name, Address: c.MailFrom.Address},
	})
	database := c.SQLiteFile()
	if c.PostgreSQL() {
		database = c.Database.Reveal()
	}
	seal, err := c.SealKey()
	if err != nil {
		return nil, err
	}
	if s.store, err = store.Open(ctx, store.Options{Database: database, Now: p.now, Composer: s.writer, Key: s.record, Log: s.log, SealKey: seal}); err != nil {
		return nil, err
	}
	if err := s.store.Migrate(ctx); err != nil {
		return nil, err
	}
	if err := s.store.CheckSealed(ctx); err != nil { // all else works, so that it may start
		s.log.ErrorContext(ctx, "sealed answers cannot be read with this key", "err", err)
	}
	provider, err := mailer.Open(&s.config)
	if err != nil {
		return nil, err
	}
	s.worker = &outbox.Worker{
		Store: s.store, Mail: provider, From: c.MailFrom.Address, Render: s.writer.Render, Keep: s.config.Keep, Owner: rand.Text(), Now: p.now, Log: s.log,
	}
	s.caller = &webhook.Caller{
		Store: s.store, Client: safefetch.Client(s.reachable()), Owner: rand.Text(), Now: p.now, Log: s.log,
		Notice: func(n *scheduling.Negotiation, w scheduling.Webhook, e scheduling.Recorded) ([]byte, bool) {
			return web.WebhookNotice(s.key, n, w, e)
		},
		Secret: func(id scheduling.WebhookID) string { return web.WebhookSecret(s.key, id) },
	}
	return s, nil
}

// recordKey is the key that signs the records of negotiations.
func recordKey(c *config.Config) (record.Key, error) {
	seed, err := c.RecordKey()
	if err != nil {
		return record.Key{}, err
	}
	return record.NewKey(seed)
}

// reachable are the networks that webhooks may lead to besides the public
// Internet: this machine too, while the site itself is only there.
func (s *site) reachable() []netip.Prefix {
	allow := s.config.FetchAllow
	u, err := url.Parse(s.config.BaseURL)
	if err != nil || u.Scheme != "http" {
		return allow
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() || u.Hostname() == "localhost" {
		allow = append(slices.Clone(allow), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"))
	}
	return allow
}

// run serves pages and sends mail until ctx is done, then lets what is under
// way come to its end.
func (s *site) run(ctx context.Context, guests []web.Guest) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	proxies := make([]string, 0, len(s.config.TrustedProxies))
	for _, p := range s.config.TrustedProxies {
		proxies = append(proxies, p.String())
	}
	pages, err := web.New(web.Options{
		Now: s.now, Log: s.log, Store: s.store, Access: s.store, Outbox: s.store, Programs: s.store, Retainer: s.store, Ledger: s.store, Key: s.record, Secret: s.key, Ready: s.store.Ping,
		Register: s.store,
		BaseURL:  s.config.BaseURL, OfficeName: s.config.OfficeName, OfficeContact: s.config.OfficeContact,
		Language: s.config.Language.String(), TrustedProxies: proxies, Guests: guests,
	})
	if err != nil {
		return errors.Join(err, s.close())
	}
	server := web.HTTPServer(s.config.Addr, pages.Handler())

	var working sync.WaitGroup
	working.Go(func() { s.worker.Run(ctx) })
	working.Go(func() { s.caller.Run(ctx) })
	ended := make(chan error, 1)
	working.Go(func() { ended <- server.Serve(s.listener) })

	var failed error
	select {
	case <-ctx.Done():
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		failed = server.Shutdown(ending)
	case err := <-ended:
		if !errors.Is(err, http.ErrServerClosed) {
			failed = fmt.Errorf("serve: %w", err)
		}
	}
	stop()
	working.Wait()
	return errors.Join(failed, s.close())
}

// newLog writes to w in the form and from the level that the settings ask for.
func newLog(c config.Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// close lets go of the address and the database.
func (s *site) close() error {
	var failed []error
	if s.store != nil {
		failed = append(failed, s.store.Close())
	}
	if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
