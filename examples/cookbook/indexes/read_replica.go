package indexes

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/singletable-go/ddb"
)

// Offer is what a shop sells.
type Offer struct {
	Shop  string `dynamodbav:"-"`
	ID    string `dynamodbav:"-"`
	Title string `dynamodbav:"title"`
	Cents int    `dynamodbav:"cents"`
}

// The table of offers, and a global index with the same key, which is a replica for the readers of a feed.
//
// Its reads have throughput and partitions of their own: a feed that is throttled, or that makes a partition hot, does not slow
// down the shop. Writes are not separate. Each is paid for twice, and if the index cannot take them, DynamoDB throttles the
// writes of the table. The replica is eventually consistent, and in the same Region: it is no backup.
var (
	OfferTable = ddb.NewTable("shop", "offer")
	Replica    = OfferTable.GSI("replica", "shop", "offer")

	Offers = ddb.MustDefine(OfferTable, "offer", func(o *Offer, d *ddb.Definition) {
		shop, offer := ddb.Key(ddb.Prefix("shop#"), ddb.Str(&o.Shop)), ddb.Key(ddb.Prefix("offer#"), ddb.Str(&o.ID))
		d.Primary(shop, offer)
		d.Index(Replica, shop, offer)
	})
)

// OffersOf are the offers of a shop, for the shop itself.
func OffersOf(shop string) ddb.Query[Offer] { return Offers.Query(Offer{Shop: shop}) }

// FeedOf are the offers of a shop, from the replica.
func FeedOf(shop string) ddb.Query[Offer] { return Offers.On(Replica, Offer{Shop: shop}) }

// CreateOffers returns the request that creates the table on demand, with at most a number of read units a second for the
// feed. That bounds what the feed can cost. It leaves the index's writes unbounded, since a bound would throttle the table.
func CreateOffers(name string, feedUnits int64) *dynamodb.CreateTableInput {
	in := OfferTable.CreateTableInput(name)
	for i, ix := range in.GlobalSecondaryIndexes {
		if aws.ToString(ix.IndexName) == Replica.Name() {
			in.GlobalSecondaryIndexes[i].OnDemandThroughput = &types.OnDemandThroughput{MaxReadRequestUnits: &feedUnits}
		}
	}
	return in
}
