package ddbcache_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbcache"
	"github.com/singletable-go/ddb/ddbmem"
)

// BenchmarkGet compares a Get with a cache to one without, on an engine in this process: without network, which makes a
// read of DynamoDB some hundred times slower.
func BenchmarkGet(b *testing.B) {
	client := ddbmem.New().Client()
	require.NoError(b, ddb.New(client, "library", library, nil).CreateTable(b.Context()))
	_, err := ddb.NewRepository(ddb.New(client, "library", library, nil), books).Put(b.Context(), book{Author: "1", ISBN: "a", Title: "The Dispossessed", Year: 1974})
	require.NoError(b, err)
	for name, c := range map[string]ddb.Client{
		"plain": client, "hit": ddbcache.New(client, nil), "miss": ddbcache.New(client, &ddbcache.Options{ItemTTL: 1}), "off": ddbcache.New(client, &ddbcache.Options{ItemTTL: -1}),
	} {
		b.Run(name, func(b *testing.B) {
			bs := ddb.NewRepository(ddb.New(c, "library", library, nil), books)
			b.ReportAllocs()
			for b.Loop() {
				_, err := bs.Get(b.Context(), book{Author: "1", ISBN: "a"})
				require.NoError(b, err)
			}
		})
	}
}

// BenchmarkHit is a hit without the library on it.
func BenchmarkHit(b *testing.B) {
	cache := ddbcache.New(endless{attributes: 10, size: 20}, nil)
	in := &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")}
	b.ReportAllocs()
	for b.Loop() {
		_, err := cache.GetItem(b.Context(), in)
		require.NoError(b, err)
	}
}

// BenchmarkHitsBeside is BenchmarkHit on all processors at once.
func BenchmarkHitsBeside(b *testing.B) {
	cache := ddbcache.New(endless{attributes: 10, size: 20}, nil)
	b.RunParallel(func(pb *testing.PB) {
		in := &dynamodb.GetItemInput{TableName: aws.String(name), Key: key("a")}
		for pb.Next() {
			if _, err := cache.GetItem(context.Background(), in); err != nil {
				b.Error(err)
			}
		}
	})
}
