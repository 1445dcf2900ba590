package relational_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/relational"
)

func Example_orderEntry() {
	recipe.Example(relational.OrderEntry)
	// Output:
	// 1 and 3 an employee by id, with phone numbers: 1 item (1 request, 0.5 R)
	//   GetItem pk = "employee#{ID}" AND sk = "employee#"
	// 2 employees by name: 2 items (1 request, 0.5 R)
	//   Query gsi1 gsi1_pk = "name#{Name:fold}" AND begins_with(gsi1_sk, "employee#")
	// 4 a customer, with phone numbers: 1 item (1 request, 0.5 R)
	//   GetItem pk = "customer#{ID}" AND sk = "customer#"
	// 5 orders of a customer in a period: 2 items (1 request, 0.5 R)
	//   Query gsi1 gsi1_pk = "customer#{Customer}" AND gsi1_sk BETWEEN "order#{Placed}" AND "order#{Placed}"
	// 6 open orders in a period: 2 items (4 requests, 2 R)
	//   4 × Query gsi3 gsi3_pk = "open#{ID:shard4}" AND gsi3_sk BETWEEN "order#{Placed}" AND "order#{Placed}"
	// 7 employees hired since: 1 item (1 request, 0.5 R)
	//   Query gsi4 gsi4_pk = "hired" AND gsi4_sk BETWEEN "{Hired}" AND "…"
	// 8 employees in a warehouse: 2 items (1 request, 0.5 R)
	//   Query gsi2 gsi2_pk = "warehouse#{Warehouse}" AND begins_with(gsi2_sk, "employee#")
	// 9 order lines of a product, the newest first: 4 items (1 request, 0.5 R)
	//   Query gsi1 gsi1_pk = "product#{Product}" AND begins_with(gsi1_sk, "line#")
	// 10 stock of a product in all warehouses: 2 items (1 request, 0.5 R)
	//   Query pk = "product#{Product}" AND begins_with(sk, "stock#")
	// 11 customers of a representative: 2 items (1 request, 0.5 R)
	//   Query gsi2 gsi2_pk = "rep#{Rep}" AND begins_with(gsi2_sk, "customer#")
	// 12 orders of a representative in a period: 3 items (1 request, 0.5 R)
	//   Query gsi2 gsi2_pk = "rep#{Rep}" AND gsi2_sk BETWEEN "order#{Placed}" AND "order#{Placed}"
	// 13 employees with a title: 2 items (1 request, 0.5 R)
	//   Query gsi3 gsi3_pk = "title#{Title}" AND begins_with(gsi3_sk, "employee#")
	// 14 stock of a product in a warehouse: 1 item (1 request, 0.5 R)
	//   GetItem pk = "product#{Product}" AND sk = "stock#{Warehouse}"
	// 15 a product, with its total stock: 1 item (1 request, 0.5 R)
	//   GetItem pk = "product#{ID}" AND sk = "product#"
	// an employee with former jobs: 2 items (1 request, 0.5 R)
	//   Query pk = "employee#{ID}"
	// an order with its lines: 2 items (1 request, 0.5 R)
	//   Query pk = "order#{ID}"
	// a warehouse: 1 item (1 request, 0.5 R)
	//   GetItem pk = "warehouse#{ID}" AND sk = "warehouse#"
	// place an order of one line (1 request, 10 W)
	//   TransactWriteItems
	//     put order pk = "order#{ID}" AND sk = "order#"
	//       IF attribute_not_exists(pk)
	//     put line pk = "order#{Order}" AND sk = "line#{Number:3}"
	//       IF attribute_not_exists(pk)
	//     update stock pk = "product#{Product}" AND sk = "stock#{Warehouse}"
	//       IF (attribute_exists(pk)) AND (quantity >= ?)
}

func Example_sQLIn() {
	recipe.Example(relational.SQLIn)
	// Output:
	// import: each request to at least 20 partitions (17 requests, 420 W)
	// compare: 20 artists and 400 works in both (1 request, 10 R)
	// import again: each request to at least 20 partitions (17 requests, 420 W)
	// compare again: 20 artists and 400 works in both (1 request, 10 R)
	// import works in the order of their keys: each request to at least 2 partitions (16 requests, 400 W)
}

func Example_sQLOut() {
	recipe.Example(relational.SQLOut)
	// Output:
	// fill: north 20 trips 2010 km, south 10 trips 1020 km (1 request, 4 R)
	// delete a trip, correct one, move a vehicle: north 20 trips 2010 km, south 10 trips 1020 km (1 request, 3 W)
	// follow the stream, at no capacity: north 9 trips 807 km, south 20 trips 2030 km (no request)
	// all records again, the newest first: north 9 trips 807 km, south 20 trips 2030 km (no request)
	// fill again: north 9 trips 807 km, south 20 trips 2030 km (1 request, 4 R)
}
