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
