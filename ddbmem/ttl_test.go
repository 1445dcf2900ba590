package ddbmem_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

const expiring = `{"TableName":"hash","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"ttl"}}`

func TestItemsThatExpireBeyondAllTimeStay(t *testing.T) {
	t.Parallel()

	c := newCaller(t)
	c.ok("CreateTable", hashTable)
	c.ok("UpdateTimeToLive", expiring)
	for _, at := range []string{"9223372036854775807", "9223372036854775000", "9e18", "99999999999999999999", "100000000001"} {
		c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"a"},"ttl":{"N":"`+at+`"}}}`)
		require.Contains(t, c.ok("GetItem", `{"TableName":"hash","Key":{"pk":{"S":"a"}}}`), "ttl", at)
	}
}

func TestItemsExpireHoweverFarTheClockJumps(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{Clock: clock})
	c.ok("CreateTable", hashTable)
	c.ok("UpdateTimeToLive", expiring)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"soon"},"ttl":{"N":"1700003600"}}}`)
	c.ok("PutItem", `{"TableName":"hash","Item":{"pk":{"S":"too old when written"},"ttl":{"N":"1500000000"}}}`)
	clock.Advance(10 * 365 * 24 * time.Hour)
	c.answers("Scan", `{"TableName":"hash","ProjectionExpression":"pk"}`,
		`{"Items":[{"pk":{"S":"too old when written"}}],"Count":1,"ScannedCount":1}`)
	require.NoError(t, c.e.Check())
	c.ok("DeleteItem", `{"TableName":"hash","Key":{"pk":{"S":"too old when written"}}}`)
}
