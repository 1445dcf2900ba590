package term

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Table is a table of a report. On a terminal it has a box if it fits. If it does not, the column Wrap wraps, or the box
// goes, or the columns in Below move below the line of their item, where the whole width is theirs. Elsewhere each item is
// one line without wrapping, so that grep finds it.
type Table struct {
	Header []string
	Right  []string   // the columns, by header, that hold numbers
	Wrap   string     // the column that may wrap
	Below  [][]string // groups of columns that may move below: of a group, the first lines of all cells belong together
	Rows   [][]any
}

// narrow is the least width of the column Wrap.
const narrow = 24

// Add appends an item.
func (t *Table) Add(cells ...any) { t.Rows = append(t.Rows, cells) }

// Print writes the table to w: for a terminal if w is one.
func (t *Table) Print(w io.Writer) { fmt.Fprint(w, t.Text(width(w))) }

// Text returns the table for a terminal with so many columns, or for no terminal if that is 0.
func (t *Table) Text(width int) string {
	if width == 0 {
		return t.lines()
	}
	over := text.LongestLineLen(t.box(0)) - width
	if over <= 0 {
		return clean(t.box(0))
	}
	if least := t.widest(t.Wrap) - over; least >= narrow {
		return clean(t.box(least))
	}
	if plain := t.plain(); text.LongestLineLen(plain) <= width {
		return plain
	}
	return t.blocks(width)
}

// Without returns the table without some of its columns.
func (t *Table) Without(columns ...string) *Table {
	less := &Table{Right: t.Right, Wrap: t.Wrap}
	keeps := func(name string) bool { return !slices.Contains(columns, name) }
	for _, group := range t.Below {
		kept := slices.DeleteFunc(slices.Clone(group), func(name string) bool { return !keeps(name) })
		if len(kept) > 0 {
			less.Below = append(less.Below, kept)
		}
	}
	for _, cells := range slices.Concat([][]any{cellsOf(t.Header)}, t.Rows) {
		var kept []any
		for i, cell := range cells {
			if keeps(t.Header[i]) {
				kept = append(kept, cell)
			}
		}
		less.Add(kept...)
	}
	for _, name := range less.Rows[0] {
		less.Header = append(less.Header, fmt.Sprint(name))
	}
	less.Rows = less.Rows[1:]
	return less
}

// box is the table with a border; wrap is the maximum width of the column that wraps, 0 for no limit.
func (t *Table) box(wrap int) string {
	tw := t.writer(wrap)
	tw.SetStyle(table.StyleRounded)
	if colours() {
		tw.Style().Color.Header = text.Colors{text.Bold}
		tw.Style().Color.Border = text.Colors{text.Faint}
		tw.Style().Color.Separator = text.Colors{text.Faint}
	}
	return tw.Render()
}

// lines is the table with one line for each item: groups come last, as one column each.
func (t *Table) lines() string {
	above, _ := t.split()
	flat := &Table{Right: t.Right}
	for _, i := range above {
		flat.Header = append(flat.Header, t.Header[i])
	}
	for _, group := range t.Below {
		flat.Header = append(flat.Header, strings.Join(group, ", "))
	}
	for _, cells := range t.Rows {
		var line []any
		for _, i := range above {
			line = append(line, strings.ReplaceAll(fmt.Sprint(cells[i]), "\n", " "))
		}
		for _, group := range t.Below {
			line = append(line, strings.Join(t.zip(group, cells, " "), "; "))
		}
		flat.Add(line...)
	}
	return flat.plain()
}

// plain is the table without a border.
func (t *Table) plain() string {
	tw := t.writer(0)
	tw.SetStyle(table.StyleDefault)
	tw.Style().Options = table.OptionsNoBordersAndSeparators
	tw.Style().Box.PaddingLeft = ""
	tw.Style().Box.PaddingRight = "  "
	return clean(tw.Render())
}

// split returns the indexes of the columns that stay, and of those that may move below.
func (t *Table) split() (above, below []int) {
	moves := slices.Concat(t.Below...)
	for i, name := range t.Header {
		if slices.Contains(moves, name) {
			below = append(below, i)
		} else {
			above = append(above, i)
		}
	}
	return above, below
}

// zip returns the lines of a group of cells: the first lines of all cells, the second lines, and so on.
func (t *Table) zip(group []string, cells []any, sep string) []string {
	var columns [][]string
	lines := 0
	for _, name := range group {
		columns = append(columns, strings.Split(fmt.Sprint(cells[slices.Index(t.Header, name)]), "\n"))
		lines = max(lines, len(columns[len(columns)-1]))
	}
	zipped := make([]string, 0, lines)
	for i := range lines {
		var parts []string
		for _, c := range columns {
			if i < len(c) && c[i] != "" {
				parts = append(parts, c[i])
			}
		}
		if len(parts) > 0 {
			zipped = append(zipped, strings.Join(parts, sep))
		}
	}
	return zipped
}

// widest returns the width of the column's longest line, 0 for no column.
func (t *Table) widest(column string) int {
	i := slices.Index(t.Header, column)
	if i < 0 {
		return 0
	}
	widest := text.StringWidth(column)
	for _, r := range t.Rows {
		widest = max(widest, text.LongestLineLen(fmt.Sprint(r[i])))
	}
	return widest
}

// writer returns the table's writer; wrap is the maximum width of the column that wraps, 0 for no limit.
func (t *Table) writer(wrap int) table.Writer {
	tw := table.NewWriter()
	tw.AppendHeader(cellsOf(t.Header))
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

func cellsOf(texts []string) table.Row {
	cells := make(table.Row, len(texts))
	for i, c := range texts {
		cells[i] = c
	}
	return cells
}

// clean ends each line where its text ends, and the last one too.
func clean(rendered string) string {
	var out strings.Builder
	for line := range strings.Lines(rendered + "\n") {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return out.String()
}
