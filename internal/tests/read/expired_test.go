package read_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

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
		"text":     {fixture.Text("2999-01-01T00:00:00Z"), true},
		"now":      {fixture.Digits(seconds), false},
		"later":    {fixture.Digits(fmt.Sprint(now.Unix() + 1)), true},
		"zero":     {fixture.Digits("0"), false},
		"negative": {fixture.Digits("-62135596800"), false},
	}
	for id, kind := range kinds {
		attrs, err := m.entity.Encode(Token{ID: id})
		require.NoError(t, err)
		if delete(attrs, "expires"); kind.ttl != nil {
			attrs["expires"] = kind.ttl
		}
		fixture.PutRaw(t, client, "tokens", attrs)
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
		for kind, ttl := range map[string]types.AttributeValue{"null": &types.AttributeValueMemberNULL{Value: true}, "text": fixture.Text("2999-01-01T00:00:00Z")} {
			attrs, err := m.entity.Encode(Token{ID: "1", Name: "ann"})
			require.NoError(t, err)
			attrs["expires"] = ttl
			fixture.PutRaw(t, client, "tokens", attrs)
			assert.NoError(t, write(), "%s, %s", name, kind)
			require.NoError(t, repo.Delete(ctx, Token{ID: "2"}))
		}
	}
	attrs, err := m.entity.Encode(Token{ID: "1", Name: "ann"})
	require.NoError(t, err)
	attrs["expires"] = &types.AttributeValueMemberNULL{Value: true}
	fixture.PutRaw(t, client, "tokens", attrs)
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
		attrs["expires"] = fixture.Digits(ttl)
		fixture.PutRaw(t, client, "plain", attrs)
	}
	for id, live := range map[string]bool{"above": true, "below": false, "same": false} {
		_, err := repo.Get(t.Context(), plain{ID: id})
		assert.Equal(t, live, err == nil, id)
	}
	n, err := repo.Count(t.Context(), entity.Query(plain{}))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
}
