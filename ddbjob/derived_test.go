package ddbjob_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/ddbview"
)

type team struct {
	ID    string    `dynamodbav:"-"`
	Name  string    `dynamodbav:"name"`
	Goals int       `dynamodbav:"goals"`
	Until time.Time `dynamodbav:"until,unixtime,omitempty"`
}

type goal struct {
	Team string `dynamodbav:"team"`
	N    int    `dynamodbav:"n"`
}

// A copy and an import have what views derived, and a view goes on from there. A restore keeps what a view derived since, and does
// not write what has expired.
func TestWhatViewsDerivedIsMoved(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	table := ddb.NewTable("pk", "sk").TTL("until")
	teams := ddb.MustDefine(table, "team", func(x *team, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("team#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.TTL(&x.Until)
	})
	goals := ddb.MustDefine(table, "goal", func(x *goal, d *ddb.Definition) {
		d.Primary(ddb.Key(ddb.Prefix("team#"), ddb.Str(&x.Team)), ddb.Key(ddb.Prefix("goal#"), ddb.Num(&x.N, 4)))
	})
	scored := ddbview.MustAggregate("goals", goals, teams, func(g *goal, x *team) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&g.Team, &x.ID), ddbview.Count(&x.Goals)}
	})
	w := newWorld(t)
	open := func(name string) *ddb.DB {
		db := ddb.New(w.safe, name, table, nil)
		require.NoError(t, db.CreateTable(ctx))
		return db
	}
	count := func(db *ddb.DB) int {
		x, err := ddb.NewRepository(db, teams).Get(ctx, team{ID: "1"})
		require.NoError(t, err)
		return x.Goals
	}
	score := func(db *ddb.DB, n int) {
		require.NoError(t, db.Do(ctx, goals.Put(goal{Team: "1", N: n})))
		require.NoError(t, scored.Rebuild(ctx, db, nil))
	}
	db := open("old")
	require.NoError(t, db.Batch(ctx, teams.Put(team{ID: "1", Name: "first"}), teams.Put(team{ID: "2", Until: time.Now().Add(time.Hour)})))
	score(db, 1)
	files := memory{fstest.MapFS{}, nil}
	_, err := ddbjob.Export(ctx, db, files, nil)
	require.NoError(t, err)

	copied, imported := open("copied"), open("imported")
	done, err := ddbjob.Copy(ctx, db, copied, nil)
	require.NoError(t, err)
	assert.True(t, done.Verified)
	_, err = ddbjob.Import(ctx, imported, files, nil)
	require.NoError(t, err)
	for _, to := range []*ddb.DB{copied, imported} {
		assert.Equal(t, w.dump(t, "old"), w.dump(t, to.Name()))
		assert.Equal(t, 1, count(to))
		drift := 0
		for range scored.Verify(ctx, to, nil) { //nolint:errcheck // none is wanted
			drift++
		}
		assert.Zero(t, drift)
		score(to, 2)
		assert.Equal(t, 2, count(to))
	}

	score(db, 2)
	require.NoError(t, db.Do(ctx, teams.Update(team{ID: "1"}, ddb.Set(&teams.Fields().Name, "second"))))
	later := ddb.New(w.safe, "old", table, &ddb.Options{Now: func() time.Time { return time.Now().Add(2 * time.Hour) }})
	back, err := ddbjob.Restore(ctx, later, files, &ddbjob.RestoreOptions{Existing: ddbjob.Replace})
	require.NoError(t, err)
	assert.Equal(t, "1 written, 1 expired, 1 there", fmt.Sprintf("%d written, %d expired, %d there", back.Written, back.Expired, back.Same))
	x, err := ddb.NewRepository(db, teams).Get(ctx, team{ID: "1"})
	require.NoError(t, err)
	assert.Equal(t, team{ID: "1", Name: "first", Goals: 2}, x)
}
