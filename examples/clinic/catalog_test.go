package clinic

import (
	"testing"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/examples/internal/readmetest"
)

// TestModel checks that the page and the pictures in model, and the blocks of the README, are what the catalog prints.
func TestModel(t *testing.T) { ddbaccess.Check(t, ddbmem.New().Client(), Catalog) }

// TestEstimates compares the estimates with what ddbmem charges for item collections and items of the declared sizes.
func TestEstimates(t *testing.T) {
	report, err := Catalog.MeasureAtScale(t.Context(), ddbmem.New().Client())
	if err != nil {
		t.Fatal(err)
	}
	for _, deviation := range report.Deviations() {
		t.Error(deviation)
	}
}

func TestReadmeIsTrue(t *testing.T) { readmetest.True(t) }
