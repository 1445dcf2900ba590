package timed_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	. "github.com/singletable-go/ddb/examples/cookbook/timed"
)

// engine is one with a clock, whose client sends no request again.
type engine struct {
	*ddbmem.Engine
	clock *ddbmem.ManualClock
}

func newEngine() *engine {
	clock := ddbmem.NewManualClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	return &engine{ddbmem.New(ddbmem.Options{Clock: clock}), clock}
}

func (e *engine) open(t *testing.T, name string, table *ddb.Table) *ddb.DB {
	t.Helper()
	client := e.Client(func(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} })
	db := ddb.New(client, name, table, &ddb.Options{Now: e.clock.Now})
	require.NoError(t, db.CreateTable(t.Context()))
	return db
}

// Requests that are under way when a session ends do not bring it back, nor its data.
func TestASessionThatEndedStaysEnded(t *testing.T) {
	t.Parallel()
	e := newEngine()
	db := e.open(t, "sessions", SessionTable)
	store := NewSessionStore(db, e.clock.Now)
	expires := e.clock.Now().Add(24 * time.Hour)
	require.NoError(t, store.Commit("t", []byte("basket"), expires))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				assert.NoError(t, store.Commit("t", []byte("basket"), expires))
			}
		})
	}
	all.Go(func() { assert.NoError(t, store.Delete("t")) })
	all.Wait()
	_, found, err := store.Find("t")
	require.NoError(t, err)
	assert.False(t, found)
	mark, err := ddb.NewRepository(db, WebSessions).Get(t.Context(), WebSession{Token: "t"})
	require.NoError(t, err)
	assert.Equal(t, WebSession{Token: "t", Ended: true, Expires: e.clock.Now().Add(time.Hour)}, mark)
}

func TestASessionIsFoundUntilItExpires(t *testing.T) {
	t.Parallel()
	e := newEngine()
	store := NewSessionStore(e.open(t, "sessions", SessionTable), e.clock.Now)
	require.NoError(t, store.Commit("t", []byte("one"), e.clock.Now().Add(time.Hour)))
	require.NoError(t, store.Commit("t", []byte("two"), e.clock.Now().Add(2*time.Hour)))
	data, found, err := store.Find("t")
	require.NoError(t, err)
	assert.True(t, found)
	assert.Equal(t, "two", string(data))
	e.clock.Advance(2 * time.Hour)
	for _, token := range []string{"t", "unknown", "", "\xff", string(make([]byte, 5000))} {
		_, found, err = store.Find(token)
		require.NoError(t, err)
		assert.False(t, found)
		require.NoError(t, store.Delete(token))
	}
}

// The archive has each replay that expired, once, though it fails at first and records come again. It has none that a player
// deleted.
func TestWhatExpiresIsArchived(t *testing.T) {
	t.Parallel()
	e := newEngine()
	db, archive := e.open(t, "replays", ReplayTable), e.open(t, "archive", ArchiveTable)
	replays := ddb.NewRepository(db, Replays)
	for _, match := range []string{"m1", "m2", "m3"} {
		_, err := replays.Create(t.Context(), Replay{Match: match, Moves: "e4", Until: e.clock.Now().Add(time.Hour)})
		require.NoError(t, err)
	}
	require.NoError(t, replays.Delete(t.Context(), Replay{Match: "m3"}))
	e.clock.Advance(2 * time.Hour)
	var failed atomic.Bool
	e.SetFaults(ddbmem.Faults{Hook: func(c ddbmem.Call) ddbmem.Fault {
		if c.Operation == "PutItem" && c.Table == "archive" && failed.CompareAndSwap(false, true) {
			return ddbmem.InternalError
		}
		return ddbmem.NoFault
	}})
	for range 2 { // a new store: all records come again
		mux := ddb.NewMux(ReplayTable, nil)
		ArchiveExpired(mux, archive)
		require.NoError(t, ddbstream.NewReader(e.StreamsClient(), db.Name(), mux, &ddbstream.MemoryStore{}, nil).Drain(t.Context()))
	}
	assert.True(t, failed.Load())
	all, err := ddb.Collect(ddb.NewRepository(archive, OldReplays).Scan(t.Context(), nil))
	require.NoError(t, err)
	require.Len(t, all, 2)
	assert.Equal(t, "e4", all[0].Moves)
}

// Of several deletes one puts the photo into the trash, and none gives it more time. What is in the trash does not change.
func TestAPhotoIsPutIntoTheTrashOnce(t *testing.T) {
	t.Parallel()
	e := newEngine()
	db := e.open(t, "photos", PhotoTable)
	p := Photo{ID: "p", Album: "a", Taken: e.clock.Now(), Title: "Sea"}
	require.NoError(t, db.Do(t.Context(), AddPhoto(p)))
	var done atomic.Int32
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			err := db.Do(t.Context(), Trash(p, e.clock.Now().Add(time.Duration(n+1)*time.Hour)))
			if err == nil {
				done.Add(1)
				return
			}
			assert.True(t, errors.Is(err, ddb.ErrCondition), err)
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, done.Load())
	require.ErrorIs(t, db.Do(t.Context(), Rename("p", "Lake")), ddb.ErrCondition)
	photos := ddb.NewRepository(db, Photos)
	for state, n := range map[string]int{PhotoLive: 0, PhotoTrash: 1} {
		got, err := photos.Count(t.Context(), PhotosOf("a", state))
		require.NoError(t, err)
		assert.Equal(t, n, got, state)
	}
	require.NoError(t, db.Do(t.Context(), Restore(p)))
	require.NoError(t, db.Do(t.Context(), Trash(p, e.clock.Now().Add(time.Hour))))
	e.clock.Advance(time.Hour)
	require.ErrorIs(t, db.Do(t.Context(), Restore(p)), ddb.ErrNotFound)
}
