package recipe

import (
	"context"
	"fmt"
	"os"

	"github.com/singletable-go/ddb/ddbmem"
)

// Example runs a recipe on the engine in this process, for the Example of its chapter's tests.
func Example(p Recipe) {
	if err := p.Show(context.Background(), ddbmem.New().Client(), os.Stdout); err != nil {
		fmt.Println(err)
	}
}
