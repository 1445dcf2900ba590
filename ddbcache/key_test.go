package ddbcache_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

// A key that cannot be told, such as one of a string that the SDK sends as another, may be that of any write: its reads see
// all of them, and those of other keys beside it in a batch do too.
func TestAKeyThatCannotBeToldSeesEveryWrite(t *testing.T) {
	t.Parallel()
	clock := newManual()
	engine, client, sent := open(t, ddbmem.Options{Clock: ddbmem.NewManualClock(clock.now())})
	cache := ddbcache.New(client, &ddbcache.Options{Now: clock.now})
	get(t, cache, key("before")) // shows what the key is
	engine.SetFaults(ddbmem.Faults{ReadLag: 4 * time.Second})
	require.Nil(t, get(t, cache, key("\ufffd")))
	put(t, cache, key("\ufffd", item{"v": s("1")}))
	put(t, cache, key("a"))
	require.Nil(t, get(t, client, key("\xff")), "not yet, without the cache")
	assert.Equal(t, s("1"), get(t, cache, key("\xff"))["v"])
	out, err := cache.BatchGetItem(t.Context(), batchOf(key("a"), key("\xfe"), key("b\xff")))
	require.NoError(t, err)
	assert.Len(t, out.Responses[name], 2)
	put(t, cache, key("\xff", item{"v": s("2")}))
	for _, same := range []string{"\xff", "\xfe", "\ufffd"} {
		assert.Equal(t, s("2"), get(t, cache, key(same))["v"], "%q", same)
	}
	sent.requests("GetItem")
	for range 2 {
		get(t, cache, key("\xfe"))
	}
	assert.Equal(t, 2, sent.requests("GetItem"), "they are not kept")
}

// A string that is not UTF-8 comes back as another one, so the item that was put is not what the table has.
func TestAnItemThatIsNotUTF8IsNotKeptAsItWasPut(t *testing.T) {
	t.Parallel()
	_, client, _ := open(t)
	cache := ddbcache.New(client, nil)
	get(t, cache, key("a"))
	for _, it := range []item{{"v": s("M\xfcller")}, {"\xfc": s("v")}, {"v": s("\xed\xa0\x80")}} {
		put(t, cache, key("a", it))
		assert.Equal(t, get(t, client, key("a")), get(t, cache, key("a")))
	}
}

type tableCalls interface {
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
	DeleteTable(context.Context, *dynamodb.DeleteTableInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error)
}

// A table may be deleted and made again with another key, by another program or through the cache: a write that begins with
// the old key and ends with the new one is seen.
func TestAPutAcrossAnotherKeyOfTheTableIsSeen(t *testing.T) {
	t.Parallel()
	for what, through := range map[string]bool{"elsewhere": false, "through the cache": true} {
		for _, while := range []bool{false, true} {
			t.Run(what, func(t *testing.T) {
				t.Parallel()
				engine, client, _ := open(t)
				cache := ddbcache.New(client, nil)
				get(t, cache, key("a"))
				var tables tableCalls = client
				if through {
					tables = cache
				}
				_, err := tables.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String(name)})
				require.NoError(t, err)
				_, err = tables.CreateTable(t.Context(), &dynamodb.CreateTableInput{
					TableName: aws.String(name), BillingMode: "PAY_PER_REQUEST", AttributeDefinitions: keyAttributes[:1], KeySchema: keySchema[:1],
				})
				require.NoError(t, err)
				engine.SetFaults(ddbmem.Faults{ReadLag: time.Minute})
				_, err = cache.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(name), Item: key("a")}, func(*dynamodb.Options) {
					if while { // the put is under way
						assert.Nil(t, get(t, cache, item{"pk": s("a")}))
						assert.Nil(t, get(t, cache, item{"pk": s("a")}))
					}
				})
				require.NoError(t, err)
				assert.Equal(t, key("a"), get(t, cache, item{"pk": s("a")}))
			})
		}
	}
}
