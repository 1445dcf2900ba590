// Package lambda is the learning platform on AWS: two functions beside its table. The template beside it is printed from
// it, and each function's test compares the actions with what the function calls.
package lambda

import (
	"github.com/singletable-go/ddb/examples/internal/sam"
	"github.com/singletable-go/ddb/examples/learning/platform"
)

// System is the platform on AWS.
var System = sam.System{
	About:     "A learning platform on one table: a GraphQL service, and the derived values that follow the stream",
	Model:     platform.Table,
	Functions: []sam.Function{Graphql, Stream},
}

// Graphql is the GraphQL service.
var Graphql = sam.Function{
	Name:  "Graphql",
	Dir:   "graphql",
	About: "The GraphQL service. Its URL accepts requests that are signed by an identity with lambda:InvokeFunctionUrl.",
	Actions: sam.Actions{
		Table: []string{"BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"},
		Index: []string{"Query"},
	},
}

// Stream maintains the derived values.
var Stream = sam.Function{
	Name:   "Stream",
	Dir:    "stream",
	About:  "Maintains the derived values.",
	Stream: true,
	Actions: sam.Actions{
		Table: []string{"BatchGetItem", "ConditionCheckItem", "DeleteItem", "PutItem", "Query", "UpdateItem"},
	},
}
