package ddbjob_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

type attrs = map[string]types.AttributeValue

func pk(item attrs) string { return item["pk"].(*types.AttributeValueMemberS).Value }

// A Transform changes items and leaves some out. Two items that become one, and other results the second time, are found by the
// verification.
func TestATransformedCopyIsVerified(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, "old")
	w.fill(t, rand.New(rand.NewPCG(4, 0)), "old", 60)
	source := w.dump(t, "old")
	n, orders := len(source), 0
	for key := range source {
		if strings.HasPrefix(key, `S"c#`) && strings.Contains(key, `S"o#`) {
			orders++
		}
	}
	calls := 0
	for name, c := range map[string]struct {
		transform func(attrs) (attrs, error)
		says      string
		items     int
	}{
		"changed": {func(item attrs) (attrs, error) {
			item["new"] = text("x")
			return item, nil
		}, "", n},
		"left out": {func(item attrs) (attrs, error) {
			if strings.HasPrefix(item["sk"].(*types.AttributeValueMemberS).Value, "o#") {
				return nil, nil
			}
			return item, nil
		}, "", n - orders},
		"two become one": {func(item attrs) (attrs, error) {
			item["sk"] = text("s")
			return item, nil
		}, "the source has", 0},
		"another each time": {func(item attrs) (attrs, error) {
			calls++
			item["calls"] = text(fmt.Sprint(calls))
			return item, nil
		}, "different attributes", 0},
		"an error": {func(attrs) (attrs, error) { return nil, errors.New("no idea") }, "no idea", 0},
		"a panic":  {func(attrs) (attrs, error) { panic("oh") }, "oh", 0},
		"without its key": {func(item attrs) (attrs, error) {
			if strings.HasPrefix(pk(item), "a#") {
				delete(item, "sk")
			}
			return item, nil
		}, `it has no key attribute "sk"`, 0},
		"refused by DynamoDB": {func(item attrs) (attrs, error) {
			if strings.HasPrefix(pk(item), "a#") {
				item["x"] = &types.AttributeValueMemberN{Value: "many"}
			}
			return item, nil
		}, "a#", 0},
	} {
		t.Run(name, func(t *testing.T) {
			to := "to-" + strings.ReplaceAll(name, " ", "-")
			require.NoError(t, w.open(to).CreateTable(ctx))
			_, err := w.safe.PutItem(ctx, &dynamodb.PutItemInput{TableName: &to, Item: attrs{"pk": text("~l#g"), "sk": text("s")}})
			require.NoError(t, err, "a reader of its stream runs already")
			done, err := ddbjob.Copy(ctx, w.open("old"), w.open(to), &ddbjob.CopyOptions{Transform: c.transform})
			if c.says != "" {
				require.ErrorContains(t, err, c.says)
				assert.False(t, done.Verified)
				if done.Refused > 0 {
					assert.Equal(t, n-done.Refused, done.Written, "the others are written")
				}
				return
			}
			require.NoError(t, err)
			assert.True(t, done.Verified)
			assert.Equal(t, c.items, done.Items)
			assert.Equal(t, c.items, done.Written)
			assert.Len(t, w.dump(t, to), c.items)
		})
	}
}

// What cannot be a copy is refused before anything is written.
func TestACopyThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, "old", "new", "third")
	w.fill(t, rand.New(rand.NewPCG(5, 0)), "old", 10)
	var cursors []ddb.Cursor
	keep := ddb.JobOptions{Checkpoint: func(c ddb.Cursor) { cursors = append(cursors, c) }}
	_, err := ddbjob.Copy(ctx, w.open("old"), w.open("third"), &ddbjob.CopyOptions{JobOptions: keep})
	require.NoError(t, err)
	other := ddb.NewTable("id", "")
	ddb.MustDefine(other, "order", func(o *order, d *ddb.Definition) {
		d.Primary(ddb.Key(cust, ddb.Str(&o.Customer), ord, ddb.Str(&o.ID)))
	})
	for says, f := range map[string]func() error{
		"are one table": func() error {
			_, err := ddbjob.Copy(ctx, w.open("old"), w.open("old"), nil)
			return err
		},
		`the target ["id"]`: func() error {
			_, err := ddbjob.Copy(ctx, w.open("old"), ddb.New(w.safe, "new", other, nil), nil)
			return err
		},
		"belongs to another operation": func() error {
			_, err := ddbjob.Copy(ctx, w.open("old"), w.open("new"), &ddbjob.CopyOptions{JobOptions: ddb.JobOptions{Resume: cursors[0]}})
			return err
		},
		"another operation": func() error {
			_, err := ddbjob.Copy(ctx, w.open("old"), w.open("third"), &ddbjob.CopyOptions{
				JobOptions: ddb.JobOptions{Resume: cursors[0]}, Select: ddbjob.Select{NoCompanions: true},
			})
			return err
		},
		"has items": func() error {
			_, err := ddbjob.Copy(ctx, w.open("old"), w.open("third"), nil)
			return err
		},
		"a nil DB": func() error {
			_, err := ddbjob.Copy(ctx, w.open("old"), nil, nil)
			return err
		},
		"Rate is -1": func() error {
			_, err := ddbjob.Import(ctx, w.open("new"), fstest.MapFS{"a.json": {}}, &ddbjob.ImportOptions{JobOptions: ddb.JobOptions{Rate: -1}})
			return err
		},
		"Existing is 3": func() error {
			_, err := ddbjob.Restore(ctx, w.open("new"), fstest.MapFS{}, &ddbjob.RestoreOptions{Existing: 3})
			return err
		},
	} {
		assert.ErrorContains(t, f(), says)
	}
	assert.Empty(t, w.dump(t, "new"))
	done, err := ddbjob.Copy(ctx, w.open("old"), w.open("third"), &ddbjob.CopyOptions{Overwrite: true})
	require.NoError(t, err)
	assert.False(t, done.Verified)
	assert.Equal(t, w.dump(t, "old"), w.dump(t, "third"))
}

// A table without items has an export, a copy and a restore.
func TestNothingIsMovedToo(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	w := newWorld(t, "old", "new")
	done, err := ddbjob.Copy(ctx, w.open("old"), w.open("new"), nil)
	require.NoError(t, err)
	assert.Equal(t, ddbjob.Copied{Verified: true}, done)
	to := memory{fstest.MapFS{}, nil}
	_, err = ddbjob.Export(ctx, w.open("old"), to, nil)
	require.NoError(t, err)
	said := []ddb.Cursor{"x"}
	in, err := ddbjob.Import(ctx, w.open("new"), to, &ddbjob.ImportOptions{JobOptions: ddb.JobOptions{Checkpoint: func(c ddb.Cursor) { said = append(said, c) }}})
	require.NoError(t, err)
	assert.Zero(t, in)
	assert.Equal(t, ddb.Cursor(""), said[len(said)-1])
	back, err := ddbjob.Restore(ctx, w.open("new"), to, nil)
	require.NoError(t, err)
	assert.Zero(t, back)
}

// An item of an older schema is upgraded before a condition is asked, and when it is restored.
func TestOlderSchemasAreUpgraded(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := newWorld(t, "old")
	require.NoError(t, w.open("old").Do(ctx, orders.Put(order{Customer: "1", ID: "1", Text: "before"})))
	files := exported(t, w)

	newer := ddb.NewTable("pk", "sk")
	newOrders := ddb.MustDefine(newer, "order", func(o *order, d *ddb.Definition) {
		d.Primary(ddb.Key(cust, ddb.Str(&o.Customer)), ddb.Key(ord, ddb.Str(&o.ID)))
		d.Schema(1, func(_ int, item attrs) error {
			item["text"] = text("upgraded")
			return nil
		})
	})
	db := ddb.New(w.safe, "old", newer, nil)
	repo := ddb.NewRepository(db, newOrders)
	f := newOrders.Fields()
	done, err := ddbjob.Each(ctx, db, newOrders, []ddb.Cond{ddb.Eq(&f.Text, "upgraded")}, func(o order) ddb.Op {
		return newOrders.Update(o, ddb.Add(&f.Points, 1))
	}, &ddbjob.EachOptions{Mark: ddbjob.Mark(&f.Mark, "x")})
	require.NoError(t, err)
	assert.Equal(t, ddbjob.Edited{Items: 1, Edited: 1}, done)
	o, err := repo.Get(ctx, order{Customer: "1", ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, order{Customer: "1", ID: "1", Text: "upgraded", Points: 1, Mark: "x"}, o)

	require.NoError(t, repo.Delete(ctx, o))
	back, err := ddbjob.Restore(ctx, db, files, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, back.Written)
	later := exported(t, w) // by a newer program
	_, err = ddbjob.Restore(ctx, w.open("old"), later, &ddbjob.RestoreOptions{Existing: ddbjob.Replace})
	require.ErrorContains(t, err, "it has schema 1, and this program schema 0")
}
