package graph

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/ast"

	"github.com/singletable-go/ddb/examples/learning/platform"
)

// need is what the selection under a field of Query or Mutation needs to read, so that each partition is read once and
// for all of it.
type need struct {
	track   bool           // more of a track than its id
	course  platform.Parts // of the partition of each course
	student platform.Parts // of the partition of each student
}

// itself is what a field of a type needs that is not in apart: the item itself.
var itself = map[string]need{
	"Track":   {track: true},
	"Course":  {course: platform.Itself},
	"Student": {student: platform.Itself},
}

// apart are the fields that need something else: what is known without a read, is read by itself, or is a part of the
// partition. Each field that is a list or an object is here.
var apart = map[string]need{
	"Track.id":            {},
	"Track.courses":       {}, // read by themselves
	"Course.id":           {},
	"Course.track":        {course: platform.Itself}, // which has the track's id
	"Course.chapters":     {course: platform.InChapters},
	"Course.enrollments":  {course: platform.InEnrollments},
	"Chapter.course":      {},
	"Student.id":          {},
	"Student.enrollments": {}, // read by themselves
	"Student.preferences": {student: platform.InPreferences},
	"Enrollment.course":   {},
	"Enrollment.student":  {},
	"Enrollment.progress": {student: platform.InProgress},
	"Preference.student":  {},
	"Preference.track":    {},
}

// checkApart returns an error for each list and each object among the fields of the schema that apart does not have, and
// for each of its entries that is no field. Without it such a field would be empty, whatever is stored.
func checkApart(schema *ast.Schema) error {
	var faults []error
	fields := map[string]bool{}
	for name, typ := range schema.Types {
		object, ok := typ.(*ast.ObjectTypeDefinition)
		if !ok {
			continue
		}
		for _, f := range object.Fields {
			field := name + "." + f.Name
			fields[field] = true
			if _, ok := apart[field]; !ok && readFrom[name] && !scalar(f.Type) {
				faults = append(faults, fmt.Errorf("apart has no entry for %s: say there what is read for it", field))
			}
		}
	}
	for field := range apart {
		if !fields[field] {
			faults = append(faults, fmt.Errorf("apart has an entry for %s, which the schema does not have", field))
		}
	}
	return errors.Join(faults...)
}

// scalar reports whether a type is one value.
func scalar(t ast.Type) bool {
	if is, ok := t.(*ast.NonNull); ok {
		t = is.OfType
	}
	switch t.(type) {
	case *ast.ScalarTypeDefinition, *ast.EnumTypeDefinition:
		return true
	}
	return false
}

// readFrom are the types whose items are read from the table.
var readFrom = map[string]bool{"Track": true, "Course": true, "Chapter": true, "Student": true, "Enrollment": true, "Preference": true, "Progress": true}

// unread is the error of a field whose part of the partition was not loaded: an entry of apart is wrong.
func unread(field string) error {
	return fmt.Errorf("%s was selected and not loaded: its entry in apart is wrong", field)
}

func needOfField(typ, field string) need {
	if n, ok := apart[typ+"."+field]; ok {
		return n
	}
	return itself[typ]
}

// needOf returns the need of the field that ctx resolves, whose type is root, and how many levels of fields are below it.
func needOf(ctx context.Context, schema *ast.Schema, root string) (n need, nesting int) {
	for _, path := range graphql.SelectedFieldNames(ctx) {
		typ := root
		nesting = max(nesting, 1+strings.Count(path, "."))
		for name := range strings.SplitSeq(path, ".") {
			more := needOfField(typ, name)
			n.track = n.track || more.track
			n.course |= more.course
			n.student |= more.student
			typ = typeOf(schema, typ, name)
		}
	}
	return n, nesting
}

// typeOf returns the name of the type of a field, without lists; "" for a scalar.
func typeOf(schema *ast.Schema, typ, field string) string {
	object, ok := schema.Types[typ].(*ast.ObjectTypeDefinition)
	if !ok {
		return ""
	}
	def := object.Fields.Get(field)
	if def == nil {
		return ""
	}
	t := def.Type
	for {
		switch is := t.(type) {
		case *ast.NonNull:
			t = is.OfType
		case *ast.List:
			t = is.OfType
		case *ast.ObjectTypeDefinition:
			return is.Name
		default:
			return ""
		}
	}
}
