package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// section is a part of the report: its flag, and what prints its tables.
type section struct {
	name, what string
	print      func(context.Context, io.Writer, settings) error
}

func sections() []section {
	return []section{
		{"cases", "compare single calls; the default", compare},
		{"observe", "compare calls that are observed", observing},
		{"scale", "scan and load large tables", func(ctx context.Context, out io.Writer, set settings) error {
			return errors.Join(scales(ctx, out, set.items), loads(ctx, out, set.items/10))
		}},
		{"start", "start programs", func(ctx context.Context, out io.Writer, _ settings) error { return starts(ctx, out, 200) }},
		{"growth", "many entities, wide structs and large items", growth},
		{"engines", "compare ddbmem with the engine at DYNAMODB_ENDPOINT", engines},
	}
}

// run prints the section and writes it to the report.
func (s section) run(ctx context.Context, set settings) error {
	if set.write && set.only != "" {
		return errors.New("-only is no complete report: leave out -write")
	}
	var tables bytes.Buffer
	if err := s.print(ctx, io.MultiWriter(os.Stdout, &tables), set); err != nil {
		return err
	}
	fmt.Println()
	if !set.write {
		return nil
	}
	return rewrite(s.name, tables.Bytes())
}

const ending = "<!-- end -->\n"

// rewrite replaces the tables that the section had before.
func rewrite(name string, tables []byte) error {
	path := "REPORT.md"
	if _, err := os.Stat(path); err != nil {
		path = filepath.Join("bench", path)
	}
	report, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if report, err = placed(report, name, tables); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, report, 0o644)
}

// placed returns the report with the tables between the markers of the section.
func placed(report []byte, name string, tables []byte) ([]byte, error) {
	beginning := fmt.Appendf(nil, "<!-- written by go run ./bench -write -%s -->\n", name)
	head, rest, found := bytes.Cut(report, beginning)
	_, tail, ended := bytes.Cut(rest, []byte(ending))
	if !found || !ended {
		return nil, fmt.Errorf("no markers for -%s", name)
	}
	return slices.Concat(head, beginning, []byte("\n"), tables, []byte("\n"), []byte(ending), tail), nil
}
