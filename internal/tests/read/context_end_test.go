package read_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
)

// A context that has ended is reported, also where no request follows: nothing is to be read, or it ended within the last page.
func TestAContextThatEndedIsReported(t *testing.T) {
	t.Parallel()
	g := newDipsticks(t)
	f := g.entity.Fields()
	for i := range 50 {
		_, err := g.repo.Put(t.Context(), Dipstick{ID: fmt.Sprint(i), N: i, At: g.start(), Text: "t"})
		require.NoError(t, err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	empty := g.entity.On(g.byNumber, Dipstick{}).SortKey(ddb.Gt(&f.N, 5), ddb.Lt(&f.N, 3))
	for name, do := range map[string]func(context.Context) error{
		"Query": func(ctx context.Context) error {
			_, err := ddb.Collect(g.repo.Query(ctx, empty))
			return err
		},
		"Page": func(ctx context.Context) error {
			_, err := g.repo.Page(ctx, empty, "")
			return err
		},
		"Count": func(ctx context.Context) error {
			_, err := g.repo.Count(ctx, empty)
			return err
		},
		"Gather": func(ctx context.Context) error {
			var all []Dipstick
			return g.Gather(ctx, empty.Collection(), g.entity.Into(&all))
		},
		"Lookups": func(ctx context.Context) error {
			_, err := ddb.Collect(g.repo.Lookups(ctx, empty))
			return err
		},
		"BatchGet": func(ctx context.Context) error {
			_, err := g.repo.BatchGet(ctx, nil)
			return err
		},
		"Loads":       func(ctx context.Context) error { return g.LoadAll(ctx) },
		"TransactGet": func(ctx context.Context) error { return g.TransactGet(ctx) },
		"Transact":    func(ctx context.Context) error { return g.Transact(ctx) },
		"Batch":       func(ctx context.Context) error { return g.Batch(ctx) },
	} {
		require.ErrorIs(t, do(gone), context.Canceled, name)
		require.NoError(t, do(t.Context()), name)
	}

	all := g.entity.On(g.byNumber, Dipstick{})
	for name, q := range map[string]ddb.Query[Dipstick]{"all": all, "limit": all.Limit(50), "key": g.entity.Query(Dipstick{ID: "1"})} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n, last := 0, error(nil)
		for _, err := range g.repo.Query(ctx, q) {
			cancel()
			if n, last = n+1, err; err == nil {
				require.LessOrEqual(t, n, 50)
			}
		}
		require.ErrorIs(t, last, context.Canceled, name)
		assert.ErrorContains(t, last, "ddb: query dipstick", name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, err := range g.repo.Query(ctx, all) { // who stops has asked for no more
		require.NoError(t, err)
		cancel()
		break
	}
	_, err := g.repo.Count(gone, all)
	require.ErrorIs(t, err, context.Canceled)
}
