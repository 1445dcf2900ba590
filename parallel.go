package ddb

import (
	"context"
	"sync"
	"sync/atomic"
)

// widthKey is the key of the number of targets that a view brings up to date side by side.
type widthKey struct{}

// withWidth returns a context under which views work on n targets at once.
func withWidth(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, widthKey{}, n)
}

func widthOf(ctx context.Context) int {
	n, _ := ctx.Value(widthKey{}).(int)
	return max(n, 1)
}

// parallel calls f for 0 to n-1, as many at once as the context says, and returns when all have returned. With a width of one
// they run in order. A panic of f is the caller's.
func parallel(ctx context.Context, n int, f func(i int)) {
	width := min(widthOf(ctx), n)
	if width <= 1 {
		for i := range n {
			f(i)
		}
		return
	}
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		once  sync.Once
		cause any
	)
	for range width {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					once.Do(func() { cause = p })
				}
			}()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				f(int(i))
			}
		})
	}
	wg.Wait()
	if cause != nil {
		panic(cause)
	}
}
