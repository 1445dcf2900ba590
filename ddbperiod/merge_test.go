package ddbperiod_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

func TestAMergeMeetsAnItemThatCannotBeReadAtItsPlace(t *testing.T) {
	t.Parallel()
	w := rolled(t, nil)
	w.put(t, reading{Device: "d", At: on(time.October, 20), Celsius: 1}, reading{Device: "d", At: on(time.October, 21), Celsius: 3})
	w.put(t, reading{Device: "d", At: on(time.November, 20), Celsius: 4})
	at := "2026-11-02T00:00:00.000000000Z"
	w.write(t, "readings-2026-11", map[string]types.AttributeValue{
		"pk": text("device#d"), "sk": text("at#" + at), "hot_pk": text("device#d"), "hot_sk": text("002#" + at),
		"entityType": text("reading"), "celsius": text("warm"),
	})
	q := w.fleet.readings.On(w.hot, reading{Device: "d"})
	for _, tc := range []struct {
		q    ddb.Query[reading]
		want []int // 0 is the error
	}{
		{q, []int{1, 0, 3, 4}},
		{q.Desc(), []int{4, 3, 0, 1}},
		{q.Limit(1), []int{1}},
		{q.Limit(2), []int{1, 0, 3}},
	} {
		var got []int
		for it, err := range w.readings.Query(t.Context(), tc.q) {
			assert.Equal(t, it.Celsius == 0, err != nil)
			got = append(got, it.Celsius)
		}
		assert.Equal(t, tc.want, got)
	}
	_, err := w.readings.One(t.Context(), q.Limit(1))
	require.NoError(t, err)
}
