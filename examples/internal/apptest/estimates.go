package apptest

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
)

// Estimates requires that the estimates of a catalog are within a tenth of what ddbmem charges, those of views included, on the
// data of the seed full: it fills the item collections that patterns read up to their typical numbers, and leaves within the bounds
// of a query as many items as the pattern finds. The items get their declared sizes. Known has the deviations, each with its
// reason. No estimate is unknown.
func Estimates(t *testing.T, c *ddbaccess.Catalog, full func(context.Context, *ddb.DB) error, known map[string]string) {
	t.Helper()
	filled := *c
	filled.Seed = full
	report, err := filled.MeasureAtScale(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	deviations := report.Deviations() // some patterns may have failed
	compare := func(name string, measured ddbaccess.Units, estimated *ddbaccess.Units) {
		if !assert.NotNil(t, estimated, "%s: the estimate is unknown", name) {
			return
		}
		if !near(measured.Read, estimated.Read) || !near(measured.Write, estimated.Write) {
			deviations = append(deviations, fmt.Sprintf("%s: estimated %s, measured %s", name, estimated, measured))
		}
	}
	for _, p := range report.Patterns {
		compare(p.Name, p.Measured, p.Estimated)
		for _, v := range p.Derived {
			compare(p.Name+": view "+v.View, v.Measured, v.Estimated)
		}
	}
	for _, d := range deviations {
		assert.Contains(t, known, d, "a deviation without a reason")
	}
	for d, reason := range known {
		assert.Contains(t, deviations, d, "no deviation any more: %s", reason)
	}
}

func near(measured, estimated float64) bool {
	return math.Abs(measured-estimated) <= ddbaccess.Tolerance*measured
}
