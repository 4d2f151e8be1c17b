package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
)

const (
	// longestBody is how much a request may hold, in bytes.
	longestBody = 256 << 10
	// deepestBody is how deep objects and lists may lie in each other.
	deepestBody = 12
)

// readBody reads the body of a request, which has to be JSON, and puts a clean
// one in its place: without members that stand twice, which readers understand
// in different ways, and with its texts made safe to show. It gives what was
// sent, for the idempotency key.
func readBody(r *http.Request, clean func(string) string) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	sent, err := io.ReadAll(io.LimitReader(r.Body, longestBody+1))
	if _, large := errors.AsType[*http.MaxBytesError](err); large || len(sent) > longestBody {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errJSON
	}
	r.Body = io.NopCloser(bytes.NewReader(nil))
	if len(sent) == 0 {
		return nil, nil
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err != nil || media != "application/json" || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return nil, errMedia
	}
	d := json.NewDecoder(bytes.NewReader(sent))
	d.UseNumber()
	var out bytes.Buffer
	if err := copyJSON(&out, d, clean, 0); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errJSON
	}
	r.Body = io.NopCloser(bytes.NewReader(out.Bytes()))
	r.ContentLength = int64(out.Len())
	return sent, nil
}

// copyJSON copies one value.
func copyJSON(out *bytes.Buffer, d *json.Decoder, clean func(string) string, depth int) error {
	t, err := d.Token()
	if err != nil {
		return errJSON
	}
	if open, ok := t.(json.Delim); ok {
		return copyMembers(out, d, open, clean, depth+1)
	}
	if s, ok := t.(string); ok {
		t = strings.TrimSpace(clean(s))
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return errJSON
	}
	out.Write(raw)
	return nil
}

// copyMembers copies the rest of an object or a list.
func copyMembers(out *bytes.Buffer, d *json.Decoder, open json.Delim, clean func(string) string, depth int) error {
	if depth > deepestBody {
		return errDeep
	}
	seen := map[string]bool{}
	out.WriteString(open.String())
	for first := true; d.More(); first = false {
		if !first {
			out.WriteByte(',')
		}
		if open == '{' {
			t, err := d.Token()
			name, ok := t.(string)
			if err != nil || !ok {
				return errJSON
			}
			if seen[name] {
				return errTwice
			}
			seen[name] = true
			raw, err := json.Marshal(name)
			if err != nil {
				return errJSON
			}
			out.Write(raw)
			out.WriteByte(':')
		}
		if err := copyJSON(out, d, clean, depth); err != nil {
			return err
		}
	}
	end, err := d.Token()
	if err != nil {
		return errJSON
	}
	out.WriteString(end.(json.Delim).String()) // the decoder ends a list or an object with nothing else
	return nil
}
