package table_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// What one table consumed is not added to another's, whatever their indexes are called.
func TestMeterTellsTablesApart(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	one, two := newDepot(), newDepot()
	a, b := ddb.New(client, "one", one.table, nil), ddb.New(client, "two", two.table, nil)
	require.NoError(t, a.CreateTable(t.Context()))
	require.NoError(t, b.CreateTable(t.Context()))
	ctx, m := ddb.WithMeter(t.Context())
	require.NoError(t, a.Do(ctx, one.stops.Put(Stop{ParcelID: "1"})))
	for i := range 9 {
		require.NoError(t, b.Do(ctx, two.stops.Put(Stop{ParcelID: "1", N: i})))
	}
	require.NoError(t, b.Transact(ctx, two.parcels.Create(Parcel{ID: "1", City: "Ulm"})))
	assert.Equal(t, ddb.Capacity{Write: 1}, m.Capacity(one.table.Primary()))
	assert.Zero(t, m.Capacity(one.byCity))
	own := m.Capacity(two.table.Primary())
	index := m.Capacity(two.byCity)
	assert.Equal(t, ddb.Capacity{Read: 2, Write: 9 + 4}, own, "the transaction is an item and its version, at two units each; a check of the first version, which was looked up, is a read")
	assert.Positive(t, index.Write)
	assert.Equal(t, ddb.Capacity{Read: own.Read, Write: 1 + own.Write + index.Write}, m.Total())
	assert.Equal(t, []string{"by-city", "primary"}, m.Indexes())
}

// A model may be that of several tables: then an index is that of all of them.
func TestMeterAddsUpTheTablesOfOneModel(t *testing.T) {
	t.Parallel()
	client := ddbmem.New().Client()
	one, other := newDepot(), newDepot()
	ctx, m := ddb.WithMeter(t.Context())
	for _, name := range []string{"blue", "green"} {
		db := ddb.New(client, name, one.table, nil)
		require.NoError(t, db.CreateTable(t.Context()))
		require.NoError(t, db.Do(ctx, one.stops.Put(Stop{ParcelID: "1"})))
	}
	assert.Equal(t, ddb.Capacity{Write: 2}, m.Capacity(one.table.Primary()))
	assert.Zero(t, m.Capacity(other.table.Primary()), "no DB was made with it")
}

// A live index may be called "primary": what it consumes is not the table's.
func TestMeterTellsAnIndexCalledPrimaryFromTheTable(t *testing.T) {
	t.Parallel()
	p, client := newDepot(), ddbmem.New().Client()
	db := p.live(t, client, "parcels", withGSI("primary", "pk", "sk"))
	ctx, m := ddb.WithMeter(t.Context())
	require.NoError(t, db.Do(ctx, p.stops.Put(Stop{ParcelID: "1"})))
	_, err := ddb.NewRepository(db, p.stops).Get(ctx, Stop{ParcelID: "1"})
	require.NoError(t, err)
	assert.Equal(t, ddb.Capacity{Read: 0.5, Write: 1}, m.Capacity(p.table.Primary()))
	assert.Equal(t, ddb.Capacity{Read: 0.5, Write: 2}, m.Total(), "and one for the index")
	assert.Equal(t, []string{"primary"}, m.Indexes())
}

// DynamoDB charges writes that it refuses for a condition, and its errors do not say how much: the meter estimates it from the
// item that stood in the way, and says what part of its sum that is.
func TestMeterEstimatesWhatFailedConditionsCost(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	large := strings.Repeat("x", 2500) // three units
	for name, c := range map[string]struct {
		write func(context.Context, *fixture.Loans) error
		units float64
	}{
		"create": {func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Do(ctx, l.Entity.Create(fixture.Loan{ID: "1"}))
		}, 3},
		"update": {func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Do(ctx, l.Entity.Update(fixture.Loan{ID: "1"}, ddb.Set(&l.Fields.N, 1), ddb.If(ddb.Eq(&l.Fields.N, 1))))
		}, 3},
		"update of nothing": {func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Do(ctx, l.Entity.Update(fixture.Loan{ID: "none"}, ddb.Set(&l.Fields.N, 1)))
		}, 1},
		"delete": {func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Do(ctx, l.Entity.Delete(fixture.Loan{ID: "1"}, ddb.If(ddb.Eq(&l.Fields.N, 1))))
		}, 3},
		"transaction": {func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Transact(ctx, l.Entity.Create(fixture.Loan{ID: "1"}), l.Entity.Put(fixture.Loan{ID: "2"}))
		}, 2 * (3 + 1)},
		"two of a batch": {func(ctx context.Context, l *fixture.Loans) error {
			return l.DB.Batch(ctx, l.Entity.Create(fixture.Loan{ID: "1"}), l.Entity.Replace(fixture.Loan{ID: "none"}))
		}, 3 + 1},
	} {
		l := fixture.OpenLoans(t, ddb.Options{})
		_, err := l.Repo.Create(ctx, fixture.Loan{ID: "1", Note: large})
		require.NoError(t, err)
		outer, all := ddb.WithMeter(ctx)
		metered, m := ddb.WithMeter(outer)
		require.Error(t, c.write(metered, l), name)
		for _, m := range []*ddb.Meter{m, all} {
			assert.Equal(t, ddb.Capacity{Write: c.units}, m.Estimated(), name)
			assert.Equal(t, ddb.Capacity{Write: c.units}, m.Capacity(l.DB.Table().Primary()), name)
			assert.Equal(t, ddb.Capacity{Write: c.units}, m.Total(), name)
		}
	}
	l := fixture.OpenLoans(t, ddb.Options{})
	metered, m := ddb.WithMeter(ctx)
	require.NoError(t, l.DB.Do(metered, l.Entity.Create(fixture.Loan{ID: "1", Note: large})))
	assert.Zero(t, m.Estimated(), "what was done is told")
	assert.Equal(t, ddb.Capacity{Write: 3}, m.Total())
	l.Engine.SetFaults(fixture.Script("TransactWriteItems", fixture.Forever(nil, ddbmem.Conflicting)...))
	few := ddb.New(l.Engine.Client(fixture.Impatient), l.DB.Name(), l.DB.Table(), &ddb.Options{MaxAttempts: 1})
	require.ErrorIs(t, few.Transact(metered, l.Entity.Put(fixture.Loan{ID: "1"})), ddb.ErrConflict)
	assert.Zero(t, m.Estimated(), "a conflict is no condition")
}

// A meter may be shared: it counts what many goroutines do, beside their own meters.
func TestAMeterOfManyGoroutines(t *testing.T) {
	t.Parallel()
	p, client := newDepot(), ddbmem.New().Client()
	db := ddb.New(client, "parcels", p.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	ctx, m := ddb.WithMeter(t.Context())
	own := make([]*ddb.Meter, 8)
	var wg sync.WaitGroup
	for i := range own {
		wg.Go(func() {
			var mine context.Context
			mine, own[i] = ddb.WithMeter(ctx)
			for range 50 {
				assert.NoError(t, db.Do(mine, p.stops.Put(Stop{ParcelID: strconv.Itoa(i)})))
				m.Total()
			}
		})
	}
	wg.Wait()
	for _, each := range own {
		assert.Equal(t, 50, each.RequestsOf("PutItem"))
		assert.InDelta(t, 50, each.Total().Write, 0)
	}
	assert.Equal(t, 400, m.Requests())
	assert.Equal(t, ddb.Capacity{Write: 400}, m.Capacity(p.table.Primary()))
}

// A view whose transaction is cancelled is told what that consumed: twice each of its writes.
func TestMeterEstimatesTheTransactionsOfViews(t *testing.T) {
	t.Parallel()
	s := fixture.NewSchool().Open(t, ddbmem.Options{})
	s.Pupil(t, "a")
	s.Flow(t, s.Mux())
	s.Step(t, fixture.Step{Student: "a", ID: "1", XP: 5})
	records := s.Records(t)
	s.Remove(t, "p#a", "p#a")
	mux := ddb.NewMux(s.Table, nil)
	mux.Maintain(s.DB, s.XP)
	ctx, m := ddb.WithMeter(t.Context())
	_, err := mux.Process(ctx, records)
	require.NoError(t, err)
	assert.Equal(t, 2, m.RequestsOf("TransactWriteItems"), "one of a target that is gone")
	assert.Equal(t, ddb.Capacity{Write: 2 * 3}, m.Estimated(), "the ledger, the rank and the target")
}
