package config

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"
)

// A setting is one line of the reference: how it is given, what it means, and
// how its text becomes a field of Config.
type setting struct {
	flag   string // "" = environment only, because arguments show in process lists
	env    string
	def    string
	help   string // one line, for -h
	more   string // sentences that only the reference has
	secret bool   // the value is never shown
	url    bool   // the value may hold a password
	set    func(c *Config, value string) error
}

// shown is what of a value may be printed.
func (s setting) shown(value string) string {
	switch {
	case s.secret:
		return ""
	case s.url:
		return redact(value)
	default:
		return value
	}
}

// name is how the setting is known: its flag, or else its variable.
func (s setting) name() string { return cmp.Or(s.flag, s.env) }

// settings is the table of all settings. Order matters where two of them fill
// one field: the later wins.
func settings() []setting {
	return []setting{
		{
			flag: "addr", env: "PARLEY_ADDR", def: "127.0.0.1:8080",
			help: "address to listen on, host:port",
			more: "Parley speaks plain HTTP and expects a proxy with TLS in front of it when others than this machine are to reach it. Port 0 takes any free port.",
			set:  setAddr,
		},
		{
			flag: "base-url", env: "PARLEY_BASE_URL", url: true,
			help: "address that people open; links and calendars begin with it",
			more: "Scheme and host, without a path. Must be https unless the host is this machine. Default: `http://` and `addr`, as long as that is a loopback address. The Host header of a request is never used for links.",
			set:  setBaseURL,
		},
		{
			flag: "data", env: "PARLEY_DATA", def: "parley-data",
			help: "folder for everything that Parley writes",
			more: "Created at first start, readable by its owner only. With SQLite it holds the database, so back it up.",
			set:  setData,
		},
		{
			flag: "database", env: "PARLEY_DATABASE", url: true,
			help: "PostgreSQL, as postgres://user:password@host/name; SQLite in the data folder when empty",
			more: "PostgreSQL 15 or later. Several servers may share one database.",
			set:  setDatabase,
		},
		{
			env: "PARLEY_SECRET", secret: true,
			help: "key from which private links are derived, at least 32 bytes",
			more: "Required with PostgreSQL, the same for all servers of one database. Whoever has it and the database can sign in as anybody, so keep it out of the backups of the database. With SQLite a key is made at first start and kept in the file `secret` of the data folder.",
			set:  setSecret,
		},
		{
			flag: "secret-file", env: "PARLEY_SECRET_FILE",
			help: "file that holds the key",
			more: "The better way to give the key: the environment of a process is easier to see than a file. White space around the key is ignored.",
			set:  fromFile(setSecret),
		},
		{
			env: "PARLEY_RECORD_KEY", secret: true,
			help: "key that signs the records of negotiations: 32 bytes in hexadecimal",
			more: "Parties check records with its public half, which `parley record key` prints, so it should stay the same for the life of the installation. With SQLite a key is made at first start and kept in the file `record.key` of the data folder. With PostgreSQL it follows from `PARLEY_SECRET` unless it is given.",
			set:  setRecordKey,
		},
		{
			flag: "record-key-file", env: "PARLEY_RECORD_KEY_FILE",
			help: "file that holds the key of the records",
			more: "White space around the key is ignored.",
			set:  fromFile(setRecordKey),
		},
		{
			env: "PARLEY_SEAL_KEY", secret: true,
			help: "key that sealed answers are encrypted with, at least 32 bytes",
			more: "Keep it apart from the database and from its backups: without it nobody can read what is sealed, and if it is lost nobody ever will. With SQLite a key is made at first start and kept in the file `seal-key` of the data folder. With PostgreSQL all servers need the same one; when none is given it is derived from `PARLEY_SECRET`, which must then not change while answers are sealed.",
			set:  setSealKey,
		},
		{
			flag: "seal-key-file", env: "PARLEY_SEAL_KEY_FILE",
			help: "file that holds the key for sealed answers",
			more: "White space around the key is ignored.",
			set:  fromFile(setSealKey),
		},
		{
			flag: "smtp", env: "PARLEY_SMTP", url: true,
			help: "mail server: smtp://, smtp+starttls:// or smtps://host:port",
			more: "`smtps` is TLS from the first byte (port 465 unless said). `smtp+starttls` insists on STARTTLS (port 587). `smtp` uses STARTTLS when the server offers it (port 587) and insists on it before it sends a password to another machine. User and password may stand in the address. When empty, mails are not sent but written to the folder `mail` of the data folder, and the pages say so.",
			set:  setSMTP,
		},
		{
			flag: "smtp-user", env: "PARLEY_SMTP_USER",
			help: "user at the mail server",
			set:  func(c *Config, v string) error { c.SMTP.User = v; return nil },
		},
		{
			env: "PARLEY_SMTP_PASSWORD", secret: true,
			help: "password at the mail server",
			set:  setSMTPPassword,
		},
		{
			flag: "smtp-password-file", env: "PARLEY_SMTP_PASSWORD_FILE",
			help: "file that holds the password at the mail server",
			more: "White space around the password is ignored.",
			set:  fromFile(setSMTPPassword),
		},
		{
			flag: "mail-from", env: "PARLEY_MAIL_FROM", def: "Parley <parley@localhost>",
			help: `sender of every mail, "Name <address>"`,
			more: "Required with `smtp`. The mail server must be allowed to send for this address (SPF, DKIM), or the invitations end in junk folders.",
			set:  setMailFrom,
		},
		{
			flag: "fetch-allow-cidr", env: "PARLEY_FETCH_ALLOW_CIDR",
			help: "networks inside the house that webhooks may lead to, by comma",
			more: "Ranges such as `10.1.0.0/16`. None by default: addresses that members register are called on the public Internet alone, at ports 80 and 443.",
			set:  setFetchAllow,
		},
		{
			flag: "trusted-proxies", env: "PARLEY_TRUSTED_PROXIES",
			help: "addresses of proxies whose X-Forwarded-For is believed, by comma",
			more: "Single addresses or ranges such as `10.0.0.0/8`. None by default: limits by address then see the proxy and not the visitor.",
			set:  setTrustedProxies,
		},
		{
			flag: "log-level", env: "PARLEY_LOG_LEVEL", def: "info",
			help: "least severe level to log: debug, info, warn or error",
			set:  setLogLevel,
		},
		{
			flag: "log-format", env: "PARLEY_LOG_FORMAT", def: "text",
			help: "shape of the log: text or json",
			set:  setLogFormat,
		},
		{
			flag: "office-name", env: "PARLEY_OFFICE_NAME",
			help: "name of the office that runs this server",
			more: "Shown to people, for example “Conference secretariat”.",
			set:  func(c *Config, v string) (err error) { c.OfficeName, err = line(v); return err },
		},
		{
			flag: "office-contact", env: "PARLEY_OFFICE_CONTACT",
			help: "how to reach that office; shown on error pages",
			more: "An e-mail address, a telephone number, or both.",
			set:  func(c *Config, v string) (err error) { c.OfficeContact, err = line(v); return err },
		},
		{
			flag: "language", env: "PARLEY_LANGUAGE", def: "en",
			help: "language for people who have not chosen one, such as en or fr",
			set:  setLanguage,
		},
		{
			flag: "keep-concluded", env: "PARLEY_KEEP_CONCLUDED", def: "365",
			help: "days for which the texts of concluded talks are kept; 0 is for ever",
			more: "After that what people wrote (titles, papers, reasons, names, addresses) is removed. What was decided, by which party and when, stays.",
			set:  setDays(func(c *Config) *time.Duration { return &c.Keep.Concluded }),
		},
		{
			flag: "keep-mail", env: "PARLEY_KEEP_MAIL", def: "90",
			help: "days for which mails are kept after they were sent; 0 is for ever",
			more: "Mails that still wait to be sent are not removed.",
			set:  setDays(func(c *Config) *time.Duration { return &c.Keep.Mail }),
		},
	}
}

// fromFile turns a setting into the one that names a file with its value.
func fromFile(set func(*Config, string) error) func(*Config, string) error {
	return func(c *Config, path string) error {
		b, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			return fmt.Errorf("the file must be readable: %w", err)
		}
		return set(c, strings.TrimSpace(string(b)))
	}
}

func setAddr(c *Config, v string) error {
	_, port, err := net.SplitHostPort(v)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return errors.New("want host:port with a port from 0 to 65535, such as 127.0.0.1:8080")
	}
	c.Addr = v
	return nil
}

func setBaseURL(c *Config, v string) error {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return errors.New("want scheme and host, such as https://parley.example.org")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/"):
		return errors.New("leave only scheme and host: Parley cannot live below a path")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("use https: links in mails carry secrets that nobody on the way may read")
	}
	c.BaseURL = u.Scheme + "://" + u.Host
	return nil
}

func setData(c *Config, v string) error {
	if info, err := os.Stat(v); err == nil && !info.IsDir() {
		return errors.New("want a folder, this is a file")
	}
	c.Data = filepath.Clean(v)
	return nil
}

func setDatabase(c *Config, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" && u.Query().Get("host") == "" || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return errors.New("want postgres://user:password@host/name, or nothing for SQLite")
	}
	c.Database = Secret(v)
	return nil
}

func setSecret(c *Config, v string) error {
	if len(v) < keySize {
		return fmt.Errorf("the key has %d bytes: want at least %d random ones, for example from `openssl rand -base64 48`", len(v), keySize)
	}
	c.Secret = Secret(v)
	return nil
}

func setRecordKey(c *Config, v string) error {
	if raw, err := hex.DecodeString(v); err != nil || len(raw) != seedSize {
		return errors.New("want 32 random bytes in hexadecimal, for example from `openssl rand -hex 32`")
	}
	c.RecordSecret = Secret(v)
	return nil
}

func setSealKey(c *Config, v string) error {
	if len(v) < keySize {
		return fmt.Errorf("the key has %d bytes: want at least %d random ones, for example from `openssl rand -base64 48`", len(v), keySize)
	}
	c.SealSecret = Secret(v)
	return nil
}

func setSMTPPassword(c *Config, v string) error {
	if v == "" {
		return errors.New("the password is empty")
	}
	c.SMTP.Password = Secret(v)
	return nil
}

func setMailFrom(c *Config, v string) error {
	a, err := mail.ParseAddress(v)
	if err != nil {
		return errors.New(`want "Name <address>" or a bare address`)
	}
	c.MailFrom = *a
	return nil
}

func setFetchAllow(c *Config, v string) error {
	for part := range strings.SplitSeq(v, ",") {
		p, err := netip.ParsePrefix(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("%q is no network: want a range such as 10.1.0.0/16", strings.TrimSpace(part))
		}
		c.FetchAllow = append(c.FetchAllow, p.Masked())
	}
	return nil
}

func setTrustedProxies(c *Config, v string) error {
	for part := range strings.SplitSeq(v, ",") {
		part = strings.TrimSpace(part)
		if addr, err := netip.ParseAddr(part); err == nil {
			c.TrustedProxies = append(c.TrustedProxies, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a range: want 10.0.0.0/8 or 192.0.2.7, divided by commas", part)
		}
		if p.Bits() == 0 {
			return fmt.Errorf("%q trusts everybody: name the proxies", part)
		}
		c.TrustedProxies = append(c.TrustedProxies, p.Masked())
	}
	return nil
}

func setLogLevel(c *Config, v string) error {
	level, ok := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}[strings.ToLower(v)]
	if !ok {
		return errors.New("want debug, info, warn or error")
	}
	c.LogLevel = level
	return nil
}

func setLogFormat(c *Config, v string) error {
	if v != "text" && v != "json" {
		return errors.New("want text or json")
	}
	c.LogJSON = v == "json"
	return nil
}

func setLanguage(c *Config, v string) error {
	tag, err := language.Parse(v)
	if err != nil {
		return errors.New("want a language tag such as en or fr")
	}
	c.Language = tag
	return nil
}

// setDays reads a number of days into the span that to points at.
func setDays(to func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, v string) error {
		const most = 36500
		days, err := strconv.Atoi(v)
		if err != nil || days < 0 || days > most {
			return fmt.Errorf("want a number of days from 0 to %d", most)
		}
		*to(c) = time.Duration(days) * 24 * time.Hour
		return nil
	}
}

// line accepts one line of text that can be shown to people.
func line(v string) (string, error) {
	const most = 200
	if utf8.RuneCountInString(v) > most || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
		return "", fmt.Errorf("want one line of at most %d characters", most)
	}
	return strings.TrimSpace(v), nil
}

func splitAddr(addr string) (host, port string) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", ""
	}
	return host, port
}

// loopback reports whether host means this machine and nobody else's.
func loopback(host string) bool {
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return addr.Unmap().IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
