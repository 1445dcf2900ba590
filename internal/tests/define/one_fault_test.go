package define_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbview"
)

// Plot is for definitions that are wrong.
type Plot struct {
	ID      string    `dynamodbav:"id"`
	Sub     string    `dynamodbav:"sub"`
	Version int64     `dynamodbav:"version"`
	Text    int64     `dynamodbav:"text,string"`
	Expires time.Time `dynamodbav:"expires,unixtime"`
	Other   time.Time `dynamodbav:"other,unixtime"`
	Score   int       `dynamodbav:"score,omitempty"`
}

func plotKey(x *Plot, d *ddb.Definition) {
	d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("q#"), ddb.Str(&x.ID)))
}

// requireFault requires that a definition has one fault, which Check tells too.
func requireFault[T any](t *testing.T, want string, table *ddb.Table, define func(*T, *ddb.Definition)) {
	t.Helper()
	_, err := ddb.Define(table, "plot", define)
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.Equal(t, want, err.Error())
	err = table.Check()
	require.ErrorIs(t, err, ddb.ErrModel)
	assert.Equal(t, want, err.Error())
}

func TestAMistakeHasNoFaultsThatFollowFromIt(t *testing.T) {
	t.Parallel()
	table := func() *ddb.Table { return ddb.NewTable("pk", "sk").TTL("expires") }
	plain := func() *ddb.Table { return ddb.NewTable("pk", "sk") }
	type hollow struct {
		ID      string `dynamodbav:"id"`
		Version int64  `dynamodbav:"-"`
	}
	requireFault(t, "ddb: define plot: the function panicked: oh", plain(), func(*Plot, *ddb.Definition) { panic("oh") })
	requireFault(t, `ddb: define plot: ttl: Other is stored as "other", the table's TTL attribute is "expires"`, table(), func(x *Plot, d *ddb.Definition) {
		plotKey(x, d)
		d.TTL(&x.Other)
	})
	requireFault(t, `ddb: define plot: ttl: a time.Time that is not a field of Plot (name fields through Fields(), not through an item); inside Define, name fields through the function's argument`, table(), func(x *Plot, d *ddb.Definition) {
		plotKey(x, d)
		d.TTL(new(time.Time))
	})
	requireFault(t, `ddb: define plot: version: field Version is dynamodbav:"-": give it an attribute name`, plain(), func(x *hollow, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
	})
	requireFault(t, `ddb: table: primary: a key attribute is listed twice in [pk pk]: remove one`, ddb.NewTable("pk", "pk"), plotKey)
	requireFault(t, `ddb: define plot: history: keys "h#{ID}" / "v#" do not hold the Version field Version`, plain(), func(x *Plot, d *ddb.Definition) {
		plotKey(x, d)
		d.Version(&x.Version)
		d.History(ddb.Key(ddb.Prefix("h#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("v#")))
	})
	requireFault(t, `ddb: define plot: primary: partition key, part 2 is nil: is the variable set by then?`, plain(), func(x *Plot, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), nil), ddb.Key(ddb.Prefix("q#")))
	})
	requireFault(t, `ddb: define plot: unique sub: value key, part 1 is nil: is the variable set by then?`, plain(), func(x *Plot, d *ddb.Definition) {
		plotKey(x, d)
		d.Unique("sub", nil)
	})
	for want, index := range map[string]func(*ddb.Table) *ddb.Index{
		`ddb: table: gsi: an index has 1 to 4 partition and 0 to 4 sort attributes`: func(t *ddb.Table) *ddb.Index { return t.MultiGSI("gsi", nil, nil) },
		`ddb: table: lsi: a key attribute is listed twice in [pk pk]: remove one`:   func(t *ddb.Table) *ddb.Index { return t.LSI("lsi", "pk") },
	} {
		for _, declares := range []bool{false, true} {
			table := plain()
			ix := index(table)
			requireFault(t, want, table, func(x *Plot, d *ddb.Definition) {
				plotKey(x, d)
				if declares {
					d.Index(ix, ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID)), ddb.Key(ddb.Prefix("r#")))
				}
			})
		}
	}
	flat := ddb.NewTable("pk", "")
	flat.LSI("lsi", "other")
	requireFault(t, `ddb: table: lsi: a table without a sort key has no local secondary index`, flat, func(x *Plot, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID)))
	})
}

func TestAVersionThatIsTextIsRefused(t *testing.T) {
	t.Parallel()
	requireFault(t, `ddb: define plot: version: Text is stored as text (tag ",string"), and DynamoDB adds numbers only: remove the option`, ddb.NewTable("pk", "sk"), func(x *Plot, d *ddb.Definition) {
		plotKey(x, d)
		d.Version(&x.Text)
	})
	type purse struct {
		ID   string `dynamodbav:"id"`
		Coin Coin   `dynamodbav:"coin"`
	}
	table := ddb.NewTable("pk", "sk")
	plots := ddb.MustDefine(table, "plot", plotKey)
	purses := ddb.MustDefine(table, "purse", func(x *purse, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("purse#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	_, err := ddbview.Aggregate("coins", plots, purses, func(p *Plot, to *purse) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&p.ID, &to.ID), ddbview.Count(&to.Coin)}
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, `count: field Coin of purse is not stored as a number`)
}

// Types that lead to themselves.
type (
	Ouroboros  *Ouroboros
	Nested     []Nested
	NestedMap  map[string]NestedMap
	Pointed    []*Pointed
	ToItself   *[]ToItself
	Matryoshka struct {
		ID string `dynamodbav:"id"`
		X  string `dynamodbav:"x"`
		*Matryoshka
	}
	Chain struct {
		ID   string `dynamodbav:"id"`
		Next *Link  `dynamodbav:"next"`
	}
	// Link embeds the Chain that it lies in, and hides nothing of it.
	Link struct {
		*Chain
		Name string `dynamodbav:"name"`
	}
)

func TestTypesThatLeadToThemselvesAreToldInTime(t *testing.T) {
	t.Parallel()
	const use = "attributevalue stores a define_test.Ouroboros to a nil pointer as NULL, as it does a nil define_test.Ouroboros: use one pointer"
	recursive[Ouroboros](t, "V: "+use)
	recursive[[]Ouroboros](t, "V: "+use)
	recursive[map[string]Ouroboros](t, "V: "+use)
	recursive[struct{ P Ouroboros }](t, "V.P: "+use)
	recursive[[]struct{ P Ouroboros }](t, "V: P of struct { P define_test.Ouroboros }: "+use)
	recursive[Nested](t, "")
	recursive[NestedMap](t, "")
	recursive[Pointed](t, "")
	recursive[ToItself](t, "")
	const circle = "a define_test.Matryoshka embeds itself: the fields of the inner one are hidden by those of the outer one, and would be lost: give the embedded field a name"
	requireFault(t, "ddb: define plot: field Matryoshka: "+circle, ddb.NewTable("pk", "sk"), func(x *Matryoshka, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	recursive[Matryoshka](t, "V.Matryoshka: "+circle)
	recursive[[]Matryoshka](t, "V: "+circle)
	_, repo, _ := declared(t, ddb.NewTable("pk", "sk"), func(x *Chain, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	x := Chain{ID: "1", Next: &Link{Chain: &Chain{ID: "2"}, Name: "n"}}
	_, err := repo.Put(t.Context(), x)
	require.NoError(t, err)
	got, err := repo.Get(t.Context(), x)
	require.NoError(t, err)
	assert.Equal(t, x, got)
}

// recursive defines an entity with a field of type V, tagged and not; want is its one fault, "" if it has none.
func recursive[V any](t *testing.T, want string) {
	t.Helper()
	type holder struct {
		ID string `dynamodbav:"id"`
		V  V      `dynamodbav:"v"`
	}
	define := func(x *holder, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	}
	if want == "" {
		_, err := ddb.Define(ddb.NewTable("pk", "sk"), "plot", define)
		require.NoError(t, err)
		type tagged struct {
			ID string `dynamodbav:"id"`
			V  V      `dynamodbav:"v,omitemptyelem"`
		}
		_, err = ddb.Define(ddb.NewTable("pk", "sk"), "plot", func(x *tagged, d *ddb.Definition) {
			id := ddb.Key(ddb.Prefix("p#"), ddb.Str(&x.ID))
			d.Primary(id, id)
		})
		if err != nil {
			require.ErrorContains(t, err, "ignores an element's tag option")
		}
		return
	}
	requireFault(t, "ddb: define plot: field "+want, ddb.NewTable("pk", "sk"), define)
}

// Totals that are spread over shards are one item a shard; of other items a shard has many.
func TestAKeyOfShardsAloneIsRefused(t *testing.T) {
	t.Parallel()
	type spread struct {
		Sub string `dynamodbav:"sub"`
		N   int    `dynamodbav:"n"`
	}
	sharded := func(x *spread, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Shard(&x.Sub, 4)), ddb.Key(ddb.Prefix("q#")))
	}
	table := ddb.NewTable("pk", "sk")
	ddb.MustDefine(table, "spread", sharded)
	err := table.Check()
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "only a Shard distinguishes items")
	assert.Panics(t, func() { ddb.New(nil, "table", table, nil) })

	table = ddb.NewTable("pk", "sk")
	plots := ddb.MustDefine(table, "plot", func(x *Plot, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("plot#"), ddb.Str(&x.ID))
		d.Primary(id, id)
	})
	totals := ddb.MustDefine(table, "spread", sharded)
	_, err = ddbview.Aggregate("totals", plots, totals, func(p *Plot, to *spread) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&p.ID, &to.Sub), ddbview.Count(&to.N), ddbview.OwnItems}
	})
	require.NoError(t, err)
	require.NoError(t, table.Check())

	table = ddb.NewTable("pk", "sk")
	ddb.MustDefine(table, "plot", func(x *Plot, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("p#"), ddb.Shard(&x.ID, 4)), ddb.Key(ddb.Str(&x.ID)))
	})
	require.NoError(t, table.Check())
	requireFault(t, `ddb: define plot: unique sub: "{Sub:shard4}" has a Shard, which many values share: use Str or Fold`, ddb.NewTable("pk", "sk"), func(x *Plot, d *ddb.Definition) {
		plotKey(x, d)
		d.Unique("sub", ddb.Shard(&x.Sub, 4))
	})
}

// A Native number under omitempty is missing where it is 0: the row says that it may be.
func TestANativeNumberThatMayBeMissingIsAskedFor(t *testing.T) {
	t.Parallel()
	scored := func(when func(x *Plot) []ddb.Cond) (*ddb.Table, *ddb.Index, func(*Plot, *ddb.Definition)) {
		table := ddb.NewTable("pk", "sk")
		ix := table.GSI("byScore", "score", "")
		return table, ix, func(x *Plot, d *ddb.Definition) {
			plotKey(x, d)
			d.Index(ix, ddb.Key(ddb.Native(&x.Score))).When(when(x)...)
		}
	}
	table, ix, define := scored(func(x *Plot) []ddb.Cond { return []ddb.Cond{ddb.Present(&x.Score)} })
	_, repo, e := declared(t, table, define)
	f := e.Fields()
	in := func() int {
		all, err := ddb.Collect(repo.Query(t.Context(), e.On(ix, Plot{Score: 3})))
		require.NoError(t, err)
		return len(all)
	}
	_, err := repo.Put(t.Context(), Plot{ID: "1"})
	require.NoError(t, err)
	assert.Zero(t, in())
	_, err = repo.Update(t.Context(), Plot{ID: "1"}, ddb.Add(&f.Score, 3))
	require.NoError(t, err)
	assert.Equal(t, 1, in())
	_, err = repo.Update(t.Context(), Plot{ID: "1"}, ddb.Set(&f.Score, 0))
	require.NoError(t, err)
	assert.Zero(t, in())

	for _, when := range []func(x *Plot) []ddb.Cond{
		func(*Plot) []ddb.Cond { return nil },
		func(x *Plot) []ddb.Cond { return []ddb.Cond{ddb.Ne(&x.Sub, "")} },
		func(x *Plot) []ddb.Cond { return []ddb.Cond{ddb.Ne(&x.Score, 0)} }, // an Add makes a 0 that is there
	} {
		table, _, define := scored(when)
		_, err := ddb.Define(table, "plot", define)
		require.ErrorContains(t, err, "byScore: Native(Score) has the tag option \",omitempty\", so an item with 0 would not be in the index")
		require.ErrorContains(t, err, "When(Present(&…))")
		require.NotContains(t, err.Error(), "\n", "one mistake")
	}
	table, _, define = scored(func(x *Plot) []ddb.Cond { return []ddb.Cond{ddb.Present(&x.Score), ddb.Ne(&x.Score, 0)} })
	_, err = ddb.Define(table, "plot", define)
	require.ErrorContains(t, err, "byScore: When cannot keep an item out of the index", "an Add that makes 0 would leave it in")
}
