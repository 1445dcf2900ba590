package ddbaccess

import (
	"regexp"
	"slices"
)

// tidied returns the section without columns that say nothing, and with units beside their numbers.
func (s section) tidied() section {
	s.intro = unbroken(s.intro)
	s.notes = slices.Clone(s.notes)
	for i, n := range s.notes {
		s.notes[i] = unbroken(n)
	}
	var keep []int
	for i := range s.header {
		if slices.ContainsFunc(s.cells, func(cells []string) bool { return cells[i] != "" && cells[i] != "–" }) {
			keep = append(keep, i)
		}
	}
	s.header, s.right, s.code = pick(s.header, keep), pick(s.right, keep), pick(s.code, keep)
	s.cells = slices.Clone(s.cells)
	for i, cells := range s.cells {
		s.cells[i] = pick(cells, keep)
		for k, text := range s.cells[i] {
			if !s.code[k] {
				s.cells[i][k] = unbroken(text)
			}
		}
	}
	return s
}

func pick[T any](of []T, at []int) []T {
	out := make([]T, len(at))
	for i, k := range at {
		out[i] = of[k]
	}
	return out
}

// unit is a number and the unit behind it.
var unit = regexp.MustCompile(`(\d) (R|W|B|KB|MB|GB|TB|%)($|[^\pL\d])`)

// unbroken puts a no-break space between a number and its unit, so that a line does not end between them.
func unbroken(text string) string { return unit.ReplaceAllString(text, "$1\u00a0$2$3") }
