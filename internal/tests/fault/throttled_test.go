package fault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Volume is a book, in an index by genre.
type Volume struct {
	AuthorID string `dynamodbav:"-"`
	ISBN     string `dynamodbav:"isbn"`
	Title    string `dynamodbav:"title"`
	Genre    string `dynamodbav:"genre"`
	Year     int    `dynamodbav:"year"`
}

var (
	volumesTable = ddb.NewTable("pk", "sk")
	byGenre      = volumesTable.GSI("by-genre", "genre_pk", "genre_sk")
	volumes      = ddb.MustDefine(volumesTable, "book", func(b *Volume, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("author#"), ddb.Str(&b.AuthorID)), ddb.Key(ddb.Prefix("book#"), ddb.Str(&b.ISBN)))
		d.Index(byGenre, ddb.Key(ddb.Prefix("genre#"), ddb.Fold(&b.Genre)), ddb.Key(ddb.Num(&b.Year, 4)))
	})
)

const byGenreArn = "arn:aws:dynamodb:us-east-1:000000000000:table/library/index/by-genre"

// eachOnce has a client send each request once: a retry would find units again.
func eachOnce(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }

// One genre takes more writes than a partition of its index bears, while the authors of the table have partitions enough.
func TestAThrottledWriteNamesTheHotIndex(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db := ddb.New(ddbmem.New(ddbmem.Options{Capacity: &ddbmem.Capacity{}}).Client(eachOnce), "library", volumesTable, &ddb.Options{MaxAttempts: 1})
		require.NoError(t, db.CreateTable(t.Context()))
		var err error
		written := 0
		for ; err == nil && written < 100; written++ {
			err = db.Do(t.Context(), volumes.Create(Volume{AuthorID: fmt.Sprint(written), ISBN: "1", Genre: "SF", Year: 1969, Title: strings.Repeat("x", 99_000)}))
		}
		assert.Equal(t, 11, written, "of 97 units each, and the table has 1,000 a second for a partition")
		hotIndex(t, err)
		var sdk *types.ThrottlingException
		require.ErrorAs(t, err, &sdk)
	})
}

func hotIndex(t *testing.T, err error) {
	t.Helper()
	require.ErrorIs(t, err, ddb.ErrThrottled)
	require.ErrorContains(t, err, ": index by-genre: hot key range, writes: ")
	throttled, ok := errors.AsType[*ddb.ThrottleError](err)
	require.True(t, ok)
	assert.Equal(t, []ddb.ThrottleReason{{Index: "by-genre", Reason: "IndexWriteKeyRangeThroughputExceeded", Resource: byGenreArn}}, throttled.Reasons)
}

// What faults throttle says why as well.
func TestFaultsThrottleForAReason(t *testing.T) {
	t.Parallel()
	engine := ddbmem.New()
	db := ddb.New(engine.Client(eachOnce), "library", volumesTable, &ddb.Options{MaxAttempts: 1})
	require.NoError(t, db.CreateTable(t.Context()))
	books := ddb.NewRepository(db, volumes)
	dispossessed := Volume{AuthorID: "le-guin", ISBN: "9780060512750", Genre: "SF", Year: 1974}
	create := func(ctx context.Context) error { return db.Do(ctx, volumes.Create(dispossessed)) }
	get := func(ctx context.Context) error { _, err := books.Get(ctx, dispossessed); return err }
	query := func(ctx context.Context) error {
		_, err := ddb.Collect(books.Query(ctx, volumes.On(byGenre, Volume{Genre: "sf"}).SortKey(ddb.Ge(&volumes.Fields().Year, 1970))))
		return err
	}
	for _, c := range []struct {
		fault ddbmem.Fault
		run   func(context.Context) error
		says  string
	}{
		{ddbmem.Throttled, create, ": table: provisioned throughput exceeded, writes: "},
		{ddbmem.Throttled, get, ": table: provisioned throughput exceeded, reads: "},
		{ddbmem.Throttled, query, ": index by-genre: provisioned throughput exceeded, reads: "},
		{ddbmem.HotPartition, create, ": table: hot key range, writes: "},
		{ddbmem.HotPartition, get, ": table: hot key range, reads: "},
		{ddbmem.HotPartition, query, ": index by-genre: hot key range, reads: "},
		{ddbmem.HotIndex, create, ": index by-genre: hot key range, writes: "},
	} {
		engine.SetFaults(ddbmem.Faults{Hook: func(ddbmem.Call) ddbmem.Fault { return c.fault }})
		err := c.run(t.Context())
		require.ErrorIs(t, err, ddb.ErrThrottled)
		require.ErrorContains(t, err, c.says)
		if c.fault == ddbmem.HotIndex {
			hotIndex(t, err)
		}
	}
}
