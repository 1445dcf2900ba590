package ddbjob_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
	"github.com/singletable-go/ddb/internal/scale"
)

// Of many items none is lost and none doubled, when jobs die after some thousand requests and are resumed: an import, a copy, an export of
// that, an edit that adds, and a restore; the last two of one item in ten.
func TestManyItemsSurviveJobsThatAreKilled(t *testing.T) {
	t.Parallel()
	manyItems(t, scale.Of(20_000, 1_000), 10, 0)
}

// The same, with an edit and a restore of each item: of 100,000, again and again, for as long as DDB_LONG says.
func TestEnduranceOfJobs(t *testing.T) {
	lasts, err := time.ParseDuration(os.Getenv("DDB_LONG"))
	if err != nil {
		manyItems(t, 100, 1, 0)
		return
	}
	for began, seed := time.Now(), uint64(0); seed == 0 || time.Since(began) < lasts; seed++ {
		manyItems(t, 100_000, 1, seed)
	}
}

// manyItems kills jobs over n items, of which one in every some is edited and restored.
func manyItems(t *testing.T, n, every int, seed uint64) {
	require.NoError(t, inBubble(t, func(must require.TestingT) error {
		r := rand.New(rand.NewPCG(uint64(n), seed))
		w := newWorld(must, "old", "new", "restored")
		lines := fstest.MapFS{}
		for file := range 8 {
			var text bytes.Buffer
			for i := file; i < n; i += 8 {
				fmt.Fprintf(&text, `{"Item":{"pk":{"S":"c#%d"},"sk":{"S":"o#%d"},"entityType":{"S":"order"},"text":{"S":""},"points":{"N":"%d"}}}`+"\n", i%(n/10), i, i%10)
			}
			lines[fmt.Sprint(file, ".json")] = &fstest.MapFile{Data: text.Bytes()}
		}
		l := &life{w: w, r: r}
		live := func(name string, requests int, job func(ctx context.Context, o ddb.JobOptions) error) {
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
			must.(*panics).check(err)
		}
		files := memory{fstest.MapFS{}, w}
		f := orders.Fields()
		live("import", max(n/25, 100), func(ctx context.Context, o ddb.JobOptions) error {
			i, err := ddbjob.Import(ctx, w.db("old"), lines, &ddbjob.ImportOptions{JobOptions: o})
			if err == nil && i.Items != n {
				err = fmt.Errorf("%+v", i)
			}
			return err
		})
		live("copy", max(n/25, 150), func(ctx context.Context, o ddb.JobOptions) error {
			c, err := ddbjob.Copy(ctx, w.db("old"), w.db("new"), &ddbjob.CopyOptions{JobOptions: o})
			if err == nil && (!c.Verified || c.Items != n) {
				err = fmt.Errorf("%+v", c)
			}
			return err
		})
		live("export", 16, func(ctx context.Context, o ddb.JobOptions) error {
			_, err := ddbjob.Export(ctx, w.db("new"), files, &ddbjob.ExportOptions{JobOptions: o, FileBytes: n})
			return err
		})
		live("each", n/20, func(ctx context.Context, o ddb.JobOptions) error {
			_, err := ddbjob.Each(ctx, w.db("new"), orders, []ddb.Cond{ddb.Ge(&f.Points, 10-10/every)}, func(o order) ddb.Op {
				return orders.Update(o, ddb.Add(&f.Points, 100))
			}, &ddbjob.EachOptions{JobOptions: o, Mark: ddbjob.Mark(&f.Mark, "x")})
			return err
		})
		chosen := func(key map[string]types.AttributeValue) bool {
			return every == 1 || strings.HasSuffix(key["sk"].(*types.AttributeValueMemberS).Value, "7")
		}
		live("restore", n/every, func(ctx context.Context, o ddb.JobOptions) error {
			_, err := ddbjob.Restore(ctx, w.db("restored"), files, &ddbjob.RestoreOptions{JobOptions: o, Select: ddbjob.Select{Keys: chosen}})
			return err
		})
		edited, restored := w.points(must, "new"), w.points(must, "restored")
		for i := range n {
			id := fmt.Sprint(i)
			want := i % 10
			if every == 1 || want == 9 {
				want += 100
			}
			if edited[id] != want || (every == 1 || i%10 == 7) && restored[id] != i%10 {
				return fmt.Errorf("order %s: %d points in place of %d; restored %d", id, edited[id], want, restored[id])
			}
		}
		if len(edited) != n || len(restored) != n/every {
			return fmt.Errorf("%d, %d", len(edited), len(restored))
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
