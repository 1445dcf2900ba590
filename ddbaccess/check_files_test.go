package ddbaccess_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// indexed is a catalog whose table has indexes of these names.
func indexed(names ...string) *ddbaccess.Catalog {
	table := ddb.NewTable("pk", "sk")
	var indexes []*ddb.Index
	for _, n := range names {
		indexes = append(indexes, table.GSI(n, n+"-pk", n+"-sk"))
	}
	customers := ddb.MustDefine(table, "customer", func(c *Customer, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("c#"), ddb.Str(&c.ID))
		d.Primary(id, id)
		for _, ix := range indexes {
			d.Index(ix, id, id)
		}
	})
	c := &ddbaccess.Catalog{Table: table}
	for _, ix := range indexes {
		c.Patterns = append(c.Patterns, ddbaccess.Many("by "+ix.Name(), func(id string) ddb.Query[Customer] { return customers.On(ix, Customer{ID: id}) }, "1"))
	}
	return c
}

// The picture of an index goes with the index. Whatever else is in the directory stays.
func TestThePictureOfAnIndexThatIsGoneIsRemoved(t *testing.T) {
	t.Chdir(t.TempDir())
	require.Empty(t, checked(t, indexed("one", "two"), true).fatal)
	two, own := filepath.Join("model", "two.svg"), filepath.Join("model", "own.svg")
	require.NoError(t, os.WriteFile(own, []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>Mine</title></svg>`), 0o600))
	require.Empty(t, checked(t, indexed("one", "two"), false).errors)

	r := checked(t, indexed("one"), false)
	assert.Contains(t, r.errors, two+" is the picture of an index that is gone")
	assert.FileExists(t, two)
	require.Empty(t, checked(t, indexed("one"), true).fatal)
	assert.NoFileExists(t, two)
	assert.FileExists(t, own)
	assert.FileExists(t, filepath.Join("model", "one.svg"))
	assert.Empty(t, checked(t, indexed("one"), false).errors)
}

// Some file systems do not tell cases apart, and names of indexes do.
func TestPicturesDifferInMoreThanCase(t *testing.T) {
	t.Chdir(t.TempDir())
	require.Empty(t, checked(t, indexed("one", "ONE", "one-2", "Primary"), true).fatal)
	files, err := filepath.Glob("model/*.svg")
	require.NoError(t, err)
	for i, name := range files {
		files[i] = filepath.Base(name)
	}
	assert.ElementsMatch(t, []string{"ONE-2.svg", "entities.svg", "index-Primary.svg", "one-2-2.svg", "one.svg", "primary.svg"}, files)
}

// Two catalogs cannot share a directory: the test of the first says why it fails.
func TestADirectoryKeepsOneCatalog(t *testing.T) {
	t.Chdir(t.TempDir())
	require.Empty(t, checked(t, newShop().catalog(), true).fatal)
	other := newShop().catalog()
	other.Title = "Another shop"
	require.Empty(t, checked(t, other, true).fatal)
	r := checked(t, newShop().catalog(), false)
	require.NotEmpty(t, r.errors)
	assert.Equal(t, `title "Another shop" → "A shop": a directory keeps one catalog, so the test of another one is in a package of its own`, r.errors[0])
}
