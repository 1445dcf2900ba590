package ddb_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

func text(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

func digits(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }

// putRaw writes attributes past the library.
func putRaw(t require.TestingT, c ddb.Client, table string, attrs map[string]types.AttributeValue) {
	_, err := c.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &table, Item: attrs})
	require.NoError(t, err)
}

// Price had euros in schema 0, and has cents in schema 1.
type Price struct {
	ID     string `dynamodbav:"id"`
	Amount int    `dynamodbav:"amount"`
	Name   string `dynamodbav:"name"`
}

// An item is upgraded if, and only if, it is of an older schema, whatever is read of it and in whatever index.
func TestReadsUpgradeOlderItemsAlone(t *testing.T) {
	t.Parallel()
	ctx, table := t.Context(), ddb.NewTable("pk", "sk")
	indexes := []*ddb.Index{
		table.GSI("all-of-it", "a_pk", "a_sk"),
		table.GSI("fields", "f_pk", "f_sk").Include("id", "amount", "name"),
		table.GSI("fields-and-schema", "s_pk", "s_sk").Include("id", "amount", "name", "~s"),
		table.GSI("keys-only", "k_pk", "k_sk").KeysOnly(),
	}
	prices := ddb.MustDefine(table, "price", func(p *Price, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&p.ID))
		d.Primary(ddb.Key(ddb.Prefix("all")), id)
		for _, ix := range indexes {
			d.Index(ix, ddb.Key(ddb.Prefix("all")), id)
		}
		d.Schema(1, func(_ int, attrs map[string]types.AttributeValue) error {
			attrs["amount"] = digits(attrs["amount"].(*types.AttributeValueMemberN).Value + "00") // which it takes
			attrs["name"] = text(attrs["name"].(*types.AttributeValueMemberS).Value + " (was €)")
			return nil
		})
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "prices", table, nil)
	require.NoError(t, db.CreateTable(ctx))
	repo, f := ddb.NewRepository(db, prices), prices.Fields()
	old, err := prices.Encode(Price{ID: "1", Amount: 500, Name: "old"})
	require.NoError(t, err)
	delete(old, "~s")
	putRaw(t, client, "prices", old)
	_, err = repo.Put(ctx, Price{ID: "2", Amount: 500, Name: "new"})
	require.NoError(t, err)

	whole := []Price{{"1", 50000, "old (was €)"}, {"2", 500, "new"}}
	queries := []ddb.Query[Price]{prices.Query(Price{})}
	for _, ix := range indexes {
		queries = append(queries, prices.On(ix, Price{}))
	}
	for i, q := range queries {
		for what, c := range map[string]struct {
			q    ddb.Query[Price]
			want []Price
		}{
			"everything": {q, whole},
			"amount":     {q.Select(&f.Amount), []Price{{"1", 50000, ""}, {"2", 500, ""}}},
			"name":       {q.Select(&f.Name), []Price{{"1", 0, "old (was €)"}, {"2", 0, "new"}}},
			"key":        {q.Select(&f.ID), []Price{{"1", 0, ""}, {"2", 0, ""}}},
			"filtered":   {q.Filter(ddb.Present(&f.Amount)).Select(&f.Amount), []Price{{"1", 50000, ""}, {"2", 500, ""}}},
		} {
			if what == "filtered" && i == 4 {
				continue // not projected
			}
			ctx, meter := ddb.WithMeter(ctx)
			got, err := ddb.Collect(repo.Query(ctx, c.q))
			require.NoError(t, err, "%d %s", i, what)
			assert.Equal(t, c.want, got, "%d %s", i, what)
			if what == "key" && (i == 2 || i == 4) {
				assert.Equal(t, 1, meter.Requests(), "%d: the key is no schema's", i)
			}
			n, err := repo.Count(ctx, c.q)
			require.NoError(t, err, "%d %s", i, what)
			assert.Equal(t, 2, n)
		}
	}
	for _, id := range []string{"1", "2"} {
		got, err := repo.Get(ctx, Price{ID: id})
		require.NoError(t, err)
		assert.True(t, slices.Contains(whole, got))
	}
	for _, q := range []ddb.Query[Price]{prices.Query(Price{}), prices.On(indexes[0], Price{}), prices.On(indexes[2], Price{})} {
		for _, q := range []ddb.Query[Price]{q, q.Select(&f.Amount)} {
			ctx, meter := ddb.WithMeter(ctx)
			got, err := ddb.Collect(repo.Query(ctx, q.SortKey(ddb.Eq(&f.ID, "2"))))
			require.NoError(t, err)
			assert.Len(t, got, 1)
			assert.Equal(t, 1, meter.Requests(), "%s: an item of this schema is not fetched", q)
		}
	}
}

// Token expires, and is in indexes of which some say when.
type Token struct {
	ID      string    `dynamodbav:"id"`
	Name    string    `dynamodbav:"name"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
}

type tokens struct {
	table   *ddb.Table
	indexes []*ddb.Index
	entity  *ddb.Entity[Token]
}

func newTokens() tokens {
	m := tokens{table: ddb.NewTable("pk", "sk").TTL("expires")}
	m.indexes = []*ddb.Index{
		m.table.GSI("all-of-it", "a_pk", "a_sk"),
		m.table.GSI("name-alone", "n_pk", "n_sk").Include("name"),
		m.table.GSI("name-and-ttl", "t_pk", "t_sk").Include("name", "expires"),
		m.table.GSI("keys-only", "k_pk", "k_sk").KeysOnly(),
		m.table.LSI("local-keys", "l_sk").KeysOnly(),
	}
	m.entity = ddb.MustDefine(m.table, "token", func(x *Token, d *ddb.Definition) {
		id, all := ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("all"))
		d.Primary(all, id)
		for _, ix := range m.indexes {
			d.Index(ix, all, id)
		}
		d.TTL(&x.Expires)
	})
	return m
}

func (m tokens) queries() map[string]ddb.Query[Token] {
	out := map[string]ddb.Query[Token]{"primary": m.entity.Query(Token{})}
	for _, ix := range m.indexes {
		out[ix.Name()] = m.entity.On(ix, Token{})
	}
	return out
}

// What has expired is left out and not counted, whether the index says so or not.
func TestWhatHasExpiredIsInNoIndex(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	m := newTokens()
	f := m.entity.Fields()
	engine := ddbmem.New(ddbmem.Options{Clock: ddbmem.NewManualClock(now), TTLDelay: 1000 * time.Hour})
	clock := now.Add(-2 * time.Hour)
	db := ddb.New(engine.Client(), "tokens", m.table, &ddb.Options{Now: func() time.Time { return clock }})
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, m.entity)
	live := Token{ID: "1", Name: "live", Expires: now.Add(time.Hour)}
	for _, x := range []Token{live, {ID: "2", Name: "dead", Expires: now.Add(-time.Second)}, {ID: "3", Name: "dead", Expires: now}} {
		_, err := repo.Put(t.Context(), x)
		require.NoError(t, err)
	}
	clock = now
	for name, q := range m.queries() {
		for what, c := range map[string]struct {
			q    ddb.Query[Token]
			want Token
		}{
			"everything":   {q, live},
			"its name":     {q.Select(&f.Name), Token{ID: "1", Name: "live"}},
			"its key":      {q.Select(&f.ID), Token{ID: "1"}},
			"a bound":      {q.SortKey(ddb.Le(&f.ID, "9")), live},
			"one":          {q.Limit(1), live},
			"from the end": {q.Desc().Limit(1), live},
		} {
			got, err := ddb.Collect(repo.Query(t.Context(), c.q))
			require.NoError(t, err, "%s: %s", name, what)
			for i := range got {
				got[i].Expires = got[i].Expires.UTC()
				if c.want.Expires.IsZero() {
					assert.Zero(t, got[i].Expires, "%s: %s", name, what)
				}
			}
			assert.Equal(t, []Token{c.want}, got, "%s: %s", name, what)
			n, err := repo.Count(t.Context(), c.q)
			require.NoError(t, err, "%s: %s", name, what)
			assert.Equal(t, 1, n, "%s: %s", name, what)
			_, err = repo.One(t.Context(), c.q)
			require.NoError(t, err, "%s: %s", name, what)
		}
		_, err := repo.One(t.Context(), q.Select(&f.Name).SortKey(ddb.Eq(&f.ID, "2")))
		require.ErrorIs(t, err, ddb.ErrNotFound, name)
		var into []Token
		require.NoError(t, db.Gather(t.Context(), q.Collection(), m.entity.Into(&into)))
		assert.Len(t, into, 1, name)
	}
	with := ddb.NewRepository(ddb.New(engine.Client(), "tokens", m.table, &ddb.Options{WithExpired: true}), m.entity)
	for name, q := range m.queries() {
		ctx, meter := ddb.WithMeter(t.Context())
		got, err := ddb.Collect(with.Query(ctx, q.Select(&f.ID)))
		require.NoError(t, err)
		assert.Len(t, got, 3, name)
		assert.Equal(t, 1, meter.Requests(), "%s: nobody asks when", name)
	}
}

// A TTL attribute that is no number never expires an item, and one with a fraction does when DynamoDB says so: on every
// path alike.
func TestEveryReadReadsTheTTLAlike(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	m := newTokens()
	client := ddbmem.New(ddbmem.Options{Clock: ddbmem.NewManualClock(now), TTLDelay: 1000 * time.Hour}).Client()
	db := ddb.New(client, "tokens", m.table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, m.entity)
	seconds := fmt.Sprint(now.Unix())
	kinds := map[string]struct {
		ttl  types.AttributeValue
		live bool
	}{
		"absent":   {nil, true},
		"null":     {&types.AttributeValueMemberNULL{Value: true}, true},
		"text":     {text("2999-01-01T00:00:00Z"), true},
		"now":      {digits(seconds), false},
		"later":    {digits(fmt.Sprint(now.Unix() + 1)), true},
		"zero":     {digits("0"), false},
		"negative": {digits("-62135596800"), false},
	}
	for id, kind := range kinds {
		attrs, err := m.entity.Encode(Token{ID: id})
		require.NoError(t, err)
		if delete(attrs, "expires"); kind.ttl != nil {
			attrs["expires"] = kind.ttl
		}
		putRaw(t, client, "tokens", attrs)
	}
	for id, kind := range kinds {
		_, err := repo.Get(t.Context(), Token{ID: id})
		assert.Equal(t, kind.live, err == nil, "get %s: %v", id, err)
		looked, err := repo.BatchGet(t.Context(), []Token{{ID: id}})
		require.NoError(t, err)
		assert.Equal(t, kind.live, looked[0].Found(), "batch get %s", id)
	}
	want := map[string]bool{}
	for id, kind := range kinds {
		if kind.live {
			want[id] = true
		}
	}
	seen := map[string]bool{}
	for x, err := range repo.Scan(t.Context(), nil) {
		require.NoError(t, err)
		seen[x.ID] = true
	}
	assert.Equal(t, want, seen, "scan")
	for name, q := range m.queries() {
		seen := map[string]bool{}
		for x, err := range repo.Query(t.Context(), q) {
			require.NoError(t, err)
			seen[x.ID] = true
		}
		assert.Equal(t, want, seen, name)
		n, err := repo.Count(t.Context(), q)
		require.NoError(t, err)
		assert.Equal(t, len(want), n, name)
	}
}

// What is read as an item is written as one: a TTL attribute that is no number does not keep writes from it.
func TestEveryWriteReadsTheTTLAsReadsDo(t *testing.T) {
	t.Parallel()
	m, client := newTokens(), ddbmem.New().Client()
	db := ddb.New(client, "tokens", m.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo, f, ctx := ddb.NewRepository(db, m.entity), m.entity.Fields(), t.Context()
	key := Token{ID: "1"}
	note := ddb.If(ddb.Eq(&f.Name, "ann"))
	set := ddb.Set(&f.Name, "ann")
	for name, write := range map[string]func() error{
		"update":    func() error { _, err := repo.Update(ctx, key, set); return err },
		"update if": func() error { _, err := repo.Update(ctx, key, set, note); return err },
		"upsert":    func() error { _, err := repo.Upsert(ctx, key, set); return err },
		"replace":   func() error { _, err := repo.Replace(ctx, key); return err },
		"put if":    func() error { _, err := repo.Put(ctx, key, note); return err },
		"move":      func() error { _, err := repo.Move(ctx, key, Token{ID: "2", Name: "ann"}); return err },
		"take":      func() error { _, err := repo.Take(ctx, key); return err },
		"delete if": func() error { return repo.Delete(ctx, key, note) },
		"transact":  func() error { return db.Transact(ctx, m.entity.Update(key, set)) },
		"check":     func() error { return db.Transact(ctx, m.entity.Check(key, ddb.Eq(&f.Name, "ann"))) },
	} {
		for kind, ttl := range map[string]types.AttributeValue{"null": &types.AttributeValueMemberNULL{Value: true}, "text": text("2999-01-01T00:00:00Z")} {
			attrs, err := m.entity.Encode(Token{ID: "1", Name: "ann"})
			require.NoError(t, err)
			attrs["expires"] = ttl
			putRaw(t, client, "tokens", attrs)
			assert.NoError(t, write(), "%s, %s", name, kind)
			require.NoError(t, repo.Delete(ctx, Token{ID: "2"}))
		}
	}
	attrs, err := m.entity.Encode(Token{ID: "1", Name: "ann"})
	require.NoError(t, err)
	attrs["expires"] = &types.AttributeValueMemberNULL{Value: true}
	putRaw(t, client, "tokens", attrs)
	_, err = repo.Create(ctx, key)
	require.ErrorIs(t, err, ddb.ErrExists)
}

// A fraction of a second counts as DynamoDB compares it, however long.
func TestAFractionOfATTL(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	type plain struct {
		ID string `dynamodbav:"id"`
	}
	table := ddb.NewTable("pk", "sk").TTL("expires")
	entity := ddb.MustDefine(table, "plain", func(x *plain, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("all")), ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)))
	})
	client := ddbmem.New(ddbmem.Options{Clock: ddbmem.NewManualClock(now), TTLDelay: 1000 * time.Hour}).Client()
	db := ddb.New(client, "plain", table, &ddb.Options{Now: func() time.Time { return now }})
	require.NoError(t, db.CreateTable(t.Context()))
	repo, seconds := ddb.NewRepository(db, entity), fmt.Sprint(now.Unix())
	for id, ttl := range map[string]string{"above": seconds + ".0000000000000000000000000001", "below": fmt.Sprint(now.Unix()-1) + ".99999999999999999999", "same": seconds + ".000"} {
		attrs, err := entity.Encode(plain{ID: id})
		require.NoError(t, err)
		attrs["expires"] = digits(ttl)
		putRaw(t, client, "plain", attrs)
	}
	for id, live := range map[string]bool{"above": true, "below": false, "same": false} {
		_, err := repo.Get(t.Context(), plain{ID: id})
		assert.Equal(t, live, err == nil, id)
	}
	n, err := repo.Count(t.Context(), entity.Query(plain{}))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
}

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
	assert.Equal(t, map[string]ddb.Outcome{"1": ddb.Stale, "2": ddb.Found}, outcomes)
	got, err = ddb.Collect(repo.Query(t.Context(), open.Limit(1)))
	require.NoError(t, err)
	assert.Len(t, got, 1, "one that is left out does not count")
	got, err = ddb.Collect(repo.Query(t.Context(), open.Select(&f.Status)))
	require.NoError(t, err)
	assert.Len(t, got, 2, "what the index projects is as it was there")

	_, err = ddb.Collect(repo.Query(t.Context(), tasks.On(byStatus, task{}).Filter(ddb.Expr(expression.Name("status").Equal(expression.Value("open"))))))
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "are fetched, and the filter is checked on them again")
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
