package ddbaccess

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

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

// write writes the files that differ in their text.
func write(files map[string][]byte) error {
	if err := os.MkdirAll(Directory, 0o755); err != nil {
		return err
	}
	for name, want := range files {
		if have, err := os.ReadFile(name); err == nil && sameText(have, want) {
			continue
		}
		if err := os.WriteFile(name, want, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// sameText reports whether two texts are the same, whatever ends their lines: Git can check out a file with CR LF.
func sameText(a, b []byte) bool { return bytes.Equal(withoutCR(a), withoutCR(b)) }

func withoutCR(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
