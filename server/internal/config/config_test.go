package config_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/language"

	"parley/scheduling"
	"parley/server/internal/config"
)

var update = flag.Bool("update", false, "write docs/configuration.md anew")

const longKey = "0123456789abcdef0123456789abcdef"

// parse reads settings from arguments and from an environment of its own.
func parse(t *testing.T, env map[string]string, args ...string) (config.Config, error) {
	t.Helper()
	return config.Parse("serve", args, func(name string) string { return env[name] }, io.Discard, nil)
}

func TestDefaultsAreSafe(t *testing.T) {
	t.Parallel()
	got, err := parse(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Keep:     scheduling.UsualRetention,
		Addr:     "127.0.0.1:8080",
		Data:     "parley-data",
		BaseURL:  "http://127.0.0.1:8080",
		MailFrom: mail.Address{Name: "Parley", Address: "parley@localhost"},
		LogLevel: slog.LevelInfo,
		Language: language.English,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(config.Config{}), cmp.Comparer(sameTag)); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if got.PostgreSQL() || got.Secure() || got.Given("addr") {
		t.Errorf("PostgreSQL, Secure, Given = %v, %v, %v, want none", got.PostgreSQL(), got.Secure(), got.Given("addr"))
	}
}

func sameTag(a, b language.Tag) bool { return a.String() == b.String() }

func TestEverySettingIsRead(t *testing.T) {
	t.Parallel()
	secretFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(secretFile, []byte("  "+longKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{
		"PARLEY_ADDR":            "0.0.0.0:80",
		"PARLEY_BASE_URL":        "https://parley.example.org/",
		"PARLEY_DATA":            "/srv/parley/",
		"PARLEY_DATABASE":        "postgres://parley:pw@db.example.org/parley",
		"PARLEY_SECRET_FILE":     secretFile,
		"PARLEY_SEAL_KEY_FILE":   secretFile,
		"PARLEY_SMTP":            "smtps://mail.example.org",
		"PARLEY_SMTP_USER":       "from the environment",
		"PARLEY_SMTP_PASSWORD":   "p@ss",
		"PARLEY_MAIL_FROM":       "Office <office@example.org>",
		"PARLEY_TRUSTED_PROXIES": "10.1.2.3/8, 192.0.2.7",
		"PARLEY_LOG_LEVEL":       "WARN",
		"PARLEY_LOG_FORMAT":      "json",
		"PARLEY_OFFICE_NAME":     "Secrétariat",
		"PARLEY_OFFICE_CONTACT":  "+41 22 000 00 00",
		"PARLEY_LANGUAGE":        "fr",
	}
	got, err := parse(t, env, "-smtp-user", "from the flag")
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Keep: scheduling.UsualRetention,
		Addr: "0.0.0.0:80", BaseURL: "https://parley.example.org", Data: "/srv/parley",
		Database: "postgres://parley:pw@db.example.org/parley", Secret: longKey, SealSecret: longKey,
		SMTP:           config.SMTP{TLS: config.Implicit, Host: "mail.example.org", Port: "465", User: "from the flag", Password: "p@ss"},
		MailFrom:       mail.Address{Name: "Office", Address: "office@example.org"},
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32")},
		LogLevel:       slog.LevelWarn, LogJSON: true,
		OfficeName: "Secrétariat", OfficeContact: "+41 22 000 00 00", Language: language.French,
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(config.Config{}), cmp.Comparer(sameTag), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if !got.PostgreSQL() || !got.Secure() || !got.Given("addr") || !got.Given("smtp-user") || got.Given("smtp-password-file") {
		t.Error("PostgreSQL, Secure or Given is wrong")
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	type env = map[string]string
	for name, tc := range map[string]struct {
		env  env
		args []string
		want []string // the beginning of each mistake, in order
	}{
		"three mistakes, three messages": {
			env:  env{"PARLEY_ADDR": "8080", "PARLEY_LOG_LEVEL": "loud"},
			args: []string{"-base-url", "http://parley.example.org"},
			want: []string{`PARLEY_ADDR is "8080": want host:port`, `-base-url is "http://parley.example.org": use https`, `PARLEY_LOG_LEVEL is "loud": want debug`},
		},
		"unknown flag beside a wrong value": {
			env:  env{"PARLEY_LOG_FORMAT": "xml"},
			args: []string{"-adr", "x"},
			want: []string{"flag provided but not defined: -adr", `PARLEY_LOG_FORMAT is "xml"`},
		},
		"argument":                   {args: []string{"now"}, want: []string{`argument is "now"`}},
		"port too high":              {env: env{"PARLEY_ADDR": "127.0.0.1:70000"}, want: []string{"PARLEY_ADDR is"}},
		"open address, no base URL":  {env: env{"PARLEY_ADDR": ":8080"}, want: []string{"base-url (PARLEY_BASE_URL): say the address"}},
		"base URL with a path":       {env: env{"PARLEY_BASE_URL": "https://x.example/parley"}, want: []string{"PARLEY_BASE_URL is"}},
		"base URL without a host":    {env: env{"PARLEY_BASE_URL": "https:///"}, want: []string{"PARLEY_BASE_URL is"}},
		"MySQL":                      {env: env{"PARLEY_DATABASE": "mysql://h/x"}, want: []string{`PARLEY_DATABASE is "mysql://h/x": want postgres`}},
		"PostgreSQL without a key":   {env: env{"PARLEY_DATABASE": "postgres://h/x"}, want: []string{"secret-file (PARLEY_SECRET_FILE): a PostgreSQL"}},
		"short key":                  {env: env{"PARLEY_SECRET": "short"}, want: []string{"PARLEY_SECRET: the key has 5 bytes"}},
		"short seal key":             {env: env{"PARLEY_SEAL_KEY": "short"}, want: []string{"PARLEY_SEAL_KEY: the key has 5 bytes"}},
		"key file missing":           {env: env{"PARLEY_SECRET_FILE": "/nowhere/key"}, want: []string{`PARLEY_SECRET_FILE is "/nowhere/key": the file must be readable`}},
		"data is a file":             {env: env{"PARLEY_DATA": "config_test.go"}, want: []string{"PARLEY_DATA is"}},
		"mail server without scheme": {env: env{"PARLEY_SMTP": "mail.example.org:25"}, want: []string{`PARLEY_SMTP is "mail.example.org:25"`}},
		"mail server with a path":    {env: env{"PARLEY_SMTP": "smtp://mail.example.org/x"}, want: []string{"PARLEY_SMTP is"}},
		"mail server, port 0":        {env: env{"PARLEY_SMTP": "smtp://mail.example.org:0"}, want: []string{"PARLEY_SMTP is"}},
		"mail server, no sender":     {env: env{"PARLEY_SMTP": "smtp://mail.example.org"}, want: []string{"mail-from (PARLEY_MAIL_FROM): say who"}},
		"user without a password": {
			env:  env{"PARLEY_SMTP": "smtp://u@mail.example.org", "PARLEY_MAIL_FROM": "a@b.example"},
			want: []string{"smtp-user (PARLEY_SMTP_USER): give the user and the password"},
		},
		"password without a server": {env: env{"PARLEY_SMTP_PASSWORD": "x"}, want: []string{"smtp (PARLEY_SMTP): there is a user or a password"}},
		"sender is no address":      {env: env{"PARLEY_MAIL_FROM": "the office"}, want: []string{"PARLEY_MAIL_FROM is"}},
		"proxy is a name":           {env: env{"PARLEY_TRUSTED_PROXIES": "proxy"}, want: []string{"PARLEY_TRUSTED_PROXIES is"}},
		"everybody is a proxy":      {env: env{"PARLEY_TRUSTED_PROXIES": "0.0.0.0/0"}, want: []string{"PARLEY_TRUSTED_PROXIES is"}},
		"two lines of contact":      {env: env{"PARLEY_OFFICE_CONTACT": "a\nb"}, want: []string{"PARLEY_OFFICE_CONTACT is"}},
		"no language":               {env: env{"PARLEY_LANGUAGE": "french!"}, want: []string{"PARLEY_LANGUAGE is"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, tc.env, tc.args...)
			var got []string
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				for _, e := range joined.Unwrap() {
					got = append(got, e.Error())
				}
			}
			if len(got) != len(tc.want) {
				t.Fatalf("mistakes = %q, want %d: %q", got, len(tc.want), tc.want)
			}
			for i, want := range tc.want {
				if !strings.HasPrefix(got[i], want) {
					t.Errorf("mistake %d = %q, want it to begin %q", i, got[i], want)
				}
			}
		})
	}
}

func TestAllowedTogether(t *testing.T) {
	t.Parallel()
	type env = map[string]string
	for name, tc := range map[string]struct {
		command string
		env     env
		baseURL string
	}{
		"plain http on this machine":             {command: "serve", env: env{"PARLEY_BASE_URL": "http://localhost:9000"}, baseURL: "http://localhost:9000"},
		"IPv6":                                   {command: "serve", env: env{"PARLEY_ADDR": "[::1]:8080"}, baseURL: "http://[::1]:8080"},
		"any port: the listener knows":           {command: "serve", env: env{"PARLEY_ADDR": "127.0.0.1:0"}},
		"open address behind a proxy":            {command: "serve", env: env{"PARLEY_ADDR": ":8080", "PARLEY_BASE_URL": "https://p.example"}, baseURL: "https://p.example"},
		"PostgreSQL on a socket of this machine": {env: env{"PARLEY_DATABASE": "postgres://parley@/parley?host=/run/postgresql", "PARLEY_SECRET": longKey}, baseURL: "http://127.0.0.1:8080"},
		"migrating PostgreSQL needs no key":      {command: "migrate", env: env{"PARLEY_DATABASE": "postgres://h/x"}, baseURL: "http://127.0.0.1:8080"},
		"empty variables count as absent":        {command: "serve", env: env{"PARLEY_SMTP": "", "PARLEY_ADDR": ""}, baseURL: "http://127.0.0.1:8080"},
		"mail server on this machine":            {command: "serve", env: env{"PARLEY_SMTP": "smtp://127.0.0.1:2525", "PARLEY_MAIL_FROM": "a@b.example"}, baseURL: "http://127.0.0.1:8080"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := config.Parse(tc.command, nil, func(n string) string { return tc.env[n] }, io.Discard, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.BaseURL != tc.baseURL {
				t.Errorf("base URL = %q, want %q", got.BaseURL, tc.baseURL)
			}
		})
	}
}

func TestMustEncrypt(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"smtp://mail.example.org":          false,
		"smtp://u:p@mail.example.org":      true,
		"smtp://u:p@127.0.0.1:25":          false,
		"smtp://u:p@localhost:25":          false,
		"smtp+starttls://127.0.0.1:25":     true,
		"smtp+starttls://mail.example.org": true,
	} {
		c, err := parse(t, map[string]string{"PARLEY_SMTP": address, "PARLEY_MAIL_FROM": "a@b.example"})
		if err != nil {
			t.Fatal(err)
		}
		if got := c.SMTP.MustEncrypt(); got != want {
			t.Errorf("%s: MustEncrypt() = %v, want %v", address, got, want)
		}
	}
}

// Whatever is wrong, and however it is printed, no password is in it.
func TestPasswordsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	const marker = "hunter2"
	for _, value := range []string{
		"postgres://u:" + marker + "@h/x",
		"mysql://u:" + marker + "@h/x",
		"mysql://h/x?password=" + marker,
		"host=h password=" + marker,
		"smtp://u:" + marker + "@h:port",
		"smtp:u:" + marker + "@h",
		"http://u:" + marker + "@h",
		"smtp://u:" + marker + "%zz@h",
		"smtp://u:" + marker + "@h:25",
		marker,
	} {
		for _, name := range []string{"PARLEY_DATABASE", "PARLEY_SMTP", "PARLEY_BASE_URL", "PARLEY_SECRET", "PARLEY_SMTP_PASSWORD"} {
			if value == marker && name != "PARLEY_SECRET" && name != "PARLEY_SMTP_PASSWORD" {
				continue // a bare word in the place of an address is no password
			}
			c, err := parse(t, map[string]string{name: value})
			asJSON, jsonErr := json.Marshal(c)
			if jsonErr != nil {
				t.Fatal(jsonErr)
			}
			var log strings.Builder
			slog.New(slog.NewTextHandler(&log, nil)).Info("settings", "all", c, "smtp", c.SMTP.Password, "database", c.Database)
			all := fmt.Sprintf("%v|%+v|%#v|%s|%v|%s", c, c, c, asJSON, err, log.String())
			if strings.Contains(all, marker) {
				t.Errorf("%s=%q shows its password: %s", name, value, all)
			}
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	_, err := config.Parse("demo", []string{"-h"}, func(string) string { return "" }, &out, func(f *flag.FlagSet) {
		f.Bool("fresh", false, "begin with an empty folder")
	})
	if !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("error = %v, want flag.ErrHelp", err)
	}
	for _, want := range []string{"parley demo", "-fresh", "begin with an empty folder", "-addr, PARLEY_ADDR", `(default "127.0.0.1:8080")`, "  PARLEY_SECRET\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help lacks %q:\n%s", want, out.String())
		}
	}
}

func TestExtraFlags(t *testing.T) {
	t.Parallel()
	var fresh *bool
	c, err := config.Parse("demo", []string{"-fresh", "-addr", "127.0.0.1:0"}, func(string) string { return "" }, io.Discard, func(f *flag.FlagSet) {
		fresh = f.Bool("fresh", false, "")
	})
	if err != nil || !*fresh || c.Addr != "127.0.0.1:0" {
		t.Errorf("fresh, addr, error = %v, %q, %v, want true, 127.0.0.1:0, none", *fresh, c.Addr, err)
	}
}

func TestKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	c := config.Config{Data: filepath.Join(t.TempDir(), "new")}
	keys := make([]string, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			key, err := c.Key()
			if err != nil {
				t.Error(err)
			}
			keys[i] = string(key)
		})
	}
	wg.Wait()
	for _, key := range keys {
		if key != keys[0] || len(key) < 32 {
			t.Fatalf("keys = %q, want eight times the same long one", keys)
		}
	}
	info, err := os.Stat(filepath.Join(c.Data, "secret"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v (%v), want 0600", info.Mode(), err)
	}
	if files, _ := os.ReadDir(c.Data); len(files) != 1 {
		t.Errorf("files = %v, want the key alone", files)
	}
}

func TestKeyFileCutShort(t *testing.T) {
	t.Parallel()
	c := config.Config{Data: t.TempDir()}
	if err := os.WriteFile(filepath.Join(c.Data, "secret"), []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if key, err := c.Key(); err == nil {
		t.Errorf("Key() = %q, want an error", key)
	}
	c.Secret = longKey
	if key, err := c.Key(); err != nil || string(key) != longKey {
		t.Errorf("Key() = %q, %v, want the given key", key, err)
	}
}

func TestSealKey(t *testing.T) {
	t.Parallel()
	file := config.Config{Data: t.TempDir()}
	made, err := file.SealKey()
	again, errAgain := file.SealKey()
	if err != nil || errAgain != nil || len(made) < 32 || string(made) != string(again) {
		t.Errorf("SealKey() = %q, %v, then %q, %v; want one long key", made, err, again, errAgain)
	}
	other, err := file.Key()
	if err != nil || string(other) == string(made) {
		t.Errorf("Key() = %q, %v: want another one than SealKey()", other, err)
	}
	shared := config.Config{Data: t.TempDir(), Database: "postgres://h/x", Secret: longKey}
	derived, err := shared.SealKey()
	if err != nil || len(derived) < 32 || string(derived) == longKey {
		t.Errorf("SealKey() = %q, %v, want a derived key", derived, err)
	}
	if files, _ := os.ReadDir(shared.Data); len(files) != 0 {
		t.Errorf("files = %v: several servers cannot share one of them", files)
	}
	shared.SealSecret = longKey
	if key, err := shared.SealKey(); err != nil || string(key) != longKey {
		t.Errorf("SealKey() = %q, %v, want the given one", key, err)
	}
}

func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	const page = "../../docs/configuration.md"
	want := config.Reference()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/configuration.md is stale: run go test ./server/internal/config -update (-want +got):\n%s", diff)
	}
}

func TestRecordKey(t *testing.T) {
	t.Parallel()
	c := config.Config{Data: t.TempDir()}
	made, err := c.RecordKey()
	if err != nil || len(made) != 32 {
		t.Fatalf("RecordKey() has %d bytes, error %v", len(made), err)
	}
	if again, err := c.RecordKey(); err != nil || !bytes.Equal(again, made) {
		t.Errorf("RecordKey() = %x, %v, want %x as before", again, err, made)
	}
	info, err := os.Stat(filepath.Join(c.Data, "record.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v (%v), want 0600", info.Mode(), err)
	}
	servers := config.Config{Data: t.TempDir(), Database: "postgres://db/parley", Secret: longKey}
	other := servers
	other.Data = t.TempDir()
	first, _ := servers.RecordKey()
	if second, err := other.RecordKey(); err != nil || !bytes.Equal(first, second) || len(first) != 32 {
		t.Errorf("two servers of one database sign with %x and %x, error %v", first, second, err)
	}
	given := config.Config{Data: t.TempDir(), RecordSecret: config.Secret(strings.Repeat("ab", 32))}
	if key, err := given.RecordKey(); err != nil || !bytes.Equal(key, bytes.Repeat([]byte{0xab}, 32)) {
		t.Errorf("RecordKey() = %x, %v, want the given key", key, err)
	}
	given.RecordSecret = "ab"
	if key, err := given.RecordKey(); err == nil {
		t.Errorf("RecordKey() = %x, want an error", key)
	}
}
