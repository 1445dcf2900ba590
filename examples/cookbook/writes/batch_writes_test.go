package writes_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	. "github.com/singletable-go/ddb/examples/cookbook/writes"
)

// After all that fails, each photo that can be stored is stored, once it was saved again until none came back.
func TestPhotosAreSavedUntilNoneComesBack(t *testing.T) {
	t.Parallel()
	db, _ := unreliable(t, PhotoTable)
	var photos []Photo
	for i := range 60 {
		photos = append(photos, Photo{Album: "north", ID: fmt.Sprint(i)})
	}
	photos[7].ID = "" // no key

	again, err := SavePhotos(t.Context(), db, photos)
	require.ErrorIs(t, err, ddb.ErrKey)
	assert.Len(t, again, 59)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	again, err = SavePhotos(ended, db, again)
	require.ErrorIs(t, err, context.Canceled)
	assert.Len(t, again, 59)

	for len(again) > 0 {
		again, err = SavePhotos(t.Context(), db, again)
		require.NoError(t, err)
	}
	stored, err := ddb.Collect(ddb.NewRepository(db, Photos).Consistent().Query(t.Context(), Photos.Query(Photo{Album: "north"})))
	require.NoError(t, err)
	assert.Len(t, stored, 59)
}
