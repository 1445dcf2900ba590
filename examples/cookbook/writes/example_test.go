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
