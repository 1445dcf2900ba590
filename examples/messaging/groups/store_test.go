package groups

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/internal/engine"
	"github.com/singletable-go/ddb/internal/integration"
	"github.com/singletable-go/ddb/internal/integration/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.Main(m)) }

var ada, bayo, lena = People[0], People[1], People[2]

// open returns a store on an empty table.
func open(t *testing.T, env *integration.Env) *Store {
	t.Helper()
	return NewStore(env.Open(t, Cruddur), nil)
}

// openSeeded returns a store on what seed writes.
func openSeeded(t *testing.T, env *integration.Env) *Store {
	t.Helper()
	s := open(t, env)
	require.NoError(t, Seed(t.Context(), s.db, func(int, int) {}))
	env.CatchUp()
	return s
}

// watch moves the rows as the stream says, until the test or stop ends it.
func watch(t *testing.T, client *dynamodb.Client, s *Store) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader := ddbstream.NewReader(engine.Streams(client), s.db.Name(), s.Mux(nil), &ddbstream.MemoryStore{}, &ddbstream.Options{
		Poll: 20 * time.Millisecond, Discover: 100 * time.Millisecond,
		OnError: func(_ context.Context, err error) { t.Log(err) },
	})
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, reader.Run(ctx)) })
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(stop)
	return stop
}

// rows returns a user's rows of a group, as they are now.
func rows(t *testing.T, s *Store, user Author, groupID string) []Group {
	t.Helper()
	all, err := ddb.Collect(s.groups.Consistent().Query(t.Context(), GroupsOf(user.UserID, Window{})))
	require.NoError(t, err)
	var of []Group
	for _, g := range all {
		if g.GroupID == groupID {
			of = append(of, g)
		}
	}
	return of
}

// settles waits until each person has one row of a group, at its newest message, and the index agrees.
func settles(t *testing.T, s *Store, groupID string, people []Author) {
	t.Helper()
	newest, err := s.newest(t.Context(), groupID)
	require.NoError(t, err)
	for _, p := range people {
		var have []Group
		assert.Eventually(t, func() bool {
			have = rows(t, s, p, groupID)
			return len(have) == 1 && have[0].LastAt.Equal(newest.CreatedAt) && have[0].Last == newest.Text
		}, 60*time.Second, 20*time.Millisecond, "the row of %s", p.Handle)
		require.Len(t, have, 1)
		m, err := s.member(t.Context(), p.UserID, groupID)
		require.NoError(t, err)
		assert.Equal(t, newest.CreatedAt, m.LastAt)
	}
	assert.Eventually(t, func() bool {
		byIndex, err := ddb.Collect(s.groups.Query(t.Context(), RowsOf(groupID)))
		return err == nil && len(byIndex) == len(people) &&
			!slices.ContainsFunc(byIndex, func(g Group) bool { return !g.LastAt.Equal(newest.CreatedAt) })
	}, 10*time.Second, 20*time.Millisecond, "the index")
}

// contents is the table as DynamoDB has it, without what the library keeps.
func contents(t *testing.T, client *dynamodb.Client, table string) map[string]string {
	t.Helper()
	items := map[string]string{}
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table, ConsistentRead: new(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, it := range page.Items {
			var text strings.Builder
			for _, name := range []string{"message", "last_message_at", "user_uuid"} {
				if v, ok := it[name].(*types.AttributeValueMemberS); ok {
					text.WriteString(v.Value + " ")
				}
			}
			pk, sk := it["pk"].(*types.AttributeValueMemberS), it["sk"].(*types.AttributeValueMemberS)
			items[pk.Value+" "+sk.Value] = text.String()
		}
	}
	return items
}

// A burst to a new group, while indexes lag: each person ends with one row, at the newest message.
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
		assert.Equal(t, "P0, P1, P2, P3 and 45 more", rows(t, s, people[199], first.GroupID)[0].Name())
	})
}

// A person who is added while others write has a row at the newest message.
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

// A message that is sent just before a person is added does not know that person, but their row moves to it.
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

func crowd(n int) []Author {
	people := make([]Author, n)
	for i := range people {
		people[i] = Author{UserID: fmt.Sprintf("u-%03d", i), DisplayName: fmt.Sprintf("P%d Person", i), Handle: fmt.Sprint("p", i)}
	}
	return people
}

// A message that arrives late, or again, does not move a row back.
func TestNeverBackInTime(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		first, err := s.Start(t.Context(), ada, "one", bayo)
		require.NoError(t, err)
		two, err := s.Send(t.Context(), bayo, first.GroupID, "two")
		require.NoError(t, err)
		three, err := s.Send(t.Context(), ada, first.GroupID, "three")
		require.NoError(t, err)
		for _, m := range []Message{three, two, first, three} {
			require.NoError(t, LastMessage.Apply(t.Context(), s.db, m))
			for _, p := range []Author{ada, bayo} {
				have := rows(t, s, p, first.GroupID)
				require.Len(t, have, 1)
				assert.Equal(t, three.CreatedAt, have[0].LastAt)
				assert.Equal(t, "three", have[0].Last)
			}
		}
		assert.Equal(t, bayo, rows(t, s, ada, first.GroupID)[0].Author, "each sees the other, whoever wrote last")
		assert.Equal(t, ada, rows(t, s, bayo, first.GroupID)[0].Author)
	})
}

// Of two messages of one instant, the one with the later key is the newest, in whatever order they arrive. Verify finds
// a row that is at the other one, and a row from before members had the key.
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
				have := rows(t, s, p, first.GroupID)
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
				row := rows(t, s, ada, first.GroupID)[0]
				require.NoError(t, s.db.Do(t.Context(), Groups.Update(row, ddb.Set(&Groups.Fields().Last, "the text of 1"))))
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

// A group is made whole or not at all.
func TestStartIsATransaction(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := open(t, env)
		ids := []string{"g", "m1", "g", "m2"}
		s.newID = func() string { id := ids[0]; ids = ids[1:]; return id }
		_, err := s.Start(t.Context(), ada, "one", bayo)
		require.NoError(t, err)
		before := contents(t, env.Client, env.Table)
		assert.Len(t, before, 5)
		_, err = s.Start(t.Context(), ada, "two", bayo) // the same group id: its members are there already
		require.ErrorIs(t, err, ddb.ErrExists)
		tx, ok := err.(*ddb.TransactError) //nolint:errorlint // what Transact documents
		require.True(t, ok)
		assert.NoError(t, tx.At(0))
		assert.Equal(t, before, contents(t, env.Client, env.Table))
	})
}

func TestWindowsAndCursors(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := openSeeded(t, env)
		all := Conversations[0].messages()
		group := all[0].GroupID
		texts := func(ms []Message) (texts []string) {
			for _, m := range ms {
				texts = append(texts, m.Text)
			}
			return texts
		}
		newestFirst := func(ms []Message) (texts []string) {
			for i := len(ms) - 1; i >= 0; i-- {
				texts = append(texts, ms[i].Text)
			}
			return texts
		}
		for name, c := range map[string]struct {
			w    Window
			want []Message
		}{
			"all":     {Window{}, all},
			"from":    {Window{From: all[5].CreatedAt}, all[5:]},
			"until":   {Window{Until: all[5].CreatedAt}, all[:5]},
			"both":    {Window{From: all[3].CreatedAt, Until: all[25].CreatedAt}, all[3:25]},
			"none":    {Window{From: all[len(all)-1].CreatedAt.Add(1)}, nil},
			"crossed": {Window{From: all[8].CreatedAt, Until: all[7].CreatedAt}, nil},
			"empty":   {Window{From: all[7].CreatedAt, Until: all[7].CreatedAt}, nil},
			"inside":  {Window{From: all[7].CreatedAt, Until: all[7].CreatedAt.Add(1)}, all[7:8]},
		} {
			t.Run(name, func(t *testing.T) {
				var have []Message
				var cursor ddb.Cursor
				for {
					page, err := s.Messages(t.Context(), ada.UserID, group, c.w, 7, cursor)
					require.NoError(t, err)
					assert.LessOrEqual(t, len(page.Items), 7)
					have = append(have, page.Items...)
					if cursor = page.Next; cursor == "" {
						break
					}
				}
				assert.Equal(t, newestFirst(c.want), texts(have))
			})
		}

		page, err := s.Groups(t.Context(), ada.UserID, Window{}, 2, "")
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		assert.Equal(t, []string{"Lena Moss", "Bayo Kent"}, []string{page.Items[0].Name(), page.Items[1].Name()})
		page, err = s.Groups(t.Context(), ada.UserID, Window{}, 2, page.Next)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Equal(t, "Bayo, Lena, Ada", page.Items[0].Name())
		day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		page, err = s.Groups(t.Context(), ada.UserID, Window{From: day, Until: day.AddDate(0, 0, 1)}, 20, "")
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Equal(t, "The 6:30, then.", page.Items[0].Last)
	})
}

// A second seeding adds nothing.
func TestSeedAgain(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		s := openSeeded(t, env)
		group := Conversations[0].ID()
		_, err := s.Send(t.Context(), ada, group, "later")
		require.NoError(t, err)
		require.NoError(t, LastMessage.Rebuild(t.Context(), s.db, nil))
		before := contents(t, env.Client, env.Table)
		require.NoError(t, Seed(t.Context(), s.db, func(int, int) {}))
		assert.Equal(t, before, contents(t, env.Client, env.Table))
		assert.Equal(t, "later", rows(t, s, bayo, group)[0].Last)
		for d, err := range LastMessage.Verify(t.Context(), s.db, nil) {
			require.NoError(t, err)
			assert.Fail(t, d.String())
		}
	})
}
