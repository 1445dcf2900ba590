package writes_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/writes"
)

func Example_conditionalWrites() {
	recipe.Example(writes.ConditionalWrites)
	// Output:
	// create a stock of 5 (1 request, 1 W)
	// create it again: it exists already (1 request, 1 W)
	// reserve 3 (1 request, 2 W)
	// reserve 3 more: 3 of lamp: sold out: 2 left (1 request, 2 W)
	// a price: set: true (1 request, 1 W)
	// an older price, late: set: false (1 request, 1 W)
	// the price again: set: false (1 request, 1 W)
	// stored: 2 left, 3900 cents
}

func Example_counters() {
	recipe.Example(writes.Counters)
	// Output:
	// count a view (1 request, 1 W)
	// count a sale (1 request, 2 W)
	//   1 view, 1 sale
	// count a view, the response is lost (2 requests, 1 W)
	// count a sale, the response is lost (2 requests, 2 R)
	//   what a lost response cost is not in it; a token that is known already costs a read
	//   3 views, 2 sales
}

func Example_sequences() {
	recipe.Example(writes.NumberSequences)
	// Output:
	// a unique number: 1 (1 request, 1 W)
	// another, the response is lost: 3 (2 requests, 1 W)
	// a block of 100, to give away without requests: 4 to 103 (1 request, 1 W)
	// an invoice number, without gaps: sale a has 1 (2 requests, 1 R, 4 W)
	// the next one, the response is lost: sale b has 2 (3 requests, 5 R)
	// asked again: sale a has 1 (2 requests, 1 R, 4 W)
}

func Example_optimisticLocking() {
	recipe.Example(writes.OptimisticLocking)
	// Output:
	// ann saves version 1: version 2: "A heavy storm." (1 request, 1 W)
	// bob saves version 1: refused, stored is version 2: "A heavy storm." (1 request, 1 W)
	// a program adds a tag: version 3: weather (2 requests, 1 R, 1 W)
	// four programs at once, each another tag: version 7: coast ferries north weather wind
}

func Example_transactions() {
	recipe.Example(writes.Transactions)
	// Output:
	// ann gives bob 30: done (1 request, 6 W)
	// ann gives bob 10, the response is lost: done (2 requests, 6 R)
	// the first gift again, by a caller that crashed: done (1 request, 6 W)
	// 61 of 60 coins: gift g3: too few coins: ann has 60 (1 request, 6 W)
	// to a player who is gone: gift g4: no such player: eve (1 request, 6 W)
	// another gift with the id of the first: gift g1: another gift has this id (1 request, 6 W)
	// both wallets, as of one moment: 60 and 40 (1 request, 4 R)
}

func Example_batchWrites() {
	recipe.Example(writes.BatchWrites)
	// Output:
	// 60 photos: 0 to save again (3 requests, 60 W)
	// 20 photos, 12 are processed: 8 to save again (3 requests, 12 W)
	// those again, later: 0 to save again (1 request, 8 W)
	// 60 photos, one of 400 KB: 59 to save again, 1 is too large (no request)
	// the others: 0 to save again (3 requests, 59 W)
}

func Example_locks() {
	recipe.Example(writes.LeaseLocks)
	// Output:
	// one acquires the lock: token 1 (1 request, 1 W)
	// one opens the route: stops [] (1 request, 1 W)
	// one saves a stop: stops [harbour] (1 request, 1 W)
	// two tries to acquire the lock: lock truck-1: another holder has the lock (1 request, 1 W)
	// one renews the lock after 10 s (1 request, 1 W)
	// one pauses for 33 s, and two acquires the lock: token 2 (1 request, 1 W)
	// two opens the route: stops [harbour] (1 request, 1 W)
	// one goes on, and saves a stop: lock truck-1: the lock was lost (1 request, 1 W)
	// two saves a stop: stops [harbour market] (1 request, 1 W)
	// two releases the lock (1 request, 1 W)
}

func Example_rateLimiter() {
	recipe.Example(writes.RateLimiter)
	// Output:
	// a request that passes: 1 of 1 pass (1 request, 1 W)
	// six more requests in this minute: 4 of 6 pass (6 requests, 6 W)
	// a request that is refused: 0 of 1 pass (1 request, 1 W)
	// seven requests in the next minute: 5 of 7 pass (7 requests, 7 W)
	// 20 requests on four shards, with a limit of 10: 10 of 20 pass (20 requests, 20 W)
}
