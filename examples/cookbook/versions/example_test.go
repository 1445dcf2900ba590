package versions_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/versions"
)

func Example_numberedVersions() {
	recipe.Example(versions.NumberedVersions)
	// Output:
	// the latest version: 1 item (1 request, 0.5 R)
	//   GetItem contract = "contract#{ID}" AND version_no = "latest"
	// version 2: 1 item (1 request, 0.5 R)
	//   GetItem contract = "versions#{ID}" AND version_no = "v{Version:10}"
	// the newest three: 3 items (1 request, 1 R)
	//   Query contract = "versions#{ID}" AND begins_with(version_no, "v")
	// amend it (2 requests, 1 R, 4 W)
	//   GetItem contract = "contract#{ID}" AND version_no = "latest"
	//   TransactWriteItems
	//     update contract contract = "contract#{ID}" AND version_no = "latest"
	//       IF (attribute_exists(contract)) AND (version = ?) AND (~w = ?)
	//     put version of contract contract = "versions#{ID}" AND version_no = "v{Version:10}"
	// keep the newest two of five (3 requests, 1 R, 3 W)
	//   Query contract = "versions#{ID}" AND begins_with(version_no, "v"), only contract version_no version ~x ~p
	//   BatchWriteItem 2 × delete version of contract contract = "versions#{ID}" AND version_no = "v{Version:10}"
	//   BatchWriteItem put version of contract contract = "versions#{ID}" AND version_no = "v{Version:10}"
}

func Example_timedVersions() {
	recipe.Example(versions.TimedVersions)
	// Output:
	// the price at a time: 1 item (1 request, 0.5 R)
	//   Query sku = "sku#{SKU}" AND from BETWEEN "price#" AND "price#{From}"
	// all prices, to look for it: 500 items (1 request, 4.5 R)
	//   Query sku = "sku#{SKU}" AND begins_with(from, "price#")
	// prices that begin in a month: 31 items (1 request, 0.5 R)
	//   Query sku = "sku#{SKU}" AND from BETWEEN "price#{From}" AND "price#{From}"
	// set a price (1 request, 1 W)
	//   PutItem put price from = "price#{From}" AND sku = "sku#{SKU}" IF attribute_not_exists(sku)
}

func Example_v0Form() {
	recipe.Example(versions.V0Form)
	// Output:
	// two editors save, each with two puts (4 requests, 4 W)
	//   v0, a copy of v2: ann's; v1: the first; v2: bob's
	// a program dies between its two puts (1 request, 1 W)
	//   v0, a copy of v1: the first; v1: the first; v2: ann's
	// the same, with v0 first (1 request, 1 W)
	//   v0, a copy of v2: ann's; v1: the first
	// an Add counts up, sent again as its response was lost (3 requests, 3 W)
	//   v0, a copy of v3: the first; v1: the first; v3: ann's
	// two editors save, in a transaction each: one is refused (2 requests, 8 W)
	//   v0, a copy of v2: ann's; v1: the first; v2: ann's
}

func Example_eventSourcing() {
	recipe.Example(versions.EventSourcing)
	// Output:
	// load it, after 199 events: 199 events, 694 cents (1 request, 1 R)
	// replay all events: 199 events, 694 cents (1 request, 4 R)
	// spend 5 dollars: 200 events, 194 cents (3 requests, 2 R, 4 W)
	// load it: 200 events, 194 cents (1 request, 1 R)
	// the command again: 200 events, 194 cents (2 requests, 2 R)
	// spend 5 dollars more: too little money (2 requests, 2 R)
}
