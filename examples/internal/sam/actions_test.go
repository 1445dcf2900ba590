package sam

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/singletable-go/ddb/examples/internal/trace"
)

func TestATransactionNeedsTheActionsOfItsParts(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Actions{
		Table: []string{"BatchGetItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem"},
		Index: []string{"Query"},
	}, Called([]trace.Request{
		{Operation: "TransactWriteItems", Index: "primary", Key: "put a\nupdate b\ndelete c\ncheck d"},
		{Operation: "TransactGetItems", Index: "primary", Key: "a; b"},
		{Operation: "BatchGetItem", Index: "primary"},
		{Operation: "Query", Index: "gsi1"},
		{Operation: "Query", Index: "gsi2"},
	}))
	assert.Empty(t, Called(nil))
}
