package graph

import (
	"context"
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
// partition.
var apart = map[string]need{
	"Track.id":            {},
	"Track.courses":       {},
	"Course.id":           {},
	"Course.chapters":     {course: platform.InChapters},
	"Course.enrollments":  {course: platform.InEnrollments},
	"Student.id":          {},
	"Student.enrollments": {},
	"Student.preferences": {student: platform.InPreferences},
	"Enrollment.progress": {student: platform.InProgress},
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
