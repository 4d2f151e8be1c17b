package record

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// A File is one file of an export.
type File struct {
	Name string // ASCII, with slashes
	Data []byte
}

// Largest is the greatest size of an export that is read, in bytes.
const Largest = 256 << 20

// writeZip writes files in the one form that an export may have: stored and not
// compressed, without dates, comments or anything else that could differ. So
// every byte of the archive follows from the files.
func writeZip(files []File) []byte {
	var b, directory bytes.Buffer
	put := func(w *bytes.Buffer, values ...any) {
		for _, v := range values {
			_ = binary.Write(w, binary.LittleEndian, v) // a buffer takes all
		}
	}
	for _, f := range files {
		offset, size := uint32(b.Len()), uint32(len(f.Data)) //nolint:gosec // Largest is far below
		// Version 2.0, no flags, stored, 1 January 1980.
		same := []any{uint16(20), uint16(0), uint16(0), uint16(0), uint16(0x21), crc32.ChecksumIEEE(f.Data), size, size, uint16(len(f.Name)), uint16(0)} //nolint:gosec // names are ours
		put(&b, uint32(0x04034b50))
		put(&b, same...)
		b.WriteString(f.Name)
		b.Write(f.Data)
		put(&directory, uint32(0x02014b50), uint16(20))
		put(&directory, same...)
		put(&directory, uint16(0), uint16(0), uint16(0), uint32(0), offset)
		directory.WriteString(f.Name)
	}
	at, size, n := uint32(b.Len()), uint32(directory.Len()), uint16(len(files)) //nolint:gosec // as above
	b.Write(directory.Bytes())
	put(&b, uint32(0x06054b50), uint16(0), uint16(0), n, n, size, at, uint16(0))
	return b.Bytes()
}

// readZip reads what writeZip wrote. Where the archive has another form it
// gives what can be read all the same, and an error.
func readZip(data []byte) ([]File, error) {
	if len(data) > Largest {
		return nil, fmt.Errorf("it has more than %d MB", Largest>>20)
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errors.New("it is not a ZIP archive, or is cut off")
	}
	var (
		files []File
		names []string
		left  = len(data)
	)
	for _, entry := range r.File {
		if entry.Method != zip.Store || entry.UncompressedSize64 > uint64(left) {
			return files, fmt.Errorf("file %q is compressed: an export is not", entry.Name)
		}
		if slices.Contains(names, entry.Name) {
			return files, fmt.Errorf("there are two files %q", entry.Name)
		}
		names = append(names, entry.Name)
		content, err := readEntry(entry)
		if err != nil {
			return files, fmt.Errorf("file %q cannot be read: %w", strings.ToValidUTF8(entry.Name, "?"), err)
		}
		left -= len(content)
		files = append(files, File{Name: entry.Name, Data: content})
	}
	again := writeZip(files)
	if !bytes.Equal(again, data) {
		at := 0
		for at < min(len(again), len(data)) && again[at] == data[at] {
			at++
		}
		return files, fmt.Errorf("byte %d is not as exports are written", at)
	}
	return files, nil
}

func readEntry(entry *zip.File) ([]byte, error) {
	r, err := entry.Open()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(r)
	return content, errors.Join(err, r.Close())
}
