package write_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Leaflet may have an address that is its own.
type Leaflet struct {
	ID     string `dynamodbav:"id"`
	Folder string `dynamodbav:"folder"`
	Slug   string `dynamodbav:"slug"`
}

func TestAUniqueWithAnEmptyPartTakesAnyValueOfTheOthers(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	leaflets := ddb.MustDefine(table, "leaflet", func(x *Leaflet, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("l#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Unique("slug", ddb.Str(&x.Folder), ddb.Prefix("#"), ddb.Str(&x.Slug))
	})
	db := ddb.New(ddbmem.New().Client(), "leaflets", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	r, ctx, f := ddb.NewRepository(db, leaflets), t.Context(), leaflets.Fields()
	for _, x := range []Leaflet{
		{ID: "1", Folder: "c#"}, {ID: "2", Folder: "c#"}, {ID: "3", Folder: "\u2028~\U0010FFFF"}, {ID: "4", Slug: "s"}, {ID: "5", Slug: "s"},
	} {
		_, err := r.Create(ctx, x)
		require.NoError(t, err)
		got, err := r.Consistent().Get(ctx, x)
		require.NoError(t, err)
		assert.Equal(t, x, got)
	}
	_, err := r.Update(ctx, Leaflet{ID: "1"}, ddb.Set(&f.Slug, "s")) // now both parts are there
	require.ErrorIs(t, err, ddb.ErrKey)
	require.ErrorContains(t, err, `Folder holds "#", which follows it in the key`)
	_, err = r.Update(ctx, Leaflet{ID: "4"}, ddb.Set(&f.Folder, "c"))
	require.NoError(t, err)
	_, err = r.Update(ctx, Leaflet{ID: "5"}, ddb.Set(&f.Folder, "c"))
	require.ErrorIs(t, err, ddb.ErrNotUnique)
	require.NoError(t, r.Delete(ctx, Leaflet{ID: "1"}))
}
