package history_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

type Page struct {
	Book    string `dynamodbav:"-"`
	N       int    `dynamodbav:"-"`
	Text    string `dynamodbav:"text"`
	Rank    int    `dynamodbav:"rank"`
	Version int64  `dynamodbav:"version"`
}

type library struct {
	table  *ddb.Table
	byRank *ddb.Index
	pages  *ddb.Entity[Page]
	db     *ddb.DB
	repo   *ddb.Repository[Page]
	client *dynamodb.Client
}

func openLibrary(t *testing.T) library {
	t.Helper()
	l := library{table: ddb.NewTable("pk", "sk")}
	l.byRank = l.table.GSI("by-rank", "sk", "rank") // a version item would be in it
	l.pages = ddb.MustDefine(l.table, "page", func(p *Page, d *ddb.Definition) {
		book, page := ddb.Key(ddb.Prefix("book#"), ddb.Str(&p.Book)), ddb.Key(ddb.Prefix("page#"), ddb.Num(&p.N, 4))
		d.Primary(book, page)
		d.Index(l.byRank, page, ddb.Key(ddb.Native(&p.Rank)))
		d.Version(&p.Version)
		d.History(book, ddb.Key(ddb.Prefix("old#"), ddb.Num(&p.N, 4), ddb.Prefix("#"), ddb.Num(&p.Version, 8)))
	})
	l.client = ddbmem.New().Client()
	l.db = ddb.New(l.client, "library", l.table, nil)
	require.NoError(t, l.db.CreateTable(t.Context()))
	l.repo = ddb.NewRepository(l.db, l.pages)
	return l
}

func (l library) versions(t *testing.T, key Page) (texts []string, numbers []int64) {
	t.Helper()
	for p, err := range l.repo.History().All(t.Context(), key) {
		require.NoError(t, err)
		assert.Equal(t, key.N, p.N)
		assert.Equal(t, key.Book, p.Book)
		texts, numbers = append(texts, p.Text), append(numbers, p.Version)
	}
	return texts, numbers
}

func TestHistoryKeepsEveryVersion(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	ctx, key := t.Context(), Page{Book: "b", N: 1}
	p, err := l.repo.Create(ctx, Page{Book: "b", N: 1, Text: "one", Rank: 7})
	require.NoError(t, err)
	p.Text = "two"
	p, err = l.repo.Put(ctx, p)
	require.NoError(t, err)
	p, err = l.repo.Modify(ctx, key, func(p *Page) error { p.Text = "three"; return nil })
	require.NoError(t, err)
	p.Text = "four"
	p, err = l.repo.Replace(ctx, p)
	require.NoError(t, err)
	assert.EqualValues(t, 4, p.Version)

	texts, numbers := l.versions(t, key)
	assert.Equal(t, []string{"four", "three", "two", "one"}, texts)
	assert.Equal(t, []int64{4, 3, 2, 1}, numbers)
	old, err := l.repo.History().At(ctx, key, 2)
	require.NoError(t, err)
	assert.Equal(t, Page{Book: "b", N: 1, Text: "two", Rank: 7, Version: 2}, old)
	_, err = l.repo.History().At(ctx, key, 5)
	require.ErrorIs(t, err, ddb.ErrNotFound)

	// nothing that reads current items sees a version item
	var current []Page
	require.NoError(t, l.db.Gather(ctx, l.pages.Query(Page{Book: "b"}).Collection(), l.pages.Into(&current)))
	assert.Equal(t, []Page{p}, current)
	n := 0
	for _, err := range l.db.Scan(ctx, nil) {
		require.NoError(t, err)
		n++
	}
	assert.Equal(t, 1, n)
	out, err := l.client.Scan(ctx, &dynamodb.ScanInput{TableName: new("library"), IndexName: new("by-rank")})
	require.NoError(t, err)
	assert.Len(t, out.Items, 1, "version items are in no index")
}

func TestHistoryRefusesWhatDoesNotKnowTheItem(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	f := l.pages.Fields()
	for _, op := range []ddb.Op{l.pages.Update(Page{Book: "b", N: 1}, ddb.Set(&f.Text, "x")), l.pages.Upsert(Page{Book: "b", N: 1}, ddb.Set(&f.Text, "x"))} {
		ctx, meter := ddb.WithMeter(t.Context())
		err := l.db.Do(ctx, op)
		require.ErrorIs(t, err, ddb.ErrModel)
		require.ErrorContains(t, err, "use Modify")
		assert.Zero(t, meter.Requests())
	}
}

func TestNumbersAreNeverUsedTwice(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	ctx, key := t.Context(), Page{Book: "b", N: 1}
	_, err := l.repo.Create(ctx, Page{Book: "b", N: 1, Text: "one"})
	require.NoError(t, err)
	_, err = l.repo.Modify(ctx, key, func(p *Page) error { p.Text = "two"; return nil })
	require.NoError(t, err)
	require.NoError(t, l.repo.Delete(ctx, key))
	require.NoError(t, l.repo.Delete(ctx, key), "there is none any more")
	_, err = l.repo.Get(ctx, key)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	_, err = l.repo.History().At(ctx, key, 3)
	require.ErrorIs(t, err, ddb.ErrNotFound)
	require.ErrorContains(t, err, "a deletion of the item")

	ctx, meter := ddb.WithMeter(t.Context())
	again, err := l.repo.Create(ctx, Page{Book: "b", N: 1, Text: "again"})
	require.NoError(t, err)
	assert.EqualValues(t, 4, again.Version)
	assert.Equal(t, 1, meter.RequestsOf("Query"), "one more request, only then")
	texts, numbers := l.versions(t, key)
	assert.Equal(t, []string{"again", "two", "one"}, texts)
	assert.Equal(t, []int64{4, 2, 1}, numbers)

	require.NoError(t, l.repo.History().Prune(ctx, key, 1))
	_, numbers = l.versions(t, key)
	assert.Equal(t, []int64{4}, numbers)
	for _, n := range []int64{1, 2} {
		_, err = l.repo.History().At(ctx, key, n)
		require.ErrorIs(t, err, ddb.ErrPruned)
	}
	require.NoError(t, l.repo.Delete(ctx, key))
	require.NoError(t, l.repo.History().Prune(ctx, key, 1))
	again, err = l.repo.Create(ctx, Page{Book: "b", N: 1, Text: "third"})
	require.NoError(t, err)
	assert.EqualValues(t, 6, again.Version)
	require.ErrorIs(t, l.repo.History().Prune(ctx, key, 0), ddb.ErrModel)
}

// An item that was there before the entity had a history keeps its numbers when it is deleted and created anew.
func TestNumbersFromBeforeTheHistory(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	ctx, key := t.Context(), Page{Book: "b", N: 1}
	attrs, err := l.pages.Encode(Page{Book: "b", N: 1, Text: "old", Version: 57})
	require.NoError(t, err)
	_, err = l.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: new("library"), Item: attrs})
	require.NoError(t, err)
	require.NoError(t, l.repo.Delete(ctx, key))
	again, err := l.repo.Create(ctx, Page{Book: "b", N: 1, Text: "new"})
	require.NoError(t, err)
	assert.EqualValues(t, 59, again.Version)
	_, numbers := l.versions(t, key)
	assert.Equal(t, []int64{59}, numbers)
}

func TestMoveStaysWithItsHistory(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	ctx := t.Context()
	p, err := l.repo.Create(ctx, Page{Book: "b", N: 1, Text: "one"})
	require.NoError(t, err)
	to := p
	to.Book = "c"
	_, err = l.repo.Move(ctx, p, to)
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "the item would lose its versions")
}

// Writers that put on an entity with history lose neither an update nor a version.
func TestPutWithHistoryUnderConcurrency(t *testing.T) {
	t.Parallel()
	l := openLibrary(t)
	ctx, key := t.Context(), Page{Book: "b", N: 1}
	_, err := l.repo.Create(ctx, key)
	require.NoError(t, err)
	const writers = 10
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for {
				p, err := l.repo.Consistent().Get(ctx, key)
				if !assert.NoError(t, err) {
					return
				}
				p.Rank++
				if _, err = l.repo.Put(ctx, p); err == nil {
					return
				}
				if !assert.ErrorIs(t, err, ddb.ErrConflict) {
					return
				}
			}
		})
	}
	wg.Wait()
	p, err := l.repo.Get(ctx, key)
	require.NoError(t, err)
	assert.Equal(t, writers, p.Rank)
	_, numbers := l.versions(t, key)
	assert.Len(t, numbers, writers+1)
}

// The form of the pattern that keeps the latest number in an item v0, with numbers that are not padded, is read with
// keys of its own.
func TestLegacyVersionsCanBeRead(t *testing.T) {
	t.Parallel()
	type Legacy struct {
		ID     string `dynamodbav:"-"`
		V      string `dynamodbav:"-"`
		Latest int    `dynamodbav:"latest,omitempty"`
		Text   string `dynamodbav:"text"`
	}
	table := ddb.NewTable("pk", "sk").TypeAttribute("")
	e := ddb.MustDefine(table, "legacy", func(l *Legacy, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("doc#"), ddb.Str(&l.ID)), ddb.Key(ddb.Prefix("v"), ddb.Str(&l.V)))
	})
	client := ddbmem.New().Client()
	db := ddb.New(client, "legacy", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	for v, text := range map[string]string{"v0": "ten", "v2": "two", "v10": "ten"} {
		it := map[string]types.AttributeValue{"pk": s("doc#1"), "sk": s(v), "text": s(text)}
		if v == "v0" {
			it["latest"] = &types.AttributeValueMemberN{Value: "10"}
		}
		_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("legacy"), Item: it})
		require.NoError(t, err)
	}
	repo := ddb.NewRepository(db, e)
	head, err := repo.Get(t.Context(), Legacy{ID: "1", V: "0"})
	require.NoError(t, err)
	assert.Equal(t, 10, head.Latest)
	all, err := ddb.Collect(repo.Query(t.Context(), e.Query(Legacy{ID: "1"})))
	require.NoError(t, err)
	assert.Len(t, all, 3)
}

type recipe struct {
	ID     string   `dynamodbav:"-"`
	Name   string   `dynamodbav:"name"`
	Group  string   `dynamodbav:"group,omitempty"`
	Steps  []string `dynamodbav:"steps,omitempty"`
	Rating int      `dynamodbav:"rating"`
}

func openRecipes(t *testing.T, client *dynamodb.Client, define func(*ddb.Index, *recipe, *ddb.Definition)) (*ddb.Entity[recipe], *ddb.Repository[recipe], *ddb.DB) {
	t.Helper()
	table := ddb.NewTable("pk", "sk")
	byGroup := table.GSI("by-group", "g_pk", "g_sk")
	e := ddb.MustDefine(table, "recipe", func(r *recipe, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("r#"), ddb.Str(&r.ID))
		d.Primary(id, id)
		define(byGroup, r, d)
	})
	db := ddb.New(client, "recipes", table, nil)
	if err := db.CreateTable(t.Context()); err != nil {
		var in *types.ResourceInUseException
		require.ErrorAs(t, err, &in)
	}
	return e, ddb.NewRepository(db, e), db
}

func TestSchemaUpgradesOnReadAndReindexRewrites(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	ctx := t.Context()
	_, old, _ := openRecipes(t, client, func(_ *ddb.Index, _ *recipe, d *ddb.Definition) {})
	for _, id := range []string{"1", "2", "3"} {
		_, err := old.Create(ctx, recipe{ID: id, Name: "sweet: pie"})
		require.NoError(t, err)
	}
	upgrades := 0
	define := func(n int) func(*ddb.Index, *recipe, *ddb.Definition) {
		return func(ix *ddb.Index, r *recipe, d *ddb.Definition) {
			d.Index(ix, ddb.Key(ddb.Prefix("g#"), ddb.Str(&r.Group)), ddb.Key(ddb.Prefix("r#"), ddb.Str(&r.ID)))
			d.Schema(n, func(from int, attrs map[string]types.AttributeValue) error {
				upgrades++
				if from > 0 {
					return nil
				}
				name, ok := attrs["name"].(*types.AttributeValueMemberS)
				if !ok {
					return errors.New("no name")
				}
				group, rest, _ := strings.Cut(name.Value, ": ")
				attrs["group"] = &types.AttributeValueMemberS{Value: group}
				attrs["name"] = &types.AttributeValueMemberS{Value: rest}
				return nil
			})
		}
	}
	e, recipes, db := openRecipes(t, client, define(1))
	f := e.Fields()
	byGroup := e.On(db.Table().Indexes()[1], recipe{Group: "sweet"})
	got, err := recipes.Get(ctx, recipe{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, recipe{ID: "1", Name: "pie", Group: "sweet"}, got)
	n, err := recipes.Count(ctx, byGroup)
	require.NoError(t, err)
	assert.Zero(t, n, "an old item has old rows")

	got, err = recipes.Update(ctx, recipe{ID: "1"}, ddb.Add(&f.Rating, 5))
	require.NoError(t, err)
	assert.Equal(t, recipe{ID: "1", Name: "pie", Group: "sweet", Rating: 5}, got, "an update first brings the item up to date")

	done, err := recipes.Reindex(ctx, nil)
	require.NoError(t, err)
	assert.Equal(t, ddb.Reindexed{Items: 3, Rewritten: 2}, done)
	n, err = recipes.Count(ctx, byGroup)
	require.NoError(t, err)
	assert.Equal(t, 3, n)
	before := upgrades
	done, err = recipes.Reindex(ctx, &ddb.JobOptions{Segments: 4, Workers: 2})
	require.NoError(t, err)
	assert.Equal(t, ddb.Reindexed{Items: 3}, done)
	assert.Equal(t, before, upgrades)

	// an older program must not overwrite what a newer one wrote
	newer, _, newerDB := openRecipes(t, client, define(2))
	require.NoError(t, newerDB.Do(ctx, newer.Put(recipe{ID: "1", Name: "cake", Group: "sweet"})))
	for _, op := range []ddb.Op{
		e.Put(recipe{ID: "1", Name: "x", Group: "y"}), e.Update(recipe{ID: "1"}, ddb.Set(&f.Name, "x")),
		e.Upsert(recipe{ID: "1", Group: "sweet"}, ddb.Set(&f.Name, "x")), e.Delete(recipe{ID: "1"}), e.Move(recipe{ID: "1"}, recipe{ID: "9", Group: "g"}),
	} {
		err := db.Do(ctx, op)
		require.ErrorIs(t, err, ddb.ErrConflict, op)
		require.ErrorContains(t, err, "schema 2", op)
	}
	require.ErrorIs(t, db.Batch(ctx, e.Put(recipe{ID: "1", Name: "x", Group: "y"})), ddb.ErrConflict)
}

// What has been in schema 1 from the first day is safe from the program before the first upgrade.
func TestSchemaWithoutAnUpgrade(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	ctx := t.Context()
	_, before, _ := openRecipes(t, client, func(*ddb.Index, *recipe, *ddb.Definition) {})
	_, err := before.Create(ctx, recipe{ID: "0", Name: "from before"})
	require.NoError(t, err)
	old, recipes, db := openRecipes(t, client, func(_ *ddb.Index, _ *recipe, d *ddb.Definition) { d.Schema(1, nil) })
	got, err := recipes.Get(ctx, recipe{ID: "0"})
	require.NoError(t, err)
	assert.Equal(t, "from before", got.Name)
	newer, _, newerDB := openRecipes(t, client, func(_ *ddb.Index, _ *recipe, d *ddb.Definition) {
		d.Schema(2, func(int, map[string]types.AttributeValue) error { return nil })
	})
	require.NoError(t, newerDB.Do(ctx, newer.Put(recipe{ID: "1", Name: "new"})))
	require.ErrorIs(t, db.Do(ctx, old.Put(recipe{ID: "1", Name: "old"})), ddb.ErrConflict)
}

func TestAnItemThatCannotBeReadStopsNeitherScanNorReindex(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	ctx := t.Context()
	_, old, _ := openRecipes(t, client, func(_ *ddb.Index, _ *recipe, d *ddb.Definition) {})
	for _, id := range []string{"1", "2", "3", "4", "5"} {
		_, err := old.Create(ctx, recipe{ID: id, Name: "pie"})
		require.NoError(t, err)
	}
	_, recipes, db := openRecipes(t, client, func(ix *ddb.Index, r *recipe, d *ddb.Definition) {
		d.Index(ix, ddb.Key(ddb.Prefix("g#"), ddb.Str(&r.Name)), ddb.Key(ddb.Prefix("r#"), ddb.Str(&r.ID)))
	})
	for _, id := range []string{"2", "4"} {
		_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: new("recipes"), Key: map[string]types.AttributeValue{
				"pk": &types.AttributeValueMemberS{Value: "r#" + id}, "sk": &types.AttributeValueMemberS{Value: "r#" + id},
			},
			UpdateExpression: new("SET rating = :r"), ExpressionAttributeValues: map[string]types.AttributeValue{
				":r": &types.AttributeValueMemberS{Value: "five"},
			},
		})
		require.NoError(t, err)
	}

	read, failed := 0, []string{}
	for _, err := range recipes.Scan(ctx, nil) {
		if err != nil {
			failed = append(failed, err.Error())
			continue
		}
		read++
	}
	assert.Equal(t, 3, read)
	require.Len(t, failed, 2)
	assert.Contains(t, failed[0]+failed[1], `pk="r#2"`)
	assert.Contains(t, failed[0]+failed[1], `pk="r#4"`)
	all := 0
	for _, err := range db.Scan(ctx, nil) {
		if err == nil || strings.Contains(err.Error(), `pk="r#`) {
			all++
		}
	}
	assert.Equal(t, 5, all)
	for _, err := range recipes.Scan(ctx, nil) { // a loop that ends at an error ends
		if err != nil {
			break
		}
	}

	done, err := recipes.Reindex(ctx, nil)
	require.ErrorContains(t, err, `pk="r#2"`)
	require.ErrorContains(t, err, `pk="r#4"`)
	assert.Equal(t, ddb.Reindexed{Items: 5, Rewritten: 3}, done)
}

// The versions of an item are what begins with the text before the number, which must be some.
func TestAHistoryOfBareNumbersIsRefused(t *testing.T) {
	t.Parallel()
	_, err := ddb.Define(ddb.NewTable("pk", "sk"), "patron", func(x *fixture.Patron, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("patron#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Version(&x.Version)
		d.History(ddb.Key(ddb.Prefix("h#"), ddb.Str(&x.ID)), ddb.Key(ddb.Num(&x.Version, 5)))
	})
	require.ErrorIs(t, err, ddb.ErrModel)
	require.ErrorContains(t, err, "must begin with a Prefix")
}
