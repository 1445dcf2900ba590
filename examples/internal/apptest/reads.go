package apptest

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
)

// Read is what a program calls to read something.
type Read = func(context.Context, *ddb.DB) error

// Reads requires that what a program calls makes the requests of the access pattern of that name, with the example of the
// pattern: a catalog of queries says what they cost, and not that the program uses them.
func Reads(t *testing.T, c *ddbaccess.Catalog, reads map[string]Read) {
	t.Helper()
	var sent ddbobserve.Recorder
	db := ddb.New(ddbmem.New().Client(), "reads", c.Table, &ddb.Options{Observe: sent.Observe})
	require.NoError(t, db.CreateTable(t.Context()))
	require.NoError(t, c.Seed(t.Context(), db))
	requests := func(err error) (texts []string) {
		require.NoError(t, err)
		for _, r := range sent.Take() {
			texts = append(texts, r.String())
		}
		return texts
	}
	for name, read := range reads {
		i := slices.IndexFunc(c.Patterns, func(p *ddbaccess.Pattern) bool { return p.Name() == name })
		require.GreaterOrEqual(t, i, 0, "the catalog has no pattern %q", name)
		sent.Take()
		_, err := c.Patterns[i].Run(t.Context(), db, nil)
		want := requests(err)
		assert.Equal(t, want, requests(read(t.Context(), db)), name)
	}
}
