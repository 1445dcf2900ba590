package ddbaccess

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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

// The first line of the picture of an index begins with gridBegin, and has gridTitle.
const (
	gridBegin = `<svg xmlns="http://www.w3.org/2000/svg" viewBox=`
	gridTitle = `<title id="grid-title">Index `
)

// left returns the pictures of indexes in the directory that are not among the files: of indexes that are gone. Another file of
// the directory is none.
func left(files map[string][]byte) (names []string, err error) {
	all, err := filepath.Glob(filepath.Join(Directory, "*.svg"))
	if err != nil {
		return nil, err
	}
	for _, name := range all {
		if slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(of string) bool { return strings.EqualFold(of, name) }) {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if line, _, _ := bytes.Cut(b, []byte("\n")); bytes.HasPrefix(line, []byte(gridBegin)) && bytes.Contains(line, []byte(gridTitle)) {
			names = append(names, name)
		}
	}
	return names, nil
}

// write writes the files that differ in their text, and removes the pictures that are left of indexes.
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
	gone, err := left(files)
	for _, name := range gone {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// sameText reports whether two texts are the same, whatever ends their lines: Git can check out a file with CR LF.
func sameText(a, b []byte) bool { return bytes.Equal(withoutCR(a), withoutCR(b)) }

func withoutCR(text []byte) []byte { return bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")) }
