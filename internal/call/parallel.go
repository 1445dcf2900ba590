package call

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/singletable-go/ddb/internal/fault"
)

// widthKey is the key of the number of targets that a view brings up to date side by side.
type widthKey struct{}

// WithWidth returns a context under which views work on n targets at once.
func WithWidth(ctx context.Context, n int) context.Context {
	return context.WithValue(ctx, widthKey{}, n)
}

// WidthOf returns that number, 1 by default.
func WidthOf(ctx context.Context) int {
	n, _ := ctx.Value(widthKey{}).(int)
	return max(n, 1)
}

// Parallel calls f for 0 to n-1, as many at once as the context says, and returns when all have returned. With a width of one
// they run in order. After the first error no more are begun, and it returns that error. A panic of f is the caller's.
func Parallel(ctx context.Context, n int, f func(i int) error) error {
	width := min(WidthOf(ctx), n)
	if width <= 1 {
		for i := range n {
			if err := f(i); err != nil {
				return err
			}
		}
		return nil
	}
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		once  sync.Once
		err   error
		cause any
	)
	end := func(stop func()) {
		once.Do(stop)
		next.Store(int64(n))
	}
	for range width {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					end(func() { cause = p })
				}
			}()
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				if failed := f(int(i)); failed != nil {
					end(func() { err = failed })
				}
			}
		})
	}
	wg.Wait()
	if cause != nil {
		panic(cause)
	}
	return err
}

// Halts returns err if everything else would meet the same: the environment failed. That others write one target says
// nothing of the rest.
func Halts(ctx context.Context, err error) error {
	if errors.Is(err, fault.ErrConflict) || fault.OutsideOf(ctx, err) == nil {
		return nil
	}
	return err
}
