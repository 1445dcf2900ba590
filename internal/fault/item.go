package fault

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ItemError is the one of that name in package ddb.
type ItemError struct {
	Op     string                          // "get", "query", "scan", …
	Entity string                          // of the read; "" where it was of any, and none claims the item
	Key    string                          // as stored: pk="s#1" sk="s#1"
	Item   map[string]types.AttributeValue // as it was read; of a read that selects attributes, those alone
	Err    error
}

// As makes e the error of package ddb.
func (e *ItemError) As(target any) bool { return AsPublic(e, target) }

func (e *ItemError) Error() string {
	what := e.Op
	if e.Entity != "" {
		what += " " + e.Entity
	}
	cause := e.Err.Error()
	if !strings.Contains(cause, e.Key) {
		what += " " + e.Key
	}
	return "ddb: " + what + ": " + cause
}

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return e.Err }
