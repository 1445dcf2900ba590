package term

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// The indents of what stands below the line of an item, and of what continues that.
const (
	under = 4
	again = 6
)

// blocks is the table for a terminal that is too narrow for it: a line for each item, and below it a line or more for each
// group.
func (t *Table) blocks(width int) string {
	above, below := t.split()
	widths := t.widths(above, width)
	var out strings.Builder
	header := make([]any, len(t.Header))
	for i, name := range t.Header {
		header[i] = strings.ToUpper(name)
	}
	out.WriteString(t.line(header, above, widths))
	for _, cells := range t.Rows {
		out.WriteString(t.line(cells, above, widths))
		if len(below) == 0 {
			continue
		}
		for _, group := range t.Below {
			for _, line := range t.zip(group, cells, "  ") {
				if len(group) == 1 {
					line = group[0] + ": " + line
				}
				out.WriteString(wrapped(line, width))
			}
		}
	}
	return clean(strings.TrimSuffix(out.String(), "\n"))
}

// widths are those of the columns that stay. If they are too wide together, the widest gets what the others leave.
func (t *Table) widths(columns []int, width int) []int {
	widths := make([]int, len(columns))
	total := 2 * (len(columns) - 1)
	for i, c := range columns {
		widths[i] = t.widest(t.Header[c])
		total += widths[i]
	}
	if over := total - width; over > 0 {
		widest := slices.Index(widths, slices.Max(widths))
		widths[widest] = max(widths[widest]-over, 8)
	}
	return widths
}

// line is the cells of the columns that stay, as one line, or as several if a cell wraps.
func (t *Table) line(cells []any, columns, widths []int) string {
	lines := 1
	wrapped := make([][]string, len(columns))
	for i, c := range columns {
		wrapped[i] = strings.Split(text.WrapSoft(fmt.Sprint(cells[c]), widths[i]), "\n")
		lines = max(lines, len(wrapped[i]))
	}
	var out strings.Builder
	for n := range lines {
		for i, c := range columns {
			cell := ""
			if n < len(wrapped[i]) {
				cell = strings.TrimRight(wrapped[i][n], " ")
			}
			align := text.AlignLeft
			if slices.Contains(t.Right, t.Header[c]) {
				align = text.AlignRight
			}
			out.WriteString(align.Apply(cell, widths[i]) + "  ")
		}
		out.WriteString("\n")
	}
	return out.String()
}

// Say writes a line, and continues it on the next line where a terminal ends.
func Say(w io.Writer, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	for columns := width(w); columns > 0 && text.StringWidth(line) > columns; {
		head, tail := cut(line, columns)
		if tail == "" {
			break
		}
		fmt.Fprintln(w, head)
		line = "  " + tail
	}
	fmt.Fprintln(w, line)
}

// wrapped is a line below an item. It is cut at spaces: a key that is longer than the terminal is wide stays whole.
func wrapped(line string, width int) string {
	var out strings.Builder
	indent := under
	for rest := line; rest != ""; indent = again {
		head, tail := cut(rest, width-indent)
		out.WriteString(strings.Repeat(" ", indent) + head + "\n")
		rest = tail
	}
	return out.String()
}

// cut cuts text at the last space where the first part still fits, or else at the first one.
func cut(line string, width int) (head, tail string) {
	if text.StringWidth(line) <= width {
		return line, ""
	}
	at := -1
	for i, r := range line {
		if r == ' ' && i > 0 && line[i-1] != ' ' && (at < 0 || text.StringWidth(line[:i]) <= width) {
			at = i
		}
	}
	if at < 0 {
		return line, ""
	}
	return line[:at], strings.TrimLeft(line[at:], " ")
}
