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
