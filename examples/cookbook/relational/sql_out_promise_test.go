package relational

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
	"github.com/singletable-go/ddb/examples/cookbook/internal/recipe"
)

// scanned is a client that does something between a page of a scan and its reader.
type scanned struct {
	ddb.Client
	meanwhile func()
}

func (c *scanned) Scan(ctx context.Context, in *dynamodb.ScanInput, opts ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	out, err := c.Client.Scan(ctx, in, opts...)
	c.meanwhile()
	return out, err
}

// kept keeps records. It is given those of each shard at once.
type kept struct {
	mu      sync.Mutex
	records []ddb.Record
}

func (k *kept) Process(_ context.Context, records []ddb.Record) ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.records = append(k.records, records...)
	return nil, nil
}

func TestSQLBecomesEqualToTheTableInWhateverOrderItsRecordsCome(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		engine := ddbmem.New(ddbmem.Options{
			StreamShards: 3, Clock: ddbmem.NewManualClock(recipe.Begin),
			Faults: ddbmem.Faults{ReadLag: time.Hour},
		})
		require.NoError(t, ddb.New(engine.Client(), "fleet", FleetTable, nil).CreateTable(ctx))
		client := &scanned{Client: engine.Client(), meanwhile: func() {}}
		db := ddb.New(client, "fleet", FleetTable, nil)
		mirror, err := openMirror(ctx)
		require.NoError(t, err)
		defer mirror.DB.Close()
		mux := ddb.NewMux(FleetTable, nil)
		mux.HandleBatch(mirror.Apply)

		vehicle, day := rapid.SampledFrom([]string{"a", "b"}), rapid.IntRange(0, 1)
		write := func() {
			v := vehicle.Draw(t, "vehicle")
			trip := Trip{Vehicle: v, Began: recipe.Begin.AddDate(0, 0, day.Draw(t, "day")), Km: rapid.IntRange(1, 1000).Draw(t, "km")}
			require.NoError(t, db.Do(ctx, rapid.SampledFrom([]ddb.Op{
				Vehicles.Put(Vehicle{ID: v, Depot: fmt.Sprint("depot ", trip.Km)}), Vehicles.Delete(Vehicle{ID: v}),
				Trips.Put(trip), Trips.Delete(trip),
			}).Draw(t, "op")))
		}
		for range rapid.IntRange(0, 12).Draw(t, "writes before the stream is followed") {
			write()
		}
		store, follows := &ddbstream.MemoryStore{}, &kept{}
		reader := ddbstream.NewReader(engine.StreamsClient(), db.Name(), follows, store, nil)
		require.NoError(t, reader.Drain(ctx))
		follows.records = nil // as if they were older than a day

		delivered := map[string]bool{}
		deliver := func(n int) {
			require.NoError(t, reader.Drain(ctx))
			if len(follows.records) == 0 {
				return
			}
			for range n {
				batch := rapid.SliceOfN(rapid.SampledFrom(follows.records), 1, 4).Draw(t, "batch")
				for _, r := range batch {
					delivered[r.Sequence] = true
				}
				_, err := mux.Process(ctx, batch)
				require.NoError(t, err)
			}
		}
		client.meanwhile = func() {
			for range rapid.IntRange(0, 3).Draw(t, "writes beside the scan") {
				write()
			}
			deliver(rapid.IntRange(0, 2).Draw(t, "batches beside the scan"))
		}
		for _, step := range append(rapid.SliceOfN(rapid.SampledFrom([]string{"write", "write", "deliver", "fill"}), 0, 15).Draw(t, "steps"), "fill") {
			switch step {
			case "write":
				write()
			case "deliver":
				deliver(1)
			case "fill":
				require.NoError(t, mirror.Fill(ctx, db))
			}
		}
		require.NoError(t, reader.Drain(ctx))
		missing := slices.DeleteFunc(slices.Clone(follows.records), func(r ddb.Record) bool { return delivered[r.Sequence] })
		for _, r := range rapid.Permutation(missing).Draw(t, "the others") {
			_, err := mux.Process(ctx, []ddb.Record{r})
			require.NoError(t, err)
		}
		client.meanwhile = func() {}
		deliver(3) // late, and once more
		want, err := ddb.Collect(db.Consistent().Scan(ctx, nil))
		require.NoError(t, err)
		require.ElementsMatch(t, want, inSQL(ctx, t, mirror))
	})
}

// inSQL is all that programs see in SQL.
func inSQL(ctx context.Context, t *rapid.T, m Mirror) (items []any) {
	rows, err := m.DB.QueryContext(ctx, `SELECT id, depot, '', 0 FROM vehicle UNION ALL SELECT vehicle, '', began, km FROM trip`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, depot, began string
		var km int
		require.NoError(t, rows.Scan(&id, &depot, &began, &km))
		if began == "" {
			items = append(items, Vehicle{ID: id, Depot: depot})
			continue
		}
		at, err := time.Parse(time.RFC3339Nano, began)
		require.NoError(t, err)
		items = append(items, Trip{Vehicle: id, Began: at, Km: km})
	}
	require.NoError(t, rows.Err())
	return items
}

func TestPositionsSortAsSequenceNumbersDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.StringMatching(`[1-9]\d{20,39}`), rapid.StringMatching(`1\d{15}\.4\d{55}`), rapid.Just(""))
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		require.Equal(t, ddb.Change[any]{Sequence: a}.After(b), position(a) > position(b))
	})
}
