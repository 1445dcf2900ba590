package partitions_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	. "github.com/singletable-go/ddb/examples/cookbook/partitions"
	"github.com/singletable-go/ddb/internal/scale"
)

func TestMain(m *testing.M) { scale.Main(m, 0) }

func TestCapacityOfWorkedExamples(t *testing.T) {
	t.Parallel()
	const kb = 1024
	for what, x := range map[string]struct{ got, want int }{
		"10 writes of 2 KB a second":                 {Provision(10, WriteUnits(2*kb)), 20},
		"6 writes of 4.5 KB a second":                {Provision(6, WriteUnits(4*kb+512)), 30},
		"120 writes of 2 KB a minute":                {Provision(120.0/60, WriteUnits(2*kb)), 4},
		"10 consistent reads of 4 KB a second":       {Provision(10, ReadUnits(4*kb, Strong)), 10},
		"16 eventual reads of 12 KB a second":        {Provision(16, ReadUnits(12*kb, Eventual)), 24},
		"10 consistent reads of 6 KB a second":       {Provision(10, ReadUnits(6*kb, Strong)), 20},
		"a consistent read of 3,500 bytes":           {Provision(1, ReadUnits(3500, Strong)), 1},
		"an eventual read of 8 KB":                   {Provision(1, ReadUnits(8*kb, Eventual)), 1},
		"a transactional read of 8 KB":               {Provision(1, ReadUnits(8*kb, Transactional)), 4},
		"a write of 512 bytes":                       {Provision(1, WriteUnits(512)), 1},
		"a transactional write of 2 KB":              {Provision(1, TransactWriteUnits(2*kb)), 4},
		"a read that finds nothing":                  {Provision(2, ReadUnits(0, Eventual)), 1},
		"20 writes a minute, of a KB":                {Provision(20.0/60, WriteUnits(kb)), 1},
		"30 times a third a second is 10":            {Provision(30*(1.0/3), WriteUnits(kb)), 10},
		"partitions for 3,000 reads":                 {Partitions(3000, 0, 0), 1},
		"partitions for 3,000 reads and a write":     {Partitions(3000, 1, 0), 2},
		"partitions for 6,000 reads, 1,500 writes":   {Partitions(6000, 1500, 0), 4},
		"partitions for 10 GB":                       {Partitions(100, 100, 10<<30), 1},
		"partitions for 10 GB and a byte":            {Partitions(100, 100, 10<<30+1), 2},
		"the larger number of partitions is the one": {Partitions(9000, 3000, 35<<30), 6},
	} {
		assert.Equal(t, x.want, x.got, what)
	}
}

// All kinds of values, so that each is measured.
type cargo struct {
	ID     string           `dynamodbav:"-"`
	Text   string           `dynamodbav:"text"`
	Bytes  []byte           `dynamodbav:"bytes"`
	Flag   bool             `dynamodbav:"flag"`
	List   []string         `dynamodbav:"list"`
	Map    map[string]*bool `dynamodbav:"map"`
	Words  []string         `dynamodbav:"words,stringset"`
	Number int              `dynamodbav:"number"`
}

var (
	cargoTable = ddb.NewTable("cargo", "")
	cargos     = ddb.MustDefine(cargoTable, "cargo", func(c *cargo, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("cargo#"), ddb.Str(&c.ID)))
	})
)

// What is calculated from the size of an item is what the engine charges for it.
func TestTheEngineChargesWhatIsCalculated(t *testing.T) {
	t.Parallel()
	db := ddb.New(ddbmem.New().Client(), "cargos", cargoTable, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	repo := ddb.NewRepository(db, cargos)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		c := cargo{
			ID:     strings.Repeat("i", n), // a new item, since a write is charged for the larger one
			Text:   strings.Repeat("ü", rapid.IntRange(0, 4096).Draw(t, "text")),
			Bytes:  make([]byte, rapid.IntRange(1, 4096).Draw(t, "bytes")),
			List:   rapid.SliceOfN(rapid.StringMatching(`[a-z]{0,40}`), 0, 40).Draw(t, "list"),
			Map:    map[string]*bool{"a": nil, "b": new(bool)},
			Words:  rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,10}`), 1, 9, rapid.ID).Draw(t, "words"),
			Number: 1 + 2*rapid.IntRange(0, 1000).Draw(t, "number"), // without a zero at its end
		}
		attrs, err := cargos.Encode(c)
		require.NoError(t, err)
		size := ItemBytes(attrs)
		ctx, meter := ddb.WithMeter(t.Context())
		require.NoError(t, db.Do(ctx, cargos.Put(c)))
		require.InDelta(t, WriteUnits(size), meter.Total().Write, 0, "%d bytes", size)
		_, err = repo.Get(ctx, c)
		require.NoError(t, err)
		require.InDelta(t, ReadUnits(size, Eventual), meter.Total().Read, 0, "%d bytes", size)
	})
}

// An upload that is spread gives each key its share in each part of it, however much keys differ in size.
func TestASpreadUploadHasEachKeyEverywhere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type item struct{ key, n int }
		var items []item
		counts := rapid.SliceOfN(rapid.IntRange(1, 60), 1, 8).Draw(t, "counts")
		for key, count := range counts {
			for n := range count {
				items = append(items, item{key, n})
			}
		}
		spread := Spread(items, func(i item) int { return i.key })
		require.ElementsMatch(t, items, spread)
		seen := map[int]int{}
		for i, it := range spread {
			require.Equal(t, seen[it.key], it.n, "items of a key stay in their order")
			seen[it.key]++
			for key, count := range counts {
				share := float64(count) * float64(i+1) / float64(len(items))
				require.InDelta(t, share, seen[key], float64(len(counts)), "key %d, after %d items", key, i+1)
			}
		}
	})
}
