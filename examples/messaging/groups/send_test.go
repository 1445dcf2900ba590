package groups

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/integration"
)

// A group is made whole or not at all.
func TestStartIsATransaction(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		id := uuid.NewString()
		first, err := s.StartOnce(t.Context(), id, ada, "one", bayo)
		require.NoError(t, err)
		require.NoError(t, s.db.Do(t.Context(), Receipts.Delete(Receipt{GroupID: first.GroupID, ID: id})))
		before := contents(t, env.Client, env.Table)
		assert.Len(t, before, 5)
		_, err = s.StartOnce(t.Context(), id, ada, "two", bayo) // the same group id: its members are there already
		require.ErrorIs(t, err, ddb.ErrExists)
		tx, ok := errors.AsType[*ddb.TransactError](err)
		require.True(t, ok)
		assert.NoError(t, tx.At(0))
		assert.Equal(t, before, contents(t, env.Client, env.Table))
	})
}

// A client that repeats a request gets the message that is stored, and nothing is written.
func TestSendingOnce(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := openSeeded(t, env)
		group := Conversations[0].ID()
		id := uuid.NewString()
		sent, err := s.SendOnce(t.Context(), id, ada, group, " gloves ")
		require.NoError(t, err)
		other, err := s.SendOnce(t.Context(), id, ada, Conversations[1].ID(), "gloves") // ids are of a group
		require.NoError(t, err)
		assert.NotEqual(t, sent.GroupID, other.GroupID)
		before := contents(t, env.Client, env.Table)
		for _, spelt := range []string{id, strings.ToUpper(id)} {
			again, err := s.SendOnce(t.Context(), spelt, ada, group, "gloves")
			require.NoError(t, err)
			assert.Equal(t, sent, again)
		}
		for name, try := range map[string]func() (Message, error){
			"another text":   func() (Message, error) { return s.SendOnce(t.Context(), id, ada, group, "hats") },
			"another author": func() (Message, error) { return s.SendOnce(t.Context(), id, bayo, group, "gloves") },
		} {
			_, err := try()
			require.ErrorIs(t, err, ErrIDTaken, name)
		}
		for _, bad := range []string{"", "7", "urn:uuid:" + id, "{" + id + "}", strings.ReplaceAll(id, "-", ""), id + "#"} {
			_, err := s.SendOnce(t.Context(), bad, ada, group, "gloves")
			require.ErrorIs(t, err, ErrID, bad)
		}
		assert.Equal(t, before, contents(t, env.Client, env.Table))
	})
}

// The same holds for a new group: its id follows from the request.
func TestStartingOnce(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		id := uuid.NewString()
		first, err := s.StartOnce(t.Context(), id, ada, "hello", bayo, lena)
		require.NoError(t, err)
		_, err = s.StartOnce(t.Context(), id, bayo, "hello", ada, lena) // another author: another group
		require.NoError(t, err)
		require.NoError(t, s.Add(t.Context(), ada, first.GroupID, otis))
		before := contents(t, env.Client, env.Table)
		again, err := s.StartOnce(t.Context(), id, ada, "hello", lena, bayo)
		require.NoError(t, err)
		assert.Equal(t, first, again)
		_, err = s.StartOnce(t.Context(), id, ada, "hi", bayo, lena)
		require.ErrorIs(t, err, ErrIDTaken)
		_, err = s.StartOnce(t.Context(), id, ada, "hello", bayo, Author{UserID: "no one"})
		require.ErrorIs(t, err, ErrIDTaken)
		_, err = s.StartOnce(t.Context(), id, ada, "hello", bayo) // some of them only
		require.ErrorIs(t, err, ErrIDTaken)
		assert.Equal(t, before, contents(t, env.Client, env.Table))
	})
}

// Twenty requests with one id at the same time, while responses are lost, make one message.
func TestSendingOnceConcurrently(t *testing.T) {
	t.Parallel()
	eng := ddbmem.New()
	s := NewStore(ddb.New(eng.Client(), "cruddur-messages", Cruddur, nil), nil)
	require.NoError(t, s.db.CreateTable(t.Context()))
	first, err := s.Start(t.Context(), ada, "first", bayo)
	require.NoError(t, err)
	eng.SetFaults(ddbmem.Faults{Conflict: 0.1, Drop: 0.1})
	id := uuid.NewString()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			m, err := s.SendOnce(t.Context(), id, bayo, first.GroupID, "only once")
			assert.NoError(t, err)
			assert.Equal(t, id, m.ID)
		})
	}
	wg.Wait()
	n, err := s.messages.Count(t.Context(), MessagesOf(first.GroupID, Window{}))
	require.NoError(t, err)
	assert.Equal(t, 2, n)
}

func TestMessageThatShowsNothingIsEmpty(t *testing.T) {
	t.Parallel()
	s := NewStore(ddb.New(ddbmem.New().Client(), "cruddur-messages", Cruddur, nil), nil)
	for _, text := range []string{"", " \n\t ", "\u00a0", "\u200b\u200d", "\u202e", "\x00"} {
		_, err := s.Send(t.Context(), ada, "any", text)
		require.ErrorIs(t, err, ErrEmpty, "%q", text)
	}
}
