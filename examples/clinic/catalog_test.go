package clinic

import (
	"testing"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/readmetest"
)

// TestModel checks that the page and the pictures in model, and the blocks of the README, are what the catalog prints.
func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), Catalog) }

func TestReadmeIsTrue(t *testing.T) { readmetest.True(t) }
