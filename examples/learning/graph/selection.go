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

// fieldNeeds says which field needs what. Fields that are not here need nothing but the item that they are of.
var fieldNeeds = map[string]need{
	"Track.name":          {track: true},
	"Track.courseCount":   {track: true},
	"Course.trackId":      {course: platform.Itself},
	"Course.name":         {course: platform.Itself},
	"Course.track":        {course: platform.Itself},
	"Course.chapters":     {course: platform.InChapters},
	"Course.enrollments":  {course: platform.InEnrollments},
	"Student.firstName":   {student: platform.Itself},
	"Student.lastName":    {student: platform.Itself},
	"Student.email":       {student: platform.Itself},
	"Student.xp":          {student: platform.Itself},
	"Student.preferences": {student: platform.InPreferences},
	"Enrollment.progress": {student: platform.InProgress},
}

// needOf returns the need of the field that ctx resolves, whose type is root, and how many levels of fields are below it.
func needOf(ctx context.Context, schema *ast.Schema, root string) (n need, nesting int) {
	for _, path := range graphql.SelectedFieldNames(ctx) {
		typ := root
		nesting = max(nesting, 1+strings.Count(path, "."))
		for name := range strings.SplitSeq(path, ".") {
			more := fieldNeeds[typ+"."+name]
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
