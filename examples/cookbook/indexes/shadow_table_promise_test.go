package indexes

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbstream"
)

// fleet is the two tables, and all that the stream of the first has delivered.
type fleet struct {
	engine     *ddbmem.Engine
	db, shadow *ddb.DB
	mux        *ddb.Mux
	records    []ddb.Record
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{engine: ddbmem.New()}
	client := f.engine.Client()
	f.db, f.shadow = ddb.New(client, "fleet", FleetTable, nil), ddb.New(client, "shadow", ReportTable, nil)
	require.NoError(t, f.db.CreateTable(t.Context()))
	require.NoError(t, f.shadow.CreateTable(t.Context()))
	f.mux = ddb.NewMux(FleetTable, nil)
	CopyChanges(f.mux, f.shadow, time.Now)
	return f
}

// record reads the stream without handling it.
func (f *fleet) record(t *testing.T) {
	mux := ddb.NewMux(FleetTable, nil)
	ddb.Handle(mux, Vehicles, func(_ context.Context, c ddb.Change[Vehicle]) error {
		f.records = append(f.records, c.Record())
		return nil
	})
	require.NoError(t, ddbstream.NewReader(f.engine.StreamsClient(), "fleet", mux, &ddbstream.MemoryStore{}, nil).Drain(t.Context()))
}

// deliver hands records to the mux, as another worker each time, which remembers nothing.
func (f *fleet) deliver(t require.TestingT, ctx context.Context, records ...ddb.Record) {
	for _, r := range records {
		mux := ddb.NewMux(FleetTable, nil)
		CopyChanges(mux, f.shadow, time.Now)
		failed, err := mux.Process(ctx, []ddb.Record{r})
		require.NoError(t, err)
		require.Empty(t, failed)
	}
}

func (f *fleet) report(t require.TestingT, ctx context.Context) map[string]int64 {
	meters := map[string]int64{}
	for v, err := range Report(ctx, f.shadow, nil) {
		require.NoError(t, err)
		meters[v.ID] = v.Meters
	}
	return meters
}

// Each record may come again, also after later ones, and from several workers: the copy ends as the vehicle did.
func TestShadowEndsAsTheTableInAnyOrderOfDelivery(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	vehicles := ddb.NewRepository(f.db, Vehicles)
	want := map[string]int64{}
	for i := range 20 {
		id := fmt.Sprint(i % 5)
		if i%7 == 6 || i == 19 {
			require.NoError(t, vehicles.Delete(t.Context(), Vehicle{ID: id}))
			delete(want, id)
			continue
		}
		_, err := vehicles.Put(t.Context(), Vehicle{ID: id, Depot: "north", Meters: int64(i)})
		require.NoError(t, err)
		want[id] = int64(i)
	}
	f.record(t)
	require.Less(t, len(want), 5, "a vehicle is deleted at the end")
	rapid.Check(t, func(rt *rapid.T) {
		require.NoError(rt, ddb.New(f.engine.Client(), "shadow", ReportTable, nil).ForceDropTable(t.Context()))
		require.NoError(rt, f.shadow.CreateTable(t.Context()))
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		records := append(append([]ddb.Record{}, f.records...), f.records[:random.IntN(len(f.records))]...)
		random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		f.deliver(rt, t.Context(), records...)
		assert.Equal(rt, want, f.report(rt, t.Context()))
	})
}

func TestFillDoesNotReplaceWhatTheStreamCopied(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	vehicles := ddb.NewRepository(f.db, Vehicles)
	for _, id := range []string{"old", "sold", "driven"} {
		_, err := vehicles.Put(t.Context(), Vehicle{ID: id, Meters: 1})
		require.NoError(t, err)
	}
	// The fill reads the vehicles now, and writes them after the stream did.
	stale := ddb.New(&scanned{Client: f.engine.Client(), after: func() {
		require.NoError(t, vehicles.Delete(t.Context(), Vehicle{ID: "sold"}))
		_, err := vehicles.Put(t.Context(), Vehicle{ID: "driven", Meters: 2})
		require.NoError(t, err)
		f.record(t)
		for _, r := range f.records {
			if id := r.Keys["vehicle"].(*types.AttributeValueMemberS).Value; id != "vehicle#old" {
				f.deliver(t, t.Context(), r)
			}
		}
	}}, "fleet", FleetTable, nil)
	require.NoError(t, FillShadow(t.Context(), stale, f.shadow))
	assert.Equal(t, map[string]int64{"old": 1, "driven": 2}, f.report(t, t.Context()))
}

// Sequence numbers have 21 to 40 digits: as text, the shorter one would come later.
func TestShadowOrdersChangesByNumber(t *testing.T) {
	t.Parallel()
	f := newFleet(t)
	vehicles := ddb.NewRepository(f.db, Vehicles)
	for meters := range int64(2) {
		_, err := vehicles.Put(t.Context(), Vehicle{ID: "1", Meters: meters})
		require.NoError(t, err)
	}
	f.record(t)
	f.records[0].Sequence, f.records[1].Sequence = strings.Repeat("9", 21), "1"+strings.Repeat("0", 21)
	f.deliver(t, t.Context(), f.records[0], f.records[1], f.records[0])
	assert.Equal(t, map[string]int64{"1": 1}, f.report(t, t.Context()))
}
