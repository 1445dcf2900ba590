package tables_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/tables"
)

func Example_deleteTenant() {
	recipe.Example(tables.DeleteATenant)
	// Output:
	// close the tenant (1 request, 1 W)
	// delete the tenant: 127 items (27 requests, 16 R, 136 W)
	// delete it again: it is gone (1 request, 1 R)
	// an email address of it is free (1 request, 4 W)
	// at 100 units a second: 8 pauses, 1.4 s in all
}

func Example_cleanUp() {
	recipe.Example(tables.CleanUp)
	// Output:
	// write 250 items (10 requests, 250 W)
	// delete 250 items: 250 deleted (24 requests, 6.5 R, 250 W)
	// write them again (10 requests, 250 W)
	// drop the table and create it (14 requests, 4 R)
	// write to it (1 request, 1 W)
}

func Example_tableCopy() {
	recipe.Example(tables.TableCopy)
	// Output:
	// copy them by hand: 300 written, one by one, and not compared (301 requests, 4.5 R, 600 W)
	// copy 300 bookings, and compare: 300 written, 300 in each table, equal (16 requests, 36 R, 600 W)
	// copy again: refused, the table has items (1 request, 2 R)
	// the process dies after 5 batches: 125 written (7 requests, 13 R, 250 W)
	// another goes on from the checkpoint: 300 written, 300 in each table, equal (15 requests, 32 R, 475 W)
	// the arrivals of a day: 10 bookings (1 request, 0.5 R)
	// at 100 units a second the copy takes 6.4 s
}

func Example_updateMany() {
	recipe.Example(tables.UpdateMany)
	// Output:
	// the process dies after 30 writes: 30 edited (31 requests, 5.5 R, 30 W)
	// another goes on from the checkpoint: 80 of 500 edited (81 requests, 5.5 R, 80 W)
	// points then: 390 riders have 0, 110 have 10, 0 have 20 (1 request, 5.5 R)
	// without a mark, it dies after 30 writes: 30 edited (31 requests, 5.5 R, 30 W)
	// without a mark, another goes on: 110 of 500 edited (111 requests, 5.5 R, 110 W)
	// points then, without a mark: 390 riders have 0, 80 have 10, 30 have 20 (1 request, 5.5 R)
	// those born in 1950, by the index: 10 edited (11 requests, 0.5 R, 10 W)
	// those born in 1950, again: 0 edited (11 requests, 0.5 R, 10 W)
}
