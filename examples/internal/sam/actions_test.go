package sam

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/ddbobserve"
)

func TestATransactionNeedsTheActionsOfItsParts(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Actions{
		Table: []string{"BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"},
		Index: []string{"Query"},
	}, Called([]ddbobserve.Request{
		{Operation: "TransactWriteItems", Index: "primary", Writes: []ddbobserve.Write{
			{Action: ddbobserve.Put}, {Action: ddbobserve.Update}, {Action: ddbobserve.Delete}, {Action: ddbobserve.Check},
		}},
		{Operation: "TransactGetItems", Index: "primary"},
		{Operation: "BatchGetItem", Index: "primary"},
		{Operation: "Query", Index: "gsi1"},
		{Operation: "Query", Index: "gsi2"},
	}))
	assert.Empty(t, Called(nil))
}
