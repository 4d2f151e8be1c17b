// Package storetest gives tests databases to work on: SQLite files, and
// databases of a PostgreSQL server that it starts for the test binary.
package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// SQLite is the path of a database file that does not exist yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "parley.db")
}

// PostgreSQL is the address of an empty database, which is dropped at the end
// of the test. It is on the server that TEST_POSTGRES names
// (postgres://user:password@host/database, of a user who may create
// databases), or on one that runs as long as the test binary. Where there is
// no PostgreSQL the test is skipped; in CI, where CI is set, it fails.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	address, err := server()
	switch {
	case errors.Is(err, errNone) && os.Getenv("CI") == "":
		t.Skipf("%v: install the package postgresql, or set TEST_POSTGRES", err)
	case err != nil:
		t.Fatalf("start PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("parley_test_%d_%d", os.Getpid(), databases.Add(1))
	run(t, address, "CREATE DATABASE "+name)
	t.Cleanup(func() { run(t, address, "DROP DATABASE "+name+" WITH (FORCE)") })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatalf("TEST_POSTGRES: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

var databases atomic.Int64

// run runs one statement on the server's own database.
func run(t testing.TB, address, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		t.Fatalf("PostgreSQL: %s: %v", statement, err)
	}
}

var errNone = errors.New("no PostgreSQL on this machine")

// server is the address of the server, started at the first call.
var server = sync.OnceValues(func() (string, error) {
	if address := os.Getenv("TEST_POSTGRES"); address != "" {
		return address, nil
	}
	bin, err := programs()
	if err != nil {
		return "", err
	}
	return start(bin)
})

// programs is the folder of PostgreSQL's programs, of the newest version.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.Join(errNone, err)
	}
	return filepath.Dir(slices.Max(found)), nil
}

// script runs the server until its own input ends, which it does when the test
// binary does, in whatever way; then it stops the server and cleans up.
const script = `
"$1/initdb" --pgdata="$2/data" --username=parley --auth=trust --encoding=UTF8 --locale=C --no-sync >"$2/log" 2>&1 || { cat "$2/log" >&2; exit 1; }
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c max_connections=300 -c shared_buffers=64MB >>"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$2"
`

func start(bin string) (string, error) {
	dir, err := os.MkdirTemp("", "parley-pg-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("/bin/sh", "-c", script, "sh", bin, dir) //nolint:noctx // it lives as long as the test binary
	cmd.Dir = dir
	if cmd.SysProcAttr, err = unprivileged(dir); err != nil {
		return "", err
	}
	// The writing end stays open, unused, until this process ends.
	if _, err := cmd.StdinPipe(); err != nil {
		return "", err
	}
	var problem bytes.Buffer
	cmd.Stderr = &problem
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	address := "postgres://parley@/postgres?" + url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode()
	db, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer db.Close()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if db.PingContext(context.Background()) == nil {
			return address, nil
		}
		select {
		case err := <-ended:
			return "", fmt.Errorf("PostgreSQL ended: %w: %s", err, problem.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return "", errors.New("PostgreSQL does not answer")
}

// unprivileged makes root run the server as user postgres, since PostgreSQL
// refuses root, and gives it the folder. Everybody else runs it as they are.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	own := &syscall.SysProcAttr{Setpgid: true} // an interrupt is for the tests, not for the server
	if os.Getuid() != 0 {
		return own, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.Join(errNone, err)
	}
	uid, errU := strconv.ParseUint(u.Uid, 10, 32)
	gid, errG := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(errU, errG, os.Chown(dir, int(uid), int(gid))); err != nil {
		return nil, err
	}
	own.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return own, nil
}
