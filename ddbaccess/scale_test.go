package ddbaccess_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb/ddbmem"
)

// At the declared volumes the engine charges what the estimates say.
func TestEstimatesAreWhatTheEngineCharges(t *testing.T) {
	t.Parallel()
	rep, err := newShop().catalog().MeasureAtScale(t.Context(), ddbmem.New().Client())
	require.NoError(t, err)
	assert.Empty(t, rep.Deviations())
	if testing.Verbose() {
		require.NoError(t, rep.Markdown(os.Stdout))
	}
}
