package record

import (
	"strings"

	"github.com/singletable-go/ddb/internal/attr"
)

// Text says what a record is of, for errors.
func Text(r *Record, entity string) string {
	var what strings.Builder
	what.WriteString(string(r.Kind))
	if entity != "" {
		what.WriteString(" " + entity)
	}
	for _, attrName := range attr.SortedNames(r.Keys) {
		what.WriteString(" " + attrName + "=" + attr.Text(r.Keys[attrName]))
	}
	return what.String()
}
