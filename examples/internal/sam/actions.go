package sam

import (
	"slices"

	"github.com/singletable-go/ddb/ddbobserve"
)

// Actions are actions of IAM that a function needs, sorted, without the prefix "dynamodb:".
type Actions struct {
	Table []string // on the table itself
	Index []string // on its indexes
}

// Called returns the actions that requests need. A transaction has none of its own: it needs those of its parts.
func Called(requests []ddbobserve.Request) Actions {
	table, index := map[string]bool{}, map[string]bool{}
	for _, r := range requests {
		on := table
		if r.Index != ddbobserve.Primary {
			on = index
		}
		for _, action := range actionsOf(r) {
			on[action] = true
		}
	}
	return Actions{Table: sorted(table), Index: sorted(index)}
}

func actionsOf(r ddbobserve.Request) []string {
	switch r.Operation {
	case "TransactGetItems":
		return []string{"GetItem"}
	case "TransactWriteItems":
		var actions []string
		for _, w := range r.Writes {
			actions = append(actions, parts[w.Action])
		}
		return actions
	}
	return []string{r.Operation}
}

// parts are the actions for the parts of a transaction.
var parts = map[string]string{
	ddbobserve.Put: "PutItem", ddbobserve.Update: "UpdateItem", ddbobserve.Delete: "DeleteItem", ddbobserve.Check: "ConditionCheckItem",
}

func sorted(set map[string]bool) []string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
