package model

import (
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/singletable-go/ddb/ddbdesign"
	"github.com/singletable-go/ddb/internal/field"
	"github.com/singletable-go/ddb/internal/template"
)

// Doc describes the entity in the design.
func (d *Definition) Doc(text string) {
	if d.E.doc != "" {
		d.fault("doc: declared twice: remove one")
	}
	d.E.doc = strings.ToValidUTF8(text, "\uFFFD")
}

// SetDoc describes the table in the design.
func (t *Table) SetDoc(text string) *Table {
	t.Mutable("Doc")
	t.doc = strings.ToValidUTF8(text, "\uFFFD")
	return t
}

// reference is a declared reference: f holds a field of the primary key of an item of another entity.
type reference struct {
	f  *field.Field
	to *Entity
}

// Refers declares that f holds, or lists, values of a field of the primary key of items of to.
func (d *Definition) Refers(ptr any, to *Entity) {
	f, err := d.E.Proto.Resolve(ptr)
	switch {
	case err != nil:
		d.fault("refers: %w", d.foreign(err))
	case to == nil:
		d.fault("refers: field %s: the entity is nil: define it first, and check the error of its Define", f.Name)
	case to.Table != d.E.Table:
		d.fault("refers: field %s: %s belongs to another table", f.Name, to.Name)
	case f.Embedded:
		d.fault("refers: %s is an embedded struct: name a field of it", f.Name)
	case !slices.ContainsFunc(to.Primary.Fields(), func(key *field.Field) bool { return lists(f.Type, key.Type) }):
		d.fault("refers: field %s is a %s, and no field of the primary key of %s (%s) is of that type", f.Name, f.Type, to.Name, to.Shape())
	case slices.ContainsFunc(d.E.refers, func(r reference) bool { return r.f == f }):
		d.fault("refers: field %s: declared twice: remove one", f.Name)
	default:
		d.E.refers = append(d.E.refers, reference{f, to})
	}
}

// lists reports whether a field of type t has values of type key: itself, behind a pointer, or as elements.
func lists(t, key reflect.Type) bool {
	switch {
	case t == key:
		return true
	case t.Kind() == reflect.Pointer, t.Kind() == reflect.Slice, t.Kind() == reflect.Array:
		return lists(t.Elem(), key)
	}
	return false
}

// references returns the declared references, then the inferred ones. A field that is named after two entities refers to neither.
func (e *Entity) references(names Names) (out []ddbdesign.Ref) {
	for _, r := range e.refers {
		out = append(out, ddbdesign.Ref{Field: names.Of(r.f), Entity: r.to.Name})
	}
	for _, f := range e.Proto.Fields() {
		if slices.ContainsFunc(e.refers, func(r reference) bool { return r.f == f }) {
			continue
		}
		after := slices.DeleteFunc(slices.Clone(e.Table.Entities), func(to *Entity) bool { return to == e || !e.namedAfter(f, to) })
		if len(after) == 1 {
			out = append(out, ddbdesign.Ref{Field: names.Of(f), Entity: after[0].Name, Inferred: true})
		}
	}
	return out
}

// namedAfter reports whether f refers to another entity by its name and its place: CourseID for course, and what stands before
// it in a key, as c# does, stands before a field of that type in the primary key of course too. Where nothing stands before
// them, both are the whole partition key of the table.
func (e *Entity) namedAfter(f *field.Field, to *Entity) bool {
	if plain(f.Name[strings.LastIndex(f.Name, ".")+1:]) != plain(to.Name)+"id" {
		return false
	}
	if whole(to.Primary.Partition, nil) && whole(e.Primary.Partition, f) {
		return to.Primary.Partition.Fields()[0].Type == f.Type
	}
	for _, r := range e.AllKeys() {
		for _, k := range r.Keys() {
			if mark, ok := markOf(k.Template, func(g *field.Field) bool { return g == f }); ok && mark != "" && to.marks(mark, f.Type) {
				return true
			}
		}
	}
	return false
}

// marks reports whether a mark stands before a field of type t in the primary key.
func (e *Entity) marks(mark string, t reflect.Type) bool {
	return slices.ContainsFunc(e.Primary.Keys(), func(k Key) bool {
		return slices.ContainsFunc(k.Template.Fields(), func(f *field.Field) bool {
			have, ok := markOf(k.Template, func(g *field.Field) bool { return g == f })
			return ok && have == mark && f.Type == t
		})
	})
}

// whole reports whether a template is one part without a literal, of f or of any field.
func whole(t template.Template, f *field.Field) bool {
	parts := t.Parts()
	return len(parts) == 1 && parts[0].Field != nil && (f == nil || parts[0].Field == f)
}

// markOf returns the last word of the literal before a field: e of g#e#{EnrollmentID}.
func markOf(t template.Template, is func(*field.Field) bool) (mark string, ok bool) {
	parts := t.Parts()
	i := slices.IndexFunc(parts, func(p template.Part) bool { return p.Field != nil && is(p.Field) })
	if i < 0 || i == 0 || parts[i-1].Kind != template.Literal {
		return "", i >= 0
	}
	words := strings.FieldsFunc(parts[i-1].Text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return "", true
	}
	return words[len(words)-1], true
}

// plain is a name in lower case, letters and digits only.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}
