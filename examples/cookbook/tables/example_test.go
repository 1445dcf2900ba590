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
