package ddbjob_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbjob"
)

// A copy that is killed at any request, and resumed at any of its checkpoints, has every item as it was, and no other.
func TestACopyThatIsKilledLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		n := rapid.IntRange(0, 60).Draw(rt, "items")
		workers := rapid.IntRange(1, 4).Draw(rt, "workers")
		require.NoError(rt, inBubble(t, func(must require.TestingT) error {
			r := rand.New(rand.NewPCG(seed, 0))
			w := newWorld(must, "old", "new")
			w.fill(must, r, "old", n)
			l := &life{w: w, r: r, first: 10}
			var done ddbjob.Copied
			err := l.live(func(ctx context.Context, o ddb.JobOptions) (err error) {
				if o.Resume == "" {
					o.Segments = 6
				}
				o.Rate, o.Workers = 10, workers
				done, err = ddbjob.Copy(ctx, w.db("old"), w.db("new"), &ddbjob.CopyOptions{JobOptions: o})
				return err
			})
			if err != nil {
				return err
			}
			want, have := w.dump(must, "old"), w.dump(must, "new")
			if d := differ(want, have); d != "" {
				return fmt.Errorf("after %d runs, with %d checkpoints: %s", l.runs, len(l.seen), d)
			}
			if !done.Verified || done.Items != len(want) {
				return fmt.Errorf("%+v of %d items", done, len(want))
			}
			return nil
		}))
	})
}

func differ(want, have map[string]string) string {
	for key, item := range want {
		if have[key] != item {
			return fmt.Sprintf("%s is %s, not %s", key, have[key], item)
		}
	}
	for key := range have {
		if want[key] == "" {
			return key + " should not be there"
		}
	}
	return ""
}
