package expr

import (
	"strconv"
	"strings"

	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// step is one part of a document path: an attribute name, or a list position
// when index is true. Until names are resolved, name may be a placeholder.
type step struct {
	name        string
	position    int
	index       bool
	placeholder bool
}

// path is a document path such as a.b[2]; its first step is a name.
type path []step

// String returns the path as DynamoDB's messages show it, such as [a, b, [2]].
func (p path) String() string {
	parts := make([]string, len(p))
	for i, s := range p {
		parts[i] = s.name
		if s.index {
			parts[i] = "[" + strconv.Itoa(s.position) + "]"
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// equal reports whether both paths lead to the same place.
func (p path) equal(q path) bool {
	if len(p) != len(q) {
		return false
	}
	for i := range p {
		if !p[i].same(q[i]) {
			return false
		}
	}
	return true
}

func (s step) same(t step) bool {
	return s.index == t.index && s.name == t.name && s.position == t.position
}

// in returns the value at the path within an item, none when there is none.
func (p path) in(item value.Item) value.Value {
	v := item.Get(p[0].name)
	for _, s := range p[1:] {
		v = s.in(v)
		if v.IsZero() {
			return v
		}
	}
	return v
}

// in returns the part of v that the step leads to.
func (s step) in(v value.Value) value.Value {
	if !s.index {
		return v.Fields().Get(s.name)
	}
	if elements := v.Elements(); s.position < len(elements) {
		return elements[s.position]
	}
	return value.Value{}
}

// checkPaths reports the first two paths of which one contains the other; otherwise the first two that use the same
// place as a map and as a list.
func checkPaths(paths []path) error {
	var conflict error
	for j, q := range paths {
		for _, p := range paths[:j] {
			common := 0
			for common < min(len(p), len(q)) && p[common].same(q[common]) {
				common++
			}
			switch {
			case common == min(len(p), len(q)):
				return value.Invalid(msgOverlap, p, q)
			case conflict == nil && p[common].index != q[common].index:
				conflict = value.Invalid(msgConflict, p, q)
			}
		}
	}
	return conflict
}

// heads returns the top-level names of paths, each once; of nested paths only
// when nested is true.
func heads(paths []path, nested bool) []string {
	var names []string
	seen := make(map[string]bool, len(paths))
	for _, p := range paths {
		if name := p[0].name; !seen[name] && (!nested || len(p) > 1) {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
