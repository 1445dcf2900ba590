package expr

import (
	"github.com/singletable-go/ddb/ddbmem/internal/value"
)

// Projection is a parsed projection expression.
type Projection struct {
	paths []path
	tree  *branch
}

// Apply returns what the projection selects of an item. Of a list it keeps the
// selected elements, in order and without gaps; a path that leads nowhere
// selects nothing. The result is never nil.
func (p *Projection) Apply(item value.Item) value.Item { return p.tree.selectFields(item) }

// Heads returns the names of the top-level attributes that the projection
// mentions.
func (p *Projection) Heads() []string { return heads(p.paths, false) }

// NestedHeads returns the names of the attributes within which the projection
// selects.
func (p *Projection) NestedHeads() []string { return heads(p.paths, true) }

func parseProjection(text string, s *scope) (*Projection, error) {
	p := newParser(text)
	result := &Projection{}
	for {
		steps, err := p.path()
		if err != nil {
			return nil, err
		}
		result.paths = append(result.paths, steps)
		if !p.accept(",") {
			break
		}
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	for _, check := range []func(path) error{s.reserved, s.path} {
		for _, steps := range result.paths {
			if err := check(steps); err != nil {
				return nil, err
			}
		}
	}
	if err := checkPaths(result.paths); err != nil {
		return nil, err
	}
	result.tree = newBranch(result.paths)
	return result, nil
}

// branch is a set of paths with a common prefix: whole if a path ends here, otherwise the continuing paths, by name or
// by position.
type branch struct {
	whole    bool
	fields   map[string]*branch
	elements map[int]*branch
	change   *change // of an update, where a path ends
}

func newBranch(paths []path) *branch {
	root := &branch{}
	for _, p := range paths {
		root.add(p).whole = true
	}
	return root
}

// add returns the branch at the end of a path, growing those on the way.
func (b *branch) add(p path) *branch {
	for _, s := range p {
		var next *branch
		if s.index {
			if next = b.elements[s.position]; next == nil {
				next = &branch{}
				if b.elements == nil {
					b.elements = make(map[int]*branch)
				}
				b.elements[s.position] = next
			}
		} else if next = b.fields[s.name]; next == nil {
			next = &branch{}
			if b.fields == nil {
				b.fields = make(map[string]*branch)
			}
			b.fields[s.name] = next
		}
		b = next
	}
	return b
}

// selected returns the selected part of v, none when nothing is selected.
func (b *branch) selected(v value.Value) value.Value {
	switch {
	case b.whole:
		return v
	case b.fields != nil && v.Kind() == value.M:
		if fields := b.selectFields(v.Fields()); len(fields) > 0 {
			return value.Map(fields)
		}
	case b.elements != nil:
		var kept []value.Value
		for i, e := range v.Elements() {
			if next := b.elements[i]; next != nil {
				if part := next.selected(e); !part.IsZero() {
					kept = append(kept, part)
				}
			}
		}
		if len(kept) > 0 {
			return value.List(kept)
		}
	}
	return value.Value{}
}

func (b *branch) selectFields(item value.Item) value.Item {
	kept := make(value.Item, 0, min(len(item), len(b.fields)))
	for _, f := range item {
		if next := b.fields[f.Name]; next != nil {
			if part := next.selected(f.Value); !part.IsZero() {
				kept = append(kept, value.Field{Name: f.Name, Value: part})
			}
		}
	}
	return kept
}
