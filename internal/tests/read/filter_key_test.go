package read_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
)

// Tenon has a sort key of its own attribute, and one whose part the index does not project.
type Tenon struct {
	ID  string `dynamodbav:"id"`
	Own string `dynamodbav:"own"`
	Big int64  `dynamodbav:"big"`
}

// A filter on what DynamoDB does not filter by is refused before any request, whatever the condition, and whether SortKey has the part or
// not.
func TestNoFilterOnAKeyReachesDynamoDB(t *testing.T) {
	t.Parallel()
	table := ddb.NewTable("pk", "")
	native, keys, whole := table.GSI("native", "own", "big"), table.GSI("keys", "k_pk", "k_sk").KeysOnly(), table.GSI("whole", "w_pk", "w_sk")
	tenons := ddb.MustDefine(table, "tenon", func(x *Tenon, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("t#"), ddb.Str(&x.ID)))
		d.Index(native, ddb.Key(ddb.Native(&x.Own)), ddb.Key(ddb.Native(&x.Big)))
		d.Index(keys, ddb.Key(ddb.Prefix("k#"), ddb.Str(&x.Own)), ddb.Key(ddb.Num(&x.Big, 3)))
		d.Index(whole, ddb.Key(ddb.Prefix("w#"), ddb.Str(&x.Own)), ddb.Key(ddb.Num(&x.Big, 3)))
	})
	db := ddb.New(ddbmem.New().Client(), "tenons", table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, tenons)
	_, err := repo.Put(t.Context(), Tenon{"1", "o", 3})
	require.NoError(t, err)
	f := tenons.Fields()
	for name, c := range map[string]ddb.Cond{
		"Ne": ddb.Ne(&f.Big, 2), "In": ddb.In(&f.Big, 2, 3), "Not": ddb.Not(ddb.Eq(&f.Big, 2)), "Present": ddb.Present(&f.Big),
		"Or": ddb.Or(ddb.Eq(&f.Big, 2), ddb.Eq(&f.Big, 3)), "And": ddb.And(ddb.Ne(&f.Big, 1), ddb.Ne(&f.Big, 2)),
		"Not Absent": ddb.Not(ddb.Absent(&f.Big)), "Ge": ddb.Ge(&f.Big, 3), "Eq": ddb.Eq(&f.Big, 3), "And of Ge": ddb.And(ddb.Ge(&f.Big, 3)),
	} {
		for _, ix := range []*ddb.Index{native, keys, whole} {
			for _, q := range []ddb.Query[Tenon]{
				tenons.On(ix, Tenon{Own: "o"}).Filter(c), tenons.On(ix, Tenon{Own: "o"}).SortKey(ddb.Ge(&f.Big, 0)).Filter(c),
			} {
				ctx, meter := ddb.WithMeter(t.Context())
				got, err := ddb.Collect(repo.Query(ctx, q))
				if _, bound := c.(ddb.Bound); ix == whole && (!bound || err == nil) { // it holds the field beside the key
					require.NoError(t, err, name)
					assert.Len(t, got, 1, name)
					continue
				}
				require.ErrorIs(t, err, ddb.ErrModel, "%s on %s", name, ix.Name())
				assert.Zero(t, meter.Requests(), "%s on %s", name, ix.Name())
			}
		}
	}
}
