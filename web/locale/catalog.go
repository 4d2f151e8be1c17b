package locale

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"strings"
)

// readAll reads every catalog in fsys, by language.
func readAll(fsys fs.FS) (map[string]map[string]message, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, fmt.Errorf("locale: list catalogs: %w", err)
	}
	all := make(map[string]map[string]message)
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("locale: read catalog: %w", err)
		}
		read, err := parseCatalog(raw)
		if err != nil {
			return nil, fmt.Errorf("locale: catalog %s: %w", name, err)
		}
		tag, _, _ := strings.Cut(path.Base(name), ".")
		if all[tag] == nil {
			all[tag] = make(map[string]message)
		}
		for key := range read {
			if _, twice := all[tag][key]; twice {
				return nil, fmt.Errorf("locale: catalog %s: key %q stands in another file too", name, key)
			}
		}
		maps.Copy(all[tag], read)
	}
	return all, nil
}

// parseCatalog reads one file. encoding/json would keep the last of two equal
// names in silence, and with it lose messages: hence the walk over tokens.
func parseCatalog(raw []byte) (map[string]message, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("want an object at the top: %w", err)
	}
	plain := make(map[string]string)
	if err := flatten(d, "", plain); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the end of the object")
	}
	return compile(plain)
}

// flatten reads the rest of an object into plain, its keys under prefix.
func flatten(d *json.Decoder, prefix string, plain map[string]string) error {
	seen := make(map[string]bool)
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		key := prefix + name
		if seen[name] {
			return fmt.Errorf("key %q stands twice", key)
		}
		seen[name] = true
		t, err = d.Token()
		if err != nil {
			return err
		}
		switch value := t.(type) {
		case string:
			if _, twice := plain[key]; twice {
				return fmt.Errorf("key %q stands twice", key)
			}
			plain[key] = value
		case json.Delim:
			if value != '{' {
				return fmt.Errorf("key %q: want text or an object", key)
			}
			if err := flatten(d, key+".", plain); err != nil {
				return err
			}
		default:
			return fmt.Errorf("key %q: want text or an object", key)
		}
	}
	_, err := d.Token()
	return err
}

// compile parses the texts, and gathers the plural forms of a message. A form
// is known by its last name: no other key may end in the name of a category.
func compile(plain map[string]string) (map[string]message, error) {
	messages := make(map[string]message, len(plain))
	for key, text := range plain {
		f, err := parseForm(text)
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", key, err)
		}
		form := other
		if cut := strings.LastIndexByte(key, '.'); cut >= 0 {
			if category, ok := categoryOf[key[cut+1:]]; ok {
				key, form = key[:cut], category
				if _, both := plain[key]; both {
					return nil, fmt.Errorf("key %q is both a text and plural forms", key)
				}
			}
		}
		m := messages[key]
		m.forms[form] = f
		messages[key] = m
	}
	return messages, nil
}
