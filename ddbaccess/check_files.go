package ddbaccess

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/ddbdraw"
)

// patternsFile is the report in [Directory].
const patternsFile = "patterns.json"

// files are the files of the directory, by their paths.
func (rep *Report) files() (map[string][]byte, error) {
	out := map[string][]byte{}
	add := func(name string, write func(*bytes.Buffer) error) error {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		out[filepath.Join(Directory, name)] = b.Bytes()
		return nil
	}
	pictures, drawn, err := rep.pictures()
	for name, svg := range drawn {
		out[filepath.Join(Directory, name)] = svg
	}
	return out, errors.Join(
		err,
		add("model.html", func(b *bytes.Buffer) error { return ddbdraw.HTML(b, rep.Drawing()) }),
		add("README.md", func(b *bytes.Buffer) error { _, err := b.WriteString(rep.page(pictures)); return err }),
		add("design.json", func(b *bytes.Buffer) error { return ddbdesign.Write(b, rep.Design) }),
		add(patternsFile, func(b *bytes.Buffer) error { return rep.JSON(b) }),
	)
}

// readme is the page beside the test, with what its markers enclose renewed. It is empty if there is no page or no marker.
func (rep *Report) readme(name string) (map[string][]byte, error) {
	b, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	page := string(b)
	found := false
	for _, part := range []struct{ marker, text string }{
		{"ddb:patterns", rep.patternsMarkdown()}, {"ddb:design", fence(rep.describe)},
	} {
		begin, end := "<!-- "+part.marker+" -->", "<!-- /"+part.marker+" -->"
		i, j := strings.Index(page, begin), strings.Index(page, end)
		if i < 0 && j < 0 {
			continue
		}
		if i < 0 || j < i {
			return nil, fmt.Errorf("%s: the markers %s and %s are no pair", name, begin, end)
		}
		found = true
		page = page[:i+len(begin)] + "\n" + part.text + page[j:]
	}
	if !found {
		return nil, nil
	}
	return map[string][]byte{name: []byte(page)}, nil
}

// write writes the files that differ.
func write(files map[string][]byte) error {
	if err := os.MkdirAll(Directory, 0o755); err != nil {
		return err
	}
	for name, want := range files {
		if have, err := os.ReadFile(name); err == nil && bytes.Equal(have, want) {
			continue
		}
		if err := os.WriteFile(name, want, 0o644); err != nil {
			return err
		}
	}
	return nil
}
