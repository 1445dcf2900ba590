package writes_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	. "github.com/singletable-go/ddb/examples/cookbook/writes"
)

// Sales are counted exactly, and views at least once, by many at once and with lost responses.
func TestSalesAreCountedOnce(t *testing.T) {
	t.Parallel()
	db, _ := unreliable(t, StoryTable)
	stories := ddb.NewRepository(db, Stories)
	_, err := stories.Create(t.Context(), Story{ID: "storm"})
	require.NoError(t, err)
	const writers, each = 8, 20
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range each {
				assert.NoError(t, CountView(t.Context(), db, "storm"))
				assert.NoError(t, CountSale(t.Context(), db, "storm"))
			}
		})
	}
	all.Wait()
	s, err := stories.Consistent().Get(t.Context(), Story{ID: "storm"})
	require.NoError(t, err)
	assert.Equal(t, writers*each, s.Sold)
	assert.Greater(t, s.Views, writers*each, "the test loses responses")
}
