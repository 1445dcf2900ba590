package ddbmem_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// TestTablesChangeUnderTheirRequests creates, alters, saves and deletes tables while requests read and write them.
func TestTablesChangeUnderTheirRequests(t *testing.T) {
	t.Parallel()

	clock := ddbmem.NewManualClock(time.Unix(1_700_000_000, 0))
	c := newCaller(t, ddbmem.Options{
		Clock: clock, Legacy: true, PartiQL: true, ShardRecords: 20,
		Faults: ddbmem.Faults{Conflict: 0.01, Unprocessed: 0.1, IndexLag: 5 * time.Second},
	})
	streamed := strings.Replace(indexedTable, `{"TableName"`, `{"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"},"TableName"`, 1)
	c.ok("CreateTable", streamed)
	c.ok("CreateTable", hashTable)
	arn := c.streamArn("indexed")
	const ttl = `{"TableName":"indexed","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"n"}}`
	alter := func(r *rand.Rand) (op, body string) {
		switch r.IntN(9) {
		case 0:
			return "UpdateTable", strings.Replace(addIndex("g", "S"), `"tab"`, `"indexed"`, 1)
		case 1:
			return "UpdateTable", `{"TableName":"indexed","GlobalSecondaryIndexUpdates":[{"Delete":{"IndexName":"added"}}]}`
		case 2:
			return "DeleteTable", `{"TableName":"indexed"}`
		case 3, 4:
			return "CreateTable", streamed
		case 5:
			return "UpdateTimeToLive", ttl
		case 6:
			return "UpdateTable", `{"TableName":"indexed","StreamSpecification":{"StreamEnabled":false}}`
		case 7:
			return "UpdateTable", `{"TableName":"indexed","StreamSpecification":{"StreamEnabled":true,"StreamViewType":"KEYS_ONLY"}}`
		}
		return "TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/indexed","Tags":[{"Key":"a","Value":"b"}]}`
	}
	read := func() {
		status, answer := c.send("DescribeStream", `{"StreamArn":"`+arn+`"}`)
		if status != 200 {
			return
		}
		shards, _ := c.parse(answer)["StreamDescription"].(map[string]any)["Shards"].([]any)
		for _, s := range shards {
			id, _ := s.(map[string]any)["ShardId"].(string)
			if _, answer = c.send("GetShardIterator", `{"StreamArn":"`+arn+`","ShardId":"`+id+`","ShardIteratorType":"TRIM_HORIZON"}`); strings.Contains(answer, `"ShardIterator"`) {
				c.send("GetRecords", answer)
			}
		}
	}
	var wg sync.WaitGroup
	for worker := range 64 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(worker), 11))
			for range 40 {
				op, body := mixed(r, arn)
				switch r.IntN(12) {
				case 0:
					op, body = alter(r)
				case 1:
					clock.Advance(time.Second)
				case 2:
					if worker == 0 { // each doubles the open shards
						c.e.SplitShard("indexed")
					}
				case 3:
					read()
				case 4:
					if r.IntN(10) > 0 {
						continue
					}
					var b bytes.Buffer
					if err := c.e.Snapshot(&b); err != nil {
						t.Error(err)
					} else if err := ddbmem.New().Restore(&b); err != nil {
						t.Error(err)
					}
				}
				if status, answer := c.send(op, body); status >= 500 {
					t.Errorf("%s %s: %s", op, body, answer)
				}
			}
		})
	}
	wg.Wait()
	require.NoError(t, c.e.Check())
}
