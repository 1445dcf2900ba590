package define_test

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

type order struct {
	ID, Customer, Status string
	At                   time.Time
	Total                int
}

// tableOf has n entities, each with an index and with literals of its own: in one partition that all share, or in its own.
func tableOf(n int, shared bool) (entities []*ddb.Entity[order]) {
	t := ddb.NewTable("pk", "sk")
	ix := t.GSI("gsi1", "gsi1_pk", "gsi1_sk")
	for i := range n {
		partition := ddb.Prefix(fmt.Sprintf("c%d#", i))
		if shared {
			partition = ddb.Prefix("customer#")
		}
		entities = append(entities, ddb.MustDefine(t, fmt.Sprintf("e%d", i), func(o *order, d *ddb.Definition) {
			d.Primary(ddb.Key(partition, ddb.Str(&o.Customer)), ddb.Key(ddb.Prefix(fmt.Sprintf("o%d#", i)), ddb.Str(&o.ID)))
			d.Index(ix, ddb.Key(ddb.Prefix(fmt.Sprintf("s%d#", i)), ddb.Str(&o.Status)), ddb.Key(ddb.Time(&o.At)))
		}))
	}
	return entities
}

func partitions() map[string]bool {
	return map[string]bool{"own partitions": false, "one partition": true}
}

func TestAnEntityCostsTheSameAmongManyBudget(t *testing.T) {
	for name, shared := range partitions() {
		t.Run(name, func(t *testing.T) {
			each := func(n int) float64 {
				return testing.AllocsPerRun(1, func() { tableOf(n, shared) }) / float64(n)
			}
			few, many := each(50), each(1000)
			assert.InEpsilon(t, few, many, 0.1, "allocations of a definition, among 50 and among 1,000")
			assert.LessOrEqual(t, few, 600.0)
		})
	}
}

// orders returns the item of the last of n entities, with its type attribute and without.
func orders(tb testing.TB, entities []*ddb.Entity[order]) (last *ddb.Entity[order], typed, untyped map[string]types.AttributeValue) {
	tb.Helper()
	last = entities[len(entities)-1]
	typed, err := last.Encode(order{ID: "1", Customer: "2", Status: "x", At: time.Unix(1700000000, 0)})
	require.NoError(tb, err)
	untyped = maps.Clone(typed)
	delete(untyped, "entityType")
	return last, typed, untyped
}

func BenchmarkDefine(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		for name, shared := range partitions() {
			b.Run(fmt.Sprintf("entities=%d/%s", n, name), func(b *testing.B) {
				for b.Loop() {
					tableOf(n, shared)
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(n), "µs/entity")
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{1, 1000} {
		for name, shared := range partitions() {
			last, typed, untyped := orders(b, tableOf(n, shared))
			for kind, item := range map[string]map[string]types.AttributeValue{"typed": typed, "untyped": untyped} {
				b.Run(fmt.Sprintf("entities=%d/%s/%s", n, name, kind), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if _, err := last.Decode(item); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
