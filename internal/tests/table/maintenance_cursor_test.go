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

// Brick and Wall are items that every maintenance operation has work on.
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

// operations are those that read the whole table, from a cursor on.
func (b *brickwork) operations(client ddb.Client) map[string]func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
	type run = func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error
	db := ddb.New(client, "walls", b.table, nil)
	bricks, walls := ddb.NewRepository(db, b.bricks), ddb.NewRepository(db, b.walls)
	scan := func(resume ddb.Cursor, checkpoint func(ddb.Cursor)) ddb.ScanOptions {
		opts := ddb.ScanOptions{Resume: resume, Checkpoint: checkpoint}
		if resume == "" {
			opts.Segments = 4
		}
		return opts
	}
	reindex := func(resume ddb.Cursor, checkpoint func(ddb.Cursor)) *ddb.ReindexOptions {
		opts := scan(resume, checkpoint)
		return &ddb.ReindexOptions{Segments: opts.Segments, Resume: resume, Checkpoint: checkpoint}
	}
	view := func(v *ddb.View) run {
		return func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			return v.Rebuild(ctx, db, &ddb.RebuildOptions{Scan: scan(resume, checkpoint)})
		}
	}
	verify := func(v *ddb.View) run {
		return func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			opts := scan(resume, checkpoint)
			_, err := ddb.Collect(v.Verify(ctx, db, &opts))
			return err
		}
	}
	drop := func(name string) run {
		return func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			_, err := db.DropView(ctx, name, &ddb.RebuildOptions{Scan: scan(resume, checkpoint)})
			return err
		}
	}
	return map[string]run{
		"scan": func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			opts := scan(resume, checkpoint)
			_, err := ddb.Collect(db.Scan(ctx, &opts))
			return err
		},
		"reindex bricks": func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			_, err := bricks.Reindex(ctx, reindex(resume, checkpoint))
			return err
		},
		"reindex walls": func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			_, err := walls.Reindex(ctx, reindex(resume, checkpoint))
			return err
		},
		"unique bricks": func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			return bricks.EnsureUnique(ctx, reindex(resume, checkpoint))
		},
		"unique walls": func(ctx context.Context, resume ddb.Cursor, checkpoint func(ddb.Cursor)) error {
			return walls.EnsureUnique(ctx, reindex(resume, checkpoint))
		},
		"rebuild n": view(b.n), "rebuild m": view(b.m), "verify n": verify(b.n), "verify m": verify(b.m),
		"drop x": drop("x"), "drop y": drop("y"),
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
	cursors := map[string]ddb.Cursor{}
	for name, run := range b.operations(client) {
		require.NoError(t, run(t.Context(), "", func(c ddb.Cursor) {
			if cursors[name] == "" {
				cursors[name] = c
			}
		}), name)
		require.NotEmpty(t, cursors[name], name)
	}
	for name, run := range b.operations(client) {
		for of, cursor := range cursors {
			err := run(t.Context(), cursor, nil)
			if of == name {
				require.NoError(t, err, name)
				continue
			}
			require.ErrorIs(t, err, ddb.ErrCursor, "%s with the cursor of %s", name, of)
		}
	}
	more := newBrickwork("mark", "other").operations(client)
	require.ErrorIs(t, more["unique bricks"](t.Context(), cursors["unique bricks"], nil), ddb.ErrCursor, "there is another constraint")
	require.NoError(t, more["reindex bricks"](t.Context(), cursors["reindex bricks"], nil))
	assert.Len(t, cursors, 11)
}
