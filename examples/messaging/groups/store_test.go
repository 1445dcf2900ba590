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

var ada, bayo, lena, otis = People[0], People[1], People[2], People[3]

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

// watch moves the entries as the stream says, until the test or stop ends it.
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

// entries returns a user's entries of a group, as they are now.
func entries(t *testing.T, s *Store, user Author, groupID string) []Group {
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

// settles waits until each person has one entry of a group, at its newest message, and the index agrees.
func settles(t *testing.T, s *Store, groupID string, people []Author) {
	t.Helper()
	newest, err := s.newest(t.Context(), groupID)
	require.NoError(t, err)
	for _, p := range people {
		var have []Group
		assert.Eventually(t, func() bool {
			have = entries(t, s, p, groupID)
			return len(have) == 1 && have[0].LastAt.Equal(newest.CreatedAt) && have[0].Last == newest.Text && have[0].LastBy == newest.UserID
		}, 60*time.Second, 20*time.Millisecond, "the entry of %s", p.Handle)
		require.Len(t, have, 1)
		m, err := s.member(t.Context(), p.UserID, groupID)
		require.NoError(t, err)
		assert.Equal(t, newest.CreatedAt, m.LastAt)
	}
	assert.Eventually(t, func() bool {
		byIndex, err := ddb.Collect(s.groups.Query(t.Context(), EntriesOf(groupID)))
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
		assert.Equal(t, "later", entries(t, s, bayo, group)[0].Last)
		for d, err := range LastMessage.Verify(t.Context(), s.db, nil) {
			require.NoError(t, err)
			assert.Fail(t, d.String())
		}
	})
}

func crowd(n int) []Author {
	people := make([]Author, n)
	for i := range people {
		people[i] = Author{UserID: fmt.Sprintf("u-%03d", i), DisplayName: fmt.Sprintf("P%d Person", i), Handle: fmt.Sprint("p", i)}
	}
	return people
}
