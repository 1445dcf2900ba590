package ddbjob_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbmem"
)

type session struct {
	ID   string    `dynamodbav:"-"`
	Ends time.Time `dynamodbav:"ends,unixtime"`
}

func sessionTable(attr string) (*ddb.Table, *ddb.Entity[session]) {
	tb := ddb.NewTable("pk", "sk").TTL(map[bool]string{true: "ends", false: "until"}[attr == "ends"])
	if attr == "ends" {
		return tb, ddb.MustDefine(tb, "session", func(s *session, d *ddb.Definition) {
			d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
			d.TTL(&s.Ends)
		})
	}
	type later struct {
		ID   string    `dynamodbav:"-"`
		Ends time.Time `dynamodbav:"until,unixtime"`
	}
	ddb.MustDefine(tb, "session", func(s *later, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)), ddb.Key(ddb.Prefix("s")))
		d.TTL(&s.Ends)
	})
	return tb, nil
}

func TestICopyTTL(t *testing.T) {
	oldT, sessions := sessionTable("ends")
	newT, _ := sessionTable("until")
	plain := ddb.NewTable("pk", "sk")
	for name, to := range map[string]*ddb.Table{"renamed": newT, "none": plain} {
		w := newWorld(t)
		w.engine = ddbmem.New(ddbmem.Options{TTLDelay: 48 * time.Hour})
		client := w.engine.Client()
		db := ddb.New(client, "old", oldT, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		for i := range 4 {
			require.NoError(t, db.Do(t.Context(), sessions.Put(session{ID: fmt.Sprint(i), Ends: time.Now().Add(time.Duration(i-2) * time.Hour)})))
		}
		target := ddb.New(client, "new", to, nil)
		if name == "none" {
			_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: new("new"), BillingMode: types.BillingModePayPerRequest,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: new("pk"), AttributeType: "S"}, {AttributeName: new("sk"), AttributeType: "S"}},
				KeySchema:            []types.KeySchemaElement{{AttributeName: new("pk"), KeyType: "HASH"}, {AttributeName: new("sk"), KeyType: "RANGE"}}})
			require.NoError(t, err)
		} else {
			require.NoError(t, target.CreateTable(t.Context()))
		}
		opts := &ddbjob.CopyOptions{}
		if name == "renamed" {
			opts.Transform = func(item attrs) (attrs, error) {
				item["until"] = item["ends"]
				delete(item, "ends")
				return item, nil
			}
		}
		done, err := ddbjob.Copy(t.Context(), db, target, opts)
		t.Logf("%s %+v %v", name, done, err)
		assert.NoError(t, err)
	}
}

func TestITransformValues(t *testing.T) {
	for name, v := range map[string]types.AttributeValue{
		"nil": nil, "typed nil": (*types.AttributeValueMemberS)(nil), "-0": &types.AttributeValueMemberN{Value: "-0"}, "1e2": &types.AttributeValueMemberN{Value: "1e2"},
		"1.500": &types.AttributeValueMemberN{Value: "1.500"}, "SS": &types.AttributeValueMemberSS{Value: []string{"b", "a"}}, "SS2": &types.AttributeValueMemberSS{Value: []string{"a", "a"}},
		"NS": &types.AttributeValueMemberNS{Value: []string{"3", "1.0"}}, "nilL": &types.AttributeValueMemberL{}, "nilM": &types.AttributeValueMemberM{}, "nilB": &types.AttributeValueMemberB{},
		"Lnil": &types.AttributeValueMemberL{Value: []types.AttributeValue{nil}}, "bad utf8": text("a\xffb"), "NULLf": &types.AttributeValueMemberNULL{}, "N bad": &types.AttributeValueMemberN{Value: "x"},
		"unknown": &types.UnknownUnionMember{Tag: "X", Value: []byte("1")}, "BS": &types.AttributeValueMemberBS{Value: [][]byte{{2}, {1}}},
	} {
		func() {
			defer func() {
				if p := recover(); p != nil {
					t.Errorf("%s: panic %v", name, p)
				}
			}()
			w := newWorld(t, "old", "new")
			for i := range 30 {
				require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
			}
			done, err := ddbjob.Copy(t.Context(), w.open("old"), w.open("new"), &ddbjob.CopyOptions{Transform: func(item attrs) (attrs, error) {
				if item["pk"].(*types.AttributeValueMemberS).Value == "c#7" {
					item["x"] = v
				}
				return item, nil
			}})
			t.Logf("%-10s %+v %.250v", name, done, err)
		}()
	}
	// panics
	w := newWorld(t, "old", "new")
	require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: "1", ID: "1"})))
	_, err := ddbjob.Copy(t.Context(), w.open("old"), w.open("new"), &ddbjob.CopyOptions{Transform: func(item attrs) (attrs, error) { panic("x") }})
	t.Log(err)
}

func TestIEachMark(t *testing.T) {
	w := newWorld(t, "old")
	for i := range 30 {
		require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
	}
	f := orders.Fields()
	var seen []ddb.Cursor
	edit := func(o order) ddb.Op { return orders.Update(o, ddb.Add(&f.Points, 1)) }
	o := ddb.JobOptions{Segments: 4, Checkpoint: func(c ddb.Cursor) { seen = append(seen, c) }}
	_, err := ddbjob.Each(t.Context(), w.open("old"), orders, nil, edit, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&f.Mark, "monday")})
	require.NoError(t, err)
	o = ddb.JobOptions{Resume: seen[2]}
	done, err := ddbjob.Each(t.Context(), w.open("old"), orders, nil, edit, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&f.Mark, "tuesday")})
	t.Logf("%+v %v", done, err)
	assert.ErrorIs(t, err, ddb.ErrCursor)
	done, err = ddbjob.Each(t.Context(), w.open("old"), orders, nil, edit, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&f.Mark, "monday")})
	t.Logf("%+v %v", done, err)
	assert.NoError(t, err)
}

// A deletion whose response was lost
func TestIEachDeleteLost(t *testing.T) {
	w := newWorld(t, "old")
	for i := range 6 {
		require.NoError(t, w.open("old").Do(t.Context(), orders.Put(order{Customer: fmt.Sprint(i), ID: "1"})))
	}
	for _, n := range []int{2, 3, 4} {
		_ = n
	}
	client := w.engine.Client(func(o *dynamodb.Options) {
		o.RetryMaxAttempts = 1
		next := o.HTTPClient
		o.HTTPClient = &loser{next: next, at: map[int]bool{3: true, 6: true}}
	})
	done, err := ddbjob.Each(t.Context(), ddb.New(client, "old", shop, nil), orders, nil, func(o order) ddb.Op { return orders.Delete(o) }, nil)
	t.Logf("%+v %v", done, err)
}

func TestIEachHistory(t *testing.T) {
	w := newWorld(t, "old")
	repo := ddb.NewRepository(w.open("old"), articles)
	for i := range 6 {
		a, err := repo.Create(t.Context(), article{ID: fmt.Sprint(i), Text: "x"})
		require.NoError(t, err)
		_ = a
	}
	f := articles.Fields()
	client := w.engine.Client(func(o *dynamodb.Options) {
		o.RetryMaxAttempts = 1
		next := o.HTTPClient
		o.HTTPClient = &loser{next: next, at: map[int]bool{3: true, 6: true, 9: true}}
	})
	done, err := ddbjob.Each(t.Context(), ddb.New(client, "old", shop, nil), articles, []ddb.Cond{ddb.Lt(&f.Version, int64(2))}, func(a article) ddb.Op { a.Text += "y"; return articles.Replace(a) }, nil)
	t.Logf("%+v %v", done, err)
	for i := range 6 {
		a, _ := repo.Get(t.Context(), article{ID: fmt.Sprint(i)})
		t.Log(a)
	}
	// too long for one
	done, err = ddbjob.Each(t.Context(), w.open("old"), articles, nil, func(a article) ddb.Op {
		if a.ID == "3" {
			a.Text = strings.Repeat("x", 410<<10)
		}
		if a.ID == "4" {
			panic("edit")
		}
		return articles.Replace(a)
	}, nil)
	t.Logf("%+v %v", done, err)
}

func TestIRestoreVersions(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, "old")
	repo := ddb.NewRepository(w.open("old"), articles)
	a, err := repo.Create(ctx, article{ID: "1", Text: "one"})
	require.NoError(t, err)
	a.Text = "two"
	a, err = repo.Replace(ctx, a)
	require.NoError(t, err)
	a.Text = "three"
	_, err = repo.Replace(ctx, a)
	require.NoError(t, err)
	files := exported(t, w)
	dumpVersions := func() {
		for item := range w.items(t, "old") {
			t.Log(item["pk"].(*types.AttributeValueMemberS).Value, item["sk"].(*types.AttributeValueMemberS).Value, "text:", item["text"], "ver", item["version"], len(item))
		}
	}
	dumpVersions()
	// another life: create, replace, delete -> tombstone at 3
	w.empty(t, "old")
	b, err := repo.Create(ctx, article{ID: "1", Text: "uno"})
	require.NoError(t, err)
	b.Text = "due"
	b, err = repo.Replace(ctx, b)
	require.NoError(t, err)
	require.NoError(t, repo.Delete(ctx, b))
	dumpVersions()
	done, err := ddbjob.Restore(ctx, w.open("old"), files, nil)
	t.Logf("%+v %v", done, err)
	dumpVersions()
	now, err := repo.Get(ctx, article{ID: "1"})
	t.Log(now, err)
	at, err := repo.History().At(ctx, article{ID: "1"}, now.Version)
	t.Log(at, err)
	assert.Equal(t, now.Text, at.Text)
	now.Text = "four"
	now, err = repo.Replace(ctx, now)
	t.Log(now, err)
}

func TestIRestoreDamagedVersion(t *testing.T) {
	ctx := context.Background()
	w := newWorld(t, "old")
	for name, line := range map[string]string{
		"text is N":  `{"Item":{"pk":{"S":"versions#1"},"sk":{"S":"v#000001"},"version":{"N":"1"},"text":{"N":"5"},"~t":{"S":"article"}}}`,
		"number":     `{"Item":{"pk":{"S":"versions#1"},"sk":{"S":"v#000002"},"version":{"N":"7"},"text":{"S":"x"}}}`,
		"no version": `{"Item":{"pk":{"S":"versions#1"},"sk":{"S":"v#000003"},"text":{"S":"x"}}}`,
	} {
		done, err := ddbjob.Restore(ctx, w.open("old"), fstest.MapFS{"a.json": {Data: []byte(line)}}, nil)
		t.Logf("%s %+v %v", name, done, err)
	}
	repo := ddb.NewRepository(w.open("old"), articles)
	for i := range 3 {
		at, err := repo.History().At(ctx, article{ID: "1"}, int64(i+1))
		t.Log(at, err)
	}
}

func TestIRestoreTwins(t *testing.T) {
	ctx := context.Background()
	for _, ex := range []ddbjob.Existing{ddbjob.Keep, ddbjob.Older, ddbjob.Replace} {
		w := newWorld(t, "old")
		repo := ddb.NewRepository(w.open("old"), customers)
		c, err := repo.Create(ctx, customer{ID: "1", Email: "a@x", Tier: "gold"})
		require.NoError(t, err)
		one := exported(t, w)
		c.Email = "b@x"
		_, err = repo.Replace(ctx, c)
		require.NoError(t, err)
		two := exported(t, w)
		w.empty(t, "old")
		both := fstest.MapFS{}
		for i, f := range []any{one, two, one, two} {
			m := f.(memory)
			for name, d := range m.MapFS {
				if strings.HasPrefix(name, "data/") {
					both[fmt.Sprintf("%d-%s", i, strings.ReplaceAll(name, "/", "-"))] = d
				}
			}
		}
		done, err := ddbjob.Restore(ctx, w.open("old"), both, &ddbjob.RestoreOptions{Existing: ex, JobOptions: ddb.JobOptions{Workers: 8}})
		t.Logf("%d %+v %v", ex, done, err)
		now, err := repo.Get(ctx, customer{ID: "1"})
		t.Log(now, err)
		require.NoError(t, uniquesAgree(t, w, map[string]any{"1": now}))
	}
}

type loser struct {
	next dynamodb.HTTPClient
	at   map[int]bool
	n    int
	mu   sync.Mutex
}

func (l *loser) Do(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	l.n++
	lose := l.at[l.n]
	l.mu.Unlock()
	resp, err := l.next.Do(r)
	if lose && err == nil {
		resp.Body.Close()
		return nil, errNetwork
	}
	return resp, err
}
