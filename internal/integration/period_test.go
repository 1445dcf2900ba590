package integration_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbperiod"
	"github.com/singletable-go/ddb/internal/integration"
)

type Tick struct {
	Line string    `dynamodbav:"-"`
	At   time.Time `dynamodbav:"-"`
	N    int       `dynamodbav:"n"`
}

var (
	Ticker = ddb.NewTable("pk", "sk")

	Ticks = ddb.MustDefine(Ticker, "tick", func(x *Tick, d *ddb.Definition) {
		d.Primary(ddb.Key(shelf, ddb.Str(&x.Line)), ddb.Key(book, ddb.Time(&x.At)))
	})
)

// Three months are rolled through, up to this one, with provisioned tables that are lowered. Then fewer are kept, and one is dropped.
func TestTablesByPeriod(t *testing.T) {
	t.Parallel()
	integration.Each(t, func(t *testing.T, env *integration.Env) {
		now := ddbperiod.Month.Start(time.Now()).AddDate(0, -2, 0)
		series := &ddbperiod.Series{
			Every: ddbperiod.Month, Since: now, Keep: 12, Lead: time.Hour,
			By:      []ddbperiod.Field{ddbperiod.By(Ticks, &Ticks.Fields().At)},
			Current: ddbperiod.Capacity{Read: 5, Write: 5}, Past: &ddbperiod.Capacity{Read: 2, Write: 1},
		}
		db := ddbperiod.New(env.Client, env.Table, series, &ddb.Options{Now: func() time.Time { return now }})
		ticks := ddbperiod.NewRepository(db, Ticks)
		left := map[string]bool{}
		t.Cleanup(func() {
			for name := range left {
				_, err := env.Client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: &name})
				assert.NoError(t, err)
			}
		})
		for month := range 3 {
			rolled, err := db.Roll(t.Context(), nil)
			require.NoError(t, err)
			name := env.Table + now.Format("-2006-01")
			left[name] = true
			assert.Equal(t, []string{name}, rolled.Created)
			if month > 0 {
				assert.Equal(t, []string{env.Table + now.AddDate(0, -1, 0).Format("-2006-01")}, rolled.Lowered)
			}
			assert.Empty(t, rolled.Dropped)
			for n := range 4 {
				_, err := ticks.Put(t.Context(), Tick{Line: "a", At: now.AddDate(0, 0, n), N: 10*month + n})
				require.NoError(t, err)
			}
			again, err := db.Roll(t.Context(), nil)
			require.NoError(t, err)
			assert.Empty(t, again)
			now = now.AddDate(0, 1, 0)
		}
		now = now.AddDate(0, -1, 0)

		fewer := *series
		fewer.Keep = 1
		db = ddbperiod.New(env.Client, env.Table, &fewer, &ddb.Options{Now: func() time.Time { return now }})
		ticks = ddbperiod.NewRepository(db, Ticks)
		rolled, err := db.Roll(t.Context(), nil)
		require.NoError(t, err)
		gone := env.Table + now.AddDate(0, -2, 0).Format("-2006-01")
		assert.Equal(t, ddbperiod.Rolled{Dropped: []string{gone}}, rolled)
		delete(left, gone)

		got, err := ddb.Collect(ticks.Query(t.Context(), Ticks.Query(Tick{Line: "a"}).Desc().Limit(6).Consistent()))
		require.NoError(t, err)
		var ns []int
		for _, x := range got {
			ns = append(ns, x.N)
		}
		assert.Equal(t, []int{23, 22, 21, 20, 13, 12}, ns)
		_, err = ticks.Put(t.Context(), Tick{Line: "a", At: now.AddDate(0, -2, 0)})
		require.ErrorIs(t, err, ddbperiod.ErrPeriod)
	})
}
