package observe_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// What views, jobs and a Mux do for a table goes through the DB that they were given, and is observed.
func TestTheWorkOfViewsIsObserved(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		school := fixture.NewSchool().Open(t, ddbmem.Options{})
		var seen ddbobserve.Recorder
		var wire watch
		opts.Observe = seen.Observe
		db := ddb.New(school.Engine.Client(fixture.Impatient, wire.option), "school", school.Table, &opts)
		mux := ddb.NewMux(school.Table, nil)
		mux.Maintain(db, school.XP, school.Total)
		ctx, meter := ddb.WithMeter(ddbobserve.WithPattern(t.Context(), "maintain"))
		school.Pupil(t, "p1")
		for _, id := range []string{"a", "b", "c"} {
			require.NoError(t, db.Do(ctx, school.Steps.Put(fixture.Step{Student: "p1", ID: id, XP: 5})))
		}
		var entities, queried []string
		flow := func() {
			_, err := mux.Process(ctx, school.Records(t))
			require.NoError(t, err)
		}
		flow()
		require.NoError(t, db.Do(ctx, school.Steps.Delete(fixture.Step{Student: "p1", ID: "a"})))
		flow()
		require.NoError(t, mux.Gap(ctx, errors.New("away")))
		require.NoError(t, school.XP.Rebuild(ctx, db, nil))
		_, err := ddb.NewRepository(db, school.Steps).Reindex(ctx, nil)
		require.NoError(t, err)
		_, err = db.DropView(ctx, "other", nil)
		require.NoError(t, err)
		_, err = db.Purge(ctx, nil)
		require.NoError(t, err)
		all := seen.Take()
		for _, r := range all {
			entities = append(entities, r.Entity)
			if r.Operation == "Query" {
				queried = append(queried, r.Entity)
			}
			assert.Equal(t, "maintain", r.Pattern)
		}
		assert.Subset(t, entities, []string{"step", "pupil", "total", ddbobserve.Companions, ""})
		assert.Contains(t, queried, ddbobserve.Companions, "the first of a rank")
		wire.requireSame(t, all, meter, meter.RequestsOf("DescribeTable")+meter.RequestsOf("DescribeTimeToLive"))
	})
}
