package ddbmem

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDeletedTableGivesItsMemoryBackWhileItsStreamIsRead(t *testing.T) {
	t.Parallel()

	e := New()
	for _, request := range [][2]string{
		{"CreateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],
			"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}`},
		{"PutItem", `{"TableName":"abc","Item":{"pk":{"S":"a"}}}`},
		{"DeleteTable", `{"TableName":"abc"}`},
	} {
		require.Equal(t, 200, e.answer(call(t.Context(), tableTarget+request[0]), []byte(request[1])).status)
	}
	require.Len(t, e.streams, 1)
	for _, s := range e.streams {
		require.Zero(t, s.table.rows.Len())
		require.Equal(t, 1, s.order.len())
	}
}
