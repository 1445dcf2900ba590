package read_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// What a verb returns is what a Get returns after it, in zone and precision too.
func TestVerbsReturnTheItemAsStored(t *testing.T) {
	t.Parallel()
	g := newGame()
	db := openGame(t, g, ddbmem.New(), nil)
	sessions := ddb.NewRepository(db, g.sessions)
	paris := time.FixedZone("", 3600)
	given := Session{PlayerID: "1", At: time.Date(2026, 11, 20, 9, 0, 0, 7, paris), Expires: time.Now().In(paris).Add(time.Hour)}
	created, err := sessions.Create(t.Context(), given)
	require.NoError(t, err)
	put, err := sessions.Put(t.Context(), given)
	require.NoError(t, err)
	got, err := sessions.Consistent().Get(t.Context(), given)
	require.NoError(t, err)
	require.Equal(t, got, created)
	require.Equal(t, got, put)
}
