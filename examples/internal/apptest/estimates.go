package apptest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
)

// Estimates requires that the estimates of a catalog are within a tenth of what ddbmem charges where item collections and items
// are as large as declared, those of views included. Known has the deviations, each with its reason. No estimate is unknown.
func Estimates(t *testing.T, c *ddbaccess.Catalog, known map[string]string) {
	t.Helper()
	report, err := c.MeasureAtScale(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	deviations := report.Deviations()
	for _, d := range deviations {
		assert.Contains(t, known, d, "a deviation without a reason")
	}
	for d, reason := range known {
		assert.Contains(t, deviations, d, "no deviation any more: %s", reason)
	}
	for _, p := range report.Patterns {
		assert.NotNil(t, p.Estimated, "%s: the estimate is unknown", p.Name)
		for _, v := range p.Derived {
			assert.NotNil(t, v.Estimated, "%s: %s: the estimate is unknown", p.Name, v.View)
		}
	}
}
