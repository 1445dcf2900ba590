package indexes_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/indexes"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

func Example_sparseIndex() {
	recipe.Example(indexes.SparseIndex)
	// Output:
	// open orders, by the sparse index: 3 items (1 request, 0.5 R)
	//   Query open open_of = "customer#{Customer}"
	// open orders, by a filter: 3 items (1 request, 5 R)
	//   Query customer = "customer#{Customer}" AND begins_with(order_id, "order#"), filter open = true
	// close an order (1 request, 2 W)
	//   UpdateItem update order customer = "customer#{Customer}" AND order_id = "order#{ID}" IF attribute_exists(customer)
}

func Example_goldBadge() {
	recipe.Example(indexes.GoldBadge)
	// Output:
	// everyone with gold: 3 items (1 request, 0.5 R)
	//   Query by-badge badge = Badge
	// award gold (1 request, 2 W)
	//   UpdateItem update player player = "player#{ID}" IF attribute_exists(player)
	// revoke it (1 request, 2 W)
	//   UpdateItem update player player = "player#{ID}" IF attribute_exists(player)
	// rename a player without a badge (1 request, 1 W)
	//   UpdateItem update player player = "player#{ID}" IF attribute_exists(player)
	// everyone with gold, by a scan: 3 players (1 request, 12.5 R)
}

func Example_gsiOverloading() {
	recipe.Example(indexes.GSIOverloading)
	// Output:
	// the member with an address: 1 item (1 request, 0.5 R)
	//   Query gsi1 gsi1_pk = "email#{Email:fold}" AND begins_with(gsi1_sk, "member#")
	// the loans due on a day: 2 items (1 request, 0.5 R)
	//   Query gsi1 gsi1_pk = "due#{Due}" AND begins_with(gsi1_sk, "loan#")
	// the books on a shelf: 10 items (1 request, 0.5 R)
	//   Query gsi1 gsi1_pk = "shelf#{Shelf}" AND begins_with(gsi1_sk, "title#")
	// lend a book (1 request, 2 W)
	//   PutItem put loan pk = "member#{MemberID}" AND sk = "loan#{ISBN}" IF attribute_not_exists(pk)
}

func Example_projections() {
	recipe.Example(indexes.Projections)
	// Output:
	// 20 headlines by KEYS_ONLY (2 requests, 10.5 R)
	// 20 headlines by INCLUDE (1 request, 0.5 R)
	// 20 headlines by ALL (1 request, 8 R)
	// 20 whole stories by KEYS_ONLY (2 requests, 10.5 R)
	// 20 whole stories by INCLUDE (2 requests, 10.5 R)
	// 20 whole stories by ALL (1 request, 8 R)
	// publish: table 4 W, KEYS_ONLY 1 W, INCLUDE 1 W, ALL 4 W (1 request, 10 W)
	// correct the body: table 4 W, KEYS_ONLY 0 W, INCLUDE 0 W, ALL 4 W (1 request, 8 W)
	// correct the headline: table 4 W, KEYS_ONLY 0 W, INCLUDE 1 W, ALL 4 W (1 request, 9 W)
}

func Example_readReplica() {
	recipe.Example(indexes.ReadReplica)
	// Output:
	// the shop reads the table: primary 0.5 R 0 W, replica 0 R 0 W (1 request, 0.5 R)
	// the feed reads the replica: primary 0 R 0 W, replica 4.5 R 0 W (1 request, 4.5 R)
	// change a price: primary 0 R 1 W, replica 0 R 1 W (1 request, 2 W)
}

func Example_lsiResort() {
	recipe.Example(indexes.LSIResort)
	// Output:
	// end a session (1 request, 2 W)
	//   PutItem put session player = "player#{Player}" AND session = "session#{Began}" IF attribute_not_exists(player)
	// the best three, consistently: 3 items (1 request, 1 R)
	//   Query by-points player = "player#{Player}"
	// sessions of 900 points or more: 55 items (1 request, 1 R)
	//   Query by-points player = "player#{Player}" AND points >= Points
	// the best three, without the index: 3 items (1 request, 11 R)
	//   Query player = "player#{Player}" AND begins_with(session, "session#")
}

func Example_shadowTable() {
	recipe.Example(indexes.ShadowTable)
	// Output:
	// the stream copies 200 vehicles (400 requests, 400 W)
	// drive (1 request, 1 W)
	// sell a vehicle (1 request, 1 W)
	// the stream copies 2 changes (2 requests, 2 W)
	// the report: 199 vehicles, 204 km (1 request, 4 R)
}

func Example_gsiSharding() {
	recipe.Example(indexes.GSISharding)
	// Output:
	// waiting since an hour: 60 items (8 requests, 4 R)
	//   8 × Query by-status status_shard = "status#{Status}#{ID:shard8}" AND status_at BETWEEN "{Changed}" AND "…"
	// the last five: 5 items (8 requests, 4 R)
	//   8 × Query by-status status_shard = "status#{Status}#{ID:shard8}"
	// deliver a parcel (1 request, 3 W)
	//   UpdateItem update parcel parcel = "parcel#{ID}" IF attribute_exists(parcel)
}

func Example_mostRecent() {
	recipe.Example(indexes.MostRecent)
	// Output:
	// register 100 shops, one every two hours (100 requests, 200 W)
	// the newest 5: 5 shops, s099 to s095 (1 request, 0.5 R)
	// the newest 40: 40 shops, s099 to s060 (4 requests, 2 R)
	// the newest 1000: 100 shops, s099 to s000 (30 requests, 15 R)
	// Forty days later, without a new shop:
	// the newest 5: none (30 requests, 15 R)
}
