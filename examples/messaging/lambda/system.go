// Package lambda is the message groups on AWS: a function that follows the stream of their table. The template beside it is
// printed from it, and the function's test compares the actions with what the function calls.
package lambda

import (
	"github.com/singletable-go/ddb/examples/internal/sam"
	"github.com/singletable-go/ddb/examples/messaging/groups"
)

// System is the table and the function.
var System = sam.System{
	About:     "Message groups on one table, whose lists follow the stream",
	Model:     groups.Cruddur,
	Functions: []sam.Function{Stream},
}

// Stream moves the entries of the lists.
var Stream = sam.Function{
	Name:   "Stream",
	Dir:    "stream",
	About:  "Moves the groups in the lists of their members to the newest message.",
	Stream: true,
	Actions: sam.Actions{
		Table: []string{"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
	},
}
