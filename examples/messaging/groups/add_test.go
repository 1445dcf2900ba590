package groups

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/internal/integration"
)

// Two hundred people: one transaction starts with what it can hold, the others are added.
func TestTwoHundred(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		people := crowd(200)
		_, err := s.Start(t.Context(), people[0], "hello all", people[1:maxStart+1]...)
		require.ErrorIs(t, err, ErrPeople)
		first, err := s.Start(t.Context(), people[0], "hello all", people[1:maxStart]...)
		require.NoError(t, err)
		var wg sync.WaitGroup
		for chunk := range 4 {
			wg.Go(func() {
				for i := maxStart + chunk; i < len(people); i += 4 {
					assert.NoError(t, s.Add(t.Context(), people[chunk], first.GroupID, people[i]))
				}
			})
		}
		wg.Wait()
		require.ErrorIs(t, s.Add(t.Context(), people[0], first.GroupID, people[199]), ddb.ErrExists)
		_, err = s.Send(t.Context(), people[199], first.GroupID, "all of us")
		require.NoError(t, err)
		watch(t, env.Client, s)
		settles(t, s, first.GroupID, people)
		for _, p := range people {
			assert.Equal(t, "P0, P1, P2, P3 and others", entries(t, s, p, first.GroupID)[0].Name())
		}
	})
}

// A person who is added while others write has an entry at the newest message.
func TestAddedInABurst(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		people := crowd(10)
		first, err := s.Start(t.Context(), people[0], "hello", people[1])
		require.NoError(t, err)
		watch(t, env.Client, s)
		var wg sync.WaitGroup
		for _, p := range people[2:] {
			wg.Go(func() { assert.NoError(t, s.Add(t.Context(), people[1], first.GroupID, p)) })
			wg.Go(func() {
				_, err := s.Send(t.Context(), people[0], first.GroupID, "welcome "+p.Handle)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		settles(t, s, first.GroupID, people)
	})
}

// meanwhile is a client that does something before its first transaction.
type meanwhile struct {
	*dynamodb.Client
	do func()
}

func (c meanwhile) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	c.do()
	return c.Client.TransactWriteItems(ctx, in, opts...)
}

// A message that is sent just before a person is added does not know that person, but their entry moves to it.
func TestAddLooksAgain(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		first, err := s.Start(t.Context(), ada, "hello", bayo)
		require.NoError(t, err)
		client := meanwhile{env.Client, sync.OnceFunc(func() {
			m, err := s.Send(t.Context(), bayo, first.GroupID, "is Lena coming?")
			assert.NoError(t, err)
			assert.NoError(t, LastMessage.Apply(t.Context(), s.db, m)) // the stream delivers it before Lena is there
		})}
		require.NoError(t, NewStore(ddb.New(client, env.Table, Cruddur, nil), nil).Add(t.Context(), ada, first.GroupID, lena))
		settles(t, s, first.GroupID, []Author{ada, bayo, lena})
	})
}

// Whenever a person is added, all see the same title: of a group of two, of three and of four it changes for those who
// were there, and a number that would become wrong is never stated.
func TestTitleFollowsThePeople(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		people := crowd(6)
		first, err := s.Start(t.Context(), people[0], "hello", people[1])
		require.NoError(t, err)
		assert.Equal(t, "P1 Person", entries(t, s, people[0], first.GroupID)[0].Name())
		for i, want := range []string{"P1, P0, P2", "P1, P0, P2, P3", "P1, P0, P2, P3 and others", "P1, P0, P2, P3 and others"} {
			require.NoError(t, s.Add(t.Context(), people[1], first.GroupID, people[i+2]))
			for _, p := range people[:i+3] {
				assert.Equal(t, want, entries(t, s, p, first.GroupID)[0].Name(), "for %s", p.Handle)
				m, err := s.member(t.Context(), p.UserID, first.GroupID)
				require.NoError(t, err)
				assert.Equal(t, entries(t, s, p, first.GroupID)[0].Title, m.Title)
			}
		}
		require.ErrorIs(t, s.Add(t.Context(), people[1], first.GroupID, people[0]), ddb.ErrExists)
		for d, err := range LastMessage.Verify(t.Context(), s.db, nil) {
			require.NoError(t, err)
			assert.Fail(t, d.String())
		}
	})
}

// Two people add a third and a fourth at the same time, and a message may move the entries: no name is lost.
func TestAddedAtTheSameTime(t *testing.T) {
	t.Parallel()
	for _, moved := range []bool{false, true} {
		integration.Each(t, func(t *testing.T, env *integration.Env) { addTwo(t, env, moved) })
	}
}

func addTwo(t *testing.T, env *integration.Env, moved bool) {
	s := open(t, env)
	first, err := s.Start(t.Context(), ada, "hello", bayo)
	require.NoError(t, err)
	client := meanwhile{env.Client, sync.OnceFunc(func() {
		assert.NoError(t, s.Add(t.Context(), bayo, first.GroupID, otis))
		if !moved {
			return
		}
		m, err := s.Send(t.Context(), bayo, first.GroupID, "is Lena coming?")
		assert.NoError(t, err)
		assert.NoError(t, LastMessage.Apply(t.Context(), s.db, m))
	})}
	require.NoError(t, NewStore(ddb.New(client, env.Table, Cruddur, nil), nil).Add(t.Context(), ada, first.GroupID, lena))
	all := []Author{ada, bayo, lena, otis}
	settles(t, s, first.GroupID, all)
	for _, p := range all {
		assert.Equal(t, "Bayo, Ada, Otis, Lena", entries(t, s, p, first.GroupID)[0].Name(), "for %s", p.Handle)
	}
}
