package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// BenchmarkLoad is one call of the load.
func BenchmarkLoad(b *testing.B) {
	db := ddb.New(stub{"BatchWriteItem": []byte(`{"UnprocessedItems":{}}`)}.client(), tableName, Shop, nil)
	orders := sampleOrders(1000)
	for b.Loop() {
		ops := make([]ddb.Op, len(orders))
		for i, o := range orders {
			ops[i] = Orders.Put(o)
		}
		require.NoError(b, db.Batch(b.Context(), ops...))
	}
}
