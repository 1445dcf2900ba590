package model

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// Describe writes the design page: each entity's keys in each index, and what the library keeps for it. Its text is
// stable, so that it can stand in a README and be compared by a test.
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

// whenText renders what must hold for an item to be in the index.
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
