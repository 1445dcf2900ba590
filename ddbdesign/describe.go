package ddbdesign

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Describe writes the design page: for each entity its keys in each index, then a line for each thing that the library keeps for
// it, and what is declared of it. The table's Doc stands before that, those of the entities after it. It is stable text, so that
// a README can contain it and a test can compare it.
func (t Table) Describe(w io.Writer) error {
	var b strings.Builder
	if t.Doc != "" {
		b.WriteString(oneLine(t.Doc) + "\n\n")
	}
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(cells ...string) { _, _ = fmt.Fprintln(tw, strings.Join(cells, "\t")) }
	line("ENTITY", "INDEX", "PARTITION KEY", "SORT KEY", "WHEN")
	for _, e := range t.Entities {
		name := e.Name
		for _, r := range e.Entries {
			line(name, r.Index, r.Partition.Text, r.Sort.Text, r.when())
			name = ""
		}
		t.notes(e, func(cells ...string) { line(append([]string{""}, cells...)...) })
	}
	line()
	for _, e := range t.Entities {
		if e.Doc != "" {
			line(e.Name, oneLine(e.Doc))
		}
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	for text := range strings.Lines(strings.TrimRight(b.String(), "\n") + "\n") {
		if _, err := fmt.Fprintln(w, strings.TrimRight(text, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// when renders the conditions of a sparse index.
func (r IndexEntry) when() string {
	if r.ByAttributes {
		return "by its attributes"
	}
	texts := make([]string, len(r.When))
	for i, c := range r.When {
		texts[i] = c.Text
	}
	return strings.Join(texts, " and ")
}

// notes gives the further lines of an entity to line.
func (t Table) notes(e Entity, line func(cells ...string)) {
	for _, u := range e.Uniques {
		line("unique", u.Name+"="+u.Value.Text, "")
	}
	if e.Version != "" {
		line("version", e.Version, "")
	}
	if e.Revision != "" {
		line("revision", e.Revision, "")
	}
	if e.History != nil {
		line("history", e.History.Partition.Text, e.History.Sort.Text)
	}
	for _, kept := range [][2]string{{"created", e.Created}, {"updated", e.Updated}, {"ttl", e.TTL}} {
		if kept[1] != "" {
			line(kept[0], kept[1], "")
		}
	}
	for _, f := range e.Fields {
		if f.Compressed {
			line("compressed", f.Name, "")
		}
	}
	if e.Schema > 0 {
		line("schema", strconv.Itoa(e.Schema), "")
	}
	for _, ix := range e.Dropped {
		line("dropped", ix, "")
	}
	for _, r := range e.Refers {
		if !r.Inferred {
			line("refers", r.Field, "to "+r.Entity)
		}
	}
	for _, v := range t.Views {
		v.notes(e, line)
	}
}

func (v View) notes(e Entity, line func(cells ...string)) {
	switch {
	case v.Into != e.Name:
	case v.Kind == KindFanOut:
		what := "of " + v.From
		if v.Via != "" {
			what += " via " + v.Via
		}
		line("copy", what, "by "+v.Name)
	default:
		for _, r := range v.Rules {
			for _, f := range []string{r.Into, r.At} {
				if f != "" && r.Op != "by" {
					line("derived", f, "by "+v.Name)
				}
			}
		}
	}
}

// oneLine is a text in one line, without tabs.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
