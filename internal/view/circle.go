package view

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/model"
)

// flow is what a view reads of its source, or what it writes of one entity.
type flow struct {
	e      *model.Entity
	fields []*field.Field
	all    bool // any field that is not derived
}

// meets reports whether what one view writes is read by another.
func (f flow) meets(reads flow) bool {
	switch {
	case f.e != reads.e:
		return false
	case reads.all:
		return true
	case f.all:
		return slices.ContainsFunc(reads.fields, func(g *field.Field) bool { return f.e.DerivedBy(g) == "" })
	}
	return slices.ContainsFunc(f.fields, func(w *field.Field) bool { return slices.ContainsFunc(reads.fields, w.Overlaps) })
}

// reads is what the result of the aggregate depends on. The entry of a Top gets the whole source.
func (a *aggregate) reads() flow {
	out := flow{e: a.source}
	for _, p := range a.by {
		out.fields = append(out.fields, p.from)
	}
	for _, f := range a.source.Proto.Fields() {
		if slices.ContainsFunc(a.conds, func(c model.Clause) bool { return mentions(a.source, c, f) }) {
			out.fields = append(out.fields, f)
		}
	}
	for _, r := range a.sums {
		if r.from != nil {
			out.fields = append(out.fields, r.from)
		}
	}
	for _, r := range a.distincts {
		out.fields = append(out.fields, r.from)
	}
	for _, r := range a.ranks {
		out.fields = append(out.fields, r.by)
		if r.from != nil {
			out.fields = append(out.fields, r.from)
		}
		out.all = out.all || r.op == RuleTop && a.source != a.target
	}
	return out
}

func (a *aggregate) writes() []flow {
	out := flow{e: a.target, fields: a.fills}
	if a.own {
		for _, p := range a.by {
			out.fields = append(slices.Clip(out.fields), p.into)
		}
	}
	return []flow{out}
}

// reads is all of the source, which apply gets.
func (f *fanOut) reads() flow { return flow{e: f.source, all: true} }

// writes is all of the targets that is not derived: what apply changes is not known.
func (f *fanOut) writes() []flow {
	out := []flow{{e: f.target, all: true}}
	if f.via != nil {
		out = append(out, flow{e: f.via, all: true})
	}
	return out
}

// feeds reports whether a change that v makes is one that w looks at.
func (v *View) feeds(w *View) bool {
	return slices.ContainsFunc(v.Kind.writes(), func(f flow) bool { return f.meets(w.Kind.reads()) })
}

// CircleOf returns the names of views that feed each other in a circle, "" if there are none.
func CircleOf(views []*View) string {
	var path []*View
	through := map[*View]bool{} // no circle goes through it
	var walk func(v *View) string
	walk = func(v *View) string {
		if at := slices.Index(path, v); at >= 0 {
			var b strings.Builder
			for _, w := range path[at:] {
				b.WriteString(w.Name + " -> ")
			}
			return b.String() + v.Name
		}
		if through[v] {
			return ""
		}
		path = append(path, v)
		for _, next := range views {
			if v.feeds(next) {
				if circle := walk(next); circle != "" {
					return circle
				}
			}
		}
		path = path[:len(path)-1]
		through[v] = true
		return ""
	}
	for _, v := range views {
		if circle := walk(v); circle != "" {
			return circle
		}
	}
	return ""
}
