package integration_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/ddbview"
	"github.com/singletable-go/ddb/internal/integration"
)

// A chat: messages of a group, a row of the group for each participant at the time of its newest message, and a member
// with the position of that row. The messages of a participant are counted.
type (
	Message struct {
		Group  string    `dynamodbav:"-"`
		At     time.Time `dynamodbav:"-"`
		ID     string    `dynamodbav:"id"`
		Author string    `dynamodbav:"author"`
		Text   string    `dynamodbav:"text"`
	}
	Group struct {
		Owner string    `dynamodbav:"-"`
		At    time.Time `dynamodbav:"-"`
		ID    string    `dynamodbav:"group"`
		Last  string    `dynamodbav:"last"`
	}
	Member struct {
		Group string    `dynamodbav:"-"`
		User  string    `dynamodbav:"-"`
		At    time.Time `dynamodbav:"at"`
	}
	Writer struct {
		ID       string    `dynamodbav:"-"`
		Name     string    `dynamodbav:"name"`
		Messages int       `dynamodbav:"messages"`
		Groups   int       `dynamodbav:"groups"`
		LastAt   time.Time `dynamodbav:"lastAt"`
		LastText string    `dynamodbav:"lastText"`
		Recent   []string  `dynamodbav:"recent"`
	}
)

type chat struct {
	table    *ddb.Table
	messages *ddb.Entity[Message]
	groups   *ddb.Entity[Group]
	members  *ddb.Entity[Member]
	writers  *ddb.Entity[Writer]
	last     *ddb.View
	written  *ddb.View
}

func newChat() *chat {
	const (
		msg, grp, mbr, usr, sep ddb.Prefix = "MSG#", "GRP#", "MBR#", "USR#", "#"
	)
	c := &chat{table: ddb.NewTable("pk", "sk")}
	c.messages = ddb.MustDefine(c.table, "message", func(m *Message, d *ddb.Definition) {
		d.Primary(ddb.Key(msg, ddb.Str(&m.Group)), ddb.Key(ddb.Time(&m.At), sep, ddb.Str(&m.ID)))
	})
	c.groups = ddb.MustDefine(c.table, "group", func(g *Group, d *ddb.Definition) {
		d.Primary(ddb.Key(grp, ddb.Str(&g.Owner)), ddb.Key(ddb.Time(&g.At), sep, ddb.Str(&g.ID)))
	})
	c.members = ddb.MustDefine(c.table, "member", func(m *Member, d *ddb.Definition) {
		d.Primary(ddb.Key(mbr, ddb.Str(&m.Group)), ddb.Key(usr, ddb.Str(&m.User)))
	})
	c.writers = ddb.MustDefine(c.table, "writer", func(w *Writer, d *ddb.Definition) {
		d.Primary(ddb.Key(usr, ddb.Str(&w.ID)), ddb.Key(usr, ddb.Str(&w.ID)))
	})
	c.last = ddbview.MustFanOutVia("last-message", c.messages, c.members, c.groups,
		func(m Message) ddb.Query[Member] { return c.members.Query(Member{Group: m.Group}) },
		func(m Member) Group { return Group{Owner: m.User, At: m.At, ID: m.Group} },
		func(ch ddb.Change[Message], m *Member, g *Group) bool {
			if ch.Kind != ddb.Inserted || !ch.New.At.After(g.At) {
				return false
			}
			m.At, g.At, g.Last = ch.New.At, ch.New.At, ch.New.Text
			return true
		})
	c.written = ddbview.MustAggregate("written", c.messages, c.writers, func(m *Message, w *Writer) []ddbview.Rule {
		return []ddbview.Rule{
			ddbview.By(&m.Author, &w.ID), ddbview.Count(&w.Messages), ddbview.Distinct(&m.Group, &w.Groups),
			ddbview.Latest(&m.At, &w.LastAt, &m.Text, &w.LastText),
			ddbview.Top(3, &m.Text, &w.Recent, func(m Message) string { return m.Text }),
		}
	})
	return c
}

// streamsOf is a client for the streams of the engine that env's client speaks to.
func streamsOf(env *integration.Env) *dynamodbstreams.Client {
	o := env.Client.Options()
	return dynamodbstreams.New(dynamodbstreams.Options{
		Region: o.Region, Credentials: o.Credentials, HTTPClient: o.HTTPClient, BaseEndpoint: o.BaseEndpoint, Logger: o.Logger,
	})
}

func TestStreams(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newChat()
		db := env.Open(t, c.table)
		store := ddbstream.NewTableStore(env.Client, env.Table, "readers") // the worst place: its own stream
		ctx, cancel := context.WithCancel(t.Context())
		var readers sync.WaitGroup
		defer func() { cancel(); readers.Wait() }()
		for range 2 {
			mux := ddb.NewMux(c.table, &ddb.MuxOptions{Workers: 4})
			mux.Maintain(db, c.last, c.written)
			reader := ddbstream.NewReader(streamsOf(env), env.Table, mux, store, &ddbstream.Options{
				Poll: 10 * time.Millisecond, Discover: 20 * time.Millisecond, Lease: 3 * time.Second,
				OnError: func(_ context.Context, err error) { t.Log(err) },
			})
			readers.Go(func() { assert.NoError(t, reader.Run(ctx)) })
		}

		users := []string{"ann", "bob", "cy"}
		start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		ops := []ddb.Op{}
		for _, u := range users {
			ops = append(ops, c.members.Create(Member{Group: "g", User: u, At: start}), c.groups.Create(Group{Owner: u, At: start, ID: "g", Last: "new"}))
		}
		require.NoError(t, db.Transact(t.Context(), ops...))
		messages := ddb.NewRepository(db, c.messages)
		const n = 30
		var writers sync.WaitGroup
		for i := 1; i <= n; i++ { // a burst, out of order, the first one right after the group
			writers.Go(func() {
				at := (i * 7) % (n + 1)
				_, err := messages.Create(t.Context(), Message{Group: "g", At: start.Add(time.Duration(at) * time.Second), ID: fmt.Sprint(at), Author: users[at%2], Text: fmt.Sprintf("text %02d", at)})
				assert.NoError(t, err)
			})
		}
		writers.Wait()
		_, err := ddb.NewRepository(db, c.writers).Create(t.Context(), Writer{ID: "ann", Name: "Ann"}) // after what counts for her
		require.NoError(t, err)

		groups := ddb.NewRepository(db, c.groups).Consistent()
		newest := start.Add(n * time.Second)
		require.Eventually(t, func() bool {
			for _, u := range users {
				rows, err := ddb.Collect(groups.Query(t.Context(), c.groups.Query(Group{Owner: u})))
				if err != nil || len(rows) != 1 || !rows[0].At.Equal(newest) {
					return false
				}
			}
			w, err := ddb.NewRepository(db, c.writers).Consistent().Get(t.Context(), Writer{ID: "ann"})
			if err != nil || w.Messages != n/2 || !w.LastAt.Equal(newest) {
				return false
			}
			for _, v := range []*ddb.View{c.last, c.written} {
				for d, err := range v.Verify(t.Context(), db, nil) {
					t.Log(d, err)
					return false
				}
			}
			return true
		}, 60*time.Second, 100*time.Millisecond, "the stream is followed")
		w, err := ddb.NewRepository(db, c.writers).Consistent().Get(t.Context(), Writer{ID: "ann"})
		require.NoError(t, err)
		assert.Equal(t, Writer{
			ID: "ann", Name: "Ann", Messages: n / 2, Groups: 1, LastAt: newest, LastText: "text 30", Recent: []string{"text 30", "text 28", "text 26"},
		}, w)
		cancel()
		readers.Wait()

		for _, v := range []*ddb.View{c.last, c.written} {
			changed := -1
			require.NoError(t, v.Rebuild(t.Context(), db, &ddb.JobOptions{Progress: func(p ddb.Progress) { changed = p.Changed }}))
			assert.Zero(t, changed, "there is nothing to rebuild")
		}
	})
}

// Whatever is lost, Rebuild makes it right.
func TestStreamsRebuild(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		c := newChat()
		db := env.Open(t, c.table)
		start := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
		require.NoError(t, db.Transact(t.Context(),
			c.members.Create(Member{Group: "g", User: "ann", At: start}), c.groups.Create(Group{Owner: "ann", At: start, ID: "g"}),
			c.writers.Create(Writer{ID: "ann"})))
		for n := 1; n <= 12; n++ {
			_, err := ddb.NewRepository(db, c.messages).Create(t.Context(), Message{Group: "g", At: start.Add(time.Duration(n) * time.Second), ID: fmt.Sprint(n), Author: "ann", Text: strings.Repeat("x", n)})
			require.NoError(t, err)
		}
		var drift []string
		for _, v := range []*ddb.View{c.last, c.written} {
			for d, err := range v.Verify(t.Context(), db, nil) {
				require.NoError(t, err)
				drift = append(drift, d.View)
			}
			require.NoError(t, v.Rebuild(t.Context(), db, &ddb.JobOptions{Workers: 2, Segments: 3}))
			for d, err := range v.Verify(t.Context(), db, nil) {
				require.NoError(t, err)
				t.Error(d)
			}
		}
		assert.Contains(t, drift, "last-message")
		assert.Contains(t, drift, "written")
		w, err := ddb.NewRepository(db, c.writers).Consistent().Get(t.Context(), Writer{ID: "ann"})
		require.NoError(t, err)
		assert.Equal(t, 12, w.Messages)
		rows, err := ddb.Collect(ddb.NewRepository(db, c.groups).Query(t.Context(), c.groups.Query(Group{Owner: "ann"})))
		require.NoError(t, err)
		require.Len(t, rows, 1)
		assert.Equal(t, start.Add(12*time.Second), rows[0].At)
	})
}
