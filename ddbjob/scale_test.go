package ddbjob_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/internal/scale"
)

// Of many items none is lost and none doubled, when jobs die after some thousand requests and are resumed: a copy, an export, an import
// of it, and an edit that adds.
func TestManyItemsSurviveJobsThatAreKilled(t *testing.T) {
	t.Parallel()
	n := scale.Of(100_000, 3_000)
	require.NoError(t, inBubble(t, func(must require.TestingT) error {
		r := rand.New(rand.NewPCG(uint64(n), 0))
		w := newWorld(must, "old", "copied", "imported")
		db := w.open("old")
		ops := make([]ddb.Op, 0, 1000)
		for i := range n {
			ops = append(ops, orders.Put(order{Customer: fmt.Sprint(i % (n / 10)), ID: fmt.Sprint(i), Points: i % 10}))
			if len(ops) == cap(ops) || i == n-1 {
				must.(*panics).check(db.Batch(context.Background(), ops...))
				ops = ops[:0]
			}
		}
		l := &life{w: w, r: r}
		live := func(name string, requests int, job func(ctx context.Context, o ddb.JobOptions) error) error {
			l.seen, l.runs, l.first = nil, 0, requests
			started := time.Now()
			err := l.live(func(ctx context.Context, o ddb.JobOptions) error {
				if o.Resume == "" {
					o.Segments = 16
				}
				o.Workers, o.Rate = 4, n/40
				return job(ctx, o)
			})
			t.Logf("%s: %d runs, %d checkpoints, %s", name, l.runs, len(l.seen), time.Since(started))
			if err == nil && l.runs < 2 && scale.Full() {
				err = errors.New("it was never killed")
			}
			return err
		}
		files := memory{fstest.MapFS{}, w}
		f := orders.Fields()
		err := errors.Join(
			live("copy", max(n/25, 300), func(ctx context.Context, o ddb.JobOptions) error {
				c, err := ddbjob.Copy(ctx, w.db("old"), w.db("copied"), &ddbjob.CopyOptions{JobOptions: o})
				if err == nil && (!c.Verified || c.Items != n) {
					err = fmt.Errorf("%+v", c)
				}
				return err
			}),
			live("export", 16, func(ctx context.Context, o ddb.JobOptions) error {
				_, err := ddbjob.Export(ctx, w.db("old"), files, &ddbjob.ExportOptions{JobOptions: o, FileBytes: n})
				return err
			}),
			live("import", max(n/25, 300), func(ctx context.Context, o ddb.JobOptions) error {
				i, err := ddbjob.Import(ctx, w.db("imported"), files, &ddbjob.ImportOptions{JobOptions: o})
				if err == nil && i.Items != n {
					err = fmt.Errorf("%+v", i)
				}
				return err
			}),
			live("each", n/30, func(ctx context.Context, o ddb.JobOptions) error {
				_, err := ddbjob.Each(ctx, w.db("copied"), orders, []ddb.Cond{ddb.Ge(&f.Points, 9)}, func(o order) ddb.Op {
					return orders.Update(o, ddb.Add(&f.Points, 100))
				}, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&f.Mark, "x")})
				return err
			}))
		if err != nil {
			return err
		}
		old, copied, imported := w.points(must, "old"), w.points(must, "copied"), w.points(must, "imported")
		for id, p := range old {
			want := p
			if p >= 9 {
				want += 100
			}
			if imported[id] != p || copied[id] != want {
				return fmt.Errorf("order %s: %d points, imported with %d, copied and edited with %d", id, p, imported[id], copied[id])
			}
		}
		if len(old) != n || len(copied) != n || len(imported) != n {
			return fmt.Errorf("%d, %d, %d", len(old), len(copied), len(imported))
		}
		return nil
	}))
}

func (w *world) points(t require.TestingT, table string) map[string]int {
	out := map[string]int{}
	for o, err := range ddb.NewRepository(w.open(table), orders).Scan(context.Background(), nil) {
		require.NoError(t, err)
		out[o.ID] = o.Points
	}
	return out
}

func (p *panics) check(err error) { require.NoError(p, err) }
