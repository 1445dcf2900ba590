package model

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Describe writes the design page: each entity's keys in each index, and the fields that the library sets. Its text is stable,
// so that a README can contain it and a test can compare it.
func (t *Table) Describe(w io.Writer) error {
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(tw, strings.Join(cells, "\t")) }
	line("ENTITY", "INDEX", "PARTITION KEY", "SORT KEY", "WHEN")
	for _, e := range t.Entities {
		name := e.Name
		for _, r := range append(e.AllKeys(), e.Also...) {
			line(name, r.Index.Name, r.Partition.String(), r.Sort.String(), r.whenText())
			name = ""
		}
		for _, n := range e.Notes {
			line("", n)
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for text := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(text, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// whenText renders the conditions of a sparse index.
func (r *IndexKeys) whenText() string {
	if slices.Contains(r.Entity.Also, r) {
		return "by its attributes"
	}
	conds := make([]string, len(r.When))
	for i, c := range r.When {
		conds[i] = r.Entity.Describe(c)
	}
	return strings.Join(conds, " and ")
}
