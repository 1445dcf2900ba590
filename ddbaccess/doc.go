// Package ddbaccess is the catalog of a program's access patterns: each has a name, a function, and example parameters. The
// catalog is run on a sample, and says what each pattern requests and costs, what it would cost at the volumes that are
// declared, and which key is the busiest. A test keeps the page and the numbers true.
//
//	var Patterns = &ddbaccess.Catalog{
//		Table: Shop, Seed: Sample, Peak: 5,
//		Volumes: []ddbaccess.Volume{
//			{Entity: Customers, Items: 100_000, Bytes: 400},
//			{Entity: Orders, Items: 2e6, Bytes: 1 << 10, Per: []ddbaccess.Per{{Index: Shop.Primary(), Typical: 20, Most: 5_000}}},
//		},
//		Patterns: []*ddbaccess.Pattern{
//			ddbaccess.Get("customer by id", Customers, Customer{ID: "1"}).Rate(50),
//			ddbaccess.Many("orders of a customer", OrdersOf, "1").Rate(20),
//			ddbaccess.Write("place an order", Orders.Create, Order{ID: "9", CustomerID: "1"}).Rate(2),
//		},
//	}
//
//	func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), Patterns) }
//
// # Measured
//
// [Catalog.Measure] creates a table, seeds it, and runs each pattern once. It takes each request from [ddb.Options].Observe:
// operation, index, key condition, filter, items and capacity. Values of keys are shown as names of fields, also those of a
// [Func]. What views derive from a write is measured too.
//
// # Estimated
//
// The same requests, with the declared sizes and numbers. A read takes a unit for each 4 KB: half if it is eventually
// consistent, twice that of a consistent one in a transaction. A query takes the typical items of its partition, up to its
// limit, and is rounded up once for each page of 1 MB. A write takes a unit for each KB, twice in a transaction, for the larger
// of the old and the new item. Checks count as writes. Each index entry that is written takes a unit for each KB, and is not
// doubled. So do versions, unique constraints and other items of the library's own.
//
// The busiest key takes the share of the largest partition among all entries, times the rate, times the peak. What depends on a
// volume that is not declared is unknown, never zero. The page names the field or the method that declares it: of [Volume] or
// [Per], or [Pattern.Finds]. The entries of a sparse index are unknown until Per.Entries declares them. Compare with
// [Catalog.MeasureAtScale].
//
// A write costs an index what its example makes it cost. A pattern whose items leave a sparse index needs an example that does.
package ddbaccess
