// Package term writes tables and progress for people: with borders and colours on a terminal, plain columns elsewhere.
package term

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// Table is a table of a report.
type Table struct {
	Header []string
	Right  []string // the columns, by header, that hold numbers
	Wrap   string   // the column that wraps on a narrow terminal
	Rows   [][]any
}

// Add appends a row.
func (t *Table) Add(cells ...any) { t.Rows = append(t.Rows, cells) }

// Print writes the table to w: for a terminal if w is one.
func (t *Table) Print(w io.Writer) {
	tw := t.writer(0)
	if Is(w) {
		t.box(tw)
		if over := text.LongestLineLen(tw.Render()) - width(w); over > 0 {
			tw = t.writer(max(t.widest(t.Wrap)-over, 16))
			t.box(tw)
		}
	} else {
		tw.SetStyle(table.StyleDefault)
		tw.Style().Options = table.OptionsNoBordersAndSeparators
		tw.Style().Box.PaddingLeft = ""
		tw.Style().Box.PaddingRight = "  "
	}
	for line := range strings.Lines(tw.Render() + "\n") {
		fmt.Fprintln(w, strings.TrimRight(line, " \n"))
	}
}

func (t *Table) box(tw table.Writer) {
	tw.SetStyle(table.StyleRounded)
	if colours() {
		tw.Style().Color.Header = text.Colors{text.Bold}
		tw.Style().Color.Border = text.Colors{text.Faint}
		tw.Style().Color.Separator = text.Colors{text.Faint}
	}
}

// widest returns the width of the column's longest line.
func (t *Table) widest(column string) int {
	i := slices.Index(t.Header, column)
	if i < 0 {
		return 0
	}
	widest := 0
	for _, r := range t.Rows {
		widest = max(widest, text.LongestLineLen(fmt.Sprint(r[i])))
	}
	return widest
}

// Markdown returns the table as Markdown.
func (t *Table) Markdown() string { return t.writer(0).RenderMarkdown() + "\n" }

// writer returns the table's writer; wrap is the maximum width of the column that wraps, 0 for no limit.
func (t *Table) writer(wrap int) table.Writer {
	tw := table.NewWriter()
	tw.AppendHeader(row(t.Header))
	for _, r := range t.Rows {
		tw.AppendRow(r)
	}
	configs := []table.ColumnConfig{{Name: t.Wrap, WidthMax: wrap, WidthMaxEnforcer: text.WrapSoft}}
	for _, name := range t.Right {
		configs = append(configs, table.ColumnConfig{Name: name, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	tw.SetColumnConfigs(configs)
	return tw
}

func row(cells []string) table.Row {
	r := make(table.Row, len(cells))
	for i, c := range cells {
		r[i] = c
	}
	return r
}

// Is reports whether w is a terminal.
func Is(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// colours follows the custom of the NO_COLOR variable.
func colours() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }

func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return 0
}
