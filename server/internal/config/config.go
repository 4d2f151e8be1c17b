// Package config reads Parley's settings from flags and the environment, checks
// them, and reports every mistake at once, so that an operator corrects a
// set-up in one round rather than in five.
package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"net/netip"
	"path/filepath"
	"strings"

	"golang.org/x/text/language"

	"parley/scheduling"
)

// Config holds all settings, checked and ready to use. The table in setting.go
// says which flag and which variable fills each field.
type Config struct {
	// Addr is the address to listen on, host:port.
	Addr string
	// Data is the folder that holds everything Parley writes.
	Data string
	// Database is the address of a PostgreSQL database; empty means SQLite in
	// the data folder. It may hold a password, hence the type.
	Database Secret
	// BaseURL is the origin that links begin with: scheme, host and perhaps a
	// port, never a slash at the end. It is empty only when Addr asks for any
	// free port (port 0) and nothing was said: the listener then knows it.
	BaseURL string
	// SMTP says how mails leave. Its zero value means: not at all, they are
	// written into MailFolder.
	SMTP SMTP
	// MailFrom is the sender of every mail.
	MailFrom mail.Address
	// Secret is the key as it was given, at least 32 bytes, or empty: see Key.
	Secret Secret
	// RecordSecret is the key of the records as it was given, in hexadecimal, or
	// empty: see RecordKey.
	RecordSecret Secret
	// SealSecret is the key for sealed answers as it was given, at least 32
	// bytes, or empty: see SealKey.
	SealSecret Secret
	// FetchAllow are the networks, besides the public Internet, that webhooks may
	// lead to.
	FetchAllow []netip.Prefix
	// TrustedProxies are the addresses whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// LogLevel is the least severe level that is logged.
	LogLevel slog.Level
	// LogJSON asks for one JSON object a line instead of text.
	LogJSON bool
	// OfficeName names the office that runs this server, to people.
	OfficeName string
	// OfficeContact says how to reach that office; error pages show it.
	OfficeContact string
	// Language is the language of people who have not chosen one.
	Language language.Tag

	// Keep is how long what is no longer needed is kept.
	Keep scheduling.Retention

	given map[string]bool
}

// Given reports whether a setting was given, by flag or by variable, rather
// than left to its default. The name is that of the flag.
func (c *Config) Given(name string) bool { return c.given[name] }

// PostgreSQL reports whether the data are in a PostgreSQL database rather than
// in SQLite.
func (c *Config) PostgreSQL() bool { return c.Database != "" }

// Secure reports whether people reach the server by https.
func (c *Config) Secure() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// SQLiteFile is the path of the SQLite database.
func (c *Config) SQLiteFile() string { return filepath.Join(c.Data, "parley.db") }

// MailFolder is the folder that mails are written to when there is no SMTP
// server.
func (c *Config) MailFolder() string { return filepath.Join(c.Data, "mail") }

// A SettingError is a setting that cannot be used as it stands.
type SettingError struct {
	// Setting is the name by which the operator gave it, or would give it.
	Setting string
	// Value is what was given, without any password.
	Value string
	// Fix says what to change.
	Fix string
}

// Error says the setting, the value, and what to change.
func (m *SettingError) Error() string {
	if m.Value == "" {
		return fmt.Sprintf("%s: %s", m.Setting, m.Fix)
	}
	return fmt.Sprintf("%s is %q: %s", m.Setting, m.Value, m.Fix)
}

// Parse reads the settings of a subcommand from args and, where no flag is
// given, from the environment. A variable that is empty counts as absent.
// Extra declares flags that only this subcommand has; it may be nil.
//
// When the arguments ask for help, Parse writes it to stderr and returns
// [flag.ErrHelp]. Otherwise the error joins one [SettingError] for each setting that
// is wrong.
func Parse(command string, args []string, getenv func(string) string, stderr io.Writer, extra func(*flag.FlagSet)) (Config, error) {
	c := Config{Keep: scheduling.UsualRetention, given: map[string]bool{}}
	flags := flag.NewFlagSet("parley "+command, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the caller shows the error, with all others
	if extra != nil {
		extra(flags)
	}
	own := extraUsage(flags)

	table := settings()
	values := map[string]*string{}
	for _, s := range table {
		if s.flag != "" {
			values[s.flag] = flags.String(s.flag, "", s.help)
		}
	}
	var mistakes []error
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return c, errors.Join(err, usage(stderr, command, table, own))
	case err != nil:
		mistakes = append(mistakes, err)
	case flags.NArg() > 0:
		mistakes = append(mistakes, &SettingError{Setting: "argument", Value: flags.Arg(0), Fix: "settings are flags: parley " + command + " -h lists them"})
	}
	flags.Visit(func(f *flag.Flag) { c.given[f.Name] = true })

	for _, s := range table {
		value, source := s.def, s.name()
		switch {
		case s.flag != "" && c.given[s.flag]:
			value, source = *values[s.flag], "-"+s.flag
		case getenv(s.env) != "":
			value, source = getenv(s.env), s.env
			c.given[s.name()] = true
		}
		if value == "" {
			continue
		}
		if err := s.set(&c, value); err != nil {
			mistakes = append(mistakes, &SettingError{Setting: source, Value: s.shown(value), Fix: err.Error()})
		}
	}
	mistakes = append(mistakes, c.complete(command)...)
	return c, errors.Join(mistakes...)
}

// complete fills what depends on several settings and reports what does not
// fit together. It stays silent about settings that were refused already.
func (c *Config) complete(command string) []error {
	var mistakes []error
	if !c.given["base-url"] && c.Addr != "" {
		switch host, port := splitAddr(c.Addr); {
		case !loopback(host):
			mistakes = append(mistakes, &SettingError{Setting: "base-url (PARLEY_BASE_URL)", Fix: "say the address that people open, such as https://parley.example.org, because addr is not a loopback address"})
		case port != "0":
			c.BaseURL = "http://" + c.Addr
		}
	}
	if c.PostgreSQL() && command != "migrate" && !c.given["PARLEY_SECRET"] && !c.given["secret-file"] {
		mistakes = append(mistakes, &SettingError{Setting: "secret-file (PARLEY_SECRET_FILE)", Fix: "a PostgreSQL database may have several servers, which must share one key: put at least 32 random bytes into a file, for example with `openssl rand -base64 48`"})
	}
	if c.SMTP.Host == "" {
		if c.given["smtp-user"] || c.given["smtp-password-file"] || c.given["PARLEY_SMTP_PASSWORD"] {
			if !c.given["smtp"] {
				mistakes = append(mistakes, &SettingError{Setting: "smtp (PARLEY_SMTP)", Fix: "there is a user or a password for a mail server, but no mail server: give its address, such as smtp://mail.example.org:587"})
			}
		}
		return mistakes
	}
	if (c.SMTP.User == "") != (c.SMTP.Password == "") {
		mistakes = append(mistakes, &SettingError{Setting: "smtp-user (PARLEY_SMTP_USER)", Fix: "give the user and the password of the mail server, or neither"})
	}
	if !c.given["mail-from"] {
		mistakes = append(mistakes, &SettingError{Setting: "mail-from (PARLEY_MAIL_FROM)", Fix: `say who the mails come from, such as "Conference office <office@example.org>"`})
	}
	return mistakes
}
