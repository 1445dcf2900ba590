package fault

import (
	"fmt"
	"strings"
)

// KeyError is the one of that name in package ddb.
type KeyError struct {
	Op       string // "get", "create", "query", …
	Entity   string
	Index    string
	Template string // "c#{CourseID}"
	Field    string // "" where the key as a whole is at fault
	Key      string // the item's primary key where that is known: pk="s#1" sk="s#1"
	Err      error
}

// As makes e the error of package ddb.
func (e *KeyError) As(target any) bool { return AsPublic(e, target) }

func (e *KeyError) Error() string {
	var b strings.Builder
	b.WriteString("ddb: ")
	if e.Op != "" {
		b.WriteString(e.Op + " ")
	}
	b.WriteString(e.Entity)
	if e.Key != "" {
		b.WriteString(" " + e.Key)
	}
	fmt.Fprintf(&b, ": %s key %q: ", e.Index, e.Template)
	if e.Field != "" {
		b.WriteString(e.Field + " ")
	}
	b.WriteString(e.Err.Error())
	return b.String()
}

// Unwrap returns [ErrKey] and the cause.
func (e *KeyError) Unwrap() []error { return []error{ErrKey, e.Err} }
