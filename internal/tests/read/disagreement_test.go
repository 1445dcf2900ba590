package read_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// Parcelled has each kind of part in its primary key, and an attribute for each.
type Parcelled struct {
	Str   string    `dynamodbav:"str"`
	Fold  string    `dynamodbav:"fold"`
	Num   int       `dynamodbav:"num"`
	Time  time.Time `dynamodbav:"time"`
	Shard string    `dynamodbav:"shard"`
	Free  string    `dynamodbav:"free"`
	Until time.Time `dynamodbav:"until"`
}

type parcelled struct {
	client ddb.Client
	table  *ddb.Table
	byFree *ddb.Index
	e      *ddb.Entity[Parcelled]
	item   Parcelled
}

func openParcelled(t *testing.T) *parcelled {
	t.Helper()
	p := &parcelled{client: ddbmem.New().Client(), table: ddb.NewTable("pk", "sk")}
	p.byFree = p.table.GSI("by-free", "f_pk", "f_sk")
	const sep ddb.Prefix = "#"
	p.e = ddb.MustDefine(p.table, "parcelled", func(x *Parcelled, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.Str), sep, ddb.Shard(&x.Shard, 10)),
			ddb.Key(ddb.Fold(&x.Fold), sep, ddb.Num(&x.Num, 4), sep, ddb.Time(&x.Time)))
		d.Index(p.byFree, ddb.Key(ddb.Prefix("free#"), ddb.Str(&x.Str)), ddb.Key(ddb.Fold(&x.Free)))
	})
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	p.item = Parcelled{Str: "s", Fold: "Ab", Num: 7, Time: at, Shard: "x", Free: "F", Until: at}
	require.NoError(t, ddb.New(p.client, "parcelled", p.table, nil).CreateTable(t.Context()))
	return p
}

// put stores the item with other attributes than it had.
func (p *parcelled) put(t *testing.T, attrs map[string]types.AttributeValue) {
	t.Helper()
	raw, err := p.e.Encode(p.item)
	require.NoError(t, err)
	maps.Copy(raw, attrs)
	fixture.PutRaw(t, p.client, "parcelled", raw)
}

// both runs f for each way to decode what was read.
func (p *parcelled) both(f func(db *ddb.DB, repo *ddb.Repository[Parcelled])) {
	for _, opts := range []*ddb.Options{nil, {UseAttributeMaps: true}} {
		db := ddb.New(p.client, "parcelled", p.table, opts)
		f(db, ddb.NewRepository(db, p.e))
	}
}

// Every part of the primary key is compared with its attribute, whatever its kind, and be the attribute zero or empty.
func TestEveryPartOfThePrimaryKeyIsCompared(t *testing.T) {
	t.Parallel()
	p := openParcelled(t)
	number := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	q := p.e.Query(Parcelled{Str: "s", Shard: "x"})
	for what, c := range map[string]struct {
		attr string
		av   types.AttributeValue
		says string
	}{
		"text":             {"str", fixture.Text("t"), `Str is "t", the key says "s"`},
		"empty text":       {"str", fixture.Text(""), `Str is "", the key says "s"`},
		"folded text":      {"fold", fixture.Text("Ac"), `Fold is "Ac", the key says "ab"`},
		"empty, folded":    {"fold", fixture.Text(""), `Fold is "", the key says "ab"`},
		"a number":         {"num", number("8"), `Num is 8, the key says 7`},
		"zero":             {"num", number("0"), `Num is 0, the key says 7`},
		"a time":           {"time", fixture.Text("2026-01-02T03:04:05.1Z"), `Time is 2026-01-02T03:04:05.1Z, the key says 2026-01-02T03:04:05Z`},
		"no time":          {"time", fixture.Text("0001-01-01T00:00:00Z"), `the key says 2026-01-02T03:04:05Z`},
		"of another shard": {"shard", fixture.Text("y"), `Shard is "y" of shard`},
		"of no shard":      {"shard", fixture.Text(""), `the key says shard`},
		"a type of N":      {"entityType", number("7"), `has a type attribute "entityType" that is no string`},
	} {
		p.put(t, map[string]types.AttributeValue{c.attr: c.av})
		p.both(func(db *ddb.DB, repo *ddb.Repository[Parcelled]) {
			_, got := repo.Get(t.Context(), p.item)
			_, queried := ddb.Collect(repo.Query(t.Context(), q))
			_, indexed := ddb.Collect(repo.Query(t.Context(), p.e.On(p.byFree, Parcelled{Str: "s"})))
			_, scanned := ddb.Collect(db.Scan(t.Context(), nil))
			_, batched := repo.BatchGet(t.Context(), []Parcelled{p.item})
			for verb, err := range map[string]error{"get": got, "query": queried, "index": indexed, "scan": scanned, "batch": batched} {
				bad := new(ddb.ItemError)
				require.ErrorAs(t, err, &bad, "%s: %s", what, verb)
				require.ErrorContains(t, err, c.says, "%s: %s", what, verb)
			}
		})
	}
	p.put(t, map[string]types.AttributeValue{"fold": fixture.Text("aB"), "time": fixture.Text("2026-01-02T04:04:05+01:00")}) // another spelling of the same key
	p.both(func(_ *ddb.DB, repo *ddb.Repository[Parcelled]) {
		got, err := repo.Get(t.Context(), p.item)
		require.NoError(t, err)
		assert.Equal(t, "aB", got.Fold)
		assert.True(t, got.Time.Equal(p.item.Time))
	})
}

// An entry of an index that an older template made is read, with what the item says; a Select compares what it reads.
func TestWhatIsNotComparedWithAKey(t *testing.T) {
	t.Parallel()
	p := openParcelled(t)
	f := p.e.Fields()
	p.put(t, map[string]types.AttributeValue{"f_sk": fixture.Text("older template")})
	p.both(func(_ *ddb.DB, repo *ddb.Repository[Parcelled]) {
		got, err := repo.One(t.Context(), p.e.On(p.byFree, Parcelled{Str: "s"}))
		require.NoError(t, err)
		assert.Equal(t, "F", got.Free)
	})
	p.put(t, map[string]types.AttributeValue{"num": &types.AttributeValueMemberN{Value: "8"}})
	p.both(func(_ *ddb.DB, repo *ddb.Repository[Parcelled]) {
		q := p.e.Query(Parcelled{Str: "s", Shard: "x"})
		got, err := repo.One(t.Context(), q.Select(&f.Free))
		require.NoError(t, err)
		assert.Equal(t, 7, got.Num, "the key wins")
		_, err = repo.One(t.Context(), q.Select(&f.Free, &f.Num))
		require.ErrorContains(t, err, "Num is 8, the key says 7")
	})
}

// An item that cannot be decoded, such as one with a time of the year 10000, ends no list, and can be deleted and replaced.
func TestAnItemThatCannotBeDecodedCanBeDeleted(t *testing.T) {
	t.Parallel()
	p := openParcelled(t)
	for _, until := range []types.AttributeValue{fixture.Text("10000-01-01T00:00:00Z"), fixture.Text("+12026-01-01T00:00:00Z"), &types.AttributeValueMemberN{Value: "1e30"}} {
		p.both(func(db *ddb.DB, repo *ddb.Repository[Parcelled]) {
			other := p.item
			other.Num = 8
			_, err := repo.Put(t.Context(), other)
			require.NoError(t, err)
			damage := map[string]types.AttributeValue{"until": until}
			p.put(t, damage)
			q := p.e.Query(Parcelled{Str: "s", Shard: "x"})
			_, err = repo.Get(t.Context(), p.item)
			bad := new(ddb.ItemError)
			require.ErrorAs(t, err, &bad)
			assert.True(t, strings.HasPrefix(bad.Key, `pk="p#s#`), bad.Key)
			for verb, run := range map[string]func() ([]Parcelled, error){
				"query": func() ([]Parcelled, error) { return ddb.CollectAll(repo.Query(t.Context(), q)) },
				"scan":  func() ([]Parcelled, error) { return ddb.CollectAll(repo.Scan(t.Context(), nil)) },
				"page": func() ([]Parcelled, error) {
					page, err := repo.Page(t.Context(), q, "")
					return page.Items, err
				},
			} {
				got, err := run()
				require.ErrorAs(t, err, &bad, verb)
				require.Len(t, got, 1, verb)
				assert.Equal(t, 8, got[0].Num, verb)
			}
			require.NoError(t, repo.Delete(t.Context(), p.item))
			_, err = repo.Get(t.Context(), p.item)
			require.ErrorIs(t, err, ddb.ErrNotFound)

			p.put(t, damage)
			_, err = repo.Put(t.Context(), p.item)
			require.NoError(t, err)
			got, err := repo.Get(t.Context(), p.item)
			require.NoError(t, err)
			assert.True(t, got.Until.Equal(p.item.Until))

			p.put(t, damage)
			_, err = repo.Update(t.Context(), p.item, ddb.Set(&p.e.Fields().Until, p.item.Until))
			require.NoError(t, err)
		})
	}
}

// So can one with a history, whose deletion is a version of its own.
func TestAnItemWithAHistoryThatCannotBeDecodedCanBeDeleted(t *testing.T) {
	t.Parallel()
	type account struct {
		ID      string    `dynamodbav:"-"`
		Until   time.Time `dynamodbav:"until"`
		Version int64     `dynamodbav:"version"`
	}
	table, client := ddb.NewTable("pk", "sk"), ddbmem.New().Client()
	e := ddb.MustDefine(table, "account", func(a *account, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("a#"), ddb.Str(&a.ID))
		d.Primary(id, ddb.Key(ddb.Prefix("account")))
		d.Version(&a.Version)
		d.History(id, ddb.Key(ddb.Prefix("v#"), ddb.Num(&a.Version, 6)))
	})
	db := ddb.New(client, "accounts", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, e)
	made, err := repo.Create(t.Context(), account{ID: "1"})
	require.NoError(t, err)
	raw, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: new("accounts"), Key: map[string]types.AttributeValue{
		"pk": fixture.Text("a#1"), "sk": fixture.Text("account"),
	}})
	require.NoError(t, err)
	raw.Item["until"] = fixture.Text("10000-01-01T00:00:00Z")
	fixture.PutRaw(t, client, "accounts", raw.Item)
	require.NoError(t, repo.Delete(t.Context(), account{ID: "1"}))
	_, err = repo.Get(t.Context(), made)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	again, err := repo.Create(t.Context(), account{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, int64(3), again.Version, "numbers go on behind the deletion")
}
