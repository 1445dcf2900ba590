package large_test

import (
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
	"github.com/singletable-go/ddb/examples/cookbook/large"
)

func Example_splitItem() {
	recipe.Example(large.SplitItem)
	// Output:
	// store 900 KB as one item: refused, too large (no request)
	// store 900 KB (3 requests, 0.5 R, 904 W)
	// read it: generation 1, 900 KB in 3 parts (2 requests, 113.5 R)
	// read the head alone: A novel (1 request, 0.5 R)
	// a writer stops before the switch (1 request, 10 W)
	// read it then: generation 1, 900 KB in 3 parts (2 requests, 113.5 R)
	// store 100 KB (4 requests, 113 R, 1005 W)
	// a second writer, who read before: refused, read again (3 requests, 21 W)
	// read it at last: generation 2, 100 KB in 1 part (2 requests, 13.5 R)
}
