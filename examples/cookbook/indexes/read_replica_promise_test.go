package indexes

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// limited is the table of offers, on an engine that throttles at the limits of the input.
func limited(t *testing.T, in *dynamodb.CreateTableInput) *ddb.DB {
	clock := ddbmem.NewManualClock(time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC))
	client := ddbmem.New(ddbmem.Options{Clock: clock, Capacity: &ddbmem.Capacity{}}).Client(func(o *dynamodb.Options) {
		o.Retryer = aws.NopRetryer{}
	})
	_, err := client.CreateTable(t.Context(), in)
	require.NoError(t, err)
	db := ddb.New(client, "offers", OfferTable, &ddb.Options{MaxAttempts: 1})
	_, err = ddb.NewRepository(db, Offers).Put(t.Context(), Offer{Shop: "lamps", ID: "1", Title: "Lamp", Cents: 100})
	require.NoError(t, err)
	return db
}

func TestFeedIsThrottledAloneAtItsBound(t *testing.T) {
	t.Parallel()
	db := limited(t, CreateOffers("offers", 1))
	require.NoError(t, db.VerifyTable(t.Context()), "the table is as declared")
	offers := ddb.NewRepository(db, Offers)
	var err error
	for range 1000 {
		if _, err = ddb.Collect(offers.Query(t.Context(), FeedOf("lamps"))); err != nil {
			break
		}
	}
	throttled := assertThrottled(t, err)
	assert.Equal(t, "replica", throttled.Reasons[0].Index)
	for range 1000 {
		_, err := ddb.Collect(offers.Query(t.Context(), OffersOf("lamps")))
		require.NoError(t, err, "the shop reads on")
	}
	_, err = offers.Update(t.Context(), Offer{Shop: "lamps", ID: "1"}, ddb.Set(&Offers.Fields().Cents, 200))
	require.NoError(t, err, "and writes")
}

func TestWritesOfTheTableAreThrottledByTheReplica(t *testing.T) {
	t.Parallel()
	in := CreateOffers("offers", 1000)
	in.GlobalSecondaryIndexes[0].OnDemandThroughput = &types.OnDemandThroughput{MaxWriteRequestUnits: aws.Int64(1)}
	offers := ddb.NewRepository(limited(t, in), Offers)
	var err error
	for i := range 1000 {
		if _, err = offers.Update(t.Context(), Offer{Shop: "lamps", ID: "1"}, ddb.Set(&Offers.Fields().Cents, i)); err != nil {
			break
		}
	}
	assert.Equal(t, "replica", assertThrottled(t, err).Reasons[0].Index)
}

func assertThrottled(t *testing.T, err error) *ddb.ThrottleError {
	t.Helper()
	var throttled *ddb.ThrottleError
	require.ErrorAs(t, err, &throttled)
	require.NotEmpty(t, throttled.Reasons)
	return throttled
}
