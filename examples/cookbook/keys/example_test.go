package keys_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/keys"
)

func Example_compositeKey() {
	recipe.Example(keys.CompositeKey)
	// Output:
	// a trip: 1 item (1 request, 0.5 R)
	//   GetItem trip = "trip#{Began}#{ID}" AND vehicle = "vehicle#{Vehicle}"
	// the trips of a day: 10 items (1 request, 0.5 R)
	//   Query vehicle = "vehicle#{Vehicle}" AND trip BETWEEN "trip#{Began}" AND "trip#{Began}…"
	// the last three trips: 3 items (1 request, 0.5 R)
	//   Query vehicle = "vehicle#{Vehicle}" AND begins_with(trip, "trip#")
	// all trips of the vehicle: 300 items (1 request, 3.5 R)
	//   Query vehicle = "vehicle#{Vehicle}" AND begins_with(trip, "trip#")
}

func Example_hierarchicalKey() {
	recipe.Example(keys.HierarchicalKey)
	// Output:
	// a country: 200 items (1 request, 2 R)
	//   Query country = "country#{Country}"
	// a region: 100 items (1 request, 1 R)
	//   Query country = "country#{Country}" AND begins_with(place, "{Region}#")
	// a state: 50 items (1 request, 0.5 R)
	//   Query country = "country#{Country}" AND begins_with(place, "{Region}#{State}#")
	// a city: 25 items (1 request, 0.5 R)
	//   Query country = "country#{Country}" AND begins_with(place, "{Region}#{State}#{City}#")
	// a city without its state: refused (no request)
}

func Example_adjacencyList() {
	recipe.Example(keys.AdjacencyList)
	// Output:
	// an article with its bylines: 3 items (1 request, 0.5 R)
	//   Query pk = "article#{ID}"
	// a reporter with the bylines: 4 items (1 request, 0.5 R)
	//   Query by-reporter reporter_pk = "reporter#{ID}"
	// the articles of a reporter: 3 items (2 requests, 2 R)
	//   Query by-reporter reporter_pk = "reporter#{ID}" AND begins_with(reporter_sk, "wrote#")
	//   BatchGetItem 3 × pk = "article#{ID}" AND sk = "article#{ID}"
	// credit a reporter (1 request, 7 W)
	// credit the same again: it exists (1 request, 6 W)
}

func Example_invertedIndex() {
	recipe.Example(keys.InvertedIndex)
	// Output:
	// the matches of a player: 3 items (1 request, 0.5 R)
	//   Query player = "player#{Player}" AND begins_with(match, "match#")
	// the players of a match: 8 items (1 request, 0.5 R)
	//   Query inverted match = "match#{Match}" AND begins_with(player, "player#")
	// take a seat (1 request, 2 W)
	//   PutItem put seat match = "match#{Match}" AND player = "player#{Player}" IF attribute_not_exists(player)
	// change the team (1 request, 2 W)
	//   UpdateItem update seat match = "match#{Match}" AND player = "player#{Player}" IF attribute_exists(player)
}

func Example_graph() {
	recipe.Example(keys.Graph)
	// Output:
	// a player with all edges: 4 items (1 request, 0.5 R)
	//   Query node = "node#{ID}"
	// who was born on a day: 2 items (1 request, 0.5 R)
	//   Query by-target target = "node#{To}" AND begins_with(target_edge, "edge#{Relation}#")
	// who was born in 1990: 3 items (8 requests, 4 R)
	//   8 × Query by-data type_shard = "edges#{Relation}#{From:shard8}" AND data_key BETWEEN "{Data}" AND "{Data}…"
	// players named B…: 1 item (8 requests, 4 R)
	//   8 × Query by-data type_shard = "nodes#{Kind}#{ID:shard8}" AND begins_with(data_key, "{Data}")
	// whom ann follows in two hops: player/bob player/cyd (2 requests, 1 R)
	// follow (1 request, 3 W)
}

func Example_geohash() {
	recipe.Example(keys.Geohash)
	// Output:
	// within 2 km of Fiji's date line: Taveuni 0 (426 m), Taveuni 1 (639 m), Taveuni 2 (1703 m) (4 requests, 2 R)
	// within 5 km of it: Taveuni 0 (426 m), Taveuni 1 (639 m), Taveuni 2 (1703 m), Taveuni 3 (2768 m) (9 requests, 4.5 R)
	// within 2 km of Longyearbyen: Longyearbyen 1 (227 m), Longyearbyen 2 (908 m), Longyearbyen 0 (1362 m) (10 requests, 5 R)
	// within 2 km of the pole: refused: too many cells (no request)
	// move a station to another cell (1 request, 3 W)
}

func Example_pages() {
	recipe.Example(keys.Pages)
	// Output:
	// the first 10: 10 reviews, r119 to r110 (1 request, 0.5 R)
	// the next 10: 10 reviews, r109 to r100 (1 request, 0.5 R)
	// the token, for another product: refused (no request)
	// the token, changed: refused (no request)
	// 10 with five stars: 6 reviews, r100 to r000, the last page (4 requests, 2.5 R)
	// 10 with five stars, of the next 50: 2 reviews, r100 to r080 (1 request, 1 R)
	// 10 with six stars, of the next 50: 0 reviews (1 request, 1 R)
	// …: 0 reviews (1 request, 1 R)
	// …: 0 reviews, the last page (1 request, 0.5 R)
}
