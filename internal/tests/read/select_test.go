package read_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Base is embedded, and Place is a struct of its own.
type Base struct {
	A string `dynamodbav:"a"`
	B string `dynamodbav:"b"`
}

// Outlet has a field of each kind that can be selected.
type Outlet struct {
	ID    string `dynamodbav:"id"`
	Where string `dynamodbav:"-"`
	Base
	Place struct {
		City string `dynamodbav:"city"`
		Zip  string `dynamodbav:"zip"`
	} `dynamodbav:"place"`
	Rank    int       `dynamodbav:"rank"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
	Version int64     `dynamodbav:"version"`
}

// A selection fills the fields that it names and those of the primary key, and no others: not the keys of an index, not
// the TTL, not the version, whether it was fetched or not.
func TestSelectFillsWhatItNames(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk").TTL("expires")
	byRank := table.GSI("by-rank", "all", "rank")
	keys := table.GSI("keys-only", "keys_pk", "rank").KeysOnly()
	some := table.GSI("some", "some_pk", "rank").Include("place", "expires")
	outlets := ddb.MustDefine(table, "outlet", func(s *Outlet, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("w#"), ddb.Str(&s.Where)), ddb.Key(ddb.Prefix("s#"), ddb.Str(&s.ID)))
		for _, ix := range []*ddb.Index{byRank, keys, some} {
			d.Index(ix, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Native(&s.Rank)))
		}
		d.TTL(&s.Expires)
		d.Version(&s.Version)
	})
	db := ddb.New(ddbmem.New().Client(), "outlets", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo, f := ddb.NewRepository(db, outlets), outlets.Fields()
	x := Outlet{ID: "1", Where: "w", Base: Base{"a", "b"}, Rank: 7, Expires: time.Now().Add(time.Hour).Truncate(time.Second)}
	x.Place.City, x.Place.Zip = "Bern", "3000"
	x, err := repo.Put(t.Context(), x)
	require.NoError(t, err)
	base := Outlet{ID: "1", Where: "w"}
	with := func(change func(*Outlet)) Outlet {
		out := base
		change(&out)
		return out
	}
	for what, c := range map[string]struct {
		fields []any
		want   Outlet
		keys   bool // known from keys alone
	}{
		"a field":            {[]any{&f.A}, with(func(s *Outlet) { s.A = "a" }), false},
		"an embedded struct": {[]any{&f.Base}, with(func(s *Outlet) { s.Base = x.Base }), false},
		"a struct":           {[]any{&f.Place}, with(func(s *Outlet) { s.Place = x.Place }), false},
		"inside a struct":    {[]any{&f.Place.Zip}, with(func(s *Outlet) { s.Place.Zip = "3000" }), false},
		"both":               {[]any{&f.Place.Zip, &f.Place}, with(func(s *Outlet) { s.Place = x.Place }), false},
		"an index key":       {[]any{&f.Rank}, with(func(s *Outlet) { s.Rank = 7 }), true},
		"a key":              {[]any{&f.ID}, base, true},
		"a key alone":        {[]any{&f.Where}, base, true},
		"everything":         {[]any{&f.A, &f.B, &f.Place, &f.Rank, &f.Expires, &f.Version}, x, false},
	} {
		for name, q := range map[string]ddb.Query[Outlet]{
			"primary": outlets.Query(Outlet{Where: "w"}), "by rank": outlets.On(byRank, Outlet{}), "keys": outlets.On(keys, Outlet{}), "some": outlets.On(some, Outlet{}),
		} {
			got, err := ddb.Collect(repo.Query(t.Context(), q.Select(c.fields...)))
			require.NoError(t, err, "%s in %s", what, name)
			require.Len(t, got, 1, "%s in %s", what, name)
			assert.True(t, c.want.Expires.Equal(got[0].Expires), "%s in %s", what, name)
			got[0].Expires = c.want.Expires
			assert.Equal(t, c.want, got[0], "%s in %s", what, name)
			n, err := repo.Count(t.Context(), q.Select(c.fields...))
			require.NoError(t, err, "%s in %s", what, name)
			assert.Equal(t, 1, n, "%s in %s", what, name)
		}
	}
}

// A key field with an attribute of its own is read from the key of an index that projects no more.
func TestSelectOfAKeyDoesNotHydrate(t *testing.T) {
	t.Parallel()
	type thing struct {
		ID   string `dynamodbav:"id"`
		Seq  int    `dynamodbav:"seq"`
		Name string `dynamodbav:"name"`
	}
	table := ddb.NewTable("pk", "sk")
	keys := table.GSI("keys-only", "g_pk", "g_sk").KeysOnly()
	things := ddb.MustDefine(table, "thing", func(x *thing, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("n#"), ddb.Num(&x.Seq, 4)))
		d.Index(keys, ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)))
	})
	db := ddb.New(ddbmem.New().Client(), "things", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo, f := ddb.NewRepository(db, things), things.Fields()
	_, err := repo.Put(t.Context(), thing{"1", 2, "x"})
	require.NoError(t, err)
	for want, fields := range map[int][]any{1: {&f.ID, &f.Seq}, 2: {&f.ID, &f.Name}} {
		q := things.On(keys, thing{}).Select(fields...)
		ctx, meter := ddb.WithMeter(t.Context())
		got, err := ddb.Collect(repo.Query(ctx, q))
		require.NoError(t, err)
		assert.Equal(t, []thing{{"1", 2, map[int]string{2: "x"}[want]}}, got)
		assert.Equal(t, want, meter.Requests(), q.String())
	}
	assert.Contains(t, things.On(keys, thing{}).String(), "HYDRATE")
	assert.NotContains(t, things.On(keys, thing{}).Select(&f.ID).String(), "HYDRATE")
}

// What stands behind a row is checked again: by the keys of the index, and by the filter, which the row passed as it was.
func TestAFilterHoldsForWhatIsFetched(t *testing.T) {
	t.Parallel()
	type task struct {
		ID     string `dynamodbav:"id"`
		Status string `dynamodbav:"status"`
		Body   string `dynamodbav:"body"`
	}
	table := ddb.NewTable("pk", "sk")
	byStatus := table.GSI("some", "g_pk", "g_sk").Include("status")
	tasks := ddb.MustDefine(table, "task", func(x *task, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Index(byStatus, ddb.Key(ddb.Prefix("all")), id)
	})
	engine := ddbmem.New(ddbmem.Options{Clock: ddbmem.NewManualClock(time.Now())})
	db := ddb.New(engine.Client(), "tasks", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo, f := ddb.NewRepository(db, tasks), tasks.Fields()
	for _, id := range []string{"1", "2"} {
		_, err := repo.Put(t.Context(), task{id, "open", "b"})
		require.NoError(t, err)
	}
	engine.SetFaults(ddbmem.Faults{IndexLag: 1000 * time.Hour})
	_, err := repo.Update(t.Context(), task{ID: "1"}, ddb.Set(&f.Status, "closed"))
	require.NoError(t, err)
	open := tasks.On(byStatus, task{}).Filter(ddb.Or(ddb.Eq(&f.Status, "open"), ddb.Eq(&f.Status, "new")))
	got, err := ddb.Collect(repo.Query(t.Context(), open))
	require.NoError(t, err)
	assert.Equal(t, []task{{"2", "open", "b"}}, got)
	outcomes := map[string]ddb.Outcome{}
	for l, err := range repo.Lookups(t.Context(), open) {
		require.NoError(t, err)
		outcomes[l.Item.ID] = l.Outcome
	}
	assert.Equal(t, map[string]ddb.Outcome{"1": ddb.LookupStale, "2": ddb.LookupFound}, outcomes)
	got, err = ddb.Collect(repo.Query(t.Context(), open.Limit(1)))
	require.NoError(t, err)
	assert.Len(t, got, 1, "one that is left out does not count")
	got, err = ddb.Collect(repo.Query(t.Context(), open.Select(&f.Status)))
	require.NoError(t, err)
	assert.Len(t, got, 2, "what the index projects is as it was there")

	_, err = ddb.Collect(repo.Query(t.Context(), tasks.On(byStatus, task{}).Filter(ddb.Expr(expression.Name("status").Equal(expression.Value("open"))))))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "are fetched, so the program has to evaluate the filter too")
}

// consistency is a client that notes which reads are strongly consistent.
type consistency struct {
	ddb.Client
	query, batch []bool
}

func (c *consistency) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	c.query = append(c.query, in.ConsistentRead != nil && *in.ConsistentRead)
	return c.Client.Query(ctx, in, o...)
}

func (c *consistency) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	for _, k := range in.RequestItems {
		c.batch = append(c.batch, k.ConsistentRead != nil && *k.ConsistentRead)
	}
	return c.Client.BatchGetItem(ctx, in, o...)
}

// A strongly consistent read of an index that projects less is one in all of its requests.
func TestHydrationIsAsConsistentAsTheQuery(t *testing.T) {
	t.Parallel()
	m := newTokens()
	client := &consistency{Client: ddbmem.New().Client()}
	db := ddb.New(client, "tokens", m.table, nil)
	require.NoError(t, ddb.New(client.Client, "tokens", m.table, nil).CreateTable(t.Context()))
	repo := ddb.NewRepository(db, m.entity)
	_, err := repo.Put(t.Context(), Token{ID: "1"})
	require.NoError(t, err)
	q := m.queries()["local-keys"]
	read := func(repo *ddb.Repository[Token], q ddb.Query[Token]) (query, batch []bool) {
		client.query, client.batch = nil, nil
		got, err := ddb.Collect(repo.Query(t.Context(), q))
		require.NoError(t, err)
		require.Len(t, got, 1)
		return client.query, client.batch
	}
	for strong, c := range map[bool]func() (query, batch []bool){
		false: func() (query, batch []bool) { return read(repo, q) },
		true:  func() (query, batch []bool) { return read(repo, q.Consistent()) },
	} {
		query, batch := c()
		assert.Equal(t, []bool{strong}, query)
		assert.Equal(t, []bool{strong}, batch)
	}
	query, batch := read(repo.Consistent(), q)
	assert.Equal(t, []bool{true}, query)
	assert.Equal(t, []bool{true}, batch)
	client.batch = nil
	n, err := repo.Consistent().Count(t.Context(), q)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Equal(t, []bool{true}, client.batch, "of a count too")
}
