package sam

import (
	"slices"
	"strings"

	"github.com/singletable-go/ddb/examples/internal/trace"
)

// Actions are actions of IAM that a function needs, sorted, without the prefix "dynamodb:".
type Actions struct {
	Table []string // on the table itself
	Index []string // on its indexes
}

// Called returns the actions that requests need. A transaction has none of its own: it needs those of its parts.
func Called(requests []trace.Request) Actions {
	table, index := map[string]bool{}, map[string]bool{}
	for _, r := range requests {
		on := table
		if r.Index != "primary" {
			on = index
		}
		for _, action := range actionsOf(r) {
			on[action] = true
		}
	}
	return Actions{Table: sorted(table), Index: sorted(index)}
}

func actionsOf(r trace.Request) []string {
	switch r.Operation {
	case "TransactGetItems":
		return []string{"GetItem"}
	case "TransactWriteItems":
		var actions []string
		for line := range strings.SplitSeq(r.Key, "\n") {
			verb, _, _ := strings.Cut(line, " ")
			actions = append(actions, parts[verb])
		}
		return actions
	}
	return []string{r.Operation}
}

// parts are the actions for the parts of a transaction, as package trace names them.
var parts = map[string]string{"put": "PutItem", "update": "UpdateItem", "delete": "DeleteItem", "check": "ConditionCheckItem"}

func sorted(set map[string]bool) []string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
