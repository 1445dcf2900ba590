package trace

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWorst(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]Request{
		"50":            {Operation: "GetItem"},
		"100":           {Operation: "GetItem", Consistent: true},
		"3 × 50":        {Operation: "BatchGetItem", Items: 3},
		"3 × 100":       {Operation: "BatchGetItem", Items: 3, Consistent: true},
		"4 × 200":       {Operation: "TransactGetItems", Items: 4},
		"128.5 × pages": {Operation: "Query"},
		"257 × pages":   {Operation: "Query", Consistent: true},
		"100 ":          {Operation: "Query", Limit: 2},
		"128.5":         {Operation: "Query", Limit: 20},
		"257":           {Operation: "Scan", Limit: 20, Consistent: true},
		"400 w":         {Operation: "PutItem"},
		"400 w ":        {Operation: "UpdateItem"},
		"5 × 800 w":     {Operation: "TransactWriteItems", Items: 5},
		"25 × 400 w":    {Operation: "BatchWriteItem", Items: 25},
	} {
		assert.Equal(t, trimmed(want), r.Worst(), "%+v", r)
	}
}

// trimmed makes a key of the map that would occur twice.
func trimmed(want string) string {
	if want[len(want)-1] == ' ' {
		return want[:len(want)-1]
	}
	return want
}
