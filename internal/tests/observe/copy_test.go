package observe_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/singletable-go/ddb"
	"github.com/singletable-go/ddb/ddbmem"
	"github.com/singletable-go/ddb/ddbobserve"
	"github.com/singletable-go/ddb/internal/tests/fixture"
)

// What an observer keeps stays as it was, however many requests reuse the buffers of the library.
func TestWhatAnObserverKeepsStaysAsItIs(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		var mu sync.Mutex
		var kept []*ddbobserve.Request
		var lines []string
		opts.Observe = func(_ context.Context, r *ddbobserve.Request) {
			mu.Lock()
			defer mu.Unlock()
			kept, lines = append(kept, r), append(lines, line(*r))
		}
		p := &program{library: openLibrary(t, ddbmem.Options{}, opts), rand: rand.New(rand.NewPCG(1, 1))}
		for range 300 {
			p.step(t.Context())
		}
		require.Greater(t, len(kept), 300)
		for i, r := range kept {
			require.Equal(t, lines[i], line(*r))
		}
	})
}

// An observer may change what it gets: no call has another outcome.
func TestAnObserverMayChangeWhatItGets(t *testing.T) {
	t.Parallel()
	fixture.OnBothPaths(t, func(t *testing.T, opts ddb.Options) {
		plain, spoilt := opts, opts
		plain.Observe = func(context.Context, *ddbobserve.Request) {}
		spoilt.Observe = func(_ context.Context, r *ddbobserve.Request) {
			for _, k := range r.Keys {
				spoil(k)
			}
			for i := range r.Writes {
				spoil(r.Writes[i].Key)
			}
			for _, c := range r.Condition {
				for _, v := range c.Values {
					spoil(ddbobserve.Key{"": v})
				}
			}
			clear(r.Items)
			clear(r.Capacity)
			clear(r.Projection)
			*r = ddbobserve.Request{}
		}
		a := &program{library: openLibrary(t, ddbmem.Options{}, plain), rand: rand.New(rand.NewPCG(2, 2))}
		b := &program{library: openLibrary(t, ddbmem.Options{}, spoilt), rand: rand.New(rand.NewPCG(2, 2))}
		for i := range 300 {
			require.Equal(t, a.step(t.Context()), b.step(t.Context()), "step %d", i)
		}
	})
}

// spoil changes the values of a key, and the key.
func spoil(k ddbobserve.Key) {
	for name, v := range k {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			v.Value = "spoilt"
		case *types.AttributeValueMemberN:
			v.Value = "0"
		case *types.AttributeValueMemberB:
			clear(v.Value)
		}
		delete(k, name)
	}
}

// Observers of many goroutines get each request once.
func TestAnObserverOfManyGoroutines(t *testing.T) {
	t.Parallel()
	l := openLibrary(t, ddbmem.Options{}, ddb.Options{})
	for i := range uint64(4) {
		p := &program{library: l, rand: rand.New(rand.NewPCG(3, i))}
		for range 20 {
			p.step(t.Context())
		}
	}
	l.seen.Take()
	l.wire.forget()
	ctx, meter := ddb.WithMeter(t.Context())
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			_, err := ddb.Collect(l.db.Scan(ctx, &ddb.ScanOptions{Workers: 8}))
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	seen := l.seen.Take()
	assert.Len(t, seen, 48)
	l.wire.requireSame(t, seen, meter, 0)
}
