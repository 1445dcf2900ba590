package ddbaccess_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbaccess"
)

// What no volume declares is no storage of 0.
func TestTheMoneyOfStorageIsUnknown(t *testing.T) {
	t.Parallel()
	c := newShop().catalog()
	c.Prices = prices()
	some := c.Volumes[:2]
	rep := measure(t, c)
	assert.Zero(t, rep.Month.Unstored)
	assert.Contains(t, text(t, rep), " for storage.")
	c.Volumes = nil
	rep = measure(t, c)
	assert.Equal(t, 3, rep.Month.Unstored)
	assert.Contains(t, text(t, rep), "and an unknown amount for storage.")
	c.Volumes = some
	assert.Contains(t, text(t, measure(t, c)), "for storage, without what is unknown.")
}

// Entries hold what is projected, in an index of its own and beside the items of a collection.
func TestStoredEntriesHoldWhatIsProjected(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "sk")
	local, global := table.LSI("local", "l").KeysOnly(), table.GSI("global", "g", "h").KeysOnly()
	e := ddb.MustDefine(table, "n", func(n *nested, d *ddb.Definition) {
		tenant, id := ddb.Key(ddb.Prefix("t#"), ddb.Str(&n.Tenant)), ddb.Key(ddb.Prefix("n#"), ddb.Str(&n.ID))
		d.Primary(tenant, id)
		d.Index(local, tenant, ddb.Key(ddb.Prefix("s#"), ddb.Str(&n.State)))
		d.Index(global, ddb.Key(ddb.Prefix("s#"), ddb.Str(&n.State)), id)
	})
	rep := measure(t, &ddbaccess.Catalog{
		Table: table,
		Seed: func(ctx context.Context, db *ddb.DB) error {
			return db.Do(ctx, e.Put(nested{Tenant: "x", State: "on", ID: "1"}))
		},
		Volumes: []ddbaccess.Volume{{Entity: e, Items: 1e6, Bytes: 10_000, Per: []ddbaccess.Per{
			{Index: table.Primary(), Typical: 10, Most: 1000}, {Index: local, Typical: 10}, {Index: global, Typical: 10},
		}}},
		Patterns: []*ddbaccess.Pattern{ddbaccess.Many("p", func(tenant string) ddb.Query[nested] { return e.Query(nested{Tenant: tenant}) }, "x").Rate(1)},
	})
	const (
		keys   = 2 + 3 + 2 + 3               // pk, sk
		local1 = keys + 1 + 4                // l
		both   = keys + 1 + 4 + 1 + 3        // g, h
		most   = 1000 * (10_000 + local1)    // items and their entries
		stored = float64(1e6 * (both + 100)) // with what DynamoDB adds
	)
	require.Len(t, rep.Indexes, 3)
	for _, ix := range rep.Indexes {
		if ix.Index == "global" {
			assert.InDelta(t, stored, ix.Bytes, 1)
		}
	}
	assert.InDelta(t, most, family(t, rep, "primary", "t#{Tenant}").Collection, 1)
}
