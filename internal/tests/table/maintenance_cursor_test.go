package table_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbview"
)

// Brick and Wall are items that every job has work on.
type Brick struct {
	ID   string `dynamodbav:"-"`
	Wall string `dynamodbav:"wall"`
	Mark string `dynamodbav:"mark"`
	N    int    `dynamodbav:"n"`
}

type Wall struct {
	ID   string `dynamodbav:"-"`
	Mark string `dynamodbav:"mark"`
	N    int    `dynamodbav:"n"`
	M    int    `dynamodbav:"m"`
}

type brickwork struct {
	table  *ddb.Table
	bricks *ddb.Entity[Brick]
	walls  *ddb.Entity[Wall]
	n, m   *ddb.View
}

func newBrickwork(constraints ...string) *brickwork {
	b := &brickwork{table: ddb.NewTable("pk", "sk")}
	b.bricks = ddb.MustDefine(b.table, "brick", func(x *Brick, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("b#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		for _, c := range constraints {
			d.Unique(c, ddb.Str(&x.Mark))
		}
	})
	b.walls = ddb.MustDefine(b.table, "wall", func(x *Wall, d *ddb.Definition) {
		id := ddb.Key(ddb.Prefix("w#"), ddb.Str(&x.ID))
		d.Primary(id, id)
		d.Unique("mark", ddb.Str(&x.Mark))
	})
	b.n = ddbview.MustAggregate("n", b.bricks, b.walls, func(x *Brick, w *Wall) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&x.Wall, &w.ID), ddbview.Sum(&x.N, &w.N)}
	})
	b.m = ddbview.MustAggregate("m", b.bricks, b.walls, func(x *Brick, w *Wall) []ddbview.Rule {
		return []ddbview.Rule{ddbview.By(&x.Wall, &w.ID), ddbview.Sum(&x.N, &w.M)}
	})
	return b
}

// jobs are all jobs on a table of bricks.
func (b *brickwork) jobs(db *ddb.DB) map[string]func(context.Context, *ddb.JobOptions) error {
	bricks, walls := ddb.NewRepository(db, b.bricks), ddb.NewRepository(db, b.walls)
	rewrite := func(_ ddb.Reindexed, err error) error { return err }
	remove := func(_ int, err error) error { return err }
	verify := func(v *ddb.View) func(context.Context, *ddb.JobOptions) error {
		return func(ctx context.Context, opts *ddb.JobOptions) error {
			_, err := ddb.Collect(v.Verify(ctx, db, opts))
			return err
		}
	}
	return map[string]func(context.Context, *ddb.JobOptions) error{
		"reindex bricks": func(ctx context.Context, opts *ddb.JobOptions) error { return rewrite(bricks.Reindex(ctx, opts)) },
		"reindex walls":  func(ctx context.Context, opts *ddb.JobOptions) error { return rewrite(walls.Reindex(ctx, opts)) },
		"unique bricks":  bricks.EnsureUnique,
		"unique walls":   walls.EnsureUnique,
		"rebuild n":      func(ctx context.Context, opts *ddb.JobOptions) error { return b.n.Rebuild(ctx, db, opts) },
		"rebuild m":      func(ctx context.Context, opts *ddb.JobOptions) error { return b.m.Rebuild(ctx, db, opts) },
		"verify n":       verify(b.n),
		"verify m":       verify(b.m),
		"drop x":         func(ctx context.Context, opts *ddb.JobOptions) error { return remove(db.DropView(ctx, "x", opts)) },
		"drop y":         func(ctx context.Context, opts *ddb.JobOptions) error { return remove(db.DropView(ctx, "y", opts)) },
		"purge":          func(ctx context.Context, opts *ddb.JobOptions) error { return remove(db.Purge(ctx, opts)) },
		"force purge":    func(ctx context.Context, opts *ddb.JobOptions) error { return remove(db.ForcePurge(ctx, opts)) },
	}
}

// What one operation has done of a table, another has not: it takes no cursor but its own.
func TestAMaintenanceCursorIsOfItsOperation(t *testing.T) {
	t.Parallel()
	b := newBrickwork("mark")
	client := ddbmem.New().Client()
	db := ddb.New(client, "walls", b.table, nil)
	require.NoError(t, db.CreateTable(t.Context()))
	for i := range 20 {
		require.NoError(t, db.Do(t.Context(), b.bricks.Put(Brick{fmt.Sprint(i), fmt.Sprint(i % 3), fmt.Sprint("m", i), i})))
		require.NoError(t, db.Do(t.Context(), b.walls.Put(Wall{ID: fmt.Sprint(i), Mark: fmt.Sprint("m", i)})))
	}
	first := map[string]ddb.Cursor{}
	keep := func(name string) func(ddb.Cursor) {
		return func(c ddb.Cursor) {
			if first[name] == "" {
				first[name] = c
			}
		}
	}
	for _, err := range db.Scan(t.Context(), &ddb.ScanOptions{Segments: 4, Checkpoint: keep("scan")}) {
		require.NoError(t, err)
	}
	jobs := b.jobs(db)
	for name, run := range jobs {
		require.NoError(t, run(t.Context(), &ddb.JobOptions{Segments: 4, Checkpoint: keep(name)}), name)
		require.NotEmpty(t, first[name], name)
	}
	assert.Len(t, first, 13)
	purges := map[string]bool{"purge": true, "force purge": true}
	for name, run := range jobs {
		for of, cursor := range first {
			err := run(t.Context(), &ddb.JobOptions{Resume: cursor})
			if of == name || purges[of] && purges[name] {
				require.NoError(t, err, "%s with the cursor of %s", name, of)
				continue
			}
			require.ErrorIs(t, err, ddb.ErrCursor, "%s with the cursor of %s", name, of)
		}
	}
	for of, cursor := range first {
		_, err := ddb.Collect(db.Scan(t.Context(), &ddb.ScanOptions{Resume: cursor}))
		if of == "scan" {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, ddb.ErrCursor, "a scan with the cursor of %s", of)
	}
	other := newBrickwork("mark", "other")
	more := other.jobs(ddb.New(client, "walls", other.table, nil))
	require.ErrorIs(t, more["unique bricks"](t.Context(), &ddb.JobOptions{Resume: first["unique bricks"]}), ddb.ErrCursor, "there is another constraint")
	require.NoError(t, more["reindex bricks"](t.Context(), &ddb.JobOptions{Resume: first["reindex bricks"]}))
}
