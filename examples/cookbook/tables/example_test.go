package tables_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/tables"
)

func Example_deleteTenant() {
	recipe.Example(tables.DeleteATenant)
	// Output:
	// close the tenant (1 request, 1 W)
	// delete the tenant: 127 items (26 requests, 15 R, 136 W)
	// delete it again: it is gone (1 request, 1 R)
	// an email address of it is free (1 request, 4 W)
	// at 100 units a second: 8 pauses, 1.4 s in all
}

func Example_cleanUp() {
	recipe.Example(tables.CleanUp)
	// Output:
	// write 1,000 items (40 requests, 1000 W)
	// delete 1,000 items: 1000 deleted (54 requests, 11.5 R, 1000 W)
	// write them again (40 requests, 1000 W)
	// drop the table and create it (14 requests, 4 R)
	// write them once more (40 requests, 1000 W)
}
