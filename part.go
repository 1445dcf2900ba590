package ddb

import "github.com/singletable-go/ddb/internal/template"

// mParts is a key as it is declared: literals, and the addresses of fields.
type mParts []mPart

// mPart is one of them.
type mPart struct {
	kind  template.Kind
	text  string
	ptr   any
	width int
	n     int

	missing bool // it was nil
}
