package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/scheduling/record"
	"parley/scheduling/schedulingtest"
)

func TestVerifyCommand(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	key := schedulingtest.RecordKey()
	document := record.Document{Format: "parley record 1", Negotiation: "talks", Logs: []record.LogDocument{{Log: record.Shared, Heads: []record.Given{}, Entries: []record.Entry{}}}}
	var files []record.File
	for name, v := range map[string]any{record.RecordFile: document, record.ViewFile: record.View{ID: "talks"}} {
		data, err := record.JSON(v)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, record.File{Name: name, Data: data})
	}
	export, err := record.WriteExport("talks", append(files, record.File{Name: record.KeyFile, Data: []byte(key.Public())}), key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, keyFile := write("good.zip", export), write("key.txt", []byte(key.Public()+"\n"))
	bad := write("bad.zip", bytes.Replace(export, []byte("talks"), []byte("walks"), 1))
	text := write("text.txt", []byte("no head"))
	for name, tc := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		"with the key":      {[]string{"-key", key.Public(), good}, exitOK, "verified.", ""},
		"with its file":     {[]string{"-key", keyFile, good}, exitOK, "verified.", ""},
		"with its own key":  {[]string{good}, exitOK, "verified.", "Warning"},
		"two":               {[]string{"-key", keyFile, good, good}, exitOK, "verified.", ""},
		"a changed one":     {[]string{"-key", keyFile, bad}, exitFailed, "FAULT in manifest.txt", ""},
		"no key":            {[]string{"-key", "x", good}, exitFailed, "", "not a public key"},
		"a missing one":     {[]string{"-key", keyFile, good + "x"}, exitFailed, "", "no such file"},
		"a text for a head": {[]string{"-key", keyFile, "-head", text, good}, exitUsage, "", "there is no head"},
		"nothing":           {nil, exitUsage, "", "Usage"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, said bytes.Buffer
			status := verify(t.Context(), tc.args, process{stdout: &out, stderr: &said})
			if status != tc.status || !strings.Contains(out.String(), tc.stdout) || !strings.Contains(said.String(), tc.stderr) {
				t.Errorf("got %d\n%s\n%s", status, out.String(), said.String())
			}
		})
	}
}

func TestRecordCommand(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var first, second, said bytes.Buffer
	for _, out := range []*bytes.Buffer{&first, &second} {
		if status := recordCommand(t.Context(), []string{"key", "-data", folder}, process{getenv: func(string) string { return "" }, stdout: out, stderr: &said}); status != exitOK {
			t.Fatalf("status %d: %s", status, said.String())
		}
	}
	if first.String() != second.String() {
		t.Error("the key is another one the second time")
	}
	if _, err := record.NewVerifier(first.String()); err != nil {
		t.Errorf("%q: %v", first.String(), err)
	}
	if status := recordCommand(t.Context(), nil, process{stdout: &first, stderr: &said}); status != exitUsage {
		t.Errorf("status %d without arguments", status)
	}
}
