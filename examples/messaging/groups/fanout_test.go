package groups

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/internal/integration"
)

// A burst to a new group, while indexes lag: each person ends with one entry, at the newest message.
func TestBurst(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		stop := watch(t, env.Client, s)
		people := []Author{ada, bayo, lena}
		first, err := s.Start(t.Context(), ada, "first", bayo, lena)
		require.NoError(t, err)
		_, err = s.Send(t.Context(), bayo, first.GroupID, "right after it")
		require.NoError(t, err)
		var wg sync.WaitGroup
		for i := range 12 {
			for _, p := range people {
				wg.Go(func() {
					_, err := s.Send(t.Context(), p, first.GroupID, fmt.Sprint(p.Handle, " ", i))
					assert.NoError(t, err)
				})
			}
		}
		wg.Wait()
		settles(t, s, first.GroupID, people)
		stop()

		// All of it once more, from the oldest record on, changes nothing.
		before := contents(t, env.Client, env.Table)
		again := make(chan struct{})
		mux := s.Mux(nil)
		var once sync.Once
		ddb.Handle(mux, Messages, func(ctx context.Context, c ddb.Change[Message]) error {
			if newest, err := s.newest(ctx, first.GroupID); err == nil && c.New.ID == newest.ID {
				once.Do(func() { close(again) })
			}
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		reader := ddbstream.NewReader(engine.Streams(env.Client), env.Table, mux, &ddbstream.MemoryStore{},
			&ddbstream.Options{Poll: 20 * time.Millisecond, Discover: 100 * time.Millisecond})
		wg.Go(func() { assert.NoError(t, reader.Run(ctx)) })
		select {
		case <-again:
		case <-time.After(time.Minute):
			assert.Fail(t, "the newest message did not come again")
		}
		cancel()
		wg.Wait()
		assert.Equal(t, before, contents(t, env.Client, env.Table))
	})
}

// A message that arrives late, or again, does not move an entry back.
func TestNeverBackInTime(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		first, err := s.Start(t.Context(), ada, "one", bayo)
		require.NoError(t, err)
		two, err := s.Send(t.Context(), bayo, first.GroupID, "two")
		require.NoError(t, err)
		three, err := s.Send(t.Context(), bayo, first.GroupID, "three")
		require.NoError(t, err)
		for _, m := range []Message{three, two, first, three} {
			require.NoError(t, LastMessage.Apply(t.Context(), s.db, m))
			for _, p := range []Author{ada, bayo} {
				have := entries(t, s, p, first.GroupID)
				require.Len(t, have, 1)
				assert.Equal(t, three.CreatedAt, have[0].LastAt)
				assert.Equal(t, []string{"three", bayo.UserID}, []string{have[0].Last, have[0].LastBy})
			}
		}
		assert.Equal(t, bayo, entries(t, s, ada, first.GroupID)[0].Author, "each sees the other, no matter who wrote last")
		assert.Equal(t, ada, entries(t, s, bayo, first.GroupID)[0].Author)
	})
}

// Of two messages of one instant, the one with the later key is the newest, in whatever order they arrive. Verify finds
// an entry that is at the other one, and an entry from before members had the key.
func TestTwoMessagesOfOneInstant(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		first, err := s.Start(t.Context(), ada, "zero", bayo)
		require.NoError(t, err)
		at := first.CreatedAt.Add(time.Second)
		var pair []Message
		for _, id := range []string{"1", "2"} {
			m, err := s.messages.Create(t.Context(), Message{GroupID: first.GroupID, CreatedAt: at, ID: id, Text: "the text of " + id, Author: ada})
			require.NoError(t, err)
			pair = append(pair, m)
		}
		last := func() (out []string) {
			for _, p := range []Author{ada, bayo} {
				have := entries(t, s, p, first.GroupID)
				require.Len(t, have, 1)
				out = append(out, have[0].Last)
			}
			return out
		}
		drifts := func() (n int) {
			for _, err := range LastMessage.Verify(t.Context(), s.db, nil) {
				require.NoError(t, err)
				n++
			}
			return n
		}
		want := []string{"the text of 2", "the text of 2"}
		for _, order := range [][]Message{{pair[0], pair[1]}, {pair[1], pair[0]}} {
			for _, m := range order {
				require.NoError(t, LastMessage.Apply(t.Context(), s.db, m))
			}
			assert.Equal(t, want, last())
			assert.Zero(t, drifts())
			for _, lastID := range []string{"1", ""} {
				entry := entries(t, s, ada, first.GroupID)[0]
				require.NoError(t, s.db.Do(t.Context(), Groups.Update(entry, ddb.Set(&Groups.Fields().Last, "the text of 1"))))
				member := Member{GroupID: first.GroupID, UserID: ada.UserID}
				require.NoError(t, s.db.Do(t.Context(), Members.Update(member, ddb.Set(&Members.Fields().LastID, lastID))))
				assert.Equal(t, 1, drifts())
				require.NoError(t, LastMessage.Rebuild(t.Context(), s.db, nil))
				assert.Equal(t, want, last())
				assert.Zero(t, drifts())
			}
		}
	})
}
